//! The traits that a client implements: `TicketSource` for the poller, `LookupSource` for the lookups.

use std::future::Future;
use std::time::Duration;

use super::{
    AuthMethod, CurrentUser, Endpoint, Exchange, Login, NamesPage, Page, PageRequest, ShowRequest,
    Shown, TokenLease, TokenUse,
};
use crate::clock::Moment;
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// The login that requests to an account use.
pub trait Session: Send + Sync + 'static {
    /// Whether [`Self::renew`] must run before the next request for this use.
    fn login(&self, token_use: TokenUse, now: Moment) -> Login;

    /// Requests a new token; `None` if no token is needed any more.
    fn renew(
        &self,
        token_use: TokenUse,
        now: Moment,
    ) -> impl Future<Output = Option<Exchange<TokenLease>>> + Send;
}

/// A client that reads pages of tickets.
pub trait TicketSource: Session {
    /// Requests one page.
    fn fetch(&self, request: &PageRequest) -> impl Future<Output = Exchange<Page>> + Send;

    /// Requests tickets by their ids.
    fn show(&self, request: &ShowRequest) -> impl Future<Output = Exchange<Shown>> + Send;

    /// Requests the user behind the credentials.
    fn current_user(
        &self,
        account_now: UnixSeconds,
    ) -> impl Future<Output = Exchange<CurrentUser>> + Send;

    /// When the present token expires, on the monotonic clock.
    fn token_expires_at(&self) -> Option<Duration>;

    /// The login method of the account.
    fn auth_method(&self) -> AuthMethod;

    /// The address of an endpoint, for messages.
    fn address(&self, endpoint: Endpoint) -> String;
}

/// A client that reads counts and names.
pub trait LookupSource: Session {
    /// Requests the number of tickets with `status`; `None` if Zendesk cannot say at present. `account_now` is the
    /// account time.
    fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> impl Future<Output = Exchange<Option<u64>>> + Send;

    /// Requests one page of names: the first page, or the page that begins at `after`. `account_now` is the account
    /// time.
    fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> impl Future<Output = Exchange<NamesPage>> + Send;
}
