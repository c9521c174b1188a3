//! The list of cases.

use axum::response::Response;
use chrono::NaiveDate;

use super::form::{Asked, SIZES};
use super::pages::{Active, Column, Line, ListPage, PrintPage, View};
use crate::domain::calendar;
use crate::domain::category::Category;
use crate::domain::petition_case::Stage;
use crate::domain::source::Source;
use crate::domain::staff::Role;
use crate::store::audit;
use crate::store::case_lists::{Around, COUNTED_TO, CaseLine, Noted, SortKey, around, list};
use crate::store::cursor::Paged;
use crate::web::extract::Query;
use crate::web::form::Choice;
use crate::web::layout;
use crate::web::traces::Listed;
use crate::web::{AppResult, Asking};

const DUE: [(&str, &str); 6] = [
    ("", "全部"),
    ("over", "逾期"),
    ("today", "今日到期"),
    ("soon", "三日内"),
    ("week", "本周到期"),
    ("later", "三日以后"),
];

/// Characters of what was said: a page of fifty rows stays small.
const ON_SCREEN: usize = 16;
const ON_PAPER: usize = 60;

/// Code, key and name of what can be sorted by.
const COLUMNS: [(&str, SortKey, &str); 9] = [
    ("due", SortKey::Due, "期限"),
    ("no", SortKey::Number, "信访编号"),
    ("name", SortKey::Name, "信访人"),
    ("source", SortKey::Source, "来源"),
    ("court", SortKey::Court, "责任法院"),
    ("leader", SortKey::Leader, "包案领导"),
    ("handler", SortKey::Handler, "责任人"),
    ("stage", SortKey::Stage, "状态"),
    ("updated", SortKey::Updated, "最近进展"),
];

pub async fn show(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let now = asking.now();
    let (today, role) = (calendar::day_of(now), asking.actor().role);
    let filter = asked.filter(role, today);
    let mut tx = asking.begin().await?;
    let found = list(&mut tx, &filter, &asked.window()).await?;
    let asked_for = asked.conditions().join(" ");
    let Listed(shown) = Listed::of(found.rows.iter().map(|line| line.number.as_str()));
    if asked.is_print() {
        let (verb, fields) = ("case.printed", "name summary");
        let (detail, shown) = (asked_for.as_str(), shown.as_str());
        let entry = audit::Entry { verb, fields, detail, shown, ..audit::Entry::default() };
        audit::append(&mut tx, audit::Entry { at: now, ..entry }).await?;
        tx.commit().await?;
        let back = asked.href(&[]);
        let page = PrintPage {
            back,
            stamp: asking.stamp(),
            lines: lines(found.rows, ON_PAPER, role, today),
        };
        return layout::shown(&page);
    }
    let verb = if asked.q.is_empty() { "case.listed" } else { "case.searched" };
    let noted = Noted { verb, detail: &asked_for, shown: &shown, at: now };
    let around = around(&mut tx, &filter, today, noted).await?;
    tx.commit().await?;
    let shell = asking.shell("信访案件");
    let page = page(shell, (&asked, role), (found, around), today);
    layout::shown(&page)
}

fn page(
    shell: layout::Shell,
    (asked, role): (&Asked, Role),
    (found, around): (Paged<CaseLine>, Around),
    today: NaiveDate,
) -> ListPage {
    let counted = if around.count > COUNTED_TO {
        format!("共{COUNTED_TO}+件　结果超过{COUNTED_TO}件，请加条件")
    } else {
        format!("共{}件", around.count)
    };
    let units: Vec<_> =
        around.units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())).collect();
    let sizes = SIZES.map(|size| Choice {
        value: asked.href(&[("size", &size.to_string())]),
        label: size.to_string(),
        chosen: size == asked.size(),
    });
    ListPage {
        views: views(asked, role, around.overdue),
        courts: with_all(&units, &asked.court),
        stages: stages(&asked.stage),
        dues: Choice::list(DUE, &asked.due),
        sources: with_all(&codes(Source::ALL, Source::code, Source::label), &asked.source),
        categories: with_all(
            &codes(Category::ALL, Category::code, Category::label),
            &asked.category,
        ),
        more: is_narrowed(asked),
        active: active(asked, &units, today),
        unread: asked.unread(today),
        reset: asked.href(&[]) != "/cases",
        counted,
        columns: columns(asked),
        prev: found.before.as_ref().map(|before| asked.href(&[("before", before)])),
        next: found.after.as_ref().map(|after| asked.href(&[("after", after)])),
        sizes: sizes.into(),
        print: asked.href(&[("print", "yes")]),
        lines: lines(found.rows, ON_SCREEN, role, today),
        mine: asked.is_mine(role),
        asked: asked.clone(),
        shell,
    }
}

