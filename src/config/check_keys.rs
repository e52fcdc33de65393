//! Compares a YAML file with the keys that it may have, and reports unknown keys and values of a wrong kind.

use std::path::Path;

use super::known_keys::{Keys, Shape, all_keys, nearest};
use super::setting::{Location, Setting, Settings, Value, whole_path};
use super::yaml::{self, Entry, Yaml, YamlError};

/// The kind of a file: its keys, and the words for it in messages.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) keys: Keys,
    /// The name of the kind with its article, e.g. `the settings file`.
    pub(crate) words: &'static str,
    /// The end of a message, which refers to an example of such a file.
    pub(crate) see_example: &'static str,
}

/// Parses the text of a file into the section of all its settings. `name` is the file's name in messages; relative
/// paths in it start in `directory`.
///
/// Adds everything that is wrong to `problems`. Unknown keys, repeated keys, and values of a kind that the setting
/// does not take are skipped. `None` if the file is not valid YAML. No message shows text of the file except keys
/// and paths.
pub(crate) fn parse(
    text: &str,
    name: &str,
    kind: Kind,
    directory: &Path,
    problems: &mut Vec<String>,
) -> Option<Setting> {
    let mut file = File {
        name,
        kind,
        directory,
        problems,
    };
    let root = Location::default();
    let settings = match yaml::read(text) {
        Ok(yaml::Value::Nothing) => Settings::new(),
        Ok(yaml::Value::Section(entries)) => file.section(kind.keys, &root, &entries),
        Ok(yaml::Value::Text(_) | yaml::Value::List(_)) => {
            let see_example = kind.see_example;
            file.add_problem(&format!(
                "the file has no settings at its top level; {see_example}"
            ));
            Settings::new()
        }
        Err(unreadable) => {
            file.add_yaml_error(&unreadable);
            return None;
        }
    };
    Some(Setting::new(root, Value::Section(settings)))
}

/// The part of an unknown key that messages may show. Without the space after its colon, `access_token:hush` is a
/// key, and the secret in it must not be shown: the result is `access_token`. A key may also contain line breaks or
/// be very long, so control characters are removed and the length is bounded.
fn shown_key(key: &str) -> String {
    let word = key
        .split([':', '=', ' ', '\t', '\n'])
        .next()
        .unwrap_or_default();
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// A file that is being parsed, and its problems so far.
struct File<'a> {
    name: &'a str,
    kind: Kind,
    directory: &'a Path,
    problems: &'a mut Vec<String>,
}

