//! The route table: path, method, who. There is no other way to add a page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post};

use super::gate::gate;
use super::{App, AppError};
use crate::domain::document;
use crate::domain::staff::Role;

/// One file of the largest size with its form.
const UPLOAD_LIMIT: usize = document::LARGEST + 1024 * 1024;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anyone, signed in or not.
    Everyone,
    /// Whoever gave their password, whether or not all else that signing in asks for.
    Halfway,
    /// Whoever is signed in, in whatever role.
    SignedIn,
    /// These roles.
    Staff(&'static [Role]),
}

impl Who {
    /// Whether a role is admitted.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Everyone | Self::Halfway | Self::SignedIn => true,
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
        self.add("GET", path, who, get(handler))
    }

    /// An act.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("POST", path, who, post(handler))
    }

    /// An act that may come with files.
    #[must_use]
    pub fn upload<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("POST", path, who, post(handler).layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        who: Who,
        handler: MethodRouter<App>,
    ) -> Self {
        self.rows.push(Row { method, path, who });
        let gate = from_fn_with_state((self.app.clone(), who), gate);
        self.router = self.router.route(path, handler.layer(gate));
        self
    }

    /// The router, and the table for those who want to read it. What isn't in the table isn't
    /// found, and says so to whoever asked.
    pub fn finish(self) -> (Router<App>, Vec<Row>) {
        let gate = from_fn_with_state((self.app.clone(), Who::Everyone), gate);
        let missing = any(|| async { AppError::NotFound }).layer(gate).with_state(self.app);
        (self.router.fallback_service(missing), self.rows)
    }
}
