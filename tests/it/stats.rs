//! How the petition cases ended, in sum.

use anjie::domain::summary::By;
use anjie::jobs::figures;
use anjie::office::figures_text;
use axum::http::StatusCode;

use crate::support::{City, Site, matters};

const BUREAU: &str = "zhongyuan.bureau";

/// Closed cases of two courts and two sources, one open case, and the grades of three files.
async fn closed_cases(city: &City) -> Vec<String> {
    let mut numbers = Vec::new();
    for (unit, source, outcome) in [
        ("0110", "province_plc", Some("settled_written")),
        ("0110", "province_plc", Some("terminated")),
        ("0104", "self_identified", Some("terminated")),
        ("0104", "self_identified", Some("routed_to_litigation")),
        ("0104", "self_identified", None),
    ] {
        let number = matters::assigned(city, unit, "2026-05-08 09:00").await;
        city.force(&format!(
            "UPDATE assignment SET source = '{source}' WHERE case_id = (SELECT id FROM petition_case
                                                                        WHERE number = '{number}')"
        ))
        .await;
        match outcome {
            Some(outcome) => matters::closed(city, &number, "2026-06-05", outcome).await,
            None => matters::ledger(city, &number, "qingxi", "2026-05-09 09:00").await,
        }
        numbers.push(number);
    }
    city.force(&format!(
        "INSERT INTO court_case (number, well_formed) SELECT '（2023）某0110执' || n || '号', true
         FROM generate_series(1, 3) n;
         INSERT INTO case_review (case_id, court_case_id, grade, accountability, recorded_at, recorded_by)
         SELECT c.id, x.id, x.id::int, x.id = 3, now(), 1 FROM petition_case c, court_case x WHERE c.number = '{}'",
        numbers[0]
    ))
    .await;
    numbers
}

#[tokio::test]
async fn the_board_shows_how_cases_ended_by_source_and_by_court() {
    let city = City::new().await;
    closed_cases(&city).await;
    let site = Site::of(&city).await;
    let page = site.get(Some(BUREAU), "/stats").await.expect(StatusCode::OK);
    assert_eq!(
        page.texts("section:first-of-type tr"),
        [
            "案件来源件数书面保证息诉罢访省法院批准终结其他方式办结",
            "省委政法委交办21 (50.0%)1 (50.0%)0 (0.0%)",
            "自排20 (0.0%)1 (50.0%)1 (50.0%)",
            "合计41 (25.0%)2 (50.0%)1 (25.0%)",
        ]
    );
    let note = "“其他方式办结”包括口头息诉（观察一年）、口头息诉（已满一年）、已结未息、核销、导入诉讼、移送。";
    assert!(page.texts(".note")[0].ends_with(note), "{:?}", page.texts(".note"));
    assert!(
        page.text().contains("息诉率 已办结案件 1/4 25.0%") || page.text().contains("1/425.0%")
    );
    let figures = page.attributes("section:first-of-type tbody a", "href");
    for (figure, counted) in figures.iter().zip([2, 1, 1, 0, 2, 0, 1, 1]) {
        let behind = site.get(Some(BUREAU), figure).await.expect(StatusCode::OK);
        assert_eq!(behind.texts("tbody tr").len(), counted, "{figure}");
    }
    let page = site.get(Some(BUREAU), "/stats?by=court").await.expect(StatusCode::OK);
    assert_eq!(page.texts("section:first-of-type tbody th"), ["青溪法院", "东湖法院"]);
    let page = site.get(Some(BUREAU), "/stats?import=1").await.expect(StatusCode::OK);
    assert_eq!(page.texts("section:first-of-type tfoot td"), ["0", "—", "—", "—"]);
}

