//! Courts, divisions and halls, and the identities under which the program itself acts.

use chrono::{DateTime, NaiveDate, Utc};

use super::{NewStaff, Owner};
use crate::domain::ids::UnitId;
use crate::domain::staff::Role;
use crate::domain::unit::UnitKind;
use crate::store::StoreResult;

/// Sign-in name, and the name that records show.
const IDENTITIES: &[(&str, &str)] = &[
    ("job.import", "台账导入"),
    ("job.figures", "指标计算"),
    ("job.admin", "系统管理命令"),
    ("job.schedule", "定时任务"),
];

/// A unit to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewUnit<'a> {
    pub parent: Option<UnitId>,
    pub code: &'a str,
    pub name: &'a str,
    pub short_name: &'a str,
    pub account_name: &'a str,
    pub kind: UnitKind,
    pub court_code: Option<&'a str>,
    pub compared_in: Option<&'a str>,
    pub place: i32,
}

/// A hall to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewHall<'a> {
    pub unit: UnitId,
    pub code: &'a str,
    pub name: &'a str,
    pub address: &'a str,
    pub phone: &'a str,
}

/// A unit as the list shows it.
#[derive(Debug, Clone)]
pub struct UnitLine {
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub account_name: String,
    pub kind: UnitKind,
    pub court_code: Option<String>,
    pub halls: i64,
}

impl Owner {
    /// The unit that people call by this name on the command line: its code, short name, or its
    /// name in accounts (the court, where its divisions share it).
    pub async fn unit_called(&mut self, name: &str) -> StoreResult<Option<UnitId>> {
        Ok(sqlx::query_scalar!(
            r#"SELECT id AS "id: UnitId" FROM unit
               WHERE code = $1 OR short_name = $1 OR name = $1 OR account_name = $1
               ORDER BY (code = $1 OR short_name = $1 OR name = $1) DESC, place LIMIT 1"#,
            name,
        )
        .fetch_optional(&mut self.0)
        .await?)
    }

    /// Whether any unit is there yet.
    pub async fn is_empty(&mut self) -> StoreResult<bool> {
        let units = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM unit"#)
            .fetch_one(&mut self.0)
            .await?;
        Ok(units == 0)
    }

    /// Adds a unit.
    pub async fn add_unit(&mut self, unit: NewUnit<'_>, from: NaiveDate) -> StoreResult<UnitId> {
        Ok(sqlx::query_scalar!(
            r#"INSERT INTO unit (parent_id, code, name, short_name, account_name, kind, court_code,
                                 compared_in, place, valid_from)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               RETURNING id AS "id: UnitId""#,
            unit.parent.map(|parent| parent.0),
            unit.code,
            unit.name,
            unit.short_name,
            unit.account_name,
            unit.kind.code(),
            unit.court_code,
            unit.compared_in,
            unit.place,
            from,
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// The unit with this code.
    pub async fn unit_by_code(&mut self, code: &str) -> StoreResult<UnitId> {
        Ok(sqlx::query_scalar!(r#"SELECT id AS "id: UnitId" FROM unit WHERE code = $1"#, code)
            .fetch_one(&mut self.0)
            .await?)
    }

    /// The first hall of a unit, if it has one.
    pub async fn hall_of(&mut self, unit: UnitId) -> StoreResult<Option<i64>> {
        Ok(sqlx::query_scalar!(
            "SELECT id FROM hall WHERE unit_id = $1 ORDER BY id LIMIT 1",
            unit.0
        )
        .fetch_optional(&mut self.0)
        .await?)
    }

    /// Adds a hall.
    pub async fn add_hall(&mut self, hall: NewHall<'_>) -> StoreResult<i64> {
        Ok(sqlx::query_scalar!(
            "INSERT INTO hall (unit_id, code, name, address, phone) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            hall.unit.0,
            hall.code,
            hall.name,
            hall.address,
            hall.phone,
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// Makes the identities of jobs and commands, at the court whose jurisdiction they reach.
    pub async fn add_identities(&mut self, court: UnitId, from: DateTime<Utc>) -> StoreResult<()> {
        for &(username, name) in IDENTITIES {
            let staff = NewStaff {
                username,
                name,
                unit: court,
                phone: "",
                password_hash: None,
                demonstration: false,
            };
            let staff = self.add_staff(staff).await?;
            self.grant(staff, (Role::Job, court, None), from, None).await?;
        }
        Ok(())
    }

    /// The place after the last unit.
    pub async fn next_place(&mut self) -> StoreResult<i32> {
        Ok(sqlx::query_scalar!(r#"SELECT coalesce(max(place) + 1, 0) AS "place!" FROM unit"#)
            .fetch_one(&mut self.0)
            .await?)
    }

    /// All units in their order.
    pub async fn unit_list(&mut self) -> StoreResult<Vec<UnitLine>> {
        Ok(sqlx::query_as!(
            UnitLine,
            r#"SELECT code, name, short_name, account_name, kind AS "kind: UnitKind", court_code,
                      (SELECT count(*) FROM hall WHERE hall.unit_id = unit.id) AS "halls!"
               FROM unit ORDER BY place, id"#,
        )
        .fetch_all(&mut self.0)
        .await?)
    }
}
