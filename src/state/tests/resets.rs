//! What other settings reset, held against what is then in the state.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::ledger::{
    Buckets, BusinessHours, FieldLabel, LabelSettings, Reach, Resets, TicketFamily, family,
};
use crate::source::SupportTypeScope;
use crate::ticket::{
    FieldValue, MetricSet, Minutes, NamedSet, PerSet, Reference, Score, SlaMetric, SlaStage,
    SlaTarget, TagSet, TicketChange,
};

const LATER: UnixSeconds = UnixSeconds(2_000_000);

const AGENT: Reach = Reach {
    scope: SupportTypeScope::Agent,
    start_time: UnixSeconds(0),
};

fn field(values: &[&str]) -> Vec<FieldLabel> {
    vec![FieldLabel {
        id: 7,
        label: "product".to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }]
}

/// A row of a ticket that moves every counter on its way.
fn row(settings: &SeriesSettings, at: i64, standing: Standing) -> TicketChange {
    let is_solved = standing == Standing::Live(Status::Solved);
    let minutes = || Minutes {
        calendar: Some(5),
        business: Some(3),
    };
    let mut tags = TagSet::default();
    (0..settings.labels.tags.len()).for_each(|place| tags.insert(place));
    TicketChange {
        order_key: UnixSeconds(at),
        created_at: Some(NOW),
        updated_at: Some(UnixSeconds(at)),
        standing,
        references: PerSet([
            Reference::Id(3),
            Reference::Id(4),
            Reference::Id(5),
            Reference::Id(6),
        ]),
        score: if is_solved { Score::Good } else { Score::None },
        metric_set: settings.metric_sets.then(|| MetricSet {
            reply: minutes(),
            first_resolution: minutes(),
            full_resolution: minutes(),
            requester_wait: minutes(),
            agent_wait: minutes(),
            on_hold: minutes(),
            replies: Some(1),
            reopens: Some(0),
            solved_at: None,
        }),
        sla: settings.slas.then(|| {
            vec![SlaTarget {
                metric: SlaMetric::ReplyTime,
                stage: if is_solved {
                    SlaStage::Fulfilled
                } else {
                    SlaStage::Active
                },
                breach_at: Some(UnixSeconds(at - 1)),
            }]
        }),
        tags,
        fields: vec![FieldValue::Value("shop".to_owned()); settings.labels.fields.len()],
        ..plain_change(9)
    }
}

/// A state under `settings` in which every counter that it shows has counted something.
fn counted(path: &Path, settings: &SeriesSettings) -> State {
    let (mut state, _) = open_at(path, ACCOUNT, settings.clone(), NOW).expect("opens");
    state.aim(AGENT).expect("stored");
    apply(&mut state, &page(vec![plain_change(1)], "a", true)).expect("a page applies");
    let statuses = [Status::Open, Status::Solved, Status::Open].map(Standing::Live);
    let steps = statuses
        .into_iter()
        .chain([Standing::Deleted, Standing::Live(Status::Open)]);
    for (at, standing) in (NOW.0..).zip(steps) {
        let change = row(settings, at, standing);
        apply(&mut state, &page(vec![change], "b", true)).expect("a page applies");
    }
    state
}

/// What the cells of each family of counters and histograms come to together.
fn sums(state: &State) -> BTreeMap<TicketFamily, u64> {
    let mut sums = BTreeMap::new();
    for (cell, value) in state.aggregates().cells() {
        if !cell.is_gauge() {
            *sums.entry(cell.family()).or_default() += value;
        }
    }
    sums
}

