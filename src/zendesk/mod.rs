//! Everything that knows Zendesk: its JSON, its logins, its limits, its errors.
//!
//! [`Client`](client::Client) sends one request per call and never sleeps; what to ask next and
//! when is decided in [`schedule`](crate::schedule). Nothing outside this module sees JSON.

mod exchange;

pub use exchange::{
    ApiError, Bucket, Cursor, Endpoint, Exchange, ExportRequest, Page, PageStart, RateLimit,
    RejectedRow, TokenLease,
};
