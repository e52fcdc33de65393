//! What a body is read by.

use crate::source::{ApiError, Exchange};

impl Exchange<Vec<u8>> {
    /// The same request, with what `read` makes of the body, on a thread that nobody else waits for.
    pub(super) async fn read_by<U: Send + 'static>(
        self,
        read: impl FnOnce(&[u8]) -> Result<U, ApiError> + Send + 'static,
    ) -> Exchange<U> {
        let (endpoint, status, date) = (self.endpoint, self.status, self.date);
        let (rate_limits, request_id) = (self.rate_limits, self.request_id);
        let outcome = match self.outcome {
            Err(error) => Err(error),
            Ok(body) => {
                let read = tokio::task::spawn_blocking(move || read(&body));
                read.await.unwrap_or_else(|_| {
                    let problem = "the decoder stopped".to_owned();
                    Err(ApiError::Decode { problem })
                })
            }
        };
        Exchange {
            endpoint,
            status,
            date,
            rate_limits,
            request_id,
            outcome,
        }
    }
}
