//! The settings are read again while the program runs.

use std::fs;

use tempfile::TempDir;
use zendesk_simulator::names::GROUP;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::accounts::spoil_records;
use crate::program::{Program, account_of, ask, wait_for};

/// An account with one new ticket, whose time stands still.
pub(crate) async fn simulator() -> Simulator {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| {
        world.create(&Draft {
            group: Some(GROUP),
            ..Draft::default()
        })
    });
    simulator.advance(120);
    simulator
}

/// The line of the ticket of such an account.
pub(crate) fn ticket(account: &str, more: &str) -> String {
    format!(
        "zendesk_tickets{{account=\"{account}\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"{more}}} 1\n"
    )
}

/// The settings file of a program, and the program.
pub(crate) struct Story {
    pub(crate) program: Program,
    pub(crate) directory: TempDir,
}

/// What logs how a reload ended.
const RELOAD: &str = "zendesk_exporter::app::reload";

/// Settings that every account of a story has unless its own say otherwise.
const DEFAULTS: &str =
    "defaults: { export: { poll_interval: 1s }, retry: { initial: 200ms, maximum: 1s } }";

pub(crate) const BEARER: &str = "auth: { access_token: simulator-token }";

pub(crate) fn account(name: &str, simulator: &Simulator, more: &str) -> String {
    let url = simulator.base_url();
    format!("  - {{ name: {name}, base_url: '{url}', {more} }}\n")
}

/// Counters that begin are shown soon enough to wait for.
const BRIEF: &str = "hold_new_series: 1s";

pub(crate) fn settings(accounts: &[&str]) -> String {
    format!("{DEFAULTS}\naccounts:\n{}", accounts.concat())
}

impl Story {
    pub(crate) fn begin(settings: &str, arguments: &[&str]) -> Self {
        Self::begin_in(TempDir::new().expect("a directory"), settings, arguments)
    }

    pub(crate) fn begin_in(directory: TempDir, settings: &str, arguments: &[&str]) -> Self {
        write(&directory, settings);
        let listen = ["--web.listen-address", "127.0.0.1:0"];
        let arguments = [&listen, arguments].concat();
        Self {
            program: Program::start(directory.path(), &[], &arguments),
            directory,
        }
    }

    /// Reads these settings, and returns how that ended.
    pub(crate) fn reload(&mut self, settings: &str) -> String {
        write(&self.directory, settings);
        self.program.hang_up();
        self.program.wait_for_log(RELOAD)
    }

    /// Reads these settings, which change one account, and waits until they hold.
    pub(crate) fn change(&mut self, settings: &str) {
        write(&self.directory, settings);
        self.program.hang_up();
        // The account may be the first to say so.
        let mut missing = vec!["added=0 removed=0 changed=1", "new settings are in effect"];
        while !missing.is_empty() {
            let line = self.program.wait_for_log("settings");
            let before = missing.len();
            missing.retain(|words| !line.contains(words));
            assert!(missing.len() < before, "{line}");
        }
    }

    /// Waits until the scrape has this line. Returns the scrape.
    pub(crate) fn wait_for(&self, line: &str) -> String {
        self.program
            .wait_for(line, |text| text.contains(line).then(|| text.to_owned()))
    }

    fn wait_until_gone(&self, words: &str) {
        self.program
            .wait_for(words, |text| (!text.contains(words)).then_some(()));
    }

    /// The value of the only sample whose line begins so.
    pub(crate) fn value(&self, sample: &str) -> f64 {
        value(&self.program.get("/metrics"), sample)
    }
}

pub(crate) fn write(directory: &TempDir, settings: &str) {
    // Whole or not at all: the program may be reading it.
    let path = directory.path().join("zendesk-exporter.yml");
    let beside = directory.path().join("new");
    fs::write(&beside, settings).expect("written");
    fs::rename(beside, path).expect("moved");
}

#[track_caller]
pub(crate) fn value(text: &str, sample: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(sample));
    let value = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    value.unwrap_or_else(|| panic!("no {sample} in\n{text}"))
}

/// Requests to the exports so far.
fn asked(simulator: &Simulator) -> usize {
    let asked = simulator.asked();
    let is_export = |target: &str| target.starts_with("/api/v2/incremental/tickets");
    let exports = asked.iter().filter(|asked| is_export(&asked.target));
    exports.count()
}

