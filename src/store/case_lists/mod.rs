//! Lists of petition cases: filtered, sorted by one key with the number breaking ties, and paged
//! by key in both directions.

mod query;

use chrono::{DateTime, NaiveDate, Utc};

use super::cursor::{self, Paged, Place};
use super::{StoreResult, Tx, audit};
use crate::domain::category::Category;
use crate::domain::petition_case::Stage;
use crate::domain::source::Source;

/// The count of a list stops here: 「共1000+件」.
pub const COUNTED_TO: i64 = 1000;

/// What was typed as 关键词: the beginning or end of a number, or of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Words {
    #[default]
    None,
    NumberPrefix(String),
    NumberTail(String),
    /// The name as it is compared.
    Name(String),
}

/// Which cases; what is `None` is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub words: Words,
    /// The code of the responsible unit.
    pub court: Option<String>,
    pub open: Option<bool>,
    pub stage: Option<Stage>,
    /// The due day, half-open.
    pub due_from: Option<NaiveDate>,
    pub due_until: Option<NaiveDate>,
    pub source: Option<Source>,
    pub category: Option<Category>,
    pub leader: Option<String>,
    pub handler: Option<String>,
    /// The moment of assignment, half-open.
    pub assigned_from: Option<DateTime<Utc>>,
    pub assigned_until: Option<DateTime<Utc>>,
    /// Cases of whose team the reader is.
    pub mine: bool,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    Due,
    Number,
    Name,
    Source,
    Court,
    Leader,
    Handler,
    Stage,
    Updated,
}

impl SortKey {
    /// Every key with its code in addresses.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Due, "due"),
        (Self::Number, "no"),
        (Self::Name, "name"),
        (Self::Source, "source"),
        (Self::Court, "court"),
        (Self::Leader, "leader"),
        (Self::Handler, "handler"),
        (Self::Stage, "stage"),
        (Self::Updated, "updated"),
    ];
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub key: SortKey,
    pub descending: bool,
}

impl Order {
    fn list(self) -> String {
        format!("cases by {:?} {}", self.key, self.descending)
    }
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub order: Order,
    pub place: Place,
    pub size: usize,
}

/// A row of the list. What the petitioner said is there only where it is open to the reader.
#[derive(Debug, Clone)]
pub struct CaseLine {
    pub number: String,
    pub name: String,
    pub summary: Option<String>,
    /// Why the close report came back, of a case that was returned.
    pub returned: Option<String>,
    pub source: Option<String>,
    pub court: String,
    pub leader: Option<String>,
    pub handler: Option<String>,
    pub stage: Stage,
    pub due_on: Option<NaiveDate>,
    pub visits: i64,
    pub updated_at: DateTime<Utc>,
    /// Whether the case opens in full to the reader.
    pub opens: bool,
    key: String,
}

/// One page of the list.
pub async fn list(tx: &mut Tx, filter: &Filter, window: &Window) -> StoreResult<Paged<CaseLine>> {
    let (keys, name) = (tx.keys(), window.order.list());
    let opened = window.place.opened::<2>(&keys, &name);
    let descending = window.order.descending != opened.backwards;
    let rows = query::page(tx, filter, (window, &opened), descending).await?;
    Paged::of(rows, window.size, &opened, |line| {
        cursor::seal(&keys, &name, &[&line.key, &line.number])
    })
}

/// A unit to filter by.
#[derive(Debug, Clone)]
pub struct UnitChoice {
    pub code: String,
    pub name: String,
}

/// What stands around a list: how many rows it has, how many open ones are overdue (both counted
/// up to a limit), and the units within reach.
#[derive(Debug, Clone, Default)]
pub struct Around {
    pub count: i64,
    pub overdue: i64,
    pub units: Vec<UnitChoice>,
}

/// How the reading of a list stands in the audit.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    pub verb: &'a str,
    /// The names of what was filtered by.
    pub detail: &'a str,
    /// The numbers of the cases on the page.
    pub shown: &'a str,
    pub at: DateTime<Utc>,
}

/// What stands around the list with this filter, on a day. The reading is noted last in the same
/// statement, since the chain of the court is held from then on; whoever shows the list must commit.
pub async fn around(
    tx: &mut Tx,
    filter: &Filter,
    today: NaiveDate,
    noted: Noted<'_>,
) -> StoreResult<Around> {
    let rows = query::around(tx, filter, today, noted).await?;
    if rows.iter().all(|row| row.noted.is_none()) {
        let Noted { verb, detail, shown, at } = noted;
        audit::append(tx, audit::Entry { verb, detail, shown, at, ..audit::Entry::default() })
            .await?;
    }
    let (count, overdue) = rows.first().map_or((0, 0), |row| (row.count, row.overdue));
    let units = rows.into_iter().map(|row| UnitChoice { code: row.code, name: row.name });
    Ok(Around { count, overdue, units: units.collect() })
}
