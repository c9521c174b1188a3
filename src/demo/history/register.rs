//! Who comes to the windows of the city, writes or calls, and what becomes of it.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Case, CaseNo, Course, Planned, Visit};
use super::courts::{COURTS, Court};
use super::hours::Hours;
use super::matters::{MATTERS, Matter};
use super::people::Petitioner;
use super::random::Random;
use super::words;
use crate::domain::visit::{Assist, Channel, VisitForm, VisitKind};

/// A stretch of time.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// The register as it fills.
pub struct Register<'a> {
    hours: Hours<'a>,
    cases: Vec<Case>,
    visits: Vec<Planned>,
}

impl<'a> Register<'a> {
    pub fn of(hours: Hours<'a>) -> Self {
        Self { hours, cases: Vec::new(), visits: Vec::new() }
    }

    /// The cases, and the visits that made them.
    pub fn finish(self) -> (Vec<Case>, Vec<Planned>) {
        (self.cases, self.visits)
    }

    /// What a case is about.
    pub fn matter(&self, case: CaseNo) -> Matter {
        self.cases.get(case).map_or(FIRST, |case| case.matter)
    }

    /// A case that is accepted and waits for assignment, received within a stretch of time.
    pub fn accept(&mut self, court: Court, span: Span) -> CaseNo {
        self.open(court, span, Course::Accepted)
    }

    /// A case that needs no assignment: answered at once or led elsewhere.
    pub fn settle(&mut self, nth: usize, span: Span) -> CaseNo {
        let court = COURTS.get((nth * 5 + 3) % COURTS.len()).copied().unwrap_or(ANY);
        let course = words::ANSWERS.get(nth % words::ANSWERS.len()).copied();
        self.open(court, span, course.unwrap_or(Course::Accepted))
    }

    /// A suggestion or two, and what goes to the inspection office.
    pub fn apart(&mut self, span: Span) {
        for (nth, told) in words::SUGGESTIONS.iter().enumerate() {
            let case = self.settle(2 * nth, span);
            self.retell(case, VisitKind::Suggestion, told);
        }
        let case = self.settle(0, span);
        self.retell(case, VisitKind::Accusation, words::ACCUSATION);
    }

    /// Turns the visit that opened a case into one of another kind.
    fn retell(&mut self, case: CaseNo, kind: VisitKind, told: &str) {
        for planned in &mut self.visits {
            if let Act::Register(visit) = &mut planned.act
                && visit.case == case
            {
                visit.kind = kind;
                visit.form = VisitForm::Individual;
                visit.people = 1;
                told.clone_into(&mut visit.told);
                visit.course = Course::Answered("已登记并转有关部门研究，结果将书面告知。");
            }
        }
    }

    /// The petitioner comes again, writes or calls, at this court or at the intermediate one.
    pub fn repeat(&mut self, case: CaseNo, court: Court, until: DateTime<Utc>) {
        let mut random = Random::of("repeat", case);
        let times = random.pick(&[0_u32, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3]);
        let first = self.visits.iter().find(|planned| opens(planned, case)).map(|one| one.at);
        let Some(first) = first else { return };
        let since = self.hours.after(first, 500);
        for _ in 0..times {
            if self.hours.between(since, until) < 60 {
                return;
            }
            let received_at = self.hours.within(since, until, &mut random);
            let window = if random.chance(45) { court.window } else { "zhongyuan" };
            let Some(head) = self.cases.get(case).map(|case| case.matter.head) else { return };
            let told = random.pick(words::AGAIN).replace("{事由}", head);
            let mut visit = visit(case, received_at, told, Course::Joined);
            visit.channel = channel(&mut random);
            self.enter(visit, window, &mut random);
        }
    }

    fn open(&mut self, court: Court, (since, until): Span, course: Course) -> CaseNo {
        let case = self.cases.len();
        let mut random = Random::of("case", case);
        let made = new_case(case, court, &mut random);
        let told = format!("{}：{}", made.matter.head, made.told);
        self.cases.push(made);
        let at = until - TimeDelta::minutes(60);
        let received_at = self.hours.within(since, at.max(since), &mut random);
        let mut visit = visit(case, received_at, told, course);
        visit.channel = channel(&mut random);
        company(&mut visit, &mut random);
        let own = course != Course::Accepted || random.chance(65);
        let window = if own { court.window } else { "zhongyuan" };
        self.enter(visit, window, &mut random);
        case
    }

