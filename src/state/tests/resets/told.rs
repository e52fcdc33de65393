//! When a change of settings is told, and to whom.

use super::*;

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
    state.apply_settings(group.clone(), LATER).expect("rebuilt");
    let other_tickets = TicketScope {
        scope: SupportTypeScope::AiAgent,
        ..AGENT
    };
    state.set_ticket_scope(other_tickets).expect("stored");
    let resets = state.take_resets();
    let told = "labels and export.support_type_scope change: 7 families of counters begin again at 0, 14 families of histograms begin again at 0, and a resync starts";
    let hourly = Some(std::time::Duration::from_secs(3600));
    assert_eq!(resets.sentence(hourly), told);
    assert!(state.take_resets().is_empty());
    // Asked for again it is nothing new.
    state
        .apply_settings(group.clone(), UnixSeconds(9))
        .expect("as it is");
    state.set_ticket_scope(other_tickets).expect("as it is");
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
        .expect("rebuilt");
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
    state.apply_settings(group, LATER).expect("rebuilt");
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
    state.apply_settings(room_for(3), LATER).expect("rebuilt");
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
    old.execute_batch(include_str!(
        "../../../../tests/fixtures/state-schema-1.sql"
    ))
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
