//! What the plan promises for any day on which the city is built.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::demo::history::act::Handling;
use crate::domain::calendar::day_of;
use crate::domain::calendar::sample::{calendar, date};
use crate::domain::closing::Decision;
use crate::domain::deadline::ClockKind;
use crate::domain::report;
use crate::domain::sign_step::SignStep;

/// A Saturday, a Monday, days in and after long holidays, a day whose year isn't loaded.
const DAYS: [&str; 9] = [
    "2026-11-21",
    "2026-11-23",
    "2026-11-25",
    "2026-10-05",
    "2026-10-09",
    "2026-02-20",
    "2026-06-15",
    "2025-03-03",
    "2031-06-04",
];

/// What was done about an assigned case.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each act that can be left out")]
struct Done {
    unit: &'static str,
    dues: BTreeMap<&'static str, NaiveDate>,
    acknowledged: bool,
    ledger: bool,
    met: bool,
    /// Submitted, and not returned.
    reported: bool,
    /// The report waits for the bureau.
    waits: bool,
    answered: bool,
    /// The signatures of the close report that is on its way.
    signed: Option<Vec<SignStep>>,
    returned: bool,
}

impl Done {
    fn does(&mut self, what: &Handling) {
        match what {
            Handling::Acknowledge => self.acknowledged = true,
            Handling::Keep(_) => self.ledger = true,
            Handling::Meet(_) => self.met = true,
            Handling::Report(_) => (self.reported, self.waits) = (true, true),
            Handling::Examine(decision, _) => {
                self.reported = *decision == report::Decision::Received;
                self.waits = false;
            }
            Handling::Answer(_) => self.answered = true,
            Handling::Apply(_) => (self.signed, self.returned) = (Some(Vec::new()), false),
            Handling::Sign(_, Decision::Return, _) => (self.signed, self.returned) = (None, true),
            Handling::Sign(step, Decision::Approve, _) => {
                self.signed.as_mut().unwrap().push(*step);
            }
            Handling::Note(_) => {}
        }
    }

    fn closed(&self) -> bool {
        self.signed.as_ref().is_some_and(|signed| signed.contains(&SignStep::LeadingGroup))
    }

    /// The days on which something still to be done is due.
    fn owed(&self) -> impl Iterator<Item = NaiveDate> {
        let by_unit = self.signed.as_ref().is_some_and(|signed| signed.contains(&SignStep::Leader));
        let open = [("L2", self.ledger), ("M2", self.met), ("P7", self.reported), ("C30", by_unit)];
        open.into_iter()
            .filter(|(_, done)| !done)
            .filter_map(|(kind, _)| self.dues.get(kind).copied())
    }

    /// At whose desk it lies.
    fn desk(&self) -> &'static str {
        match self.signed.as_deref() {
            Some([]) => "leader",
            Some([.., SignStep::Leader]) => "president",
            Some([.., SignStep::President]) => "bureau",
            Some([.., SignStep::Bureau]) => "leading group",
            Some(_) => "closed",
            None if self.returned => "returned",
            None if self.waits => "receive",
            None if !self.acknowledged => "acknowledge",
            None if !self.ledger => "ledger",
            None if !self.met => "meeting",
            None if !self.reported => "report",
            None if !self.answered => "answer",
            None => "apply",
        }
    }
}

/// The assigned cases as they stand when the day begins.
fn standing(plan: &Plan, today: NaiveDate) -> Vec<Done> {
    let mut cases: BTreeMap<CaseNo, Done> = BTreeMap::new();
    for planned in plan.acts.iter().filter(|planned| planned.at < start_of(today)) {
        match &planned.act {
            Act::Assign(batch) => {
                let dues = dues(&rules(batch.limits), planned.at, &calendar());
                let dues: BTreeMap<_, _> =
                    dues.iter().map(|due| (due.rule.kind.code(), due.on)).collect();
                for (case, unit) in &batch.rows {
                    let new = Done { unit, dues: dues.clone(), ..Done::default() };
                    assert!(cases.insert(*case, new).is_none(), "{case} is assigned twice");
                }
            }
            Act::Handle(case, what) => cases.get_mut(case).unwrap().does(what),
            Act::Register(_) | Act::Freeze(_) | Act::Publish(_) => {}
        }
    }
    cases.into_values().collect()
}

fn plan(day: &str) -> Plan {
    Plan::of(date(day), &calendar(), 100)
}

#[test]
fn a_day_has_one_history() {
    assert_eq!(plan("2026-11-21"), plan("2026-11-21"));
}

#[test]
fn the_city_has_about_as_much_to_do_as_its_courts_could() {
    let plan = plan("2026-11-21");
    let batches = plan.acts.iter().filter(|planned| matches!(planned.act, Act::Assign(_))).count();
    assert!((15..=18).contains(&batches));
}

#[test]
fn everything_is_done_by_someone_of_the_city_in_office_hours_and_in_order() {
    let accounts: BTreeSet<String> =
        crate::demo::people().into_iter().map(|person| person.username).collect();
    let calendar = calendar();
    let hours = Hours::of(&calendar);
    for day in DAYS {
        let plan = Plan::of(date(day), &calendar, 100);
        assert!(plan.acts.is_sorted_by_key(|planned| planned.at));
        for planned in &plan.acts {
            assert!(accounts.contains(&planned.by), "{}", planned.by);
            assert_eq!(hours.after(planned.at, 0), planned.at, "{day}: {planned:?}");
            assert!(hours.works(day_of(planned.at)), "{day}: {planned:?}");
        }
    }
}

