//! Slow peers, many peers, and the end of the program.

use std::time::{Duration, Instant};

use anjie::edge::{Edge, Proxies};
use anjie::limits::{self, Limits};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::get;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use super::wire::{LONG, Served, answered, heard, impatient};

/// What a slow page takes. What is cut meanwhile is cut long before.
const SLOW: Duration = Duration::from_millis(1500);
const HALF: &str = "GET / HTTP/1.1\r\nHost: x\r\nX-Half: ";

fn router() -> Router {
    let peer =
        |ConnectInfo(peer): ConnectInfo<std::net::SocketAddr>| async move { peer.ip().to_string() };
    Router::new()
        .route("/", get(|| async { "page" }))
        .route("/peer", get(peer))
        .route(
            "/slow",
            get(|| async {
                sleep(SLOW).await;
                "slow page"
            }),
        )
        .route(
            "/endless",
            get(|| async {
                sleep(LONG).await;
                "never"
            }),
        )
        .route("/large", get(|| async { Body::from(vec![b'x'; 20 * 1024 * 1024]) }))
}

async fn served(limits: Limits) -> Served {
    Served::start(router(), Edge { limits, ..Edge::default() }).await
}

/// How long until the other side closed; nothing was answered.
async fn cut(stream: &mut tokio::net::TcpStream, opened: Instant) -> Duration {
    assert_eq!(heard(stream).await, "");
    opened.elapsed()
}

/// S70, S71.
#[test]
fn the_figures_are_those_of_the_table_in_the_readme() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let seconds = |it: Duration| format!("{} s", it.as_secs());
    let Limits { header, body, answer, request, upload, scan, stop, connections, per_address } =
        Limits::PRODUCTION;
    let kib = |bytes: usize| format!("{} KiB", bytes / 1024);
    let mib = |bytes: usize| format!("{} MiB", bytes / 1024 / 1024);
    let gib = |bytes: usize| format!("{} GiB", bytes / 1024 / 1024 / 1024);
    let grouped = format!("{},{:03}", limits::PARAMETERS / 1000, limits::PARAMETERS % 1000);
    for (limit, figure) in [
        ("a request's header, and a connection between two requests", seconds(header)),
        ("a header", format!("{} lines, {}", limits::HEADER_LINES, kib(limits::HEADER_BYTES))),
        ("between two pieces of a body", seconds(body)),
        ("a request", seconds(request)),
        ("a request with files", seconds(upload)),
        ("an answer that its reader doesn't take", seconds(answer)),
        ("connections", connections.to_string()),
        ("connections of one address, trusted proxies apart", per_address.to_string()),
        ("stopping, from SIGTERM on", seconds(stop)),
        ("an ordinary form", format!("{}, {grouped} fields", kib(limits::FORM))),
        ("a long form (report, closing, bulletin, ledger, lists)", mib(limits::LONG_FORM)),
        ("a form with a file", format!("{}, the file {}", mib(limits::UPLOAD), mib(limits::FILE))),
        ("all files that are being received", mib(limits::FILES_AT_ONCE)),
        ("files of one form", limits::FILES.to_string()),
        ("the scanner's answer about the files of a form", seconds(scan)),
        (
            &*format!("its answer about one that waited, {} a minute", limits::job::SCANS),
            seconds(limits::job::SCAN),
        ),
        ("what one person files in 24 hours", gib(limits::FILED_BY_PERSON)),
        ("what one unit files in 24 hours", gib(limits::FILED_BY_UNIT)),
        (
            "a report of the browser's policy",
            format!("{}, {} a minute", kib(limits::VIOLATION), limits::VIOLATIONS_A_MINUTE),
        ),
        ("the database, for `GET /readyz`", format!("{} s", limits::READY.as_secs_f32())),
        ("connections to the database", limits::pool::CONNECTIONS.to_string()),
        ("a statement of a page", spaced(limits::pool::STATEMENT)),
        ("a statement of a command", spaced(limits::pool::JOB_STATEMENT)),
        ("a lock", spaced(limits::pool::LOCK)),
        ("two who wait for each other: one is done again", format!("{} times", limits::AGAIN)),
        ("a transaction in which nothing happens", spaced(limits::pool::IDLE_IN_TRANSACTION)),
    ] {
        let row = format!("\n| {limit} | {figure} |");
        assert!(readme.contains(&row), "{row}");
    }
    let open_files = 1024;
    let others = usize::try_from(limits::pool::CONNECTIONS).unwrap() + 100;
    assert!(connections + others < open_files && per_address < connections);
}

fn spaced(figure: &str) -> String {
    figure.replace('s', " s")
}

/// S70.
#[tokio::test]
async fn a_header_that_stops_dribbles_or_never_begins_is_cut_in_time() {
    let served = served(impatient()).await;
    let opened = Instant::now();
    let (mut half, mut dripped, mut idle) =
        (served.connect().await, served.connect().await, served.connect().await);
    half.write_all(HALF.as_bytes()).await.unwrap();
    dripped.write_all(HALF.as_bytes()).await.unwrap();
    let (mut dripped, mut drips) = dripped.into_split();
    let dripping = async move {
        while drips.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(40)).await;
        }
    };
    let mut kept = served.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(answered(&mut kept).await, "HTTP/1.1 200 OK");

    let mut nothing = Vec::new();
    let dripped = async {
        let read = tokio::io::AsyncReadExt::read_to_end(&mut dripped, &mut nothing);
        assert!(tokio::time::timeout(LONG, read).await.is_ok(), "still dripping");
        opened.elapsed()
    };
    let times = tokio::join!(
        cut(&mut half, opened),
        cut(&mut idle, opened),
        cut(&mut kept, opened),
        dripped,
        dripping
    );
    for took in [times.0, times.1, times.2, times.3] {
        assert!((250..4000).contains(&took.as_millis()), "{took:?}");
    }
}

