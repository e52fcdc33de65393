//! Parts of a reload: the requests for it, what differs between the settings, and how running loops get the
//! new ones.
//!
//! [`app`](crate::app) puts the new settings into effect.

pub mod changes;

mod mailbox;

mod requests;

pub use mailbox::{Mailbox, MailboxSender, Receipt};
pub use requests::{PendingRequests, ReloadHandle, ReloadOutcome, ReloadRequests, requests};
