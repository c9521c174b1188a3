//! The only reader of the environment.
//!
//! Values are checked when they are asked for, and a message names the variable, never its value:
//! addresses hold passwords.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;
use tracing_subscriber::EnvFilter;

use crate::cluster::{self, Places};
use crate::domain::password::{Policy, Profile};
use crate::domain::sign_in::{FREE_TRIES, LONGEST_HOURS, Rules, SecondFactor};
use crate::edge::{Edge, Proxies, PublicUrl, Scanner};
use crate::jobs::backup::{BackupError, Recipient};
use crate::keys::{KeyError, MasterKeys};
use crate::store::keys::{Cipher, Keys};

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const DEFAULT_LOG: &str = "info,sqlx=warn";
const DEFAULT_IDLE_MINUTES: i64 = 30;
/// A session ends after eight hours in any case.
const LONGEST_IDLE_MINUTES: i64 = 480;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "No database is named. Set DATABASE_URL, for example postgres://app_user@db/anjie, or use \
         the local database of a folder with --data DIR."
    )]
    NoDatabase,
    #[error("Set {0} to the address of the database's owner: only the owner may migrate.")]
    NoOwner(&'static str),
    #[error("{0} is not an address of PostgreSQL. It begins with postgres:// and a user name.")]
    Address(&'static str),
    #[error("{name} is not valid: {expected}")]
    Invalid { name: &'static str, expected: &'static str },
    #[error("Both ANJIE_KEYS and ANJIE_KEYS_FILE are set. Keep one of them.")]
    TwoKeys,
    #[error(
        "There is no master key. Put one into a file that only the program's user can read \
         (`openssl rand -hex 32`), and its path into ANJIE_KEYS_FILE."
    )]
    NoKey,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Recipient(#[from] Box<BackupError>),
    #[error("There is no home folder to keep the data in. Choose a folder with --data DIR.")]
    NoHome,
}

/// The variables of the process, read once.
#[derive(Clone, Default)]
pub struct Environment {
    values: BTreeMap<OsString, OsString>,
}

/// What the server that answers the browsers needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub listen: SocketAddr,
    pub rules: Rules,
    /// Where the program meets the network.
    pub edge: Edge,
}

/// Where the data are.
#[derive(Debug, Clone)]
pub enum Database {
    /// A server that others run; `owner` only where `DATABASE_OWNER_URL` is set.
    Server { app: Box<PgConnectOptions>, owner: Option<Box<PgConnectOptions>> },
    /// The local cluster of a folder.
    Local(cluster::Options),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
    pub fn of_process() -> Self {
        Self { values: std::env::vars_os().collect() }
    }

    /// The address to listen on (the flag wins) and the sessions' idle time.
    pub fn settings(&self, listen: Option<SocketAddr>) -> Result<Settings, ConfigError> {
        let expected = "an address and a port, for example 127.0.0.1:8080";
        let name = "ANJIE_LISTEN";
        let named = self.text(name)?.unwrap_or(DEFAULT_LISTEN);
        let named = named.parse().map_err(|_| ConfigError::Invalid { name, expected });
        let listen = listen.map_or(named, Ok)?;
        let (rules, edge) = (self.rules()?, self.edge()?);
        Ok(Settings { listen, rules, edge })
    }

    /// What is asked of those who sign in.
    fn rules(&self) -> Result<Rules, ConfigError> {
        let name = "ANJIE_SECOND_FACTOR";
        let expected = "off, administrators or all";
        let code = self.text(name)?.unwrap_or(SecondFactor::All.code());
        let second_factor = SecondFactor::from_code(code);
        let second_factor = second_factor.ok_or(ConfigError::Invalid { name, expected })?;
        let name = "ANJIE_PASSWORD_PROFILE";
        let profile = Profile::from_code(self.text(name)?.unwrap_or(Profile::Dengbao.code()));
        let profile = profile.ok_or(ConfigError::Invalid { name, expected: "dengbao or asvs" })?;
        let name = "ANJIE_SESSION_DEVICES";
        let expected = "a whole number from 1 to 9";
        let devices = self.text(name)?.unwrap_or("1").parse().ok();
        let devices = devices.filter(|devices| (1..=9).contains(devices));
        let devices = devices.ok_or(ConfigError::Invalid { name, expected })?;
        let passwords = Policy::of(profile);
        let idle_minutes = self.idle_minutes()?;
        let (tries, longest_hours, demonstration) = (FREE_TRIES, LONGEST_HOURS, false);
        Ok(Rules {
            passwords,
            second_factor,
            devices,
            tries,
            idle_minutes,
            longest_hours,
            demonstration,
        })
    }

