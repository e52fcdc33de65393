use super::*;
use crate::ledger::dictionary::{NUMBER_NONE, NUMBER_OTHER};
use crate::ledger::{Life, OpenSet};

fn ticket_in(channel: u16) -> TicketRecord {
    TicketRecord {
        channel,
        ..crate::ledger::testing::plain_record()
    }
}

fn entered(aggregates: &mut Aggregates, dictionaries: &Dictionaries, channel: u16) {
    aggregates
        .fold(
            None,
            &ticket_in(channel),
            &Counted::default(),
            dictionaries,
            false,
        )
        .expect("a ticket that enters cannot unbalance the gauges");
}

fn dictionaries_with(channels: &[&str]) -> Dictionaries {
    let mut dictionaries = Dictionaries::new(64);
    for (place, name) in channels.iter().enumerate() {
        assert!(dictionaries.restore(crate::ledger::Entry {
            set: OpenSet::Channel,
            number: u16::try_from(place).expect("few channels") + 2,
            value: (*name).to_owned(),
            shown: true,
        }));
    }
    dictionaries
}

#[test]
fn beyond_max_series_a_ticket_counts_as_channel_other_and_leaves_from_there() {
    // Room for one cell of a channel of its own.
    let layout = Layout {
        max_series: Layout::default().fallback_series() + 1,
        ..Layout::default()
    };
    let mut aggregates = Aggregates::new(layout);
    let dictionaries = dictionaries_with(&["web", "email"]);
    entered(&mut aggregates, &dictionaries, 2);
    entered(&mut aggregates, &dictionaries, 3);
    let by_channel = |aggregates: &Aggregates| -> Vec<(u16, u64)> {
        aggregates
            .cells()
            .filter_map(|(cell, value)| {
                cell.dimensions()
                    .map(|dimensions| (dimensions.channel.0, value))
            })
            .collect()
    };
    assert_eq!(by_channel(&aggregates), [(NUMBER_OTHER, 1), (2, 1)]);
    assert_eq!(aggregates.folded().get("zendesk_tickets"), Some(&1));

    let gone = TicketRecord {
        life: Life::Tombstone,
        ..ticket_in(3)
    };
    aggregates
        .fold(
            Some(&ticket_in(3)),
            &gone,
            &Counted::default(),
            &dictionaries,
            false,
        )
        .expect("the ticket is in the gauges");
    assert_eq!(by_channel(&aggregates), [(NUMBER_OTHER, 0), (2, 1)]);
}

#[test]
fn a_ticket_that_leaves_without_having_entered_is_an_imbalance() {
    let mut aggregates = Aggregates::new(Layout::default());
    let gone = TicketRecord {
        life: Life::Tombstone,
        ..ticket_in(NUMBER_NONE)
    };
    let result = aggregates.fold(
        Some(&ticket_in(NUMBER_NONE)),
        &gone,
        &Counted::default(),
        &dictionaries_with(&[]),
        false,
    );
    assert!(result.is_err());
}
