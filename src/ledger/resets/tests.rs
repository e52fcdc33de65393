//! What each setting resets, as a table.

use std::time::Duration;

use super::*;
use crate::ledger::BusinessHours;
use crate::ledger::family;
use crate::ledger::{Buckets, FieldLabel, LabelSettings};
use crate::source::SupportTypeScope;
use crate::ticket::{NamedSet, PerSet, UnixSeconds};

const HOURLY: Option<Duration> = Some(Duration::from_secs(3600));

const COUNTING: Counting = Counting::Since {
    open_series: None,
    business_hours_differ: true,
};

fn asked(settings: SeriesSettings) -> Asked {
    Asked {
        series: settings,
        ticket_scope: Some(TicketScope {
            scope: SupportTypeScope::Agent,
            start_time: UnixSeconds(0),
        }),
        tells_families: true,
    }
}

/// Everything that can be shown is.
fn all() -> SeriesSettings {
    SeriesSettings {
        slas: true,
        ..SeriesSettings::default()
    }
}

fn field(values: &[&str]) -> FieldLabel {
    FieldLabel {
        id: 7,
        label: "product".to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn with_field(field: FieldLabel) -> SeriesSettings {
    SeriesSettings {
        labels: LabelSettings {
            fields: vec![field],
            ..all().labels
        },
        ..all()
    }
}

#[track_caller]
fn check(before: SeriesSettings, after: SeriesSettings, expected: &str) {
    let resets = Resets::between(&asked(before), &asked(after), COUNTING);
    assert_eq!(resets.sentence(HOURLY), expected);
}

#[test]
fn labels_of_the_owner_reset_nine_counters_and_every_histogram() {
    const ALL_BUT_RATINGS: &str = "labels change: 9 families of counters begin again at 0, and 14 families of histograms begin again at 0";
    let group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..all().labels
        },
        ..all()
    };
    let brand = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Brand, true),
            ..all().labels
        },
        ..all()
    };
    check(all(), group.clone(), ALL_BUT_RATINGS);
    check(group.clone(), all(), ALL_BUT_RATINGS);
    check(group.clone(), brand.clone(), ALL_BUT_RATINGS);
    let resets = Resets::between(&asked(all()), &asked(brand), COUNTING);
    let told = |family| resets.restarted.counters.contains(family);
    assert!(told(&family::STATUS_CHANGES));
    assert!(!told(&family::RATINGS) && resets.gauges_change && resets.restarts_counters());
    // Without SLAs and measurements there are fewer to reset.
    let bare = |group| SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, group),
            ..LabelSettings::default()
        },
        metric_sets: false,
        ..SeriesSettings::default()
    };
    check(
        bare(false),
        bare(true),
        "labels change: 7 families of counters begin again at 0",
    );
}

#[test]
fn labels_of_tickets_reset_the_event_counters() {
    const EVENTS: &str = "labels change: 6 families of counters begin again at 0";
    let form = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Form, true),
            ..all().labels
        },
        ..all()
    };
    let custom_status = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::CustomStatus, true),
            ..all().labels
        },
        ..all()
    };
    let other = |change: fn(&mut FieldLabel)| {
        let mut changed = field(&["shop"]);
        change(&mut changed);
        with_field(changed)
    };
    let same = |_: &mut FieldLabel| {};
    check(all(), form, EVENTS);
    check(custom_status, all(), EVENTS);
    check(other(same), all(), EVENTS);
    check(
        other(same),
        other(|field| field.label = "line".to_owned()),
        EVENTS,
    );
    check(with_field(field(&["shop", "billing"])), other(same), EVENTS);
    for (before, after) in [
        (all(), other(same)),
        (other(same), other(|field| field.id = 8)),
        (other(same), with_field(field(&["shop", "billing"]))),
        (other(same), with_field(field(&[]))),
    ] {
        check(before, after, &format!("{EVENTS}, and a resync starts"));
    }
}

#[test]
fn what_shows_other_values_of_the_same_labels_resets_nothing() {
    const GO_ON: &str = "labels change: counters and histograms continue";
    let tags = |tags: &[&str]| SeriesSettings {
        labels: LabelSettings {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..all().labels
        },
        ..all()
    };
    let values = |max_values| SeriesSettings {
        labels: LabelSettings {
            max_values,
            ..all().labels
        },
        ..all()
    };
    check(values(5), values(20), GO_ON);
    check(values(20), values(5), GO_ON);
    check(tags(&["vip", "bug"]), tags(&["bug"]), GO_ON);
    check(
        tags(&["vip"]),
        tags(&["vip", "bug"]),
        "labels change: counters and histograms continue, and a resync starts",
    );
    for (before, after) in [(values(5), values(20)), (tags(&["vip"]), all())] {
        let resets = Resets::between(&asked(before), &asked(after), COUNTING);
        assert!(resets.gauges_change && !resets.restarts_counters());
    }
}

