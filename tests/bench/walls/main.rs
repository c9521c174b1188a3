//! What the walls cost: the rate of `/cases` and of `/cases/{case_no}` beside the rate of pgbench running
//! the very statements that the page sends (session, begin, context, queries, commit), which are taken
//! from the log of the server. Both sides run by turns, with 100,000 cases and 16 clients.
//!
//! `cargo bench --bench walls`; needs pgbench beside PostgreSQL's other programs.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark stops where it fails, and prints what it found"
)]

mod data;
mod load;
mod statements;
mod world;

use std::time::Duration;

use world::World;

/// Clients at once, each a person of its own.
const CLIENTS: usize = 16;
const CASES: usize = 100_000;
const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_secs(8);
/// What the pages are meant to reach of their own statements (P3).
const AIM: f64 = 0.6;

fn main() {
    // What the program has to say of a failure.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(compare());
}

async fn compare() {
    let world = World::new().await;
    println!("{CASES} cases, {CLIENTS} clients, {ROUNDS} rounds of {} s each", TURN.as_secs());
    println!(
        "{:<18}{:>12}{:>12}{:>8}{:>12}{:>12}",
        "", "page /s", "pgbench /s", "ratio", "lowest", "highest"
    );
    for page in ["/cases", "/cases/{case_no}"] {
        let targets = world.targets(page);
        let script = world.script(&targets).await;
        let (mut pages, mut bare) = (Vec::new(), Vec::new());
        // Both sides once without counting.
        load::run(&world, &targets, TURN / 4).await;
        world.pgbench(&script, TURN / 4);
        for _ in 0..ROUNDS {
            pages.push(load::run(&world, &targets, TURN).await);
            bare.push(world.pgbench(&script, TURN));
        }
        let mut ratios: Vec<f64> =
            pages.iter().zip(&bare).map(|(page, bare)| page / bare).collect();
        let (page_rate, bare_rate) = (median(&mut pages), median(&mut bare));
        let ratio = median(&mut ratios);
        let (lowest, highest) = (ratios.first().unwrap(), ratios.last().unwrap());
        println!(
            "{page:<18}{page_rate:>12.0}{bare_rate:>12.0}{ratio:>8.2}{lowest:>12.2}{highest:>12.2}"
        );
        println!(
            "{:18}{} statements a request; aim {AIM}: {}",
            "",
            script.count,
            if ratio >= AIM { "reached" } else { "NOT reached" }
        );
    }
    world.end().await;
}

/// The middle one; the list is in order afterwards.
fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
