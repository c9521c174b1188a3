//! Joining a visit to a case: a void one not at all, one that has ended by opening its next round.

use axum::http::StatusCode;

use super::{CLERK, NEW, id_number, register, visit, visit_with_id};
use crate::support::laid::{self, Laid};
use crate::support::{City, Site, matters};

const CASE: &str = "XF2026-00001";
const STAGE: &str = "SELECT stage FROM petition_case_now";

fn joined<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let join = [("disposition", "joined_to_case"), ("merge_case_no", CASE)];
    visit(&[&join, changed].concat())
}

/// A case of 东湖法院 that was settled and confirmed.
async fn settled(city: &City) -> String {
    let case = matters::assigned(city, "0110", "2026-05-11 09:00").await;
    city.force("INSERT INTO number_series (series, last) VALUES ('JB:2026', 1)").await;
    matters::closed(city, &case, "2026-06-01", "settled_written").await;
    assert_eq!(city.value::<String>(STAGE).await, "confirmed_closed");
    case
}

#[tokio::test]
async fn a_void_case_is_neither_offered_nor_joined() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let number = register(&site, CLERK, &visit_with_id(&id, &[])).await;
    register(&site, CLERK, &visit_with_id(&id, &[])).await;
    site.act(CLERK, &format!("/visits/{number}/void"), &[("reason", "录错了人")]).await;
    let page = site.post(Some(CLERK), "/petitioners/match", &[("id_number", &id)]).await;
    let offered = page.attributes("[name=take]", "value").join(" ");
    assert!(offered.contains("XF2026-00002") && !offered.contains(CASE), "{offered}");
    let page = site.post(Some(CLERK), NEW, &joined(&[])).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let said = "XF2026-00001已作废，不能并入。请选择其他案件，或者改选处理方式";
    assert_eq!(page.problem("merge_case_no").as_deref(), Some(said));
}

#[tokio::test]
async fn a_visit_reopens_a_case_that_has_ended_and_the_bureau_confirms_by_assigning() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    settled(&city).await;
    let page = site.post(Some("qingxi.clerk"), NEW, &joined(&[])).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let said = "XF2026-00001现在是“已办结”，并入即重新办理。请选择重新办理的原因";
    assert_eq!(page.problem("reopen_reason").as_deref(), Some(said));
    assert_eq!(page.attributes("[name=reopen_reason] option", "value").len(), 5);

    let fields = joined(&[("reopen_reason", "promise_unkept")]);
    let number = register(&site, "qingxi.clerk", &fields).await;
    assert_eq!(city.value::<String>(STAGE).await, "reopened");
    let reason = "SELECT reason FROM round WHERE number = 2";
    assert_eq!(city.value::<String>(reason).await, "promise_unkept");
    let receipt = site.get(Some("qingxi.clerk"), &format!("/visits/{number}/receipt")).await;
    let receipt = receipt.expect(StatusCode::OK).text();
    let next =
        "XF2026-00001已登记重新办理，中院信访局最迟6月15日确认并交办，办理结果最迟7月15日答复您。";
    assert!(receipt.contains(next), "{receipt}");
    let shown = site.get(Some("qingxi.clerk"), &format!("/visits/{number}")).await.text();
    assert!(shown.contains("重新办理：承诺事项未兑现"), "{shown}");

    let waiting = site.get(Some("zhongyuan.bureau"), "/assignments").await.text();
    assert!(waiting.contains(CASE), "{waiting}");
    let court = city.value::<i64>("SELECT id FROM unit WHERE code = '0110'").await.to_string();
    let fields = [
        ("case_no[]", CASE),
        ("court[]", court.as_str()),
        ("source", "city_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 12:00"),
        ("action", "issue"),
    ];
    site.act("zhongyuan.bureau", "/assignments/new", &fields).await;
    assert_eq!(city.value::<String>(STAGE).await, "assigned");
    assert_eq!(city.audit_verbs().await, ["case.assigned", "case.reopened", "visit.registered"]);
}

