use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use prometheus::{Encoder as _, GaugeVec, Opts, TextEncoder};
use proptest::prelude::*;

use super::*;
use crate::ledger::{
    AGES, Cell, Dictionaries, Dimension, Entry, FieldLabel, LabelSettings, LabelValues,
    NUMBER_OTHER, OpenSet, Part, PriorityView, SeriesSettings, SlaView, StatusView, View, family,
};
use crate::source::{AuthMethod, Bucket, Endpoint, RateLimit, SourceKind, SourceReason};
use crate::ticket::{NamedSet, Priority, SlaMetric, Status, SupportType, TicketType, UnixSeconds};

fn state(initial_sync_complete: bool) -> AccountState {
    AccountState {
        source: (SourceKind::Cursor, SourceReason::Configured),
        verified_at: None,
        up: Some(true),
        last_success: Some(UnixSeconds(1_700_000_100)),
        data_timestamp: Some(UnixSeconds(1_700_000_040)),
        initial_sync_complete,
        initial_sync_ratio: 0.25,
        resync_ratio: Some(0.5),
        vanished_tickets: 12,
        sweeps_refused: 1,
        state_tickets: 3,
        state_size_bytes: 4096,
        state_created: UnixSeconds(1_699_000_000),
        counters_restarted: UnixSeconds(1_699_500_000),
        business_hours_differ: false,
        token_expires_at: None,
        auth_method: AuthMethod::AccessToken,
    }
}

fn labels() -> LabelValues {
    LabelValues::default()
        .with(Dimension::Status, Status::Open)
        .with(Dimension::Priority, Priority::High)
        .with(Dimension::Type, TicketType::None)
        .with(Dimension::Channel, 2u16)
        .with(Dimension::From, Status::New)
        .with(Dimension::To, Status::Open)
}

fn cells() -> Vec<(Cell, u64)> {
    vec![
        (family::TICKETS.cell(&labels()), 3),
        (family::UNASSIGNED.cell(&labels()), 0),
        (family::CREATED.cell(&labels()), 2),
        (family::STATUS_CHANGES.cell(&labels()), 1),
    ]
}

/// Renders cells with the words that the first number of each set stands for.
fn lines(account: &str, cells: Vec<(Cell, u64)>, settings: &SeriesSettings) -> FamilyLines {
    let mut dictionaries = Dictionaries::new(64);
    for (set, value) in [
        (OpenSet::Channel, "web"),
        (OpenSet::Named(NamedSet::Group), "360001"),
        (OpenSet::Named(NamedSet::CustomStatus), "5001"),
        (OpenSet::Tag, "vip"),
        (OpenSet::Field, "1"),
        (OpenSet::Field, "2"),
        (OpenSet::FieldValue(3), "emea"),
    ] {
        let number = 2 + u16::from(value == "2");
        let entry = Entry {
            set,
            number,
            value: value.to_owned(),
            shown: true,
        };
        assert!(dictionaries.restore(entry), "{value}");
    }
    let words = Words {
        dictionaries: &dictionaries,
        settings,
    };
    FamilyLines::of_cells(account, cells.into_iter(), words, &NewSeries::default())
}

fn scrape(accounts: &[&str], complete: bool) -> String {
    scrape_with(accounts, complete, &View::default())
}

fn scrape_with(accounts: &[&str], complete: bool, backlog: &View) -> String {
    let exporter = ExporterMetrics::new(UnixSeconds(1_600_000_000));
    let (_counting, published): (Vec<_>, Vec<_>) = accounts
        .iter()
        .map(|account| {
            let metrics = exporter.for_account(
                account,
                &[Endpoint::TicketsCursor],
                &SeriesSettings::default(),
            );
            metrics.on_rate_limits(
                &[RateLimit {
                    bucket: Bucket::Account,
                    limit: Some(700),
                    remaining: Some(684),
                    reset: None,
                }],
                UnixSeconds(1_700_000_000),
            );
            let lines = lines(account, cells(), &SeriesSettings::default());
            let published = Arc::new(ArcSwap::from_pointee(Snapshot::new(
                account,
                &state(complete),
                [
                    Arc::new(lines),
                    Arc::new(FamilyLines::of_backlog(account, backlog, |_, _| "7")),
                ],
            )));
            (metrics, published)
        })
        .unzip();
    Exposition::new(published, exporter).encode()
}

/// The samples of requests by endpoint and code.
fn requests(exposition: &Exposition) -> Vec<String> {
    let text = exposition.encode();
    let lines = text.lines().filter_map(|line| {
        let labels = line.strip_prefix("zendesk_exporter_api_requests_total{account=\"acme\",")?;
        Some(labels.to_owned())
    });
    lines.collect()
}

