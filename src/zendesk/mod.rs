//! Everything that knows Zendesk: its JSON, its logins, its limits, its errors.
//!
//! [`Client`] sends one request per call and never sleeps; what to ask next and when is decided in
//! [`schedule`](crate::schedule). Nothing outside this module sees JSON.

mod exchange;

mod error;

mod settings;

mod trust;

mod client;

mod neighbours;

mod auth;

mod headers;

mod failure;

mod decode;

mod wire;

mod slas;

mod wanted;

mod channels;

pub use auth::{Login, UnsendableCredentials};
pub use client::{BODY_BYTES_MAX, Client, ClientError, CurrentUser};
pub use decode::{DecodeError, decode};
pub use error::ApiError;
pub use exchange::{
    Bucket, Cursor, Endpoint, Exchange, ExportRequest, Page, PageStart, RateLimit, RejectedRow,
    TokenLease,
};
pub use neighbours::{NAME_CHARS_MAX, NAMES_PER_PAGE, NamedSet, NamesPage};
pub use settings::{Auth, AuthMethod, ClientSettings, SupportTypeScope, is_loopback};
pub use trust::Trust;
pub use wanted::{FIELD_VALUE_LENGTH_MAX, Wanted, WantedField};