/// S70.
#[tokio::test]
async fn a_reader_who_does_not_read_is_cut_and_one_who_reads_slowly_is_not() {
    let served = served(Limits { answer: Duration::from_secs(1), ..Limits::PRODUCTION }).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(1800)).await;
    assert!(heard(&mut stream).await.len() < 20 * 1024 * 1024);

    let mut stream = served.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    for _pause in 0..8 {
        let mut piece = vec![0; 2 * 1024 * 1024];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut piece).await.unwrap();
        sleep(Duration::from_millis(200)).await;
    }
    assert!(heard(&mut stream).await.len() >= 4 * 1024 * 1024);
}

/// S70.
#[tokio::test]
async fn five_hundred_half_sent_headers_do_not_stop_the_next_page() {
    let served = served(Limits::PRODUCTION).await;
    let mut slow = Vec::new();
    for _ in 0..500 {
        let mut stream = served.connect().await;
        stream.write_all(HALF.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let asked = Instant::now();
    assert_eq!(served.get("/").await, "HTTP/1.1 200 OK");
    let mut other = served.connect_from("127.0.0.9").await;
    other.write_all(b"GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(heard(&mut other).await.ends_with("127.0.0.9"));
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    drop(slow);
}

/// S70.
#[tokio::test]
async fn in_a_full_house_whoever_waited_longest_makes_room_and_no_request_does() {
    let limits = Limits { connections: 3, per_address: 2, ..Limits::PRODUCTION };
    let served = served(limits).await;
    let mut working = served.connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut waiting = served.connect().await;
    sleep(Duration::from_millis(50)).await;
    // A third of the same address: the waiting one goes.
    let mut again = served.connect().await;
    assert_eq!(heard(&mut waiting).await, "");
    again.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(50)).await;
    // Both of this address are at work: it gets no further one, but another address does.
    let mut refused = served.connect().await;
    assert_eq!(heard(&mut refused).await, "");
    let mut other = served.connect_from("127.0.0.9").await;
    other.write_all(b"GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(heard(&mut other).await.ends_with("127.0.0.9"));
    for mut stream in [working, again] {
        assert!(heard(&mut stream).await.ends_with("slow page"));
    }
}

/// S70, S95.
#[tokio::test]
async fn a_trusted_proxy_is_bound_by_the_whole_only() {
    let limits = Limits { connections: 4, per_address: 1, ..Limits::PRODUCTION };
    let proxies = Proxies::parse("127.0.0.1").unwrap();
    let served = Served::start(router(), Edge { limits, proxies, ..Edge::default() }).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        let mut stream = served.connect().await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert_eq!(answered(&mut stream).await, "HTTP/1.1 200 OK");
        streams.push(stream);
    }
    for stream in &mut streams {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert_eq!(answered(stream).await, "HTTP/1.1 200 OK");
    }
}

/// S75.
#[tokio::test]
async fn a_header_of_too_many_lines_or_bytes_is_refused_and_the_next_is_answered() {
    let served = served(Limits::PRODUCTION).await;
    let many = "X-Line: 1\r\n".repeat(limits::HEADER_LINES + 1);
    let cookies = "Cookie: a=b\r\n".repeat(1000);
    let long = format!("X-Long: {}\r\n", "x".repeat(limits::HEADER_BYTES + 1024));
    let huge = format!("X-Huge: {}\r\n", "x".repeat(1024 * 1024));
    for lines in [many, cookies, long, huge] {
        let said = served.say(&format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n")).await;
        // What is still being sent when the answer comes can wipe the answer out.
        let refused =
            said.starts_with("HTTP/1.1 431") || (said.is_empty() && lines.len() > 100_000);
        assert!(refused, "{} bytes: {said}", lines.len());
    }
    let cookies = vec!["a=b"; 1000].join("; ");
    let fits =
        format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n");
    assert!(served.say(&fits).await.starts_with("HTTP/1.1 200"));
}

/// S97.
#[tokio::test]
async fn only_http_1_is_spoken() {
    let served = served(impatient()).await;
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (said, expected) in [
        (preface, ""),
        ("\u{16}\u{3}\u{1}\r\n\r\n", "HTTP/1.1 400"),
        ("GET /\r\n\r\n", "HTTP/1.1 400"),
    ] {
        let answer = served.say(said).await;
        assert!(answer.starts_with(expected) && !answer.contains("200 OK"), "{said:?}: {answer}");
    }
    assert_eq!(served.get("/").await, "HTTP/1.1 200 OK");
}

/// R11.
#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_cuts_what_only_waits() {
    let mut served = served(Limits::PRODUCTION).await;
    let mut slow = served.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut large = served.connect().await;
    large.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let (mut half, mut idle) = (served.connect().await, served.connect().await);
    half.write_all(HALF.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let told = Instant::now();
    served.tell();
    assert!(cut(&mut half, told).await < SLOW / 2);
    assert!(cut(&mut idle, told).await < SLOW / 2);
    let refused = tokio::net::TcpStream::connect(served.address).await;
    assert!(refused.is_err(), "nobody is let in any more");
    assert!(heard(&mut slow).await.ends_with("slow page"));
    sleep(Duration::from_millis(300)).await;
    assert!(heard(&mut large).await.len() > 20 * 1024 * 1024, "an answer is read to its end");
}

/// R11.
#[tokio::test]
async fn a_stop_does_not_wait_longer_than_its_deadline() {
    let served = served(impatient()).await;
    let mut endless = served.connect().await;
    endless.write_all(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let took = served.stop().await;
    assert!((500..4000).contains(&took.as_millis()), "{took:?}");
    assert_eq!(heard(&mut endless).await, "");
}
