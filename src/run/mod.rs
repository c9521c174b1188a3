//! What the commands do.

mod administrators;
mod backups;
mod demo;
mod keys;
mod people;
mod place;
mod retention;
mod sbom;
mod server;
mod units;
mod work;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{Command, CommandLine, Local, Serve};
use anjie::config::{Environment, LogFormat, Settings};
use anjie::jobs::watch::Watch;
use anjie::store::{self, Db};
use anjie::web::sign_in::password::Line;
use anjie::web::strangers::Strangers;
use anjie::web::{App, Held};
use anyhow::Context;
use clap::Parser;
use place::Place;

/// Runs what was typed. The exit code is 0 only when all was well.
pub async fn run() -> ExitCode {
    let line = CommandLine::parse();
    let env = Environment::of_process();
    let outcome = match start_log(&env) {
        Ok(()) => command(line.command, &env).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn command(command: Command, env: &Environment) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(asked) => demo::run(env, asked).await,
        Command::Serve(asked) => serve(env, asked).await,
        Command::Migrate(local) => migrate(env, &local).await,
        Command::Unit(unit) => units::run(env, unit).await,
        Command::User(user) => people::run(env, user).await,
        Command::Administrator(asked) => administrators::run(env, asked).await,
        Command::Import(asked) => work::import(env, asked).await,
        Command::Figures(asked) => work::figures(env, asked).await,
        Command::Verify(asked) => work::verify(env, asked).await,
        Command::Sbom => sbom::run(),
        Command::Keys(asked) => keys::run(env, asked).await,
        Command::BackupKey(asked) => backups::key(&asked),
        Command::Backup(asked) => backups::take(env, asked).await,
        Command::Restore(asked) => backups::restore(env, asked).await,
        Command::Retention(asked) => retention::run(env, asked).await,
    }
}

fn start_log(env: &Environment) -> anyhow::Result<()> {
    let log = tracing_subscriber::fmt()
        .with_env_filter(env.log_filter()?)
        .with_writer(std::io::stderr)
        // Said on the same stream: where that is full, saying so would be a panic.
        .log_internal_errors(false);
    match env.log_format()? {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// What a site needs besides its database.
pub async fn app(db: Db, settings: &Settings) -> anyhow::Result<App> {
    let court = store::units::first_court(&db).await?;
    let court = court.context("There is no court yet. Add the first with `anjie unit add`.")?;
    Ok(app_of(court, db, settings))
}

/// The same before it is known whose it is.
pub fn app_of(court: String, db: Db, settings: &Settings) -> App {
    App {
        db,
        clock: Clock::system(),
        start: settings.rules,
        held: Held::default(),
        line: Line::default(),
        strangers: Strangers::default(),
        court,
        edge: settings.edge.clone(),
    }
}

async fn serve(env: &Environment, asked: Serve) -> anyhow::Result<ExitCode> {
    let settings = env.settings(asked.listen)?;
    let listener = server::bind(settings.listen).await?;
    let place = Place::of(env, &asked.local, Mode::Serve).await?;
    let watching = Watching::of(env, asked.local.data.as_deref());
    let served = Box::pin(server::serve_once_open(listener, &place, (&settings, &watching))).await;
    place.close().await?;
    served.map(|()| ExitCode::SUCCESS)
}

/// Where the audit is anchored, and the names of the settings that the start is noted with.
pub struct Watching {
    anchors: Option<PathBuf>,
    names: String,
}

impl Watching {
    pub fn of(env: &Environment, data: Option<&Path>) -> Self {
        let anchors = env.anchor_file(data);
        if anchors.is_none() {
            tracing::warn!(
                "ANJIE_ANCHOR_FILE is not set: no anchor of the audit is kept outside the database"
            );
        }
        Self { anchors, names: env.names_set().join(" ") }
    }

    /// Who watches over the audit; the start is its first trace.
    pub async fn begin(&self, app: &App, settings: &Settings) -> anyhow::Result<Watch> {
        let (anchors, scanner) = (self.anchors.clone(), app.edge.scanner.clone());
        let watch = Watch { db: app.db.clone(), clock: app.clock, anchors, scanner };
        watch.begin(&self.names, format!("{settings:?}").as_bytes()).await?;
        Ok(watch)
    }
}

async fn migrate(env: &Environment, local: &Local) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, local, Mode::Visit).await?;
    let mut owner = place.owner().await?;
    owner.migrate().await?;
    owner.close().await?;
    place.close().await?;
    say("The database has the form that this version needs.");
    Ok(ExitCode::SUCCESS)
}

/// The exit code of a command that checked something.
fn ended(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A line for whoever ran the command; they may have stopped reading.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line of what went wrong.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "anjie: {line}");
}
