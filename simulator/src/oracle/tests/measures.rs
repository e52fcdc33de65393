//! Measurements, scores, targets and tags, in literal text.

use super::*;
use crate::vocabulary::{Priority, Score, SlaMetric, SlaStage, SlaTarget};

const ALL_CARRIED: Carried = Carried {
    metric_sets: true,
    slas: true,
};

/// A world, and an oracle that is served all of it after every step.
struct Story {
    world: World,
    oracle: Oracle,
    carried: Carried,
}

impl Story {
    /// After the first sync, which found what `furnish` did.
    fn new(furnish: impl FnOnce(&mut World)) -> Self {
        let mut story = Self {
            world: World::new(10),
            oracle: Oracle::default(),
            carried: ALL_CARRIED,
        };
        furnish(&mut story.world);
        story.serve();
        story
    }

    fn serve(&mut self) {
        self.oracle.on_served(Served {
            carried: self.carried,
            ..served("0", "0", &self.world)
        });
        self.oracle.settle();
    }

    /// What happens at this second, and is served at once.
    fn at(&mut self, second: i64, change: impl FnOnce(&mut World)) -> &mut Self {
        self.world.advance_to(second);
        change(&mut self.world);
        self.serve();
        self
    }

    /// The lines of these families, without the account.
    fn shown(&self, families: &[&str]) -> String {
        self.shown_with(families, &OracleSettings::default())
    }

    fn shown_with(&self, families: &[&str], settings: &OracleSettings) -> String {
        let text = self.oracle.expected("acme", settings);
        let is_wanted = |line: &&str| families.iter().any(|family| line.starts_with(family));
        text.lines()
            .filter(is_wanted)
            .map(|line| {
                line.replace("{account=\"acme\"}", "")
                    .replace("account=\"acme\",", "")
                    + "\n"
            })
            .collect()
    }
}

const COUNTS: &[&str] = &[
    "zendesk_ticket_first_reply_seconds_count",
    "zendesk_ticket_first_resolution_seconds_count",
    "zendesk_ticket_full_resolution_seconds_count",
    "zendesk_ticket_replies_sum",
    "zendesk_ticket_replies_count",
    "zendesk_ticket_reopens_sum",
];

fn create(world: &mut World) {
    world.create(&Draft::default());
}

fn reply_and_solve(world: &mut World) {
    world.reply(1, 3);
    world.set_status(1, Status::Solved);
}

