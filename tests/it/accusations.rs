//! Accusations of court staff: taken down at a window, sent on unread by the bureau, read by the
//! inspection office and by nobody else.

use anjie::store::{Db, visit_lists};
use axum::http::StatusCode;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Row};

use crate::support::{City, Site, at, visit};
use crate::walls::{PEOPLE, session};

const CLERK: &str = "donghu.clerk";
const BUREAU: &str = "zhongyuan.bureau";
const INSPECTOR: &str = "zhongyuan.inspection";
const SECRET: &str = "反映某法官收受财物的情况";
const NAME: &str = "司马某某";
const PDF: &[u8] = b"%PDF-1.7 made for a test";

/// An accusation with a file and someone who speaks for the others; its number and the file's key.
async fn accuse(city: &City, site: &Site, more: &[(&str, &str)]) -> (String, String) {
    let mut said = vec![
        ("visit_kind", "accusation"),
        ("summary", SECRET),
        ("name", NAME),
        ("visit_form", "group"),
        ("people_count", "6"),
        ("representatives[]", "上官某某"),
        ("representative_ids[]", ""),
    ];
    said.extend_from_slice(more);
    let files = [("files", "转账截图.pdf", "application/pdf", PDF)];
    let taken = site.upload(Some(CLERK), "/visits/new", &visit(&said), &files).await;
    let place = taken.expect(StatusCode::SEE_OTHER).location();
    let number = place.trim_start_matches("/visits/").split(['/', '?']).next().unwrap().to_owned();
    let file = format!(
        "SELECT m.uuid::text FROM visit_material m JOIN visit v ON v.id = m.visit_id WHERE v.number = '{number}'"
    );
    let uuid = city.value(&file).await;
    (number, uuid)
}

async fn send(site: &Site, number: &str) {
    site.act(BUREAU, &format!("/accusations/{number}/routing"), &[]).await;
}

/// Everything that could show it.
fn paths(number: &str, uuid: &str) -> Vec<String> {
    let lists = ["/visits", "/inspections", "/accusations", "/accusations?state=sent"];
    let sheets = ["/visits", "/inspections"].map(|home| format!("{home}/{number}"));
    let files = sheets.clone().map(|sheet| format!("{sheet}/materials/{uuid}"));
    let printed = format!("/inspections/{number}/print");
    lists.map(str::to_owned).into_iter().chain(sheets).chain(files).chain([printed]).collect()
}

fn tells(html: &str) -> bool {
    [SECRET, NAME, "上官某某", "转账截图", "made for a test"].iter().any(|it| html.contains(it))
}

/// S23, S29, S77.
#[tokio::test]
async fn the_bureau_sends_it_on_unread_and_the_inspection_office_reads_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, uuid) = accuse(&city, &site, &[]).await;
    let page = format!("/inspections/{number}");
    // Until it is sent the office has nothing.
    let empty = site.get(Some(INSPECTOR), "/inspections").await.expect(StatusCode::OK);
    assert!(empty.text().contains("还没有转来的检举控告"), "{}", empty.text());
    site.get(Some(INSPECTOR), &page).await.expect(StatusCode::NOT_FOUND);
    site.get(Some(INSPECTOR), &format!("{page}/materials/{uuid}"))
        .await
        .expect(StatusCode::NOT_FOUND);
    let list = site.get(Some(BUREAU), "/accusations").await.expect(StatusCode::OK);
    assert_eq!(list.texts("tbody tr"), [format!("{number}东湖法院06-15 转督察部门")]);
    assert!(!tells(&list.html()));
    send(&site, &number).await;
    let left = site.get(Some(BUREAU), "/accusations").await.text();
    assert!(left.contains("没有待转送的检举控告"), "{left}");
    let sent = site.get(Some(BUREAU), "/accusations?state=sent").await;
    assert!(sent.texts("tbody tr")[0].contains("转督察部门") && !tells(&sent.html()));
    let again = site.post(Some(BUREAU), &format!("/accusations/{number}/routing"), &[]).await;
    assert_eq!(again.problem("").as_deref(), Some("已经转督察部门，不必再转"));
    let listed = site.get(Some(INSPECTOR), "/inspections").await.text();
    assert!(listed.contains(&number) && listed.contains("待登记收到"), "{listed}");
    let read = site.get(Some(INSPECTOR), &page).await.expect(StatusCode::OK);
    assert!(read.text().contains(SECRET) && read.text().contains("转账截图.pdf"));
    assert!(!read.html().contains(NAME), "who accuses is asked for");
    let file = site.get(Some(INSPECTOR), &format!("{page}/materials/{uuid}")).await;
    assert_eq!(file.expect(StatusCode::OK).body, PDF);
    let printed = site.get(Some(INSPECTOR), &format!("{page}/print")).await.expect(StatusCode::OK);
    assert!(printed.text().contains(SECRET) && !printed.html().contains(NAME));
    let reads: i64 = city
        .value(&format!(
            "SELECT count(*) FROM audit a JOIN staff s ON s.id = a.staff_id
             WHERE a.object = '{number}' AND s.username = '{INSPECTOR}' AND a.outcome = 'done'
               AND a.verb IN ('visit.read', 'visit.printed') AND a.fields = 'summary'"
        ))
        .await;
    assert_eq!(reads, 2, "every view is on record");
    let mut verbs = city.audit_verbs().await;
    verbs.sort();
    assert_eq!(verbs, ["accusation.sent", "material.filed", "material.read", "visit.registered"]);
}

