//! The channel of a ticket, the one label of the vocabulary whose values no list contains.
//!
//! PURE.

use std::borrow::Cow;

/// The channel through which a ticket was created, `via.channel` in Zendesk's JSON.
///
/// New channels appear without notice, so this is not an enum. [`Self::parse`] accepts identifiers only, so that no
/// other text becomes a label value. Example: `mobile_sdk` stays, `My channel` becomes `other`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(Cow<'static, str>);

impl Channel {
    /// The ticket has no channel.
    pub const NONE: Self = Self(Cow::Borrowed("none"));
    /// The ticket has a channel that cannot be a label value.
    pub const OTHER: Self = Self(Cow::Borrowed("other"));

    /// A channel that is known at compile time.
    ///
    /// The caller ensures that the name is an identifier of at most [`CHANNEL_LENGTH_MAX`] bytes.
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Reads a channel name of 1 to [`CHANNEL_LENGTH_MAX`] characters from `a-z`, `A-Z`, `0-9` and `_`. Everything
    /// else is [`Self::OTHER`], and so are the names `none` and `other`, which labels use for other purposes.
    pub fn parse(name: &str) -> Self {
        let identifier = !name.is_empty()
            && name.len() <= CHANNEL_LENGTH_MAX
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = name.to_ascii_lowercase();
        if !identifier || name == "none" || name == "other" {
            return Self::OTHER;
        }
        Self(Cow::Owned(name))
    }

    /// The label value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Longest channel name that becomes a label value. The longest name that is known has 42 bytes.
pub const CHANNEL_LENGTH_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_name_that_is_no_identifier_becomes_other() {
        for hostile in [
            "",
            "user@example.com",
            "two words",
            "naïve",
            "other",
            "none",
            "None",
            "OTHER",
            "\n",
        ] {
            assert_eq!(Channel::parse(hostile), Channel::OTHER, "{hostile:?}");
        }
        let too_long = "a".repeat(CHANNEL_LENGTH_MAX + 1);
        assert_eq!(Channel::parse(&too_long), Channel::OTHER);
        assert_eq!(Channel::parse("WhatsApp"), Channel::from_static("whatsapp"));
    }
}
