//! The receipt (来访登记单): two parts on one sheet, with the query code.

use askama::Template;
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::domain::calendar::day_of;
use crate::domain::deadline::RuleSet;
use crate::domain::receipt::{self, Taken};
use crate::domain::visit::VisitKind;
use crate::store::visit_lists::{self, VisitFile};
use crate::store::{Tx, deadlines, units};
use crate::web::extract::Path;
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

/// How much of what was said stands on the receipt.
const SUMMARY: usize = 100;

#[derive(Template)]
#[template(path = "visits/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    visit: VisitFile,
    received: String,
    printed: String,
    summary: String,
    next_step: String,
    code: String,
    /// The code as a picture: the code alone, nothing about the person.
    qr: String,
}

impl ReceiptPage {
    /// An accusation's receipt shows the number alone.
    fn sealed(&self) -> bool {
        self.visit.kind == VisitKind::Accusation
    }
}

pub async fn show(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let visit = visit_lists::find(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    // The receipt of an accusation is handed out by whoever wrote it down.
    if visit.kind == VisitKind::Accusation && visit.recorded_by != asking.actor().staff {
        return Err(AppError::NotFound);
    }
    let code = visit_lists::query_code(&mut tx, visit.id).await?.ok_or(AppError::NotFound)?;
    let page = ReceiptPage {
        shell: asking.shell("来访登记单"),
        received: receipt::moment(visit.received_at),
        printed: receipt::moment(asking.now()),
        summary: visit.summary.iter().flat_map(|text| text.chars()).take(SUMMARY).collect(),
        next_step: next_step(&mut tx, &visit).await?,
        qr: picture(code.as_str())?,
        code: code.grouped(),
        visit,
    };
    layout::shown(&page)
}

async fn next_step(tx: &mut Tx, visit: &VisitFile) -> AppResult<String> {
    let rules = deadlines::rule_sets(tx, day_of(visit.received_at)).await?;
    let standard = rules.into_iter().find(|rules| rules.code == "standard");
    let standard = standard.unwrap_or_else(|| RuleSet::standard(crate::domain::ids::RuleSetId(0)));
    let calendar = deadlines::calendar(tx, day_of(visit.received_at)).await?;
    let courts = units::list(tx).await?;
    let court = courts.iter().find(|unit| Some(unit.id) == visit.origin_unit);
    let court = court.filter(|unit| unit.takes_assignments());
    let taken = Taken {
        disposition: visit.disposition,
        received_at: visit.received_at,
        court: court.map(|unit| unit.short_name.as_str()),
        reopens: visit.reopened.is_some(),
        case: visit.case_number.as_deref().zip(visit.case_court.as_deref()),
        organ: visit.organ.as_deref(),
    };
    Ok(receipt::next_step(&taken, &standard, &calendar))
}

fn picture(code: &str) -> AppResult<String> {
    let code = QrCode::new(code).map_err(|error| AppError::Office(error.to_string()))?;
    let picture =
        code.render::<svg::Color<'_>>().min_dimensions(120, 120).quiet_zone(false).build();
    // The declaration of an XML file has no place inside a page.
    let start = picture.find("<svg").unwrap_or_default();
    Ok(picture.get(start..).unwrap_or_default().to_owned())
}
