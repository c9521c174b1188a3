//! The chain of signatures.

use anjie::store::accounts;
use anjie::store::sessions::{self, NewSession};
use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::chain::{
    BUREAU, HANDLER, LEADER, LEADING_GROUP, PRESIDENT, approval, approve, assigned, closing_clock,
    handled, ledgered, met, replied, report, send, sign, stage, verdict,
};
use crate::support::{City, Page, Site, at};

/// A case with its report handed in; the address of the report.
async fn reported(city: &City, site: &Site) -> (String, String) {
    let number = handled(city, site).await;
    report(site, HANDLER, &number, "settled_oral_provisional").await.expect(StatusCode::SEE_OTHER);
    (number, approval(city).await)
}

#[tokio::test]
async fn a_report_goes_from_the_leader_to_the_leading_group_and_ends_the_round() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, path) = reported(&city, &site).await;
    site.get(Some(LEADING_GROUP), &path).await.expect(StatusCode::NOT_FOUND);

    let page = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".head .sub"), ["第2步 包案领导签字（共5步）"]);
    assert_eq!(
        page.texts("section:first-of-type dd"),
        [
            "执行案款未足额发放。",
            "经查，余款待评估费结算。",
            "口头息诉（观察一年）",
            "06-12 10:00 当面 本院接访室 已签字 案款已全部发放 信访人意见：认可",
            "评查报告、息诉材料、化解方案，共3份",
        ]
    );
    assert_eq!(closing_clock(&city).await, "running 2026-07-01");
    approve(&site, LEADER, &path).await;
    assert_eq!(stage(&city, &number).await, "unit_closed");
    assert_eq!(closing_clock(&city).await, "stopped 2026-07-01 06-15 12:00");

    let later = Site::at(&city, at("2026-06-18 09:00")).await;
    for (who, next) in
        [(PRESIDENT, "signed"), (BUREAU, "bureau_checked"), (LEADING_GROUP, "confirmed_closed")]
    {
        let waiting = later.get(Some(who), "/approvals").await.expect(StatusCode::OK);
        assert_eq!(waiting.texts(".tbl .caseno"), [number.as_str()], "{who}");
        approve(&later, who, &path).await;
        let waiting = later.get(Some(who), "/approvals").await.expect(StatusCode::OK);
        assert!(waiting.texts(".tbl .caseno").is_empty(), "{who}");
        assert_eq!(stage(&city, &number).await, next);
    }
    let outcome: String = city
        .value(
            "SELECT outcome || ' ' || basis || to_char(unit_closed_at AT TIME ZONE 'Asia/Shanghai', ' MM-DD HH24:MI')
                    || to_char(confirmed_at AT TIME ZONE 'Asia/Shanghai', ' MM-DD HH24:MI') FROM round_outcome",
        )
        .await;
    assert_eq!(outcome, "settled_oral_provisional closing 06-15 12:00 06-18 09:00");
    assert_eq!(closing_clock(&city).await, "stopped 2026-07-01 06-15 12:00");
    let capacities: Vec<String> = city
        .value("SELECT array_agg(capacity ORDER BY signed_at, step) FROM closing_signature")
        .await;
    assert_eq!(capacities, ["包案领导（副院长）", "信访局工作人员", "领导小组组长", "院长"],);

    let done = later.get(Some(PRESIDENT), "/approvals?tab=done").await.expect(StatusCode::OK);
    assert_eq!(done.texts(".tbl .caseno"), [number.as_str()]);
    let print = later.get(Some(PRESIDENT), &format!("/cases/{number}/closing/print")).await;
    let print = print.expect(StatusCode::OK);
    assert_eq!(print.texts(".issuer"), ["东湖区人民法院"]);
    assert_eq!(print.texts(".doc tbody tr").len(), 4);
    let verbs = city.audit_verbs().await;
    assert_eq!(verbs.iter().filter(|verb| *verb == "closing.signed").count(), 4);
    assert_eq!(verbs.last().map(String::as_str), Some("closing.signed"));
    assert!(verbs.contains(&"closing.confirmed".to_owned()));
}

