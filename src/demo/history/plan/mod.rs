//! The whole history as a plan: made from the day alone, so that it is the same wherever it is made
//! on that day.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::act::{Act, Batch, Case, CaseNo, Limits, Planned};
use super::course::{Given, course};
use super::courts::{COURTS, Court};
use super::fate::{Fate, campaign};
use super::hours::Hours;
use super::random::Random;
use super::register::Register;
use super::{fates, words};
use crate::domain::assignment::dues;
use crate::domain::calendar::{Calendar, day_of, end_of, start_of};
use crate::domain::deadline::{ClockKind, CustomDays, RuleSet};
use crate::domain::ids::RuleSetId;
use crate::domain::period::Period;

/// How many bulletins are published.
const BULLETINS: usize = 3;
/// How many days before the first of them the history begins: what falls due in it was given then.
const DAYS_BEFORE: u64 = 33;
/// How many fortnights back a court is given all that is due in one; before, not so much is known.
const FULL_FORTNIGHTS: usize = 3;

/// What happens in the city, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub cases: Vec<Case>,
    pub acts: Vec<Planned>,
}

impl Plan {
    /// The history up to the end of a day, with this part of the cases (in hundredths).
    pub fn of(today: NaiveDate, calendar: &Calendar, size: usize) -> Self {
        let mut planner = Planner::of(today, Hours::of(calendar), size);
        planner.assign_all();
        planner.register_the_rest();
        planner.bulletins();
        let Planner { register, mut acts, .. } = planner;
        let (cases, visits) = register.finish();
        acts.extend(visits);
        acts.sort_by_key(|planned| planned.at);
        Self { cases, acts }
    }
}

/// A bulletin, and when it is frozen and published.
#[derive(Debug, Clone, Copy)]
struct Issue {
    period: Period,
    freeze: DateTime<Utc>,
    publish: DateTime<Utc>,
}

/// Each ended fortnight is frozen at half past nine on the next working day, and published two
/// working days later, when the courts have checked their figures. The newest first.
fn issues(today: NaiveDate, hours: Hours<'_>) -> Vec<Issue> {
    let mut period = Period::last_ended(start_of(today));
    let (mut issues, mut published) = (Vec::new(), 0);
    while published < BULLETINS {
        let next = hours.after(period.cut_off(), 0);
        let freeze = hours.after(next, 60);
        let publish = hours.after(next, 2 * 420 + 330);
        issues.push(Issue { period, freeze, publish });
        published += usize::from(publish < start_of(today));
        period = period.previous();
    }
    issues
}

struct Planner<'a> {
    today: NaiveDate,
    hours: Hours<'a>,
    size: usize,
    register: Register<'a>,
    /// The newest first.
    issues: Vec<Issue>,
    acts: Vec<Planned>,
}

impl<'a> Planner<'a> {
    fn of(today: NaiveDate, hours: Hours<'a>, size: usize) -> Self {
        let register = Register::of(hours);
        let issues = issues(today, hours);
        Self { today, hours, size, register, issues, acts: Vec::new() }
    }

    /// The first moment of the history.
    fn start(&self) -> DateTime<Utc> {
        self.hours.after(start_of(self.first()), 0)
    }

    fn first(&self) -> NaiveDate {
        let oldest = self.issues.last().map_or(self.today, |issue| issue.period.first_day());
        oldest - Days::new(DAYS_BEFORE)
    }

    /// The last working day before today.
    fn yesterday(&self) -> NaiveDate {
        self.hours.before(self.today, 1)
    }

    /// When the bureau assigns: on the second and the fourth working day of a week, and on the last
    /// one before today.
    fn batches(&self) -> Vec<DateTime<Utc>> {
        let mut random = Random::of("batches", 0);
        let first = self.first();
        let days = first.iter_days().take_while(|day| *day < self.yesterday());
        let mut week = (first, 0);
        let mut batches = Vec::new();
        for day in days.filter(|day| self.hours.works(*day)) {
            let monday = day.week(chrono::Weekday::Mon).first_day();
            week = if week.0 == monday { (monday, week.1 + 1) } else { (monday, 1) };
            if matches!(week.1, 2 | 4) {
                batches.push(self.hours.on(day, &mut random));
            }
        }
        batches.push(self.hours.after(start_of(self.yesterday()), random.between(50, 110)));
        batches
    }

