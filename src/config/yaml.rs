//! YAML, read once: values as text, each with its line. Aliases are replaced by what they repeat, `<<` is
//! merged, and nothing is guessed: `0123` stays `0123`.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use granit_parser::{
    ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag, options,
};

/// Deepest nesting of lists and sections, aliases replaced. Settings need 7.
const DEPTH_MAX: usize = 64;

/// Largest file, aliases replaced: the bytes of its text, and [`VALUE_BYTES`] for each key and value. Without
/// this bound, a few lines of aliases of aliases could fill the memory.
const EXPANDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// About what a value takes in memory beside its text.
const VALUE_BYTES: usize = 64;

/// A value, and the line where it begins. The line of an alias is its own; what is inside of the list or the
/// section that it repeats keeps its lines.
#[derive(Clone, Debug)]
pub(super) struct Yaml {
    pub(super) line: usize,
    pub(super) value: Value,
    /// How many lists and sections are in each other, this one included; 0 for a text.
    depth: usize,
    /// Its size, as [`EXPANDED_BYTES_MAX`] counts.
    bytes: usize,
}

/// Cheap to copy: an alias is a copy.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Nothing, as behind `web:` alone, or `null`.
    Nothing,
    Text(Rc<str>),
    List(Rc<[Yaml]>),
    Section(Rc<[Entry]>),
}

/// A key of a section with its line, and its value. A key can be there twice.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Rc<str>,
    pub(super) line: usize,
    pub(super) value: Yaml,
}

/// Where a text is no YAML, or none that can be settings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    pub(super) line: usize,
    pub(super) column: usize,
    /// Empty if there is nothing more to say. Holds no words of the text, which may be secrets.
    pub(super) why: String,
}

impl YamlError {
    fn at(marker: &Marker, why: &str) -> Self {
        Self {
            line: marker.line(),
            column: marker.col() + 1,
            why: why.to_owned(),
        }
    }
}

impl From<ScanError> for YamlError {
    fn from(error: ScanError) -> Self {
        let why = match error.kind() {
            ErrorKind::UnknownAnchor => "an alias, a word that begins with *, has no anchor",
            _ => &error.info(),
        };
        Self::at(error.marker(), why)
    }
}

/// Reads the one document of a text, or nothing if it has none.
pub(super) fn read(text: &str) -> Result<Value, YamlError> {
    let mut reader = YamlReader {
        events: Parser::new_from_str_with_options(text, options! { emit_comments: false }),
        anchors: HashMap::new(),
        bytes: 0,
    };
    let mut document = None;
    while let Some(next) = reader.events.next() {
        let (event, span) = next?;
        if event.is_node() {
            if document.is_some() {
                let why = "there is more than one document";
                return Err(YamlError::at(&span.start, why));
            }
            document = Some(reader.value(event, &span, 0)?.value);
        }
    }
    Ok(document.unwrap_or(Value::Nothing))
}

struct YamlReader<'a> {
    events: Parser<'a, StrInput<'a>>,
    /// What aliases can repeat: values that have ended.
    anchors: HashMap<usize, Yaml>,
    /// The size of all values so far.
    bytes: usize,
}

