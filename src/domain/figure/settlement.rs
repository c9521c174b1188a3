//! I08a 息诉率, I08b 依法退出率, I08c 化解率: three rates over one base, never added.

use super::{CaseFacts, Closed, Frame, Mark, Population, VOID, Verdict};
use crate::domain::outcome::Outcome;

/// Judges a case for the rate that counts these outcomes. An oral undertaking of less than a
/// year carries its mark wherever it stands, so that it can be printed beside.
pub(super) fn judge(
    counts: fn(Outcome) -> bool,
    facts: &CaseFacts,
    frame: &Frame,
) -> Option<Verdict> {
    let closed = match frame.population {
        Population::ConfirmedInWindow => Some(closed_in_window(facts, frame)?),
        Population::Cohort => closed_now(facts, frame),
    };
    if facts.void.is_some_and(|void| void.known(frame)) {
        return Some(Verdict::excluded(VOID));
    }
    if facts.merged.is_some_and(|merged| merged.known(frame)) {
        return Some(Verdict::excluded("已并入另一信访案件"));
    }
    let Some(Closed { outcome, .. }) = closed else { return Some(Verdict::missing("未办结")) };
    let label = outcome.label();
    let verdict = if counts(*outcome) { Verdict::counted(label) } else { Verdict::missing(label) };
    Some(match outcome {
        Outcome::SettledOralProvisional => verdict.marked(Mark::Provisional),
        Outcome::SettledWritten
        | Outcome::SettledOralMatured
        | Outcome::Terminated
        | Outcome::WrittenOff
        | Outcome::RoutedToLitigation
        | Outcome::TransferredOut
        | Outcome::ClosedUnsettled => verdict,
    })
}

/// The last closing confirmed in the window: a case counts once, however often it was
/// closed. Reopening it later does not undo the closing of that window.
fn closed_in_window<'a>(facts: &'a CaseFacts, frame: &Frame) -> Option<&'a Closed> {
    facts
        .closings
        .iter()
        .filter(|one| one.confirmed.known(frame) && frame.window.holds(one.confirmed.at))
        .max_by_key(|one| one.confirmed.at)
}

