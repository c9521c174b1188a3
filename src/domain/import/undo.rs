//! Undoing an import as a whole (整批撤销): its cases become void, while nothing was built on them.

use crate::domain::code::getters;
use crate::domain::ids::ImportId;

/// What has become of an import since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub undone: bool,
    /// The numbers of its cases on which anything was recorded since.
    pub handled: Vec<String>,
    /// The numbers of its cases that a bulletin counts.
    pub counted: Vec<String>,
}

/// Why an import stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("本次导入已经撤销")]
    AlreadyUndone,
    #[error("请写明撤销原因")]
    ReasonMissing,
    #[error("已有办理记录，不能整批撤销：{}", some(.0))]
    Handled(Vec<String>),
    #[error("已计入通报，不能整批撤销：{}", some(.0))]
    Counted(Vec<String>),
}

/// That an import was undone. Only [`undo`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    import: ImportId,
    reason: String,
}

getters! {
    Undone {
        import: ImportId,
        reason: &str,
    }
}

/// Undoes an import, for a reason. A case that was handled since, or that a bulletin counts,
/// keeps all of them: a part of a batch is never undone.
pub fn undo(import: ImportId, standing: &Standing, reason: &str) -> Result<Undone, Refusal> {
    if standing.undone {
        return Err(Refusal::AlreadyUndone);
    }
    if !standing.handled.is_empty() {
        return Err(Refusal::Handled(standing.handled.clone()));
    }
    if !standing.counted.is_empty() {
        return Err(Refusal::Counted(standing.counted.clone()));
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(Undone { import, reason: reason.to_owned() })
}

/// The first ten numbers, and how many there are.
fn some(numbers: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<_> = numbers.iter().take(SHOWN).map(String::as_str).collect();
    let shown = shown.join("、");
    if numbers.len() > SHOWN { format!("{shown}等{}件", numbers.len()) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<String> {
        (1..=count).map(|nth| format!("XF2026-{nth:05}")).collect()
    }

    #[test]
    fn an_import_is_undone_only_while_nothing_was_built_on_it() {
        let standing = |undone, handled, counted| Standing {
            undone,
            handled: numbers(handled),
            counted: numbers(counted),
        };
        let table = [
            (standing(false, 0, 0), " 选错了文件 ", Ok("选错了文件")),
            (standing(false, 0, 0), "　", Err("请写明撤销原因")),
            (standing(true, 0, 0), "选错了文件", Err("本次导入已经撤销")),
            (
                standing(false, 2, 0),
                "选错了文件",
                Err("已有办理记录，不能整批撤销：XF2026-00001、XF2026-00002"),
            ),
            (standing(false, 0, 1), "", Err("已计入通报，不能整批撤销：XF2026-00001")),
        ];
        for (standing, reason, expected) in table {
            let undone = undo(ImportId(1), &standing, reason);
            let said = undone.as_ref().map(Undone::reason).map_err(ToString::to_string);
            assert_eq!(said, expected.map_err(str::to_owned), "{standing:?}");
        }
    }

    #[test]
    fn of_many_cases_the_first_ten_are_named() {
        let said = Refusal::Handled(numbers(12)).to_string();
        assert!(said.ends_with("、XF2026-00010等12件"), "{said}");
        assert!(!said.contains("00011"));
    }
}