#[tokio::test]
async fn a_case_of_another_court_is_joined_with_its_person_by_saying_what_is_wanted_now() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, "qingxi.clerk", &visit_with_id(&id, &[])).await;
    let uuid = city.value::<String>("SELECT uuid::text FROM petitioner").await;
    for typed in [("name", "张某"), ("id_number", &id[14..]), ("id_number", id.as_str())] {
        let take = format!("{uuid}|{CASE}|join");
        let sent = [typed, ("id_type", "id_card"), ("take", &take)];
        let page = site.post(Some(CLERK), NEW, &sent).await.expect(StatusCode::OK);
        let filled = ["id_number", "name", "phone", "origin_court", "merge_case_no"];
        let filled = filled.map(|field| (field, page.value(field).unwrap_or_default()));
        let mut fields: Vec<(&str, &str)> =
            filled.iter().map(|(field, value)| (*field, value.as_str())).collect();
        fields.extend([("id_type", "id_card"), ("petitioner_id", &uuid), ("channel", "visit")]);
        fields.extend([("disposition", "joined_to_case"), ("action", "save")]);
        let page = site.post(Some(CLERK), NEW, &fields).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let said = page.texts(".f--bad label").join(" ");
        assert!(said.starts_with("事由与诉求") && !said.contains(' '), "{typed:?}: {said}");
        fields.push(("summary", "再次询问案款何时发放"));
        register(&site, CLERK, &fields).await;
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 1);
    assert_eq!(city.value::<i64>("SELECT visits FROM petition_case_now").await, 4);
}

#[tokio::test]
async fn whoever_handles_a_case_may_say_that_its_claims_are_those_of_the_last_time() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let id = id_number("19680312", 1);
    let join = [("disposition", "joined_to_case"), ("merge_case_no", &case)];
    register(&site, CLERK, &visit_with_id(&id, &join)).await;
    let uuid = "SELECT uuid::text FROM petitioner WHERE id_sealed IS NOT NULL";
    let take = format!("{}|{case}|join", city.value::<String>(uuid).await);
    let sent = [("id_type", "id_card"), ("id_number", id.as_str()), ("take", &take)];
    for (who, offered) in [("donghu.handler", 1), ("donghu.handler2", 0)] {
        let page = site.post(Some(who), NEW, &sent).await.expect(StatusCode::OK);
        assert_eq!(page.value("merge_case_no").as_deref(), Some(case.as_str()), "{who}");
        assert_eq!(page.attributes("[name=same_claim]", "value").len(), offered, "{who}");
    }
}

#[tokio::test]
async fn a_visit_that_is_taken_back_takes_its_round_with_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    settled(&city).await;
    let again = joined(&[("reopen_reason", "new_facts")]);
    let number = register(&site, "qingxi.clerk", &again).await;
    site.act("qingxi.clerk", &format!("/visits/{number}/void"), &[("reason", "录错了人")]).await;
    assert_eq!(city.value::<String>(STAGE).await, "confirmed_closed");
    register(&site, "qingxi.clerk", &again).await;
    assert_eq!(city.value::<String>(STAGE).await, "reopened");
    assert_eq!(city.value::<i32>("SELECT max(number) FROM round").await, 3);
}

#[tokio::test]
async fn two_windows_that_join_one_case_count_one_after_the_other() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    register(&site, CLERK, &visit(&[])).await;
    let (one, other) = (joined(&[]), joined(&[("name", "李某某"), ("phone", "10000000044")]));
    let (first, second) = tokio::join!(
        site.post(Some(CLERK), NEW, &one),
        site.post(Some("qingxi.clerk"), NEW, &other)
    );
    first.expect(StatusCode::SEE_OTHER);
    second.expect(StatusCode::SEE_OTHER);
    let nths = "SELECT array_agg(nth ORDER BY nth) FROM visit_case";
    assert_eq!(city.value::<Vec<i32>>(nths).await, [1, 2, 3]);
}
