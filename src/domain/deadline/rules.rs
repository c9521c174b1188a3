//! Deadlines are data: how many days, counted how, for which duty.

use chrono::NaiveDate;

use crate::domain::code::codes;
use crate::domain::ids::RuleSetId;

codes! {
    /// The duties of an assignment (交办) that a clock runs for, in the order of the deadline
    /// ladder. The code names the usual number of days but doesn't set it.
    ClockKind {
        /// The court acknowledges the assignment.
        Acknowledge = "A0", "签收";
        /// The ledger of the petition case is complete.
        Ledger = "L2", "台账";
        /// The assigned leader (包案领导) meets the petitioner.
        Meeting = "M2", "约见";
        /// The written progress report (书面进展情况报告) reaches the petition bureau.
        Report = "P7", "报告";
        /// The court closes the case.
        Close = "C30", "办结";
        /// The court objects that the case isn't its own.
        Objection = "O5", "异议";
    }
}

impl ClockKind {
    /// Only closing waits while a case is suspended (中止) or a close report is under
    /// examination. The ledger, the meeting and the progress report never pause.
    pub fn may_pause(self) -> bool {
        match self {
            Self::Close => true,
            Self::Acknowledge | Self::Ledger | Self::Meeting | Self::Report | Self::Objection => {
                false
            }
        }
    }
}

codes! {
    /// Which days count.
    DayCount {
        /// Every day, holidays and weekends included.
        Calendar = "calendar", "自然日";
        /// Working days by the day table.
        Working = "working", "工作日";
    }
}

codes! {
    /// What happens to a due date on a rest day (到期日遇休息日).
    Roll {
        /// It stays.
        None = "none", "不顺延";
        /// It moves to the next working day.
        NextWorkingDay = "next_working_day", "顺延";
    }
}

/// The time limit of one duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRule {
    /// The duty.
    pub kind: ClockKind,
    /// How many days after the day of the assignment, which is not counted itself.
    pub days: u16,
    /// Which days count.
    pub count: DayCount,
    /// What a rest day does to the due date.
    pub roll: Roll,
}

impl ClockRule {
    /// 「7日报告」, or 「30个工作日办结」 where working days count.
    pub fn label(&self) -> String {
        let unit = match self.count {
            DayCount::Calendar => "日",
            DayCount::Working => "个工作日",
        };
        format!("{}{unit}{}", self.days, self.kind.label())
    }
}

/// Why days cannot become a rule set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A progress report after the closing would have nothing to report.
    #[error("报告天数不能大于办结天数")]
    ReportAfterClose,
    /// Nothing is due on the day it is assigned or after a year.
    #[error("天数应在1到365之间")]
    OutOfRange,
}

/// The four numbers of days that an assignment may set for itself (自定义).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomDays {
    /// 台账.
    pub ledger: u16,
    /// 约见.
    pub meeting: u16,
    /// 报告.
    pub report: u16,
    /// 办结.
    pub close: u16,
}

impl CustomDays {
    /// Whether these days can be met in their order.
    pub fn check(self) -> Result<Self, Refusal> {
        let days = [self.ledger, self.meeting, self.report, self.close];
        if !days.iter().all(|days| (1..=365).contains(days)) {
            return Err(Refusal::OutOfRange);
        }
        if self.report > self.close { Err(Refusal::ReportAfterClose) } else { Ok(self) }
    }
}

/// One version of the time limits that an assignment was issued under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// The key of this version.
    pub id: RuleSetId,
    /// `standard`, `urgent` or `custom`.
    pub code: String,
    /// The name on the assignment page.
    pub name: String,
    /// Counts up; a clock keeps the version it started under.
    pub version: i32,
    /// The first day of assignments that it is for.
    pub valid_from: NaiveDate,
    /// The time limits.
    pub rules: Vec<ClockRule>,
}

