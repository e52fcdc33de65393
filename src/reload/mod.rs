//! The parts of a reload that know neither account nor server: the queue of requests, the difference between
//! settings, and the mailboxes of running loops.
//!
//! [`app`](crate::app) puts the new settings into effect.

mod requests;

pub mod changes;

mod mailbox;

pub use mailbox::{Mailbox, MailboxSender, Receipt};
pub use requests::{PendingRequests, ReloadHandle, ReloadOutcome, ReloadRequests, requests};
