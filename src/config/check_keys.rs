//! A settings file taken apart: its YAML against the settings that there are.

use std::path::Path;

use super::known_keys::{Keys, Shape, all_keys, nearest};
use super::setting::{Location, Setting, Settings, Value, whole_path};
use super::yaml::{self, Entry, Yaml, YamlError};

/// Which keys a file has, and how one speaks of it.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) keys: Keys,
    /// With its article.
    pub(crate) words: &'static str,
    /// Where one can see how such a file is written.
    pub(crate) see_example: &'static str,
}

/// Takes the text of a file apart: the section of all its settings. `name` is the file's, for sentences;
/// relative paths in it start in `directory`.
///
/// All that is wrong is added to `problems`: unknown keys, keys that are there twice, and values of
/// another kind than their setting takes are passed over; `None` if the file cannot be read at all.
/// No sentence shows text of the file but keys and paths.
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

/// What may be shown of a key that somebody made up. A forgotten blank makes `access_token:hush` a
/// key, which must not be shown; and keys can be hostile too: no line breaks, no endless ones.
fn shown_key(key: &str) -> String {
    let word = key
        .split([':', '=', ' ', '\t', '\n'])
        .next()
        .unwrap_or_default();
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// A file, and what was found in it.
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
                    // Perhaps a value without its key, as in `auth: { hush }`.
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

    /// Reads the setting `key`. Nothing in the place of a scalar means that it is not set (`None`), in the
    /// place of a section its defaults, in the place of a list of sections no elements.
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
                // A long text can begin below its key, and people look for the text.
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

    /// Reads keys of anybody's choice, each with a scalar; `None` if one has something else.
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

/// The text of a scalar, empty if there is nothing; `None` of anything else.
fn text(yaml: &Yaml) -> Option<&str> {
    match &yaml.value {
        yaml::Value::Text(text) => Some(text),
        yaml::Value::Nothing => Some(""),
        yaml::Value::List(_) | yaml::Value::Section(_) => None,
    }
}

/// The scalars of a list at `location`; `None` if something else is among them.
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
