//! HTTP clients that are ready to connect, and why a request got no answer.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use rustls::client::Resumption;

use super::once::ConnectOnce;
use super::proxies;
use crate::source::{ApiError, is_loopback};
use crate::zendesk::ClientSettings;
use crate::zendesk::trust::Trust;

/// For the connection alone; a host that does not answer in this time is not there.
const CONNECT_TIMEOUT_MAX: Duration = Duration::from_secs(15);

/// TLS sessions remembered: there is one host, and perhaps a proxy.
const SESSIONS_KEPT_MAX: usize = 4;

/// Silence after which a connection with a request under way is tested: by a ping of HTTP/2, and
/// by TCP itself.
const TEST_AFTER: Duration = Duration::from_secs(10);

/// Without an answer to such a test in this time the connection is dead.
const TEST_TIME_MAX: Duration = Duration::from_secs(20);

/// Tests of TCP until then.
const TCP_TESTS: u32 = 4;

/// Makes the HTTP clients of one account, which share these settings.
#[derive(Debug)]
pub(super) struct HttpClients {
    request_timeout: Duration,
    tls: rustls::ClientConfig,
    obeys_proxies: bool,
    /// The proxy that they go through, by its address and variable.
    proxy: Option<String>,
}

impl HttpClients {
    /// Connects to nothing yet. The system's CA certificates are loaded only for an https address.
    pub(super) fn new(
        settings: &ClientSettings,
        trust: &Trust,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let is_https = settings.base_url.scheme() == "https";
        Ok(Self {
            request_timeout: settings.request_timeout,
            tls: tls(is_https, trust)?,
            // No proxy can reach this machine's own loopback.
            obeys_proxies: !is_loopback(&settings.base_url),
            proxy: settings.proxy.as_ref().map(|proxy| proxy.named.clone()),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that builds HTTP clients"
    )]
    pub(super) fn build(&self, once: ConnectOnce) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("zendesk-exporter/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([
                (ACCEPT, HeaderValue::from_static("application/json")),
                (ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
            ]))
            // A redirect could lead the credentials to another host.
            .redirect(reqwest::redirect::Policy::none())
            // One request a call, also where HTTP/2 would allow another.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout())
            .timeout(self.request_timeout)
            .connector_layer(once)
            .pool_max_idle_per_host(1)
            // How long it is kept is decided here.
            .pool_idle_timeout(None)
            .tls_backend_preconfigured(self.tls.clone())
            .http2_keep_alive_interval(TEST_AFTER)
            .http2_keep_alive_timeout(TEST_TIME_MAX)
            .tcp_keepalive(TEST_AFTER)
            .tcp_keepalive_interval(TEST_TIME_MAX / TCP_TESTS)
            .tcp_keepalive_retries(TCP_TESTS)
            // Linux counts unacknowledged data by this and not by the tests above, which are for
            // silence.
            .tcp_user_timeout(TEST_AFTER + TEST_TIME_MAX);
        if !self.obeys_proxies {
            builder = builder.no_proxy();
        }
        builder.build()
    }

    /// The error of a connection that was not established in time. Zendesk was not asked yet, so this is
    /// not an answer that takes too long, which smaller pages could mend.
    pub(super) fn not_connected(&self) -> ApiError {
        let seconds = self.connect_timeout().as_secs_f32();
        let through = match &self.proxy {
            Some(proxy) => format!(" through the proxy {proxy}"),
            None => String::new(),
        };
        let words = format!("no connection{through} was established within {seconds} seconds");
        ApiError::Transport(words.into())
    }

    /// The error of a request whose answer did not come, or not whole. It leaves the URL out, because
    /// its query holds the cursor.
    pub(super) fn incomplete(&self, error: reqwest::Error) -> ApiError {
        if error.is_timeout() {
            return ApiError::Timeout;
        }
        if proxies::wants_login(&error) {
            return ApiError::ProxyLogin { status: 407 };
        }
        let problem = match &self.proxy {
            Some(proxy) => proxies::problem(&error, proxy),
            None => None,
        };
        let source: Box<dyn Error + Send + Sync> = Box::new(error.without_url());
        match problem {
            Some(problem) => ApiError::Proxy { problem, source },
            None => ApiError::Transport(source),
        }
    }

    fn connect_timeout(&self) -> Duration {
        self.request_timeout.min(CONNECT_TIMEOUT_MAX)
    }
}

/// What is agreed on with the other side of an https address. Sessions are taken up again, those of
/// this account only.
fn tls(is_https: bool, trust: &Trust) -> Result<rustls::ClientConfig, rustls::Error> {
    let mut tls = if is_https {
        trust.tls()?
    } else {
        Trust::nobody()?
    };
    tls.resumption = Resumption::in_memory_sessions(SESSIONS_KEPT_MAX);
    Ok(tls)
}
