//! Keeping accounts (用户管理): the system administrator adds people and says where they work. What they
//! may open is the security administrators' to give.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar;
use super::code::getters;
use super::granting::{last_ones, too_few};
use super::ids::UnitId;
use super::staff::{Actor, PostKind, Role};

/// Why an account can't be kept so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有系统管理员可以管理用户")]
    NotTheSystemAdministrator,
    #[error("用户名用小写字母、数字、点和下划线，3至32位，以字母开头")]
    Username,
    #[error("用户名“{0}”已被使用")]
    Taken(String),
    #[error("请填写姓名")]
    NoName,
    #[error("请选择所在单位")]
    NoUnit,
    #[error("请填写职务名称")]
    NoTitle,
    #[error("本人不能停用自己的账号")]
    OneSelf,
    #[error("本人不能把自己变动到另一法院，请由另一名系统管理员办理")]
    OwnCourt,
    #[error("{}，再停用", last_ones(*.0))]
    LastActive(Role),
    #[error("{}，再变动单位", last_ones(*.0))]
    LastHere(Role),
}

/// One of the three that someone is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Administering {
    pub role: Role,
    /// The court of the grant.
    pub court: UnitId,
    /// How many others hold the role, and can sign in.
    pub others: usize,
}

/// What an account is before it is changed; of a new one nothing.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Whether it is that of whoever asks.
    pub own: bool,
    /// The court that the person leaves for another.
    pub leaves: Option<UnitId>,
    pub administers: Vec<Administering>,
}

/// What is known of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub unit: UnitId,
    pub phone: String,
    pub active: bool,
    pub post: Option<PostKind>,
    /// As a signature prints it.
    pub post_title: String,
}

/// The fact that an account is kept so from now on. Only [`keep`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    profile: Profile,
    leaves: Option<UnitId>,
    at: DateTime<Utc>,
}

/// Keeps an account.
pub fn keep(
    actor: &Actor,
    before: &Before,
    mut profile: Profile,
    at: DateTime<Utc>,
) -> Result<Kept, Refusal> {
    if actor.role != Role::Sysadmin {
        return Err(Refusal::NotTheSystemAdministrator);
    }
    if before.own && !profile.active {
        return Err(Refusal::OneSelf);
    }
    if before.own && before.leaves.is_some() {
        return Err(Refusal::OwnCourt);
    }
    for it in &before.administers {
        if too_few(it.role, it.others) && !profile.active {
            return Err(Refusal::LastActive(it.role));
        }
        if too_few(it.role, it.others) && before.leaves == Some(it.court) {
            return Err(Refusal::LastHere(it.role));
        }
    }
    for text in [&mut profile.name, &mut profile.phone, &mut profile.post_title] {
        *text = text.trim().to_owned();
    }
    if profile.name.is_empty() {
        return Err(Refusal::NoName);
    }
    if profile.post.is_some() && profile.post_title.is_empty() {
        return Err(Refusal::NoTitle);
    }
    Ok(Kept { profile, leaves: before.leaves, at })
}

/// A name to sign in with.
pub fn username(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim();
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_lowercase());
    let rest =
        letters.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "._".contains(it));
    let of_the_program = name.starts_with("job.");
    if begins && rest && (3..=32).contains(&name.len()) && !of_the_program {
        Ok(name.to_owned())
    } else {
        Err(Refusal::Username)
    }
}

getters! {
    Kept {
        /// What is known of the person.
        profile: &Profile,
        /// The court that the person leaves: what they held there ends.
        leaves: Option<UnitId>,
        /// Since when.
        at: DateTime<Utc>,
    }
}

impl Kept {
    /// The day of it.
    pub fn day(&self) -> NaiveDate {
        calendar::day_of(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::actor;

    fn profile() -> Profile {
        Profile {
            name: " 李某某 ".to_owned(),
            unit: UnitId(4),
            phone: "0000-1000047".to_owned(),
            active: true,
            post: Some(PostKind::Officer),
            post_title: "书记员".to_owned(),
        }
    }

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    #[test]
    fn the_system_administrator_alone_keeps_accounts() {
        for &role in Role::ALL {
            let kept = keep(&actor(role), &Before::default(), profile(), at());
            assert_eq!(kept.is_ok(), role == Role::Sysadmin, "{role:?}");
        }
        let sysadmin = actor(Role::Sysadmin);
        let nothing = Before::default();
        let own = Before { own: true, ..Before::default() };
        let kept = keep(&sysadmin, &nothing, profile(), at()).unwrap();
        assert_eq!(kept.profile().name, "李某某");
        let gone = Profile { active: false, ..profile() };
        assert!(keep(&sysadmin, &nothing, gone.clone(), at()).is_ok());
        assert_eq!(keep(&sysadmin, &own, gone, at()).err(), Some(Refusal::OneSelf));
        let nameless = Profile { name: " ".to_owned(), ..profile() };
        assert_eq!(keep(&sysadmin, &nothing, nameless, at()).err(), Some(Refusal::NoName));
        let untitled = Profile { post_title: String::new(), ..profile() };
        assert_eq!(keep(&sysadmin, &nothing, untitled, at()).err(), Some(Refusal::NoTitle));
    }

    /// S27, S31.
    #[test]
    fn of_the_three_enough_stay_whoever_is_deactivated_or_moved() {
        let sysadmin = actor(Role::Sysadmin);
        let gone = Profile { active: false, ..profile() };
        for (role, others, may) in [
            (Role::Secadmin, 1, false),
            (Role::Secadmin, 2, true),
            (Role::Auditor, 0, false),
            (Role::Auditor, 1, true),
            (Role::Sysadmin, 0, false),
            (Role::Sysadmin, 1, true),
        ] {
            let administers = vec![Administering { role, court: UnitId(1), others }];
            let stays = Before { administers, ..Before::default() };
            assert!(keep(&sysadmin, &stays, profile(), at()).is_ok(), "{role:?}");
            let said = keep(&sysadmin, &stays, gone.clone(), at()).err();
            assert_eq!(said, (!may).then_some(Refusal::LastActive(role)), "{role:?} {others}");
            let leaves = Before { leaves: Some(UnitId(1)), ..stays.clone() };
            let said = keep(&sysadmin, &leaves, profile(), at()).err();
            assert_eq!(said, (!may).then_some(Refusal::LastHere(role)), "{role:?} {others}");
            let elsewhere = Before { leaves: Some(UnitId(2)), ..stays };
            let kept = keep(&sysadmin, &elsewhere, profile(), at()).unwrap();
            assert_eq!(kept.leaves(), Some(UnitId(2)));
        }
        let own = Before { own: true, leaves: Some(UnitId(1)), administers: Vec::new() };
        let said = keep(&sysadmin, &own, profile(), at());
        assert_eq!(said.err(), Some(Refusal::OwnCourt));
    }

    #[test]
    fn a_sign_in_name_can_be_typed_by_anyone() {
        for (typed, good) in [
            ("donghu.clerk2", true),
            (" li_m ", true),
            ("ab", false),
            ("2li", false),
            ("李某某", false),
            ("Li.Mou", false),
            ("job.admin", false),
            ("a b c", false),
            (&"a".repeat(33), false),
        ] {
            assert_eq!(username(typed).is_ok(), good, "{typed}");
        }
    }
}
