//! The statements of the list: one for each sort key and direction, checked like any other, with
//! the filters written once.

use chrono::NaiveDate;

use super::{CaseLine, Filter, Noted, SortKey, Window, Words};
use crate::domain::petition_case::Stage;
use crate::store::cursor::Opened;
use crate::store::{StoreResult, Tx};

/// A statement over `petition_case_now n` with all filters. The scope stands in it.
macro_rules! filtered {
    ($row:ty; $($head:literal)+; $($tail:literal)+; ($scope:expr, $filter:expr) $(, $more:expr)*) => {{
        let (words, filter) = (Wanted::of(&$filter.words), $filter);
        sqlx::query_as!(
            $row,
            $($head +)+
            "WHERE within($1, n.unit_id, n.case_id)
               AND ($2::bigint IS NULL OR n.case_id = ANY (ARRAY(
                    SELECT t.case_id FROM team_member t WHERE t.staff_id = $2 AND t.ended_at IS NULL)))
               AND ($3::text IS NULL OR n.number >= $3 AND n.number < $3 || '~')
               AND ($4::text IS NULL OR right(n.number, length($4)) = $4)
               AND ($5::text IS NULL OR n.name_key >= $5 AND n.name_key < $5 || U&'\\+10FFFF')
               AND ($6::text IS NULL OR n.unit_id = (SELECT f.id FROM unit f WHERE f.code = $6))
               AND ($7::boolean IS NULL OR n.is_open = $7)
               AND ($8::text IS NULL OR n.stage = $8)
               AND ($9::date IS NULL OR n.due_on >= $9)
               AND ($10::date IS NULL OR coalesce(n.due_on, DATE '9999-12-31') < $10)
               AND ($11::text IS NULL OR n.source = $11)
               AND ($12::text IS NULL OR n.category = $12)
               AND ($13::text IS NULL OR n.leader = $13)
               AND ($14::text IS NULL OR n.handler = $14)
               AND ($15::timestamptz IS NULL OR n.assigned_at >= $15)
               AND ($16::timestamptz IS NULL OR n.assigned_at < $16)
            " $(+ $tail)+,
            $scope.reach() as _,
            filter.mine.then_some($scope.holder().0),
            words.number_prefix,
            words.number_tail,
            words.name,
            filter.court,
            filter.open,
            filter.stage.map(Stage::code),
            filter.due_from,
            filter.due_until,
            filter.source.map(|source| source.code()),
            filter.category.map(|category| category.code()),
            filter.leader,
            filter.handler,
            filter.assigned_from,
            filter.assigned_until
            $(, $more)*
        )
    }};
}

/// One page by a sort expression of a type. Only the rows of the page are joined with what the
/// narrative wall holds.
macro_rules! page_by {
    ($by:literal, $type:literal, $beyond:literal, $direction:literal; $($rest:tt)+) => {
        filtered!(
            CaseLine;
            "WITH page AS MATERIALIZED (
             SELECT n.case_id, n.number, n.name, n.source, u.short_name AS court, n.leader, n.handler,
                    n.stage, n.due_on, n.visits, n.updated_at, (" $by ")::text AS key,
                    row_number() OVER (ORDER BY " $by " " $direction ", n.number " $direction ") AS place,
                    EXISTS (SELECT FROM team_member t WHERE t.case_id = n.case_id AND t.ended_at IS NULL
                            AND t.staff_id = $20) AS in_team,
                    n.handler_id IS NULL AS unclaimed
             FROM petition_case_now n
             JOIN unit u ON u.id = n.unit_id ";
            "AND ($17::text IS NULL OR (" $by ", n.number) " $beyond " ($17::text::" $type ", $18::text))
             ORDER BY " $by " " $direction ", n.number " $direction "
             LIMIT $19)
             SELECT p.number, p.name, left(g.summary, 60) AS \"summary?\", b.opinion AS \"returned?\", p.source, p.court,
                    p.leader, p.handler, p.stage AS \"stage: Stage\", p.due_on, p.visits, p.updated_at,
                    o.opens AS \"opens!\", p.key AS \"key!\"
             FROM page p
             CROSS JOIN LATERAL (SELECT $21::text = 'all' OR $21 LIKE 'team%' AND p.in_team
                                 OR $21 = 'team_or_unclaimed' AND p.unclaimed AS opens) o
             LEFT JOIN grounds g ON g.case_id = p.case_id AND (o.opens OR $21 = 'narrative')
             LEFT JOIN LATERAL (SELECT s.opinion FROM closing_signature s
                                WHERE s.case_id = p.case_id AND s.decision = 'return'
                                ORDER BY s.closing_id DESC LIMIT 1) b ON o.opens AND p.stage = 'returned'
             ORDER BY p.place";
            $($rest)+
        )
    };
}

