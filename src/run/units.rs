//! `anjie unit`: courts, divisions, halls.

use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{Unit, UnitToAdd};
use anjie::config::Environment;
use anjie::domain::calendar;
use anjie::domain::ids::UnitId;
use anjie::domain::unit::UnitKind;
use anjie::store::owner::{NewHall, NewUnit, Owner};
use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};

use super::people::unit_called;
use super::place::Place;

/// Does what was asked, and leaves its trace.
pub async fn run(env: &Environment, unit: Unit) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, unit.local(), Mode::Visit).await?;
    let act = async |owner: &mut Owner| match unit {
        Unit::Add { unit, .. } => add(owner, &unit, Clock::system().now()).await,
        Unit::List { .. } => list(owner).await,
    };
    place.act(act).await
}

async fn add(owner: &mut Owner, asked: &UnitToAdd, now: DateTime<Utc>) -> anyhow::Result<String> {
    let kind = UnitKind::from_code(&asked.kind).with_context(|| {
        let kinds: Vec<_> = UnitKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("There is no kind {:?}. The kinds are: {}.", asked.kind, kinds.join(", "))
    })?;
    let parent = parent(owner, asked, kind).await?;
    let unit = NewUnit {
        parent,
        code: &asked.code,
        name: &asked.name,
        short_name: &asked.short_name,
        account_name: asked.account_name.as_deref().unwrap_or(&asked.code),
        kind,
        court_code: asked.court_code.as_deref(),
        compared_in: kind.compared_in(),
        place: owner.next_place().await?,
    };
    let id = owner.add_unit(unit, calendar::day_of(now)).await.context(
        "The unit was not added. Perhaps its code or court code is taken: see `anjie unit list`.",
    )?;
    if parent.is_none() {
        owner.add_identities(id, now).await?;
    }
    if kind.has_hall() {
        let hall = NewHall {
            unit: id,
            code: &asked.code,
            name: "立案信访大厅",
            address: &asked.hall_address,
            phone: &asked.hall_phone,
        };
        owner.add_hall(hall).await?;
    }
    owner.trace("unit.added", &asked.code, now).await?;
    Ok(format!("Added {} as {}.", asked.name, asked.code))
}

async fn parent(
    owner: &mut Owner,
    asked: &UnitToAdd,
    kind: UnitKind,
) -> anyhow::Result<Option<UnitId>> {
    let first = owner.is_empty().await?;
    match &asked.under {
        None => {
            ensure!(first, "Say with --under which unit it belongs to: see `anjie unit list`.");
            ensure!(
                kind == UnitKind::IntermediateCourt,
                "The first unit is the intermediate court: --kind intermediate_court."
            );
            Ok(None)
        }
        Some(above) => {
            ensure!(!first, "The first unit stands under no other; leave --under out.");
            Ok(Some(unit_called(owner, above).await?))
        }
    }
}

async fn list(owner: &mut Owner) -> anyhow::Result<String> {
    let lines = owner.unit_list().await?.into_iter().map(|unit| {
        let hall = if unit.halls > 0 { "  (hall)" } else { "" };
        format!(
            "{:<8}{:<20}{:<16}{}  {}  {}{hall}",
            unit.code,
            unit.kind.code(),
            unit.account_name,
            unit.name,
            unit.short_name,
            unit.court_code.unwrap_or_default(),
        )
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}
