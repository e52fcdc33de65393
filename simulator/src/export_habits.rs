//! What the exports do in which accounts differ.
//!
//! PURE.

/// The exports leave out the last minute, and a `start_time` in it is refused.
pub const HOLD_BACK_SECONDS: i64 = 60;

/// What the exports show of a ticket that was written in their last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastMinute {
    /// Nothing, until the minute is over.
    #[default]
    Hidden,
    /// The ticket as it was before.
    AsItWas,
}
