//! The use of the lists: none, a fast lane, or the truth.

/// What the lists are read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListRole {
    /// Nothing.
    #[default]
    Off,
    /// They are read between the polls of an export, so that changes show sooner.
    FastLane,
    /// The list of tickets is the truth.
    Truth,
}
