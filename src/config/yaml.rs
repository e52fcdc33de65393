//! Reads YAML into text values with their lines. Aliases and merges (`<<`) are resolved, and no type is guessed:
//! `0123` stays `0123`.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use granit_parser::{
    ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag, options,
};

/// Deepest nesting of lists and sections after aliases are resolved. Settings need 7.
const DEPTH_MAX: usize = 64;

/// Largest file after aliases are resolved: the bytes of its text, and [`VALUE_BYTES`] for each key and value.
/// Without this bound, a few lines with aliases of aliases could fill the memory.
const EXPANDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// About the memory that a value takes in addition to its text.
const VALUE_BYTES: usize = 64;

/// A value and the line where it begins. An alias has its own line; the values inside of the list or section that
/// it repeats keep theirs.
#[derive(Clone, Debug)]
pub(super) struct Yaml {
    pub(super) line: usize,
    pub(super) value: Value,
    /// The depth of nested lists and sections, this one included; 0 for a text.
    depth: usize,
    /// Its size, counted as for [`EXPANDED_BYTES_MAX`].
    bytes: usize,
}

/// A value. Its copies share the text and the elements, so an alias takes little memory.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// No value, as after `web:`, or `null`.
    Nothing,
    Text(Rc<str>),
    List(Rc<[Yaml]>),
    Section(Rc<[Entry]>),
}

/// A key of a section with its line and its value. A key can occur twice.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Rc<str>,
    pub(super) line: usize,
    pub(super) value: Yaml,
}

/// The place at which a text is not valid YAML, or is YAML that settings never have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    pub(super) line: usize,
    pub(super) column: usize,
    /// The cause; empty if there is nothing more to say. It contains no text of the file, which may be a secret.
    pub(super) why: String,
}

impl YamlError {
    fn at(marker: &Marker, why: &str) -> Self {
        Self {
            line: marker.line(),
            // The parser counts lines from 1 and columns from 0.
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
    /// The values that aliases can repeat: those with an anchor that are complete.
    anchors: HashMap<usize, Yaml>,
    /// The size of all values so far, as for [`EXPANDED_BYTES_MAX`].
    bytes: usize,
}

impl<'a> YamlReader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), YamlError> {
        let end = || YamlError::at(&Marker::new(0, 1, 0), "the file ends too early");
        Ok(self.events.next().ok_or_else(end)??)
    }

    /// Reads the value that begins with `event` and is nested in `outer` lists and sections.
    fn value(&mut self, event: Event<'a>, span: &Span, outer: usize) -> Result<Yaml, YamlError> {
        let start = &span.start;
        let bytes_before = self.bytes;
        let anchor = event.anchor_id();
        let (value, depth) = match event {
            Event::Alias(anchor) => {
                // A value that is not complete yet would become a part of itself.
                let repeated = self.anchors.get(&anchor).cloned();
                let repeated = repeated.ok_or_else(|| YamlError::at(start, ""))?;
                // The alias counts with the whole size of what it repeats, or aliases of aliases would never reach
                // the bound.
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
        // The section's own keys take precedence over merged ones, and an earlier merge over a later one.
        let mut seen: HashSet<_> = section.iter().map(|entry| entry.key.clone()).collect();
        merged.retain(|entry: &Entry| seen.insert(entry.key.clone()));
        section.append(&mut merged);
        Ok(section)
    }

    /// Adds `bytes` to the size. `depth` is the depth at which they are nested.
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

/// Adds the entries of a section or of a list of sections to `entries`; `false` if `value` is anything else.
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

/// The type that a tag names, e.g. `str` for `!!str`.
fn yaml_type(tag: &Tag) -> Option<Cow<'_, str>> {
    tag.suffix_in_namespace("tag:yaml.org,2002:")
}

/// The words for no value, unless they are quoted.
const NOTHING: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// A scalar as text. Only the words for no value, `!!null` and `!!binary` are not taken literally.
fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
) -> Result<Value, &'static str> {
    // A tag that YAML does not define says nothing about the type; `!` says that the value is text.
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
