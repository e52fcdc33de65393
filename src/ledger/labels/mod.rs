//! The labels of the ticket families: one table, what an account shows of it, and the numbers that
//! stand for label values.
//!
//! PURE.

mod dictionary;

mod dimension;

mod numbers;

mod open_set;

mod ranking;

mod settings;

mod values;

pub(super) use dictionary::Numbers;
pub use dictionary::{DICTIONARY_VALUES_MAX, Dictionaries, Entry};
pub use dimension::{AGES, Dimension};
#[cfg(test)]
pub(super) use numbers::NUMBER_NONE;
pub(super) use numbers::NUMBER_UNKNOWN;
pub use numbers::{NUMBER_ABSENT, NUMBER_OTHER};
pub use open_set::OpenSet;
pub use ranking::Ranking;
pub use settings::{FieldLabel, LabelSettings};
pub use values::LabelValues;
