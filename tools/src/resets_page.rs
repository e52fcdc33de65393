//! `docs/changing-settings.md`: what a change of each setting resets.
//!
//! PURE. Every cell of the table is what the exporter itself says of two readings of the settings,
//! which differ in that one; only the notes are written by hand.

use zendesk_exporter::config::{Account, ConfigError, from_text};
use zendesk_exporter::ledger::{Counting, Families, Resets, TicketFamily};
use zendesk_exporter::metrics::catalog::{self, Kind};
use zendesk_exporter::ticket::NamedSet;

/// The whole page.
///
/// # Errors
///
/// [`ConfigError`] if an example is not one of good settings.
pub fn page() -> Result<String, ConfigError> {
    let mut out = String::from(INTRODUCTION);
    let mut without_effect: Vec<String> = Vec::new();
    for change in changes(&lines()) {
        let effect = change.effect()?;
        if effect == Effect::default() && change.note.is_empty() {
            without_effect.push(format!("`{}`", change.setting));
            continue;
        }
        let Change {
            setting, how, note, ..
        } = change;
        let separator = if how.is_empty() { "" } else { ", " };
        out.push_str(&effect.row(&format!("`{setting}`{separator}{how}"), note));
    }
    let rest = without_effect.join(", ");
    out.push_str(&Effect::default().row(&rest, ""));
    out.push_str(CONCLUSION);
    Ok(out)
}

/// A change of one setting.
struct Change<'a> {
    /// Its path within the account.
    setting: &'a str,
    /// Which change, where there are several that differ.
    how: &'a str,
    /// Readings of an account's settings before and after such changes, all with the same effect.
    examples: Vec<[&'a str; 2]>,
    note: &'a str,
}

/// Each change in a line: setting, which change, examples, note. An example with `<->` goes both ways. A line
/// with `SET` stands for one line for each set of named things, such as `group`.
const CHANGES: &str = include_str!("resets_page/changes.txt");

/// The lines of [`CHANGES`], those with `SET` written out.
fn lines() -> String {
    let lines = CHANGES.lines().flat_map(|line| {
        let sets = if line.contains("SET") {
            NamedSet::LABELS
        } else {
            &[""]
        };
        sets.iter().map(move |set| line.replace("SET", set) + "\n")
    });
    lines.collect()
}

fn changes(lines: &str) -> impl Iterator<Item = Change<'_>> {
    lines.lines().map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let mut next = || cells.next().unwrap_or_default();
        Change {
            setting: next(),
            how: next(),
            examples: next().split(';').flat_map(examples).collect(),
            note: next(),
        }
    })
}

fn examples(text: &str) -> Vec<[&str; 2]> {
    if let Some((one, other)) = text.split_once("<->") {
        vec![[one, other], [other, one]]
    } else {
        let (before, after) = text.split_once("->").unwrap_or((text, text));
        vec![[before, after]]
    }
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Effect {
    gauges: String,
    counters: String,
    histograms: String,
    resync: &'static str,
}

impl Default for Effect {
    fn default() -> Self {
        let go_on = || GO_ON.to_owned();
        Self {
            gauges: go_on(),
            counters: go_on(),
            histograms: go_on(),
            resync: "no",
        }
    }
}

const GO_ON: &str = "continue";

impl Change<'_> {
    fn effect(&self) -> Result<Effect, ConfigError> {
        let first = self.examples.first();
        first.map_or_else(|| Ok(Effect::default()), Effect::of)
    }
}

impl Effect {
    fn of([before, after]: &[&str; 2]) -> Result<Self, ConfigError> {
        let (before, after) = (account(before)?, account(after)?);
        if before.base_url.as_identity() != after.base_url.as_identity() {
            let anew = || "come from the other state file".to_owned();
            return Ok(Self {
                gauges: anew(),
                counters: anew(),
                histograms: anew(),
                resync: "no",
            });
        }
        // An account with a schedule, where histograms in business hours have a life of their own.
        let counting = Counting::Since {
            open_series: None,
            business_hours_differ: true,
        };
        let resets = Resets::between(&before.asked(), &after.asked(), counting);
        let of_kind = |pick: fn(&Families) -> &Vec<TicketFamily>, kind| {
            let lists = [&resets.restarted, &resets.begun, &resets.ended].map(pick);
            words(lists, kind, resets.room_may_lack)
        };
        let gauges = if resets.gauges_change {
            "recalculated"
        } else {
            GO_ON
        };
        Ok(Self {
            gauges: gauges.to_owned(),
            counters: of_kind(|families| &families.counters, Kind::Counter),
            histograms: of_kind(|families| &families.histograms, Kind::Histogram),
            resync: if resets.resync { "yes" } else { "no" },
        })
    }

    fn row(&self, change: &str, note: &str) -> String {
        let Self {
            gauges,
            counters,
            histograms,
            resync,
        } = self;
        format!("| {change} | {gauges} | {counters} | {histograms} | {resync} | {note} |\n")
    }
}

