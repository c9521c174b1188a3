//! The settings as they are typed, and in words.

use serde::Deserialize;

use crate::domain::digits;
use crate::domain::password::{Policy, Profile};
use crate::domain::security_setting::{Reach, Settings};
use crate::domain::sign_in::SecondFactor;
use crate::web::form::Problems;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecurityForm {
    pub profile: String,
    pub shortest: String,
    pub days: String,
    pub history: String,
    pub tries: String,
    pub idle_minutes: String,
    pub longest_hours: String,
    pub devices: String,
    pub second_factor: String,
    pub reach: String,
    pub ranges: String,
    /// Why a proposal is declined.
    pub reason: String,
}

impl SecurityForm {
    /// Settings to begin with: those that hold, and where they are below what can be proposed, the
    /// least that can.
    pub fn of(settings: &Settings) -> Self {
        let dengbao = settings.profile == Profile::Dengbao;
        let days = settings.days.or(Policy::of(settings.profile).days.filter(|_| dengbao));
        let second_factor = match settings.second_factor {
            SecondFactor::Off => SecondFactor::Administrators,
            asked @ (SecondFactor::Administrators | SecondFactor::All) => asked,
        };
        Self {
            profile: settings.profile.code().to_owned(),
            shortest: settings.shortest.to_string(),
            days: days.map(|days| days.to_string()).unwrap_or_default(),
            history: settings.history.to_string(),
            tries: settings.tries.to_string(),
            idle_minutes: settings.idle_minutes.to_string(),
            longest_hours: settings.longest_hours.to_string(),
            devices: settings.devices.to_string(),
            second_factor: second_factor.code().to_owned(),
            reach: settings.reach.code().to_owned(),
            ranges: settings.ranges.clone(),
            reason: String::new(),
        }
    }

    /// What was meant; whether it will do, the rule says.
    pub fn check(&self) -> Result<Settings, Problems> {
        let mut problems = Problems::default();
        let profile = Profile::from_code(&self.profile);
        let profile = problems.take("profile", profile, "请选择密码规则");
        let second_factor = SecondFactor::from_code(&self.second_factor);
        let second_factor = problems.take("second_factor", second_factor, "请选择动态口令的范围");
        let reach = Reach::from_code(&self.reach);
        let reach = problems.take("reach", reach, "请选择限制哪些人");
        let asvs = profile == Some(Profile::Asvs);
        // The other profile asks for no change, and compares with no former password unless told.
        let days = match number::<i64>(&mut problems, "days", &self.days, asvs) {
            _ if asvs => None,
            days => days,
        };
        let settings = Settings {
            profile: profile.unwrap_or(Profile::Dengbao),
            shortest: number(&mut problems, "shortest", &self.shortest, false).unwrap_or_default(),
            days,
            history: number(&mut problems, "history", &self.history, asvs).unwrap_or_default(),
            tries: number(&mut problems, "tries", &self.tries, false).unwrap_or_default(),
            idle_minutes: number(&mut problems, "idle_minutes", &self.idle_minutes, false)
                .unwrap_or_default(),
            longest_hours: number(&mut problems, "longest_hours", &self.longest_hours, false)
                .unwrap_or_default(),
            devices: number(&mut problems, "devices", &self.devices, false).unwrap_or_default(),
            second_factor: second_factor.unwrap_or(SecondFactor::All),
            reach: reach.unwrap_or(Reach::Nobody),
            ranges: tidy(&self.ranges),
        };
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }
}

fn number<T: std::str::FromStr>(
    problems: &mut Problems,
    field: &str,
    text: &str,
    may_be_empty: bool,
) -> Option<T> {
    let text = text.trim();
    if may_be_empty && text.is_empty() {
        return None;
    }
    let name = NUMBERS.iter().find(|(code, _)| *code == field).map_or("", |(_, name)| *name);
    problems.take(field, digits::number(text), &format!("{name}请填写整数"))
}

/// The fields that take a number, as the page names them.
const NUMBERS: [(&str, &str); 7] = [
    ("shortest", "密码长度"),
    ("days", "更换密码"),
    ("history", "新密码不同于最近几次"),
    ("tries", "连续失败"),
    ("idle_minutes", "空闲退出"),
    ("longest_hours", "最长登录"),
    ("devices", "同时登录"),
];

/// One a line, however they were parted.
fn tidy(ranges: &str) -> String {
    let parts = ranges.split(['\n', '\r', ',', '，', ';', '；', ' ']);
    parts.map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The settings in words, in the order of the form.
pub fn words(settings: &Settings) -> Vec<(&'static str, String)> {
    let days = settings.days.map_or_else(|| "不要求".to_owned(), |days| format!("每{days}天"));
    let history = match settings.history {
        0 => "不要求".to_owned(),
        history => format!("不同于最近{history}次"),
    };
    let ranges = settings.ranges.lines().collect::<Vec<_>>().join("、");
    vec![
        ("密码规则", settings.profile.label().to_owned()),
        ("密码长度", format!("至少{}位", settings.shortest)),
        ("更换密码", days),
        ("新密码", history),
        ("连续失败", format!("{}次后须等候，逐次加长", settings.tries)),
        ("空闲退出", format!("{}分钟", settings.idle_minutes)),
        ("最长登录", format!("{}小时", settings.longest_hours)),
        ("同时登录", format!("{}台设备", settings.devices)),
        ("动态口令", settings.second_factor.label().to_owned()),
        ("限制登录地址", settings.reach.label().to_owned()),
        ("允许的地址", if ranges.is_empty() { "—".to_owned() } else { ranges }),
    ]
}
