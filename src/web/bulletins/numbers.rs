//! The numbers of an issue: from the snapshot once it is frozen, from the facts before.

use std::collections::BTreeMap;

use crate::domain::bulletin::Contents;
use crate::domain::figure::{Figure, Late, Mark, Metric};
use crate::domain::fraction::Fraction;
use crate::domain::ids::UnitId;
use crate::domain::unit::Unit;
use crate::store::bulletins::{self, Issue};
use crate::store::{StoreResult, Tx};

/// What the tables of an issue are made of.
pub struct Numbers {
    pub units: Vec<Unit>,
    fractions: BTreeMap<(Metric, UnitId), Fraction>,
    /// How many items are shown beside a figure, and never added to it.
    marked: BTreeMap<(Metric, UnitId, Mark), u32>,
    pub late: Vec<Late>,
}

impl Numbers {
    pub async fn read(tx: &mut Tx, issue: &Issue) -> StoreResult<Self> {
        let units = bulletins::units(tx, issue).await?;
        if issue.bulletin.state.is_frozen() {
            return Ok(Self {
                fractions: bulletins::fractions(tx, issue).await?,
                marked: bulletins::marked(tx, issue).await?,
                late: bulletins::late(tx, issue).await?,
                units,
            });
        }
        let ids: Vec<_> = units.iter().map(|unit| unit.id).collect();
        let contents = bulletins::derive(tx, issue, &ids).await?;
        Ok(Self::of(units, contents))
    }

    fn of(units: Vec<Unit>, contents: Contents) -> Self {
        let figures = &contents.snapshot.figures;
        let marks = |figure: &Figure| {
            let (metric, unit) = (figure.metric, figure.unit);
            let count = |&mark: &Mark| ((metric, unit, mark), figure.marked(mark));
            Mark::ALL.iter().map(count).collect::<Vec<_>>()
        };
        Self {
            units,
            fractions: figures
                .iter()
                .map(|figure| ((figure.metric, figure.unit), figure.fraction()))
                .collect(),
            marked: figures.iter().flat_map(marks).collect(),
            late: contents.late,
        }
    }

    /// A figure; a unit that the issue does not know has nothing to count.
    pub fn fraction(&self, metric: Metric, unit: UnitId) -> Fraction {
        self.fractions.get(&(metric, unit)).copied().unwrap_or(Fraction::new(0, 0))
    }

    /// How many items of a figure carry a mark.
    pub fn marked(&self, metric: Metric, unit: UnitId, mark: Mark) -> u32 {
        self.marked.get(&(metric, unit, mark)).copied().unwrap_or(0)
    }

    /// The short name of a unit.
    pub fn name(&self, unit: UnitId) -> &str {
        let found = self.units.iter().find(|one| one.id == unit);
        found.map_or("", |one| one.short_name.as_str())
    }
}