    fn assign_all(&mut self) {
        let batches = self.batches();
        let mut rows: Vec<Vec<Given>> = vec![Vec::new(); batches.len()];
        for (nth, court) in COURTS.iter().enumerate() {
            let mut given = self.given_to(*court, &batches);
            fates::decide(nth, &mut given, (self.today, self.hours));
            for (batch, given) in given {
                self.acts.extend(course(&given, self.hours, self.today));
                rows.get_mut(batch).into_iter().for_each(|rows| rows.push(given.clone()));
            }
        }
        for (nth, (at, given)) in batches.iter().zip(rows).enumerate() {
            let last = nth + 1 == batches.len();
            self.issue((nth, *at, last), &given);
        }
    }

    /// The cases of a court: so many fall due in each fortnight that ended, as many again were given
    /// in the last one and are not due yet; two come with the last batch.
    fn given_to(&mut self, court: Court, batches: &[DateTime<Utc>]) -> Vec<(usize, Given)> {
        let mut random = Random::of(court.code, 0);
        let regular = batches.len().saturating_sub(1);
        let mut given: Vec<(usize, Given)> = Vec::new();
        for place in self.places(court, batches, &mut random) {
            given.push((place, self.one(court, place, batches)));
        }
        let late = [Fate::NoLedger, Fate::NoMeeting];
        for fate in late {
            let mut one = self.one(court, regular, batches);
            one.fate =
                if fate == Fate::NoLedger && random.chance(35) { Fate::Unseen } else { fate };
            given.push((regular, one));
        }
        given
    }

    /// The batches from which a court is given its cases.
    fn places(&self, court: Court, batches: &[DateTime<Utc>], random: &mut Random) -> Vec<usize> {
        let slots = self.slots(batches);
        let of_size = |all: usize| (all * self.size / 100).max(2);
        let last = Period::last_ended(start_of(self.today));
        let open = |given: Period| {
            let open = slots.iter().filter(|slot| last < slot.due);
            let (of_it, others): (Vec<_>, Vec<_>) =
                open.copied().partition(|slot| slot.given == given);
            if of_it.is_empty() { others } else { of_it }
        };
        let mut places = spread(&open(last), of_size(court.load), random);
        places.extend(spread(&open(last.previous()), 1, random));
        for (nth, issue) in self.issues.iter().enumerate() {
            let due = slots.iter().copied().filter(|slot| slot.due == issue.period);
            // Most of them were given a fortnight before, one of them longer ago.
            let (short, long): (Vec<_>, Vec<_>) =
                due.partition(|slot| slot.given >= issue.period.previous());
            let one_more = usize::from(random.chance(25));
            let is_full = nth < FULL_FORTNIGHTS;
            let wanted = if is_full { of_size(court.load) + one_more } else { 1 };
            let of_long = match (short.is_empty(), long.is_empty()) {
                (_, true) => 0,
                (true, false) => wanted,
                (false, false) => 1,
            };
            places.extend(spread(&short, wanted - of_long, random));
            places.extend(spread(&long, of_long, random));
        }
        places.sort_unstable();
        places
    }

    /// The regular batches with the fortnights in which their cases are given and fall due.
    fn slots(&self, batches: &[DateTime<Utc>]) -> Vec<Slot> {
        let regular = batches.iter().take(batches.len().saturating_sub(1)).enumerate();
        let slot = |(batch, at): (usize, &DateTime<Utc>)| {
            let dues = dues(&rules(self.limits(batch, false)), *at, self.hours.calendar());
            let close = dues.iter().find(|due| due.rule.kind == ClockKind::Close)?;
            let given = Period::containing(day_of(*at));
            Some(Slot { batch, given, due: Period::containing(close.on) })
        };
        regular.filter_map(slot).collect()
    }

    /// One case for a court, registered since the batch before.
    fn one(&mut self, court: Court, batch: usize, batches: &[DateTime<Utc>]) -> Given {
        let before = batch.checked_sub(1).and_then(|before| batches.get(before)).copied();
        let at = batches.get(batch).copied().unwrap_or_else(|| self.start());
        let since = before.unwrap_or_else(|| self.start());
        let case = self.register.accept(court, (since, at - TimeDelta::minutes(60)));
        let matter = self.register.matter(case);
        let regular = batches.len().saturating_sub(1);
        let rules = rules(self.limits(batch, batch == regular));
        let dues = dues(&rules, at, self.hours.calendar());
        Given { case, matter, court, at, dues, fate: Fate::Free }
    }

