//! Why the program could not start.

use crate::config::ConfigError;
use crate::open_files::TooFewFiles;
use crate::server::BindError;
use crate::state::{Cause, StateError};
use crate::systemd::SocketError;
use crate::zendesk::ClientError;

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A state file.
    #[error(transparent)]
    State(#[from] StateError),
    /// An HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A listen address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A socket of systemd.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The web config file.
    #[error(transparent)]
    Web(#[from] ConfigError),
    /// The limit of open files.
    #[error(transparent)]
    Files(#[from] TooFewFiles),
}

impl StartError {
    /// Whether only a change of the settings, or of what they name, can help. Examples are an address in use
    /// and a directory that cannot be written. A start without a change would fail again.
    pub const fn is_of_settings(&self) -> bool {
        matches!(
            self,
            Self::Bind(_)
                | Self::Socket(_)
                | Self::Web(_)
                | Self::Files(_)
                | Self::State(StateError {
                    cause: Cause::Settings,
                    ..
                })
        )
    }
}
