//! Slips in credentials that Zendesk would only answer with "wrong": quotes, a header's first word,
//! more than the secret.
//!
//! PURE. What an identifier or a token never holds is an error: with it nothing can ever be read. A
//! password may be any text, so there it is a warning. No sentence shows any of the value.

use secrecy::ExposeSecret as _;

use crate::source::Auth;

/// Why a `client_id`, `email`, or any secret but a password, can never be right.
pub(super) fn slip(key: &str, value: &str) -> Option<&'static str> {
    any_slip(value).or_else(|| match key {
        "email" if is_login(value) => Some(
            "the value is a whole login with the secret; set only the e-mail address here, and the secret as api_token or password",
        ),
        // An apostrophe may stand in an address, but not at its end: there is the domain.
        "email" => value.ends_with(is_quote).then_some(ONE_QUOTE),
        // Zendesk makes these of letters and digits.
        "api_token" if value.contains('@') && value.contains(':') => Some(WHOLE_LOGIN),
        "api_token" if ends_in_token(value) => Some(TOKEN_BEHIND),
        _ => more_than_the_secret(value).or_else(|| value.contains(is_quote).then_some(ONE_QUOTE)),
    })
}

/// Why an e-mail address can never be right beside an API token.
pub(super) fn email_slip(email: &str) -> Option<&'static str> {
    ends_in_token(email)
        .then_some("the value ends in /token, which the exporter adds itself; set only the address")
}

/// What looks wrong with credentials but may be right; begins with the setting.
pub(super) fn doubts(auth: &Auth) -> Vec<String> {
    let Auth::Password { email, password } = auth else {
        return Vec::new();
    };
    let password = password.expose_secret();
    let doubt = any_slip(password)
        .or_else(|| more_than_the_secret(password))
        .or_else(|| ends_in_token(password).then_some(TOKEN_BEHIND));
    let password =
        doubt.map(|slip| format!("auth.password: {slip}, unless the password really is like this"));
    let email = ends_in_token(email).then(|| {
        "auth.email: the value ends in /token, which is the form for API tokens; set api_token instead of password, and remove /token".to_owned()
    });
    email.into_iter().chain(password).collect()
}

/// What is said of a value that [`is_placeholder`].
pub(super) const PLACEHOLDER: &str =
    "the value is still change-me, as in the sample settings; replace it with your own";

/// Whether a value holds, as a word of its own, what stands in the sample settings for a value that must be
/// replaced. `exchange-metrics` is no such value.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.match_indices(WORD_TO_REPLACE).any(|(at, word)| {
        let before = value[..at].chars().next_back();
        let after = value[at + word.len()..].chars().next();
        ![before, after]
            .into_iter()
            .flatten()
            .any(char::is_alphabetic)
    })
}

const WORD_TO_REPLACE: &str = "change-me";

const fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`')
}

const ONE_QUOTE: &str =
    "the value contains a quotation mark, and Zendesk would receive it; remove it";

fn any_slip(value: &str) -> Option<&'static str> {
    if value.trim() != value {
        Some("the value begins or ends with white space, and Zendesk would receive it; remove it")
    } else if value.starts_with(is_quote) && value.ends_with(is_quote) {
        Some("the value is in quotation marks, and Zendesk would receive them; remove them")
    } else {
        None
    }
}

/// First words of the header that tokens are sent in, each with what should be set instead. White space
/// or a colon follows them, or nothing.
const HEADER_WORDS: [(&str, &str); 4] = [
    (
        "authorization",
        "the value begins with the name of the header; set only the secret",
    ),
    (
        "bearer",
        "the value begins with Bearer, which the exporter adds itself; set only what follows",
    ),
    (
        "basic",
        "the value begins with Basic, so it is an encoded login; set email and api_token instead",
    ),
    (
        "token",
        "the value begins with the word Token, which Zendesk does not accept; set only what follows",
    ),
];

fn more_than_the_secret(value: &str) -> Option<&'static str> {
    for (word, slip) in HEADER_WORDS {
        let Some((start, rest)) = value.split_at_checked(word.len()) else {
            continue;
        };
        let is_word =
            rest.is_empty() || rest.starts_with(|next: char| next == ':' || next.is_whitespace());
        if is_word && start.eq_ignore_ascii_case(word) {
            let has_more = rest.contains(|next: char| next != ':' && !next.is_whitespace());
            return Some(if has_more { slip } else { WORD_ALONE });
        }
    }
    // As in examples for curl.
    let (user, _) = value.split_once(':')?;
    ends_in_token(user).then_some(WHOLE_LOGIN)
}

/// Whether what should be an e-mail address has a secret behind it, as in examples for curl. A colon
/// before the `@` is none of a login.
fn is_login(email: &str) -> bool {
    let mut colons = email.match_indices(':');
    colons.any(|(at, _)| email[..at].contains('@') || ends_in_token(&email[..at]))
}

const TOKEN_BEHIND: &str =
    "the value ends in /token, which the exporter adds to the e-mail address; remove it";
const WORD_ALONE: &str =
    "the value is only the word that precedes a secret; the secret itself is missing";

const WHOLE_LOGIN: &str =
    "the value is a whole login with the e-mail address; set only what follows the colon";

fn ends_in_token(email: &str) -> bool {
    let email = email.trim_end_matches('/');
    let tail = email.len().checked_sub("/token".len());
    tail.and_then(|at| email.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case("/token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, value: &str, expected: Option<&str>) {
        let slip = slip(key, value);
        match (slip, expected) {
            (Some(slip), Some(part)) => assert!(slip.contains(part), "{value}: {slip}"),
            (slip, expected) => assert_eq!(slip, expected, "{key}: {value}"),
        }
        if let Some(slip) = slip {
            assert!(!slip.contains("hush"), "{slip}");
        }
    }

    #[test]
    fn what_a_token_never_holds_is_told() {
        for key in ["client_secret", "access_token", "api_token", "client_id"] {
            for value in ["\"hush\"", "'hush'", "`hush`", "\"hush'", "\""] {
                check(key, value, Some("in quotation marks"));
            }
            for value in [" hush", "hush ", "hush\t", "\nhush", "hush\r\n", " 'hush'"] {
                check(key, value, Some("white space"));
            }
            for value in ["\"hush", "hush\"", "hu'sh", "`hush", "hush'", "hu\"\"sh"] {
                check(key, value, Some("contains a quotation mark"));
            }
            for value in [
                "Bearer hush",
                "bearer  hush",
                "BEARER hush",
                "Bearer:hush",
                "bearer: hush",
                "Bearer\thush",
                "bearer 'hush'",
            ] {
                check(key, value, Some("begins with Bearer"));
            }
            for value in ["Basic aHVzaA==", "basic:aHVzaA=="] {
                check(key, value, Some("begins with Basic"));
            }
            for value in ["Token hush", "token:hush"] {
                check(key, value, Some("the word Token"));
            }
            for value in ["Authorization: Bearer hush", "authorization Bearer hush"] {
                check(key, value, Some("name of the header"));
            }
            for value in ["Bearer", "bearer:", "BASIC", "token", "Authorization::"] {
                check(key, value, Some("the secret itself is missing"));
            }
            for value in [
                "a@b.example/token:hush",
                "a/TOKEN:hush",
                "a@b.example/token/:hush",
            ] {
                check(key, value, Some("a whole login"));
            }
        }
        check("api_token", "a@b.example:hush", Some("a whole login"));
        for value in ["hush/token", "hush/TOKEN", "/token"] {
            check("api_token", value, Some("ends in /token"));
        }
    }

    #[test]
    fn a_value_to_be_replaced_is_known_by_its_word_alone() {
        for value in [
            "change-me",
            "CHANGE-ME",
            "Change-Me",
            " change-me\t",
            "\"change-me\"",
            "<change-me>",
            "change-me-0123456789",
            "change-me1",
            "my_change-me",
            "change-me@acme.example",
            "exchange-metrics change-me",
            "Bearer change-me",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in [
            "exchange-metrics",
            "exchange-me",
            "change-metrics",
            "xchange-mex",
            "écchange-me",
            "change",
            "me",
            "change me",
            "",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn what_a_token_may_hold_is_no_slip() {
        for value in [
            "hush",
            "ab  cd-efgh-ijkl",
            "abc/def+ghi=jkl",
            "bearer-of-news",
            "bearerhush",
            "Bearer_hush",
            "Basics",
            "tokens",
            "x",
            "",
            "a:b",
            "https://acme.example/token",
            "p@ss:word",
            "Ünïcode",
        ] {
            check("access_token", value, None);
        }
    }

    #[test]
    fn an_address_is_told_of_what_it_never_holds() {
        check("email", "'a@b.example'", Some("in quotation marks"));
        check("email", "a@b.example ", Some("white space"));
        for email in ["a@b.example'", "a@b.example\"", "a@b.example`"] {
            check("email", email, Some("contains a quotation mark"));
        }
        check("email", "o'hara@b.example", None);
        check("email", "\"a b\"@b.example", None);
        check("email", "basic @b.example", None);
        check("email", "a@b.example", None);
        for value in [
            "a@b.example/token:hush",
            "a@b.example/TOKEN:",
            "a@b.example:hush",
            "a/token:hush",
            "\"x:y\"@b.example:hush",
        ] {
            check("email", value, Some("a whole login"));
        }
        check("email", "\"x:y\"@b.example", None);
        for email in [
            "a@b.example/token",
            "a@b.example/TOKEN",
            "a@b.example/token/",
            "a@b.example/token//",
            "/token",
        ] {
            assert!(email_slip(email).is_some(), "{email}");
        }
        for email in [
            "a@b.example",
            "a@b.example/",
            "a/token@b.example",
            "token",
            "é/toke",
        ] {
            assert_eq!(email_slip(email), None, "{email}");
        }
    }

    #[test]
    fn a_password_may_be_anything_and_is_only_doubted() {
        let doubts = |email: &str, password: &str| {
            doubts(&Auth::Password {
                email: email.to_owned(),
                password: password.into(),
            })
        };
        assert_eq!(doubts("a@b.example", "hush"), [""; 0]);
        assert_eq!(
            doubts("a@b.example", "'hush'"),
            [
                "auth.password: the value is in quotation marks, and Zendesk would receive them; remove them, unless the password really is like this"
            ]
        );
        assert_eq!(doubts("a@b.example", "Basic Instinct").len(), 1);
        assert_eq!(doubts("a@b.example", "token:hush").len(), 1);
        assert_eq!(
            doubts("a@b.example", "hush/token"),
            [
                "auth.password: the value ends in /token, which the exporter adds to the e-mail address; remove it, unless the password really is like this"
            ]
        );
        assert_eq!(doubts("a@b.example", "bearer:hush").len(), 1);
        for password in ["\"hush", "hu'sh", "hush`"] {
            assert_eq!(doubts("a@b.example", password), [""; 0], "{password}");
        }
        assert_eq!(doubts("a@b.example/token", " hush").len(), 2);
        assert!(
            doubts("a@b.example/token", "hush")[0].contains("set api_token instead of password")
        );
        let token = Auth::AccessToken("'hush'".into());
        assert_eq!(super::doubts(&token), [""; 0]);
    }
}
