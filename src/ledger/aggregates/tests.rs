use super::*;
use crate::ledger::family::OptIn;
use crate::ledger::labels::{NUMBER_NONE, NUMBER_OTHER};
use crate::ledger::{LabelSettings, Life, OpenSet, Part};
use crate::ticket::{NamedSet, PerSet, Priority};

fn ticket_in(channel: u16) -> TicketRecord {
    TicketRecord {
        channel,
        ..crate::ledger::testing::plain_record()
    }
}

fn entered(aggregates: &mut Aggregates, dictionaries: &Dictionaries, channel: u16) {
    aggregates
        .fold(None, &ticket_in(channel), &Counted::default(), dictionaries)
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
    let settings = SeriesSettings {
        max_series: SeriesSettings::default().fallback_series() + 1,
        ..SeriesSettings::default()
    };
    let mut aggregates = Aggregates::new(settings);
    let dictionaries = dictionaries_with(&["web", "email"]);
    entered(&mut aggregates, &dictionaries, 2);
    entered(&mut aggregates, &dictionaries, 3);
    let by_channel = |aggregates: &Aggregates| -> Vec<(u16, u64)> {
        aggregates
            .cells()
            .filter(|(cell, _)| cell.family() == family::TICKETS)
            .map(|(cell, value)| (cell.values()[Dimension::Channel], value))
            .collect()
    };
    assert_eq!(by_channel(&aggregates), [(NUMBER_OTHER, 1), (2, 1)]);
    assert_eq!(
        aggregates.dropped_by_family().get(&family::TICKETS),
        Some(&1)
    );

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
        )
        .expect("the ticket is in the gauges");
    assert_eq!(by_channel(&aggregates), [(NUMBER_OTHER, 0), (2, 1)]);
}

#[test]
fn counters_that_find_no_room_before_anything_is_shown_go_on_as_other() {
    let created = Counted {
        families: vec![family::CREATED],
        ..Counted::default()
    };
    // (room for series of channels of their own, created by channel)
    let table = [(4, vec![(2, 2), (3, 1)]), (3, vec![(NUMBER_OTHER, 3)])];
    for (room, expected) in table {
        let dictionaries = dictionaries_with(&["web", "email"]);
        let mut aggregates = Aggregates::new(SeriesSettings::default());
        for channel in [2, 2, 3] {
            aggregates
                .fold(None, &ticket_in(channel), &created, &dictionaries)
                .expect("a ticket that enters cannot unbalance the gauges");
        }
        let tight = SeriesSettings {
            max_series: SeriesSettings::default().fallback_series() + room,
            ..SeriesSettings::default()
        };
        let counters = aggregates.rebuild(tight);
        for channel in [2, 3] {
            entered(&mut aggregates, &dictionaries, channel);
        }
        aggregates.take_back_or_other(counters);
        let counted: Vec<(u16, u64)> = aggregates
            .cells()
            .filter(|(cell, value)| cell.family() == family::CREATED && *value > 0)
            .map(|(cell, value)| (cell.values()[Dimension::Channel], value))
            .collect();
        assert_eq!(counted, expected, "room for {room}");
    }
}

#[test]
fn a_ticket_that_leaves_without_having_entered_is_an_imbalance() {
    let mut aggregates = Aggregates::new(SeriesSettings::default());
    let gone = TicketRecord {
        life: Life::Tombstone,
        ..ticket_in(NUMBER_NONE)
    };
    let result = aggregates.fold(
        Some(&ticket_in(NUMBER_NONE)),
        &gone,
        &Counted::default(),
        &dictionaries_with(&[]),
    );
    assert!(result.is_err());
}

mod twins;

/// The labels of the counters that are there at 0 when counting begins.
fn counters_at_zero(settings: &SeriesSettings, records: &[TicketRecord]) -> Vec<Cell> {
    let mut aggregates = Aggregates::new(settings.clone());
    let dictionaries = dictionaries_with(&["web", "email"]);
    for record in records {
        aggregates
            .fold(None, record, &Counted::default(), &dictionaries)
            .expect("tickets that enter");
    }
    aggregates.add_counters();
    let counters = aggregates.cells().filter(|(cell, _)| !cell.is_gauge());
    counters
        .map(|(cell, value)| {
            assert_eq!(value, 0, "{cell:?}");
            cell
        })
        .collect()
}

