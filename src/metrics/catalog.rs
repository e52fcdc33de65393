//! The catalogue of all families, each declared once.
//!
//! PURE. `docs/metrics.md` is rendered from [`ALL`], and a test fails when the two differ. A new family of tickets
//! is a row in the ledger's table; a new family of the exporter itself is declared here.

/// Declares the families of a chapter: a constant for each, and a list of all in the order of a scrape.
macro_rules! families {
    (
        $all:ident, $chapter:ident;
        $($id:ident = $name:literal, $kind:ident, [$($label:literal),*], {
            help: $help:expr, details: $details:expr, appears: $appears:expr, example: $example:expr,
        })*
    ) => {
        $(#[doc = concat!("`", $name, "`")]
        pub const $id: Family = Family {
            name: $name,
            kind: Kind::$kind,
            chapter: Chapter::$chapter,
            labels: &[$($label),*],
            opt_in: OptIn::None,
            help: $help,
            details: $details,
            appears: $appears,
            example: $example,
        };)*

        pub(super) const $all: &[&Family] = &[$(&$id),*];
    };
}

mod exporter_account;

mod exporter_process;

pub use crate::ledger::family::*;
pub use exporter_account::*;
pub use exporter_process::*;

const AT_START: &str = "At the start of the exporter.";
const ALL_AT_ZERO: &str = "At the start of the exporter, with the value 0.";

/// Every family, in the order of a scrape: tickets, accounts, process.
pub const ALL: &[&Family] = &{
    let tickets = TicketFamily::COUNT;
    let account = tickets + OF_ACCOUNTS.len();
    let mut all = [&UP; TicketFamily::COUNT + OF_ACCOUNTS.len() + OF_THE_PROCESS.len()];
    let mut index = 0;
    while index < all.len() {
        all[index] = if index < tickets {
            TicketFamily::at(index).family()
        } else if index < account {
            OF_ACCOUNTS[index - tickets]
        } else {
            OF_THE_PROCESS[index - account]
        };
        index += 1;
    }
    all
};

/// Values of `reason` on [`POLL_FAILURES`].
pub const FAILURE_REASONS: &[&str] = &[
    "auth",
    "forbidden",
    "export_forbidden",
    "not_found",
    "rate_limited",
    "timeout",
    "transport",
    "server",
    "unexpected",
    "decode",
    "too_large",
    "no_progress",
    "state",
];

/// Values of `code` of [`API_REQUESTS`] that exist from the start, besides `200`, for the endpoints without which
/// nothing can be read. A counter that began with its first failure would hide that failure from `increase()`. The
/// codes are those for which failures have reasons of their own, and those of Zendesk's proxies.
pub const FAILURE_CODES: &[&str] = &[
    "400", "401", "403", "404", "408", "413", "429", "500", "502", "503", "504", "524", "none",
];

#[cfg(test)]
mod tests;
