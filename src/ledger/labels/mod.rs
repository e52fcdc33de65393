//! The labels of the ticket families: their table, the settings, and the numbers for label values.
//!
//! PURE.

mod dimension;

mod settings;

mod values;

mod open_set;

mod dictionary;

mod numbers;

mod ranking;

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
