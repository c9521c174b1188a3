//! Session: proof that someone signed in. Only this module makes one.

use chrono::{DateTime, Duration, Utc};

use super::keys::sha256;
pub use super::sign_ins::{NewSession, end, open, renew};
use super::trail::Trail;
use super::{Db, StoreError, StoreResult, Tx, audit};
use crate::domain::access::{Around, Excluded, Scope};
use crate::domain::ids::{GrantId, StaffId, UnitId};
use crate::domain::sign_in::LONGEST_HOURS;
use crate::domain::staff::{Actor, Role};
use crate::domain::unit::UnitKind;

/// Proof of signing in, with what the shell of every page shows.
#[derive(Debug, Clone)]
pub struct Session {
    actor: Actor,
    scope: Scope,
    staff_name: String,
    court_name: String,
    hall: Option<i64>,
    /// What the CSRF token is bound to; not the token of the cookie.
    binding: String,
    grants: i64,
    must_change: bool,
    password_set_at: DateTime<Utc>,
    whole: bool,
    since: DateTime<Utc>,
    longest: Duration,
    moment: Option<DateTime<Utc>>,
    stands_in: Option<StandIn>,
    pub(super) id: i64,
    pub(super) trail: Trail,
}

impl Session {
    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What they reach.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The person's name.
    pub fn staff_name(&self) -> &str {
        &self.staff_name
    }

    /// Whom the person stands in for (代理).
    pub const fn stands_in(&self) -> Option<&StandIn> {
        self.stands_in.as_ref()
    }

    /// 「李某某」, or 「李某某代张某某」
    pub fn acting_name(&self) -> String {
        let own = &self.staff_name;
        self.stands_in.as_ref().map_or_else(|| own.clone(), |it| format!("{own}代{}", it.principal))
    }

    /// The court's full name.
    pub fn court_name(&self) -> &str {
        &self.court_name
    }

    /// The hall of the grant.
    pub const fn hall(&self) -> Option<i64> {
        self.hall
    }

    /// What form tokens are bound to.
    pub fn binding(&self) -> &str {
        &self.binding
    }

    /// Whether there is another grant to switch to.
    pub const fn can_switch(&self) -> bool {
        self.grants > 1
    }

    /// Whether all was given that signing in asks for; until then it opens the page that asks.
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// When it ends at the latest.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.since + self.longest
    }

    fn lasting(self, rest: Rest) -> Self {
        Self { longest: rest.longest, ..self }
    }

    /// The moment of the request that it was resumed for: both walls go by it. A job has none.
    pub const fn moment(&self) -> Option<DateTime<Utc>> {
        self.moment
    }

    /// Whether the password must be changed before anything else.
    pub const fn must_change_password(&self) -> bool {
        self.must_change
    }

    /// When the present password was set.
    pub const fn password_set_at(&self) -> DateTime<Utc> {
        self.password_set_at
    }
}

/// For whom someone acts, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    pub principal: String,
    pub until: DateTime<Utc>,
}

/// A grant that holds now, to choose from.
pub struct GrantLine {
    pub id: GrantId,
    pub role: Role,
    pub unit: String,
    /// Whom one stands in for under it.
    pub principal: Option<String>,
}

/// The grants of a person that hold at a moment, one's own before those of others.
pub async fn grants(db: &Db, staff: StaffId, at: DateTime<Utc>) -> StoreResult<Vec<GrantLine>> {
    let grants = sqlx::query_as!(
        GrantLine,
        r#"SELECT g.id AS "id: GrantId", g.role AS "role: Role", u.name AS unit, p.name AS "principal?"
           FROM role_grant g JOIN unit u ON u.id = g.unit_id
           LEFT JOIN role_grant a ON a.id = g.stands_in_for
           LEFT JOIN staff p ON p.id = a.staff_id
           WHERE g.staff_id = $1 AND g.role <> 'job'
             AND g.valid_from <= $2 AND (g.valid_until IS NULL OR $2 < g.valid_until)
             AND can_stand_in(g.stands_in_for, $2)
           ORDER BY g.stands_in_for IS NOT NULL, g.id"#,
        staff.0,
        at,
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(grants)
}

/// What a request does to the rest that its session may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Asked,
    /// What a page asks for by itself is no use of it.
    Polled,
}

/// How long a session may rest, and how long it lasts at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    pub idle: Duration,
    pub longest: Duration,
}

impl From<Duration> for Rest {
    fn from(idle: Duration) -> Self {
        Self { idle, longest: Duration::hours(LONGEST_HOURS) }
    }
}

/// The session of a cookie, if it still holds. Rights are read anew each time, so that what was
/// revoked is gone with the next request.
pub async fn resume(
    db: &Db,
    token: &str,
    rest: impl Into<Rest>,
    at: DateTime<Utc>,
) -> StoreResult<Option<Session>> {
    held(db, token, (rest.into(), at), Use::Asked).await
}

