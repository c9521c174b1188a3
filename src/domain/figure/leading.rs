//! I14 包案落实率: the leader was named, met the petitioner, has a plan and keeps acting.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::{AssignmentFacts, Frame, Host, LeaderNamed, LeadingFacts, VOID, Verdict};
use crate::domain::calendar::{day_of, end_of};

/// A leader must be named in two calendar days, whatever time limits the assignment sets.
const NAMED_WITHIN: Days = Days::new(2);
/// An own act of the leader must lie in the last 14 days.
const ACT_WITHIN: TimeDelta = TimeDelta::days(14);
/// A leader who has just taken over has not had the time to act.
const NEW_LEADER: TimeDelta = TimeDelta::days(3);

/// Open assignments and those closed in the window that need a leader. One whose two days
/// for naming the leader are not over has failed nothing yet and is not judged. A unit that
/// handed the assignment over before the cut-off no longer answers for it.
pub(super) fn judge(facts: &AssignmentFacts, frame: &Frame) -> Option<Verdict> {
    if !facts.leading.needed {
        return None;
    }
    let due = end_of(day_of(facts.issued.at) + NAMED_WITHIN);
    let standing = facts.closing.standing(frame);
    let confirmed = standing.and_then(|close| close.confirmed).filter(|stamp| stamp.known(frame));
    let gone = facts.transferred.filter(|transfer| transfer.known(frame));
    let ended = [confirmed, gone].into_iter().flatten().map(|stamp| stamp.at).min();
    if !facts.issued.known(frame) || ended.is_some_and(|at| at < frame.window.start) {
        return None;
    }
    if facts.void.is_some_and(|void| void.known(frame)) {
        return Some(Verdict::excluded(VOID));
    }
    if gone.is_some() {
        return Some(Verdict::excluded("已移送其他单位"));
    }
    if confirmed.is_none() && due > frame.window.end {
        return Some(Verdict::excluded("交办不满2日"));
    }
    let until = standing.map_or(frame.window.end, |close| close.closed.at);
    let lacking = lacking(facts, due, until, frame);
    Some(if lacking.is_empty() {
        Verdict::counted("四项齐全")
    } else {
        Verdict::missing(lacking.join("；"))
    })
}

/// The duties (a) to (d) that are not done. The 14 days end at the cut-off, or when the
/// unit closed: afterwards there is nothing left for the leader to do.
fn lacking(
    facts: &AssignmentFacts,
    due: DateTime<Utc>,
    until: DateTime<Utc>,
    frame: &Frame,
) -> Vec<&'static str> {
    let leading = &facts.leading;
    let met = |one: &super::Meeting| one.host == Host::Leader && one.stamp.known(frame);
    [
        (has_leader(leading, due, frame), "2日内没有确定合格的包案领导"),
        (facts.meeting.meetings.iter().any(met), "包案领导没有约见"),
        (leading.plan.is_some_and(|plan| plan.known(frame)), "没有化解方案"),
        (is_acting(leading, until, frame), "近14日没有包案领导本人行动"),
    ]
    .into_iter()
    .filter_map(|(done, lack)| (!done).then_some(lack))
    .collect()
}

/// An eligible leader was named in time, and the present one is eligible too.
fn has_leader(leading: &LeadingFacts, due: DateTime<Utc>, frame: &Frame) -> bool {
    let named = || leading.leaders.iter().filter(|one| one.stamp.known(frame));
    named().any(|one| one.eligible && one.stamp.at < due)
        && named().next_back().is_some_and(|one| one.eligible)
}

