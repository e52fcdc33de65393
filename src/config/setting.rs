//! Settings before they are parsed: text by key, with the place where each was written; paths are already absolute.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The place where a setting was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Location {
    /// The keys and indices that lead to it, such as `accounts[0].export.page_size`.
    pub(crate) path: String,
    /// The line in the file; `None` for a setting from the environment or the command line.
    pub(crate) line: Option<usize>,
}

impl Location {
    /// The location of `key` in the section at this location.
    pub(super) fn key(&self, key: &str, line: Option<usize>) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{key}", self.path);
        Self { path, line }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path)?;
        match self.line {
            Some(line) => write!(formatter, " (line {line})"),
            None => Ok(()),
        }
    }
}

/// A setting, or a section of settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) location: Location,
    pub(crate) value: Value,
}

/// Settings by key.
pub(super) type Settings = BTreeMap<String, Setting>;

/// The value of a setting, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    /// A scalar as it was written.
    Text(String),
    /// A list of scalars, or of sections.
    List(Vec<Setting>),
    Section(Settings),
    /// A value of a kind that the setting does not take. It has been reported.
    Unusable,
}

impl Setting {
    pub(super) fn new(location: Location, value: Value) -> Self {
        Self { location, value }
    }

    pub(super) fn text(location: Location, text: &str) -> Self {
        Self::new(location, Value::Text(text.to_owned()))
    }

    /// A section without settings.
    pub(super) fn section(location: Location) -> Self {
        Self::new(location, Value::Section(Settings::new()))
    }

    /// The text of a scalar; empty for a list or section.
    pub(crate) fn as_text(&self) -> &str {
        match &self.value {
            Value::Text(text) => text,
            _ => "",
        }
    }

    pub(crate) fn to_text(&self) -> String {
        self.as_text().to_owned()
    }

    pub(crate) fn as_section(&self) -> Section<'_> {
        let settings = match &self.value {
            Value::Section(settings) => Some(settings),
            _ => None,
        };
        let location = self.location.clone();
        Section { location, settings }
    }

    /// This setting, replaced by `over`. If both are sections, only the settings that `over` contains are replaced.
    /// Example: `{ a: 1, b: 2 }` overlaid with `{ b: 3 }` is `{ a: 1, b: 3 }`.
    pub(super) fn overlaid(mut self, over: &Self) -> Self {
        let (Value::Section(below), Value::Section(above)) = (&mut self.value, &over.value) else {
            return over.clone();
        };
        for (key, over) in above {
            let setting = below.remove(key).or_else(|| {
                // A setting that is missing in the new section is reported at the section below.
                let is_section = matches!(over.value, Value::Section(_));
                is_section.then(|| Self::section(self.location.key(key, None)))
            });
            let setting = setting.map_or_else(|| over.clone(), |setting| setting.overlaid(over));
            below.insert(key.clone(), setting);
        }
        self
    }
}

/// The absolute path of `path`, which starts in `directory` if it is relative. An empty path means that none is
/// set. `key` and `line` locate the setting. Example: `data` in `/etc/zendesk-exporter/zendesk-exporter.yml`
/// becomes `/etc/zendesk-exporter/data`, and `/srv/data` stays.
pub(super) fn whole_path(
    path: &str,
    directory: &Path,
    (key, line): (&str, Option<usize>),
    problems: &mut Vec<String>,
) -> String {
    if path.is_empty() {
        return String::new();
    }
    // Collecting the components removes `.`, which would only make messages longer.
    let whole: PathBuf = directory.join(path).components().collect();
    whole.into_os_string().into_string().unwrap_or_else(|_| {
        // Settings are text, and the name as text would be another path.
        let setting = Location::default().key(key, line);
        problems.push(format!(
            "{setting}: the relative path {path} starts in {}, whose name is not UTF-8; set an absolute path",
            directory.display()
        ));
        path.to_owned()
    })
}

/// A section to read from. It is empty if the settings do not contain it.
#[derive(Clone, Debug)]
pub(crate) struct Section<'a> {
    pub(super) location: Location,
    settings: Option<&'a Settings>,
}

impl<'a> Section<'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Setting)> + use<'a> {
        self.settings.into_iter().flatten()
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Setting> {
        self.settings?.get(key)
    }

    pub(super) fn to_setting(&self) -> Setting {
        let settings = self.settings.cloned().unwrap_or_default();
        Setting::new(self.location.clone(), Value::Section(settings))
    }

    /// The text of a setting, `None` if it is not set or empty.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        let text = self.get(key)?.as_text();
        (!text.is_empty()).then_some(text)
    }

    /// The elements of a list; none if the list is not set.
    pub(crate) fn list(&self, key: &str) -> &'a [Setting] {
        match self.get(key).map(|setting| &setting.value) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// The section under a key.
    pub(crate) fn section(&self, key: &str) -> Self {
        match self.get(key) {
            Some(setting) => setting.as_section(),
            None => Self {
                location: self.locate(key),
                settings: None,
            },
        }
    }

    /// The location of a setting. One that is not set has the line of its section.
    pub(crate) fn locate(&self, key: &str) -> Location {
        match self.get(key) {
            Some(setting) => setting.location.clone(),
            None => self.location.key(key, self.location.line),
        }
    }

    /// Whether a setting of the section has a value of a wrong kind.
    pub(crate) fn has_unusable(&self) -> bool {
        let mut settings = self.iter();
        settings.any(|(_, setting)| setting.value == Value::Unusable)
    }
}