/// The same for what a page asks by itself: the session goes on resting.
pub async fn look_up(
    db: &Db,
    token: &str,
    rest: impl Into<Rest>,
    at: DateTime<Utc>,
) -> StoreResult<Option<Session>> {
    held(db, token, (rest.into(), at), Use::Polled).await
}

async fn held(
    db: &Db,
    token: &str,
    (rest, at): (Rest, DateTime<Utc>),
    use_of: Use,
) -> StoreResult<Option<Session>> {
    let Some(token) = super::keys::unhex(token) else { return Ok(None) };
    let row = sqlx::query_as!(
        Held,
        r#"WITH held AS (
               SELECT id, staff_id, grant_id, whole, created_at FROM session
               WHERE token_hash = $1 AND ended_at IS NULL AND seen_at > $2 AND created_at > $3
           ), seen AS (
               UPDATE session SET seen_at = $4 FROM held
               WHERE session.id = held.id AND $5 AND session.seen_at < $4
           )
           SELECT h.id AS "session: i64", h.whole, h.created_at AS since, s.id AS "staff: StaffId", s.name, s.password_must_change AS must_change, s.password_set_at,
                  g.id AS "grant: GrantId", g.role AS "role: Role", g.unit_id AS "unit: UnitId", g.hall_id AS hall,
                  c.id AS "court: UnitId", c.kind AS "court_kind: UnitKind", c.name AS court_name,
                  ARRAY(SELECT unit_id FROM unit_path WHERE ancestor_id = c.id) AS "jurisdiction!: Vec<i64>",
                  ARRAY(SELECT p.unit_id FROM unit_path p WHERE p.ancestor_id = g.unit_id
                        AND court_of(p.unit_id) = c.id) AS "own!: Vec<i64>",
                  ARRAY(SELECT p.unit_id FROM contact_point k JOIN unit_path p ON p.ancestor_id = k.unit_id
                        WHERE k.staff_id = coalesce(f.id, s.id) AND g.role = 'contact_leader'
                          AND ($4::timestamptz AT TIME ZONE 'Asia/Shanghai')::date >= k.valid_from
                          AND (k.valid_until IS NULL OR ($4::timestamptz AT TIME ZONE 'Asia/Shanghai')::date < k.valid_until))
                      AS "contacts!: Vec<i64>",
                  CASE WHEN g.role = 'job' THEN '{}' WHEN f.id IS NULL THEN excluded_cases(s.id, g.unit_id)
                       ELSE excluded_cases(s.id, g.unit_id) || excluded_cases(f.id, g.unit_id)
                  END AS "excluded!: Vec<i64>",
                  CASE WHEN g.role = 'job' THEN '{}' WHEN f.id IS NULL THEN excluded_visits(s.id, g.unit_id)
                       ELSE excluded_visits(s.id, g.unit_id) || excluded_visits(f.id, g.unit_id)
                  END AS "excluded_visits!: Vec<i64>",
                  f.id AS "principal?: StaffId", f.name AS "principal_name?", g.valid_until AS until,
                  (SELECT count(*) FROM role_grant o WHERE o.staff_id = s.id AND o.role <> 'job'
                   AND o.valid_from <= $4 AND (o.valid_until IS NULL OR $4 < o.valid_until)) AS "grants!"
           FROM held h
           JOIN staff s ON s.id = h.staff_id AND s.active
           JOIN role_grant g ON g.id = h.grant_id AND g.valid_from <= $4
                AND (g.valid_until IS NULL OR $4 < g.valid_until)
           JOIN unit c ON c.id = court_of(g.unit_id)
           LEFT JOIN role_grant a ON a.id = g.stands_in_for
           LEFT JOIN staff f ON f.id = a.staff_id
           WHERE a.id IS NULL
              OR f.active AND a.valid_from <= $4 AND (a.valid_until IS NULL OR $4 < a.valid_until)"#,
        &sha256(&token),
        at - rest.idle,
        at - rest.longest,
        at,
        use_of == Use::Asked,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|held| held.session(Some(at)).lasting(rest).under(&token)))
}

/// A row of what a session is made of.
struct Held {
    session: i64,
    whole: bool,
    since: DateTime<Utc>,
    staff: StaffId,
    name: String,
    must_change: bool,
    password_set_at: DateTime<Utc>,
    grant: GrantId,
    role: Role,
    unit: UnitId,
    hall: Option<i64>,
    court: UnitId,
    court_kind: UnitKind,
    court_name: String,
    jurisdiction: Vec<i64>,
    own: Vec<i64>,
    contacts: Vec<i64>,
    excluded: Vec<i64>,
    excluded_visits: Vec<i64>,
    grants: i64,
    principal: Option<StaffId>,
    principal_name: Option<String>,
    /// Until when the grant holds.
    until: Option<DateTime<Utc>>,
}