/// Whether the leader in office acted in person, or has just taken over from another. What someone
/// did before taking office, or a predecessor did, is not the leader's own act.
fn is_acting(leading: &LeadingFacts, until: DateTime<Utc>, frame: &Frame) -> bool {
    let in_office = |one: &&LeaderNamed| one.stamp.known(frame) && one.stamp.at <= until;
    let Some(leader) = leading.leaders.iter().rfind(in_office) else { return false };
    let since = leader.stamp.at;
    let acted = leading.own_acts.iter().any(|act| {
        let first = since.max(until - ACT_WITHIN);
        act.by == leader.who && act.stamp.known(frame) && (first..=until).contains(&act.stamp.at)
    });
    let took_over = leading.leaders.iter().filter(in_office).any(|one| one.who != leader.who);
    acted || took_over && until - NEW_LEADER <= since
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{
        Bucket, CloseSubmission, ClosingFacts, Meeting, MeetingFacts, Metric, OwnAct,
    };
    use super::*;
    use crate::domain::ids::StaffId;

    const LEADER: StaffId = StaffId(21);
    const SUCCESSOR: StaffId = StaffId(22);

    fn named(at: &str, eligible: bool) -> LeaderNamed {
        LeaderNamed { who: LEADER, stamp: stamp(at), eligible }
    }

    fn act(by: StaffId, at: &str) -> OwnAct {
        OwnAct { by, stamp: stamp(at) }
    }

    /// Issued on 8 May; everything done, the last own act on 5 June.
    fn led() -> AssignmentFacts {
        let meeting = Meeting { stamp: stamp("05-09 10:00"), host: Host::Leader, present: true };
        AssignmentFacts {
            meeting: MeetingFacts { due: Some(due("05-10")), meetings: vec![meeting] },
            leading: LeadingFacts {
                needed: true,
                leaders: vec![named("05-09 09:00", true)],
                plan: Some(stamp("05-10 09:00")),
                own_acts: vec![act(LEADER, "05-09 10:00"), act(LEADER, "06-05 10:00")],
            },
            ..assignment()
        }
    }

    fn leading(change: impl FnOnce(&mut LeadingFacts)) -> AssignmentFacts {
        let mut facts = led();
        change(&mut facts.leading);
        facts
    }

    fn closed(at: &str, confirmed: &str) -> AssignmentFacts {
        let close = CloseSubmission {
            closed: stamp(at),
            returned: None,
            confirmed: Some(stamp(confirmed)),
        };
        let closing = ClosingFacts { submissions: vec![close], ..ClosingFacts::default() };
        AssignmentFacts { closing, ..led() }
    }

    #[test]
    fn all_four_duties_make_it_and_each_one_that_lacks_is_named() {
        let no_meeting = AssignmentFacts { meeting: MeetingFacts::default(), ..led() };
        let by_delegate = {
            let mut facts = led();
            facts.meeting.meetings[0].host = Host::Delegate;
            facts
        };
        let attempt = {
            let mut facts = led();
            facts.meeting.meetings[0].present = false;
            facts
        };
        let acted = |at: &'static str| leading(move |l| l.own_acts = vec![act(LEADER, at)]);
        let leaders = |list: Vec<LeaderNamed>| leading(move |l| l.leaders = list);
        let no_leader = "2日内没有确定合格的包案领导";
        let no_act = "近14日没有包案领导本人行动";
        for (what, facts, lacking) in [
            ("all", led(), ""),
            ("attempt", attempt, ""),
            (
                "no leader",
                leaders(vec![]),
                "2日内没有确定合格的包案领导；近14日没有包案领导本人行动",
            ),
            ("named late", leaders(vec![named("05-11 00:00", true)]), no_leader),
            ("not eligible", leaders(vec![named("05-09 09:00", false)]), no_leader),
            (
                "changed to one who is not eligible",
                leaders(vec![named("05-09 09:00", true), named("05-20 09:00", false)]),
                no_leader,
            ),
            ("no meeting", no_meeting, "包案领导没有约见"),
            ("by a delegate", by_delegate, "包案领导没有约见"),
            ("no plan", leading(|l| l.plan = None), "没有化解方案"),
            ("act on the 14th day", acted("06-01 00:00"), ""),
            ("act before it", acted("05-31 23:59"), no_act),
            ("no act", leading(|l| l.own_acts.clear()), no_act),
            (
                "nothing",
                AssignmentFacts {
                    meeting: MeetingFacts::default(),
                    leading: LeadingFacts { needed: true, ..LeadingFacts::default() },
                    ..led()
                },
                "2日内没有确定合格的包案领导；包案领导没有约见；没有化解方案；近14日没有包案领导本人行动",
            ),
        ] {
            let expected = if lacking.is_empty() {
                (Bucket::Counted, "四项齐全")
            } else {
                (Bucket::Missing, lacking)
            };
            let (bucket, reason) = verdict(Metric::I14, facts).unwrap();
            assert_eq!((bucket, reason.as_str()), expected, "{what}");
        }
    }

    #[test]
    fn a_leader_who_has_just_taken_over_need_not_have_acted() {
        let taken_over = |at: &'static str| {
            leading(move |l| {
                l.leaders.push(LeaderNamed { who: SUCCESSOR, ..named(at, true) });
                l.own_acts.clear();
            })
        };
        let new_telephone = leading(|l| {
            l.leaders = vec![named("06-12 09:00", true); 2];
            l.own_acts.clear();
        });
        let new_telephone = AssignmentFacts { issued: stamp("06-11 09:00"), ..new_telephone };
        let first_leader = leading(|l| {
            l.leaders = vec![named("06-12 09:00", true)];
            l.own_acts.clear();
        });
        let first_leader = AssignmentFacts { issued: stamp("06-11 09:00"), ..first_leader };
        for (what, facts, bucket) in [
            ("new leader", taken_over("06-12 00:00"), Bucket::Counted),
            ("leader of four days", taken_over("06-11 23:59"), Bucket::Missing),
            ("first leader, of three days", first_leader, Bucket::Missing),
            ("first leader with another telephone", new_telephone, Bucket::Missing),
        ] {
            let found = judged(Metric::I14, facts).map(|item| item.bucket);
            assert_eq!(found, Some(bucket), "{what}");
        }
    }

    #[test]
    fn only_what_the_leader_in_office_did_in_office_is_an_own_act() {
        let succeeded = |acts: &[OwnAct]| {
            let acts = acts.to_vec();
            leading(move |l| {
                l.leaders.push(LeaderNamed { who: SUCCESSOR, ..named("06-04 09:00", true) });
                l.own_acts = acts;
            })
        };
        let back = {
            let mut facts = succeeded(&[act(LEADER, "06-05 10:00")]);
            facts.leading.leaders.push(named("06-08 09:00", true));
            facts
        };
        for (what, facts, bucket) in [
            ("predecessor", succeeded(&[act(LEADER, "06-03 10:00")]), Bucket::Missing),
            ("predecessor afterwards", succeeded(&[act(LEADER, "06-05 10:00")]), Bucket::Missing),
            ("successor before", succeeded(&[act(SUCCESSOR, "06-04 08:59")]), Bucket::Missing),
            ("successor", succeeded(&[act(SUCCESSOR, "06-04 09:00")]), Bucket::Counted),
            ("delegate", succeeded(&[act(StaffId(23), "06-05 10:00")]), Bucket::Missing),
            ("back in office, without an act since", back, Bucket::Missing),
        ] {
            let found = judged(Metric::I14, facts).map(|item| item.bucket);
            assert_eq!(found, Some(bucket), "{what}");
        }
    }

    #[test]
    fn a_leader_has_two_calendar_days_to_be_named() {
        for (issued, named_at, bucket) in [
            ("06-08 00:00", "06-10 23:59", Bucket::Counted),
            ("06-08 23:59", "06-10 23:59", Bucket::Counted),
            ("06-08 09:00", "06-11 00:00", Bucket::Missing),
        ] {
            let facts = leading(|l| l.leaders = vec![named(named_at, true)]);
            let own = vec![act(LEADER, "06-12 10:00")];
            let leading = LeadingFacts { own_acts: own, ..facts.leading.clone() };
            let facts = AssignmentFacts { issued: stamp(issued), leading, ..facts };
            let found = judged(Metric::I14, facts).map(|item| item.bucket);
            assert_eq!(found, Some(bucket), "{issued}, {named_at}");
        }
    }

    #[test]
    fn the_base_is_what_was_open_or_closed_in_the_window_and_needs_a_leader() {
        let moved = |at| AssignmentFacts { transferred: Some(stamp(at)), ..led() };
        let fresh = |day: &str| AssignmentFacts {
            issued: stamp(&format!("{day} 09:00")),
            leading: LeadingFacts {
                leaders: vec![named(&format!("{day} 10:00"), true)],
                own_acts: vec![act(LEADER, &format!("{day} 11:00"))],
                ..led().leading
            },
            ..led()
        };
        for (what, facts, expected) in [
            ("open", led(), Some(Bucket::Counted)),
            ("needs none", leading(|l| l.needed = false), None),
            ("closed in the window", closed("05-25 09:00", "06-02 09:00"), Some(Bucket::Missing)),
            (
                "closed soon after an act",
                closed("06-08 09:00", "06-12 09:00"),
                Some(Bucket::Counted),
            ),
            ("closed before", closed("05-20 09:00", "05-31 23:59"), None),
            (
                "closed after the cut-off",
                closed("06-08 09:00", "06-15 09:00"),
                Some(Bucket::Counted),
            ),
            ("handed over in the window", moved("06-10 09:00"), Some(Bucket::Excluded)),
            ("handed over before", moved("05-31 09:00"), None),
            ("two days not over", fresh("06-13"), Some(Bucket::Excluded)),
            ("two days just over", fresh("06-12"), Some(Bucket::Counted)),
            (
                "void",
                AssignmentFacts { void: Some(stamp("06-01 09:00")), ..led() },
                Some(Bucket::Excluded),
            ),
        ] {
            let found = judged(Metric::I14, facts).map(|item| item.bucket);
            assert_eq!(found, expected, "{what}");
        }
    }
}
