//! Undoes character references of HTML, such as `&amp;`.

use super::characters::push;

/// Replaces `&amp;`, `&#38;` and `&#x26;` by their character. An unknown name stands for a character that no
/// credential contains.
pub(super) fn references(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        decoded.push_str(before);
        let inside = &reference[1..];
        rest = match reference_taken(inside, &mut decoded) {
            Some(taken) => &inside[taken..],
            None => {
                decoded.push('&');
                inside
            }
        };
    }
    decoded.push_str(rest);
    decoded
}

/// Appends the character of a reference whose text after the `&` is `inside`. Returns the length of the reference.
fn reference_taken(inside: &str, decoded: &mut String) -> Option<usize> {
    if let Some(number) = inside.strip_prefix('#') {
        let (digits, radix, prefix) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 2),
            None => (number, 10, 1),
        };
        let is_digit = |character: char| character.is_digit(radix);
        let length = digits.len() - digits.trim_start_matches(is_digit).len();
        let character = u32::from_str_radix(&digits[..length], radix);
        if length == 0 {
            return None;
        }
        push(decoded, character.unwrap_or(u32::MAX));
        let semicolon = usize::from(digits[length..].starts_with(';'));
        return Some(prefix + length + semicolon);
    }
    let name_length = inside.len()
        - inside
            .trim_start_matches(|c: char| c.is_ascii_alphanumeric())
            .len();
    let name = &inside[..name_length];
    if inside[name_length..].starts_with(';') && (1..=NAME_CHARS_MAX).contains(&name_length) {
        let known = NAMED.iter().find(|(known, _)| *known == name);
        decoded.push_str(known.map_or("", |(_, character)| character));
        return Some(name_length + 1);
    }
    let (known, character) = NAMED[..NAMED_WITHOUT_SEMICOLON]
        .iter()
        .find(|(known, _)| name.starts_with(known))?;
    decoded.push_str(character);
    Some(known.len())
}

/// The named characters of HTML that credentials can contain.
const NAMED: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("AMP", "&"),
    ("LT", "<"),
    ("GT", ">"),
    ("QUOT", "\""),
    ("apos", "'"),
    ("excl", "!"),
    ("num", "#"),
    ("dollar", "$"),
    ("percnt", "%"),
    ("lpar", "("),
    ("rpar", ")"),
    ("ast", "*"),
    ("midast", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("period", "."),
    ("sol", "/"),
    ("colon", ":"),
    ("semi", ";"),
    ("equals", "="),
    ("quest", "?"),
    ("commat", "@"),
    ("lsqb", "["),
    ("lbrack", "["),
    ("bsol", "\\"),
    ("rsqb", "]"),
    ("rbrack", "]"),
    ("Hat", "^"),
    ("lowbar", "_"),
    ("UnderBar", "_"),
    ("grave", "`"),
    ("DiacriticalGrave", "`"),
    ("lcub", "{"),
    ("lbrace", "{"),
    ("verbar", "|"),
    ("vert", "|"),
    ("VerticalLine", "|"),
    ("rcub", "}"),
    ("rbrace", "}"),
    ("fjlig", "fj"),
];

/// How many of them, from the first, are also valid without a semicolon.
const NAMED_WITHOUT_SEMICOLON: usize = 8;

/// Longest name of a reference: HTML's longest has 31 characters.
const NAME_CHARS_MAX: usize = 31;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(references(text), expected, "{text}");
    }

    #[test]
    fn references_of_html_are_undone() {
        check("pa&amp;ss &lt;b&gt;", "pa&ss <b>");
        check("&#115;&#x73;&#X53;&#000115;", "ssSs");
        check("&#115&#x73 &amp&ltb", "ss &<b");
        check("&amp;amp; &sol;&bsol;&lowbar;&commat;", "&amp; /\\_@");
        check("s3cr&shy;3t&ZeroWidthSpace;&#8203;-", "s3cr3t-");
        check("&#99999999999999;x", "x");
        check("a & b &; &# &#x; fish&chips", "a & b &; &# &#x; fish&chips");
    }
}
