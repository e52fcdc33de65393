//! YAML taken apart into text, along the keys that there are.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// Settings by key, their values still text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tree(pub(super) BTreeMap<String, Node>);

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Node {
    /// A scalar as it was written.
    Text(String),
    /// A list of scalars.
    List(Vec<String>),
    /// A section.
    Section(Tree),
    /// A list of sections.
    Sections(Vec<Tree>),
}

impl Tree {
    /// The section of this name, empty if there is none.
    pub(super) fn section(&self, name: &str) -> Self {
        match self.0.get(name) {
            Some(Node::Section(section)) => section.clone(),
            _ => Self::default(),
        }
    }

    /// This tree with what `over` says in its place.
    pub(super) fn overlaid(mut self, over: &Self) -> Self {
        for (key, node) in &over.0 {
            let merged = match (self.0.remove(key), node) {
                (Some(Node::Section(below)), Node::Section(above)) => {
                    Node::Section(below.overlaid(above))
                }
                _ => node.clone(),
            };
            self.0.insert(key.clone(), merged);
        }
        self
    }
}

/// What may stand at a place in the file.
#[derive(Debug)]
pub(super) enum Shape {
    /// A scalar.
    Scalar,
    /// A scalar, or a list of them.
    Scalars,
    /// These keys.
    Section(&'static [(&'static str, Self)]),
    /// A list of elements with these keys.
    Sections(&'static [(&'static str, Self)]),
}

use Shape::{Scalar, Scalars, Section, Sections};

const EXPORT: &[(&str, Shape)] = &[
    ("source", Scalar),
    ("start_time", Scalar),
    ("page_size", Scalar),
    ("poll_interval", Scalar),
    ("requests_per_minute", Scalar),
    ("request_timeout", Scalar),
    ("support_type_scope", Scalar),
    ("metric_sets", Scalar),
    ("replay", Section(&[("every", Scalar), ("window", Scalar)])),
];

const RETRY: &[(&str, Shape)] = &[("initial", Scalar), ("maximum", Scalar)];

const LABELS: &[(&str, Shape)] = &[("max_values", Scalar)];

const AUTH: &[(&str, Shape)] = &[
    ("client_id", Scalar),
    ("client_secret", Scalar),
    ("client_secret_file", Scalar),
    ("access_token", Scalar),
    ("access_token_file", Scalar),
    ("email", Scalar),
    ("api_token", Scalar),
    ("api_token_file", Scalar),
    ("password", Scalar),
    ("password_file", Scalar),
];

/// Every key of the settings file.
pub(super) const FILE: &[(&str, Shape)] = &[
    (
        "web",
        Section(&[("listen_address", Scalars), ("telemetry_path", Scalar)]),
    ),
    ("state", Section(&[("directory", Scalar)])),
    ("log", Section(&[("level", Scalar), ("format", Scalar)])),
    (
        "defaults",
        Section(&[
            ("export", Section(EXPORT)),
            ("retry", Section(RETRY)),
            ("labels", Section(LABELS)),
            ("max_series", Scalar),
        ]),
    ),
    (
        "accounts",
        Sections(&[
            ("name", Scalar),
            ("subdomain", Scalar),
            ("base_url", Scalar),
            ("allow_http", Scalar),
            ("auth", Section(AUTH)),
            ("export", Section(EXPORT)),
            ("retry", Section(RETRY)),
            ("labels", Section(LABELS)),
            ("max_series", Scalar),
        ]),
    ),
];

/// Takes the text of a settings file apart. `name` is the file's, for sentences.
///
/// Unknown keys are added to `problems`, so that all that is wrong can be said at once. The error
/// says what cannot be read. No sentence shows text of the file but keys.
pub(super) fn parse(text: &str, name: &str, problems: &mut Vec<String>) -> Result<Tree, String> {
    // A file with nothing but comments says nothing.
    let is_blank = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.is_empty() || line.starts_with('#') || line == "---"
    };
    if text.lines().all(is_blank) {
        return Ok(Tree::default());
    }
    let unknown = std::cell::RefCell::new(Vec::new());
    let seed = SectionSeed {
        keys: FILE,
        path: String::new(),
        file: name,
        problems: &unknown,
    };
    let read = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        seed.deserialize(deserializer)
    });
    problems.extend(unknown.into_inner());
    read.map_err(|error| {
        let place = error.location().map_or_else(String::new, |location| {
            format!(" at line {} column {}", location.line(), location.column())
        });
        format!(
            "cannot read the settings file {name}{place}: it is not YAML of the expected shape (each key once, blanks for indentation, values where config/zendesk-exporter.yml has them)"
        )
    })
}

