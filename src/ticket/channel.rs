//! The channel of a ticket, an open set.
//!
//! PURE.

use std::borrow::Cow;

/// How a ticket came in, `via.channel` in Zendesk's JSON.
///
/// An open set: new channels appear without notice. The name is checked to be an identifier, so
/// that nothing else than a channel name can become a label value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(Cow<'static, str>);

impl Channel {
    /// The ticket says nothing about its channel.
    pub const NONE: Self = Self(Cow::Borrowed("none"));
    /// The ticket names a channel that cannot be a label value.
    pub const OTHER: Self = Self(Cow::Borrowed("other"));

    /// A channel known at compile time.
    ///
    /// The name is trusted to be an identifier of at most [`CHANNEL_LENGTH_MAX`] bytes.
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Reads a channel name; anything but 1 to [`CHANNEL_LENGTH_MAX`] of `a-z`, `A-Z`, `0-9` and
    /// `_` is [`Self::OTHER`], and so are the two names that stand for no value.
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

/// Longest channel name taken as it is. The longest known one has 42 bytes.
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
