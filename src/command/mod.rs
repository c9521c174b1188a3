//! What may be typed after `anjie`, and the help for it.
#![expect(clippy::doc_markdown, reason = "these comments are shown as they stand, as help")]

mod backup;
mod keys;
mod people;
mod retention;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use backup::{Backup, BackupKey, Restore};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub use keys::Keys;
pub use people::{Administrator, RoleAt, Unit, UnitToAdd, User};
pub use retention::{Apply, Retention, SetPeriod};

/// Case management for litigation-related petitions (涉诉信访) of an intermediate court and its
/// base courts
///
/// Every command but `demo` and `sbom` works on the database of DATABASE_URL, or with --data on the local
/// database of a folder. `anjie help COMMAND` explains one command.
#[derive(Debug, Parser)]
#[command(name = "anjie", version, after_help = ENVIRONMENT)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

const ENVIRONMENT: &str = "\
Environment:
  DATABASE_URL                database of the program, as the role app_user
  DATABASE_OWNER_URL          the same database as its owner, for `migrate`, `unit` and `user`
  ANJIE_LISTEN                address to listen on [default: 127.0.0.1:8080]
  ANJIE_KEYS_FILE             file with the master keys (64 hexadecimal digits a line, the newest
                              first, chmod 600)
  ANJIE_KEYS                  the master keys themselves, where a file is not possible
  ANJIE_CIPHER                aes (AES-256-GCM) or sm4 (SM4-GCM) for what is new [default: aes]
  ANJIE_BACKUP_RECIPIENT      public part of the key that backups are made for
  ANJIE_SESSION_IDLE_MINUTES  minutes until an idle session ends [default: 30]
  ANJIE_SECOND_FACTOR         who gives a code of a second factor: off, administrators, all [default: all]
  ANJIE_PASSWORD_PROFILE      rules for passwords: dengbao or asvs [default: dengbao]
  ANJIE_SESSION_DEVICES       at how many devices someone is signed in at once [default: 1]
  ANJIE_LOG                   what is logged: error, warn, info, debug [default: info]
  ANJIE_LOG_FORMAT            text or json [default: text]
  PG_BIN_DIR                  folder of PostgreSQL's programs, for local databases";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try the program: a local database with a city of invented courts, people and cases
    ///
    /// The first start makes the database and fills it; later starts go on where the last one
    /// ended. Nothing is needed but PostgreSQL's programs. Ctrl-C stops everything. DATABASE_URL
    /// is ignored, so real data cannot be touched.
    #[command(
        after_help = "Examples:\n  anjie demo\n  anjie demo --data /srv/anjie-demo --listen 127.0.0.1:9000"
    )]
    Demo(Demo),
    /// Answer the browsers
    ///
    /// Run `anjie migrate` first after each update of the program.
    #[command(
        after_help = "Examples:\n  anjie serve\n  anjie serve --data /var/lib/anjie --listen 127.0.0.1:9000"
    )]
    Serve(Serve),
    /// Bring the database to the form that this version of the program needs
    ///
    /// Uses DATABASE_OWNER_URL, whose role owns the tables. Safe to repeat. Make a backup first.
    #[command(after_help = "Examples:\n  anjie migrate\n  anjie migrate --data /var/lib/anjie")]
    Migrate(Local),
    /// Take over petition cases from a court's ledger (台账) in an .xlsx workbook
    ///
    /// Prints what was read from each row and which rows have faults. A file with faulty rows
    /// changes nothing unless --good-rows is given.
    #[command(
        after_help = "Examples:\n  anjie import ledger.xlsx --dry-run\n  anjie import ledger.xlsx --good-rows --format json"
    )]
    Import(Import),
    /// Compute a figure (指标) with its numerator and denominator
    #[command(
        after_help = "Examples:\n  anjie figures outcomes --by source\n  anjie figures outcomes --by court --import 3 --format json"
    )]
    Figures(Figures),
    /// Check that records were not changed behind the program's back
    ///
    /// Ends with status 0 when everything is in order and 1 when something is not.
    #[command(
        after_help = "Examples:\n  anjie verify audit\n  anjie verify bulletins --data /var/lib/anjie"
    )]
    Verify(Verify),
    /// Print what this program is made of: every package with version, hash and licence
    ///
    /// CycloneDX 1.5 in JSON, for a scanner. Parts of the program are "required"; what only builds
    /// or tests it is "excluded". Needs no database.
    #[command(after_help = "Examples:\n  anjie sbom")]
    Sbom,
    /// Make the pair of keys for backups: FILE keeps the private part, the public one is printed
    ///
    /// Backups are encrypted for the public part (ANJIE_BACKUP_RECIPIENT) and open with FILE alone.
    /// Keep FILE away from the server, and a copy of it at another place.
    #[command(after_help = "Examples:\n  anjie backup-key anjie-backup.key")]
    BackupKey(BackupKey),
    /// Write the database with all its files to an encrypted file, while others work
    ///
    /// Uses DATABASE_OWNER_URL, whose role owns the tables. Sessions and the master key are not in
    /// it: keep the master key apart, since without it the sealed fields stay unreadable.
    #[command(
        after_help = "Examples:\n  anjie backup 2026-06-15.anjie\n  anjie backup 2026-06-15.anjie --data /var/lib/anjie"
    )]
    Backup(Backup),
    /// Put a backup into an empty database, and compare everything with what was backed up
    ///
    /// A file that was changed, cut off or made for another key is refused before anything is
    /// written. Ends with status 1 when anything differs.
    #[command(
        after_help = "Examples:\n  anjie restore 2026-06-15.anjie --key anjie-backup.key --data /var/lib/anjie --keys master.key"
    )]
    Restore(Restore),
    /// Change a period of retention (保存期限); destroy again what an older copy brought back
    #[command(
        subcommand,
        after_help = "Examples:\n  anjie retention set case_file --months 360 --from 2027-01-01 --basis 院长办公会决定\n  anjie retention apply --destroyed anchors.log.destroyed"
    )]
    Retention(Retention),
    /// Change the master key: add one, seal everything anew with it, see what is sealed with which
    #[command(
        subcommand,
        after_help = "Examples:\n  anjie keys add\n  anjie keys rotate\n  anjie keys check --data /var/lib/anjie"
    )]
    Keys(Keys),
    /// Add courts, divisions and their halls
    ///
    /// The first is the intermediate court; all others stand under it. A code can't be given twice.
    #[command(
        subcommand,
        after_help = "Examples:\n  anjie unit add 01 --name 云州市中级人民法院 --short-name 中院 --kind intermediate_court\n  anjie unit add 0110 --name 东湖区人民法院 --short-name 东湖法院 --kind base_court --under 01 --court-code 某0110\n  anjie unit list"
    )]
    Unit(Unit),
    /// Add people, grant and end their roles, set first passwords
    #[command(
        subcommand,
        after_help = "Examples:\n  anjie user add sun --name 孙某 --unit donghu\n  anjie user grant sun --role clerk --unit donghu\n  anjie user post sun --kind officer --title 书记员 --unit donghu\n  anjie user password sun"
    )]
    User(User),
    /// Add the first administrators (三员): two for security, one for the system, one for the audit
    ///
    /// Once an office is filled, the security administrators fill it on their own page, where a
    /// second one confirms.
    #[command(
        subcommand,
        after_help = "Examples:\n  anjie administrator add wei --name 卫某 --role secadmin --unit zhongyuan"
    )]
    Administrator(Administrator),
}

