//! The HTTP server: metrics, health, reload, and the status of the accounts.
//!
//! A request comes in through `connections`, passes `protection`, and is answered by one of the
//! `endpoints`.

mod endpoints;

mod listen;

mod connections;

mod client_limits;

mod protection;

mod web_file;

mod responses;

mod single_flight;

mod status;

#[cfg(test)]
mod tests;

pub use client_limits::Limits;
pub use connections::accept::serve;
pub use endpoints::{Endpoints, METRICS_CONTENT_TYPE, router, status_page_of};
pub use listen::{BindError, bind};
pub use protection::Protection;
