//! Trials of the program as it is served: killed, cut off, crowded, told to stop.
//!
//! Every trial runs the real program over HTTP, on a database that keeps what it is told (never
//! `fsync=off`). `cargo test` runs the short forms; `tests/trials/run` the long ones, by setting
//! `ANJIE_TRIALS` to the number of kills.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "programs are started here, and tell what they took"
)]

mod away;
mod client;
mod court;
mod crowded;
mod forms;
mod full;
mod instances;
mod killed;
mod program;
mod soak;
mod stopped;
mod times;
mod waiting;
mod writers;

use std::time::Duration;

/// How often the program is killed when nobody asks for more.
const KILLS: u32 = 20;

/// How often the program is killed in the long form; none in the short one.
fn long() -> Option<u32> {
    std::env::var("ANJIE_TRIALS").ok().map(|asked| asked.parse().unwrap())
}

/// The shorter or the longer time of a trial.
fn lasting(short: u64, long_form: u64) -> Duration {
    Duration::from_secs(if long().is_some() { long_form } else { short })
}

/// What a trial measured, in one line.
fn tell(line: &str) {
    eprintln!("trial: {line}");
}

/// The middle one and the worst, for such a line.
fn middle_and_worst(times: &[Duration]) -> (Duration, Duration) {
    let mut times = times.to_vec();
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}
