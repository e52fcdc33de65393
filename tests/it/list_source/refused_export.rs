//! An export that Zendesk refuses from the first start on, until it lets it back.

use super::*;
use crate::reload::Story;

/// The gauges of an account of a new ticket and a solved one.
const GAUGES: &str = r#"zendesk_tickets{account="acme",status="new",priority="none",type="none",channel="web"} 1
zendesk_tickets{account="acme",status="solved",priority="none",type="none",channel="web"} 1
zendesk_unassigned_tickets{account="acme",status="new",priority="none"} 1
zendesk_unreplied_tickets{account="acme",status="new",priority="none"} 1
"#;

/// How an account refuses its export.
struct Refusal {
    /// The status for everybody.
    status: Option<u16>,
    role: &'static str,
    /// How many requests of the export are answered so.
    code: u16,
    reason: &'static str,
    failure: &'static str,
}

const REFUSALS: [Refusal; 4] = [
    Refusal {
        status: Some(403),
        role: "admin",
        code: 403,
        reason: "refused",
        failure: "export_forbidden",
    },
    Refusal {
        status: Some(404),
        role: "admin",
        code: 404,
        reason: "refused",
        failure: "not_found",
    },
    Refusal {
        status: Some(410),
        role: "admin",
        code: 410,
        reason: "refused",
        failure: "not_found",
    },
    Refusal {
        status: None,
        role: "agent",
        code: 403,
        reason: "not_admin",
        failure: "forbidden",
    },
];

async fn account_that_refuses(refusal: &Refusal) -> Simulator {
    let simulator = account_of_three().await;
    simulator.set_truth(Truth::List);
    simulator.set_role(refusal.role);
    if let Some(status) = refusal.status {
        simulator.refuse_exports(status);
    }
    simulator
}

fn begin(simulator: &Simulator) -> Story {
    Story::begin(&acme(simulator, OFTEN), &[])
}

/// Ends the program and starts it again on its state. Returns what the one before logged.
fn restart(story: &mut Story) -> String {
    let directory = story.directory.path().to_owned();
    assert_eq!(story.program.terminate(), Some(0));
    let next = Program::serve(&directory, &[]);
    std::mem::replace(&mut story.program, next).all_logged()
}

fn requests_of_export(text: &str) -> Vec<String> {
    let requests = nonzero_of(text, "zendesk_exporter_api_requests_total");
    let of_export = |line: &String| line.contains("incremental_tickets_cursor");
    requests.into_iter().filter(of_export).collect()
}

fn check_first_start(refusal: &Refusal, simulator: &Simulator, story: &Story) {
    let Refusal {
        code,
        reason,
        failure,
        ..
    } = refusal;
    let text = story.wait_for("zendesk_tickets{account=\"acme\",status=\"new\"");
    assert_eq!(nonzero_of_all(&text), GAUGES, "{reason}");
    for line in [
        source("list", reason),
        "zendesk_up{account=\"acme\"} 1\n".to_owned(),
        "zendesk_exporter_initial_sync_complete{account=\"acme\"} 1\n".to_owned(),
        // The list shows every write at once, so it is as fresh as its answer.
        format!(
            "zendesk_exporter_data_timestamp_seconds{{account=\"acme\"}} {}\n",
            simulator.now()
        ),
    ] {
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    assert_eq!(text.matches("zendesk_exporter_source_info{").count(), 1);
    assert!(text.contains("zendesk_exporter_last_success_timestamp_seconds{account=\"acme\"} "));
    // The first refusal came while the export was the truth.
    let failures = nonzero_of(&text, "zendesk_exporter_poll_failures_total");
    assert_eq!(failures, [format!("reason=\"{failure}\" 1")]);
    let requests = nonzero_of(&text, "zendesk_exporter_api_requests_total");
    for line in [
        format!("code=\"{code}\",endpoint=\"incremental_tickets_cursor\" 1"),
        "code=\"200\",endpoint=\"users_me\" 1".to_owned(),
    ] {
        assert!(requests.contains(&line), "{line}: {requests:?}");
    }
    assert_eq!(asked_of(simulator, "users/me").len(), 1);
    assert_eq!(asked_of(simulator, "incremental/tickets/cursor").len(), 1);
}

fn check_events(simulator: &Simulator, story: &Story) {
    simulator.world(|world| {
        world.create(&Draft::default());
        world.set_status(1, Status::Open);
        world.set_status(2, Status::Open);
    });
    simulator.advance(10);
    story.wait_for("zendesk_tickets_reopened_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"} 1\n");
    simulator.world(|world| {
        world.set_status(1, Status::Solved);
        world.flip(4);
        world.delete(2);
    });
    simulator.advance(10);
    let text = wait_until_exact(&story.program, simulator, Seen::ByList);
    for (event, number) in [
        ("created", 1),
        ("solved", 2),
        ("reopened", 2),
        ("deleted", 1),
    ] {
        let line = format!(
            "zendesk_tickets_{event}_total{{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"}} {number}\n"
        );
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
}

