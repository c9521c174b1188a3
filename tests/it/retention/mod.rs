//! What is kept for a period and then destroyed, what must wait, and what remains.

mod again;
mod columns;
mod destruction;
mod holds;
mod page;
mod periods;

use anjie::domain::job::Job;
use anjie::jobs::schedule::perform;
use anjie::store::{Db, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPoolOptions;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site, at, matters, visit};

const CLERK: &str = "donghu.clerk";
const BUREAU: &str = "zhongyuan.bureau";
const PDF: &[u8] = b"%PDF-1.7 made for a test";
/// A case that ended on 2026-06-12 is kept through 2036-06-12.
const LAST_DAY: &str = "2036-06-12 23:30";
const DAY_AFTER: &str = "2036-06-13 03:10";

/// The database of one instance.
fn db(city: &City) -> Db {
    let pool = PgPoolOptions::new().max_connections(3).connect_lazy_with(city.server());
    Db::with_pool(pool, city.keys.clone())
}

/// The night's run, while the database's own clock says the same; how many were destroyed.
async fn night(city: &City, moment: &str) -> StoreResult<i32> {
    machine_says(city, moment).await;
    run(city, at(moment)).await
}

async fn run(city: &City, now: DateTime<Utc>) -> StoreResult<i32> {
    perform((&db(city), None), Job::Retention, now).await.map(Option::unwrap_or_default)
}

/// Sets the database's own clock.
pub async fn machine_says(city: &City, moment: &str) {
    city.force(&format!(
        "CREATE OR REPLACE FUNCTION machine_now() RETURNS timestamptz LANGUAGE sql VOLATILE
         RETURN '{moment}+08'::timestamptz"
    ))
    .await;
}

/// A case of which every record says a word, with a visit that handed in material; it ended on a day.
async fn ended(city: &City, site: &Site, word: &str, day: &str) -> String {
    let number = open(city, site, word).await;
    matters::unit_closed(city, &number, &format!("{day} 10:00"), "settled_written").await;
    let closing = format!(
        "UPDATE closing SET sections = array_fill('{word}'::text, ARRAY[7]), content_hash = sha256('x')
         WHERE case_id = c.id;"
    );
    sign(city, &number, word, &closing).await;
    matters::confirmed(city, &number, &format!("{day} 16:00"), None).await;
    number
}

async fn open(city: &City, site: &Site, word: &str) -> String {
    let number = laid::lay(city, Laid { leader: "", ..Laid::default() }).await;
    let said = visit(&[
        ("disposition", "joined_to_case"),
        ("merge_case_no", number.as_str()),
        ("summary", word),
    ]);
    let file = ("files", "材料.pdf", "application/pdf", PDF);
    let taken = site.upload(Some(CLERK), "/visits/new", &said, &[file]).await;
    let visit = taken.expect(axum::http::StatusCode::SEE_OTHER).location();
    let visit = visit.trim_start_matches("/visits/").split(['/', '?']).next().unwrap().to_owned();
    matters::ledger(city, &number, "donghu", "2026-06-10 09:00").await;
    matters::report(city, &number, "2026-06-11 10:00", Some("2026-06-11 15:00")).await;
    fill(city, &number, &visit, word).await;
    number
}

