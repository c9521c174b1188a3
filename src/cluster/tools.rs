//! `pg_dump` and `pg_restore`: how a database leaves a server and comes back.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::error::last_lines;
use super::{ClusterError, Places, account, programs};

/// One of the programs, ready to be run against a database.
#[derive(Debug)]
pub struct Tool {
    command: Command,
    name: &'static str,
}

impl Tool {
    /// Writes a database as of a snapshot to its output, in PostgreSQL's own format. The rows of
    /// `without` stay behind. As the owner of the tables, whose policies let every row pass: a
    /// role that row security binds is refused by PostgreSQL, not shown less.
    pub fn dump(
        places: &Places,
        login: &PgConnectOptions,
        (major, snapshot): (u32, &str),
        without: &[&str],
    ) -> Result<Self, ClusterError> {
        let mut tool = Self::new(places, "pg_dump", login, major)?;
        tool.command.args(["--format=custom", "--compress=1", "--enable-row-security"]);
        tool.command.arg(format!("--snapshot={snapshot}"));
        tool.command
            .args(without.iter().map(|table| format!("--exclude-table-data=public.{table}")));
        tool.command.stdout(Stdio::piped());
        Ok(tool)
    }

    /// Reads what `dump` wrote from its input into an empty database: all of it or nothing.
    pub fn restore(
        places: &Places,
        login: &PgConnectOptions,
        major: u32,
    ) -> Result<Self, ClusterError> {
        let mut tool = Self::new(places, "pg_restore", login, major)?;
        tool.command.args([
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-comments",
        ]);
        tool.command.arg(format!("--dbname={}", login.get_database().unwrap_or_default()));
        tool.command.stdin(Stdio::piped()).stdout(Stdio::null());
        Ok(tool)
    }

    fn new(
        places: &Places,
        name: &'static str,
        login: &PgConnectOptions,
        major: u32,
    ) -> Result<Self, ClusterError> {
        let program = programs::tool(places, name, major)?;
        let mut command = account::command(None, &program, "/".as_ref());
        command.envs(address(login)).stderr(Stdio::piped());
        Ok(Self { command, name })
    }

    /// Runs it and hands its output over. What was handed over counts only when this ends well.
    pub fn read_through<T>(
        self,
        take: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<T, ClusterError> {
        self.run(|child| {
            let Some(mut out) = child.stdout.take() else {
                return Err(io::ErrorKind::BrokenPipe.into());
            };
            take(&mut out)
        })
    }

    /// Runs it and lets its input be written.
    pub fn write_through<T>(
        self,
        give: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> Result<T, ClusterError> {
        self.run(|child| {
            let Some(mut input) = child.stdin.take() else {
                return Err(io::ErrorKind::BrokenPipe.into());
            };
            give(&mut input)
        })
    }

    fn run<T>(mut self, work: impl FnOnce(&mut Child) -> io::Result<T>) -> Result<T, ClusterError> {
        let program = self.command.get_program().into();
        let child = self.command.spawn();
        let mut child = child.map_err(|source| ClusterError::CannotRun { program, source })?;
        let errors = child.stderr.take();
        let errors = thread::spawn(move || {
            let mut said = Vec::new();
            errors.map_or(Ok(0), |mut errors| errors.read_to_end(&mut said)).map(|_| said)
        });
        let done = work(&mut child);
        // What it still wants to say or hear is closed by now; a program that waits is not waited for.
        if done.is_err() {
            child.kill()?;
        }
        let ended = child.wait()?;
        let said = errors.join().unwrap_or_else(|_| Ok(Vec::new()))?;
        match done {
            Ok(done) if ended.success() => Ok(done),
            // A pipe that broke is explained by the program, not by the pipe.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            Ok(_) | Err(_) => Err(ClusterError::Tool { name: self.name, said: last_lines(&said) }),
        }
    }
}

/// The address as the programs read it from their environment, where no other user sees it.
fn address(login: &PgConnectOptions) -> Vec<(&'static str, String)> {
    let host = login.get_socket().map(|path| path.display().to_string());
    let mut said = vec![
        ("PGHOST", host.unwrap_or_else(|| login.get_host().to_owned())),
        ("PGPORT", login.get_port().to_string()),
        ("PGUSER", login.get_username().to_owned()),
        ("PGDATABASE", login.get_database().unwrap_or_default().to_owned()),
        ("PGSSLMODE", ssl_mode(login.get_ssl_mode()).to_owned()),
        ("PGAPPNAME", "anjie backup".to_owned()),
    ];
    let url = login.to_url_lossy();
    if let Some(password) = url.password() {
        said.push(("PGPASSWORD", decoded(password)));
    }
    let files =
        [("sslrootcert", "PGSSLROOTCERT"), ("sslcert", "PGSSLCERT"), ("sslkey", "PGSSLKEY")];
    for (name, value) in url.query_pairs() {
        let known = files.iter().find(|(known, _)| *known == name);
        said.extend(known.map(|(_, variable)| (*variable, value.into_owned())));
    }
    said
}

const fn ssl_mode(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

/// A text with its `%41` undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = digits.and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = after.get(if byte.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S94.
    #[test]
    fn a_password_reaches_the_program_by_its_environment_alone() {
        let text = "postgres://anjie_owner:a%40b%25%20c@db:5433/anjie?sslmode=verify-full";
        let login: PgConnectOptions = text.parse().unwrap();
        let said = address(&login);
        for expected in [
            ("PGHOST", "db"),
            ("PGPORT", "5433"),
            ("PGUSER", "anjie_owner"),
            ("PGDATABASE", "anjie"),
            ("PGSSLMODE", "verify-full"),
            ("PGPASSWORD", "a@b% c"),
        ] {
            assert!(said.contains(&(expected.0, expected.1.to_owned())), "{expected:?} {said:?}");
        }
        let places = crate::config::Environment::of_process().places();
        let tool = Tool::dump(&places, &login, (15, "0-1"), &[]).unwrap();
        assert!(!format!("{:?}", tool.command.get_args().collect::<Vec<_>>()).contains("a@b"));
    }
}
