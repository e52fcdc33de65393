//! Reads the body of an answer on a separate thread.

use crate::source::{ApiError, Exchange};

/// The exchange with the value that `read` returns for its body. `read` runs on a separate thread, so that a large
/// body does not delay other tasks.
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