#[test]
fn a_resolution_is_observed_with_its_buckets_cumulative() {
    let mut story = Story::new(|_| {});
    story.at(100, create).at(100 + 3_600, reply_and_solve);
    assert_eq!(
        story.shown(&["zendesk_ticket_first_reply_seconds"]),
        "\
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"+Inf\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"1209600\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"14400\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"172800\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"259200\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"28800\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"3600\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"604800\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"7200\"} 1
zendesk_ticket_first_reply_seconds_bucket{priority=\"none\",le=\"86400\"} 1
zendesk_ticket_first_reply_seconds_count{priority=\"none\"} 1
zendesk_ticket_first_reply_seconds_sum{priority=\"none\"} 3600
"
    );
    assert_eq!(
        story.shown(COUNTS),
        "\
zendesk_ticket_first_reply_seconds_count{priority=\"none\"} 1
zendesk_ticket_first_resolution_seconds_count{priority=\"none\"} 1
zendesk_ticket_full_resolution_seconds_count{priority=\"none\"} 1
zendesk_ticket_replies_count{priority=\"none\"} 1
zendesk_ticket_replies_sum{priority=\"none\"} 1
"
    );
}

#[test]
fn a_second_resolution_is_observed_again_but_for_what_happens_once() {
    let mut story = Story::new(|_| {});
    story
        .at(100, create)
        .at(200, reply_and_solve)
        .at(300, |world| world.set_status(1, Status::Open))
        .at(400, reply_and_solve);
    assert_eq!(
        story.shown(COUNTS),
        "\
zendesk_ticket_first_reply_seconds_count{priority=\"none\"} 1
zendesk_ticket_first_resolution_seconds_count{priority=\"none\"} 1
zendesk_ticket_full_resolution_seconds_count{priority=\"none\"} 2
zendesk_ticket_reopens_sum{priority=\"none\"} 1
zendesk_ticket_replies_count{priority=\"none\"} 2
zendesk_ticket_replies_sum{priority=\"none\"} 3
"
    );
}

#[test]
fn what_is_null_when_solved_is_awaited_unless_the_ticket_is_reopened_first() {
    let late = |world: &mut World| world.measurements_late = true;
    let full = &["zendesk_ticket_full_resolution_seconds_count"];
    let one = "zendesk_ticket_full_resolution_seconds_count{priority=\"none\"} 1\n";
    let mut story = Story::new(late);
    story.at(100, create).at(200, reply_and_solve);
    assert_eq!(story.shown(full), "");
    story.at(300, |world| world.system_write(1, |_| {}));
    assert_eq!(story.shown(full), one);
    story.at(400, |world| world.system_write(1, |_| {}));
    assert_eq!(story.shown(full), one);

    let mut story = Story::new(late);
    story
        .at(100, create)
        .at(200, reply_and_solve)
        .at(300, |world| world.set_status(1, Status::Open))
        .at(400, |world| world.system_write(1, |_| {}));
    assert_eq!(story.shown(full), "");
}

#[test]
fn tickets_of_the_past_are_observed_only_for_what_they_did_not_carry_yet() {
    let mut story = Story::new(|world| {
        create(world);
        world.advance_to(20);
        world.reply(1, 3);
    });
    story.at(200, |world| world.set_status(1, Status::Solved));
    assert_eq!(
        story.shown(COUNTS),
        "\
zendesk_ticket_first_resolution_seconds_count{priority=\"none\"} 1
zendesk_ticket_full_resolution_seconds_count{priority=\"none\"} 1
zendesk_ticket_replies_count{priority=\"none\"} 1
zendesk_ticket_replies_sum{priority=\"none\"} 1
"
    );
    // One that turns up later, but was created before the first answer.
    let mut story = Story::new(|_| {});
    story.at(100, |world| {
        world.create_at(&Draft::default(), BASELINE - 1);
        reply_and_solve(world);
    });
    assert_eq!(story.shown(COUNTS), "");
}

#[test]
fn the_first_measurements_that_a_known_ticket_carries_are_adopted() {
    let mut story = Story::new(|_| {});
    story.carried.metric_sets = false;
    story.at(100, create).at(200, reply_and_solve);
    assert_eq!(story.shown(&["zendesk_unreplied_tickets"]), "");
    story.carried.metric_sets = true;
    story.serve();
    assert_eq!(story.shown(COUNTS), "");
    story
        .at(300, |world| world.set_status(1, Status::Open))
        .at(400, |world| world.set_status(1, Status::Solved));
    assert!(
        story
            .shown(COUNTS)
            .contains("full_resolution_seconds_count{priority=\"none\"} 1\n")
    );
    assert!(!story.shown(COUNTS).contains("first_"));
}

#[test]
fn nothing_is_observed_of_a_deleted_ticket_until_it_is_back() {
    let mut story = Story::new(|world| world.measurements_late = true);
    story
        .at(100, create)
        .at(200, reply_and_solve)
        .at(300, |world| world.delete(1))
        .at(400, |world| world.scrub(1));
    let full = &["zendesk_ticket_full_resolution_seconds_count"];
    assert_eq!(story.shown(full), "");
    story.at(500, |world| world.restore(1, Status::Solved));
    assert_eq!(story.shown(full), "", "nothing is awaited any more");
}

#[test]
fn tickets_without_a_reply_are_shown_while_they_are_unsolved() {
    let unreplied = &["zendesk_unreplied_tickets"];
    let mut story = Story::new(create);
    assert_eq!(
        story.shown(unreplied),
        "zendesk_unreplied_tickets{status=\"new\",priority=\"none\"} 1\n"
    );
    story.at(100, |world| world.set_status(1, Status::Hold));
    assert_eq!(
        story.shown(unreplied),
        "zendesk_unreplied_tickets{status=\"hold\",priority=\"none\"} 1\n"
    );
    story.at(200, |world| world.set_status(1, Status::Solved));
    assert_eq!(story.shown(unreplied), "");
    story.at(300, |world| world.set_status(1, Status::Open));
    story.at(400, |world| world.reply(1, 3));
    assert_eq!(story.shown(unreplied), "");
}

#[test]
fn scores_are_shown_and_counted_when_they_turn_good_or_bad() {
    let families = &["zendesk_ticket_satisfaction", "zendesk_satisfaction"];
    let mut story = Story::new(create);
    story.at(100, |world| world.set_score(1, Score::Offered));
    assert_eq!(
        story.shown(families),
        "zendesk_ticket_satisfaction{score=\"offered\"} 1\n"
    );
    for (second, score) in [(200, Score::Bad), (300, Score::Good), (400, Score::Good)] {
        story.at(second, |world| world.set_score(1, score));
    }
    assert_eq!(
        story.shown(families),
        "\
zendesk_satisfaction_ratings_total{score=\"bad\"} 1
zendesk_satisfaction_ratings_total{score=\"good\"} 1
zendesk_ticket_satisfaction{score=\"good\"} 1
"
    );
}

const fn target(stage: SlaStage, breach_at: i64) -> SlaTarget {
    SlaTarget {
        metric: SlaMetric::NextReplyTime,
        stage,
        breach_at: Some(breach_at),
    }
}

/// What is counted of a target that was synced in, when its ticket is changed at second 200.
#[track_caller]
fn check_target(known: SlaTarget, change: impl FnOnce(&mut World), expected: [u64; 2]) {
    let mut story = Story::new(|world| {
        world.create(&Draft {
            sla: vec![known],
            priority: Priority::High,
            ..Draft::default()
        });
    });
    story
        .at(200, change)
        .at(300, |world| world.system_write(1, |_| {}));
    let slas = OracleSettings {
        slas: true,
        ..OracleSettings::default()
    };
    let families = [
        "zendesk_sla_targets_total",
        "zendesk_sla_targets_breached_total",
    ];
    let shown = families.map(|family| {
        let text = story.shown_with(&[family], &slas);
        let labels = format!("{family}{{metric=\"next_reply_time\",priority=\"high\"}} ");
        text.strip_prefix(&labels)
            .map_or(0, |value| value.trim_end().parse().expect("a number"))
    });
    assert_eq!(shown, expected, "{known:?}");
    assert_eq!(story.shown(&["zendesk_sla"]), "", "not unless asked for");
}

#[test]
fn a_target_is_counted_once_when_nobody_waits_for_it_any_more() {
    use SlaStage::{Active, Fulfilled, Paused};
    let solve = |world: &mut World| world.set_status(1, Status::Solved);
    let become_so = |targets: Vec<SlaTarget>| move |world: &mut World| world.set_sla(1, targets);
    check_target(target(Active, 150), |_| {}, [0, 0]);
    check_target(target(Active, 150), solve, [1, 1]);
    check_target(target(Active, 250), solve, [1, 0]);
    check_target(target(Fulfilled, 150), solve, [0, 0]);
    check_target(
        target(Active, 250),
        become_so(vec![target(Paused, 250)]),
        [0, 0],
    );
    check_target(
        target(Active, 150),
        become_so(vec![target(Fulfilled, 150)]),
        [1, 1],
    );
    check_target(
        target(Active, 150),
        become_so(vec![target(Fulfilled, 250)]),
        [1, 0],
    );
    check_target(target(Active, 150), become_so(Vec::new()), [1, 1]);
    // Paused since second 10: its time has not come.
    check_target(target(Paused, 150), become_so(Vec::new()), [1, 0]);
    check_target(target(Paused, 10), become_so(Vec::new()), [1, 1]);
    check_target(target(Active, 150), |world| world.delete(1), [0, 0]);
}

#[test]
fn labels_and_tags_are_shown_when_they_are_asked_for() {
    let story = Story::new(|world| {
        for group in [Some(7), Some(8), None] {
            world.create(&Draft {
                group,
                brand: None,
                tags: vec!["vip".into(), "refund".into()],
                ..Draft::default()
            });
        }
    });
    let settings = OracleSettings {
        group: true,
        tags: vec!["vip".to_owned(), "bug".to_owned()],
        ..OracleSettings::default()
    };
    assert_eq!(
        story.shown_with(&["zendesk_tagged_tickets", "zendesk_unassigned"], &settings),
        "\
zendesk_tagged_tickets{tag=\"vip\",status=\"new\",priority=\"none\"} 3
zendesk_unassigned_tickets{status=\"new\",priority=\"none\",group=\"7\"} 1
zendesk_unassigned_tickets{status=\"new\",priority=\"none\",group=\"8\"} 1
zendesk_unassigned_tickets{status=\"new\",priority=\"none\",group=\"none\"} 1
"
    );
    assert_eq!(
        story.shown(&["zendesk_tagged_tickets", "zendesk_unassigned"]),
        "zendesk_unassigned_tickets{status=\"new\",priority=\"none\"} 3\n"
    );
}

#[test]
fn a_swept_ticket_is_gone_without_an_event_and_adopted_when_it_comes_back() {
    let mut story = Story::new(create);
    story.oracle.sweep(|id| id != 1);
    assert_eq!(story.shown(&["zendesk_"]), "");
    story.serve();
    let back =
        "zendesk_tickets{status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"} 1\n";
    assert_eq!(story.shown(&["zendesk_tickets"]), back);
    story.oracle.sweep(|id| id != 1);
    story.at(100, reply_and_solve);
    assert_eq!(
        story.shown(&["zendesk_ticket"]),
        back.replace("new", "solved")
    );
}

#[test]
fn as_many_tickets_as_rows_without_an_id_stay_when_the_others_are_swept() {
    let mut story = Story::new(|world| {
        for _ in 0..5 {
            world.create(&Draft::default());
        }
    });
    let shown = |story: &Story| story.shown(&["zendesk_tickets{"]);
    let line = |count| {
        format!(
            "zendesk_tickets{{status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"}} {count}\n"
        )
    };
    story.oracle.sweep_but(2, |id| id == 4);
    assert_eq!(shown(&story), line(3));
    // Of 3, 4 and 5 that are left, the greater ones stay.
    story.oracle.sweep_but(1, |_| false);
    assert_eq!(shown(&story), line(1));
    story.oracle.sweep_but(9, |_| false);
    assert_eq!(shown(&story), line(1));
    story.oracle.sweep(|_| false);
    assert_eq!(shown(&story), "");
}

#[test]
fn business_hours_are_shown_whole_from_the_first_row_on_that_told_something_else() {
    use super::super::BusinessHours::{Always, Auto, Never};
    // Monday 2026-09-21, noon.
    const NOON: i64 = 1_789_992_000;
    let counts = &[
        "zendesk_ticket_first_reply_business_seconds_count",
        "zendesk_ticket_first_reply_business_seconds_sum",
    ];
    let mut story = Story::new(|world| world.advance_to(NOON));
    story.at(NOON + 60, |world| {
        world.create(&Draft::default());
        world.create(&Draft::default());
    });
    story.at(NOON + 120, |world| world.reply(1, 3));
    let with = |story: &Story, business_hours| {
        let settings = OracleSettings {
            business_hours,
            ..OracleSettings::default()
        };
        story.shown_with(counts, &settings)
    };
    let at_noon = "zendesk_ticket_first_reply_business_seconds_count{priority=\"none\"} 1\n\
                   zendesk_ticket_first_reply_business_seconds_sum{priority=\"none\"} 60\n";
    let shown = [Auto, Always, Never].map(|when| with(&story, when));
    assert_eq!(shown, ["", at_noon, ""]);

    // At nine in the evening: five hours of the nine were business hours.
    story.at(NOON + 9 * 3600, |world| world.reply(2, 3));
    let in_the_evening = "zendesk_ticket_first_reply_business_seconds_count{priority=\"none\"} 2\n\
                          zendesk_ticket_first_reply_business_seconds_sum{priority=\"none\"} 18000\n";
    let shown = [Auto, Always, Never].map(|when| with(&story, when));
    assert_eq!(shown, [in_the_evening, in_the_evening, ""]);
}
