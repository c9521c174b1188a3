//! The ledger of a case.

use axum::http::StatusCode;

use super::acknowledgements::parallel;
use super::{
    HANDLER, LEADER, Team, acknowledge, acknowledged, assign, assigned, clocks, close, kept, staff,
};
use crate::support::{City, Page, Site, cases};

#[tokio::test]
async fn a_complete_ledger_stops_its_clock_and_names_the_team() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = acknowledged(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    let chosen = page.attributes("#handler_id option[selected]", "value");
    assert_eq!(chosen, [staff(&city, HANDLER).await], "who opens it is proposed as the handler");
    let leaders = page.texts("#leader_id option");
    assert_eq!(leaders.len(), 4, "the court leaders alone: {leaders:?}");

    let team = Team::of(&city).await;
    let to = site.act(HANDLER, &path, &team.ledger("0", "先发放首笔案款")).await;
    assert_eq!(to, format!("/cases/{number}"));
    assert_eq!(clocks(&city, "L2").await, ["stopped"]);
    assert_eq!(clocks(&city, "M2").await, ["running"]);
    let seats = "SELECT array_agg(t.place || ' ' || s.username || ' ' || (t.phone = s.phone)::text ORDER BY t.id)
                 FROM team_member t JOIN staff s ON s.id = t.staff_id WHERE t.ended_at IS NULL";
    assert_eq!(
        city.value::<Vec<String>>(seats).await,
        ["leader donghu.leader true", "chief donghu.leader2 true", "handler donghu.handler true"]
    );
    let page = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.value("version").unwrap(), "1");
    assert_eq!(page.value("plan").unwrap(), "先发放首笔案款");
    assert_eq!(
        page.attributes("[name='claims[]']", "value")[..2],
        ["案款足额发放", "说明扣划依据"]
    );
}

