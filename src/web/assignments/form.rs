//! What the bureau sent: the cases with their courts, the source, the rule set, the moment.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::pasting::Line;
use crate::domain::assignment::Order;
use crate::domain::calendar;
use crate::domain::deadline::{CustomDays, RuleSet};
use crate::domain::ids::{RuleSetId, UnitId};
use crate::domain::source::Source;
use crate::web::form::Problems;

/// The form as sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AssignForm {
    #[serde(rename = "case_no[]", alias = "case_no")]
    pub cases: Vec<String>,
    #[serde(rename = "court[]", alias = "court")]
    pub courts: Vec<String>,
    /// Numbers pasted, one a line.
    pub pasted: String,
    pub source: String,
    pub source_no: String,
    pub rule: String,
    pub days_ledger: String,
    pub days_meeting: String,
    pub days_report: String,
    pub days_close: String,
    pub assigned_at: String,
    pub note: String,
    pub action: String,
    /// The court that 「全部设为」 gives to every row.
    pub all_courts: String,
    /// The number of a row to take out again.
    pub remove: String,
}

/// What an order says, once read.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub source: Source,
    pub rules: RuleSet,
    pub at: DateTime<Utc>,
    /// A case's number and the unit chosen for it.
    pub rows: Vec<(String, UnitId)>,
}

impl AssignForm {
    /// An order of these cases, as it begins.
    pub fn begin(cases: Vec<String>, now: DateTime<Utc>) -> Self {
        Self {
            cases,
            rule: "standard".to_owned(),
            source: "city_court".to_owned(),
            assigned_at: Self::moment_text(now),
            ..Self::default()
        }
    }

    /// 「2026-06-15 17:05」
    pub fn moment_text(at: DateTime<Utc>) -> String {
        format!("{} {}", calendar::day_of(at), calendar::clock_time(at))
    }

    /// Whether it is about these cases and no others, in whatever order.
    pub fn is_about(&self, numbers: &[String]) -> bool {
        let among = |some: &[String], all: &[String]| some.iter().all(|one| all.contains(one));
        among(numbers, &self.cases) && among(&self.cases, numbers)
    }

    /// Makes rows of what was pasted.
    pub fn take(&mut self, lines: Vec<Line>) {
        self.courts.resize(self.cases.len(), String::new());
        self.cases.extend(lines.into_iter().map(|line| line.text));
        self.pasted.clear();
    }

    /// Sets the courts, takes out what is to go, and keeps each number once.
    pub fn settle(&mut self) {
        self.courts.resize(self.cases.len(), String::new());
        let rows: Vec<_> = self.cases.drain(..).zip(self.courts.drain(..)).collect();
        for (number, court) in rows {
            let court = if self.action == "set_all" { self.all_courts.clone() } else { court };
            if number != self.remove && !self.cases.contains(&number) {
                self.cases.push(number);
                self.courts.push(court);
            }
        }
    }

    /// What was meant, or everything that is wrong.
    pub fn check(&self, rule_sets: &[RuleSet], now: DateTime<Utc>) -> Result<Wanted, Problems> {
        let mut problems = Problems::default();
        if self.cases.is_empty() {
            problems.add("case_no[]", "请选择要交办的案件");
        }
        let rows = self.rows(&mut problems);
        let source = problems.take("source", Source::from_code(&self.source), "请选择来源");
        let rules = self.rules(rule_sets, &mut problems);
        let at = self.moment(now, &mut problems);
        problems.within("note", &self.note, 1000);
        problems.within("source_no", &self.source_no, 60);
        match (source, rules, at) {
            (Some(source), Some(rules), Some(at)) if problems.is_empty() => {
                Ok(Wanted { source, rules, at, rows })
            }
            _ => Err(problems),
        }
    }