#[test]
fn families_that_settings_show_or_hide_begin_or_end() {
    let without = |change: fn(&mut SeriesSettings)| {
        let mut settings = all();
        change(&mut settings);
        settings
    };
    let table = [
        (
            without(|settings| settings.slas = false),
            "export.slas changes: 2 families of counters end",
            "export.slas changes: 2 families of counters begin at 0, and a resync starts",
        ),
        (
            without(|settings| settings.metric_sets = false),
            "export.metric_sets changes: 14 families of histograms end",
            "export.metric_sets changes: 14 families of histograms begin at 0, and a resync starts",
        ),
        (
            without(|settings| settings.business_hours = BusinessHours::Never),
            "export.business_hours changes: 6 families of histograms end",
            "export.business_hours changes: 6 families of histograms begin at 0",
        ),
    ];
    for (without, ended, begun) in table {
        check(all(), without.clone(), ended);
        check(without.clone(), all(), begun);
        let restarts = |before: &SeriesSettings, after: &SeriesSettings| {
            let (before, after) = (asked(before.clone()), asked(after.clone()));
            Resets::between(&before, &after, COUNTING).restarts_counters()
        };
        // What begins may have been there before: its count falls.
        assert!(restarts(&without, &all()) && !restarts(&all(), &without));
    }
}

#[test]
fn other_buckets_reset_their_own_histogram_and_no_gauge() {
    let mut buckets = Buckets::default();
    let mut one = |family| {
        buckets.set(family, vec![1, 4]).expect("bounds that rise");
        SeriesSettings {
            buckets: buckets.clone(),
            ..all()
        }
    };
    let [one, two] = [family::REOPENS, family::ON_HOLD].map(&mut one);
    check(
        all(),
        one,
        "buckets change: 1 family of histograms begins again at 0",
    );
    let resets = Resets::between(&asked(all()), &asked(two), COUNTING);
    let families = [family::ON_HOLD, family::REOPENS];
    assert_eq!(resets.restarted.histograms, families);
    assert!(!resets.gauges_change && resets.restarted.counters.is_empty());
}

#[test]
fn other_tickets_start_a_resync_unless_that_is_switched_off() {
    let ticket_scope = |scope, start_time| Asked {
        series: SeriesSettings {
            support_type: scope == SupportTypeScope::All,
            ..all()
        },
        ticket_scope: Some(TicketScope {
            scope,
            start_time: UnixSeconds(start_time),
        }),
        tells_families: true,
    };
    let agent = ticket_scope(SupportTypeScope::Agent, 0);
    let table = [
        (
            ticket_scope(SupportTypeScope::AiAgent, 0),
            "export.support_type_scope changes: counters and histograms continue, and a resync starts",
        ),
        (
            ticket_scope(SupportTypeScope::All, 0),
            "export.support_type_scope changes: 6 families of counters begin again at 0, and a resync starts",
        ),
        (
            ticket_scope(SupportTypeScope::Agent, 9),
            "export.start_time changes: counters and histograms continue, and a resync starts",
        ),
        (
            ticket_scope(SupportTypeScope::AiAgent, 9),
            "export.support_type_scope and export.start_time change: counters and histograms continue, and a resync starts",
        ),
    ];
    for (after, expected) in table {
        let resets = Resets::between(&agent, &after, COUNTING);
        assert_eq!(resets.sentence(HOURLY), expected);
        assert!(resets.gauges_change);
        let never = expected.replace(
            "a resync starts",
            "a resync is due, but export.resync.every is 0",
        );
        assert_eq!(resets.sentence(None), never);
    }
    // Nobody said before which tickets are asked for.
    let unsaid = Asked {
        ticket_scope: None,
        ..agent.clone()
    };
    assert_eq!(
        Resets::between(
            &unsaid,
            &ticket_scope(SupportTypeScope::AiAgent, 9),
            COUNTING
        ),
        Resets::default()
    );
}

#[test]
fn less_room_is_told_where_it_may_matter() {
    const NO_ROOM: &str = "max_series changes: counters and histograms that do not fit in max_series begin again at 0";
    const GO_ON: &str = "max_series changes: counters and histograms continue";
    let room_for = |max_series| {
        asked(SeriesSettings {
            max_series,
            ..SeriesSettings::default()
        })
    };
    let kept_back = SeriesSettings::default().fallback_series();
    let in_use = |open_series| Counting::Since {
        open_series: Some(open_series),
        business_hours_differ: true,
    };
    let table = [
        (20_000, 30_000, COUNTING, GO_ON),
        (20_000, 10_000, COUNTING, NO_ROOM),
        (20_000, 10_000, in_use(10_000 - kept_back), GO_ON),
        (20_000, 10_000, in_use(10_001 - kept_back), NO_ROOM),
        (8_000, 10_000, in_use(10_001 - kept_back), NO_ROOM),
    ];
    for (before, after, counting, expected) in table {
        let resets = Resets::between(&room_for(before), &room_for(after), counting);
        assert_eq!(resets.sentence(HOURLY), expected, "{before} {after}");
    }
}

