//! I04 约见按期率: the leader met the petitioner, or documented an attempt, by the due time of M2.

use super::{AssignmentFacts, Frame, Host, Mark, Meeting, Verdict, due_here, timed};

pub(super) fn judge(facts: &AssignmentFacts, frame: &Frame) -> Option<Verdict> {
    due_here(facts, facts.meeting.due, frame, |due| {
        let held = first(facts, frame, |one| one.host == Host::Leader && one.present);
        let attempted = first(facts, frame, |one| one.host == Host::Leader && !one.present);
        let in_time = |one: &&Meeting| one.stamp.at < due;
        if let Some(meeting) = held.filter(in_time) {
            return timed(meeting.stamp, due, "约见");
        }
        if let Some(attempt) = attempted.filter(in_time) {
            return timed(attempt.stamp, due, "联系，未见面").marked(Mark::Attempted);
        }
        match (held, attempted) {
            (Some(late), _) => timed(late.stamp, due, "约见"),
            (None, Some(late)) => timed(late.stamp, due, "联系，未见面"),
            (None, None) if first(facts, frame, |one| one.host == Host::Delegate).is_some() => {
                Verdict::missing("由他人代为约见，不算包案领导约见")
            }
            (None, None) => Verdict::missing("没有约见记录"),
        }
    })
}

/// The earliest known meeting of a kind.
fn first<'a>(
    facts: &'a AssignmentFacts,
    frame: &Frame,
    kind: impl Fn(&Meeting) -> bool,
) -> Option<&'a Meeting> {
    facts
        .meeting
        .meetings
        .iter()
        .filter(|one| one.stamp.known(frame) && kind(one))
        .min_by_key(|one| one.stamp.at)
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Bucket, MeetingFacts, Metric, Stamp};
    use super::*;

    fn met(stamp: Stamp, host: Host, present: bool) -> Meeting {
        Meeting { stamp, host, present }
    }

    #[test]
    fn a_meeting_by_the_leader_or_a_documented_attempt_stops_the_clock() {
        let leader = |at| met(stamp(at), Host::Leader, true);
        let attempt = |at| met(stamp(at), Host::Leader, false);
        let delegate = |at| met(stamp(at), Host::Delegate, true);
        let unknown = met(recorded("06-12 10:00", "06-15 08:00"), Host::Leader, true);
        for (meetings, bucket, attempted, reason) in [
            (vec![leader("06-12 10:00")], Bucket::Counted, false, "提前1天约见"),
            (vec![attempt("06-13 10:00")], Bucket::Counted, true, "到期当天联系，未见面"),
            (
                vec![attempt("06-12 10:00"), leader("06-13 10:00")],
                Bucket::Counted,
                false,
                "到期当天约见",
            ),
            (
                vec![attempt("06-13 10:00"), leader("06-14 10:00")],
                Bucket::Counted,
                true,
                "到期当天联系，未见面",
            ),
            (vec![leader("06-14 00:00")], Bucket::Missing, false, "迟1天约见"),
            (vec![attempt("06-14 10:00")], Bucket::Missing, false, "迟1天联系，未见面"),
            (
                vec![delegate("06-12 10:00")],
                Bucket::Missing,
                false,
                "由他人代为约见，不算包案领导约见",
            ),
            (vec![unknown], Bucket::Missing, false, "没有约见记录"),
            (vec![], Bucket::Missing, false, "没有约见记录"),
        ] {
            let meeting = MeetingFacts { due: Some(due("06-13")), meetings };
            let facts = AssignmentFacts { meeting, ..assignment() };
            let item = judged(Metric::I04, facts).unwrap();
            assert_eq!((item.bucket, item.reason.as_str()), (bucket, reason));
            assert_eq!(item.marks.contains(&Mark::Attempted), attempted, "{reason}");
        }
    }
}