    fn edge(&self) -> Result<Edge, ConfigError> {
        let mut edge = Edge::default();
        let name = "ANJIE_PUBLIC_URL";
        if let Some(text) = self.text(name)? {
            let expected = "an address without a path, for example https://anjie.court.example";
            let public = PublicUrl::parse(text).ok_or(ConfigError::Invalid { name, expected })?;
            edge.public = Some(public);
        }
        let name = "ANJIE_TRUSTED_PROXIES";
        if let Some(text) = self.text(name)? {
            let expected = "addresses or networks, for example 10.0.0.1, fd00::/8";
            edge.proxies = Proxies::parse(text).ok_or(ConfigError::Invalid { name, expected })?;
        }
        let name = "ANJIE_SCANNER";
        if let Some(text) = self.text(name)? {
            let expected = "a socket's path or a host with its port, for example \
                            /run/clamav/clamd.ctl or 127.0.0.1:3310";
            let scanner = Scanner::parse(text).ok_or(ConfigError::Invalid { name, expected })?;
            edge.scanner = Some(scanner);
        }
        Ok(edge)
    }

    fn idle_minutes(&self) -> Result<i64, ConfigError> {
        let name = "ANJIE_SESSION_IDLE_MINUTES";
        let Some(text) = self.text(name)? else {
            return Ok(DEFAULT_IDLE_MINUTES);
        };
        let minutes = text.parse().ok().filter(|it| (1..=LONGEST_IDLE_MINUTES).contains(it));
        let expected = "a whole number of minutes from 1 to 480";
        minutes.ok_or(ConfigError::Invalid { name, expected })
    }

    /// The local cluster if a folder is named, else the server of `DATABASE_URL`.
    pub fn database(&self, data: Option<&Path>, install: bool) -> Result<Database, ConfigError> {
        if let Some(data) = data {
            return Ok(Database::Local(self.local(data, install)));
        }
        let app = self.address("DATABASE_URL")?.ok_or(ConfigError::NoDatabase)?;
        Ok(Database::Server { app, owner: self.address("DATABASE_OWNER_URL")? })
    }

    /// The local cluster of a folder.
    pub fn local(&self, data: &Path, may_install: bool) -> cluster::Options {
        cluster::Options { data: data.to_path_buf(), places: self.places(), may_install }
    }

    /// The folder of `demo` when none is named.
    pub fn default_data(&self, is_root: bool) -> Result<PathBuf, ConfigError> {
        if is_root {
            return Ok(PathBuf::from("/var/lib/anjie"));
        }
        // The convention has relative paths ignored.
        let folder = |name| self.path(name).filter(|path| path.is_absolute());
        let share = || folder("HOME").map(|home| home.join(".local/share"));
        let base = folder("XDG_DATA_HOME").or_else(share).ok_or(ConfigError::NoHome)?;
        Ok(base.join("anjie"))
    }

    /// Where PostgreSQL's programs may be.
    pub fn places(&self) -> Places {
        let path = self.values.get("PATH".as_ref() as &std::ffi::OsStr);
        Places::new(self.path("PG_BIN_DIR"), path.map_or("".as_ref(), OsString::as_os_str))
    }

    /// The master key for a server that others run. A local cluster has its own.
    pub fn key(&self) -> Result<MasterKeys, ConfigError> {
        match (self.text("ANJIE_KEYS")?, self.path("ANJIE_KEYS_FILE")) {
            (Some(_), Some(_)) => Err(ConfigError::TwoKeys),
            (Some(text), None) => Ok(MasterKeys::parse(text, "ANJIE_KEYS")?),
            (None, Some(path)) => Ok(MasterKeys::read(&path)?),
            (None, None) => Err(ConfigError::NoKey),
        }
    }

    /// The file with the master keys of a server that others run.
    pub fn key_file(&self) -> Option<PathBuf> {
        self.path("ANJIE_KEYS_FILE")
    }

    /// What follows from master keys, with the cipher that is set.
    pub fn keys(&self, master: &MasterKeys) -> Result<Keys, ConfigError> {
        let name = "ANJIE_CIPHER";
        let code = self.text(name)?.unwrap_or("aes");
        let expected = "aes (AES-256-GCM) or sm4 (SM4-GCM)";
        let cipher = Cipher::from_code(code).ok_or(ConfigError::Invalid { name, expected })?;
        let (newest, older) = master.bytes();
        Ok(Keys::of((newest, &older), cipher))
    }

