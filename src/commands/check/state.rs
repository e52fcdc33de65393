//! What the settings mean for the state of an account: what they reset, and how many series they make.

use std::fmt::Write as _;

use crate::config::{Account, Config};
use crate::ledger::{Counting, Layout, Population, Resets};
use crate::metrics::SeriesEstimate;
use crate::store::{Inspection, StoreError, inspect, state_path};
use crate::telemetry::with_sources;

/// A line on the series, and one on what the settings reset, if that is something. Only reads the state.
pub(super) fn lines(config: &Config, account: &Account) -> String {
    let name = &account.name;
    let path = state_path(&config.state.directory, &account.base_url.state_file_name());
    let (inspection, unread) = match inspect(&path, account.base_url.as_identity()) {
        Ok(inspection) => (Some(inspection), None),
        Err(StoreError::Missing { .. }) => (None, None),
        Err(error) => (None, Some(error)),
    };
    let population = inspection
        .as_ref()
        .and_then(|state| state.population.clone());
    let mut lines = format!(
        "{name}: {}\n",
        series(population.as_ref(), &account.layout())
    );
    if let Some(sentence) = inspection.and_then(|state| resets(&state, account)) {
        let _ = writeln!(lines, "{name}: {sentence}");
    }
    if let Some(error) = unread {
        let _ = writeln!(
            lines,
            "{name}: what these settings would reset is not known, as its state cannot be read: {}",
            with_sources(&error)
        );
    }
    lines
}

/// What the settings reset in a state, if anything.
fn resets(state: &Inspection, account: &Account) -> Option<String> {
    let counting = match state.progress.counting(state.business_hours_differ) {
        Counting::Since {
            business_hours_differ,
            ..
        } => Counting::Since {
            own_series: Some(state.own_series),
            business_hours_differ,
        },
        other => other,
    };
    let resets = Resets::between(&state.asked, &account.asked(), counting);
    let resync_every = account.export.resync.every;
    (!resets.is_empty()).then(|| resets.sentence(resync_every))
}

/// How many series there will be: for what the state holds, or else for a usual account.
fn series(population: Option<&Population>, layout: &Layout) -> String {
    let (population, known) = match population {
        Some(population) => (population, "as the state has"),
        None => (&Population::USUAL, "assumed:"),
    };
    let SeriesEstimate { typical, most } = SeriesEstimate::of(population, layout);
    let fields = layout.fields.iter().any(|field| !field.shows_all());
    let values = [
        (true, population.channels, "channel"),
        (layout.group, population.groups, "group"),
        (layout.brand, population.brands, "brand"),
        (layout.form, population.forms, "form"),
        (
            layout.custom_status,
            population.custom_statuses,
            "custom status",
        ),
        (fields, population.field_values, "value of a field"),
    ];
    let mut words = count(population.tickets(), "ticket");
    for (_, values, noun) in values.iter().filter(|(is_shown, ..)| *is_shown) {
        let _ = write!(words, ", {}", count(*values as u64, noun));
    }
    format!(
        "about {} series with these settings (at most {}; {known} {words})",
        grouped(rounded(typical) as u64),
        grouped(most as u64),
    )
}

fn count(number: u64, noun: &str) -> String {
    let many = match noun {
        _ if number == 1 => noun.to_owned(),
        "custom status" => "custom statuses".to_owned(),
        "value of a field" => "values of a field".to_owned(),
        noun => format!("{noun}s"),
    };
    format!("{} {many}", grouped(number))
}

/// With two digits that mean something: an estimate is no more exact.
fn rounded(number: usize) -> usize {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    (number + unit / 2) / unit * unit
}

/// With commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::FieldLabel;

    #[test]
    fn estimates_are_rounded_and_large_numbers_can_be_read() {
        let table = [
            (0, "0"),
            (7, "7"),
            (99, "99"),
            (994, "990"),
            (995, "1,000"),
            (1_449, "1,400"),
            (1_450, "1,500"),
            (12_345_678, "12,000,000"),
        ];
        for (number, expected) in table {
            assert_eq!(grouped(rounded(number) as u64), expected);
        }
    }

    #[test]
    fn what_the_estimate_goes_by_is_told() {
        let told = |population, layout: &Layout| {
            let line = series(population, layout);
            line.split_once("; ").expect("what it goes by").1.to_owned()
        };
        let layout = Layout {
            group: true,
            custom_status: true,
            fields: vec![FieldLabel {
                id: 7,
                label: "product".to_owned(),
                values: Vec::new(),
            }],
            ..Layout::default()
        };
        assert_eq!(
            told(None, &Layout::default()),
            "assumed: 3,000 tickets, 8 channels)"
        );
        assert_eq!(
            told(None, &layout),
            "assumed: 3,000 tickets, 8 channels, 6 groups, 5 custom statuses, 5 values of a field)"
        );
        let small = Population {
            done: 0,
            unsolved: 1,
            channels: 1,
            ..Population::USUAL
        };
        assert_eq!(
            told(Some(&small), &Layout::default()),
            "as the state has 1 ticket, 1 channel)"
        );
    }
}
