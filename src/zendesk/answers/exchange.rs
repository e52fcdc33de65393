//! Reading the body of an answer beside the loop that waits for it.

use crate::source::{ApiError, Exchange};

/// The same exchange, with what `read` makes of the body. It reads on a thread of its own, so that a
/// large body holds nobody else back.
pub(in crate::zendesk) async fn read_by<T: Send + 'static>(
    answer: Exchange<Vec<u8>>,
    read: impl FnOnce(&[u8]) -> Result<T, ApiError> + Send + 'static,
) -> Exchange<T> {
    let Exchange { head, outcome } = answer;
    let outcome = match outcome {
        Err(error) => Err(error),
        Ok(body) => {
            let read = tokio::task::spawn_blocking(move || read(&body));
            read.await.unwrap_or_else(|_| {
                let problem = "the decoder stopped".to_owned();
                Err(ApiError::Decode { problem })
            })
        }
    };
    Exchange { head, outcome }
}
