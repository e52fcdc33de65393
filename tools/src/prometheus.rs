//! Blocks of a Prometheus that promtool makes, and a Prometheus that answers from them and scrapes nothing.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, bail};

/// Samples are a quarter of an hour apart on an ordinary day, and a scrape takes its time.
const LOOKBACK: &str = "--query.lookback-delta=16m";

/// Blocks lie in the past, and Prometheus removes what is older than its retention.
const RETENTION: &str = "--storage.tsdb.retention.time=100y";

/// How often it is asked whether it is ready, and how long that is waited for: it reads hundreds of
/// blocks at its start.
const ASK_EVERY: Duration = Duration::from_millis(50);
const ASK_TIMES: u32 = 1_200;

/// A Prometheus over blocks. Killed when dropped: it has nothing to lose, as all that there is stands in
/// blocks.
#[derive(Debug)]
pub struct OverBlocks {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl OverBlocks {
    /// Starts on a free port over all blocks that are in `blocks` by now, with these flags more; returns
    /// once it answers. Its settings are written into `directory`.
    ///
    /// # Errors
    ///
    /// If it is not installed, ends, or is not ready within a minute.
    pub fn start(blocks: &Path, directory: &Path, flags: &[String]) -> anyhow::Result<Self> {
        let settings = directory.join("prometheus.yml");
        fs::write(&settings, "scrape_configs: []\n")?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", settings.display()))
            .arg(format!("--storage.tsdb.path={}", blocks.display()))
            .args([RETENTION, LOOKBACK, "--log.level=error"])
            .arg(format!("--web.listen-address={address}"))
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start prometheus (make tools installs it)")?;
        let mut prometheus = Self { child, address };
        for _ in 0..ASK_TIMES {
            if let Some(status) = prometheus.child.try_wait()? {
                bail!("prometheus has ended: {status}");
            }
            if is_ready(address).unwrap_or(false) {
                return Ok(prometheus);
            }
            sleep(ASK_EVERY);
        }
        bail!("prometheus is not ready after a minute")
    }
}

impl Drop for OverBlocks {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET /-/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

/// A call of `promtool tsdb create-blocks-from`, for openmetrics or rules.
pub fn create_blocks_from(source: &str) -> Command {
    let mut command = Command::new("promtool");
    command.args(["tsdb", "create-blocks-from", source, "--quiet"]);
    command
}

/// Runs promtool; what it says is told only when it fails.
///
/// # Errors
///
/// If it is not installed, fails, or cannot evaluate a rule.
pub fn run(promtool: &mut Command) -> anyhow::Result<()> {
    let output = promtool
        .stdin(Stdio::null())
        .output()
        .context("cannot start promtool (make tools installs it)")?;
    let said = String::from_utf8_lossy(&output.stderr);
    // It tells of a rule that it cannot evaluate, and ends well.
    if output.status.success() && !said.contains("err=") {
        return Ok(());
    }
    bail!("promtool failed: {}", said.trim())
}
