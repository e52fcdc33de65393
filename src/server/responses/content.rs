//! The text of a large response. It is shared with what is published, and copied only as fast as the
//! client reads it.

use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::OnceCell;

/// A text in pieces, and its gzip form once a client accepts that.
#[derive(Debug)]
pub(in crate::server) struct Content {
    /// Different from that of every other content.
    pub(in crate::server) number: u64,
    pub(in crate::server) pieces: Vec<Bytes>,
    gzip: OnceCell<Bytes>,
}

impl Content {
    pub(in crate::server) fn new(number: u64, pieces: Vec<Bytes>) -> Self {
        Self {
            number,
            pieces,
            gzip: OnceCell::new(),
        }
    }

    /// Compresses the text, unless that is done already.
    pub(in crate::server) async fn compress(&self) -> &Bytes {
        self.gzip.get_or_init(|| gzip(&self.pieces)).await
    }

    /// How many bytes the gzip form takes; 0 if there is none.
    pub(in crate::server) fn gzip_bytes(&self) -> usize {
        self.gzip.get().map_or(0, Bytes::len)
    }

    /// A body with the text as it is.
    pub(in crate::server) fn text(self: Arc<Self>) -> Body {
        let bytes = self.pieces.iter().map(Bytes::len).sum::<usize>();
        Body::new(ContentBody {
            content: self,
            unsent: Unsent::Pieces(0),
            left_bytes: bytes as u64,
        })
    }

    /// A body with the text as one gzip member.
    pub(in crate::server) async fn gzip(self: Arc<Self>) -> Body {
        let gzip = self.compress().await.clone();
        Body::new(ContentBody {
            content: self,
            left_bytes: gzip.len() as u64,
            unsent: Unsent::Gzip(gzip),
        })
    }
}

/// How much text is compressed before other tasks of the thread can run: less than a millisecond's work.
const YIELD_EVERY_BYTES: usize = 128 * 1024;

/// Compresses at level 1, which has most of the gain at a tenth of the time.
async fn gzip(pieces: &[Bytes]) -> Bytes {
    let text_bytes = pieces.iter().map(Bytes::len).sum::<usize>();
    // A text of metrics shrinks to about a tenth.
    let compressed = Vec::with_capacity(text_bytes / 8);
    let mut encoder = GzEncoder::new(compressed, Compression::fast());
    let mut batch = Vec::with_capacity(YIELD_EVERY_BYTES.min(text_bytes));
    for part in pieces
        .iter()
        .flat_map(|piece| piece.chunks(YIELD_EVERY_BYTES))
    {
        if batch.len() + part.len() > YIELD_EVERY_BYTES {
            encoder.write_all(&batch).expect("a Vec takes everything");
            batch.clear();
            tokio::task::yield_now().await;
        }
        batch.extend_from_slice(part);
    }
    encoder.write_all(&batch).expect("a Vec takes everything");
    let compressed = encoder.finish().expect("a Vec takes everything");
    // A slow client can keep it for long, so it takes no more memory than it needs.
    Bytes::from(compressed.into_boxed_slice())
}

/// What a body has not sent yet.
#[derive(Debug)]
enum Unsent {
    /// The pieces of the text from this index on.
    Pieces(usize),
    /// These bytes of the gzip form.
    Gzip(Bytes),
}

/// Sends a content in parts. So a client that reads nothing costs one part, and not a copy of all.
#[derive(Debug)]
struct ContentBody {
    content: Arc<Content>,
    unsent: Unsent,
    left_bytes: u64,
}

/// About the size of a part. Smaller pieces are joined by copying, because each part is a write of its own.
const PART_BYTES: usize = 64 * 1024;

impl ContentBody {
    fn next_part(&mut self) -> Option<Bytes> {
        match &mut self.unsent {
            Unsent::Gzip(rest) if rest.is_empty() => None,
            Unsent::Gzip(rest) => Some(rest.split_to(rest.len().min(PART_BYTES))),
            Unsent::Pieces(index) => {
                let pieces = self.content.pieces.get(*index..)?;
                let first = pieces.first()?;
                // Large enough for a write of its own, so it is sent without a copy.
                if first.len() >= PART_BYTES / 2 {
                    *index += 1;
                    return Some(first.clone());
                }
                let mut part = Vec::with_capacity(PART_BYTES);
                for piece in pieces {
                    if part.len() + piece.len() > PART_BYTES {
                        break;
                    }
                    part.extend_from_slice(piece);
                    *index += 1;
                }
                Some(part.into())
            }
        }
    }
}

impl HttpBody for ContentBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let part = self.next_part();
        self.left_bytes -= part.as_ref().map_or(0, Bytes::len) as u64;
        Poll::Ready(part.map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left_bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left_bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use http_body_util::BodyExt as _;

    use super::*;

    fn content(sizes: &[usize]) -> (Arc<Content>, Vec<u8>) {
        let pieces: Vec<Bytes> = sizes
            .iter()
            .enumerate()
            .map(|(index, size)| (0..*size).map(|at| (at * 7 + index) as u8).collect())
            .collect();
        let whole = pieces.concat();
        (Arc::new(Content::new(7, pieces)), whole)
    }

    #[tokio::test]
    async fn the_parts_are_the_text_in_its_order_with_its_length() {
        let tables: [&[usize]; 8] = [
            &[],
            &[0],
            &[1],
            &[0, 5, 0, 7],
            &[PART_BYTES],
            &[PART_BYTES - 1, 1, 1, PART_BYTES * 3, 2],
            &[PART_BYTES / 2 - 1; 9],
            &[100; 2_000],
        ];
        for sizes in tables {
            let (text, whole) = content(sizes);
            let body = text.text();
            assert_eq!(body.size_hint().exact(), Some(whole.len() as u64));
            let bytes = body.collect().await.expect("cannot fail").to_bytes();
            assert!(bytes == whole, "{sizes:?}");

            let (text, whole) = content(sizes);
            let body = text.gzip().await;
            let length = body.size_hint().exact();
            let bytes = body.collect().await.expect("cannot fail").to_bytes();
            assert_eq!(length, Some(bytes.len() as u64));
            let mut text_again = Vec::new();
            flate2::bufread::GzDecoder::new(&*bytes)
                .read_to_end(&mut text_again)
                .expect("gzip");
            assert!(text_again == whole, "{sizes:?}");
        }
    }

    #[tokio::test]
    async fn a_body_that_waits_costs_one_part_of_the_text() {
        let (text, _) = content(&[100; 2_000]);
        let mut body = text.text();
        let part = body.frame().await.expect("a part").expect("cannot fail");
        let part = part.into_data().expect("data");
        assert!(part.len() <= PART_BYTES, "{}", part.len());
        assert!(part.len() > PART_BYTES / 2, "{}", part.len());
    }
}
