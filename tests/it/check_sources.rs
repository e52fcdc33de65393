//! `check --online`: which sources of tickets a login can read, and what each would miss.

use tempfile::TempDir;
use zendesk_simulator::list_faults::ListEndpoint;
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::program::{account_of, checked_online};

/// An account of three tickets.
async fn simulator() -> Simulator {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| {
        for _ in 0..3 {
            world.create(&Draft::default());
        }
    });
    simulator.advance(120);
    simulator
}

const EXPORT: &str = "the export can be read, 3 rows in a sample of the last 24 hours";

/// What is said of a list that can be read, but its number of tickets.
pub(crate) const LIST: &str = "in its first page; it leaves out archived tickets, and only verify rounds (export.list.verify.every) find permanent deletions and changes that leave updated_at as it is";

fn list() -> String {
    format!("the list of tickets can be read, 3 tickets {LIST}")
}

fn restricted() -> String {
    list().replace("page;", "page, of those that the user may see;")
}

const AGENT: &str = "the user behind the credentials has the role agent";

/// The exit code and the sentences of `check --online` with these settings of the section `export`, as variables.
fn check(simulator: &Simulator, settings: &[(&str, &str)]) -> (Option<i32>, Vec<String>) {
    let directory = TempDir::new().expect("a directory");
    let url = simulator.base_url();
    let names: Vec<String> = settings
        .iter()
        .map(|(key, _)| format!("ZENDESK_EXPORTER_DEFAULTS__EXPORT__{key}"))
        .collect();
    let mut environment = vec![
        ("ZENDESK_BASE_URL", url.as_str()),
        ("ZENDESK_ACCESS_TOKEN", "simulator-token"),
    ];
    let values = settings.iter().map(|(_, value)| *value);
    environment.extend(names.iter().map(String::as_str).zip(values));
    let (code, words) = checked_online(directory.path(), &environment);
    let sentences = words.lines().map(|line| {
        let sentence = line.strip_prefix("127.0.0.1: ").expect("the account");
        sentence.replace(&url, "")
    });
    (code, sentences.collect())
}

