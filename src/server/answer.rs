//! A response's body, that tells when nothing of it is left.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::crowd::Visitor;
use super::standing::Event;

/// The body of one answer. hyper drops it when it has taken all of it, or ends with the connection.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    visitor: Arc<Visitor>,
}

impl Answer {
    pub(super) const fn new(body: Body, visitor: Arc<Visitor>) -> Self {
        Self { body, visitor }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.visitor.on(Event::AnswerEnded);
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
