//! `healthcheck`: asks a running exporter, for containers without a shell.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::config::Web;
use crate::server::ListenAddress;

/// How long the exporter may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

const PATH: &str = "/-/healthy";

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// Asks `/-/healthy` on the first address of the settings.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub async fn run(web: &Web) -> Result<(), String> {
    let Some(address) = web.listen_addresses.first() else {
        return Err("there is no listen address to ask: set web.listen_address".to_owned());
    };
    let (host, port) = match address {
        ListenAddress::Any { port } => ("localhost", *port),
        ListenAddress::Host { host, port } => (host.as_str(), *port),
    };
    tokio::time::timeout(ANSWER_TIME_MAX, ask(host, port))
        .await
        .map_err(|_| {
            format!(
                "no answer from http://{host}:{port}{PATH} within {} s: the exporter hangs or is overloaded, see its log",
                ANSWER_TIME_MAX.as_secs()
            )
        })?
        .map_err(|error| {
            format!(
                "cannot ask http://{host}:{port}{PATH}: {error}; start the exporter, or set web.listen_address as it has it"
            )
        })
        .and_then(|answer| judge(&answer))
}

async fn ask(host: &str, port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((host, port)).await?;
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream
        .take(ANSWER_BYTES_MAX)
        .read_to_end(&mut answer)
        .await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn judge(answer: &str) -> Result<(), String> {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    if head.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    let status = head.lines().next().unwrap_or_default();
    Err(format!(
        "the exporter is not healthy: {status} {}",
        body.trim()
    ))
}
