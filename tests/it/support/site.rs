//! The site as its visitors meet it, without a socket; it logs in as the serving role, so every
//! page passes through row security.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Mutex;

use anjie::clock::Clock;
use anjie::domain::sign_in::Rules;
use anjie::edge::Edge;
use anjie::store::sessions::NewSession;
use anjie::store::{Db, accounts, sessions};
use anjie::web::routes::Row;
use anjie::web::sign_in::password::Line;
use anjie::web::strangers::Strangers;
use anjie::web::{self, App, Held};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tower::ServiceExt;

use super::{City, Page, noon};

/// How much of a form comes at once.
const PIECE: usize = 64 * 1024;

/// The running site.
pub struct Site {
    router: Router,
    pub rows: Vec<Row>,
    pub app: App,
    cookies: Mutex<HashMap<String, String>>,
}

impl Site {
    /// The site over a city at noon of the tests' day.
    pub async fn of(city: &City) -> Self {
        Self::at(city, noon()).await
    }

    /// The site with the clock standing elsewhere.
    pub async fn at(city: &City, now: DateTime<Utc>) -> Self {
        Self::over(city, city.server(), now)
    }

    /// The site without the second wall: row security doesn't bind the superuser it logs in as.
    pub async fn behind_the_first_wall_alone(city: &City) -> Self {
        Self::over(city, city.superuser(), noon())
    }

    /// The site with other settings of the network.
    pub fn with_edge(city: &City, edge: Edge) -> Self {
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(city.server());
        let mut app = Self::with_pool(city, pool, noon()).app;
        app.edge = edge;
        Self::of_app(app)
    }

    fn over(city: &City, login: PgConnectOptions, now: DateTime<Utc>) -> Self {
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(login);
        Self::with_pool(city, pool, now)
    }

    /// The site over a pool that it may share with another, whose clock stands elsewhere.
    pub fn with_pool(city: &City, pool: PgPool, now: DateTime<Utc>) -> Self {
        Self::ruled(city, pool, now, Rules { demonstration: false, ..anjie::demo::rules() })
    }

    /// The site with settings of its own for signing in.
    pub async fn under(city: &City, now: DateTime<Utc>, rules: Rules) -> Self {
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(city.server());
        Self::ruled(city, pool, now, rules)
    }

    fn ruled(city: &City, pool: PgPool, now: DateTime<Utc>, rules: Rules) -> Self {
        let app = App {
            db: Db::with_pool(pool, city.keys.clone()),
            clock: Clock::fixed(now),
            start: rules,
            held: Held::default(),
            line: Line::default(),
            strangers: Strangers::default(),
            court: "云州市中级人民法院".to_owned(),
            edge: Edge::default(),
        };
        Self::of_app(app)
    }

    fn of_app(app: App) -> Self {
        let (router, rows) = web::router(app.clone());
        Self { router, rows, app, cookies: Mutex::default() }
    }

    /// The site itself, to be put behind a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The cookie of someone who signed in, without going through the password.
    pub async fn cookie(&self, username: &str) -> String {
        if let Some(cookie) = self.cookies.lock().unwrap().get(username) {
            return cookie.clone();
        }
        let now = self.app.clock.now();
        let staff = accounts::find(&self.app.db, username).await.unwrap().unwrap().staff;
        let grant = sessions::grants(&self.app.db, staff, now).await.unwrap().remove(0).id;
        let (address, device) = ("127.0.0.1", "test");
        let new = NewSession { staff, grant, whole: true, address, device, at: now };
        let token = sessions::open(&self.app.db, new, self.app.rules().devices).await.unwrap();
        let cookie = format!("__Host-sid={token}");
        self.cookies.lock().unwrap().insert(username.to_owned(), cookie.clone());
        cookie
    }

    /// Lets someone go on with a cookie that was opened at another site over the same city.
    pub fn adopt(&self, username: &str, cookie: String) {
        self.cookies.lock().unwrap().insert(username.to_owned(), cookie);
    }

    /// Works under another grant from here on (切换身份).
    pub async fn switch(&self, username: &str, fields: &[(&str, &str)]) {
        let page = self.post(Some(username), "/account/grant", fields).await;
        let page = page.expect(StatusCode::SEE_OTHER);
        let cookie = page.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        self.adopt(username, cookie.split(';').next().unwrap().to_owned());
    }

