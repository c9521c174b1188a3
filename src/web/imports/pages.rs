//! The pages of an import.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::form::{KINDS, REASON_LENGTH, field};
use crate::domain::calendar;
use crate::domain::import::{DryRun, Mappings, Remark, Sheets, State};
use crate::domain::ledger_import::{Column, Finding, Kind, LedgerRow, Mapping, Table};
use crate::store::imports::drafts::DraftLine;
use crate::store::imports::{ImportLine, RowLine};
use crate::web::form::{Choice, Problems};
use crate::web::layout::Shell;

/// Step 1: choosing a file.
#[derive(Template)]
#[template(path = "imports/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub kinds: Vec<Choice>,
    pub drafts: Vec<(DraftLine, String)>,
    pub problems: Problems,
}

impl NewPage {
    pub fn of(
        shell: Shell,
        (kind, drafts): (&str, Vec<DraftLine>),
        today: NaiveDate,
        problems: Problems,
    ) -> Self {
        let kind = if kind.is_empty() { KINDS[0].0 } else { kind };
        let said = |draft: DraftLine| {
            let saved = calendar::format_moment(draft.saved_at, today);
            (draft, saved)
        };
        Self {
            shell,
            kinds: Choice::list(KINDS, kind),
            drafts: drafts.into_iter().map(said).collect(),
            problems,
        }
    }
}

/// A column of the file with what it may hold.
pub struct ColumnLine {
    pub field: String,
    pub letter: String,
    pub heading: String,
    pub choices: Vec<Choice>,
}

/// A sheet with its columns.
pub struct SheetLine {
    pub name: String,
    pub kind: Kind,
    pub rows: usize,
    pub columns: Vec<ColumnLine>,
}

impl SheetLine {
    fn of(table: &Table, chosen: impl Fn(usize) -> Option<Column>) -> Self {
        let columns = table.headings.iter().map(|heading| {
            let chosen = chosen(heading.at).map(Column::code).unwrap_or_default();
            let known = Column::of(table.kind).iter().map(|column| {
                let label = match column.group() {
                    Some(group) => format!("{group}·{}", column.label()),
                    None => column.label().to_owned(),
                };
                (column.code(), label)
            });
            ColumnLine {
                field: field(table.kind, &heading.letter()),
                letter: heading.letter(),
                heading: heading.full(),
                choices: Choice::list([("", "不导入".to_owned())].into_iter().chain(known), chosen),
            }
        });
        Self {
            name: table.sheet.clone(),
            kind: table.kind,
            rows: table.rows.len(),
            columns: columns.collect(),
        }
    }
}

/// Step 2: what each column holds.
#[derive(Template)]
#[template(path = "imports/edit.html")]
pub struct EditPage {
    pub shell: Shell,
    pub draft: Uuid,
    pub file_name: String,
    pub sheets: Vec<SheetLine>,
    pub unread: Vec<String>,
    pub problems: Problems,
}

impl EditPage {
    /// The sheets with the columns as they were found or corrected.
    pub fn sheets(sheets: Sheets<'_>, mappings: &Mappings) -> Vec<SheetLine> {
        let of = |table, mapping: &Mapping| SheetLine::of(table, |at| mapping.column(at));
        let reviews = sheets.reviews.zip(mappings.reviews.as_ref());
        let reviews = reviews.map(|(table, mapping)| of(table, mapping));
        [of(sheets.ledger, &mappings.ledger)].into_iter().chain(reviews).collect()
    }

    /// The sheets with what was just sent.
    pub fn sent(sheets: Sheets<'_>, fields: &super::form::Fields) -> Vec<SheetLine> {
        let of = |table: &Table| {
            SheetLine::of(table, |at| {
                let letter = crate::domain::ledger_import::letter(at);
                Column::from_code(fields.get(&field(table.kind, &letter))?)
            })
        };
        [sheets.ledger].into_iter().chain(sheets.reviews).map(of).collect()
    }
}

/// A fault as the page shows it.
pub struct FaultLine {
    pub weight: &'static str,
    pub stops: bool,
    pub place: String,
    pub heading: String,
    pub value: String,
    pub problem: String,
    pub remedy: &'static str,
}

impl FaultLine {
    fn of((kind, finding): (Kind, &Finding)) -> Self {
        let weight = finding.problem.weight();
        let place = match kind {
            Kind::Ledger => finding.place.to_string(),
            Kind::Review => format!("评查表{}", finding.place),
        };
        Self {
            weight: weight.label(),
            stops: weight == crate::domain::ledger_import::Weight::Stop,
            place,
            heading: finding.heading.clone(),
            value: finding.value.clone(),
            problem: finding.problem.to_string(),
            remedy: finding.problem.remedy(),
        }
    }
}

/// Step 3: what would be imported.
#[derive(Template)]
#[template(path = "imports/check.html")]
pub struct CheckPage {
    pub shell: Shell,
    pub draft: Uuid,
    pub file_name: String,
    pub said: String,
    pub reviews: usize,
    pub stopped_reviews: usize,
    pub good: usize,
    pub faults: Vec<FaultLine>,
    pub more_faults: usize,
    pub waiting: Vec<(String, String)>,
    pub changes: Vec<(String, String, String, String)>,
    pub skipped: Vec<(u32, String)>,
    pub is_all_good: bool,
    pub anything_new: bool,
    pub problems: Problems,
}