/// Requests for tokens so far.
fn tokens(simulator: &Simulator) -> usize {
    let asked = simulator.asked();
    let tokens = asked.iter().filter(|asked| asked.target == "/oauth/tokens");
    tokens.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_come_and_go_and_one_that_comes_back_goes_on_from_its_state() {
    let (acme, zeta) = (simulator().await, simulator().await);
    tokio::task::block_in_place(|| {
        let only_acme = settings(&[&account("acme", &acme, BEARER)]);
        let both = settings(&[
            &account("zeta", &zeta, BEARER),
            &account("acme", &acme, BEARER),
        ]);
        let mut story = Story::begin(&only_acme, &[]);
        story.wait_for(&ticket("acme", ""));
        let line = story.reload(&both);
        assert!(line.contains("added=1 removed=0 changed=0"), "{line}");
        story.wait_for(&(ticket("zeta", "") + &ticket("acme", "")));

        let line = story.reload(&settings(&[&account("zeta", &zeta, BEARER)]));
        assert!(line.contains("added=0 removed=1 changed=0"), "{line}");
        story.wait_until_gone("account=\"acme\"");
        let asked_before = asked(&acme);
        let polls = "zendesk_exporter_polls_total{account=\"zeta\"}";
        let polled = story.value(polls);
        story.program.wait_for("two polls of the other", |text| {
            (value(text, polls) >= polled + 2.0).then_some(())
        });
        assert_eq!(asked(&acme), asked_before);
        assert_eq!(story.program.get("/-/healthy"), "healthy\n");

        story.reload(&both);
        let logged = story.program.logged.join("\n");
        let going_on = logged.matches("continuing from the state").count();
        assert_eq!(going_on, 1, "{logged}");
        let text = story.wait_for(&(ticket("zeta", "") + &ticket("acme", "")));
        // A first run would have adopted it.
        assert!(value(&text, polls) > polled, "{text}");
        assert_eq!(story.program.terminate(), Some(0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_rotated_in_its_file_is_used_after_a_sighup() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let directory = TempDir::new().expect("a directory");
        let secret = directory.path().join("token");
        fs::write(&secret, "outdated-token\n").expect("written");
        let settings = settings(&[&account(
            "acme",
            &acme,
            "auth: { access_token_file: token }",
        )]);
        let mut story = Story::begin_in(directory, &settings, &[]);
        story.wait_for("zendesk_up{account=\"acme\"} 0\n");
        fs::write(&secret, "simulator-token\n").expect("written");
        let failures = "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"auth\"}";
        let failed = story.value(failures);
        story.program.wait_for("two refusals", |text| {
            (value(text, failures) >= failed + 2.0).then_some(())
        });
        story.change(&settings);
        let text = story.wait_for(&ticket("acme", ""));
        assert!(text.contains("zendesk_up{account=\"acme\"} 1\n"), "{text}");
        assert!(value(&text, failures) >= failed + 2.0, "{text}");
        let logged = story.program.all_logged();
        for token in ["outdated-token", "simulator-token"] {
            assert!(!logged.contains(token), "{logged}");
        }
    });
}

/// An account that is asked again after an hour once its credentials are refused.
fn patient(simulator: &Simulator, more: &str) -> String {
    let retry = "retry: { initial: 200ms, maximum: 1h }";
    settings(&[&account("acme", simulator, &format!("{retry}, {more}"))])
}

/// When the account is asked next, in seconds from now; `None` while it is being asked.
fn next_attempt(story: &Story) -> Option<i64> {
    let status = story.program.get("/api/v1/status");
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    let at = status["accounts"][0]["next_attempt_timestamp_seconds"].as_i64();
    let now = status["timestamp_seconds"].as_i64().expect("a time");
    at.map(|at| at - now)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_put_right_is_tried_at_once_and_no_other_change_is() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let directory = TempDir::new().expect("a directory");
        let secret = directory.path().join("token");
        fs::write(&secret, "outdated-token\n").expect("written");
        let with = |more: &str| {
            let auth = "auth: { access_token_file: token }";
            patient(&acme, &format!("{auth}{more}"))
        };
        let mut story = Story::begin_in(directory, &with(""), &[]);
        story.wait_for("zendesk_up{account=\"acme\"} 0\n");
        let wait = next_attempt(&story).expect("it waits");
        assert!((1..=3_601).contains(&wait), "{wait}");
        let page = story.program.get("/");
        assert!(page.contains("Next attempt: <time datetime="), "{page}");

        // What is not about the login moves nothing, and the answer says until when it is waited.
        let sent = asked(&acme);
        let line = story.reload(&with(", labels: { group: true }"));
        assert!(
            line.contains("changed=1 next_attempts=\"acme: next attempt 2"),
            "{line}"
        );
        assert!(line.contains(" UTC, in 3"), "{line}");
        assert_eq!(asked(&acme), sent);

        fs::write(&secret, "simulator-token\n").expect("written");
        let line = story.reload(&with(", labels: { group: true }"));
        assert!(
            line.contains("changed=1 next_attempts=\"acme: next attempt "),
            "{line}"
        );
        story.wait_for(&ticket("acme", &format!(",group=\"{GROUP}\"")));
        story.wait_for("zendesk_up{account=\"acme\"} 1\n");
        let logged = story.program.all_logged();
        for token in ["outdated-token", "simulator-token"] {
            assert!(!logged.contains(token), "{logged}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_that_was_put_right_gets_a_token_first_and_lookups_go_on_too() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let with = |secret: &str| {
            let auth = format!("auth: {{ client_id: simulator, client_secret: {secret} }}");
            patient(&acme, &auth)
        };
        let mut story = Story::begin(&with("outdated-secret"), &[]);
        story.wait_for("zendesk_up{account=\"acme\"} 0\n");
        // The poller's and the lookups' own.
        wait_for("both to be refused", || {
            let tokens = tokens(&acme);
            (tokens >= 2).then_some(()).ok_or(tokens)
        });
        let before = acme.asked().len();
        story.change(&with("simulator-secret"));
        story.wait_for("zendesk_up{account=\"acme\"} 1\n");
        story.wait_for("zendesk_search_tickets{account=\"acme\",status=\"new\"} 1\n");
        let asked = acme.asked();
        let targets: Vec<&str> = asked[before..]
            .iter()
            .map(|it| it.target.as_str())
            .collect();
        assert_eq!(targets[0], "/oauth/tokens");
        assert!(
            targets[1].starts_with("/api/v2/incremental/tickets/cursor?"),
            "{targets:?}"
        );
        let tokens = targets.iter().filter(|it| **it == "/oauth/tokens");
        assert_eq!(tokens.count(), 1, "{targets:?}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_interval_begins_with_the_next_poll_and_a_shorter_one_brings_none_forward() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let every = |interval: &str| {
            let more = format!("{BEARER}, export: {{ poll_interval: {interval} }}");
            settings(&[&account("acme", &acme, &more)])
        };
        let mut story = Story::begin(&every("1s"), &[]);
        story.wait_for(&ticket("acme", ""));
        story.change(&every("1h"));
        let sent = asked(&acme);
        for _ in 0..20 {
            story.change(&every("1s"));
            story.change(&every("1h"));
        }
        // The poll that was due by the interval before them all, unless it was sent already.
        assert!(asked(&acme) <= sent + 1, "{sent} then {}", asked(&acme));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_settings_sends_a_request_before_a_long_retry_after_is_over() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let begin = settings(&[&account("acme", &acme, BEARER)]);
        let mut story = Story::begin(&begin, &[]);
        story.wait_for(&ticket("acme", ""));
        acme.set_fault(Fault::RateLimitedLong, 1_000);
        story.wait_for(
            "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"rate_limited\"} 1\n",
        );
        acme.clear_faults();
        let sent = asked(&acme);
        let table = [
            format!("{BEARER}, retry: {{ initial: 1s, maximum: 2s }}"),
            format!("{BEARER}, export: {{ poll_interval: 2s, requests_per_minute: 1000 }}"),
            format!("{BEARER}, export: {{ source: time }}"),
            format!("{BEARER}, export: {{ support_type_scope: all }}"),
            format!("{BEARER}, labels: {{ tags: [vip] }}"),
            "auth: { client_id: simulator, client_secret: simulator-secret }".to_owned(),
            format!("{BEARER}, export: {{ replay: {{ every: 1m }}, resync: {{ every: 1h }} }}"),
            BEARER.to_owned(),
        ];
        for more in table.iter().chain(&table) {
            story.change(&settings(&[&account("acme", &acme, more)]));
        }
        assert_eq!(asked(&acme), sent);
        assert_eq!(tokens(&acme), 0);
        let text = story.wait_for(&ticket("acme", ""));
        assert!(text.contains("zendesk_up{account=\"acme\"} 1\n"), "{text}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_is_turned_on_shows_without_a_gap_and_the_exporters_own_counters_go_on() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let with = |labels: &str| {
            settings(&[&account(
                "acme",
                &acme,
                &format!("{BEARER}, {BRIEF}{labels}"),
            )])
        };
        let mut story = Story::begin(&with(""), &[]);
        story.wait_for(&ticket("acme", ""));
        let polls = "zendesk_exporter_polls_total{account=\"acme\"}";
        let polled = story.value(polls);
        write(&story.directory, &with(", labels: { group: true }"));
        story.program.hang_up();
        let labelled = ticket("acme", &format!(",group=\"{GROUP}\""));
        story.program.wait_for("the label", |text| {
            assert!(text.contains("zendesk_tickets{account=\"acme\""), "{text}");
            assert!(value(text, polls) >= polled, "{text}");
            text.contains(&labelled).then_some(())
        });
        assert_eq!(story.program.get("/-/healthy"), "healthy\n");

        // It goes on counting under the label.
        acme.world(|world| {
            world.create(&Draft {
                group: Some(GROUP),
                ..Draft::default()
            })
        });
        acme.advance(120);
        story.wait_for(&format!(
            "zendesk_tickets_created_total{{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\",group=\"{GROUP}\"}} 1\n"
        ));
        story.change(&with(""));
        story.wait_for(&ticket("acme", "").replace(" 1\n", " 2\n"));
        assert_eq!(story.program.terminate(), Some(0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_account_goes_on_under_its_new_name_and_leaves_nothing_under_the_old() {
    let acme = simulator().await;
    let brief = format!("{BEARER}, {BRIEF}");
    tokio::task::block_in_place(|| {
        let mut story = Story::begin(&settings(&[&account("acme", &acme, &brief)]), &[]);
        story.wait_for(&ticket("acme", ""));
        acme.world(|world| world.create(&Draft::default()));
        acme.advance(120);
        let created = |name: &str| {
            format!(
                "zendesk_tickets_created_total{{account=\"{name}\",priority=\"none\",type=\"none\",channel=\"web\"}} 1\n"
            )
        };
        story.wait_for(&created("acme"));
        story.change(&settings(&[&account("beta", &acme, &brief)]));
        story.wait_for(&created("beta"));
        story.wait_until_gone("account=\"acme\"");
        story.wait_for("zendesk_exporter_polls_total{account=\"beta\"} 2\n");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_or_a_changed_web_section_changes_nothing_and_says_why() {
    let (acme, zeta) = (simulator().await, simulator().await);
    tokio::task::block_in_place(|| {
        let good = settings(&[&account("acme", &acme, BEARER)]);
        let both = settings(&[
            &account("acme", &acme, BEARER),
            &account("zeta", &zeta, BEARER),
        ]);
        let mut story = Story::begin(&good, &["--web.enable-lifecycle"]);
        story.wait_for(&ticket("acme", ""));
        let started = story.value("zendesk_exporter_config_last_reload_success_timestamp_seconds");
        let successful = "zendesk_exporter_config_last_reload_successful ";
        assert_eq!(story.value(successful), 1.0);

        let missing = format!(
            "accounts[1].auth.access_token_file (line 4): cannot use the file {}: ",
            story.directory.path().join("missing").display()
        );
        let table = [
            (
                both.replace("poll_interval: 1s", "poll_intervall: 1s"),
                "defaults.export.poll_intervall",
            ),
            (
                format!("web: {{ telemetry_path: /other }}\n{both}"),
                "web.telemetry_path changed, but a reload cannot apply this; restart the exporter, or restore the old value",
            ),
            (
                format!("state: {{ directory: other }}\n{both}"),
                "state.directory changed, but a reload cannot apply this; ",
            ),
            (
                settings(&[
                    &account("acme", &acme, BEARER),
                    &account("zeta", &zeta, "auth: { access_token_file: missing }"),
                ]),
                missing.as_str(),
            ),
        ];
        for (text, words) in &table {
            let line = story.reload(text);
            assert!(
                line.contains("cannot reload the settings, keeping the previous ones"),
                "{line}"
            );
            assert!(line.contains(words), "{line}");
            let answer = ask(story.program.address(), "POST", "/-/reload").expect("an answer");
            assert!(answer.starts_with("HTTP/1.0 500 "), "{answer}");
            let said = "\r\n\r\ncannot reload the settings, keeping the previous ones: ";
            assert!(answer.contains(said) && answer.contains(words), "{answer}");
            story.program.wait_for_log(RELOAD);
            assert_eq!(story.value(successful), 0.0);
        }
        let text = story.program.get("/metrics");
        assert!(!text.contains("account=\"zeta\""), "{text}");
        let timestamp = "zendesk_exporter_config_last_reload_success_timestamp_seconds";
        assert_eq!(value(&text, timestamp), started);
        let sent = asked(&acme);
        wait_for("the next poll", || {
            (asked(&acme) > sent).then_some(()).ok_or("none")
        });

        story.reload(&both);
        story.wait_for(&(ticket("acme", "") + &ticket("zeta", "")));
        assert_eq!(story.value(successful), 1.0);
        assert!(story.value(timestamp) >= started);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_cannot_be_opened_adds_no_account_at_all() {
    let (acme, beta, zeta) = (simulator().await, simulator().await, simulator().await);
    tokio::task::block_in_place(|| {
        let good = settings(&[&account("acme", &acme, BEARER)]);
        let mut story = Story::begin(&good, &[]);
        story.wait_for(&ticket("acme", ""));
        let all = settings(&[
            &account("acme", &acme, BEARER),
            &account("beta", &beta, BEARER),
            &account("zeta", &zeta, BEARER),
        ]);
        // One that is read elsewhere, by another program on the same directory.
        let only_zeta = settings(&[&account("zeta", &zeta, BEARER)]);
        let elsewhere = TempDir::new().expect("a directory");
        write(&elsewhere, &only_zeta);
        let data = story.directory.path().join("data").display().to_string();
        let arguments = [
            "--web.listen-address",
            "127.0.0.1:0",
            "--state.directory",
            &data,
        ];
        let mut other = Program::start(elsewhere.path(), &[], &arguments);
        let line = story.reload(&all);
        assert!(
            line.contains("account zeta: the state file ")
                && line.contains("is in use by another process"),
            "{line}"
        );
        let text = story.program.get("/metrics");
        assert!(!text.contains("account=\"beta\""), "{text}");
        assert_eq!(other.terminate(), Some(0));
        story.reload(&all);
        story.wait_for(&ticket("zeta", ""));
        story.wait_for(&ticket("beta", ""));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_stopped_for_a_damaged_state_begins_anew_when_its_settings_change() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let mut story = Story::begin(&settings(&[&account("acme", &acme, BEARER)]), &[]);
        story.wait_for(&ticket("acme", ""));
        spoil_records(&story.directory, &acme);
        acme.world(|world| world.set_status(1, Status::Open));
        acme.advance(120);
        story.program.wait_for_log("stopped reading the account");

        let other = settings(&[&account(
            "acme",
            &acme,
            &format!("{BEARER}, max_series: 9000"),
        )]);
        let line = story.reload(&other);
        assert!(line.contains("account acme: the state file "), "{line}");
        assert!(line.contains(" is damaged "), "{line}");
        let text = story.program.get("/metrics");
        assert!(text.contains(&ticket("acme", "")), "{text}");

        fs::rename(
            story.directory.path().join("data"),
            story.directory.path().join("away"),
        )
        .expect("moved");
        let line = story.reload(&other);
        assert!(line.contains("added=0 removed=0 changed=1"), "{line}");
        story.wait_for(&ticket("acme", "").replace("new", "open"));
        story.wait_for("zendesk_up{account=\"acme\"} 1\n");
        assert_eq!(story.program.get("/-/healthy"), "healthy\n");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn reloading_over_http_takes_the_setting_and_a_post() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let good = settings(&[&account("acme", &acme, BEARER)]);
        let head_and_body = |story: &Story, method: &str| {
            let answer = ask(story.program.address(), method, "/-/reload").expect("an answer");
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
            let status = head.split(' ').nth(1).expect("a status").to_owned();
            (status, body.to_owned())
        };
        let story = Story::begin(&good, &[]);
        let off = "reloading over HTTP is disabled; start the exporter with --web.enable-lifecycle, or send SIGHUP to its process\n";
        assert_eq!(
            head_and_body(&story, "POST"),
            ("403".to_owned(), off.to_owned())
        );
        assert_eq!(head_and_body(&story, "GET").0, "405");
        drop(story);

        let story = Story::begin(&format!("web: {{ enable_lifecycle: true }}\n{good}"), &[]);
        let done = "settings reloaded; accounts added: 0, removed: 0, changed: 0\nno setting changed\n\
             warning: acme: export.requests_per_minute is 8, and polls every 1s use all of these requests, so a resync would make no progress; set at least 61, or export.resync.every: 0\n";
        assert_eq!(
            head_and_body(&story, "POST"),
            ("200".to_owned(), done.to_owned())
        );
        let on = "web: { enable_lifecycle: true }";
        let other = account(
            "acme",
            &acme,
            &format!("{BEARER}, labels: {{ group: true }}"),
        );
        write(&story.directory, &format!("{on}\n{}", settings(&[&other])));
        let (status, body) = head_and_body(&story, "POST");
        assert_eq!(status, "200");
        let done =
            "settings reloaded; accounts added: 0, removed: 0, changed: 1; acme: next attempt ";
        assert!(body.starts_with(done), "{body}");
        let renamed = account(
            "beta",
            &acme,
            &format!("{BEARER}, labels: {{ group: true }}"),
        );
        write(
            &story.directory,
            &format!("{on}\n{}", settings(&[&renamed])),
        );
        let (_, body) = head_and_body(&story, "POST");
        let told = "\nbeta: renamed from acme; all its series are new in Prometheus\n";
        assert!(body.ends_with(told), "{body}");
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(head_and_body(&story, method).0, "405", "{method}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_reloads_neither_leaks_nor_touches_what_did_not_change() {
    let (acme, zeta) = (simulator().await, simulator().await);
    tokio::task::block_in_place(|| {
        const OAUTH: &str = "auth: { client_id: simulator, client_secret: simulator-secret }";
        let with = |more: &str| {
            settings(&[
                &account("acme", &acme, &format!("{OAUTH}{more}")),
                &account("zeta", &zeta, OAUTH),
            ])
        };
        let mut story = Story::begin(&with(""), &[]);
        story.wait_for(&ticket("acme", ""));
        story.wait_for(&ticket("zeta", ""));
        let measure = |story: &Story| {
            let text = story.program.get("/metrics");
            let polls = ["acme", "zeta"].map(|account| {
                value(
                    &text,
                    &format!("zendesk_exporter_polls_total{{account=\"{account}\"}}"),
                )
            });
            (
                polls,
                value(&text, "process_open_fds "),
                value(&text, "process_threads "),
            )
        };
        let (polls, files, threads) = measure(&story);
        for _ in 0..100 {
            story.program.hang_up();
        }
        // Whatever was sent together, the last one is obeyed after it was sent.
        for turn in 0..20 {
            let retry = format!(", retry: {{ maximum: {}s }}", 2 + turn % 2);
            write(&story.directory, &with(&retry));
            story.program.hang_up();
            story.program.wait_for_log("new settings are in effect");
        }
        let (later_polls, later_files, later_threads) = measure(&story);
        for (before, after) in polls.iter().zip(later_polls) {
            assert!(after >= *before);
        }
        assert!(later_files <= files + 8.0, "{files} then {later_files}");
        assert!(
            later_threads <= threads + 8.0,
            "{threads} then {later_threads}"
        );
        // A client that was made anew would have asked for another token.
        assert_eq!([tokens(&acme), tokens(&zeta)], [1, 1]);
        let opened = story.program.logged.join("\n");
        assert_eq!(opened.matches("no state file yet").count(), 2, "{opened}");
        let took = story.program.logged.iter();
        let mut took = took.filter(|line| line.contains("new settings are in effect"));
        assert!(took.all(|line| line.contains("account=acme")), "{opened}");
        assert_eq!(story.program.terminate(), Some(0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_level_of_the_log_changes_with_the_settings_unless_a_flag_sets_it() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let quiet = settings(&[&account("acme", &acme, BEARER)]);
        let loud = format!("log: {{ level: error }}\n{quiet}");
        let mut story = Story::begin(&quiet, &["--web.enable-lifecycle"]);
        story.reload(&quiet);
        write(&story.directory, &loud);
        let answer = ask(story.program.address(), "POST", "/-/reload").expect("an answer");
        assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
        // What succeeds is no error, so the broken file is the next that is heard of.
        let line = story.reload("accounts: 5\n");
        assert!(
            line.contains("cannot reload the settings, keeping the previous ones"),
            "{line}"
        );

        let mut story = Story::begin(&quiet, &["--log.level", "info"]);
        let line = story.reload(&loud);
        assert!(line.contains("added=0 removed=0 changed=0"), "{line}");
        let line = story.reload(&loud);
        assert!(line.contains("added=0 removed=0 changed=0"), "{line}");
    });
}
