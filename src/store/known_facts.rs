//! What the file of a case says, read together for the draft of a report.

use super::petition_cases::Opened;
use super::{StoreResult, Tx, interviews, ledgers, progress};
use crate::domain::report::{Done, Known, Named, Reviewed, Source};
use crate::domain::source;

/// The file of a case as the report wants it.
pub async fn read(tx: &mut Tx, opened: &Opened) -> StoreResult<Known> {
    let ledger = ledgers::find(tx, opened).await?;
    let (plan, requests) = match ledger {
        Some(ledger) => (ledger.plan, ledger.requests),
        None => (String::new(), ledgers::requests_at_the_counter(tx, opened).await?),
    };
    Ok(Known {
        number: opened.case().number.clone(),
        unit: opened.case().unit_name.clone(),
        petitioners: petitioners(tx, opened).await?,
        source: source(tx, opened).await?,
        court_cases: court_cases(tx, opened).await?,
        grounds: grounds(tx, opened).await?,
        requests,
        team: team(tx, opened).await?,
        reviews: reviews(tx, opened).await?,
        plan,
        done: done(tx, opened).await?,
    })
}

async fn petitioners(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<String>> {
    let (conn, case) = tx.within(opened);
    let names = sqlx::query_scalar!(
        "SELECT p.name FROM party y JOIN petitioner p ON p.id = y.petitioner_id
         WHERE y.case_id = $1 AND y.part <> 'agent'
         ORDER BY y.part = 'main' DESC, y.since, p.id",
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(names)
}

async fn source(tx: &mut Tx, opened: &Opened) -> StoreResult<Option<Source>> {
    let round = opened.case().round.0;
    let (conn, case) = tx.within(opened);
    let first = sqlx::query!(
        r#"SELECT source AS "source: source::Source", source_number, assigned_at FROM assignment
           WHERE case_id = $1 AND round_id = $2 ORDER BY id LIMIT 1"#,
        case,
        round,
    )
    .fetch_optional(conn)
    .await?;
    Ok(first.map(|row| Source {
        label: row.source.label(),
        number: row.source_number,
        assigned_at: row.assigned_at,
    }))
}

async fn court_cases(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<String>> {
    let (conn, case) = tx.within(opened);
    let numbers = sqlx::query_scalar!(
        "SELECT c.number FROM petition_case_court_case l JOIN court_case c ON c.id = l.court_case_id
         WHERE l.case_id = $1 ORDER BY c.id",
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(numbers)
}

async fn grounds(tx: &mut Tx, opened: &Opened) -> StoreResult<String> {
    let (conn, case) = tx.within(opened);
    let summary = sqlx::query_scalar!("SELECT summary FROM grounds WHERE case_id = $1", case)
        .fetch_optional(conn)
        .await?;
    Ok(summary.unwrap_or_default())
}

async fn team(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<Named>> {
    let team = ledgers::team(tx, opened).await?.into_iter();
    Ok(team
        .map(|line| Named {
            place: line.place,
            name: line.name,
            post_title: line.post_title,
            phone: line.phone,
        })
        .collect())
}

async fn reviews(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<Reviewed>> {
    let (conn, case) = tx.within(opened);
    let reviews = sqlx::query_as!(
        Reviewed,
        "SELECT c.number AS court_case, r.grade, r.note
         FROM case_review r JOIN court_case c ON c.id = r.court_case_id
         WHERE r.case_id = $1 ORDER BY r.id",
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(reviews)
}

/// Talks and lines of progress together, oldest first; a corrected line is told by its correction.
async fn done(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<Done>> {
    let talks = interviews::list(tx, opened).await?.into_iter().rev().map(|talk| Done {
        at: talk.held_at,
        what: talk.kind.label(),
        text: if talk.present { talk.notes } else { talk.absence_note },
        next: String::new(),
    });
    let lines = progress::list(tx, opened).await?.into_iter();
    let lines = lines.filter(|line| line.corrected_at.is_none()).map(|line| Done {
        at: line.corrects.unwrap_or(line.happened_at),
        what: line.kind.label(),
        text: line.text,
        next: line.next,
    });
    let mut done: Vec<Done> = talks.chain(lines).collect();
    done.sort_by_key(|one| one.at);
    Ok(done)
}
