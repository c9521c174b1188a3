//! Tries to sign in, counted before anything is compared: of a hundred at the same moment, five get
//! through. The counters are in the database, so they hold for every instance and over a restart.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};

use super::{Db, StoreResult};
use crate::domain::ids::StaffId;
use crate::domain::sign_in::{FREE_TRIES, RESTS, TRIES_OF_ADDRESS, rest_until, window};

/// How long an address is known as one of an account's own.
const KNOWN_DAYS: i64 = 30;

/// What tries are counted of: a keyed hash.
#[derive(Debug, Clone)]
pub struct Counter(Vec<u8>);

impl Counter {
    /// Of a name, known or not. From an address at which the account was used lately it is another
    /// counter than for the rest of the world, whose guesses can't hold its owner up there.
    pub async fn of_name(
        db: &Db,
        username: &str,
        address: IpAddr,
        at: DateTime<Utc>,
    ) -> StoreResult<Self> {
        let place = place(address);
        let known = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM session e JOIN staff s ON s.id = e.staff_id
                              WHERE s.username = $1 AND e.address = $2 AND e.whole AND e.created_at > $3) AS "known!""#,
            username,
            place,
            at - Duration::days(KNOWN_DAYS),
        )
        .fetch_one(&db.pool)
        .await?;
        let name = if known { format!("{username}\n{place}") } else { username.to_owned() };
        Ok(Self(db.keys.index("username", &name)))
    }

    /// Of the passwords that someone who is signed in is asked for again.
    pub fn of_signatures(db: &Db, staff: StaffId) -> Self {
        Self(db.keys.index("signature", &staff.to_string()))
    }

    /// Of the codes of someone whose password was right.
    pub fn of_codes(db: &Db, staff: StaffId) -> Self {
        Self(db.keys.index("second factor", &staff.to_string()))
    }
}

/// The place an address stands for: itself, or of IPv6 the network that one subscriber has.
pub fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Counts one more try and says the how-many-th in a row it is; or until when there are none.
pub async fn begin(
    db: &Db,
    counter: &Counter,
    at: DateTime<Utc>,
) -> StoreResult<Result<i32, DateTime<Utc>>> {
    let tries = sqlx::query_scalar!(
        "INSERT INTO sign_in_attempt AS a (counter, tries, last_at) VALUES ($1, 1, $2)
         ON CONFLICT ON CONSTRAINT sign_in_attempt_pkey DO UPDATE
         SET tries = CASE WHEN a.last_at < $2 - interval '1 day' THEN 1 ELSE a.tries + 1 END, last_at = $2
         WHERE a.last_at < $2 - interval '1 day' OR a.tries < $3
            OR $2 >= a.last_at + make_interval(mins => ($4::int[])[least(a.tries - $3 + 1, cardinality($4::int[]))])
         RETURNING tries",
        counter.0,
        at,
        FREE_TRIES,
        &RESTS,
    )
    .fetch_optional(&db.pool)
    .await?;
    if let Some(tries) = tries {
        return Ok(Ok(tries));
    }
    let last =
        sqlx::query!("SELECT tries, last_at FROM sign_in_attempt WHERE counter = $1", counter.0,)
            .fetch_optional(&db.pool)
            .await?;
    Ok(Err(last.map_or(at, |last| rest_until(last.tries, last.last_at))))
}

/// A try that succeeded forgets those before it.
pub async fn forget(db: &Db, counter: &Counter) -> StoreResult<()> {
    sqlx::query!("DELETE FROM sign_in_attempt WHERE counter = $1", counter.0)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Counts one more try of an address; or says how many seconds there are none.
pub async fn begin_at(db: &Db, address: IpAddr, at: DateTime<Utc>) -> StoreResult<Result<(), u32>> {
    let (since, left) = window(at);
    let counted = sqlx::query_scalar!(
        "INSERT INTO sign_in_address AS a (address, since, tries) VALUES ($1, $2, 1)
         ON CONFLICT ON CONSTRAINT sign_in_address_pkey DO UPDATE SET tries = a.tries + 1 WHERE a.tries < $3
         RETURNING tries",
        db.keys.index("address", &place(address)),
        since,
        TRIES_OF_ADDRESS,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(counted.map(drop).ok_or(left))
}

/// A try that succeeded is not counted of its address.
pub async fn give_back(db: &Db, address: IpAddr, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE sign_in_address SET tries = tries - 1 WHERE address = $1 AND since = $2 AND tries > 0",
        db.keys.index("address", &place(address)),
        window(at).0,
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Leaves the trace of someone who was turned away at an address: of the account, or of no known
/// one.
pub async fn refused(
    db: &Db,
    staff: Option<StaffId>,
    (why, address): (&str, &str),
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let staff = staff.map(|staff| staff.0);
    sqlx::query!("SELECT refuse_sign_in($1, $2, $3, $4)", staff, why, address, at)
        .fetch_one(&db.pool)
        .await?;
    Ok(())
}
