//! Session: proof that someone signed in. Only this module makes one.

use chrono::{DateTime, Duration, Utc};

use super::keys::{hex, sha256};
use super::trail::Trail;
use super::{Db, StoreError, StoreResult, Tx, audit};
use crate::domain::access::{Around, Excluded, Scope};
use crate::domain::ids::{GrantId, StaffId, UnitId};
use crate::domain::staff::{Actor, Role};
use crate::domain::unit::UnitKind;

/// Eight hours after sign-in a session ends whatever happens.
const ABSOLUTE_HOURS: i64 = 8;
/// `seen_at` is written at most this often.
const SEEN_EVERY_SECONDS: f64 = 60.0;

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

    /// Whether the password must be changed before anything else.
    pub const fn must_change_password(&self) -> bool {
        self.must_change
    }
}

/// What signing in needs to know of an account.
pub struct Account {
    pub staff: StaffId,
    pub password_hash: String,
}

/// The active account with this name that can sign in.
pub async fn account(db: &Db, username: &str) -> StoreResult<Option<Account>> {
    let account = sqlx::query_as!(
        Account,
        r#"SELECT id AS "staff: StaffId", password_hash AS "password_hash!"
           FROM staff
           WHERE username = $1 AND active AND password_hash IS NOT NULL"#,
        username,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(account)
}

/// A grant that holds now, to choose from.
pub struct GrantLine {
    pub id: GrantId,
    pub role: Role,
    pub unit: String,
}

/// The grants of a person that hold at a moment, in the order of the table of roles.
pub async fn grants(db: &Db, staff: StaffId, at: DateTime<Utc>) -> StoreResult<Vec<GrantLine>> {
    let grants = sqlx::query_as!(
        GrantLine,
        r#"SELECT g.id AS "id: GrantId", g.role AS "role: Role", u.name AS unit
           FROM role_grant g JOIN unit u ON u.id = g.unit_id
           WHERE g.staff_id = $1 AND g.role <> 'job'
             AND g.valid_from <= $2 AND (g.valid_until IS NULL OR $2 < g.valid_until)
           ORDER BY g.id"#,
        staff.0,
        at,
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(grants)
}

/// A new session under a grant; returns the token for the cookie. Other sessions of the person end.
pub async fn open(
    db: &Db,
    staff: StaffId,
    grant: GrantId,
    at: DateTime<Utc>,
) -> StoreResult<String> {
    let token: [u8; 32] = rand::random();
    #[expect(clippy::disallowed_methods, reason = "signing in comes before a session")]
    let mut inner = db.pool.begin().await?;
    sqlx::query!(
        "UPDATE session SET ended_at = $2 WHERE staff_id = $1 AND ended_at IS NULL",
        staff.0,
        at
    )
    .execute(&mut *inner)
    .await?;
    sqlx::query!(
        "INSERT INTO session (token_hash, staff_id, grant_id, created_at, seen_at) VALUES ($1, $2, $3, $4, $4)",
        &sha256(&token),
        staff.0,
        grant.0,
        at,
    )
    .execute(&mut *inner)
    .await?;
    inner.commit().await?;
    Ok(hex(&token))
}

/// The session of a cookie, if it still holds. Rights are read anew each time, so that what was
/// revoked is gone with the next request.
pub async fn resume(
    db: &Db,
    token: &str,
    idle: Duration,
    at: DateTime<Utc>,
) -> StoreResult<Option<Session>> {
    let Some(token) = super::keys::unhex(token) else { return Ok(None) };
    let row = sqlx::query_as!(
        Held,
        r#"WITH held AS (
               SELECT id, staff_id, grant_id FROM session
               WHERE token_hash = $1 AND ended_at IS NULL AND seen_at > $2 AND created_at > $3
           ), seen AS (
               UPDATE session SET seen_at = $4 FROM held
               WHERE session.id = held.id AND session.seen_at < $4::timestamptz - make_interval(secs => $5)
           )
           SELECT h.id AS "session: i64", s.id AS "staff: StaffId", s.name, s.password_must_change AS must_change,
                  g.id AS "grant: GrantId", g.role AS "role: Role", g.unit_id AS "unit: UnitId", g.hall_id AS hall,
                  c.id AS "court: UnitId", c.kind AS "court_kind: UnitKind", c.name AS court_name,
                  ARRAY(SELECT unit_id FROM unit_path WHERE ancestor_id = c.id) AS "jurisdiction!: Vec<i64>",
                  ARRAY(SELECT p.unit_id FROM unit_path p WHERE p.ancestor_id = g.unit_id
                        AND court_of(p.unit_id) = c.id) AS "own!: Vec<i64>",
                  ARRAY(SELECT p.unit_id FROM contact_point k JOIN unit_path p ON p.ancestor_id = k.unit_id
                        WHERE k.staff_id = s.id AND g.role = 'contact_leader'
                          AND ($4::timestamptz AT TIME ZONE 'Asia/Shanghai')::date >= k.valid_from
                          AND (k.valid_until IS NULL OR ($4::timestamptz AT TIME ZONE 'Asia/Shanghai')::date < k.valid_until))
                      AS "contacts!: Vec<i64>",
                  CASE WHEN g.role <> 'job' THEN excluded_cases(s.id, g.unit_id) ELSE '{}' END AS "excluded!: Vec<i64>",
                  CASE WHEN g.role <> 'job' THEN excluded_visits(s.id, g.unit_id) ELSE '{}' END
                      AS "excluded_visits!: Vec<i64>",
                  (SELECT count(*) FROM role_grant o WHERE o.staff_id = s.id AND o.role <> 'job'
                   AND o.valid_from <= $4 AND (o.valid_until IS NULL OR $4 < o.valid_until)) AS "grants!"
           FROM held h
           JOIN staff s ON s.id = h.staff_id AND s.active
           JOIN role_grant g ON g.id = h.grant_id AND g.valid_from <= $4
                AND (g.valid_until IS NULL OR $4 < g.valid_until)
           JOIN unit c ON c.id = court_of(g.unit_id)"#,
        &sha256(&token),
        at - idle,
        at - Duration::hours(ABSOLUTE_HOURS),
        at,
        SEEN_EVERY_SECONDS,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|held| held.session().under(&token)))
}