#[tokio::test]
async fn a_return_resumes_the_clock_with_the_time_already_used() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, path) = reported(&city, &site).await;
    approve(&site, LEADER, &path).await;
    approve(&site, PRESIDENT, &path).await;

    let later = Site::at(&city, at("2026-06-22 09:00")).await;
    let refused = sign(&later, BUREAU, &path, ("return", " ")).await;
    let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.problem("opinion").unwrap(), "请写明退回原因");
    sign(&later, BUREAU, &path, ("return", "请补充评查意见")).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(stage(&city, &number).await, "returned");
    // Fourteen of thirty days were used by 06-15; sixteen remain after 06-22.
    assert_eq!(closing_clock(&city).await, "running 2026-07-08");

    let page = later.get(Some(HANDLER), &format!("/cases/{number}/closing")).await;
    assert!(page.texts(".notice")[0].contains("中院信访局审核退回"));
    report(&later, HANDLER, &number, "settled_written").await.expect(StatusCode::SEE_OTHER);
    let second = approval(&city).await;
    let last = Site::at(&city, at("2026-06-23 10:00")).await;
    for who in [LEADER, PRESIDENT, BUREAU, LEADING_GROUP] {
        approve(&last, who, &second).await;
    }
    assert_eq!(stage(&city, &number).await, "confirmed_closed");
    assert_eq!(closing_clock(&city).await, "stopped 2026-07-08 06-23 10:00");
}

#[tokio::test]
async fn a_clock_that_had_lapsed_stays_lapsed_after_a_return() {
    let city = City::new().await;
    let site = Site::at(&city, at("2026-07-03 12:00")).await;
    let (_, path) = reported(&city, &site).await;
    approve(&site, LEADER, &path).await;
    assert_eq!(closing_clock(&city).await, "stopped 2026-07-01 07-03 12:00");
    sign(&site, PRESIDENT, &path, ("return", "请补充")).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(closing_clock(&city).await, "running 2026-07-01");
}

#[tokio::test]
async fn the_rule_set_can_switch_the_leading_group_off() {
    let city = City::new().await;
    city.force("UPDATE rule_set SET needs_leading_group = false WHERE code = 'standard'").await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    report(&site, HANDLER, &number, "terminated").await.expect(StatusCode::SEE_OTHER);
    let path = approval(&city).await;
    for who in [LEADER, PRESIDENT] {
        approve(&site, who, &path).await;
    }
    let page = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".head .sub"), ["第4步 中院信访局审核（共4步）"]);
    approve(&site, BUREAU, &path).await;
    assert_eq!(stage(&city, &number).await, "terminated");
}

#[tokio::test]
async fn each_step_waits_for_its_own_signatory() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (_, path) = reported(&city, &site).await;
    site.get(Some("qingxi.president"), &path).await.expect(StatusCode::NOT_FOUND);
    site.get(Some("donghu.handler"), &path).await.expect(StatusCode::FORBIDDEN);
    for (who, reason) in [
        (PRESIDENT, "现在等待的是包案领导签字，不由您的岗位办理。"),
        ("donghu.leader2", "须由本案包案领导本人签字。"),
        (BUREAU, "现在等待的是包案领导签字，不由您的岗位办理。"),
    ] {
        let page = site.get(Some(who), &path).await.expect(StatusCode::OK);
        assert_eq!(page.texts(".notice"), [reason], "{who}");
        assert!(page.texts("button.btn--p").is_empty(), "{who}");
    }
    approve(&site, LEADER, &path).await;
    let page = site.get(Some("zhongyuan.president"), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".notice"), ["只能签批本院的办结报告。"]);
    let waiting = site.get(Some("zhongyuan.president"), "/approvals").await;
    assert!(waiting.texts(".tbl .caseno").is_empty());

    let shown = site.get(Some(PRESIDENT), &path).await;
    let fields = verdict(&shown, "approve", "", "yunzhou-2026");
    let page = send(&site, "zhongyuan.president", &path, &fields).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "只能签批本院的办结报告");
}

