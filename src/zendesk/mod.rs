//! Everything that knows Zendesk: its JSON, its logins, its limits, its errors.
//!
//! [`Client`] sends one request per call and never sleeps; what to ask next and when is decided in
//! [`schedule`](crate::schedule). Nothing outside this module sees JSON.

mod client;

mod settings;

mod connections;

mod trust;

mod login;

mod credentials;

mod endpoints;

mod answers;

mod decode;

mod json;

pub use answers::BODY_BYTES_MAX;
pub use client::{Client, ClientError};
pub use decode::{DecodeError, ListedField, TagsAndFields, decode};
#[cfg(test)]
pub(crate) use decode::{PageShape, decode_page};
pub use endpoints::{FieldKind, FieldOption, TicketField, TicketFieldsPage};
pub use login::UnsendableCredentials;
pub use settings::ClientSettings;
pub use trust::Trust;