/// The words as the statement binds them: at most one is asked.
#[derive(Default)]
struct Wanted<'a> {
    number_prefix: Option<&'a str>,
    number_tail: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(words: &'a Words) -> Self {
        match words {
            Words::None => Self::default(),
            Words::NumberPrefix(prefix) => Self { number_prefix: Some(prefix), ..Self::default() },
            Words::NumberTail(tail) => Self { number_tail: Some(tail), ..Self::default() },
            Words::Name(name) => Self { name: Some(name), ..Self::default() },
        }
    }
}

/// The rows of a page and one more, in the direction that is read. What has no due day is due
/// after everything.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    (window, opened): (&Window, &Opened<2>),
    descending: bool,
) -> StoreResult<Vec<CaseLine>> {
    let (conn, scope) = tx.scoped();
    let limit = i64::try_from(window.size).unwrap_or(i64::MAX).saturating_add(1);
    let (key, number) = opened.values.as_ref().map(|[key, number]| (key, number)).unzip();
    let (staff, opening) = (scope.holder().0, scope.opening().code());
    macro_rules! by {
        ($by:literal, $type:literal) => {
            if descending {
                page_by!($by, $type, "<", "DESC"; (scope, filter), key, number, limit, staff, opening)
                    .fetch_all(conn)
                    .await?
            } else {
                page_by!($by, $type, ">", "ASC"; (scope, filter), key, number, limit, staff, opening)
                    .fetch_all(conn)
                    .await?
            }
        };
    }
    let rows = match window.order.key {
        SortKey::Due => by!("coalesce(n.due_on, DATE '9999-12-31')", "date"),
        SortKey::Number => by!("n.number", "text"),
        SortKey::Name => by!("n.name COLLATE zh", "text"),
        SortKey::Source => by!(
            "coalesce(array_position(ARRAY['province_plc', 'province_court', 'city_plc', 'city_court',
                'joint_office', 'congress', 'leader_instruction', 'window', 'letter', 'online', 'hotline',
                'self_identified'], n.source), 99)",
            "int"
        ),
        SortKey::Court => by!("u.place", "int"),
        SortKey::Leader => by!("coalesce(n.leader, '') COLLATE zh", "text"),
        SortKey::Handler => by!("coalesce(n.handler, '') COLLATE zh", "text"),
        SortKey::Stage => by!(
            "array_position(ARRAY['registered', 'accepted', 'not_accepted', 'resolved_on_spot', 'assigned',
                'in_handling', 'replied', 'unit_closed', 'returned', 'signed', 'bureau_checked',
                'confirmed_closed', 'terminated', 'written_off', 'transferred_out', 'routed_to_litigation',
                'reopened', 'void'], n.stage)",
            "int"
        ),
        SortKey::Updated => by!("n.updated_at", "timestamptz"),
    };
    Ok(rows)
}

/// A unit within reach, with the counts repeated.
pub struct Counted {
    pub code: String,
    pub name: String,
    pub count: i64,
    pub overdue: i64,
    /// Whether the reading was noted.
    pub noted: Option<bool>,
}

/// The units within reach, and beside each the two counts.
pub async fn around(
    tx: &mut Tx,
    filter: &Filter,
    today: NaiveDate,
    noted: Noted<'_>,
) -> StoreResult<Vec<Counted>> {
    let (conn, scope) = tx.scoped();
    let rows = filtered!(
        Counted;
        "SELECT o.code, o.short_name AS name,
                (SELECT count(*) FROM (SELECT FROM petition_case_now d
                                       WHERE within($1, d.unit_id, d.case_id) AND d.is_open
                                         AND coalesce(d.due_on, DATE '9999-12-31') < $17
                                       LIMIT 1001) x) AS \"overdue!\",
                (SELECT count(*) FROM (SELECT FROM petition_case_now n ";
        "LIMIT 1001) x) AS \"count!\",
                (SELECT audit_note($18, NULL, '', 'name summary', $19, $20, $21)) AS \"noted?\"
         FROM unit o
         WHERE o.id = ANY (($1::reach).units) AND o.kind <> 'petition_bureau'
         ORDER BY o.place, o.id";
        (scope, filter),
        today,
        noted.verb,
        noted.detail,
        noted.shown,
        noted.at
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
