//! The scope as a value of SQL: the first wall in the form that the queries bind.

use crate::domain::access::Scope;

/// As the type `reach` of the database; `within` asks it of a row.
#[derive(Debug, sqlx::Type)]
#[sqlx(type_name = "reach")]
pub struct Reach {
    units: Vec<i64>,
    matters: String,
    accounts: String,
    reads_sealed: bool,
    sends_sealed: bool,
    staff: i64,
    holder: i64,
    excluded: Vec<i64>,
    excluded_visits: Vec<i64>,
}

impl Scope {
    /// The scope, for a query to bind.
    pub(super) fn reach(&self) -> Reach {
        Reach {
            units: self.units().to_vec(),
            matters: self.matters().code().to_owned(),
            accounts: self.accounts().to_owned(),
            reads_sealed: self.reads_sealed(),
            sends_sealed: self.sends_sealed(),
            staff: self.staff().0,
            holder: self.holder().0,
            excluded: self.excluded().cases.clone(),
            excluded_visits: self.excluded().visits.clone(),
        }
    }
}
