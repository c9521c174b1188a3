//! I05 七日报告按期率: a progress report by the due time of P7 that was not returned.
//!
//! A returned report is not one; what was submitted again counts by its own time, so it is
//! late when it came after the due time, though the first submission stays on record.

use super::{AssignmentFacts, Frame, Verdict, due_here, timed};

pub(super) fn judge(facts: &AssignmentFacts, frame: &Frame) -> Option<Verdict> {
    due_here(facts, facts.report.due, frame, |due| {
        let known = || facts.report.submissions.iter().filter(|one| one.submitted.known(frame));
        let is_returned = |returned: Option<super::Stamp>| returned.is_some_and(|r| r.known(frame));
        let was_returned = known().any(|one| is_returned(one.returned));
        let standing = known()
            .filter(|one| !is_returned(one.returned))
            .min_by_key(|one| one.submitted.at)
            .map(|one| one.submitted);
        match (standing, was_returned) {
            (Some(report), true) => timed(report, due, "重报（退回补正）"),
            (Some(report), false) => timed(report, due, "报送"),
            (None, true) => Verdict::missing("退回补正，未重报"),
            (None, false) => Verdict::missing("没有报送"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Bucket, Metric, ReportFacts, ReportSubmission};
    use super::*;

    #[test]
    fn a_returned_report_counts_by_the_time_of_the_one_that_stands() {
        let sent = |at| ReportSubmission { submitted: stamp(at), returned: None };
        let back = |at, returned| ReportSubmission { returned: Some(stamp(returned)), ..sent(at) };
        for (submissions, bucket, reason) in [
            (vec![sent("06-11 10:00")], Bucket::Counted, "提前1天报送"),
            (vec![sent("06-13 00:00")], Bucket::Missing, "迟1天报送"),
            (vec![], Bucket::Missing, "没有报送"),
            (vec![back("06-10 10:00", "06-11 10:00")], Bucket::Missing, "退回补正，未重报"),
            (
                vec![back("06-10 10:00", "06-11 10:00"), sent("06-12 23:59")],
                Bucket::Counted,
                "到期当天重报（退回补正）",
            ),
            (
                vec![back("06-10 10:00", "06-13 10:00"), sent("06-14 10:00")],
                Bucket::Missing,
                "迟2天重报（退回补正）",
            ),
            // The return is recorded after the cut-off: this issue does not know of it.
            (vec![back("06-12 10:00", "06-15 10:00")], Bucket::Counted, "到期当天报送"),
        ] {
            let report = ReportFacts { due: Some(due("06-12")), submissions };
            let facts = AssignmentFacts { report, ..assignment() };
            assert_eq!(verdict(Metric::I05, facts), Some((bucket, reason.to_owned())));
        }
    }
}
