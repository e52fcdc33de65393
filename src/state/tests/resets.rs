//! What other settings reset, held against what is then in the state.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::ledger::{
    Buckets, BusinessHours, FieldLabel, LabelSettings, Resets, TicketFamily, TicketScope, family,
};
use crate::source::SupportTypeScope;
use crate::ticket::{
    FieldValue, MetricSet, Minutes, NamedSet, PerSet, Reference, RowKey, Score, SlaMetric,
    SlaStage, SlaTarget, TagSet, TicketChange,
};

mod told;

const LATER: UnixSeconds = UnixSeconds(2_000_000);

const AGENT: TicketScope = TicketScope {
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
pub(super) fn row(settings: &SeriesSettings, at: i64, standing: Standing) -> TicketChange {
    let is_solved = standing == Standing::Live(Status::Solved);
    let minutes = || Minutes {
        calendar: Some(5),
        business: Some(3),
    };
    let mut tags = TagSet::default();
    (0..settings.labels.tags.len()).for_each(|place| tags.insert(place));
    TicketChange {
        order_key: RowKey::Generated(UnixSeconds(at)),
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
            status_updated_at: None,
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
    state.set_ticket_scope(AGENT).expect("stored");
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
