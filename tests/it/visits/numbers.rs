//! The numbers of visits and cases when many windows write at once.

use std::sync::Arc;

use axum::http::StatusCode;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinSet;

use super::{CLERK, NEW, visit};
use crate::support::{City, Site, at};

const WRITERS: usize = 16;
const VISITS: usize = 400;

/// What was registered at each site, by its clock: the answers to the forms.
async fn register_all(sites: &Arc<[(Site, &'static str); 2]>) -> Vec<StatusCode> {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let sites = Arc::clone(sites);
        writers.spawn(async move {
            let mut answers = Vec::new();
            for nth in (writer..VISITS).step_by(WRITERS) {
                // Every writer goes from one side of midnight to the other and back.
                let (site, who) = &sites[(nth / WRITERS + writer) % 2];
                let said = if nth % 5 == 4 {
                    "坏的一次，什么都没有留下"
                } else {
                    "执行案款未足额发放"
                };
                let fields = visit(&[("channel", "letter"), ("name", ""), ("summary", said)]);
                answers.push(site.post(Some(who), NEW, &fields).await.status);
            }
            answers
        });
    }
    writers.join_all().await.into_iter().flatten().collect()
}

/// R17.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_windows_across_new_year_leave_no_gap_in_the_numbers() {
    let city = City::new().await;
    // Both numbers are taken by then, and what the case is about is written after them.
    city.force("ALTER TABLE grounds ADD CONSTRAINT unlucky CHECK (summary !~ '坏')").await;
    let pool = PgPoolOptions::new().max_connections(16).connect_lazy_with(city.server());
    let before = Site::with_pool(&city, pool.clone(), at("2026-12-31 23:59"));
    let after = Site::with_pool(&city, pool, at("2027-01-01 00:00"));
    let sites = Arc::new([(before, CLERK), (after, "donghu.handler")]);
    for (site, who) in sites.iter() {
        // One session first, so that all sixteen send their forms with the same token.
        site.get(Some(who), NEW).await.expect(StatusCode::OK);
    }
    let answers = register_all(&sites).await;
    let count = |wanted| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!(count(StatusCode::SEE_OTHER), 320);
    assert_eq!(count(StatusCode::INTERNAL_SERVER_ERROR), 80, "every fifth was rolled back");

    for (day, year) in [("2026-12-31", "2026"), ("2027-01-01", "2027")] {
        let of_day = format!("(recorded_at AT TIME ZONE 'Asia/Shanghai')::date = '{day}'");
        let visits: Vec<String> = city
            .value(&format!("SELECT array_agg(number ORDER BY number) FROM visit WHERE {of_day}"))
            .await;
        let cases: Vec<String> = city
            .value(&format!(
                "SELECT array_agg(number ORDER BY number) FROM petition_case WHERE {of_day}"
            ))
            .await;
        assert!(visits.len() > 100, "{day}: {} on this side of midnight", visits.len());
        let compact = day.replace('-', "");
        let expected = |prefix: String, digits: usize| -> Vec<String> {
            (1..=visits.len()).map(|nth| format!("{prefix}{nth:0digits$}")).collect()
        };
        assert_eq!(visits, expected(format!("LF{compact}-0110-"), 3));
        assert_eq!(cases, expected(format!("XF{year}-"), 5));
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 320);
}
