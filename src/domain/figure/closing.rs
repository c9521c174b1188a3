//! I07 按期办结率: closed by the unit by the effective due time, and confirmed.
//!
//! A close report that nobody has confirmed by the cut-off is not yet a closing: it stands
//! in the denominator only, marked, so that the page can print how many wait; when the
//! confirmation comes, the next issue names it as a change. Counting it at once would let a
//! unit reach 100 % with reports that are returned the day after the issue.
//! What fell due earlier and is still open belongs to the overdue stock, not here.

use chrono::{DateTime, Utc};

use super::{
    AssignmentFacts, CloseSubmission, ClosingFacts, DueMove, Frame, Mark, MoveReason, Verdict,
    due_here, timed,
};

pub(super) fn judge(facts: &AssignmentFacts, frame: &Frame) -> Option<Verdict> {
    let closing = &facts.closing;
    let verdict = due_here(facts, effective_due(closing, frame), frame, |due| {
        match closing.standing(frame) {
            Some(close) => closed(close, due, frame),
            None if closing.is_suspended(due, frame) => Verdict::excluded("中止办理，期限暂停"),
            None if closing.submissions.iter().any(|one| one.is_returned(frame)) => {
                Verdict::missing("退回补正，未结")
            }
            None => Verdict::missing("未办结"),
        }
    })?;
    let extended = moves(closing, frame).any(|one| one.reason == MoveReason::Extension);
    Some(if extended { verdict.marked(Mark::Extended) } else { verdict })
}

fn closed(close: &CloseSubmission, due: DateTime<Utc>, frame: &Frame) -> Verdict {
    let by_unit = timed(close.closed, due, "办结");
    if close.is_confirmed(frame) || close.closed.at >= due {
        by_unit
    } else {
        Verdict::missing("按期报结，待审核认定").marked(Mark::Unconfirmed)
    }
}

/// The due time as it stood at the cut-off.
pub(super) fn effective_due(closing: &ClosingFacts, frame: &Frame) -> Option<DateTime<Utc>> {
    moves(closing, frame).last().map(|one| one.due).or(closing.due)
}

fn moves<'a>(closing: &'a ClosingFacts, frame: &'a Frame) -> impl Iterator<Item = &'a DueMove> {
    closing.moves.iter().filter(|one| one.stamp.known(frame))
}

impl ClosingFacts {
    /// The close report that stands at the cut-off: the last one that was not returned.
    pub(super) fn standing(&self, frame: &Frame) -> Option<&CloseSubmission> {
        self.submissions
            .iter()
            .filter(|one| one.closed.known(frame) && !one.is_returned(frame))
            .max_by_key(|one| one.closed.at)
    }

    /// Whether the clock stood still when it would have run out, and still does.
    pub(super) fn is_suspended(&self, due: DateTime<Utc>, frame: &Frame) -> bool {
        self.suspensions.iter().any(|one| {
            one.from.before(due, frame) && !one.until.is_some_and(|until| until.known(frame))
        })
    }
}

impl CloseSubmission {
    pub(super) fn is_confirmed(&self, frame: &Frame) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed.known(frame))
    }

    fn is_returned(&self, frame: &Frame) -> bool {
        self.returned.is_some_and(|returned| returned.known(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Bucket, Item, Metric, Stamp, Suspension};
    use super::*;

    fn close(at: &str, returned: Option<&str>, confirmed: Option<&str>) -> CloseSubmission {
        CloseSubmission {
            closed: stamp(at),
            returned: returned.map(stamp),
            confirmed: confirmed.map(stamp),
        }
    }

    fn item(closing: ClosingFacts) -> Option<Item> {
        judged(Metric::I07, AssignmentFacts { closing, ..assignment() })
    }

    #[test]
    fn a_close_counts_when_it_came_in_time_and_was_confirmed_and_not_returned() {
        let confirmed = Some("06-12 09:00");
        for (submissions, bucket, marks, reason) in [
            (vec![close("06-06 10:00", None, confirmed)], Bucket::Counted, vec![], "提前2天办结"),
            (vec![close("06-08 23:59", None, confirmed)], Bucket::Counted, vec![], "到期当天办结"),
            (vec![close("06-09 00:00", None, confirmed)], Bucket::Missing, vec![], "迟1天办结"),
            (vec![], Bucket::Missing, vec![], "未办结"),
            (
                vec![close("06-06 10:00", None, None)],
                Bucket::Missing,
                vec![Mark::Unconfirmed],
                "按期报结，待审核认定",
            ),
            (
                // Confirmed, and recorded only after the cut-off.
                vec![close("06-06 10:00", None, Some("06-15 00:00"))],
                Bucket::Missing,
                vec![Mark::Unconfirmed],
                "按期报结，待审核认定",
            ),
            (vec![close("06-09 10:00", None, None)], Bucket::Missing, vec![], "迟1天办结"),
            (
                vec![close("06-06 10:00", Some("06-10 09:00"), None)],
                Bucket::Missing,
                vec![],
                "退回补正，未结",
            ),
            (
                vec![
                    close("06-06 10:00", Some("06-10 09:00"), None),
                    close("06-11 10:00", None, confirmed),
                ],
                Bucket::Missing,
                vec![],
                "迟3天办结",
            ),
        ] {
            let item = item(ClosingFacts {
                due: Some(due("06-08")),
                submissions,
                ..ClosingFacts::default()
            })
            .unwrap();
            assert_eq!((item.bucket, item.reason.as_str()), (bucket, reason));
            assert_eq!(item.marks, marks, "{reason}");
        }
    }

    #[test]
    fn the_due_time_is_the_one_in_force_at_the_cut_off() {
        let moved =
            |stamp: Stamp, day| DueMove { stamp, due: due(day), reason: MoveReason::Extension };
        let in_time = stamp("06-05 10:00");
        let late = recorded("06-05 10:00", "06-15 10:00");
        for (moves, found) in [
            (vec![], Some((Bucket::Missing, vec![]))),
            (vec![moved(in_time, "07-08")], None),
            (vec![moved(in_time, "06-12")], Some((Bucket::Counted, vec![Mark::Extended]))),
            (vec![moved(late, "06-12")], Some((Bucket::Missing, vec![]))),
        ] {
            let closing = ClosingFacts {
                due: Some(due("06-08")),
                moves: moves.clone(),
                submissions: vec![close("06-11 10:00", None, Some("06-12 09:00"))],
                ..ClosingFacts::default()
            };
            let item = item(closing).map(|item| (item.bucket, item.marks));
            assert_eq!(item, found, "{moves:?}");
        }
    }

    #[test]
    fn while_handling_is_suspended_nothing_falls_due() {
        let pause =
            |from, until: Option<&str>| Suspension { from: stamp(from), until: until.map(stamp) };
        for (suspension, bucket) in [
            (pause("06-03 10:00", None), Bucket::Excluded),
            (pause("06-03 10:00", Some("06-15 10:00")), Bucket::Excluded),
            (pause("06-03 10:00", Some("06-04 10:00")), Bucket::Missing),
            (pause("06-09 00:00", None), Bucket::Missing), // too late: it had lapsed
        ] {
            let item = item(ClosingFacts {
                due: Some(due("06-08")),
                suspensions: vec![suspension],
                ..ClosingFacts::default()
            });
            assert_eq!(item.map(|item| item.bucket), Some(bucket), "{suspension:?}");
        }
    }
}
