//! What an entry of the audit says beyond who, what and when. The chain holds codes and figures, so that
//! nobody's words and no personal data stand in it; here they are read out.

use chrono::DateTime;

use super::fields;
use crate::domain::accusation::{self, Feedback};
use crate::domain::alert::Kind as AlertKind;
use crate::domain::bulletin;
use crate::domain::calendar::day_of;
use crate::domain::import;
use crate::domain::inquiry::Basis;
use crate::domain::interview;
use crate::domain::job::Job;
use crate::domain::outcome::Outcome;
use crate::domain::progress;
use crate::domain::reply::Way;
use crate::domain::retention::Class;
use crate::domain::reveal::Purpose;
use crate::domain::reviewing::ReviewKind;
use crate::domain::sign_step::SignStep;
use crate::domain::staff::Role;
use crate::domain::visit::{Disposition, ReopenReason};
use crate::store::audit_lists::AuditLine;
use crate::web::cases::Tab;

/// Why a request was turned away, as the door, the gate and the sign-in page write it.
const REASONS: &[(&str, &str)] = &[
    ("400", "请求格式不对"),
    ("401", "没有登录"),
    ("403", "岗位没有这项权限"),
    ("404", "记录不存在或不在本岗位范围内"),
    ("409", "他人已先修改"),
    ("413", "内容过大"),
    ("415", "内容类型不对"),
    ("422", "栏目未通过核对"),
    ("429", "次数过多"),
    ("500", "系统出错"),
    ("503", "系统暂时不可用"),
    ("csrf", "表单令牌不是本次登录的"),
    ("host", "访问的主机名不对"),
    ("packed", "内容经过压缩"),
    ("parameters", "地址参数过多"),
    ("site", "从其他网站提交"),
    ("origin", "从其他来源提交"),
    ("own_work", "办理本案"),
    ("unknown", "没有这个用户名"),
    ("password", "密码不对"),
    ("code", "动态口令不对"),
    ("unused", "长期未使用"),
    ("by_bureau", "由信访局转送"),
    ("straight", "直接送督察部门"),
    ("none", "不能答复"),
];

/// What a line of the list says of its entry.
pub fn content(line: &AuditLine) -> String {
    let named = match (line.fields.is_empty(), line.verb.as_str()) {
        (true, _) => String::new(),
        (false, "program.configured") => line.fields.clone(),
        (false, _) => fields::labels(&line.fields),
    };
    let said = line.detail.split_whitespace().map(|word| detail(&line.verb, word));
    let parts = [named, reason(&line.reason)];
    let parts = parts.into_iter().chain([said.collect::<Vec<_>>().join("　")]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
}

/// Why it was done or refused.
pub fn reason(code: &str) -> String {
    let said = known(code).or_else(|| Purpose::from_code(code).map(Purpose::label));
    said.or_else(|| Basis::from_code(code).map(Basis::label)).unwrap_or(code).to_owned()
}

fn known(code: &str) -> Option<&'static str> {
    REASONS.iter().find(|(reason, _)| *reason == code).map(|(_, said)| *said)
}

fn detail(verb: &str, word: &str) -> String {
    if let Some((name, value)) = word.split_once('=') {
        return measured(name, value).unwrap_or_else(|| word.to_owned());
    }
    if is_hash(word) {
        return format!("校验值{}…", &word[..HASH_SHOWN]);
    }
    if word.starts_with('/') {
        return format!("页面{word}");
    }
    if matches!(verb, "case.listed" | "case.searched" | "case.printed") {
        return format!("按{}", fields::label(word));
    }
    let is_number = word.bytes().all(|digit| digit.is_ascii_digit());
    if is_number && matches!(verb, "grant.proposed" | "substitution.proposed") {
        return format!("编号{word}");
    }
    coded(verb, word).or_else(|| known(word)).unwrap_or(word).to_owned()
}

/// 「共10次」
fn measured(name: &str, value: &str) -> Option<String> {
    match name {
        "times" => Some(format!("共{value}次")),
        "days" => Some(format!("改动{value}天")),
        "cases" => Some(format!("涉及{value}件")),
        "count" => Some(format!("{value}条")),
        "imported" => Some(format!("导入{value}件")),
        "row" => Some(format!("第{value}行")),
        "sha256" => value.get(..HASH_SHOWN).map(|start| format!("文件校验值{start}…")),
        "until" => {
            let until = DateTime::parse_from_rfc3339(value).ok()?.to_utc();
            Some(format!("至{}", day_of(until)))
        }
        _ => None,
    }
}

/// So many digits of a hash are enough to tell two apart by eye; the export has all.
const HASH_SHOWN: usize = 12;
const HASH_DIGITS: usize = 64;

fn is_hash(word: &str) -> bool {
    word.len() == HASH_DIGITS && word.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The label of a code; which codes can stand there depends on what was done.
fn coded(verb: &str, code: &str) -> Option<&'static str> {
    let (noun, _) = verb.split_once('.').unwrap_or((verb, ""));
    match noun {
        "closing" => Outcome::from_code(code)
            .map(Outcome::label)
            .or_else(|| SignStep::from_code(code).map(SignStep::label)),
        "progress" => progress::Kind::from_code(code).map(progress::Kind::label),
        "interview" => interview::Kind::from_code(code).map(interview::Kind::label),
        "reply" => Way::from_code(code).map(Way::label),
        "visit" => Disposition::from_code(code).map(Disposition::label),
        "case" => {
            Tab::named(code).or_else(|| ReopenReason::from_code(code).map(ReopenReason::label))
        }
        "accusation" => accusation::OutcomeKind::from_code(code)
            .map(accusation::OutcomeKind::label)
            .or_else(|| Feedback::from_code(code).map(Feedback::label)),
        "alert" => AlertKind::from_code(code).map(AlertKind::label),
        "reviewer" => ReviewKind::from_code(code).map(ReviewKind::label),
        "grant" | "role" => Role::from_code(code).map(Role::label),
        "job" => Job::from_code(code).map(Job::label),
        "import" => import::State::from_code(code).map(import::State::label),
        "retention" => Class::from_code(code).map(Class::label),
        "bulletin" => bulletin::State::from_code(code).map(bulletin::State::label),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_in_words() {
        let hash = "ab".repeat(32);
        for (verb, word, said) in [
            ("progress.added", "study", "研究"),
            ("closing.applied", "settled_written", "书面息诉"),
            ("closing.signed", "bureau", "中院信访局审核"),
            ("case.read", "basics", "基本情况"),
            ("visit.registered", "accepted", "受理待交办"),
            ("reviewer.given", "until=2026-12-01T08:00:00+00:00", "至2026-12-01"),
            ("session.refused", "password", "密码不对"),
            ("session.refused", "times=10", "共10次"),
            ("bulletin.frozen", &hash, "校验值abababababab…"),
            ("case.read", "/cases/{case_no}", "页面/cases/{case_no}"),
            ("grant.proposed", "bureau_head", "信访局局长"),
            ("substitution.proposed", "57", "编号57"),
            ("case.searched", "q", "按关键词"),
            ("case.listed", "stage", "按状态"),
            ("case.read", "什么", "什么"),
        ] {
            assert_eq!(detail(verb, word), said, "{verb} {word}");
        }
    }

    #[test]
    fn a_reason_is_said_in_words() {
        for (code, said) in [
            ("403", "岗位没有这项权限"),
            ("own_work", "办理本案"),
            ("organ_request", "有权机关依法调取"),
            ("", ""),
        ] {
            assert_eq!(reason(code), said);
        }
    }
}
