//! The pieces of secrets that are searched, and the search in one text.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The number of characters in a row that reveal a secret.
const RUN: usize = 8;

/// Pieces of secrets without white space and in lower case, because some servers write everything in lower case.
pub(super) struct Needles {
    /// The pieces of [`RUN`] characters, as numbers, because a long token has thousands.
    runs: HashSet<u64>,
    /// The pieces of other lengths: shorter ones of short secrets or of secrets with white space, and longer ones
    /// that are only secret as a whole.
    whole: BTreeMap<usize, HashSet<Vec<u8>>>,
    /// The pairs of characters with which pieces begin. Only places with such a pair are compared.
    begins: Vec<bool>,
}

impl Default for Needles {
    fn default() -> Self {
        Self {
            runs: HashSet::new(),
            whole: BTreeMap::new(),
            begins: vec![false; 1 << 14],
        }
    }
}

impl Needles {
    /// Adds a secret, and its form within the base64 of a longer text.
    pub(super) fn learn(&mut self, secret: &str) {
        self.learn_text(secret.as_bytes());
        for shift in 0..3 {
            let encoded = base64_within(secret, shift);
            // A shorter piece is found when base64 is decoded.
            if encoded.len() >= RUN {
                self.learn_text(encoded.as_bytes());
                let url_safe = encoded.replace('+', "-").replace('/', "_");
                self.learn_text(url_safe.as_bytes());
            }
        }
    }

    /// Adds a text that is only secret as a whole, because most of it is not.
    pub(super) fn learn_whole(&mut self, text: &str) {
        self.insert(squeezed(text.as_bytes()));
    }

    /// The fewest characters that reveal a secret.
    pub(super) fn shortest(&self) -> usize {
        self.whole
            .keys()
            .next()
            .copied()
            .map_or(RUN, |least| RUN.min(least))
    }

    /// Whether `text` contains a piece of a secret with at least `shortest` characters, ignoring white space.
    pub(super) fn are_in(&self, text: &str, shortest: usize) -> bool {
        let text = squeezed(text.as_bytes());
        let may_be = |window: &[u8]| pair(window).is_none_or(|pair| self.begins[pair]);
        let mut whole = self.whole.range(shortest..);
        let is_whole_in = whole.any(|(length, needles)| {
            let mut windows = text.windows(*length);
            windows.any(|window| may_be(window) && needles.contains(window))
        });
        let mut windows = text.windows(RUN);
        is_whole_in
            || windows.any(|window| {
                may_be(window) && run(window).is_some_and(|run| self.runs.contains(&run))
            })
    }

    fn learn_text(&mut self, text: &[u8]) {
        for window in text.windows(RUN.min(text.len()).max(1)) {
            self.insert(squeezed(window));
        }
    }

    fn insert(&mut self, needle: Vec<u8>) {
        if let Some(pair) = pair(&needle) {
            self.begins[pair] = true;
        }
        if let Some(run) = run(&needle) {
            self.runs.insert(run);
        } else if !needle.is_empty() {
            let same_length = self.whole.entry(needle.len()).or_default();
            same_length.insert(needle);
        }
    }
}

/// [`RUN`] characters as a number; `None` for another length.
fn run(text: &[u8]) -> Option<u64> {
    text.try_into().map(u64::from_be_bytes).ok()
}

/// The index for the first two characters, which are ASCII; `None` if there are fewer.
fn pair(text: &[u8]) -> Option<usize> {
    match text {
        [first, second, ..] => Some(usize::from(*first) << 7 | usize::from(*second)),
        _ => None,
    }
}

fn squeezed(text: &[u8]) -> Vec<u8> {
    let seen = text.iter().filter(|byte| byte.is_ascii_graphic());
    seen.map(u8::to_ascii_lowercase).collect()
}

/// The base64 characters that depend on `secret` alone, if `shift` bytes precede it in a group of three.
fn base64_within(secret: &str, shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(secret.as_bytes());
    let whole_characters = bytes.len() * 8 / 6;
    let first = (shift * 8).div_ceil(6);
    let encoded = STANDARD_NO_PAD.encode(bytes);
    encoded
        .get(first..whole_characters)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_a_longer_text_holds_what_is_looked_for() {
        let secret = "s3cr3t-Qx7-ABC";
        for before in ["", "a", "ab", "abc", "a@b.example/token:"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}, and more"));
            let within = base64_within(secret, before.len() % 3);
            assert!(encoded.contains(&within), "{before}: {within}");
            assert!(within.len() >= 17, "{within}");
        }
        assert_eq!(base64_within("", 2), "");
        assert_eq!(base64_within("a", 1), "");
    }

    #[track_caller]
    fn check(secret: &str, text: &str, expected: bool) {
        let mut needles = Needles::default();
        needles.learn(secret);
        assert_eq!(needles.are_in(text, 1), expected, "{secret} in {text}");
    }

    #[test]
    fn eight_characters_in_a_row_give_a_secret_away_and_seven_do_not() {
        let secret = "s3cr3t-Qx7-ABCDEF";
        check(secret, "the end of s3cr3t-Q", true);
        check(secret, "the end of s3cr3t-", false);
        check(secret, "r3t-Qx7-", true);
        check(secret, "r3t-Qx7", false);
        check(secret, "-ABCDEF", false);
        check(secret, "7-ABCDEF", true);
        check(secret, "R3T-QX7-", true);
        check(secret, "s3cr 3t-\n\tQ", true);
    }

    #[test]
    fn a_shorter_secret_gives_itself_away_as_a_whole() {
        check("hush", "hus h!", true);
        check("hush", "hus", false);
        check("x", "an x", true);
        check("x", "none", false);
        check("", "anything", false);
    }

    #[test]
    fn blanks_of_a_secret_may_be_joined_or_left_out() {
        check("ab  cd-efgh-ijkl", "ab cd-efgh", true);
        check("ab  cd-efgh-ijkl", "abcd-efg", true);
        check("correct horse battery", "a correct h", true);
        // A blank is one of the eight, and nobody sees whether it is there.
        check("correct horse battery", "all of that is correct", true);
        check("correct horse battery", "all of that is corect", false);
    }

    #[test]
    fn what_is_a_secret_as_a_whole_is_found_only_as_a_whole() {
        let mut needles = Needles::default();
        needles.learn("pw1");
        needles.learn_whole("a@b.example:pw1");
        assert_eq!(needles.shortest(), 3);
        for (text, shortest, expected) in [
            ("log in as A@b.example: pw1!", 4, true),
            ("log in as a@b.example:pw", 4, false),
            ("pw1", 4, false),
            ("pw1", 1, true),
        ] {
            assert_eq!(needles.are_in(text, shortest), expected, "{text}");
        }
        let mut alone = Needles::default();
        alone.learn_whole("a@b.example:pw1");
        assert_eq!(alone.shortest(), RUN);
    }
}