    fn limits(&self, batch: usize, last: bool) -> Limits {
        let days_ago = (self.today - self.yesterday()).num_days();
        match batch % 4 {
            _ if last => campaign(u16::try_from(days_ago).unwrap_or(1)),
            1 => Limits::Custom([2, 2, 7, 20]),
            2 => Limits::Urgent,
            _ => Limits::Standard,
        }
    }

    fn issue(&mut self, (nth, at, last): (usize, DateTime<Utc>, bool), given: &[Given]) {
        let rows: Vec<(CaseNo, &'static str)> =
            given.iter().map(|given| (given.case, given.court.code)).collect();
        if rows.is_empty() {
            return;
        }
        let regular = words::BATCHES.get(nth % words::BATCHES.len()).copied();
        let (source, letters, note) = match regular {
            Some(regular) if !last => regular,
            _ => (words::CAMPAIGN.0, "", words::CAMPAIGN.1),
        };
        let source_number = number_of(letters, at, nth);
        let limits = self.limits(nth, last);
        let batch = Batch { rows, source, source_number, limits, note };
        self.acts.push(Planned { at, by: "zhongyuan.bureau".to_owned(), act: Act::Assign(batch) });
        self.repeats(given);
    }

    /// Whoever waits for an answer comes again, until the court reports the case as closed.
    fn repeats(&mut self, given: &[Given]) {
        for given in given {
            let applied = self.acts.iter().find(|planned| {
                matches!(planned.act, Act::Handle(case, super::act::Handling::Apply(_)) if case == given.case)
            });
            let until = applied.map_or(start_of(self.today), |planned| planned.at);
            self.register.repeat(given.case, given.court, until.min(start_of(self.today)));
        }
    }

    /// What is not assigned: answered at once, led elsewhere, waiting, and whoever comes today.
    fn register_the_rest(&mut self) {
        let (start, today) = (self.start(), start_of(self.today));
        let others = 60 * self.size / 100;
        for nth in 0..others {
            self.register.settle(nth, (start, today));
        }
        let assigned = self.hours.after(start_of(self.yesterday()), 130);
        for court in COURTS.iter().step_by(2) {
            self.register.accept(*court, (assigned, end_of(self.yesterday())));
        }
        self.register.apart((start, today));
        if self.hours.works(self.today) {
            for (nth, court) in COURTS.iter().enumerate() {
                self.register.settle(nth, (today, end_of(self.today)));
                self.register.accept(*court, (today, end_of(self.today)));
            }
        }
    }

    fn bulletins(&mut self) {
        for &Issue { period, freeze, publish } in &self.issues {
            for (at, act) in [(freeze, Act::Freeze(period)), (publish, Act::Publish(period))] {
                self.acts.push(Planned { at, by: "zhongyuan.bureau".to_owned(), act });
            }
        }
    }
}

/// A batch as a court's cases are laid into it.
#[derive(Debug, Clone, Copy)]
struct Slot {
    batch: usize,
    given: Period,
    due: Period,
}

/// So many cases, evenly from one of these batches on.
fn spread(slots: &[Slot], wanted: usize, random: &mut Random) -> Vec<usize> {
    let shift = random.between(0, 7) as usize;
    let wanted = if slots.is_empty() { 0 } else { wanted };
    let place = |nth: usize| slots.get((nth * slots.len() / wanted + shift) % slots.len());
    (0..wanted).filter_map(place).map(|slot| slot.batch).collect()
}

/// 「省院信交〔2026〕31号」
fn number_of(letters: &str, at: DateTime<Utc>, nth: usize) -> String {
    use chrono::Datelike;
    if letters.is_empty() {
        return String::new();
    }
    format!("{letters}〔{}〕{}号", day_of(at).year(), 11 + 7 * nth)
}

/// The rule set of these limits, to reckon with; the store finds the one that it keeps.
fn rules(limits: Limits) -> RuleSet {
    let id = RuleSetId(0);
    match limits {
        Limits::Standard => RuleSet::standard(id),
        Limits::Urgent => RuleSet::urgent(id),
        Limits::Custom(days) => custom(days).unwrap_or_else(|| RuleSet::standard(id)),
    }
}

/// Days of its own, named as the bureau's page names them.
pub fn custom([ledger, meeting, report, close]: [u16; 4]) -> Option<RuleSet> {
    let days = CustomDays { ledger, meeting, report, close };
    let mut rules = RuleSet::custom(RuleSetId(0), days).ok()?;
    rules.name = format!("自定义：{}", rules.summary());
    Some(rules)
}

#[cfg(test)]
mod tests;
