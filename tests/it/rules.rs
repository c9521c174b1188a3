//! The time limits as data: proposed by one, confirmed by another, for days to come alone.

use axum::http::StatusCode;
use sqlx::AssertSqlSafe;

use crate::support::{City, Site, at, cases};

const SYSADMIN: &str = "zhongyuan.sysadmin";
const HEAD: &str = "zhongyuan.bureau_head";
const BUREAU: &str = "zhongyuan.bureau";
const HERE: &str = "/admin/rules";

/// The standard with this many days to close, from a day on.
pub fn closing<'a>(days: &'a str, from: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut fields =
        vec![("code", "standard"), ("basis", "云中法〔2026〕3号"), ("valid_from", from)];
    for (days, count, roll) in [
        ("1", "calendar", "none"),
        ("2", "calendar", "none"),
        ("2", "calendar", "none"),
        ("7", "calendar", "next_working_day"),
        (days, "calendar", "next_working_day"),
        ("5", "working", "none"),
    ] {
        fields.extend([("days[]", days), ("day_kind[]", count), ("roll[]", roll)]);
    }
    fields
}

async fn propose(city: &City, site: &Site, fields: &[(&str, &str)]) -> String {
    site.act(SYSADMIN, HERE, fields).await;
    let last = "SELECT uuid FROM rule_proposal ORDER BY id DESC LIMIT 1";
    format!("{HERE}/{}", city.value::<uuid::Uuid>(last).await)
}

/// Assigns a new case to 东湖法院; when it must be closed.
async fn closes(city: &City, now: &str, assigned: &str) -> String {
    let site = Site::at(city, at(now)).await;
    let number = cases::accepted(city, "张某").await;
    let court: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let court = court.to_string();
    let fields = [
        ("case_no[]", number.as_str()),
        ("court[]", court.as_str()),
        ("source", "city_court"),
        ("rule", "standard"),
        ("assigned_at", assigned),
        ("action", "issue"),
    ];
    site.act(BUREAU, "/assignments/new", &fields).await;
    city.value(&format!(
        "SELECT k.due_on_original || ' ' || r.version FROM clock k JOIN rule_set r ON r.id = k.rule_set_id
         JOIN petition_case c ON c.id = k.case_id WHERE c.number = '{number}' AND k.kind = 'C30'"
    ))
    .await
}

/// S31.
#[tokio::test]
async fn a_rule_is_confirmed_by_the_head_of_the_bureau_and_holds_for_assignments_from_its_day_on() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let proposal = propose(&city, &site, &closing("40", "2026-06-20")).await;
    let confirmation = format!("{proposal}/confirmation");
    site.post(Some(SYSADMIN), &confirmation, &[]).await.expect(StatusCode::FORBIDDEN);
    site.post(Some(BUREAU), &confirmation, &[]).await.expect(StatusCode::FORBIDDEN);
    let page = site.get(Some(HEAD), HERE).await.text();
    assert!(page.contains("标准：2日台账、2日约见、7日报告、40日办结"), "{page}");
    site.act(HEAD, &confirmation, &[]).await;
    let again = site.post(Some(HEAD), &confirmation, &[]).await;
    assert_eq!(again.problem("").as_deref(), Some("这项改动已经处理过"));
    assert_eq!(city.audit_verbs().await, ["rules.proposed", "rules.confirmed"]);
    let help = site.get(Some("donghu.clerk"), "/help/rules").await.text();
    assert!(help.contains("标准（2026-06-20起）") && help.contains("40日"), "{help}");
    // By the day of the assignment, also where it is entered late; what began before keeps its rule.
    assert_eq!(closes(&city, "2026-06-15 12:00", "").await, "2026-07-15 1");
    assert_eq!(closes(&city, "2026-06-22 12:00", "2026-06-19 17:00").await, "2026-07-20 1");
    assert_eq!(closes(&city, "2026-06-22 12:00", "2026-06-20 09:00").await, "2026-07-30 2");
    let kept = "SELECT count(*) FROM clock k JOIN rule_set r ON r.id = k.rule_set_id WHERE r.version = 1 AND k.kind = 'C30'";
    assert_eq!(city.value::<i64>(kept).await, 2);
}

