//! Signing in: how often one may try, who needs a second factor, and how a session ends.

use chrono::{DateTime, Duration, Utc};

use super::calendar;
use super::code::codes;
use super::password::Policy;
use super::staff::Role;

/// So many tries in a row bring no delay; it may be set lower.
pub const FREE_TRIES: i32 = 5;
/// Minutes of rest after the fifth try in vain, the sixth, and so on; the last for all that follow.
/// Never for good, so that a stranger can't lock anyone out.
pub const RESTS: [i32; 7] = [1, 2, 4, 8, 16, 32, 60];
/// So many tries in vain come from one address in one window: a court behind one address has many
/// people, and a guesser of names needs more.
pub const TRIES_OF_ADDRESS: i32 = 60;
const WINDOW_SECONDS: i64 = 600;
/// Eight hours after sign-in a session ends whatever happens; it may be set to fewer.
pub const LONGEST_HOURS: i64 = 8;
/// A password that an administrator set opens nothing after this.
pub const FIRST_PASSWORD_HOURS: i64 = 72;

codes! {
    /// Who gives a code of the second factor (动态口令).
    SecondFactor {
        Off = "off", "不启用";
        Administrators = "administrators", "管理员";
        All = "all", "所有人员";
    }
}

codes! {
    /// Why a session ended, and what its browser is told.
    Ending {
        SignedOut = "signed_out", "";
        Renewed = "renewed", "";
        Elsewhere = "elsewhere", "您的账号在另一台设备上登录，本机已退出。";
        Revoked = "revoked", "您在另一台设备上退出了本机。";
        Password = "password", "密码已修改，请用新密码登录。";
        Reset = "reset", "管理员重置了您的密码，请用新密码登录。";
        Factor = "factor", "动态口令已重新设置，请重新登录。";
        Rights = "rights", "您的岗位授权有变动，请重新登录。";
        Administrator = "administrator", "安全管理员结束了您的登录。";
    }
}

/// What the settings say of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub passwords: Policy,
    pub second_factor: SecondFactor,
    /// At how many devices someone may be signed in at once.
    pub devices: u8,
    /// So many tries in a row bring no delay.
    pub tries: i32,
    /// How long a session may rest.
    pub idle_minutes: i64,
    /// How long it lasts at all.
    pub longest_hours: i64,
    /// Invented people and no second factor: every page says so.
    pub demonstration: bool,
}

impl SecondFactor {
    /// Whether someone who holds these roles must have it.
    pub fn binds(self, roles: impl IntoIterator<Item = Role>) -> bool {
        match self {
            Self::Off => false,
            Self::Administrators => roles.into_iter().any(Role::is_administrator),
            Self::All => true,
        }
    }
}

/// What is said to someone who must wait: 「请1分钟后再试（10:43）。」
pub fn wait(until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = ((until - now).num_seconds() + 59).div_euclid(60).max(1);
    format!("请{minutes}分钟后再试（{}）。", calendar::clock_time(until))
}

/// What is said after a try in vain, the so-many-th in a row, where so many are free.
pub fn again(tries: i32, free: i32) -> String {
    match free - tries {
        left if left > 0 => format!("还可以试{left}次。"),
        _ => format!("请{}分钟后再试。", rest_minutes(tries, free)),
    }
}

fn rest_minutes(tries: i32, free: i32) -> i32 {
    let nth = usize::try_from(tries - free).unwrap_or(0).min(RESTS.len() - 1);
    RESTS.get(nth).copied().unwrap_or(60)
}

/// When the rest after so many tries is over.
pub fn rest_until(tries: i32, free: i32, last: DateTime<Utc>) -> DateTime<Utc> {
    last + Duration::minutes(i64::from(rest_minutes(tries, free)))
}

/// The window of an address that a moment falls into: its start, and the seconds until its end.
pub fn window(at: DateTime<Utc>) -> (DateTime<Utc>, u32) {
    let into = at.timestamp().rem_euclid(WINDOW_SECONDS);
    let start = DateTime::from_timestamp(at.timestamp() - into, 0).unwrap_or(at);
    (start, u32::try_from(WINDOW_SECONDS - into).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-06-15T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_rest_grows_to_an_hour_and_no_further() {
        let rests: Vec<_> = (5..15).map(|tries| rest_until(tries, 5, noon()) - noon()).collect();
        let minutes: Vec<_> = rests.iter().map(Duration::num_minutes).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(again(1, 5), "还可以试4次。");
        assert_eq!(again(6, 5), "请2分钟后再试。");
        assert_eq!(again(1, 3), "还可以试2次。");
        assert_eq!(again(4, 3), "请2分钟后再试。");
        assert_eq!(wait(noon() + Duration::seconds(61), noon()), "请2分钟后再试（12:01）。");
    }

    #[test]
    fn a_window_of_ten_minutes_begins_on_the_clock() {
        let (start, left) = window(noon() + Duration::seconds(125));
        assert_eq!((start, left), (noon(), 475));
        assert_eq!(window(noon()), (noon(), 600));
    }

    #[test]
    fn the_setting_says_whom_the_second_factor_binds() {
        assert!(SecondFactor::All.binds([Role::Clerk]));
        assert!(!SecondFactor::Administrators.binds([Role::Clerk, Role::BureauHead]));
        assert!(SecondFactor::Administrators.binds([Role::Auditor]));
        assert!(!SecondFactor::Off.binds([Role::Clerk]));
    }
}