    /// For whom backups are made.
    pub fn backup_recipient(&self) -> Result<Recipient, ConfigError> {
        let text = self.text("ANJIE_BACKUP_RECIPIENT")?.unwrap_or_default();
        Ok(Recipient::parse(text).map_err(Box::new)?)
    }

    /// The file into which the heads of the audit's chains are written down: the one that is named, or
    /// one beside a local cluster. It belongs on another disk than the database.
    pub fn anchor_file(&self, data: Option<&Path>) -> Option<PathBuf> {
        self.path("ANJIE_ANCHOR_FILE").or_else(|| data.map(|data| data.join("anchors.log")))
    }

    /// The names of the settings of this program that are set; never their values.
    pub fn names_set(&self) -> Vec<String> {
        let names = self.values.keys().map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("ANJIE_") || name.starts_with("DATABASE_")).collect()
    }

    /// The system's user who runs a command: kept with what the command changes.
    pub fn system_user(&self) -> String {
        let named = ["SUDO_USER", "USER", "LOGNAME"];
        let known = named.into_iter().find_map(|name| self.text(name).ok().flatten());
        known.map_or_else(|| "unknown".to_owned(), str::to_owned)
    }

    pub fn log_filter(&self) -> Result<EnvFilter, ConfigError> {
        let name = "ANJIE_LOG";
        let expected =
            "a level (error, warn, info, debug, trace), or parts with levels of their own";
        let filter = EnvFilter::try_new(self.text(name)?.unwrap_or(DEFAULT_LOG));
        filter.map_err(|_| ConfigError::Invalid { name, expected })
    }

    pub fn log_format(&self) -> Result<LogFormat, ConfigError> {
        let name = "ANJIE_LOG_FORMAT";
        match self.text(name)? {
            None | Some("text") => Ok(LogFormat::Text),
            Some("json") => Ok(LogFormat::Json),
            Some(_) => Err(ConfigError::Invalid { name, expected: "text or json" }),
        }
    }

    fn address(&self, name: &'static str) -> Result<Option<Box<PgConnectOptions>>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let ours = ["postgres://", "postgresql://"].iter().any(|it| text.starts_with(it));
        let parsed = text.parse().ok().filter(|_| ours).map(Box::new);
        parsed.map(Some).ok_or(ConfigError::Address(name))
    }

    /// A variable's value; an empty one counts as not set.
    fn text(&self, name: &'static str) -> Result<Option<&str>, ConfigError> {
        let value = self.values.get(std::ffi::OsStr::new(name)).filter(|it| !it.is_empty());
        let expected = "text in UTF-8";
        value.map(|it| it.to_str().ok_or(ConfigError::Invalid { name, expected })).transpose()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.values.get(std::ffi::OsStr::new(name));
        value.filter(|it| !it.is_empty()).map(PathBuf::from)
    }
}

