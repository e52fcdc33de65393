//! A client whose answers take as long as Zendesk's do, in simulated time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Timeline;
use crate::clock::Moment;
use crate::source::{
    AuthMethod, CurrentUser, Endpoint, Exchange, Login, LookupSource, NamesPage, Page, PageRequest,
    Session, ShowRequest, Shown, TicketSource, TokenLease, TokenUse,
};
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// The source `S`, whose answers take time.
#[derive(Debug)]
pub(super) struct DelayedSource<S> {
    source: Arc<S>,
    timeline: Arc<Timeline>,
    random: Mutex<fastrand::Rng>,
}

impl<S> DelayedSource<S> {
    /// The same `account` has the same delays in each past.
    pub(super) fn new(source: Arc<S>, timeline: Arc<Timeline>, account: &str) -> Self {
        let seed = crc32fast::hash(account.as_bytes());
        Self {
            source,
            timeline,
            random: Mutex::new(fastrand::Rng::with_seed(seed.into())),
        }
    }

    /// Adds the time of one answer: usually a third of a second, sometimes a few seconds.
    fn delay(&self) {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = 120.0 + 350.0 * random.f64() / (1.0 - 0.9 * random.f64());
        drop(random);
        self.timeline.pass(Duration::from_millis(ms as u64));
    }

    async fn after<T>(&self, exchange: impl Future<Output = T>) -> T {
        let exchange = exchange.await;
        self.delay();
        exchange
    }
}

impl<S: Session> Session for DelayedSource<S> {
    fn login(&self, token_use: TokenUse, now: Moment) -> Login {
        self.source.login(token_use, now)
    }

    async fn renew(&self, token_use: TokenUse, now: Moment) -> Option<Exchange<TokenLease>> {
        self.after(self.source.renew(token_use, now)).await
    }
}

impl<S: TicketSource> TicketSource for DelayedSource<S> {
    async fn fetch(&self, request: &PageRequest) -> Exchange<Page> {
        self.after(self.source.fetch(request)).await
    }

    async fn show(&self, request: &ShowRequest) -> Exchange<Shown> {
        self.after(self.source.show(request)).await
    }

    async fn current_user(&self, account_now: UnixSeconds) -> Exchange<CurrentUser> {
        self.after(self.source.current_user(account_now)).await
    }

    fn token_expires_at(&self) -> Option<Duration> {
        self.source.token_expires_at()
    }

    fn auth_method(&self) -> AuthMethod {
        self.source.auth_method()
    }

    fn address(&self, endpoint: Endpoint) -> String {
        self.source.address(endpoint)
    }
}

impl<S: LookupSource> LookupSource for DelayedSource<S> {
    async fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> Exchange<Option<u64>> {
        self.after(self.source.search_count(status, account_now))
            .await
    }

    async fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> Exchange<NamesPage> {
        self.after(self.source.names(set, after, account_now)).await
    }
}
