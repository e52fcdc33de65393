//! The section `buckets`: the upper bounds of histograms.

use super::read::{Reader, parse_duration, quoted};
use super::setting::Setting;
use crate::ledger::{BUCKETS_MAX, Buckets, Measure};

/// Reads section `buckets`: by family, bounds as durations, or as plain numbers (seconds, or
/// counts).
pub(super) fn buckets(mut reader: Reader<'_>) -> Buckets {
    let mut buckets = Buckets::default();
    for measure in Measure::ALL {
        let family = measure.family();
        let texts: Vec<&str> = reader.list(family).iter().map(Setting::as_text).collect();
        if texts.is_empty() {
            continue;
        }
        let bounds: Option<Vec<u64>> = texts.iter().map(|text| bound(*measure, text)).collect();
        let set = bounds.map(|bounds| buckets.set(*measure, bounds));
        if !matches!(set, Some(Ok(()))) {
            let example = if measure.is_count() {
                "[0, 1, 2, 5]"
            } else {
                "[15m, 1h, 4h, 1d]"
            };
            let sentence = format!(
                "{} is not a list of 1 to {BUCKETS_MAX} upper bounds in increasing order, e.g. {example}",
                quoted(&texts.join(", "))
            );
            reader.problem(family, &sentence);
        }
    }
    buckets
}

fn bound(measure: Measure, text: &str) -> Option<u64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let duration = parse_duration(text).filter(|_| !measure.is_count())?;
    (duration.subsec_nanos() == 0).then_some(duration.as_secs())
}
