//! Tickets that Zendesk has archived, which the list leaves out.

use std::collections::BTreeMap;

use super::*;
use crate::program::names;
use crate::reload::Story;

/// Tickets of the account. Each third one is in the archive.
const TICKETS: i64 = 1_250;

async fn account_with_archive(shows_archived: bool) -> Simulator {
    let simulator = account_of(without_limits()).await;
    simulator.set_truth(Truth::List);
    simulator.world(|world| {
        world.list_habits.archive_after_seconds = Some(3_600);
        world.list_habits.shows_archived = shows_archived;
        for _ in 0..TICKETS {
            world.create(&Draft::default());
        }
        world.advance_to(world.now() + 60);
        for id in (1..=TICKETS).step_by(3) {
            world.set_status(id, Status::Closed);
        }
    });
    simulator.advance(7_200);
    // Closed of late.
    simulator.world(|world| world.set_status(2, Status::Closed));
    simulator.advance(300);
    simulator
}

fn begin(simulator: &Simulator, archive: &str) -> Story {
    let list = format!("archive: {archive}, budget_percent: 100, verify: {{ every: 1h }}");
    let export = format!("source: list, search_counts: {{ every: 1m }}, list: {{ {list} }}");
    Story::begin(&acme(simulator, &export), &[])
}

fn closed(tickets: i64) -> String {
    format!(
        "zendesk_tickets{{account=\"acme\",status=\"closed\",priority=\"none\",type=\"none\",channel=\"web\"}} {tickets}\n"
    )
}

/// The archived tickets and the one that was closed of late.
const CLOSED: i64 = TICKETS / 3 + 2;

/// How often each run of ids from one on was asked for: by its first id.
fn runs_asked(simulator: &Simulator) -> BTreeMap<i64, usize> {
    let mut runs = BTreeMap::new();
    for target in asked_of(simulator, "tickets/show_many") {
        let query = target.split_once("ids=").expect("they are named").1;
        let ids = query.split('&').next().expect("a value");
        let ids: Vec<i64> = ids
            .split("%2C")
            .map(|id| id.parse().expect("an id"))
            .collect();
        // A verify round leaves out closed tickets.
        let (first, last) = (ids[0], ids[ids.len() - 1]);
        let number = i64::try_from(ids.len()).expect("small");
        if last - first + 1 == number && number > 3 {
            *runs.entry(first).or_default() += 1;
        }
    }
    runs
}

#[tokio::test(flavor = "multi_thread")]
async fn with_totals_the_gauges_are_without_archived_tickets_and_the_search_counts_them() {
    let simulator = account_with_archive(true).await;
    tokio::task::block_in_place(|| {
        let story = begin(&simulator, "totals");
        wait_until_exact(&story.program, &simulator, Seen::ByList);
        story.wait_for(&format!(
            "zendesk_search_tickets{{account=\"acme\",status=\"closed\"}} {CLOSED}\n"
        ));
        let text = story.wait_for(&closed(1));
        assert!(
            !text.contains("zendesk_exporter_count_drift_tickets{"),
            "{text}"
        );
        assert_eq!(runs_asked(&simulator), BTreeMap::new());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn archived_tickets_are_read_once_by_their_ids_whatever_kills_the_program() {
    let simulator = account_with_archive(true).await;
    tokio::task::block_in_place(|| {
        let mut story = begin(&simulator, "ids");
        let mut kills = 0;
        for runs in [3, 6, 9] {
            wait_for("runs of ids", || {
                let asked = runs_asked(&simulator);
                (asked.len() >= runs).then_some(()).ok_or(asked.len())
            });
            story.program.kill();
            kills += 1;
            story.program = Program::serve(story.directory.path(), &[]);
        }
        story.wait_for(&closed(CLOSED));
        let text = wait_until_exact(&story.program, &simulator, Seen::ByList);
        assert_eq!(nonzero_of(&text, "zendesk_tickets_created_total"), [""; 0]);
        let asked = runs_asked(&simulator);
        let firsts: Vec<i64> = asked.keys().copied().collect();
        let expected: Vec<i64> = (0..TICKETS).step_by(100).map(|id| id + 1).collect();
        assert_eq!(firsts, expected);
        // The first run is also the probe. Each kill costs the run that was under way.
        let times: usize = asked.values().sum();
        assert!(times <= expected.len() + 1 + kills, "{asked:?}");
        assert!(asked.values().all(|times| *times <= 1 + kills), "{asked:?}");

        // What is archived later was met before, and a start begins no other walk.
        simulator.advance(7_200);
        story.program.kill();
        story.program = Program::serve(story.directory.path(), &[]);
        story.wait_for(&closed(CLOSED));
        let polls = "zendesk_exporter_polls_total{account=\"acme\"} ";
        story.program.wait_for("three polls", |text| {
            (crate::reload::value(text, polls) >= 3.0).then_some(())
        });
        assert_eq!(runs_asked(&simulator).values().sum::<usize>(), times);
        assert_eq!(names(&story.directory.path().join("data")).len(), 4);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn where_ids_show_no_archived_tickets_the_walk_ends_and_says_so() {
    let simulator = account_with_archive(false).await;
    tokio::task::block_in_place(|| {
        let mut story = begin(&simulator, "ids");
        let line = story
            .program
            .wait_for_log("Zendesk shows no archived tickets by their ids");
        assert!(line.contains("level=warn"), "{line}");
        wait_until_exact(&story.program, &simulator, Seen::ByList);
        story.wait_for(&closed(1));
        let asked: usize = runs_asked(&simulator).values().sum();
        assert!((1..=20).contains(&asked), "{asked}");
        let polls = "zendesk_exporter_polls_total{account=\"acme\"} ";
        let before = story.value(polls);
        story.program.wait_for("three polls", |text| {
            (crate::reload::value(text, polls) >= before + 3.0).then_some(())
        });
        assert_eq!(runs_asked(&simulator).values().sum::<usize>(), asked);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn archived_tickets_that_an_export_has_shown_stay_in_the_gauges() {
    let simulator = account_with_archive(true).await;
    simulator.set_truth(Truth::Export);
    tokio::task::block_in_place(|| {
        let mut story = Story::begin(&acme(&simulator, "source: cursor"), &[]);
        story.wait_for(&closed(CLOSED));
        story.reload(&acme(&simulator, &format!("source: list, {OFTEN}")));
        story.wait_for(&source("list", "configured"));
        simulator.set_truth(Truth::List);
        simulator.world(|world| world.set_status(3, Status::Closed));
        simulator.advance(7_200);
        story.wait_for(&closed(CLOSED + 1));
        // Rounds ask for tickets that are not closed, and miss none.
        let shown = || asked_of(&simulator, "tickets/show_many").len();
        let rounds = shown() + 20;
        wait_for("two rounds", || {
            (shown() >= rounds).then_some(()).ok_or_else(shown)
        });
        let text = wait_until_exact(&story.program, &simulator, Seen::ByList);
        assert!(text.contains(&closed(CLOSED + 1)), "{text}");
    });
}
