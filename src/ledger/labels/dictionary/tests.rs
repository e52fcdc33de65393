use super::*;
use crate::ledger::testing::{plain_change, plain_record};
use crate::ledger::{FieldLabel, Ledger, Ranking, RowContext, SeriesSettings, TicketRecord};
use crate::ticket::{FieldValue, NamedSet, PerSet, Reference, TicketChange, UnixSeconds};

fn channel(dictionaries: &mut Dictionaries, name: &str) -> u16 {
    dictionaries.intern(OpenSet::Channel, Some(name))
}

#[test]
fn values_beyond_the_shown_ones_are_other_but_keep_their_number() {
    let mut dictionaries = Dictionaries::new(1);
    let web = channel(&mut dictionaries, "web");
    let fax = channel(&mut dictionaries, "fax");
    assert_ne!(web, fax);
    let names = [web, fax, NUMBER_NONE, NUMBER_OTHER].map(|number| {
        dictionaries.word(
            OpenSet::Channel,
            dictionaries.label(OpenSet::Channel, number),
        )
    });
    assert_eq!(names, ["web", "other", "none", "other"]);
}

#[test]
fn a_full_dictionary_gives_everything_new_the_number_of_other() {
    let mut dictionaries = Dictionaries::new(64);
    for number in 0..DICTIONARY_VALUES_MAX {
        assert_ne!(
            channel(&mut dictionaries, &format!("c{number}")),
            NUMBER_OTHER
        );
    }
    assert_eq!(channel(&mut dictionaries, "one_more"), NUMBER_OTHER);
    assert_eq!(channel(&mut dictionaries, "c0"), NUMBER_FIRST);
    assert_eq!(dictionaries.take_added().len(), DICTIONARY_VALUES_MAX);
}

#[test]
fn entries_are_taken_back_in_order_and_nothing_else_is() {
    let mut dictionaries = Dictionaries::new(64);
    channel(&mut dictionaries, "web");
    channel(&mut dictionaries, "email");
    let mut again = Dictionaries::new(64);
    let entries: Vec<_> = dictionaries.entries().collect();
    assert!(!again.restore(entries[1].clone()));
    assert!(entries.iter().all(|entry| again.restore(entry.clone())));
    assert_eq!(again.entries().collect::<Vec<_>>(), entries);
    assert!(again.take_added().is_empty());
}

#[test]
fn the_values_with_the_most_tickets_are_shown_and_of_equals_the_first() {
    let mut dictionaries = Dictionaries::new(1);
    let [web, fax, voice] = ["web", "fax", "voice"].map(|name| channel(&mut dictionaries, name));
    assert!(dictionaries.is_crowded());
    let mut ranking = Ranking::before(UnixSeconds(0));
    ranking.count(&TicketRecord {
        channel: voice,
        named: PerSet::default().with(NamedSet::Group, web),
        ..plain_record()
    });
    let labels = LabelSettings {
        max_values: 2,
        ..LabelSettings::default()
    };
    dictionaries.choose(&labels, None, &ranking);
    let shown: Vec<&str> = dictionaries.shown(OpenSet::Channel).collect();
    assert_eq!(shown, ["web", "voice"]);
    assert_eq!(dictionaries.label(OpenSet::Channel, fax), NUMBER_OTHER);
    // All places are taken.
    let sms = channel(&mut dictionaries, "sms");
    assert_eq!(dictionaries.label(OpenSet::Channel, sms), NUMBER_OTHER);
}

#[test]
fn an_id_that_cannot_be_read_is_other_and_not_none() {
    let mut dictionaries = Dictionaries::new(64);
    let change = TicketChange {
        references: PerSet([
            Reference::Other,
            Reference::None,
            Reference::Id(7),
            Reference::Other,
        ]),
        ..plain_change(1)
    };
    let numbers = dictionaries.number(&change, &LabelSettings::default());
    let words = NamedSet::ALL.iter().map(|named| {
        let set = OpenSet::Named(*named);
        dictionaries.word(set, dictionaries.label(set, numbers.named[*named]))
    });
    assert!(words.eq(["other", "none", "7", "other"]));
}

#[test]
fn an_id_that_cannot_be_read_is_no_value_too_many() {
    let settings = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            max_values: 1,
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let mut ledger = Ledger::new(settings, UnixSeconds(0));
    let table = [
        (Reference::Id(1), &[][..]),
        (Reference::Id(2), &[Dimension::Named(NamedSet::Group)]),
        (Reference::Other, &[]),
        (Reference::None, &[]),
    ];
    for (group_id, dropped) in table {
        let change = TicketChange {
            references: PerSet::default().with(NamedSet::Group, group_id),
            ..plain_change(1)
        };
        let applied = ledger.apply(None, &change, RowContext::at(UnixSeconds(2_000)));
        assert_eq!(applied.expect("balanced").dropped, dropped, "{group_id:?}");
    }
}

#[test]
fn sets_are_read_back_by_name() {
    for set in [
        OpenSet::Channel,
        OpenSet::Tag,
        OpenSet::Field,
        OpenSet::FieldValue(7),
    ] {
        assert_eq!(OpenSet::from_name(&set.name()), Some(set));
    }
    assert_eq!(OpenSet::from_name("field x"), None);
}

#[test]
fn a_field_of_a_ticket_that_was_not_seen_since_is_unknown() {
    let labels = LabelSettings {
        fields: vec![FieldLabel {
            id: 360_001,
            label: "product".to_owned(),
            values: Vec::new(),
        }],
        ..LabelSettings::default()
    };
    let mut dictionaries = Dictionaries::new(64);
    let change = TicketChange {
        fields: vec![FieldValue::Value("red".to_owned())],
        ..plain_change(1)
    };
    let seen = dictionaries.number(&change, &labels).fields;
    let word = |fields: &[(u16, u16)]| {
        let value = dictionaries.field_label(360_001, fields);
        dictionaries.word_of(Dimension::Field(0), value, &labels)
    };
    assert_eq!(word(&seen), "red");
    assert_eq!(word(&[]), "unknown");
    assert_eq!(word(&[(seen[0].0, NUMBER_NONE)]), "none");
    assert_eq!(word(&[(seen[0].0, NUMBER_OTHER)]), "other");
}
