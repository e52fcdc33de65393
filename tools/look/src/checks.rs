//! What must not be seen on a dashboard.
//!
//! PURE: facts of a page in, faults out.

use std::fmt;

use crate::colour::{Verdict, verdict};
use crate::facts::{Facts, Panel, Shown, TextBox};
use crate::questions::{Answer, Asked};

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// The panel's number and title; nothing if it is a fault of the page.
    pub(crate) panel: Option<(u64, String)>,
    pub(crate) detail: String,
}

/// The checks. Each has a spoiled panel in [`crate::spoiled`] that it has to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    CutTitle,
    CutText,
    CutHeader,
    WideTable,
    EqualLabels,
    JudgedNull,
    OldValue,
    RangeQuery,
    GreenWhileDown,
    QueryError,
    ConsoleError,
}

impl Kind {
    pub(crate) const ALL: [Self; 11] = [
        Self::CutTitle,
        Self::CutText,
        Self::CutHeader,
        Self::WideTable,
        Self::EqualLabels,
        Self::JudgedNull,
        Self::OldValue,
        Self::RangeQuery,
        Self::GreenWhileDown,
        Self::QueryError,
        Self::ConsoleError,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::CutTitle => "the title is cut off",
            Self::CutText => "a text is cut off",
            Self::CutHeader => "the head of a column is cut off",
            Self::WideTable => "the table is wider than its panel",
            Self::EqualLabels => "two labels of an axis are equal",
            Self::JudgedNull => "green or red where the value is not known",
            Self::OldValue => "not the value of this second",
            Self::RangeQuery => "a number of now is asked over the range",
            Self::GreenWhileDown => "green while the exporter is down",
            Self::QueryError => "an error",
            Self::ConsoleError => "the console says",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((id, title)) = &self.panel {
            write!(formatter, "panel {id} {title:?}: ")?;
        }
        write!(formatter, "{}: {}", self.kind.words(), self.detail)
    }
}

/// Whether the exporter answered in the second of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    Running,
    Down,
}

/// All that is wrong with a page. `answers` are those of the stats to the instant queries.
pub(crate) fn faults(facts: &Facts, answers: &[Answer], exporter: Exporter) -> Vec<Fault> {
    let mut faults: Vec<Fault> = facts
        .panels
        .iter()
        .flat_map(|panel| {
            let answer = answers.iter().find(|answer| answer.panel == panel.id);
            of_panel(panel, answer, exporter)
        })
        .collect();
    let of_page = |kind, details: &[String]| {
        let faults = details.iter().map(move |detail| Fault {
            kind,
            panel: None,
            detail: detail.clone(),
        });
        faults.collect::<Vec<_>>()
    };
    faults.extend(of_page(Kind::QueryError, &facts.failures));
    faults.extend(of_page(Kind::ConsoleError, &facts.console));
    if exporter == Exporter::Down && !facts.panels.iter().any(says_down) {
        let detail = "no stat says Exporter down".to_owned();
        faults.extend(of_page(Kind::GreenWhileDown, &[detail]));
    }
    faults
}

fn of_panel(panel: &Panel, answer: Option<&Answer>, exporter: Exporter) -> Vec<Fault> {
    let fault = |kind, detail| Fault {
        kind,
        panel: Some((panel.id, panel.title.clone())),
        detail,
    };
    let cut = |kind, boxes: &[TextBox]| {
        let cut = boxes.iter().filter(|text_box| is_cut(text_box));
        let faults = cut.map(|TextBox { text, needs, has }| {
            fault(kind, format!("{text:?} needs {needs} px and has {has}"))
        });
        faults.collect::<Vec<_>>()
    };
    let mut faults = cut(Kind::CutTitle, &panel.title_boxes);
    if panel.title_boxes.is_empty() && !panel.title.is_empty() {
        faults.push(fault(Kind::CutTitle, "it cannot be seen".to_owned()));
    }
    faults.extend(cut(Kind::CutText, &panel.text_boxes));
    faults.extend(cut(Kind::CutHeader, &panel.header_boxes));
    let wide = panel.grid_boxes.iter().filter(|grid| is_cut(grid));
    faults.extend(wide.map(|TextBox { needs, has, .. }| {
        fault(
            Kind::WideTable,
            format!("it needs {needs} px and has {has}"),
        )
    }));
    for axis in &panel.axes {
        let equal = equal_labels(&axis.labels);
        if !equal.is_empty() {
            let detail = format!("{} of {}", equal.join(", "), axis.scale);
            faults.push(fault(Kind::EqualLabels, detail));
        }
    }
    faults.extend(judged_nulls(panel).map(|detail| fault(Kind::JudgedNull, detail)));
    if let Some(answer) = answer {
        faults.extend(old_value(&panel.values, answer).map(|words| fault(Kind::OldValue, words)));
        if answer.asked == Asked::OverTheRange {
            let detail = "its last value may be hours old".to_owned();
            faults.push(fault(Kind::RangeQuery, detail));
        }
    }
    if exporter == Exporter::Down && panel.kind == "stat" {
        let green = panel
            .values
            .iter()
            .filter(|value| has(&value.colours, Verdict::Good));
        faults.extend(green.map(|value| fault(Kind::GreenWhileDown, value.shown.clone())));
    }
    faults
}

