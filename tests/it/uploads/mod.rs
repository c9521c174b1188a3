//! Files that are sent: what they pretend to be, what they are called, how much of them is taken.

mod kinds;
mod names;
mod parallel;
mod quota;
mod scanner;

use anjie::edge::Edge;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::laid::{Laid, lay};
use crate::support::{City, Page, Site};

const HANDLER: &str = "donghu.handler";

/// A case in handling, to which its handler adds lines with files.
struct Desk {
    city: City,
    site: Site,
    case: String,
}

impl Desk {
    async fn new() -> Self {
        Self::with_edge(Edge::default()).await
    }

    async fn with_edge(edge: Edge) -> Self {
        let city = City::new().await;
        let case = lay(&city, Laid::default()).await;
        Self { site: Site::with_edge(&city, edge), city, case }
    }

    /// Sends a file beside a line of progress, its name as these bytes.
    async fn send(&self, name: &[u8], kind: &str, bytes: &[u8]) -> Page {
        let token = self.site.token(HANDLER).await;
        let key = uuid::Uuid::new_v4().to_string();
        let fields = [
            ("csrf_token", token.as_str()),
            ("idempotency_key", key.as_str()),
            ("kind", "file_review"),
            ("happened_at", "2026-06-15 11:20"),
            ("text", "调取原审卷宗"),
        ];
        let part = |head: &str| {
            format!("--frontier\r\nContent-Disposition: form-data; {head}").into_bytes()
        };
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(part(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")));
        }
        body.extend([&part("name=\"files\"; filename=\"")[..], name, b"\"\r\n"].concat());
        body.extend([format!("Content-Type: {kind}\r\n\r\n").as_bytes(), bytes].concat());
        body.extend(b"\r\n--frontier--\r\n");
        let request = Request::builder()
            .method("POST")
            .uri(format!("/cases/{}/progress/new", self.case))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier");
        self.site.send(Some(HANDLER), request, Body::from(body)).await
    }

    /// What was filed last, as it is handed out.
    async fn handed_out(&self) -> Page {
        self.asked_for().await.expect(StatusCode::OK)
    }

    /// What is answered to who asks for what was filed last.
    async fn asked_for(&self) -> Page {
        let uuid: String =
            self.city.value("SELECT uuid::text FROM document ORDER BY id DESC LIMIT 1").await;
        let path = format!("/cases/{}/documents/{uuid}", self.case);
        self.site.get(Some(HANDLER), &path).await
    }

    async fn filed(&self) -> i64 {
        self.city.value("SELECT count(*) FROM document").await
    }
}

/// That nothing of a file acts on its reader's machine: it is saved, under a name that ends as its
/// type does, and no browser looks for another type in it.
fn is_harmless(page: &Page, kind: &str, ending: &str) {
    assert_eq!(page.headers["content-type"], kind);
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"), "{policy}");
    let disposition = page.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; filename*=UTF-8''"), "{disposition}");
    assert!(disposition.to_ascii_lowercase().ends_with(ending), "{disposition}");
}
