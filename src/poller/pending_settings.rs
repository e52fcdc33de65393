//! New settings that have come, and wait to be put into effect.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::settings::NewSettings;
use crate::clock::Moment;
use crate::reload::{Mailbox, MailboxSender};

/// New settings that have come, and those that could not be put into effect yet.
#[derive(Debug)]
pub(super) struct PendingSettings<S> {
    mailbox: Mailbox<NewSettings<S>>,
    /// Could not be put into effect, because of the state: what, and when to try again.
    failed: Option<(Arc<NewSettings<S>>, Duration)>,
    /// Which credentials are used, as [`NewSettings::credentials`].
    credentials: u64,
    /// No page has come with them yet.
    is_unproven: bool,
}

impl<S> Default for PendingSettings<S> {
    fn default() -> Self {
        Self {
            mailbox: Mailbox::default(),
            failed: None,
            credentials: 0,
            is_unproven: false,
        }
    }
}

impl<S> PendingSettings<S> {
    pub(super) fn sender(&self) -> MailboxSender<NewSettings<S>> {
        self.mailbox.sender()
    }

    /// The settings to put into effect now, if any.
    pub(super) fn next(&mut self, now: Moment) -> Option<Arc<NewSettings<S>>> {
        if let Some(new) = self.mailbox.take() {
            self.failed = None;
            return Some(new);
        }
        let is_time = |(_, at): &mut (_, Duration)| *at <= now.monotonic;
        self.failed.take_if(is_time).map(|(new, _)| new)
    }

    /// These settings could not be put into effect: they are next tried at `at`.
    pub(super) fn try_again(&mut self, new: &Arc<NewSettings<S>>, at: Duration) {
        self.failed = Some((Arc::clone(new), at));
    }

    /// Uses these credentials from now on. Returns whether they are others.
    pub(super) fn use_credentials(&mut self, credentials: u64) -> bool {
        let are_others = std::mem::replace(&mut self.credentials, credentials) != credentials;
        self.is_unproven |= are_others;
        are_others
    }

    /// A page came. Returns whether it is the first one with other credentials than before.
    pub(super) const fn prove_credentials(&mut self) -> bool {
        std::mem::replace(&mut self.is_unproven, false)
    }
}

impl<S: Send + Sync + 'static> PendingSettings<S> {
    /// Returns when new settings have come.
    pub(super) fn arrival(&self) -> impl Future<Output = ()> + Send + use<S> {
        self.mailbox.arrival()
    }
}
