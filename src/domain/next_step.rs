//! The next step of a case (下一步): exactly one for each viewer and case, derived from its stage and
//! its clocks.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::{day_of, format_md, format_short};
use super::deadline::{ClockKind, Standing};
use super::ladder::{Duty, Ladder};
use super::petition_case::{PetitionCase, Stage};
use super::sign_step::SignStep;
use super::staff::Role;
use super::task::Task;

/// What the next step follows from, beside the case itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress<'a> {
    pub ladder: Option<&'a Ladder>,
    /// When the court applied for closing, if no signature has been given since.
    pub applied_at: Option<DateTime<Utc>>,
    /// When the last signature of a running chain was given.
    pub signed_at: Option<DateTime<Utc>>,
    /// Why the last close report came back.
    pub returned: Option<&'a str>,
    /// Since when a progress report waits for the bureau.
    pub reported_at: Option<DateTime<Utc>>,
    /// When the round was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether everyone who signs as the court's president is kept out of the case (回避).
    pub president_out: bool,
    pub leader: Option<&'a str>,
    pub handler: Option<&'a str>,
}

/// Who looks at the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub role: Role,
    /// Whether the case is their own court's.
    pub of_court: bool,
    /// Whether they are of the case's team.
    pub in_team: bool,
    /// Whether they lead the case (包案领导).
    pub leads: bool,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The viewer's: the box has the button.
    Mine,
    /// Someone else's.
    Another,
    /// Nobody's: the case is closed.
    Nobody,
}

/// The next step, as the box shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    pub turn: Turn,
    /// What is to be done; nothing when the case is closed.
    pub task: Option<Task>,
    pub title: String,
    /// 「已逾期3天。」, before the sentence.
    pub overdue: Option<String>,
    pub sentence: String,
}

/// The one next step of a case for a viewer on a day.
pub fn next_step(
    case: &PetitionCase,
    progress: &Progress<'_>,
    viewer: Viewer,
    today: NaiveDate,
) -> NextStep {
    let Some(task) = next_task(case, progress, viewer) else {
        return closed(case, progress);
    };
    let duty = duty_of(task, progress.ladder);
    let overdue = duty.and_then(|duty| match duty.reading.standing(today) {
        Standing::Over(days) => Some(format!("已逾期{days}天。")),
        Standing::Today
        | Standing::Soon(_)
        | Standing::Ok(_)
        | Standing::Done
        | Standing::Late(_)
        | Standing::Paused
        | Standing::Cancelled => None,
    });
    let until = duty.map(|duty| duty.reading.due_on);
    let mine = is_theirs(task, case, viewer);
    let president_out = progress.president_out && task == Task::Sign(SignStep::President);
    let sentence = if president_out {
        replaced(case, viewer)
    } else if mine {
        asked(task, until, progress)
    } else {
        awaited(task, until, (case, progress))
    };
    NextStep {
        turn: if mine { Turn::Mine } else { Turn::Another },
        task: Some(task),
        title: format!("下一步：{}", task.label()),
        overdue,
        sentence,
    }
}

/// The bureau reads a report that came in while the court goes on with its own work.
fn next_task(case: &PetitionCase, progress: &Progress<'_>, viewer: Viewer) -> Option<Task> {
    if !case.is_open {
        return None;
    }
    if progress.reported_at.is_some() && is_bureau(viewer.role) {
        return Some(Task::Receive);
    }
    match case.stage {
        Stage::Registered | Stage::Accepted | Stage::Reopened => Some(Task::Assign),
        Stage::Assigned => Some(Task::Acknowledge),
        Stage::InHandling | Stage::Replied if progress.applied_at.is_some() => {
            Some(Task::Sign(SignStep::Leader))
        }
        Stage::InHandling | Stage::Replied => Some(in_handling(case, progress.ladder)),
        Stage::Returned => Some(Task::Correct),
        Stage::UnitClosed => Some(Task::Sign(SignStep::President)),
        Stage::Signed => Some(Task::Sign(SignStep::Bureau)),
        Stage::BureauChecked => Some(Task::Sign(SignStep::LeadingGroup)),
        Stage::NotAccepted
        | Stage::ResolvedOnSpot
        | Stage::ConfirmedClosed
        | Stage::Terminated
        | Stage::WrittenOff
        | Stage::TransferredOut
        | Stage::RoutedToLitigation
        | Stage::Void => None,
    }
}

