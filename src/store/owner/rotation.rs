//! Seals everything anew with the newest key: in batches, beside those who work, and from where it
//! stopped if it was interrupted.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::Owner;
use crate::store::keys::{Keys, Prefix};
use crate::store::{
    StoreError, StoreResult, contacts, documents, drafts, imports, key_check, petitioners,
    second_factors, visits,
};

/// A sealed column, what it is sealed for, and its blind index.
struct Column {
    name: &'static str,
    is_text: bool,
    field: &'static str,
    index: Option<&'static str>,
}

/// A table with sealed columns.
struct Table {
    name: &'static str,
    /// The record that its values are sealed for, as SQL.
    record: &'static str,
    columns: &'static [Column],
    /// So many rows are held at once, and so many values are in memory.
    batch: i64,
}

const fn text(name: &'static str, field: &'static str) -> Column {
    Column { name, is_text: true, field, index: None }
}

const fn indexed(name: &'static str, field: &'static str, index: &'static str) -> Column {
    Column { name, is_text: true, field, index: Some(index) }
}

const fn file(field: &'static str) -> Column {
    Column { name: "sealed", is_text: false, field, index: None }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, is_text: false, field: second_factors::SECRET, index: None }
}

const PERSON: &[Column] = &[
    indexed("phone_sealed", contacts::PHONE, "phone_index"),
    text("address_sealed", contacts::ADDRESS),
];
const CARD: &[Column] = &[indexed("id_sealed", petitioners::ID, "id_index")];

/// Every place where something is sealed. A catalogue test keeps it whole.
const TABLES: &[Table] = &[
    Table { name: "petitioner", record: "t.uuid::text", columns: CARD, batch: 200 },
    Table { name: "petitioner", record: "t.uuid::text", columns: PERSON, batch: 200 },
    Table {
        name: "petitioner_contact",
        record: "(SELECT p.uuid::text FROM petitioner p WHERE p.id = t.petitioner_id)",
        columns: PERSON,
        batch: 200,
    },
    Table {
        name: "visit",
        record: "t.number",
        columns: &[indexed("query_code_sealed", visits::QUERY_CODE, "query_code_hash")],
        batch: 200,
    },
    Table {
        name: "visit_representative",
        record: "t.visit_id::text || '/' || t.place::text",
        columns: &[text("id_sealed", visits::REPRESENTATIVE)],
        batch: 200,
    },
    Table {
        name: "draft",
        record: "t.staff_id::text || '/' || t.form || '/' || t.subject",
        columns: &[text("body", drafts::PURPOSE)],
        batch: 50,
    },
    Table {
        name: "import_row",
        record: "(SELECT i.uuid::text FROM import i WHERE i.id = t.import_id) || '/' || t.sheet_row::text",
        columns: &[indexed("row_sealed", imports::ROW, "row_hash")],
        batch: 200,
    },
    Table {
        name: "document",
        record: "t.uuid::text",
        columns: &[file(documents::PURPOSE)],
        batch: 4,
    },
    Table {
        name: "visit_material",
        record: "t.uuid::text",
        columns: &[file(documents::PURPOSE)],
        batch: 4,
    },
    Table {
        name: "second_factor",
        record: "t.staff_id::text",
        columns: &[bytes("secret_sealed"), bytes("pending_sealed"), bytes("fresh_codes_sealed")],
        batch: 200,
    },
    Table { name: "import", record: "t.uuid::text", columns: &[file(imports::FILE)], batch: 4 },
    Table {
        name: "import_draft",
        record: "t.uuid::text",
        columns: &[file(imports::DRAFT)],
        batch: 4,
    },
];

/// All of them, as `table.column`.
pub fn sealed_columns() -> Vec<String> {
    let columns = |table: &Table| {
        let name = table.name;
        table
            .columns
            .iter()
            .map(move |column| format!("{name}.{}", column.name))
            .collect::<Vec<_>>()
    };
    TABLES.iter().flat_map(columns).collect()
}

/// What was done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    pub sealed: u64,
    /// Table and record of values that don't open with any key.
    pub broken: Vec<String>,
}

/// A row as it is kept: its place, its record, and its sealed columns.
type Row = (String, String, Vec<Option<Vec<u8>>>);

impl Table {
    /// What a column's value begins with, as SQL.
    fn prefix(column: &Column) -> String {
        let Column { name, is_text, .. } = column;
        let half = if *is_text { format!("left(t.{name}, 10)") } else { String::new() };
        if *is_text { half } else { format!("encode(substring(t.{name} FROM 1 FOR 5), 'hex')") }
    }

    /// Whether a row holds something of another prefix than `$1`, as SQL.
    fn is_old(&self) -> String {
        let parts = self.columns.iter().map(|column| format!("{} <> $1", Self::prefix(column)));
        parts.collect::<Vec<_>>().join(" OR ")
    }

    fn select(&self) -> String {
        let bytes = self.columns.iter().map(|Column { name, is_text, .. }| {
            if *is_text { format!("decode(t.{name}, 'hex')") } else { format!("t.{name}") }
        });
        let bytes = bytes.collect::<Vec<_>>().join(", ");
        let (name, record, old) = (self.name, self.record, self.is_old());
        format!(
            "SELECT t.ctid::text, {record}, ARRAY[{bytes}]::bytea[] FROM {name} t
             WHERE t.ctid > $2::tid AND ({old}) ORDER BY t.ctid LIMIT $3 FOR UPDATE OF t"
        )
    }

