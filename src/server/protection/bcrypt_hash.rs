//! Bcrypt hashes of passwords.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};

/// A bcrypt hash of a password.
#[derive(Clone)]
pub(in crate::server) struct BcryptHash {
    pub(super) text: SecretString,
    /// The hashing has two to the power of this many rounds.
    pub(super) cost: u32,
}

/// Costs whose hashing takes microseconds to some seconds. With a larger one, a client that tries passwords
/// would keep all others waiting.
pub(super) const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// The part of a hash after its cost. The password of an unknown user is compared with it, so the response
/// takes as long as for a known user.
const DUMMY: &str = "$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u";

/// A text is no bcrypt hash with a usable cost.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the value is not a bcrypt hash with a cost of {} to {}; run `htpasswd -nBC 10 NAME` and set what follows the colon, in quotes",
    COSTS.start(),
    COSTS.end()
)]
pub(in crate::server) struct NotBcrypt;

impl FromStr for BcryptHash {
    type Err = NotBcrypt;

    fn from_str(text: &str) -> Result<Self, NotBcrypt> {
        let parts: bcrypt::HashParts = text.parse().map_err(|_| NotBcrypt)?;
        let cost = parts.get_cost();
        if !COSTS.contains(&cost) {
            return Err(NotBcrypt);
        }
        Ok(Self {
            text: text.to_owned().into(),
            cost,
        })
    }
}

impl BcryptHash {
    /// A hash of this cost that belongs to no known password.
    pub(super) fn dummy(cost: u32) -> Self {
        Self {
            text: format!("$2b${cost:02}{DUMMY}").into(),
            cost,
        }
    }

    /// Whether this is the hash of `password`. Takes milliseconds to seconds of a core.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, self.text.expose_secret()).unwrap_or(false)
    }
}

impl fmt::Debug for BcryptHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BcryptHash([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_usable_hash_is_refused_without_showing_it() {
        let rest = "L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u";
        let good = format!("$2y$10${rest}");
        let debug = format!("{:?}", good.parse::<BcryptHash>().expect("a hash"));
        assert_eq!(debug, "BcryptHash([REDACTED])");
        let bad = [
            String::new(),
            "hush".to_owned(),
            format!("$2y$03${rest}"),
            format!("$2y$17${rest}"),
            format!("$2q$10${rest}"),
            format!("$2y$10${rest}!"),
            "ä".repeat(30),
        ];
        for text in bad {
            assert_eq!(text.parse::<BcryptHash>().err(), Some(NotBcrypt), "{text}");
        }
    }
}
