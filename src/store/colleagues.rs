//! Colleagues of a unit with their posts, for selections and for rules that ask a post.

use chrono::NaiveDate;

use super::{StoreResult, Tx};
use crate::domain::ids::{StaffId, UnitId};
use crate::domain::staff::{Colleague, PostKind};

/// The people of a unit and its divisions on a day, by name. A post of a court leader comes first
/// where someone holds several.
pub async fn of_unit(tx: &mut Tx, unit: UnitId, day: NaiveDate) -> StoreResult<Vec<Colleague>> {
    let colleagues = sqlx::query_as!(
        Colleague,
        r#"SELECT s.id AS "id: StaffId", s.name, s.unit_id AS "unit: UnitId", u.short_name AS unit_name,
                  s.username, s.phone,
                  p.kind AS "post?: PostKind", coalesce(p.title, '') AS "post_title!"
           FROM unit_path up
           JOIN staff s ON s.unit_id = up.unit_id AND s.active AND s.password_hash IS NOT NULL
           JOIN unit u ON u.id = s.unit_id
           LEFT JOIN LATERAL (
               SELECT kind, title FROM post
               WHERE staff_id = s.id AND valid_from <= $2 AND (valid_until IS NULL OR $2 < valid_until)
               ORDER BY kind IN ('officer', 'division_chief'), id LIMIT 1) p ON true
           WHERE up.ancestor_id = $1 AND court_of(up.unit_id) = court_of($1)
           ORDER BY s.name COLLATE zh, s.id"#,
        unit.0,
        day,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(colleagues)
}

/// The posts that someone holds on a day: a signature prints the one it was given in.
pub async fn posts(
    tx: &mut Tx,
    staff: StaffId,
    day: NaiveDate,
) -> StoreResult<Vec<(PostKind, String)>> {
    let posts = sqlx::query!(
        r#"SELECT kind AS "kind: PostKind", title FROM post
           WHERE staff_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR $2 < valid_until)
           ORDER BY id"#,
        staff.0,
        day,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(posts.into_iter().map(|post| (post.kind, post.title)).collect())
}
