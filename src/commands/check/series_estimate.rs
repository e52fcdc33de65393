//! The sentence of `check` about the number of series, and what the estimate is based on.
//!
//! PURE.

use std::fmt::Write as _;

use crate::ledger::{BusinessHours, FIELD_VALUES_ASSUMED, Ledger, Population, SeriesSettings};
use crate::metrics::SeriesEstimate;

/// How many series there are and will be, estimated from the state, or for a usual account if there is none.
pub(super) fn series(read: Option<&Ledger>, settings: &SeriesSettings) -> String {
    let population = read.map_or(Population::USUAL, Population::of);
    let estimate = match read {
        Some(ledger) => SeriesEstimate::on(ledger, settings),
        None => SeriesEstimate::new(&population, settings),
    };
    let most = estimate.most;
    let (at_first, when) = match read {
        // Series that exist already must not be reported as fewer.
        Some(ledger) if ledger.aggregates.settings() == settings => {
            (rounded_up(estimate.at_first), "now")
        }
        Some(_) => (rounded(estimate.at_first), "at first"),
        None => (rounded(estimate.at_first), "after the first sync"),
    };
    let at_first = at_first.min(most);
    let more = if read.is_none() {
        SeriesEstimate::in_business_hours(&population, settings)
    } else {
        0
    };
    let more = if more == 0 {
        String::new()
    } else {
        let more = grouped(rounded(more) as u64);
        format!("; about {more} more series when business hours differ")
    };
    let mut sentence = format!(
        "about {} series with these settings {when}",
        grouped(at_first as u64)
    );
    let later = rounded(estimate.later).min(most);
    if later > at_first {
        let later = grouped(later as u64);
        let further = count(population.further_tickets(), "more ticket");
        let _ = write!(sentence, ", about {later} after {further}");
    }
    let most = grouped(most as u64);
    let basis = basis(&population, read.is_some(), settings);
    let _ = write!(sentence, " (at most {most}{more}; {basis})");
    sentence
}

/// What an estimate is based on: the numbers of the state, if it was read, and the assumed ones.
fn basis(population: &Population, was_read: bool, settings: &SeriesSettings) -> String {
    let mut numbers = vec![
        count(population.tickets(), "ticket"),
        count(population.channels as u64, "channel"),
    ];
    numbers.extend(settings.labels.shown_sets().map(|set| {
        let noun = set.label().replace('_', " ");
        count(population.named[set] as u64, &noun)
    }));
    let mut assumed = Vec::new();
    let open = settings
        .labels
        .fields
        .iter()
        .filter(|field| !field.shows_all());
    for field in open {
        match population.field_values.get(&field.id) {
            Some(values) => {
                let values = count(*values as u64, "value");
                numbers.push(format!("{values} of {}", field.label));
            }
            None => assumed.push(count(FIELD_VALUES_ASSUMED as u64, "value of a field")),
        }
    }
    // Each open field adds the same text.
    assumed.dedup();
    if settings.metric_sets && settings.business_hours == BusinessHours::Auto {
        match population.business_hours_differ {
            Some(true) => numbers.push("a schedule".to_owned()),
            Some(false) => numbers.push("no schedule".to_owned()),
            None => assumed.push("a schedule".to_owned()),
        }
    }
    if !was_read {
        numbers.append(&mut assumed);
        return format!("assumed: {}", numbers.join(", "));
    }
    let mut words = format!("from the state: {}", numbers.join(", "));
    if !assumed.is_empty() {
        let _ = write!(words, "; assumed: {}", assumed.join(", "));
    }
    words
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

/// Rounded to two significant digits, because an estimate is no more exact: 1,234 becomes 1,200.
fn rounded(number: usize) -> usize {
    let unit = unit(number);
    (number + unit / 2) / unit * unit
}

/// Rounded up to two significant digits.
fn rounded_up(number: usize) -> usize {
    number.next_multiple_of(unit(number))
}

/// The value of 1 in the second digit: 100 for 1,234.
const fn unit(number: usize) -> usize {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    unit
}

/// With commas between thousands: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
