//! The notices (告知单): why a petition isn't accepted, or which procedure of the law is open.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use crate::domain::receipt::{self, LawfulWay};
use crate::domain::visit::{Disposition, LitigationRoute, VisitKind};
use crate::store::Session;
use crate::store::visit_lists::{self, VisitFile};
use crate::web::extract::Path;
use crate::web::layout::{Frame, Shell};
use crate::web::visits::show::notice;
use crate::web::{App, AppError, AppResult};

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

pub async fn show(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let visit = visit_lists::find(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let title = notice(visit.disposition).filter(|_| visit.kind != VisitKind::Accusation);
    let title = title.ok_or(AppError::NotFound)?;
    let route = visit.route.filter(|_| visit.disposition == Disposition::RoutedToLitigation);
    let page = NoticePage {
        shell: frame.shell(title),
        title,
        received: receipt::moment(visit.received_at),
        printed: receipt::moment(app.clock.now()),
        procedure: route.map(LitigationRoute::label),
        way: route.map_or(visit.category.way(), LitigationRoute::way),
        visit,
    };
    Ok(Html(page.render()?).into_response())
}
