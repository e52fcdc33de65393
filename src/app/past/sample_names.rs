//! The samples that dashboards and rules use, by name.
//!
//! PURE.

use std::collections::BTreeSet;

use crate::metrics::catalog::{self, Kind};

/// Names of samples of the exporter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleNames {
    samples: BTreeSet<String>,
    families: BTreeSet<&'static str>,
}

impl SampleNames {
    /// The names that are in `texts`, which contain queries: rules and dashboards.
    pub fn named_in<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let is_part =
            |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
        let words: BTreeSet<&str> = texts
            .into_iter()
            .flat_map(|text| text.split(move |character| !is_part(character)))
            .collect();
        let mut names = Self::default();
        for family in catalog::ALL {
            let samples: Vec<String> = match family.kind {
                Kind::Histogram => ["_bucket", "_sum", "_count"]
                    .map(|part| format!("{}{part}", family.name))
                    .into(),
                Kind::Gauge | Kind::Counter => vec![family.name.to_owned()],
            };
            let named = samples.into_iter().filter(|name| words.contains(&**name));
            let before = names.samples.len();
            names.samples.extend(named);
            if names.samples.len() > before {
                names.families.insert(family.name);
            }
        }
        names
    }

    /// Whether any sample of the family `name` is one of them.
    pub(super) fn has_family(&self, name: &str) -> bool {
        self.families.contains(name)
    }

    /// Whether `sample` is one of them.
    pub(super) fn has(&self, sample: &str) -> bool {
        self.samples.contains(sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_query_is_kept_and_nothing_else() {
        let names = SampleNames::named_in([
            "sum(rate(zendesk_ticket_first_reply_seconds_bucket{le=\"300\"}[1d])) or vector(0)",
            "account:zendesk_unsolved_tickets:sum > 1",
            "zendesk_tickets_created_total offset 1w",
        ]);
        assert!(names.has("zendesk_ticket_first_reply_seconds_bucket"));
        assert!(!names.has("zendesk_ticket_first_reply_seconds_sum"));
        assert!(names.has_family("zendesk_ticket_first_reply_seconds"));
        assert!(names.has("zendesk_tickets_created_total"));
        // The name of a recorded series is a different name.
        assert!(!names.has("zendesk_unsolved_tickets"));
        assert!(!names.has_family("zendesk_unsolved_tickets"));
        assert!(!names.has("zendesk_tickets"));
    }
}
