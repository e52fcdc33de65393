//! Who may send requests, and how: TLS, users, headers and the limit of requests, by the current web config
//! file.

mod guard;

mod basic_auth;

pub(super) mod bcrypt_hash;

mod tls;

mod client_certificates;

mod rate_limiter;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::http::{HeaderName, HeaderValue};
use rustls::ServerConfig;
use tokio::sync::Semaphore;
use tracing::{error, info};

use crate::config::ConfigError;
use crate::server::single_flight::SingleFlight;
use crate::server::web_file::{ClientAuth, WebFile};
use basic_auth::{KEY_BYTES, Users};
pub(super) use guard::guard;
use rate_limiter::RateLimiter;

/// What protects the server. Without a web config file nothing does.
#[derive(Debug)]
pub struct Protection {
    /// Of the web config file.
    path: Option<PathBuf>,
    current: ArcSwap<Rules>,
    /// The files as they were when they were last read, whether they could be used or not.
    versions: Mutex<Vec<FileVersion>>,
    /// However many connections and requests come, the files are checked once at a time.
    checks: SingleFlight<()>,
    /// One password is hashed at a time.
    hashing: Semaphore,
    /// The key of the tags of passwords, which outlives a reading of the file.
    key: [u8; KEY_BYTES],
}

/// One reading of the web config file and of the files that it names.
#[derive(Debug)]
pub(super) struct Rules {
    /// `None` for plain HTTP.
    pub(super) tls: Option<Arc<ServerConfig>>,
    /// How strictly clients are checked. 0: they need no certificate. 1: they need any certificate, or the one
    /// that they show must be signed. 2: they need a signed one.
    client_strictness: u8,
    users: Arc<Users>,
    headers: Vec<(HeaderName, HeaderValue)>,
    limiter: Option<RateLimiter>,
}

/// What tells a file from the one that was at the same path before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileVersion {
    path: PathBuf,
    /// Device, inode, size, and seconds and nanoseconds of the latest change of the content and of
    /// the inode; `None` if the file cannot be found.
    state: Option<[i128; 7]>,
}

impl FileVersion {
    fn at(path: &Path) -> Self {
        let state = std::fs::metadata(path).ok().map(|file| {
            [
                i128::from(file.dev()),
                i128::from(file.ino()),
                i128::from(file.size()),
                i128::from(file.mtime()),
                i128::from(file.mtime_nsec()),
                i128::from(file.ctime()),
                i128::from(file.ctime_nsec()),
            ]
        });
        Self {
            path: path.to_owned(),
            state,
        }
    }
}

/// The longest time that a connection or a request waits until the files are read again. A file system that
/// hangs must not make the metrics hang.
const READ_TIME_MAX: Duration = Duration::from_secs(1);

impl Protection {
    /// No protection.
    ///
    /// # Panics
    ///
    /// If the system provides no random numbers.
    pub fn none() -> Arc<Self> {
        let key = new_key();
        let rules = Rules::new(WebFile::default(), None, &key);
        Self::new(None, rules, Vec::new(), key)
    }

    /// Reads the web config file at `path` and the files that it names.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem found.
    pub fn open(path: &Path) -> Result<Arc<Self>, ConfigError> {
        let key = new_key();
        let (rules, versions) = Rules::read(path, &key);
        Ok(Self::new(Some(path.to_owned()), rules?, versions, key))
    }

    fn new(
        path: Option<PathBuf>,
        rules: Rules,
        versions: Vec<FileVersion>,
        key: [u8; KEY_BYTES],
    ) -> Arc<Self> {
        Arc::new(Self {
            path,
            current: ArcSwap::from_pointee(rules),
            versions: Mutex::new(versions),
            checks: SingleFlight::default(),
            hashing: Semaphore::new(1),
            key,
        })
    }

