//! Forms as they are sent, part by part or in one line, and ledgers on their whole way through the
//! pages: whatever comes is carried out or answered with a page of the program, never with a fault.

use anjie::office::ledger::sha256;
use anjie::web::routes::Row;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use tokio::runtime::Runtime;

use super::archive::Workbooks;
use super::mutation::{self, Dice};
use super::{Ended, corpus, feed};
use crate::support::laid::{Laid, lay};
use crate::support::{City, Page, Site};

/// What readers of forms stumble over.
const OF_FORMS: &[&[u8]] = &[
    b"--frontier\r\n",
    b"\r\n--frontier--\r\n",
    b"\r\n--frontier",
    b"--frontie",
    b"\r\n\r\n",
    b"Content-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n",
    b"Content-Disposition: form-data; name=\"text\"\r\n",
    b"Content-Disposition: form-data",
    b"Content-Type: multipart/mixed; boundary=frontier\r\n",
    b"Content-Type: text/plain; charset=utf-16\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"; filename=",
    b"; filename*=UTF-8''%FF%00%2F..",
    b"; name=\"\"",
    b"name=\"csrf_token\"\r\n\r\n@TOKEN@",
    b"@TOKEN@",
    b"@KEY@",
    b"@NUL@",
    b"@HALF@",
    b"%00",
    b"%",
    b"%F0%9F",
    b"%ED%A0%80",
    b"&",
    b"=",
    b"+",
    b"[]=",
    b"&&&&",
    b"4294967296",
    b"-9223372036854775809",
    b"2026-02-30 25:61",
    b"0001-01-01 00:00",
    b"262143-12-31",
    "\u{202e}\u{2028}\u{feff}".as_bytes(),
];
/// And those of what a form says that it is.
const OF_KINDS: &[&[u8]] = &[
    b"multipart/form-data",
    b"multipart/form-data; boundary=",
    b"; boundary=frontier",
    b"multipart/mixed",
    b"application/x-www-form-urlencoded",
    b"application/json",
    b"; charset=gbk",
];

/// A form before its tokens are put in.
#[derive(Debug, Clone)]
struct Sent {
    who: String,
    path: String,
    kind: Vec<u8>,
    body: Vec<u8>,
}

/// A seed: who sends it where, what it says that it is, a blank line, and the form.
fn sent(bytes: Vec<u8>) -> Sent {
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let (whence, kind) = head.split_once('\n').unwrap();
    let (who, path) = whence.split_once(' ').unwrap();
    let body = if kind.starts_with("multipart") { body.replace('\n', "\r\n") } else { body.into() };
    Sent { who: who.into(), path: path.into(), kind: kind.into(), body: body.into_bytes() }
}

/// A city whose pages are sent what comes; with a case, whose order takes the first number of them.
pub struct Desk {
    runtime: Runtime,
    site: Site,
    case: String,
    _city: City,
}

impl Desk {
    pub fn new(with_case: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (city, case, site) = runtime.block_on(async {
            let city = City::new().await;
            let case = if with_case { lay(&city, Laid::default()).await } else { String::new() };
            let site = Site::of(&city).await;
            (city, case, site)
        });
        Self { runtime, site, case, _city: city }
    }

    /// What a page of the program answers.
    pub fn get(&self, who: &str, path: &str) -> Page {
        let path = path.replace("@CASE@", &self.case);
        self.unhurried(async || self.site.get(Some(who), &path).await)
    }

    /// A machine under load may once have nothing to spare for a page; for the same one again it has.
    fn unhurried(&self, ask: impl AsyncFn() -> Page) -> Page {
        let page = self.runtime.block_on(ask());
        let is_busy = page.status == StatusCode::SERVICE_UNAVAILABLE;
        if is_busy { self.runtime.block_on(ask()) } else { page }
    }

    fn send(&self, sent: &Sent) -> Page {
        let key = uuid::Uuid::new_v4().to_string();
        let token = self.runtime.block_on(self.site.token(&sent.who));
        let mut body = sent.body.clone();
        // What a preview shows of a change that moves nothing in the table as it was founded.
        let seen = format!("1 {}", sha256(b""));
        let marks: [(&str, &[u8]); 6] = [
            ("@SEEN@", seen.as_bytes()),
            ("@TOKEN@", token.as_bytes()),
            ("@KEY@", key.as_bytes()),
            ("@CASE@", self.case.as_bytes()),
            ("@NUL@", &[0]),
            // No text has it.
            ("@HALF@", &[0xFF]),
        ];
        for (mark, meant) in marks {
            body = replaced(&body, mark.as_bytes(), meant);
        }
        let kind = HeaderValue::from_bytes(&sent.kind);
        let kind =
            kind.unwrap_or(HeaderValue::from_static("multipart/form-data; boundary=frontier"));
        let path = sent.path.replace("@CASE@", &self.case);
        self.unhurried(async || {
            let request = Request::builder().method("POST").uri(&path);
            let request = request.header(header::CONTENT_TYPE, &kind);
            self.site.send(Some(&sent.who), request, Body::from(body.clone())).await
        })
    }