#[tokio::test]
async fn a_rule_is_never_backdated_and_what_is_wrong_stands_beside_its_field() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (days, from, field, said) in [
        ("40", "2026-06-15", "valid_from", "规则不能倒签，生效日期应在明天以后"),
        ("40", "2021-01-01", "valid_from", "规则不能倒签，生效日期应在明天以后"),
        ("40", "", "valid_from", "请填写生效日期，例如2026-07-01"),
        ("", "2026-07-01", "days_C30", "请填写办结的天数，1到365"),
        ("400", "2026-07-01", "days_C30", "天数应在1到365之间"),
        ("6", "2026-07-01", "days_P7", "报告天数不能大于办结天数"),
        ("30", "2026-07-01", "", "与现行规则相同，没有要改的"),
    ] {
        let page = site.post(Some(SYSADMIN), HERE, &closing(days, from)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{days} {from}");
        assert_eq!(page.problem(field).as_deref(), Some(said), "{days} {from}");
        assert_eq!(page.value("valid_from").as_deref(), Some(from), "what was typed stays");
        assert_eq!(page.attributes("#days_C30", "value"), [days]);
    }
    // Confirmed too late, it is refused by the program and by the database.
    let proposal = propose(&city, &site, &closing("40", "2026-06-16")).await;
    let twice = site.post(Some(SYSADMIN), HERE, &closing("45", "2026-07-01")).await;
    assert_eq!(twice.problem("").as_deref(), Some("“标准”已有一项待确认的改动，请先处理"));
    let later = Site::at(&city, at("2026-06-16 09:00")).await;
    let late = later.post(Some(HEAD), &format!("{proposal}/confirmation"), &[]).await;
    assert!(late.problem("").unwrap().starts_with("生效日期已到，不能再确认"));
    let uuid = proposal.rsplit('/').next().unwrap();
    let confirm = format!("SELECT coalesce(rule_confirm('{uuid}', now()), 0)");
    for who in [SYSADMIN, BUREAU, HEAD] {
        assert_eq!(
            city.as_server(who, &confirm).await,
            Some(0),
            "{who}: by its own clock too late"
        );
    }
    let forced = sqlx::query(AssertSqlSafe(format!(
        "UPDATE rule_proposal SET decided_at = '2026-06-17', decided_by = 1, rule_set_id = 1 WHERE uuid = '{uuid}'"
    )));
    let refused = forced.execute(&city.truth()).await.unwrap_err().to_string();
    assert!(refused.contains("rule_proposal_outcome_check"), "{refused}");
}

#[tokio::test]
async fn a_proposal_is_withdrawn_or_declined_with_a_reason_and_both_stay_on_record() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (who, why) in [(SYSADMIN, "填错了"), (HEAD, "依据不足")] {
        let proposal = propose(&city, &site, &closing("40", "2026-07-01")).await;
        let page = site.post(Some(who), &format!("{proposal}/refusal"), &[("reason", " ")]).await;
        assert_eq!(page.problem("reason").as_deref(), Some("请填写理由"));
        site.act(who, &format!("{proposal}/refusal"), &[("reason", why)]).await;
        let text = site.get(Some(HEAD), HERE).await.text();
        assert!(text.contains(&format!("退回：{why}")), "{text}");
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM rule_set").await, 2);
}

/// S31.
/// Otherwise the earlier one would hold until the later begins, and the one before it from then on.
#[tokio::test]
async fn a_version_begins_after_those_that_are_to_come() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = propose(&city, &site, &closing("40", "2099-07-01")).await;
    site.act(HEAD, &format!("{first}/confirmation"), &[]).await;
    let page = site.post(Some(SYSADMIN), HERE, &closing("50", "2099-03-01")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "“标准”已有2099-07-01起执行的规则，生效日期不能早于这一天";
    assert_eq!(page.problem("valid_from").as_deref(), Some(said));
    // On the same day it takes the place of the other, which never held.
    let second = propose(&city, &site, &closing("50", "2099-07-01")).await;
    city.force("UPDATE rule_proposal SET valid_from = '2099-03-01' WHERE decided_at IS NULL").await;
    let uuid = second.rsplit('/').next().unwrap();
    let confirm = format!("SELECT coalesce(rule_confirm('{uuid}', now()), 0)");
    assert_eq!(city.as_server(HEAD, &confirm).await, Some(0), "the database asks too");
    city.force("UPDATE rule_proposal SET valid_from = '2099-07-01' WHERE decided_at IS NULL").await;
    site.act(HEAD, &format!("{second}/confirmation"), &[]).await;
    let holds = "SELECT version FROM rule_set WHERE id IN (SELECT rules_on('2099-07-01')) AND code = 'standard'";
    assert_eq!(city.value::<i32>(holds).await, 3);
}

/// R3.
#[tokio::test]
async fn of_many_who_propose_at_once_one_does_and_the_others_are_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let fields = closing("40", "2026-07-01");
    site.token(SYSADMIN).await;
    let presses = (0..6).map(|_| site.post(Some(SYSADMIN), HERE, &fields));
    let pages = futures_util::future::join_all(presses).await;
    let told: Vec<_> = pages.iter().filter_map(|page| page.problem("")).collect();
    assert_eq!(told, ["“标准”已有一项待确认的改动，请先处理"; 5]);
    assert!(pages.iter().all(|page| page.status.is_redirection() || page.value("basis").is_some()));
}
