//! How the database looks for a person while someone types.

use axum::http::StatusCode;

use super::{CLERK, id_number};
use crate::support::{City, Site};

/// Twenty thousand people with a visit-less past at some court.
const PEOPLE: &str = "
    INSERT INTO petitioner (name, name_key, id_type, id_sealed, id_index, id_tail, phone_sealed, phone_index,
                            phone_tail, recorded_at, recorded_by)
    SELECT '章' || n, '章' || n, 'id_card', 'x', sha256(('id' || n)::bytea), lpad((n % 9000)::text, 4, '0'), 'x',
           sha256(('phone' || n)::bytea), '0000', '2026-01-01', 1
    FROM generate_series(1, 20000) n;
    INSERT INTO petitioner_court (petitioner_id, unit_id)
    SELECT p.id, u.id FROM petitioner p, unit u WHERE u.code = '0110';
    ANALYZE;";

#[tokio::test]
async fn each_way_of_looking_for_a_person_walks_its_index() {
    let city = City::new().await;
    city.force(PEOPLE).await;
    let site = Site::of(&city).await;
    let before: i64 = city.value(SCANS).await;
    let id = id_number("19680312", 1);
    for asked in [
        ("id_number", id.as_str()),
        ("id_number", "0012"),
        ("name", "章某"),
        ("phone", "10000000021"),
    ] {
        let fields = [("id_type", "id_card"), asked];
        site.post(Some(CLERK), "/petitioners/match", &fields).await.expect(StatusCode::OK);
    }
    // What a connection did is told when it ends.
    site.app.db.close().await;
    let mut tries = 0;
    loop {
        tries += 1;
        let walked: bool = city.value(WALKED).await;
        if walked || tries == 100 {
            assert!(walked, "every index was walked");
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let after: i64 = city.value(SCANS).await;
    assert_eq!(after, before, "the whole table was read");
}

const SCANS: &str = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'petitioner'";
const WALKED: &str = "SELECT bool_and(idx_scan > 0) FROM pg_stat_user_indexes
    WHERE indexrelname IN ('petitioner_id_index_idx', 'petitioner_phone_index_idx', 'petitioner_name_key_idx',
                           'petitioner_id_tail_idx')";
