//! What is asked of those who sign in, as the security administrators set it (安全策略): one proposes,
//! another confirms, and nothing falls below what level three of the protection scheme asks for
//! (GB/T 22239-2019 8.1.4.1, 8.1.4.2).

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::code::{codes, getters};
use super::ids::StaffId;
use super::network::Network;
use super::password::{Policy, Profile, SHORTEST};
use super::sign_in::{FREE_TRIES, LONGEST_HOURS, Rules, SecondFactor};
use super::staff::{Actor, Role};

/// A session rests so many minutes at most.
const LONGEST_IDLE: i64 = 30;
/// 等级保护: changed after so many days at most, and none of the last so many.
const LONGEST_DAYS: i64 = 90;
const FEWEST_FORMER: usize = 5;

codes! {
    /// Who signs in from the named addresses alone.
    Reach {
        Nobody = "nobody", "不限制";
        Administrators = "administrators", "管理员";
        All = "all", "所有人员";
    }
}

/// All that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub profile: Profile,
    /// The shortest password.
    pub shortest: usize,
    /// It is changed after so many days; with `asvs` never.
    pub days: Option<i64>,
    /// It is none of the last so many.
    pub history: usize,
    /// So many tries in a row bring no delay.
    pub tries: i32,
    pub idle_minutes: i64,
    pub longest_hours: i64,
    pub devices: u8,
    pub second_factor: SecondFactor,
    pub reach: Reach,
    /// Addresses and networks, one a line.
    pub ranges: String,
}

/// Why settings can't be proposed or decided on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有安全管理员可以设置安全策略")]
    NotTheSecurityAdministrator,
    #[error("密码长度应在{SHORTEST}到64位之间，不能低于等级保护的要求")]
    Shortest,
    #[error("等级保护要求密码至多{LONGEST_DAYS}天更换一次，请填写1到{LONGEST_DAYS}")]
    Days,
    #[error("等级保护要求新密码不同于最近的{FEWEST_FORMER}次，请填写{FEWEST_FORMER}到24")]
    History,
    #[error("连续失败应在3到{FREE_TRIES}次之间")]
    Tries,
    #[error("空闲退出应在5到{LONGEST_IDLE}分钟之间")]
    Idle,
    #[error("最长登录应在1到{LONGEST_HOURS}小时之间")]
    Longest,
    #[error("同时登录的设备应在1到3台之间")]
    Devices,
    #[error("等级保护要求两种以上的鉴别方式，动态口令不能对管理员停用")]
    SecondFactor,
    #[error("第{0}行“{1}”不是地址或网段，例如10.0.0.1或10.1.0.0/16")]
    Range(usize, String),
    #[error("请填写允许登录的地址或网段")]
    NoRanges,
    #[error("您现在的地址{0}不在允许的网段内，生效后您将不能登录；请把它加进去")]
    LockedOut(IpAddr),
    #[error("与现行设置相同，没有要改的")]
    Unchanged,
    #[error("已有一项待确认的设置，请先确认或退回")]
    Waiting,
    #[error("须由另一名安全管理员确认")]
    SecondPerson,
    #[error("这项设置已经处理过")]
    Decided,
    #[error("请填写退回的理由")]
    NoReason,
    #[error("请填写收回的理由")]
    NoReasonToTakeBack,
    #[error("第{0}行“{1}”包含所有地址，等于不限制；请填写本单位的网段，或选择“不限制”")]
    Everyone(usize, String),
}

impl Settings {
    /// What holds as long as nothing was confirmed: what the program was started with.
    pub fn of_start(rules: &Rules) -> Self {
        let policy = rules.passwords;
        Self {
            profile: if policy.kinds > 0 { Profile::Dengbao } else { Profile::Asvs },
            shortest: policy.shortest,
            days: policy.days,
            history: policy.history,
            tries: rules.tries,
            idle_minutes: rules.idle_minutes,
            longest_hours: rules.longest_hours,
            devices: rules.devices,
            second_factor: rules.second_factor,
            reach: Reach::Nobody,
            ranges: String::new(),
        }
    }

    /// What signing in goes by.
    pub fn rules(&self, start: &Rules) -> Rules {
        let kinds = Policy::of(self.profile).kinds;
        let (shortest, history, days) = (self.shortest, self.history, self.days);
        Rules {
            passwords: Policy { kinds, shortest, history, days },
            second_factor: self.second_factor,
            devices: self.devices,
            tries: self.tries,
            idle_minutes: self.idle_minutes,
            longest_hours: self.longest_hours,
            demonstration: start.demonstration,
        }
    }

