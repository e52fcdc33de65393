//! The reserved numbers for label values: none, `other`, unknown and absent.

/// The number for no value.
pub(in crate::ledger) const NUMBER_NONE: u16 = 0;
/// The number for every value without a number of its own.
pub const NUMBER_OTHER: u16 = 1;
/// The first number that a dictionary gives to a value.
pub(super) const NUMBER_FIRST: u16 = 2;
/// The number that marks a label as not shown.
pub const NUMBER_ABSENT: u16 = u16::MAX - 1;
/// The number for a custom field of a ticket that was not seen since the field was listed.
pub(in crate::ledger) const NUMBER_UNKNOWN: u16 = u16::MAX;