impl RuleSet {
    /// 标准：2日台账、2日约见、7日报告、30日办结.
    pub fn standard(id: RuleSetId) -> Self {
        let days = CustomDays { ledger: 2, meeting: 2, report: 7, close: 30 };
        Self::of(id, ("standard", "标准"), days)
    }

    /// 紧急：1日台账、1日约见、3日报告、15日办结.
    pub fn urgent(id: RuleSetId) -> Self {
        let days = CustomDays { ledger: 1, meeting: 1, report: 3, close: 15 };
        Self::of(id, ("urgent", "紧急"), days)
    }

    /// 自定义: counted like the standard, with days of its own.
    pub fn custom(id: RuleSetId, days: CustomDays) -> Result<Self, Refusal> {
        Ok(Self::of(id, ("custom", "自定义"), days.check()?))
    }

    /// The time limit of one duty.
    pub fn rule(&self, kind: ClockKind) -> Option<&ClockRule> {
        self.rules.iter().find(|rule| rule.kind == kind)
    }

    /// 「标准」
    pub fn short_name(&self) -> &str {
        self.name.split('：').next().unwrap_or_default()
    }

    /// 「2日台账、2日约见、7日报告、30日办结」
    pub fn summary(&self) -> String {
        let ladder = [ClockKind::Ledger, ClockKind::Meeting, ClockKind::Report, ClockKind::Close];
        let labels: Vec<_> =
            ladder.into_iter().filter_map(|kind| self.rule(kind)).map(ClockRule::label).collect();
        labels.join("、")
    }

    fn of(id: RuleSetId, (code, name): (&str, &str), days: CustomDays) -> Self {
        let calendar = |kind, days, roll| ClockRule { kind, days, count: DayCount::Calendar, roll };
        let rules = vec![
            calendar(ClockKind::Acknowledge, 1, Roll::None),
            calendar(ClockKind::Ledger, days.ledger, Roll::None),
            calendar(ClockKind::Meeting, days.meeting, Roll::None),
            calendar(ClockKind::Report, days.report, Roll::NextWorkingDay),
            calendar(ClockKind::Close, days.close, Roll::NextWorkingDay),
            ClockRule {
                kind: ClockKind::Objection,
                days: 5,
                count: DayCount::Working,
                roll: Roll::None,
            },
        ];
        Self {
            id,
            code: code.to_owned(),
            name: name.to_owned(),
            version: 1,
            valid_from: NaiveDate::MIN,
            rules,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_sets_say_their_days() {
        let standard = RuleSet::standard(RuleSetId(1));
        assert_eq!(standard.summary(), "2日台账、2日约见、7日报告、30日办结");
        let urgent = RuleSet::urgent(RuleSetId(2));
        assert_eq!(urgent.summary(), "1日台账、1日约见、3日报告、15日办结");
        assert_eq!(standard.rule(ClockKind::Objection).unwrap().label(), "5个工作日异议");
    }

    #[test]
    fn only_the_report_and_the_closing_roll() {
        let rules = RuleSet::standard(RuleSetId(1)).rules;
        let rolling: Vec<_> = rules
            .iter()
            .filter(|rule| rule.roll == Roll::NextWorkingDay)
            .map(|rule| rule.kind.code())
            .collect();
        assert_eq!(rolling, ["P7", "C30"]);
    }

    #[test]
    fn custom_days_must_be_possible() {
        let cases = [
            ((2, 2, 7, 30), Ok(())),
            ((1, 1, 15, 15), Ok(())),
            ((2, 2, 16, 15), Err("报告天数不能大于办结天数")),
            ((0, 2, 7, 30), Err("天数应在1到365之间")),
            ((2, 2, 7, 366), Err("天数应在1到365之间")),
        ];
        for ((ledger, meeting, report, close), expected) in cases {
            let days = CustomDays { ledger, meeting, report, close };
            let found =
                RuleSet::custom(RuleSetId(3), days).map(|_| ()).map_err(|no| no.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{days:?}");
        }
    }
}
