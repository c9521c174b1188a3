//! The route table: path, method, who. There is no other way to add a page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, any, get, post};
use tower::ServiceBuilder;
use tower_http::timeout::TimeoutLayer;

use super::again::again;
use super::gate::gate;
use super::{App, AppError};
use crate::domain::staff::Role;
use crate::limits;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anyone, signed in or not.
    Everyone,
    /// Whoever gave their password, whether or not all else that signing in asks for.
    Halfway,
    /// Whoever is signed in, in whatever role.
    SignedIn,
    /// Whoever works at the courts; not who keeps the program (三员).
    Court,
    /// These roles.
    Staff(&'static [Role]),
}

impl Who {
    /// Whether a role is admitted.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Everyone | Self::Halfway | Self::SignedIn => true,
            Self::Court => !role.is_administrator(),
            Self::Staff(roles) => roles.contains(&role),
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Halfway => f.write_str("halfway"),
            Self::SignedIn => f.write_str("signed in"),
            Self::Court => f.write_str("court"),
            Self::Staff(roles) => {
                let codes: Vec<_> = roles.iter().map(|role| role.code()).collect();
                f.write_str(&codes.join(" "))
            }
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    /// The largest body that it takes.
    pub body: usize,
}

/// Whether a request says of itself that its body is larger than that.
pub fn is_larger(headers: &HeaderMap, limit: usize) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    // A figure that doesn't fit is larger than any limit.
    length.is_some_and(|length| length.parse::<usize>().map_or(true, |length| length > limit))
}

/// The table as it grows, area by area.
pub struct Table {
    app: App,
    router: Router<App>,
    rows: Vec<Row>,
}

impl Table {
    /// An empty table.
    pub fn new(app: App) -> Self {
        Self { app, router: Router::new(), rows: Vec::new() }
    }

    /// A page to read.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Row { method: "GET", path, who, body: 0 }, get(handler))
    }

    /// An act whose form is a few fields.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Row { method: "POST", path, who, body: limits::FORM }, post(handler))
    }

    /// An act in whose form someone writes at length, or that carries a list.
    #[must_use]
    pub fn post_long<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Row { method: "POST", path, who, body: limits::LONG_FORM }, post(handler))
    }

    /// An act that may come with files.
    #[must_use]
    pub fn upload<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Row { method: "POST", path, who, body: limits::UPLOAD }, post(handler))
    }

    /// What a browser sends of itself. Nobody is looked up for it: the database is left alone.
    #[must_use]
    pub fn report<H, T>(mut self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let row = Row { method: "POST", path, who: Who::Everyone, body: limits::VIOLATION };
        self.rows.push(row);
        let handler = post(handler).layer(self.patience(row));
        self.router = self.router.route(path, handler);
        self
    }

    fn add(mut self, row: Row, handler: MethodRouter<App>) -> Self {
        self.rows.push(row);
        let layers = ServiceBuilder::new()
            .layer(self.patience(row))
            // What the gate reads of whom it turns away.
            .layer(DefaultBodyLimit::max(row.body.min(limits::LONG_FORM)))
            .layer(from_fn_with_state((self.app.clone(), row), gate))
            .layer(from_fn(again))
            .layer(DefaultBodyLimit::max(row.body));
        self.router = self.router.route(row.path, handler.layer(layers));
        self
    }

    fn patience(&self, row: Row) -> TimeoutLayer {
        let limits = &self.app.edge.limits;
        let longest = if row.body == limits::UPLOAD { limits.upload } else { limits.request };
        TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, longest)
    }

    /// The router, and the table for those who want to read it. What isn't in the table isn't
    /// found, and says so to whoever asked.
    pub fn finish(self) -> (Router<App>, Vec<Row>) {
        let row = Row { method: "", path: "", who: Who::Everyone, body: limits::LONG_FORM };
        let layers = ServiceBuilder::new()
            .layer(self.patience(row))
            .layer(from_fn_with_state((self.app.clone(), row), gate));
        let missing = any(|| async { AppError::NotFound }).layer(layers).with_state(self.app);
        (self.router.fallback_service(missing), self.rows)
    }
}
