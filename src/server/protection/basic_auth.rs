//! Users and their bcrypt hashes.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use tokio::sync::Semaphore;

/// A bcrypt hash that can be compared with a password.
#[derive(Clone)]
pub(in crate::server) struct BcryptHash {
    text: SecretString,
    /// Two to the power of it are the rounds of hashing.
    cost: u32,
}

/// Costs whose hashing takes microseconds to some seconds. A larger one would shut everybody out
/// while somebody tries passwords.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// A hash of nothing in particular, without its cost: what the password of an unknown user is
/// compared with, so that the answer takes as long as for a known one.
const DUMMY: &str = "$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u";

/// A text that is no usable bcrypt hash.
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
    /// A hash that costs as much, and that no password is known to have.
    fn dummy(cost: u32) -> Self {
        Self {
            text: format!("$2b${cost:02}{DUMMY}").into(),
            cost,
        }
    }

    /// Takes milliseconds to seconds of a core.
    fn is_of(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, self.text.expose_secret()).unwrap_or(false)
    }
}

impl fmt::Debug for BcryptHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BcryptHash([REDACTED])")
    }
}

/// Who is let in, as of one reading of the web config file.
pub(super) struct Users {
    hashes: BTreeMap<String, BcryptHash>,
    dummy: BcryptHash,
    /// A password that was right is not hashed again: its tag under a key that this process made up,
    /// by user. At most one for each user, so that wrong guesses fill nothing.
    known: Mutex<BTreeMap<String, hmac::Tag>>,
    key: hmac::Key,
}

impl fmt::Debug for Users {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Users({})", self.hashes.len())
    }
}

/// What a client says of itself.
struct Credentials {
    user: String,
    password: SecretBox<[u8]>,
}

impl Users {
    /// The users of a file; `made_up` is a key of [`KEY_BYTES`] that nobody else knows.
    pub(super) fn new(hashes: BTreeMap<String, BcryptHash>, made_up: &[u8; KEY_BYTES]) -> Self {
        let cost = hashes.values().map(|hash| hash.cost).max();
        Self {
            dummy: BcryptHash::dummy(cost.unwrap_or(*COSTS.start())),
            hashes,
            known: Mutex::default(),
            key: hmac::Key::new(hmac::HMAC_SHA256, made_up),
        }
    }

    /// Takes over what `before` knows of passwords whose hashes are the same. Otherwise every change of
    /// the file, a renewed certificate too, would make those who are known wait behind those who guess.
    pub(super) fn remember(&self, before: &Self) {
        let kept = |user: &String| {
            let hashes = [&self.hashes, &before.hashes].map(|hashes| hashes.get(user));
            let [now, then] = hashes.map(|hash| hash.map(|hash| hash.text.expose_secret()));
            now == then
        };
        let mut tags = before.known().clone();
        tags.retain(|user, _| kept(user));
        self.known().extend(tags);
    }

    /// Whether nobody has to say who they are.
    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether the value of `Authorization` belongs to a user. Hashes on a thread of its own, one
    /// password at a time by `turn`: guessing cannot take more than one core.
    pub(super) async fn admit(
        self: &Arc<Self>,
        authorization: Option<&HeaderValue>,
        turn: &Semaphore,
    ) -> bool {
        if self.is_empty() {
            return true;
        }
        let Some(credentials) = authorization.and_then(credentials) else {
            return false;
        };
        if self.knows(&credentials) {
            return true;
        }
        let Ok(_turn) = turn.acquire().await else {
            return false;
        };
        // Somebody before us may have had the same ones.
        if self.knows(&credentials) {
            return true;
        }
        let users = Arc::clone(self);
        tokio::task::spawn_blocking(move || users.check(&credentials))
            .await
            .unwrap_or(false)
    }

    fn tag(&self, credentials: &Credentials) -> hmac::Tag {
        hmac::sign(&self.key, credentials.password.expose_secret())
    }

    /// Whether this password was right before.
    fn knows(&self, credentials: &Credentials) -> bool {
        self.known().get(&credentials.user).is_some_and(|tag| {
            let password = credentials.password.expose_secret();
            hmac::verify(&self.key, password, tag.as_ref()).is_ok()
        })
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, hmac::Tag>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, credentials: &Credentials) -> bool {
        let hash = self.hashes.get(&credentials.user);
        let is_right = hash
            .unwrap_or(&self.dummy)
            .is_of(credentials.password.expose_secret());
        let is_admitted = is_right && hash.is_some();
        if is_admitted {
            let tag = self.tag(credentials);
            self.known().insert(credentials.user.clone(), tag);
        }
        is_admitted
    }
}

