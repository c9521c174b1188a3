//! `anjie retention`: another period from a day to come; and what was destroyed, destroyed once more.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{Apply, Retention, SetPeriod};
use anjie::config::Environment;
use anjie::domain::retention::{Class, Length, Rule, change};
use anjie::jobs::retention;
use anjie::store::Db;
use anjie::store::owner::Owner;
use anyhow::Context;
use chrono::{DateTime, Utc};

use super::place::Place;
use super::say;

pub async fn run(env: &Environment, asked: Retention) -> anyhow::Result<ExitCode> {
    match asked {
        Retention::Set(asked) => set(env, asked).await,
        Retention::Apply(asked) => apply(env, asked).await,
    }
}

/// Writes a new version of a period.
async fn set(env: &Environment, asked: SetPeriod) -> anyhow::Result<ExitCode> {
    let names = || Class::ALL.iter().map(|class| class.code()).collect::<Vec<_>>().join(", ");
    let class = Class::from_code(&asked.class);
    let class = class.with_context(|| format!("The classes are: {}.", names()))?;
    let length = match (asked.months, asked.days) {
        (Some(months), None) => Length::Months(months),
        (None, Some(days)) => Length::Days(days),
        _ => anyhow::bail!("Give either --months or --days."),
    };
    let rule = Rule { class, valid_from: asked.from, length, basis: asked.basis };
    let place = Place::of(env, &asked.local, Mode::Visit).await?;
    let mut owner = place.owner().await?;
    let rules = owner.retention_rules().await?;
    let fact = change(rule, &rules, Clock::system().now())?;
    owner.record_retention(&fact).await?;
    owner.close().await?;
    place.close().await?;
    say(&format!(
        "{} ({}): {} from {} on.",
        class.code(),
        class.label(),
        length.label(),
        asked.from
    ));
    Ok(ExitCode::SUCCESS)
}

/// Destroys once more in a database that was put back by other means than `anjie restore`.
async fn apply(env: &Environment, asked: Apply) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, &asked.local, Mode::Visit).await?;
    let (db, mut owner) = (place.working(), place.owner().await?);
    let list = list_of(env, asked.destroyed, asked.local.data.as_deref());
    let said = again((&mut owner, &db), list, Clock::system().now()).await;
    db.close().await;
    owner.close().await?;
    place.close().await?;
    say(&said?);
    Ok(ExitCode::SUCCESS)
}

/// The list that was given, else that beside the anchors where there is one.
pub fn list_of(env: &Environment, given: Option<PathBuf>, data: Option<&Path>) -> Option<PathBuf> {
    let beside = || env.anchor_file(data).map(|anchors| retention::beside(&anchors));
    given.or_else(|| beside().filter(|list| list.exists()))
}

/// What came of it, in words. A list that isn't as it was written is no list.
pub async fn again(
    (owner, db): (&mut Owner, &Db),
    list: Option<PathBuf>,
    at: DateTime<Utc>,
) -> anyhow::Result<String> {
    if let Some(list) = &list {
        anyhow::ensure!(list.exists(), "{} is not there.", list.display());
    }
    let done = retention::again((owner, db), list.as_deref(), at).await?;
    let lines = done.broken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    anyhow::ensure!(
        done.broken.is_empty(),
        "The list of what was destroyed was changed, or made with another key ({lines}). The other \
         lines were gone by. Don't serve this database before the list is whole.",
    );
    let listed = match list {
        None => {
            "No list of what was destroyed was given or found: what was destroyed since the backup \
                 is here again."
                .to_owned()
        }
        Some(_) => format!(
            "{} matters on the list of what was destroyed, {} of them were here again and are destroyed.",
            done.listed, done.revived
        ),
    };
    Ok(format!("{listed}\n{} matters fell due since and are destroyed.", done.due))
}
