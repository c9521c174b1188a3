//! The course of a case from its assignment on: who does what when, in office hours, as
//! punctually as the court is.

use chrono::{DateTime, NaiveDate, Utc};

use super::act::{Act, Answer, CaseNo, Handling, Meeting, Note, Planned, Report, Team};
use super::courts::Court;
use super::fate::Fate;
use super::hours::Hours;
use super::matters::Matter;
use super::random::Random;
use super::words;
use crate::domain::calendar::{end_of, start_of};
use crate::domain::closing::Decision;
use crate::domain::deadline::{ClockKind, Due};
use crate::domain::outcome::Outcome;
use crate::domain::reply::Way;
use crate::domain::report;
use crate::domain::sign_step::SignStep;

const BUREAU: &str = "zhongyuan.bureau";
const BUREAU_HEAD: &str = "zhongyuan.bureau_head";
const LEADING_GROUP: &str = "zhongyuan.leading_group";

/// What a case is given with.
#[derive(Debug, Clone)]
pub struct Given {
    pub case: CaseNo,
    pub matter: Matter,
    pub court: Court,
    pub at: DateTime<Utc>,
    pub dues: Vec<Due>,
    pub fate: Fate,
}

impl Given {
    /// The day on which a duty is due.
    pub fn due(&self, kind: ClockKind) -> NaiveDate {
        let due = self.dues.iter().find(|due| due.rule.kind == kind);
        due.map_or(NaiveDate::MAX, |due| due.on)
    }
}

/// Plays the course of one case.
pub struct Player<'a> {
    hours: Hours<'a>,
    today: NaiveDate,
    random: Random,
    given: &'a Given,
    team: Team,
    acts: Vec<Planned>,
    /// When the last step was taken.
    last: DateTime<Utc>,
    /// When the closing was first applied for.
    applied: Option<DateTime<Utc>>,
}

/// What is done with the case, up to where its fate holds it.
pub fn course(given: &Given, hours: Hours<'_>, today: NaiveDate) -> Vec<Planned> {
    let mut random = Random::of("course", given.case);
    let team = team(given.court, &mut random);
    let (acts, last, applied) = (Vec::new(), given.at, None);
    let mut player = Player { hours, today, random, given, team, acts, last, applied };
    player.play();
    player.acts
}

fn team(court: Court, random: &mut Random) -> Team {
    let leader = random.pick(&court.leaders);
    let chief = court.chiefs.into_iter().find(|chief| *chief != leader).unwrap_or_default();
    let handler = random.pick(&court.handlers);
    Team { leader: leader.to_owned(), chief: chief.to_owned(), handler: handler.to_owned() }
}

