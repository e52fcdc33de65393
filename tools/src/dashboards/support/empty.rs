//! What a panel says that has nothing to show.

/// Of numbers of now that come with the first sync.
pub(super) const NOT_READ: &str = "Not read yet";

/// True whatever the reason.
pub(super) const NOTHING: &str = "Nothing in the period";
