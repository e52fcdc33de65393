//! Answers, good and broken ones.

use std::convert::Infallible;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;
use tokio::time::Sleep;

/// The connection is dropped instead of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
pub(super) struct Dropped;

/// A body, and how it is sent.
#[derive(Debug)]
pub(super) enum SimBody {
    /// All at once.
    Whole(Option<Bytes>),
    /// What there is of it at once, and after a pause nothing more: without the pause the server would
    /// break off before it has sent anything.
    Cut(Option<Bytes>, Pin<Box<Sleep>>),
    /// A byte every now and then.
    Drip(Bytes, Pin<Box<Sleep>>),
    /// The same piece over and over.
    Endless(Bytes, usize),
}

/// Between two bytes of a slow body.
const DRIP_PAUSE: Duration = Duration::from_millis(200);

/// Size of a body beyond any limit.
const ENDLESS_BYTES: usize = 80 * 1024 * 1024;

impl Body for SimBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Cut(bytes, pause) => {
                if let Some(bytes) = bytes.take() {
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                std::task::ready!(pause.as_mut().poll(context));
                Poll::Ready(None)
            }
            Self::Drip(bytes, pause) => {
                std::task::ready!(pause.as_mut().poll(context));
                if bytes.is_empty() {
                    return Poll::Ready(None);
                }
                *pause = Box::pin(tokio::time::sleep(DRIP_PAUSE));
                Poll::Ready(Some(Ok(Frame::data(bytes.split_to(1)))))
            }
            Self::Endless(piece, left) => {
                if *left == 0 {
                    return Poll::Ready(None);
                }
                *left = left.saturating_sub(piece.len());
                Poll::Ready(Some(Ok(Frame::data(piece.clone()))))
            }
        }
    }
}

pub(super) type Answer = Response<SimBody>;

pub(super) fn with_type(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(SimBody::Whole(Some(body.into())));
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let value = HeaderValue::from_static(content_type);
    answer.headers_mut().insert(CONTENT_TYPE, value);
    answer
}

pub(super) fn json(status: u16, body: &Value) -> Answer {
    json_text(status, body.to_string())
}

pub(super) fn json_text(status: u16, body: String) -> Answer {
    with_type(status, "application/json; charset=utf-8", body)
}

pub(super) fn text(status: u16, body: &'static str) -> Answer {
    with_type(status, "text/plain; charset=utf-8", body)
}

pub(super) fn html(status: u16, body: &'static str) -> Answer {
    with_type(status, "text/html; charset=utf-8", body)
}

pub(super) fn header(mut answer: Answer, name: &'static str, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer
            .headers_mut()
            .append(HeaderName::from_static(name), value);
    }
    answer
}

/// A body that ends before the length that its headers say.
pub(super) fn truncated(body: &Value) -> Answer {
    let body = body.to_string();
    let length = body.len().to_string();
    let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let pause = Box::pin(tokio::time::sleep(DRIP_PAUSE));
    let mut answer = Response::new(SimBody::Cut(Some(half), pause));
    if let Ok(length) = HeaderValue::from_str(&length) {
        answer.headers_mut().insert(CONTENT_LENGTH, length);
    }
    answer
}

/// Half of the JSON, sent whole.
pub(super) fn ending_early(body: &Value) -> Answer {
    let mut body = body.to_string().into_bytes();
    body.truncate(body.len() / 2);
    with_type(200, "application/json; charset=utf-8", body)
}

pub(super) fn dripping(body: &Value) -> Answer {
    let bytes = Bytes::from(body.to_string());
    let pause = Box::pin(tokio::time::sleep(DRIP_PAUSE));
    Response::new(SimBody::Drip(bytes, pause))
}

pub(super) fn huge() -> Answer {
    let piece = Bytes::from(vec![b' '; 1024 * 1024]);
    Response::new(SimBody::Endless(piece, ENDLESS_BYTES))
}

pub(super) fn gzip_bomb() -> Answer {
    // Made once: packing it takes longer than some clients wait.
    static BOMB: LazyLock<Bytes> = LazyLock::new(|| gzip(&vec![b' '; ENDLESS_BYTES]).into());
    header(
        with_type(200, "application/json", BOMB.clone()),
        "content-encoding",
        "gzip",
    )
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .unwrap_or_default()
}

/// A time as headers write it.
pub(super) fn http_date(at: i64) -> String {
    let since = Duration::from_secs(at.max(0).unsigned_abs());
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
}