#[tokio::test]
async fn a_signature_is_bound_to_the_content_that_was_seen() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (_, path) = reported(&city, &site).await;
    let shown = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    let fields = verdict(&shown, "approve", "", "yunzhou-2026");
    city.force("UPDATE closing SET sections[6] = '自查发现问题。'").await;
    send(&site, LEADER, &path, &fields).await.expect(StatusCode::CONFLICT);
    city.force("UPDATE closing SET sections[6] = '自查无误。'").await;
    send(&site, LEADER, &path, &fields).await.expect(StatusCode::SEE_OTHER);

    // What was signed and then changed is signed no more, and nobody signs on top of it.
    let shown = site.get(Some(PRESIDENT), &path).await.expect(StatusCode::OK);
    let fields = verdict(&shown, "approve", "", "yunzhou-2026");
    city.force("UPDATE document SET sha256 = '\\x00' WHERE kind = 'plan'").await;
    let page = site.get(Some(PRESIDENT), &path).await.expect(StatusCode::OK);
    assert!(page.texts(".notice")[0].contains("已有的签字无效"));
    assert!(page.texts(".flow .done").iter().all(|step| !step.starts_with("包案领导")));
    send(&site, PRESIDENT, &path, &fields).await.expect(StatusCode::CONFLICT);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing_signature").await, 1);
}

#[tokio::test]
async fn of_two_who_sign_at_once_the_second_is_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (_, path) = reported(&city, &site).await;
    approve(&site, LEADER, &path).await;
    approve(&site, PRESIDENT, &path).await;
    let head = "zhongyuan.bureau_head";
    let shown = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK);
    let fields = verdict(&shown, "approve", "", "yunzhou-2026");
    let (one, other) =
        tokio::join!(send(&site, BUREAU, &path, &fields), send(&site, head, &path, &fields));
    let (first, second) =
        if one.status == StatusCode::SEE_OTHER { (one, other) } else { (other, one) };
    assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::CONFLICT));
    let told = "中院信访局审核这一环节已经签批，现在等待的是领导小组认定，不需要再签";
    assert_eq!(second.problem("").unwrap(), told);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing_signature").await, 3);
}

/// S28.
#[tokio::test]
async fn whoever_signs_out_of_turn_is_told_whose_turn_it_is() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (_, path) = reported(&city, &site).await;
    let shown = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    let of_step = |step: &'static str| {
        let mut fields = verdict(&shown, "approve", "", "yunzhou-2026");
        fields.iter_mut().filter(|(name, _)| name == "step").for_each(|it| it.1 = step.into());
        fields
    };
    let told = async |who: &str, step: &'static str| {
        let page = send(&site, who, &path, &of_step(step)).await.expect(StatusCode::CONFLICT);
        page.problem("").unwrap()
    };
    let early = "还没有轮到院长签字：现在等待的是包案领导签字，请在其签批后再办理";
    assert_eq!(told(PRESIDENT, "president").await, early);
    approve(&site, LEADER, &path).await;
    let late = "包案领导签字这一环节已经签批，现在等待的是院长签字，不需要再签";
    assert_eq!(told(LEADER, "leader").await, late);
    sign(&site, PRESIDENT, &path, ("return", "请补充")).await.expect(StatusCode::SEE_OTHER);
    let back = "这份办结报告已退回补正，请等责任单位重新报送后再签批";
    assert_eq!(told(BUREAU, "bureau").await, back);
    let page = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".notice"), [format!("{back}。")]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing_signature").await, 2);
}

#[tokio::test]
async fn without_the_password_nothing_is_signed_and_failures_bring_the_delay() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (_, path) = reported(&city, &site).await;
    let shown = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    let none = verdict(&shown, "approve", "", "");
    let page = send(&site, LEADER, &path, &none).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("password").unwrap(), "请输入密码");
    let wrong = verdict(&shown, "approve", "同意。", "wrong");
    for _ in 0..5 {
        let page =
            send(&site, LEADER, &path, &wrong).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("password").unwrap(), "密码不正确");
        assert_eq!(page.value("opinion").unwrap(), "同意。");
        assert_eq!(page.attributes("#password", "value"), [""; 0]);
    }
    let right = verdict(&shown, "approve", "", "yunzhou-2026");
    let page = send(&site, LEADER, &path, &right).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("password").unwrap(), "请1分钟后再试（12:01）。");
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing_signature").await, 0);

    let later = Site::at(&city, at("2026-06-15 12:01")).await;
    send(&later, LEADER, &path, &right).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM sign_in_attempt").await, 0);
}

