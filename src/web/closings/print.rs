//! The close report as an official document.

use axum::response::Response;

use super::form::ClosingForm;
use super::pages::{PrintPage, Text};
use crate::domain::calendar::day_of;
use crate::domain::closing::{Closing, Sections, needed};
use crate::domain::outcome::Outcome;
use crate::store::petition_cases::Opened;
use crate::store::{self, Tx};
use crate::web::extract::Path;
use crate::web::layout;
use crate::web::signing::ReplyView;
use crate::web::{AppError, AppResult, Asking};

/// The latest report of the round, or where there is none yet one's own draft.
pub async fn show(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.open(&number).await?;
    let closing = store::closings::latest(&mut tx, &opened).await?;
    let text = match &closing {
        Some(closing) => Some(Text::of(&closing.content)),
        None => drafted(&mut asking, &mut tx, &opened).await?,
    };
    let text = text.ok_or(AppError::NotFound)?;
    let reply = match text.reply {
        Some(reply) => store::replies::find(&mut tx, &opened, reply).await?,
        None => None,
    };
    let page = PrintPage {
        petitioner: store::closings::petitioner(&mut tx, &opened).await?,
        issuer: store::closings::issuer(&mut tx, &opened).await?,
        case: opened.case().clone(),
        reply: ReplyView::of(reply, day_of(now)),
        stamp: asking.stamp(),
        closing: closing.filter(is_standing),
        text,
        today: day_of(now),
    };
    layout::shown(&page)
}

/// A returned report is a draft again.
fn is_standing(closing: &Closing) -> bool {
    closing.returned().is_none()
}

/// The draft as it would read.
async fn drafted(asking: &mut Asking, tx: &mut Tx, opened: &Opened) -> AppResult<Option<Text>> {
    let key = super::location(&opened.case().number);
    let draft = asking.unsent::<ClosingForm>(tx, &key, None).await?;
    let Some(form) = draft else { return Ok(None) };
    let dossier = store::closings::dossier(tx, opened).await?;
    let outcome = Outcome::from_code(&form.outcome);
    let wanted = outcome.map_or(&[][..], needed);
    Ok(Some(Text {
        outcome,
        sections: Sections::each(|section| form.text(section).to_owned()),
        papers: dossier.papers.into_iter().filter(|paper| wanted.contains(&paper.kind)).collect(),
        reply: dossier.reply,
    }))
}
