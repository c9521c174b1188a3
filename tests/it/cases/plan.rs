//! How the database reads a long list.

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

/// Twenty thousand open cases over all courts, and as many closed ones.
const BACKLOG: &str = "
    ALTER TABLE petition_case DISABLE TRIGGER USER; ALTER TABLE round DISABLE TRIGGER USER;
    INSERT INTO petition_case (number, unit_id, registered_unit_id, category, opened_at, recorded_at, recorded_by)
    SELECT 'XF2025-' || lpad(n::text, 5, '0'), u.ids[1 + n % cardinality(u.ids)], u.ids[1], 'other',
           '2025-01-01', '2025-01-01', 1
    FROM generate_series(1, 40000) n, (SELECT array_agg(id) AS ids FROM unit WHERE kind = 'base_court') u;
    INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by)
    SELECT id, 1, opened_at, opened_at, 1 FROM petition_case;
    INSERT INTO petition_case_now (case_id, unit_id, number, category, name, name_key, round_id, stage, is_open,
                                   due_on, visits, updated_at)
    SELECT c.id, c.unit_id, c.number, 'other', '张某', '张某', r.id,
           CASE WHEN c.id % 2 = 0 THEN 'in_handling' ELSE 'confirmed_closed' END, c.id % 2 = 0,
           DATE '2026-01-01' + (c.id % 400)::int, 1, c.opened_at
    FROM petition_case c JOIN round r ON r.case_id = c.id;
    ANALYZE;";

#[tokio::test]
async fn the_default_list_walks_the_index_of_the_open_backlog() {
    let city = City::new().await;
    city.force(BACKLOG).await;
    let site = Site::of(&city).await;
    let mut path = "/cases".to_owned();
    for _ in 0..8 {
        let page = site.get(Some("zhongyuan.bureau"), &path).await;
        path = page.attributes("a[rel=next]", "href").remove(0);
        site.get(Some("donghu.handler"), "/cases?mine=no").await;
    }
    // What a connection did is told when it ends.
    site.app.db.close().await;
    let scans = |index: &str| {
        format!("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = '{index}'")
    };
    let mut tries = 0;
    let (all, court) = loop {
        tries += 1;
        let all: i64 = city.value(&scans("petition_case_now_due_idx")).await;
        let court: i64 = city.value(&scans("petition_case_now_court_due_idx")).await;
        if all >= 16 && court >= 8 || tries == 100 {
            break (all, court);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    // Once for the rows and once for the number of overdue ones.
    assert!(all >= 16, "the list of all courts: {all} scans");
    assert!(court >= 8, "the list of one court: {court} scans");
    let read: i64 = city
        .value(
            "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'petition_case_now_due_idx'",
        )
        .await;
    // A page reads its own rows; the count and the overdue ones stop at a thousand.
    assert!(read < 8 * 2_300, "{read} rows for eight pages");
}

/// What was done about each case of the backlog: one of everything that hangs on its round.
const HANDLED: &str = "
    SET LOCAL session_replication_role = replica;
    INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, rule_set_id, assigned_at, recorded_at,
                            recorded_by)
    SELECT 0, r.case_id, r.id, c.unit_id, 'city_court', 1, r.opened_at, r.opened_at, 1
    FROM round r JOIN petition_case c ON c.id = r.case_id;
    INSERT INTO interview (case_id, round_id, kind, held_at, place, host_id, present, recorded_at, recorded_by)
    SELECT case_id, id, 'lead_meeting', opened_at, '信访大厅', 1, true, opened_at, 1 FROM round;
    INSERT INTO progress_report (case_id, round_id, sections, submitted_at, recorded_at, recorded_by)
    SELECT case_id, id, array_fill('略'::text, ARRAY[8]), opened_at, opened_at, 1 FROM round;
    INSERT INTO reply (case_id, round_id, answered_at, way, content, signature, recorded_at, recorded_by)
    SELECT case_id, id, opened_at, 'in_person', '已当面答复', 'signed', opened_at, 1 FROM round;
    INSERT INTO closing (case_id, round_id, unit_id, outcome, sections, reply_id, content_hash, needs_leading_group,
                         applied_at, recorded_at, recorded_by)
    SELECT y.case_id, y.round_id, c.unit_id, 'settled_written', array_fill('略'::text, ARRAY[7]), y.id, '\\x01', false,
           y.recorded_at, y.recorded_at, 1
    FROM reply y JOIN petition_case c ON c.id = y.case_id;";

/// What hangs on a round, each table with an index for it.
const OF_A_ROUND: &str =
    "unnest(ARRAY['assignment', 'closing', 'interview', 'progress_report', 'reply']) AS name";

#[tokio::test]
async fn what_hangs_on_a_round_is_found_by_its_index_and_no_table_is_read_whole() {
    let city = City::new().await;
    city.force(BACKLOG).await;
    city.force(HANDLED).await;
    let number = laid::lay(&city, Laid::default()).await;
    city.force("ANALYZE").await;
    let site = Site::of(&city).await;
    let read_whole = format!(
        "SELECT string_agg(name || ' ' || seq_scan, ', ') FROM {OF_A_ROUND} JOIN pg_stat_user_tables ON relname = name"
    );
    let before: String = city.value(&read_whole).await;
    let who = Some("donghu.handler");
    for page in ["", "/closing", "/answer", "/progress"] {
        site.get(who, &format!("/cases/{number}{page}")).await.expect(StatusCode::OK);
    }
    // A fact is recorded: the stage is derived anew.
    let told = [("kind", "phone"), ("happened_at", "2026-06-15 09:00"), ("text", "已电话联系")];
    site.act("donghu.handler", &format!("/cases/{number}/progress/new"), &told).await;
    // What a connection did is told when it ends.
    site.app.db.close().await;
    let unused = format!(
        "SELECT coalesce(string_agg(name, ', '), '') FROM {OF_A_ROUND}
         LEFT JOIN pg_stat_user_indexes ON indexrelname = name || '_round_idx' WHERE coalesce(idx_scan, 0) = 0"
    );
    let mut tries = 0;
    loop {
        tries += 1;
        let unused: String = city.value(&unused).await;
        if unused.is_empty() || tries == 100 {
            assert_eq!(unused, "", "tables whose index nothing walked");
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(city.value::<String>(&read_whole).await, before, "tables read whole, and how often");
}
