//! The duplicate check (`/petitioners/match`): what to look for comes in the body, since personal
//! numbers stand in no address and no log.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};

use super::form::VisitForm;
use super::pages::PanelPage;
use super::panel;
use super::person::Reading;
use super::window::Window;
use crate::domain::calendar::day_of;
use crate::store::Session;
use crate::web::extract::Form;
use crate::web::form::Problems;
use crate::web::layout::Frame;
use crate::web::{App, AppResult};

/// The panel for the page that is open; without script the whole page with the panel in it.
pub async fn show(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    headers: HeaderMap,
    form: Form<VisitForm>,
) -> AppResult<Response> {
    let window = Window { app, session, frame };
    let mut tx = window.app.db.begin(&window.session).await?;
    let hits = panel::search(&mut tx, &form.fields).await?;
    if !headers.contains_key("hx-request") {
        return window.page(tx, form.fields, Problems::default(), hits).await;
    }
    let today = day_of(window.now());
    let reading = Reading::of(&form.fields);
    let page = PanelPage {
        panel: panel::show(&mut tx, &window.session, &hits, today).await?,
        age: panel::age(&reading, &form.fields, &hits, today),
        id_hint: panel::id_hint(&reading, &form.fields),
        reading,
    };
    Ok(Html(page.render()?).into_response())
}
