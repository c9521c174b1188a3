//! Many large files at once. Measured in a process of its own: this test program, started once more.
#![expect(clippy::disallowed_methods, reason = "this test starts itself")]

use std::convert::Infallible;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use futures_util::future::join_all;

use super::{Desk, HANDLER};
use crate::bombs::memory;

const MEASURED: &str = "ANJIE_UPLOADS";
const MIB: usize = 1024 * 1024;
/// Each file, and how many at once.
const SIZE: usize = 100;
const AT_ONCE: usize = 10;
/// Between two pieces, so that they come beside each other.
const BETWEEN: Duration = Duration::from_millis(8);
/// What they may take together, in KiB: the room for files, and as much again for what the allocator
/// keeps of what was given back. The files themselves are a thousand.
const MOST: u64 = 512 * 1024;
static PIECE: [u8; MIB] = [b'x'; MIB];

impl Desk {
    /// Sends a file of 100 MiB; the status, and how many MiB of it were taken.
    async fn send_large(&self, declared: bool) -> (StatusCode, usize) {
        let token = self.site.token(HANDLER).await;
        let key = uuid::Uuid::new_v4();
        let head = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n\
             --frontier\r\nContent-Disposition: form-data; name=\"idempotency_key\"\r\n\r\n{key}\r\n\
             --frontier\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7"
        );
        let received = std::sync::Arc::new(AtomicUsize::new(0));
        let counted = received.clone();
        let pieces = (0..SIZE).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Bytes::from_static(&PIECE)
        });
        let all = std::iter::once(Bytes::from(head)).chain(pieces).map(Ok::<_, Infallible>);
        let mut request = Request::builder()
            .method("POST")
            .uri(format!("/cases/{}/progress/new", self.case))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier");
        if declared {
            request = request.header(header::CONTENT_LENGTH, SIZE * MIB);
        }
        // In turn with the others, as over a network.
        let stream = futures_util::stream::iter(all).then(async |piece| {
            tokio::time::sleep(BETWEEN).await;
            piece
        });
        let page = self.site.send(Some(HANDLER), request, Body::from_stream(stream)).await;
        (page.status, received.load(Ordering::Relaxed))
    }
}

/// What the started process does.
async fn measure() {
    let desk = Desk::new().await;
    desk.send(b"a.pdf", "application/pdf", b"%PDF-1.7").await.expect(StatusCode::SEE_OTHER);
    for declared in [true, false] {
        let held = memory("VmRSS:");
        let answers = join_all((0..AT_ONCE).map(|_| desk.send_large(declared))).await;
        let took = memory("VmHWM:").saturating_sub(held);
        let refusals = [StatusCode::PAYLOAD_TOO_LARGE, StatusCode::SERVICE_UNAVAILABLE];
        assert!(answers.iter().all(|(status, _)| refusals.contains(status)), "{answers:?}");
        // A file is refused where it becomes too large, and unread where it says so.
        let most = if declared { 2 } else { 53 };
        assert!(answers.iter().all(|(_, taken)| *taken <= most), "{answers:?}");
        println!("\ntook {took} {answers:?}");
    }
    assert_eq!(desk.filed().await, 1);
}

/// S54, S71.
#[tokio::test]
async fn ten_files_of_a_hundred_megabytes_at_once_are_refused_in_bounded_memory() {
    if std::env::var_os(MEASURED).is_some() {
        return measure().await;
    }
    let test =
        "uploads::parallel::ten_files_of_a_hundred_megabytes_at_once_are_refused_in_bounded_memory";
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(MEASURED, "yes")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&run.stdout);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{out}\n{said}");
    let lines: Vec<_> = out.lines().filter_map(|line| line.strip_prefix("took ")).collect();
    assert_eq!(lines.len(), 2, "{out}");
    // Both at once, else the room was never short.
    assert!(out.contains("(503, "), "{out}");
    for line in lines {
        println!("{line}");
        let kilobytes: u64 = line.split(' ').next().unwrap().parse().unwrap();
        assert!(kilobytes <= MOST, "{line}");
    }
}
