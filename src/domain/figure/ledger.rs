//! I03 台账按期建立率: a complete ledger by the due time of L2.

use super::{AssignmentFacts, Frame, Verdict, due_here, timed};

pub(super) fn judge(facts: &AssignmentFacts, frame: &Frame) -> Option<Verdict> {
    due_here(facts, facts.ledger.due, frame, |due| {
        match facts.ledger.complete.filter(|complete| complete.known(frame)) {
            Some(complete) => timed(complete, due, "建账"),
            None => Verdict::missing("台账没有填写完整"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Bucket, Metric};

    #[test]
    fn a_ledger_counts_when_it_is_complete_by_the_due_time_and_known_at_the_cut_off() {
        for (complete, bucket, reason) in [
            (Some(stamp("06-12 23:59")), Bucket::Counted, "提前1天建账"),
            (Some(stamp("06-13 23:59")), Bucket::Counted, "到期当天建账"),
            (Some(stamp("06-14 00:00")), Bucket::Missing, "迟1天建账"),
            (Some(recorded("06-13 10:00", "06-15 00:00")), Bucket::Missing, "台账没有填写完整"),
            (None, Bucket::Missing, "台账没有填写完整"),
        ] {
            let facts = ledger_due("06-13", complete);
            assert_eq!(verdict(Metric::I03, facts), Some((bucket, reason.to_owned())));
        }
    }
}
