//! Material that was handed in with a visit (来访材料), at once or scanned later.

use chrono::{DateTime, Utc};

use super::document::Filed;
use super::ids::{PetitionCaseId, StaffId, VisitId};
use super::staff::Actor;

/// Why nothing is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("请选择要上传的文件")]
    Nothing,
    #[error("登记已撤销，不能再补充材料")]
    Void,
    #[error("材料已按保存期限销毁，不能再补充")]
    Destroyed,
    #[error("检举控告的材料只能由登记人补充")]
    NotTheRecorder,
    #[error("只有登记处、登记人和承办本案的人员可以补充材料")]
    NotOpen,
}

/// A visit as its material asks for it.
#[expect(clippy::struct_excessive_bools, reason = "each answers one question about the visit")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiving {
    pub visit: VisitId,
    pub number: String,
    /// The case that it is about; none for an accusation.
    pub case: Option<PetitionCaseId>,
    pub recorded_by: StaffId,
    /// An accusation: what is added can be read by nobody here.
    pub is_sealed: bool,
    pub is_void: bool,
    /// Whether its period is over and what was handed in is gone.
    pub is_erased: bool,
    /// Whether its account is open to the one who asks.
    pub is_open: bool,
}

impl Receiving {
    /// Whether this person may add to it, the files apart.
    pub fn may_be_added_to(&self, actor: &Actor) -> Result<(), Refusal> {
        if self.is_void {
            return Err(Refusal::Void);
        }
        if self.is_erased {
            return Err(Refusal::Destroyed);
        }
        if self.is_sealed && self.recorded_by != actor.staff {
            return Err(Refusal::NotTheRecorder);
        }
        if !self.is_sealed && !self.is_open {
            return Err(Refusal::NotOpen);
        }
        Ok(())
    }
}

/// Files that join a visit. Only [`add`] makes one.
#[must_use = "material is kept only when it is recorded"]
#[derive(Debug)]
pub struct Added<'a> {
    visit: VisitId,
    number: String,
    case: Option<PetitionCaseId>,
    files: Vec<Filed<'a>>,
    at: DateTime<Utc>,
    by: StaffId,
}

impl<'a> Added<'a> {
    pub const fn visit(&self) -> VisitId {
        self.visit
    }

    /// The number of the visit.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The case that the visit is about.
    pub const fn case(&self) -> Option<PetitionCaseId> {
        self.case
    }

    pub fn files(&self) -> &[Filed<'a>] {
        &self.files
    }

    pub const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    pub const fn by(&self) -> StaffId {
        self.by
    }
}

/// Adds files to a visit; nothing is ever taken away.
pub fn add<'a>(
    actor: &Actor,
    to: &Receiving,
    files: Vec<Filed<'a>>,
    at: DateTime<Utc>,
) -> Result<Added<'a>, Refusal> {
    to.may_be_added_to(actor)?;
    if files.is_empty() {
        return Err(Refusal::Nothing);
    }
    let Receiving { visit, number, case, .. } = to.clone();
    Ok(Added { visit, number, case, files, at, by: actor.staff })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::{DocumentKind, file};
    use crate::domain::handling::sample::handler;

    fn clerk(staff: i64) -> Actor {
        Actor { staff: StaffId(staff), ..handler() }
    }

    #[test]
    fn material_joins_a_visit_that_stands_and_that_of_an_accusation_is_its_recorders() {
        let visit = |is_sealed, is_void| Receiving {
            visit: VisitId(7),
            number: "LF20260615-0110-001".to_owned(),
            case: None,
            recorded_by: StaffId(1),
            is_sealed,
            is_void,
            is_erased: false,
            is_open: !is_sealed,
        };
        let closed = Receiving { is_open: false, ..visit(false, false) };
        for (who, to, expected) in [
            (1, visit(false, false), Ok(1)),
            (2, visit(false, false), Ok(1)),
            (1, visit(true, false), Ok(1)),
            (2, visit(true, false), Err(Refusal::NotTheRecorder)),
            (1, visit(false, true), Err(Refusal::Void)),
            (2, closed, Err(Refusal::NotOpen)),
        ] {
            let files = vec![file(DocumentKind::VisitMaterial, "材料.pdf", b"%PDF-1.7").unwrap()];
            let added = add(&clerk(who), &to, files, DateTime::UNIX_EPOCH);
            assert_eq!(added.map(|added| added.files().len()), expected, "{who} {to:?}");
        }
        let nothing = add(&clerk(1), &visit(false, false), Vec::new(), DateTime::UNIX_EPOCH);
        assert_eq!(nothing.map(|_| ()), Err(Refusal::Nothing));
    }
}
