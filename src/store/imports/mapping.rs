//! How the mapping of a file's columns looks in a column of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::import::Mappings;
use crate::domain::ledger_import::{Column, Kind, Mapping, letter, place_of};
use crate::store::{StoreError, StoreResult};

/// Letters of columns with the codes of what they hold.
type Letters = BTreeMap<String, String>;

/// The mappings of both sheets.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    ledger: Letters,
    reviews: Option<Letters>,
}

impl Kept {
    pub fn of(mappings: &Mappings) -> Self {
        let letters = |mapping: &Mapping| {
            mapping.columns().map(|(at, column)| (letter(at), column.code().to_owned())).collect()
        };
        Self { ledger: letters(&mappings.ledger), reviews: mappings.reviews.as_ref().map(letters) }
    }

    pub fn mappings(&self) -> StoreResult<Mappings> {
        Ok(Mappings {
            ledger: mapping(Kind::Ledger, &self.ledger)?,
            reviews: self
                .reviews
                .as_ref()
                .map(|letters| mapping(Kind::Review, letters))
                .transpose()?,
        })
    }
}

fn mapping(kind: Kind, letters: &Letters) -> StoreResult<Mapping> {
    let columns = letters.iter().map(|(letter, code)| {
        place_of(letter).zip(Column::from_code(code)).ok_or_else(|| StoreError::Unreadable {
            table: "import",
            column: "mapping",
            value: format!("{letter} {code}"),
        })
    });
    Ok(Mapping::of(kind, columns.collect::<StoreResult<Vec<_>>>()?))
}