/// S26, S30.
#[tokio::test]
async fn one_that_accuses_the_bureau_goes_past_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, uuid) = accuse(&city, &site, &[("accuses_bureau", "1")]).await;
    for wall in [Site::of(&city).await, Site::behind_the_first_wall_alone(&city).await] {
        for who in [BUREAU, "zhongyuan.bureau_head"] {
            for path in paths(&number, &uuid) {
                let page = wall.get(Some(who), &path).await;
                assert!(!page.html().contains(&number) || page.status != StatusCode::OK, "{path}");
                assert!(!tells(&page.html()), "{who} {path}");
            }
            let act = wall.post(Some(who), &format!("/accusations/{number}/routing"), &[]).await;
            act.expect(StatusCode::NOT_FOUND);
        }
    }
    let listed = site.get(Some(INSPECTOR), "/inspections").await.text();
    assert!(listed.contains(&number) && listed.contains("不经信访局"), "{listed}");
    site.get(Some(INSPECTOR), &format!("/inspections/{number}")).await.expect(StatusCode::OK);
}

/// S21, S30, S32.
#[tokio::test]
async fn behind_each_wall_alone_nobody_but_the_inspection_office_reads_it() {
    let city = City::new().await;
    let both = Site::of(&city).await;
    let (number, uuid) = accuse(&city, &both, &[]).await;
    send(&both, &number).await;
    both.act(INSPECTOR, &format!("/inspections/{number}/receipt"), &[]).await;
    let done = [("kind", "rectified"), ("finding", SECRET), ("feedback", "unreachable")];
    both.act(INSPECTOR, &format!("/inspections/{number}/outcome"), &done).await;
    for wall in [Site::of(&city).await, Site::behind_the_first_wall_alone(&city).await] {
        for who in PEOPLE.iter().filter(|who| **who != INSPECTOR) {
            for path in paths(&number, &uuid) {
                let page = wall.get(Some(who), &path).await;
                assert!(!tells(&page.html()), "{who} {path}: {}", page.text());
                let shut = path.starts_with("/inspections") || path.contains("/materials/");
                assert!(!shut || page.status != StatusCode::OK, "{who} {path}");
            }
        }
    }
    for who in PEOPLE {
        let found = behind_row_security(&city, who).await;
        let expected = i64::from(*who == INSPECTOR);
        // At the desk that wrote it down the names of those who spoke stand on its own sheet.
        let spoke = if *who == CLERK { 1 } else { expected };
        assert_eq!(found, [expected, expected, spoke, expected, expected, expected], "{who}");
    }
}

