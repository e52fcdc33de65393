//! How a request ended, in the words of the schedule.

use crate::source::ApiError;

/// How a request ended, as far as the next one depends on it.
#[derive(Debug)]
pub enum Ended<'a> {
    /// A page was applied.
    Page {
        /// Whether there was nothing more.
        end_of_stream: bool,
    },
    /// A page came, but it waits until another answer confirms what time it is: asked again at
    /// once.
    Kept,
    /// A page was applied that had waited for such an answer. It came before whatever failed since,
    /// so it says where its walk is and nothing more.
    PageThatWaited {
        /// Whether there was nothing more.
        end_of_stream: bool,
    },
    /// Zendesk gave no page.
    Failed(&'a ApiError),
    /// Zendesk gave no token to ask with.
    NoToken(&'a ApiError),
    /// A page came, but the page could not be stored, or leads nowhere after it was.
    Unusable,
    /// A page came that leads to where its walk has been, and was not used.
    NoProgress,
    /// A replay came to nothing: it is not tried again before the next one is due.
    GivenUp,
}
