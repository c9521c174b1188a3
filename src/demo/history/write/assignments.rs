//! Issuing batches of assignments.

use super::super::act::{Batch, Limits};
use super::super::plan::custom;
use super::{Desk, HistoryResult, Scribe};
use crate::domain::assignment::{Order, assign};
use crate::domain::deadline::RuleSet;
use crate::store::{assignments, deadlines, petition_cases};

impl Scribe<'_> {
    pub(super) async fn assign(&self, desk: &mut Desk, batch: &Batch) -> HistoryResult<()> {
        let rules = rules(desk, batch.limits).await?;
        let order = Order {
            source: batch.source,
            source_number: batch.source_number.clone(),
            rules: &rules,
            note: batch.note.to_owned(),
            at: desk.at,
            recorded_at: desk.at,
        };
        let mut numbers = Vec::new();
        for (case, _) in &batch.rows {
            numbers.push(self.number(desk, *case)?.to_owned());
        }
        let cases = petition_cases::find_all(&mut desk.tx, &numbers).await?;
        let mut facts = Vec::new();
        for (number, (_, unit)) in numbers.iter().zip(&batch.rows) {
            let case = cases.iter().find(|case| case.number == *number);
            let case = case.ok_or_else(|| desk.refused(["the case is out of reach"]))?;
            let unit = self.unit(desk, unit)?;
            let decided = assign(desk.actor(), case, unit, &order, &self.calendar);
            facts.push(desk.allowed(decided)?);
        }
        assignments::record(&mut desk.tx, &order, self.calendar.version(), &facts).await?;
        Ok(())
    }
}

async fn rules(desk: &mut Desk, limits: Limits) -> HistoryResult<RuleSet> {
    let code = match limits {
        Limits::Custom(days) => {
            return custom(days).ok_or_else(|| desk.refused(["these days are no time limits"]));
        }
        Limits::Standard => "standard",
        Limits::Urgent => "urgent",
    };
    let day = crate::domain::calendar::day_of(desk.at);
    let known = deadlines::rule_sets(&mut desk.tx, day).await?.into_iter();
    let rules = known.into_iter().find(|rules| rules.code == code);
    rules.ok_or_else(|| desk.refused(["there is no such rule set"]))
}
