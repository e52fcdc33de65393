//! How the settings of the cells are written in `meta`.

use super::text::{from_json, json, required};
use crate::ledger::{
    Aggregates, Buckets, BusinessHours, Dimension, LabelSettings, SeriesSettings, TicketFamily,
};
use crate::ticket::{NamedSet, PerSet};

/// Key of the row that tells whether a value in business hours has differed from the one by the
/// calendar.
const META_DIFFER: &str = "business_hours_differ";

/// The rows of `meta` that tell which series the cells are of.
pub(super) fn rows_of(aggregates: &Aggregates) -> Vec<(&'static str, String)> {
    let mut rows = rows(aggregates.settings());
    rows.push((META_DIFFER, aggregates.business_hours_differ().to_string()));
    rows
}

/// Reads back whether a value in business hours has differed. It was not kept before schema 3, where
/// histograms in business hours were always shown or never: such a state is taken for one whose
/// values differ, so that what it shows stays, and what it does not show is not made up.
pub(super) fn differ_from_rows<'a>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
) -> Result<bool, &'static str> {
    let has_histograms = || value("buckets").is_some();
    match value(META_DIFFER) {
        Some(_) => required(value, META_DIFFER),
        None => Ok(has_histograms() && required(value, "initial_sync_complete")?),
    }
}

/// The rows of `meta` that tell the settings.
fn rows(settings: &SeriesSettings) -> Vec<(&'static str, String)> {
    let SeriesSettings {
        labels:
            LabelSettings {
                named,
                tags,
                fields,
                max_values,
            },
        support_type,
        metric_sets,
        business_hours,
        slas,
        buckets,
        max_series,
    } = settings;
    let histograms = TicketFamily::histograms();
    let bounds: Vec<&[u64]> = histograms.map(|family| buckets.of(family)).collect();
    let mut rows = vec![
        (Dimension::SupportType.stored_as(), support_type.to_string()),
        ("label_fields", json(fields)),
        ("label_tags", json(tags)),
        ("metric_sets", metric_sets.to_string()),
        (
            "business_hours",
            business_hours_word(*business_hours).to_owned(),
        ),
        ("slas", slas.to_string()),
        ("buckets", json(&bounds)),
        ("label_max_values", max_values.to_string()),
        ("max_series", max_series.to_string()),
    ];
    let named = NamedSet::ALL
        .iter()
        .map(|set| (Dimension::Named(*set).stored_as(), named[*set].to_string()));
    rows.extend(named);
    rows
}

/// The word for when the families in business hours are shown. Until schema 3 there were two.
const fn business_hours_word(business_hours: BusinessHours) -> &'static str {
    match business_hours {
        BusinessHours::Auto => "auto",
        BusinessHours::Always => "true",
        BusinessHours::Never => "false",
    }
}

fn business_hours<'a>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
) -> Result<BusinessHours, &'static str> {
    let all = [
        BusinessHours::Auto,
        BusinessHours::Always,
        BusinessHours::Never,
    ];
    let stored = value("business_hours");
    let mut known = all.into_iter();
    known
        .find(|known| Some(business_hours_word(*known)) == stored)
        .ok_or("business_hours")
}

/// Reads back what [`rows`] wrote. The error is the key that is missing or unreadable. A state of
/// schema 1 has only the three that there were then, and a label that came later is off.
pub(super) fn from_rows<'a>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
) -> Result<SeriesSettings, &'static str> {
    let since_schema_2 = value("buckets").is_some();
    let flag = |key| {
        if since_schema_2 {
            required(value, key)
        } else {
            Ok(false)
        }
    };
    let mut named = PerSet::default();
    for set in NamedSet::ALL {
        let key = Dimension::Named(*set).stored_as();
        named[*set] = value(key).is_some() && required(value, key)?;
    }
    Ok(SeriesSettings {
        labels: LabelSettings {
            named,
            tags: from_json(value, "label_tags")?.unwrap_or_default(),
            fields: from_json(value, "label_fields")?.unwrap_or_default(),
            max_values: required(value, "label_max_values")?,
        },
        support_type: required(value, Dimension::SupportType.stored_as())?,
        metric_sets: flag("metric_sets")?,
        business_hours: if since_schema_2 {
            business_hours(value)?
        } else {
            BusinessHours::Never
        },
        slas: flag("slas")?,
        buckets: buckets(value)?,
        max_series: required(value, "max_series")?,
    })
}

fn buckets<'a>(value: &impl Fn(&'static str) -> Option<&'a str>) -> Result<Buckets, &'static str> {
    let bounds: Vec<Vec<u64>> = from_json(value, "buckets")?.unwrap_or_default();
    let mut buckets = Buckets::default();
    for (family, bounds) in TicketFamily::histograms().zip(bounds) {
        buckets.set(family, bounds).map_err(|_| "buckets")?;
    }
    Ok(buckets)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::ledger::FieldLabel;

    #[test]
    fn settings_are_read_back_as_they_were_written() {
        let mut buckets = Buckets::default();
        buckets
            .set(crate::ledger::family::REOPENS, vec![1, 4])
            .expect("bounds that rise");
        let settings = SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default().with(NamedSet::Group, true),
                fields: vec![FieldLabel {
                    id: 360_001,
                    label: "product".to_owned(),
                    values: vec!["a, \"b\"".to_owned()],
                }],
                tags: vec!["vip".to_owned()],
                ..LabelSettings::default()
            },
            slas: true,
            buckets,
            ..SeriesSettings::default()
        };
        let stored: BTreeMap<&str, String> = rows(&settings).into_iter().collect();
        let read = from_rows(&|key| stored.get(key).map(String::as_str));
        assert_eq!(read, Ok(settings));
    }

    #[test]
    fn buckets_are_stored_in_the_order_that_states_have() {
        let names: Vec<&str> = TicketFamily::histograms()
            .map(|family| family.name)
            .collect();
        let stored = [
            "zendesk_ticket_first_reply_seconds",
            "zendesk_ticket_first_reply_business_seconds",
            "zendesk_ticket_first_resolution_seconds",
            "zendesk_ticket_first_resolution_business_seconds",
            "zendesk_ticket_full_resolution_seconds",
            "zendesk_ticket_full_resolution_business_seconds",
            "zendesk_ticket_requester_wait_seconds",
            "zendesk_ticket_requester_wait_business_seconds",
            "zendesk_ticket_agent_wait_seconds",
            "zendesk_ticket_agent_wait_business_seconds",
            "zendesk_ticket_on_hold_seconds",
            "zendesk_ticket_on_hold_business_seconds",
            "zendesk_ticket_replies",
            "zendesk_ticket_reopens",
        ];
        assert_eq!(names, stored);
    }

    #[test]
    fn settings_of_schema_1_show_none_of_what_came_later() {
        let stored = BTreeMap::from([
            ("label_support_type", "true"),
            ("label_max_values", "10"),
            ("max_series", "5000"),
        ]);
        let read = from_rows(&|key| stored.get(key).copied()).expect("readable");
        assert!(read.support_type && !read.metric_sets && !read.labels.named[NamedSet::Group]);
        assert_eq!((read.labels.max_values, read.max_series), (10, 5_000));
    }
}
