//! Who may ask, and how: the web config file, read again when it or a file it names changes.

pub(super) mod basic_auth;

mod tls;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use rustls::ServerConfig;
use tokio::sync::Semaphore;
use tracing::{error, info};

use crate::clock::Clock;
use crate::config::ConfigError;
use crate::server::single_flight::Latest;
use crate::server::web_file::{Clients, RateLimit, WebFile};
use basic_auth::{KEY_BYTES, Users};

/// What protects the server: TLS, users, headers, a limit of requests. Nothing, without a web config
/// file.
#[derive(Debug)]
pub struct Protection {
    path: Option<PathBuf>,
    current: ArcSwap<Rules>,
    /// The files as they were when they were last read, well or not.
    seen: Mutex<Vec<Stamp>>,
    /// However many connections and requests come, the files are looked at once at a time.
    looks: Latest<()>,
    /// One password is hashed at a time.
    turn: Semaphore,
    /// What tags of passwords are made with.
    key: [u8; KEY_BYTES],
}

/// One reading of the web config file and of the files it names.
#[derive(Debug)]
pub(super) struct Rules {
    /// `None` for plain HTTP.
    pub(super) tls: Option<Arc<ServerConfig>>,
    clients: u8,
    users: Arc<Users>,
    headers: Vec<(HeaderName, HeaderValue)>,
    limiter: Option<Limiter>,
}

/// A file as the file system tells it apart from the one that was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    /// Device, inode, size, and seconds and nanoseconds of the latest change of the content and of
    /// the inode; `None` if it cannot be found.
    state: Option<[i128; 7]>,
}

