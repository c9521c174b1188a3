//! I34 超期存量: open assignments past their effective due time, at the end of the window.
//!
//! A stock and not a flow: what lapsed in an earlier window and is still open stands here until
//! it is closed, while I07 counts it only in the window where it fell due.

use chrono::{DateTime, Utc};

use super::closing::effective_due;
use super::{AssignmentFacts, Frame, Verdict};
use crate::domain::calendar::day_of;
use crate::domain::period::due_day;

/// Every open assignment with a closing clock: the overdue are counted, the others are the base.
pub(super) fn judge(facts: &AssignmentFacts, frame: &Frame) -> Option<Verdict> {
    let closing = &facts.closing;
    let due = effective_due(closing, frame)?;
    let standing = closing.standing(frame);
    let gone = [facts.void, facts.transferred].into_iter().flatten().any(|one| one.known(frame));
    if !facts.issued.known(frame) || gone || standing.is_some_and(|one| one.is_confirmed(frame)) {
        return None;
    }
    Some(if standing.is_some() {
        Verdict::missing("已报结，待审核认定")
    } else if closing.is_suspended(due, frame) {
        Verdict::missing("中止办理，期限暂停")
    } else if due <= frame.window.end {
        Verdict::counted(format!("超期{}天", days_over(due, frame.window.end)))
    } else {
        Verdict::missing("未到期")
    })
}

/// At 24:00 of its due day a duty is one day over: that is what the next morning's list says.
fn days_over(due: DateTime<Utc>, end: DateTime<Utc>) -> i64 {
    (day_of(end) - due_day(due)).num_days()
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Bucket, CloseSubmission, ClosingFacts, DueMove, Metric, MoveReason};
    use super::super::{Stamp, Suspension};
    use super::*;

    fn found(facts: AssignmentFacts) -> Option<(Bucket, String)> {
        verdict(Metric::I34, facts)
    }

    fn due_on(day: &str) -> AssignmentFacts {
        let closing = ClosingFacts { due: Some(due(day)), ..ClosingFacts::default() };
        AssignmentFacts { closing, ..assignment() }
    }

    fn with(day: &str, change: impl FnOnce(&mut ClosingFacts)) -> AssignmentFacts {
        let mut facts = due_on(day);
        change(&mut facts.closing);
        facts
    }

    fn close(confirmed: Option<Stamp>) -> CloseSubmission {
        CloseSubmission { closed: stamp("06-12 09:00"), returned: None, confirmed }
    }

    #[test]
    fn what_comes_to_light_later_changes_the_stock_and_what_happens_later_does_not() {
        let later = frame().as_known_at(moment("06-29 00:00"));
        let closed = |closed, confirmed| {
            with("06-10", |it| {
                it.submissions.push(CloseSubmission { closed, returned: None, confirmed });
            })
        };
        let over = Some((Bucket::Counted, "超期5天".to_owned()));
        let late = recorded("06-12 09:00", "06-16 09:00");
        for (what, facts, expected) in [
            ("closed afterwards", closed(stamp("06-16 09:00"), None), over.clone()),
            (
                "closed before, recorded late",
                closed(late, None),
                Some((Bucket::Missing, "已报结，待审核认定".to_owned())),
            ),
            (
                "void afterwards",
                AssignmentFacts { void: Some(stamp("06-17 09:00")), ..due_on("06-10") },
                over,
            ),
            (
                "issued afterwards",
                AssignmentFacts { issued: stamp("06-16 09:00"), ..due_on("07-16") },
                None,
            ),
        ] {
            let item = judged_in(Metric::I34, facts, &later);
            assert_eq!(item.map(|item| (item.bucket, item.reason)), expected, "{what}");
        }
    }

    #[test]
    fn what_is_open_past_its_effective_due_day_is_overdue_until_it_is_closed() {
        let some = |bucket, reason: &str| Some((bucket, reason.to_owned()));
        let to = |day: &str, stamp| DueMove { stamp, due: due(day), reason: MoveReason::Extension };
        let returned = CloseSubmission { returned: Some(stamp("06-13 09:00")), ..close(None) };
        let suspended = Suspension { from: stamp("06-05 09:00"), until: None };
        let waits = "已报结，待审核认定";
        for (what, facts, expected) in [
            ("long over", due_on("05-15"), some(Bucket::Counted, "超期31天")),
            ("due on the last day", due_on("06-14"), some(Bucket::Counted, "超期1天")),
            ("due on the day after", due_on("06-15"), some(Bucket::Missing, "未到期")),
            (
                "extended",
                with("06-10", |it| it.moves.push(to("06-30", stamp("06-09 09:00")))),
                some(Bucket::Missing, "未到期"),
            ),
            (
                "extended after the cut-off",
                with("06-10", |it| it.moves.push(to("06-30", stamp("06-15 09:00")))),
                some(Bucket::Counted, "超期5天"),
            ),
            (
                "closed by the unit",
                with("06-10", |it| it.submissions.push(close(None))),
                some(Bucket::Missing, waits),
            ),
            (
                "returned",
                with("06-10", |it| it.submissions.push(returned)),
                some(Bucket::Counted, "超期5天"),
            ),
            (
                "confirmed",
                with("06-10", |it| it.submissions.push(close(Some(stamp("06-13 09:00"))))),
                None,
            ),
            (
                "suspended",
                with("06-10", |it| it.suspensions.push(suspended)),
                some(Bucket::Missing, "中止办理，期限暂停"),
            ),
            ("void", AssignmentFacts { void: Some(stamp("06-11 09:00")), ..due_on("06-10") }, None),
            (
                "handed over",
                AssignmentFacts { transferred: Some(stamp("06-12 09:00")), ..due_on("06-10") },
                None,
            ),
            ("without a closing clock", assignment(), None),
            (
                "issued after the cut-off",
                AssignmentFacts { issued: stamp("06-15 00:00"), ..due_on("06-10") },
                None,
            ),
        ] {
            assert_eq!(found(facts), expected, "{what}");
        }
    }
}
