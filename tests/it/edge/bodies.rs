//! How much a form may bring, and in what wrapping.

use std::convert::Infallible;
use std::time::Instant;

use anjie::edge::Edge;
use anjie::limits;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::io::AsyncWriteExt;

use super::admitted;
use super::wire::{Served, heard, impatient};
use crate::routes::address;
use crate::support::{City, Page, Site};

const CLERK: &str = "donghu.clerk";
const FIELDS: &str = "application/x-www-form-urlencoded";

fn post(path: &str) -> axum::http::request::Builder {
    Request::builder().method("POST").uri(path)
}

/// S71.
#[tokio::test]
async fn every_act_says_how_large_its_form_may_be_and_refuses_a_larger_one_unread() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in site.rows.iter().filter(|row| row.method == "POST") {
        assert!((1..=limits::UPLOAD).contains(&row.body), "{}", row.path);
        for kind in [FIELDS, "multipart/form-data; boundary=frontier"] {
            let never =
                Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, Infallible>>());
            let request = post(&address(row.path))
                .header(header::CONTENT_TYPE, kind)
                .header(header::CONTENT_LENGTH, row.body + 1);
            let asked = Instant::now();
            let page = if kind == FIELDS || row.body == limits::UPLOAD {
                site.send(admitted(row), request, never).await
            } else {
                site.send(admitted(row), request, Body::empty()).await
            };
            assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", row.path);
            assert!(asked.elapsed().as_secs() < 5, "{} {:?}", row.path, asked.elapsed());
        }
    }
}

/// A form of that many bytes, sent without saying so.
async fn streamed(site: &Site, path: &str, bytes: usize) -> Page {
    let token = site.token(CLERK).await;
    let key = uuid::Uuid::new_v4();
    let body =
        format!("csrf_token={token}&idempotency_key={key}&draft_of=%2Fvisits%2Fnew&draft=1&x=");
    let body = format!("{body}{}", "x".repeat(bytes - body.len()));
    let pieces: Vec<_> = body.into_bytes().chunks(8192).map(<[u8]>::to_vec).map(Ok).collect();
    let stream = futures_util::stream::iter::<Vec<Result<Vec<u8>, Infallible>>>(pieces);
    let request = post(path).header(header::CONTENT_TYPE, FIELDS);
    site.send(Some(CLERK), request, Body::from_stream(stream)).await
}

/// S71.
#[tokio::test]
async fn a_form_that_does_not_say_its_size_is_refused_where_it_becomes_too_large() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (path, limit, taken) in [
        ("/account/grant", limits::FORM, StatusCode::NOT_FOUND),
        ("/drafts", limits::LONG_FORM, StatusCode::SEE_OTHER),
    ] {
        assert_eq!(streamed(&site, path, limit).await.status, taken, "{path}");
        let page = streamed(&site, path, limit + 1).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

/// S71.
#[tokio::test]
async fn what_was_typed_beside_a_file_that_is_too_large_is_given_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let token = site.token(CLERK).await;
    let body = format!(
        "--frontier\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n\
         --frontier\r\nContent-Disposition: form-data; name=\"summary\"\r\n\r\n执行款未发放\r\n\
         --frontier\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n%PDF-"
    );
    let request = post("/visits/new")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier")
        .header(header::CONTENT_LENGTH, 60 * 1024 * 1024);
    let page = site.send(Some(CLERK), request, Body::from(body)).await;
    let page = page.expect(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text().contains("执行款未发放"), "{}", page.text());
}

/// S71.
#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    for packing in ["gzip", "deflate", "br", "identity, gzip"] {
        for (path, who) in
            [("/login", None), ("/account/grant", Some(CLERK)), ("/csp-report", None)]
        {
            let request = post(path).header(header::CONTENT_ENCODING, packing);
            let page = site.send(who, request, Body::from(gzip.to_vec())).await;
            assert_eq!(page.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{packing} {path}");
        }
    }
}

/// S75.
#[tokio::test]
async fn ten_thousand_parameters_are_refused_and_the_same_one_twice_is_borne() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let many = vec!["a=1"; 10_000].join("&");
    for row in &site.rows {
        let (who, path) = (admitted(row), address(row.path));
        if row.method == "GET" {
            let page = site.get(who, &format!("{path}?{many}")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
            let twice = "q=a&q=b&after=1&after=2&page=1&page=2&case_no=1&case_no=2&draft=1&draft=2";
            let page = site.get(who, &format!("{path}?{twice}")).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.status);
        } else if row.path != "/csp-report" {
            let token = site.token(who.unwrap()).await;
            for form in [format!("csrf_token={token}&{many}"), format!("{many}&csrf_token={token}")]
            {
                let request = post(&path).header(header::CONTENT_TYPE, FIELDS);
                let page = site.send(who, request, Body::from(form)).await;
                assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
            }
        }
    }
}

/// S70.
#[tokio::test]
async fn a_body_that_stops_is_cut_in_time() {
    let city = City::new().await;
    let edge = Edge { limits: impatient(), ..Edge::default() };
    let site = Site::with_edge(&city, edge.clone());
    let (token, cookie) = (site.token(CLERK).await, site.cookie(CLERK).await);
    let served = Served::start(site.router(), edge).await;
    for (path, kind) in [
        ("/login", FIELDS),
        ("/account/grant", FIELDS),
        ("/visits/new", "multipart/form-data; boundary=frontier"),
    ] {
        let mut slow = served.connect().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\n\
             Content-Length: 5000\r\n\r\ncsrf_token={token}",
            served.address
        );
        let sent = Instant::now();
        slow.write_all(head.as_bytes()).await.unwrap();
        let said = heard(&mut slow).await;
        assert!(sent.elapsed().as_secs() < 4, "{path}: {:?}", sent.elapsed());
        let status = said.lines().next().unwrap_or_default();
        assert!(status.contains(" 400 ") || status.contains(" 503 "), "{path}: {status}");
    }
    let page =
        format!("GET /cases HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    assert!(served.say(&page).await.starts_with("HTTP/1.1 200"));
}
