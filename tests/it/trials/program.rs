//! The program while it serves.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::time::sleep;

use super::client;

const PAUSE: Duration = Duration::from_millis(10);
/// Longer than any start or stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that serves, and ends with its trial.
pub struct Program {
    child: Child,
    pub at: SocketAddr,
    log: PathBuf,
}

/// What a program takes.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub memory_kib: u64,
    pub files: usize,
    pub threads: u64,
}

/// An address where nobody listens. Not among those that connections leave from: they would meet
/// themselves there as long as the program is dead.
pub fn free_address() -> SocketAddr {
    loop {
        let at = SocketAddr::from(([127, 0, 0, 1], rand::random_range(20_000..30_000)));
        if std::net::TcpListener::bind(at).is_ok() {
            return at;
        }
    }
}

impl Program {
    /// Starts `command`, which must not name an address yet; what it says goes to the log's end.
    pub fn start(mut command: Command, at: SocketAddr, log: PathBuf) -> Self {
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = command
            .args(["--listen", &at.to_string()])
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { child, at, log }
    }

    /// Waits until it answers with the help of its database; how long that took.
    #[must_use]
    pub async fn ready(&mut self) -> Duration {
        let began = Instant::now();
        loop {
            let answer = client::get(self.at, "/readyz").await;
            if answer.is_ok_and(|answer| answer.status == StatusCode::OK) {
                return began.elapsed();
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {}", self.said());
            assert!(began.elapsed() < PATIENCE, "not ready: {}", self.said());
            sleep(PAUSE).await;
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends at once, whatever it is doing.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub fn tell_to_stop(&self) {
        signal("-TERM", self.id());
    }

    /// Waits for its end: the exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                return ended.code();
            }
            assert!(began.elapsed() < PATIENCE, "still there: {}", self.said());
            sleep(PAUSE).await;
        }
    }

    /// What it logged.
    pub fn said(&self) -> String {
        let is_file = fs::metadata(&self.log).unwrap().is_file();
        if is_file { fs::read_to_string(&self.log).unwrap() } else { String::new() }
    }

    pub fn taken(&self) -> Taken {
        let folder = PathBuf::from(format!("/proc/{}", self.id()));
        let status = fs::read_to_string(folder.join("status")).unwrap();
        let figure = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        Taken {
            memory_kib: figure("VmRSS:"),
            files: fs::read_dir(folder.join("fd")).unwrap().count(),
            threads: figure("Threads:"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn signal(name: &str, process: u32) {
    let done = Command::new("/bin/kill").args([name, &process.to_string()]).status().unwrap();
    assert!(done.success());
}
