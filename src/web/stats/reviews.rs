//! The court cases behind a figure of the reviews.

use askama::Template;
use axum::response::Response;

use crate::domain::ids::ImportId;
use crate::domain::summary::{By, Reviewed};
use crate::store::Tx;
use crate::store::outcomes::{self, Base, GradedCase};
use crate::web::AppResult;
use crate::web::layout::{self, Shell};
use crate::web::paging::rest;

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "stats/reviews.html")]
pub struct ReviewsPage {
    shell: Shell,
    of: Reviewed,
    back: String,
    import: Option<ImportId>,
    cases: Vec<GradedCase>,
    next: Option<String>,
}

impl ReviewsPage {
    fn grade(case: &GradedCase) -> &'static str {
        let of = Reviewed::ALL.into_iter().find(|of| of.grade() == Some(case.grade));
        of.map_or("—", Reviewed::label)
    }
}

/// What a figure of the reviews is asked with.
pub struct Asked<'a> {
    pub of: Reviewed,
    pub by: By,
    pub base: Base,
    /// The last line of the page before: 「XF2026-00128.45」.
    pub after: &'a str,
}

pub async fn show(tx: &mut Tx, asked: &Asked<'_>, shell: Shell) -> AppResult<Response> {
    let &Asked { of, by, base, after } = asked;
    let import = base.import;
    let line = after.rsplit_once('.').and_then(|(number, id)| Some((number, id.parse().ok()?)));
    let mut cases = outcomes::graded(tx, (of, base), line.unwrap_or(("", 0)), PAGE + 1).await?;
    let only = import.map(|import| format!("&import={import}")).unwrap_or_default();
    let by = by.code();
    let next = rest(&mut cases, PAGE).map(|last| {
        let (part, number, review) = (of.code(), &last.number, last.review);
        format!("/stats/cases?by={by}&of=all&part={part}{only}&after={number}.{review}")
    });
    let back = format!("/stats?by={by}{only}");
    let page = ReviewsPage { shell, of, back, import, cases, next };
    layout::shown(&page)
}
