//! YAML taken apart into text, along the keys that there are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::{Path, PathBuf};

use super::outline::Outline;
use super::shape::{Keys, Shape, known, nearest};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// Settings by key, their values still text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, Node>);

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Node {
    /// A scalar as it was written.
    Text(String),
    /// A list of scalars.
    List(Vec<String>),
    /// A section.
    Section(Tree),
    /// A list of sections.
    Sections(Vec<Tree>),
    /// Something of another kind than the setting takes, which has been said.
    Unusable,
}

impl Tree {
    /// The section of this name, empty if there is none.
    pub(crate) fn section(&self, name: &str) -> Self {
        match self.0.get(name) {
            Some(Node::Section(section)) => section.clone(),
            _ => Self::default(),
        }
    }

    /// Whether something in it could not be used.
    pub(crate) fn has_unusable(&self) -> bool {
        self.0.values().any(|node| *node == Node::Unusable)
    }

    /// This tree, whose settings are `keys`, with every relative path in it starting in `directory`. An
    /// empty one means that none is set.
    pub(super) fn with_paths_from(
        mut self,
        keys: Keys,
        directory: &Path,
        problems: &mut Vec<String>,
    ) -> Self {
        for (key, shape) in keys {
            let Some(node) = self.0.get_mut(*key) else {
                continue;
            };
            match (shape, node) {
                (Shape::Path(_), Node::Text(path)) if !path.is_empty() => {
                    // Components leave out `.`, which only lengthens what is shown.
                    let whole: PathBuf = directory.join(&path).components().collect();
                    match whole.to_str() {
                        Some(whole) => whole.clone_into(path),
                        // Settings are text, so what is shown of the name would be another path.
                        None => problems.push(format!(
                            "{key}: the relative path {path} starts in {}, whose name is not UTF-8; set an absolute path",
                            directory.display()
                        )),
                    }
                }
                (Shape::Section(keys), Node::Section(section)) => {
                    let relative = std::mem::take(section);
                    *section = relative.with_paths_from(keys, directory, problems);
                }
                (Shape::Sections(keys), Node::Sections(sections)) => {
                    for section in sections {
                        let relative = std::mem::take(section);
                        *section = relative.with_paths_from(keys, directory, problems);
                    }
                }
                _ => {}
            }
        }
        self
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

/// Which keys a file has, and how one speaks of it.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) keys: Keys,
    /// With its article.
    pub(crate) words: &'static str,
    /// Where one can see how such a file is written.
    pub(crate) see_example: &'static str,
}

/// Takes the text of a file apart. `name` is the file's, for sentences.
///
/// All that is wrong is added to `problems`: unknown keys, keys that stand twice, and values of
/// another kind than their setting takes are passed over; `None` if the file cannot be read at all.
/// No sentence shows text of the file but keys.
pub(crate) fn parse(
    text: &str,
    name: &str,
    kind: Kind,
    problems: &mut Vec<String>,
) -> Option<Tree> {
    let Kind {
        keys,
        words,
        see_example,
    } = kind;
    // A file with nothing but comments says nothing.
    let is_blank = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.is_empty() || line.starts_with('#') || line == "---"
    };
    if text.lines().all(is_blank) {
        return Some(Tree::default());
    }
    let found = Problems::default();
    let read =
        read_yaml(text, |deserializer| Outline::deserialize(deserializer)).and_then(|outline| {
            let file = Place {
                path: String::new(),
                outline: &outline,
                file: name,
                see_example,
                problems: &found,
            };
            match outline {
                Outline::Section(_) => read_yaml(text, |deserializer| {
                    SectionSeed { keys, place: file }.deserialize(deserializer)
                }),
                Outline::Nothing => Ok(Tree::default()),
                Outline::Scalar | Outline::List(_) => {
                    file.say(&format!(
                        "the file has no settings at its top level; {see_example}"
                    ));
                    Ok(Tree::default())
                }
            }
        });
    problems.extend(found.into_inner());
    match read {
        Ok(tree) => Some(tree),
        Err(error) => {
            let place = error.location().map_or_else(String::new, |location| {
                format!(" at line {} column {}", location.line(), location.column())
            });
            let why = reason(&error).map_or_else(String::new, |why| format!(" ({why})"));
            problems.push(format!(
                "cannot read {words} {name}{place}: it is not valid YAML{why}; indent with spaces, close quotes and brackets, and quote values with special characters; {see_example}"
            ));
            None
        }
    }
}

/// What the parser says. Only what it says of the form: that holds no words of the file, which may be
/// secrets.
fn reason(error: &serde_saphyr::Error) -> Option<&str> {
    use serde_saphyr::Error;
    match error {
        Error::WithSnippet { error, .. } => reason(error),
        Error::ExternalMessage { msg, .. } => Some(msg),
        Error::Eof { .. } => Some("the file ends too early"),
        Error::MultipleDocuments { .. } => Some("there is more than one document"),
        Error::UnknownAnchor { .. } => Some("an alias, a word that begins with *, has no anchor"),
        _ => None,
    }
}

/// Keys that stand twice are ours to notice: by name.
fn read_yaml<'de, T>(
    text: &'de str,
    read: impl for<'e> FnOnce(serde_saphyr::Deserializer<'de, 'e>) -> Result<T, serde_saphyr::Error>,
) -> Result<T, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::PassThrough,
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, read)
}

type Problems = std::cell::RefCell<Vec<String>>;

/// A place in the file.
struct Place<'a> {
    /// Keys and indices up to here; empty for the whole.
    path: String,
    outline: &'a Outline,
    file: &'a str,
    see_example: &'static str,
    problems: &'a Problems,
}

