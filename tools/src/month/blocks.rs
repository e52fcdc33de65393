//! Windows into blocks, by promtool, on a thread beside the month.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use zendesk_exporter::app::past::Window;

/// The longest block: the fewer there are, the sooner they are made and loaded. It must be two hours
/// times a power of three.
pub(super) const BLOCK_HOURS: i64 = 18;

/// Imports windows one after the other.
pub(super) struct Importer {
    directory: PathBuf,
    files: SyncSender<PathBuf>,
    thread: JoinHandle<anyhow::Result<()>>,
    count: std::cell::Cell<u32>,
}

impl Importer {
    /// Blocks go into `directory`, which is made anew.
    pub(super) fn into(directory: &Path) -> anyhow::Result<Self> {
        if directory.exists() {
            std::fs::remove_dir_all(directory)
                .with_context(|| format!("cannot remove {}", directory.display()))?;
        }
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        let (files, waiting) = sync_channel::<PathBuf>(2);
        let into = directory.to_owned();
        let thread = std::thread::spawn(move || {
            for file in waiting {
                run(Command::new("promtool")
                    .args(["tsdb", "create-blocks-from", "openmetrics", "--quiet"])
                    .arg(format!("--max-block-duration={BLOCK_HOURS}h"))
                    .arg(&file)
                    .arg(&into))?;
                std::fs::remove_file(&file)?;
            }
            Ok(())
        });
        Ok(Self {
            directory: directory.to_owned(),
            files,
            thread,
            count: std::cell::Cell::new(0),
        })
    }

    /// Imports what the window holds, which is empty after that.
    pub(super) fn import(&self, window: &mut Window) -> anyhow::Result<()> {
        if window.is_empty() {
            return Ok(());
        }
        let number = self.count.get();
        self.count.set(number + 1);
        let path = self.directory.join(format!("window-{number:03}.om"));
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        window.write(&mut BufWriter::new(file))?;
        if self.files.send(path).is_err() {
            bail!("the import has stopped");
        }
        Ok(())
    }

    /// Waits for the last window.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        drop(self.files);
        match self.thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Runs a tool; what it says is told only when it fails.
pub(super) fn run(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", name.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    bail!("{} failed: {}", name.display(), said.trim());
}
