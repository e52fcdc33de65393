//! Decodes the words of a ticket: status, priority, type, rating and channel.
//!
//! PURE.

use serde::de::MapAccess;

use crate::ticket::{Channel, Priority, Score, Standing, Status, SupportType, TicketType};
use crate::zendesk::decode::channels;
use crate::zendesk::json::lenient::{Fact, entry};
use crate::zendesk::json::numbers::Integer;

/// The value of `status`, a string. A string that is not valid text gives no status.
pub(super) struct StatusWord(pub(super) Option<Standing>);

impl Fact<'_> for StatusWord {
    fn from_null() -> Self {
        Self(None)
    }

    fn from_str(word: &str) -> Self {
        Self(Some(match word {
            "deleted" => Standing::Deleted,
            _ => Standing::Live(Status::from_label(word).unwrap_or(Status::Other)),
        }))
    }
}

/// Declares the decoding of a closed set. The members that stand for no value or for other values are not words of
/// Zendesk.
macro_rules! closed_set_fact {
    ($($set:ident),+) => {$(
        impl Fact<'_> for $set {
            fn from_null() -> Self {
                Self::None
            }

            fn unexpected() -> Self {
                Self::Other
            }

            fn from_str(word: &str) -> Self {
                match Self::from_label(word) {
                    Some(Self::None) | None => Self::Other,
                    Some(known) => known,
                }
            }
        }
    )+};
}

closed_set_fact!(Priority, TicketType, SupportType);

impl<'de> Fact<'de> for Score {
    fn from_null() -> Self {
        Self::None
    }

    fn unexpected() -> Self {
        Self::Other
    }

    fn from_str(word: &str) -> Self {
        match Self::from_label(word) {
            _ if word == "unoffered" => Self::None,
            Some(Self::None) | None => Self::Other,
            Some(known) => known,
        }
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let score = entry::<ScoreWord, A>(object, "score")?;
        Ok(score.map_or(Self::None, |word| word.0))
    }
}

/// The value of `score` in the rating. It is not an object, so a rating cannot be nested.
struct ScoreWord(Score);

impl Fact<'_> for ScoreWord {
    fn from_null() -> Self {
        Self(Score::None)
    }

    fn unexpected() -> Self {
        Self(Score::Other)
    }

    fn from_str(word: &str) -> Self {
        Self(Score::from_str(word))
    }
}

/// The value of `via`: an object with a `channel`, which is a name, or a number in old data. In ticket events,
/// `via` is a string whose channel is not known: this is `other`, not `none`.
pub(super) struct Via(pub(super) Channel);

impl<'de> Fact<'de> for Via {
    fn from_null() -> Self {
        Self(Channel::NONE)
    }

    fn unexpected() -> Self {
        Self(Channel::OTHER)
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let channel = entry::<ChannelWord, A>(object, "channel")?;
        Ok(Self(channel.map_or(Channel::NONE, |word| word.0)))
    }
}

struct ChannelWord(Channel);

impl Fact<'_> for ChannelWord {
    const NEEDS_SPELLING: bool = true;

    fn from_null() -> Self {
        Self(Channel::NONE)
    }

    fn unexpected() -> Self {
        Self(Channel::OTHER)
    }

    fn from_str(word: &str) -> Self {
        Self(channels::by_name(word))
    }

    fn from_integer(number: i64) -> Self {
        Self(channels::by_number(number))
    }

    fn from_spelling(json: &[u8]) -> Self {
        Integer::from_spelling(json)
            .0
            .map_or_else(Self::unexpected, Self::from_integer)
    }
}
