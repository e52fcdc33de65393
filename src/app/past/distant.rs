//! A client that is as far from Zendesk as clients are: each answer takes a part of a second of the
//! past.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Timeline;
use crate::clock::Moment;
use crate::source::{
    AuthMethod, CurrentUser, Endpoint, Exchange, ExportRequest, Login, LookupSource, NamesPage,
    Page, Source, TokenLease,
};
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// `S` behind a network and a busy server.
#[derive(Debug)]
pub(super) struct Distant<S> {
    near: Arc<S>,
    timeline: Arc<Timeline>,
    dice: Mutex<fastrand::Rng>,
}

impl<S> Distant<S> {
    /// `near`, far away. The same `account` has the same distances again.
    pub(super) fn new(near: Arc<S>, timeline: Arc<Timeline>, account: &str) -> Self {
        let seed = crc32fast::hash(account.as_bytes());
        Self {
            near,
            timeline,
            dice: Mutex::new(fastrand::Rng::with_seed(seed.into())),
        }
    }

    /// Lets the time of one answer pass: mostly a third of a second, now and then a few.
    fn pass(&self) {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = 120.0 + 350.0 * dice.f64() / (1.0 - 0.9 * dice.f64());
        drop(dice);
        self.timeline.pass(Duration::from_millis(ms as u64));
    }

    async fn after<T>(&self, exchange: impl Future<Output = T>) -> T {
        let exchange = exchange.await;
        self.pass();
        exchange
    }
}

impl<S: Source> Source for Distant<S> {
    fn login(&self, now: Moment) -> Login {
        Source::login(&*self.near, now)
    }

    async fn renew(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        self.after(Source::renew(&*self.near, now)).await
    }

    async fn fetch(&self, request: &ExportRequest) -> Exchange<Page> {
        self.after(self.near.fetch(request)).await
    }

    async fn current_user(&self, account_now: UnixSeconds) -> Exchange<CurrentUser> {
        self.after(self.near.current_user(account_now)).await
    }

    fn token_expires_at(&self) -> Option<Duration> {
        self.near.token_expires_at()
    }

    fn auth_method(&self) -> AuthMethod {
        self.near.auth_method()
    }

    fn address(&self, endpoint: Endpoint) -> String {
        self.near.address(endpoint)
    }
}

impl<S: LookupSource> LookupSource for Distant<S> {
    fn login(&self, now: Moment) -> Login {
        LookupSource::login(&*self.near, now)
    }

    async fn renew(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        self.after(LookupSource::renew(&*self.near, now)).await
    }

    async fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> Exchange<Option<u64>> {
        self.after(self.near.search_count(status, account_now))
            .await
    }

    async fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> Exchange<NamesPage> {
        self.after(self.near.names(set, after, account_now)).await
    }
}
