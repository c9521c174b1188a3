//! Who asks: what nearly every handler begins with, whether a page is read or a form carried out.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use super::layout::{Frame, Shell};
use super::{App, AppError, AppResult, handling};
use crate::domain::calendar::format_full;
use crate::domain::staff::Actor;
use crate::store::petition_cases::Opened;
use crate::store::{Begun, FormKey, Session, Tx, ledgers};

/// Who asks, and the frame of the page that answers.
#[derive(Debug)]
pub struct Asking {
    pub app: App,
    pub session: Session,
    pub frame: Frame,
    now: DateTime<Utc>,
}

impl FromRequestParts<App> for Asking {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        Ok(Self {
            now: app.clock.now(),
            app: app.clone(),
            session: Session::from_request_parts(parts, app).await?,
            frame: Frame::from_request_parts(parts, app).await?,
        })
    }
}

impl Asking {
    /// The moment at which it was asked, by the clock of the site: one for the whole answer.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Whoever asks, as the rules know them.
    pub const fn actor(&self) -> &Actor {
        self.session.actor()
    }

    /// The shell with this title.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        self.frame.shell(title)
    }

    /// Who printed a page, and when.
    pub fn stamp(&self) -> String {
        let (court, name) = (self.session.court_name(), self.session.acting_name());
        format!("{court}　打印人：{name}　{}", format_full(self.now()))
    }

    /// To read a page.
    pub async fn begin(&self) -> AppResult<Tx> {
        Ok(self.app.db.begin(&self.session).await?)
    }

    /// To carry out a form; one that was carried out before leads to its page.
    pub async fn act(&self, form: &FormKey) -> AppResult<Tx> {
        match self.app.db.begin_form(&self.session, form, self.now()).await? {
            Begun::Fresh(tx) => Ok(tx),
            Begun::Repeated(to) => Err(AppError::Elsewhere(to)),
        }
    }

    /// To read a page of a case that is open in full to the one who asks.
    pub async fn open(&self, number: &str) -> AppResult<(Tx, Opened)> {
        let mut tx = self.begin().await?;
        let opened = handling::opened(&mut tx, number).await?;
        Ok((tx, opened))
    }

    /// To carry out a form of such a case.
    pub async fn act_on(&self, number: &str, form: &FormKey) -> AppResult<(Tx, Opened)> {
        let mut tx = self.act(form).await?;
        let opened = handling::opened(&mut tx, number).await?;
        Ok((tx, opened))
    }

    /// The same while nobody else decides on the case: what is read of it stands until the end.
    pub async fn act_alone_on(&self, number: &str, form: &FormKey) -> AppResult<(Tx, Opened)> {
        let (mut tx, opened) = self.act_on(number, form).await?;
        ledgers::hold(&mut tx, &opened).await?;
        let opened = handling::opened(&mut tx, number).await?;
        Ok((tx, opened))
    }
}