#[test]
fn counters_begin_at_zero_for_the_labels_of_unsolved_tickets_and_no_others() {
    use crate::ticket::{Status, TicketType};
    let ticket = |status, priority, channel| TicketRecord {
        status,
        priority,
        ticket_type: TicketType::Task,
        ..ticket_in(channel)
    };
    let records = [
        ticket(Status::Open, Priority::High, 2),
        ticket(Status::Hold, Priority::High, 2),
        ticket(Status::Solved, Priority::Low, 2),
        ticket(Status::Closed, Priority::High, 3),
        ticket(Status::Other, Priority::Urgent, 2),
    ];
    let cells = counters_at_zero(&SeriesSettings::default(), &records);
    let of_tickets = cells
        .iter()
        .filter(|cell| cell.family().opt_in == OptIn::All);
    let words = of_tickets.map(|cell| {
        let words = cell
            .labels()
            .map(|(dimension, value)| match dimension.word(value) {
                Some(word) => word.to_owned(),
                None => value.to_string(),
            });
        let words: Vec<String> = words.collect();
        format!("{} {}", cell.family().name, words.join(" "))
    });
    let expected = [
        "zendesk_tickets_created_total high task 2",
        "zendesk_tickets_solved_total high task 2",
        "zendesk_tickets_reopened_total high task 2",
        "zendesk_tickets_deleted_total high task 2",
        "zendesk_tickets_restored_total high task 2",
        "zendesk_tickets_updated_total open high task 2",
        "zendesk_tickets_updated_total hold high task 2",
    ];
    assert_eq!(words.collect::<Vec<_>>(), expected);
    let count = |is_one: fn(&Cell) -> bool| cells.iter().filter(|cell| is_one(cell)).count();
    assert_eq!(count(|cell| cell.family() == family::STATUS_CHANGES), 42);
    assert_eq!(count(|cell| cell.family() == family::RATINGS), 2);
    // Six durations by the calendar for six priorities.
    assert_eq!(count(|cell| cell.part() == Some(Part::Sum)), 36);
}

#[test]
fn a_ticket_that_was_solved_again_while_the_sync_ran_brings_no_counter() {
    let mut aggregates = Aggregates::new(SeriesSettings::default());
    let dictionaries = dictionaries_with(&["web"]);
    let solved = TicketRecord {
        status: crate::ticket::Status::Solved,
        ..ticket_in(2)
    };
    entered(&mut aggregates, &dictionaries, 2);
    let nothing = Counted::default();
    aggregates
        .fold(Some(&ticket_in(2)), &solved, &nothing, &dictionaries)
        .expect("it balances");
    aggregates.add_counters();
    let events = aggregates
        .cells()
        .filter(|(cell, _)| cell.family().opt_in == OptIn::All && !cell.is_gauge());
    assert_eq!(events.count(), 0);
}

#[test]
fn with_labels_of_owners_pairs_begin_at_zero_for_those_with_unsolved_tickets() {
    use crate::ticket::Status;
    let of_group = |group, status| TicketRecord {
        named: PerSet::default().with(NamedSet::Group, group),
        status,
        ..ticket_in(2)
    };
    let records = [
        of_group(NUMBER_NONE, Status::Open),
        of_group(NUMBER_OTHER, Status::Solved),
    ];
    let settings = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let cells = counters_at_zero(&settings, &records);
    let pairs = cells
        .iter()
        .filter(|cell| cell.family() == family::STATUS_CHANGES)
        .map(|cell| cell.values()[Dimension::Named(NamedSet::Group)]);
    assert_eq!(pairs.collect::<Vec<_>>(), [NUMBER_NONE; 42]);
    assert!(cells.iter().all(|cell| cell.part().is_none()));
}

#[test]
fn a_new_combination_of_labels_brings_no_counter_before_something_is_counted() {
    let mut aggregates = Aggregates::new(SeriesSettings::default());
    aggregates.add_counters();
    let before = aggregates.len();
    let dictionaries = dictionaries_with(&["web"]);
    entered(&mut aggregates, &dictionaries, 2);
    let new: Vec<Cell> = aggregates
        .cells()
        .map(|(cell, _)| cell)
        .filter(Cell::is_gauge)
        .collect();
    assert_eq!((new.len(), aggregates.len()), (2, before + 2), "{new:?}");
}
