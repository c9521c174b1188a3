//! The deadline ladder of an assignment (办理时限): 交办, 2日台账, 2日约见, 7日报告, 30日办结. The numbers of
//! days come from the rules that the assignment was issued under.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::{day_of, format_moment, format_short};
use super::deadline::{ClockKind, ClockRule, Reading, Standing, State};

/// A duty of an assignment, with what its clock shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub rule: ClockRule,
    pub due_on_original: NaiveDate,
    pub reading: Reading,
}

impl Duty {
    fn is_open(&self) -> bool {
        matches!(self.reading.state, State::Running | State::Paused)
    }
}

/// How a rung stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RungState {
    /// Done in time.
    Done,
    /// Done after its day.
    Late,
    /// The present one.
    Now,
    /// Open, and past its day.
    Over,
    /// Still to come.
    Todo,
    /// Not needed (免).
    Off,
}

impl RungState {
    /// The code of its look.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Late => "late",
            Self::Now => "now",
            Self::Over => "over",
            Self::Todo => "todo",
            Self::Off => "off",
        }
    }

    /// The state in a word, for those who don't see the look.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "已完成",
            Self::Late => "迟延完成",
            Self::Now => "进行中",
            Self::Over => "已逾期",
            Self::Todo => "未开始",
            Self::Off => "免",
        }
    }
}

/// One step of the ladder as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Which duty; the assignment itself has none.
    pub kind: Option<ClockKind>,
    pub name: String,
    pub state: RungState,
    /// The day it was assigned, or is due.
    pub on: NaiveDate,
    /// The second line: when it was done, what is left, until when it was extended.
    pub note: String,
}

/// The clocks of one assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    assigned_at: DateTime<Utc>,
    acknowledged_at: Option<DateTime<Utc>>,
    /// In the order of the ladder.
    duties: Vec<Duty>,
}

impl Ladder {
    /// The ladder of an assignment with its clocks.
    pub fn of(
        assigned_at: DateTime<Utc>,
        acknowledged_at: Option<DateTime<Utc>>,
        mut duties: Vec<Duty>,
    ) -> Self {
        duties.sort_by_key(|duty| duty.rule.kind);
        Self { assigned_at, acknowledged_at, duties }
    }

    /// Of several assignments of one matter (多头交办) the strictest: whose open duty is due first,
    /// then which came last.
    pub fn strictest(ladders: Vec<Self>) -> Option<Self> {
        ladders.into_iter().min_by_key(|ladder| {
            let due = ladder.open().map(|duty| duty.reading.due_on).min();
            (due.unwrap_or(NaiveDate::MAX), std::cmp::Reverse(ladder.assigned_at))
        })
    }

    /// The duty to be done next: the acknowledgement before all; then by due day, on one day in
    /// the order of the ladder.
    pub fn present(&self) -> Option<&Duty> {
        self.open().min_by_key(|duty| {
            let acknowledge = duty.rule.kind == ClockKind::Acknowledge;
            (!acknowledge, duty.reading.due_on)
        })
    }

