//! A form that came when its session was over: it becomes the draft of whoever typed it.

use super::{LATE, Place, WITH_FILES};
use crate::store::{Session, StoreResult, drafts};
use crate::web::App;
use crate::web::typed::Typed;

/// A form that came too late.
pub struct Late<'a> {
    pub path: &'a str,
    pub typed: &'a Typed,
}

/// Where a form waits for whoever typed it.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub page: String,
    pub with_files: bool,
}

impl Late<'_> {
    /// The place of the form, if it is one that is kept.
    fn place(&self) -> Option<Place> {
        Place::of(self.path, self.typed)
    }

    /// What is kept of it.
    fn body(&self) -> Option<(String, bool)> {
        let (body, with_files) = self.typed.body()?;
        let files = if with_files { format!("&{WITH_FILES}=1") } else { String::new() };
        Some((format!("{body}&{LATE}=1{files}"), with_files))
    }

    /// Keeps the form of a session that is over, if the cookie says whose that was and the form
    /// was made for it. What can't be kept is given back to be copied.
    pub async fn keep(&self, app: &App, cookie: Option<&str>) -> Option<Waiting> {
        let (Place { key, page }, (body, with_files)) = (self.place()?, self.body()?);
        let kept = self.keep_of(app, cookie?, (&key, &body)).await;
        kept.unwrap_or_else(|error| {
            tracing::warn!(%error, "a form that came too late was not kept");
            false
        })
        .then_some(Waiting { page, with_files })
    }

    async fn keep_of(&self, app: &App, cookie: &str, kept: (&str, &str)) -> StoreResult<bool> {
        let now = app.clock.now();
        let Some(over) = drafts::over(&app.db, cookie, now).await? else { return Ok(false) };
        let token = self.typed.field("csrf_token").unwrap_or_default();
        if !app.db.keys().is_csrf(&token, &over.binding) {
            return Ok(false);
        }
        drafts::keep_late(&app.db, &over, kept, now).await
    }

    /// Keeps the form that was opened before its person signed in anew, and says where it waits; not
    /// in the place of what they wrote since.
    pub async fn take_over(&self, app: &App, session: &Session) -> StoreResult<Option<Waiting>> {
        let Some((place, (body, with_files))) = self.place().zip(self.body()) else {
            return Ok(None);
        };
        let now = app.clock.now();
        let mut tx = app.db.begin(session).await?;
        let own = drafts::own_sessions(&mut tx, now).await?;
        let token = self.typed.field("csrf_token").unwrap_or_default();
        let made = own.iter().find(|one| app.db.keys().is_csrf(&token, &one.binding));
        let Some(former) = made else { return Ok(None) };
        let subject = drafts::of_form(&place.key);
        let kept = drafts::keep_of_former(&mut tx, subject, (&body, former), now).await?;
        tx.commit().await?;
        Ok(kept.then_some(Waiting { page: place.page, with_files }))
    }
}