/// A row of what a session is made of.
struct Held {
    session: i64,
    staff: StaffId,
    name: String,
    must_change: bool,
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
}

impl Held {
    fn session(self) -> Session {
        let actor = Actor {
            staff: self.staff,
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
            court_name: self.court_name,
            hall: self.hall,
            binding: format!("session {}", self.session),
            id: self.session,
            grants: self.grants,
            must_change: self.must_change,
            trail: Trail::default(),
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
        r#"SELECT 0::bigint AS "session!: i64", s.id AS "staff: StaffId", s.name, s.password_must_change AS must_change,
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
                   AND o.valid_until IS NULL) AS "grants!"
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
    Ok(row.map(Held::session))
}

/// Ends a session: signing out.
pub async fn end(db: &Db, token: &str, at: DateTime<Utc>) -> StoreResult<()> {
    let Some(token) = super::keys::unhex(token) else { return Ok(()) };
    sqlx::query!(
        "UPDATE session SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL",
        &sha256(&token),
        at,
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Leaves the trace of signing in or out.
pub async fn record(tx: &mut Tx, verb: &str, at: DateTime<Utc>) -> StoreResult<()> {
    audit::append(tx, audit::Entry { verb, at, ..audit::Entry::default() }).await
}

/// How often in a row a name was tried in vain, and when last.
pub struct Failures {
    pub count: i32,
    pub last_at: DateTime<Utc>,
}

/// The failures of a name, known or not.
pub async fn failures(db: &Db, username: &str) -> StoreResult<Option<Failures>> {
    let failures = sqlx::query_as!(
        Failures,
        "SELECT failures AS count, last_at FROM sign_in_failure WHERE name_hash = $1",
        db.keys.index("username", username),
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(failures)
}

/// One more failure of a name; returns how many there are now.
pub async fn failed(db: &Db, username: &str, at: DateTime<Utc>) -> StoreResult<i32> {
    let count = sqlx::query_scalar!(
        "INSERT INTO sign_in_failure (name_hash, failures, last_at) VALUES ($1, 1, $2)
         ON CONFLICT ON CONSTRAINT sign_in_failure_pkey
         DO UPDATE SET failures = CASE WHEN sign_in_failure.last_at < $2 - interval '1 day' THEN 1
                                  ELSE sign_in_failure.failures + 1 END, last_at = $2
         RETURNING failures",
        db.keys.index("username", username),
        at,
    )
    .fetch_one(&db.pool)
    .await?;
    Ok(count)
}

/// A sign-in that succeeded forgets the failures before it.
pub async fn succeeded(db: &Db, username: &str) -> StoreResult<()> {
    sqlx::query!(
        "DELETE FROM sign_in_failure WHERE name_hash = $1",
        db.keys.index("username", username)
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Switches a session to another of the person's grants (切换身份); the cookie gets a new token.
pub async fn switch(
    db: &Db,
    session: &Session,
    grant: GrantId,
    at: DateTime<Utc>,
) -> StoreResult<Option<String>> {
    let held = grants(db, session.actor().staff, at).await?;
    if !held.iter().any(|line| line.id == grant) {
        return Ok(None);
    }
    open(db, session.actor().staff, grant, at).await.map(Some)
}

/// Refuses what can't be: kept here so that a missing identity has one error.
pub fn required(session: Option<Session>) -> StoreResult<Session> {
    session.ok_or(StoreError::Unreadable {
        table: "staff",
        column: "username",
        value: String::new(),
    })
}
