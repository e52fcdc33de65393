//! Where the server listens.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::config::ListenAddress;

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {cause}; {}", advice(cause))]
pub struct BindError {
    /// The address as in the settings.
    pub address: ListenAddress,
    /// Within the sentence, as what to do follows it.
    cause: io::Error,
}

fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        ErrorKind::AddrInUse => {
            "stop the program that uses the port, or set another port in web.listen_address"
        }
        ErrorKind::PermissionDenied => {
            "ports below 1024 need root or CAP_NET_BIND_SERVICE, so set a port above 1023 in web.listen_address"
        }
        ErrorKind::AddrNotAvailable => "set web.listen_address to an address of this machine",
        _ => "set web.listen_address to an address of this machine, e.g. \":10121\"",
    }
}

/// Listens on `address`. One without a host takes IPv6 and IPv4, or IPv4 alone where the system
/// has no IPv6.
///
/// # Errors
///
/// [`BindError`] with what to do about it.
pub async fn bind(address: &ListenAddress) -> Result<TcpListener, BindError> {
    let bound = match address {
        ListenAddress::Any { port } => match bind_both(*port) {
            // Kernels without IPv6 refuse the socket, containers without it refuse the address.
            Err(error) if lacks_ipv6(&error) => {
                TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, *port))).await
            }
            bound => bound,
        },
        ListenAddress::Host { host, port } => TcpListener::bind((host.as_str(), *port)).await,
    };
    bound.map_err(|cause| BindError {
        address: address.clone(),
        cause,
    })
}

/// Connections that the system keeps until they are accepted, if it allows so many
/// (`net.core.somaxconn`).
const BACKLOG: i32 = 1024;

/// IPv6 and IPv4 with one socket, also where `net.ipv6.bindv6only` says that it takes two.
fn bind_both(port: u16) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_only_v6(false)?;
    // As `TcpListener::bind` does: a restart must not wait for old connections to expire.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)).into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn lacks_ipv6(error: &io::Error) -> bool {
    /// `EAFNOSUPPORT` on Linux.
    const ADDRESS_FAMILY_NOT_SUPPORTED: i32 = 97;
    error.kind() == ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(ADDRESS_FAMILY_NOT_SUPPORTED)
}
