//! Finds and reads the settings file, and determines the directory of its relative paths.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::check_keys::{Kind, parse};
use super::known_keys::FILE;
use super::setting::{Location, Setting};
use super::sources::Sources;

/// The file in the working directory that is read if no flag names one. It need not exist.
pub const DEFAULT_FILE: &str = "zendesk-exporter.yml";

pub(super) const KIND: Kind = Kind {
    keys: FILE,
    words: "the settings file",
    see_example: "see the example config/zendesk-exporter.yml",
};

/// The largest settings file and web config file, in bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Reads a file of at most `bytes_max` bytes. The length need not be known before, so a pipe can be read too.
pub(crate) fn read_bounded(path: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .map_err(for_whom)?
        // One byte more shows that the file is too large; the rest of it is not read.
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

/// Adds the user of the process to an error that says that reading is not permitted. In a container and under
/// systemd this user is often not the one who wrote the file.
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

/// Reads the file at `path` into the section of all its settings; relative paths in it start in its directory.
/// `None` if it cannot be read, which is added to `problems`.
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

/// The contents of the settings file.
pub(super) struct SettingsFile {
    /// The absolute path of the file; `None` if no flag names one and the default file does not exist.
    pub(super) path: Option<PathBuf>,
    /// The section of all its settings.
    pub(super) settings: Setting,
    /// The directory of the file, also if there is no file. Relative paths in the file start here.
    pub(super) directory: PathBuf,
}

/// Reads the settings file. `None` if it cannot be read, which is added to `problems`.
pub(super) fn read_file(sources: Sources<'_>, problems: &mut Vec<String>) -> Option<SettingsFile> {
    let named = sources.overrides.config_file.as_deref();
    let path = sources
        .working_directory
        .join(named.unwrap_or_else(|| Path::new(DEFAULT_FILE)));
    // Collecting the components removes `.`, which would only make messages longer.
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
