//! How many statements a page asks of the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

/// Counts the statements that sqlx reports; the frame of a transaction is none.
struct Statements(Arc<AtomicUsize>);

struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}").trim_matches('"').to_owned();
        }
    }
}

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut summary = Summary(String::new());
        event.record(&mut summary);
        let frame = ["BEGIN", "COMMIT", "ROLLBACK"];
        if !summary.0.is_empty() && !frame.iter().any(|word| summary.0.starts_with(word)) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn a_page_asks_at_most_four_statements_its_session_included() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let pages = ["", "/interviews", "/progress", "/documents", "/review", "/approvals", "/log"];
    let pages = pages.map(|section| format!("/cases/{number}{section}"));
    let asked = Arc::new(AtomicUsize::new(0));
    let told = tracing_subscriber::registry().with(Statements(asked.clone()));
    let _told = tracing::subscriber::set_default(told);
    for path in ["/cases".to_owned(), "/cases?q=XF2026&sort=name".to_owned(), "/my".to_owned()]
        .into_iter()
        .chain(pages)
    {
        // The first time, the session's cookie and the types of the columns are fetched as well.
        site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
        asked.store(0, Ordering::Relaxed);
        site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
        let statements = asked.load(Ordering::Relaxed);
        assert!((2..=4).contains(&statements), "{path}: {statements} statements");
    }
}
