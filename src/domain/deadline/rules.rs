//! Deadlines are data: how many days, counted how, for which duty.

use crate::domain::ids::RuleSetId;

/// The duties of an assignment (交办) that a clock runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClockKind {
    /// A0 签收: the court acknowledges the assignment.
    Acknowledge,
    /// L2 台账: the ledger of the petition case is complete.
    Ledger,
    /// M2 约见: the assigned leader (包案领导) meets the petitioner.
    Meeting,
    /// P7 报告: the written progress report reaches the petition bureau.
    Report,
    /// C30 办结: the court closes the case.
    Close,
    /// O5 异议: the court objects that the case isn't its own.
    Objection,
}

impl ClockKind {
    /// Every clock, in the order of the deadline ladder; the objection runs beside it.
    pub const ALL: [Self; 6] = [
        Self::Acknowledge,
        Self::Ledger,
        Self::Meeting,
        Self::Report,
        Self::Close,
        Self::Objection,
    ];

    /// The code in a column; it names the usual number of days but doesn't set it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Acknowledge => "A0",
            Self::Ledger => "L2",
            Self::Meeting => "M2",
            Self::Report => "P7",
            Self::Close => "C30",
            Self::Objection => "O5",
        }
    }

    /// The clock with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The duty in one word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Acknowledge => "签收",
            Self::Ledger => "台账",
            Self::Meeting => "约见",
            Self::Report => "报告",
            Self::Close => "办结",
            Self::Objection => "异议",
        }
    }

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

/// Which days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayCount {
    /// Every day, holidays and weekends included (自然日).
    Calendar,
    /// Working days by the day table (工作日).
    Working,
}

impl DayCount {
    /// The code in a column and in a form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Working => "working",
        }
    }

    /// The count with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Calendar, Self::Working].into_iter().find(|count| count.code() == code)
    }

    /// The word on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Calendar => "自然日",
            Self::Working => "工作日",
        }
    }
}

/// What happens to a due date on a rest day (到期日遇休息日).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Roll {
    /// It stays (不顺延).
    None,
    /// It moves to the next working day (顺延).
    NextWorkingDay,
}

impl Roll {
    /// The code in a column and in a form.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NextWorkingDay => "next_working_day",
        }
    }

    /// The rolling with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::None, Self::NextWorkingDay].into_iter().find(|roll| roll.code() == code)
    }

    /// The word on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "不顺延",
            Self::NextWorkingDay => "顺延",
        }
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
        Self { id, code: code.to_owned(), name: name.to_owned(), version: 1, rules }
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

    #[test]
    fn codes_read_back() {
        for kind in ClockKind::ALL {
            assert_eq!(ClockKind::from_code(kind.code()), Some(kind));
        }
        for count in [DayCount::Calendar, DayCount::Working] {
            assert_eq!(DayCount::from_code(count.code()), Some(count));
        }
        for roll in [Roll::None, Roll::NextWorkingDay] {
            assert_eq!(Roll::from_code(roll.code()), Some(roll));
        }
        assert_eq!(ClockKind::from_code("L3"), None);
    }
}
