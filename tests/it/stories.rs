//! What happens to tickets, and what a scrape shows of it, with both exports.

use zendesk_exporter::source::{Auth, SourceKind, SupportTypeScope};
use zendesk_simulator::render::MetricSets;
use zendesk_simulator::vocabulary::{Priority, Score, Status, SupportType, TicketType};
use zendesk_simulator::{Draft, Fault, Options};

use crate::desk::{Desk, DeskSettings, NOW};

const BOTH: [SourceKind; 2] = [SourceKind::Cursor, SourceKind::Time];

/// A desk whose first sync found one urgent incident, open and assigned.
async fn desk_with_an_incident(source: SourceKind) -> (Desk, i64) {
    let mut desk = Desk::open(DeskSettings::of(source)).await;
    let id = desk.simulator.world(|world| {
        world.create(&Draft {
            status: Status::Open,
            priority: Priority::Urgent,
            ticket_type: TicketType::Incident,
            channel: "email",
            assigned: true,
            ..Draft::default()
        })
    });
    desk.catch_up().await;
    (desk, id)
}

const INCIDENT_OPEN: &str = "zendesk_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",type=\"incident\",channel=\"email\"} 1\n";

#[tokio::test]
async fn the_first_sync_shows_tickets_and_counters_at_zero() {
    for source in BOTH {
        let (desk, _) = desk_with_an_incident(source).await;
        assert_eq!(desk.tickets(), INCIDENT_OPEN);
        let text = desk.scrape();
        for event in ["created", "solved", "reopened", "deleted", "restored"] {
            let line = format!(
                "zendesk_tickets_{event}_total{{account=\"acme\",priority=\"urgent\",type=\"incident\",channel=\"email\"}} 0\n"
            );
            assert!(text.contains(&line), "{line}{text}");
        }
        let updated = "zendesk_tickets_updated_total{account=\"acme\",status=\"open\",priority=\"urgent\",type=\"incident\",channel=\"email\"} 0\n";
        assert!(text.contains(updated), "{text}");
        let pairs = text
            .matches("\nzendesk_ticket_status_changes_total{")
            .count();
        assert_eq!(pairs, 7 * 6);
        assert!(text.contains(
            "zendesk_ticket_status_changes_total{account=\"acme\",from=\"hold\",to=\"closed\"} 0\n"
        ));
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn before_the_first_sync_is_complete_no_ticket_family_is_shown() {
    let mut desk = Desk::open(DeskSettings {
        page_size: 1,
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    desk.simulator.world(|world| {
        world.create(&Draft::default());
        world.create(&Draft::default());
    });
    desk.simulator.advance(120);
    desk.step().await;
    let text = desk.scrape();
    assert_eq!(desk.tickets(), "");
    assert!(!text.contains("# TYPE zendesk_tickets"), "{text}");
    assert!(
        text.contains("zendesk_exporter_initial_sync_complete{account=\"acme\"} 0\n"),
        "{text}"
    );
    assert!(
        text.contains("zendesk_exporter_state_tickets{account=\"acme\"} 1\n"),
        "{text}"
    );
    desk.catch_up().await;
    assert!(
        desk.tickets().contains("status=\"new\""),
        "{}",
        desk.tickets()
    );
}

#[tokio::test]
async fn a_ticket_is_created_solved_reopened_deleted_and_restored() {
    for source in BOTH {
        let (mut desk, _) = desk_with_an_incident(source).await;
        let question = Draft {
            ticket_type: TicketType::Question,
            ..Draft::default()
        };
        let id = desk.simulator.world(|world| world.create(&question));
        desk.catch_up().await;
        assert_eq!(
            desk.tickets(),
            "\
zendesk_tickets_created_total{account=\"acme\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"new\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets{account=\"acme\",status=\"new\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",type=\"incident\",channel=\"email\"} 1
zendesk_unassigned_tickets{account=\"acme\",status=\"new\",priority=\"none\"} 1
"
        );

        desk.simulator.world(|world| {
            world.reply(id, 3);
            world.set_status(id, Status::Solved);
        });
        desk.catch_up().await;
        desk.simulator
            .world(|world| world.set_status(id, Status::Open));
        desk.catch_up().await;
        desk.simulator.world(|world| world.delete(id));
        desk.catch_up().await;
        desk.simulator
            .world(|world| world.restore(id, Status::Pending));
        desk.catch_up().await;
        assert_eq!(
            desk.tickets(),
            "\
zendesk_ticket_status_changes_total{account=\"acme\",from=\"new\",to=\"solved\"} 1
zendesk_ticket_status_changes_total{account=\"acme\",from=\"solved\",to=\"open\"} 1
zendesk_tickets_created_total{account=\"acme\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_deleted_total{account=\"acme\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_reopened_total{account=\"acme\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_restored_total{account=\"acme\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_solved_total{account=\"acme\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"new\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"open\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"pending\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets_updated_total{account=\"acme\",status=\"solved\",priority=\"none\",type=\"question\",channel=\"web\"} 1
zendesk_tickets{account=\"acme\",status=\"open\",priority=\"urgent\",type=\"incident\",channel=\"email\"} 1
zendesk_tickets{account=\"acme\",status=\"pending\",priority=\"none\",type=\"question\",channel=\"web\"} 1
"
        );
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn a_deleted_ticket_that_is_scrubbed_stays_deleted_without_a_further_event() {
    for source in BOTH {
        let (mut desk, id) = desk_with_an_incident(source).await;
        desk.simulator.world(|world| world.delete(id));
        desk.catch_up().await;
        let deleted = desk.tickets();
        assert_eq!(
            deleted,
            "zendesk_tickets_deleted_total{account=\"acme\",priority=\"urgent\",type=\"incident\",channel=\"email\"} 1\n"
        );
        let zero = INCIDENT_OPEN.replace(" 1\n", " 0\n");
        assert!(desk.scrape().contains(&zero), "{}", desk.scrape());
        desk.simulator.world(|world| world.scrub(id));
        desk.catch_up().await;
        assert_eq!(desk.tickets(), deleted);
        assert_eq!(
            desk.value("zendesk_exporter_rows_total{account=\"acme\",outcome=\"system\"}"),
            Some(1.0)
        );
        assert_eq!(desk.value("zendesk_exporter_state_tickets"), Some(0.0));
    }
}

#[tokio::test]
async fn a_system_write_counts_its_event_but_no_update_and_a_merge_counts_as_solved() {
    for source in BOTH {
        let (mut desk, id) = desk_with_an_incident(source).await;
        let other = desk
            .simulator
            .world(|world| world.create(&Draft::default()));
        desk.catch_up().await;
        desk.simulator.world(|world| {
            world.system_write(id, |ticket| ticket.status = Some(Status::Closed));
            world.merge(other);
        });
        desk.catch_up().await;
        let solved =
            |labels: &str| format!("zendesk_tickets_solved_total{{account=\"acme\",{labels}}} 1\n");
        let text = desk.tickets();
        assert!(
            text.contains(&solved(
                "priority=\"urgent\",type=\"incident\",channel=\"email\""
            )),
            "{text}"
        );
        assert!(
            text.contains(&solved("priority=\"none\",type=\"none\",channel=\"web\"")),
            "{text}"
        );
        assert!(
            !text.contains("updated_total{account=\"acme\",status=\"closed\",priority=\"urgent\""),
            "{text}"
        );
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn more_tickets_in_one_second_than_a_page_holds_are_all_read() {
    for source in BOTH {
        let mut desk = Desk::open(DeskSettings {
            page_size: 10,
            ..DeskSettings::of(source)
        })
        .await;
        desk.simulator.world(|world| {
            for _ in 0..35 {
                world.create(&Draft::default());
            }
        });
        desk.catch_up().await;
        desk.simulator.world(|world| {
            for _ in 0..25 {
                world.create(&Draft::default());
            }
        });
        desk.catch_up().await;
        let all = "zendesk_tickets{account=\"acme\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"} 60\n";
        assert!(desk.tickets().contains(all), "{}", desk.tickets());
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn a_row_made_visible_late_is_found_by_the_hourly_replay() {
    for source in BOTH {
        let (mut desk, _) = desk_with_an_incident(source).await;
        desk.catch_up().await;
        desk.catch_up().await;
        desk.simulator
            .world(|world| world.create(&Draft::default()));
        desk.catch_up().await;
        // Written three minutes ago, before what was read since; nobody sees it for now.
        desk.simulator.world(|world| {
            let late = world.now() - 200;
            world.create_at(
                &Draft {
                    channel: "chat",
                    ..Draft::default()
                },
                late,
            );
        });
        desk.catch_up().await;
        assert!(!desk.tickets().contains("chat"), "{}", desk.tickets());
        for _ in 0..100 {
            if desk.tickets().contains("chat") {
                break;
            }
            desk.step().await;
        }
        let found = "zendesk_tickets_created_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"chat\"} 1\n";
        assert!(desk.tickets().contains(found), "{}", desk.tickets());
        desk.check_against_oracle();
    }
}

#[tokio::test]
async fn an_idle_account_is_asked_once_per_interval_and_nothing_is_counted_twice() {
    for source in BOTH {
        let (mut desk, _) = desk_with_an_incident(source).await;
        let (before, began) = (desk.export_requests(), desk.elapsed());
        for _ in 0..20 {
            desk.step().await;
        }
        assert_eq!(desk.export_requests() - before, 20);
        assert_eq!((desk.elapsed() - began).as_secs(), 20 * 60);
        assert_eq!(desk.tickets(), INCIDENT_OPEN);
        assert_eq!(
            desk.value("zendesk_exporter_rows_total{account=\"acme\",outcome=\"changed\"}"),
            Some(0.0)
        );
    }
}

#[tokio::test]
async fn a_lost_cursor_restarts_before_the_high_water_mark() {
    let (mut desk, id) = desk_with_an_incident(SourceKind::Cursor).await;
    desk.simulator
        .world(|world| world.set_status(id, Status::Solved));
    desk.simulator.set_fault(Fault::InvalidCursor, 1);
    desk.catch_up().await;
    desk.check_against_oracle();
    let restart = format!("start_time={}", NOW - 900);
    let asked = desk.simulator.asked();
    assert!(
        asked.iter().any(|asked| asked.target.contains(&restart)),
        "{asked:?}"
    );
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
}

#[tokio::test]
async fn a_changed_source_goes_on_from_the_high_water_mark() {
    let (mut desk, id) = desk_with_an_incident(SourceKind::Cursor).await;
    for source in [SourceKind::Time, SourceKind::Cursor] {
        desk.change_settings(|settings| settings.source = source);
        desk.simulator.world(|world| {
            let solved = world
                .ticket(id)
                .is_some_and(|ticket| ticket.status == Some(Status::Solved));
            world.set_status(id, if solved { Status::Open } else { Status::Solved });
        });
        desk.catch_up().await;
        desk.check_against_oracle();
    }
    let text = desk.tickets();
    assert!(text.contains("zendesk_tickets_reopened_total"), "{text}");
    let from_the_start = desk.simulator.asked();
    let count = from_the_start
        .iter()
        .filter(|asked| asked.target.contains("start_time=0&"))
        .count();
    assert_eq!(count, 1, "{from_the_start:?}");
}

#[tokio::test]
async fn a_restart_shows_the_last_values_before_the_first_answer() {
    let (mut desk, _) = desk_with_an_incident(SourceKind::Cursor).await;
    desk.restart();
    assert_eq!(desk.tickets(), INCIDENT_OPEN);
    assert_eq!(desk.value("zendesk_up"), None);
    desk.catch_up().await;
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
}

#[tokio::test]
async fn tickets_of_ai_agents_are_shown_when_asked_for() {
    let mut desk = Desk::open(DeskSettings {
        scope: SupportTypeScope::All,
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    desk.simulator.world(|world| {
        world.create(&Draft {
            support_type: SupportType::AiAgent,
            ..Draft::default()
        });
    });
    desk.catch_up().await;
    let line = "zendesk_tickets{account=\"acme\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\",support_type=\"ai_agent\"} 1\n";
    assert!(desk.tickets().contains(line), "{}", desk.tickets());
    desk.change_settings(|settings| settings.scope = SupportTypeScope::Agent);
    assert!(
        !desk.scrape().contains("support_type="),
        "{}",
        desk.scrape()
    );
}

#[tokio::test]
async fn every_way_to_log_in_reads_the_export() {
    let key = || "simulator-key".into();
    let email = || "admin@example.invalid".to_owned();
    let ways = [
        (
            Auth::ClientCredentials {
                client_id: "simulator".to_owned(),
                client_secret: "simulator-secret".into(),
            },
            "Bearer",
        ),
        (Auth::AccessToken("simulator-token".into()), "Bearer"),
        (
            Auth::ApiToken {
                email: email(),
                api_token: key(),
            },
            "Basic",
        ),
        (
            Auth::Password {
                email: email(),
                password: key(),
            },
            "Basic",
        ),
    ];
    for (auth, scheme) in ways {
        let method = auth.method().label();
        let mut desk = Desk::open(DeskSettings {
            auth,
            ..DeskSettings::of(SourceKind::Cursor)
        })
        .await;
        desk.catch_up().await;
        assert_eq!(desk.value("zendesk_up"), Some(1.0), "{method}");
        let last = desk.simulator.asked().pop().expect("a request");
        assert_eq!(last.scheme.as_deref(), Some(scheme));
        let info =
            format!("zendesk_exporter_auth_info{{account=\"acme\",method=\"{method}\"}} 1\n");
        assert!(desk.scrape().contains(&info));
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_once_when_it_is_revoked() {
    let auth = Auth::ClientCredentials {
        client_id: "simulator".to_owned(),
        client_secret: "simulator-secret".into(),
    };
    let mut desk = Desk::open(DeskSettings {
        auth,
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    let tokens = |desk: &Desk| {
        let asked = desk.simulator.asked();
        asked
            .iter()
            .filter(|asked| asked.target == "/oauth/tokens")
            .count()
    };
    desk.catch_up().await;
    assert_eq!(tokens(&desk), 1);
    assert!(
        desk.value("zendesk_exporter_auth_token_expiry_timestamp_seconds")
            .is_some()
    );
    // The simulator's tokens last 30 min; at 24 min of ours a new one is taken.
    desk.clock.advance(std::time::Duration::from_secs(1_440));
    desk.catch_up().await;
    assert_eq!(tokens(&desk), 2);
    desk.simulator.revoke_tokens();
    desk.catch_up().await;
    assert_eq!(tokens(&desk), 3);
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
    assert_eq!(
        desk.value("zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"auth\"}"),
        Some(0.0)
    );
}

#[tokio::test]
async fn metric_sets_beside_the_tickets_and_late_ones_are_read_without_a_double_event() {
    let mut options = Options::manual(NOW);
    options.metric_sets = MetricSets::Beside;
    let mut desk = Desk::open_at(DeskSettings::of(SourceKind::Cursor), options).await;
    desk.simulator.world(|world| world.measurements_late = true);
    desk.catch_up().await;
    let id = desk
        .simulator
        .world(|world| world.create(&Draft::default()));
    desk.catch_up().await;
    desk.simulator
        .world(|world| world.set_status(id, Status::Solved));
    desk.catch_up().await;
    desk.simulator.world(|world| world.system_write(id, |_| {}));
    desk.catch_up().await;
    desk.check_against_oracle();
    assert_eq!(
        desk.value("zendesk_exporter_rows_total{account=\"acme\",outcome=\"system\"}"),
        Some(1.0)
    );
}

#[tokio::test]
async fn no_personal_data_is_in_what_is_shown_or_kept() {
    let (desk, _) = desk_with_an_incident(SourceKind::Cursor).await;
    for personal in ["personal.example", "Jo Customer", "printer", "555-0100"] {
        assert!(!desk.scrape().contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn the_requests_carry_their_parameters_every_time_and_go_to_one_host() {
    let (mut desk, id) = desk_with_an_incident(SourceKind::Cursor).await;
    desk.simulator
        .world(|world| world.set_status(id, Status::Solved));
    desk.catch_up().await;
    let asked = desk.simulator.asked();
    assert!(
        asked[0]
            .target
            .starts_with("/api/v2/incremental/tickets/cursor?start_time=0&")
    );
    for asked in &asked {
        for parameter in [
            "per_page=100",
            "include=metric_sets",
            "support_type_scope=agent",
        ] {
            assert!(asked.target.contains(parameter), "{asked:?}");
        }
    }
    assert!(
        asked
            .last()
            .expect("requests")
            .target
            .contains("cursor=MTc5"),
        "{asked:?}"
    );
}

/// The lines of one family with this priority that are not zero.
fn lines_of(desk: &Desk, family: &str, priority: &str) -> String {
    let priority = format!("priority=\"{priority}\"");
    let text = desk.scrape();
    let lines = text.lines().filter(|line| {
        line.starts_with(family) && line.contains(&priority) && !line.ends_with(" 0")
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[tokio::test]
async fn waiting_times_are_observed_once_and_never_for_tickets_of_the_past() {
    for source in BOTH {
        let (mut desk, old) = desk_with_an_incident(source).await;
        desk.simulator
            .world(|world| world.set_status(old, Status::Solved));
        let id = desk.simulator.world(|world| {
            world.create(&Draft {
                priority: Priority::Low,
                ..Draft::default()
            })
        });
        desk.catch_up().await;
        // What the incident had not carried before the first sync, it carries when it is solved.
        assert!(
            lines_of(&desk, "zendesk_ticket_replies_count", "urgent").ends_with(" 1\n"),
            "{}",
            desk.scrape()
        );
        assert_eq!(
            lines_of(&desk, "zendesk_unreplied_tickets", "low"),
            "zendesk_unreplied_tickets{account=\"acme\",status=\"new\",priority=\"low\"} 1\n"
        );
        desk.simulator.advance(1_200);
        desk.simulator.world(|world| {
            world.reply(id, 3);
            world.set_status(id, Status::Solved);
            world.update(id, |ticket| ticket.score = Score::Good);
        });
        desk.catch_up().await;
        desk.restart();
        desk.catch_up().await;
        let replies = lines_of(&desk, "zendesk_ticket_first_reply_seconds", "low");
        assert!(
            replies.starts_with(
                "zendesk_ticket_first_reply_seconds_bucket{account=\"acme\",priority=\"low\",le=\"1800\"} 1\n"
            ),
            "{replies}"
        );
        assert!(
            replies.ends_with(
                "zendesk_ticket_first_reply_seconds_sum{account=\"acme\",priority=\"low\"} 1320\n\
                 zendesk_ticket_first_reply_seconds_count{account=\"acme\",priority=\"low\"} 1\n"
            ),
            "{replies}"
        );
        assert_eq!(lines_of(&desk, "zendesk_unreplied_tickets", "low"), "");
        let good = "{account=\"acme\",score=\"good\"} 1\n";
        for family in [
            "zendesk_ticket_satisfaction",
            "zendesk_satisfaction_ratings_total",
        ] {
            assert!(desk.scrape().contains(&format!("{family}{good}")));
        }
        // Reopened and solved again: a second resolution, but no second first reply.
        desk.simulator
            .world(|world| world.set_status(id, Status::Open));
        desk.catch_up().await;
        desk.simulator
            .world(|world| world.set_status(id, Status::Solved));
        desk.catch_up().await;
        let count = |family: &str| lines_of(&desk, &format!("{family}_count"), "low");
        assert!(count("zendesk_ticket_first_reply_seconds").ends_with(" 1\n"));
        assert!(count("zendesk_ticket_first_resolution_seconds").ends_with(" 1\n"));
        assert!(count("zendesk_ticket_full_resolution_seconds").ends_with(" 2\n"));
        assert!(count("zendesk_ticket_reopens").ends_with(" 2\n"));
    }
}