impl Held {
    fn session(self, moment: Option<DateTime<Utc>>) -> Session {
        let actor = Actor {
            staff: self.staff,
            on_behalf_of: self.principal,
            grant: self.grant,
            role: self.role,
            unit: self.unit,
            court: self.court,
            court_kind: self.court_kind,
        };
        let units = |ids: &[i64]| ids.iter().copied().map(UnitId).collect::<Vec<_>>();
        let around = Around {
            own: &units(&self.own),
            jurisdiction: &units(&self.jurisdiction),
            contacts: &units(&self.contacts),
        };
        let excluded = Excluded { cases: self.excluded, visits: self.excluded_visits };
        Session {
            scope: Scope::of(&actor, around, excluded),
            actor,
            staff_name: self.name,
            stands_in: self
                .principal_name
                .zip(self.until)
                .map(|(principal, until)| StandIn { principal, until }),
            court_name: self.court_name,
            hall: self.hall,
            binding: format!("session {}", self.session),
            id: self.session,
            grants: self.grants,
            must_change: self.must_change,
            password_set_at: self.password_set_at,
            whole: self.whole,
            since: self.since,
            longest: Duration::hours(LONGEST_HOURS),
            trail: Trail::default(),
            moment,
        }
    }
}

/// A session for one of a person's grants without a cookie: for jobs and the command line, which
/// run under identities of their own that can't sign in.
pub async fn of_job(db: &Db, username: &str) -> StoreResult<Option<Session>> {
    identity(db, username, Some("job")).await
}

/// A session for the demonstration's history, which is written in the name of its people.
/// Refused for anyone who is not of the demonstration city.
pub async fn of_demonstration(db: &Db, username: &str) -> StoreResult<Option<Session>> {
    identity(db, username, None).await
}

async fn identity(db: &Db, username: &str, role: Option<&str>) -> StoreResult<Option<Session>> {
    let row = sqlx::query_as!(
        Held,
        r#"SELECT 0::bigint AS "session!: i64", true AS "whole!", s.created_at AS since, s.id AS "staff: StaffId", s.name, s.password_must_change AS must_change, s.password_set_at,
                  g.id AS "grant: GrantId", g.role AS "role: Role", g.unit_id AS "unit: UnitId", g.hall_id AS hall,
                  c.id AS "court: UnitId", c.kind AS "court_kind: UnitKind", c.name AS court_name,
                  ARRAY(SELECT unit_id FROM unit_path WHERE ancestor_id = c.id) AS "jurisdiction!: Vec<i64>",
                  ARRAY(SELECT p.unit_id FROM unit_path p WHERE p.ancestor_id = g.unit_id
                        AND court_of(p.unit_id) = c.id) AS "own!: Vec<i64>",
                  ARRAY(SELECT p.unit_id FROM contact_point k JOIN unit_path p ON p.ancestor_id = k.unit_id
                        WHERE k.staff_id = s.id AND g.role = 'contact_leader'
                          AND (now() AT TIME ZONE 'Asia/Shanghai')::date >= k.valid_from
                          AND (k.valid_until IS NULL OR (now() AT TIME ZONE 'Asia/Shanghai')::date < k.valid_until))
                      AS "contacts!: Vec<i64>",
                  CASE WHEN g.role <> 'job' THEN excluded_cases(s.id, g.unit_id) ELSE '{}' END AS "excluded!: Vec<i64>",
                  CASE WHEN g.role <> 'job' THEN excluded_visits(s.id, g.unit_id) ELSE '{}' END
                      AS "excluded_visits!: Vec<i64>",
                  (SELECT count(*) FROM role_grant o WHERE o.staff_id = s.id AND o.role <> 'job'
                   AND o.valid_until IS NULL) AS "grants!",
                  NULL::bigint AS "principal: StaffId", NULL::text AS principal_name, g.valid_until AS until
           FROM staff s
           JOIN role_grant g ON g.staff_id = s.id AND g.valid_until IS NULL
           JOIN unit c ON c.id = court_of(g.unit_id)
           WHERE s.username = $1 AND s.active
             AND CASE WHEN $2::text IS NULL THEN s.demonstration ELSE g.role = $2 AND s.password_hash IS NULL END
           ORDER BY g.id LIMIT 1"#,
        username,
        role,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|row| row.session(None)))
}

/// Leaves the trace of signing in or out.
pub async fn record(tx: &mut Tx, verb: &str, at: DateTime<Utc>) -> StoreResult<()> {
    audit::append(tx, audit::Entry { verb, at, ..audit::Entry::default() }).await
}

/// Refuses what can't be: kept here so that a missing identity has one error.
pub fn required(session: Option<Session>) -> StoreResult<Session> {
    session.ok_or(StoreError::Unreadable {
        table: "staff",
        column: "username",
        value: String::new(),
    })
}
