//! Recorded series, made afterwards by promtool and a Prometheus that runs for as long as it takes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use zendesk_exporter::app::past::Stretch;

use super::blocks::run;
use super::rules::{self, Rule};

/// Samples are as far apart as on an ordinary day of the plan, and a scrape takes its time.
const LOOKBACK: &str = "--query.lookback-delta=16m";

/// Each rule of each stretch is a block or more, and each is read again for each pass: as few as can
/// be. It must be two hours times a power of three.
const BLOCKS: &str = "--max-block-duration=1458h";

/// As long as no month is: otherwise Prometheus removes what it takes for old.
const RETENTION: &str = "--storage.tsdb.retention.time=100y";

/// How often a Prometheus is asked whether it is ready, and how long that is waited for.
const ASK_EVERY: Duration = Duration::from_millis(50);
const ASK_TIMES: u32 = 1_200;

/// Adds to the blocks in `database` what the rules in these files record.
pub(super) fn record(
    database: &Path,
    files: &[String],
    stretches: &[Stretch],
) -> anyhow::Result<()> {
    let database = database.canonicalize()?;
    let mut all: Vec<Rule> = Vec::new();
    for file in files {
        all.extend(rules::recorded(file)?);
    }
    let directory = TempDir::new()?;
    for pass in rules::passes(&all)? {
        let prometheus = Prometheus::over(&database, directory.path())?;
        for stretch in stretches {
            // What promtool is told as a name decides on the second of each evaluation, so that it
            // must be the same again in the next month.
            let name = format!("every-{}.yml", stretch.every);
            let file = rules::file(&pass, stretch.every);
            fs::write(directory.path().join(&name), file)?;
            run(Command::new("promtool")
                .current_dir(directory.path())
                .args(["tsdb", "create-blocks-from", "rules", "--quiet"])
                .arg(BLOCKS)
                .arg(format!("--url=http://{}", prometheus.address))
                .arg(format!("--start={}", stretch.from))
                .arg(format!("--end={}", stretch.until - 1))
                .arg("--output-dir")
                .arg(&database)
                .arg(&name))?;
        }
    }
    tidy(&database)
}

/// Removes what a running Prometheus leaves beside its blocks.
fn tidy(database: &Path) -> anyhow::Result<()> {
    for name in ["wal", "chunks_head", "queries.active", "lock"] {
        let left = database.join(name);
        if left.is_dir() {
            fs::remove_dir_all(left)?;
        } else if left.exists() {
            fs::remove_file(left)?;
        }
    }
    Ok(())
}

/// A Prometheus that answers from blocks and scrapes nothing. Killed when dropped: it has nothing to
/// lose, as all that there is stands in blocks.
struct Prometheus {
    child: Child,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts over all blocks that are there by now; returns once it answers.
    fn over(database: &Path, directory: &Path) -> anyhow::Result<Self> {
        let settings = directory.join("prometheus.yml");
        fs::write(&settings, "global: {}\n")?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", settings.display()))
            .arg(format!("--storage.tsdb.path={}", database.display()))
            .args([RETENTION, LOOKBACK])
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot run prometheus")?;
        let mut prometheus = Self { child, address };
        for _ in 0..ASK_TIMES {
            if let Some(status) = prometheus.child.try_wait()? {
                bail!("prometheus ended, {status}");
            }
            if is_ready(address).unwrap_or(false) {
                return Ok(prometheus);
            }
            sleep(ASK_EVERY);
        }
        bail!("prometheus does not get ready")
    }
}

impl Drop for Prometheus {
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