    /// What it says for all of its cases.
    pub fn order<'a>(&self, wanted: &'a Wanted, now: DateTime<Utc>) -> Order<'a> {
        Order {
            source: wanted.source,
            source_number: self.source_no.trim().to_owned(),
            rules: &wanted.rules,
            note: self.note.trim().to_owned(),
            at: wanted.at,
            recorded_at: now,
        }
    }

    fn rows(&self, problems: &mut Problems) -> Vec<(String, UnitId)> {
        let mut rows = Vec::new();
        for (nth, (number, court)) in self.cases.iter().zip(&self.courts).enumerate() {
            let field = format!("court-{nth}");
            let missing = format!("请为{number}选择责任法院");
            if let Some(unit) = problems.take(&field, court.parse().ok(), &missing) {
                rows.push((number.clone(), unit));
            }
        }
        rows
    }

    /// The rule set that was chosen, or the one that the days make.
    pub fn rules(&self, rule_sets: &[RuleSet], problems: &mut Problems) -> Option<RuleSet> {
        if self.rule != "custom" {
            let known = rule_sets.iter().find(|set| set.code == self.rule).cloned();
            return problems.take("rule", known, "请选择时限规则");
        }
        let mut days = |field: &str, what: &str, text: &str| {
            let said = format!("{what}：请填写1到365之间的天数");
            problems.take(field, crate::domain::digits::number(text), &said)
        };
        let ledger = days("days_ledger", "台账", &self.days_ledger);
        let meeting = days("days_meeting", "约见", &self.days_meeting);
        let report = days("days_report", "报告", &self.days_report);
        let close = days("days_close", "办结", &self.days_close);
        let days =
            CustomDays { ledger: ledger?, meeting: meeting?, report: report?, close: close? };
        let mut rules = problems.accept("days_report", RuleSet::custom(RuleSetId(0), days))?;
        rules.name = format!("自定义：{}", rules.summary());
        Some(rules)
    }

    /// The day of the assignment, by whose rules its clocks begin; today where it makes no sense yet.
    pub fn day(&self, now: DateTime<Utc>) -> NaiveDate {
        calendar::day_of(self.moment(now, &mut Problems::default()).unwrap_or(now))
    }

    /// The moment of assignment; empty is now.
    pub fn moment(&self, now: DateTime<Utc>, problems: &mut Problems) -> Option<DateTime<Utc>> {
        let text = self.assigned_at.trim().replace('T', " ");
        if text.is_empty() {
            return Some(now);
        }
        let (day, time) = text.split_once(' ').unwrap_or((&text, "00:00"));
        let moment = calendar::read_day(day, calendar::day_of(now)).zip(read_time(time));
        let moment = moment.map(|(day, time)| calendar::moment(day, time));
        let moment =
            problems.take("assigned_at", moment, "请填写交办时间，如“2026-06-15 17:05”")?;
        // The minute that is running has not passed when the page shows it.
        let now_shown = now - chrono::Duration::seconds(1);
        if moment > now {
            problems.add("assigned_at", "交办时间不能晚于现在");
            return None;
        }
        Some(if moment > now_shown { now } else { moment })
    }
}

fn read_time(text: &str) -> Option<NaiveTime> {
    calendar::read_time(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::assignments::pasting;

    fn now() -> DateTime<Utc> {
        "2026-06-15T04:00:00Z".parse().unwrap()
    }

    fn sets() -> Vec<RuleSet> {
        vec![RuleSet::standard(RuleSetId(1)), RuleSet::urgent(RuleSetId(2))]
    }

    fn form() -> AssignForm {
        AssignForm {
            cases: vec!["XF2026-00128".to_owned()],
            courts: vec!["7".to_owned()],
            source: "province_court".to_owned(),
            rule: "standard".to_owned(),
            assigned_at: "2026-06-15 11:05".to_owned(),
            ..AssignForm::default()
        }
    }

    #[test]
    fn pasted_numbers_join_the_rows_and_each_counts_once() {
        let mut form = form();
        form.take(pasting::lines("xf2026-00131\nXF2026-00128"));
        form.settle();
        assert_eq!(form.cases, ["XF2026-00128", "XF2026-00131"]);
        assert_eq!(form.courts, ["7", ""]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let form = AssignForm {
            courts: vec![String::new()],
            source: String::new(),
            rule: String::new(),
            assigned_at: "2026-06-15 12:01".to_owned(),
            ..form()
        };
        let problems = form.check(&sets(), now()).unwrap_err();
        for (field, message) in [
            ("court-0", "请为XF2026-00128选择责任法院"),
            ("source", "请选择来源"),
            ("rule", "请选择时限规则"),
            ("assigned_at", "交办时间不能晚于现在"),
        ] {
            assert_eq!(problems.of(field), Some(message));
        }
    }

    #[test]
    fn days_of_its_own_make_a_rule_set() {
        let days = |report: &str, close: &str| AssignForm {
            rule: "custom".to_owned(),
            days_ledger: "1".to_owned(),
            days_meeting: "2".to_owned(),
            days_report: report.to_owned(),
            days_close: close.to_owned(),
            ..form()
        };
        let wanted = days("5", "20").check(&sets(), now()).unwrap();
        assert_eq!(wanted.rules.name, "自定义：1日台账、2日约见、5日报告、20日办结");
        let problems = days("21", "20").check(&sets(), now()).unwrap_err();
        assert_eq!(problems.of("days_report"), Some("报告天数不能大于办结天数"));
    }
}