impl Stamp {
    fn of(path: &Path) -> Self {
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

/// Longest that a connection or a request waits for the files to be read again: a file system that
/// hangs must not take the metrics with it.
const READ_TIME_MAX: Duration = Duration::from_secs(1);

impl Protection {
    /// No protection at all.
    ///
    /// # Panics
    ///
    /// If the system has no randomness to give, which would be its end.
    pub fn none() -> Arc<Self> {
        let key = new_key();
        let rules = Rules::new(WebFile::default(), None, &key);
        Self::new(None, rules, Vec::new(), key)
    }

    /// Reads the web config file at `path` and the files it names.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem found.
    pub fn open(path: &Path) -> Result<Arc<Self>, ConfigError> {
        let key = new_key();
        let (rules, seen) = Rules::read(path, &key);
        Ok(Self::new(Some(path.to_owned()), rules?, seen, key))
    }

    fn new(
        path: Option<PathBuf>,
        rules: Rules,
        seen: Vec<Stamp>,
        key: [u8; KEY_BYTES],
    ) -> Arc<Self> {
        Arc::new(Self {
            path,
            current: ArcSwap::from_pointee(rules),
            seen: Mutex::new(seen),
            looks: Latest::default(),
            turn: Semaphore::new(1),
            key,
        })
    }

    /// The rules of now: the files are read again if they have changed, on a thread of its own.
    pub(super) async fn rules(self: &Arc<Self>) -> Arc<Rules> {
        if self.path.is_some() {
            let look = self.looks.get(async {
                let protection = Arc::clone(self);
                let read = tokio::task::spawn_blocking(move || protection.read_again());
                // Read or not, what was read last holds.
                let _ = read.await;
            });
            // So it does if it takes too long.
            let _ = tokio::time::timeout(READ_TIME_MAX, look).await;
        }
        self.current.load_full()
    }

    /// Looks at the files, and reads them if they differ from what was read before. What cannot be
    /// used, or would take protection away, leaves everything as it was and is told once.
    fn read_again(&self) {
        let Some(path) = &self.path else { return };
        let mut seen = match self.seen.try_lock() {
            Ok(seen) => seen,
            // Somebody is reading.
            Err(TryLockError::WouldBlock) => return,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
        };
        if seen.iter().all(|stamp| Stamp::of(&stamp.path) == *stamp) {
            return;
        }
        let (rules, stamps) = Rules::read(path, &self.key);
        *seen = stamps;
        let shown = path.display();
        let before = self.current.load();
        let rules = rules.and_then(|rules| match before.loss(&rules) {
            None => Ok(rules),
            Some(loss) => Err(ConfigError {
                problems: vec![format!("{shown}: {loss}")],
            }),
        });
        match rules {
            Ok(rules) => {
                rules.users.remember(&before.users);
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

/// A key that no other process has.
fn new_key() -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    aws_lc_rs::rand::fill(&mut key).expect("the system gives randomness");
    key
}

impl Rules {
    /// Reads the web config file at `path` and the files it names. Returns also how each of them looked
    /// before it was read: one that changes meanwhile differs from that.
    fn read(path: &Path, key: &[u8; KEY_BYTES]) -> (Result<Self, ConfigError>, Vec<Stamp>) {
        let mut stamps = vec![Stamp::of(path)];
        let rules = WebFile::read(path).and_then(|file| {
            stamps.extend(file.files().map(Stamp::of));
            let tls = file.tls.as_ref().map(tls::server_config).transpose();
            let tls = tls.map_err(|problem| ConfigError {
                problems: vec![format!("{}: {problem}", path.display())],
            })?;
            Ok(Self::new(file, tls.map(Arc::new), key))
        });
        (rules, stamps)
    }

    fn new(file: WebFile, tls: Option<Arc<ServerConfig>>, key: &[u8; KEY_BYTES]) -> Self {
        Self {
            clients: file.tls.map_or(0, |tls| match tls.clients {
                Clients::Unasked | Clients::Asked { required: false } => 0,
                Clients::Asked { required: true }
                | Clients::Verified {
                    required: false, ..
                } => 1,
                Clients::Verified { required: true, .. } => 2,
            }),
            tls,
            users: Arc::new(Users::new(file.users, key)),
            headers: file.headers,
            limiter: file.rate_limit.map(Limiter::new),
        }
    }

    /// What would be lost by going over to `new`. A file that somebody is writing is short for a
    /// moment, and must not open what it is to protect.
    fn loss(&self, new: &Self) -> Option<&'static str> {
        if self.tls.is_some() != new.tls.is_some() {
            Some(
                "tls_server_config: only a restart can turn TLS on or off; restart the exporter to do this",
            )
        } else if new.users.is_empty() && !self.users.is_empty() {
            Some(
                "basic_auth_users: without users everybody could read the metrics; restart the exporter to remove the last user",
            )
        } else if new.clients < self.clients {
            Some(
                "tls_server_config.client_auth_type: the new value checks clients less strictly; restart the exporter to apply it",
            )
        } else {
            None
        }
    }
}

/// Paths that are answered whoever asks: probes have no credentials.
const EXEMPT: [&str; 2] = ["/-/healthy", "/-/ready"];

/// Lets a request through to its route, or says why not.
pub(super) async fn guard<C: Clock>(
    State((protection, clock)): State<(Arc<Protection>, Arc<C>)>,
    request: Request,
    next: Next,
) -> Response {
    let rules = protection.rules().await;
    let mut response = if EXEMPT.contains(&request.uri().path()) {
        next.run(request).await
    } else if rules
        .limiter
        .as_ref()
        .is_some_and(|limiter| !limiter.take(clock.now().monotonic))
    {
        (StatusCode::TOO_MANY_REQUESTS, "too many requests\n").into_response()
    } else {
        let authorization = request.headers().get(header::AUTHORIZATION);
        if rules.users.admit(authorization, &protection.turn).await {
            next.run(request).await
        } else {
            let realm = [(
                header::WWW_AUTHENTICATE,
                "Basic realm=\"zendesk-exporter\", charset=\"UTF-8\"",
            )];
            (StatusCode::UNAUTHORIZED, realm, "unauthorized\n").into_response()
        }
    };
    for (name, value) in &rules.headers {
        response
            .headers_mut()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    response
}

/// A bucket of tokens.
#[derive(Debug)]
struct Limiter {
    limit: RateLimit,
    /// Tokens, and when they were counted on the monotonic clock.
    tokens: Mutex<(f64, Duration)>,
}

impl Limiter {
    fn new(limit: RateLimit) -> Self {
        let tokens = Mutex::new((f64::from(limit.burst), Duration::ZERO));
        Self { limit, tokens }
    }

    /// Takes a token, if there is one at `now`.
    fn take(&self, now: Duration) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, counted_at) = *tokens;
        let new = now
            .saturating_sub(counted_at)
            .div_duration_f64(self.limit.interval);
        let left = (left + new).min(f64::from(self.limit.burst));
        let is_taken = left >= 1.0;
        *tokens = (if is_taken { left - 1.0 } else { left }, now);
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lets_a_burst_through_and_then_one_each_interval() {
        let limiter = Limiter::new(RateLimit {
            interval: Duration::from_secs(2),
            burst: 3,
        });
        let table = [
            (0, true),
            (0, true),
            (0, true),
            (0, false),
            (1, false),
            (2, true),
            (3, false),
            (4, true),
            (60, true),
            (60, true),
            (60, true),
            (60, false),
        ];
        for (index, (second, expected)) in table.into_iter().enumerate() {
            let taken = limiter.take(Duration::from_secs(second));
            assert_eq!(taken, expected, "request {index}");
        }
    }
}
