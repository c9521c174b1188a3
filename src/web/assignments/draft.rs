//! The order that is being written: one a person, kept whenever the form is sent, so that going back
//! in the browser loses nothing.

use chrono::{DateTime, Utc};

use super::form::AssignForm;
use crate::domain::calendar::day_of;
use crate::store::Tx;
use crate::store::drafts::{self, Subject};
use crate::web::{AppError, AppResult};

const SUBJECT: Subject<'static> = Subject { form: "assignment", of: "" };

/// The draft. One that can't be read any more is as good as none.
pub async fn find(tx: &mut Tx, now: DateTime<Utc>) -> AppResult<Option<AssignForm>> {
    let Some(draft) = drafts::find(tx, SUBJECT).await? else { return Ok(None) };
    let form: Option<AssignForm> = serde_json::from_str(&draft.body).ok();
    Ok(form.map(|form| of_today(form, draft.saved_at, now)))
}

/// The clocks count from the moment of assignment: one of another day would backdate them.
pub fn of_today(form: AssignForm, saved_at: DateTime<Utc>, now: DateTime<Utc>) -> AssignForm {
    if day_of(saved_at) == day_of(now) {
        return form;
    }
    AssignForm { assigned_at: AssignForm::moment_text(now), ..form }
}

/// Keeps what was typed so far.
pub async fn keep(tx: &mut Tx, form: &AssignForm, at: DateTime<Utc>) -> AppResult<()> {
    let body = serde_json::to_string(form).map_err(|error| AppError::Office(error.to_string()))?;
    drafts::discard(tx, drafts::of_form(super::NEW)).await?;
    Ok(drafts::keep(tx, SUBJECT, &body, at).await?)
}

/// Throws the draft away: it was issued, or is begun anew.
pub async fn discard(tx: &mut Tx) -> AppResult<()> {
    drafts::discard(tx, drafts::of_form(super::NEW)).await?;
    Ok(drafts::discard(tx, SUBJECT).await?)
}
