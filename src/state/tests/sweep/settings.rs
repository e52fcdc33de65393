//! Resyncs that other settings bring.

use super::*;

#[test]
fn other_settings_bring_a_resync_whose_removals_have_not_vanished() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    let mut state = open(&path);
    let all = TicketScope {
        scope: SupportTypeScope::All,
        start_time: UnixSeconds(0),
    };
    // Before anything was read there is nothing that could differ.
    state.set_ticket_scope(all).expect("stored");
    let later = TicketScope {
        start_time: UnixSeconds(3_000),
        ..all
    };
    state.set_ticket_scope(later).expect("stored");
    state.set_ticket_scope(all).expect("stored");
    assert!(!state.progress().resync.settings_changed());
    drop(state);
    let mut state = synced_state(&path, 2_500);
    state.set_ticket_scope(all).expect("stored");
    assert!(!state.progress().resync.settings_changed());
    assert_eq!(state.progress().resync.ended_at(), Some(NOW));
    state.set_ticket_scope(later).expect("stored");
    drop(state);
    let mut state = open(&path);
    assert!(state.progress().resync.settings_changed());
    assert_eq!(state.progress().resync.ended_at(), None);
    // 2,000 of 2,500 are too many, but they are not missing: nobody asks for them.
    let ended = resync(&mut state, 2_500, |id| id >= 2_000);
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 2_000 }));
    let resynced = &state.progress().resync;
    assert_eq!(
        (resynced.vanished(), resynced.settings_changed()),
        (0, false)
    );
    assert_eq!(tickets_shown(&state), 500);
}

#[test]
fn newly_listed_tags_bring_a_resync_and_other_changes_of_labels_do_not() {
    let directory = TempDir::new().expect("a directory");
    let path = state_in(&directory);
    drop(synced_state(&path, 10));
    let due = |settings: SeriesSettings| {
        let (state, _) = open_at(&path, ACCOUNT, settings, NOW).expect("opens");
        state.progress().resync.ended_at().is_none()
    };
    let listing = |tags: &[&str]| SeriesSettings {
        labels: LabelSettings {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    assert!(!due(SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    }));
    assert!(due(listing(&["vip"])));
    let (mut state, _) = open_at(&path, ACCOUNT, listing(&["vip"]), NOW).expect("opens");
    let pages = walk_pages(10, |_| true);
    for page in &pages {
        apply(&mut state, Walk::Resync, page);
    }
    look_to_the_end(&mut state);
    drop(state);
    assert!(!due(listing(&["vip"])));
    assert!(due(listing(&["vip", "beta"])));
}
