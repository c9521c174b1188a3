//! 暂缓销毁: noted and lifted by the bureau; it outweighs every period.

use axum::http::StatusCode;

use super::{BUREAU, DAY_AFTER, ended, night, said};
use crate::support::{City, Site, at};

/// S90.
#[tokio::test]
async fn a_hold_keeps_a_case_until_it_is_lifted_and_both_stay_on_record() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = ended(&city, &site, "KANARI1", "2026-06-12").await;
    let path = format!("/cases/{number}/holds");
    for reason in ["诉讼未结", "督察调卷"] {
        site.act(BUREAU, &path, &[("reason", reason)]).await;
    }
    let text = site.get(Some(BUREAU), &format!("/cases/{number}")).await.text();
    assert!(text.contains("暂缓中，期满不销毁"), "{text}");
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 0);
    let uuids: Vec<uuid::Uuid> = city
        .value("SELECT array_agg(uuid ORDER BY id) FROM legal_hold WHERE lifted_at IS NULL")
        .await;
    let later = Site::at(&city, at("2036-06-20 09:00")).await;
    for (nth, uuid) in uuids.iter().enumerate() {
        let lifting = format!("{path}/{uuid}/lifting");
        assert_eq!(night(&city, "2036-06-20 03:10").await.unwrap(), 0, "{nth} were lifted");
        let page = later.post(Some(BUREAU), &lifting, &[("lifted_reason", " ")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("lifted_reason").as_deref(), Some("请填写解除暂缓的理由"));
        later.act(BUREAU, &lifting, &[("lifted_reason", "诉讼已结")]).await;
        let again = later.post(Some(BUREAU), &lifting, &[("lifted_reason", "再解除一次")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    }
    let text = later.get(Some(BUREAU), &path).await.text();
    assert!(text.contains("督察调卷") && text.contains("诉讼已结"), "{text}");
    let verbs = city.audit_verbs().await;
    let of_holds = verbs.iter().filter(|verb| verb.starts_with("hold.")).count();
    assert_eq!(of_holds, 4, "{verbs:?}");
    assert_eq!(night(&city, "2036-06-21 03:10").await.unwrap(), 1);
    assert_eq!(said(&city, "诉讼").await, [""; 0], "with what was said of it");
    let page = later.post(Some(BUREAU), &path, &[("reason", "太晚")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").as_deref(), Some("本案材料已按保存期限销毁，不能再暂缓"));
}

#[tokio::test]
async fn what_is_wrong_with_a_hold_stands_beside_its_field_and_only_the_bureau_decides() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = ended(&city, &site, "KANARI1", "2026-06-12").await;
    let path = format!("/cases/{number}/holds");
    let long = "长".repeat(201);
    for (reason, problem) in [(" ", "请填写暂缓销毁的理由"), (long.as_str(), "")] {
        let page = site.post(Some(BUREAU), &path, &[("reason", reason)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.problem("reason").is_some_and(|said| said.contains(problem)));
        assert_eq!(page.value("reason").as_deref().map(str::trim), Some(reason.trim()));
    }
    for who in ["donghu.handler", "donghu.president", "zhongyuan.sysadmin"] {
        site.get(Some(who), &path).await.expect(StatusCode::FORBIDDEN);
        site.post(Some(who), &path, &[("reason", "x")]).await.expect(StatusCode::FORBIDDEN);
    }
    let text = site.get(Some("donghu.handler"), &format!("/cases/{number}")).await.text();
    assert!(!text.contains("保存期限"), "{text}");
    let holds: i64 = city.value("SELECT count(*) FROM legal_hold WHERE lifted_at IS NULL").await;
    assert_eq!(holds, 0);
}
