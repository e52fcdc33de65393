//! The numbers that stand for label values, beside those that a dictionary gives out.

/// Number of a ticket that has no value here.
pub(in crate::ledger) const NUMBER_NONE: u16 = 0;
/// Number of every value that has no number of its own.
pub const NUMBER_OTHER: u16 = 1;
/// The first number that stands for one value.
pub(super) const NUMBER_FIRST: u16 = 2;
/// Stands where a label is not shown.
pub const NUMBER_ABSENT: u16 = u16::MAX - 1;
/// Number in a label of a custom field that is not known of the ticket: it was not seen since the
/// field is listed.
pub(in crate::ledger) const NUMBER_UNKNOWN: u16 = u16::MAX;