#[test]
fn the_usual_failures_of_what_reading_needs_are_there_before_the_first_one() {
    let exporter = ExporterMetrics::new(UnixSeconds(0));
    let exposition = Exposition::new(Vec::new(), exporter.clone());
    let (export, search) = (Endpoint::TicketsCursor, Endpoint::SearchCount);
    let endpoints = [export, Endpoint::OAuthToken, search];
    let acme = exporter.for_account("acme", &endpoints, &SeriesSettings::default());
    let mut expected = Vec::new();
    for endpoint in ["incremental_tickets_cursor", "oauth_tokens"] {
        let codes = ["200"].iter().chain(catalog::FAILURE_CODES);
        expected.extend(codes.map(|code| format!("code=\"{code}\",endpoint=\"{endpoint}\"}} 0")));
    }
    expected.push("code=\"200\",endpoint=\"search_count\"} 0".to_owned());
    expected.sort_unstable();
    let mut shown = requests(&exposition);
    shown.sort_unstable();
    assert_eq!(shown, expected);

    acme.on_request(export, Some(503), Duration::ZERO);
    acme.on_request(export, None, Duration::ZERO);
    let before = expected.len();
    assert_eq!(requests(&exposition).len(), before);
    // The documentation names those that are there, and says what it means for the others.
    acme.on_request(export, Some(418), Duration::ZERO);
    assert_eq!(requests(&exposition).len(), before + 1);
    let when = catalog::API_REQUESTS.appears;
    for code in catalog::FAILURE_CODES {
        assert!(when.contains(code), "{code}");
    }
}

#[test]
fn the_self_metrics_of_an_account_leave_with_the_last_who_counts_into_them() {
    let exporter = ExporterMetrics::new(UnixSeconds(0));
    let exposition = Exposition::new(Vec::new(), exporter.clone());
    let of_both = || {
        let of = |account: &str| {
            let text = exposition.encode();
            let label = format!("account=\"{account}\"");
            let lines = text.lines().filter(|line| line.contains(&label));
            lines.map(|line| format!("{line}\n")).collect::<String>()
        };
        (of("acme"), of("zeta"))
    };
    let open = |account| {
        exporter.for_account(
            account,
            &[Endpoint::TicketsCursor],
            &SeriesSettings::default(),
        )
    };
    let (acme, zeta) = (open("acme"), open("zeta"));
    zeta.on_poll(Duration::ZERO);
    acme.on_rate_limits(
        &[RateLimit {
            bucket: Bucket::Account,
            limit: Some(700),
            remaining: Some(684),
            reset: Some(Duration::from_secs(10)),
        }],
        UnixSeconds(0),
    );
    acme.on_rate_limit_wait(Duration::from_secs(1));
    acme.on_poll(Duration::ZERO);
    acme.on_request(Endpoint::TicketsCursor, Some(503), Duration::ZERO);
    let before = of_both();

    let again = open("acme");
    assert_eq!(of_both(), before);
    drop(acme);
    assert_eq!(of_both(), before);
    drop(again);
    assert_eq!(of_both(), (String::new(), before.1.clone()));
    let anew = open("acme");
    let polls = "zendesk_exporter_polls_total{account=\"acme\"} 0\n";
    assert!(of_both().0.contains(polls));
    drop(anew);
    assert_eq!(of_both(), (String::new(), before.1));
}

