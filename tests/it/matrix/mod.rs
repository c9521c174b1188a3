//! Who is let in where: every route, every role, in their own court, another court of the same
//! intermediate court and a court elsewhere. What is allowed is a file that anyone can read.

mod absent;
mod fields;
mod mixed;
pub mod places;

use anjie::domain::staff::Role;
use anjie::web::routes::Row;
use axum::http::StatusCode;
use tokio::runtime::Handle;

use crate::routes::PEOPLE;
use crate::support::{Page, Site};
use places::{Place, World};

const COMMITTED: &str = "tests/it/data/access.csv";
const LEGEND: &str = "\
# 访问矩阵：每个地址对每个岗位。可=进得去；无=查无此页(404)；禁=这个岗位不能用(403)；登=先登录；－=页面打得开，但没有该处的内容。
# 三个符号依次为：本院·他院·外地。只有一个符号：三处相同，或地址和表单不指向任何一处。导入属于中院信访局，列在第一处；草稿只属于本人。
# 本院=东湖法院的案件和来访（法院岗位为东湖法院人员，中院岗位为其辖区内的东湖法院）；他院=同一中院辖区的青溪法院。
# 外地=另一个中级人民法院（临州）的临江法院，对任何业务岗位都不可以是“可”。案件均已报领导小组；评查员只分到本院的一件。
";
const NAMES: [&str; 2] = ["方法", "地址"];

/// What a row of the file is about, and what stands under one role.
type Column = (String, Vec<String>);
type Person = (Option<Role>, &'static str);

/// Whether the address names something of a place.
pub fn is_placed(row: &Row) -> bool {
    row.path.contains('{')
        && row.path.split('/').any(|part| {
            part.starts_with('{') && !["{period}", "{metric}", "{sheet}"].contains(&part)
        })
}

/// What a form must say so that it is about something.
fn fields<'a>(row: &Row, inner: &'a Place) -> Vec<(&'static str, &'a str)> {
    if row.path.ends_with("/reveal") {
        vec![("field", "phone")]
    } else if row.path.ends_with("/lifting") {
        vec![("lifted_reason", "核实无关")]
    } else if row.path.ends_with("/corrections/new") {
        vec![("of", &inner.progress)]
    } else {
        Vec::new()
    }
}

/// Asks as the route is asked; `inner` has what hangs on the case or visit.
pub async fn ask(
    site: &Site,
    who: Option<&str>,
    row: &Row,
    (outer, inner): (&Place, &Place),
) -> Page {
    let path = outer.address(row.path, inner);
    match row.method {
        "GET" => site.get(who, &path).await,
        _ => site.post(who, &path, &fields(row, inner)).await,
    }
}

/// What the file says of an answer.
fn mark(page: &Page, address: &str) -> &'static str {
    let status = page.status;
    // Whoever is not signed in has no form with a token; the gate let them in.
    let let_in = status == StatusCode::FORBIDDEN && page.text().contains("表单已失效");
    match status.as_u16() {
        303 if page.location().starts_with("/login?") => "登",
        200..=399 | 400 | 409 | 413 | 415 | 422 => "可",
        401 => "登",
        403 if let_in => "可",
        403 => "禁",
        404 => "无",
        _ => panic!("{address}: {status} {}", page.text()),
    }
}

async fn cell(world: &World, (role, who): Person, row: &Row) -> String {
    let site = &world.site;
    let who = role.map(|_| who);
    let [own, ..] = &world.places;
    let page = ask(site, who, row, (own, own)).await;
    let first = mark(&page, row.path);
    if ["禁", "登"].contains(&first) {
        return first.to_owned();
    }
    if is_placed(row) {
        let mut marks = vec![first];
        for place in &world.places[1..] {
            marks.push(mark(&ask(site, who, row, (place, place)).await, row.path));
        }
        return marks.join("·");
    }
    if row.method == "GET" && first == "可" {
        let html = page.html();
        let shows = |place: &Place| place.numbers.iter().any(|number| html.contains(number));
        let marks = world.places.iter().map(|place| if shows(place) { "可" } else { "－" });
        let marks = marks.collect::<Vec<_>>();
        return if marks == ["－"; 3] { "－".to_owned() } else { marks.join("·") };
    }
    first.to_owned()
}

/// What is asked when: pages first, then acts, one's own account at last.
fn turn(row: &Row) -> usize {
    match (row.method, row.path) {
        ("GET", _) => 0,
        (_, "/logout") => 3,
        (_, path) if path.starts_with("/account") || path.starts_with("/admin/accounts") => 2,
        _ => 1,
    }
}

