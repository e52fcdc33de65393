//! One story over every backend: what comes of it, and all that is then stored, is the same.

use super::place::Place;
use super::resets::row;
use super::*;
use crate::ledger::{IdRange, LabelSettings, ResyncEnd, TicketScope};
use crate::source::{RejectedRow, SupportTypeScope};
use crate::state::memory::InMemory;
use crate::state::verify as verify_backend;
use crate::ticket::{NamedSet, PerSet, RowKey};

/// What has happened so far, and what was stored after each step.
struct Story<'a, P> {
    place: &'a P,
    state: Option<State>,
    told: Vec<String>,
}

impl<P: Place> Story<'_, P> {
    fn open(&mut self, settings: &SeriesSettings) {
        self.state = None;
        let backend = self.place.backend();
        let (mut state, opened) =
            State::open(backend, ACCOUNT, settings.clone(), NOW).expect("opens");
        let resets = state.take_resets();
        self.state = Some(state);
        self.tell(&(opened, resets));
    }

    fn state(&mut self) -> &mut State {
        self.state.as_mut().expect("open")
    }

    fn apply(&mut self, walk: Walk, page: &Page) -> PageApplied {
        let applied = apply_at(self.state(), walk, page, NOW).expect("a page applies");
        self.tell(&applied);
        applied
    }

    /// Notes what has come of a step, and all that the state holds and shows.
    fn tell(&mut self, result: &dyn std::fmt::Debug) {
        let state = self.state();
        let backlog = state.backlog().expect("readable");
        let shown = (cells(state), state.progress().clone(), backlog.view(NOW));
        let mut moment = state
            .backend
            .begin_reading()
            .expect("readable")
            .expect("a state");
        let mut stored = moment.load().expect("readable");
        let key = |row: &CellRow| (row.family.to_string(), row.labels.clone());
        stored.cells.sort_by_key(key);
        let all = IdRange::Rising { after: None };
        let records = moment.scan(all, usize::MAX).expect("readable");
        drop(moment);
        self.told
            .push(format!("{result:?}\n{shown:?}\n{stored:?}\n{records:?}"));
    }
}

fn on_channel(id: i64) -> TicketChange {
    TicketChange {
        channel: Channel::parse(&format!("channel_{}", id % 12)),
        order_key: RowKey::Generated(UnixSeconds(1_000 + id)),
        ..plain_change(id)
    }
}

fn first_settings() -> SeriesSettings {
    SeriesSettings {
        labels: LabelSettings {
            max_values: 4,
            ..LabelSettings::default()
        },
        slas: true,
        ..SeriesSettings::default()
    }
}

fn first_sync<P: Place>(story: &mut Story<'_, P>) {
    for ids in [1..100, 100..200] {
        let rows = ids.map(on_channel).collect();
        story.apply(Walk::Main, &page(rows, "a", false));
    }
    let applied = story.apply(Walk::Main, &page(Vec::new(), "b", true));
    // All cells were written anew.
    assert!(applied.values_chosen_anew);
}

fn events<P: Place>(story: &mut Story<'_, P>) {
    let settings = first_settings();
    let statuses = [Status::Open, Status::Solved, Status::Open, Status::Closed];
    let rows: Vec<TicketChange> = (NOW.0..)
        .zip(statuses.map(Standing::Live))
        .map(|(at, standing)| row(&settings, at, standing))
        .collect();
    // One ticket has several rows in a page, and others have none that can be used.
    let mut events = page(rows, "c", true);
    events.rows.push(Row::Deletion {
        id: TicketId(5),
        at: UnixSeconds(2_000),
    });
    events.rejected.push(RejectedRow {
        id: Some(6),
        reason: "it has no status",
        fingerprint: 0,
    });
    let applied = story.apply(Walk::Main, &events);
    assert!(!applied.unsolved.is_empty());
    story.apply(Walk::Main, &events);

    story.place.set_broken(true);
    let failing = page((20..40).map(solved).collect(), "d", true);
    let failed = apply(story.state(), &failing).expect_err("the state is broken");
    assert!(matches!(failed.cause, Cause::Passing { .. }), "{failed}");
    story.place.set_broken(false);
    story.state().recover().expect("the state is read again");
    story.tell(&"a page failed");
    story.apply(Walk::Main, &failing);
}

fn resync<P: Place>(story: &mut Story<'_, P>) {
    let there = (1..200).filter(|id| id % 10 != 3).map(on_channel).collect();
    for page in [page(there, "r", true), page(Vec::new(), "r", true)] {
        story.apply(Walk::Resync, &page);
    }
    let mut ended = None;
    while story.state().progress().resync.next_records().is_some() {
        let looked_at = story.state().look_at_records(NOW).expect("looked at");
        story.tell(&looked_at);
        ended = ended.or(looked_at.ended);
        // Each run is stored by itself.
        let settings = story.state().aggregates().settings().clone();
        story.open(&settings);
    }
    assert_eq!(ended, Some(ResyncEnd::Complete { swept: 20 }));
}

fn other_settings<P: Place>(story: &mut Story<'_, P>) {
    let with_groups = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            tags: vec!["vip".to_owned()],
            ..LabelSettings::default()
        },
        ..first_settings()
    };
    let state = story.state();
    state
        .apply_settings(with_groups.clone(), NOW)
        .expect("rebuilt");
    let resets = state.take_resets();
    assert!(!resets.is_empty());
    story.tell(&resets);
    story.open(&with_groups);
    // Again at the start, with other values.
    story.open(&first_settings());
}

/// Tells the story on a new state.
fn told<P: Place>(place: &P) -> Vec<String> {
    let mut story = Story {
        place,
        state: None,
        told: Vec::new(),
    };
    story.open(&first_settings());
    let ticket_scope = TicketScope {
        scope: SupportTypeScope::Agent,
        start_time: UnixSeconds(0),
    };
    story
        .state()
        .set_ticket_scope(ticket_scope)
        .expect("stored");
    first_sync(&mut story);
    events(&mut story);
    story.open(&first_settings());
    resync(&mut story);
    other_settings(&mut story);
    story.state = None;
    let mut backend = place.backend();
    let verification = verify_backend(&mut backend, ACCOUNT).expect("readable");
    assert_eq!(verification.problems, [""; 0]);
    let inspection = inspect(&mut backend, ACCOUNT).expect("readable");
    let Inspection {
        tickets_by_status,
        asked,
        ..
    } = inspection;
    let end = format!("{verification:?} {tickets_by_status:?} {asked:?}");
    story.told.push(end);
    story.told
}

#[test]
fn one_story_comes_to_the_same_on_every_backend() {
    let in_memory = told(&InMemory::default());
    let in_a_file = told(&TempDir::new().expect("a directory"));
    assert_eq!(in_memory.len(), in_a_file.len());
    for (step, (one, other)) in in_memory.iter().zip(&in_a_file).enumerate() {
        assert!(one == other, "step {step}:\n{one}\n\n{other}");
    }
}
