//! Somebody with a browser, as far as the trials need one: HTTP on a connection of its own for each
//! request, a cookie, the tokens of forms.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::Page;

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The password of everyone here.
pub const PASSWORD: &str = "yunzhou-2026";

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Nobody listens.
    Refused,
    /// The connection ended before the answer did.
    Cut,
    /// Nothing came for as long as anyone waits.
    Hung,
}

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    cookie: String,
    csrf: String,
}

/// Reads a page without being anybody.
pub async fn get(at: SocketAddr, path: &str) -> Result<Page, Lost> {
    ask(at, &format!("GET {path} HTTP/1.1\r\n"), "", "").await
}

impl Person {
    /// The answer to a name with its password.
    pub async fn try_to_sign_in(at: SocketAddr, name: &str) -> Result<Page, Lost> {
        let page = get(at, "/login").await?;
        if page.status != StatusCode::OK {
            return Ok(page);
        }
        let (before, csrf) = (cookie(&page), page.value("csrf_token").unwrap());
        let fields = [("username", name), ("password", PASSWORD), ("csrf_token", &csrf)];
        ask(at, "POST /login HTTP/1.1\r\n", &before, &encoded(&fields)).await
    }

    pub async fn sign_in(at: SocketAddr, name: &str) -> Self {
        let page = Self::try_to_sign_in(at, name).await.unwrap().expect(StatusCode::SEE_OTHER);
        let mut person = Self { name: name.to_owned(), cookie: cookie(&page), csrf: String::new() };
        let page = person.get(at, "/account/password").await.unwrap().expect(StatusCode::OK);
        person.csrf = page.value("csrf_token").unwrap();
        person
    }

    pub async fn get(&self, at: SocketAddr, path: &str) -> Result<Page, Lost> {
        ask(at, &format!("GET {path} HTTP/1.1\r\n"), &self.cookie, "").await
    }

    /// Sends a form with this key, as often as it is pressed.
    pub async fn post(
        &self,
        at: SocketAddr,
        path: &str,
        fields: &[(&str, &str)],
        key: &str,
    ) -> Result<Page, Lost> {
        let mut all = vec![("csrf_token", self.csrf.as_str()), ("idempotency_key", key)];
        all.extend_from_slice(fields);
        let head = format!("POST {path} HTTP/1.1\r\n");
        ask(at, &head, &self.cookie, &encoded(&all)).await
    }
}

/// What a page sets as a cookie.
fn cookie(page: &Page) -> String {
    let mut set = page.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap());
    let set = set.rfind(|it| it.starts_with("__Host-")).unwrap();
    set.split(';').next().unwrap().to_owned()
}

async fn ask(at: SocketAddr, head: &str, cookie: &str, body: &str) -> Result<Page, Lost> {
    let length = body.len();
    let request = format!(
        "{head}Host: {at}\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Length: {length}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
    );
    let answer = timeout(PATIENCE, exchange(at, request.as_bytes())).await;
    let bytes = answer.map_err(|_| Lost::Hung)?.map_err(|error| {
        if error.kind() == ErrorKind::ConnectionRefused { Lost::Refused } else { Lost::Cut }
    })?;
    parse(&bytes).ok_or(Lost::Cut)
}

async fn exchange(at: SocketAddr, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(at).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// A whole answer; None if its end is missing.
fn parse(bytes: &[u8]) -> Option<Page> {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let body = bytes[end + 4..].to_vec();
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name: HeaderName = name.parse().ok()?;
        headers.append(name, HeaderValue::from_str(value).ok()?);
    }
    let length: Option<usize> = headers.get("content-length")?.to_str().ok()?.parse().ok();
    let status = StatusCode::from_u16(status).ok()?;
    (length == Some(body.len())).then_some(Page { status, headers, body })
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}