/// The columns of some people, found in a city of their own.
async fn columns(people: Vec<Person>) -> Vec<Column> {
    let imports = people
        .iter()
        .any(|(role, _)| role.is_some_and(|role| role == Role::Bureau || role == Role::BureauHead));
    let world = World::new(imports).await;
    let rows = world.site.rows.clone();
    let mut found = vec![vec![String::new(); rows.len()]; people.len()];
    for nth in 0..4 {
        for (column, person) in found.iter_mut().zip(&people) {
            for (cell_found, row) in column.iter_mut().zip(&rows) {
                if turn(row) == nth {
                    *cell_found = cell(&world, *person, row).await;
                }
            }
        }
    }
    let label = |role: Option<Role>| role.map_or("未登录", Role::label).to_owned();
    people.iter().map(|(role, _)| label(*role)).zip(found).collect()
}

/// The file as it would be.
fn sheet(rows: &[Row], columns: &[Column]) -> String {
    let head = NAMES.into_iter().chain(columns.iter().map(|(label, _)| label.as_str()));
    let mut text = format!("{LEGEND}{}\n", head.collect::<Vec<_>>().join(","));
    for (nth, row) in rows.iter().enumerate() {
        let cells = columns.iter().map(|(_, cells)| cells[nth].as_str());
        let line = [row.method, row.path].into_iter().chain(cells);
        text.push_str(&line.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

/// `POST /cases/{case_no}/closing 包案领导: committed 可·无·无, found 可·可·无`
fn differences(committed: &str, found: &str) -> Vec<String> {
    let read = |text: &str| -> Vec<Vec<String>> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    let (committed, found) = (read(committed), read(found));
    let known = |line: &Vec<String>| committed.iter().find(|known| known[..2] == line[..2]);
    let mut differ = Vec::new();
    for line in &found {
        for (nth, cell) in line.iter().enumerate().skip(2) {
            let was =
                known(line).and_then(|known| known.get(nth)).map_or("nothing", String::as_str);
            if was != cell {
                let (method, path, role) = (&line[0], &line[1], &found[0][nth]);
                differ.push(format!("{method} {path} {role}: committed {was}, found {cell}"));
            }
        }
    }
    let gone = committed.iter().filter(|line| !found.iter().any(|it| it[..2] == line[..2]));
    differ.extend(gone.map(|line| format!("{} {}: committed, and no route", line[0], line[1])));
    differ
}

/// S20, S21, S23.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn every_route_lets_in_whom_the_committed_matrix_says() {
    let nobody = std::iter::once((None, ""));
    let people: Vec<Person> =
        nobody.chain(PEOPLE.iter().map(|(role, who)| (Some(*role), *who))).collect();
    // A thread each: what is asked of one city is asked in turn.
    let here = Handle::current();
    let parts = people.chunks(4).map(|people| {
        let (here, people) = (here.clone(), people.to_vec());
        tokio::task::spawn_blocking(move || here.block_on(columns(people)))
    });
    let parts: Vec<_> = parts.collect();
    let mut all = Vec::new();
    for part in parts {
        all.extend(part.await.unwrap());
    }
    let city = crate::support::City::new().await;
    let found = sheet(&Site::of(&city).await.rows, &all);
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    let path = format!("{}/access.csv", env!("CARGO_TARGET_TMPDIR"));
    if found != committed {
        std::fs::write(&path, &found).unwrap();
    }
    let lines = differences(&committed, &found).join("\n");
    assert!(found == committed, "{lines}\nTo accept what was found: cp {path} {COMMITTED}");
}

/// S20, S21.
///
/// Whom a gate turns away stands in the file, so that none can be taken away or loosened unseen.
#[tokio::test]
async fn the_file_says_of_each_gate_whom_it_turns_away() {
    let city = crate::support::City::new().await;
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    let mut shut = 0;
    for row in &Site::of(&city).await.rows {
        let place = format!("{},{},", row.method, row.path);
        let line = committed.lines().find_map(|line| line.strip_prefix(&place)).unwrap();
        let cells: Vec<&str> = line.split(',').skip(1).collect();
        assert_eq!(cells.len(), PEOPLE.len(), "{place}");
        for ((role, _), cell) in PEOPLE.iter().zip(cells) {
            assert_eq!(cell == "禁", !row.who.admits(*role), "{place} {}", role.label());
            shut += usize::from(cell == "禁");
        }
    }
    assert!(shut > 1000, "{shut}");
}

/// S21.
#[test]
fn no_role_of_the_courts_is_let_in_elsewhere() {
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    let lines: Vec<Vec<&str>> = committed
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').collect())
        .collect();
    let roles: Vec<&str> =
        Role::ALL.iter().filter(|it| **it != Role::Job).map(|it| it.label()).collect();
    assert_eq!(lines[0][3..], roles);
    for line in &lines[1..] {
        for (nth, cell) in line.iter().enumerate().skip(2) {
            let elsewhere = cell.split('·').nth(2);
            let keeps = ["系统管理员", "安全管理员", "审计员"].contains(&lines[0][nth]);
            // The audit's list is one address; its two walls give each what they may read of it.
            let fine = elsewhere != Some("可")
                || keeps && line[1].starts_with("/admin/")
                || line[1] == "/admin/audit";
            assert!(fine, "{} {} {}: {cell}", line[0], line[1], lines[0][nth]);
        }
    }
}
