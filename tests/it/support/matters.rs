//! Matters with a history, written behind the program's back: what the figures count. Times are
//! those of the courts' clock (`2026-06-09 17:05`); what happens is on record at once unless said.

use super::{City, cases};

/// A case assigned to a unit under the standard rules, with its clocks.
pub async fn assigned(city: &City, unit: &str, at: &str) -> String {
    let number = cases::accepted(city, "张某").await;
    city.force(&format!(
        "WITH c AS (SELECT c.id, r.id AS round, r.recorded_by FROM petition_case c
                    JOIN round r ON r.case_id = c.id WHERE c.number = '{number}'),
              u AS (SELECT id FROM unit WHERE code = '{unit}'),
              moved AS (UPDATE petition_case SET unit_id = (SELECT id FROM u) WHERE number = '{number}'),
              b AS (INSERT INTO assignment_batch (number, unit_id, source, rule_set_id, assigned_at, recorded_at,
                                                  recorded_by)
                    SELECT 'JB2026-' || lpad(c.id::text, 4, '0'), (SELECT id FROM unit WHERE code = '01'),
                           'city_court', 1, '{at}+08', '{at}+08', c.recorded_by FROM c RETURNING id),
              a AS (INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, rule_set_id, assigned_at,
                                            recorded_at, recorded_by)
                    SELECT b.id, c.id, c.round, u.id, 'city_court', 1, '{at}+08', '{at}+08', c.recorded_by
                    FROM b, c, u RETURNING id, case_id)
         INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version, due_on_original,
                            due_on)
         SELECT a.id, a.case_id, k.clock, '{at}+08', 1, 1, '{at}'::date + k.days, '{at}'::date + k.days
         FROM a, clock_rule k WHERE k.rule_set_id = 1 AND k.clock <> 'O5'"
    ))
    .await;
    number
}

/// The ledger is kept: the court's vice president leads the case, with a first plan.
pub async fn ledger(city: &City, number: &str, account: &str, at: &str) {
    city.force(&format!(
        "INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
         SELECT a.case_id, a.round_id, 'leader', s.id, s.name, '{at}+08', '{at}+08', s.id
         FROM assignment a JOIN petition_case c ON c.id = a.case_id, staff s
         WHERE c.number = '{number}' AND s.username = '{account}.leader';
         INSERT INTO ledger (assignment_id, case_id, plan, requests, completed_at, recorded_at, recorded_by)
         SELECT a.id, a.case_id, '先核实执行款', '{{发放执行款}}', '{at}+08', '{at}+08', a.recorded_by
         FROM assignment a JOIN petition_case c ON c.id = a.case_id WHERE c.number = '{number}'"
    ))
    .await;
}

/// The leader meets the petitioner, or tries to.
pub async fn meeting(city: &City, number: &str, at: &str, present: bool) {
    city.force(&format!(
        "INSERT INTO interview (case_id, round_id, kind, held_at, place, host_id, present, absence_note, notes,
                                recorded_at, recorded_by)
         SELECT t.case_id, t.round_id, 'lead_meeting', '{at}+08', '信访大厅', t.staff_id, {present},
                CASE WHEN {present} THEN '' ELSE '电话通知，本人称在外地' END, '已谈', '{at}+08', t.staff_id
         FROM team_member t JOIN petition_case c ON c.id = t.case_id
         WHERE c.number = '{number}' AND t.place = 'leader'"
    ))
    .await;
}

/// A progress report; returned when a time for that is given.
pub async fn report(city: &City, number: &str, at: &str, returned: Option<&str>) {
    city.force(&format!(
        "WITH r AS (INSERT INTO progress_report (case_id, round_id, sections, submitted_at, recorded_at, recorded_by)
                    SELECT a.case_id, a.round_id, array_fill('略'::text, ARRAY[8]), '{at}+08', '{at}+08', a.recorded_by
                    FROM assignment a JOIN petition_case c ON c.id = a.case_id WHERE c.number = '{number}'
                    RETURNING id, case_id, round_id, recorded_by),
              w AS (INSERT INTO report_answer (report_id, assignment_id, case_id)
                    SELECT r.id, a.id, r.case_id FROM r JOIN assignment a ON a.round_id = r.round_id)
         INSERT INTO report_review (report_id, case_id, decision, return_reason, decided_at, recorded_at, recorded_by)
         SELECT id, case_id, 'returned', '没有下步措施', x::timestamptz, x::timestamptz, recorded_by
         FROM r, unnest(ARRAY[{}]::text[]) x",
        returned.map(|at| format!("'{at}+08'")).unwrap_or_default(),
    ))
    .await;
}

