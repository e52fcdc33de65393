//! Detects mistakes in credentials that Zendesk would only refuse: quotation marks, a header's first word, more
//! than the secret.
//!
//! PURE. Text that an identifier or token never contains is an error, because no request could succeed. A password
//! can be any text, so there it is a warning. No message shows a part of the value.

#[cfg(test)]
mod tests;

use secrecy::ExposeSecret as _;

use crate::source::Auth;

/// Why a `client_id`, `email`, or any secret but a password, can never be right.
pub(super) fn slip(key: &str, value: &str) -> Option<&'static str> {
    any_slip(value).or_else(|| match key {
        "email" if is_login(value) => Some(
            "the value is a whole login with the secret; set only the e-mail address here, and the secret as api_token or password",
        ),
        // An address can contain an apostrophe, but not at its end, where the domain is.
        "email" => value.ends_with(is_quote).then_some(ONE_QUOTE),
        // Zendesk's API tokens consist of letters and digits.
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

/// What looks wrong with credentials but can be right. Each text begins with the setting.
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

/// The problem of a value that is not [`is_sendable`].
pub(super) const UNSENDABLE: &str =
    "the value has characters that cannot be sent; use visible ASCII characters only";

/// Whether a value can be sent in a request.
pub(super) fn is_sendable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// The problem of a value that [`is_placeholder`].
pub(super) const PLACEHOLDER: &str =
    "the value is still change-me, as in the sample settings; replace it with your own";

/// Whether a value contains, as a separate word, the placeholder of the sample settings. Example: `my-change-me`
/// does, `exchange-metrics` does not.
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

/// Words that begin the header in which tokens are sent, and the problem of a value that begins with one. White
/// space, a colon or nothing follows the word.
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
    // Examples for curl have a whole login, such as `admin@acme.example/token:secret`.
    let (user, _) = value.split_once(':')?;
    ends_in_token(user).then_some(WHOLE_LOGIN)
}

/// Whether the value of `email` also contains a secret, as in examples for curl. A colon before the `@` belongs to
/// no login.
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
