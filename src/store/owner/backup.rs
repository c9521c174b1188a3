//! What a backup asks of the database, as the owner of the tables.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::Owner;
use crate::store::StoreResult;
use crate::store::keys::hex;

/// Rows that no backup holds, since none of them may come back with a restored database: sessions,
/// receipts of forms, failures of signing in.
pub const PASSING: &[&str] = &["session", "form_receipt", "sign_in_attempt", "sign_in_address"];

/// The database at one moment. It stays readable as it was until the owner's connection closes.
#[derive(Debug, Clone)]
pub struct Frozen {
    pub snapshot: String,
    /// The major version of the server.
    pub server: u32,
    pub version: i32,
    pub owner: String,
}

impl Owner {
    /// The tables that this role doesn't see whole, or doesn't own: their rows would be missing from
    /// a backup, and nobody would know.
    pub async fn hidden_tables(&mut self) -> StoreResult<Vec<String>> {
        Ok(sqlx::query_scalar!(
            r#"SELECT c.relname::text AS "name!"
               FROM pg_class c, pg_roles me
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND me.rolname = current_user AND NOT me.rolsuper AND NOT me.rolbypassrls
                 AND (NOT pg_has_role(c.relowner, 'USAGE')
                      OR c.relrowsecurity AND c.relforcerowsecurity
                         AND (NOT EXISTS (SELECT FROM pg_policy p
                                          WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
                                            AND (me.oid = ANY (p.polroles) OR 0 = ANY (p.polroles))
                                            AND pg_get_expr(p.polqual, p.polrelid) = 'true')
                              OR EXISTS (SELECT FROM pg_policy p
                                         WHERE p.polrelid = c.oid AND NOT p.polpermissive
                                           AND (me.oid = ANY (p.polroles) OR 0 = ANY (p.polroles)))))
               ORDER BY 1"#
        )
        .fetch_all(&mut self.0)
        .await?)
    }

    /// Begins to look at the database as it is now, however long that takes.
    pub async fn freeze(&mut self) -> StoreResult<Frozen> {
        sqlx::raw_sql(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
             SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )
        .execute(&mut self.0)
        .await?;
        let row = sqlx::query!(
            r#"SELECT pg_export_snapshot() AS "snapshot!", current_user::text AS "owner!",
                      current_setting('server_version_num')::int AS "version!""#
        )
        .fetch_one(&mut self.0)
        .await?;
        let (snapshot, owner, version) = (row.snapshot, row.owner, row.version);
        let server = u32::try_from(version / 10_000).unwrap_or_default();
        Ok(Frozen { snapshot, server, version, owner })
    }

    /// Number and checksum of each migration that made the database.
    pub async fn form(&mut self) -> StoreResult<Vec<(i64, String)>> {
        // Not checked at compile time: the table is of the migrations, not made by them.
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version",
        )
        .fetch_all(&mut self.0)
        .await?;
        Ok(rows.into_iter().map(|(version, checksum)| (version, hex(&checksum))).collect())
    }

    /// The form that this version of the program knows.
    pub fn known_form() -> Vec<(i64, String)> {
        let migrator = sqlx::migrate!();
        migrator.iter().map(|it| (it.version, hex(&it.checksum))).collect()
    }

    /// How many rows each table holds, those apart that no backup holds.
    pub async fn count_rows(&mut self) -> StoreResult<Vec<(String, i64)>> {
        let passing: Vec<String> = PASSING.iter().map(|it| (*it).to_owned()).collect();
        let tables = sqlx::query!(
            r#"SELECT relname::text AS "name!", quote_ident(relname) AS "quoted!"
               FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL ($1)
               ORDER BY 1"#,
            &passing,
        )
        .fetch_all(&mut self.0)
        .await?;
        let mut counts = Vec::new();
        for table in tables {
            // The name comes from the catalogue, quoted by it.
            let count = format!("SELECT count(*) FROM public.{}", table.quoted);
            let rows = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut self.0).await?;
            counts.push((table.name, rows));
        }
        Ok(counts)
    }

    /// The last entry of each chain of the audit.
    pub async fn heads(&mut self) -> StoreResult<Vec<(i64, i64, String)>> {
        let heads = sqlx::query!("SELECT unit_id, seq, hash FROM audit_head ORDER BY unit_id")
            .fetch_all(&mut self.0)
            .await?;
        Ok(heads.into_iter().map(|head| (head.unit_id, head.seq, hex(&head.hash))).collect())
    }

    /// Whether the database holds nothing at all.
    pub async fn holds_no_table(&mut self) -> StoreResult<bool> {
        Ok(sqlx::query_scalar!(
            r#"SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
                                    AND relkind IN ('r', 'p', 'v')) AS "none!""#
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// The major version of the server, and the name of this role.
    pub async fn server(&mut self) -> StoreResult<(u32, String)> {
        let row = sqlx::query!(
            r#"SELECT current_setting('server_version_num')::int AS "version!", current_user::text AS "name!""#
        )
        .fetch_one(&mut self.0)
        .await?;
        Ok((u32::try_from(row.version / 10_000).unwrap_or_default(), row.name))
    }

    /// What may not come back with a database that was put back: sessions, receipts, failures, and
    /// what was kept for a while only and whose time is over by now.
    pub async fn forget_what_passed(&mut self, at: DateTime<Utc>) -> StoreResult<()> {
        sqlx::query!("DELETE FROM session").execute(&mut self.0).await?;
        sqlx::query!("DELETE FROM form_receipt").execute(&mut self.0).await?;
        sqlx::query!("DELETE FROM sign_in_attempt").execute(&mut self.0).await?;
        sqlx::query!("DELETE FROM sign_in_address").execute(&mut self.0).await?;
        sqlx::query!("SELECT sweep($1)", at).execute(&mut self.0).await?;
        Ok(())
    }
}