impl Database {
    /// The owner's address, which `migrate` needs.
    pub fn owner(&self) -> Result<Option<&PgConnectOptions>, ConfigError> {
        match self {
            Self::Server { owner: Some(owner), .. } => Ok(Some(owner)),
            Self::Server { owner: None, .. } => Err(ConfigError::NoOwner("DATABASE_OWNER_URL")),
            Self::Local(_) => Ok(None),
        }
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        Self {
            values: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "3c9e07d5b1f24a68907fd2ce5b83a16147f0e92db85c6a3f10d4b7e2958c6fa0";

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().copied().collect()
    }

    fn outcome<T: std::fmt::Debug>(result: Result<T, ConfigError>) -> String {
        result.map_or_else(|error| error.to_string(), |value| format!("{value:?}"))
    }

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_default() {
        let flag = Some("0.0.0.0:1".parse().unwrap());
        for (pairs, flag, expected) in [
            (&[][..], None, "127.0.0.1:8080"),
            (&[("ANJIE_LISTEN", "")][..], None, "127.0.0.1:8080"),
            (&[("ANJIE_LISTEN", "[::1]:9000")][..], None, "[::1]:9000"),
            (&[("ANJIE_LISTEN", "[::1]:9000")][..], flag, "0.0.0.0:1"),
            (&[("ANJIE_LISTEN", "8080")][..], None, "ANJIE_LISTEN is not valid"),
        ] {
            let said = environment(pairs).settings(flag);
            let said = said.map_or_else(|error| error.to_string(), |it| it.listen.to_string());
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn a_session_idles_between_one_minute_and_eight_hours() {
        for (minutes, expected) in [
            ("", Some(30)),
            ("1", Some(1)),
            ("480", Some(480)),
            ("0", None),
            ("481", None),
            ("-5", None),
            ("half", None),
        ] {
            let settings = environment(&[("ANJIE_SESSION_IDLE_MINUTES", minutes)]).settings(None);
            assert_eq!(settings.ok().map(|it| it.rules.idle_minutes), expected, "{minutes}");
        }
    }

    /// S95.
    #[test]
    fn the_public_address_and_the_trusted_proxies_are_read_or_refused() {
        let edge = |name, text| environment(&[(name, text)]).settings(None).map(|it| it.edge);
        let known = edge("ANJIE_PUBLIC_URL", "https://anjie.example").unwrap().public.unwrap();
        assert!(known.is_secure() && known.is_host("anjie.example"));
        assert_eq!(edge("ANJIE_PUBLIC_URL", "").unwrap(), Edge::default());
        let proxies = edge("ANJIE_TRUSTED_PROXIES", "10.0.0.1, fd00::/8").unwrap().proxies;
        assert!(proxies.include("fd00::7".parse().unwrap()));
        for (name, text) in
            [("ANJIE_PUBLIC_URL", "anjie.example/x"), ("ANJIE_TRUSTED_PROXIES", "everyone")]
        {
            let said = outcome(edge(name, text));
            assert!(said.starts_with(&format!("{name} is not valid")), "{said}");
        }
    }

    #[test]
    fn a_folder_wins_over_the_address_and_without_both_there_is_no_database() {
        let url = ("DATABASE_URL", "postgres://app_user:sesame@db/anjie");
        let folder = Some(Path::new("/srv/anjie"));
        let local = |it: Result<Database, _>| matches!(it, Ok(Database::Local(_)));
        assert!(local(environment(&[url]).database(folder, true)));
        assert!(matches!(
            environment(&[url]).database(None, true),
            Ok(Database::Server { owner: None, .. })
        ));
        assert!(matches!(environment(&[]).database(None, true), Err(ConfigError::NoDatabase)));
        let without_owner = environment(&[url]).database(None, true).unwrap();
        assert!(matches!(without_owner.owner(), Err(ConfigError::NoOwner(_))));
    }

    #[test]
    fn a_bad_address_is_refused_without_being_shown() {
        for address in ["mysql://root:sesame@db/anjie", "sesame", "postgres://u:sesame@db:port/x"] {
            let said = outcome(environment(&[("DATABASE_URL", address)]).database(None, false));
            assert!(said.starts_with("DATABASE_URL is not an address"), "{said}");
            assert!(!said.contains("sesame"), "{said}");
        }
    }

    #[test]
    fn exactly_one_place_holds_the_keys() {
        for (pairs, expected) in [
            (&[][..], "There is no master key"),
            (&[("ANJIE_KEYS", KEY)][..], "MasterKeys { newest: MasterKey(hidden), older: [] }"),
            (&[("ANJIE_KEYS", KEY), ("ANJIE_KEYS_FILE", "/k")][..], "Both ANJIE_KEYS"),
            (&[("ANJIE_KEYS_FILE", "/nonexistent/key")][..], "The key file /nonexistent/key"),
            (&[("ANJIE_KEYS", "secret")][..], "A master key has 64"),
        ] {
            let said = outcome(environment(pairs).key());
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn the_data_folder_follows_the_conventions_of_the_system() {
        let home = ("HOME", "/home/sun");
        for (pairs, root, expected) in [
            (&[home][..], false, "/home/sun/.local/share/anjie"),
            (&[home, ("XDG_DATA_HOME", "/d")][..], false, "/d/anjie"),
            (&[home, ("XDG_DATA_HOME", "d")][..], false, "/home/sun/.local/share/anjie"),
            (&[home][..], true, "/var/lib/anjie"),
            (&[][..], false, "no home folder"),
        ] {
            let said = outcome(environment(pairs).default_data(root));
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn the_log_has_two_formats_and_a_filter() {
        let format = |it| environment(&[("ANJIE_LOG_FORMAT", it)]).log_format().ok();
        assert_eq!(format(""), Some(LogFormat::Text));
        assert_eq!(format("json"), Some(LogFormat::Json));
        assert_eq!(format("xml"), None);
        let filter =
            |it| environment(&[("ANJIE_LOG", it)]).log_filter().ok().map(|it| it.to_string());
        assert_eq!(filter("").as_deref(), Some("sqlx=warn,info"));
        assert_eq!(filter("anjie=debug").as_deref(), Some("anjie=debug"));
        assert_eq!(filter("anjie=loud"), None);
    }
}