fn codes<T: Copy>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
) -> Vec<(&'static str, &'static str)> {
    all.iter().map(|value| (code(*value), label(*value))).collect()
}

fn with_all(options: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    Choice::list(std::iter::once(("", "全部")).chain(options.iter().copied()), chosen)
}

fn stages(chosen: &str) -> Vec<Choice> {
    let groups = [("", "未办结"), ("all", "全部"), ("closed", "已结束")];
    let chosen = if chosen == "open" { "" } else { chosen };
    Choice::list(groups.into_iter().chain(codes(Stage::ALL, Stage::code, Stage::label)), chosen)
}

fn lines(rows: Vec<CaseLine>, room: usize, role: Role, today: NaiveDate) -> Vec<Line> {
    rows.into_iter().map(|row| Line::of(row, room, role, today)).collect()
}

/// The default views; a count stands only at what is overdue.
fn views(asked: &Asked, role: Role, overdue: i64) -> Vec<View> {
    let handles = matches!(role, Role::Handler | Role::Leader);
    let all = if handles { "/cases?mine=no" } else { "/cases" };
    let mine = handles.then_some(("我负责的", "/cases?mine=yes", 0));
    let rest = [
        ("逾期", "/cases?due=over", overdue),
        ("本周到期", "/cases?due=week", 0),
        ("退回补正", "/cases?stage=returned", 0),
    ];
    let here = asked.href(&[("sort", ""), ("desc", ""), ("size", "")]);
    let here = if handles && here == "/cases" { "/cases?mine=yes".to_owned() } else { here };
    std::iter::once(("全部", all, 0))
        .chain(mine)
        .chain(rest)
        .map(|(label, href, count)| View { label, href, count, current: here == href })
        .collect()
}

fn is_narrowed(asked: &Asked) -> bool {
    let hidden = [
        &asked.source,
        &asked.category,
        &asked.leader,
        &asked.handler,
        &asked.assigned_from,
        &asked.assigned_to,
    ];
    hidden.iter().any(|value| !value.is_empty())
}

/// The conditions in force, each with the address that takes it away.
fn active(asked: &Asked, units: &[(&str, &str)], today: NaiveDate) -> Vec<Active> {
    let label = |options: &[(&str, &str)], code: &str| {
        let found = options.iter().find(|(of, _)| *of == code);
        found.map_or(code, |(_, label)| *label).to_owned()
    };
    let stage = match asked.stage.as_str() {
        "" | "open" => "未办结".to_owned(),
        "closed" => "已结束".to_owned(),
        code => Stage::from_code(code).map_or("", Stage::label).to_owned(),
    };
    let source = Source::from_code(&asked.source).map_or("", Source::label).to_owned();
    let category = Category::from_code(&asked.category).map_or("", Category::label).to_owned();
    let day = |text: &str, end: &str| {
        calendar::read_day(text, today).map_or_else(String::new, |day| format!("{day}{end}"))
    };
    let mine = if asked.mine == "yes" { "是".to_owned() } else { String::new() };
    let due = DUE.iter().find(|(code, _)| !code.is_empty() && *code == asked.due);
    let due = due.map_or("", |(_, label)| *label).to_owned();
    [
        ("关键词", "q", asked.q.clone(), ""),
        ("法院", "court", label(units, &asked.court), ""),
        ("状态", "stage", if asked.stage == "all" { String::new() } else { stage }, "all"),
        ("期限", "due", due, ""),
        ("我负责的", "mine", mine, "no"),
        ("来源", "source", source, ""),
        ("诉求类别", "category", category, ""),
        ("包案领导", "leader", asked.leader.clone(), ""),
        ("责任人", "handler", asked.handler.clone(), ""),
        ("交办日期", "assigned_from", day(&asked.assigned_from, "起"), ""),
        ("交办日期", "assigned_to", day(&asked.assigned_to, "止"), ""),
    ]
    .into_iter()
    .filter(|(.., value, _)| !value.is_empty())
    .map(|(label, field, value, without)| Active {
        label,
        value,
        href: asked.href(&[(field, without)]),
    })
    .collect()
}

/// The heads; a second press on the same one turns the order around.
fn columns(asked: &Asked) -> Vec<Column> {
    let order = asked.order();
    let column = |(code, key, label): (&'static str, SortKey, &'static str)| {
        let current = order.key == key;
        // What happened last comes first.
        let first = if key == SortKey::Updated { "yes" } else { "" };
        let desc = match (current, order.descending) {
            (true, true) => "",
            (true, false) => "yes",
            (false, _) => first,
        };
        let sorted = match (current, order.descending) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        };
        Column { label, sorted, href: asked.href(&[("sort", code), ("desc", desc)]) }
    };
    COLUMNS.map(column).into()
}
