//! The built program, with settings of its own, and its scrapes.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The time between two scrapes of a program that is waited for.
pub(super) const SCRAPE_PAUSE: Duration = Duration::from_millis(5);

/// The program in a directory with its settings and its state.
pub(super) struct Exporter {
    pub(super) directory: TempDir,
    pub(super) address: SocketAddr,
}

impl Exporter {
    /// Starts it; its log is dropped.
    pub(super) fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_zendesk-exporter"))
            .current_dir(self.directory.path())
            .env_clear()
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    }

    pub(super) fn scrape(&self, headers: &str) -> Vec<u8> {
        self.try_scrape(headers).expect("an answer")
    }

    pub(super) fn try_scrape(&self, headers: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address)?;
        let request = format!("GET /metrics HTTP/1.0\r\n{headers}\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

/// A free address on this machine.
pub(super) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound")
}
