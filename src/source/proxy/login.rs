//! The login to a proxy, kept so that no message repeats it.
//!
//! PURE.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// The login to a proxy, in every form in which an answer may repeat it.
#[derive(Clone, Debug)]
pub(super) struct ProxyLogin {
    /// `user:password`, the same in base64, and the password alone.
    forms: Vec<SecretString>,
}

/// The fewest characters with which a user without a password counts as a secret: tokens are that long. A shorter
/// user is only a name.
const USER_ALONE_CHARS_MIN: usize = 8;

impl ProxyLogin {
    /// The login in the header `Proxy-Authorization` that the client sends; `None` if it contains no secret.
    pub(super) fn of_header(header: &[u8]) -> Option<Self> {
        let encoded = std::str::from_utf8(header.strip_prefix(b"Basic ")?).ok()?;
        let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        let (user, password) = pair.split_once(':')?;
        let password = Some(password).filter(|password| !password.is_empty());
        if password.is_none() && user.chars().count() < USER_ALONE_CHARS_MIN {
            return None;
        }
        let forms = [Some(pair.as_str()), Some(encoded), password];
        Some(Self {
            forms: forms.into_iter().flatten().map(Into::into).collect(),
        })
    }

    /// The texts that no message may repeat.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.forms.iter()
    }
}

impl PartialEq for ProxyLogin {
    fn eq(&self, other: &Self) -> bool {
        let forms = |login: &Self| -> Vec<String> {
            let forms = login.secrets().map(ExposeSecret::expose_secret);
            forms.map(str::to_owned).collect()
        };
        forms(self) == forms(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_in_no_debugging_output_and_can_be_compared() {
        let login = |header: &str| ProxyLogin::of_header(header.as_bytes()).expect("a login");
        let one = login("Basic dXNlcjpwQHNz");
        assert_eq!(one, login("Basic dXNlcjpwQHNz"));
        assert_ne!(one, login("Basic dXNlcjpwQHN0"));
        let shown = format!("{one:?}");
        assert!(
            !shown.contains("p@ss") && !shown.contains("dXNl"),
            "{shown}"
        );
    }
}
