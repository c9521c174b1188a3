//! Courts and divisions below the intermediate court (法院管理): added, renamed, put in order. A code
//! never changes and a unit is never deleted: old papers keep their numbers.

use chrono::{DateTime, Utc};

use super::code::getters;
use super::ids::UnitId;
use super::staff::{Actor, Role};
use super::unit::{Unit, UnitKind};

/// Why a unit can't be kept so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有系统管理员可以管理法院")]
    NotTheSystemAdministrator,
    #[error("单位代码用大写字母和数字，2至8位")]
    Code,
    #[error("这个单位代码已被使用")]
    CodeTaken,
    #[error("请选择单位类别")]
    NoKind,
    #[error("请填写全称")]
    NoName,
    #[error("请填写简称")]
    NoShortName,
    #[error("全称不超过{NAME}字，请精简")]
    LongName,
    #[error("简称不超过{SHORT_NAME}字，请精简")]
    LongShortName,
    #[error("这个简称已被使用")]
    ShortNameTaken,
    #[error("顺序填写0至9999的整数")]
    NoPlace,
}

/// The longest name, and the longest that stands in a list.
const NAME: usize = 40;
const SHORT_NAME: usize = 12;

/// What a unit is to be called, and where it stands in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    pub short_name: String,
    /// None: the last of all.
    pub place: Option<i32>,
}

/// The fact that a unit is there, or is called so, from now on.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    above: Option<UnitId>,
    code: String,
    kind: UnitKind,
    name: String,
    short_name: String,
    place: i32,
    at: DateTime<Utc>,
}

/// Adds a unit below the intermediate court.
pub fn found(
    actor: &Actor,
    (kind, top): (Option<UnitKind>, Option<&Unit>),
    (code, wanted): (&str, &Wanted),
    all: &[Unit],
    at: DateTime<Utc>,
) -> Result<Founded, Refusal> {
    let code = code.trim();
    let letters = code.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
    if actor.role == Role::Sysadmin && !(letters && (2..=8).contains(&code.len())) {
        return Err(Refusal::Code);
    }
    if all.iter().any(|unit| unit.code == code) {
        return Err(Refusal::CodeTaken);
    }
    let kind = kind.ok_or(Refusal::NoKind)?;
    let place = wanted.place.or_else(|| all.iter().map(|unit| unit.place + 1).max());
    let fact = kept(actor, (code, kind), &Wanted { place, ..wanted.clone() }, all, at)?;
    Ok(Founded { above: top.map(|unit| unit.id), ..fact })
}

/// Gives a unit its name and its place.
pub fn rename(
    actor: &Actor,
    unit: &Unit,
    wanted: &Wanted,
    all: &[Unit],
    at: DateTime<Utc>,
) -> Result<Founded, Refusal> {
    kept(actor, (&unit.code, unit.kind), wanted, all, at)
}

fn kept(
    actor: &Actor,
    (code, kind): (&str, UnitKind),
    wanted: &Wanted,
    all: &[Unit],
    at: DateTime<Utc>,
) -> Result<Founded, Refusal> {
    if actor.role != Role::Sysadmin {
        return Err(Refusal::NotTheSystemAdministrator);
    }
    let (name, short_name) = (wanted.name.trim().to_owned(), wanted.short_name.trim().to_owned());
    if name.is_empty() {
        return Err(Refusal::NoName);
    }
    if short_name.is_empty() {
        return Err(Refusal::NoShortName);
    }
    if name.chars().count() > NAME {
        return Err(Refusal::LongName);
    }
    if short_name.chars().count() > SHORT_NAME {
        return Err(Refusal::LongShortName);
    }
    if all.iter().any(|unit| unit.code != code && unit.short_name == short_name) {
        return Err(Refusal::ShortNameTaken);
    }
    let place = wanted.place.filter(|place| (0..=9999).contains(place)).ok_or(Refusal::NoPlace)?;
    Ok(Founded { above: None, code: code.to_owned(), kind, name, short_name, place, at })
}

getters! {
    Founded {
        /// The unit above a new one.
        above: Option<UnitId>,
        /// Its code.
        code: &str,
        /// What it is.
        kind: UnitKind,
        /// Its full name.
        name: &str,
        /// Its short name.
        short_name: &str,
        /// Its place in lists.
        place: i32,
        /// Since when.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::actor;

    fn unit(code: &str, short_name: &str) -> Unit {
        Unit {
            id: UnitId(4),
            parent: None,
            code: code.to_owned(),
            name: short_name.to_owned(),
            short_name: short_name.to_owned(),
            kind: UnitKind::BaseCourt,
            court_code: None,
            compared_in: None,
            place: 7,
        }
    }

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    #[test]
    fn a_court_has_a_code_of_its_own_a_name_and_a_place() {
        let all = [unit("0110", "东湖法院"), unit("0104", "青溪法院")];
        let wanted = |name: &str, short: &str, place| Wanted {
            name: name.to_owned(),
            short_name: short.to_owned(),
            place,
        };
        let base = Some(UnitKind::BaseCourt);
        for (code, kind, name, short, place, expected) in [
            ("0114", base, "新城区人民法院", "新城法院", None, Ok(8)),
            ("0114", base, "新城区人民法院", "新城法院", Some(3), Ok(3)),
            ("0110", base, "新城区人民法院", "新城法院", None, Err(Refusal::CodeTaken)),
            ("新城", base, "新城区人民法院", "新城法院", None, Err(Refusal::Code)),
            ("0114", None, "新城区人民法院", "新城法院", None, Err(Refusal::NoKind)),
            ("0114", base, " ", "新城法院", None, Err(Refusal::NoName)),
            ("0114", base, "新城区人民法院", "东湖法院", None, Err(Refusal::ShortNameTaken)),
            ("0114", base, "新城区人民法院", "", None, Err(Refusal::NoShortName)),
            ("0114", base, "新城区人民法院", "新城法院", Some(-1), Err(Refusal::NoPlace)),
        ] {
            let wanted = wanted(name, short, place);
            let said = found(&actor(Role::Sysadmin), (kind, None), (code, &wanted), &all, at());
            assert_eq!(said.map(|fact| fact.place()), expected, "{code} {name} {short}");
        }
        let same = wanted("东湖区人民法院", "东湖法院", Some(1));
        assert!(rename(&actor(Role::Sysadmin), &all[0], &same, &all, at()).is_ok());
        let said = rename(&actor(Role::Secadmin), &all[0], &same, &all, at());
        assert_eq!(said.err(), Some(Refusal::NotTheSystemAdministrator));
    }
}
