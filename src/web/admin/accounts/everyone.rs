//! Everyone's sessions but one's own, ended at once.

use axum::response::Response;

use super::Pressed;
use super::sessions::end;
use crate::web::extract::Form;
use crate::web::{AppResult, Asking};

pub async fn create(asking: Asking, form: Form<Pressed>) -> AppResult<Response> {
    end(&asking, None, &form).await
}
