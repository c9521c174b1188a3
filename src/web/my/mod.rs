//! The work queue (我的待办).

mod pages;

use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

use super::extract::Query;
use super::layout;
use super::routes::{Table, Who};
use super::traces::Listed;
use super::{AppResult, Asking};
use crate::domain::calendar;
use crate::domain::staff::Role::{Bureau, BureauHead, Handler, Leader, LeadingGroup, President};
use crate::store::cursor::{Paged, Place};
use crate::store::work_queues::{Desk, Part, WorkCounts, WorkLine, counts, list};
use pages::{Group, Line, MyPage, MyPrint, REPLACE, TabLink};

const WORKERS: Who = Who::Staff(&[Handler, Leader, President, Bureau, BureauHead, LeadingGroup]);
const PAGE: usize = 50;
const PRINTED: usize = 1000;

pub fn routes(table: Table) -> Table {
    table.get("/my", WORKERS, show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    due: String,
    kind: String,
    after: String,
    before: String,
    print: String,
}

impl Asked {
    fn part(&self) -> Part {
        match (self.kind.as_str(), self.due.as_str()) {
            ("sign", _) | (_, "sign") => Part::Sign,
            ("supervise", _) | (_, "supervise") => Part::Supervise,
            (_, "over") => Part::Over,
            (_, "today") => Part::Today,
            (_, "soon") => Part::Soon,
            (_, "later") => Part::Later,
            _ => Part::All,
        }
    }

    fn place(&self) -> Place {
        match (self.after.as_str(), self.before.as_str()) {
            ("", "") => Place::First,
            ("", before) => Place::Before(before.to_owned()),
            (after, _) => Place::After(after.to_owned()),
        }
    }
}

async fn show(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let (now, actor) = (asking.now(), asking.actor());
    let (today, desk, part) = (calendar::day_of(now), Desk::of(actor), asked.part());
    let mut tx = asking.begin().await?;
    if asked.print == "yes" {
        let found = list(&mut tx, (desk, part), today, (&Place::First, PRINTED)).await?;
        counts(&mut tx, desk, today, (&shown(&found), now)).await?;
        tx.commit().await?;
        let lines = lines(found.rows, today);
        let page = MyPrint { stamp: asking.stamp(), back: href(part, ""), lines };
        return layout::shown(&page);
    }
    let found = list(&mut tx, (desk, part), today, (&asked.place(), PAGE)).await?;
    let counts = counts(&mut tx, desk, today, (&shown(&found), now)).await?;
    tx.commit().await?;
    let Paged { rows, before, after } = found;
    let page = MyPage {
        day: day(today),
        tabs: tabs(desk, part, &counts),
        // A count stands at a group where all of it is on the page.
        groups: groups(lines(rows, today), (part == Part::All).then_some(&counts)),
        prev: before.map(|before| href(part, &format!("before={before}"))),
        next: after.map(|after| href(part, &format!("after={after}"))),
        print: href(part, "print=yes"),
        empty: empty(part, &counts),
        shell: asking.shell("我的待办"),
    };
    layout::shown(&page)
}

/// The numbers of the cases on a page.
fn shown(found: &Paged<WorkLine>) -> String {
    Listed::of(found.rows.iter().map(|line| line.number.as_str())).0
}

/// 「6月15日　星期一」
fn day(today: NaiveDate) -> String {
    let weekday = calendar::weekday_zh(today).replace('周', "星期");
    format!("{}　{weekday}", calendar::format_md(today).split('（').next().unwrap_or_default())
}

fn href(part: Part, more: &str) -> String {
    let asked = match part {
        Part::All => String::new(),
        Part::Sign | Part::Supervise => format!("kind={}", part.code()),
        Part::Over | Part::Today | Part::Soon | Part::Later => format!("due={}", part.code()),
    };
    match (asked.is_empty(), more.is_empty()) {
        (true, true) => "/my".to_owned(),
        (true, false) => format!("/my?{more}"),
        (false, true) => format!("/my?{asked}"),
        (false, false) => format!("/my?{asked}&{more}"),
    }
}

fn tabs(desk: Desk, part: Part, counts: &WorkCounts) -> Vec<TabLink> {
    let duties = desk.has_duties();
    [
        (Part::All, "全部", counts.all, duties),
        (Part::Over, "逾期", counts.over, duties),
        (Part::Today, "今日到期", counts.today, duties),
        (Part::Soon, "三日内", counts.soon, duties),
        (Part::Later, "以后", counts.later, duties),
        (Part::Sign, "待我签批", counts.sign, desk.signs()),
        (Part::Supervise, "我督办的", counts.supervise, desk.supervises()),
    ]
    .into_iter()
    .filter(|(.., shown)| *shown)
    .map(|(of, label, count, _)| TabLink {
        label,
        href: href(of, ""),
        count,
        hot: of == Part::Over && count > 0,
        current: of == part || !duties && part == Part::All,
    })
    .collect()
}

fn lines(rows: Vec<WorkLine>, today: NaiveDate) -> Vec<Line> {
    rows.into_iter().map(|row| Line::of(row, today)).collect()
}

/// The lines under the heads 待我签批, 逾期, 今日到期, 三日内, 以后.
fn groups(lines: Vec<Line>, counts: Option<&WorkCounts>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines {
        match groups.last_mut().filter(|group| group.head == line.group) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { head: line.group, count: None, lines: vec![line] }),
        }
    }
    for group in &mut groups {
        group.count = counts.filter(|_| group.head != REPLACE).map(|counts| match group.head {
            "逾期" => counts.over,
            "今日到期" => counts.today,
            "三日内" => counts.soon,
            "以后" => counts.later,
            _ => counts.sign,
        });
    }
    groups
}

/// 「没有待办事项。最近一次到期是6月22日。」
fn empty(part: Part, counts: &WorkCounts) -> String {
    let first = counts.first_due.filter(|_| part != Part::All).map(calendar::format_md);
    match first.as_deref().and_then(|day| day.split('（').next()) {
        Some(day) => format!("没有待办事项。最近一次到期是{day}。"),
        None => "没有待办事项。".to_owned(),
    }
}