/// How many rows of each table a bare query of the serving role finds.
async fn behind_row_security(city: &City, username: &str) -> [i64; 6] {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(city.server());
    let db = Db::with_pool(pool.clone(), city.keys.clone());
    let actor = session(&db, username).await.actor().clone();
    #[expect(clippy::disallowed_methods, reason = "this asks the second wall alone")]
    let mut tx = pool.begin().await.unwrap();
    let context = format!(
        "SELECT set_config('app.staff_id', '{}', true), set_config('app.grant_id', '{}', true)",
        actor.staff, actor.grant
    );
    sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
    let counts = sqlx::query(
        "SELECT (SELECT count(*) FROM visit_text), (SELECT count(*) FROM visit_material),
                (SELECT count(*) FROM visit_representative), (SELECT count(*) FROM accusation_receipt),
                (SELECT count(*) FROM accusation_outcome),
                (SELECT count(*) FROM petitioner WHERE recorded_by <> asking_staff())",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    drop(tx);
    pool.close().await;
    std::array::from_fn(|nth| counts.get(nth))
}

/// S29, S86.
#[tokio::test]
async fn who_accuses_is_shown_one_thing_at_a_time_for_a_purpose() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, _) = accuse(&city, &site, &[]).await;
    send(&site, &number).await;
    let path = format!("/inspections/{number}/reveal");
    let page = site.post(Some(INSPECTOR), &path, &[("field", "name")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("reason").as_deref(), Some("请选择查看原因"));
    assert!(!page.html().contains(NAME));
    let page = site.post(Some(INSPECTOR), &path, &[("reason", "contact")]).await;
    assert_eq!(page.problem("field").as_deref(), Some("请选择要查看的内容"));
    for (field, shown) in
        [("name", "司马某某 代表上官某某"), ("phone", "10000000021"), ("id_number", "没有登记")]
    {
        let asked = [("field", field), ("reason", "contact")];
        let page = site.post(Some(INSPECTOR), &path, &asked).await.expect(StatusCode::OK);
        assert_eq!(page.texts("[data-opened] dd"), [shown], "{field}");
    }
    let page = site.get(Some(INSPECTOR), &format!("/inspections/{number}")).await;
    assert!(!page.html().contains(NAME), "a reload shows it no more");
    let traces: Vec<String> = city
        .value(
            "SELECT array_agg(object || ' ' || fields || ' ' || reason ORDER BY nth) FROM audit
             WHERE verb = 'identity.revealed'",
        )
        .await;
    assert_eq!(traces, [format!("{number} name contact"), format!("{number} phone contact")]);
    city.force(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
         SELECT 0, 0, a.at, a.staff_id, a.grant_id, a.verb, '', ''
         FROM audit a, generate_series(1, 28) WHERE a.verb = 'identity.revealed' AND a.fields = 'name'",
    )
    .await;
    let asked = [("field", "name"), ("reason", "contact")];
    let page = site.post(Some(INSPECTOR), &path, &asked).await;
    let page = page.expect(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.problem("").as_deref(), Some("一小时内查看已达30次，请稍后再试"));
}

