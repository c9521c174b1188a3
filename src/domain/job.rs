//! What the clock starts (定时任务): the schedule as data, when a try follows a try, and who sets a
//! run going again that was given up.

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};

use super::calendar::{day_of, moment};
use super::code::{codes, getters};
use super::staff::{Actor, Role};

codes! {
    /// A job of the schedule. One more needs its line here, its time in [`Job::when`], its words in
    /// [`Job::result`] and its work in `jobs::schedule`. An hourly `anchor` of the audit goes here.
    Job {
        Sweep = "sweep", "清理到期的草稿、回执和登录记录";
        CloseUnused = "close_unused", "停用90天未使用的账号";
        VerifyAudit = "verify_audit", "核验审计记录";
        VerifyBulletins = "verify_bulletins", "核验通报";
        Retention = "retention", "销毁保存期满的材料";
    }
}

codes! {
    /// How a run stands.
    RunState {
        Due = "due", "待执行";
        Running = "running", "执行中";
        Done = "done", "已完成";
        Parked = "parked", "已停止重试";
    }
}

/// When a job is due, by the courts' clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    EveryHour,
    /// Hour and minute of each day.
    EveryDay(u32, u32),
}

/// Minutes from a failure to the next try; after the last the run is parked.
pub const PAUSES: [i64; 4] = [1, 5, 15, 60];
/// So many tries are made.
pub const TRIES: i32 = 5;

impl Job {
    /// When it is due.
    pub const fn when(self) -> When {
        match self {
            Self::Sweep => When::EveryHour,
            Self::CloseUnused => When::EveryDay(0, 20),
            Self::VerifyAudit => When::EveryDay(2, 10),
            Self::VerifyBulletins => When::EveryDay(2, 40),
            Self::Retention => When::EveryDay(3, 10),
        }
    }

    /// The last time at which it was due. Earlier ones that nobody was there for aren't made up for:
    /// each of these jobs does what the one before left.
    pub fn due(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.when() {
            When::EveryHour => {
                let into = at.timestamp().rem_euclid(3600);
                DateTime::from_timestamp(at.timestamp() - into, 0).unwrap_or(at)
            }
            When::EveryDay(hour, minute) => {
                let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
                let today = moment(day_of(at), time);
                if today <= at { today } else { moment(day_of(at) - Days::new(1), time) }
            }
        }
    }

    /// What came of a run, from the number that it left.
    pub fn result(self, found: Option<i32>) -> String {
        match (self, found) {
            (_, None) | (Self::Sweep, _) => String::new(),
            (Self::CloseUnused, Some(count)) => format!("停用{count}个账号"),
            (Self::VerifyAudit, Some(0)) => "完整".to_owned(),
            (Self::VerifyAudit, Some(count)) => format!("发现{count}处问题"),
            (Self::VerifyBulletins, Some(0)) => "一致".to_owned(),
            (Self::VerifyBulletins, Some(count)) => format!("发现{count}处不一致"),
            (Self::Retention, Some(count)) => format!("销毁{count}件"),
        }
    }

    /// Whether what was found is a reason to look into it.
    pub const fn alarms(self, found: Option<i32>) -> bool {
        matches!((self, found), (Self::VerifyAudit | Self::VerifyBulletins, Some(1..)))
    }
}

/// When the next try is made after so many in vain; none: it is parked.
pub fn next_try(tries: i32, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let nth = usize::try_from(tries - 1).ok()?;
    PAUSES.get(nth).map(|minutes| at + Duration::minutes(*minutes))
}

/// Why a run is not set going again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有系统管理员可以重新执行任务")]
    NotTheSystemAdministrator,
    #[error("这项任务没有停止重试，无须重新执行")]
    NotParked,
}

/// The fact that a parked run is tried again. Only [`retry`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    at: DateTime<Utc>,
}

/// Sets a parked run going again.
pub fn retry(actor: &Actor, state: RunState, at: DateTime<Utc>) -> Result<Retried, Refusal> {
    if actor.role != Role::Sysadmin {
        return Err(Refusal::NotTheSystemAdministrator);
    }
    if state == RunState::Parked { Ok(Retried { at }) } else { Err(Refusal::NotParked) }
}

getters! {
    Retried {
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

    #[test]
    fn a_job_is_due_by_the_courts_clock() {
        for (job, now, due) in [
            (Job::Sweep, "2026-06-15T04:00:00+08:00", "2026-06-15T04:00:00+08:00"),
            (Job::Sweep, "2026-06-15T04:59:59+08:00", "2026-06-15T04:00:00+08:00"),
            (Job::VerifyAudit, "2026-06-15T02:10:00+08:00", "2026-06-15T02:10:00+08:00"),
            (Job::VerifyAudit, "2026-06-15T02:09:59+08:00", "2026-06-14T02:10:00+08:00"),
            // At 16:20 of the day before in Greenwich.
            (Job::CloseUnused, "2027-01-01T00:20:00+08:00", "2027-01-01T00:20:00+08:00"),
            (Job::CloseUnused, "2027-01-01T00:19:59+08:00", "2026-12-31T00:20:00+08:00"),
        ] {
            assert_eq!(job.due(at(now)), at(due), "{} at {now}", job.code());
        }
    }

    #[test]
    fn the_pauses_grow_and_the_fifth_try_is_the_last() {
        let noon = at("2026-06-15T12:00:00+08:00");
        let pauses: Vec<_> = (1..=TRIES)
            .map(|tries| next_try(tries, noon).map(|next| (next - noon).num_minutes()))
            .collect();
        assert_eq!(pauses, [Some(1), Some(5), Some(15), Some(60), None]);
    }

    #[test]
    fn a_check_that_found_something_alarms() {
        assert!(Job::VerifyAudit.alarms(Some(1)) && !Job::VerifyAudit.alarms(Some(0)));
        assert!(!Job::CloseUnused.alarms(Some(3)));
        assert_eq!(Job::VerifyBulletins.result(Some(2)), "发现2处不一致");
    }
}