    /// The current rules. If the files have changed, reads them again, on a thread for blocking work.
    pub(super) async fn rules(self: &Arc<Self>) -> Arc<Rules> {
        if self.path.is_some() {
            let check = self.checks.get(async {
                let protection = Arc::clone(self);
                let read = tokio::task::spawn_blocking(move || protection.read_again());
                // If the thread panics, the rules of before stay.
                let _ = read.await;
            });
            // If the check takes too long, the rules of before are used. The thread goes on.
            let _ = tokio::time::timeout(READ_TIME_MAX, check).await;
        }
        self.current.load_full()
    }

    /// Reads the files if they differ from what was read before. Files that cannot be used, or that would
    /// weaken the protection, change nothing and are logged once.
    fn read_again(&self) {
        let Some(path) = &self.path else { return };
        let mut versions = match self.versions.try_lock() {
            Ok(versions) => versions,
            // Another thread reads the files, one that took longer than [`READ_TIME_MAX`].
            Err(TryLockError::WouldBlock) => return,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
        };
        let is_same = |version: &FileVersion| FileVersion::at(&version.path) == *version;
        if versions.iter().all(is_same) {
            return;
        }
        let (rules, read) = Rules::read(path, &self.key);
        // Remembered also if the files cannot be used, so that the error is logged once.
        *versions = read;
        let shown = path.display();
        let before = self.current.load();
        let rules = rules.and_then(|rules| match before.weakening(&rules) {
            None => Ok(rules),
            Some(weakening) => Err(ConfigError {
                problems: vec![format!("{shown}: {weakening}")],
            }),
        });
        match rules {
            Ok(rules) => {
                rules.users.keep_verified_of(&before.users);
                self.current.store(Arc::new(rules));
                info!(path = %shown, "reloaded the web config file and its certificates");
            }
            Err(error) => error!(
                path = %shown,
                error = error.problems.join("; "),
                "cannot use the changed web config file, keeping its previous settings"
            ),
        }
    }
}

/// A random key that no other process has.
fn new_key() -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    aws_lc_rs::rand::fill(&mut key).expect("the system gives randomness");
    key
}

impl Rules {
    /// Reads the web config file at `path` and the files that it names. Returns also the version of each file
    /// from before it was read. So a file that changes while it is read differs from it, and is read again.
    fn read(path: &Path, key: &[u8; KEY_BYTES]) -> (Result<Self, ConfigError>, Vec<FileVersion>) {
        let mut versions = vec![FileVersion::at(path)];
        let rules = WebFile::read(path).and_then(|file| {
            versions.extend(file.files().map(FileVersion::at));
            let tls = file.tls.as_ref().map(tls::server_config).transpose();
            let tls = tls.map_err(|problem| ConfigError {
                problems: vec![format!("{}: {problem}", path.display())],
            })?;
            Ok(Self::new(file, tls.map(Arc::new), key))
        });
        (rules, versions)
    }

    fn new(file: WebFile, tls: Option<Arc<ServerConfig>>, key: &[u8; KEY_BYTES]) -> Self {
        Self {
            client_strictness: file.tls.map_or(0, |tls| match tls.client_auth {
                ClientAuth::NotRequested | ClientAuth::Requested { required: false } => 0,
                ClientAuth::Requested { required: true }
                | ClientAuth::Verified {
                    required: false, ..
                } => 1,
                ClientAuth::Verified { required: true, .. } => 2,
            }),
            tls,
            users: Arc::new(Users::new(file.users, key)),
            headers: file.headers,
            limiter: file.rate_limit.map(RateLimiter::new),
        }
    }

    /// In which way `new` protects less than these rules, and what to do. A file that is being written can be
    /// incomplete for a moment, and must not remove protection in that moment.
    fn weakening(&self, new: &Self) -> Option<&'static str> {
        if self.tls.is_some() != new.tls.is_some() {
            Some(
                "tls_server_config: only a restart can turn TLS on or off; restart the exporter to do this",
            )
        } else if new.users.is_empty() && !self.users.is_empty() {
            Some(
                "basic_auth_users: without users everybody could read the metrics; restart the exporter to remove the last user",
            )
        } else if new.client_strictness < self.client_strictness {
            Some(
                "tls_server_config.client_auth_type: the new value checks clients less strictly; restart the exporter to apply it",
            )
        } else {
            None
        }
    }
}
