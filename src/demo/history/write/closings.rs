//! Applying for closings, and the chain of signatures.

use super::super::texts;
use super::handling::add_paper;
use super::{Desk, File, HistoryResult};
use crate::domain::calendar::day_of;
use crate::domain::closing::{self, Decision, Report, Sections, Signer, Verdict, needed};
use crate::domain::outcome::Outcome;
use crate::domain::sign_step::SignStep;
use crate::store::{approvals, closings, colleagues};

/// Files what is lacking, and applies.
pub(super) async fn apply(desk: &mut Desk, of: &File<'_>, outcome: Outcome) -> HistoryResult<()> {
    let dossier = closings::dossier(&mut desk.tx, of.opened).await?;
    for kind in needed(outcome) {
        if !dossier.papers.iter().any(|paper| paper.kind == *kind) {
            add_paper(desk, of, *kind, String::new()).await?;
        }
    }
    let dossier = closings::dossier(&mut desk.tx, of.opened).await?;
    let sections = Sections::each(|section| texts::closing(of.case, outcome, section));
    let report = Report { outcome, sections };
    let decided = closing::apply(desk.actor(), of.opened.case(), &dossier, report, desk.at);
    let fact = desk.granted(decided)?;
    closings::record(&mut desk.tx, of.opened, &fact).await?;
    Ok(())
}

/// Signs the step that waits, or returns the report.
pub(super) async fn sign(
    desk: &mut Desk,
    of: &File<'_>,
    (step, decision): (SignStep, Decision),
    opinion: &str,
) -> HistoryResult<()> {
    let latest = closings::latest(&mut desk.tx, of.opened).await?;
    let latest = latest.ok_or_else(|| desk.refused(["there is no close report"]))?;
    let posts =
        colleagues::posts(&mut desk.tx, desk.session.actor().staff, day_of(desk.at)).await?;
    let seen = latest.content.hash();
    let verdict = Verdict { step, decision, opinion: opinion.to_owned(), seen };
    let signer = Signer { actor: desk.actor(), posts: &posts };
    let decided = closing::sign(signer, of.opened.case(), &latest, verdict, desk.at);
    let fact = desk.allowed(decided)?;
    Ok(approvals::record(&mut desk.tx, of.opened, &fact).await?)
}