#[tokio::test]
async fn an_incomplete_ledger_comes_back_with_all_that_is_missing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = acknowledged(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let page = site.post(Some(HANDLER), &path, &[("claims[]", "")]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    for (field, said) in [
        ("leader_id", "请选择包案领导"),
        ("chief_id", "请选择责任领导"),
        ("handler_id", "请选择责任人"),
        ("plan", "请填写初步化解方案，以后可以修改"),
        ("claims[]", "请至少写一条诉求"),
    ] {
        assert_eq!(page.problem(field).unwrap(), said);
    }
    assert_eq!(page.texts("#errors-title"), ["请改正以下5处"]);

    let team = Team::of(&city).await;
    let handler = team.handler.clone();
    let led = Team { leader: handler.clone(), ..Team::of(&city).await };
    let page = site.post(Some(HANDLER), &path, &led.ledger("0", "方案")).await;
    assert_eq!(page.problem("leader_id").unwrap(), "包案领导应为本院院领导");
    let both = Team { handler: team.leader.clone(), ..team };
    let page = site.post(Some(HANDLER), &path, &both.ledger("0", "方案")).await;
    assert_eq!(page.problem("handler_id").unwrap(), "包案领导不能同时是责任人");
    let silent = Team::of(&city).await;
    city.force("UPDATE staff SET phone = '' WHERE username = 'donghu.handler'").await;
    let page = site.post(Some(HANDLER), &path, &silent.ledger("0", &"方".repeat(2001))).await;
    let name = city.value::<String>("SELECT name FROM staff WHERE username = 'donghu.handler'");
    assert_eq!(page.problem("handler_phone").unwrap(), format!("请填写{}的联系电话", name.await));
    assert_eq!(page.problem("plan").unwrap(), "超出1字，请精简");
    assert_eq!(city.value::<i64>("SELECT count(*) FROM ledger").await, 0);
}

#[tokio::test]
async fn another_leader_takes_the_place_and_the_one_before_stays_on_record() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let president = staff(&city, "donghu.president").await;
    let team = Team { leader: president, ..Team::of(&city).await };
    let mut form = team.ledger("1", "先发放首笔案款");
    form.retain(|(name, _)| *name != "handler_phone");
    form.push(("handler_phone", "0000-1000999"));
    // The telephone of the leader before is still in its field.
    let before = city.value::<String>("SELECT phone FROM staff WHERE username = 'donghu.leader'");
    let before = before.await;
    form[2] = ("leader_phone", &before);
    site.act(HANDLER, &path, &form).await;
    let phone = "SELECT t.phone = s.phone FROM team_member t JOIN staff s ON s.id = t.staff_id
                 WHERE t.place = 'leader' AND t.ended_at IS NULL";
    assert!(city.value::<bool>(phone).await, "the new leader's own number");
    let seats = "SELECT array_agg(place || CASE WHEN ended_at IS NULL THEN '' ELSE ' ended' END ORDER BY id)
                 FROM team_member";
    assert_eq!(
        city.value::<Vec<String>>(seats).await,
        ["leader ended", "chief", "handler ended", "leader", "handler"]
    );
    let since = "SELECT count(DISTINCT since) FROM team_member WHERE place = 'handler'";
    assert_eq!(city.value::<i64>(since).await, 1, "a new telephone is not a new handler");
    let detail = "SELECT array_agg(fields ORDER BY seq) FROM audit WHERE verb = 'ledger.kept'";
    assert_eq!(city.value::<Vec<String>>(detail).await, ["leader chief handler", "leader"]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM ledger_version").await, 1);
    assert_eq!(site.get(Some(LEADER), &path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_ledger_serves_every_assignment_of_the_round() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    parallel(&city, &number).await;
    acknowledge(&city, &site, &number).await;
    let team = Team::of(&city).await;
    site.act(HANDLER, &format!("/cases/{number}/ledger"), &team.ledger("1", "同一方案")).await;
    assert_eq!(clocks(&city, "L2").await, ["stopped", "stopped"]);
    let rows = "SELECT array_agg(plan || version ORDER BY assignment_id) FROM ledger";
    assert_eq!(city.value::<Vec<String>>(rows).await, ["同一方案2", "同一方案2"]);
}

#[tokio::test]
async fn of_two_who_write_at_once_the_second_chooses_what_stays() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let team = Team::of(&city).await;
    site.act(LEADER, &path, &team.ledger("1", "评估费由法院垫付")).await;

    let mut mine = team.ledger("1", "评估费由院里垫付");
    mine[6] = ("handler_phone", "0000-1000999");
    let page = site.post(Some(HANDLER), &path, &mine).await.expect(StatusCode::CONFLICT);
    assert_eq!(page.texts("h1"), ["内容已被他人更新"]);
    let leader = city.value::<String>("SELECT name FROM staff WHERE username = 'donghu.leader'");
    let said = format!("{}在06-15 12:00保存了新的内容。您的内容没有丢失，请选择。", leader.await);
    assert!(page.text().contains(&said));
    assert_eq!(page.texts("tbody th"), ["责任人联系方式", "化解方案"]);
    assert_eq!(page.texts("tbody tr:last-child del"), ["（他人所写：法院）"]);
    assert_eq!(page.texts("tbody tr:last-child ins"), ["（我所写：院里）"]);
    let marked = |page: &Page| page.attributes("input[type=radio][checked]", "value");
    assert_eq!(marked(&page), ["theirs", "both"]);

    // A third saving meanwhile: the page comes again, with what was chosen.
    site.act(LEADER, &path, &team.ledger("2", "评估费由财政垫付")).await;
    let settle = |version, plan| {
        let mut fields = mine.clone();
        fields[0] = ("version", version);
        let choice = [("settling", "1"), ("choice[handler_phone]", "mine"), ("choice[plan]", plan)];
        fields.into_iter().chain(choice).collect::<Vec<_>>()
    };
    let page = site.post(Some(HANDLER), &path, &settle("2", "mine")).await;
    let page = page.expect(StatusCode::CONFLICT);
    assert_eq!(marked(&page), ["mine", "mine"]);
    assert_eq!(page.value("version").unwrap(), "3");

    site.act(HANDLER, &path, &settle("3", "both")).await;
    let plan = city.value::<String>("SELECT plan FROM ledger").await;
    assert_eq!(plan, "评估费由财政垫付\n评估费由院里垫付");
    let phone = "SELECT phone FROM team_member WHERE place = 'handler' AND ended_at IS NULL";
    assert_eq!(city.value::<String>(phone).await, "0000-1000999");
}

#[tokio::test]
async fn a_ledger_is_not_open_to_others_nor_before_the_acknowledgement_nor_after_the_end() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    for (who, status) in [
        ("qingxi.handler", StatusCode::NOT_FOUND),
        ("donghu.handler2", StatusCode::NOT_FOUND),
        ("donghu.clerk", StatusCode::FORBIDDEN),
        ("donghu.president", StatusCode::FORBIDDEN),
        ("zhongyuan.bureau", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(site.get(Some(who), &path).await.status, status, "{who}");
        assert_eq!(site.post(Some(who), &path, &[]).await.status, status, "{who}");
    }
    close(&city, &number).await;
    let team = Team::of(&city).await;
    let page = site.post(Some(HANDLER), &path, &team.ledger("1", "方案")).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert!(page.texts("form button[data-main]").is_empty(), "a closed case is read, not written");

    let waiting = assigned(&city, &site).await;
    let page = site.get(Some(HANDLER), &format!("/cases/{waiting}/ledger")).await;
    assert_eq!(page.problem("").unwrap(), "请先签收交办");
}

#[tokio::test]
async fn a_division_s_case_is_led_by_a_leader_of_the_intermediate_court() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = cases::accepted(&city, "张某").await;
    assign(&city, &site, &number, "01Z1").await;
    let seen = super::version(&city, &number).await;
    site.act("zhiyi.handler", &format!("/cases/{number}/acknowledgement"), &[("version", &seen)])
        .await;
    let team = Team {
        leader: staff(&city, "zhongyuan.leader").await,
        chief: staff(&city, "zhiyi.chief").await,
        handler: staff(&city, "zhiyi.handler").await,
    };
    let path = format!("/cases/{number}/ledger");
    site.act("zhiyi.handler", &path, &team.ledger("0", "方案")).await;
    site.get(Some("zhongyuan.leader"), &path).await.expect(StatusCode::OK);
    let elsewhere = Team { leader: staff(&city, LEADER).await, ..team };
    let page = site.post(Some("zhiyi.handler"), &path, &elsewhere.ledger("1", "方案")).await;
    assert_eq!(page.problem("leader_id").unwrap(), "包案领导应为本院院领导");
}
