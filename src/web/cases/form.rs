//! The address of a list: what is asked, in what order, which page. The whole state of the page is
//! in it, so a list can be sent to a colleague.

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;

use crate::domain::calendar::{read_day, start_of};
use crate::domain::category::Category;
use crate::domain::petition_case::Stage;
use crate::domain::petitioner::Name;
use crate::domain::source::Source;
use crate::domain::staff::Role;
use crate::store::case_lists::{Filter, Order, SortKey, Window, Words};
use crate::store::cursor::Place;
use crate::web::urls;

/// The sizes of a page.
pub const SIZES: [usize; 3] = [20, 50, 100];
const USUAL: usize = 50;
/// A print holds as much as is counted.
const PRINTED: usize = 1000;

/// What the address says, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub court: String,
    pub stage: String,
    pub due: String,
    pub source: String,
    pub category: String,
    pub leader: String,
    pub handler: String,
    pub assigned_from: String,
    pub assigned_to: String,
    pub mine: String,
    pub sort: String,
    pub desc: String,
    pub size: String,
    pub after: String,
    pub before: String,
    pub print: String,
}

impl Asked {
    /// The fields that an address may carry, in its order; a page's place is not kept.
    fn fields(&self) -> [(&'static str, &str); 14] {
        [
            ("q", &self.q),
            ("court", &self.court),
            ("stage", &self.stage),
            ("due", &self.due),
            ("source", &self.source),
            ("category", &self.category),
            ("leader", &self.leader),
            ("handler", &self.handler),
            ("assigned_from", &self.assigned_from),
            ("assigned_to", &self.assigned_to),
            ("mine", &self.mine),
            ("sort", &self.sort),
            ("desc", &self.desc),
            ("size", &self.size),
        ]
    }

    /// The names of what the list is narrowed by.
    pub fn conditions(&self) -> Vec<&'static str> {
        let fields = self.fields();
        fields
            .iter()
            .take(11)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| *name)
            .collect()
    }

    /// The address of this list with some of it changed; an empty value leaves the field out.
    pub fn href(&self, changes: &[(&str, &str)]) -> String {
        let fields = self.fields();
        let kept =
            fields.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let pairs: Vec<String> = kept
            .copied()
            .chain(changes.iter().copied())
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", urls::encode(value.trim())))
            .collect();
        if pairs.is_empty() { "/cases".to_owned() } else { format!("/cases?{}", pairs.join("&")) }
    }

    /// Whether nothing was asked: then a handler and a leader see their own cases first.
    fn is_bare(&self) -> bool {
        self.fields().iter().take(11).all(|(_, value)| value.is_empty())
    }

    /// Whether the list is of the reader's own cases.
    pub fn is_mine(&self, role: Role) -> bool {
        self.mine == "yes" || self.is_bare() && matches!(role, Role::Handler | Role::Leader)
    }

    /// What the list asks for. What makes no sense is not asked.
    pub fn filter(&self, role: Role, today: NaiveDate) -> Filter {
        let (due_from, due_until) = due_days(&self.due, today);
        let (open, stage) = match self.stage.as_str() {
            "" | "open" => (Some(true), None),
            "all" => (None, None),
            "closed" => (Some(false), None),
            code => (None, Stage::from_code(code)),
        };
        let day = |text: &str| read_day(text, today);
        Filter {
            words: words(&self.q),
            court: some(&self.court),
            open,
            stage,
            due_from,
            due_until,
            source: Source::from_code(&self.source),
            category: Category::from_code(&self.category),
            leader: some(&self.leader),
            handler: some(&self.handler),
            assigned_from: day(&self.assigned_from).map(start_of),
            assigned_until: day(&self.assigned_to).map(|day| start_of(day + Days::new(1))),
            mine: self.is_mine(role),
        }
    }

    /// What was asked and can't be read: the list is not narrowed by it, and says so.
    pub fn unread(&self, today: NaiveDate) -> Vec<String> {
        let days = [("交办日期从", &self.assigned_from), ("交办日期到", &self.assigned_to)];
        let unread =
            days.iter().filter(|(_, text)| !text.is_empty() && read_day(text, today).is_none());
        unread
            .map(|(label, text)| {
                format!("{label}“{text}”读不出日期，没有按它筛选。请写成 2026-06-15 的样子。")
            })
            .collect()
    }

    /// The order, by due day unless another is asked.
    pub fn order(&self) -> Order {
        let key = SortKey::ALL.iter().find(|(_, code)| *code == self.sort);
        Order { key: key.map_or(SortKey::Due, |(key, _)| *key), descending: self.desc == "yes" }
    }

    /// How many rows a page has.
    pub fn size(&self) -> usize {
        self.size.parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(USUAL)
    }

    /// Whether the list is to be printed whole.
    pub fn is_print(&self) -> bool {
        self.print == "yes"
    }

    /// Which page.
    pub fn window(&self) -> Window {
        let place = match (self.after.as_str(), self.before.as_str()) {
            _ if self.is_print() => Place::First,
            ("", "") => Place::First,
            ("", before) => Place::Before(before.to_owned()),
            (after, _) => Place::After(after.to_owned()),
        };
        let size = if self.is_print() { PRINTED } else { self.size() };
        Window { order: self.order(), place, size }
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number from its beginning, a number by its last digits, or a name.
fn words(text: &str) -> Words {
    let text = text.trim();
    let upper = text.to_uppercase();
    if upper.starts_with("XF") {
        Words::NumberPrefix(upper)
    } else if text.len() >= 2 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Words::NumberTail(text.to_owned())
    } else if text.is_empty() {
        Words::None
    } else {
        let key = Name::parse(text).map_or_else(|_| text.to_lowercase(), |name| name.normalised());
        Words::Name(key)
    }
}

