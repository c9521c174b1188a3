//! The court cases (原审案件) behind imported cases, and the reviews (评查) of them.

use serde::Serialize;

use super::cases::Batch;
use crate::domain::court_case::{CaseNumber, StatedNumber};
use crate::domain::ledger_import::{Procedure, ReviewRow};
use crate::store::{StoreResult, Tx};

/// A petition case with the court cases that its ledger names.
pub struct Named<'a> {
    pub number: &'a str,
    pub court_case: Option<&'a StatedNumber>,
    pub reviews: &'a [ReviewRow],
}

#[derive(Serialize)]
struct Link<'a> {
    number: &'a str,
    court_case: String,
    well_formed: bool,
    court_code: Option<&'a str>,
    procedure: &'static str,
}

#[derive(Serialize)]
struct NewReview<'a> {
    number: &'a str,
    court_case: String,
    grade: i16,
    accountability: bool,
    note: &'a str,
}

fn link<'a>(number: &'a str, stated: &'a StatedNumber, procedure: Option<Procedure>) -> Link<'a> {
    Link {
        number,
        court_case: stated.to_string(),
        well_formed: stated.number.is_some(),
        court_code: stated.number.as_ref().and_then(CaseNumber::court_code),
        procedure: procedure.map(Procedure::code).unwrap_or_default(),
    }
}

/// Links the court cases, and writes the reviews that aren't there yet; says how many.
pub async fn write(tx: &mut Tx, batch: &Batch<'_>, named: &[Named<'_>]) -> StoreResult<u64> {
    let links = named.iter().flat_map(|case| {
        let of_reviews = case
            .reviews
            .iter()
            .map(|review| link(case.number, &review.court_case, review.procedure));
        case.court_case.map(|stated| link(case.number, stated, None)).into_iter().chain(of_reviews)
    });
    insert_links(tx, &links.collect::<Vec<_>>()).await?;
    let reviews = named.iter().flat_map(|case| {
        case.reviews.iter().map(|review| NewReview {
            number: case.number,
            court_case: review.court_case.to_string(),
            grade: review.grade.number(),
            accountability: review.accountability,
            note: &review.summary,
        })
    });
    insert_reviews(tx, batch, &reviews.collect::<Vec<_>>()).await
}

async fn insert_links(tx: &mut Tx, links: &[Link<'_>]) -> StoreResult<()> {
    let (links, conn) = (super::json(links)?, tx.unscoped());
    sqlx::query!(
        "INSERT INTO court_case (number, well_formed, court_unit_id)
         SELECT DISTINCT ON (l.court_case) l.court_case, l.well_formed, u.id
         FROM jsonb_to_recordset($1) AS l (court_case text, well_formed boolean, court_code text)
         LEFT JOIN unit u ON u.court_code = l.court_code
         ON CONFLICT ON CONSTRAINT court_case_number_key DO NOTHING",
        links,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO petition_case_court_case (case_id, court_case_id, procedure)
         SELECT DISTINCT ON (c.id, k.id) c.id, k.id, l.procedure
         FROM jsonb_to_recordset($1) AS l (number text, court_case text, procedure text)
         JOIN petition_case c ON c.number = l.number
         JOIN court_case k ON k.number = l.court_case
         ORDER BY c.id, k.id, l.procedure DESC
         ON CONFLICT ON CONSTRAINT petition_case_court_case_pkey DO NOTHING",
        links,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

async fn insert_reviews(
    tx: &mut Tx,
    batch: &Batch<'_>,
    reviews: &[NewReview<'_>],
) -> StoreResult<u64> {
    let done = sqlx::query!(
        "INSERT INTO case_review (case_id, court_case_id, grade, accountability, note, import_id, recorded_at,
                                  recorded_by)
         SELECT c.id, k.id, l.grade, l.accountability, l.note, $2, $3, $4
         FROM jsonb_to_recordset($1) AS l (number text, court_case text, grade int, accountability boolean, note text)
         JOIN petition_case c ON c.number = l.number
         JOIN court_case k ON k.number = l.court_case
         WHERE NOT EXISTS (
             SELECT FROM case_review o
             WHERE o.case_id = c.id AND o.court_case_id = k.id
               AND NOT EXISTS (SELECT FROM import_undo u WHERE u.import_id = o.import_id))",
        super::json(reviews)?,
        batch.import.0,
        batch.importer.at,
        batch.importer.staff.0,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(done.rows_affected())
}