/// Length of the key that tags are made with.
pub(super) const KEY_BYTES: usize = 32;

/// The name and password of `Basic` credentials (RFC 7617).
fn credentials(authorization: &HeaderValue) -> Option<Credentials> {
    let (scheme, encoded) = authorization.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let mut decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let password = decoded.split_off(colon + 1).into_boxed_slice();
    decoded.truncate(colon);
    Some(Credentials {
        user: String::from_utf8(decoded).ok()?,
        password: SecretBox::new(password),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hush` at the least cost.
    fn users() -> Arc<Users> {
        let hash = bcrypt::hash("hush", 4).expect("hashes");
        let hash = hash.parse().expect("a hash");
        let hashes = BTreeMap::from([("alice".to_owned(), hash)]);
        Arc::new(Users::new(hashes, &[7; KEY_BYTES]))
    }

    fn basic(text: &str) -> HeaderValue {
        let value = format!("Basic {}", STANDARD.encode(text));
        HeaderValue::try_from(value).expect("ASCII")
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_is_let_in() {
        let users = users();
        let turn = Semaphore::new(1);
        let table = [
            ("alice:hush", true),
            ("alice:hush", true),
            ("alice:HUSH", false),
            ("alice:", false),
            ("alice:hush2", false),
            ("bob:hush", false),
            (":hush", false),
            ("alice", false),
            ("alice:hush", true),
        ];
        for (text, expected) in table {
            let admitted = users.admit(Some(&basic(text)), &turn).await;
            assert_eq!(admitted, expected, "{text}");
        }
        for other in ["Bearer hush", "Basic", "Basic ====", "basic YWxpY2U6aHVzaA"] {
            let value = HeaderValue::from_static(other);
            assert!(!users.admit(Some(&value), &turn).await, "{other}");
        }
        assert!(!users.admit(None, &turn).await);
        let lower = HeaderValue::from_static("basic YWxpY2U6aHVzaA==");
        assert!(users.admit(Some(&lower), &turn).await);
    }

    #[tokio::test]
    async fn a_right_password_is_hashed_once_and_a_wrong_one_is_never_kept() {
        let users = users();
        let turn = Semaphore::new(1);
        assert!(users.admit(Some(&basic("alice:hush")), &turn).await);
        // Nobody can hash any more.
        turn.close();
        assert!(users.admit(Some(&basic("alice:hush")), &turn).await);
        assert!(!users.admit(Some(&basic("alice:other")), &turn).await);
        assert_eq!(users.known.lock().expect("not poisoned").len(), 1);
    }

    #[tokio::test]
    async fn a_known_password_stays_known_as_long_as_its_hash_stays() {
        let before = users();
        let turn = Semaphore::new(1);
        assert!(before.admit(Some(&basic("alice:hush")), &turn).await);
        let same = Arc::new(Users::new(before.hashes.clone(), &[7; KEY_BYTES]));
        same.remember(&before);
        let others = [
            users(),
            Arc::new(Users::new(BTreeMap::new(), &[7; KEY_BYTES])),
        ];
        // Nobody can hash any more.
        turn.close();
        assert!(same.admit(Some(&basic("alice:hush")), &turn).await);
        assert!(!same.admit(Some(&basic("alice:other")), &turn).await);
        for other in others {
            // Another hash of the same password is another one, and a user who left is nobody.
            other.remember(&before);
            assert!(other.known().is_empty());
        }
    }

    #[test]
    fn an_unknown_user_costs_as_much_as_a_known_one() {
        let users = users();
        let known = &users.hashes["alice"];
        assert_eq!(users.dummy.cost, known.cost);
        // A hash that cannot be computed would be answered at once.
        let parts: Result<bcrypt::HashParts, _> = users.dummy.text.expose_secret().parse();
        assert_eq!(parts.expect("a hash").get_cost(), known.cost);
    }

    #[test]
    fn what_is_no_usable_hash_is_told_without_showing_it() {
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
