//! The settings file itself, and from where relative paths in it start.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::check_keys::{Kind, parse};
use super::known_keys::FILE;
use super::setting::{Location, Setting};
use super::sources::Sources;

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "zendesk-exporter.yml";

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

/// Reads the file at `path`, in whose directory relative paths in it start: the section of all its settings.
/// `None` if it cannot be read, which `problems` says.
pub(crate) fn read_settings(
    path: &Path,
    kind: Kind,
    problems: &mut Vec<String>,
) -> Option<Setting> {
    let name = path.display().to_string();
    let text = read_bounded(path, FILE_BYTES_MAX)
        .map_err(|error| error.to_string())
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()));
    match text {
        Ok(text) => parse(&text, &name, kind, directory_of(path), problems),
        Err(why) => {
            problems.push(format!("cannot read {} {name}: {why}", kind.words));
            None
        }
    }
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new("."))
}

/// What the settings file holds.
pub(super) struct SettingsFile {
    /// Its whole path; `None` where none was named and there is none.
    pub(super) path: Option<PathBuf>,
    /// The section of all its settings.
    pub(super) settings: Setting,
    /// Where it is, or would be: what paths in it are relative to.
    pub(super) directory: PathBuf,
}

/// Reads the settings file. `None` if it cannot be read, which `problems` says.
pub(super) fn read_file(sources: Sources<'_>, problems: &mut Vec<String>) -> Option<SettingsFile> {
    let named = sources.overrides.config_file.as_deref();
    let path = sources
        .working_directory
        .join(named.unwrap_or_else(|| Path::new(DEFAULT_FILE)));
    // Components leave out `.`, which only lengthens what is shown.
    let path: PathBuf = path.components().collect();
    let directory = directory_of(&path).to_owned();
    let is_missing = matches!(path.try_exists(), Ok(false));
    if named.is_none() && is_missing {
        return Some(SettingsFile {
            path: None,
            settings: Setting::section(Location::default()),
            directory,
        });
    }
    Some(SettingsFile {
        settings: read_settings(&path, KIND, problems)?,
        path: Some(path),
        directory,
    })
}