#[test]
fn before_the_first_sync_is_complete_nothing_begins_again() {
    let group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        slas: true,
        ..SeriesSettings::default()
    };
    let resets = Resets::between(
        &asked(SeriesSettings::default()),
        &asked(group),
        Counting::NotYet,
    );
    assert!(resets.restarted.is_empty() && !resets.restarts_counters());
    assert_eq!(
        resets.sentence(HOURLY),
        "labels and export.slas change: the first sync is not complete, so no counter is reset, and a resync starts"
    );
    let slas = asked(all());
    let resets = Resets::between(&asked(SeriesSettings::default()), &slas, Counting::Nothing);
    assert_eq!(
        resets.sentence(HOURLY),
        "export.slas changes: the first sync is not complete, so no counter is reset"
    );
    let same = Resets::between(&slas, &slas, Counting::Nothing);
    assert_eq!(same, Resets::default());
}

#[test]
fn several_changes_are_told_as_one() {
    let mut everything = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default()
                .with(NamedSet::Group, true)
                .with(NamedSet::Form, true),
            ..all().labels
        },
        metric_sets: false,
        slas: false,
        max_series: 30_000,
        ..all()
    };
    everything
        .buckets
        .set(family::REPLIES, vec![9])
        .expect("bounds that rise");
    check(
        all(),
        everything.clone(),
        "labels, buckets, max_series, export.metric_sets and export.slas change: 7 families of counters begin again at 0, 2 families of counters end, and 14 families of histograms end",
    );
    let (start, end) = (asked(all()), asked(everything));
    let middle = asked(SeriesSettings {
        slas: true,
        ..end.series.clone()
    });
    let between = |before, after| Resets::between(before, after, COUNTING);
    let both = between(&start, &middle).and(between(&middle, &end));
    let at_once = between(&start, &end);
    assert_eq!(both.settings.len(), at_once.settings.len());
    assert_eq!(both.ended.histograms, at_once.ended.histograms);
    assert_eq!(both.resync, at_once.resync);
}

#[test]
fn families_that_a_state_could_not_name_are_no_change() {
    let old = Asked {
        tells_families: false,
        ..asked(SeriesSettings {
            metric_sets: false,
            business_hours: BusinessHours::Never,
            ..SeriesSettings::default()
        })
    };
    let resets = Resets::between(&old, &asked(all()), COUNTING);
    // They are asked for all the same.
    assert!(resets.is_empty() && !resets.restarts_counters() && resets.resync);
    let form = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Form, true),
            ..all().labels
        },
        ..all()
    };
    let resets = Resets::between(&old, &asked(form), COUNTING);
    assert_eq!(
        resets.sentence(HOURLY),
        "labels change: 6 families of counters begin again at 0, and a resync starts"
    );
}

#[test]
fn the_same_settings_change_nothing() {
    let everything = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            fields: vec![field(&["shop"])],
            tags: vec!["vip".to_owned()],
            ..all().labels
        },
        ..all()
    };
    for settings in [all(), everything] {
        let asked = asked(settings);
        let resets = Resets::between(&asked, &asked, COUNTING);
        assert!(resets.is_empty());
        assert_eq!(resets, Resets::default());
    }
}

/// Every family of counters and histograms is looked at.
#[test]
fn no_family_is_left_out() {
    let nothing_is_the_same = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default()
                .with(NamedSet::Group, true)
                .with(NamedSet::Form, true),
            ..all().labels
        },
        ..all()
    };
    let resets = Resets::between(&asked(all()), &asked(nothing_is_the_same), COUNTING);
    for family in crate::metrics::catalog::ALL {
        use crate::metrics::catalog::{Chapter, Kind};
        let list = match family.kind {
            Kind::Counter => &resets.restarted.counters,
            Kind::Histogram => &resets.restarted.histograms,
            Kind::Gauge => continue,
        };
        let is_told = list.iter().any(|told| told.name == family.name);
        // The ratings have no opt-in label.
        let is_reset = family.chapter == Chapter::Tickets && family.name != family::RATINGS.name;
        assert_eq!(is_told, is_reset, "{}", family.name);
    }
    let gauges = resets.restarted.counters.iter();
    assert!(
        gauges
            .chain(&resets.restarted.histograms)
            .all(|family| family.counts_tickets())
    );
}
