//! Undoes the encodings in which an answer may repeat a credential, one at a time: base64, percent, JSON, HTML.
//!
//! A text consists of visible ASCII and white space, as credentials do; other characters that an encoding stands
//! for are left out. Each decoding makes a text shorter, so the process ends. Example: `cGFzc3dvcmQ%3D` gives
//! `cGFzc3dvcmQ=`, and that gives `password`.

use super::characters::{cleaned, push};
use super::html::references;
use super::markup::{READINGS, Reading, split_tag, without_markup};

/// A text that is searched for credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CandidateText {
    pub(super) words: String,
    /// Whether it came from a decoding that may be wrong: any word can be base64.
    pub(super) is_guessed: bool,
}

/// Fewest characters that are searched in such a text: shorter ones appear by chance.
pub(super) const GUESSED_MIN: usize = 4;

/// The decodings of a text.
pub(super) struct Decodings {
    /// The fewest characters that reveal a secret. A shorter text is not searched.
    pub(super) shortest: usize,
    /// Whether a secret contains white space, which forms write as `+`.
    pub(super) hold_blanks: bool,
}

impl Decodings {
    /// Every text that one decoding of this one gives and that differs from it.
    pub(super) fn decode(&self, text: &CandidateText) -> Vec<CandidateText> {
        let CandidateText { words, is_guessed } = text;
        let form = self.hold_blanks.then(|| words.replace('+', " "));
        let whole = [
            without_blanks(words),
            without_comments(words),
            percent(words),
            json(words),
            references(words),
        ];
        // It is not known how the markup was written, so both readings are tried.
        let unmarked = READINGS.into_iter().flat_map(|reading| {
            [
                without_tags(words, reading),
                cleaned(&without_markup(words, reading)),
            ]
        });
        let whole = whole
            .into_iter()
            .chain(unmarked)
            .chain(form)
            .map(|words| CandidateText {
                words,
                is_guessed: *is_guessed,
            });
        let base64 = (0..4).map(|skipped| CandidateText {
            words: self.base64(words, skipped),
            is_guessed: true,
        });
        whole
            .chain(base64)
            .filter(|decoded| decoded.words != *words && decoded.words.len() >= self.shortest)
            .collect()
    }

    /// The decoded runs of base64, in both alphabets. A run can begin anywhere in a group of four characters,
    /// because it was cut or a word precedes it.
    fn base64(&self, text: &str, skipped: usize) -> String {
        let is_base64 = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '-' | '_')
        };
        let runs = text.split(|character| !is_base64(character));
        let mut decoded = String::new();
        for run in runs.filter_map(|run| run.get(skipped..)) {
            for chunk in base64_bytes(run).utf8_chunks() {
                let pieces = chunk.valid().split(is_noise).map(cleaned);
                let least = self.shortest.max(GUESSED_MIN);
                for piece in pieces.filter(|piece| piece.len() >= least) {
                    decoded.push_str(&piece);
                    decoded.push(' ');
                }
            }
        }
        decoded
    }
}

/// Characters that show that a run was not base64. Zeros are not among them, because UTF-16 contains them.
fn is_noise(character: char) -> bool {
    character.is_ascii_control() && !matches!(character, '\0' | '\t' | '\n' | '\r')
}

fn base64_bytes(run: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for character in run.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xff));
        }
    }
    bytes
}

fn without_blanks(text: &str) -> String {
    text.replace(' ', "")
}

/// The text without tags, but with everything between them.
fn without_tags(text: &str, reading: Reading) -> String {
    without(text, |markup| {
        let (tag, behind) = split_tag(&markup[1..], reading)?;
        let begins = |first: char| first.is_ascii_alphabetic() || "/!?".contains(first);
        // A quoted value can contain any character.
        let is_one = reading == Reading::Quoted || !tag.contains('<');
        let is_tag = tag.starts_with(begins) && !tag.starts_with("!--") && is_one;
        is_tag.then_some(behind)
    })
}

fn without_comments(text: &str) -> String {
    without(text, |markup| {
        let (_, behind) = markup.strip_prefix("<!--")?.split_once("-->")?;
        Some(behind)
    })
}

/// Removes markup. `skip` gets a text that begins with `<` and returns the text after the markup.
fn without<'a>(text: &'a str, skip: impl Fn(&'a str) -> Option<&'a str>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, markup) = rest.split_at(at);
        kept.push_str(before);
        rest = skip(markup).unwrap_or_else(|| {
            kept.push('<');
            &markup[1..]
        });
    }
    kept.push_str(rest);
    kept
}

/// Undoes percent-encoding: `%2F`, and the older `%u002F`.
fn percent(text: &str) -> String {
    unescaped(text, '%', |after| {
        hex(after, 2).or_else(|| {
            let (character, taken) = hex(after.strip_prefix(['u', 'U'])?, 4)?;
            Some((character, taken + 1))
        })
    })
}

