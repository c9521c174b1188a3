//! Where PostgreSQL's programs lie on this machine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{ClusterError, program};

/// The oldest version that has `security_invoker` views, which row security needs.
const OLDEST: u32 = 15;
const NEEDED: [&str; 3] = ["initdb", "postgres", "pg_ctl"];
/// One `*` a path: Debian, PostgreSQL's own packages for Fedora, Alpine, Homebrew, Postgres.app.
const USUAL: [&str; 9] = [
    "/usr/bin",
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/usr/local/pgsql/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// The folders to search.
#[derive(Debug, Clone, Default)]
pub struct Places {
    demanded: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Places {
    /// `PG_BIN_DIR` and no other folder if it is set; else those of `PATH` and the usual ones.
    pub fn new(demanded: Option<PathBuf>, path: &OsStr) -> Self {
        let usual = USUAL.iter().map(PathBuf::from);
        let folders = std::env::split_paths(path).filter(|it| it.is_absolute()).chain(usual);
        Self { demanded, folders: folders.collect() }
    }

    /// No folder at all: a machine without PostgreSQL.
    pub fn none() -> Self {
        Self::default()
    }
}

/// The programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    pub bin: PathBuf,
    pub major: u32,
}

/// The newest programs; for existing data those of the version that made them.
pub fn find(places: &Places, data: (&Path, Option<u32>)) -> Result<Programs, ClusterError> {
    let found: Vec<Programs> = match &places.demanded {
        Some(folder) => {
            let found = Programs::in_folder(folder);
            let missing = || ClusterError::NotInBinDir { folder: folder.clone() };
            vec![found.ok_or_else(missing)?]
        }
        None => places
            .folders
            .iter()
            .flat_map(|it| expand(it))
            .filter_map(|it| Programs::in_folder(&it))
            .collect(),
    };
    choose(found, data)
}

fn choose(
    mut found: Vec<Programs>,
    (folder, wanted): (&Path, Option<u32>),
) -> Result<Programs, ClusterError> {
    // Stable: of two folders with the same version the first in the search wins.
    found.sort_by_key(|it| std::cmp::Reverse(it.major));
    let Some(newest) = found.first().cloned() else { return Err(ClusterError::NoPrograms) };
    let Some(wanted) = wanted else {
        let found = newest.major;
        return if found < OLDEST {
            Err(ClusterError::TooOld { found, oldest: OLDEST })
        } else {
            Ok(newest)
        };
    };
    if let Some(same) = found.iter().find(|it| it.major == wanted) {
        return Ok(same.clone());
    }
    let mut majors: Vec<u32> = found.iter().map(|it| it.major).collect();
    majors.dedup();
    let found = majors.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    Err(ClusterError::OtherMajor { folder: folder.to_path_buf(), made_by: wanted, found })
}

/// A tool that fits a server of this version: of the same if there is one, else of the next newer.
pub fn tool(places: &Places, name: &'static str, server: u32) -> Result<PathBuf, ClusterError> {
    let version = |path: &PathBuf| {
        let said = program::at(path).arg("--version").output().ok()?;
        major_of(&String::from_utf8_lossy(&said.stdout)).filter(|major| *major >= server)
    };
    let folders = places.demanded.iter().chain(&places.folders);
    let found = folders.flat_map(|it| expand(it)).map(|folder| folder.join(name));
    let found =
        found.filter(|path| path.is_file()).filter_map(|path| Some((version(&path)?, path)));
    found
        .min_by_key(|(major, _)| *major)
        .map(|(_, path)| path)
        .ok_or(ClusterError::NoTool { name, server })
}

impl Programs {
    fn in_folder(bin: &Path) -> Option<Self> {
        if !NEEDED.iter().all(|name| bin.join(name).is_file()) {
            return None;
        }
        let said = program::at(bin.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&said.stdout))?;
        Some(Self { bin: bin.to_path_buf(), major })
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `… 19beta1`.
fn major_of(said: &str) -> Option<u32> {
    let version = said.split_once("(PostgreSQL) ")?.1;
    let digits = version.find(|it: char| !it.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

/// The folders that a path with a `*` in one of its parts stands for.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let starred = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains('*');
    let parts: Vec<Component<'_>> = pattern.components().collect();
    let Some(at) = parts.iter().position(starred) else { return vec![pattern.to_path_buf()] };
    let (before, after) = parts.split_at(at);
    let Some((star, after)) = after.split_first() else { return Vec::new() };
    let star = star.as_os_str().to_string_lossy();
    let Some((prefix, suffix)) = star.split_once('*') else { return Vec::new() };
    let Ok(entries) = fs::read_dir(before.iter().collect::<PathBuf>()) else { return Vec::new() };
    let fits = |name: &str| name.starts_with(prefix) && name.ends_with(suffix);
    entries
        .flatten()
        .filter(|entry| fits(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path().join(after.iter().collect::<PathBuf>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        for (said, expected) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 19beta1\n", Some(19)),
            ("postgres (PostgreSQL) 17", Some(17)),
            ("postgres: command not found", None),
            ("", None),
        ] {
            assert_eq!(major_of(said), expected, "{said}");
        }
    }

    #[test]
    fn new_data_take_the_newest_version_and_old_data_their_own() {
        let machine = |majors: &[u32]| -> Vec<Programs> {
            let programs = |major: &u32| Programs { bin: PathBuf::from("/bin"), major: *major };
            majors.iter().map(programs).collect()
        };
        for (majors, wanted, expected) in [
            (&[15, 17, 16][..], None, Ok(17)),
            (&[15, 17, 16][..], Some(16), Ok(16)),
            (&[14, 15][..], Some(14), Ok(14)),
            (&[15, 17, 17][..], Some(14), Err("found here: 17, 15")),
            (&[13, 14][..], None, Err("has PostgreSQL 14; version 15 or newer")),
            (&[][..], None, Err("apt-get install postgresql")),
        ] {
            let chosen = choose(machine(majors), (Path::new("/srv/anjie"), wanted));
            match (chosen, expected) {
                (Ok(chosen), expected) => assert_eq!(Ok(chosen.major), expected),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (Err(error), Ok(_)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn a_star_stands_for_the_folders_that_are_there() {
        let root = std::env::temp_dir().join(format!("anjie-star-{}", uuid::Uuid::new_v4()));
        for name in ["pgsql-15/bin", "pgsql-17/bin", "other/bin"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let mut found = expand(&root.join("pgsql-*/bin"));
        found.sort();
        assert_eq!(found, [root.join("pgsql-15/bin"), root.join("pgsql-17/bin")]);
        assert_eq!(expand(&root), std::slice::from_ref(&root));
        assert!(expand(&root.join("none/*/bin")).is_empty());
        fs::remove_dir_all(root).unwrap();
    }
}