/// Checks that there are as many sentences as beginnings, and that each begins so.
#[track_caller]
fn assert_begin(sentences: &[String], beginnings: &[&str]) {
    assert_eq!(sentences.len(), beginnings.len(), "{sentences:#?}");
    for (sentence, beginning) in sentences.iter().zip(beginnings) {
        assert!(
            sentence.starts_with(beginning),
            "{beginning}: {sentences:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_can_read_every_source_and_auto_reads_the_export() {
    let simulator = simulator().await;
    tokio::task::block_in_place(|| {
        let auto = "with export.source: auto the exporter would read the export".to_owned();
        assert_eq!(
            check(&simulator, &[]),
            (Some(0), vec![EXPORT.to_owned(), list(), auto])
        );
        for source in ["cursor", "time", "list"] {
            assert_eq!(
                check(&simulator, &[("SOURCE", source)]),
                (Some(0), vec![EXPORT.to_owned(), list()]),
                "{source}"
            );
        }
    });
    // One request to each source, and none for the user.
    let asked = simulator.asked();
    let paths: Vec<&str> = asked
        .iter()
        .map(|asked| asked.target.split('?').next().expect("a path"))
        .collect();
    let each = [
        "/api/v2/incremental/tickets/sample",
        "/api/v2/tickets",
        "/api/v2/deleted_tickets",
        "/api/v2/tickets/show_many",
    ];
    assert_eq!(paths, each.repeat(4));
    let deleted = asked
        .iter()
        .find(|asked| asked.target.starts_with("/api/v2/deleted_tickets"))
        .expect("it was requested");
    assert!(
        deleted.target.contains("page%5Bsize%5D=1&") || deleted.target.contains("page[size]=1&"),
        "{deleted:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_can_read_the_list_which_auto_and_list_accept_and_the_exports_do_not() {
    let simulator = simulator().await;
    simulator.set_role("agent");
    tokio::task::block_in_place(|| {
        let refused = "cannot get a sample of the export from /api/v2/incremental/tickets/sample: ";
        let cannot = |source: &str| {
            format!(
                "with export.source: {source} the exporter would not read the list of tickets; set export.source: auto to read it while Zendesk refuses the export"
            )
        };
        let reads = "with export.source: auto the exporter would read the list of tickets, because only an admin can read the export";
        let table = [
            ("auto", 0, Some(reads.to_owned())),
            ("cursor", 1, Some(cannot("cursor"))),
            ("time", 1, Some(cannot("time"))),
            ("list", 0, None),
        ];
        for (source, code, last) in table {
            let (found, sentences) = check(&simulator, &[("SOURCE", source)]);
            assert_eq!(found, Some(code), "{source}");
            let restricted = restricted();
            let mut beginnings = vec![refused, restricted.as_str()];
            beginnings.extend(last.as_deref());
            assert_begin(&sentences, &beginnings);
            let advice = format!(
                "; {AGENT}, but only an admin can read the export; make the user an admin, or use the credentials of an admin"
            );
            assert!(sentences[0].ends_with(&advice), "{sentences:#?}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_closed_to_an_admin_is_told_and_the_list_would_be_read() {
    let simulator = simulator().await;
    tokio::task::block_in_place(|| {
        for status in [403, 404, 410] {
            simulator.refuse_exports(status);
            let (code, sentences) = check(&simulator, &[]);
            assert_eq!(code, Some(0), "{status}: {sentences:#?}");
            assert_begin(
                &sentences,
                &[
                    "cannot get a sample of the export from /api/v2/incremental/tickets/sample: ",
                    &list(),
                    "with export.source: auto the exporter would read the list of tickets, because Zendesk refuses the export",
                ],
            );
        }
        // Neither is a refusal of the export.
        simulator.let_exports_back();
        for fault in [Fault::Unavailable, Fault::RateLimited] {
            simulator.set_fault(fault, 1);
            let (code, sentences) = check(&simulator, &[]);
            assert_eq!(code, Some(1), "{fault:?}: {sentences:#?}");
            assert_begin(
                &sentences,
                &[
                    "cannot get a sample of the export from /api/v2/incremental/tickets/sample: ",
                    &list(),
                    "with export.source: auto the exporter would request the export again, because it reads the list of tickets only while Zendesk refuses the export",
                ],
            );
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_can_read_no_source_ends_with_1() {
    let simulator = simulator().await;
    simulator.set_role("agent");
    simulator.refuse_list(ListEndpoint::Tickets, 403);
    tokio::task::block_in_place(|| {
        for source in ["auto", "cursor", "list"] {
            let (code, sentences) = check(&simulator, &[("SOURCE", source)]);
            assert_eq!(code, Some(1), "{source}");
            let none = "with export.source: auto the exporter could read no source";
            let mut beginnings = vec![
                "cannot get a sample of the export from /api/v2/incremental/tickets/sample: ",
                "cannot get a page of the list of tickets from /api/v2/tickets: ",
            ];
            beginnings.extend((source == "auto").then_some(none));
            assert_begin(&sentences, &beginnings);
            let advice = format!(
                "; {AGENT}; give the user behind the credentials access to all tickets, or use the credentials of such a user"
            );
            assert!(sentences[1].ends_with(&advice), "{sentences:#?}");
        }
    });
    let of_user = |asked: &&zendesk_simulator::Asked| asked.target.starts_with("/api/v2/users/me");
    // Who asks is requested once for both refusals.
    assert_eq!(simulator.asked().iter().filter(of_user).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_list_would_miss_in_this_account_is_told() {
    let simulator = simulator().await;
    let auto = "with export.source: auto the exporter would read the export";
    tokio::task::block_in_place(|| {
        simulator.refuse_list(ListEndpoint::DeletedTickets, 403);
        simulator.refuse_list(ListEndpoint::ShowMany, 404);
        let (code, sentences) = check(&simulator, &[]);
        assert_eq!(code, Some(0));
        assert_begin(
            &sentences,
            &[
                EXPORT,
                &list(),
                "cannot get the list of deleted tickets from /api/v2/deleted_tickets: ",
                "cannot get tickets by their ids from /api/v2/tickets/show_many: ",
                auto,
            ],
        );
        assert!(
            sentences[2].ends_with(
                "; give the user behind the credentials permission to see deleted tickets; while Zendesk refuses this list and the list of tickets is the source, deleted tickets count as vanished"
            ),
            "{sentences:#?}"
        );
        assert!(
            sentences[3].ends_with(
                "; with the list as the source, nothing finds permanent deletions and changes that leave updated_at as it is"
            ),
            "{sentences:#?}"
        );
        simulator.let_list_back(ListEndpoint::DeletedTickets);
        simulator.let_list_back(ListEndpoint::ShowMany);

        simulator.world(|world| {
            world.list_habits.carries_slas = false;
            world.list_habits.carries_metric_sets = false;
        });
        let (code, sentences) = check(&simulator, &[("SLAS", "true")]);
        assert_eq!(code, Some(0));
        assert_begin(
            &sentences,
            &[
                EXPORT,
                &list(),
                "the list has no metric sets (export.metric_sets), so waiting times, replies and reopens are missing while it is the source",
                "the list has no SLA targets (export.slas), so the SLA metrics are missing while it is the source",
                auto,
            ],
        );
    });
}
