//! What the page of a case shows around every section: identity, next step, ladder, tabs, rail.

use chrono::{Datelike, NaiveDate};

use super::pages::{shown_name, tone};
use super::{KEEPERS, words};
use crate::domain::access::Depth;
use crate::domain::calendar::{day_of, format_short};
use crate::domain::deadline::ClockKind;
use crate::domain::exclusion::may_exclude;
use crate::domain::ladder::Rung;
use crate::domain::ledger::Place;
use crate::domain::legal_hold::may_hold;
use crate::domain::next_step::{NextStep, Turn, Viewer, next_step};
use crate::domain::petition_case::Stage;
use crate::domain::reviewing::may_give;
use crate::domain::staff::{Actor, Role};
use crate::store::case_files::{CaseFile, Part};

/// A section of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Basics,
    Interviews,
    Progress,
    Documents,
    Review,
    Approvals,
    Log,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Basics, "", "基本情况"),
        (Self::Interviews, "/interviews", "接访与约谈"),
        (Self::Progress, "/progress", "办理进展"),
        (Self::Documents, "/documents", "材料卷宗"),
        (Self::Review, "/review", "评查"),
        (Self::Approvals, "/approvals", "审批与签批"),
        (Self::Log, "/log", "日志"),
    ];

    /// As the audit names the section.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Basics => "basics",
            Self::Interviews => "interviews",
            Self::Progress => "progress",
            Self::Documents => "documents",
            Self::Review => "review",
            Self::Approvals => "approvals",
            Self::Log => "log",
        }
    }
}

impl Tab {
    /// What the section is called that the audit names so.
    pub fn named(code: &str) -> Option<&'static str> {
        Self::ALL.iter().find(|(tab, ..)| tab.code() == code).map(|(.., label)| *label)
    }
}

/// A link to a section.
pub struct TabLink {
    pub label: &'static str,
    pub href: String,
    pub count: i64,
    pub current: bool,
}

/// The box of the next step.
pub struct Next {
    pub step: NextStep,
    pub icon: &'static str,
    /// Address and verb, when it is the viewer's turn.
    pub button: Option<(String, &'static str)>,
}

/// A step of the ladder with the address of its record.
pub struct Step {
    pub rung: Rung,
    pub on: String,
    pub href: String,
}

/// A line of the responsibility card.
pub struct Responsible {
    pub place: &'static str,
    /// Name, post and phone, or nothing yet.
    pub person: Option<(String, String, String)>,
}

/// The card of the petitioner, masked.
pub struct PetitionerCard {
    pub line: String,
    pub unverified: bool,
    pub id_tail: String,
    pub phone_tail: String,
    pub has_address: bool,
    /// Whether the viewer may open a value.
    pub opens: bool,
}

/// What stands around a section.
pub struct Head {
    pub number: String,
    pub name: String,
    pub summary: String,
    pub stage: &'static str,
    pub tone: &'static str,
    pub source: &'static str,
    pub visits: i64,
    pub urgent: String,
    pub court_cases: Vec<String>,
    pub next: Next,
    pub steps: Vec<Step>,
    pub other_assignments: usize,
    pub tabs: Vec<TabLink>,
    pub team: Vec<Responsible>,
    pub unnamed_href: String,
    /// What asks for others in the place of those who were kept out.
    pub kept_out: Vec<String>,
    pub petitioner: Option<PetitionerCard>,
    pub marks: Vec<(String, String)>,
    pub acts: Vec<(&'static str, String)>,
    pub closed: String,
    /// Whether the viewer adds to the case's records.
    pub writes: bool,
}

impl Head {
    /// The head of a case for a viewer, in a section.
    pub fn of(file: &CaseFile, actor: &Actor, tab: Tab, today: NaiveDate) -> Self {
        let (case, number) = (&file.case, &file.case.number);
        let writes = case.is_open && handles(file, actor);
        Self {
            name: name(file).to_owned(),
            // Whole, for the print; the style sheet cuts it on a screen.
            summary: file.summary.clone().unwrap_or_default(),
            stage: case.stage.label(),
            tone: tone(case.stage),
            source: file.source.as_deref().map_or("", words::source),
            visits: file.visits,
            urgent: if file.reads_narrative() { file.urgent_reason.clone() } else { String::new() },
            court_cases: file.court_cases.clone(),
            next: next(file, actor, today),
            steps: steps(file, today),
            other_assignments: file.other_assignments,
            tabs: tabs(file, actor, tab),
            team: team(file),
            unnamed_href: if writes { format!("/cases/{number}/ledger") } else { String::new() },
            kept_out: kept_out(file),
            petitioner: petitioner(file, actor, today),
            marks: marks(file),
            acts: acts(file, actor, writes),
            closed: closed(file),
            writes,
            number: number.clone(),
        }
    }

