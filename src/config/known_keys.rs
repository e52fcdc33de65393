//! The table of all settings: their keys, the kind of value that each takes, and an example for messages.

/// The kind of value that a setting takes. Scalars have an example for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A scalar.
    Scalar(&'static str),
    /// A scalar that is the path of a file or a directory.
    Path(&'static str),
    /// A scalar, or a list of them.
    Scalars(&'static str),
    /// A section with these keys.
    Section(Keys),
    /// A list of sections with these keys.
    Sections(Keys),
    /// A section whose keys the user chooses, each with a scalar. The example is one key with its value.
    Table(&'static str),
}

/// The keys of a section.
pub(crate) type Keys = &'static [(&'static str, Shape)];

use crate::ledger::Buckets;
use crate::ticket::NamedSet;
use Shape::{Path, Scalar, Scalars, Section, Sections, Table};

const EXPORT: Keys = &[
    ("source", Scalar("auto")),
    (
        "list",
        Section(&[
            ("fast_lane", Scalar("15s")),
            ("verify", Section(&[("every", Scalar("1h"))])),
            ("deleted", Section(&[("every", Scalar("5m"))])),
            ("archive", Scalar("totals")),
            ("budget_percent", Scalar("10")),
        ]),
    ),
    ("start_time", Scalar("2024-01-01T00:00:00Z")),
    ("page_size", Scalar("1000")),
    ("poll_interval", Scalar("60s")),
    ("requests_per_minute", Scalar("8")),
    ("request_timeout", Scalar("60s")),
    ("support_type_scope", Scalar("agent")),
    ("metric_sets", Scalar("true")),
    ("business_hours", Scalar("auto")),
    ("slas", Scalar("false")),
    (
        "replay",
        Section(&[("every", Scalar("1h")), ("window", Scalar("15m"))]),
    ),
    (
        "resync",
        Section(&[
            ("every", Scalar("168h")),
            ("requests_per_minute", Scalar("2")),
        ]),
    ),
    ("search_counts", Section(&[("every", Scalar("1h"))])),
];

const RETRY: Keys = &[("initial", Scalar("1s")), ("maximum", Scalar("5m"))];

/// A setting for the label of each set of ids, then the other settings of the section.
const LABELS: Keys = &{
    let mut keys = [("", Scalar("true")); NamedSet::COUNT + OTHER_LABELS.len()];
    let mut index = 0;
    while index < keys.len() {
        if index < NamedSet::COUNT {
            keys[index].0 = NamedSet::LABELS[index];
        } else {
            keys[index] = OTHER_LABELS[index - NamedSet::COUNT];
        }
        index += 1;
    }
    keys
};

const OTHER_LABELS: [(&str, Shape); 3] = [
    ("tags", Scalars("vip")),
    (
        "custom_fields",
        Sections(&[
            ("id", Scalar("360001")),
            ("label", Scalar("product")),
            ("values", Scalars("billing")),
        ]),
    ),
    ("max_values", Scalar("64")),
];

/// The setting for the buckets of each histogram.
const BUCKETS: Keys = &{
    let mut keys = [("", Scalars("4h")); Buckets::HISTOGRAMS];
    let mut index = 0;
    while index < keys.len() {
        let family = Buckets::family(index);
        keys[index].0 = family.family().name;
        if !family.is_duration() {
            keys[index].1 = Scalars("5");
        }
        index += 1;
    }
    keys
};

const AUTH: Keys = &[
    ("client_id", Scalar("prometheus")),
    ("client_secret", Scalar(SECRET)),
    ("client_secret_file", Path(SECRET_FILE)),
    ("access_token", Scalar(SECRET)),
    ("access_token_file", Path(SECRET_FILE)),
    ("email", Scalar("admin@acme.example")),
    ("api_token", Scalar(SECRET)),
    ("api_token_file", Path(SECRET_FILE)),
    ("password", Scalar(SECRET)),
    ("password_file", Path(SECRET_FILE)),
];

const SECRET: &str = "\"the secret\"";

const SECRET_FILE: &str = "/run/secrets/zendesk";

/// The keys of an account.
const ACCOUNT: Keys = &[
    ("subdomain", Scalar("acme")),
    ("name", Scalar("acme")),
    ("base_url", Scalar("https://acme.zendesk.com")),
    ("allow_http", Scalar("false")),
    ("auth", Section(AUTH)),
    ("export", Section(EXPORT)),
    ("retry", Section(RETRY)),
    ("labels", Section(LABELS)),
    ("hold_new_series", Scalar("2m")),
    ("max_series", Scalar("20000")),
    ("buckets", Section(BUCKETS)),
];

/// Every key of the settings file.
pub(super) const FILE: Keys = &[
    (
        "web",
        Section(&[
            ("listen_address", Scalars("\":10121\"")),
            ("telemetry_path", Scalar("/metrics")),
            ("enable_lifecycle", Scalar("false")),
            ("config_file", Path("web.yml")),
        ]),
    ),
    ("state", Section(&[("directory", Path("data"))])),
    (
        "log",
        Section(&[("level", Scalar("info")), ("format", Scalar("logfmt"))]),
    ),
    (
        "defaults",
        Section(&[
            ("export", Section(EXPORT)),
            ("retry", Section(RETRY)),
            ("labels", Section(LABELS)),
            ("hold_new_series", Scalar("2m")),
            ("max_series", Scalar("20000")),
            ("buckets", Section(BUCKETS)),
        ]),
    ),
    ("accounts", Sections(ACCOUNT)),
];

impl Shape {
    /// What the setting `key` takes, with an example as in the settings file.
    pub(super) fn wanted(&self, key: &str) -> String {
        match self {
            Scalar(example) | Path(example) => format!("takes one value, e.g. {key}: {example}"),
            Scalars(example) => format!(
                "takes a value or a list of values, e.g. {key}: {example} or {key}: [{example}]"
            ),
            Section(keys) => format!("takes settings, e.g. {key}: {{ {} }}", example(keys)),
            Table(example) => {
                format!("takes one name and value per line, e.g. {key}: {{ {example} }}")
            }
            Sections(keys) => {
                format!(
                    "takes a list of settings, e.g. {key}: [{{ {} }}]",
                    example(keys)
                )
            }
        }
    }
}

/// The first setting of the section, as an example in the settings file.
fn example(keys: Keys) -> String {
    keys.first()
        .map_or_else(String::new, |(key, shape)| match shape {
            Scalar(example) | Path(example) | Scalars(example) => format!("{key}: {example}"),
            Section(keys) | Sections(keys) => format!("{key}: {{ {} }}", example(keys)),
            Table(example) => format!("{key}: {{ {example} }}"),
        })
}

/// The existing key that is most similar to `key`, if at most a third of their letters differ. Example: `pagesize`
/// gives `page_size`.
pub(super) fn nearest(keys: Keys, key: &str) -> Option<&'static str> {
    let names = keys.iter().map(|(name, _)| *name);
    // A key with more than 1.5 times as many letters, of at most 4 bytes each, is never similar. Comparing a key of
    // a megabyte would take minutes.
    if key.len() > names.clone().map(str::len).max()? * 6 {
        return None;
    }
    let nearest = names.max_by(|one, other| {
        let likeness = |name: &str| strsim::jaro_winkler(name, key);
        likeness(one).total_cmp(&likeness(other))
    })?;
    let letters = nearest.chars().count().max(key.chars().count());
    let is_near = strsim::damerau_levenshtein(nearest, key) * 3 <= letters;
    is_near.then_some(nearest)
}

/// All keys of a section, for messages.
pub(super) fn all_keys(keys: Keys) -> String {
    let keys: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    keys.join(", ")
}