    /// A duty.
    pub fn duty(&self, kind: ClockKind) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.rule.kind == kind)
    }

    /// Whether a duty is still open.
    pub fn is_open(&self, kind: ClockKind) -> bool {
        self.duty(kind).is_some_and(Duty::is_open)
    }

    /// The five steps.
    pub fn rungs(&self, today: NaiveDate) -> Vec<Rung> {
        let present = self.present().map(|duty| duty.rule.kind);
        let duties = self.shown().map(|duty| rung(duty, present, today));
        std::iter::once(self.assignment(today)).chain(duties).collect()
    }

    fn open(&self) -> impl Iterator<Item = &Duty> {
        let counted = |duty: &&Duty| duty.rule.kind != ClockKind::Objection;
        self.duties.iter().filter(counted).filter(|duty| duty.is_open())
    }

    /// The acknowledgement is the second line of the assignment, an objection is no duty.
    fn shown(&self) -> impl Iterator<Item = &Duty> {
        self.duties
            .iter()
            .filter(|duty| !matches!(duty.rule.kind, ClockKind::Acknowledge | ClockKind::Objection))
    }

    fn assignment(&self, today: NaiveDate) -> Rung {
        let standing = self.duty(ClockKind::Acknowledge).map(|duty| duty.reading.standing(today));
        let (state, note) = match (self.acknowledged_at, standing) {
            (Some(at), standing) => {
                let late = matches!(standing, Some(Standing::Late(_)));
                let state = if late { RungState::Late } else { RungState::Done };
                (state, format!("已签收{}", format_moment(at, today)))
            }
            (None, Some(Standing::Over(days))) => {
                (RungState::Over, format!("待签收，逾期{days}天"))
            }
            (None, Some(Standing::Cancelled)) => (RungState::Off, "免".to_owned()),
            (None, _) => (RungState::Now, "待签收".to_owned()),
        };
        Rung { kind: None, name: "交办".to_owned(), state, on: day_of(self.assigned_at), note }
    }
}

fn rung(duty: &Duty, present: Option<ClockKind>, today: NaiveDate) -> Rung {
    let Reading { due_on, extended, state: clock, .. } = duty.reading;
    let standing = duty.reading.standing(today);
    let is_present = present == Some(duty.rule.kind);
    let state = match standing {
        Standing::Done => RungState::Done,
        Standing::Late(_) => RungState::Late,
        Standing::Over(_) => RungState::Over,
        Standing::Cancelled => RungState::Off,
        _ if is_present => RungState::Now,
        Standing::Today | Standing::Soon(_) | Standing::Ok(_) | Standing::Paused => RungState::Todo,
    };
    let note = match (standing, clock) {
        (Standing::Done, State::Stopped(at)) => format!("{}完成", format_short(day_of(at))),
        (Standing::Late(days), State::Stopped(at)) => {
            format!("{}完成，迟{days}天", format_short(day_of(at)))
        }
        (Standing::Cancelled, _) => "免".to_owned(),
        _ if extended && state != RungState::Over => {
            format!("延期至{}，原{}", format_short(due_on), format_short(duty.due_on_original))
        }
        _ => standing.label(),
    };
    Rung { kind: Some(duty.rule.kind), name: duty.rule.label(), state, on: due_on, note }
}

#[cfg(test)]
pub mod sample {
    //! Ladders for tests: assigned on 2026-06-09 at 17:05 under the standard rules.

    use super::*;
    use crate::domain::calendar::sample::date;
    use crate::domain::deadline::RuleSet;
    use crate::domain::ids::RuleSetId;