/// The closing that stands at the cut-off; none while a later round is open.
fn closed_now<'a>(facts: &'a CaseFacts, frame: &Frame) -> Option<&'a Closed> {
    let last = facts
        .closings
        .iter()
        .filter(|one| one.confirmed.known(frame))
        .max_by_key(|one| one.confirmed.at)?;
    let is_reopened =
        facts.reopened.iter().any(|one| one.known(frame) && one.at > last.confirmed.at);
    (!is_reopened).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Bucket, Facts, Figure, Metric, compute};
    use super::*;
    use crate::domain::ids::UnitId;

    fn figures(cases: Vec<CaseFacts>, population: Population) -> [Figure; 3] {
        let facts = Facts { assignments: Vec::new(), cases };
        let frame = Frame { population, ..frame() };
        [Metric::I08a, Metric::I08b, Metric::I08c]
            .map(|metric| compute(metric, &[UnitId(1)], &facts, &frame).remove(0))
    }

    fn counts(figures: &[Figure; 3]) -> [(u32, u32); 3] {
        [0, 1, 2].map(|rate| (figures[rate].numerator, figures[rate].denominator))
    }

    fn closed(id: i64, outcome: Outcome, at: &str) -> CaseFacts {
        CaseFacts { closings: vec![Closed { confirmed: stamp(at), outcome }], ..case(id) }
    }

    #[test]
    fn each_outcome_counts_in_its_rates_only() {
        for (outcome, expected) in [
            (Outcome::SettledWritten, [1, 0, 1]),
            (Outcome::SettledOralProvisional, [0, 0, 1]),
            (Outcome::SettledOralMatured, [1, 0, 1]),
            (Outcome::Terminated, [0, 1, 1]),
            (Outcome::WrittenOff, [0, 1, 1]),
            (Outcome::RoutedToLitigation, [0, 0, 0]),
            (Outcome::TransferredOut, [0, 0, 0]),
            (Outcome::ClosedUnsettled, [0, 0, 0]),
        ] {
            let cases = vec![closed(1, outcome, "06-10 09:00")];
            let figures = figures(cases, Population::ConfirmedInWindow);
            assert_eq!(counts(&figures), expected.map(|n| (n, 1)), "{}", outcome.label());
            let beside = u32::from(outcome == Outcome::SettledOralProvisional);
            assert_eq!(figures[0].marked(Mark::Provisional), beside, "{}", outcome.label());
        }
    }

    #[test]
    fn the_clean_up_of_forty_cases_gives_its_published_rates() {
        let outcomes = [
            (Outcome::SettledWritten, 15),
            (Outcome::Terminated, 23),
            (Outcome::RoutedToLitigation, 2),
        ];
        let outcomes = outcomes.into_iter().flat_map(|(outcome, n)| vec![outcome; n]);
        let cases = (1..).zip(outcomes).map(|(id, outcome)| closed(id, outcome, "01-20 09:00"));
        let figures = figures(cases.collect(), Population::Cohort);
        assert_eq!(counts(&figures), [(15, 40), (23, 40), (38, 40)]);
        let printed = figures.map(|figure| figure.fraction().printed());
        assert_eq!(printed, ["37.5%", "57.5%", "95.0%"]);
    }

    #[test]
    fn the_base_is_what_was_confirmed_in_the_window_and_known_at_the_cut_off() {
        let settled = |at| closed(1, Outcome::SettledWritten, at);
        let recorded_late = CaseFacts {
            closings: vec![Closed {
                confirmed: recorded("06-14 23:00", "06-15 00:00"),
                outcome: Outcome::SettledWritten,
            }],
            ..case(1)
        };
        let twice = CaseFacts {
            closings: vec![
                Closed { confirmed: stamp("06-02 09:00"), outcome: Outcome::SettledWritten },
                Closed { confirmed: stamp("06-12 09:00"), outcome: Outcome::ClosedUnsettled },
            ],
            reopened: vec![stamp("06-05 09:00")],
            ..case(1)
        };
        let reopened = CaseFacts { reopened: vec![stamp("06-12 09:00")], ..settled("06-10 09:00") };
        for (what, facts, window, cohort) in [
            ("first moment", settled("06-01 00:00"), (1, 1), (1, 1)),
            ("the moment before", settled("05-31 23:59"), (0, 0), (1, 1)),
            ("last minute", settled("06-14 23:59"), (1, 1), (1, 1)),
            ("after", settled("06-15 00:00"), (0, 0), (0, 1)),
            ("recorded late", recorded_late, (0, 0), (0, 1)),
            ("open", case(1), (0, 0), (0, 1)),
            ("closed twice: once, by the last", twice, (0, 1), (0, 1)),
            ("reopened: the old closing stays", reopened, (1, 1), (0, 1)),
        ] {
            let bulletin = figures(vec![facts.clone()], Population::ConfirmedInWindow);
            assert_eq!(counts(&bulletin)[0], window, "{what}, bulletin");
            let campaign = figures(vec![facts], Population::Cohort);
            assert_eq!(counts(&campaign)[0], cohort, "{what}, cohort");
        }
    }

    #[test]
    fn void_and_merged_cases_leave_the_counts_and_stay_visible() {
        let settled = closed(1, Outcome::SettledWritten, "06-10 09:00");
        for (facts, reason) in [
            (CaseFacts { void: Some(stamp("06-11 09:00")), ..settled.clone() }, "重复登记，已作废"),
            (CaseFacts { merged: Some(stamp("06-11 09:00")), ..settled }, "已并入另一信访案件"),
        ] {
            let [figure, ..] = figures(vec![facts], Population::ConfirmedInWindow);
            assert_eq!((figure.numerator, figure.denominator), (0, 0));
            let item = &figure.items[0];
            assert_eq!((item.bucket, item.reason.as_str()), (Bucket::Excluded, reason));
        }
    }
    #[test]
    fn a_closing_stays_with_the_unit_that_was_responsible_then() {
        let assigned = vec![
            (stamp("05-08 09:00"), UnitId(1)),
            (recorded("06-12 09:00", "06-16 09:00"), UnitId(2)),
            (stamp("06-20 09:00"), UnitId(3)),
        ];
        let one = closed(1, Outcome::SettledWritten, "06-10 09:00");
        let registered = CaseFacts { registered: UnitId(4), ..one };
        let facts = |case: &CaseFacts| Facts { assignments: Vec::new(), cases: vec![case.clone()] };
        let units = [1, 2, 3, 4].map(UnitId);
        let owner = |case: &CaseFacts, frame: &Frame| {
            let figures = compute(Metric::I08a, &units, &facts(case), frame);
            figures.into_iter().find(|figure| figure.denominator == 1).map(|figure| figure.unit.0)
        };
        let later = frame().as_known_at(moment("06-29 00:00"));
        assert_eq!(owner(&registered, &frame()), Some(4));
        let moved = CaseFacts { assigned, ..registered };
        assert_eq!(owner(&moved, &frame()), Some(1));
        // Recorded late; and what came after the window changes nothing in it.
        assert_eq!(owner(&moved, &later), Some(2));
    }
}
