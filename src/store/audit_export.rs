//! The seal under what is handed out of the audit: whoever holds the program's keys can tell later
//! whether a file is as it was handed out.

use super::keys::{Keys, hex, unhex};

/// What the last line begins with; the seal follows, which says with which suite and key it was made.
pub const SEALED: &str = "校验码,";
const PURPOSE: &str = "audit.export";

/// The seal of a text.
pub fn seal(keys: &Keys, text: &str) -> String {
    hex(&keys.index(PURPOSE, text))
}

/// Whether a file is as it was handed out, to the last byte before its seal.
pub fn holds(keys: &Keys, file: &str) -> bool {
    let Some((text, seal)) = file.rfind(SEALED).and_then(|at| file.split_at_checked(at)) else {
        return false;
    };
    let seal = seal.trim_start_matches(SEALED).trim_end();
    unhex(seal).is_some_and(|seal| keys.is_index(PURPOSE, text, &seal))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S82.
    #[test]
    fn a_file_that_was_changed_anywhere_is_known() {
        let keys = Keys::from_master(&[7; 32]);
        let text = "序号,时间\r\n1,张某\r\n";
        let file = format!("{text}{SEALED}{}\r\n", seal(&keys, text));
        assert!(holds(&keys, &file));
        assert!(holds(&Keys::of((&[8; 32], &[&[7; 32]]), super::super::keys::Cipher::Sm4), &file));
        assert!(!holds(&Keys::from_master(&[8; 32]), &file));
        for changed in [file.replace("张某", "李某"), file.replace("1,", ""), text.to_owned()] {
            assert!(!holds(&keys, &changed), "{changed}");
        }
    }
}