impl<'a> Place<'a> {
    fn key(&self, key: &str, index: usize) -> Self {
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        Self {
            path,
            ..self.at(index)
        }
    }

    fn element(&self, index: usize) -> Self {
        let path = format!("{}[{index}]", self.path);
        Self {
            path,
            ..self.at(index)
        }
    }

    /// Without the path.
    fn at(&self, index: usize) -> Self {
        Self {
            path: String::new(),
            outline: self.outline.at(index),
            ..*self
        }
    }

    fn say(&self, problem: &str) {
        let Self { path, file, .. } = self;
        let gap = if path.is_empty() { "" } else { " " };
        self.problems
            .borrow_mut()
            .push(format!("{file}: {path}{gap}{problem}"));
    }

    fn unknown(&self, keys: Keys, key: &str) {
        let path = self.key(&shown_key(key), 0).path;
        let hint = nearest(keys, key).map_or_else(
            || format!("; known settings here: {}", known(keys)),
            |nearest| format!("; did you mean {nearest}?"),
        );
        self.problems
            .borrow_mut()
            .push(format!("{}: unknown setting {path}{hint}", self.file));
    }
}

/// What may be shown of a key that somebody made up. A forgotten blank makes `access_token:hush` a
/// key, which must not be shown; and keys can be hostile too: no line breaks, no endless ones.
pub(crate) fn shown_key(key: &str) -> String {
    let word = key
        .split([':', '=', ' ', '\t', '\n'])
        .next()
        .unwrap_or_default();
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Reads a section whose keys are known.
struct SectionSeed<'a> {
    keys: Keys,
    place: Place<'a>,
}

impl<'de> DeserializeSeed<'de> for SectionSeed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SectionSeed<'_> {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a section")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut tree = Tree::default();
        let mut index = 0;
        while let Some(key) = entries.next_key::<String>()? {
            let place = self.place.key(&key, index);
            index += 1;
            let Some((key, shape)) = self.keys.iter().find(|(known, _)| *known == key) else {
                self.place.unknown(self.keys, &key);
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            let node = if tree.0.contains_key(*key) {
                place.say("is set twice; remove one of them");
                entries.next_value::<IgnoredAny>()?;
                continue;
            } else if *place.outline == Outline::Nothing {
                entries.next_value::<IgnoredAny>()?;
                of_nothing(shape)
            } else if place.outline.fits(shape) {
                Some(entries.next_value_seed(NodeSeed { shape, place })?)
            } else {
                place.say(&shape.wanted(key));
                entries.next_value::<IgnoredAny>()?;
                Some(Node::Unusable)
            };
            if let Some(node) = node {
                tree.0.insert((*key).to_owned(), node);
            }
        }
        Ok(tree)
    }
}

/// What nothing in its place means (`web:`): the defaults of a section, no elements of a list; of a
/// scalar, that it is not set.
fn of_nothing(shape: &Shape) -> Option<Node> {
    match shape {
        Shape::Scalar(_) | Shape::Path(_) | Shape::Scalars(_) => None,
        Shape::Section(_) | Shape::Table(_) => Some(Node::Section(Tree::default())),
        Shape::Sections(_) => Some(Node::Sections(Vec::new())),
    }
}

/// Reads one value that is there and fits its shape.
struct NodeSeed<'a> {
    shape: &'static Shape,
    place: Place<'a>,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let place = self.place;
        match (self.shape, place.outline) {
            (Shape::Scalar(_) | Shape::Path(_), _) => {
                String::deserialize(deserializer).map(Node::Text)
            }
            (Shape::Scalars(_), Outline::List(_)) => Vec::deserialize(deserializer).map(Node::List),
            (Shape::Scalars(_), _) => {
                String::deserialize(deserializer).map(|text| Node::List(vec![text]))
            }
            (Shape::Section(keys), _) => SectionSeed { keys, place }
                .deserialize(deserializer)
                .map(Node::Section),
            (Shape::Sections(keys), _) => deserializer
                .deserialize_seq(SectionsVisitor { keys, place })
                .map(Node::Sections),
            (Shape::Table(_), _) => deserializer
                .deserialize_map(TableVisitor(place))
                .map(Node::Section),
        }
    }
}

/// Reads a list of sections.
struct SectionsVisitor<'a> {
    keys: Keys,
    place: Place<'a>,
}

impl<'de> Visitor<'de> for SectionsVisitor<'_> {
    type Value = Vec<Tree>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of sections")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Tree>, A::Error> {
        let Self { keys, place } = self;
        let mut sections = Vec::new();
        loop {
            let place = place.element(sections.len());
            let read = if matches!(place.outline, Outline::Section(_)) {
                list.next_element_seed(SectionSeed { keys, place })?
            } else {
                let element = list.next_element::<IgnoredAny>()?;
                if element.is_some() && *place.outline != Outline::Nothing {
                    let see_example = place.see_example;
                    place.say(&format!("is not a section of settings; {see_example}"));
                }
                element.map(|_| Tree::default())
            };
            match read {
                Some(section) => sections.push(section),
                None => return Ok(sections),
            }
        }
    }
}

/// Reads a table: keys of anybody's choice, each with a scalar.
struct TableVisitor<'a>(Place<'a>);

impl<'de> Visitor<'de> for TableVisitor<'_> {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut tree = Tree::default();
        while let Some(key) = entries.next_key::<String>()? {
            let value: Option<String> = entries.next_value()?;
            let place = self.0.key(&shown_key(&key), 0);
            match tree.0.entry(key) {
                Entry::Occupied(_) => place.say("is set twice; remove one of them"),
                Entry::Vacant(vacant) => {
                    vacant.insert(Node::Text(value.unwrap_or_default()));
                }
            }
        }
        Ok(tree)
    }
}