#[test]
fn every_court_has_something_overdue_something_for_today_and_something_soon() {
    for day in DAYS {
        let today = date(day);
        let standing = standing(&plan(day), today);
        for court in COURTS {
            let owed: Vec<i64> = standing
                .iter()
                .filter(|done| done.unit == court.code && !done.closed())
                .flat_map(Done::owed)
                .map(|due| (due - today).num_days())
                .collect();
            let of = format!("{} on {day}: {owed:?}", court.name);
            assert!(owed.iter().any(|days| *days < 0), "nothing overdue at {of}");
            assert!(owed.contains(&0), "nothing due today at {of}");
            assert!(owed.iter().any(|days| (1..=3).contains(days)), "nothing soon at {of}");
            let overdue = owed.iter().filter(|days| **days < 0).count();
            assert!(overdue <= 10, "{overdue} overdue at {of}");
        }
    }
}

#[test]
fn no_desk_is_empty() {
    for day in DAYS {
        let mut desks: BTreeMap<&str, usize> = BTreeMap::new();
        let mut own: BTreeSet<(&str, &str)> = BTreeSet::new();
        for done in standing(&plan(day), date(day)) {
            *desks.entry(done.desk()).or_default() += 1;
            own.insert((done.unit, done.desk()));
        }
        for desk in [
            "acknowledge",
            "ledger",
            "meeting",
            "report",
            "receive",
            "answer",
            "apply",
            "leader",
            "president",
            "bureau",
            "leading group",
            "returned",
            "closed",
        ] {
            assert!(desks.get(desk).is_some_and(|count| *count >= 2), "{desk} on {day}: {desks:?}");
        }
        for court in COURTS {
            for desk in ["leader", "president"] {
                assert!(own.contains(&(court.code, desk)), "{desk} of {} on {day}", court.name);
            }
        }
    }
}

#[test]
fn three_bulletins_are_out_and_each_was_frozen_after_its_fortnight() {
    for day in DAYS {
        let plan = plan(day);
        let mut published = 0;
        for planned in plan.acts.iter().filter(|planned| planned.at < start_of(date(day))) {
            match planned.act {
                Act::Publish(_) => published += 1,
                Act::Freeze(period) => {
                    assert!(period.has_ended(planned.at));
                    let clock = planned.at + TimeDelta::hours(8);
                    assert_eq!(clock.format("%H:%M").to_string(), "09:30", "{day}");
                }
                Act::Register(_) | Act::Assign(_) | Act::Handle(..) => {}
            }
        }
        assert_eq!(published, BULLETINS, "{day}");
    }
}

#[test]
fn nobody_is_labelled() {
    // privacy.md 8.1, 8.2.
    let labels = [
        "老户",
        "缠访",
        "闹访",
        "缠闹",
        "无理",
        "重点人",
        "稳控",
        "非访",
        "非法上访",
        "风险",
        "精神",
        "党员",
        "动向",
        "打击",
        "花钱",
        "滞留",
    ];
    let plan = plan("2026-11-21");
    let said = format!("{plan:?}");
    for label in labels {
        assert!(!said.contains(label), "{label}");
    }
    assert!(plan.cases.iter().all(|case| !case.told.contains(['{', '}'])));
}

#[test]
fn a_clock_is_kept_or_missed_as_the_court_is() {
    // The punctual courts do better than the others, or the bulletins had nothing to compare.
    let plan = plan("2026-11-21");
    let late = |code: &str| {
        let mut dues: BTreeMap<CaseNo, NaiveDate> = BTreeMap::new();
        let (mut kept, mut missed) = (0, 0);
        for planned in &plan.acts {
            match &planned.act {
                Act::Assign(batch) => {
                    let all = super::dues(&rules(batch.limits), planned.at, &calendar());
                    let due = all.iter().find(|due| due.rule.kind == ClockKind::Report).unwrap();
                    let own = batch.rows.iter().filter(|(_, unit)| *unit == code);
                    dues.extend(own.map(|(case, _)| (*case, due.on)));
                }
                Act::Handle(case, Handling::Report(sent)) if !sent.corrected => {
                    if let Some(due) = dues.get(case) {
                        if planned.at < end_of(*due) { kept += 1 } else { missed += 1 }
                    }
                }
                Act::Register(_) | Act::Handle(..) | Act::Freeze(_) | Act::Publish(_) => {}
            }
        }
        100 * missed / (kept + missed)
    };
    assert!(late("0105") < 15, "{}", late("0105"));
    assert!(late("0113") > 20, "{}", late("0113"));
}

#[test]
fn most_courts_are_ranked_by_their_closings_in_each_of_the_last_issues() {
    for day in DAYS {
        let today = date(day);
        let plan = plan(day);
        let done = plan.acts.iter().filter(|planned| planned.at < start_of(today)).count();
        assert!((3_300..4_350).contains(&done), "{done} acts until {day}");
        let standing = standing(&plan, today);
        let last = Period::last_ended(start_of(today));
        for period in [last, last.previous(), last.previous().previous()] {
            let base = |court: &Court| {
                let due = |done: &&Done| Period::containing(done.dues["C30"]) == period;
                standing.iter().filter(|done| done.unit == court.code).filter(due).count()
            };
            let bases: Vec<_> = COURTS.iter().map(|court| (court.name, base(court))).collect();
            let ranked = bases.iter().filter(|(_, base)| *base >= 5).count();
            assert!((9..=12).contains(&ranked), "{day}, {period}: {bases:?}");
            let tribunal = bases.iter().find(|(name, _)| *name == "高新法庭");
            assert!(tribunal.is_some_and(|(_, base)| (1..5).contains(base)), "{day}: {bases:?}");
        }
    }
}
