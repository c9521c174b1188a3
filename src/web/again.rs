//! Two who wait for each other: the database ends one of them, and that one's request is carried
//! out anew. Nothing of it was kept, so it counts once.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use crate::limits;

/// The other one's work takes a moment; two who begin again together would meet again.
const PAUSES: std::ops::Range<u64> = 10..60;

/// Marks the answer of a request whose work the database ended in favour of another's.
#[derive(Debug, Clone, Copy)]
pub struct Crossed;

/// Runs the handler, and again if it met another. A body larger than a long form isn't kept for
/// that: such a request is answered with its page, which gives back what was typed.
pub async fn again(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let kept = Kept::default();
    let first = Body::new(Recorded { body, kept: kept.clone() });
    let mut response = next.clone().run(Request::from_parts(parts.clone(), first)).await;
    for _ in 0..limits::AGAIN {
        if response.extensions().get::<Crossed>().is_none() {
            break;
        }
        let Some(body) = kept.whole() else { break };
        tokio::time::sleep(Duration::from_millis(rand::random_range(PAUSES))).await;
        let request = Request::from_parts(parts.clone(), Body::from(body));
        response = next.clone().run(request).await;
    }
    response
}

/// What was read of a body.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Read>>);

#[derive(Debug, Default)]
struct Read {
    bytes: Vec<u8>,
    ended: bool,
    too_large: bool,
}

impl Kept {
    fn note(&self, piece: Option<&Bytes>) {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match piece {
            None => read.ended = true,
            Some(_) if read.too_large => {}
            Some(piece) if read.bytes.len() + piece.len() <= limits::LONG_FORM => {
                read.bytes.extend_from_slice(piece);
            }
            Some(_) => *read = Read { too_large: true, ..Read::default() },
        }
    }

    /// The body, if it was read to its end.
    fn whole(&self) -> Option<Vec<u8>> {
        let read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (read.ended && !read.too_large).then(|| read.bytes.clone())
    }
}

/// A body that is noted as it is read.
struct Recorded {
    body: Body,
    kept: Kept,
}

impl HttpBody for Recorded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    self.kept.note(Some(piece));
                }
            }
            Some(Err(_)) => {}
            None => self.kept.note(None),
        }
        // Who knows how long the body is doesn't ask for its end.
        if self.body.is_end_stream() {
            self.kept.note(None);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
