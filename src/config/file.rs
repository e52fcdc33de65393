//! The settings file itself, and from where relative paths in it start.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::shape::FILE;
use super::tree::{self, Kind, Tree};
use super::{DEFAULT_FILE, Overrides};

pub(super) const KIND: Kind = Kind {
    keys: FILE,
    words: "the settings file",
    see_example: "see the example config/zendesk-exporter.yml",
};

/// Longest settings file, and longest web config file.
pub(crate) const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Reads a file of at most `bytes_max` bytes, also where its length is not known before, as with
/// a pipe.
pub(crate) fn read_bounded(path: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .map_err(for_whom)?
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let problem = format!("it is larger than {bytes_max} bytes");
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            problem,
        ));
    }
    Ok(bytes)
}

/// The error, with the user who may not read if that is the cause. In a container and under systemd it
/// is another user than the one who wrote the file.
pub(super) fn for_whom(error: std::io::Error) -> std::io::Error {
    if error.kind() != std::io::ErrorKind::PermissionDenied {
        return error;
    }
    let user = rustix::process::geteuid().as_raw();
    std::io::Error::new(
        error.kind(),
        format!("{error}; user {user} must be able to read it"),
    )
}

/// What the settings file holds.
pub(super) struct SettingsFile {
    /// Its whole path; `None` where none was named and there is none.
    pub(super) path: Option<PathBuf>,
    /// Its text by key.
    pub(super) tree: Tree,
    /// Where it is, or would be: what paths in it are relative to.
    pub(super) directory: PathBuf,
}

/// Reads the settings file. `None` if it cannot be read, which `problems` says.
pub(super) fn read_file(
    overrides: &Overrides,
    working_directory: &Path,
    problems: &mut Vec<String>,
) -> Option<SettingsFile> {
    let named = overrides.config_file.as_deref();
    let path = working_directory.join(named.unwrap_or_else(|| Path::new(DEFAULT_FILE)));
    // Components leave out `.`, which only lengthens what is shown.
    let path: PathBuf = path.components().collect();
    let directory = path.parent().unwrap_or(working_directory).to_owned();
    let shown = path.display().to_string();
    let bytes = match read_bounded(&path, FILE_BYTES_MAX) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Some(SettingsFile {
                path: None,
                tree: Tree::default(),
                directory,
            });
        }
        Err(error) => {
            problems.push(format!("cannot read the settings file {shown}: {error}"));
            return None;
        }
        Ok(bytes) => bytes,
    };
    let Ok(text) = String::from_utf8(bytes) else {
        problems.push(format!(
            "cannot read the settings file {shown}: it is not UTF-8 text"
        ));
        return None;
    };
    let tree = tree::parse(&text, &shown, KIND, problems)?;
    Some(SettingsFile {
        tree: tree.with_paths_from(FILE, &directory, problems),
        path: Some(path),
        directory,
    })
}