/// Signs under one grant of someone who holds several, as after 切换身份; where the page offers no
/// form, the page.
async fn sign_as(city: &City, site: &Site, (who, role): (&str, &str), path: &str) -> Page {
    let grant: i64 = city
        .value(&format!(
            "SELECT g.id FROM role_grant g JOIN staff s ON s.id = g.staff_id
             WHERE s.username = '{who}' AND g.role = '{role}'"
        ))
        .await;
    let (db, now) = (&site.app.db, site.app.clock.now());
    let staff = accounts::find(db, who).await.unwrap().unwrap().staff;
    let grant = anjie::domain::ids::GrantId(grant);
    let new = NewSession { staff, grant, whole: true, address: "", device: "", at: now };
    let token = sessions::open(db, new, 1).await.unwrap();
    let request = |method: &str| {
        let cookie = format!("__Host-sid={token}");
        Request::builder().method(method).uri(path).header("cookie", cookie)
    };
    let page = site.send(None, request("GET"), Body::empty()).await.expect(StatusCode::OK);
    let csrf = page.value("csrf_token").unwrap();
    let mut body = format!("csrf_token={csrf}&idempotency_key={}", uuid::Uuid::new_v4());
    for (name, value) in verdict(&page, "approve", "", "yunzhou-2026") {
        body.push_str(&format!("&{name}={value}"));
    }
    let request = request("POST").header("content-type", "application/x-www-form-urlencoded");
    site.send(None, request, Body::from(body)).await
}

#[tokio::test]
async fn one_person_signs_as_leader_and_as_president_in_two_capacities() {
    let city = City::new().await;
    city.force(
        "INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
         SELECT id, 'leader', unit_id, '2020-01-01' FROM staff WHERE username = 'donghu.president'",
    )
    .await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site, "0110").await;
    ledgered(&city, &number, [PRESIDENT, "donghu.leader2", HANDLER]).await;
    met(&city, &number).await;
    replied(&city, &number).await;
    report(&site, HANDLER, &number, "closed_unsettled").await.expect(StatusCode::SEE_OTHER);
    let path = approval(&city).await;

    let page = site.get(Some(PRESIDENT), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".notice"), ["现在等待的是包案领导签字，不由您的岗位办理。"]);
    for role in ["leader", "president"] {
        sign_as(&city, &site, (PRESIDENT, role), &path).await.expect(StatusCode::SEE_OTHER);
    }
    let signatures: Vec<String> = city
        .value(
            "SELECT array_agg(g.step || ' ' || s.username || ' ' || g.capacity ORDER BY g.step)
             FROM closing_signature g JOIN staff s ON s.id = g.recorded_by",
        )
        .await;
    assert_eq!(
        signatures,
        ["leader donghu.president 包案领导（院长）", "president donghu.president 院长"]
    );
    assert_eq!(stage(&city, &number).await, "signed");
}

#[tokio::test]
async fn whoever_handled_the_case_or_signed_as_president_is_no_judge_of_it() {
    let city = City::new().await;
    city.force(
        "INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
         SELECT s.id, r.role, u.id, '2020-01-01' FROM staff s
         CROSS JOIN (VALUES ('bureau', '01XF'), ('leading_group', '01')) r (role, code)
         JOIN unit u ON u.code = r.code
         WHERE s.username IN ('zhiyi.handler', 'zhongyuan.president')",
    )
    .await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site, "01Z1").await;
    ledgered(&city, &number, ["zhongyuan.leader", "zhiyi.chief", "zhiyi.handler"]).await;
    met(&city, &number).await;
    replied(&city, &number).await;
    report(&site, "zhiyi.handler", &number, "written_off").await.expect(StatusCode::SEE_OTHER);
    let path = approval(&city).await;
    approve(&site, "zhongyuan.leader", &path).await;
    let page = site.get(Some("zhongyuan.president"), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".head .sub"), ["第3步 主管院长签字（共5步）"]);
    approve(&site, "zhongyuan.president", &path).await;

    let table = [
        (("zhiyi.handler", "bureau"), Some("办理过本案的人不能审核、认定")),
        (("zhongyuan.president", "bureau"), Some("院长环节的签字人不能再作审核、认定")),
        ((BUREAU, "bureau"), None),
        (("zhongyuan.president", "leading_group"), Some("院长环节的签字人不能再作审核、认定")),
        ((LEADING_GROUP, "leading_group"), None),
    ];
    for (who, refusal) in table {
        let page = sign_as(&city, &site, who, &path).await;
        match refusal {
            Some(refusal) => assert_eq!(page.texts(".notice"), [format!("{refusal}。")], "{who:?}"),
            None => drop(page.expect(StatusCode::SEE_OTHER)),
        }
    }
    assert_eq!(stage(&city, &number).await, "written_off");
}