impl File<'_> {
    fn add_problem(&mut self, problem: &str) {
        self.problems.push(format!("{}: {problem}", self.name));
    }

    fn add_yaml_error(&mut self, YamlError { line, column, why }: &YamlError) {
        let Kind {
            words, see_example, ..
        } = self.kind;
        let name = self.name;
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(" ({why})")
        };
        self.problems.push(format!(
            "cannot read {words} {name} at line {line} column {column}: it is not valid YAML{why}; indent with spaces, close quotes and brackets, and quote values with special characters; {see_example}"
        ));
    }

    /// Reads a section that has `keys`.
    fn section(&mut self, keys: Keys, location: &Location, entries: &[Entry]) -> Settings {
        let mut settings = Settings::new();
        for Entry { key, line, value } in entries {
            let Some((key, shape)) = keys.iter().find(|(name, _)| *name == &**key) else {
                let nearest = nearest(keys, key);
                let name = match (nearest, &value.value) {
                    // It may be a value without its key, as in `auth: { hush }`.
                    (None, yaml::Value::Nothing) => "***",
                    _ => &shown_key(key),
                };
                let unknown = location.key(name, Some(*line));
                let hint = nearest.map_or_else(
                    || format!("known settings here: {}", all_keys(keys)),
                    |nearest| format!("did you mean {nearest}?"),
                );
                self.add_problem(&format!("unknown setting {unknown}; {hint}"));
                continue;
            };
            let location = location.key(key, Some(*line));
            if settings.contains_key(*key) {
                self.add_problem(&format!("{location} is set twice; remove one of them"));
            } else if let Some(setting) = self.setting(key, shape, location, value) {
                settings.insert((*key).to_owned(), setting);
            }
        }
        settings
    }

    /// Reads the setting `key`. If its value is empty, a scalar is not set (`None`), a section has its defaults,
    /// and a list of sections has no elements.
    fn setting(
        &mut self,
        key: &str,
        shape: &Shape,
        mut location: Location,
        yaml: &Yaml,
    ) -> Option<Setting> {
        use yaml::Value as Y;
        let value = match (shape, &yaml.value) {
            (Shape::Scalar(_) | Shape::Path(_) | Shape::Scalars(_), Y::Nothing) => return None,
            (Shape::Section(_) | Shape::Table(_), Y::Nothing) => {
                Some(Value::Section(Settings::new()))
            }
            (Shape::Sections(_), Y::Nothing) => Some(Value::List(Vec::new())),
            (Shape::Scalar(_) | Shape::Path(_), Y::Text(text)) => {
                // A long text can begin on a line below its key, and users look for the text.
                location.line = Some(yaml.line);
                Some(Value::Text(match shape {
                    Shape::Path(_) => {
                        whole_path(text, self.directory, (key, location.line), self.problems)
                    }
                    _ => (**text).to_owned(),
                }))
            }
            (Shape::Scalars(_), Y::Text(_)) => texts(&location, std::slice::from_ref(yaml)),
            (Shape::Scalars(_), Y::List(list)) => texts(&location, list),
            (Shape::Section(keys), Y::Section(entries)) => {
                Some(Value::Section(self.section(keys, &location, entries)))
            }
            (Shape::Sections(keys), Y::List(list)) => {
                Some(Value::List(self.sections(keys, &location, list)))
            }
            (Shape::Table(_), Y::Section(entries)) => self.table(&location, entries),
            _ => None,
        };
        let value = value.unwrap_or_else(|| {
            self.add_problem(&format!("{location} {}", shape.wanted(key)));
            Value::Unusable
        });
        Some(Setting::new(location, value))
    }

    fn sections(&mut self, keys: Keys, location: &Location, list: &[Yaml]) -> Vec<Setting> {
        let read = |(index, element): (usize, &Yaml)| {
            let location = Location {
                path: format!("{}[{index}]", location.path),
                line: Some(element.line),
            };
            let settings = match &element.value {
                yaml::Value::Section(entries) => self.section(keys, &location, entries),
                yaml::Value::Nothing => Settings::new(),
                yaml::Value::Text(_) | yaml::Value::List(_) => {
                    self.add_problem(&format!(
                        "{location} is not a section of settings; {}",
                        self.kind.see_example
                    ));
                    Settings::new()
                }
            };
            Setting::new(location, Value::Section(settings))
        };
        list.iter().enumerate().map(read).collect()
    }

    /// Reads a table, whose keys the user chooses and whose values are scalars; `None` if a value is not a scalar.
    fn table(&mut self, location: &Location, entries: &[Entry]) -> Option<Value> {
        let texts: Option<Vec<&str>> = entries.iter().map(|entry| text(&entry.value)).collect();
        let mut settings = Settings::new();
        for (Entry { key, line, .. }, text) in entries.iter().zip(texts?) {
            let location = location.key(&shown_key(key), Some(*line));
            if settings.contains_key(&**key) {
                self.add_problem(&format!("{location} is set twice; remove one of them"));
            } else {
                settings.insert((**key).to_owned(), Setting::text(location, text));
            }
        }
        Some(Value::Section(settings))
    }
}

/// The text of a scalar; empty if there is no value, `None` for a list or section.
fn text(yaml: &Yaml) -> Option<&str> {
    match &yaml.value {
        yaml::Value::Text(text) => Some(text),
        yaml::Value::Nothing => Some(""),
        yaml::Value::List(_) | yaml::Value::Section(_) => None,
    }
}

/// The scalars of a list at `location`; `None` if the list contains anything else.
fn texts(location: &Location, list: &[Yaml]) -> Option<Value> {
    let setting = |element: &Yaml| match &element.value {
        yaml::Value::Text(text) => {
            let line = Some(element.line);
            let path = location.path.clone();
            Some(Setting::text(Location { path, line }, text))
        }
        _ => None,
    };
    let texts: Option<Vec<Setting>> = list.iter().map(setting).collect();
    texts.map(Value::List)
}