    fn rows(&self) -> &[Row] {
        &self.site.rows
    }
}

fn replaced(bytes: &[u8], mark: &[u8], meant: &[u8]) -> Vec<u8> {
    let (mut made, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        made.extend_from_slice(&rest[..at]);
        made.extend_from_slice(meant);
        rest = &rest[at + mark.len()..];
    }
    made.extend_from_slice(rest);
    made
}

/// That an answer is none of a fault, and that a refusal is a page, or the sentence of a piece of one.
pub fn ended(page: &Page, what: &str) -> Ended {
    let text = page.html();
    assert!(!page.status.is_server_error(), "{}: {what}\n{}", page.status, page.text());
    if page.status.is_client_error() {
        let is_whole = !text.contains("<html") || text.trim_end().ends_with("</html>");
        let is_said = !page.text().is_ascii();
        assert!(is_whole && is_said, "{}: {what}\n{}", page.status, page.text());
    }
    page.status.canonical_reason().unwrap_or("another answer")
}

/// Feeds forms of this folder of the corpus.
fn feed_forms(folder: &str, short: u64) {
    let seeds: Vec<Sent> = corpus(folder).into_iter().map(sent).collect();
    let bodies = mutation::bytes(seeds.iter().map(|it| it.body.clone()).collect(), OF_FORMS);
    let kinds = mutation::bytes(seeds.iter().map(|it| it.kind.clone()).collect(), OF_KINDS);
    let known = seeds.clone();
    let made = move |dice: &mut Dice| {
        let mut sent = dice.of(&known).clone();
        if dice.one_in(8) {
            sent.kind = kinds.changed(sent.kind, dice);
        }
        sent.body = bodies.changed(sent.body, dice);
        sent
    };
    let ended = feed(folder, short, (seeds, made), || {
        let desk = Desk::new(true);
        move |sent: &Sent| {
            let body = String::from_utf8_lossy(&sent.body);
            let what = format!("{} {} {body}", sent.who, sent.path);
            ended(&desk.send(sent), &what)
        }
    });
    for how in ["See Other", "Forbidden", "Bad Request", "Unprocessable Entity"] {
        assert!(ended.contains_key(how), "{folder}: no {how} among {ended:?}");
    }
}

/// S60.
#[test]
fn a_form_with_files_is_carried_out_or_refused_with_a_page() {
    feed_forms("multipart", 100);
}

/// S60.
#[test]
fn a_form_in_one_line_is_carried_out_or_refused_with_a_page() {
    feed_forms("urlencoded", 100);
}

const BUREAU: &str = "zhongyuan.bureau";

/// A workbook on its way through the pages, as far as it comes.
fn imported(desk: &Desk, workbook: &[u8]) -> Ended {
    let field = |name: &str, value: &str| {
        format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"台账.xlsx\"\r\n\r\n";
    let fields = [("csrf_token", "@TOKEN@"), ("idempotency_key", "@KEY@"), ("kind", "all")];
    let head: String = fields.iter().map(|(name, value)| field(name, value)).collect();
    let body = [head.as_bytes(), file.as_bytes(), workbook, b"\r\n--frontier--\r\n"].concat();
    let post = |path: &str, kind: &str, body: Vec<u8>| {
        let (who, path, kind) = (BUREAU.to_owned(), path.to_owned(), kind.as_bytes().to_vec());
        desk.send(&Sent { who, path, kind, body })
    };
    let page = post("/imports/new", "multipart/form-data; boundary=frontier", body);
    if ended(&page, "the file") != "See Other" {
        return "refused";
    }
    let draft = page.location();
    ended(&desk.get(BUREAU, &draft), "its columns");
    let page = desk.get(BUREAU, &format!("{draft}/check"));
    ended(&page, "its check");
    if page.status != StatusCode::OK {
        return "not checked";
    }
    ended(&desk.get(BUREAU, &format!("{draft}/faults.xlsx")), "its faults");
    let draft = draft.rsplit('/').next().unwrap();
    let fields = format!("csrf_token=@TOKEN@&idempotency_key=@KEY@&draft={draft}&choice=good_rows");
    let page = post("/imports", "application/x-www-form-urlencoded", fields.into_bytes());
    if ended(&page, "the import") != "See Other" {
        return "not imported";
    }
    ended(&desk.get(BUREAU, &page.location()), "what was imported");
    "imported"
}

/// S60.
#[test]
fn a_workbook_goes_through_the_steps_of_an_import_without_a_fault() {
    let seeds = corpus("workbook");
    let books = Workbooks::of(&seeds);
    let made = move |dice: &mut Dice| books.input(dice);
    let ended = feed("imports", 40, (seeds, made), || {
        let desk = Desk::new(false);
        assert!(desk.rows().iter().any(|row| row.path == "/imports/new"));
        move |workbook: &Vec<u8>| imported(&desk, workbook)
    });
    assert!(ended.contains_key("imported") && ended.contains_key("refused"), "{ended:?}");
}
