//! The traits that the poller and the lookups send requests through.

use std::future::Future;
use std::time::Duration;

use super::{
    AuthMethod, CurrentUser, Endpoint, Exchange, Login, NamesPage, Page, PageRequest, TokenLease,
    TokenUse,
};
use crate::clock::Moment;
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// The login that requests to an account need.
pub trait Session: Send + Sync + 'static {
    /// Whether [`Self::renew`] must come before the next request of this use.
    fn login(&self, token_use: TokenUse, now: Moment) -> Login;

    /// Asks for a new token; `None` if none is needed after all.
    fn renew(
        &self,
        token_use: TokenUse,
        now: Moment,
    ) -> impl Future<Output = Option<Exchange<TokenLease>>> + Send;
}

/// Where pages of tickets come from.
pub trait TicketSource: Session {
    /// Asks for one page.
    fn fetch(&self, request: &PageRequest) -> impl Future<Output = Exchange<Page>> + Send;

    /// Asks who the user behind the credentials is.
    fn current_user(
        &self,
        account_now: UnixSeconds,
    ) -> impl Future<Output = Exchange<CurrentUser>> + Send;

    /// When the present token ends, on our monotonic clock.
    fn token_expires_at(&self) -> Option<Duration>;

    /// How the account is logged in to.
    fn auth_method(&self) -> AuthMethod;

    /// The address behind an endpoint, for sentences.
    fn address(&self, endpoint: Endpoint) -> String;
}

/// Where counts and names come from.
pub trait LookupSource: Session {
    /// Asks how many tickets have `status`; `None` if Zendesk does not know at present.
    /// `account_now` is what time it is for Zendesk as far as is known.
    fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> impl Future<Output = Exchange<Option<u64>>> + Send;

    /// Asks for one page of names, the first one or that which begins at `after`; `account_now` as
    /// above.
    fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> impl Future<Output = Exchange<NamesPage>> + Send;
}
