//! What an import has to say: text for people, JSON for programs, and whether all was well.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Options;
use crate::domain::import::DryRun;
use crate::domain::ledger_import::{Counts, Finding, Kind, Refusal, Weight};
use crate::office::ledger::Workbook;
use crate::store::imports::Recorded;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// Nothing was wanted but to know.
    DryRun,
    /// Nothing was imported, for a reason.
    Refused(Refusal),
    /// Everything was there before.
    NothingNew,
    /// An import was recorded.
    Recorded(Recorded),
}

/// The report of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    file_name: String,
    sha256: String,
    dry_run: DryRun,
    outcome: Outcome,
}

impl Report {
    pub fn of(file_name: &str, book: &Workbook, options: Options<'_>, dry_run: DryRun) -> Self {
        let outcome = if options.dry_run { Outcome::DryRun } else { Outcome::NothingNew };
        let (file_name, sha256) = (file_name.to_owned(), book.sha256.clone());
        Self { file_name, sha256, dry_run, outcome }
    }

    pub(super) const fn dry_run(&self) -> &DryRun {
        &self.dry_run
    }

    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.outcome = Outcome::Refused(refusal);
    }

    pub(super) fn recorded(&mut self, import: Recorded) {
        self.outcome = Outcome::Recorded(import);
    }

    /// How many rows there are of each kind.
    pub fn counts(&self) -> Counts {
        self.dry_run.ledger.counts()
    }

    /// The import that was recorded.
    pub const fn import(&self) -> Option<Recorded> {
        match self.outcome {
            Outcome::Recorded(recorded) => Some(recorded),
            Outcome::DryRun | Outcome::Refused(_) | Outcome::NothingNew => None,
        }
    }

    /// Whether all was well: no row is stopped or waits. A warning is well.
    pub fn is_well(&self) -> bool {
        self.dry_run.is_all_good() && !matches!(self.outcome, Outcome::Refused(_))
    }

    /// For people. The findings are in the words of the page.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}  sha256 {}\n", self.file_name, self.sha256);
        for (kind, finding) in self.dry_run.findings() {
            let _ = writeln!(text, "{}", line(kind, finding));
        }
        for row in &self.dry_run.ledger.rows {
            if let Some(like) = row.like() {
                let _ = writeln!(text, "waits    {}: 疑似与{like}重复", row.place);
            }
        }
        for change in self.dry_run.ledger.rows.iter().flat_map(|row| &row.changes) {
            let _ = writeln!(text, "read as  {} {}: {}", change.place, change.heading, change.to);
        }
        for skipped in &self.dry_run.ledger.skipped {
            let _ = writeln!(text, "skipped  row {}: {}", skipped.sheet_row, skipped.text);
        }
        let _ = writeln!(text, "{}", self.counts());
        let reviews = self.dry_run.reviews.rows.len();
        if reviews > 0 {
            let stopped = self.dry_run.stopped_reviews();
            let _ = writeln!(text, "Reviews: {reviews}, of which {stopped} can't be imported.");
        }
        let _ = writeln!(text, "{}", self.sentence());
        text
    }

    fn sentence(&self) -> String {
        match &self.outcome {
            Outcome::DryRun => "Dry run: nothing was changed.".to_owned(),
            Outcome::Refused(refusal) => format!("Nothing was imported: {refusal}"),
            Outcome::NothingNew => {
                "Nothing to import: every row was imported before or can't be.".to_owned()
            }
            Outcome::Recorded(recorded) => {
                format!("Imported {} cases as import {}.", self.counts().good, recorded.id)
            }
        }
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let counts = self.counts();
        let findings = self.dry_run.findings().map(|(kind, finding)| {
            json!({
                "sheet": kind.code(),
                "row": finding.place.sheet_row,
                "index": finding.place.index,
                "column": finding.heading,
                "value": finding.value,
                "weight": finding.problem.weight().code(),
                "problem": finding.problem.to_string(),
                "remedy": finding.problem.remedy(),
            })
        });
        let waiting = self.dry_run.ledger.rows.iter().filter_map(|row| {
            let like = row.like()?.to_string();
            Some(json!({ "row": row.place.sheet_row, "index": row.place.index, "like": like }))
        });
        json!({
            "file": self.file_name,
            "sha256": self.sha256,
            "ok": self.is_well(),
            "outcome": self.outcome(),
            "import": self.import().map(|recorded| recorded.id.0),
            "uuid": self.import().map(|recorded| recorded.uuid),
            "message": self.sentence(),
            "rows": {
                "total": counts.total,
                "good": counts.good,
                "stopped": counts.stopped,
                "waiting": counts.waiting,
                "present": counts.present,
            },
            "reviews": {
                "total": self.dry_run.reviews.rows.len(),
                "stopped": self.dry_run.stopped_reviews(),
            },
            "findings": findings.collect::<Value>(),
            "waiting": waiting.collect::<Value>(),
        })
    }

    const fn outcome(&self) -> &'static str {
        match self.outcome {
            Outcome::DryRun => "dry_run",
            Outcome::Refused(_) => "refused",
            Outcome::NothingNew => "nothing_new",
            Outcome::Recorded(_) => "recorded",
        }
    }
}

/// One finding on one line: weight, place, column, value as typed, problem, remedy.
fn line(kind: Kind, finding: &Finding) -> String {
    let word = match finding.problem.weight() {
        Weight::Hint => "hint   ",
        Weight::Warning => "warning",
        Weight::Stop => "stopped",
    };
    let sheet = match kind {
        Kind::Ledger => "",
        Kind::Review => "评查 ",
    };
    let Finding { place, heading, value, problem, .. } = finding;
    let value = if value.is_empty() { String::new() } else { format!("“{value}”") };
    format!("{word}  {sheet}{place} {heading}{value}：{problem}。{}", problem.remedy())
}
