//! Writes the generated files, or says which of them are stale.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;

/// Renders the dashboards and the reference pages.
#[derive(Debug, Parser)]
struct Cli {
    /// Write nothing; end with 1 if a file is not as it would be rendered
    #[arg(long)]
    check: bool,
    /// The repository
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let Cli { check, root } = Cli::parse();
    let example = root.join("config/zendesk-exporter.yml");
    let example = std::fs::read_to_string(&example)
        .with_context(|| format!("cannot read {}", example.display()))?;
    let mut stale = false;
    for (path, rendered) in zendesk_exporter_tools::generated(&example)? {
        let file = root.join(&path);
        // A file that is not there yet is stale as well.
        if std::fs::read_to_string(&file).is_ok_and(|committed| committed == rendered) {
            continue;
        }
        if check {
            eprintln!("{path} is stale: run make generate");
            stale = true;
        } else {
            std::fs::write(&file, &rendered)
                .with_context(|| format!("cannot write {}", file.display()))?;
            println!("wrote {path}");
        }
    }
    Ok(if stale {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
