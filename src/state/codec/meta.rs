//! How the progress of an account is written in `meta`.

use super::series_settings;
use super::text::{from_json, json, required};
use crate::ledger::{Ledger, Marks, Progress, Resync, Truth};
use crate::state::error::Problem;
use crate::ticket::UnixSeconds;

/// The present schema: raised with every change of the tables or of a stored form.
///
/// Before 5 no record told whether its order key came from a row without `generated_timestamp`, whether Zendesk had
/// stated its reopens, or when it was swept. Before 4 a mark of a record had one byte. Before 3 no entry of `meta` told whether values in
/// business hours differ from those by the calendar.
pub(in crate::state) const SCHEMA_VERSION: i64 = 5;

/// The oldest schema that can be read.
const SCHEMA_VERSION_MIN: i64 = 1;

/// The first schema with histograms, cells of unsolved tickets, and a choice of families. The cells
/// of an older state are counted again when it is opened for writing. Of a state of this schema or
/// a later one only `meta` is written then, if the settings ask for the same cells.
pub(in crate::state) const SCHEMA_WITH_FAMILIES: i64 = 2;

/// Whether a state of this schema can be read.
pub(in crate::state) fn check_schema(schema: i64) -> Result<(), Problem> {
    match schema {
        SCHEMA_VERSION_MIN..=SCHEMA_VERSION => Ok(()),
        newer if newer > SCHEMA_VERSION => Err(Problem::NewerSchema(newer)),
        unknown => Err(Problem::Damaged(format!(
            "it has the unknown schema {unknown}"
        ))),
    }
}

/// Key of the account's address in `meta`.
pub(in crate::state) const META_ACCOUNT: &str = "account";
/// Key of the checksum over everything but the ticket records.
pub(in crate::state) const META_CHECKSUM: &str = "checksum";

/// The rows of `meta` that tell how far the account has been read, and with which labels.
pub(in crate::state) fn meta_rows(ledger: &Ledger) -> Vec<(&'static str, String)> {
    let Progress {
        created_at,
        counters_restarted_at,
        truth,
        exports,
        exports_have_ended,
        list,
        baseline,
        initial_sync_complete,
        replayed_at,
        ticket_scope,
        resync,
        tickets,
    } = &ledger.progress;
    let mut rows = vec![
        ("created_at", created_at.0.to_string()),
        ("initial_sync_complete", initial_sync_complete.to_string()),
        ("tickets", tickets.to_string()),
    ];
    rows.extend(series_settings::rows_of(&ledger.aggregates));
    rows.push(("resync", json(resync)));
    rows.extend(
        ticket_scope
            .as_ref()
            .map(|ticket_scope| ("reach", json(ticket_scope))),
    );
    rows.push(("truth", json(truth)));
    rows.push(("exports_have_ended", exports_have_ended.to_string()));
    rows.push(("list", json(list)));
    let Marks {
        position,
        position_timestamp,
        first_row,
        high_water,
        data_timestamp,
    } = exports;
    let times = [
        ("counters_restarted_at", counters_restarted_at),
        ("position_timestamp", position_timestamp),
        ("first_row", first_row),
        ("high_water", high_water),
        ("data_timestamp", data_timestamp),
        ("baseline", baseline),
        ("replayed_at", replayed_at),
    ];
    for (key, time) in times {
        rows.extend(time.map(|time| (key, time.0.to_string())));
    }
    let position = position.as_ref().map(ToString::to_string);
    rows.extend(position.map(|text| ("position", text)));
    rows
}

/// Reads back what [`meta_rows`] wrote, into a ledger without cells. The error is the key that is
/// missing or unreadable.
pub(in crate::state) fn ledger_from<'a>(
    value: impl Fn(&'static str) -> Option<&'a str>,
) -> Result<Ledger, &'static str> {
    let time = |key| match value(key) {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(|time| Some(UnixSeconds(time)))
            .map_err(|_| key),
    };
    let position = match value("position") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| "position")?),
    };
    // A state that was made before there were such walks has neither.
    let ticket_scope = from_json(&value, "reach")?;
    let resync = from_json(&value, "resync")?.unwrap_or(Resync::NONE);
    let initial_sync_complete = required(&value, "initial_sync_complete")?;
    // A state from before there was another source has neither this nor a truth.
    let exports_have_ended = match value("exports_have_ended") {
        None => initial_sync_complete,
        Some(_) => required(&value, "exports_have_ended")?,
    };
    let progress = Progress {
        created_at: time("created_at")?.ok_or("created_at")?,
        counters_restarted_at: time("counters_restarted_at")?,
        truth: from_json(&value, "truth")?.unwrap_or(Truth::EXPORT),
        exports: Marks {
            position,
            position_timestamp: time("position_timestamp")?,
            first_row: time("first_row")?,
            high_water: time("high_water")?,
            data_timestamp: time("data_timestamp")?,
        },
        exports_have_ended,
        list: from_json(&value, "list")?.unwrap_or_default(),
        baseline: time("baseline")?,
        initial_sync_complete,
        replayed_at: time("replayed_at")?,
        ticket_scope,
        resync,
        tickets: required(&value, "tickets")?,
    };
    let mut ledger = Ledger::new(series_settings::from_rows(&value)?, progress.created_at);
    let differ = series_settings::differ_from_rows(&value)?;
    ledger.aggregates.restore_business_hours_differ(differ);
    ledger.progress = progress;
    Ok(ledger)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{SeriesSettings, TicketScope};
    use crate::source::SupportTypeScope;

    fn ledger() -> Ledger {
        Ledger::new(SeriesSettings::default(), UnixSeconds(1))
    }

    /// Reads back the rows of a ledger, `key` with another text.
    fn read(ledger: &Ledger, key: &str, text: Option<&str>) -> Result<Ledger, &'static str> {
        let rows = meta_rows(ledger);
        ledger_from(|wanted| {
            let mut rows = rows.iter();
            let stored = rows.find(|(key, _)| *key == wanted);
            let other = text.filter(|_| wanted == key);
            other.or_else(|| stored.map(|(_, text)| text.as_str()))
        })
    }

    #[test]
    fn what_cannot_be_read_is_damage_under_its_key() {
        for key in ["resync", "reach", "tickets", "high_water", "position"] {
            let read = read(&ledger(), key, Some("?"));
            assert_eq!(read.err(), Some(key));
        }
        assert!(read(&ledger(), "resync", Some("{}")).is_err());
    }

    #[test]
    fn each_scope_of_tickets_is_read_back() {
        let scopes = [
            (SupportTypeScope::Agent, "agent"),
            (SupportTypeScope::AiAgent, "ai_agent"),
            (SupportTypeScope::All, "all"),
        ];
        for (scope, word) in scopes {
            let ticket_scope = TicketScope {
                scope,
                start_time: UnixSeconds(5),
            };
            let mut ledger = ledger();
            ledger.progress.ticket_scope = Some(ticket_scope);
            let stored = format!(r#"{{"support_type_scope":"{word}","start_time":5}}"#);
            assert!(meta_rows(&ledger).contains(&("reach", stored)));
            let read = read(&ledger, "", None).expect("readable");
            assert_eq!(read.progress.ticket_scope, Some(ticket_scope));
        }
    }
}