#[test]
fn the_settings_in_effect_are_told_from_the_start_and_a_refused_reload_keeps_their_time() {
    let exporter = ExporterMetrics::new(UnixSeconds(1_000));
    let exposition = Exposition::new(Vec::new(), exporter.clone());
    let shown = || {
        let text = exposition.encode();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("zendesk_exporter_config"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let expected = |timestamp, successful| {
        format!(
            "zendesk_exporter_config_last_reload_success_timestamp_seconds {timestamp}\n\
             zendesk_exporter_config_last_reload_successful {successful}\n"
        )
    };
    assert_eq!(shown(), expected(1_000, 1));
    exporter.on_settings(false, UnixSeconds(2_000));
    assert_eq!(shown(), expected(1_000, 0));
    exporter.on_settings(true, UnixSeconds(3_000));
    assert_eq!(shown(), expected(3_000, 1));
}

#[test]
fn tickets_and_state_are_written_as_prometheus_reads_them() {
    let text = scrape(&["acme"], true);
    let expected = "\
# HELP zendesk_tickets Number of tickets by ticket.status, ticket.priority, ticket.type and ticket.via.channel (archived tickets only if the source shows them).
# TYPE zendesk_tickets gauge
zendesk_tickets{account=\"acme\",status=\"open\",priority=\"high\",type=\"none\",channel=\"web\"} 3
# HELP zendesk_unassigned_tickets Number of unsolved tickets (ticket.status new, open, pending or hold) without a ticket.assignee_id.
# TYPE zendesk_unassigned_tickets gauge
zendesk_unassigned_tickets{account=\"acme\",status=\"open\",priority=\"high\"} 0
# HELP zendesk_tickets_created_total Total number of tickets created (ticket.created_at) since the first sync began.
# TYPE zendesk_tickets_created_total counter
zendesk_tickets_created_total{account=\"acme\",priority=\"high\",type=\"none\",channel=\"web\"} 2
# HELP zendesk_ticket_status_changes_total Total number of changes of ticket.status that the exporter saw, by the status before and after the change.
# TYPE zendesk_ticket_status_changes_total counter
zendesk_ticket_status_changes_total{account=\"acme\",from=\"new\",to=\"open\"} 1
# HELP zendesk_up 1 if the last request to the source of tickets succeeded, 0 if it failed.
# TYPE zendesk_up gauge
zendesk_up{account=\"acme\"} 1
";
    assert!(text.starts_with(expected), "{text}");
    for line in [
        "zendesk_exporter_data_timestamp_seconds{account=\"acme\"} 1700000040\n",
        "zendesk_exporter_initial_sync_complete{account=\"acme\"} 1\n",
        "zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"initial\"} 0.25\nzendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"} 0.5\n",
        "zendesk_exporter_vanished_tickets_total{account=\"acme\"} 12\n",
        "zendesk_exporter_sweeps_refused_total{account=\"acme\"} 1\n",
        "zendesk_exporter_auth_info{account=\"acme\",method=\"access_token\"} 1\n",
        "zendesk_exporter_api_rate_limit_remaining{account=\"acme\",limit=\"account\"} 684\n",
        "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"no_progress\"} 0\n",
        "process_start_time_seconds 1600000000\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("rate_limit_reset_timestamp"), "{text}");
    assert!(!text.contains("token_expiry"), "{text}");
}

#[test]
fn before_the_first_full_sync_there_is_no_ticket_family() {
    let text = scrape(&["acme"], false);
    let is_of_tickets = |line: &str| {
        line.starts_with("zendesk_ticket")
            || line.starts_with("zendesk_unassigned")
            || line.starts_with("# HELP zendesk_ticket")
    };
    assert!(!text.lines().any(is_of_tickets), "{text}");
    assert!(text.contains("zendesk_exporter_initial_sync_complete{account=\"acme\"} 0\n"));
}

#[test]
fn two_accounts_share_one_header_per_family() {
    let text = scrape(&["acme", "umbrella"], true);
    for family in catalog::ALL {
        let header = format!("# TYPE {} ", family.name);
        assert!(text.matches(&header).count() <= 1, "{header}");
    }
    assert_eq!(text.matches("\nzendesk_tickets{").count(), 2);
}

#[test]
fn every_family_that_is_shown_is_in_the_catalogue_with_its_help() {
    let text = scrape(&["acme"], true);
    for line in text.lines().filter_map(|line| line.strip_prefix("# HELP ")) {
        let (name, help) = line.split_once(' ').expect("a name and a help");
        let family = catalog::ALL
            .iter()
            .find(|family| family.name == name)
            .unwrap_or_else(|| panic!("{name} is not in the catalogue"));
        assert_eq!(family.help, help);
    }
}

#[test]
fn opt_in_labels_come_last_where_they_are_shown() {
    let values = labels()
        .with(Dimension::SupportType, SupportType::AiAgent)
        .with(Dimension::Named(NamedSet::Group), 2u16)
        .with(Dimension::Named(NamedSet::Brand), NUMBER_OTHER)
        .with(Dimension::Named(NamedSet::Form), 0u16)
        .with(Dimension::Named(NamedSet::CustomStatus), 2u16)
        .with(Dimension::Field(0), u16::MAX)
        .with(Dimension::Field(1), 2u16)
        .with(Dimension::Tag, 2u16);
    let sum = family::REOPENS.cell(&values);
    let mut cells: Vec<(Cell, u64)> = (0..=2)
        .map(|index| (sum.with_part(Part::Bucket(index)), u64::from(index)))
        .collect();
    cells.extend([
        (sum, 7),
        (family::TICKETS.cell(&values), 3),
        (family::TAGGED.cell(&values), 1),
    ]);
    let field = |id: i64, label: &str| FieldLabel {
        id,
        label: label.to_owned(),
        values: Vec::new(),
    };
    let mut settings = SeriesSettings {
        labels: LabelSettings {
            fields: vec![field(1, "product"), field(2, "region")],
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    settings
        .buckets
        .set(family::REOPENS, vec![0, 1])
        .expect("two bounds");
    let lines = lines("a", cells, &settings);
    let snapshot = Snapshot::new("a", &state(true), Some(Arc::new(lines)));
    assert_eq!(
        snapshot.lines(&catalog::TICKETS),
        "zendesk_tickets{account=\"a\",status=\"open\",priority=\"high\",type=\"none\",channel=\"web\",support_type=\"ai_agent\",group=\"360001\",brand=\"other\",form=\"none\",custom_status=\"5001\",product=\"unknown\",region=\"emea\"} 3\n"
    );
    assert_eq!(
        snapshot.lines(&catalog::TAGGED),
        "zendesk_tagged_tickets{account=\"a\",tag=\"vip\",status=\"open\",priority=\"high\"} 1\n"
    );
    assert_eq!(
        snapshot.lines(&catalog::REOPENS),
        "\
zendesk_ticket_reopens_bucket{account=\"a\",priority=\"high\",group=\"360001\",brand=\"other\",le=\"0\"} 0
zendesk_ticket_reopens_bucket{account=\"a\",priority=\"high\",group=\"360001\",brand=\"other\",le=\"1\"} 1
zendesk_ticket_reopens_bucket{account=\"a\",priority=\"high\",group=\"360001\",brand=\"other\",le=\"+Inf\"} 3
zendesk_ticket_reopens_sum{account=\"a\",priority=\"high\",group=\"360001\",brand=\"other\"} 7
zendesk_ticket_reopens_count{account=\"a\",priority=\"high\",group=\"360001\",brand=\"other\"} 3
"
    );
}

#[test]
fn what_was_looked_up_is_shown_before_the_first_sync_is_complete() {
    let names = [
        (NamedSet::Group, 360_001, "Billing \"VIP\"\nand \\ more"),
        (NamedSet::CustomStatus, 5_001, "Eskaliert \u{26a0}"),
    ];
    let count = |status, drift| CountLine {
        status,
        count: 12,
        at: UnixSeconds(1_700_000_000),
        drift,
    };
    let counts = [count(Status::New, None), count(Status::Open, Some(-2))];
    let lines = FamilyLines::of_lookups("a", names.into_iter(), counts.into_iter());
    let snapshot = Snapshot::new("a", &state(false), None).with_lookup_lines(Some(Arc::new(lines)));
    let shown = [
        &catalog::GROUP_INFO,
        &catalog::CUSTOM_STATUS_INFO,
        &catalog::SEARCH_TICKETS,
        &catalog::SEARCH_TICKETS_TIMESTAMP,
        &catalog::COUNT_DRIFT,
    ]
    .map(|family| snapshot.lines(family))
    .concat();
    assert_eq!(
        shown,
        "\
zendesk_group_info{account=\"a\",group=\"360001\",name=\"Billing \\\"VIP\\\"\\nand \\\\ more\"} 1
zendesk_custom_status_info{account=\"a\",custom_status=\"5001\",name=\"Eskaliert \u{26a0}\"} 1
zendesk_search_tickets{account=\"a\",status=\"new\"} 12
zendesk_search_tickets{account=\"a\",status=\"open\"} 12
zendesk_search_tickets_timestamp_seconds{account=\"a\",status=\"new\"} 1700000000
zendesk_search_tickets_timestamp_seconds{account=\"a\",status=\"open\"} 1700000000
zendesk_exporter_count_drift_tickets{account=\"a\",status=\"open\"} -2
"
    );
}

#[test]
fn the_owner_of_a_backlog_comes_last_where_it_is_shown() {
    let values = labels()
        .with(Dimension::Status, Status::Hold)
        .with(Dimension::Priority, Priority::Low)
        .with(Dimension::Named(NamedSet::Group), 7u16)
        .with(Dimension::Named(NamedSet::Brand), NUMBER_OTHER);
    let shown = StatusView {
        oldest_created: Some(UnixSeconds(1_700_000_000)),
        ..StatusView::default()
    };
    let view = View {
        statuses: [(family::UNSOLVED.cell(&values), shown)].into(),
        ..View::default()
    };
    let name = |dimension, _| match dimension {
        Dimension::Named(NamedSet::Group) => "360001",
        _ => "other",
    };
    let lines = FamilyLines::of_backlog("a", &view, name);
    let snapshot = Snapshot::new("a", &state(true), [Arc::new(lines)]);
    assert_eq!(
        snapshot.lines(&catalog::OLDEST_UNSOLVED),
        "zendesk_oldest_unsolved_ticket_created_timestamp_seconds{account=\"a\",status=\"hold\",priority=\"low\",group=\"360001\",brand=\"other\"} 1700000000\n"
    );
    assert_eq!(snapshot.lines(&catalog::STALEST_UNSOLVED), "");
    assert_eq!(snapshot.lines(&catalog::UNSOLVED).lines().count(), 7);
}

#[test]
fn promtool_finds_nothing_to_say() {
    let time = Some(UnixSeconds(1_700_000_000));
    let values = labels().with(Dimension::Metric, SlaMetric::ReplyTime);
    let backlog = View {
        statuses: BTreeMap::from([(
            family::UNSOLVED.cell(&values),
            StatusView {
                ages: [1; AGES.len()],
                oldest_created: time,
                oldest_unassigned: time,
                stalest_updated: time,
            },
        )]),
        priorities: BTreeMap::from([(
            family::OVERDUE.cell(&values),
            PriorityView {
                oldest_unreplied: time,
                overdue: 1,
            },
        )]),
        slas: BTreeMap::from([(
            family::SLA_TARGETS.cell(&values),
            SlaView {
                breached: 1,
                next_breach: time,
            },
        )]),
    };
    let text = scrape_with(&["acme", "um\"bre\\lla\n"], true, &backlog);
    assert_eq!(text.matches("} 1700000000\n").count(), 2 * 5, "{text}");
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is installed (Debian: package prometheus; make test installs it)");
    promtool
        .stdin
        .take()
        .expect("stdin is piped")
        .write_all(text.as_bytes())
        .expect("promtool reads");
    let output = promtool.wait_with_output().expect("promtool ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
}

proptest! {
    #[test]
    fn our_histograms_are_what_text_encoder_writes(
        account in "\\PC{0,12}|[\\\\\"\n a-z]{0,8}",
        values in prop::collection::vec(0u64..100_000, 0..20),
    ) {
        let family = family::REPLIES.family();
        let mut buckets = crate::ledger::Buckets::default();
        buckets.set(family::REPLIES, vec![0, 10, 5_000]).expect("bounds that rise");
        let options = prometheus::HistogramOpts::new(family.name, family.help)
            .buckets(buckets.of(family::REPLIES).iter().map(|bound| *bound as f64).collect());
        let theirs = prometheus::HistogramVec::new(options, &["account", "priority"])
            .expect("a valid family");
        let mut counts = [0; 4];
        for value in &values {
            theirs.with_label_values(&[account.as_str(), "high"]).observe(*value as f64);
            counts[usize::from(buckets.bucket_of(family::REPLIES, *value))] += 1;
        }
        theirs.with_label_values(&[account.as_str(), "high"]);
        let registry = prometheus::Registry::new();
        registry.register(Box::new(theirs)).expect("one family");
        let mut text = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut text).expect("written");

        let mut ours = String::new();
        text::write_header(&mut ours, family);
        let bounds = (buckets.of(family::REPLIES), counts.as_slice());
        text::write_histogram(&mut ours, family, &account, [("priority", "high")], bounds, values.iter().sum());
        prop_assert_eq!(ours, String::from_utf8(text).expect("UTF-8"));
    }

    #[test]
    fn our_writer_writes_what_text_encoder_writes(
        account in "\\PC{0,12}|[\\\\\"\n a-z]{0,8}",
        value in 0u64..(1 << 53),
    ) {
        let family = family::UNASSIGNED.family();
        let gauge = GaugeVec::new(
            Opts::new(family.name, family.help),
            &["account", "status", "priority"],
        ).expect("a valid family");
        // TextEncoder sorts labels by name; ours are in the order of the catalogue, so the values
        // are compared with the labels that sort like ours.
        gauge.with_label_values(&[&account, "open", "high"]).set(value as f64);
        let mut theirs = Vec::new();
        let registry = prometheus::Registry::new();
        registry.register(Box::new(gauge)).expect("one family");
        TextEncoder::new().encode(&registry.gather(), &mut theirs).expect("written");

        let mut ours = String::new();
        text::write_header(&mut ours, family);
        let labels = [("status", "open"), ("priority", "high")];
        text::write_sample(&mut ours, family, &account, labels, value as f64);
        let theirs = String::from_utf8(theirs).expect("UTF-8");
        let sorted = |text: &str| text.replace(
            "status=\"open\",priority=\"high\"",
            "priority=\"high\",status=\"open\"",
        );
        prop_assert_eq!(sorted(&ours), theirs);
    }
}