    /// A moment on the courts' clock.
    pub fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00+08:00").parse().unwrap()
    }

    /// The ladder after these duties were done.
    pub fn ladder(done: &[(ClockKind, &str)]) -> Ladder {
        let rules = RuleSet::standard(RuleSetId(1)).rules;
        let due = |kind| {
            date(match kind {
                ClockKind::Acknowledge => "2026-06-10",
                ClockKind::Ledger | ClockKind::Meeting => "2026-06-11",
                ClockKind::Report | ClockKind::Objection => "2026-06-16",
                ClockKind::Close => "2026-07-09",
            })
        };
        let when = |kind| done.iter().find(|(of, _)| *of == kind).map(|(_, when)| at(when));
        let duties = rules.into_iter().map(|rule| Duty {
            rule,
            due_on_original: due(rule.kind),
            reading: Reading {
                due_on: due(rule.kind),
                provisional: false,
                extended: false,
                state: when(rule.kind).map_or(State::Running, State::Stopped),
                first_stopped_at: when(rule.kind),
            },
        });
        Ladder::of(at("2026-06-09T17:05"), when(ClockKind::Acknowledge), duties.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{at, ladder};
    use super::*;
    use crate::domain::calendar::sample::date;
    use ClockKind::{Acknowledge, Close, Ledger, Meeting, Report};

    type Done<'a> = &'a [(ClockKind, &'a str)];

    fn shown(ladder: &Ladder, today: &str) -> Vec<String> {
        let rungs = ladder.rungs(date(today)).into_iter();
        rungs
            .map(|rung| {
                let (name, state, on) = (rung.name, rung.state.code(), format_short(rung.on));
                format!("{name} {state} {on} {}", rung.note)
            })
            .collect()
    }

    #[test]
    fn the_ladder_of_the_picture() {
        let ladder = ladder(&[
            (Acknowledge, "2026-06-09T17:20"),
            (Ledger, "2026-06-10T09:12"),
            (Meeting, "2026-06-12T15:00"),
        ]);
        let expected = [
            "交办 done 06-09 已签收06-09 17:20",
            "2日台账 done 06-11 06-10完成",
            "2日约见 late 06-11 06-12完成，迟1天",
            "7日报告 now 06-16 剩余1天",
            "30日办结 todo 07-09 剩余24天",
        ];
        assert_eq!(shown(&ladder, "2026-06-15"), expected);
    }

    #[test]
    fn what_was_not_acknowledged_comes_first() {
        let ladder = ladder(&[]);
        let expected = [
            "交办 over 06-09 待签收，逾期2天",
            "2日台账 over 06-11 逾期1天",
            "2日约见 over 06-11 逾期1天",
            "7日报告 todo 06-16 剩余4天",
            "30日办结 todo 07-09 剩余27天",
        ];
        assert_eq!(shown(&ladder, "2026-06-12"), expected);
        assert_eq!(shown(&ladder, "2026-06-10")[0], "交办 now 06-09 待签收");
        assert_eq!(ladder.present().unwrap().rule.kind, Acknowledge);
    }

    #[test]
    fn the_present_duty_is_the_one_due_first() {
        let acknowledged = (Acknowledge, "2026-06-09T17:20");
        let table: [(Done<'_>, _); 5] = [
            (&[], Some(Acknowledge)),
            (&[acknowledged], Some(Ledger)),
            (&[acknowledged, (Ledger, "2026-06-10T09:12")], Some(Meeting)),
            (
                &[acknowledged, (Ledger, "2026-06-10T09:12"), (Meeting, "2026-06-11T15:00")],
                Some(Report),
            ),
            (
                &[
                    acknowledged,
                    (Ledger, "2026-06-10T09:12"),
                    (Meeting, "2026-06-11T15:00"),
                    (Report, "2026-06-16T10:00"),
                    (Close, "2026-07-01T10:00"),
                ],
                None,
            ),
        ];
        for (done, expected) in table {
            let present = ladder(done).present().map(|duty| duty.rule.kind);
            assert_eq!(present, expected, "{done:?}");
        }
    }

    #[test]
    fn an_extension_shows_the_day_it_replaced() {
        let mut ladder = ladder(&[(Acknowledge, "2026-06-09T17:20")]);
        for duty in ladder.duties.iter_mut().filter(|duty| duty.rule.kind == Close) {
            duty.reading.due_on = date("2026-07-24");
            duty.reading.extended = true;
        }
        assert_eq!(shown(&ladder, "2026-06-10")[4], "30日办结 todo 07-24 延期至07-24，原07-09");
        assert_eq!(shown(&ladder, "2026-07-26")[4], "30日办结 over 07-24 逾期2天");
    }

    #[test]
    fn of_several_assignments_the_strictest_is_shown() {
        let done = ladder(&[
            (Acknowledge, "2026-06-09T17:20"),
            (Ledger, "2026-06-10T09:12"),
            (Meeting, "2026-06-11T15:00"),
        ]);
        let strict = ladder(&[(Acknowledge, "2026-06-09T17:20")]);
        let found = Ladder::strictest(vec![done.clone(), strict.clone()]);
        assert_eq!(found, Some(strict));
        let later = Ladder { assigned_at: at("2026-06-10T09:00"), ..done.clone() };
        assert_eq!(Ladder::strictest(vec![done, later.clone()]), Some(later));
        assert_eq!(Ladder::strictest(Vec::new()), None);
    }
}
