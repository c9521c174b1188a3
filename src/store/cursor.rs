//! Places in a list: opaque, sealed, and only good for the list they were made for. A token that
//! was made up, or comes from another order, opens to nothing: the first page.

use super::StoreResult;
use super::keys::Keys;

const BETWEEN: &str = "\u{1f}";

/// Where a page of a list begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    First,
    After(String),
    Before(String),
}

/// A token for the row with these sort values.
pub fn seal(keys: &Keys, list: &str, values: &[&str]) -> StoreResult<String> {
    keys.seal_text(("place", list), &values.join(BETWEEN))
}

/// The sort values of a token, if it is one of this list.
pub fn open<const N: usize>(keys: &Keys, list: &str, token: &str) -> Option<[String; N]> {
    let text = keys.open_text(("place", list), token).ok()?;
    let values: Vec<String> = text.split(BETWEEN).map(str::to_owned).collect();
    values.try_into().ok()
}

/// Where a page begins, as a query binds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened<const N: usize> {
    pub values: Option<[String; N]>,
    /// Read towards the beginning, to be turned around afterwards.
    pub backwards: bool,
}

impl Place {
    /// The place opened; the first page where the token is none.
    pub fn opened<const N: usize>(&self, keys: &Keys, list: &str) -> Opened<N> {
        let (token, backwards) = match self {
            Self::First => return Opened { values: None, backwards: false },
            Self::After(token) => (token, false),
            Self::Before(token) => (token, true),
        };
        let values = open(keys, list, token);
        Opened { backwards: backwards && values.is_some(), values }
    }
}

/// A page of rows, with tokens to the pages around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    pub rows: Vec<T>,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl<T> Paged<T> {
    /// Makes the page of what a query for one row more than the size has found, in its order.
    pub fn of<const N: usize>(
        mut rows: Vec<T>,
        size: usize,
        opened: &Opened<N>,
        token: impl Fn(&T) -> StoreResult<String>,
    ) -> StoreResult<Self> {
        let more = rows.len() > size;
        rows.truncate(size);
        if opened.backwards {
            rows.reverse();
        }
        let (earlier, later) =
            if opened.backwards { (more, true) } else { (opened.values.is_some(), more) };
        let before = rows.first().filter(|_| earlier).map(&token).transpose()?;
        let after = rows.last().filter(|_| later).map(&token).transpose()?;
        Ok(Self { rows, before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_in_its_own_list_alone() {
        let keys = Keys::from_master(&[7; 32]);
        let token = seal(&keys, "cases by due", &["2026-06-16", "XF2026-00128"]).unwrap();
        let values = Some(["2026-06-16".to_owned(), "XF2026-00128".to_owned()]);
        assert_eq!(open::<2>(&keys, "cases by due", &token), values);
        assert_eq!(open::<2>(&keys, "cases by name", &token), None);
        assert_eq!(open::<3>(&keys, "cases by due", &token), None);
        for made_up in ["", "1", "zz", "00ff", &"a".repeat(200)] {
            assert_eq!(open::<2>(&keys, "cases by due", made_up), None, "{made_up}");
            let place = Place::Before(made_up.to_owned()).opened::<2>(&keys, "cases by due");
            assert_eq!(place, Opened::default(), "{made_up}");
        }
        assert!(!token.contains("XF2026"));
    }

    #[test]
    fn a_page_knows_whether_there_are_others() {
        let values = Some([String::new()]);
        let table = [
            // (rows found, size, opened, rows shown, before, after)
            (vec![1, 2, 3], 2, None, false, vec![1, 2], false, true),
            (vec![1, 2], 2, None, false, vec![1, 2], false, false),
            (vec![3, 4], 2, values.clone(), false, vec![3, 4], true, false),
            (vec![3, 4, 5], 2, values.clone(), false, vec![3, 4], true, true),
            (vec![4, 3, 2], 2, values.clone(), true, vec![3, 4], true, true),
            (vec![2, 1], 2, values, true, vec![1, 2], false, true),
            (vec![], 2, None, false, vec![], false, false),
        ];
        for (found, size, values, backwards, shown, before, after) in table {
            let opened = Opened { values, backwards };
            let page = Paged::of(found, size, &opened, |row| Ok(row.to_string())).unwrap();
            assert_eq!(page.rows, shown);
            assert_eq!((page.before.is_some(), page.after.is_some()), (before, after));
        }
    }
}
