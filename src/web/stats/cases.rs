//! The cases behind a figure of the board.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::{begin, by_of, counts_all, counts_own, counts_reviews, import_of, reviews};
use crate::domain::calendar::day_of;
use crate::domain::ids::ImportId;
use crate::domain::source::Source;
use crate::domain::summary::{By, Part, Reviewed};
use crate::domain::unit::Unit;
use crate::store::outcomes::{self, Base, Counted, CountedCase};
use crate::store::units;
use crate::web::extract::Query;
use crate::web::layout::{self, Shell};
use crate::web::paging::rest;
use crate::web::{AppError, AppResult, Asking, urls};

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    by: String,
    /// The code of a source or of a unit, or `all`.
    of: String,
    part: String,
    import: String,
    after: String,
}

#[derive(Template)]
#[template(path = "stats/cases.html")]
struct CasesPage {
    shell: Shell,
    title: String,
    back: String,
    import: Option<ImportId>,
    cases: Vec<CountedCase>,
    /// Who counts all reads the figure, and doesn't open what is behind it.
    opens: bool,
    next: Option<String>,
}

impl CasesPage {
    fn source(case: &CountedCase) -> &'static str {
        case.source.map_or("来源未载明", Source::label)
    }

    fn closed_on(case: &CountedCase) -> String {
        day_of(case.closed_at).to_string()
    }
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let (import, by, part) =
        (import_of(&asked.import)?, by_of(&asked.by), Part::from_code(&asked.part));
    let mut tx = begin(&asking).await?;
    let role = asking.actor().role;
    let (opens, base) = (!counts_all(role), Base { import, own: counts_own(role) });
    if let Some(of) = Reviewed::from_code(&asked.part) {
        // Reviews are of a case's content.
        if !opens || !counts_reviews(role) {
            return Err(AppError::NotFound);
        }
        let asked = reviews::Asked { of, by, base, after: &asked.after };
        return reviews::show(&mut tx, &asked, asking.shell("统计看板")).await;
    }
    let all = asked.of == "all";
    let label = if all {
        "合计".to_owned()
    } else {
        group_label(by, &asked.of, &units::list(&mut tx).await?).ok_or(AppError::NotFound)?
    };
    let counted = Counted { by, group: (!all).then_some(asked.of.as_str()), part, base };
    let mut cases = outcomes::counted(&mut tx, counted, (&asked.after, PAGE + 1)).await?;
    let only = import.map(|import| format!("&import={import}")).unwrap_or_default();
    let next = rest(&mut cases, PAGE).map(|last| {
        let (of, part) = (urls::encode(&asked.of), urls::encode(&asked.part));
        format!("/stats/cases?by={}&of={of}&part={part}{only}&after={}", by.code(), last.number)
    });
    let page = CasesPage {
        shell: asking.shell("统计看板"),
        title: format!("{label}　{}", part.label()),
        back: format!("/stats?by={}{only}", by.code()),
        import,
        cases,
        opens,
        next,
    };
    layout::shown(&page)
}

fn group_label(by: By, code: &str, units: &[Unit]) -> Option<String> {
    match by {
        By::Source if code.is_empty() => Some("来源未载明".to_owned()),
        By::Source => Source::from_code(code).map(|source| source.label().to_owned()),
        By::Court => {
            units.iter().find(|unit| unit.code == code).map(|unit| unit.short_name.clone())
        }
    }
}