#[tokio::test]
async fn each_grade_of_the_reviews_opens_to_its_cases_within_the_readers_reach() {
    let city = City::new().await;
    let numbers = closed_cases(&city).await;
    // A second look at the first court case: only the last grade counts.
    city.force(
        "INSERT INTO case_review (case_id, court_case_id, grade, accountability, recorded_at, recorded_by)
         SELECT case_id, court_case_id, 2, false, now(), 1 FROM case_review WHERE grade = 1",
    )
    .await;
    let site = Site::of(&city).await;
    let grades = "section:last-of-type tbody a";
    let first = |nth: u32| format!("{}东湖法院（2023）某0110执{nth}号", numbers[0]);
    let (one, two, three) = (first(1), first(2), first(3));
    let behind = [vec![], vec![two + "二类否", one + "二类否"], vec![three + "三类是"]];
    for who in [BUREAU, "donghu.president"] {
        let page = site.get(Some(who), "/stats").await.expect(StatusCode::OK);
        assert_eq!(page.texts(grades), ["0/3", "2/3", "1/3", "1/3"], "{who}");
        let figures = page.attributes(grades, "href");
        for (figure, lines) in figures.iter().zip(behind.iter().chain(&behind[2..])) {
            let page = site.get(Some(who), figure).await.expect(StatusCode::OK);
            assert_eq!(page.texts("tbody tr"), *lines, "{who} {figure}");
        }
    }
    let elsewhere = "/stats/cases?by=source&of=all&part=grade2";
    let page = site.get(Some("qingxi.president"), elsewhere).await.expect(StatusCode::OK);
    assert!(page.texts("tbody tr").is_empty(), "another court's");
    site.get(Some("donghu.clerk"), elsewhere).await.expect(StatusCode::NOT_FOUND);
    site.get(Some("zhongyuan.reviewer"), elsewhere).await.expect(StatusCode::FORBIDDEN);
    // Reviews are of a case's content: the group reads the figures alone.
    for who in [Some("zhongyuan.leading_group"), Some("zhongyuan.inspection")] {
        let page = site.get(who, "/stats").await.expect(StatusCode::OK);
        assert_eq!(page.texts("section:last-of-type tbody .r")[0], "0/3");
        assert!(page.texts(grades).is_empty());
        site.get(who, elsewhere).await.expect(StatusCode::NOT_FOUND);
    }
    let opened = site.get(Some(BUREAU), elsewhere).await;
    assert_eq!(opened.attributes("tbody a", "href")[0], format!("/cases/{}/review", numbers[0]));
}

/// S21.
/// Own court, own cases, the courts of the contact list, or all (privacy.md 8.4).
#[tokio::test]
async fn each_reader_sees_the_figures_of_what_is_theirs() {
    let city = City::new().await;
    let numbers = closed_cases(&city).await;
    city.force(&format!(
        "DELETE FROM contact_point WHERE unit_id = (SELECT id FROM unit WHERE code = '0104');
         UPDATE team_member SET ended_at = now();
         INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
         SELECT r.case_id, r.id, 'handler', s.id, s.name, now(), now(), s.id
         FROM round r JOIN petition_case c ON c.id = r.case_id, staff s
         WHERE c.number = '{}' AND s.username = 'donghu.handler'",
        numbers[1]
    ))
    .await;
    let site = Site::of(&city).await;
    for (who, total) in [
        ("zhongyuan.bureau_head", "4"),
        ("zhongyuan.president", "4"),
        // The group opens submitted cases only, and reads the figures of all.
        ("zhongyuan.leading_group", "4"),
        ("zhongyuan.inspection", "4"),
        ("donghu.president", "2"),
        ("donghu.clerk", "2"),
        ("donghu.handler", "1"),
        ("donghu.leader", "0"),
        ("zhongyuan.contact_leader", "2"),
    ] {
        let page = site.get(Some(who), "/stats").await.expect(StatusCode::OK);
        assert_eq!(page.texts("section:first-of-type tfoot td")[0], total, "{who}");
        let behind = "/stats/cases?by=source&of=all&part=";
        let page = site.get(Some(who), behind).await.expect(StatusCode::OK);
        assert_eq!(page.texts("tbody tr").len().to_string(), total, "{who}");
    }
    for who in ["zhongyuan.reviewer", "zhongyuan.court_police", "zhongyuan.sysadmin"] {
        site.get(Some(who), "/stats").await.expect(StatusCode::FORBIDDEN);
    }
    // The court police have to do with incidents alone.
    site.get(Some("zhongyuan.court_police"), "/bulletins").await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_command_line_prints_the_same_figures() {
    let city = City::new().await;
    closed_cases(&city).await;
    let site = Site::of(&city).await;
    let summary = figures::outcomes(&site.app.db, By::Source, None).await.unwrap();
    let table = figures_text::table(&summary);
    assert!(table.contains("合计            4     1 (25.0%)"), "{table}");
    assert!(table.contains("I17 评查等次一类                           1/3 33.4%"), "{table}");
    let json: serde_json::Value = serde_json::from_str(&figures_text::json(&summary)).unwrap();
    assert_eq!(json["reviews"]["accountability"]["percentage"], "33.3%");
    assert_eq!(json["all"]["outcomes"][1]["numerator"], 2);
}
