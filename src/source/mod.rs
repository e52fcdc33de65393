//! The interface to a source of tickets: requests, pages, positions, errors, and the traits that a client
//! implements.
//!
//! PURE. [`zendesk`](crate::zendesk) implements the traits. This room knows no JSON of Zendesk and sends no
//! request.

mod source_kind;

mod source_choice;

mod position;

mod page;

mod endpoint;

mod exchange;

mod error;

mod advice;

mod refusal_text;

mod rate_limits;

mod asker;

mod names;

mod address;

mod auth;

mod proxy;

mod traits;

pub use address::is_loopback;
pub use asker::{Asker, CurrentUser};
pub use auth::{Auth, AuthMethod, Login, TokenLease, TokenUse};
pub use endpoint::Endpoint;
pub use error::{ApiError, ScopeSign};
pub use exchange::{AnswerHead, Exchange};
pub use names::{NAME_CHARS_MAX, NAMES_PER_PAGE, NamesPage};
pub use page::{
    LIST_ROWS_MAX, Page, PageRequest, RejectedRow, Row, SHOWN_MAX, ShowBy, ShowRequest, Shown,
};
pub use position::{Cursor, Position};
pub use proxy::{ProxyInUse, proxy_in_use};
pub use rate_limits::{Bucket, RateLimit};
pub use refusal_text::RefusalText;
pub use source_choice::{ArchivedTickets, SourceChoice, SourceReason};
pub use source_kind::{Sees, SourceKind, SupportTypeScope};
pub use traits::{LookupSource, Session, TicketSource};