    /// The title of the page: the person, and the number.
    pub fn title(&self) -> String {
        format!("{} {}", self.name, self.number)
    }
}

/// Who petitions, unless that is destroyed.
fn name(file: &CaseFile) -> &str {
    if file.name.is_empty() && file.erased_at.is_some() {
        "材料已销毁"
    } else {
        shown_name(&file.name)
    }
}

/// Whether the viewer is at work on the case: of its team, or anyone of the court while nobody has
/// claimed it.
pub fn handles(file: &CaseFile, actor: &Actor) -> bool {
    matches!(actor.role, Role::Handler | Role::Leader) && file.case.depth == Depth::Content
}

fn next(file: &CaseFile, actor: &Actor, today: NaiveDate) -> Next {
    let viewer = Viewer {
        role: actor.role,
        of_court: file.court == actor.court,
        in_team: file.in_team,
        leads: file.case.leader == Some(actor.holder()),
    };
    let step = next_step(&file.case, &file.progress(), viewer, today);
    let button = step
        .task
        .filter(|_| step.turn == Turn::Mine)
        .map(|task| (task.href(&file.case.number, &file.paper()), task.verb()));
    let icon = match step.turn {
        Turn::Mine => "pen",
        Turn::Another => "clock",
        Turn::Nobody => "tick",
    };
    Next { step, icon, button }
}

fn steps(file: &CaseFile, today: NaiveDate) -> Vec<Step> {
    let Some(ladder) = &file.ladder else { return Vec::new() };
    let opens = file.case.depth == Depth::Content;
    let record = |kind: Option<ClockKind>| match kind {
        None => "/progress?kind=assignment",
        Some(ClockKind::Meeting) => "/interviews",
        Some(ClockKind::Report) => "/progress?kind=report",
        Some(ClockKind::Close) => "/approvals",
        Some(ClockKind::Ledger | ClockKind::Acknowledge | ClockKind::Objection) => "",
    };
    let rungs = ladder.rungs(today).into_iter();
    rungs
        .map(|rung| Step {
            on: format_short(rung.on),
            href: if opens {
                format!("/cases/{}{}", file.case.number, record(rung.kind))
            } else {
                String::new()
            },
            rung,
        })
        .collect()
}

/// The sections that are open: all of them, or the basic facts alone.
fn tabs(file: &CaseFile, actor: &Actor, current: Tab) -> Vec<TabLink> {
    let opens = file.case.depth == Depth::Content;
    let counts = file.counts;
    Tab::ALL
        .into_iter()
        .filter(|(tab, ..)| opens || *tab == Tab::Basics)
        .filter(|(tab, ..)| *tab != Tab::Log || KEEPERS.admits(actor.role))
        .map(|(tab, path, label)| TabLink {
            label,
            href: format!("/cases/{}{path}", file.case.number),
            count: match tab {
                Tab::Interviews => counts.interviews,
                Tab::Progress => counts.progress,
                Tab::Documents => counts.documents,
                Tab::Review => counts.reviews,
                Tab::Approvals => counts.closings,
                Tab::Basics | Tab::Log => 0,
            },
            current: tab == current,
        })
        .collect()
}

fn team(file: &CaseFile) -> Vec<Responsible> {
    let line = |place: &'static str, label: &'static str| {
        let person = file.place(place);
        let person = person.map(|it| (it.name.clone(), it.title.clone(), it.phone.clone()));
        Responsible { place: label, person }
    };
    let named = [("leader", "包案领导"), ("chief", "责任领导"), ("handler", "责任人")];
    let others = [("officer", "承办人"), ("liaison", "联络人"), ("supervisor", "督办领导")];
    named
        .into_iter()
        .map(|(place, label)| line(place, label))
        .chain(
            others
                .into_iter()
                .map(|(place, label)| line(place, label))
                .filter(|line| line.person.is_some()),
        )
        .collect()
}

/// Whoever was kept out stands in the team until the ledger names another; those who know what was
/// said are told so.
fn kept_out(file: &CaseFile) -> Vec<String> {
    let out =
        file.team.iter().filter(|one| one.kept_out && file.case.is_open && file.reads_narrative());
    out.filter_map(|one| Place::from_code(&one.place).map(|it| it.asks_for_another(&one.name)))
        .collect()
}

fn petitioner(file: &CaseFile, actor: &Actor, today: NaiveDate) -> Option<PetitionerCard> {
    let main = file.parties.iter().find(|party| party.part == Part::Main)?;
    let sex = match main.sex.as_deref() {
        Some("male") => "　男",
        Some("female") => "　女",
        _ => "",
    };
    let age = main
        .birth_date
        .and_then(|birth| today.years_since(birth))
        .map(|age| format!("　{age}岁"))
        .unwrap_or_default();
    let opens = file.case.depth == Depth::Content
        && matches!(actor.role, Role::Handler | Role::Leader | Role::Bureau | Role::BureauHead);
    Some(PetitionerCard {
        line: format!("{}{sex}{age}", main.name),
        unverified: !main.id_verified,
        id_tail: main.id_tail.clone(),
        phone_tail: main.phone_tail.clone(),
        has_address: main.has_address,
        opens,
    })
}

/// Date, and court with the way it came.
fn marks(file: &CaseFile) -> Vec<(String, String)> {
    let marks = file.visit_marks.iter();
    marks
        .map(|mark| {
            let way = mark.channel.as_deref().map_or("", words::channel);
            (day_of(mark.received_at).to_string(), format!("{}　{way}", mark.court))
        })
        .collect()
}

fn acts(file: &CaseFile, actor: &Actor, writes: bool) -> Vec<(&'static str, String)> {
    let handling = [
        ("台账与责任人", "ledger"),
        ("新增约见接访", "interviews/new"),
        ("补充办理进展", "progress/new"),
        ("书面进展报告", "report"),
        ("录入答复", "answer"),
        ("申请办结", "closing"),
    ];
    let excludes = may_exclude(actor, &file.case).then_some(("回避", "exclusions"));
    let holds = may_hold(actor).then_some(("暂缓销毁", "holds"));
    let gives = may_give(actor).then_some(("评查员", "reviewers"));
    let acts = handling.into_iter().filter(|_| writes);
    let acts = acts.chain(excludes).chain(gives).chain(holds);
    acts.map(|(label, path)| (label, format!("/cases/{}/{path}", file.case.number))).collect()
}

/// 「本案已于6月20日办结归档，内容不能改动。」
fn closed(file: &CaseFile) -> String {
    if let Some(day) = file.erased_at.map(day_of).filter(|_| !file.case.is_open) {
        return format!(
            "本案材料已于{}年{}月{}日按保存期限销毁，只保留案号、法院、日期和办理结果。",
            day.year(),
            day.month(),
            day.day()
        );
    }
    match (file.case.stage, file.closed_at().map(day_of)) {
        (Stage::Void, _) => "本案已作废，编号保留。".to_owned(),
        (_, Some(day)) if !file.case.is_open => {
            format!("本案已于{}月{}日办结归档，内容不能改动。", day.month(), day.day())
        }
        _ => String::new(),
    }
}
