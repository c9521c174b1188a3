//! Accounts that nobody uses are closed (长期未使用账号停用): after 90 whole days of the courts' calendar.
//!
//! The administrators' accounts too: they open the most. But the last of a kind stays, for without a
//! system administrator nobody could open an account again, and without security administrators
//! nobody could give a password. Identities of jobs are no accounts: nobody signs in with them.

use chrono::{DateTime, Utc};

use super::calendar::day_of;
use super::code::getters;
use super::ids::StaffId;
use super::staff::Role;

/// So many days without use.
pub const DAYS: i64 = 90;

/// An open account, with the roles that it holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: StaffId,
    pub roles: Vec<Role>,
    /// Its last use: signing in, a page, a new password; where there was none, its making.
    pub used_at: DateTime<Utc>,
}

/// The fact that an account is closed for want of use. Only [`close_unused`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    account: StaffId,
    used_at: DateTime<Utc>,
    at: DateTime<Utc>,
}

/// Whether 90 whole days went by since the day of the last use.
pub fn is_unused(used_at: DateTime<Utc>, at: DateTime<Utc>) -> bool {
    (day_of(at) - day_of(used_at)).num_days() > DAYS
}

/// The accounts to be closed, of all that are open.
pub fn close_unused(accounts: &[Account], at: DateTime<Utc>) -> Vec<Closed> {
    let mut by_use: Vec<&Account> = accounts.iter().collect();
    by_use.sort_by_key(|account| std::cmp::Reverse(account.used_at));
    let mut kept: Vec<Role> = Vec::new();
    let mut closed = Vec::new();
    for account in by_use {
        let needed =
            account.roles.iter().any(|role| role.is_administrator() && !kept.contains(role));
        if is_unused(account.used_at, at) && !needed {
            closed.push(Closed { account: account.id, used_at: account.used_at, at });
        } else {
            kept.extend(&account.roles);
        }
    }
    closed
}

getters! {
    Closed {
        /// Whose account.
        account: StaffId,
        /// Its last use; whoever came back since keeps it.
        used_at: DateTime<Utc>,
        /// When it was decided.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// S12.
    #[test]
    fn an_account_is_unused_after_ninety_whole_days_of_the_courts_calendar() {
        for (used, now, unused) in [
            // 2026-03-17 and the 90 days to 06-15.
            ("2026-03-17T09:00:00+08:00", "2026-06-15T23:59:59+08:00", false),
            ("2026-03-17T09:00:00+08:00", "2026-06-16T00:00:00+08:00", true),
            // The last second of a day is of that day, in Greenwich too.
            ("2026-03-17T23:59:59+08:00", "2026-06-16T00:00:00+08:00", true),
            ("2026-03-18T00:00:00+08:00", "2026-06-16T00:20:00+08:00", false),
            ("2026-03-18T00:00:00+08:00", "2026-06-17T00:20:00+08:00", true),
            // Over New Year, and over February 29.
            ("2026-12-01T12:00:00+08:00", "2027-03-01T12:00:00+08:00", false),
            ("2026-12-01T12:00:00+08:00", "2027-03-02T00:00:00+08:00", true),
            ("2027-12-01T12:00:00+08:00", "2028-02-29T12:00:00+08:00", false),
            ("2027-12-01T12:00:00+08:00", "2028-03-01T00:00:00+08:00", true),
            // A clock that was put back.
            ("2026-06-15T13:00:00+08:00", "2026-06-15T12:00:00+08:00", false),
        ] {
            assert_eq!(is_unused(at(used), at(now)), unused, "{used} {now}");
        }
    }

    /// S12.
    #[test]
    fn the_last_administrator_of_a_kind_stays() {
        let old = at("2026-01-01T12:00:00+08:00");
        let account = |id, roles: &[Role], days| Account {
            id: StaffId(id),
            roles: roles.to_vec(),
            used_at: old + chrono::Duration::days(days),
        };
        let accounts = [
            account(1, &[Role::Sysadmin], 0),
            account(2, &[Role::Sysadmin], 1),
            account(3, &[Role::Secadmin], 0),
            account(4, &[Role::Secadmin], 170),
            account(5, &[Role::Clerk], 0),
            account(6, &[Role::Clerk, Role::Handler], 160),
            account(7, &[], 0),
            account(8, &[Role::Auditor], 0),
        ];
        let closed = close_unused(&accounts, at("2026-07-01T00:20:00+08:00"));
        let mut ids: Vec<_> = closed.iter().map(|one| one.account().0).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 3, 5, 7]);
    }
}
