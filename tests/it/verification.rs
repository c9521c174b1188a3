//! Checking that nothing was changed behind the program's back.

use anjie::jobs::verify_bulletins;

use crate::support::{City, Site, at, matters};

const BUREAU: &str = "zhongyuan.bureau";

/// Two frozen issues: six matters of one court, one of them confirmed after the first cut-off.
async fn two_issues(city: &City) -> (Site, Vec<String>) {
    let mut numbers = Vec::new();
    for nth in 0..6 {
        let number = matters::assigned(city, "0110", "2026-05-08 09:00").await;
        if nth < 3 {
            matters::closed(city, &number, "2026-06-05", "settled_written").await;
        }
        numbers.push(number);
    }
    matters::unit_closed(city, &numbers[3], "2026-06-05 09:00", "terminated").await;
    let site = Site::of(city).await;
    frozen(&site, "2026-W24").await;
    matters::confirmed(city, &numbers[3], "2026-06-16 09:00", None).await;
    let later = Site::at(city, at("2026-06-29 09:00")).await;
    frozen(&later, "2026-W26").await;
    (later, numbers)
}

async fn frozen(site: &Site, period: &str) {
    let issue = site.act(BUREAU, "/bulletins", &[("period", period)]).await;
    site.act(BUREAU, &format!("{issue}/freeze"), &[]).await;
}

/// What the check of the bulletins says, line by line.
async fn bulletins_say(site: &Site) -> Vec<String> {
    let report = verify_bulletins::run(&site.app.db).await.unwrap();
    report.to_string().lines().map(|line| line.trim().to_owned()).collect()
}

#[tokio::test]
async fn a_frozen_issue_comes_out_again_whatever_was_recorded_since() {
    let city = City::new().await;
    let (site, numbers) = two_issues(&city).await;
    assert!(verify_bulletins::run(&site.app.db).await.unwrap().is_sound());
    matters::closed(&city, &numbers[4], "2026-06-30", "settled_written").await;
    matters::ledger(&city, &numbers[5], "donghu", "2026-06-30 09:00").await;
    city.force(&format!(
        "INSERT INTO case_void (case_id, reason, voided_at, voided_by)
         SELECT id, '重复登记', '2026-07-01 09:00+08', 1 FROM petition_case WHERE number = '{}';
         UPDATE petition_case SET unit_id = (SELECT id FROM unit WHERE code = '0104') WHERE number = '{}'",
        numbers[0], numbers[1]
    ))
    .await;
    let said = bulletins_say(&site).await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].starts_with("2026-W24 第12期：一致，校验码"));
}

#[tokio::test]
async fn a_figure_or_a_fact_that_was_changed_is_named() {
    let city = City::new().await;
    let (site, numbers) = two_issues(&city).await;
    let unlocked = |statement: &str| {
        format!(
            "SET session_replication_role = replica; {statement}; RESET session_replication_role"
        )
    };
    city.force(&unlocked(
        "UPDATE bulletin_figure SET numerator = 5
         WHERE metric = 'I07' AND denominator = 6
           AND bulletin_id = (SELECT id FROM bulletin WHERE period = '2026-W24')",
    ))
    .await;
    let said = bulletins_say(&site).await;
    assert!(said.contains(&"2026-W24 保存的数字或明细与冻结时的校验码不符".to_owned()), "{said:?}");
    assert!(
        said.contains(&"2026-W24 东湖法院 按期办结率：冻结5/6，重算3/6".to_owned()),
        "{said:?}"
    );
    city.force(&unlocked("UPDATE bulletin_figure SET numerator = 3 WHERE numerator = 5")).await;
    assert!(verify_bulletins::run(&site.app.db).await.unwrap().is_sound());

    // A closing that is said to have been on record before the cut-off.
    city.force(&format!(
        "UPDATE round_outcome SET confirmed_at = '2026-06-10 09:00+08', recorded_at = '2026-06-10 09:00+08'
         WHERE case_id = (SELECT id FROM petition_case WHERE number = '{}')",
        numbers[3]
    ))
    .await;
    let said = bulletins_say(&site).await;
    let expected = format!("2026-W24 东湖法院 按期办结率：冻结3/6，重算4/6：{}", numbers[3]);
    assert!(said.contains(&expected), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("2026-W26 往期补录：冻结")), "{said:?}");
}
