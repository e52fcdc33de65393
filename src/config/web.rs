//! The sections `web`, `state` and `log`, which concern the whole process.

use std::fmt;
use std::path::{Path, PathBuf};

use super::read::{Reader, quoted};
use super::setting::Section;
use super::sources::Overrides;

/// The port that the server listens on by default. Prometheus's list of default ports did not contain it in 2024.
pub(super) const DEFAULT_PORT: u16 = 10121;

/// Section `web`.
#[derive(Clone, Debug)]
pub struct Web {
    /// The addresses to listen on. Default `:10121`, every address of the machine.
    pub listen_addresses: Vec<ListenAddress>,
    /// The HTTP path of the metrics. Default `/metrics`.
    pub telemetry_path: String,
    /// Whether `POST /-/reload` reloads the settings. Default false.
    pub enable_lifecycle: bool,
    /// The web config file, with TLS and users. Default none.
    pub config_file: Option<PathBuf>,
    /// Whether systemd passes the sockets to listen on; `listen_addresses` are then ignored.
    pub systemd_socket: bool,
}

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// `:10121`: every address of the machine, IPv6 and IPv4.
    Any {
        /// The port; 0 takes a free one.
        port: u16,
    },
    /// `127.0.0.1:10121` or `localhost:10121`.
    Host {
        /// An IP address or a name.
        host: String,
        /// The port; 0 takes a free one.
        port: u16,
    },
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any { port } => write!(formatter, ":{port}"),
            Self::Host { host, port } if host.contains(':') => {
                write!(formatter, "[{host}]:{port}")
            }
            Self::Host { host, port } => write!(formatter, "{host}:{port}"),
        }
    }
}

/// Section `state`.
#[derive(Clone, Debug)]
pub struct StateSettings {
    /// The directory of the state files, one file for each account. Default `data` beside the settings file. It is
    /// created if it does not exist, and only this user can read it.
    pub directory: PathBuf,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `key=value`, as Prometheus logs.
    Logfmt,
    /// One JSON object a line.
    Json,
}

/// Section `log`.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// Least severe level that is logged. Default `info`.
    pub level: tracing::Level,
    /// Default `logfmt`.
    pub format: LogFormat,
}

pub(super) fn web(mut reader: Reader<'_>, overrides: &Overrides) -> Web {
    let mut listen_addresses = Vec::new();
    for address in reader.list("listen_address") {
        let text = address.as_text();
        // An empty variable counts as not set.
        if text.is_empty() {
            continue;
        }
        match parse_listen_address(text) {
            Some(address) => listen_addresses.push(address),
            None => reader.problem_at(
                &address.location,
                &format!(
                    "{} is not an address like \":{DEFAULT_PORT}\" or \"127.0.0.1:{DEFAULT_PORT}\"",
                    quoted(text)
                ),
            ),
        }
    }
    if listen_addresses.is_empty() {
        listen_addresses.push(ListenAddress::Any { port: DEFAULT_PORT });
    }
    let telemetry_path = reader.parsed(
        "telemetry_path",
        "/metrics".to_owned(),
        "a path like \"/metrics\" (letters, digits and -._~/; not / alone, and not below /-/ or /api/)",
        |path| is_telemetry_path(path).then(|| path.to_owned()),
    );
    let enable_lifecycle = reader.flag("enable_lifecycle", false);
    Web {
        listen_addresses,
        telemetry_path,
        enable_lifecycle,
        config_file: reader.text("config_file").map(PathBuf::from),
        // Only a flag sets this.
        systemd_socket: overrides.systemd_socket,
    }
}

fn is_telemetry_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.starts_with('/')
        && path.len() > 1
        && !path.ends_with('/')
        && !path.contains("//")
        // The server's own pages are below these two paths.
        && !path.starts_with("/-/")
        && !path.starts_with("/api/")
        && !path.split('/').any(|part| part == "." || part == "..")
        && path.bytes().all(is_plain)
}

fn parse_listen_address(text: &str) -> Option<ListenAddress> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match (host, inner) {
        ("", _) => Some(ListenAddress::Any { port }),
        (_, Some(address)) => {
            address.parse::<std::net::Ipv6Addr>().ok()?;
            Some(ListenAddress::Host {
                host: address.to_owned(),
                port,
            })
        }
        (host, None) => {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
            host.bytes().all(is_name).then(|| ListenAddress::Host {
                host: host.to_owned(),
                port,
            })
        }
    }
}

/// Reads section `state`. `directory` is the directory of the settings file, which contains the default directory.
pub(super) fn state(section: &Section<'_>, directory: &Path) -> StateSettings {
    let set = section.text("directory").map(PathBuf::from);
    StateSettings {
        directory: set.unwrap_or_else(|| directory.join(DEFAULT_DIRECTORY)),
    }
}

const DEFAULT_DIRECTORY: &str = "data";

pub(super) fn log(mut reader: Reader<'_>) -> Log {
    use tracing::Level;
    Log {
        level: reader.choice(
            "level",
            &[
                // The first choice is the default.
                ("info", Level::INFO),
                ("error", Level::ERROR),
                ("warn", Level::WARN),
                ("debug", Level::DEBUG),
                ("trace", Level::TRACE),
            ],
        ),
        format: reader.choice(
            "format",
            &[("logfmt", LogFormat::Logfmt), ("json", LogFormat::Json)],
        ),
    }
}
