//! Argon2id, a few at a time: hashing without bounds would be a way to stop the server.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// Two at a time leave the other requests their turn.
static PLACES: Semaphore = Semaphore::const_new(2);

/// What an unknown name is compared with, so that it takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody's password").unwrap_or_default());

/// The stored form of a password: Argon2id, 19 MiB, two passes, one lane.
pub fn hash(password: &str) -> Option<String> {
    Some(Argon2::default().hash_password(password.as_bytes()).ok()?.to_string())
}

/// Whether a password is the one of the hash; without a hash, never, after the same work.
pub async fn verify(password: String, hash: Option<String>) -> bool {
    let Ok(_place) = PLACES.acquire().await else { return false };
    let known = hash.is_some();
    let checked = tokio::task::spawn_blocking(move || {
        let hash = hash.as_deref().unwrap_or(&NOBODY);
        PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    checked.await.unwrap_or(false) && known
}