/// Undoes the escapes of JSON, and those of other languages that begin with a backslash.
fn json(text: &str) -> String {
    unescaped(text, '\\', |after| {
        let number = |digits: &str, most, prefix| {
            let (character, taken) = hex(digits, most)?;
            Some((character, taken + prefix))
        };
        let first = after.chars().next()?;
        let long = match first {
            'u' => number(&after[1..], 4, 1).or_else(|| {
                let (digits, _) = after.strip_prefix("u{")?.split_once('}')?;
                let character = u32::from_str_radix(digits, 16).ok()?;
                Some((character, digits.len() + 3))
            }),
            'x' => number(&after[1..], 2, 1),
            _ => None,
        };
        long.or_else(|| match first {
            'b' | 'f' | 'n' | 'r' | 't' | 'v' => Some((u32::from(' '), 1)),
            other => Some((u32::from(other), 1)),
        })
    })
}

/// Replaces each escape that begins with `sign`. `read` gets the text after it and returns the character and the
/// length.
fn unescaped(text: &str, sign: char, read: impl Fn(&str) -> Option<(u32, usize)>) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(sign) {
        decoded.push_str(before);
        rest = match read(after) {
            Some((character, taken)) => {
                push(&mut decoded, character);
                &after[taken..]
            }
            None => {
                decoded.push(sign);
                after
            }
        };
    }
    decoded.push_str(rest);
    decoded
}

/// The number in up to `digits` first characters, and how many they are.
fn hex(text: &str, digits: usize) -> Option<(u32, usize)> {
    let number = text.get(..digits)?;
    let is_hex = number.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(number, 16).ok()?;
    is_hex.then_some((number, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(decode: fn(&str) -> String, text: &str, expected: &str) {
        assert_eq!(decode(text), expected, "{text}");
    }

    #[test]
    fn percent_signs_are_undone_in_either_case() {
        check(percent, "abc%2Fdef%2bghi%3Djkl", "abc/def+ghi=jkl");
        check(percent, "%252F %u002F", "%2F /");
        check(percent, "s3cr%E2%80%8B3t", "s3cr3t");
        check(percent, "100% of %zz %2 %", "100% of %zz %2 %");
        check(percent, "%+1", "%+1");
    }

    #[test]
    fn backslashes_are_undone() {
        check(json, r#"a\"b\\c\/d"#, r#"a"b\c/d"#);
        check(json, r"\u0073\U0073", "sU0073");
        check(json, r"\u00e9\ud83d\ude00x", "x");
        check(json, r"\x41\u{42}\u{200b}C", "ABC");
        check(json, r"a\nb\", r"a b\");
        check(json, r"\u00 \xg", "u00 xg");
    }

    #[test]
    fn tags_and_comments_are_taken_out_and_nothing_else() {
        let without_tags: fn(&str) -> String = |text| without_tags(text, Reading::Plain);
        check(without_tags, "s3c<wbr>r3<b class='x'>t</b>", "s3cr3t");
        check(without_tags, "a<!-- > -->b<!doctype html>", "a<!-- > -->b");
        check(without_comments, "a<!-- > <b> -->b<!-- ->", "ab<!-- ->");
        check(without_tags, "1 < 2 <3 s3c<br/>r3t", "1 < 2 <3 s3cr3t");
        check(without_tags, "<script>kept</script>", "kept");
        check(without_tags, "cut <b", "cut <b");
        check(without_tags, "<", "<");
        let without_tags: fn(&str) -> String = |text| super::without_tags(text, Reading::Quoted);
        check(without_tags, "s3c<b title='a>b'>r3<i a=\"<>\">t", "s3cr3t");
        check(without_tags, "s3c<b a='>r3<i>t", "s3cr3t");
        check(without_tags, "1 < 2 <3 s3c<br/>r3t", "1 < 2 <3 s3cr3t");
    }

    #[test]
    fn base64_is_undone_wherever_its_run_begins() {
        let decodings = Decodings {
            shortest: 8,
            hold_blanks: false,
        };
        let undone = |text: &str| {
            (0..4)
                .map(|skipped| decodings.base64(text, skipped))
                .collect::<String>()
        };
        for (text, expected) in [
            ("YUBiLmV4YW1wbGUvdG9rZW46a2V5", "a@b.example/token:key "),
            ("Basic YUBiLmV4YW1wbGU=", "a@b.example "),
            ("xYUBiLmV4YW1wbGU", "a@b.example "),
            ("xxYUBiLmV4YW1wbGU", "a@b.example "),
            ("BiLmV4YW1wbGUvdG9", ".example/to "),
            ("Pz8_Pz8-Pj4-", "?????>>>>"),
            ("Pz8/Pz8+Pj4+", "?????>>>>"),
            // UTF-16, as PowerShell writes it.
            ("YQBiAGMAZABlAGYAZwBoAA", "abcdefgh"),
        ] {
            assert!(undone(text).contains(expected), "{text}: {}", undone(text));
        }
        assert_eq!(undone("You do not have access to this page"), "");
    }
}
