//! Checks the bulletins: every frozen issue is derived again from the facts as they were known at
//! its cut-off.

use std::fmt;

use crate::domain::bulletin::Whole;
use crate::domain::figure::Metric;
use crate::domain::fraction::{Fraction, NO_BASE};
use crate::domain::ids::UnitId;
use crate::domain::period::Period;
use crate::domain::snapshot::differences;
use crate::domain::unit::Unit;
use crate::store::bulletins::{self, Issue};
use crate::store::{Db, StoreResult, Tx};

/// What is wrong with an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// What is kept is not what was frozen: the hash over it is another.
    Kept,
    /// A figure comes out otherwise.
    Figure {
        unit: String,
        metric: Metric,
        frozen: Option<Fraction>,
        derived: Option<Fraction>,
        items: Vec<String>,
    },
    /// A total no longer equals its parts.
    Whole(Whole),
    /// The late entries come out otherwise.
    Late { kept: usize, derived: usize },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printed =
            |one: &Option<Fraction>| one.map_or_else(|| NO_BASE.to_owned(), |it| it.to_string());
        match self {
            Self::Kept => f.write_str("保存的数字或明细与冻结时的校验码不符"),
            Self::Figure { unit, metric, frozen, derived, items } => {
                let (frozen, derived) = (printed(frozen), printed(derived));
                write!(f, "{unit} {}：冻结{frozen}，重算{derived}", metric.label())?;
                if items.is_empty() { Ok(()) } else { write!(f, "：{}", items.join("、")) }
            }
            Self::Whole(whole) => whole.fmt(f),
            Self::Late { kept, derived } => {
                write!(f, "往期补录：冻结{kept}条，重算{derived}条，内容不一致")
            }
        }
    }
}

/// What was found in one issue.
#[derive(Debug)]
pub struct Checked {
    pub period: Period,
    pub hash: String,
    pub differences: Vec<Difference>,
}

/// What was found in all frozen issues.
#[derive(Debug)]
pub struct Report(pub Vec<Checked>);

impl Report {
    /// Whether every issue comes out as it was frozen.
    pub fn is_sound(&self) -> bool {
        self.0.iter().all(|issue| issue.differences.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Checked { period, hash, differences } in &self.0 {
            match differences.len() {
                0 => writeln!(f, "{period} {}：一致，校验码{hash}", period.issue())?,
                count => writeln!(f, "{period} {}：发现{count}处不一致", period.issue())?,
            }
            for difference in differences {
                writeln!(f, "  {period} {difference}")?;
            }
        }
        Ok(())
    }
}

/// Derives every frozen issue again.
pub async fn run(db: &Db) -> StoreResult<Report> {
    let mut tx = super::figures::begin(db).await?;
    let issues = bulletins::list(&mut tx, None).await?;
    let mut checked = Vec::new();
    for issue in issues.iter().filter(|issue| issue.bulletin.state.is_frozen()) {
        checked.push(check(&mut tx, issue).await?);
    }
    Ok(Report(checked))
}

async fn check(tx: &mut Tx, issue: &Issue) -> StoreResult<Checked> {
    let kept = bulletins::snapshot(tx, issue).await?;
    let late = bulletins::late(tx, issue).await?;
    let derived = bulletins::derive(tx, issue, &kept.units()).await?;
    let units = bulletins::units(tx, issue).await?;
    let mut found = Vec::new();
    if issue.bulletin.hash != Some(kept.hash()) {
        found.push(Difference::Kept);
    }
    let figures = differences(&kept, &derived.snapshot).into_iter().map(|one| {
        let unit = name(&units, one.unit);
        let (metric, frozen, derived) = (one.metric, one.frozen, one.derived);
        Difference::Figure { unit, metric, frozen, derived, items: one.items }
    });
    found.extend(figures);
    found.extend(derived.wholes.into_iter().filter(|one| !one.adds_up()).map(Difference::Whole));
    if late != derived.late {
        found.push(Difference::Late { kept: late.len(), derived: derived.late.len() });
    }
    let hash = issue.bulletin.hash.map(|hash| hash.short()).unwrap_or_default();
    Ok(Checked { period: issue.period(), hash, differences: found })
}

fn name(units: &[Unit], id: UnitId) -> String {
    let found = units.iter().find(|unit| unit.id == id);
    found.map_or_else(|| id.to_string(), |unit| unit.short_name.clone())
}
