//! How many statements a page asks of the database.

use std::cell::Cell;

use axum::http::StatusCode;
use sqlx::postgres::PgPoolOptions;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::support::laid::{self, Laid};
use crate::support::{City, Site, noon};

thread_local! {
    /// How many statements this thread has asked. A test and its site run on one thread.
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// Counts the statements that sqlx reports; the frame of a transaction is none.
struct Statements;

struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            format!("{value:?}").trim_matches('"').clone_into(&mut self.0);
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
            ASKED.set(ASKED.get() + 1);
        }
    }
}

#[tokio::test]
async fn a_page_asks_at_most_four_statements_its_session_included() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    // On its first use each connection asks for the types of what is bound: here it has one.
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(city.server());
    let site = Site::with_pool(&city, pool, noon());
    let pages = ["", "/interviews", "/progress", "/documents", "/review", "/approvals", "/log"];
    let pages = pages.map(|section| format!("/cases/{number}{section}"));
    // For the whole test program: a subscriber of one thread can be deaf while others come and go.
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Statements))
        .unwrap();
    for path in ["/cases".to_owned(), "/cases?q=XF2026&sort=name".to_owned(), "/my".to_owned()]
        .into_iter()
        .chain(pages)
    {
        site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
        ASKED.set(0);
        site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
        let statements = ASKED.get();
        // The chain of signatures reads the reports, their papers and their reply as well.
        let most = if path.ends_with("/approvals") { 6 } else { 4 };
        assert!((2..=most).contains(&statements), "{path}: {statements} statements");
    }
}