/// The due days of a choice, half-open; the week ends on Sunday.
fn due_days(choice: &str, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let after = |days| today.checked_add_days(Days::new(days));
    match choice {
        "over" => (None, Some(today)),
        "today" => (Some(today), after(1)),
        "soon" => (after(1), after(4)),
        "week" => {
            let left = 7 - u64::from(today.weekday().num_days_from_monday());
            (Some(today), after(left))
        }
        "later" => (after(4), None),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Fields<'a> = &'a [(&'a str, &'a str)];

    fn asked(fields: Fields<'_>) -> Asked {
        let mut asked = Asked::default();
        for (name, value) in fields {
            let field = match *name {
                "q" => &mut asked.q,
                "stage" => &mut asked.stage,
                "due" => &mut asked.due,
                "mine" => &mut asked.mine,
                "sort" => &mut asked.sort,
                "size" => &mut asked.size,
                "after" => &mut asked.after,
                name => panic!("{name}"),
            };
            (*value).clone_into(field);
        }
        asked
    }

    #[test]
    fn a_word_is_a_number_or_a_name() {
        let table = [
            ("", Words::None),
            ("xf2026-001", Words::NumberPrefix("XF2026-001".to_owned())),
            (" XF2026-00128 ", Words::NumberPrefix("XF2026-00128".to_owned())),
            ("00128", Words::NumberTail("00128".to_owned())),
            ("张某", Words::Name("张某".to_owned())),
            ("阿卜·杜某", Words::Name("阿卜杜某".to_owned())),
            ("张", Words::Name("张".to_owned())),
            ("1", Words::Name("1".to_owned())),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn the_due_days_of_a_choice() {
        // A Wednesday.
        let today: NaiveDate = "2026-06-17".parse().unwrap();
        let table = [
            ("over", None, Some("2026-06-17")),
            ("today", Some("2026-06-17"), Some("2026-06-18")),
            ("soon", Some("2026-06-18"), Some("2026-06-21")),
            ("week", Some("2026-06-17"), Some("2026-06-22")),
            ("later", Some("2026-06-21"), None),
            ("", None, None),
            ("nonsense", None, None),
        ];
        for (choice, from, until) in table {
            let day = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            assert_eq!(due_days(choice, today), (day(from), day(until)), "{choice}");
        }
    }

    #[test]
    fn an_address_holds_the_whole_list_but_not_the_place_in_it() {
        let list = asked(&[("q", "张某"), ("stage", "all"), ("after", "0102")]);
        assert_eq!(list.href(&[]), "/cases?q=%E5%BC%A0%E6%9F%90&stage=all");
        assert_eq!(list.href(&[("q", "")]), "/cases?stage=all");
        assert_eq!(list.href(&[("q", ""), ("stage", "")]), "/cases");
        let after = list.href(&[("after", "0304")]);
        assert_eq!(after, "/cases?q=%E5%BC%A0%E6%9F%90&stage=all&after=0304");
    }

    #[test]
    fn whoever_handles_cases_sees_their_own_first() {
        let table: [(_, Fields<'_>, _); 6] = [
            (Role::Handler, &[], true),
            (Role::Leader, &[("size", "20")], true),
            (Role::Handler, &[("due", "over")], false),
            (Role::Handler, &[("mine", "no")], false),
            (Role::Bureau, &[], false),
            (Role::Bureau, &[("mine", "yes")], true),
        ];
        for (role, fields, expected) in table {
            assert_eq!(asked(fields).is_mine(role), expected, "{role:?} {fields:?}");
        }
    }

    #[test]
    fn the_stage_is_open_unless_asked() {
        let today = "2026-06-15".parse().unwrap();
        let table = [
            ("", (Some(true), None)),
            ("all", (None, None)),
            ("closed", (Some(false), None)),
            ("returned", (None, Some(Stage::Returned))),
            ("nonsense", (None, None)),
        ];
        for (stage, expected) in table {
            let filter = asked(&[("stage", stage)]).filter(Role::Bureau, today);
            assert_eq!((filter.open, filter.stage), expected, "{stage}");
        }
    }

    #[test]
    fn a_size_or_order_that_is_not_offered_is_the_usual_one() {
        for (size, expected) in [("20", 20), ("100", 100), ("7", 50), ("", 50), ("-1", 50)] {
            assert_eq!(asked(&[("size", size)]).size(), expected, "{size}");
        }
        assert_eq!(asked(&[("sort", "name")]).order().key, SortKey::Name);
        assert_eq!(asked(&[("sort", "1;--")]).order().key, SortKey::Due);
    }
}
