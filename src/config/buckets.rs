//! The section `buckets`: reads the upper bounds of histograms.

use super::read::{Reader, parse_duration, quoted};
use super::setting::Setting;
use crate::ledger::{BUCKETS_MAX, Buckets, TicketFamily};

/// Reads section `buckets`, which has a list of upper bounds for each histogram. A bound is a duration or a plain
/// number, which is in seconds or is a count. Example: `[15m, 1h]` and `[900, 3600]` are the same bounds.
pub(super) fn buckets(mut reader: Reader<'_>) -> Buckets {
    let mut buckets = Buckets::default();
    for family in TicketFamily::histograms() {
        let list = reader.list(family.family().name);
        let texts: Vec<&str> = list.iter().map(Setting::as_text).collect();
        if texts.is_empty() {
            continue;
        }
        let bounds: Option<Vec<u64>> = texts.iter().map(|text| bound(family, text)).collect();
        let set = bounds.map(|bounds| buckets.set(family, bounds));
        if !matches!(set, Some(Ok(()))) {
            let example = if family.is_duration() {
                "[15m, 1h, 4h, 1d]"
            } else {
                "[0, 1, 2, 5]"
            };
            let sentence = format!(
                "{} is not a list of 1 to {BUCKETS_MAX} upper bounds in increasing order, e.g. {example}",
                quoted(&texts.join(", "))
            );
            reader.problem(family.name, &sentence);
        }
    }
    buckets
}

fn bound(family: TicketFamily, text: &str) -> Option<u64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let duration = parse_duration(text).filter(|_| family.is_duration())?;
    // Bounds are whole seconds, so `1500ms` is refused.
    (duration.subsec_nanos() == 0).then_some(duration.as_secs())
}