/// A browser rounds both widths to whole pixels, each in its own direction.
fn is_cut(text_box: &TextBox) -> bool {
    text_box.needs > text_box.has + 1.0
}

/// Labels that stand on an axis more than once. Empty ones are ticks without a label.
fn equal_labels(labels: &[Option<String>]) -> Vec<&str> {
    let mut texts: Vec<&str> = labels.iter().flatten().map(|label| label.trim()).collect();
    texts.retain(|text| !text.is_empty());
    texts.sort_unstable();
    let mut equal: Vec<&str> = texts
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    equal.dedup();
    equal
}

fn judged_nulls(panel: &Panel) -> impl Iterator<Item = String> {
    let values = panel.values.iter().filter(|value| value.number.is_none());
    let values = values.map(|value| (&value.name, &value.shown, &value.colours));
    let cells = panel.unknown_cells.iter();
    let cells = cells.map(|cell| (&cell.name, &cell.shown, &cell.colours));
    values.chain(cells).filter_map(|(name, shown, colours)| {
        let is_judged = has(colours, Verdict::Good) || has(colours, Verdict::Bad);
        is_judged.then(|| format!("{name} {shown:?}: {}", colours.join(" ")))
    })
}

fn has(colours: &[String], wanted: Verdict) -> bool {
    colours.iter().any(|colour| verdict(colour) == wanted)
}

/// Why the values of a stat are not those that its queries give for the second of the page.
fn old_value(shown: &[Shown], answer: &Answer) -> Option<String> {
    let numbers = sorted(shown.iter().map(|value| value.number));
    let expected = match answer.numbers.as_slice() {
        // A stat that has no sample shows one text.
        [] => vec![None],
        numbers => sorted(numbers.iter().copied()),
    };
    let is_same = numbers.len() == expected.len()
        && numbers.iter().zip(&expected).all(|pair| match pair {
            (Some(one), Some(other)) => is_equal(*one, *other),
            (one, other) => one.is_none() && other.is_none(),
        });
    if !is_same {
        return Some(format!("{numbers:?} instead of {expected:?}"));
    }
    let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
    let other = shown
        .iter()
        .find(|value| !without_blanks(&value.shown).contains(&without_blanks(&value.formatted)))?;
    Some(format!(
        "{:?} instead of {:?}",
        other.shown, other.formatted
    ))
}

/// Prometheus adds up in an order of its own, and each order rounds differently.
fn is_equal(one: f64, other: f64) -> bool {
    (one - other).abs() <= ROUNDING_MAX * one.abs().max(other.abs())
}

/// As large a share of a value may be lost to rounding: far less than any unit shows.
const ROUNDING_MAX: f64 = 1e-9;

fn sorted(numbers: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
    // What is not finite cannot be told from what is not known: JSON has neither.
    let mut numbers: Vec<_> = numbers
        .map(|number| number.filter(|number| number.is_finite()))
        .collect();
    numbers.sort_by(|one, other| {
        let key = |number: &Option<f64>| number.unwrap_or(f64::NEG_INFINITY);
        key(one).total_cmp(&key(other))
    });
    numbers
}

fn says_down(panel: &Panel) -> bool {
    let mut values = panel.values.iter();
    panel.kind == "stat" && values.any(|value| value.shown.contains("Exporter down"))
}

#[cfg(test)]
mod tests;
