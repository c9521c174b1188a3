//! `anjie demo`: the city, filled on first use, and its accounts.

use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::{self, Mode};
use anjie::command::Demo;
use anjie::config::Environment;
use anjie::demo;
use anjie::demo::history::{self, Progress};
use anjie::domain::sign_in::Rules;
use anjie::store::owner::Demonstration;
use anjie::web::sign_in::hash_password;

use super::place::Place;
use super::{say, server};

/// Makes, fills and serves the demonstration.
pub async fn run(env: &Environment, asked: Demo) -> anyhow::Result<ExitCode> {
    let mut settings = env.settings(asked.listen)?;
    let idle_minutes = settings.rules.idle_minutes;
    settings.rules = Rules { idle_minutes, ..demo::rules() };
    let listener = server::bind(settings.listen).await?;
    let data = match asked.data {
        Some(data) => data,
        None => env.default_data(cluster::is_root())?,
    };
    // Asked to stop while the city is still being built, the drop stops the database.
    let place = tokio::select! {
        place = open(env, (&data, !asked.no_install), &asked.password) => place?,
        () = server::stopped() => return Ok(ExitCode::SUCCESS),
    };
    let app = super::app(place.db(), &settings).await?;
    let said = format!("\nhttp://{}\n\n{}", listener.local_addr()?, accounts(&asked.password));
    say(&said);
    let watch = super::Watching::of(env, Some(&data)).begin(&app, &settings).await?;
    Box::pin(server::serve(listener, app, (watch, place.working()))).await;
    place.close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn open(
    env: &Environment,
    (data, install): (&std::path::Path, bool),
    password: &str,
) -> anyhow::Result<Place> {
    let place = Place::local(env, &env.local(data, install), Mode::Serve).await?;
    let mut owner = place.owner().await?;
    let built = owner.demonstration().await?;
    let strange = built == Demonstration::None && owner.has_cases().await?;
    owner.close().await?;
    anyhow::ensure!(
        !strange,
        "{} holds cases that are not of the demonstration. Choose another folder with --data.",
        data.display()
    );
    match built {
        Demonstration::Whole => {}
        Demonstration::None => build(&place, password).await?,
        Demonstration::Unfinished => {
            say("The building of the invented city was interrupted the last time. Starting anew.");
            place.start_over().await?;
            build(&place, password).await?;
        }
    }
    Ok(place)
}

/// Moves the people in and writes their history; the trace at its end says that nothing is missing.
async fn build(place: &Place, password: &str) -> anyhow::Result<()> {
    say("Building the invented city of 云州市 …");
    let hash =
        hash_password(password).ok_or_else(|| anyhow::anyhow!("This password can't be hashed."))?;
    let mut owner = place.owner().await?;
    demo::settle(&mut owner, &hash).await?;
    let now = Clock::system().now();
    let db = place.loading();
    history::write(&db, now, history::WHOLE, tell).await?;
    db.close().await;
    owner.trace(Demonstration::BUILT, "", now).await?;
    Ok(owner.close().await?)
}

/// A line for each quarter.
fn tell(Progress { done, of }: Progress) {
    let quarter = |done: usize| 4 * done / of.max(1);
    if quarter(done) > quarter(done - 1) {
        say(&format!("  its history: {}% of {of} acts", 25 * quarter(done)));
    }
}

/// The table of accounts: a line a role, its courts beside it.
fn accounts(password: &str) -> String {
    let mut lines =
        vec![format!("Accounts (password {password}, unless it was set at the first start):")];
    let people = demo::people();
    let mut roles: Vec<_> = people.iter().map(|person| person.role).collect();
    roles.sort_unstable();
    roles.dedup();
    for role in roles {
        let names: Vec<_> = people
            .iter()
            .filter(|person| person.role == role)
            .map(|person| person.username.as_str())
            .collect();
        lines.push(format!("  {:<19}{}", role.code(), wrapped(&names)));
    }
    lines.push("Stop with Ctrl-C.".to_owned());
    lines.join("\n")
}

/// The names, four a line, under each other.
fn wrapped(names: &[&str]) -> String {
    let lines: Vec<_> = names.chunks(4).map(|names| names.join("  ")).collect();
    lines.join(&format!("\n{:21}", ""))
}
