//! `anjie import`, `figures` and `verify`: what is done without a browser, under identities of
//! its own.

use std::path::Path;
use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{FigureFormat, Figures, Grouping, Import, ReportFormat, Verifiable, Verify};
use anjie::config::Environment;
use anjie::domain::ids::ImportId;
use anjie::domain::summary::By;
use anjie::jobs::import_ledger::{self, Options};
use anjie::jobs::{figures, verify_audit, verify_bulletins};
use anjie::office::figures_text;
use anjie::store::{Db, audit_export};
use anyhow::Context;

use super::place::Place;
use super::{ended, say};

/// Takes a ledger over; ends well unless a row was stopped or waits.
pub async fn import(env: &Environment, asked: Import) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&asked.file)
        .with_context(|| format!("{} can't be read", asked.file.display()))?;
    let name = asked.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let user = env.system_user();
    let options =
        Options { dry_run: asked.dry_run, good_rows: asked.good_rows, system_user: &user };
    let place = Place::of(env, &asked.local, Mode::Visit).await?;
    let db = place.working();
    let report = import_ledger::run(&db, (&name, bytes), options, Clock::system().now()).await;
    db.close().await;
    place.close().await?;
    let report = report?;
    say(&match asked.format {
        ReportFormat::Text => report.to_text(),
        ReportFormat::Json => format!("{:#}", report.to_json()),
    });
    Ok(ended(report.is_well()))
}

/// Prints a figure.
pub async fn figures(env: &Environment, asked: Figures) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        asked.name == "outcomes",
        "There is no figure {:?}. The figures are: outcomes.",
        asked.name
    );
    let by = match asked.by {
        None | Some(Grouping::Source) => By::Source,
        Some(Grouping::Court) => By::Court,
    };
    let place = Place::of(env, &asked.local, Mode::Visit).await?;
    let db = place.working();
    let summary = figures::outcomes(&db, by, asked.import.map(ImportId)).await;
    db.close().await;
    place.close().await?;
    let summary = summary?;
    say(&match asked.format {
        FigureFormat::Table => figures_text::table(&summary),
        FigureFormat::Json => figures_text::json(&summary),
    });
    Ok(ExitCode::SUCCESS)
}

/// Whether a file of the audit is as it was handed out.
fn exported(db: &Db, file: Option<&Path>) -> anyhow::Result<(String, bool)> {
    let file = file.context("Name the file: anjie verify export --file audit.csv")?;
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} can't be read", file.display()))?;
    Ok(if audit_export::holds(db.keys(), &text) {
        ("导出文件与导出时一致".to_owned(), true)
    } else {
        ("导出文件与导出时不一致，或者不是本系统导出的".to_owned(), false)
    })
}

/// Checks what must not have changed.
pub async fn verify(env: &Environment, asked: Verify) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, &asked.local, Mode::Visit).await?;
    let db = place.working();
    let found = match asked.what {
        Verifiable::Audit => {
            let anchors = env.anchor_file(asked.local.data.as_deref());
            let report = verify_audit::run(&db, anchors.as_deref()).await;
            report.map(|report| (report.to_string(), report.is_sound())).map_err(Into::into)
        }
        Verifiable::Export => exported(&db, asked.file.as_deref()),
        Verifiable::Bulletins => {
            let report = verify_bulletins::run(&db).await;
            report.map(|report| (report.to_string(), report.is_sound())).map_err(Into::into)
        }
    };
    db.close().await;
    place.close().await?;
    let (said, sound) = found?;
    say(said.trim_end());
    Ok(ended(sound))
}
