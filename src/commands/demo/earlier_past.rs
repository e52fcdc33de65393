//! Finds and removes what an earlier demo left in the directory of its past, for `--once`, with which a service
//! manager starts the demo again and again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::past_files::{CONFIGURATION, RULES, RULES_DIRECTORY, WINDOW_END};

/// Whether `output` has a complete past, even if its windows were removed after that.
pub(super) fn holds_a_past(output: &Path) -> bool {
    output.join(CONFIGURATION).exists()
}

/// Removes from `output` the files of a demo that was killed before its past was complete, and nothing else.
pub(super) fn remove_incomplete(output: &Path) -> anyhow::Result<()> {
    let rules = output.join(RULES_DIRECTORY);
    let rule_files = RULES.map(|(name, _)| rules.join(name));
    for path in windows_in(output).into_iter().chain(rule_files) {
        remove(&path, fs::remove_file(&path))?;
    }
    remove(&rules, fs::remove_dir(&rules))
}

/// The windows of a past in `output`. None if it cannot be read: writing to it will fail with the reason.
fn windows_in(output: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(output).into_iter().flatten().flatten();
    let is_window = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.strip_suffix(WINDOW_END));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    entries
        .map(|entry| entry.path())
        .filter(is_window)
        .collect()
}

/// The result of removing `path`, which need not exist.
fn remove(path: &Path, result: io::Result<()>) -> anyhow::Result<()> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match result {
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(()),
        result => result.with_context(|| format!("cannot remove {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tempfile::TempDir;

    use super::*;

    fn names_in(directory: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(directory).expect("it is there");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names.map(|name| name.display().to_string()).collect()
    }

    #[test]
    fn of_an_incomplete_past_everything_is_removed_and_of_anything_else_nothing() {
        let directory = TempDir::new().expect("a directory");
        let output = directory.path().join("past");
        for missing in [&output, Path::new("/dev/null")] {
            remove_incomplete(missing).expect("nothing is there");
            assert!(!holds_a_past(missing));
        }
        fs::create_dir_all(output.join(RULES_DIRECTORY)).expect("made");
        for name in ["001.om.gz", "1000.om.gz", "rules/zendesk-desk.yml"] {
            fs::write(output.join(name), "").expect("written");
        }
        remove_incomplete(&output).expect("removed");
        assert_eq!(names_in(&output), BTreeSet::new());
        let others = ["a.om.gz", "001.om", "mine"];
        for name in others {
            fs::write(output.join(name), "").expect("written");
        }
        remove_incomplete(&output).expect("nothing of ours is there");
        assert_eq!(names_in(&output), others.map(str::to_owned).into());
    }
}
