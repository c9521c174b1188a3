//! Killed while it works: what was acknowledged is there, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anjie::cluster::{Cluster, Mode, Options};
use anjie::config::Environment;
use anjie::store::owner::Owner;
use anjie::store::roles::OWNER;
use sqlx::postgres::PgConnectOptions;
use tokio::time::sleep;

use super::court::{self, Court};
use super::program::{Program, free_address, signal};
use super::writers::{Load, Seen, check};
use super::{KILLS, long, middle_and_worst, tell};

/// "Ready again in under 5 s."
const SOON: Duration = Duration::from_secs(5);
/// The same where the database recovers first.
const RECOVERED: Duration = Duration::from_secs(20);

fn judge(what: &str, seen: &Seen, starts: &[Duration], soon: Duration) {
    let (middle, worst) = middle_and_worst(starts);
    tell(&format!(
        "{what}: {} visits acknowledged, {} requests without an answer, {} with 503; ready again \
         in {middle:.2?} (median), {worst:.2?} (worst)",
        seen.told.len(),
        seen.lost(),
        seen.answered(503),
    ));
    assert!(worst < soon, "{worst:?}");
    assert!(seen.lost() > 0, "it was killed under load");
    assert_eq!(seen.answered(500), 0);
}

/// R1, R26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_while_eight_counters_write_it_loses_and_doubles_nothing() {
    let court = Court::new().await;
    let (at, log) = (free_address(), court.file("killed.log"));
    let start = || Program::start(court.command("serve"), at, log.clone());
    let mut program = start();
    let mut starts = vec![program.ready().await];
    let mut load = Load::new();
    load.write(8, &[at]).await;
    let kills = long().unwrap_or(KILLS);
    for _ in 0..kills {
        sleep(Duration::from_millis(rand::random_range(100..1500))).await;
        program.kill();
        program = start();
        starts.push(program.ready().await);
    }
    let seen = load.stop().await;
    judge(&format!("killed {kills} times under 8 writers"), &seen, &starts, SOON);
    check(&court.superuser(), court.command("verify audit"), &seen).await;
}

/// A folder whose database the program runs itself.
struct Own(PathBuf);

impl Own {
    async fn new(folder: PathBuf) -> Self {
        let own = Self(folder);
        let cluster = own.visit().await;
        cluster.ensure_database("anjie").await.unwrap();
        cluster.stop().await.unwrap();
        assert!(own.command("migrate").status().unwrap().success());
        let cluster = own.visit().await;
        let mut owner = Owner::connect(&cluster.login(OWNER, "anjie")).await.unwrap();
        court::settle(&mut owner).await;
        owner.close().await.unwrap();
        court::run(&cluster.owner("anjie"), court::MADE_REAL).await;
        cluster.stop().await.unwrap();
        own
    }

    async fn visit(&self) -> Cluster {
        let places = Environment::of_process().places();
        let options = Options { data: self.0.clone(), places, may_install: false };
        Cluster::open(&options, Mode::Visit).await.unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anjie"));
        command.args(line.split(' ')).arg("--data").arg(&self.0);
        command.env("ANJIE_LOG", "warn").env("ANJIE_SECOND_FACTOR", "off");
        command
    }

    fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.0.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// How the superuser logs in.
    async fn login(&self) -> PgConnectOptions {
        let cluster = self.visit().await;
        let login = cluster.owner("anjie");
        cluster.stop().await.unwrap();
        login
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let live = |id: &u32| Path::new(&format!("/proc/{id}")).exists();
        if let Some(postmaster) = self.postmaster().filter(live) {
            signal("-QUIT", postmaster);
        }
    }
}

/// R1, R26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_together_with_its_own_database_it_comes_back_with_every_visit() {
    let court = Court::new().await;
    let own = Own::new(court.file("own")).await;
    let (at, log) = (free_address(), court.file("own.log"));
    let start = || Program::start(own.command("serve"), at, log.clone());
    let mut program = start();
    let mut starts = vec![program.ready().await];
    let mut load = Load::new();
    load.write(8, &[at]).await;
    let kills = long().unwrap_or(KILLS) / 4;
    for nth in 0..kills {
        sleep(Duration::from_millis(rand::random_range(200..1000))).await;
        let postmaster = own.postmaster().unwrap();
        if nth % 2 == 0 {
            signal("-KILL", postmaster);
            program.kill();
        } else {
            program.kill();
            signal("-KILL", postmaster);
        }
        program = start();
        starts.push(program.ready().await);
    }
    let seen = load.stop().await;
    judge(&format!("killed {kills} times with its own database"), &seen, &starts, RECOVERED);
    check(&own.login().await, own.command("verify audit"), &seen).await;
    program.tell_to_stop();
    assert_eq!(program.ended().await, Some(0));
}
