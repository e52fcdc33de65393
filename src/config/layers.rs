//! The process-wide sections and the defaults of accounts, merged by figment: file, environment,
//! flags, each winning over the one before.

use std::path::Path;

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::shape::{FILE, Keys, Shape, known as known_keys, nearest};
use super::tree::{Node, Tree};
use super::{Environment, Overrides};

/// Prefix of the variables that are settings.
const PREFIX: &str = "ZENDESK_EXPORTER_";

/// The sections that can be set by variables and flags. `accounts` are read from the file alone.
const SECTIONS: &[&str] = &["web", "state", "log", "defaults"];

/// Merges all layers. Problems with variables are added to `problems`. Relative paths of the environment and
/// the flags start in `working_directory`, as in every program that a shell starts.
pub(super) fn merge(
    file: &Tree,
    environment: &Environment,
    overrides: &Overrides,
    working_directory: &Path,
    problems: &mut Vec<String>,
) -> Tree {
    let mut file = file.clone();
    file.0
        .retain(|section, _| SECTIONS.contains(&section.as_str()));
    let variables = from_environment(environment, problems);
    let mut absolute = |layer: Tree| layer.with_paths_from(FILE, working_directory, problems);
    let figment = Figment::new()
        .merge(Layer("settings file", file))
        .merge(Layer("environment", absolute(variables)))
        .merge(Layer("command line", absolute(from_flags(overrides))));
    match figment.extract() {
        Ok(tree) => tree,
        Err(error) => {
            // Only texts are merged, so this says which setting is a section in one layer and a
            // value in another; figment's own words would quote the value.
            let keys: Vec<String> = error
                .into_iter()
                .map(|error| error.path.join("."))
                .collect();
            problems.push(format!(
                "{} is set as a section and as a value; set it in one way",
                keys.join(", ")
            ));
            Tree::default()
        }
    }
}

/// One layer of settings as text.
struct Layer(&'static str, Tree);

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0)
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, dict(&self.1))]))
    }
}

fn dict(tree: &Tree) -> Dict {
    let value = |node: &Node| match node {
        Node::Text(text) => Some(Value::from(text.as_str())),
        Node::List(list) => Some(Value::from(list.clone())),
        Node::Section(section) => Some(Value::from(dict(section))),
        Node::Sections(sections) => {
            Some(Value::from(sections.iter().map(dict).collect::<Vec<_>>()))
        }
        Node::Unusable => None,
    };
    tree.0
        .iter()
        .filter_map(|(key, node)| Some((key.clone(), value(node)?)))
        .collect()
}

/// `ZENDESK_EXPORTER_WEB__TELEMETRY_PATH=/m` is `web.telemetry_path`. Variables with the prefix
/// but without a known section are somebody else's (Kubernetes makes some).
fn from_environment(environment: &Environment, problems: &mut Vec<String>) -> Tree {
    let mut tree = Tree::default();
    for (name, value) in environment {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
        let is_ours = path.len() > 1 && SECTIONS.contains(&path[0].as_str());
        if is_ours && !insert(&mut tree, FILE, &path, value) {
            problems.push(format!(
                "the environment variable {name} matches no setting: {} is unknown{}",
                path.join("."),
                suggestion(FILE, &path)
            ));
        }
    }
    tree
}

/// Variables that look like settings but have one underscore where two belong. They cannot be
/// refused: Kubernetes makes variables with our prefix for services of such names.
pub(super) fn near_misses(environment: &Environment) -> Vec<String> {
    let meant = |name: &String| {
        let key = name.strip_prefix(PREFIX)?.to_lowercase();
        FILE.iter().find_map(|(section, shape)| {
            let rest = key.strip_prefix(section)?.strip_prefix('_')?;
            let Shape::Section(keys) = shape else {
                return None;
            };
            let (known, _) = keys.iter().find(|(known, _)| *known == rest)?;
            let (section, known) = (section.to_uppercase(), known.to_uppercase());
            Some(format!(
                "the environment variable {name} is not a setting and is ignored; did you mean {PREFIX}{section}__{known}?"
            ))
        })
    };
    environment.keys().filter_map(meant).collect()
}

/// The variable that is perhaps meant, as the end of a sentence.
fn suggestion(mut keys: Keys, path: &[String]) -> String {
    let mut meant = Vec::new();
    for part in path {
        let Some(known) = nearest(keys, part) else {
            return format!("; known settings there: {}", known_keys(keys));
        };
        meant.push(known.to_uppercase());
        match keys.iter().find(|(key, _)| *key == known) {
            Some((_, Shape::Section(inner))) => keys = inner,
            Some((_, Shape::Scalar(_) | Shape::Path(_) | Shape::Scalars(_))) => {
                return format!("; did you mean {PREFIX}{}?", meant.join("__"));
            }
            _ => break,
        }
    }
    "; set lists and sections in the settings file".to_owned()
}

/// Puts a value at a path; `false` if there is no such setting.
fn insert(tree: &mut Tree, keys: Keys, path: &[String], value: &str) -> bool {
    let Some((key, rest)) = path.split_first() else {
        return false;
    };
    let Some((_, shape)) = keys.iter().find(|(known, _)| known == key) else {
        return false;
    };
    match (shape, rest) {
        (Shape::Scalar(_) | Shape::Path(_), []) => {
            tree.0.insert(key.clone(), Node::Text(value.to_owned()));
            true
        }
        (Shape::Scalars(_), []) => {
            let list = value.split(',').map(|part| part.trim().to_owned());
            tree.0.insert(key.clone(), Node::List(list.collect()));
            true
        }
        (Shape::Section(keys), [_, ..]) => {
            let section = tree
                .0
                .entry(key.clone())
                .or_insert_with(|| Node::Section(Tree::default()));
            match section {
                Node::Section(section) => insert(section, keys, rest, value),
                _ => false,
            }
        }
        _ => false,
    }
}

fn from_flags(overrides: &Overrides) -> Tree {
    let Overrides {
        config_file: _,
        listen_addresses,
        telemetry_path,
        enable_lifecycle,
        web_config_file,
        systemd_socket: _,
        state_directory,
        log_level,
        log_format,
    } = overrides;
    let enable_lifecycle = &enable_lifecycle.then(|| true.to_string());
    let texts = [
        ("web", "telemetry_path", telemetry_path),
        ("web", "enable_lifecycle", enable_lifecycle),
        // Empty for none, whatever the layers below say.
        ("web", "config_file", web_config_file),
        ("state", "directory", state_directory),
        ("log", "level", log_level),
        ("log", "format", log_format),
    ];
    let mut tree = Tree::default();
    for (section, key, value) in texts {
        if let Some(value) = value {
            insert(
                &mut tree,
                FILE,
                &[section.to_owned(), key.to_owned()],
                value,
            );
        }
    }
    if !listen_addresses.is_empty() {
        let path = ["web".to_owned(), "listen_address".to_owned()];
        insert(&mut tree, FILE, &path, &listen_addresses.join(","));
    }
    tree
}
