//! What systemd hands over, and what it is told. Nothing of it does anything elsewhere.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::clock::Clock;
use crate::health::AllHealth;

/// Sockets that cannot be taken over.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// There are none.
    #[error(
        "systemd passed no socket; start the exporter by its .socket unit, or remove --web.systemd-socket"
    )]
    Missing,
    /// One is of another kind.
    #[error(
        "cannot listen on socket {number} from systemd: {cause}; in the .socket unit, use ListenStream= with TCP ports only"
    )]
    Unusable {
        /// Counted from 1.
        number: usize,
        /// Within the sentence, as what to do follows it.
        cause: io::Error,
    },
}

/// Takes over the sockets that systemd listens on for us (`LISTEN_FDS`). They can be had once, and
/// the variables are gone then; so this is for the start, before other threads read variables.
///
/// # Errors
///
/// [`SocketError`] with what to do about it.
pub fn sockets() -> Result<Vec<TcpListener>, SocketError> {
    let mut handed_over = ListenFd::from_env();
    let count = handed_over.len().min(SOCKETS_MAX);
    if count == 0 {
        return Err(SocketError::Missing);
    }
    let mut take = |index| {
        let listener = handed_over.take_tcp_listener(index)?;
        let listener = listener.ok_or(io::ErrorKind::NotFound)?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    (0..count)
        .map(|index| {
            take(index).map_err(|cause| SocketError::Unusable {
                number: index + 1,
                cause,
            })
        })
        .collect()
}

/// Most sockets that are taken over.
const SOCKETS_MAX: usize = 64;

/// Says that requests are answered now.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// Says that the program is about to end, as it was asked to.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        // Nobody else would act on it: systemd itself notices what it is not told.
        debug!(%error, "cannot notify systemd");
    }
}

/// Says twice in each `WatchdogSec=`, for as long as it is true, that all is well; until `shutdown`.
/// Whoever is silent is started anew.
pub async fn watchdog<C: Clock>(health: AllHealth, clock: Arc<C>, shutdown: CancellationToken) {
    let Some(patience) = sd_notify::watchdog_enabled() else {
        return;
    };
    let pause = (patience / 2).max(PAUSE_MIN);
    loop {
        let now = clock.now().monotonic;
        if health.problems(now).is_empty() {
            tell(NotifyState::Watchdog);
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock.passes(now + pause) => {}
        }
    }
}

/// Least time between two signs of life, whatever the unit says.
const PAUSE_MIN: Duration = Duration::from_millis(10);