/// Writes the word wherever words are kept of a case and its visit.
async fn fill(city: &City, number: &str, visit: &str, word: &str) {
    city.force(&format!(
        "DO $$
         DECLARE
             c petition_case := (SELECT c FROM petition_case c WHERE number = '{number}');
             v visit := (SELECT v FROM visit v WHERE number = '{visit}');
             r bigint := (SELECT id FROM round WHERE case_id = c.id);
             s bigint := (SELECT id FROM staff WHERE username = 'donghu.handler');
             moment timestamptz := '2026-06-11 09:00+08';
         BEGIN
             UPDATE petition_case SET urgent_reason = '{word}' WHERE id = c.id;
             UPDATE grounds SET summary = '{word}', requests = '{{{word}}}' WHERE case_id = c.id;
             UPDATE assignment SET note = '{word}' WHERE case_id = c.id;
             UPDATE assignment_batch b SET note = '{word}' FROM assignment a
             WHERE a.batch_id = b.id AND a.case_id = c.id;
             UPDATE clock_event SET reason = '{word}' WHERE case_id = c.id;
             UPDATE ledger SET plan = '{word}', requests = '{{{word}}}' WHERE case_id = c.id;
             INSERT INTO ledger_version SELECT assignment_id, case_id, 9, plan, requests, recorded_at, recorded_by
             FROM ledger WHERE case_id = c.id;
             INSERT INTO interview (case_id, round_id, kind, held_at, place, host_id, attendees, present, absence_note,
                                    notes, requests, opinion, sign_note, no_record_reason, recorded_at, recorded_by)
             VALUES (c.id, r, 'visit', moment, '{word}', s, '{word}', false, '{word}', '{word}', '{{{word}}}',
                     'refuse_sign', '{word}', '{word}', moment, s);
             INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, next, reply_to_public,
                                         recorded_at, recorded_by)
             VALUES (c.id, r, 'phone', moment, '{word}', '{word}', '{word}', moment, s);
             INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, corrects_id, correction_reason,
                                         recorded_at, recorded_by)
             SELECT c.id, r, 'phone', moment, '{word}', max(id), '{word}', moment, s FROM progress_entry WHERE case_id = c.id;
             UPDATE progress_report SET sections = array_fill('{word}'::text, ARRAY[8]), late_reason = '{word}'
             WHERE case_id = c.id;
             UPDATE report_review SET return_reason = '{word}' WHERE case_id = c.id;
             INSERT INTO reply (case_id, round_id, answered_at, way, place, content, opinion, signature, recorded_at,
                                recorded_by)
             VALUES (c.id, r, moment, 'phone', '{word}', '{word}', '{word}', 'absent', moment, s);
             INSERT INTO document (case_id, kind, name, media_type, size, sha256, sealed, recorded_at, recorded_by)
             VALUES (c.id, 'other', '{word}', 'application/pdf', 1, 'x', '{word}', moment, s);
             INSERT INTO exclusion (case_id, staff_id, reason, recorded_at, recorded_by, lifted_at, lifted_by, lifted_reason)
             VALUES (c.id, s, '{word}', moment, s, moment, s, '{word}');
             INSERT INTO legal_hold (case_id, reason, recorded_at, recorded_by, lifted_at, lifted_by, lifted_reason)
             VALUES (c.id, '{word}', moment, s, moment, s, '{word}');
             INSERT INTO court_case (number, well_formed) VALUES ('{number}', false);
             INSERT INTO petition_case_court_case (case_id, court_case_id)
             SELECT c.id, id FROM court_case WHERE number = '{number}';
             INSERT INTO case_review (case_id, court_case_id, grade, accountability, note, recorded_at, recorded_by)
             SELECT c.id, id, 1, false, '{word}', moment, s FROM court_case WHERE number = '{number}';
             UPDATE visit SET principal_name = '{word}', mandate = true, assist = '{{{word}}}', urgent_reason = '{word}'
             WHERE id = v.id;
             UPDATE visit_text SET answer_text = '{word}', origin_case_number = '{word}' WHERE visit_id = v.id;
             INSERT INTO visit_representative (visit_id, place, name, id_sealed) VALUES (v.id, 1, '{word}', '{word}');
             INSERT INTO repeat_correction (visit_id, offered_case_id, reason, corrected_at, corrected_by)
             VALUES (v.id, c.id, '{word}', moment, s);
         END $$"
    ))
    .await;
}

/// The word in the report, its papers and its signatures.
async fn sign(city: &City, number: &str, word: &str, closing: &str) {
    city.force(&format!(
        "DO $$
         DECLARE c petition_case := (SELECT c FROM petition_case c WHERE number = '{number}');
         BEGIN
             {closing}
             UPDATE closing_signature SET opinion = '{word}', content_hash = sha256('x') WHERE case_id = c.id;
             INSERT INTO closing_document (closing_id, document_id, case_id)
             SELECT k.id, d.id, c.id FROM closing k, document d WHERE k.case_id = c.id AND d.case_id = c.id;
         END $$"
    ))
    .await;
}

/// The tables in which a word stands, with how many rows say it.
async fn said(city: &City, word: &str) -> Vec<String> {
    let tables: Vec<String> = city
        .value(
            "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
        )
        .await;
    let hex = anjie::store::keys::hex(word.as_bytes());
    let parts = tables.iter().map(|table| {
        format!(
            "SELECT '{table} ' || count(*) AS line, count(*) AS n FROM {table} t
             WHERE t::text LIKE '%{word}%' OR t::text LIKE '%{hex}%'"
        )
    });
    let all = parts.collect::<Vec<_>>().join(" UNION ALL ");
    city.value(&format!(
        "SELECT coalesce(array_agg(line ORDER BY line), '{{}}') FROM ({all}) s WHERE n > 0"
    ))
    .await
}
