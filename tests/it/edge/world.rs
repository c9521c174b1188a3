//! A city in which every page of the table has something to show, and the addresses of these pages.

use std::fs;

use anjie::web::routes::Row;
use axum::http::StatusCode;

use crate::support::{City, Site, laid, visit};

const BUREAU: &str = "zhongyuan.bureau";
const HANDLER: &str = "donghu.handler";
const CLERK: &str = "donghu.clerk";
const PDF: &[u8] = b"%PDF-1.7 made for a test";

/// What there is.
pub struct World {
    pub city: City,
    pub site: Site,
    case: String,
    visit: String,
    document: String,
    material: String,
    closing: String,
}

impl World {
    /// A case in handling with a visit, a document, drafts and a bulletin; `text` stands in whatever
    /// can be written freely.
    pub async fn with(text: &str) -> Self {
        let city = City::new().await;
        let site = Site::of(&city).await;
        let closed = laid::lay(&city, laid::Laid::default()).await;
        let closing = laid::apply(&city, &closed, &[]).await;
        let name = text.replace('\'', "''");
        let case = laid::lay(&city, laid::Laid { name: &name, ..laid::Laid::default() }).await;
        let path = format!("/cases/{case}/progress/new");
        let line = [("kind", "file_review"), ("happened_at", "2026-06-15 11:20"), ("text", text)];
        let name = format!("{}.pdf", text.replace('"', "%22"));
        let files = [("files", name.as_str(), "text/html", PDF)];
        let line_filed = site.upload(Some(HANDLER), &path, &line, &files).await;
        line_filed.expect(StatusCode::SEE_OTHER);
        // The name of a visit has letters only; that of an old case may have anything.
        let long = format!("{text}，执行案款未足额发放，要求书面说明");
        let fields = visit(&[("summary", &long), ("address", text)]);
        let files = [("files", name.as_str(), "application/pdf", PDF)];
        let taken = site.upload(Some(CLERK), "/visits/new", &fields, &files).await;
        let visit = taken.expect(StatusCode::SEE_OTHER).location();
        let visit = visit.trim_start_matches("/visits/").split('/').next().unwrap().to_owned();
        site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await;
        let sheet =
            [("draft_of", "/visits/new"), ("draft", "1"), ("name", text), ("summary", text)];
        site.act(CLERK, "/drafts", &sheet).await;
        for (form, field) in [("report", "s1"), ("closing", "c1"), ("progress/new", "text")] {
            let of = format!("/cases/{case}/{form}");
            site.act(HANDLER, "/drafts", &[("draft_of", of.as_str()), (field, text)]).await;
        }
        let document = city.value("SELECT uuid::text FROM document ORDER BY id LIMIT 1").await;
        let material = city.value("SELECT uuid::text FROM visit_material").await;
        Self { city, site, case, visit, document, material, closing }
    }

    /// An address of the route that shows something.
    pub fn address(&self, row: &Row) -> String {
        let parts = row.path.split('/').map(|part| match part {
            "{case_no}" => self.case.as_str(),
            "{visit_no}" => &self.visit,
            "{uuid}" if row.path.starts_with("/approvals") => &self.closing,
            "{uuid}" if row.path.contains("/materials/") => &self.material,
            "{uuid}" => &self.document,
            "{period}" => "2026-W24",
            "{batch_no}" => "JB2026-0001",
            "{grant}" => "999999",
            "{court}" => "0110",
            "{metric}" => "I14",
            "{sheet}" => "1",
            part if part.starts_with('{') => "00000000-0000-0000-0000-000000000000",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// The names that forms and addresses have, read from the sources: `wanted` chooses the files.
pub fn names(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names = vec!["claims[]".to_owned(), "case_no[]".to_owned(), "court[]".to_owned()];
    let mut folders = vec![std::path::PathBuf::from("src/web")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            if !wanted(&text) {
                continue;
            }
            let mut is_read = false;
            for line in text.lines() {
                is_read = (is_read && line != "}") || line.contains("Deserialize");
                let field = line.trim().trim_end_matches(',').split_once(": ");
                let Some((name, kind)) = field.filter(|_| is_read) else { continue };
                let name = name.trim_start_matches("pub ");
                let is_name =
                    name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
                if is_name && ["String", "Vec<String>", "Option<String>"].contains(&kind) {
                    names.push(name.to_owned());
                }
            }
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| !["csrf_token", "idempotency_key", "password"].contains(&name.as_str()));
    names
}
