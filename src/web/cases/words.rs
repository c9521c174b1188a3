//! The words for the codes that the case page shows.

use crate::domain::category::Category;
use crate::domain::ledger::Place;
use crate::domain::source::Source;
use crate::domain::visit::Channel;
use crate::domain::{interview, progress};
use crate::store::case_files::Entry;

/// How a visit came.
pub fn channel(code: &str) -> &'static str {
    Channel::from_code(code).map_or("", Channel::label)
}

/// A place in the case's team; a unit's name stays.
pub fn place(code: &str) -> &str {
    match Place::from_code(code) {
        Some(place) => place.label(),
        None => code,
    }
}

/// A source by its code.
pub fn source(code: &str) -> &'static str {
    Source::from_code(code).map_or("", Source::label)
}

/// A category by its code.
pub fn category(code: &str) -> &'static str {
    Category::from_code(code).map_or("", Category::label)
}

/// A grade of a quality review.
pub const fn grade(grade: i32) -> &'static str {
    match grade {
        1 => "一类",
        2 => "二类",
        3 => "三类",
        _ => "",
    }
}

/// What an entry of the timeline is.
pub fn entry(what: &str) -> &'static str {
    match what.split_once('.') {
        Some(("visit", code)) => match Channel::from_code(code) {
            Some(Channel::Visit) | None => "来访登记",
            Some(Channel::Letter) => "来信登记",
            Some(Channel::Call) => "来电登记",
            Some(Channel::Online) => "网上信访登记",
            Some(Channel::Video) => "视频接访登记",
        },
        Some(("assignment", "acknowledged")) => "签收",
        Some(("assignment", _)) => "交办",
        Some(("ledger", _)) => "建立台账",
        Some(("interview", code)) => {
            interview::Kind::from_code(code).map_or("", interview::Kind::label)
        }
        Some(("progress", code)) => {
            progress::Kind::from_code(code).map_or("", progress::Kind::label)
        }
        Some(("report", "received")) => "中院接收报告",
        Some(("report", "returned")) => "中院退回报告",
        Some(("report", _)) => "书面报告",
        Some(("reply", _)) => "答复",
        Some(("closing", "approve")) => "签批",
        Some(("closing", "return")) => "退回补正",
        Some(("closing", _)) => "申请办结",
        Some(("document", _)) => "材料",
        _ => "",
    }
}

/// What an entry says, where its own text is not a sentence.
pub fn said(entry: &Entry) -> String {
    match entry.what.split_once('.') {
        Some(("assignment", code)) if code != "acknowledged" => {
            let note =
                if entry.more.is_empty() { String::new() } else { format!("　{}", entry.more) };
            format!("{}，交{}办理。{note}", source(code), entry.text)
        }
        Some(("closing", "approve")) if entry.text.is_empty() => "同意。".to_owned(),
        Some(("reply", "address_unknown")) => "地址不明，无法答复。".to_owned(),
        Some(("reply", "anonymous")) => "匿名信访，无法答复。".to_owned(),
        _ => entry.text.clone(),
    }
}

/// What stands under an entry's text.
pub fn below(entry: &Entry) -> String {
    if entry.more.is_empty() {
        return String::new();
    }
    match entry.what.split_once('.') {
        Some(("interview", _)) => format!("地点：{}", entry.more),
        Some(("progress", _)) => format!("下一步：{}", entry.more),
        Some(("visit", _)) => format!("答复：{}", entry.more),
        Some(("reply", _)) => format!("信访人意见：{}", entry.more),
        Some(("closing", "approve" | "return")) => format!("以{}身份签署", entry.more),
        _ => String::new(),
    }
}
