//! Debian's Prometheus over the month, which serves the page too.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::Value;
use zendesk_exporter_tools::prometheus::{OverBlocks, create_blocks_from, run};

/// A Prometheus that scrapes nothing.
pub(crate) struct Prometheus {
    _server: OverBlocks,
    client: reqwest::Client,
    /// Where it answers.
    pub(crate) address: String,
}

impl Prometheus {
    /// Starts on a free port, with `site` under `/user/`; returns once it answers.
    pub(crate) fn start(blocks: &Path, site: &Path) -> anyhow::Result<Self> {
        let directory = site.parent().context("the page is in a directory")?;
        let flags = [
            format!("--web.user-assets={}", site.display()),
            // Equal ones: nothing is compacted while it is looked at.
            "--storage.tsdb.min-block-duration=2h".to_owned(),
            "--storage.tsdb.max-block-duration=2h".to_owned(),
        ];
        let server = OverBlocks::start(blocks, directory, &flags)?;
        Ok(Self {
            client: client()?,
            address: format!("http://{}", server.address),
            _server: server,
        })
    }

    /// The `data` of an answer to a query at a second.
    pub(crate) async fn instant(&self, query: &str, time: i64) -> anyhow::Result<Value> {
        let time = time.to_string();
        self.ask("query", &[("query", query), ("time", &time)])
            .await
    }

    /// The `data` of an answer to a query over a range of seconds.
    pub(crate) async fn over(
        &self,
        query: &str,
        (start, end): (i64, i64),
        step: i64,
    ) -> anyhow::Result<Value> {
        let [start, end, step] = [start, end, step].map(|number| number.to_string());
        let parameters = [
            ("query", query),
            ("start", start.as_str()),
            ("end", end.as_str()),
            ("step", step.as_str()),
        ];
        self.ask("query_range", &parameters).await
    }

    async fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(parameters).finish();
        let url = format!("{}/api/v1/{path}?{query}", self.address);
        let mut answer: Value = self.client.get(url).send().await?.json().await?;
        if answer["status"] != "success" {
            bail!("{}: {}", parameters[0].1, answer["error"]);
        }
        Ok(answer["data"].take())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client that asks a Prometheus on this machine, not Zendesk"
)]
fn client() -> anyhow::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().context("cannot make a client")
}

/// When the month ends, and the scrapes that found the exporter dead after that: Prometheus itself
/// would have written them, and a month that was imported has none.
pub(crate) fn add_dead_exporter(blocks: &Path, end: i64) -> anyhow::Result<()> {
    // promtool reads no blocks without the log of a Prometheus that ran over them.
    std::fs::create_dir_all(blocks.join("wal"))?;
    let dump = Command::new("promtool")
        .args(["tsdb", "dump", "--match={__name__=\"up\"}"])
        .arg(format!("--min-time={}", 1_000 * (end - 60)))
        .arg(blocks)
        .output()
        .context("cannot start promtool (make tools installs it)")?;
    let text = String::from_utf8(dump.stdout)?;
    let series = text
        .lines()
        .filter_map(|line| line.rsplit_once("} ")?.0.strip_prefix('{'));
    let mut series: Vec<&str> = series.collect();
    series.dedup();
    if series.is_empty() {
        bail!("the month has no sample of up at its end, {end}");
    }
    let mut samples = String::from("# TYPE up gauge\n");
    for labels in series {
        let labels: Vec<&str> = labels
            .split(", ")
            .filter(|one| !one.starts_with("__name__="))
            .collect();
        for minute in 1..=DEAD_MINUTES {
            let at = end + 60 * minute;
            samples.push_str(&format!("up{{{}}} 0 {at}\n", labels.join(",")));
        }
    }
    samples.push_str("# EOF\n");
    let file: PathBuf = blocks.with_file_name("dead.om");
    std::fs::write(&file, samples)?;
    run(create_blocks_from("openmetrics").arg(&file).arg(blocks))
}

/// As long as the exporter is dead after the month. The last sample must be further away than
/// Prometheus looks back.
pub(crate) const DEAD_MINUTES: i64 = 20;
