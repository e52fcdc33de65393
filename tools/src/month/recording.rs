//! Recorded series, made afterwards by promtool and a Prometheus that runs for as long as it takes.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use zendesk_exporter::app::past::Stretch;
use zendesk_exporter_tools::prometheus::{OverBlocks, create_blocks_from, run};

use super::rules::{self, Rule};

/// Each rule of each stretch is a block or more, and each is read again for each pass: as few as can
/// be. It must be two hours times a power of three.
const BLOCKS: &str = "--max-block-duration=1458h";

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
        let prometheus = OverBlocks::start(&database, directory.path(), &[])?;
        for stretch in stretches {
            // What promtool is told as a name decides on the second of each evaluation, so that it
            // must be the same again in the next month.
            let name = format!("every-{}.yml", stretch.every);
            let file = rules::file(&pass, stretch.every);
            fs::write(directory.path().join(&name), file)?;
            run(create_blocks_from("rules")
                .current_dir(directory.path())
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
