//! Everything that knows Zendesk: its JSON, its logins, its limits, its errors.
//!
//! [`Client`] sends one request per call and never sleeps; what to ask next and when is decided in
//! [`schedule`](crate::schedule). Nothing outside this module sees JSON.

mod exchange;

mod paths;

mod settings;

mod trust;

mod client;

mod session;

mod export;

mod client_errors;

mod connections;

mod body;

mod gzip;

mod answer;

mod lookup_endpoints;

mod ticket_fields;

mod auth;

mod token;

mod doubts;

mod headers;

mod rate_limits;

mod failure;

mod current_user;

mod words;

mod credentials;

mod ended_early;

mod page_parts;

mod decode;

mod salvage;

mod fingerprint;

mod markup;

mod wire;

mod metric_sets;

mod slas;

mod tags_and_fields;

mod custom_fields;

mod lenient;

mod numbers;

mod integer;

mod time;

mod piece;

mod cut;

mod channels;

pub use auth::UnsendableCredentials;
pub use body::BODY_BYTES_MAX;
pub use client::{Client, ClientError};
pub use custom_fields::ListedField;
pub use decode::decode;
pub use page_parts::DecodeError;
pub use settings::ClientSettings;
pub use tags_and_fields::TagsAndFields;
pub use ticket_fields::{FieldKind, FieldOption, TicketField, TicketFieldsPage};
pub use trust::Trust;
