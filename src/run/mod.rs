//! What the commands do.

mod demo;
mod people;
mod place;
mod sbom;
mod server;
mod units;
mod work;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{Command, CommandLine, Local, Serve};
use anjie::config::{Environment, LogFormat, Settings};
use anjie::jobs::watch::Watch;
use anjie::store::roles::check_server;
use anjie::store::{self, Db};
use anjie::web::App;
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
        Command::Import(asked) => work::import(env, asked).await,
        Command::Figures(asked) => work::figures(env, asked).await,
        Command::Verify(asked) => work::verify(env, asked).await,
        Command::Sbom => sbom::run(),
    }
}

fn start_log(env: &Environment) -> anyhow::Result<()> {
    let log =
        tracing_subscriber::fmt().with_env_filter(env.log_filter()?).with_writer(std::io::stderr);
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
    let idle = chrono::Duration::from_std(settings.session_idle)?;
    let edge = settings.edge.clone();
    Ok(App { db, clock: Clock::system(), idle, court, edge })
}

async fn serve(env: &Environment, asked: Serve) -> anyhow::Result<ExitCode> {
    let settings = env.settings(asked.listen)?;
    let listener = server::bind(settings.listen).await?;
    let place = Place::of(env, &asked.local, Mode::Serve).await?;
    if let Err(why) = check_server(place.app()).await? {
        place.close().await?;
        anyhow::bail!("Not serving as this database role: {}.", why.0);
    }
    let app = app(place.db(), &settings).await?;
    let watch = watch(env, &app, (&settings, asked.local.data.as_deref())).await?;
    say(&format!("Serving on http://{}", listener.local_addr()?));
    server::serve(listener, app, watch).await;
    place.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Who watches over the audit; the start is its first trace.
async fn watch(
    env: &Environment,
    app: &App,
    (settings, data): (&Settings, Option<&Path>),
) -> anyhow::Result<Watch> {
    let anchors = env.anchor_file(data);
    if anchors.is_none() {
        tracing::warn!(
            "ANJIE_ANCHOR_FILE is not set: no anchor of the audit is kept outside the database"
        );
    }
    let watch = Watch { db: app.db.clone(), clock: app.clock, anchors };
    let names = env.names_set().join(" ");
    watch.begin(&names, format!("{settings:?}").as_bytes()).await?;
    Ok(watch)
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

/// A line for whoever ran the command; they may have stopped reading.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line of what went wrong.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "anjie: {line}");
}
