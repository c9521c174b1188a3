//! No table keeps words of a case that nobody thought of: each column is destroyed or was looked at.

use crate::support::City;

/// Columns of tables of cases, visits and persons that stay: numbers, codes, names of officials.
const STAYS: &[&str] = &[
    "accusation_outcome.feedback",
    "accusation_outcome.kind",
    "assignment.source",
    "assignment.source_number",
    "assignment_batch.number",
    "assignment_batch.source",
    "assignment_batch.source_number",
    "audit.address",
    "audit.after_digest",
    "audit.before_digest",
    "audit.detail",
    "audit.fields",
    "audit.hash",
    "audit.object",
    "audit.outcome",
    "audit.previous_hash",
    "audit.reason",
    "audit.session",
    "audit.shown",
    "audit.verb",
    "bulletin_change.bucket_before",
    "bulletin_change.bucket_now",
    "bulletin_change.case_number",
    "bulletin_change.metric",
    "bulletin_change.reason",
    "bulletin_item.bucket",
    "bulletin_item.case_number",
    "bulletin_item.marks",
    "bulletin_item.metric",
    "bulletin_item.reason",
    "case_reviewer.kind",
    "clock.kind",
    "clock.state",
    "clock_event.kind",
    "closing.content_hash",
    "closing.outcome",
    "closing_signature.capacity",
    "closing_signature.content_hash",
    "closing_signature.decision",
    "closing_signature.step",
    "erasure.class",
    "erasure.counts",
    "import.mapping",
    "import.sha256",
    "import.system_user",
    "import_row.kind",
    "import_row.ordinal",
    "import_row.state",
    "interview.host_post",
    "interview.kind",
    "petition_case.category",
    "petition_case.number",
    "petition_case_now.category",
    "petition_case_now.due_clock",
    "petition_case_now.handler",
    "petition_case_now.leader",
    "petition_case_now.name",
    "petition_case_now.name_key",
    "petition_case_now.number",
    "petition_case_now.source",
    "petition_case_now.stage",
    "progress_entry.kind",
    "reply.none_reason",
    "reply.signature",
    "reply.way",
    "report_review.decision",
    "round.reason",
    "round_outcome.basis",
    "round_outcome.outcome",
    "screening.decision",
    "screening.litigation_route",
    "screening.transfer_organ",
    "team_member.name",
    "team_member.phone",
    "team_member.place",
    "team_member.post_title",
    "visit.category",
    "visit.channel",
    "visit.disposition",
    "visit.number",
    "visit.visit_form",
    "visit.visit_kind",
];

/// S90.
#[tokio::test]
async fn each_column_with_words_of_a_case_is_destroyed_or_was_looked_at() {
    let city = City::new().await;
    let columns: Vec<String> = city
        .value(
            "SELECT array_agg((c.table_name || '.' || c.column_name) COLLATE \"C\" ORDER BY (c.table_name || '.' || c.column_name) COLLATE \"C\")::text[]
             FROM information_schema.columns c
             JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
             WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
               AND c.data_type IN ('text', 'ARRAY', 'bytea', 'jsonb')
               AND (c.table_name IN ('visit', 'petition_case', 'petitioner', 'import', 'assignment_batch')
                    OR EXISTS (SELECT FROM information_schema.columns k
                               WHERE k.table_schema = 'public' AND k.table_name = c.table_name
                                 AND k.column_name IN ('case_id', 'visit_id', 'petitioner_id', 'import_id')))",
        )
        .await;
    let source: String = city
        .value(
            "SELECT string_agg(prosrc, ' ') FROM pg_proc
             WHERE proname IN ('erase_case', 'erase_visits', 'erase_persons', 'erase_matter')",
        )
        .await;
    let goes = |column: &&String| {
        let (table, column) = column.split_once('.').unwrap();
        source.contains(&format!("DELETE FROM {table} "))
            || source.split(&format!("UPDATE {table} ")).skip(1).any(|rest| {
                let set = rest.split("WHERE").next().unwrap_or_default();
                set.contains(&format!("{column} ="))
            })
    };
    let stays: Vec<&String> = columns.iter().filter(|column| !goes(column)).collect();
    assert_eq!(stays, STAYS);
}
