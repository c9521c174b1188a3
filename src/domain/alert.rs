//! What in the audit calls for someone's attention (告警): pure rules over counts.

use chrono::{DateTime, FixedOffset, Timelike, Utc};

use super::code::codes;
use super::ids::StaffId;

codes! {
    /// What happened.
    Kind {
        Refusals = "refusals", "五分钟内多次越权访问";
        Reads = "reads", "一小时内查看记录过多";
        NightReads = "night_reads", "夜间批量查看";
        ChainBreak = "chain_break", "审计日志完整性校验未通过";
        ClockJump = "clock_jump", "系统时间回拨";
    }
}

/// Refusals in five minutes.
const REFUSALS: i64 = 20;
/// Records read in an hour.
const READS: i64 = 300;
/// The same between ten in the evening and six in the morning.
const NIGHT_READS: i64 = 50;
/// Seconds that clocks of several programs may lie apart.
const APART: i64 = 60;

/// What one person did lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    pub staff: StaffId,
    /// In the last five minutes.
    pub refusals: i64,
    /// In the last hour.
    pub reads: i64,
}

/// What holds for the audit as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Findings of the last check of the chains.
    pub findings: i64,
    /// How many seconds, at most, an entry of the last hour lies before the one it follows.
    pub back: i64,
}

/// What is to be raised, about whom, with the count that says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alert {
    pub kind: Kind,
    pub staff: Option<StaffId>,
    pub times: i64,
}

/// What the counts of a moment call for.
pub fn alerts(people: &[Activity], health: Health, at: DateTime<Utc>) -> Vec<Alert> {
    let of_people = people.iter().flat_map(|one| {
        let raised = [
            (Kind::Refusals, one.refusals, one.refusals >= REFUSALS),
            (Kind::Reads, one.reads, one.reads > READS),
            (Kind::NightReads, one.reads, is_night(at) && one.reads > NIGHT_READS),
        ];
        let raised = raised.into_iter().filter(|(.., raised)| *raised);
        raised.map(|(kind, times, _)| Alert { kind, staff: Some(one.staff), times })
    });
    let of_all = [
        (Kind::ChainBreak, health.findings, health.findings > 0),
        (Kind::ClockJump, health.back, health.back > APART),
    ];
    let of_all = of_all.into_iter().filter(|(.., raised)| *raised);
    of_people.chain(of_all.map(|(kind, times, _)| Alert { kind, staff: None, times })).collect()
}

/// By the courts' clock.
fn is_night(at: DateTime<Utc>) -> bool {
    let courts = FixedOffset::east_opt(8 * 3600);
    let hour = courts.map_or(at.hour(), |courts| at.with_timezone(&courts).hour());
    !(6..22).contains(&hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S84.
    #[test]
    fn refusals_many_reads_the_night_a_broken_chain_and_a_clock_that_jumps_raise_an_alert() {
        let (noon, night) = ("2026-06-15T04:00:00Z", "2026-06-15T15:30:00Z");
        let table = [
            (19, 0, 0, 0, noon, vec![]),
            (20, 0, 0, 0, noon, vec![(Kind::Refusals, 20)]),
            (0, 300, 0, 0, noon, vec![]),
            (0, 301, 0, 0, noon, vec![(Kind::Reads, 301)]),
            (0, 50, 0, 0, night, vec![]),
            (0, 51, 0, 0, night, vec![(Kind::NightReads, 51)]),
            (0, 51, 0, 0, "2026-06-14T21:59:59Z", vec![(Kind::NightReads, 51)]),
            (0, 51, 0, 0, "2026-06-14T22:00:00Z", vec![]),
            (0, 0, 1, 0, noon, vec![(Kind::ChainBreak, 1)]),
            (0, 0, 0, 60, noon, vec![]),
            (0, 0, 0, 3600, noon, vec![(Kind::ClockJump, 3600)]),
        ];
        for (refusals, reads, findings, back, at, expected) in table {
            let people = [Activity { staff: StaffId(7), refusals, reads }];
            let raised = alerts(&people, Health { findings, back }, at.parse().unwrap());
            let raised: Vec<_> = raised.iter().map(|alert| (alert.kind, alert.times)).collect();
            assert_eq!(raised, expected, "{refusals} {reads} {findings} {back} {at}");
        }
    }
}
