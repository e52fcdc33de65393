//! Finds credentials in texts from outside, in every encoding, so that no message shows them.
//!
//! PURE. Servers and proxies repeat requests in their error pages: the header itself, its base64 decoded, a URL
//! percent-encoded, all of it escaped as JSON or HTML, or divided by markup. Every text that these encodings can be
//! undone to is searched. If that is too much, the answer is yes, because a missing message is better than a
//! credential in a log.

mod needles;

mod decodings;

mod characters;

mod html;

pub(super) mod markup;

use std::collections::{HashSet, VecDeque};

use characters::cleaned;
use decodings::{CandidateText, Decodings, GUESSED_MIN};
use needles::Needles;

/// Most characters that are searched for one answer. An ordinary error page of 8 KiB gives some hundred thousand;
/// more comes from a page that was made to be decoded again and again.
const DECODED_CHARS_MAX: usize = 2 * 1024 * 1024;

/// The credentials that no message may show, prepared for the search.
pub(super) struct Secrets {
    needles: Needles,
    decodings: Decodings,
}

impl Secrets {
    /// Takes secrets of which eight characters in a row reveal one; shorter secrets only as a whole. Example:
    /// `hunter2-long` is found in a text with `unter2-l`.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut needles = Needles::default();
        let mut hold_blanks = false;
        for secret in secrets {
            hold_blanks |= secret.contains(' ');
            needles.learn(secret);
        }
        Self {
            decodings: Decodings {
                shortest: needles.shortest(),
                hold_blanks,
            },
            needles,
        }
    }

    /// Adds texts that are only secret as a whole.
    pub(super) fn with_whole<'a>(mut self, texts: impl Iterator<Item = &'a str>) -> Self {
        for text in texts {
            self.needles.learn_whole(text);
        }
        self
    }

    /// Whether `words` repeat any of the secrets.
    pub(super) fn are_in(&self, words: &[u8]) -> bool {
        let first = CandidateText {
            words: cleaned(&String::from_utf8_lossy(words)),
            is_guessed: false,
        };
        let mut seen = HashSet::from([first.clone()]);
        let mut texts = VecDeque::from([first]);
        let mut looked_at = 0;
        while let Some(text) = texts.pop_front() {
            let shortest = if text.is_guessed { GUESSED_MIN } else { 1 };
            if self.needles.are_in(&text.words, shortest) {
                return true;
            }
            looked_at += text.words.len();
            if looked_at > DECODED_CHARS_MAX {
                return true;
            }
            for decoded in self.decodings.decode(&text) {
                if seen.insert(decoded.clone()) {
                    texts.push_back(decoded);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
