//! Choosing a person by what was typed: the name, or the line of the list, which is of one alone.

use super::form::Choice;
use super::handling::titled;
use crate::domain::ids::StaffId;

/// Those who can be chosen: the key, the name, and the line.
#[derive(Debug)]
pub struct People(Vec<(StaffId, String, String)>);

/// Why nobody was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    Nobody,
    /// More than one bears the name.
    Several,
}

/// Someone with what the line adds to the name, and the name to sign in with: it tells two apart of
/// whom everything else says the same.
#[derive(Debug, Clone)]
pub struct Someone<'a> {
    pub id: StaffId,
    pub name: &'a str,
    pub more: String,
    pub username: &'a str,
}

impl People {
    pub fn of<'a>(all: impl IntoIterator<Item = Someone<'a>>) -> Self {
        let mut all: Vec<Someone<'a>> = all.into_iter().collect();
        let mut seen = Vec::new();
        // Somebody may be here by two grants.
        all.retain(|one| {
            !seen.contains(&one.id) && {
                seen.push(one.id);
                true
            }
        });
        let line = |one: &Someone<'_>| titled(one.name, &one.more);
        let lines = all.iter().map(|one| {
            let alike = all.iter().filter(|other| line(other) == line(one)).count() > 1;
            let apart = if alike { format!("（{}）", one.username) } else { String::new() };
            (one.id, one.name.to_owned(), format!("{}{apart}", line(one)))
        });
        Self(lines.collect())
    }

    /// The list.
    pub fn choices(&self) -> Vec<Choice> {
        Choice::list(self.0.iter().map(|(_, _, line)| (line.clone(), String::new())), "")
    }

    /// Whom it means.
    pub fn find(&self, typed: &str) -> Result<StaffId, Missed> {
        let typed = typed.trim();
        if let Some((id, ..)) = self.0.iter().find(|(_, _, line)| line == typed) {
            return Ok(*id);
        }
        let mut named = self.0.iter().filter(|(_, name, _)| name == typed);
        match (named.next(), named.next()) {
            (Some((id, ..)), None) => Ok(*id),
            (None, _) => Err(Missed::Nobody),
            (Some(_), Some(_)) => Err(Missed::Several),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_person_and_a_line_always_does() {
        let one = |id, name, more: &str, username| Someone {
            id: StaffId(id),
            name,
            more: more.to_owned(),
            username,
        };
        let people = People::of([
            one(1, "钱某", "中院", "qian"),
            one(2, "孙某", "中院", "sun"),
            one(3, "孙某", "东湖法院", "sun.dh"),
            one(4, "周某", "中院", "zhou"),
            one(5, "周某", "中院", "zhou2"),
            one(1, "钱某", "中院", "qian"),
        ]);
        for (typed, expected) in [
            ("钱某", Ok(StaffId(1))),
            (" 钱某　中院 ", Ok(StaffId(1))),
            ("孙某", Err(Missed::Several)),
            ("孙某　东湖法院", Ok(StaffId(3))),
            ("周某　中院", Err(Missed::Nobody)),
            ("周某　中院（zhou2）", Ok(StaffId(5))),
            ("李某", Err(Missed::Nobody)),
            ("", Err(Missed::Nobody)),
        ] {
            assert_eq!(people.find(typed), expected, "{typed}");
        }
        assert_eq!(people.choices().len(), 5);
    }
}
