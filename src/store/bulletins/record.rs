//! The steps of an issue, each with its audit entry.

use chrono::{DateTime, Utc};

use super::SERIES;
use crate::domain::bulletin::{Drafted, Frozen, Published, Step};
use crate::domain::figure::{Figure, Item, Late, Mark};
use crate::domain::ids::BulletinId;
use crate::domain::period::Period;
use crate::store::{StoreError, StoreResult, Tx, audit};

/// Writes the draft of an issue, with the newest method that holds on its last day.
pub async fn record(tx: &mut Tx, fact: &Drafted) -> StoreResult<()> {
    let period = fact.period();
    let done = sqlx::query!(
        "INSERT INTO bulletin (unit_id, series, period, issue, first_day, last_day, cut_off, method_version,
                               recorded_at, recorded_by)
         SELECT court_of(g.unit_id), $1, $2, $3, $4, $5, $6,
                (SELECT max(version) FROM method WHERE valid_from <= $5), $7, $8
         FROM role_grant g WHERE g.id = asking_grant()",
        SERIES,
        period.to_string(),
        i32::try_from(period.number()).unwrap_or(i32::MAX),
        period.first_day(),
        period.last_day(),
        period.cut_off(),
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await;
    once(done)?;
    trace(tx, "bulletin.drafted", (period, ""), fact.at()).await
}

/// Freezes an issue: its figures, the items behind them, the late entries and the hash over all
/// of it, or nothing.
pub async fn record_freeze(tx: &mut Tx, period: Period, fact: &Frozen) -> StoreResult<()> {
    let step = fact.step();
    let figures = &fact.snapshot().figures;
    insert_figures(tx, step.bulletin(), figures).await?;
    insert_items(tx, step.bulletin(), figures).await?;
    insert_late(tx, step.bulletin(), fact.late()).await?;
    insert_freeze(tx, step, fact.hash().as_bytes()).await?;
    trace(tx, "bulletin.frozen", (period, &fact.hash().to_string()), step.at()).await
}

/// Publishes an issue.
pub async fn record_publication(tx: &mut Tx, period: Period, fact: &Published) -> StoreResult<()> {
    let step = fact.step();
    let done = sqlx::query!(
        "INSERT INTO bulletin_publication (bulletin_id, published_at, recorded_by) VALUES ($1, $2, $3)",
        step.bulletin().0,
        step.at(),
        step.by().0,
    )
    .execute(tx.unscoped())
    .await;
    once(done)?;
    trace(tx, "bulletin.published", (period, &fact.hash().to_string()), step.at()).await
}

async fn trace(
    tx: &mut Tx,
    verb: &str,
    (period, hash): (Period, &str),
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let object = period.to_string();
    let entry = audit::Entry { verb, object: &object, detail: hash, at, ..audit::Entry::default() };
    audit::append(tx, entry).await
}

/// A step is taken once: whoever comes second is told that someone was faster.
fn once<T>(done: Result<T, sqlx::Error>) -> StoreResult<T> {
    const TAKEN: [&str; 5] = [
        "bulletin_series_period_key",
        "bulletin_figure_pkey",
        "bulletin_frozen_check",
        "bulletin_freeze_pkey",
        "bulletin_publication_pkey",
    ];
    done.map_err(StoreError::from).map_err(|error| {
        if TAKEN.iter().any(|name| error.on_constraint(name)) { StoreError::Stale } else { error }
    })
}

fn column(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn place(nth: usize) -> i32 {
    i32::try_from(nth).unwrap_or(i32::MAX)
}

async fn insert_figures(tx: &mut Tx, id: BulletinId, figures: &[Figure]) -> StoreResult<()> {
    let units: Vec<_> = figures.iter().map(|figure| figure.unit.0).collect();
    let metrics: Vec<_> = figures.iter().map(|figure| figure.metric.code().to_owned()).collect();
    let numerators: Vec<_> = figures.iter().map(|figure| column(figure.numerator)).collect();
    let denominators: Vec<_> = figures.iter().map(|figure| column(figure.denominator)).collect();
    let done = sqlx::query!(
        "INSERT INTO bulletin_figure (bulletin_id, unit_id, metric, numerator, denominator)
         SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::int[])",
        id.0,
        &units,
        &metrics,
        &numerators,
        &denominators,
    )
    .execute(tx.unscoped())
    .await;
    once(done).map(drop)
}

