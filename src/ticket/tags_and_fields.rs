//! The tags and custom fields of a ticket; only those that the settings list enter the process.
//!
//! PURE.

/// The value of a custom field that the settings list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldValue {
    /// The value is null or empty, or the ticket lacks the field.
    None,
    /// The value cannot be a label value: it is free text, or there are several values.
    Other,
    /// The value is listed in the settings, or is an identifier as drop-down fields have them.
    Value(String),
}

/// A set of tags from a list of at most [`TAGS_MAX`]: bit `n` is the `n`th tag of the list. Example: `0b101`
/// contains the first and the third tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagSet(pub u64);

impl TagSet {
    /// Adds the tag at this index of the list.
    pub const fn insert(&mut self, index: usize) {
        debug_assert!(index < TAGS_MAX);
        self.0 |= 1 << index;
    }

    /// The indices of the tags, in increasing order.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        (0..TAGS_MAX).filter(move |index| self.0 >> index & 1 == 1)
    }
}

/// Most tags that the settings can list.
pub const TAGS_MAX: usize = 64;

/// Most custom fields that the settings can list. The bound is low because each field multiplies the number of
/// series.
pub const FIELDS_MAX: usize = 4;

/// Longest value of a custom field that can be a label value.
pub const FIELD_VALUE_LENGTH_MAX: usize = 64;

/// Words that labels use for no value, for any other value, and for a value that was not seen yet. No value of a
/// field can be one of them.
pub const RESERVED_WORDS: [&str; 3] = ["none", "other", "unknown"];
