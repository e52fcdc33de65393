//! Users and their passwords: HTTP basic authentication.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretBox};
use tokio::sync::Semaphore;

use super::bcrypt_hash::{BcryptHash, COSTS};

/// The users of one reading of the web config file.
pub(super) struct Users {
    hashes: BTreeMap<String, BcryptHash>,
    dummy: BcryptHash,
    /// The tag of the password that was right, by user, so that it is not hashed again. Wrong passwords take
    /// no memory.
    verified: Mutex<BTreeMap<String, hmac::Tag>>,
    key: hmac::Key,
}

impl fmt::Debug for Users {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Users({})", self.hashes.len())
    }
}

/// The user and the password that a client sent.
struct BasicCredentials {
    user: String,
    password: SecretBox<[u8]>,
}

impl Users {
    /// The users of a file. `key` is random and known to this process only.
    pub(super) fn new(hashes: BTreeMap<String, BcryptHash>, key: &[u8; KEY_BYTES]) -> Self {
        let cost = hashes.values().map(|hash| hash.cost).max();
        Self {
            dummy: BcryptHash::dummy(cost.unwrap_or(*COSTS.start())),
            hashes,
            verified: Mutex::default(),
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// Takes over the verified passwords of `before` whose hashes are the same. Otherwise each change of the
    /// file, such as a renewed certificate, would make their users wait behind clients that try passwords.
    pub(super) fn keep_verified_of(&self, before: &Self) {
        let kept = |user: &String| {
            let hashes = [&self.hashes, &before.hashes].map(|hashes| hashes.get(user));
            let [now, then] = hashes.map(|hash| hash.map(|hash| hash.text.expose_secret()));
            now == then
        };
        let mut tags = before.verified().clone();
        tags.retain(|user, _| kept(user));
        self.verified().extend(tags);
    }

    /// Whether there are no users, so that every request is allowed.
    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether the value of `Authorization` belongs to a user. Hashes on a thread for blocking work, and one
    /// password at a time by `hashing`, so that clients that try passwords take one core at most.
    pub(super) async fn allow(
        self: &Arc<Self>,
        authorization: Option<&HeaderValue>,
        hashing: &Semaphore,
    ) -> bool {
        if self.is_empty() {
            return true;
        }
        let Some(credentials) = authorization.and_then(credentials) else {
            return false;
        };
        if self.is_verified(&credentials) {
            return true;
        }
        let Ok(_permit) = hashing.acquire().await else {
            return false;
        };
        // A request that hashed before this one may have had the same credentials.
        if self.is_verified(&credentials) {
            return true;
        }
        let users = Arc::clone(self);
        tokio::task::spawn_blocking(move || users.check(&credentials))
            .await
            .unwrap_or(false)
    }

    fn tag(&self, credentials: &BasicCredentials) -> hmac::Tag {
        hmac::sign(&self.key, credentials.password.expose_secret())
    }

    /// Whether this password was right before.
    fn is_verified(&self, credentials: &BasicCredentials) -> bool {
        self.verified().get(&credentials.user).is_some_and(|tag| {
            let password = credentials.password.expose_secret();
            hmac::verify(&self.key, password, tag.as_ref()).is_ok()
        })
    }

    fn verified(&self) -> MutexGuard<'_, BTreeMap<String, hmac::Tag>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, credentials: &BasicCredentials) -> bool {
        let hash = self.hashes.get(&credentials.user);
        // An unknown user takes as long as a known one. Otherwise the time would tell which users exist.
        let is_right = hash
            .unwrap_or(&self.dummy)
            .is_of(credentials.password.expose_secret());
        let is_user = is_right && hash.is_some();
        if is_user {
            let tag = self.tag(credentials);
            self.verified().insert(credentials.user.clone(), tag);
        }
        is_user
    }
}

/// Length of the key that tags are made with.
pub(super) const KEY_BYTES: usize = 32;

/// The user and the password of `Basic` credentials (RFC 7617).
fn credentials(authorization: &HeaderValue) -> Option<BasicCredentials> {
    let (scheme, encoded) = authorization.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let mut decoded = STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let password = decoded.split_off(colon + 1).into_boxed_slice();
    decoded.truncate(colon);
    Some(BasicCredentials {
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
    async fn only_the_right_password_of_a_known_user_is_accepted() {
        let users = users();
        let hashing = Semaphore::new(1);
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
            let allowed = users.allow(Some(&basic(text)), &hashing).await;
            assert_eq!(allowed, expected, "{text}");
        }
        for other in ["Bearer hush", "Basic", "Basic ====", "basic YWxpY2U6aHVzaA"] {
            let value = HeaderValue::from_static(other);
            assert!(!users.allow(Some(&value), &hashing).await, "{other}");
        }
        assert!(!users.allow(None, &hashing).await);
        let lower = HeaderValue::from_static("basic YWxpY2U6aHVzaA==");
        assert!(users.allow(Some(&lower), &hashing).await);
    }

    #[tokio::test]
    async fn a_right_password_is_hashed_once_and_a_wrong_one_is_never_kept() {
        let users = users();
        let hashing = Semaphore::new(1);
        assert!(users.allow(Some(&basic("alice:hush")), &hashing).await);
        // No password can be hashed any more.
        hashing.close();
        assert!(users.allow(Some(&basic("alice:hush")), &hashing).await);
        assert!(!users.allow(Some(&basic("alice:other")), &hashing).await);
        assert_eq!(users.verified.lock().expect("not poisoned").len(), 1);
    }

    #[tokio::test]
    async fn a_verified_password_stays_verified_as_long_as_its_hash_stays() {
        let before = users();
        let hashing = Semaphore::new(1);
        assert!(before.allow(Some(&basic("alice:hush")), &hashing).await);
        let same = Arc::new(Users::new(before.hashes.clone(), &[7; KEY_BYTES]));
        same.keep_verified_of(&before);
        let others = [
            users(),
            Arc::new(Users::new(BTreeMap::new(), &[7; KEY_BYTES])),
        ];
        // No password can be hashed any more.
        hashing.close();
        assert!(same.allow(Some(&basic("alice:hush")), &hashing).await);
        assert!(!same.allow(Some(&basic("alice:other")), &hashing).await);
        for other in others {
            // Another hash of the same password is not the same hash, and a removed user is no user.
            other.keep_verified_of(&before);
            assert!(other.verified().is_empty());
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
}
