//! Which values a label shows, and what becomes of tickets with other values.

use super::*;
use crate::ledger::{Dimension, FieldLabel, LabelSettings, LabelValues, family};
use crate::ticket::{FieldValue, NamedSet, PerSet, Reference, RowKey};

#[test]
fn fewer_channel_values_move_tickets_to_other() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = filled_state(&path);
    let by_email = TicketChange {
        channel: Channel::from_static("email"),
        priority: Priority::High,
        ..plain_change(3)
    };
    apply(&mut state, &page(vec![by_email], "c", true)).expect("a page applies");
    drop(state);
    let settings = SeriesSettings {
        labels: LabelSettings {
            max_values: 1,
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let (state, _) = open_at(&path, ACCOUNT, settings.clone(), NOW).expect("opens");
    let high: Vec<&str> = state
        .aggregates()
        .cells()
        .filter(|(cell, value)| cell.family() == family::TICKETS && *value > 0)
        .map(|(cell, _)| cell.values())
        .filter(|labels| labels[Dimension::Priority] == u16::from(Priority::High))
        .map(|labels| channel(&state, &labels))
        .collect();
    assert_eq!(high, ["other"]);
}

/// The word of a channel.
pub(super) fn channel<'a>(state: &'a State, labels: &LabelValues) -> &'a str {
    state
        .dictionaries()
        .word(OpenSet::Channel, labels[Dimension::Channel])
}

/// The channels that are label values, with their tickets.
pub(super) fn by_channel(state: &State) -> BTreeMap<String, u64> {
    let mut tickets = BTreeMap::new();
    for (cell, value) in state.aggregates().tickets() {
        let word = channel(state, &cell.values());
        *tickets.entry(word.to_owned()).or_default() += value;
    }
    tickets.retain(|_, value| *value > 0);
    tickets
}

pub(super) fn by(id: i64, channel: &str, updated_at: i64) -> TicketChange {
    TicketChange {
        channel: Channel::parse(channel),
        order_key: RowKey::Generated(UnixSeconds(updated_at)),
        updated_at: Some(UnixSeconds(updated_at)),
        ..plain_change(id)
    }
}

