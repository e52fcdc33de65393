//! An address that nobody answers at.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use zendesk_exporter::error_chain::with_sources;
use zendesk_exporter::zendesk::{Client, ClientSettings};

use crate::connections::{client_settings, fetch, token};
use crate::peer::{Act, Peer, Protocol};
use zendesk_exporter::source::TicketSource;

/// A port that takes no connection and refuses none, as behind a firewall that drops packets.
fn black_hole() -> (Socket, SocketAddr, Vec<TcpStream>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&anywhere.into()).expect("a port");
    socket.listen(0).expect("listening");
    let address = socket.local_addr().expect("bound").as_socket();
    let address = address.expect("of IPv4");
    let mut waiting = Vec::new();
    // Nobody accepts them; once there is no room for more, the next one gets no answer.
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
        waiting.push(stream);
    }
    (socket, address, waiting)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_made_in_time_is_no_slow_answer() {
    let told = async |address: SocketAddr| {
        let settings = ClientSettings {
            request_timeout: Duration::from_millis(1_500),
            ..client_settings(&format!("http://{address}"), token())
        };
        let client = Client::new(settings).expect("credentials that can be sent");
        let error = fetch(&client).await.outcome.expect_err("nobody answers");
        (
            error.reason(),
            with_sources(&error),
            error.advice(client.auth_method()),
        )
    };
    let (_listening, address, _waiting) = black_hole();
    let (reason, message, advice) = told(address).await;
    assert_eq!(
        (reason, message.as_str()),
        (
            "transport",
            "the request to Zendesk did not complete: no connection was established within 1.5 seconds"
        )
    );
    assert!(!advice.contains("page_size"), "{advice}");
    // Whoever takes the connection and then says nothing is slow.
    let peer = Peer::start(Protocol::Http, 1, |_| Act::Silence).await;
    let (reason, ..) = told(peer.address).await;
    assert_eq!(reason, "timeout");
}
