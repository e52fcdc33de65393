//! The simulated account over HTTP, and the handles to change it.

mod account;

mod options;

mod request;

mod answer;

mod control;

mod routes;

mod pages;

mod list_rows;

mod lists;

mod neighbours;

mod limit_headers;

mod header_faults;

mod refusals;

mod list_handles;

mod traffic;

#[cfg(any(test, feature = "oracle"))]
mod witness;

#[cfg(any(test, feature = "oracle"))]
mod expected;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::faults::Fault;
use super::neighbour_faults::NeighbourFault;
use super::world::World;
pub use account::Asked;
use account::{Account, Shared};
pub use options::Options;
use traffic::Traffic;

/// A running account. Stops when dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    shutdown: CancellationToken,
}

impl Simulator {
    /// Makes the account and listens.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or is not loopback.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        if !options.listen.ip().is_loopback() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "the simulator listens on loopback only",
            ));
        }
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let account = Account::new(&options);
        let shared = Arc::new(Shared {
            options,
            account: Mutex::new(account),
            traffic: Traffic::new(),
        });
        let shutdown = CancellationToken::new();
        tokio::spawn(listen(listener, Arc::clone(&shared), shutdown.clone()));
        Ok(Self {
            shared,
            address,
            shutdown,
        })
    }

    /// The address of its API.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the tickets or changes them.
    pub fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.shared.account().world)
    }

    /// Moves time that stands still.
    pub fn advance(&self, seconds: i64) {
        self.shared.options.time.advance(seconds);
    }

    /// Ends the past of an account that has one: from now on its time is the machine's.
    pub fn go_live(&self) {
        self.shared.options.time.go_live();
    }

    /// The account's clock, in Unix seconds.
    pub fn now(&self) -> i64 {
        self.shared.options.time.now()
    }

    /// Lets the next `answers` of the exports go wrong.
    pub fn set_fault(&self, fault: Fault, answers: u32) {
        self.shared.account().faults.set(fault, answers);
    }

    /// Lets the next `answers` of names and counts go wrong; the exports stay as they are.
    pub fn set_neighbour_fault(&self, fault: NeighbourFault, answers: u32) {
        self.shared.account().neighbour_faults.set(fault, answers);
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        self.shared.account().clear_faults();
    }

    /// Gives the user behind the credentials another role than `admin`, whom the exports refuse.
    pub fn set_role(&self, role: &'static str) {
        self.shared.account().role = Some(role);
    }

    /// Lets the token endpoint spell its answer so, with `{token}` where the token is.
    pub fn set_token_answer(&self, spelling: &str) {
        self.shared.account().token_answer = Some(spelling.to_owned());
    }

    /// Ends every OAuth token, as an admin can.
    pub fn revoke_tokens(&self) {
        self.shared.account().tokens.clear();
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.account().asked.iter().cloned().collect()
    }

    /// Connections that were accepted and are open. Of an exporter that was killed there may be
    /// requests on their way until there are none.
    pub fn connections(&self) -> usize {
        self.shared.traffic.connections()
    }

    /// Lets requests wait, but those to the simulator itself, until [`Self::release`].
    pub fn hold(&self) {
        self.shared.traffic.hold(true);
    }

    /// Answers the requests that wait, and all that come.
    pub fn release(&self) {
        self.shared.traffic.hold(false);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let shared = Arc::clone(&shared);
        let shutdown = shutdown.clone();
        let open = shared.traffic.opened();
        tokio::spawn(async move {
            let _open = open;
            let service = service_fn(move |request| routes::answer(Arc::clone(&shared), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = shutdown.cancelled() => {}
                // How a client ends its connection does not matter here.
                _ = connection => {}
            }
        });
    }
}