async fn insert_items(tx: &mut Tx, id: BulletinId, figures: &[Figure]) -> StoreResult<()> {
    let listed: Vec<(&Figure, i32, &Item)> = figures
        .iter()
        .flat_map(|figure| {
            let items = figure.items.iter().enumerate();
            items.map(move |(nth, item)| (figure, place(nth), item))
        })
        .collect();
    let units: Vec<_> = listed.iter().map(|(figure, ..)| figure.unit.0).collect();
    let metrics: Vec<_> =
        listed.iter().map(|(figure, ..)| figure.metric.code().to_owned()).collect();
    let places: Vec<_> = listed.iter().map(|(_, place, _)| *place).collect();
    let cases: Vec<_> = listed.iter().map(|(.., item)| item.case.0).collect();
    let numbers: Vec<_> = listed.iter().map(|(.., item)| item.number.clone()).collect();
    let assignments: Vec<_> =
        listed.iter().map(|(.., item)| item.assignment.map(|id| id.0)).collect();
    let buckets: Vec<_> = listed.iter().map(|(.., item)| item.bucket.code().to_owned()).collect();
    let reasons: Vec<_> = listed.iter().map(|(.., item)| item.reason.clone()).collect();
    // Arrays of arrays must be rectangular, so the marks travel as one text each.
    let marks: Vec<_> = listed.iter().map(|(.., item)| codes(&item.marks)).collect();
    let done = sqlx::query!(
        "INSERT INTO bulletin_item (bulletin_id, unit_id, metric, place, case_id, case_number, assignment_id,
                                    bucket, reason, marks)
         SELECT $1, unit, metric, place, case_id, number, assignment, bucket, reason,
                string_to_array(marks, ',')
         FROM unnest($2::bigint[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::bigint[], $8::text[],
                     $9::text[], $10::text[])
              AS i (unit, metric, place, case_id, number, assignment, bucket, reason, marks)",
        id.0,
        &units,
        &metrics,
        &places,
        &cases,
        &numbers,
        &assignments as &[Option<i64>],
        &buckets,
        &reasons,
        &marks,
    )
    .execute(tx.unscoped())
    .await;
    once(done).map(drop)
}

fn codes(marks: &[Mark]) -> String {
    let codes: Vec<_> = marks.iter().map(|mark| mark.code()).collect();
    codes.join(",")
}

async fn insert_late(tx: &mut Tx, id: BulletinId, late: &[Late]) -> StoreResult<()> {
    let places: Vec<_> = (0..late.len()).map(place).collect();
    let about: Vec<_> = late.iter().map(|one| one.about.to_string()).collect();
    let units: Vec<_> = late.iter().map(|one| one.unit.0).collect();
    let metrics: Vec<_> = late.iter().map(|one| one.metric.code().to_owned()).collect();
    let cases: Vec<_> = late.iter().map(|one| one.change.case.0).collect();
    let numbers: Vec<_> = late.iter().map(|one| one.change.number.clone()).collect();
    let assignments: Vec<_> = late.iter().map(|one| one.change.assignment.map(|id| id.0)).collect();
    let code = |bucket: crate::domain::figure::Bucket| bucket.code().to_owned();
    let before: Vec<_> = late.iter().map(|one| one.change.before.map(code)).collect();
    let now: Vec<_> = late.iter().map(|one| one.change.now.map(code)).collect();
    let reasons: Vec<_> = late.iter().map(|one| one.change.reason.clone()).collect();
    let done = sqlx::query!(
        "INSERT INTO bulletin_change (bulletin_id, place, about_id, unit_id, metric, case_id, case_number,
                                      assignment_id, bucket_before, bucket_now, reason)
         SELECT own.id, l.place,
                (SELECT o.id FROM bulletin o
                 WHERE o.unit_id = own.unit_id AND o.series = own.series AND o.period = l.about),
                l.unit, l.metric, l.case_id, l.number, l.assignment, l.before, l.now, l.reason
         FROM bulletin own,
              unnest($2::int[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
                     $9::text[], $10::text[], $11::text[])
              AS l (place, about, unit, metric, case_id, number, assignment, before, now, reason)
         WHERE own.id = $1",
        id.0,
        &places,
        &about,
        &units,
        &metrics,
        &cases,
        &numbers,
        &assignments as &[Option<i64>],
        &before as &[Option<String>],
        &now as &[Option<String>],
        &reasons,
    )
    .execute(tx.unscoped())
    .await;
    once(done).map(drop)
}

async fn insert_freeze(tx: &mut Tx, step: &Step, hash: &[u8]) -> StoreResult<()> {
    let done = sqlx::query!(
        "INSERT INTO bulletin_freeze (bulletin_id, content_hash, frozen_at, recorded_by)
         VALUES ($1, $2, $3, $4)",
        step.bulletin().0,
        hash,
        step.at(),
        step.by().0,
    )
    .execute(tx.unscoped())
    .await;
    once(done).map(drop)
}
