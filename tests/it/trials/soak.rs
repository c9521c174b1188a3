//! Work without pause: what the program takes doesn't grow.

use std::time::Duration;

use tokio::time::sleep;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::writers::{Load, Seen, check};
use super::{lasting, middle_and_worst, tell};

const CONNECTIONS: &str = "SELECT count(*) FROM pg_stat_activity
                           WHERE usename = 'app_user' AND datname = current_database()";

/// R25.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_work_in_miniature_takes_no_more_at_its_end_than_at_its_beginning() {
    let court = Court::new().await;
    let at = free_address();
    let mut program = Program::start(court.command("serve"), at, court.file("soak.log"));
    let _ = program.ready().await;
    let bureau = Person::sign_in(at, "zhongyuan.bureau").await;
    let mut halves: Vec<Seen> = Vec::new();
    let mut taken = Vec::new();
    for time in [lasting(8, 30), lasting(11, 135), lasting(11, 135)] {
        let mut load = Load::new();
        load.write(2, &[at]).await;
        for path in ["/cases", "/visits", "/my", "/visits/new"] {
            load.read(bureau.clone(), (at, path), Duration::from_millis(5));
        }
        sleep(time).await;
        taken.push((program.taken(), court.value::<i64>(CONNECTIONS).await));
        halves.push(load.stop().await);
    }
    let requests: usize = halves[1..].iter().map(|half| half.sightings.len()).sum();
    let [(warm, _), _, (end, connections)] = taken[..] else { panic!() };
    let grown = end.memory_kib.saturating_sub(warm.memory_kib);
    let middle = |half: &Seen| middle_and_worst(&half.times(200)).0;
    let (before, after) = (middle(&halves[1]), middle(&halves[2]));
    tell(&format!(
        "{requests} requests after warming up: memory {} to {} KiB ({} KiB per 1,000 requests), \
         files {} to {}, threads {} to {}, {connections} connections; pages in {before:.2?}, then \
         {after:.2?} (medians)",
        warm.memory_kib,
        end.memory_kib,
        grown * 1000 / requests as u64,
        warm.files,
        end.files,
        warm.threads,
        end.threads,
    ));
    for half in &halves {
        assert_eq!(half.answered(200) + half.answered(303), half.sightings.len());
    }
    assert!(grown * 1000 / (requests as u64) < 400 || grown < 4096, "{grown} KiB");
    assert!(end.files <= warm.files + 16 && end.threads <= warm.threads + 4 && connections <= 16);
    assert!(after < 2 * before, "{before:?} {after:?}");
    let told = halves.into_iter().flat_map(|half| half.told).collect();
    let seen = Seen { told, ..Seen::default() };
    check(&court.superuser(), court.command("verify audit"), &seen).await;
}