#[test]
fn the_values_in_use_before_the_baseline_are_shown_and_not_those_that_came_first() {
    const DAY: i64 = 24 * 3600;
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let settings = SeriesSettings {
        labels: LabelSettings {
            max_values: 2,
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let now = UnixSeconds(400 * DAY);
    let (mut state, _) = open_at(&path, ACCOUNT, settings.clone(), now).expect("opens");
    let of_old = (1..=30).map(|id| by(id, if id % 2 == 0 { "fax" } else { "telegram" }, id * DAY));
    let in_use = (31..=40).map(|id| by(id, if id < 37 { "email" } else { "web" }, 390 * DAY));
    let answer = |state: &mut State, page: &Page| {
        apply_at(state, Walk::Main, page, now).expect("a page applies")
    };
    answer(&mut state, &page(of_old.collect(), "a", false));
    let expected = [("fax", 15), ("telegram", 15)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(by_channel(&state), expected.into());
    let completed = answer(&mut state, &page(in_use.collect(), "b", true));
    assert!(completed.completed_initial_sync && completed.cells_changed);
    let expected =
        [("email", 6), ("web", 4), ("other", 30)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(by_channel(&state), expected.clone().into());
    check_verified(&path);

    // The choice is made: it survives a restart, and what comes later takes no place.
    let shown = cells(&state);
    drop(state);
    let (mut state, _) = open_at(&path, ACCOUNT, settings, now).expect("opens again");
    assert_eq!(cells(&state), shown);
    answer(&mut state, &page(vec![by(41, "sms", 399 * DAY)], "c", true));
    assert_eq!(by_channel(&state)["other"], 31);
    assert_eq!(by_channel(&state).len(), 3);

    // Other settings do not ask for another choice either, whatever has come into use since.
    let by_sms = (42..=60).map(|id| by(id, "sms", 399 * DAY));
    answer(&mut state, &page(by_sms.collect(), "d", true));
    let expected = by_channel(&state);
    drop(state);
    let with_a_field = SeriesSettings {
        labels: LabelSettings {
            max_values: 2,
            fields: vec![FieldLabel {
                id: 7,
                label: "product".to_owned(),
                values: Vec::new(),
            }],
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let (state, _) = open_at(&path, ACCOUNT, with_a_field, now).expect("opens");
    assert_eq!(by_channel(&state), expected);
}

#[test]
fn values_that_are_listed_later_are_shown_of_the_tickets_that_have_them() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let settings = |values: &[&str]| SeriesSettings {
        labels: LabelSettings {
            fields: vec![FieldLabel {
                id: 7,
                label: "product".to_owned(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            }],
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let with = |id, value: &str| TicketChange {
        fields: vec![FieldValue::Value(value.to_owned())],
        ..plain_change(id)
    };
    let products = |state: &State| -> BTreeMap<String, u64> {
        let mut tickets = BTreeMap::new();
        let labels = &state.aggregates().settings().labels;
        for (cell, value) in state.aggregates().tickets() {
            let product = cell.values()[Dimension::Field(0)];
            let words = state.dictionaries();
            let word = words.word_of(Dimension::Field(0), product, labels);
            *tickets.entry(word.to_owned()).or_default() += value;
        }
        tickets.retain(|_, value| *value > 0);
        tickets
    };
    let (mut state, _) = open_at(&path, ACCOUNT, settings(&[]), NOW).expect("opens");
    let rows = vec![with(1, "billing"), with(2, "shop"), with(3, "shop")];
    apply(&mut state, &page(rows, "a", true)).expect("a page applies");
    assert_eq!(products(&state).len(), 2);
    drop(state);
    let (state, _) = open_at(&path, ACCOUNT, settings(&["shop"]), NOW).expect("opens");
    let expected = [("shop", 2), ("other", 1)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(products(&state), expected.into());
    drop(state);
    let (state, _) = open_at(&path, ACCOUNT, settings(&["shop", "billing"]), NOW).expect("opens");
    let expected = [("shop", 2), ("billing", 1)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(products(&state), expected.into());
}

#[test]
fn events_of_the_first_sync_are_not_lost_when_the_shown_values_are_chosen() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let settings = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            max_values: 2,
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let (mut state, _) = open_at(&path, ACCOUNT, settings, NOW).expect("opens");
    let of = |id, channel: &str, created_at: i64| TicketChange {
        created_at: Some(UnixSeconds(created_at)),
        references: PerSet::default().with(NamedSet::Group, Reference::Id(id % 4)),
        ..by(id, channel, NOW.0 + 10)
    };
    let old = |id, channel| TicketChange {
        order_key: RowKey::Generated(UnixSeconds(NOW.0 - 1_000)),
        updated_at: Some(UnixSeconds(NOW.0 - 1_000)),
        ..of(id, channel, NOW.0 - 2_000)
    };
    let mut rows = vec![of(1, "fax", NOW.0), of(2, "sms", NOW.0)];
    rows.extend((10..20).map(|id| old(id, "email")));
    rows.extend((20..25).map(|id| old(id, "web")));
    rows.push(of(3, "email", NOW.0 + 5));
    apply(&mut state, &page(rows, "a", false)).expect("a page applies");
    apply(&mut state, &page(Vec::new(), "b", true)).expect("a page applies");
    let mut created: BTreeMap<String, u64> = BTreeMap::new();
    for (cell, value) in state.aggregates().cells() {
        if cell.family() == family::CREATED && value > 0 {
            let channel = channel(&state, &cell.values());
            *created.entry(channel.to_owned()).or_default() += value;
        }
    }
    // Those that are not shown any more, and one that was not shown when it was counted.
    assert_eq!(created, [("other".to_owned(), 3)].into());
    assert_eq!(by_channel(&state)["email"], 11);
    drop(state);
    check_verified(&path);
}