    fn update(&self) -> String {
        let mut set = Vec::new();
        for (at, Column { name, is_text, index, .. }) in (1..).zip(self.columns) {
            let new = format!("($2::bytea[])[{at}]");
            let value = if *is_text { format!("encode({new}, 'hex')") } else { new };
            set.push(format!("{name} = coalesce({value}, {name})"));
            set.extend(
                index.map(|index| format!("{index} = coalesce(($3::bytea[])[{at}], {index})")),
            );
        }
        format!("UPDATE {} SET {} WHERE ctid = $1::tid", self.name, set.join(", "))
    }
}

impl Owner {
    /// How many rows are sealed with what, over all tables.
    pub async fn sealed_with(&mut self) -> StoreResult<Vec<(String, i64)>> {
        let parts = TABLES.iter().flat_map(|table| {
            table.columns.iter().map(|column| {
                let (prefix, name) = (Table::prefix(column), table.name);
                format!(
                    "SELECT {prefix} AS prefix FROM {name} t WHERE t.{} IS NOT NULL",
                    column.name
                )
            })
        });
        let all = parts.collect::<Vec<_>>().join(" UNION ALL ");
        // Made of the names above and nothing else.
        let statement =
            format!("SELECT prefix, count(*) FROM ({all}) s GROUP BY prefix ORDER BY prefix");
        Ok(sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&mut self.0).await?)
    }

    /// Whether the program was started with the newest key: only then does everyone who serves open
    /// what it seals.
    pub async fn is_served_with(&mut self, keys: &Keys) -> StoreResult<bool> {
        let prefix = keys.prefix().to_string();
        Ok(sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM key_check WHERE prefix = $1) AS "served!""#,
            prefix
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// Seals everything anew that another key or cipher sealed; `report` hears of each batch.
    pub async fn rotate(
        &mut self,
        keys: &Keys,
        report: impl Fn(&str, u64),
    ) -> StoreResult<Rotated> {
        let mut rotated = Rotated::default();
        // What others wrote meanwhile with what they had read before is found in the second round.
        loop {
            let before = rotated.sealed;
            rotated.broken.clear();
            for table in TABLES {
                self.rotate_table(table, keys, (&mut rotated, &report)).await?;
            }
            if rotated.sealed == before {
                return Ok(rotated);
            }
        }
    }

    async fn rotate_table(
        &mut self,
        table: &Table,
        keys: &Keys,
        (rotated, report): (&mut Rotated, &impl Fn(&str, u64)),
    ) -> StoreResult<()> {
        let mut after = "(0,0)".to_owned();
        loop {
            self.begin().await?;
            let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(table.select()))
                .bind(keys.prefix().to_string())
                .bind(&after)
                .bind(table.batch)
                .fetch_all(&mut self.0)
                .await?;
            let Some((last, ..)) = rows.last() else { return self.commit().await };
            after.clone_from(last);
            for row in &rows {
                match anew(table, keys, row) {
                    Ok((values, indexes)) => {
                        sqlx::query(AssertSqlSafe(table.update()))
                            .bind(&row.0)
                            .bind(values)
                            .bind(indexes)
                            .execute(&mut self.0)
                            .await?;
                        rotated.sealed += 1;
                    }
                    Err(_) => rotated.broken.push(format!("{} {}", table.name, row.1)),
                }
            }
            self.commit().await?;
            report(table.name, rotated.sealed);
        }
    }

    /// Nothing of an older key is left: it is forgotten, with a line in the audit.
    pub async fn forget_older_keys(&mut self, keys: &Keys, at: DateTime<Utc>) -> StoreResult<()> {
        let (prefix, sealed) = key_check::sealed(keys)?;
        self.begin().await?;
        sqlx::query!("DELETE FROM key_check WHERE prefix <> $1", prefix)
            .execute(&mut self.0)
            .await?;
        sqlx::query!(
            "INSERT INTO key_check (prefix, sealed, served_at) VALUES ($1, $2, $3)
             ON CONFLICT ON CONSTRAINT key_check_pkey DO NOTHING",
            prefix,
            sealed,
            at,
        )
        .execute(&mut self.0)
        .await?;
        self.trace("keys.rotated", &prefix, at).await?;
        self.commit().await
    }
}

/// Values and indexes of a row under the newest key; None where nothing changes.
type Anew = (Vec<Option<Vec<u8>>>, Vec<Option<Vec<u8>>>);

fn anew(table: &Table, keys: &Keys, (_, record, values): &Row) -> StoreResult<Anew> {
    let Prefix(prefix) = keys.prefix();
    let mut new = Anew::default();
    for (column, value) in table.columns.iter().zip(values) {
        let Some(sealed) = value.as_ref().filter(|sealed| !sealed.starts_with(&prefix)) else {
            new.0.push(None);
            new.1.push(None);
            continue;
        };
        let place = (column.field, record.as_str());
        let plain = keys.open(place, sealed)?;
        let index = match column.index {
            Some(_) => {
                let text = std::str::from_utf8(&plain).map_err(|_| StoreError::Sealed)?;
                Some(keys.index(column.field, text))
            }
            None => None,
        };
        new.0.push(Some(keys.seal(place, &plain)?));
        new.1.push(index);
    }
    Ok(new)
}
