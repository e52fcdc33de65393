//! Reading the settings again while the program runs: who asks for it, what differs, and how running
//! loops are told.
//!
//! What follows from a change is put into effect by [`app`](crate::app).

pub mod changes;

mod mailbox;

mod requests;

pub use mailbox::{Address, Mailbox, Receipt};
pub use requests::{Outcome, ReloadHandle, ReloadRequests, Waiting, requests};