/// Settings that differ in one thing or in several.
fn settings() -> Vec<SeriesSettings> {
    let base = || SeriesSettings {
        slas: true,
        max_series: 30_000,
        ..SeriesSettings::default()
    };
    let with = |change: &dyn Fn(&mut SeriesSettings)| {
        let mut settings = base();
        change(&mut settings);
        settings
    };
    let mut buckets = Buckets::default();
    buckets
        .set(family::REOPENS, vec![1, 4])
        .expect("bounds that rise");
    vec![
        base(),
        with(&|settings| settings.labels.named[NamedSet::Group] = true),
        with(&|settings| settings.labels.named[NamedSet::Brand] = true),
        with(&|settings| settings.labels.named[NamedSet::Form] = true),
        with(&|settings| settings.labels.named[NamedSet::CustomStatus] = true),
        with(&|settings| settings.support_type = true),
        with(&|settings| settings.labels.fields = field(&["shop"])),
        with(&|settings| settings.labels.fields = field(&["shop", "billing"])),
        with(&|settings| settings.labels.tags = vec!["vip".to_owned()]),
        with(&|settings| settings.metric_sets = false),
        with(&|settings| settings.business_hours = BusinessHours::Never),
        with(&|settings| settings.business_hours = BusinessHours::Always),
        with(&|settings| settings.slas = false),
        with(&|settings| settings.buckets = buckets.clone()),
        with(&|settings| settings.labels.max_values = 5),
        with(&|settings| settings.max_series = 25_000),
        with(&|settings| {
            settings.labels.named[NamedSet::Group] = true;
            settings.slas = false;
            settings.labels.tags = vec!["bug".to_owned()];
            settings.buckets = buckets.clone();
        }),
    ]
}

#[test]
fn what_is_told_of_every_change_of_settings_is_what_becomes_of_the_counters() {
    let settings = settings();
    let directory = TempDir::new().expect("a directory");
    let [made, path] = ["made.sqlite", "acme.sqlite"].map(|name| directory.path().join(name));
    for before in &settings {
        let state = counted(&made, before);
        let sums_before = sums(&state);
        drop(state);
        let counted_all = sums_before.values().all(|sum| *sum > 0);
        assert!(counted_all, "{before:?} {sums_before:?}");
        for after in &settings {
            fs::copy(&made, &path).expect("copied");
            let (mut state, _) = open_at(&path, ACCOUNT, after.clone(), LATER).expect("opens");
            let resets = state.take_resets();
            check(&state, &sums_before, &resets, (before, after));
            assert_eq!(resets.is_empty(), before == after);
            let restarted_at = if resets.restarts_counters() {
                LATER
            } else {
                NOW
            };
            assert_eq!(state.progress().counters_restarted(), restarted_at);
            let resync = state.progress().resync.settings_changed();
            assert_eq!(resync, resets.resync, "{before:?} {after:?}");
        }
        fs::remove_file(&made).expect("removed");
    }
}

fn check(
    state: &State,
    before: &BTreeMap<TicketFamily, u64>,
    resets: &Resets,
    settings: (&SeriesSettings, &SeriesSettings),
) {
    let after = sums(state);
    let families: BTreeSet<TicketFamily> = before.keys().chain(after.keys()).copied().collect();
    for family in families {
        let is_among = |families: &crate::ledger::Families| {
            families.counters.contains(&family) || families.histograms.contains(&family)
        };
        let told = [&resets.restarted, &resets.begun, &resets.ended].map(is_among);
        let found = after.get(&family).copied();
        match told {
            [false, false, false] => {
                assert_eq!(
                    found,
                    before.get(&family).copied(),
                    "{family:?} {settings:?}"
                );
            }
            // A family that is told apart by groups has no series before it counts something.
            [true, false, false] | [false, true, false] => {
                assert_eq!(found.unwrap_or(0), 0, "{family:?} {settings:?}");
            }
            [false, false, true] => assert_eq!(found, None, "{family:?} {settings:?}"),
            _ => panic!("{family:?} is told twice: {resets:?}"),
        }
        assert_eq!(told[1], !before.contains_key(&family), "{family:?}");
    }
}

#[test]
fn a_running_state_tells_the_same_and_once() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = counted(&path, &SeriesSettings::default());
    let _ = state.take_resets();
    let group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    state
        .apply_settings(group.clone(), LATER)
        .expect("laid out");
    let other_tickets = Reach {
        scope: SupportTypeScope::AiAgent,
        ..AGENT
    };
    state.aim(other_tickets).expect("stored");
    let resets = state.take_resets();
    let told = "labels and export.support_type_scope change: 7 families of counters begin again at 0, 14 families of histograms begin again at 0, and a resync starts";
    let hourly = Some(std::time::Duration::from_secs(3600));
    assert_eq!(resets.sentence(hourly), told);
    assert!(state.take_resets().is_empty());
    // Asked for again it is nothing new.
    state
        .apply_settings(group.clone(), UnixSeconds(9))
        .expect("as it is");
    state.aim(other_tickets).expect("as it is");
    assert!(state.take_resets().is_empty());
    drop(state);
    let (mut state, _) = open_at(&path, ACCOUNT, group, UnixSeconds(9)).expect("opens");
    assert_eq!(state.progress().counters_restarted(), LATER);
    assert!(state.take_resets().is_empty());
}