    /// Whether someone who holds these roles may sign in from an address.
    pub fn admits(&self, roles: &[Role], address: IpAddr) -> bool {
        let bound = match self.reach {
            Reach::Nobody => false,
            Reach::Administrators => roles.iter().any(|role| role.is_administrator()),
            Reach::All => true,
        };
        !bound || self.networks().any(|network| network.is_some_and(|it| it.holds(address)))
    }

    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.ranges.lines().enumerate().map(|(nth, line)| (nth + 1, line.trim()));
        lines.filter(|(_, line)| !line.is_empty())
    }

    fn networks(&self) -> impl Iterator<Item = Option<Network>> {
        self.lines().map(|(_, line)| Network::parse(line))
    }

    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<Refusal> {
        let mut faults = Vec::new();
        let mut ask = |holds: bool, fault| {
            if !holds {
                faults.push(fault);
            }
        };
        ask((SHORTEST..=64).contains(&self.shortest), Refusal::Shortest);
        if self.profile == Profile::Dengbao {
            let days = self.days.is_some_and(|days| (1..=LONGEST_DAYS).contains(&days));
            ask(days, Refusal::Days);
            ask((FEWEST_FORMER..=24).contains(&self.history), Refusal::History);
        }
        ask((3..=FREE_TRIES).contains(&self.tries), Refusal::Tries);
        ask((5..=LONGEST_IDLE).contains(&self.idle_minutes), Refusal::Idle);
        ask((1..=LONGEST_HOURS).contains(&self.longest_hours), Refusal::Longest);
        ask((1..=3).contains(&self.devices), Refusal::Devices);
        ask(self.second_factor != SecondFactor::Off, Refusal::SecondFactor);
        for (nth, line) in self.lines() {
            let network = Network::parse(line);
            ask(network.is_some(), Refusal::Range(nth, line.to_owned()));
            let everyone = network.is_some_and(Network::holds_all);
            ask(!everyone, Refusal::Everyone(nth, line.to_owned()));
        }
        let named = self.reach == Reach::Nobody || self.lines().next().is_some();
        ask(named, Refusal::NoRanges);
        faults
    }
}

/// The fact that settings are proposed. Only [`propose`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    settings: Settings,
    at: DateTime<Utc>,
}

/// Settings that wait for the second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub settings: Settings,
    pub proposed_by: StaffId,
    pub is_decided: bool,
}

/// The fact that settings are confirmed, or declined with the reason.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    declined: Option<String>,
    at: DateTime<Utc>,
}

/// Proposes settings in the place of the present ones.
pub fn propose(
    actor: &Actor,
    (present, wanted): (&Settings, Settings),
    (address, waits): (IpAddr, bool),
    at: DateTime<Utc>,
) -> Result<Proposed, Vec<Refusal>> {
    if actor.role != Role::Secadmin {
        return Err(vec![Refusal::NotTheSecurityAdministrator]);
    }
    if waits {
        return Err(vec![Refusal::Waiting]);
    }
    let faults = wanted.faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    if !wanted.admits(&[actor.role], address) {
        return Err(vec![Refusal::LockedOut(address)]);
    }
    if *present == wanted {
        return Err(vec![Refusal::Unchanged]);
    }
    Ok(Proposed { settings: wanted, at })
}

/// The second person agrees, from an address from which they still get in.
pub fn confirm(
    actor: &Actor,
    waiting: &Waiting,
    address: IpAddr,
    at: DateTime<Utc>,
) -> Result<Decided, Refusal> {
    undecided(actor, waiting)?;
    if waiting.proposed_by == actor.staff {
        return Err(Refusal::SecondPerson);
    }
    if !waiting.settings.admits(&[actor.role], address) {
        return Err(Refusal::LockedOut(address));
    }
    Ok(Decided { declined: None, at })
}

