//! Those who are turned away before anyone knows who they are: at the door, without a session, at the
//! sign-in page. They are counted in memory, and the first, the tenth, the hundredth of a minute
//! leave an entry: a flood costs the database next to nothing and fills nothing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::App;
use super::address::Address;
use super::traces::Why;
use crate::limits;
use crate::store::audit::{self, Stranger};

/// How often someone was turned away in this minute, by the reason.
#[derive(Debug, Clone, Default)]
pub struct Strangers(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    minute: i64,
    times: HashMap<String, u32>,
}

impl Strangers {
    /// Counts one more, and says the how-many-th it is if that is one that is written down.
    pub fn count(&self, reason: &str, at: DateTime<Utc>) -> Option<u32> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = at.timestamp().div_euclid(60);
        if counted.minute != minute {
            *counted = Counted { minute, times: HashMap::new() };
        }
        let times = counted.times.entry(reason.to_owned()).or_default();
        *times = times.saturating_add(1);
        let nth = *times;
        is_power_of_ten(nth).then_some(nth)
    }
}

const fn is_power_of_ten(mut number: u32) -> bool {
    while number > 9 && number.is_multiple_of(10) {
        number /= 10;
    }
    number == 1
}

/// What a stranger asked for: the route, and nothing that was typed.
#[derive(Debug)]
pub struct Knock {
    object: String,
    address: IpAddr,
    signs_in: bool,
}

impl Knock {
    /// Taken before the request is answered.
    pub fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
        let method = method(request.method());
        Self {
            object: format!("{method} {route}"),
            address: Address::noted(request),
            signs_in: method == "POST" && route == "/login",
        }
    }

    /// Notes that it was turned away. The answer holds nothing back, so it doesn't wait for long.
    pub async fn turned_away(&self, app: &App, reason: &str) {
        let at = app.clock.now();
        let Some(nth) = app.strangers.count(reason, at) else { return };
        let detail = if nth > 1 { format!("times={nth}") } else { String::new() };
        let stranger = Stranger {
            verb: if self.signs_in { "session.refused" } else { "request.refused" },
            object: &self.object,
            reason,
            detail: &detail,
            address: &self.address.to_string(),
        };
        let noted = audit::note_stranger(&app.db, stranger, at);
        match tokio::time::timeout(limits::TRACE, noted).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "a refusal left no trace in the audit"),
            Err(_) => tracing::error!("a refusal left no trace in the audit in time"),
        }
    }

    /// The same where the answer says so. What was wrong with a name or a password is noted by
    /// whoever compared it; what isn't there is refused to nobody.
    pub async fn leave(&self, app: &App, response: Response) -> Response {
        let status = response.status();
        let refused = status.is_client_error()
            && ![StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status)
            && status != StatusCode::UNPROCESSABLE_ENTITY;
        if refused {
            self.turned_away(app, &Why::of(&response)).await;
        }
        response
    }
}

/// A method as the log and the audit name it: whoever asks may have written anything there.
pub fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "TRACE" => "TRACE",
        "CONNECT" => "CONNECT",
        _ => "-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S77.
    #[test]
    fn the_first_the_tenth_the_hundredth_of_a_minute_are_written_down() {
        let strangers = Strangers::default();
        let noon: DateTime<Utc> = "2026-06-15T04:00:00Z".parse().unwrap();
        let written: Vec<u32> = (0..1001).filter_map(|_| strangers.count("401", noon)).collect();
        assert_eq!(written, [1, 10, 100, 1000]);
        assert_eq!(strangers.count("site", noon), Some(1), "each reason by itself");
        assert_eq!(strangers.count("401", noon + chrono::Duration::minutes(1)), Some(1));
    }
}
