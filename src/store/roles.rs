//! The two roles of the database: who owns the tables, and who answers the browsers.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor};

use super::{StoreError, StoreResult};

/// The role that owns the tables of a local cluster.
pub const OWNER: &str = "anjie_owner";
/// The role that answers the browsers.
pub const SERVER: &str = "app_user";

/// Makes the two roles of a local cluster and gives its database to the owner. Run as the
/// cluster's superuser, on any database of it.
pub async fn prepare_cluster(superuser: &PgConnectOptions, database: &str) -> StoreResult<()> {
    let mut conn = PgConnection::connect_with(superuser).await?;
    for (role, rights) in [
        (OWNER, "LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE"),
        (SERVER, "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"),
    ] {
        let statement = format!(
            "DO $$ BEGIN CREATE ROLE {role} {rights};
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement))).await?;
    }
    let quoted = database.replace('"', "\"\"");
    let statement = format!("ALTER DATABASE \"{quoted}\" OWNER TO {OWNER}");
    conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement))).await?;
    Ok(conn.close().await?)
}

/// Whether the database has the form that this version of the program knows: all of its migrations,
/// unchanged, and no other.
pub async fn check_form(options: &PgConnectOptions) -> StoreResult<()> {
    let mut conn = PgConnection::connect_with(options).await?;
    let applied = sqlx::query!(
        r#"SELECT version AS "version!", checksum AS "checksum!" FROM applied_migrations()"#
    )
    .fetch_all(&mut conn)
    .await;
    conn.close().await?;
    let applied = match applied.map_err(StoreError::from) {
        Ok(applied) => applied,
        // Neither the function nor the table that it reads: nothing was migrated yet.
        Err(StoreError::Database(error)) if is_undefined(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    let known = sqlx::migrate!();
    for one in &applied {
        let mut same = known.iter().filter(|it| it.version == one.version);
        if !same.any(|it| *it.checksum == *one.checksum) {
            return Err(StoreError::OtherForm(one.version));
        }
    }
    let lacking = known.iter().find(|it| applied.iter().all(|one| one.version != it.version));
    lacking.map_or(Ok(()), |migration| Err(StoreError::Behind(migration.version)))
}

/// The codes of a function, table or schema that is not there.
fn is_undefined(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["42883", "42P01", "3F000"].contains(&code.as_ref()))
}

/// Why a role must not answer browsers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooMighty(pub &'static str);

/// Whether the serving role is bound by the second wall: neither superuser nor owner of a table,
/// and without BYPASSRLS.
pub async fn check_server(options: &PgConnectOptions) -> StoreResult<Result<(), TooMighty>> {
    let mut conn = PgConnection::connect_with(options).await?;
    let role = sqlx::query!(
        r#"SELECT rolsuper AS "superuser!", rolbypassrls AS "bypasses!",
                  EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                          WHERE n.nspname = 'public' AND c.relkind = 'r'
                            AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS "owns!",
                  EXISTS (SELECT FROM staff WHERE demonstration) AS "demonstration!",
                  show_trgm('劳动争议') <> '{}' AS "trigrams!"
           FROM pg_roles WHERE rolname = current_user"#
    )
    .fetch_one(&mut conn)
    .await?;
    conn.close().await?;
    let faults = [
        (role.superuser, "it is a superuser, whom row security does not bind"),
        (role.bypasses, "it may bypass row security (BYPASSRLS)"),
        (role.owns, "it owns the tables, or is a member of the role that does"),
        (
            role.demonstration,
            "the database holds the demonstration city; use a database of its own",
        ),
        (!role.trigrams, "the database's LC_CTYPE can't read Chinese; create it with C.UTF-8"),
    ];
    Ok(faults.iter().find(|(fault, _)| *fault).map_or(Ok(()), |(_, why)| Err(TooMighty(why))))
}
