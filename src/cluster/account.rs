//! As whom the database runs: PostgreSQL refuses root, so root lends it an unprivileged user.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{ClusterError, program};

/// A user whom root runs the database's programs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// Whether this program runs as root.
pub fn is_root() -> bool {
    user_id() == Some(0)
}

/// The user this program runs as. The standard library doesn't say, so the system is asked.
pub fn user_id() -> Option<u32> {
    if let Ok(own) = fs::metadata("/proc/self") {
        return Some(own.uid());
    }
    let said = program::at("/usr/bin/id").arg("-u").output().ok()?;
    String::from_utf8_lossy(&said.stdout).trim().parse().ok()
}

impl Account {
    /// The owner of the existing data (or of the folder around it), else `postgres`, else
    /// `nobody`. None when we aren't root: then the database runs as ourselves.
    pub fn for_data(root: &Path, data: &Path) -> Result<Option<Self>, ClusterError> {
        if !is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let owner = [data, root].into_iter().filter_map(|it| fs::metadata(it).ok());
        if let Some(owner) = owner.into_iter().find(|owner| owner.uid() != 0) {
            let name = Self::find(&users, |user| user.uid == owner.uid())
                .map_or_else(|| format!("number {}", owner.uid()), |user| user.name);
            return Ok(Some(Self { name, uid: owner.uid(), gid: owner.gid() }));
        }
        let lent = ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::find(&users, |user| user.name == *name && user.uid != 0));
        lent.map(Some).ok_or(ClusterError::NoAccount)
    }

    /// The first user of an `/etc/passwd` that fits.
    fn find(users: &str, fits: impl Fn(&Self) -> bool) -> Option<Self> {
        users.lines().filter_map(Self::parse).find(fits)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Self { name, uid, gid })
    }
}

/// A program that runs as the account, with nothing of our own environment and in a process
/// group of its own: Ctrl-C at the terminal reaches only us.
pub fn command(account: Option<&Account>, program: &Path, folder: &Path) -> Command {
    let mut command = program::at(program);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command.current_dir(folder).stdin(Stdio::null()).process_group(0);
    command.env_clear().env("LC_ALL", CTYPE).env("PATH", "/usr/bin:/bin");
    command
}

/// Under a plain `C`, trigrams ignore Chinese text. macOS has no `C.UTF-8`.
pub const CTYPE: &str = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };

/// The first folder on the way to `target` that the account can't enter.
pub fn barrier(account: Option<&Account>, target: &Path) -> io::Result<Option<PathBuf>> {
    let mut way: Vec<&Path> = target.ancestors().collect();
    way.reverse();
    let script = r#"for it; do cd "$it" 2>/dev/null || { printf %s "$it"; exit 0; }; done"#;
    let said = command(account, Path::new("/bin/sh"), Path::new("/"))
        .args(["-c", script, "sh"])
        .args(way)
        .output()?;
    let named = String::from_utf8_lossy(&said.stdout).into_owned();
    Ok((!named.is_empty()).then(|| PathBuf::from(named)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_user_list_names_user_and_group() {
        let account = |name: &str, uid, gid| Some(Account { name: name.to_owned(), uid, gid });
        for (line, expected) in [
            (
                "postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash",
                account("postgres", 101, 104),
            ),
            ("nobody:*:-2:-2:Unprivileged:/var/empty:/usr/bin/false", None),
            ("# a comment", None),
            ("", None),
        ] {
            assert_eq!(Account::parse(line), expected, "{line}");
        }
    }
}
