//! Merges the layers of settings with figment: the file, then the environment, then the flags.

use std::path::Path;

use figment::Figment;
use figment::providers::Serialized;

use super::known_keys::{FILE, Keys, Shape, all_keys, nearest};
use super::setting::{Location, Setting, Value, whole_path};
use super::sources::{Environment, Overrides, Sources};

/// The prefix of environment variables that are settings.
const PREFIX: &str = "ZENDESK_EXPORTER_";

/// The sections that variables and flags can set. `accounts` are read from the file alone.
const SECTIONS: &[&str] = &["web", "state", "log", "defaults"];

/// Merges all layers into a section with [`SECTIONS`]. A later layer replaces single settings of an earlier one,
/// and leaves the other settings of the same section. Adds problems with variables to `problems`.
///
/// Example: the file has `web: { telemetry_path: /a, enable_lifecycle: true }`, the environment has
/// `ZENDESK_EXPORTER_WEB__TELEMETRY_PATH=/b` and the command line `--web.telemetry-path=/c`. Then the path is `/c`,
/// and `enable_lifecycle` is still true.
///
/// Relative paths of the environment and the flags start in `working_directory`, as in every program that a shell
/// starts.
pub(super) fn merge(file: &Setting, sources: Sources<'_>, problems: &mut Vec<String>) -> Setting {
    let file = file.as_section().iter();
    let of_process = file.filter(|(key, _)| SECTIONS.contains(&key.as_str()));
    let of_process = of_process.map(|(key, section)| (key.clone(), section.clone()));
    let file = Setting::new(Location::default(), Value::Section(of_process.collect()));
    let variables = from_environment(sources, problems);
    let flags = from_flags(sources, problems);
    // `Serialized::defaults` puts a value into figment's default profile. All layers are in it, and the last one
    // wins.
    let figment = Figment::new()
        .merge(Serialized::defaults(&file))
        .merge(Serialized::defaults(variables))
        .merge(Serialized::defaults(flags));
    figment.extract().unwrap_or_else(|error: figment::Error| {
        // The message of figment would show the value.
        let key = error.path.join(".");
        problems.push(format!(
            "{key} is set as a section and as a value; set it in one way"
        ));
        file
    })
}

/// The layer of the environment. Example: `ZENDESK_EXPORTER_WEB__TELEMETRY_PATH=/m` sets `web.telemetry_path`.
/// Variables with the prefix but without a known section are ignored: Kubernetes creates some.
fn from_environment(sources: Sources<'_>, problems: &mut Vec<String>) -> Setting {
    let directory = sources.working_directory;
    let mut layer = Setting::section(Location::default());
    for (name, value) in sources.environment {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let key = key.to_lowercase();
        let path: Vec<&str> = key.split("__").collect();
        // One part alone names a section, which a variable cannot set.
        let is_ours = path.len() > 1 && SECTIONS.contains(&path[0]);
        if is_ours && !insert(&mut layer, &path, value, directory, problems) {
            problems.push(format!(
                "the environment variable {name} matches no setting: {} is unknown{}",
                path.join("."),
                suggestion(FILE, &path)
            ));
        }
    }
    layer
}

/// A warning for each variable that has one underscore where a setting has two, such as
/// `ZENDESK_EXPORTER_LOG_LEVEL`. They cannot be errors, because Kubernetes creates variables with this prefix for a
/// service of this name.
pub(super) fn near_misses(environment: &Environment) -> Vec<String> {
    let meant = |name: &String| {
        let key = name.strip_prefix(PREFIX)?.to_lowercase();
        FILE.iter().find_map(|(section, shape)| {
            let rest = key.strip_prefix(section)?.strip_prefix('_')?;
            let Shape::Section(keys) = shape else {
                return None;
            };
            let (setting, _) = keys.iter().find(|(key, _)| *key == rest)?;
            let (section, setting) = (section.to_uppercase(), setting.to_uppercase());
            Some(format!(
                "the environment variable {name} is not a setting and is ignored; did you mean {PREFIX}{section}__{setting}?"
            ))
        })
    };
    environment.keys().filter_map(meant).collect()
}

/// The variable that was probably meant, as the end of a sentence.
fn suggestion(mut keys: Keys, path: &[&str]) -> String {
    let mut meant = Vec::new();
    for part in path {
        let Some(nearest) = nearest(keys, part) else {
            return format!("; known settings there: {}", all_keys(keys));
        };
        meant.push(nearest.to_uppercase());
        match keys.iter().find(|(key, _)| *key == nearest) {
            Some((_, Shape::Section(inner))) => keys = inner,
            Some((_, Shape::Scalar(_) | Shape::Path(_) | Shape::Scalars(_))) => {
                return format!("; did you mean {PREFIX}{}?", meant.join("__"));
            }
            _ => break,
        }
    }
    "; set lists and sections in the settings file".to_owned()
}

/// Sets the setting at a path of keys; `false` if there is no such setting.
fn insert(
    layer: &mut Setting,
    path: &[&str],
    text: &str,
    directory: &Path,
    problems: &mut Vec<String>,
) -> bool {
    let (mut section, mut keys) = (layer, FILE);
    for (index, key) in path.iter().enumerate() {
        let Some((_, shape)) = keys.iter().find(|(name, _)| name == key) else {
            return false;
        };
        let location = section.location.key(key, None);
        let Value::Section(settings) = &mut section.value else {
            return false;
        };
        let value = match (shape, index + 1 == path.len()) {
            (Shape::Section(inner), false) => {
                keys = inner;
                let inner = settings.entry((*key).to_owned());
                section = inner.or_insert_with(|| Setting::section(location));
                continue;
            }
            (Shape::Scalar(_), true) => Value::Text(text.to_owned()),
            (Shape::Path(_), true) => {
                Value::Text(whole_path(text, directory, (key, None), problems))
            }
            (Shape::Scalars(_), true) => {
                // A variable and a flag have no list, so commas separate the elements.
                let texts = text.split(',').map(str::trim);
                let texts = texts.map(|text| Setting::text(location.clone(), text));
                Value::List(texts.collect())
            }
            _ => return false,
        };
        settings.insert((*key).to_owned(), Setting::new(location, value));
        return true;
    }
    false
}

fn from_flags(sources: Sources<'_>, problems: &mut Vec<String>) -> Setting {
    let directory = sources.working_directory;
    // Every field is named, so a new flag does not compile until this function decides about it.
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
    } = sources.overrides;
    // An absent flag must not become `false`, because the flags take precedence over the file.
    let enable_lifecycle = &enable_lifecycle.then(|| true.to_string());
    let listen_addresses = &listen_addresses.join(",");
    let listen_addresses = &(!listen_addresses.is_empty()).then(|| listen_addresses.clone());
    let texts = [
        ("web", "listen_address", listen_addresses),
        ("web", "telemetry_path", telemetry_path),
        ("web", "enable_lifecycle", enable_lifecycle),
        // An empty flag means no file, whatever the other layers set.
        ("web", "config_file", web_config_file),
        ("state", "directory", state_directory),
        ("log", "level", log_level),
        ("log", "format", log_format),
    ];
    let mut layer = Setting::section(Location::default());
    for (section, key, text) in texts {
        if let Some(text) = text {
            insert(&mut layer, &[section, key], text, directory, problems);
        }
    }
    layer
}
