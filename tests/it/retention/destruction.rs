//! The night's run over laid matters, with the clock years ahead.

use anjie::jobs::{verify_audit, verify_bulletins};
use axum::http::StatusCode;

use super::{BUREAU, CLERK, DAY_AFTER, LAST_DAY, db, ended, machine_says, night, open, run, said};
use crate::support::{City, Site, at, visit};

const HANDLER: &str = "donghu.handler";

async fn frozen(site: &Site, period: &str) {
    let issue = site.act(BUREAU, "/bulletins", &[("period", period)]).await;
    site.act(BUREAU, &format!("{issue}/freeze"), &[]).await;
}

/// S90.
#[tokio::test]
async fn what_is_due_is_destroyed_and_what_is_open_later_or_held_is_not() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let due = ended(&city, &site, "KANARI1", "2026-06-12").await;
    let later = ended(&city, &site, "KANARI2", "2026-06-13").await;
    let held = ended(&city, &site, "KANARI3", "2026-06-12").await;
    open(&city, &site, "KANARI4").await;
    site.act(BUREAU, &format!("/cases/{held}/holds"), &[("reason", "相关诉讼未结")]).await;
    let words = ["KANARI2", "KANARI3", "KANARI4"];
    let mut before = Vec::new();
    for word in words {
        before.push(said(&city, word).await);
        assert!(before[0].len() > 20, "{before:?}");
    }
    assert_eq!(night(&city, LAST_DAY).await.unwrap(), 0);
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    assert_eq!(said(&city, "KANARI1").await, [""; 0]);
    for (word, before) in words.iter().zip(&before) {
        assert_eq!(&said(&city, word).await, before, "{word}");
    }
    let tombs = "SELECT array_agg(c.number || ' ' || e.kept_until || ' ' || (e.counts ->> 'document')
                                  || ' ' || (e.counts ->> 'visit_material') || ' ' || (e.counts ->> 'petitioner'))
                 FROM erasure e JOIN petition_case c ON c.id = e.case_id";
    assert_eq!(city.value::<Vec<String>>(tombs).await, [format!("{due} 2036-06-12 1 1 2")]);
    let entry: String = city
        .value(
            "SELECT concat_ws(' ', s.username, a.object, left(a.detail, 26)) FROM audit a
             JOIN staff s ON s.id = a.staff_id WHERE a.verb = 'retention.erased'",
        )
        .await;
    assert_eq!(entry, format!("job.schedule {due} case_file assignment=1 ass"));
    // Once, and the next when its own day is over; the hold outlasts every period.
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 0);
    assert_eq!(night(&city, "2036-06-14 03:10").await.unwrap(), 1);
    assert_eq!(night(&city, "2099-01-01 03:10").await.unwrap(), 0);
    assert_eq!(said(&city, "KANARI2").await, [""; 0]);
    let there: String =
        city.value("SELECT string_agg(number, ' ' ORDER BY id) FROM petition_case").await;
    assert!(there.contains(&due) && there.contains(&later), "the numbers stay: {there}");
}

/// S90.
#[tokio::test]
async fn what_remains_is_readable_and_every_frozen_figure_comes_out_again() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = ended(&city, &site, "KANARI1", "2026-06-12").await;
    let visit: String = city.value("SELECT number FROM visit").await;
    frozen(&site, "2026-W24").await;
    let then = Site::at(&city, at("2036-06-13 09:00")).await;
    let page = then.get(Some(BUREAU), &format!("/cases/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("至2036-06-12，期满销毁"), "{}", page.text());
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);

    let report = verify_bulletins::run(&then.app.db).await.unwrap();
    assert!(report.is_sound() && report.to_string().contains("一致"), "{report}");
    let chains = verify_audit::run(&then.app.db, None).await.unwrap();
    assert!(chains.is_sound(), "{chains}");
    for section in ["", "/interviews", "/progress", "/documents", "/review", "/approvals", "/log"] {
        let page = then.get(Some(BUREAU), &format!("/cases/{number}{section}")).await;
        let text = page.expect(StatusCode::OK).text();
        assert!(text.contains("本案材料已于2036年6月13日按保存期限销毁"), "{section}: {text}");
        assert!(!text.contains("KANARI") && !text.contains("尾号"), "{section}: {text}");
        assert!(text.contains("材料已销毁"), "{section}: {text}");
    }
    let text = then
        .get(Some(HANDLER), "/cases?q=%E5%BC%A0%E6%9F%90&mine=no")
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(!text.contains(&number), "no search finds whose it was: {text}");
    let path = format!("/visits/{visit}");
    let text = then.get(Some(CLERK), &path).await.expect(StatusCode::OK).text();
    assert!(text.contains("来访内容和材料已于2036-06-13按保存期限销毁"), "{text}");
    then.get(Some(CLERK), &format!("{path}/receipt")).await.expect(StatusCode::NOT_FOUND);
    let file = [("files", "材料.pdf", "application/pdf", super::PDF)];
    let page = then.upload(Some(CLERK), &format!("{path}/materials"), &[], &file).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("材料已按保存期限销毁，不能再补充"), "{}", page.text());
}

