//! Argon2id, a few at a time and with few in line: hashing without bounds would be a way to stop
//! the server, and a line without bounds a way to keep everyone out.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::web::{AppError, AppResult};

/// Letters and digits that can't be taken for one another.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// A first password has so many of them.
const LENGTH: usize = 14;

/// A first password, by chance.
pub fn first() -> String {
    (0..LENGTH)
        .filter_map(|_| LETTERS.get(rand::random_range(0..LETTERS.len())))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Two at a time leave the other requests their turn.
const AT_WORK: usize = 2;
/// Those at work and those in line, who wait about a second at most.
const AT_ONCE: usize = AT_WORK + 30;
/// When whoever found the line full should come again.
const COME_AGAIN_SECONDS: u32 = 3;

/// Those whose passwords are being hashed, and those who wait for it.
#[derive(Debug, Clone)]
pub struct Line {
    at_once: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
}

impl Default for Line {
    fn default() -> Self {
        let places = |many| Arc::new(Semaphore::new(many));
        Self { at_once: places(AT_ONCE), at_work: places(AT_WORK) }
    }
}

impl Line {
    /// A place in the line, or at once the answer that there is none.
    pub fn queue(&self) -> AppResult<Place> {
        let held = self.at_once.clone().try_acquire_owned();
        let held = held.map_err(|_| AppError::Busy(COME_AGAIN_SECONDS))?;
        Ok(Place { _held: held, at_work: self.at_work.clone() })
    }
}

/// What an unknown name is compared with, so that it takes as long as a known one.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_here("nobody's password").unwrap_or_default());

/// A place in the line. Without one nothing is hashed.
#[derive(Debug)]
pub struct Place {
    _held: OwnedSemaphorePermit,
    at_work: Arc<Semaphore>,
}

impl Place {
    /// The stored form of a password: Argon2id, 19 MiB, two passes, one lane.
    pub async fn hash(&self, password: String) -> AppResult<String> {
        let hashed = self.work(move || hash_here(&password)).await.flatten();
        hashed.ok_or_else(|| AppError::Office("the password was not hashed".to_owned()))
    }

    /// Whether a password is the one of the hash; without a hash, never, after the same work.
    pub async fn verify(&self, password: String, hash: Option<String>) -> bool {
        let known = hash.is_some();
        let checked = self.work(move || {
            let hash = hash.as_deref().unwrap_or(&NOBODY);
            PasswordHash::new(hash).is_ok_and(|hash| {
                Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
            })
        });
        checked.await.unwrap_or(false) && known
    }

    /// Off the threads that answer the other requests.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _turn = self.at_work.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// The stored form of a password, on this thread: for commands, which have nothing else to do.
pub fn hash_here(password: &str) -> Option<String> {
    Some(Argon2::default().hash_password(password.as_bytes()).ok()?.to_string())
}

/// Whether a stored form is of an earlier scheme, or of less work than is usual now.
pub fn is_of_old(hash: &str) -> bool {
    let Ok(stored) = PasswordHash::new(hash) else { return true };
    let present = stored.algorithm.as_str() == "argon2id" && stored.version == Some(19);
    let Ok(work) = Params::try_from(&stored) else { return true };
    !present
        || work.m_cost() < Params::DEFAULT_M_COST
        || work.t_cost() < Params::DEFAULT_T_COST
        || work.p_cost() < Params::DEFAULT_P_COST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S2.
    #[test]
    fn what_is_stored_is_argon2id_of_nineteen_megabytes_and_says_so() {
        let hash = hash_here("湖边有一棵会唱歌的老柳树").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_of_old(&hash));
        for old in
            [hash.replace("m=19456", "m=8192"), hash.replace("argon2id", "argon2i"), String::new()]
        {
            assert!(is_of_old(&old), "{old}");
        }
    }

    /// S11.
    #[test]
    fn the_line_has_an_end() {
        let line = Line::default();
        let places: Vec<_> = std::iter::from_fn(|| line.queue().ok()).take(1000).collect();
        assert_eq!(places.len(), AT_ONCE);
        drop(places);
        assert!(line.queue().is_ok());
    }

    /// S3.
    #[tokio::test]
    async fn no_character_is_cut_off() {
        let long = "柳".repeat(80);
        let place = Line::default().queue().unwrap();
        let hash = place.hash(long.clone()).await.unwrap();
        assert!(place.verify(long.clone(), Some(hash.clone())).await);
        assert!(!place.verify(format!("{}树", "柳".repeat(79)), Some(hash.clone())).await);
        assert!(!place.verify(long, None).await);
    }
}
