//! How the database reads a long list.

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
