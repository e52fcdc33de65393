//! Tags and custom fields, of which only those enter the process that the settings list.
//!
//! PURE.

/// The value of a custom field that the settings list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldValue {
    /// Null, empty, or the ticket lacks the field.
    None,
    /// A value that cannot be a label value: free text, several values.
    Other,
    /// A value that the settings list, or an identifier as drop-down fields have them.
    Value(String),
}

/// Tags out of a list of at most [`TAGS_MAX`], as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagSet(pub u64);

impl TagSet {
    /// Adds the tag at this index of the list.
    pub const fn insert(&mut self, index: usize) {
        debug_assert!(index < TAGS_MAX);
        self.0 |= 1 << index;
    }

    /// The indices of the tags, lowest first.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        (0..TAGS_MAX).filter(move |index| self.0 >> index & 1 == 1)
    }
}

/// Most tags that the settings can list.
pub const TAGS_MAX: usize = 64;

/// Most custom fields that the settings can list: each multiplies the number of series.
pub const FIELDS_MAX: usize = 4;

/// Longest value of a custom field that can be a label value.
pub const FIELD_VALUE_LENGTH_MAX: usize = 64;

/// These words stand in labels for no value, any other value and one that was not seen yet.
pub const RESERVED_WORDS: [&str; 3] = ["none", "other", "unknown"];
