//! Reads JSON that may be of unexpected types or damaged: tokens, pieces, integers and times.
//!
//! PURE.

pub(super) mod lenient;

pub(super) mod numbers;

pub(super) mod integer;

pub(super) mod time;

pub(super) mod piece;

pub(super) mod cut;
