//! What a scrape shows of unsolved tickets while time goes on: ages, due tasks, SLA breaches.

use std::time::Duration;

use zendesk_exporter::ledger::SeriesSettings;
use zendesk_exporter::source::SourceKind;
use zendesk_simulator::vocabulary::{Priority, SlaMetric, SlaStage, SlaTarget, Status, TicketType};
use zendesk_simulator::{Draft, Fault};

use crate::desk::{Desk, DeskSettings, NOW};

const HOUR: i64 = 3600;

/// The families that depend on the clock.
const FAMILIES: [&str; 8] = [
    "zendesk_unsolved_tickets",
    "zendesk_oldest_unsolved_ticket_created_timestamp_seconds",
    "zendesk_oldest_unassigned_ticket_created_timestamp_seconds",
    "zendesk_oldest_unreplied_ticket_created_timestamp_seconds",
    "zendesk_stalest_unsolved_ticket_updated_timestamp_seconds",
    "zendesk_overdue_tasks",
    "zendesk_sla_breached_tickets",
    "zendesk_sla_next_breach_timestamp_seconds",
];

/// An urgent ticket that is worked on, a task that nobody has, and one that is solved.
fn drafts() -> [Draft; 3] {
    let open = Draft {
        status: Status::Open,
        priority: Priority::Urgent,
        assigned: true,
        created_at: Some(NOW - 3 * HOUR),
        replied_at: Some(NOW - 2 * HOUR),
        ..Draft::default()
    };
    let task = Draft {
        ticket_type: TicketType::Task,
        created_at: Some(NOW - 48 * HOUR),
        due_at: Some(NOW + HOUR),
        ..Draft::default()
    };
    let solved = Draft {
        status: Status::Solved,
        assigned: true,
        created_at: Some(NOW - 1000 * HOUR),
        ..Draft::default()
    };
    [open, task, solved]
}

async fn desk_with(settings: DeskSettings, drafts: &[Draft]) -> Desk {
    let mut desk = Desk::open(settings).await;
    desk.simulator.world(|world| {
        for draft in drafts {
            world.create(draft);
        }
    });
    desk.catch_up().await;
    desk
}

async fn desk() -> Desk {
    desk_with(DeskSettings::of(SourceKind::Cursor), &drafts()).await
}

