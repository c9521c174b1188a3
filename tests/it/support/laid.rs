//! Cases in handling, written behind the program's back: assigned on Tuesday 2026-06-09 at 17:05
//! under the standard rules.

use super::{City, cases};

/// What a case is laid with.
#[derive(Debug, Clone, Copy)]
pub struct Laid<'a> {
    pub name: &'a str,
    /// The unit's code, and the name it has in accounts.
    pub unit: &'a str,
    pub account: &'a str,
    pub source: &'a str,
    /// The last part of the account; nobody where empty.
    pub leader: &'a str,
    pub handler: &'a str,
    pub acknowledged: bool,
    /// The clocks that were stopped on 06-10.
    pub done: &'a [&'a str],
}

impl Default for Laid<'_> {
    fn default() -> Self {
        Self {
            name: "张某",
            unit: "0110",
            account: "donghu",
            source: "province_court",
            leader: "leader",
            handler: "handler",
            acknowledged: true,
            done: &["L2", "M2"],
        }
    }
}

/// A case in handling; its number.
pub async fn lay(city: &City, laid: Laid<'_>) -> String {
    let number = cases::accepted(city, laid.name).await;
    let Laid { unit, account, source, leader, handler, acknowledged, done, .. } = laid;
    let case = format!("(SELECT id FROM petition_case WHERE number = '{number}')");
    let round = format!("(SELECT id FROM round WHERE case_id = {case})");
    let bureau = "(SELECT id FROM staff WHERE username = 'zhongyuan.bureau')";
    let assignment = format!("(SELECT max(id) FROM assignment WHERE case_id = {case})");
    let member = |place: &str, who: &str| {
        let username = format!("{account}.{who}");
        format!(
            "INSERT INTO team_member (case_id, round_id, place, staff_id, name, post_title, phone, since,
                                      recorded_at, recorded_by)
             SELECT {case}, {round}, '{place}', id, name, '副院长', phone, '2026-06-10 09:00+08',
                    '2026-06-10 09:00+08', id FROM staff WHERE username = '{username}';"
        )
    };
    let mut statement = format!(
        "UPDATE petition_case SET unit_id = (SELECT id FROM unit WHERE code = '{unit}') WHERE number = '{number}';
         INSERT INTO assignment_batch (number, unit_id, source, rule_set_id, assigned_at, recorded_at, recorded_by)
         SELECT 'JB2026-' || lpad(next_number('JB')::text, 4, '0'), u.id, '{source}', 1,
                '2026-06-09 17:05+08', '2026-06-09 17:05+08', {bureau} FROM unit u WHERE u.code = '01';
         INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, source_number, rule_set_id, assigned_at,
                                 recorded_at, recorded_by)
         SELECT max(b.id), {case}, {round}, (SELECT id FROM unit WHERE code = '{unit}'), '{source}',
                '豫法交〔2026〕7号', 1, '2026-06-09 17:05+08', '2026-06-09 17:05+08', {bureau} FROM assignment_batch b;
         INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version, due_on_original,
                            due_on)
         SELECT {assignment}, {case}, k.kind, '2026-06-09 17:05+08', 1, 1, k.due::date, k.due::date
         FROM (VALUES ('A0', '2026-06-10'), ('L2', '2026-06-11'), ('M2', '2026-06-11'), ('P7', '2026-06-16'),
                      ('C30', '2026-07-09'), ('O5', '2026-06-16')) k (kind, due);"
    );
    let mut stopped: Vec<&str> = done.to_vec();
    if acknowledged {
        stopped.push("A0");
        statement.push_str(&format!(
            "INSERT INTO acknowledgement (assignment_id, case_id, acknowledged_at, recorded_at, recorded_by)
             SELECT {assignment}, {case}, '2026-06-09 17:20+08', '2026-06-09 17:20+08', {bureau};"
        ));
    }
    for kind in stopped {
        let at = if kind == "A0" { "2026-06-09 17:20+08" } else { "2026-06-10 09:12+08" };
        statement.push_str(&format!(
            "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by)
             SELECT id, case_id, 'stopped', '{at}', '{at}', {bureau} FROM clock
             WHERE assignment_id = {assignment} AND kind = '{kind}';"
        ));
    }
    for (place, who) in [("leader", leader), ("handler", handler)] {
        if !who.is_empty() {
            statement.push_str(&member(place, who));
        }
    }
    city.force(&statement).await;
    number
}

/// A close report of the case, with signatures (step, decision, account).
pub async fn apply(city: &City, number: &str, signatures: &[(&str, &str, &str)]) -> String {
    let case = format!("(SELECT id FROM petition_case WHERE number = '{number}')");
    let mut statement = format!(
        "INSERT INTO reply (case_id, round_id, answered_at, way, content, signature, recorded_at, recorded_by)
         SELECT {case}, r.id, '2026-06-13 09:00+08', 'in_person', '已足额发放。', 'signed', '2026-06-13 09:00+08', 1
         FROM round r WHERE r.case_id = {case};
         WITH told AS (
             INSERT INTO reply (case_id, round_id, answered_at, way, content, signature, recorded_at, recorded_by)
             SELECT {case}, r.id, '2026-06-14 08:30+08', 'in_person', '已当面答复', 'signed', '2026-06-14 08:30+08', 1
             FROM round r WHERE r.case_id = {case}
             RETURNING id, round_id)
         INSERT INTO closing (case_id, round_id, unit_id, outcome, sections, reply_id, content_hash,
                              needs_leading_group, applied_at, recorded_at, recorded_by)
         SELECT {case}, r.id, c.unit_id, 'settled_written', '{{一,二,三,四,五,六,七}}',
                (SELECT t.id FROM told t WHERE t.round_id = r.id), sha256('x'), true,
                '2026-06-14 09:00+08', '2026-06-14 09:00+08', (SELECT id FROM staff WHERE username = 'donghu.handler')
         FROM round r JOIN petition_case c ON c.id = r.case_id WHERE c.id = {case};
         INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by)
         SELECT id, case_id, 'stopped', '2026-06-14 09:00+08', '2026-06-14 09:00+08', 1 FROM clock
         WHERE case_id = {case} AND kind IN ('P7', 'C30') AND state = 'running';"
    );
    for (nth, (step, decision, account)) in signatures.iter().enumerate() {
        let opinion = if *decision == "return" { "缺答复笔录" } else { "" };
        statement.push_str(&format!(
            "INSERT INTO closing_signature (closing_id, step, case_id, decision, opinion, capacity, content_hash,
                                            signed_at, recorded_at, recorded_by)
             SELECT max(id), '{step}', {case}, '{decision}', '{opinion}', '院长', sha256('x'),
                    '2026-06-14 1{nth}:00+08', '2026-06-14 1{nth}:00+08',
                    (SELECT id FROM staff WHERE username = '{account}')
             FROM closing WHERE case_id = {case};"
        ));
        if *decision == "return" {
            statement.push_str(&format!(
                "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by)
                 SELECT id, case_id, 'resumed', '2026-06-14 20:00+08', '2026-06-14 20:00+08', 1 FROM clock
                 WHERE case_id = {case} AND kind = 'C30';"
            ));
        }
    }
    city.force(&statement).await;
    city.value(&format!(
        "SELECT uuid::text FROM closing WHERE case_id = {case} ORDER BY id DESC LIMIT 1"
    ))
    .await
}