impl<'a> YamlReader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), YamlError> {
        let end = || YamlError::at(&Marker::new(0, 1, 0), "the file ends too early");
        Ok(self.events.next().ok_or_else(end)??)
    }

    /// Reads the value that begins with `event`, inside of `outer` lists and sections.
    fn value(&mut self, event: Event<'a>, span: &Span, outer: usize) -> Result<Yaml, YamlError> {
        let start = &span.start;
        let bytes_before = self.bytes;
        let anchor = event.anchor_id();
        let (value, depth) = match event {
            Event::Alias(anchor) => {
                // A value that has not ended would be a part of itself.
                let repeated = self.anchors.get(&anchor).cloned();
                let repeated = repeated.ok_or_else(|| YamlError::at(start, ""))?;
                self.grow(repeated.bytes, outer + repeated.depth, start)?;
                (repeated.value, repeated.depth)
            }
            Event::Scalar(text, style, _, tag) => {
                self.grow(VALUE_BYTES + text.len(), outer, start)?;
                let value = scalar(text, style, tag.as_deref());
                (value.map_err(|why| YamlError::at(start, why))?, 0)
            }
            event => {
                self.grow(VALUE_BYTES, outer + 1, start)?;
                if matches!(event, Event::SequenceStart(..)) {
                    let list = self.list(outer + 1)?;
                    let inner = list.iter().map(|element| element.depth).max();
                    (Value::List(list.into()), 1 + inner.unwrap_or(0))
                } else {
                    let section = self.section(outer + 1)?;
                    let inner = section.iter().map(|entry| entry.value.depth).max();
                    (Value::Section(section.into()), 1 + inner.unwrap_or(0))
                }
            }
        };
        let yaml = Yaml {
            line: start.line(),
            value,
            depth,
            bytes: self.bytes - bytes_before,
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, yaml.clone());
        }
        Ok(yaml)
    }

    fn list(&mut self, outer: usize) -> Result<Vec<Yaml>, YamlError> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(list),
                (event, span) => list.push(self.value(event, &span, outer)?),
            }
        }
    }

    fn section(&mut self, outer: usize) -> Result<Vec<Entry>, YamlError> {
        let (mut section, mut merged) = (Vec::new(), Vec::new());
        loop {
            let (event, key_span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let is_merge = is_merge(&event);
            let key = self.value(event, &key_span, outer)?;
            let (event, span) = self.next()?;
            let value = self.value(event, &span, outer)?;
            let Value::Text(text) = key.value else {
                let why = "a key is a list, a section or nothing";
                return Err(YamlError::at(&key_span.start, why));
            };
            if !is_merge {
                section.push(Entry {
                    key: text,
                    line: key.line,
                    value,
                });
            } else if !merge(&value.value, &mut merged) {
                return Err(YamlError::at(&span.start, ""));
            }
        }
        // The keys of the section itself win, and of two merges the first.
        let mut seen: HashSet<_> = section.iter().map(|entry| entry.key.clone()).collect();
        merged.retain(|entry: &Entry| seen.insert(entry.key.clone()));
        section.append(&mut merged);
        Ok(section)
    }

    /// Counts `bytes` more; `depth` is how deep they are.
    fn grow(&mut self, bytes: usize, depth: usize, at: &Marker) -> Result<(), YamlError> {
        self.bytes += bytes;
        if depth > DEPTH_MAX {
            let why = format!("lists and sections are nested more than {DEPTH_MAX} deep");
            return Err(YamlError::at(at, &why));
        }
        if self.bytes > EXPANDED_BYTES_MAX {
            return Err(YamlError::at(at, ""));
        }
        Ok(())
    }
}

fn is_merge(key: &Event<'_>) -> bool {
    match key {
        Event::Scalar(text, style, _, None) => text == "<<" && *style == ScalarStyle::Plain,
        Event::Scalar(text, _, _, Some(tag)) => {
            text == "<<" && yaml_type(tag).as_deref() == Some("merge")
        }
        _ => false,
    }
}

/// Adds the entries of a section, or of a list of sections; `false` if `value` is something else.
fn merge(value: &Value, entries: &mut Vec<Entry>) -> bool {
    match value {
        Value::Nothing => true,
        Value::Section(section) => {
            entries.extend_from_slice(section);
            true
        }
        Value::List(list) => list.iter().all(|element| merge(&element.value, entries)),
        Value::Text(_) => false,
    }
}

/// The type that a tag such as `!!str` names.
fn yaml_type(tag: &Tag) -> Option<Cow<'_, str>> {
    tag.suffix_in_namespace("tag:yaml.org,2002:")
}

/// What stands for nothing, unless it is quoted.
const NOTHING: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// A scalar as text: only the words for nothing and `!!binary` are more than their text.
fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
) -> Result<Value, &'static str> {
    // Tags of one's own say nothing of the type; `!` says that it is text.
    let is_untyped = tag.is_none_or(|tag| !tag.is_yaml_core_schema() && tag.suffix() != "!");
    match tag.and_then(yaml_type).as_deref() {
        Some("null") => Ok(Value::Nothing),
        Some("binary") => {
            let encoded: String = text.split_ascii_whitespace().collect();
            let decoded = BASE64_STANDARD.decode(encoded).ok();
            let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or("a value with the tag !!binary is not text in base64")?;
            Ok(Value::Text(text.into()))
        }
        _ if is_untyped && style == ScalarStyle::Plain && NOTHING.contains(&&*text) => {
            Ok(Value::Nothing)
        }
        _ => Ok(Value::Text(text.into())),
    }
}
