//! The accept loop: HTTP/1 for those who speak it in time, and an end that comes when it is asked
//! for.
//!
//! `axum::serve` sets no time for a header and waits without end for a half-sent one, so neither a
//! slow peer nor a stop could be bounded with it.

mod patient;
mod seats;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::edge::Edge;
use crate::limits::{HEADER_BYTES, HEADER_LINES};
use patient::{Patient, Written};
use seats::{Seat, Seats};

/// The last bytes of an answer leave before a connection without a request is cut.
const LINGER: Duration = Duration::from_millis(100);
/// After a failure that isn't a peer's: no file left to open, most likely.
const REST: Duration = Duration::from_millis(100);
/// What is read before it is worked on, and what is written before it is sent.
const BUFFER: usize = 2 * HEADER_BYTES;

/// Answers until `stopped` ends; then requests in flight are finished, for as long as the limits
/// allow, and everything else is cut.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    edge: &Edge,
    stopped: impl Future<Output = ()>,
) {
    let seats = Arc::new(Seats::new(edge.clone()));
    let (stopping, told) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            () = &mut stopped => break,
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Beyond the cap the stream is dropped, which closes it.
                if let Some(seat) = seats.take(peer.ip()) {
                    let router = router.clone();
                    connections.spawn(answer((stream, peer), seat, router, told.clone()));
                }
            }
            Err(error) => rest(&error).await,
        }
    }
    drop(listener);
    let _ = stopping.send(true);
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(edge.limits.stop, finished).await.is_err() {
        tracing::warn!("requests were cut: they did not end in time");
    }
}

/// A peer that went away again says nothing about the next one.
async fn rest(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if ![ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind()) {
        tracing::error!(%error, "a connection was not accepted");
        sleep(REST).await;
    }
}

/// One connection, from its opening to its end.
async fn answer(
    (stream, peer): (TcpStream, SocketAddr),
    seat: Arc<Seat>,
    router: Router,
    mut told: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let limits = seat.limits();
    let service = service_fn(|request: Request<Incoming>| {
        let (router, busy) = (router.clone(), seat.busy());
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            let response = router.oneshot(request).await?;
            Ok::<_, Infallible>(response.map(|body| Written { body, _busy: busy }))
        }
    });
    let io = TokioIo::new(Patient::new(stream, Arc::clone(&seat)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_headers(HEADER_LINES)
        .max_header_size(HEADER_BYTES)
        .max_buf_size(BUFFER)
        .serve_connection(io, service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = seat.given_up() => return,
        _ = told.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(LINGER) => if seat.waits() { return },
        }
    }
}
