//! What a password must be: two profiles, and the passwords that everybody thinks of first.
//!
//! 等级保护 asks for kinds of characters and a change every 90 days; ASVS forbids both. So it is a
//! setting, and the list of common passwords holds for either.

mod common;

use chrono::{DateTime, Duration, Utc};

use super::code::codes;

/// The shortest password of either profile.
pub const SHORTEST: usize = 12;
/// Longer than any passphrase; what is longer was not typed.
const LONGEST: usize = 256;
/// A name as short as this stands in too many words.
const SHORTEST_NAME: usize = 3;

codes! {
    /// Whose rules hold.
    Profile {
        Dengbao = "dengbao", "等级保护";
        Asvs = "asvs", "ASVS";
    }
}

/// The rules for passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Of upper case, lower case, digits and all others, so many occur.
    pub kinds: usize,
    /// It has so many characters.
    pub shortest: usize,
    /// It is none of the last so many.
    pub history: usize,
    /// It is changed after so many days.
    pub days: Option<i64>,
}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("新密码至少{0}位")]
    Short(usize),
    #[error("新密码至多256位")]
    Long,
    #[error("新密码不能含用户名或法院名称")]
    Named,
    #[error("新密码要有大写字母、小写字母、数字、其他字符中的至少三种")]
    Kinds,
    #[error("新密码太常见，容易被猜到，请换一个")]
    Common,
}

impl Policy {
    /// 等级保护三级, as its assessors ask.
    pub const DENGBAO: Self = Self { kinds: 3, shortest: SHORTEST, history: 5, days: Some(90) };
    /// OWASP ASVS 5.0: length, and nothing that everybody thinks of.
    pub const ASVS: Self = Self { kinds: 0, shortest: SHORTEST, history: 0, days: None };

    /// The rules of a profile.
    pub const fn of(profile: Profile) -> Self {
        match profile {
            Profile::Dengbao => Self::DENGBAO,
            Profile::Asvs => Self::ASVS,
        }
    }

    /// Whether a password that was set then must be changed now.
    pub fn is_old(&self, set_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.days.is_some_and(|days| now - set_at >= Duration::days(days))
    }

    /// What whoever chooses a password is told.
    pub fn hint(&self) -> String {
        let what = if self.kinds > 1 {
            "大写字母、小写字母、数字、其他字符（汉字、空格、符号）中至少三种"
        } else {
            "可以用一句话"
        };
        format!("至少{}位，{what}", self.shortest)
    }

    /// Whether a new password will do. `names` are those of the account, its courts and the program.
    pub fn check(&self, password: &str, names: &[&str]) -> Result<(), Fault> {
        let length = password.chars().count();
        if length < self.shortest {
            return Err(Fault::Short(self.shortest));
        }
        if length > LONGEST {
            return Err(Fault::Long);
        }
        let lower = password.to_lowercase();
        let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        if names.iter().any(|name| is_telling(name) && lower.contains(name.as_str())) {
            return Err(Fault::Named);
        }
        if kinds(password) < self.kinds {
            return Err(Fault::Kinds);
        }
        if common::is_common(&lower) {
            return Err(Fault::Common);
        }
        Ok(())
    }
}

/// Two Chinese characters are a name; two letters are not.
fn is_telling(name: &str) -> bool {
    let shortest = if name.is_ascii() { SHORTEST_NAME } else { 2 };
    name.chars().count() >= shortest
}

fn kinds(password: &str) -> usize {
    let other = |letter: char| !letter.is_ascii_alphanumeric();
    [
        password.contains(|letter: char| letter.is_ascii_uppercase()),
        password.contains(|letter: char| letter.is_ascii_lowercase()),
        password.contains(|letter: char| letter.is_ascii_digit()),
        password.contains(other),
    ]
    .into_iter()
    .filter(|there| *there)
    .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["donghu.handler", "东湖区人民法院", "东湖法院", "案结", "anjie", "li"];

    /// S3.
    #[test]
    fn each_profile_says_what_it_asks_for() {
        let long = "湖边有一棵会唱歌的老柳树".repeat(8);
        for (password, dengbao, asvs) in [
            ("Lv7 湖边柳树会唱", Err(Fault::Short(12)), Err(Fault::Short(12))),
            ("湖边有一棵会唱歌的老柳树", Err(Fault::Kinds), Ok(())),
            ("湖边有一棵会唱歌的老柳树 Lv7", Ok(()), Ok(())),
            ("correct horse battery", Err(Fault::Kinds), Ok(())),
            ("Correct horse battery", Ok(()), Ok(())),
            ("kT4#mQ9!xW2z", Ok(()), Ok(())),
            (long.as_str(), Err(Fault::Kinds), Ok(())),
        ] {
            assert_eq!(Policy::DENGBAO.check(password, NAMES), dengbao, "{password}");
            assert_eq!(Policy::ASVS.check(password, NAMES), asvs, "{password}");
        }
        assert_eq!(Policy::ASVS.check(&"湖边柳树".repeat(65), NAMES), Err(Fault::Long));
        assert_eq!(Policy::of(Profile::Dengbao).days, Some(90));
        assert_eq!(Policy::of(Profile::Asvs), Policy::ASVS);
    }

    /// S4.
    #[test]
    fn the_names_of_the_account_its_courts_and_the_program_are_refused() {
        for password in ["2026-Donghu.Handler", "东湖法院 Kq7 柳树湖边会", "Anjie 湖边柳树 4711"]
        {
            assert_eq!(Policy::DENGBAO.check(password, NAMES), Err(Fault::Named), "{password}");
        }
        assert_eq!(Policy::DENGBAO.check("Glimmer 4711 tree", NAMES), Ok(()), "two letters");
    }
}
