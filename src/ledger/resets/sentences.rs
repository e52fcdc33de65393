//! The text about what a change of settings resets.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Families, Resets};

impl Resets {
    /// The effects as text, e.g. "labels change: 7 families of counters begin again at 0". `resync_every` is
    /// `export.resync.every`; with `None` no resync starts.
    pub fn sentence(&self, resync_every: Option<Duration>) -> String {
        let mut clauses: Vec<String> = Vec::new();
        let families = [
            (&self.restarted, ["begins again at 0", "begin again at 0"]),
            (&self.begun, ["begins at 0", "begin at 0"]),
            (&self.ended, ["ends", "end"]),
        ];
        for (families, verbs) in families {
            clauses.extend(families.clauses(verbs));
        }
        if self.room_may_lack {
            clauses.push(
                "counters and histograms that do not fit in max_series begin again at 0".to_owned(),
            );
        }
        if self.before_counting {
            clauses.push("the first sync is not complete, so no counter is reset".to_owned());
        } else if clauses.is_empty() {
            clauses.push("counters and histograms continue".to_owned());
        }
        match (self.resync, resync_every) {
            (true, Some(_)) => clauses.push("a resync starts".to_owned()),
            (true, None) => {
                clauses.push("a resync is due, but export.resync.every is 0".to_owned());
            }
            (false, _) => {}
        }
        let mut sentence = enumeration(&self.settings, " and ");
        let verb = match self.settings.as_slice() {
            ["labels" | "buckets"] => "change",
            [_] => "changes",
            _ => "change",
        };
        let _ = write!(sentence, " {verb}: {}", enumeration(&clauses, ", and "));
        sentence
    }
}

/// A list with commas, and with `and` before its last part.
fn enumeration(parts: &[impl AsRef<str>], and: &str) -> String {
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        out.push_str(match index {
            0 => "",
            _ if index + 1 == parts.len() => and,
            _ => ", ",
        });
        out.push_str(part.as_ref());
    }
    out
}

impl Families {
    /// Clauses such as "7 families of counters begin again at 0", and the same for histograms; none for empty
    /// lists.
    fn clauses(&self, [one, many]: [&str; 2]) -> impl Iterator<Item = String> {
        let kinds = [
            (self.counters.len(), "counters"),
            (self.histograms.len(), "histograms"),
        ];
        let told = kinds.map(|(count, kind)| match count {
            0 => None,
            1 => Some(format!("1 family of {kind} {one}")),
            _ => Some(format!("{count} families of {kind} {many}")),
        });
        told.into_iter().flatten()
    }
}