/// The unit closes: the leader signs the close report.
pub async fn unit_closed(city: &City, number: &str, at: &str, outcome: &str) {
    city.force(&format!(
        "WITH told AS (
             INSERT INTO reply (case_id, round_id, answered_at, way, content, signature, recorded_at, recorded_by)
             SELECT a.case_id, a.round_id, '{at}+08', 'in_person', '已当面答复', 'signed', '{at}+08', a.recorded_by
             FROM assignment a JOIN petition_case c ON c.id = a.case_id WHERE c.number = '{number}'
             RETURNING id, round_id),
             x AS (INSERT INTO closing (case_id, round_id, unit_id, outcome, sections, reply_id, content_hash,
                                         needs_leading_group, applied_at, recorded_at, recorded_by)
                    SELECT a.case_id, a.round_id, a.unit_id, '{outcome}', array_fill('略'::text, ARRAY[7]),
                           (SELECT t.id FROM told t WHERE t.round_id = a.round_id), '\\x01',
                           false, '{at}+08', '{at}+08', a.recorded_by
                    FROM assignment a JOIN petition_case c ON c.id = a.case_id WHERE c.number = '{number}'
                    RETURNING id, case_id, recorded_by)
         SELECT 1 FROM x;
         INSERT INTO closing_signature (closing_id, step, case_id, decision, capacity, content_hash, signed_at,
                                        recorded_at, recorded_by)
         SELECT x.id, 'leader', x.case_id, 'approve', '副院长', '\\x01', '{at}+08', '{at}+08', x.recorded_by
         FROM closing x JOIN petition_case c ON c.id = x.case_id
         WHERE c.number = '{number}' AND NOT EXISTS (SELECT FROM closing_signature s WHERE s.closing_id = x.id)"
    ))
    .await;
}

/// The bureau returns the close report.
pub async fn returned(city: &City, number: &str, at: &str) {
    city.force(&format!(
        "INSERT INTO closing_signature (closing_id, step, case_id, decision, opinion, capacity, content_hash,
                                        signed_at, recorded_at, recorded_by)
         SELECT max(x.id), 'bureau', x.case_id, 'return', '缺答复', '信访局', '\\x01', '{at}+08', '{at}+08',
                max(x.recorded_by)
         FROM closing x JOIN petition_case c ON c.id = x.case_id WHERE c.number = '{number}' GROUP BY x.case_id"
    ))
    .await;
}

/// The closing is confirmed; recorded at another time when one is given.
pub async fn confirmed(city: &City, number: &str, at: &str, recorded: Option<&str>) {
    let recorded = recorded.unwrap_or(at);
    city.force(&format!(
        "INSERT INTO round_outcome (round_id, case_id, unit_id, outcome, basis, closing_id, unit_closed_at,
                                    confirmed_at, recorded_at, recorded_by)
         SELECT x.round_id, x.case_id, x.unit_id, x.outcome, 'closing', x.id, s.signed_at, '{at}+08', '{recorded}+08',
                x.recorded_by
         FROM closing x
         JOIN closing_signature s ON s.closing_id = x.id AND s.step = 'leader'
         JOIN petition_case c ON c.id = x.case_id
         WHERE c.number = '{number}' ORDER BY x.id DESC LIMIT 1"
    ))
    .await;
}

/// Closed by the unit and confirmed the day after.
pub async fn closed(city: &City, number: &str, day: &str, outcome: &str) {
    unit_closed(city, number, &format!("{day} 10:00"), outcome).await;
    confirmed(city, number, &format!("{day} 16:00"), None).await;
}