/// The program starts again while the export is still refused.
fn check_start_in_vain(refusal: &Refusal, simulator: &Simulator, story: &mut Story) {
    let before = nonzero_of_all(&story.program.get("/metrics"));
    let log = restart(story);
    let switched = "reading the list of tickets instead of the export";
    assert_eq!(log.matches(switched).count(), 1, "{log}");
    // The refusal before it.
    assert_eq!(log.matches("level=error").count(), 1, "{log}");
    let code = refusal.code;
    let tried = format!("code=\"{code}\",endpoint=\"incremental_tickets_cursor\"}} 1\n");
    let text = story.wait_for(&tried);
    assert!(text.contains(&source("list", refusal.reason)), "{text}");
    let polls = "zendesk_exporter_polls_total{account=\"acme\"} ";
    let text = story.program.wait_for("two polls", |text| {
        (crate::reload::value(text, polls) >= 2.0).then(|| text.to_owned())
    });
    assert_eq!(nonzero_of_all(&text), before);
    assert!(text.contains("zendesk_up{account=\"acme\"} 1\n"), "{text}");
    // The try counts as a request alone, and it is the only one.
    assert_eq!(
        nonzero_of(&text, "zendesk_exporter_poll_failures_total"),
        [""; 0]
    );
    assert_eq!(requests_of_export(&text).len(), 1, "{text}");
    assert_eq!(asked_of(simulator, "incremental/tickets/cursor").len(), 2);
}

/// The program starts when Zendesk has let the export back.
fn check_return(simulator: &Simulator, story: &mut Story) {
    simulator.let_exports_back();
    simulator.set_role("admin");
    simulator.advance(120);
    let before = wait_until_exact(&story.program, simulator, Seen::ByList);
    let log = restart(story);
    assert!(!log.contains("instead of the export"), "{log}");
    story.wait_for(&source("cursor", "configured"));
    simulator.set_truth(Truth::Export);
    let text = wait_until_exact(&story.program, simulator, Seen::ByExport);
    let counted = |text: &str| nonzero_of_all(text);
    assert_eq!(counted(&text), counted(&before));
    assert!(text.contains("zendesk_up{account=\"acme\"} 1\n"), "{text}");
    assert_eq!(
        nonzero_of(&text, "zendesk_exporter_poll_failures_total"),
        [""; 0]
    );
    // What happens from now on is counted once, though the list was read until now.
    simulator.world(|world| {
        world.set_status(4, Status::Solved);
        world.create(&Draft::default());
    });
    simulator.advance(120);
    let text = wait_until_exact(&story.program, simulator, Seen::ByExport);
    for (event, number) in [("created", 2), ("solved", 3)] {
        let line = format!(
            "zendesk_tickets_{event}_total{{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"}} {number}\n"
        );
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    let log = restart(story);
    let returned = "reading the export again instead of the list of tickets";
    assert_eq!(log.matches(returned).count(), 1, "{log}");
}

async fn check(refusal: &Refusal) {
    let simulator = account_that_refuses(refusal).await;
    tokio::task::block_in_place(|| {
        let mut story = begin(&simulator);
        check_first_start(refusal, &simulator, &story);
        check_events(&simulator, &story);
        check_start_in_vain(refusal, &simulator, &mut story);
        check_return(&simulator, &mut story);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_without_the_export_reads_the_list_and_the_export_once_it_is_back() {
    for refusal in &REFUSALS {
        check(refusal).await;
    }
}
