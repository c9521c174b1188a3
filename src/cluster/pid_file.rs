//! The files by which PostgreSQL knows that it already runs, and when they lie.
//!
//! PostgreSQL refuses to start when the process named in them exists, even if that is a zombie
//! or, after a restart of the machine, another program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, PORT};
use super::program;

/// The running postmaster of the folder, if there is one.
pub fn postmaster(folder: &Folder) -> Option<u32> {
    let process = read(&postmaster_file(folder))?;
    is_postgres_of(process, &folder.data()).then_some(process)
}

/// Takes the lie out of the lock files of a postmaster that is no more.
///
/// They aren't deleted: `postmaster.pid` also names the shared memory by which PostgreSQL sees
/// that a process of the dead postmaster still writes. Instead they get our own number, since
/// PostgreSQL ignores the number of the process that started it.
pub fn settle(folder: &Folder) -> io::Result<()> {
    let socket_lock = folder.run().join(format!(".s.PGSQL.{PORT}.lock"));
    for path in [postmaster_file(folder), socket_lock] {
        let Some(process) = read(&path) else { continue };
        if is_postgres_of(process, &folder.data()) {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
        fs::write(&path, format!("{}\n{rest}", std::process::id()))?;
    }
    Ok(())
}

pub fn postmaster_file(folder: &Folder) -> PathBuf {
    folder.data().join("postmaster.pid")
}

fn read(path: &Path) -> Option<u32> {
    // A single-user backend writes its number with a minus.
    fs::read_to_string(path).ok()?.lines().next()?.trim().trim_start_matches('-').parse().ok()
}

/// Whether the process lives, is called `postgres` and, where the system lets us look, works in
/// this data folder.
fn is_postgres_of(process: u32, data: &Path) -> bool {
    if !is_live_postgres(process) {
        return false;
    }
    fs::read_link(format!("/proc/{process}/cwd")).map_or(true, |place| place == data)
}

fn is_live_postgres(process: u32) -> bool {
    if Path::new("/proc/self/stat").exists() {
        return fs::read_to_string(format!("/proc/{process}/stat"))
            .is_ok_and(|stat| tells_of_postgres(&stat));
    }
    let process = process.to_string();
    let Ok(said) = program::at("/bin/ps").args(["-o", "stat=,comm=", "-p", &process]).output()
    else {
        // Nothing to ask: rather believe the file than start a second postmaster.
        return true;
    };
    let said = String::from_utf8_lossy(&said.stdout);
    let said = said.trim();
    !said.starts_with('Z') && said.ends_with("postgres")
}

/// `/proc/PID/stat` reads `PID (name) state …`.
fn tells_of_postgres(stat: &str) -> bool {
    let Some((head, tail)) = stat.rsplit_once(')') else { return false };
    let name = head.split_once('(').map_or("", |(_, name)| name);
    let state = tail.trim_start().chars().next();
    matches!(name, "postgres" | "postmaster") && !matches!(state, None | Some('Z' | 'X'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_living_postgres_counts() {
        for (stat, expected) in [
            ("41 (postgres) S 1 41 41 0", true),
            ("41 (postgres) R 1 41 41 0", true),
            ("41 (postgres) Z 1 41 41 0", false),
            ("41 (postgres) X 1 41 41 0", false),
            ("41 (bash) S 1 41 41 0", false),
            ("41 (postgres) of (bash) S 1 41", false),
            ("", false),
        ] {
            assert_eq!(tells_of_postgres(stat), expected, "{stat}");
        }
    }
}