const AT_FIRST: &str = "\
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"0-4h\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"4h-1d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"1d-3d\"} 1
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"3d-7d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"7d-30d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"30d-90d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"new\",priority=\"none\",age=\"90d+\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"0-4h\"} 1
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"4h-1d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"1d-3d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"3d-7d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"7d-30d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"30d-90d\"} 0
zendesk_unsolved_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"90d+\"} 0
zendesk_oldest_unsolved_ticket_created_timestamp_seconds{account=\"acme\",status=\"new\",priority=\"none\"} 1789827200
zendesk_oldest_unsolved_ticket_created_timestamp_seconds{account=\"acme\",status=\"open\",priority=\"urgent\"} 1789989200
zendesk_oldest_unassigned_ticket_created_timestamp_seconds{account=\"acme\",status=\"new\",priority=\"none\"} 1789827200
zendesk_oldest_unreplied_ticket_created_timestamp_seconds{account=\"acme\",priority=\"none\"} 1789827200
zendesk_stalest_unsolved_ticket_updated_timestamp_seconds{account=\"acme\",status=\"new\",priority=\"none\"} 1790000000
zendesk_stalest_unsolved_ticket_updated_timestamp_seconds{account=\"acme\",status=\"open\",priority=\"urgent\"} 1790000000
zendesk_overdue_tasks{account=\"acme\",priority=\"none\"} 0
zendesk_overdue_tasks{account=\"acme\",priority=\"urgent\"} 0
";

#[tokio::test]
async fn unsolved_tickets_are_shown_by_age_with_the_oldest_of_each_kind() {
    for source in [SourceKind::Cursor, SourceKind::Time] {
        let desk = desk_with(DeskSettings::of(source), &drafts()).await;
        assert_eq!(desk.samples(&FAMILIES), AT_FIRST);
    }
}

#[tokio::test]
async fn a_restart_shows_the_same_before_anything_is_asked() {
    let mut desk = desk().await;
    let asked = desk.export_requests();
    desk.restart();
    assert_eq!(desk.samples(&FAMILIES), AT_FIRST);
    assert_eq!(desk.export_requests(), asked);
}

#[tokio::test]
async fn before_the_first_sync_is_complete_nothing_is_told_of_ages() {
    let mut desk = Desk::open(DeskSettings {
        page_size: 1,
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    desk.simulator.world(|world| {
        for draft in drafts() {
            world.create(&draft);
        }
    });
    desk.simulator.advance(120);
    desk.step().await;
    assert_eq!(desk.samples(&FAMILIES), "");
    desk.restart();
    assert_eq!(desk.samples(&FAMILIES), "");
    desk.catch_up().await;
    assert_eq!(desk.samples(&FAMILIES), AT_FIRST);
}

/// What [`AT_FIRST`] turns into two hours later.
fn two_hours_later() -> String {
    let open = |age: &str, count: u64| {
        format!(
            "zendesk_unsolved_tickets{{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"{age}\"}} {count}\n"
        )
    };
    let overdue = |count: u64| {
        format!("zendesk_overdue_tasks{{account=\"acme\",priority=\"none\"}} {count}\n")
    };
    AT_FIRST
        .replace(&open("0-4h", 1), &open("0-4h", 0))
        .replace(&open("4h-1d", 0), &open("4h-1d", 1))
        .replace(&overdue(0), &overdue(1))
}

#[tokio::test]
async fn tickets_get_older_while_zendesk_is_down() {
    for fault in [Fault::Unavailable, Fault::Reset] {
        let mut desk = desk().await;
        desk.simulator.set_fault(fault, 1_000);
        if fault == Fault::Reset {
            // The connection may have gone stale: it is asked once more.
            desk.step().await;
            assert_eq!(desk.value("zendesk_up"), Some(1.0));
        }
        desk.step().await;
        assert_eq!(desk.value("zendesk_up"), Some(0.0));
        assert_eq!(desk.samples(&FAMILIES), AT_FIRST);
        desk.simulator.advance(2 * HOUR);
        desk.clock.advance(Duration::from_secs(2 * 3600));
        desk.step().await;
        assert_eq!(desk.value("zendesk_up"), Some(0.0));
        assert_eq!(desk.samples(&FAMILIES), two_hours_later());
    }
}

#[tokio::test]
async fn tickets_get_older_between_two_polls() {
    let mut drafts = drafts();
    // Four hours old within the minute after the poll.
    drafts[0].created_at = Some(NOW + 150 - 4 * HOUR);
    let mut desk = desk_with(DeskSettings::of(SourceKind::Cursor), &drafts).await;
    let open = |age, count| {
        format!(
            "zendesk_unsolved_tickets{{account=\"acme\",status=\"open\",priority=\"urgent\",age=\"{age}\"}} {count}\n"
        )
    };
    let text = desk.scrape();
    assert!(text.contains(&open("0-4h", 1)), "{text}");
    let older = open("4h-1d", 1);
    desk.wait_without_a_request(Duration::from_secs(40), &older)
        .await;
    let text = desk.scrape();
    assert!(text.contains(&open("0-4h", 0)), "{text}");
}

fn target(stage: SlaStage, metric: SlaMetric, breach_at: i64) -> SlaTarget {
    SlaTarget {
        metric,
        stage,
        breach_at: Some(breach_at),
    }
}

fn with_slas() -> DeskSettings {
    DeskSettings {
        series: SeriesSettings {
            slas: true,
            ..SeriesSettings::default()
        },
        ..DeskSettings::of(SourceKind::Cursor)
    }
}

const SLA_FAMILIES: [&str; 4] = [
    "zendesk_sla_breached_tickets",
    "zendesk_sla_next_breach_timestamp_seconds",
    "zendesk_sla_targets_total",
    "zendesk_sla_targets_breached_total",
];

#[tokio::test]
async fn an_sla_target_is_breached_when_its_time_comes_without_a_new_poll() {
    use SlaMetric::{AgentWorkTime, FirstReplyTime};
    let [mut open, mut task, _] = drafts();
    open.sla = vec![
        target(SlaStage::Active, FirstReplyTime, NOW + 150),
        target(SlaStage::Paused, AgentWorkTime, NOW + 150),
    ];
    task.priority = Priority::Urgent;
    task.sla = vec![target(SlaStage::Active, FirstReplyTime, NOW + 9_000)];
    let mut desk = desk_with(with_slas(), &[open, task]).await;
    let before = "\
zendesk_sla_breached_tickets{account=\"acme\",metric=\"first_reply_time\",priority=\"urgent\"} 0
zendesk_sla_breached_tickets{account=\"acme\",metric=\"agent_work_time\",priority=\"urgent\"} 0
zendesk_sla_next_breach_timestamp_seconds{account=\"acme\",metric=\"first_reply_time\",priority=\"urgent\"} 1790000150
zendesk_sla_targets_total{account=\"acme\",metric=\"first_reply_time\",priority=\"urgent\"} 0
zendesk_sla_targets_total{account=\"acme\",metric=\"agent_work_time\",priority=\"urgent\"} 0
zendesk_sla_targets_breached_total{account=\"acme\",metric=\"first_reply_time\",priority=\"urgent\"} 0
zendesk_sla_targets_breached_total{account=\"acme\",metric=\"agent_work_time\",priority=\"urgent\"} 0
";
    assert_eq!(desk.samples(&SLA_FAMILIES), before);

    let breached = "zendesk_sla_breached_tickets{account=\"acme\",metric=\"first_reply_time\",priority=\"urgent\"} 1\n";
    desk.wait_without_a_request(Duration::from_secs(40), breached)
        .await;
    let after = before
        .replace(&breached.replace(" 1\n", " 0\n"), breached)
        .replace("1790000150", "1790009000");
    assert_eq!(desk.samples(&SLA_FAMILIES), after);
}

#[tokio::test]
async fn a_solved_ticket_ends_its_targets_and_without_slas_nothing_is_told_of_them() {
    let [mut open, task, _] = drafts();
    open.sla = vec![target(SlaStage::Active, SlaMetric::ReplyTime, NOW + 60)];
    let mut desk = desk_with(with_slas(), &[open, task]).await;
    desk.simulator
        .world(|world| world.set_status(1, Status::Solved));
    desk.catch_up().await;
    assert_eq!(
        desk.samples(&SLA_FAMILIES),
        "\
zendesk_sla_breached_tickets{account=\"acme\",metric=\"reply_time\",priority=\"urgent\"} 0
zendesk_sla_targets_total{account=\"acme\",metric=\"reply_time\",priority=\"urgent\"} 1
zendesk_sla_targets_breached_total{account=\"acme\",metric=\"reply_time\",priority=\"urgent\"} 1
"
    );
    desk.change_settings(|settings| settings.series.slas = false);
    assert_eq!(desk.samples(&SLA_FAMILIES), "");
}

#[tokio::test]
async fn when_the_last_ticket_is_solved_nothing_is_dated_and_every_count_is_zero() {
    let mut desk = desk().await;
    desk.simulator.world(|world| {
        world.set_status(1, Status::Solved);
        world.delete(2);
    });
    desk.catch_up().await;
    let zero: String = AT_FIRST
        .lines()
        .filter(|line| !line.contains("_timestamp_seconds{"))
        .map(|line| format!("{}0\n", line.strip_suffix(['0', '1']).expect("a count")))
        .collect();
    assert_eq!(desk.samples(&FAMILIES), zero);
    desk.restart();
    assert_eq!(desk.samples(&FAMILIES), zero);
}

#[tokio::test]
async fn without_metric_sets_nothing_is_told_of_replies() {
    let settings = DeskSettings {
        series: SeriesSettings {
            metric_sets: false,
            ..SeriesSettings::default()
        },
        ..DeskSettings::of(SourceKind::Cursor)
    };
    let desk = desk_with(settings, &drafts()).await;
    let text = desk.scrape();
    assert!(text.contains("zendesk_oldest_unassigned_ticket"), "{text}");
    assert!(!text.contains("unreplied"), "{text}");
}