/// An account with these settings, and with everything that can be counted.
fn account(settings: &str) -> Result<Account, ConfigError> {
    let mut address = "subdomain: acme, ";
    if settings.contains("subdomain") || settings.contains("base_url") {
        address = "";
    }
    let mut login = "auth: { access_token: t }, ";
    if settings.contains("auth") {
        login = "";
    }
    let text = format!(
        "defaults: {{ export: {{ slas: true }} }}\naccounts:\n  - {{ {address}{login}{settings} }}\n"
    );
    let nothing = || ConfigError {
        problems: vec![format!("no account in {text}")],
    };
    from_text(&text)?.accounts.pop().ok_or_else(nothing)
}

/// What becomes of counters or histograms that begin again, begin, or end.
fn words(families: [&Vec<TicketFamily>; 3], kind: Kind, room_may_lack: bool) -> String {
    let verbs = [
        ["begins again at 0", "begin again at 0"],
        ["begins at 0", "begin at 0"],
        ["ends", "end"],
    ];
    let mut parts: Vec<String> = families
        .into_iter()
        .zip(verbs)
        .filter(|(families, _)| !families.is_empty())
        .map(|(families, [one, many])| {
            let verb = if families.len() == 1 { one } else { many };
            let families: Vec<&str> = families.iter().map(|family| family.name).collect();
            format!("{} {verb}", names(&families, kind))
        })
        .collect();
    if room_may_lack {
        parts.push("series that no longer fit begin again at 0".to_owned());
    }
    if parts.is_empty() {
        return GO_ON.to_owned();
    }
    parts.join("; ")
}

/// Families in few words.
fn names(families: &[&str], kind: Kind) -> String {
    let of_tickets = catalog::ALL
        .iter()
        .filter(|family| family.counts_tickets() && family.kind == kind);
    let all: Vec<&str> = of_tickets.map(|family| family.name).collect();
    let rest: Vec<&str> = all
        .iter()
        .filter(|name| !families.contains(name))
        .copied()
        .collect();
    match rest.as_slice() {
        [] => return "all".to_owned(),
        [one] => return format!("all but `{one}`"),
        _ => {}
    }
    for (start, end) in [
        ("zendesk_tickets_", "_total"),
        ("zendesk_sla_targets_", "total"),
        ("zendesk_ticket_", "_business_seconds"),
    ] {
        let fits = |name: &&str| name.starts_with(start) && name.ends_with(end);
        let of_pattern = all.iter().copied().filter(fits);
        if of_pattern.eq(families.iter().copied()) {
            return format!("`{start}*{end}`");
        }
    }
    let listed: Vec<String> = families.iter().map(|name| format!("`{name}`")).collect();
    listed.join(", ")
}

const INTRODUCTION: &str = "\
# Changing settings

<!-- Generated from the exporter's own rules: make generate -->

The exporter recalculates gauges from the ticket records in the state file, so gauges are correct under any settings. It keeps counters and histograms as
numbers only. If a change of the settings changes their labels or buckets, they begin again at 0. The exporter reports this:

- `zendesk-exporter check` compares the settings with the state file and prints what they would reset. It works while an exporter uses the state file.
- The response of `POST /-/reload` and the log of a reload and of a start contain the same text: `acme: labels change: 7 families of counters begin again at 0, …`.
- `zendesk_exporter_counters_restarted_timestamp_seconds` changes to the time of the reset, and the dashboards mark that time.

This table lists the settings of an account, in `accounts` or in `defaults`:

| Change | Gauges | Counters | Histograms | Resync at once | Notes |
|---|---|---|---|---|---|
";

const CONCLUSION: &str = "
- **Recalculated** gauges have their new values after the next start or reload. They contain what the ticket records contain.
- **Resync at once** means that the exporter reads the whole export again, with `export.resync.requests_per_minute` (2 by default), because the ticket records
  do not contain the data that the new settings need. If `export.resync.every` is 0, the resync waits until that setting is changed.
  While the list of tickets is the source, the exporter reads the whole list again instead, and with `export.list.archive: ids` every ticket by its id.
  Tickets that the settings no longer select then stay in the gauges until the export can be read.
- Before the first sync is complete there are no counters, so nothing begins again at 0.

Each of these changes can increase the number of series. If they exceed `max_series`, the exporter shows gauges first. The counters and histograms that
no longer fit begin again at 0: in each family these are the series whose channel, group, brand or other opt-in label has a value other than `other`.

A resync is complete when it has read the whole export, has read its end again 15 minutes later, and has removed the tickets that are gone. Until then
`zendesk_exporter_sync_progress_ratio{walk=\"resync\"}` is 0.99 at most; the status page and `zendesk-exporter state` show when the resync reads the end again.

`state.directory` is the directory in which the exporter looks for state files. If you change it, stop the exporter and move the files there. Changes of
`web` and `log` change no values.
";

#[cfg(test)]
mod tests;
