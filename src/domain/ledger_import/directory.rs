//! The courts and offices that a ledger may name.

use std::collections::{HashMap, HashSet};

use super::cell::plain;
use crate::domain::ids::UnitId;
use crate::domain::unit::Unit;

/// The units of a city by the names and court codes that ledgers use.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    names: HashMap<String, UnitId>,
    court_codes: HashMap<String, UnitId>,
    /// Those that cases can be assigned to.
    handling: HashSet<UnitId>,
    /// What long names begin with: 「云州市」 of 云州市中级人民法院.
    cities: Vec<String>,
}

impl Directory {
    /// The directory of these units.
    pub fn of<'a>(units: impl IntoIterator<Item = &'a Unit>) -> Self {
        let mut directory = Self::default();
        for unit in units {
            directory.add(unit.id, &unit.name);
            directory.add(unit.id, &unit.short_name);
            directory.handling.extend(unit.takes_assignments().then_some(unit.id));
            if let Some(code) = &unit.court_code {
                directory.court_codes.insert(spelled(code), unit.id);
            }
        }
        directory
    }

    fn add(&mut self, unit: UnitId, name: &str) {
        let name = spelled(name);
        if let Some(city) = name.strip_suffix(INTERMEDIATE).filter(|city| !city.is_empty()) {
            self.cities.push(city.to_owned());
            self.names.entry(INTERMEDIATE.to_owned()).or_insert(unit);
        }
        if !name.is_empty() {
            self.names.entry(name).or_insert(unit);
        }
    }

    /// The unit with this name: long, short, or with the city in front.
    pub fn unit(&self, text: &str) -> Option<UnitId> {
        let name = spelled(text);
        let within_city = || {
            let inner = self.cities.iter().find_map(|city| name.strip_prefix(city.as_str()))?;
            self.names.get(inner)
        };
        self.names.get(&name).or_else(within_city).copied()
    }

    /// Whether petition cases can be assigned to the unit. A case of another one could not be closed:
    /// nobody there leads it.
    pub fn takes_assignments(&self, unit: UnitId) -> bool {
        self.handling.contains(&unit)
    }

    /// The court with this code, as it stands in a 案号 after the year: 「某0110」. Codes are looked up, never computed.
    pub fn court(&self, code: &str) -> Option<UnitId> {
        self.court_codes.get(&spelled(code)).copied()
    }
}

/// What the name of a city's court ends with.
const INTERMEDIATE: &str = "中级人民法院";

fn spelled(name: &str) -> String {
    plain(name).split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::UnitKind;

    fn unit(id: i64, name: &str, short_name: &str, court_code: &str) -> Unit {
        Unit {
            id: UnitId(id),
            parent: None,
            code: id.to_string(),
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            kind: UnitKind::BaseCourt,
            court_code: Some(court_code.to_owned()),
            compared_in: None,
            place: 0,
        }
    }

    #[test]
    fn a_court_is_known_by_its_long_and_its_short_name() {
        let directory = Directory::of(&[
            unit(1, "云州市中级人民法院", "中院", "某01"),
            unit(2, "石门区人民法院", "石门法院", "某0107"),
        ]);
        let table = [
            ("石门区人民法院", Some(UnitId(2))),
            (" 石门法院　", Some(UnitId(2))),
            ("云州市石门区人民法院", Some(UnitId(2))),
            ("中院", Some(UnitId(1))),
            ("红岩区人民法院", None),
            ("邻州市石门区人民法院", None),
            ("", None),
        ];
        for (given, expected) in table {
            assert_eq!(directory.unit(given), expected, "{given}");
        }
        assert_eq!(directory.court("某０１０７"), Some(UnitId(2)));
        assert_eq!(directory.court("某9999"), None);
    }
}