#[test]
fn a_state_that_is_laid_out_anew_when_it_is_opened_tells_once_what_was_shown_before() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = counted(&path, &SeriesSettings::default());
    let shown: Vec<Cell> = state
        .aggregates()
        .shown_counters()
        .map(|(cell, _)| cell.whole())
        .collect();
    let group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    assert!(state.take_shown_before().is_none());
    drop(state);
    let reopen = |settings: &SeriesSettings| {
        let (state, _) = open_at(&path, ACCOUNT, settings.clone(), LATER).expect("opens");
        state
    };
    assert!(
        reopen(&SeriesSettings::default())
            .take_shown_before()
            .is_none()
    );
    let mut state = reopen(&group);
    let before = state.take_shown_before().expect("other labels");
    assert_eq!(before.settings(), &SeriesSettings::default());
    assert!(shown.iter().all(|cell| before.has(cell)));
    let mut now = state.aggregates().shown_counters();
    assert!(now.any(|(cell, _)| !before.has(&cell.whole())));
    drop(now);
    // Whoever has it running knows that already.
    assert!(state.take_shown_before().is_none());
    state
        .apply_settings(SeriesSettings::default(), LATER)
        .expect("laid out");
    assert!(state.take_shown_before().is_none());
}

#[test]
fn before_the_first_sync_is_complete_nothing_was_shown() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state");
    apply(&mut state, &page(vec![plain_change(1)], "a", false)).expect("a page applies");
    drop(state);
    let group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let (mut state, _) = open_at(&path, ACCOUNT, group, LATER).expect("opens");
    assert!(state.take_shown_before().is_none());
}

#[test]
fn before_the_first_sync_is_complete_no_counter_is_told_to_begin_again() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let (mut state, _) = open(&path).expect("a new state");
    apply(&mut state, &page(vec![plain_change(1)], "a", false)).expect("a page applies");
    let group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    state.apply_settings(group, LATER).expect("laid out");
    let resets = state.take_resets();
    assert!(!resets.is_empty() && !resets.restarts_counters());
    assert_eq!(state.progress().counters_restarted(), NOW);
}

#[test]
fn counters_that_find_no_room_are_told_when_it_has_happened() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let room_for = |series: usize| SeriesSettings {
        max_series: SeriesSettings::default().fallback_series() + series,
        ..SeriesSettings::default()
    };
    let mut state = counted(&path, &room_for(1_000));
    let _ = state.take_resets();
    state.apply_settings(room_for(3), LATER).expect("laid out");
    let resets = state.take_resets();
    assert!(!resets.room_may_lack);
    let solved = family::SOLVED;
    assert!(resets.restarted.counters.contains(&solved), "{resets:?}");
    assert_eq!(sums(&state)[&solved], 0);
    assert_eq!(state.progress().counters_restarted(), LATER);
    // Those without open labels need no room.
    let changes = family::STATUS_CHANGES;
    assert!(!resets.restarted.counters.contains(&changes) && sums(&state)[&changes] > 0);
}

#[test]
fn an_older_state_counts_since_it_was_made_and_taking_it_over_is_no_change_of_settings() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let old = raw(&path);
    old.execute_batch(include_str!("../../../tests/fixtures/state-schema-1.sql"))
        .expect("the statements run");
    drop(old);
    let account = "http://127.0.0.1:18777";
    let mut buckets = Buckets::default();
    buckets
        .set(family::REOPENS, vec![1, 4])
        .expect("bounds that rise");
    let settings = SeriesSettings {
        buckets,
        slas: true,
        ..SeriesSettings::default()
    };
    let (mut state, _) = open_at(&path, account, settings, LATER).expect("an older state");
    assert!(state.take_resets().is_empty());
    assert_eq!(state.progress().counters_restarted_at, None);
    let progress = state.progress();
    assert_eq!(progress.counters_restarted(), progress.created_at);
    assert_ne!(progress.created_at, LATER);
}
