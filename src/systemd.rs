//! Sockets from systemd, and notifications to it. Without systemd nothing here has an effect.

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

/// The sockets from systemd cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// systemd passed none.
    #[error(
        "systemd passed no socket; start the exporter by its .socket unit, or remove --web.systemd-socket"
    )]
    Missing,
    /// One of them cannot be listened on.
    #[error(
        "cannot listen on socket {number} from systemd: {cause}; in the .socket unit, use ListenStream= with TCP ports only"
    )]
    Unusable {
        /// Counted from 1.
        number: usize,
        /// Part of the sentence and not a source, because what to do follows it.
        cause: io::Error,
    },
}

/// Takes over the sockets that systemd listens on for the program (`LISTEN_FDS`). This works once, because it
/// removes the variables. So it must be called at the start, before other threads read variables.
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

/// The most sockets that are taken over.
const SOCKETS_MAX: usize = 64;

/// Tells systemd that the program answers requests now.
pub fn ready() {
    notify(NotifyState::Ready);
}

/// Tells systemd that the program ends, as requested.
pub fn stopping() {
    notify(NotifyState::Stopping);
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        // There is nothing to do about it: systemd itself notices a missing notification.
        debug!(%error, "cannot notify systemd");
    }
}

/// Tells systemd twice in each `WatchdogSec=` that the program is healthy, as long as it is; until `shutdown`.
/// Without these notifications systemd restarts the program.
pub async fn watchdog<C: Clock>(health: AllHealth, clock: Arc<C>, shutdown: CancellationToken) {
    let Some(watchdog_time) = sd_notify::watchdog_enabled() else {
        return;
    };
    let pause = (watchdog_time / 2).max(PAUSE_MIN);
    loop {
        let now = clock.now().monotonic;
        if health.problems(now).is_empty() {
            notify(NotifyState::Watchdog);
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock.passes(now + pause) => {}
        }
    }
}

/// The least time between two notifications, whatever the unit says.
const PAUSE_MIN: Duration = Duration::from_millis(10);
