//! The duplicate check (`/petitioners/match`): what to look for comes in the body, since personal
//! numbers stand in no address and no log.

use axum::http::HeaderMap;
use axum::response::Response;

use super::form::VisitForm;
use super::pages::PanelPage;
use super::panel;
use super::person::Reading;
use super::window;
use crate::domain::calendar::day_of;
use crate::web::extract::Form;
use crate::web::form::Problems;
use crate::web::layout;
use crate::web::{AppResult, Asking};

/// The panel for the page that is open; without script the whole page with the panel in it.
pub async fn show(
    asking: Asking,
    headers: HeaderMap,
    mut form: Form<VisitForm>,
) -> AppResult<Response> {
    form.fields.files_again = !form.files.is_empty();
    let mut tx = asking.begin().await?;
    let hits = panel::search(&mut tx, &form.fields).await?;
    if !headers.contains_key("hx-request") {
        return window::page(&asking, tx, form.fields, Problems::default(), hits).await;
    }
    let today = day_of(asking.now());
    let reading = Reading::of(&form.fields);
    let page = PanelPage {
        panel: panel::show(&mut tx, &asking.session, &hits, today).await?,
        age: panel::age(&reading, &form.fields, &hits, today),
        id_hint: panel::id_hint(&reading, &form.fields),
        reading,
    };
    layout::naming(layout::shown(&page), hits.shown().iter().map(String::as_str))
}