/// S28, S77.
#[tokio::test]
async fn the_office_notes_that_it_came_and_how_it_ended_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, _) = accuse(&city, &site, &[]).await;
    send(&site, &number).await;
    let page = format!("/inspections/{number}");
    let outcome = format!("{page}/outcome");
    let good = [
        ("kind", "accountability"),
        ("finding", "查明逾期立案，已启动责任追究"),
        ("feedback", "phone"),
        ("told_on", "2026-06-15"),
        ("told", "已电话告知"),
    ];
    let early = site.post(Some(INSPECTOR), &outcome, &good).await;
    assert_eq!(early.problem("").as_deref(), Some("请先登记收到，再填写处理结果"));
    site.act(INSPECTOR, &format!("{page}/receipt"), &[]).await;
    let twice = site.post(Some(INSPECTOR), &format!("{page}/receipt"), &[]).await;
    assert_eq!(twice.problem("").as_deref(), Some("已经登记收到"));
    let wrong = [("kind", ""), ("finding", "查明一半"), ("feedback", "phone"), ("told_on", "改日")];
    let back = site.post(Some(INSPECTOR), &outcome, &wrong).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(back.problem("kind").as_deref(), Some("请选择处理结果"));
    assert_eq!(back.problem("told_on").as_deref(), Some("请填写反馈日期，如2026-06-15"));
    assert_eq!(back.value("finding").as_deref(), Some("查明一半"), "nothing typed is lost");
    site.act(INSPECTOR, &outcome, &good).await;
    let shown = site.get(Some(INSPECTOR), &page).await.text();
    for said in ["启动责任追究", "查明逾期立案", "电话 2026-06-15 已电话告知"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let again = site.post(Some(INSPECTOR), &outcome, &good).await;
    assert_eq!(again.problem("").as_deref(), Some("已经填写处理结果，不能改动"));
    let mut verbs = city.audit_verbs().await;
    verbs.retain(|verb| verb.starts_with("accusation."));
    assert_eq!(verbs, ["accusation.sent", "accusation.received", "accusation.concluded"]);
    // Neither the bureau nor the desk learns how it ended.
    for (who, path) in [(BUREAU, "/accusations?state=sent"), (CLERK, &*format!("/visits/{number}"))]
    {
        let html = site.get(Some(who), path).await.html();
        assert!(!html.contains("启动责任追究") && !html.contains("登记收到"), "{who}");
    }
}

/// S72.
#[tokio::test]
async fn both_lists_go_on_by_key() {
    let city = City::new().await;
    let site = Site::at(&city, at("2026-06-15 12:00")).await;
    let (number, _) = accuse(&city, &site, &[]).await;
    city.force(&format!(
        "INSERT INTO visit (number, running, hall_id, unit_id, channel, visit_kind, visit_form, people_count, category,
                            disposition, receiver_id, received_at, recorded_at, recorded_by, query_code_hash,
                            query_code_sealed)
         SELECT 'LF20260601-0110-' || lpad(n::text, 3, '0'), n, hall_id, unit_id, channel, visit_kind, visit_form, 1,
                category, disposition, receiver_id, received_at, recorded_at, recorded_by, decode(lpad(to_hex(n), 4, '0'), 'hex'), 'x'
         FROM visit, generate_series(1, 60) n WHERE number = '{number}'"
    ))
    .await;
    let first = site.get(Some(BUREAU), "/accusations").await.expect(StatusCode::OK);
    assert_eq!(first.texts("tbody tr").len(), 50);
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = site.get(Some(BUREAU), &next).await.expect(StatusCode::OK);
    assert_eq!(second.texts("tbody tr").len(), 11);
    city.force(
        "INSERT INTO accusation_routing (visit_id, straight, routed_at, routed_by)
         SELECT id, false, now(), recorded_by FROM visit ORDER BY id",
    )
    .await;
    let first = site.get(Some(INSPECTOR), "/inspections").await.expect(StatusCode::OK);
    assert!(first.texts("tbody tr")[0].contains("LF20260601-0110-060"), "the newest first");
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = site.get(Some(INSPECTOR), &next).await.expect(StatusCode::OK);
    assert_eq!(second.texts("tbody tr").len(), 11);
    let made_up = site.get(Some(INSPECTOR), "/inspections?after=zz").await.expect(StatusCode::OK);
    assert_eq!(made_up.texts("tbody tr").len(), 50);
}

/// S29, S77.
/// What a page doesn't show isn't fetched for it either.
#[tokio::test]
async fn the_register_hands_out_nothing_of_who_accuses() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let more = [("principal_name", "司马某某"), ("mandate", "yes"), ("assist[]", "sign")];
    let (number, _) = accuse(&city, &site, &more).await;
    city.force("UPDATE visit SET mandate = true, assist = '{sign}', urgent_reason = '扬言'").await;
    let session = session(&site.app.db, CLERK).await;
    let mut tx = site.app.db.begin(&session).await.unwrap();
    let file = visit_lists::find(&mut tx, &number).await.unwrap().unwrap();
    let told = (file.name, file.id_tail, file.phone_tail, file.id_verified, file.mandate);
    assert_eq!(told, (None, None, None, None, None));
    assert_eq!((file.assist.len(), file.urgent_reason.len()), (0, 0));
}
