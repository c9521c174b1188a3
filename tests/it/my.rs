//! The work queue: whose task is what, in which order.

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site, cases};

const TASKS: &str = ".q .q-act a";

async fn tasks(site: &Site, who: &str, path: &str) -> Vec<String> {
    site.get(Some(who), path).await.expect(StatusCode::OK).texts(TASKS)
}

#[tokio::test]
async fn each_role_sees_its_own_tasks() {
    let city = City::new().await;
    laid::lay(
        &city,
        Laid { acknowledged: false, done: &[], handler: "", leader: "", ..Laid::default() },
    )
    .await;
    let going = laid::lay(&city, Laid::default()).await;
    let returned = laid::lay(&city, Laid::default()).await;
    laid::apply(&city, &returned, &[("leader", "return", "donghu.leader")]).await;
    let signed = laid::lay(&city, Laid::default()).await;
    laid::apply(&city, &signed, &[]).await;
    let checked = laid::lay(&city, Laid::default()).await;
    let chain =
        [("leader", "approve", "donghu.leader"), ("president", "approve", "donghu.president")];
    laid::apply(&city, &checked, &chain).await;
    laid::lay(&city, Laid { done: &["M2"], ..Laid::default() }).await;
    cases::accepted(&city, "陈某").await;
    city.force(&format!(
        "INSERT INTO progress_report (case_id, round_id, sections, submitted_at, recorded_at, recorded_by)
         SELECT r.case_id, r.id, '{{1,2,3,4,5,6,7,8}}', '2026-06-14 09:00+08', '2026-06-14 09:00+08', 1
         FROM round r JOIN petition_case c ON c.id = r.case_id WHERE c.number = '{going}'"
    ))
    .await;
    let site = Site::of(&city).await;
    let duties = [
        "建立台账，明确四类责任人",
        "报送书面进展情况",
        "报送书面进展情况",
        "补正办结报告",
        "申请办结并报院长签批",
        "申请办结并报院长签批",
    ];
    let with = |task: &'static str, place: usize| {
        let mut all = duties.to_vec();
        all.insert(place, task);
        all
    };
    let mut handler = tasks(&site, "donghu.handler", "/my").await;
    assert_eq!(handler.remove(0), "签收交办");
    let mut found = handler.clone();
    found.sort_unstable();
    let mut expected = duties.map(str::to_owned);
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(tasks(&site, "donghu.handler2", "/my").await, ["签收交办"]);
    assert_eq!(tasks(&site, "donghu.leader", "/my").await[0], with("签批：办结报告", 0)[0]);
    assert_eq!(tasks(&site, "donghu.leader", "/my").await.len(), 7);
    assert_eq!(tasks(&site, "donghu.leader2", "/my").await, [""; 0]);
    assert_eq!(tasks(&site, "donghu.president", "/my").await, [""; 0]);
    assert_eq!(tasks(&site, "zhongyuan.president", "/my").await, [""; 0]);
    assert_eq!(tasks(&site, "qingxi.handler", "/my").await, [""; 0]);
    assert_eq!(
        tasks(&site, "zhongyuan.bureau", "/my").await,
        ["审核书面进展情况", "签批：办结报告", "交办案件", "确认交办责任人", "等待补正办结报告"]
    );
    site.get(Some("donghu.clerk"), "/my").await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_president_signs_what_the_leader_of_the_own_court_signed() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let paper = laid::apply(&city, &number, &[("leader", "approve", "donghu.leader")]).await;
    let site = Site::of(&city).await;
    let page = site.get(Some("donghu.president"), "/my").await;
    assert_eq!(page.texts(TASKS), ["签批：办结报告"]);
    assert_eq!(page.attributes(".q .cta", "href"), [format!("/approvals/{paper}")]);
    assert_eq!(page.texts(".tabs a"), ["待我签批 1"]);
    assert_eq!(tasks(&site, "zhongyuan.president", "/my").await, [""; 0]);
    assert_eq!(tasks(&site, "qingxi.president", "/my").await, [""; 0]);
}

#[tokio::test]
async fn tasks_stand_by_due_day_then_by_who_asked_then_by_number() {
    let city = City::new().await;
    let mut laid = Vec::new();
    for source in ["self_identified", "city_court", "city_plc", "province_court", "province_plc"] {
        laid.push(laid::lay(&city, Laid { source, ..Laid::default() }).await);
    }
    let site = Site::of(&city).await;
    let page = site.get(Some("donghu.handler"), "/my?due=soon").await;
    let expected: Vec<_> = [3, 4, 2, 1, 0].map(|nth: usize| laid[nth].clone()).into();
    assert_eq!(page.texts(".q td:nth-child(6)"), expected);
    assert_eq!(page.texts(".grp th"), ["三日内"]);
    let page = site.get(Some("donghu.handler"), "/my").await;
    assert_eq!(page.texts(".grp th"), ["三日内5项", "以后5项"]);
    let tabs = page.texts(".tabs a");
    assert_eq!(tabs, ["全部 10", "逾期 0", "今日到期 0", "三日内 5", "以后 5"]);
    let page = site.get(Some("donghu.handler"), "/my?due=over").await;
    assert_eq!(page.texts(".empty"), ["没有待办事项。最近一次到期是6月16日。查看案件"]);
}

#[tokio::test]
async fn a_long_queue_shows_every_task_once_both_ways() {
    let city = City::new().await;
    for _ in 0..27 {
        laid::lay(&city, Laid::default()).await;
    }
    let site = Site::of(&city).await;
    let first = site.get(Some("donghu.handler"), "/my").await;
    assert_eq!(first.texts(TASKS).len(), 50);
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = site.get(Some("donghu.handler"), &next).await;
    assert_eq!(second.texts(TASKS).len(), 4);
    let back = second.attributes("a[rel=prev]", "href").remove(0);
    let again = site.get(Some("donghu.handler"), &back).await;
    let places = |page: &crate::support::Page| page.attributes(".q .cta", "href");
    assert_eq!(places(&again), places(&first));
    let mut all: Vec<_> = [places(&first), places(&second)].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 54);
    let print = site.get(Some("donghu.handler"), "/my?print=yes").await;
    assert_eq!(print.texts(".sheet tbody tr").len(), 54);
}

#[tokio::test]
async fn the_queue_and_the_case_agree_on_what_is_next() {
    let city = City::new().await;
    let laid = [
        laid::lay(&city, Laid { acknowledged: false, done: &[], ..Laid::default() }).await,
        laid::lay(&city, Laid { done: &[], ..Laid::default() }).await,
        laid::lay(&city, Laid { done: &["L2"], ..Laid::default() }).await,
        laid::lay(&city, Laid::default()).await,
        laid::lay(&city, Laid { done: &["L2", "M2", "P7"], ..Laid::default() }).await,
    ];
    let site = Site::of(&city).await;
    let queue = site.get(Some("donghu.handler"), "/my").await;
    let (numbers, links) = (queue.texts(".q td:nth-child(6)"), queue.attributes(".q .cta", "href"));
    for number in laid {
        let first = numbers.iter().position(|of| *of == number).unwrap();
        let page = site.get(Some("donghu.handler"), &format!("/cases/{number}")).await;
        assert_eq!(page.attributes(".next a.btn", "href"), [links[first].clone()], "{number}");
    }
}
