//! A hundred thousand cases over all courts, half of them open, each with its people, its grounds and
//! five lines of progress.

use super::CASES;

#[expect(clippy::too_many_lines, reason = "the tables, one after another")]
/// The statements that lay them, behind the program's back.
pub fn backlog() -> Vec<String> {
    let tables = [
        "petition_case",
        "round",
        "party",
        "grounds",
        "team_member",
        "progress_entry",
        "screening",
        "petitioner",
    ];
    let triggers = |what: &str| {
        tables
            .map(|table| format!("ALTER TABLE {table} {what} TRIGGER USER"))
            .into_iter()
            .collect::<Vec<_>>()
    };
    let mut all = triggers("DISABLE");
    all.push(format!(
        "INSERT INTO petition_case (number, unit_id, registered_unit_id, category, opened_at, recorded_at, recorded_by)
         SELECT 'XF2025-' || lpad(n::text, 6, '0'), u.ids[1 + n % cardinality(u.ids)], u.ids[1], 'enforcement_payment',
                '2025-01-01'::timestamptz + n * interval '5 minutes', '2025-01-01', 1
         FROM generate_series(1, {CASES}) n,
              (SELECT array_agg(id ORDER BY id) AS ids FROM unit WHERE kind IN ('base_court', 'tribunal')) u"
    ));
    all.extend(
        [
            "INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by)
             SELECT id, 1, opened_at, opened_at, 1 FROM petition_case",
            "INSERT INTO screening (case_id, round_id, decision, decided_at, recorded_at, recorded_by)
             SELECT case_id, id, 'accepted', opened_at, opened_at, 1 FROM round",
            "INSERT INTO petitioner (name, name_key, id_type, no_id_reason, recorded_at, recorded_by)
             SELECT '张某', '张某', 'none', 'forgot', '2025-01-01', 1 FROM petition_case",
            "INSERT INTO petitioner_court (petitioner_id, unit_id)
             SELECT c.id, c.unit_id FROM petition_case c JOIN petitioner p ON p.id = c.id",
            "INSERT INTO party (case_id, petitioner_id, part, since)
             SELECT c.id, c.id, 'main', c.opened_at FROM petition_case c JOIN petitioner p ON p.id = c.id",
            "INSERT INTO grounds (case_id, summary, requests, recorded_at, recorded_by)
             SELECT id, '执行案款未足额发放，要求书面说明', '{案款足额发放}', opened_at, 1 FROM petition_case",
            "INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
             SELECT r.case_id, r.id, p.place, s.id, s.name, r.opened_at, r.opened_at, s.id
             FROM round r JOIN petition_case c ON c.id = r.case_id
             JOIN unit u ON u.id = c.unit_id
             CROSS JOIN (VALUES ('leader'), ('handler')) p (place)
             JOIN staff s ON s.username = u.account_name || '.' || p.place",
            "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
             SELECT r.case_id, r.id, 'phone', r.opened_at + n * interval '1 day', '电话告知办理进展，信访人表示知悉',
                    r.opened_at + n * interval '1 day', 1
             FROM round r, generate_series(1, 5) n",
            "INSERT INTO petition_case_now (case_id, unit_id, number, category, name, name_key, round_id, stage, is_open,
                                            due_on, leader, leader_id, handler, handler_id, visits, updated_at)
             SELECT c.id, c.unit_id, c.number, c.category, '张某', '张某', r.id,
                    CASE WHEN c.id % 2 = 0 THEN 'in_handling' ELSE 'confirmed_closed' END, c.id % 2 = 0,
                    DATE '2026-01-01' + (c.id % 400)::int, l.name, l.staff_id, h.name, h.staff_id, 1, c.opened_at
             FROM petition_case c JOIN round r ON r.case_id = c.id
             LEFT JOIN team_member l ON l.case_id = c.id AND l.place = 'leader'
             LEFT JOIN team_member h ON h.case_id = c.id AND h.place = 'handler'",
        ]
        .map(str::to_owned),
    );
    all.extend(triggers("ENABLE"));
    all.push("VACUUM ANALYZE".to_owned());
    all
}

/// An open case of someone's court; of any court for those of the intermediate one.
pub fn case_of(username: &str) -> String {
    let account = username.split('.').next().unwrap_or_default();
    format!(
        "SELECT c.number FROM petition_case_now c JOIN unit u ON u.id = c.unit_id
         WHERE c.is_open AND ('{account}' = 'zhongyuan' OR u.account_name = '{account}')
         ORDER BY c.case_id OFFSET 200 LIMIT 1"
    )
}
