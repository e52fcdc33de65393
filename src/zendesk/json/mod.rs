//! JSON as it comes: pieces of it, and values of unexpected types.
//!
//! PURE.

pub(super) mod lenient;

pub(super) mod numbers;

pub(super) mod integer;

pub(super) mod time;

pub(super) mod piece;

pub(super) mod cut;