/// The second person doesn't agree, or whoever proposed takes it back.
pub fn decline(
    actor: &Actor,
    waiting: &Waiting,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Decided, Refusal> {
    undecided(actor, waiting)?;
    let reason = reason.trim();
    if reason.is_empty() {
        let own = waiting.proposed_by == actor.staff;
        return Err(if own { Refusal::NoReasonToTakeBack } else { Refusal::NoReason });
    }
    Ok(Decided { declined: Some(reason.to_owned()), at })
}

fn undecided(actor: &Actor, waiting: &Waiting) -> Result<(), Refusal> {
    if actor.role != Role::Secadmin {
        return Err(Refusal::NotTheSecurityAdministrator);
    }
    if waiting.is_decided { Err(Refusal::Decided) } else { Ok(()) }
}

getters! {
    Proposed {
        /// The settings.
        settings: &Settings,
        /// When.
        at: DateTime<Utc>,
    }
}

getters! {
    Decided {
        /// Why it was declined; none: confirmed.
        declined: Option<&str>,
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample;

    fn actor(staff: i64, role: Role) -> Actor {
        Actor { staff: StaffId(staff), ..sample::actor(role) }
    }

    fn settings() -> Settings {
        let (passwords, demonstration) = (Policy::DENGBAO, false);
        Settings::of_start(&Rules {
            passwords,
            second_factor: SecondFactor::All,
            devices: 1,
            tries: 5,
            idle_minutes: 30,
            longest_hours: 8,
            demonstration,
        })
    }

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn here() -> IpAddr {
        "10.1.2.3".parse().unwrap()
    }

    /// S3, S15, S17.
    #[test]
    fn nothing_falls_below_what_the_law_asks_for() {
        type Change = fn(&mut Settings);
        let table: [(Change, &[Refusal]); 18] = [
            (|_| {}, &[]),
            (|it| it.shortest = 11, &[Refusal::Shortest]),
            (|it| it.shortest = 64, &[]),
            (|it| it.days = Some(91), &[Refusal::Days]),
            (|it| it.days = None, &[Refusal::Days]),
            (|it| (it.profile, it.days, it.history) = (Profile::Asvs, None, 0), &[]),
            (|it| it.history = 4, &[Refusal::History]),
            (|it| it.tries = 6, &[Refusal::Tries]),
            (|it| it.tries = 3, &[]),
            (|it| it.idle_minutes = 31, &[Refusal::Idle]),
            (|it| it.idle_minutes = 4, &[Refusal::Idle]),
            (|it| it.longest_hours = 9, &[Refusal::Longest]),
            (|it| it.devices = 4, &[Refusal::Devices]),
            (|it| it.second_factor = SecondFactor::Off, &[Refusal::SecondFactor]),
            (|it| it.second_factor = SecondFactor::Administrators, &[]),
            (|it| it.reach = Reach::All, &[Refusal::NoRanges]),
            (|it| (it.reach, it.ranges) = (Reach::All, "10.0.0.0/8\n\n::1".to_owned()), &[]),
            (|it| it.shortest = 0, &[Refusal::Shortest]),
        ];
        for (nth, (change, faults)) in table.into_iter().enumerate() {
            let mut wanted = settings();
            change(&mut wanted);
            assert_eq!(wanted.faults(), faults, "{nth}");
        }
        let ranges = "10.0.0.0/8\n10.0.0.0/33\n内网".to_owned();
        let wanted = Settings { ranges, ..settings() };
        let said: Vec<_> = wanted.faults().iter().map(ToString::to_string).collect();
        assert_eq!(said[0], "第2行“10.0.0.0/33”不是地址或网段，例如10.0.0.1或10.1.0.0/16");
        assert_eq!(said.len(), 2);
    }

    #[test]
    fn the_named_addresses_bind_whom_they_are_named_for() {
        let ranges = "10.1.0.0/16\nfd00::/8".to_owned();
        let of = |reach| Settings { reach, ranges: ranges.clone(), ..settings() };
        for (reach, role, address, admitted) in [
            (Reach::Nobody, Role::Secadmin, "192.0.2.1", true),
            (Reach::Administrators, Role::Secadmin, "192.0.2.1", false),
            (Reach::Administrators, Role::Clerk, "192.0.2.1", true),
            (Reach::Administrators, Role::Auditor, "10.1.255.1", true),
            (Reach::Administrators, Role::Auditor, "::ffff:10.1.255.1", true),
            (Reach::All, Role::Clerk, "192.0.2.1", false),
            (Reach::All, Role::Clerk, "fd00::7", true),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(
                of(reach).admits(&[role], address),
                admitted,
                "{reach:?} {role:?} {address}"
            );
        }
    }

    /// S31.
    #[test]
    fn settings_need_a_second_person_and_lock_out_neither_of_the_two() {
        let ranges = "10.1.0.0/16".to_owned();
        let wanted = Settings { reach: Reach::Administrators, ranges, ..settings() };
        let secadmin = actor(1, Role::Secadmin);
        let say = |wanted: &Settings, address, waits| {
            propose(&secadmin, (&settings(), wanted.clone()), (address, waits), at()).err()
        };
        let elsewhere: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(say(&wanted, here(), false), None);
        assert_eq!(say(&wanted, here(), true), Some(vec![Refusal::Waiting]));
        assert_eq!(say(&wanted, elsewhere, false), Some(vec![Refusal::LockedOut(elsewhere)]));
        assert_eq!(say(&settings(), here(), false), Some(vec![Refusal::Unchanged]));
        for role in Role::ALL {
            let said =
                propose(&actor(1, *role), (&settings(), wanted.clone()), (here(), false), at());
            assert_eq!(said.is_ok(), *role == Role::Secadmin, "{role:?}");
        }
        let waiting = Waiting { settings: wanted, proposed_by: StaffId(1), is_decided: false };
        let other = actor(2, Role::Secadmin);
        for (who, address, expected) in [
            (&secadmin, here(), Some(Refusal::SecondPerson)),
            (&other, elsewhere, Some(Refusal::LockedOut(elsewhere))),
            (&actor(2, Role::Sysadmin), here(), Some(Refusal::NotTheSecurityAdministrator)),
            (&other, here(), None),
        ] {
            assert_eq!(confirm(who, &waiting, address, at()).err(), expected);
        }
        assert!(decline(&secadmin, &waiting, "填错了", at()).is_ok());
        assert_eq!(decline(&other, &waiting, " ", at()).err(), Some(Refusal::NoReason));
        let decided = Waiting { is_decided: true, ..waiting };
        assert_eq!(confirm(&other, &decided, here(), at()).err(), Some(Refusal::Decided));
    }
}