/// The duty that is due first; without clocks (an imported case) what the stage leaves to do.
fn in_handling(case: &PetitionCase, ladder: Option<&Ladder>) -> Task {
    let reporting = ladder.is_some_and(|ladder| ladder.is_open(ClockKind::Report));
    ladder
        .and_then(Ladder::present)
        .and_then(|duty| Task::of_clock(duty.rule.kind, case.stage, reporting))
        .unwrap_or(if case.stage == Stage::Replied { Task::Close } else { Task::Reply })
}

const fn is_bureau(role: Role) -> bool {
    matches!(role, Role::Bureau | Role::BureauHead)
}

/// Whether the task is the viewer's. What a team does, an unclaimed case asks of any handler of
/// the court.
fn is_theirs(task: Task, case: &PetitionCase, viewer: Viewer) -> bool {
    match task {
        Task::Assign | Task::Receive | Task::Sign(SignStep::Bureau) => is_bureau(viewer.role),
        Task::Sign(SignStep::Leader) => viewer.role == Role::Leader && viewer.leads,
        Task::Sign(SignStep::President) => viewer.role == Role::President && viewer.of_court,
        Task::Sign(SignStep::LeadingGroup) => viewer.role == Role::LeadingGroup,
        Task::Acknowledge
        | Task::Ledger
        | Task::Meeting
        | Task::Report
        | Task::Reply
        | Task::Close
        | Task::Correct => {
            let unclaimed = viewer.role == Role::Handler && case.handler.is_none();
            unclaimed || viewer.in_team && matches!(viewer.role, Role::Leader | Role::Handler)
        }
    }
}

fn duty_of(task: Task, ladder: Option<&Ladder>) -> Option<&Duty> {
    let kind = match task {
        Task::Acknowledge => ClockKind::Acknowledge,
        Task::Ledger => ClockKind::Ledger,
        Task::Meeting => ClockKind::Meeting,
        Task::Report => ClockKind::Report,
        Task::Reply | Task::Close | Task::Correct => ClockKind::Close,
        Task::Assign | Task::Receive | Task::Sign(_) => return None,
    };
    ladder.and_then(|ladder| ladder.duty(kind))
}

/// What is asked of the viewer.
fn asked(task: Task, until: Option<NaiveDate>, progress: &Progress<'_>) -> String {
    let until = until.map(|day| format!("{}24:00前", format_md(day))).unwrap_or_default();
    match task {
        Task::Assign => "确定责任法院和办理时限后下发。".to_owned(),
        Task::Acknowledge => format!("{until}签收，签收后建立台账。"),
        Task::Ledger => format!("{until}建立台账，报中院信访局。"),
        Task::Meeting => format!("{until}由包案领导约见信访人，并录入笔录。"),
        Task::Report => format!("{until}报中院信访局。"),
        Task::Receive => {
            format!("{}报送，请接收或者退回补正。", since(progress.reported_at))
        }
        Task::Reply => format!("{until}办结；办结前须答复信访人。"),
        Task::Close => format!("{until}申请办结，由包案领导、院长依次签批。"),
        Task::Correct => match progress.returned {
            Some(reason) => format!("退回意见：{reason}　{until}补正后重新报送。"),
            None => format!("{until}补正后重新报送。"),
        },
        Task::Sign(_) => {
            format!("{}提交，请签批。", since(progress.signed_at.or(progress.applied_at)))
        }
    }
}

