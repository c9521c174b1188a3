//! A further version of a rule set as it is typed: days, which days count, what a rest day does.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::calendar::read_day;
use crate::domain::deadline::{ClockKind, ClockRule, DayCount, Roll, RuleSet};
use crate::domain::digits::number;
use crate::domain::rule_change::Wanted;
use crate::web::form::{Choice, Problems};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    pub code: String,
    /// In the order of the duties.
    #[serde(rename = "days[]", alias = "days")]
    pub days: Vec<String>,
    #[serde(rename = "day_kind[]", alias = "day_kind")]
    pub counts: Vec<String>,
    #[serde(rename = "roll[]", alias = "roll")]
    pub rolls: Vec<String>,
    pub basis: String,
    pub valid_from: String,
    /// Why a proposal is declined or withdrawn.
    pub reason: String,
}

/// A duty's line of the form.
pub struct Row {
    pub field: String,
    pub name: &'static str,
    pub days: String,
    pub counts: Vec<Choice>,
    pub rolls: Vec<Choice>,
}

impl RuleForm {
    /// A rule set to begin with.
    pub fn of(set: &RuleSet) -> Self {
        let rules: Vec<&ClockRule> =
            ClockKind::ALL.iter().filter_map(|kind| set.rule(*kind)).collect();
        Self {
            code: set.code.clone(),
            days: rules.iter().map(|rule| rule.days.to_string()).collect(),
            counts: rules.iter().map(|rule| rule.count.code().to_owned()).collect(),
            rolls: rules.iter().map(|rule| rule.roll.code().to_owned()).collect(),
            ..Self::default()
        }
    }

    /// What was meant; whether it will do, the rule says.
    pub fn check(&self, set: &RuleSet, today: NaiveDate) -> Result<Wanted, Problems> {
        let mut problems = Problems::default();
        let mut rules = Vec::new();
        let text = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
        for (nth, kind) in ClockKind::ALL.iter().enumerate() {
            let field = format!("days_{}", kind.code());
            let days = number(&text(&self.days, nth));
            let days =
                problems.take(&field, days, &format!("请填写{}的天数，1到365", kind.label()));
            let count = DayCount::from_code(&text(&self.counts, nth));
            let roll = Roll::from_code(&text(&self.rolls, nth));
            let known = set.rule(*kind);
            let count = count.or_else(|| known.map(|rule| rule.count));
            let roll = roll.or_else(|| known.map(|rule| rule.roll));
            if let Some(((days, count), roll)) = days.zip(count).zip(roll) {
                rules.push(ClockRule { kind: *kind, days, count, roll });
            }
        }
        let from = read_day(&self.valid_from, today);
        let from = problems.take("valid_from", from, "请填写生效日期，例如2026-07-01");
        match from.filter(|_| problems.is_empty()) {
            Some(from) => Ok(Wanted { rules, basis: self.basis.clone(), from }),
            None => Err(problems),
        }
    }

    /// The lines of the form.
    pub fn rows(&self) -> Vec<Row> {
        let text = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
        let row = |(nth, kind): (usize, &ClockKind)| {
            let counts = DayCount::ALL.iter().map(|it| (it.code(), it.label()));
            let rolls = Roll::ALL.iter().map(|it| (it.code(), it.label()));
            Row {
                field: format!("days_{}", kind.code()),
                name: kind.label(),
                days: text(&self.days, nth),
                counts: Choice::list(counts, &text(&self.counts, nth)),
                rolls: Choice::list(rolls, &text(&self.rolls, nth)),
            }
        };
        ClockKind::ALL.iter().enumerate().map(row).collect()
    }
}