/// S90.
/// A visit that was taken back, one that no case came of, the file of a ledger.
#[tokio::test]
async fn each_class_goes_when_its_own_period_is_over() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (word, kind) in [("KANARI1", "petition"), ("KANARI2", "accusation")] {
        let said = visit(&[("summary", word), ("visit_kind", kind)]);
        site.act(CLERK, "/visits/new", &said).await;
    }
    city.force(
        "INSERT INTO visit_void (visit_id, reason, voided_at, voided_by)
         SELECT id, 'KANARI1', '2026-06-20 09:00+08', recorded_by FROM visit WHERE visit_kind = 'petition';
         INSERT INTO case_void (case_id, reason, voided_at, voided_by)
         SELECT case_id, 'KANARI1', '2026-06-20 09:00+08', linked_by FROM visit_case;
         INSERT INTO import (unit_id, file_name, sha256, sealed, mapping, recorded_at, recorded_by)
         SELECT u.id, 'KANARI3', 'x', 'KANARI3', '{}', '2026-07-01 09:00+08', s.id
         FROM unit u, staff s WHERE u.code = '01' AND s.username = 'zhongyuan.bureau'",
    )
    .await;
    for (moment, count, left) in [
        ("2027-06-20 03:10", 0, [true, true, true]),
        ("2027-06-21 03:10", 1, [true, true, true]),
        ("2027-07-02 03:10", 1, [true, true, false]),
        ("2036-06-16 03:10", 1, [true, false, false]),
        ("2036-06-21 03:10", 1, [false, false, false]),
    ] {
        assert_eq!(night(&city, moment).await.unwrap(), count, "{moment}");
        let mut found = Vec::new();
        for word in ["KANARI1", "KANARI2", "KANARI3"] {
            found.push(!said(&city, word).await.is_empty());
        }
        assert_eq!(found, left, "{moment}");
    }
    let persons: i64 = city.value("SELECT count(*) FROM petitioner").await;
    assert_eq!(persons, 0, "of whom nothing else is held");
    let open: i64 =
        city.value("SELECT count(*) FROM visit WHERE query_code_sealed IS NOT NULL").await;
    assert_eq!(open, 0);
}

/// S90.
#[tokio::test]
async fn a_visit_goes_with_the_last_of_its_cases_and_a_person_with_the_last_visit() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    ended(&city, &site, "KANARI1", "2026-06-12").await;
    let second = ended(&city, &site, "KANARI2", "2026-06-14").await;
    // The first visit is about both, and the second says what the first said.
    city.force(&format!(
        "INSERT INTO visit_case (visit_id, case_id, nth, linked_at, linked_by)
         SELECT min(v.id), c.id, 2, now(), 1 FROM visit v, petition_case c WHERE c.number = '{second}' GROUP BY c.id;
         UPDATE visit SET petitioner_id = (SELECT min(petitioner_id) FROM visit)"
    ))
    .await;
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    let left: String = city
        .value(
            "SELECT (SELECT count(*) FROM visit_text) || ' ' || (SELECT count(*) FROM visit_material) || ' '
                    || (SELECT count(*) FROM visit v JOIN petitioner p ON p.id = v.petitioner_id)",
        )
        .await;
    assert_eq!(left, "2 2 2");
    assert_eq!(night(&city, "2036-06-15 03:10").await.unwrap(), 1);
    let left: String = city
        .value(
            "SELECT (SELECT count(*) FROM visit_text) || ' ' || (SELECT count(*) FROM visit_material) || ' '
                    || (SELECT count(*) FROM petitioner)",
        )
        .await;
    assert_eq!(left, "0 0 0");
}