/// More faults than these are in the workbook to be downloaded.
const FAULTS_SHOWN: usize = 200;

impl CheckPage {
    pub fn of(
        shell: Shell,
        (draft, file_name): (Uuid, String),
        dry_run: &DryRun,
        problems: Problems,
    ) -> Self {
        let counts = dry_run.ledger.counts();
        let mut faults: Vec<_> = dry_run.findings().map(FaultLine::of).collect();
        faults.sort_by_key(|fault| !fault.stops);
        let more_faults = faults.len().saturating_sub(FAULTS_SHOWN);
        faults.truncate(FAULTS_SHOWN);
        let rows = || dry_run.ledger.rows.iter();
        let changes = rows().flat_map(|row| &row.changes).map(|change| {
            let (from, to) = (change.from.clone(), change.to.clone());
            (change.place.to_string(), change.heading.clone(), from, to)
        });
        let skipped = dry_run.ledger.skipped.iter().chain(&dry_run.reviews.skipped);
        Self {
            shell,
            draft,
            file_name,
            said: counts.to_string(),
            reviews: dry_run.reviews.rows.len(),
            stopped_reviews: dry_run.stopped_reviews(),
            good: counts.good,
            faults,
            more_faults,
            waiting: rows()
                .filter_map(|row| Some((row.place.to_string(), row.like()?.to_string())))
                .collect(),
            changes: changes.take(FAULTS_SHOWN).collect(),
            skipped: skipped.map(|row| (row.sheet_row, row.text.clone())).collect(),
            is_all_good: dry_run.is_all_good(),
            anything_new: counts.good + counts.waiting > 0,
            problems,
        }
    }
}

/// The imports so far.
#[derive(Template)]
#[template(path = "imports/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub imports: Vec<ImportLine>,
    pub today: NaiveDate,
    pub next: Option<String>,
}

impl ListPage {
    fn moment(&self, at: &DateTime<Utc>) -> String {
        calendar::format_moment(*at, self.today)
    }
}

/// What a row says, as far as one needs it to see whether two are the same case.
#[derive(Debug, Clone, Default)]
pub struct RowView {
    pub place: String,
    pub name: String,
    pub court_case: String,
    pub grounds: String,
    pub assigned_on: String,
    pub source: &'static str,
}

impl RowView {
    pub fn of(place: String, row: &LedgerRow) -> Self {
        Self {
            place,
            name: row.petitioner.name.to_string(),
            court_case: row.court_case.as_ref().map(ToString::to_string).unwrap_or_default(),
            grounds: row.grounds.clone(),
            assigned_on: row.assigned_on.to_string(),
            source: row.source.label(),
        }
    }
}

/// A waiting row beside what it probably repeats.
pub struct WaitingView {
    pub sheet_row: u32,
    pub row: RowView,
    pub like: Option<RowView>,
    pub like_case: Option<String>,
}

/// The result of an import.
#[derive(Template)]
#[template(path = "imports/show.html")]
pub struct ShowPage {
    pub shell: Shell,
    pub import: ImportLine,
    pub sha256: String,
    pub today: NaiveDate,
    pub waiting: Vec<WaitingView>,
    pub rows: Vec<RowLine>,
    pub problems: Problems,
}

impl ShowPage {
    fn moment(&self, at: &DateTime<Utc>) -> String {
        calendar::format_moment(*at, self.today)
    }

    fn stopped(&self) -> Vec<&RowLine> {
        self.rows.iter().filter(|row| row.state == State::Stopped).collect()
    }

    /// Imported rows that brought something to look at.
    fn warned(&self) -> Vec<&RowLine> {
        let imported = self.rows.iter().filter(|row| row.state == State::Imported);
        imported.filter(|row| !row.remarks.is_empty()).collect()
    }

    fn imported(&self) -> impl Iterator<Item = &String> {
        let imported = self.rows.iter().filter(|row| row.state == State::Imported);
        imported.filter_map(|row| row.case.as_ref())
    }

    /// Rows that are not imported, to be downloaded and put right.
    fn left_out(&self) -> bool {
        let left = |row: &RowLine| matches!(row.state, State::Stopped | State::Waiting);
        self.rows.iter().any(left)
    }
}

/// A remark in a sentence.
pub fn sentence(remark: &Remark) -> String {
    format!("{}：{}。{}", remark.heading, remark.problem, remark.remedy)
}

/// The confirming page of undoing.
#[derive(Template)]
#[template(path = "imports/undo.html")]
pub struct UndoPage {
    pub shell: Shell,
    pub import: ImportLine,
    /// Why it can't be undone, whatever reason is given.
    pub refusal: Option<String>,
    pub reason: String,
    pub limit: usize,
    pub problems: Problems,
}

impl UndoPage {
    pub fn of(
        shell: Shell,
        import: ImportLine,
        refusal: Option<String>,
        (reason, problems): (String, Problems),
    ) -> Self {
        Self { shell, import, refusal, reason, limit: REASON_LENGTH, problems }
    }
}
