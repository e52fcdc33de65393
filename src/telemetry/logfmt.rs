//! Events as lines of logfmt, in the form that go-logfmt reads (Loki, promtail, Grafana Agent).
//!
//! PURE except for the time of an event. go-logfmt unquotes a value as a JSON string. Escapes of Rust's
//! `Debug`, such as `\u{200b}` and `\0`, would make it ignore the rest of the line.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::registry::LookupSpan;

/// Writes each event as `ts=… level=… target=… message=…` and its fields, in the order of the code. Writes no
/// spans, because this program has none.
#[derive(Debug)]
pub(super) struct Logfmt;

impl<S, N> FormatEvent<S, N> for Logfmt
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str("ts=")?;
        SystemTime.format_time(&mut writer)?;
        let level = metadata.level().as_str().to_ascii_lowercase();
        pair(&mut writer, "level", &level)?;
        pair(&mut writer, "target", metadata.target())?;
        let mut fields = Fields {
            writer: &mut writer,
            written: Ok(()),
        };
        event.record(&mut fields);
        fields.written?;
        writeln!(writer)
    }
}

/// Appends the fields of an event to the line.
struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    written: fmt::Result,
}

impl Fields<'_, '_> {
    fn write(&mut self, field: &Field, value: &str) {
        if self.written.is_ok() {
            self.written = pair(self.writer, field.name(), value);
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, &format!("{value:?}"));
    }
}

/// Writes ` key=value`.
fn pair(out: &mut impl fmt::Write, key: &str, value: &str) -> fmt::Result {
    out.write_char(' ')?;
    for character in key.chars() {
        let breaks_a_key = character <= ' ' || matches!(character, '=' | '"' | '\u{fffd}');
        out.write_char(if breaks_a_key { '_' } else { character })?;
    }
    out.write_char('=')?;
    if value.is_empty() || value.chars().any(needs_quotes) {
        quoted(out, value)
    } else {
        out.write_str(value)
    }
}

fn needs_quotes(character: char) -> bool {
    // Some readers take an unquoted replacement character for damaged text.
    character <= ' ' || matches!(character, '=' | '"' | '\u{fffd}') || is_escaped(character)
}

/// Writes a JSON string.
fn quoted(out: &mut impl fmt::Write, value: &str) -> fmt::Result {
    out.write_char('"')?;
    for character in value.chars() {
        match character {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            other if is_escaped(other) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            other => out.write_char(other)?,
        }
    }
    out.write_char('"')
}

/// Whether a character is invisible, or changes how a terminal shows the rest of the line: control characters,
/// line separators, marks of the writing direction, spaces without width.
const fn is_escaped(character: char) -> bool {
    character.is_ascii_control()
        || matches!(character,
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests;