    /// The CSRF token that forms of this person bear.
    pub async fn token(&self, username: &str) -> String {
        if let Some(token) = self.token_of(&self.cookie(username).await).await {
            return token;
        }
        // An act of someone else ended the session.
        self.cookies.lock().unwrap().remove(username);
        self.token_of(&self.cookie(username).await).await.unwrap()
    }

    async fn token_of(&self, cookie: &str) -> Option<String> {
        let token = cookie.strip_prefix("__Host-sid=").unwrap();
        let session = sessions::resume(&self.app.db, token, self.app.rest(), self.app.clock.now());
        session.await.unwrap().map(|session| self.app.db.keys().csrf(session.binding()))
    }

    /// Reads a page.
    pub async fn get(&self, who: Option<&str>, path: &str) -> Page {
        self.send(who, Request::builder().method(Method::GET).uri(path), Body::empty()).await
    }

    /// Sends a form with its tokens, as a page of this session would.
    pub async fn post(&self, who: Option<&str>, path: &str, fields: &[(&str, &str)]) -> Page {
        let key = uuid::Uuid::new_v4().to_string();
        self.post_again(who, path, fields, &key).await
    }

    /// Sends a form with a given idempotency key: the second press.
    pub async fn post_again(
        &self,
        who: Option<&str>,
        path: &str,
        fields: &[(&str, &str)],
        key: &str,
    ) -> Page {
        let token = match who {
            Some(who) => self.token(who).await,
            None => String::new(),
        };
        let mut all = vec![("csrf_token", token.as_str()), ("idempotency_key", key)];
        all.extend_from_slice(fields);
        self.post_as_it_is(who, path, &all).await
    }

    /// Sends a form in a session that was opened elsewhere.
    pub async fn post_with(
        &self,
        cookie: &str,
        token: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let key = uuid::Uuid::new_v4().to_string();
        let mut body = format!("csrf_token={}&idempotency_key={key}", encode(token));
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(None, request, Body::from(body)).await
    }

    /// Sends a form with these fields and no other.
    pub async fn post_as_it_is(
        &self,
        who: Option<&str>,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let mut body = String::new();
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(who, request, Body::from(body.trim_start_matches('&').to_owned())).await
    }

    /// Sends a form with files (field, file name, media type, bytes).
    pub async fn upload(
        &self,
        who: Option<&str>,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
    ) -> Page {
        let token = match who {
            Some(who) => self.token(who).await,
            None => String::new(),
        };
        let key = uuid::Uuid::new_v4().to_string();
        let tokens = [("csrf_token", token.as_str()), ("idempotency_key", key.as_str())];
        let mut body = Vec::new();
        for (name, value) in tokens.iter().chain(fields) {
            let part = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        for (name, file, kind, bytes) in files {
            let part = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(part.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--frontier--\r\n");
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier");
        // In pieces with pauses, as it comes over a network.
        let pieces: Vec<_> = body.chunks(PIECE).map(<[u8]>::to_vec).enumerate().collect();
        let pieces = futures_util::stream::iter(pieces).then(async |(nth, piece)| {
            if nth > 0 {
                tokio::task::yield_now().await;
            }
            Ok::<_, Infallible>(piece)
        });
        self.send(who, request, Body::from_stream(pieces)).await
    }

    /// Sends any request, with the person's cookie.
    pub async fn send(
        &self,
        who: Option<&str>,
        mut request: axum::http::request::Builder,
        body: Body,
    ) -> Page {
        if let Some(who) = who {
            request = request.header(header::COOKIE, self.cookie(who).await);
        }
        if request.headers_ref().is_some_and(|headers| !headers.contains_key(header::HOST)) {
            request = request.header(header::HOST, "127.0.0.1:8080");
        }
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Page { status: parts.status, headers: parts.headers, body }
    }

    /// Posts a form that must succeed; returns where it leads.
    pub async fn act(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> String {
        self.post(Some(who), path, fields).await.expect(StatusCode::SEE_OTHER).location()
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