/// Which database, where it is a local one.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Local {
    /// Use the local database of this folder: the running one, else one for this command
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Never install PostgreSQL, even as root where the system's packages have it
    #[arg(long)]
    pub no_install: bool,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Folder of the database [default: /var/lib/anjie for root, else ~/.local/share/anjie]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Password of the invented people, when they are made
    #[arg(long, default_value = "yunzhou-2026")]
    pub password: String,
    /// Never install PostgreSQL, even as root where the system's packages have it
    #[arg(long)]
    pub no_install: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub local: Local,
    /// Address to listen on [default: ANJIE_LISTEN, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The workbook
    pub file: PathBuf,
    #[command(flatten)]
    pub local: Local,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// Take over the rows without faults and leave the others out
    #[arg(long)]
    pub good_rows: bool,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
}

#[derive(Debug, Args)]
pub struct Figures {
    /// Name of the figure
    pub name: String,
    #[command(flatten)]
    pub local: Local,
    /// One line for each source of the cases (案件来源) or for each court
    #[arg(long, value_enum)]
    pub by: Option<Grouping>,
    /// How the figure is printed
    #[arg(long, value_enum, default_value_t = FigureFormat::Table)]
    pub format: FigureFormat,
    /// Count only the cases of this import
    #[arg(long, value_name = "N")]
    pub import: Option<i64>,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// What to check
    #[arg(value_enum)]
    pub what: Verifiable,
    /// The file that was handed out, for `export`
    #[arg(long, value_name = "FILE", required_if_eq("what", "export"))]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub local: Local,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FigureFormat {
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Grouping {
    Source,
    Court,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verifiable {
    /// The chain of the audit records
    Audit,
    /// Published bulletins (通报) against the records as of their cut-off
    Bulletins,
    /// A file that was handed out of the audit, by its seal
    Export,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        CommandLine::try_parse_from(line.split(' ')).map(|it| it.command)
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn each_command_has_its_example() {
        for command in CommandLine::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let example = format!("\n  anjie {}", command.get_name());
            assert!(help.contains(&example), "{}", command.get_name());
            for line in help.lines().filter_map(|line| line.strip_prefix("  ")) {
                assert!(parse(line).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn what_is_typed_arrives() {
        let Ok(Command::Demo(demo)) = parse("anjie demo") else { panic!("demo") };
        assert_eq!((demo.data, demo.listen, demo.no_install), (None, None, false));
        assert_eq!(demo.password, "yunzhou-2026");
        let line = "anjie figures outcomes --by source --import 3 --data d";
        let Ok(Command::Figures(figures)) = parse(line) else { panic!("figures") };
        assert_eq!((figures.by, figures.import), (Some(Grouping::Source), Some(3)));
        assert_eq!(figures.local.data, Some(PathBuf::from("d")));
        let line = "anjie user end-grant sun --role clerk --unit donghu";
        assert!(matches!(parse(line), Ok(Command::User(User::EndGrant { .. }))));
        let line = "anjie import a.xlsx --dry-run --format json";
        let Ok(Command::Import(import)) = parse(line) else { panic!("import") };
        assert!(import.dry_run && !import.good_rows && import.format == ReportFormat::Json);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "anjie",
            "anjie import",
            "anjie figures",
            "anjie figures outcomes --by age",
            "anjie verify everything",
            "anjie serve --listen here",
            "anjie user add sun",
            "anjie user grant sun --role clerk --unit donghu --until soon",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