/// What the viewer waits for.
fn awaited(
    task: Task,
    until: Option<NaiveDate>,
    (case, progress): (&PetitionCase, &Progress<'_>),
) -> String {
    let leader = progress.leader.unwrap_or("包案领导").to_owned();
    let doer = match task {
        Task::Assign | Task::Receive | Task::Sign(SignStep::Bureau) => "中院信访局".to_owned(),
        Task::Sign(SignStep::Leader) => leader,
        Task::Sign(SignStep::President) => format!("{}院长", case.unit_name),
        Task::Sign(SignStep::LeadingGroup) => "领导小组".to_owned(),
        Task::Acknowledge
        | Task::Ledger
        | Task::Meeting
        | Task::Report
        | Task::Reply
        | Task::Close
        | Task::Correct => progress.handler.unwrap_or(&case.unit_name).to_owned(),
    };
    match (task, progress.signed_at.or(progress.applied_at), until) {
        (Task::Assign, ..) => format!("等待{doer}交办。"),
        (Task::Sign(_), Some(at), _) => {
            format!("等待{doer}签批，{}提交。", since(Some(at)))
        }
        (Task::Sign(_), None, _) => format!("等待{doer}签批。"),
        (.., Some(day)) => format!("等待{doer}办理，{}24:00前完成。", format_md(day)),
        (.., None) => format!("等待{doer}办理。"),
    }
}

/// Nobody of the court may sign: the bureau, which sees what the petition says, settles who does.
fn replaced(case: &PetitionCase, viewer: Viewer) -> String {
    let court = &case.unit_name;
    if is_bureau(viewer.role) {
        format!(
            "{court}院长已回避，请与{court}商定代为签批的院领导，由安全管理员授予院长（签批）岗位。"
        )
    } else {
        format!("{court}院长已回避，请由中院信访局商定代为签批的院领导。")
    }
}

fn since(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| format_short(day_of(at))).unwrap_or_default()
}

