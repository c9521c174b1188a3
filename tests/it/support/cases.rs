//! Cases at a given stage, written behind the program's back: for tests of what comes after.

use super::City;

/// A case that waits for assignment, registered at the intermediate court on 2026-06-08 at 9.
pub async fn accepted(city: &City, name: &str) -> String {
    let statement = format!(
        "WITH court AS (SELECT id FROM unit WHERE code = '01'),
              clerk AS (SELECT id FROM staff WHERE username = 'zhongyuan.clerk'),
              running AS (SELECT next_number('XF:2026') AS n),
              person AS (
                  INSERT INTO petitioner (name, name_key, id_type, no_id_reason, recorded_at, recorded_by)
                  SELECT '{name}', '{name}', 'none', 'forgot', '2026-06-08 09:00+08', clerk.id FROM clerk
                  RETURNING id),
              new_case AS (
                  INSERT INTO petition_case (number, unit_id, registered_unit_id, category, opened_at,
                                             recorded_at, recorded_by)
                  SELECT 'XF2026-' || lpad(running.n::text, 5, '0'), court.id, court.id, 'enforcement_payment',
                         '2026-06-08 09:00+08', '2026-06-08 09:00+08', clerk.id
                  FROM court, clerk, running
                  RETURNING id, number, recorded_by),
              first_round AS (
                  INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by)
                  SELECT id, 1, '2026-06-08 09:00+08', '2026-06-08 09:00+08', recorded_by FROM new_case
                  RETURNING id, case_id, recorded_by),
              screened AS (
                  INSERT INTO screening (case_id, round_id, decision, decided_at, recorded_at, recorded_by)
                  SELECT case_id, id, 'accepted', '2026-06-08 09:00+08', '2026-06-08 09:00+08', recorded_by
                  FROM first_round),
              said AS (
                  INSERT INTO grounds (case_id, summary, recorded_at, recorded_by)
                  SELECT id, '执行案款未足额发放', '2026-06-08 09:00+08', recorded_by FROM new_case),
              named AS (
                  INSERT INTO party (case_id, petitioner_id, part, since)
                  SELECT new_case.id, person.id, 'main', '2026-06-08 09:00+08' FROM new_case, person)
         SELECT number FROM new_case"
    );
    city.value(&statement).await
}