impl Player<'_> {
    fn play(&mut self) {
        if self.begin().is_none() {
            return;
        }
        let met = self.last;
        let outcome = self.outcome();
        let closed = self.report().and_then(|()| self.answer(outcome));
        let _held = closed.and_then(|()| self.close(outcome));
        self.notes(met);
    }

    /// Goes on unless the case is held here.
    fn pass(&self, before: Fate) -> Option<()> {
        (self.given.fate != before).then_some(())
    }

    /// Takes a step, after all that was done before.
    fn step(&mut self, at: DateTime<Utc>, by: &str, what: Handling) {
        self.last = at.max(self.hours.after(self.last, 3));
        self.acts.push(Planned {
            at: self.last,
            by: by.to_owned(),
            act: Act::Handle(self.given.case, what),
        });
    }

    /// Some minutes of work later.
    fn soon(&mut self, low: u32, high: u32) -> DateTime<Utc> {
        let minutes = self.random.between(low, high);
        self.hours.after(self.last, minutes)
    }

    /// In time for a due day, in this part of what is left (in hundredths); or late.
    fn by(&mut self, due: NaiveDate, slip: u32, (low, high): (u32, u32)) -> DateTime<Utc> {
        // What is to wait for one thing alone was done in time until then.
        if self.given.fate == Fate::Free && self.random.chance(slip) {
            let late = end_of(due).max(self.last);
            let minutes = self.random.between(20, 1200);
            return self.hours.after(late, minutes);
        }
        let room = self.hours.between(self.last, end_of(due)).saturating_sub(30);
        let minutes = room * self.random.between(low, high) / 100;
        self.hours.after(self.last, minutes.max(10))
    }

    /// Acknowledgement, ledger, and the leader's meeting.
    fn begin(&mut self) -> Option<()> {
        let (given, team) = (self.given, self.team.clone());
        self.pass(Fate::Unseen)?;
        let at = self.soon(10, 150);
        self.step(at, &team.handler, Handling::Acknowledge);
        self.pass(Fate::NoLedger)?;
        let at = if matches!(given.fate, Fate::NoMeeting) {
            self.soon(20, 100)
        } else {
            self.by(given.due(ClockKind::Ledger), given.court.slips.ledger, (10, 60))
        };
        self.step(at, &team.handler, Handling::Keep(team.clone()));
        self.pass(Fate::NoMeeting)?;
        let due = given.due(ClockKind::Meeting);
        let held_at = self.by(due, given.court.slips.meeting, (20, 90)).max(self.last);
        let absence = self.random.chance(12).then(|| self.random.pick(words::ABSENCES));
        let recorded = self.random.chance(70);
        let meeting = Meeting { host: team.leader, held_at, absence, recorded };
        let minutes = self.random.between(15, 60);
        let at = self.hours.after(held_at, minutes);
        self.step(at, &team.handler, Handling::Meet(meeting));
        Some(())
    }

    /// The progress report, and what the bureau says of it.
    fn report(&mut self) -> Option<()> {
        self.pass(Fate::NoReport)?;
        let due = self.given.due(ClockKind::Report);
        let at = self.by(due, self.given.court.slips.report, (40, 97));
        self.submit(at, due, false);
        self.pass(Fate::NoReceipt)?;
        let comes_back = self.random.chance(self.given.court.returned);
        if comes_back || self.given.fate == Fate::NoBetterReport {
            let (at, reason) = (self.soon(60, 300), self.random.pick(words::LACKS));
            self.step(at, BUREAU, Handling::Examine(report::Decision::Returned, reason));
            self.pass(Fate::NoBetterReport)?;
            let at = self.soon(90, 600);
            self.submit(at, due, true);
        }
        let at = self.soon(40, 420);
        self.step(at, BUREAU, Handling::Examine(report::Decision::Received, ""));
        Some(())
    }

    fn submit(&mut self, at: DateTime<Utc>, due: NaiveDate, corrected: bool) {
        let at = at.max(self.hours.after(self.last, 3));
        let late = at >= end_of(due);
        let late_reason = if late { self.random.pick(words::LATE) } else { "" };
        let leader = self.team.leader.clone();
        let handler = self.team.handler.clone();
        self.step(at, &handler, Handling::Report(Report { leader, late_reason, corrected }));
    }

    fn outcome(&mut self) -> Outcome {
        if self.random.chance(self.given.court.settled) {
            return Outcome::SettledWritten;
        }
        let nth = self.random.between(0, 8) as usize;
        words::UNSETTLED.get(nth).copied().unwrap_or(Outcome::ClosedUnsettled)
    }

    /// The reply to the petitioner, early enough for the closing.
    fn answer(&mut self, outcome: Outcome) -> Option<()> {
        self.pass(Fate::NoAnswer)?;
        let at = if let Some(nth) = self.given.fate.applied() {
            let day = self.hours.before(self.today, nth + 1);
            self.hours.on(day, &mut self.random)
        } else if self.given.fate == Fate::NoClosing {
            // What is to wait for its closing today was answered as soon as could be.
            self.soon(60, 420)
        } else {
            let due = self.given.due(ClockKind::Close);
            self.by(due, self.given.court.slips.close, (35, 70))
        };
        let in_person = self.random.chance(75);
        let way = if in_person { Way::InPerson } else { Way::Phone };
        let handler = self.team.handler.clone();
        self.step(at, &handler, Handling::Answer(Answer { way, opinion: words::opinion(outcome) }));
        self.pass(Fate::NoClosing)
    }

    /// The close report and its chain of signatures.
    fn close(&mut self, outcome: Outcome) -> Option<()> {
        let comes_back = self.random.chance(self.given.court.returned);
        let at = match self.given.fate.applied() {
            Some(nth) => {
                let day = self.hours.before(self.today, nth);
                self.hours.on(day, &mut self.random)
            }
            None => self.soon(60, 700),
        };
        self.apply(at, outcome);
        if self.given.fate == Fate::NoBetterClosing || comes_back && self.given.fate == Fate::Free {
            self.own_court()?;
            let (at, reason) = (self.next_session(), self.random.pick(words::SENT_BACK));
            self.step(at, BUREAU, Handling::Sign(SignStep::Bureau, Decision::Return, reason));
            self.pass(Fate::NoBetterClosing)?;
            let at = self.soon(300, 1200);
            self.apply(at, outcome);
        }
        self.own_court()?;
        self.pass(Fate::Unsigned(SignStep::Bureau))?;
        let checker = if self.random.chance(80) { BUREAU } else { BUREAU_HEAD };
        self.sign(SignStep::Bureau, checker);
        self.pass(Fate::Unsigned(SignStep::LeadingGroup))?;
        self.sign(SignStep::LeadingGroup, LEADING_GROUP);
        Some(())
    }

    fn apply(&mut self, at: DateTime<Utc>, outcome: Outcome) {
        let handler = self.team.handler.clone();
        self.step(at, &handler, Handling::Apply(outcome));
        self.applied = self.applied.or(Some(self.last));
    }

    fn own_court(&mut self) -> Option<()> {
        self.pass(Fate::Unsigned(SignStep::Leader))?;
        let leader = self.team.leader.clone();
        self.sign(SignStep::Leader, &leader);
        self.pass(Fate::Unsigned(SignStep::President))?;
        self.sign(SignStep::President, self.given.court.president);
        Some(())
    }

    fn sign(&mut self, step: SignStep, by: &str) {
        let at = if self.given.fate.applied().is_some() {
            self.next_session()
        } else {
            self.soon(40, 320)
        };
        let opinion = self.random.pick(words::AGREED);
        self.step(at, by, Handling::Sign(step, Decision::Approve, opinion));
    }

    /// A moment on the next working day.
    fn next_session(&mut self) -> DateTime<Utc> {
        let tomorrow = end_of(crate::domain::calendar::day_of(self.last));
        let minutes = self.random.between(20, 300);
        self.hours.after(tomorrow, minutes)
    }

    /// What is noted of the work between the meeting and the closing: the steps of the matter by
    /// the handler, as far as they are written down, and now and then something by the leader.
    fn notes(&mut self, met: DateTime<Utc>) {
        let until = self.applied.unwrap_or(DateTime::<Utc>::MAX_UTC).min(start_of(self.today));
        let steps = self.given.matter.steps;
        let handler = self.team.handler.clone();
        let mut at = met;
        for (kind, text, next) in steps {
            let minutes = self.random.between(120, 1300);
            at = self.hours.after(at, minutes);
            let public = if self.random.chance(30) { self.random.pick(words::PUBLIC) } else { "" };
            let note = Note { kind, text: text.to_owned(), next: next.to_owned(), public };
            if self.random.chance(50) {
                self.note((at, until), &handler, note);
            }
        }
        let careful = 100 - self.given.court.slips.meeting;
        let leader = self.team.leader.clone();
        let mut at = met;
        loop {
            let minutes = self.random.between(2200, 3600);
            at = self.hours.after(at, minutes);
            if at >= until {
                return;
            }
            if self.random.chance(careful) {
                let (text, next) = self.random.pick(words::LED);
                let kind = crate::domain::progress::Kind::Study;
                let (text, next) = (text.to_owned(), next.to_owned());
                self.note((at, until), &leader, Note { kind, text, next, public: "" });
            }
        }
    }

    fn note(&mut self, (at, until): (DateTime<Utc>, DateTime<Utc>), by: &str, note: Note) {
        if at < until {
            let act = Act::Handle(self.given.case, Handling::Note(note));
            self.acts.push(Planned { at, by: by.to_owned(), act });
        }
    }
}