    /// The clerk of a window takes a visit down while it lasts; a letter later on the day.
    fn enter(&mut self, mut visit: Visit, window: &str, random: &mut Random) {
        if visit.channel != Channel::Visit {
            visit.form = VisitForm::Individual;
            visit.people = 1;
            visit.representatives.clear();
        }
        let minutes = match visit.channel {
            Channel::Visit | Channel::Video | Channel::Call => random.between(6, 25),
            Channel::Letter | Channel::Online => random.between(10, 50),
        };
        let at = self.hours.after(visit.received_at, minutes);
        let act = Act::Register(Box::new(visit));
        self.visits.push(Planned { at, by: format!("{window}.clerk"), act });
    }
}

/// What stands in where a list were empty.
const FIRST: Matter = MATTERS[0];
const ANY: Court = COURTS[0];

fn opens(planned: &Planned, of: CaseNo) -> bool {
    matches!(&planned.act, Act::Register(visit) if visit.case == of)
}

fn visit(case: CaseNo, received_at: DateTime<Utc>, told: String, course: Course) -> Visit {
    Visit {
        case,
        received_at,
        channel: Channel::Visit,
        form: VisitForm::Individual,
        people: 1,
        representatives: Vec::new(),
        assist: Vec::new(),
        kind: VisitKind::Petition,
        told,
        course,
        urgent_reason: "",
    }
}

fn channel(random: &mut Random) -> Channel {
    match random.between(0, 99) {
        0..=71 => Channel::Visit,
        72..=84 => Channel::Letter,
        85..=93 => Channel::Call,
        94..=97 => Channel::Online,
        _ => Channel::Video,
    }
}

/// With whom someone comes, and with what help.
fn company(visit: &mut Visit, random: &mut Random) {
    match random.between(0, 99) {
        0..=5 => {
            visit.form = VisitForm::Group;
            visit.people = random.between(5, 14);
            let speaker = |nth| Petitioner::nth(10_000 + 2 * visit.case + nth).name;
            visit.representatives = (0..2).map(speaker).collect();
        }
        6..=10 => visit.form = VisitForm::Agent,
        11..=22 => visit.people = 2,
        23 | 24 => visit.assist = vec![Assist::Dialect],
        25 | 26 => visit.assist = vec![Assist::Scribe],
        27 => visit.assist = vec![Assist::Wheelchair],
        28 | 29 => visit.urgent_reason = random.pick(words::URGENT),
        _ => {}
    }
}

fn new_case(nth: CaseNo, court: Court, random: &mut Random) -> Case {
    // Someone in twenty has another matter at another court.
    let known = nth > 20 && random.chance(5);
    let petitioner = if known { nth - 13 } else { nth };
    let matter = matter_for(court, nth, random);
    let second = matches!(matter.docket, "民终" | "民申");
    let (origin, docket) = if second { ("01", "某01") } else { (court.code, court.docket) };
    let (year, serial) = (random.between(2019, 2025), random.between(31, 3980));
    let large = random.between(6, 180);
    let mut case = Case {
        petitioner: Petitioner::nth(petitioner),
        matter,
        origin,
        court_case: format!("（{year}）{docket}{}{serial}号", matter.docket),
        told: String::new(),
        amounts: (large, random.between(1, large.min(40))),
    };
    case.told = case.fill(matter.told);
    case
}

/// A division enforces; a court meets everything.
fn matter_for(court: Court, nth: CaseNo, random: &mut Random) -> Matter {
    let enforces = court.code.starts_with("01Z");
    let fit = |matter: &&Matter| !enforces || matter.docket.starts_with('执');
    let fitting: Vec<&Matter> = MATTERS.iter().filter(fit).collect();
    let place = (nth * 5 + random.between(0, 2) as usize) % fitting.len().max(1);
    fitting.get(place).map_or(FIRST, |matter| **matter)
}
