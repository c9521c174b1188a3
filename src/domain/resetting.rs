//! What a security administrator does to someone's account (账号安全): a first password, another second
//! factor, sessions ended. Whoever sees the first password of another administrator, and takes the
//! second factor away, could act as both of two: those are helped on the server.

use chrono::{DateTime, Utc};

use super::code::getters;
use super::ids::StaffId;
use super::staff::{Actor, Role};

/// Why an account is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有安全管理员可以重置账号")]
    NotTheSecurityAdministrator,
    #[error("本人的账号在个人设置中办理")]
    OneSelf,
    #[error("{0}是管理员，密码和动态口令由系统维护人员在服务器上用命令行重置")]
    Administrator(String),
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    Password,
    Factor,
    Sessions,
}

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub staff: StaffId,
    pub name: String,
    /// Now, or from a day to come.
    pub is_administrator: bool,
}

/// The fact that it is done. Only [`reset`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    at: DateTime<Utc>,
}

/// Does something to someone's account.
pub fn reset(
    actor: &Actor,
    account: &Account,
    what: Reset,
    at: DateTime<Utc>,
) -> Result<Done, Refusal> {
    if actor.role != Role::Secadmin {
        return Err(Refusal::NotTheSecurityAdministrator);
    }
    if account.staff == actor.staff {
        return Err(Refusal::OneSelf);
    }
    if account.is_administrator && what != Reset::Sessions {
        return Err(Refusal::Administrator(account.name.clone()));
    }
    Ok(Done { at })
}

getters! {
    Done {
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::actor;

    /// S31.
    #[test]
    fn a_security_administrator_opens_nobodys_account_who_is_one_of_two() {
        use Reset::{Factor, Password, Sessions};
        let account = |staff, is_administrator| {
            let name = "钱某".to_owned();
            Account { staff: StaffId(staff), name, is_administrator }
        };
        let at = "2026-06-15T02:10:00Z".parse().unwrap();
        for what in [Password, Factor, Sessions] {
            for &role in Role::ALL {
                let done = reset(&actor(role), &account(2, false), what, at);
                assert_eq!(done.is_ok(), role == Role::Secadmin, "{role:?} {what:?}");
            }
            let mine = reset(&actor(Role::Secadmin), &account(1, true), what, at);
            assert_eq!(mine, Err(Refusal::OneSelf), "{what:?}");
            let other = reset(&actor(Role::Secadmin), &account(2, true), what, at).err();
            let refused = Refusal::Administrator("钱某".to_owned());
            assert_eq!(other, (what != Sessions).then_some(refused), "{what:?}");
        }
    }
}
