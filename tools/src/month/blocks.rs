//! Windows into blocks, by promtool, on a thread beside the month.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use zendesk_exporter::app::past::{BLOCK_HOURS, Window};
use zendesk_exporter_tools::prometheus::{create_blocks_from, run};

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
                run(create_blocks_from("openmetrics")
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
