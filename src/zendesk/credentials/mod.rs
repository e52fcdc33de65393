//! Whether words from outside repeat a credential, in whatever spelling.
//!
//! PURE. Servers and proxies write what they were sent into their error pages: the header as it
//! came, its base64 decoded, a URL percent-encoded, all of it escaped as JSON or HTML, or broken up
//! by markup. Every text that these encodings can be undone to is looked at. If that comes to too
//! much, the answer is yes: no words are better than a credential in a log.

mod characters;

mod decodings;

mod html;

pub(super) mod markup;

mod needles;

use std::collections::{HashSet, VecDeque};

use characters::cleaned;
use decodings::{CandidateText, Decodings, GUESSED_MIN};
use needles::Needles;

/// Most characters of texts that are looked at for one answer. An ordinary error page of 8 KiB
/// comes to some hundred thousand; more is a page made to be undone again and again.
const DECODED_CHARS_MAX: usize = 2 * 1024 * 1024;

/// The credentials that must not be shown, as what of them is looked for.
pub(super) struct Secrets {
    needles: Needles,
    decodings: Decodings,
}

impl Secrets {
    /// Eight characters in a row of any of these count as one of them; shorter ones as a whole.
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

    /// The same, and these, which count as a whole only.
    pub(super) fn with_whole<'a>(mut self, texts: impl Iterator<Item = &'a str>) -> Self {
        for text in texts {
            self.needles.learn_whole(text);
        }
        self
    }

    /// Whether `words` repeat any of them.
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