fn closed(case: &PetitionCase, progress: &Progress<'_>) -> NextStep {
    let title = format!("本案{}", case.stage.label());
    let sentence = match progress.closed_at.map(day_of) {
        _ if case.stage == Stage::Void => "编号保留，没有需要办理的事项。".to_owned(),
        Some(day) => format!("{}办结归档，内容不能改动。", format_md(day)),
        None => "没有需要办理的事项。".to_owned(),
    };
    NextStep { turn: Turn::Nobody, task: None, title, overdue: None, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Depth;
    use crate::domain::calendar::sample::date;
    use crate::domain::ids::{PetitionCaseId, RoundId, StaffId, UnitId};
    use crate::domain::ladder::sample::{at, ladder};

    fn case(stage: Stage) -> PetitionCase {
        let ended = matches!(
            stage,
            Stage::ConfirmedClosed | Stage::Terminated | Stage::Void | Stage::NotAccepted
        );
        PetitionCase {
            id: PetitionCaseId(1),
            number: "XF2026-00128".to_owned(),
            unit: UnitId(3),
            unit_name: "东湖法院".to_owned(),
            round: RoundId(1),
            round_number: 1,
            stage,
            is_open: !ended,
            version: 1,
            opened_at: at("2026-06-08T10:00"),
            assignment: None,
            leader: Some(StaffId(5)),
            handler: Some(StaffId(6)),
            depth: Depth::Content,
        }
    }

    fn viewer(role: Role, in_team: bool) -> Viewer {
        Viewer { role, of_court: true, in_team, leads: in_team && role == Role::Leader }
    }

    const HANDLER: (Role, bool) = (Role::Handler, true);

    #[test]
    fn one_step_for_each_viewer_and_stage() {
        use Role::{Bureau, Clerk, Handler, Leader, LeadingGroup, President};
        use Stage::{
            Accepted, Assigned, BureauChecked, ConfirmedClosed, InHandling, Registered, Reopened,
            Replied, Returned, Signed, Terminated, UnitClosed,
        };
        use Turn::{Another, Mine, Nobody};
        let table = [
            (Registered, Clerk, true, Another, Some(Task::Assign)),
            (Accepted, Bureau, false, Mine, Some(Task::Assign)),
            (Reopened, Bureau, false, Mine, Some(Task::Assign)),
            (Assigned, Handler, true, Mine, Some(Task::Acknowledge)),
            (Assigned, Bureau, false, Another, Some(Task::Acknowledge)),
            (InHandling, Handler, true, Mine, Some(Task::Report)),
            (InHandling, Handler, false, Another, Some(Task::Report)),
            (InHandling, Leader, true, Mine, Some(Task::Report)),
            (InHandling, President, false, Another, Some(Task::Report)),
            (InHandling, Clerk, true, Another, Some(Task::Report)),
            (Replied, Handler, true, Mine, Some(Task::Report)),
            (Returned, Handler, true, Mine, Some(Task::Correct)),
            (Returned, Bureau, false, Another, Some(Task::Correct)),
            (UnitClosed, President, false, Mine, Some(Task::Sign(SignStep::President))),
            (UnitClosed, Handler, true, Another, Some(Task::Sign(SignStep::President))),
            (Signed, Bureau, false, Mine, Some(Task::Sign(SignStep::Bureau))),
            (Signed, President, false, Another, Some(Task::Sign(SignStep::Bureau))),
            (BureauChecked, LeadingGroup, false, Mine, Some(Task::Sign(SignStep::LeadingGroup))),
            (BureauChecked, Bureau, false, Another, Some(Task::Sign(SignStep::LeadingGroup))),
            (ConfirmedClosed, Handler, true, Nobody, None),
            (Terminated, Bureau, false, Nobody, None),
        ];
        let ladder = ladder(&[
            (ClockKind::Acknowledge, "2026-06-09T17:20"),
            (ClockKind::Ledger, "2026-06-10T09:12"),
            (ClockKind::Meeting, "2026-06-11T15:00"),
        ]);
        let progress = Progress { ladder: Some(&ladder), ..Progress::default() };
        for (stage, role, in_team, turn, task) in table {
            let step =
                next_step(&case(stage), &progress, viewer(role, in_team), date("2026-06-15"));
            assert_eq!((step.turn, step.task), (turn, task), "{stage:?} {role:?}");
        }
    }

    #[test]
    fn the_sentence_says_until_when_and_to_whom() {
        let reported = ladder(&[
            (ClockKind::Acknowledge, "2026-06-09T17:20"),
            (ClockKind::Ledger, "2026-06-10T09:12"),
            (ClockKind::Meeting, "2026-06-11T15:00"),
        ]);
        let progress =
            Progress { ladder: Some(&reported), handler: Some("李某某"), ..Progress::default() };
        let table = [
            (HANDLER, "2026-06-15", None, "6月16日（周二）24:00前报中院信访局。"),
            (HANDLER, "2026-06-16", None, "6月16日（周二）24:00前报中院信访局。"),
            (HANDLER, "2026-06-19", Some("已逾期3天。"), "6月16日（周二）24:00前报中院信访局。"),
            (
                (Role::Bureau, false),
                "2026-06-19",
                Some("已逾期3天。"),
                "等待李某某办理，6月16日（周二）24:00前完成。",
            ),
        ];
        for ((role, in_team), today, overdue, sentence) in table {
            let case = case(Stage::InHandling);
            let step = next_step(&case, &progress, viewer(role, in_team), date(today));
            assert_eq!(step.title, "下一步：报送书面进展情况");
            assert_eq!(step.overdue.as_deref(), overdue, "{role:?} {today}");
            assert_eq!(step.sentence, sentence, "{role:?} {today}");
        }
    }

    #[test]
    fn a_close_report_waits_for_the_leader_of_the_case() {
        let progress = Progress {
            applied_at: Some(at("2026-06-14T10:00")),
            leader: Some("王某某"),
            ..Progress::default()
        };
        let case = case(Stage::Replied);
        let step = |viewer| next_step(&case, &progress, viewer, date("2026-06-15"));
        let handler = step(viewer(Role::Handler, true));
        assert_eq!(
            (handler.turn, handler.sentence.as_str()),
            (Turn::Another, "等待王某某签批，06-14提交。")
        );
        let leader = step(viewer(Role::Leader, true));
        assert_eq!((leader.turn, leader.sentence.as_str()), (Turn::Mine, "06-14提交，请签批。"));
        let chief = Viewer { leads: false, ..viewer(Role::Leader, true) };
        assert_eq!(step(chief).turn, Turn::Another);
    }

    #[test]
    fn the_president_of_another_court_does_not_sign() {
        let elsewhere = Viewer { of_court: false, ..viewer(Role::President, false) };
        let case = case(Stage::UnitClosed);
        let step = next_step(&case, &Progress::default(), elsewhere, date("2026-06-15"));
        assert_eq!((step.turn, step.sentence.as_str()), (Turn::Another, "等待东湖法院院长签批。"));
    }

    /// S30.
    #[test]
    fn where_the_president_is_kept_out_the_bureau_settles_who_signs() {
        let progress = Progress { president_out: true, ..Progress::default() };
        let said = |stage, role| {
            next_step(&case(stage), &progress, viewer(role, false), date("2026-06-15")).sentence
        };
        for (role, settles) in
            [(Role::Bureau, "请与东湖法院商定"), (Role::Handler, "请由中院信访局商定")]
        {
            let sentence = said(Stage::UnitClosed, role);
            let expected = format!("东湖法院院长已回避，{settles}代为签批的院领导");
            assert!(sentence.starts_with(&expected), "{sentence}");
            assert!(!said(Stage::Signed, role).contains("回避"));
        }
    }

    #[test]
    fn a_report_that_came_in_is_the_bureaus_to_read() {
        let progress =
            Progress { reported_at: Some(at("2026-06-14T10:00")), ..Progress::default() };
        let case = case(Stage::InHandling);
        let step = |role| next_step(&case, &progress, viewer(role, false), date("2026-06-15"));
        let bureau = step(Role::Bureau);
        assert_eq!((bureau.turn, bureau.task), (Turn::Mine, Some(Task::Receive)));
        assert_eq!(bureau.sentence, "06-14报送，请接收或者退回补正。");
        assert_eq!(step(Role::President).task, Some(Task::Reply));
    }

    #[test]
    fn an_unclaimed_case_is_any_handlers_of_the_court() {
        let unclaimed = PetitionCase { handler: None, ..case(Stage::Assigned) };
        let step = |role| {
            next_step(&unclaimed, &Progress::default(), viewer(role, false), date("2026-06-15"))
        };
        assert_eq!(step(Role::Handler).turn, Turn::Mine);
        assert_eq!(step(Role::Leader).turn, Turn::Another);
    }

    #[test]
    fn a_returned_report_says_why() {
        let progress = Progress { returned: Some("缺答复笔录"), ..Progress::default() };
        let step = next_step(
            &case(Stage::Returned),
            &progress,
            viewer(Role::Handler, true),
            date("2026-06-15"),
        );
        assert!(step.sentence.starts_with("退回意见：缺答复笔录"), "{}", step.sentence);
    }

    #[test]
    fn a_closed_case_says_since_when() {
        let progress = Progress { closed_at: Some(at("2026-06-20T10:00")), ..Progress::default() };
        let closed = case(Stage::ConfirmedClosed);
        let step = next_step(&closed, &progress, viewer(Role::Handler, true), date("2026-06-22"));
        assert_eq!(step.title, "本案已办结");
        assert_eq!(step.sentence, "6月20日（周六）办结归档，内容不能改动。");
    }
}
