//! The notices (告知单): why a petition isn't accepted, or which procedure of the law is open.

use askama::Template;
use axum::response::Response;

use crate::domain::receipt::{self, LawfulWay};
use crate::domain::visit::{Disposition, LitigationRoute, VisitKind};
use crate::store::visit_lists::{self, VisitFile};
use crate::web::extract::Path;
use crate::web::layout::{self, Shell};
use crate::web::visits::show::notice;
use crate::web::{AppError, AppResult, Asking};

#[derive(Template)]
#[template(path = "visits/notice.html")]
struct NoticePage {
    shell: Shell,
    title: &'static str,
    visit: VisitFile,
    received: String,
    printed: String,
    /// The procedure and its way; a refusal names that of its matter.
    procedure: Option<&'static str>,
    way: LawfulWay,
}

pub async fn show(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let visit = visit_lists::find(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let title = notice(visit.disposition).filter(|_| visit.kind != VisitKind::Accusation);
    let title = title.ok_or(AppError::NotFound)?;
    let route = visit.route.filter(|_| visit.disposition == Disposition::RoutedToLitigation);
    let page = NoticePage {
        shell: asking.shell(title),
        title,
        received: receipt::moment(visit.received_at),
        printed: receipt::moment(asking.now()),
        procedure: route.map(LitigationRoute::label),
        way: route.map_or(visit.category.way(), LitigationRoute::way),
        visit,
    };
    layout::shown(&page)
}
