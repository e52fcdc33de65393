use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::source::RefusalText;

const SECRET: &str = "s3cr3t-Qx7-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789-zzzz";

fn secrets(secrets: &[&str]) -> Secrets {
    Secrets::new(secrets.iter().copied())
}

#[track_caller]
fn check(secret: &str, body: &str, expected: bool) {
    let found = secrets(&[secret]).are_in(body.as_bytes());
    assert_eq!(found, expected, "{secret} in {body}");
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let pair = STANDARD.encode(format!("a@b.example/token:{SECRET}"));
    check(
        SECRET,
        &format!("<pre>Authorization: Basic {pair}</pre>"),
        true,
    );
    check(SECRET, &format!("{} {SECRET}", "x".repeat(150)), true);
    check(
        "pa&ss-0123456789",
        "<p>token pa&amp;ss-0123456789</p>",
        true,
    );
    check("abc/def+ghi=jkl", "?token=abc%2Fdef%2Bghi%3Djkl", true);
    check("abc/def+ghi=jkl", r#"{"error":"abc\/def+ghi"}"#, true);
    check("ab<cd>ef\"gh", r"ab\u003ccd\u003Eef\x22gh", true);
    check(SECRET, "s3cr3t-<b class='x'>Qx7</b>-ABC", true);
    check(
        SECRET,
        r#"s3<b title="a>b">cr3t-<b title='a>b'>Qx7</b>-ABC"#,
        true,
    );
    check(SECRET, r#"s3cr3<b "a>b">t-<p it's>Qx7-A"#, false);
    check(SECRET, r#"s3cr3<b "a">t-<p it's>Qx7-A"#, true);
    check(SECRET, r#"s3cr3<b title="a>t-Qx7-A"#, true);
    check(SECRET, "s3cr<!-- > -->3t-<script>x</script>Qx7-A", true);
    check(SECRET, "s3cr3t-\n  Qx7-ABC", true);
    check("ab  cd-efgh-ijkl", "token ab  cd-efgh-ijkl", true);
    check("correct horse battery", "q=correct+horse+battery", true);
    check("correct horse battery", "correct%20horse%20battery", true);
    check(SECRET, "s3cr\u{200b}3t-\u{ad}Qx7\u{feff}-ABC", true);
    check(SECRET, &SECRET.to_uppercase(), true);
    // Broken base64 lines, and base64 within a URL within JSON.
    let broken = format!("{}\r\n {}", &pair[..30], &pair[30..]);
    check(SECRET, &broken, true);
    let nested = pair.replace('=', "%3D").replace('+', "%2B");
    check(SECRET, &format!(r#"{{"seen":"\/auth?{nested}"}}"#), true);
    let twice = STANDARD.encode(STANDARD.encode(SECRET));
    check(SECRET, &twice, true);
    // UTF-16, which is shown without its zeros.
    let wide: Vec<u8> = SECRET.bytes().flat_map(|byte| [byte, 0]).collect();
    assert!(secrets(&[SECRET]).are_in(&wide));
    check(SECRET, &STANDARD.encode(wide), true);
}

#[test]
fn eight_characters_of_the_encoded_login_are_a_secret_too() {
    let pair = STANDARD.encode("a@b.example/token:s3cr3t-Qx7-ABC");
    let secret = "s3cr3t-Qx7-ABC";
    check(secret, &pair[24..32], true);
    check(secret, &pair[24..31], false);
    check(secret, &pair[30..38], true);
    // What of it is the e-mail address is none.
    check(secret, &pair[..24], false);
}

#[test]
fn what_is_no_secret_is_no_secret() {
    check(SECRET, "", false);
    check(SECRET, "You do not have access to this page.", false);
    check(SECRET, "s3cr3t- and Qx7-ABC", false);
    check(
        SECRET,
        &STANDARD.encode("You do not have access to this page"),
        false,
    );
    check("hush", "hus-h", false);
    check("hush", &STANDARD.encode("please hush now"), true);
    // Of every word some letter comes, if it is taken for base64.
    check("x", "Connection refused", false);
    check("x", "a fox", true);
    assert!(!secrets(&[]).are_in(b"anything"));
}

/// A page as Cloudflare sends it, with scripts, styles, escapes and long runs of base64.
fn busy_page() -> String {
    let mut page = "<!DOCTYPE html><html><head><title>acme.zendesk.com | 520</title><style>body{margin:0}a[href]{color:#2f7bbf}</style></head><body>".to_owned();
    for number in 0..60_u32 {
        let noise: String = (0..24_u32)
            .map(|at| char::from(b'!' + ((number * 31 + at * 17) % 90) as u8))
            .collect();
        let _ = writeln!(
            page,
            "<div class=\"cf-{number}\" data-x='{}'>Ray ID: 80442ec0fed0c{number} &bull; Performance &amp; security <a href=\"/5xx?utm_source=e%2Fr&amp;n={number}\">Cloudflare</a> \\u00e9\\n</div>",
            STANDARD.encode(noise)
        );
    }
    page.truncate(8 * 1024);
    page
}

#[test]
fn an_ordinary_page_is_looked_through_to_its_end() {
    check(SECRET, &busy_page(), false);
    check("hush", &busy_page(), false);
    check("with some blanks", &busy_page(), false);
}

#[test]
fn a_page_without_an_end_counts_as_a_secret() {
    let endless = format!("%{}", "25".repeat(4_000));
    check(SECRET, &endless, true);
}

/// A way to write a text differently.
#[derive(Clone, Debug)]
enum Layer {
    /// Percent-encodes the characters that are drawn, and those that must be.
    Percent(Vec<bool>, bool),
    Json(Vec<bool>),
    Html(Vec<u8>),
    Base64 {
        before: String,
        url_safe: bool,
        wrapped: Option<usize>,
    },
    /// Markup or blanks at these places.
    Broken(Vec<Index>, &'static str),
    Between(String, String),
}

/// Words around a secret; without the signs that encodings begin with, which would swallow its
/// first characters.
fn noise() -> impl Strategy<Value = String> {
    "[ -$'-;=?-\\[\\]-~\n\u{e9}\u{1f600}]{0,40}"
}

fn layer() -> impl Strategy<Value = Layer> {
    let flags = || proptest::collection::vec(any::<bool>(), 1..20);
    let breaks = proptest::sample::select(vec![
        "<wbr>",
        "</b>",
        "<b class=\"x\">",
        "<!-- > -->",
        "\n",
        "\r\n\t",
        " ",
        "\u{200b}",
        "\u{ad}",
    ]);
    prop_oneof![
        (flags(), any::<bool>()).prop_map(|(which, upper)| Layer::Percent(which, upper)),
        flags().prop_map(Layer::Json),
        proptest::collection::vec(0..5_u8, 1..20).prop_map(Layer::Html),
        (
            "[ -$'-;=?-\\[\\]-~]{0,5}",
            any::<bool>(),
            proptest::option::of(4..76_usize)
        )
            .prop_map(|(before, url_safe, wrapped)| Layer::Base64 {
                before,
                url_safe,
                wrapped
            }),
        (proptest::collection::vec(any::<Index>(), 0..4), breaks)
            .prop_map(|(places, what)| Layer::Broken(places, what)),
        (noise(), noise()).prop_map(|(before, after)| Layer::Between(before, after)),
    ]
}

impl Layer {
    fn apply(&self, text: &str) -> String {
        match self {
            Self::Percent(which, upper) => percent(text, which, *upper),
            Self::Json(which) => json(text, which),
            Self::Html(which) => html(text, which),
            Self::Base64 {
                before,
                url_safe,
                wrapped,
            } => base64(&format!("{before}{text}"), *url_safe, *wrapped),
            // What looks like markup already would be escaped first.
            Self::Broken(_, what) if what.starts_with('<') && text.contains('<') => text.to_owned(),
            Self::Broken(places, what) => broken(text, places, what),
            Self::Between(before, after) => format!("{before} {text} {after}"),
        }
    }
}

fn percent(text: &str, which: &[bool], upper: bool) -> String {
    let mut out = String::new();
    for (at, byte) in text.bytes().enumerate() {
        let plain = byte.is_ascii_graphic() && !b"%+".contains(&byte);
        let _ = match (plain && !which[at % which.len()], upper) {
            (true, _) => write!(out, "{}", char::from(byte)),
            (false, true) => write!(out, "%{byte:02X}"),
            (false, false) => write!(out, "%{byte:02x}"),
        };
    }
    out
}

fn json(text: &str, which: &[bool]) -> String {
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        match character {
            _ if which[at % which.len()] => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            '"' | '\\' | '/' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out
}

fn html(text: &str, which: &[u8]) -> String {
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        let number = u32::from(character);
        let _ = match (which[at % which.len()], character) {
            (0, _) => write!(out, "&#{number};"),
            (1, _) => write!(out, "&#x{number:x};"),
            (2, _) => write!(out, "&#X{number:06X};"),
            (_, '&') => write!(out, "&amp;"),
            (_, '<') => write!(out, "&lt;"),
            (_, '>') => write!(out, "&gt;"),
            (_, '"') => write!(out, "&quot;"),
            (_, '\'') => write!(out, "&apos;"),
            (4, '/') => write!(out, "&sol;"),
            (_, other) => write!(out, "{other}"),
        };
    }
    out
}

fn base64(text: &str, url_safe: bool, wrapped: Option<usize>) -> String {
    let encoded = if url_safe {
        URL_SAFE_NO_PAD.encode(text)
    } else {
        STANDARD.encode(text)
    };
    let mut out = String::new();
    for (at, character) in encoded.chars().enumerate() {
        if wrapped.is_some_and(|width| at > 0 && at % width == 0) {
            out.push('\n');
        }
        out.push(character);
    }
    out
}

fn broken(text: &str, places: &[Index], what: &str) -> String {
    let length = text.chars().count();
    let places: Vec<usize> = places.iter().map(|place| place.index(length)).collect();
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        if places.contains(&at) {
            out.push_str(what);
        }
        out.push(character);
    }
    out
}

proptest! {
    #[test]
    fn no_spelling_of_a_secret_is_shown(
        secret in "[!-~]{8}[ -~]{0,40}",
        run in (any::<Index>(), any::<Index>()),
        layers in proptest::collection::vec(layer(), 0..5),
        envelope in 0..4_u8,
    ) {
        // Any eight characters in a row of it, or more.
        let begin = run.0.index(secret.len() - 7);
        let end = begin + 8 + run.1.index(secret.len() - begin - 7);
        let spelt = layers.iter().fold(secret[begin..end].to_owned(), |text, layer| layer.apply(&text));
        let body = match envelope {
            0 => spelt.clone(),
            1 => format!("<html><body><p>Refused: {spelt}</p></body></html>"),
            2 => serde_json::json!({"error": "Forbidden", "description": spelt}).to_string(),
            _ => serde_json::json!({"error": {"title": spelt, "message": "no"}}).to_string(),
        };
        let words = RefusalText::from_body(body.as_bytes(), &secrets(&[&secret]));
        // Where no words are left, none are shown: all of it was taken for markup.
        prop_assert!(matches!(words, Some(RefusalText::Withheld) | None), "{:?} of {}", words, body);
    }

    #[test]
    fn words_that_share_less_than_eight_characters_with_a_secret_are_shown(
        secret in "[A-Z]{12}",
        words in "no:( [a-z0-9]{1,7}){1,8}",
    ) {
        let secret = secret.to_lowercase().replace(|character: char| character > 'm', "#");
        prop_assume!(secret.matches('#').count() > 3);
        let shown = RefusalText::from_body(words.as_bytes(), &secrets(&[&secret]));
        prop_assert_eq!(shown, Some(RefusalText::Said(words)));
    }
}