/// S90.
#[tokio::test]
async fn what_a_later_visit_repeats_becomes_its_own() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    ended(&city, &site, "KANARI1", "2026-06-12").await;
    open(&city, &site, "KANARI2").await;
    city.force(
        "UPDATE visit_text t SET summary = '', same_as_visit_id = (SELECT min(visit_id) FROM visit_text)
         WHERE visit_id = (SELECT max(visit_id) FROM visit_text)",
    )
    .await;
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    let told = "SELECT summary || ' ' || (same_as_visit_id IS NULL) FROM visit_text";
    assert_eq!(city.value::<String>(told).await, "KANARI1 true");
}

/// S90.
/// A clock that was set wrong destroys nothing: the database's own must say the same.
#[tokio::test]
async fn neither_the_programs_clock_alone_nor_the_databases_destroys_anything() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = ended(&city, &site, "KANARI1", "2026-06-12").await;
    let before = said(&city, "KANARI1").await;
    machine_says(&city, "2026-06-15 12:00").await;
    assert_eq!(run(&city, at("2099-01-01 03:10")).await.unwrap(), 0);
    machine_says(&city, "2099-01-01 03:10").await;
    assert_eq!(run(&city, at("2026-06-15 12:00")).await.unwrap(), 0);
    // The second wall by itself: nobody but the job, and no matter before its time.
    let pool = db(&city);
    for (who, moment, expected) in [
        ("zhongyuan.bureau", "2099-01-01", false),
        ("zhongyuan.sysadmin", "2099-01-01", false),
        ("job.schedule", "2036-06-12", false),
        ("job.schedule", "2036-06-13", true),
    ] {
        let asked = format!(
            "SELECT set_config('app.staff_id', s.id::text, false) IS NOT NULL
                    AND set_config('app.grant_id', g.id::text, false) IS NOT NULL
                    AND retention_erase('case_file', '{number}', '{moment} 03:10+08') IS NOT NULL
             FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = '{who}'"
        );
        assert_eq!(city.value::<bool>(&asked).await, expected, "{who} {moment}");
        if !expected {
            assert_eq!(said(&city, "KANARI1").await, before, "{who} {moment}");
        }
    }
    pool.close().await;
}

/// S90, R16.
/// One that can't be destroyed keeps no other from it, and the run goes on where it was.
#[tokio::test]
async fn a_matter_that_fails_stops_no_other_and_is_whole_until_it_goes() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let broken = ended(&city, &site, "KANARI1", "2026-06-12").await;
    ended(&city, &site, "KANARI2", "2026-06-12").await;
    let before = said(&city, "KANARI1").await;
    city.force(&format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON petition_case FOR EACH ROW WHEN (OLD.number = '{broken}')
         EXECUTE FUNCTION refuse()"
    ))
    .await;
    assert!(night(&city, DAY_AFTER).await.is_err(), "the run says so");
    assert_eq!(said(&city, "KANARI1").await, before);
    assert_eq!(said(&city, "KANARI2").await, [""; 0]);
    city.force("DROP TRIGGER refuse ON petition_case").await;
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    assert_eq!(said(&city, "KANARI1").await, [""; 0]);
}

/// S90.
/// Of two instances that run at once each matter is destroyed once.
#[tokio::test]
async fn two_runs_at_once_destroy_each_matter_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for word in ["KANARI1", "KANARI2", "KANARI3"] {
        ended(&city, &site, word, "2026-06-12").await;
    }
    machine_says(&city, DAY_AFTER).await;
    let (one, other) = tokio::join!(run(&city, at(DAY_AFTER)), run(&city, at(DAY_AFTER)));
    assert_eq!(one.unwrap() + other.unwrap(), 3);
    let entries = "SELECT count(*) FROM audit WHERE verb = 'retention.erased'";
    assert_eq!(city.value::<i64>(entries).await, 3);
}