type Problems = std::cell::RefCell<Vec<String>>;

/// Reads a section whose keys are known.
struct SectionSeed<'a> {
    keys: &'static [(&'static str, Shape)],
    path: String,
    file: &'a str,
    problems: &'a Problems,
}

impl SectionSeed<'_> {
    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn unknown(&self, key: &str) {
        // A forgotten blank makes `access_token:hush` a key, which must not be shown; and keys can
        // be hostile too: no line breaks, no endless ones.
        let word = key
            .split([':', '=', ' ', '\t', '\n'])
            .next()
            .unwrap_or_default();
        let shown: String = word.chars().filter(|c| !c.is_control()).take(40).collect();
        let nearest = self
            .keys
            .iter()
            .map(|(known, _)| *known)
            .max_by(|one, other| {
                let likeness = |known: &str| strsim::jaro_winkler(known, key);
                likeness(one).total_cmp(&likeness(other))
            })
            .unwrap_or_default();
        self.problems.borrow_mut().push(format!(
            "{}: unknown setting {}, did you mean {nearest}?",
            self.file,
            self.path_of(&shown)
        ));
    }
}

impl<'de> DeserializeSeed<'de> for SectionSeed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for SectionSeed<'_> {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a section")
    }

    /// An empty section (`web:`) means its defaults.
    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::default())
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut tree = Tree::default();
        while let Some(key) = entries.next_key::<String>()? {
            let known = self.keys.iter().find(|(known, _)| *known == key);
            let Some((_, shape)) = known else {
                self.unknown(&key);
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            let seed = NodeSeed {
                shape,
                path: self.path_of(&key),
                file: self.file,
                problems: self.problems,
            };
            if let Some(node) = entries.next_value_seed(seed)? {
                tree.0.insert(key, node);
            }
        }
        Ok(tree)
    }
}

/// Reads one value; `None` for null.
struct NodeSeed<'a> {
    shape: &'static Shape,
    path: String,
    file: &'a str,
    problems: &'a Problems,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Option<Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let section = |keys| SectionSeed {
            keys,
            path: self.path.clone(),
            file: self.file,
            problems: self.problems,
        };
        match self.shape {
            Scalar => Ok(Option::<String>::deserialize(deserializer)?.map(Node::Text)),
            Scalars => Ok(Option::<OneOrMany>::deserialize(deserializer)?
                .map(|OneOrMany(list)| Node::List(list))),
            Section(keys) => Ok(Some(Node::Section(
                section(keys).deserialize(deserializer)?,
            ))),
            Sections(keys) => {
                let sections = deserializer.deserialize_option(SectionsVisitor(section(keys)))?;
                Ok(Some(Node::Sections(sections)))
            }
        }
    }
}

/// A scalar or a list of scalars.
struct OneOrMany(Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_u64<E>(self, number: u64) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![number.to_string()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany(texts))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Reads a list of sections.
struct SectionsVisitor<'a>(SectionSeed<'a>);

impl<'de> Visitor<'de> for SectionsVisitor<'_> {
    type Value = Vec<Tree>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of sections")
    }

    fn visit_none<E>(self) -> Result<Vec<Tree>, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Vec<Tree>, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Tree>, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Tree>, A::Error> {
        let SectionSeed {
            keys,
            path,
            file,
            problems,
        } = self.0;
        let mut sections = Vec::new();
        while let Some(section) = list.next_element_seed(SectionSeed {
            keys,
            path: format!("{path}[{}]", sections.len()),
            file,
            problems,
        })? {
            sections.push(section);
        }
        Ok(sections)
    }
}
