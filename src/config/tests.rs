mod credentials;

mod lines;

mod list;

mod paths;

mod placeholders;

mod unused;

use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::ledger::{BusinessHours, FieldLabel, family};
use crate::source::{Auth, SourceChoice};
use crate::ticket::{NamedSet, UnixSeconds};
use secrecy::ExposeSecret as _;

/// Reads settings; of a web config file only whether it is there, for its form belongs to the server.
fn load(
    overrides: &Overrides,
    environment: &Environment,
    working_directory: &Path,
) -> Result<Config, ConfigError> {
    super::load(overrides, environment, working_directory, &|path| {
        let read = std::fs::read(path);
        read.map(drop).map_err(|error| ConfigError {
            problems: vec![error.to_string()],
        })
    })
}

/// Reads settings from a file with this text, an environment and no flags.
fn load_with(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join(DEFAULT_FILE);
    std::fs::write(&file, text).expect("written");
    let loaded = load(
        &Overrides::default(),
        &variables(environment),
        directory.path(),
    );
    // The directory is another one each time; `paths` holds that it is named.
    let whole = file.display().to_string();
    let shorter = |problem: &String| problem.replace(&whole, DEFAULT_FILE);
    loaded.map_err(|error| ConfigError {
        problems: error.problems.iter().map(shorter).collect(),
    })
}

fn variables(environment: &[(&str, &str)]) -> Environment {
    environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// An account with one more line, indented as a setting of the account.
fn account_with(lines: &str) -> String {
    format!("accounts:\n  - subdomain: acme\n    auth: {{ access_token: t0ken }}\n{lines}")
}

#[track_caller]
fn problems(text: &str, environment: &[(&str, &str)]) -> Vec<String> {
    load_with(text, environment)
        .expect_err("the settings are wrong")
        .problems
}

#[track_caller]
fn check_problem(text: &str, expected: &str) {
    assert_eq!(problems(text, &[]), [expected], "{text}");
}

#[test]
fn the_example_shows_every_setting_with_its_default() {
    let example = include_str!("../../config/zendesk-exporter.yml");
    let filled = example.replace("change-me", "acme");
    let bare = "accounts:\n  - subdomain: acme\n    auth: { client_id: acme, client_secret: acme }";
    // Both stand in one directory: paths begin there.
    let directory = TempDir::new().expect("a directory");
    let [shown, bare] = [filled.as_str(), bare].map(|text| {
        std::fs::write(directory.path().join(DEFAULT_FILE), text).expect("written");
        let loaded = load(&Overrides::default(), &variables(&[]), directory.path());
        format!("{:?}", loaded.expect("it loads"))
    });
    assert_eq!(shown, bare);

    fn check_keys(keys: &[(&str, known_keys::Shape)], example: &str) {
        for (key, shape) in keys {
            // Twins of secrets are named in the comments.
            assert!(example.contains(key), "{key} is not in the example");
            if let known_keys::Shape::Section(keys) | known_keys::Shape::Sections(keys) = shape {
                check_keys(keys, example);
            }
        }
    }
    check_keys(known_keys::FILE, example);
}

#[test]
fn defaults_are_those_of_the_design() {
    let config = load_with(&account_with(""), &[]).expect("loads");
    assert_eq!(
        config.web.listen_addresses,
        [ListenAddress::Any { port: 10121 }]
    );
    let account = &config.accounts[0];
    assert_eq!(account.name, "acme");
    assert_eq!(account.base_url.as_identity(), "https://acme.zendesk.com");
    let export = &account.export;
    assert_eq!(
        (
            export.page_size,
            export.requests_per_minute,
            export.poll_interval
        ),
        (1000, 8, Duration::from_secs(60))
    );
    assert_eq!(
        (account.retry.initial, account.retry.maximum),
        (Duration::from_secs(1), Duration::from_secs(300))
    );
    assert_eq!(export.replay.every, Some(Duration::from_secs(3600)));
    assert_eq!(
        (account.labels.max_values, account.max_series),
        (64, 20_000)
    );
    assert_eq!(account.hold_new_series, Some(Duration::from_secs(120)));
    assert_eq!(export.business_hours, BusinessHours::Auto);
}

#[test]
fn each_layer_wins_over_the_one_before() {
    let file = account_with("web: { telemetry_path: /file }\nlog: { level: warn, format: json }");
    let environment = [
        ("ZENDESK_EXPORTER_WEB__TELEMETRY_PATH", "/environment"),
        ("ZENDESK_EXPORTER_LOG__LEVEL", "debug"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "90s"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__REPLAY__EVERY", "0"),
        ("ZENDESK_EXPORTER_PORT", "tcp://10.0.0.1:80"),
        ("ZENDESK_EXPORTER_SERVICE__X", "y"),
    ];
    let directory = TempDir::new().expect("a directory");
    std::fs::write(directory.path().join("own.yml"), file).expect("written");
    let overrides = Overrides {
        config_file: Some("own.yml".into()),
        telemetry_path: Some("/flag".to_owned()),
        listen_addresses: vec!["127.0.0.1:1".to_owned(), "[::1]:2".to_owned()],
        ..Overrides::default()
    };
    let config = load(&overrides, &variables(&environment), directory.path()).expect("loads");
    assert_eq!(config.web.telemetry_path, "/flag");
    let shown: Vec<String> = config
        .web
        .listen_addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["127.0.0.1:1", "[::1]:2"]);
    assert_eq!(config.log.level, tracing::Level::DEBUG);
    assert_eq!(config.log.format, LogFormat::Json);
    let export = &config.accounts[0].export;
    assert_eq!(export.poll_interval, Duration::from_secs(90));
    assert_eq!(export.replay.every, None);
}

#[test]
fn labels_and_buckets_are_read_as_they_are_written() {
    let text = "defaults: { labels: { tags: [vip], brand: true }, buckets: { zendesk_ticket_replies: [1, 2] } }\naccounts:\n  \
                - { subdomain: a, auth: { access_token: x }, labels: { group: true, custom_fields: [{ id: 360001, label: product, values: [a, 007] }] },\n      \
                    buckets: { zendesk_ticket_first_reply_seconds: [90, 15m, 1d] }, export: { slas: true, business_hours: false } }";
    let series = load_with(text, &[]).expect("loads").accounts[0].series();
    let field = FieldLabel {
        id: 360_001,
        label: "product".to_owned(),
        values: vec!["a".to_owned(), "007".to_owned()],
    };
    assert!(
        series.labels.named[NamedSet::Group]
            && series.labels.named[NamedSet::Brand]
            && series.slas
            && series.business_hours == BusinessHours::Never
    );
    assert_eq!(series.labels.tags, ["vip"]);
    assert_eq!(series.labels.fields, [field]);
    assert_eq!(series.buckets.of(family::FIRST_REPLY), [90, 900, 86_400]);
    assert_eq!(series.buckets.of(family::REPLIES), [1, 2]);
    let variables = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
        ("ZENDESK_EXPORTER_DEFAULTS__LABELS__TAGS", "vip, outage"),
    ];
    let config = load_with("", &variables).expect("loads");
    assert_eq!(config.accounts[0].labels.tags, ["vip", "outage"]);
}

#[test]
fn an_account_overrides_the_defaults_key_by_key() {
    let file = "
defaults: { export: { page_size: 10, source: time }, max_series: 5000 }
accounts:
  - { subdomain: one, auth: { access_token: a }, export: { page_size: 20 } }
  - { base_url: 'http://127.0.0.1:8090/zendesk/', auth: { access_token: b }, max_series: 6000 }
";
    let config = load_with(file, &[]).expect("loads");
    let [one, two] = &config.accounts[..] else {
        panic!("two accounts");
    };
    assert_eq!(
        (one.export.page_size, one.export.source),
        (20, SourceChoice::Time)
    );
    assert_eq!((two.export.page_size, two.max_series), (10, 6000));
    assert_eq!((one.max_series, two.name.as_str()), (5000, "127.0.0.1"));
    assert_eq!(two.base_url.as_identity(), "http://127.0.0.1:8090/zendesk");
}

#[test]
fn how_long_new_series_are_held_is_told_for_all_accounts_or_one() {
    let file = "
defaults: { hold_new_series: 30s, export: { business_hours: true } }
accounts:
  - { subdomain: one, auth: { access_token: a } }
  - { subdomain: two, auth: { access_token: b }, hold_new_series: 0, export: { business_hours: false } }
  - { subdomain: three, auth: { access_token: c }, hold_new_series: 5m, export: { business_hours: auto } }
";
    let held = |config: Config| -> Vec<_> {
        let accounts = config.accounts.into_iter();
        accounts
            .map(|account| (account.hold_new_series, account.export.business_hours))
            .collect()
    };
    let seconds = Duration::from_secs;
    let config = load_with(file, &[]).expect("loads");
    let expected = [
        (Some(seconds(30)), BusinessHours::Always),
        (None, BusinessHours::Never),
        (Some(seconds(300)), BusinessHours::Auto),
    ];
    assert_eq!(held(config), expected);
    let variables = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
        ("ZENDESK_EXPORTER_DEFAULTS__HOLD_NEW_SERIES", "0"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__BUSINESS_HOURS", "false"),
    ];
    let config = load_with("", &variables).expect("loads");
    assert_eq!(held(config), [(None, BusinessHours::Never)]);
}

#[test]
fn one_account_can_come_from_the_environment_alone() {
    let environment = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_CLIENT_ID", "exporter"),
        ("ZENDESK_CLIENT_SECRET", "0123"),
        ("ZENDESK_API_TOKEN", ""),
    ];
    let config = load_with("", &environment).expect("loads");
    match &config.accounts[0].auth {
        Auth::ClientCredentials { client_secret, .. } => {
            assert_eq!(client_secret.expose_secret(), "0123");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        problems(&account_with(""), &environment),
        [
            "the settings file lists accounts, and the environment sets ZENDESK_SUBDOMAIN, ZENDESK_CLIENT_ID, ZENDESK_CLIENT_SECRET; remove one of the two"
        ]
    );
    assert!(problems("", &[])[0].starts_with("no account is configured; "));
}

#[test]
fn text_that_looks_like_something_else_stays_text() {
    for text in [
        "0123", "1e5", "true", "0x1F", "1_000", "12:30", "'null'", "007.50",
    ] {
        let file = format!("accounts:\n  - subdomain: acme\n    auth: {{ access_token: {text} }}");
        let config = load_with(&file, &[]).expect("loads");
        let Auth::AccessToken(token) = &config.accounts[0].auth else {
            panic!("an access token");
        };
        assert_eq!(token.expose_secret(), text.trim_matches('\''));
    }
    let file = "accounts:\n  - { subdomain: 0123, auth: { access_token: x } }";
    assert_eq!(
        load_with(file, &[]).expect("loads").accounts[0].name,
        "0123"
    );
}

#[test]
fn secrets_come_from_files_and_from_the_credentials_directory() {
    let directory = TempDir::new().expect("a directory");
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).expect("written");
    };
    write(
        DEFAULT_FILE,
        "accounts:\n  - { subdomain: acme, auth: { access_token_file: token } }",
    );
    write("token", "fr0m-file\n");
    let token = |environment: &[(&str, &str)]| {
        let config = load(
            &Overrides::default(),
            &variables(environment),
            directory.path(),
        );
        match config.expect("loads").accounts.remove(0).auth {
            Auth::AccessToken(token) => token.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(token(&[]), "fr0m-file");
    write(DEFAULT_FILE, "accounts:\n  - { subdomain: acme }");
    write("acme.access_token", "fr0m-systemd");
    let path = directory.path().to_str().expect("UTF-8").to_owned();
    assert_eq!(token(&[("CREDENTIALS_DIRECTORY", &path)]), "fr0m-systemd");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of every setting")]
fn every_wrong_setting_is_named_with_a_valid_value() {
    let at = |path: &str, problem: &str| format!("accounts[0].{path} (line 4): {problem}");
    let table = [
        (
            "export: { page_size: 0 }",
            at(
                "export.page_size",
                "\"0\" is not a whole number from 1 to 1000",
            ),
        ),
        (
            "export: { page_size: 1001 }",
            at(
                "export.page_size",
                "\"1001\" is not a whole number from 1 to 1000",
            ),
        ),
        (
            "export: { requests_per_minute: 0 }",
            at(
                "export.requests_per_minute",
                "\"0\" is not a whole number from 1 to 1000000",
            ),
        ),
        (
            "export: { poll_interval: 60 }",
            at(
                "export.poll_interval",
                "\"60\" is not a duration from 10s (1s for a base_url on this machine) to 1d, e.g. 1m",
            ),
        ),
        (
            "export: { poll_interval: 9s }",
            at(
                "export.poll_interval",
                "\"9s\" is not a duration from 10s (1s for a base_url on this machine) to 1d, e.g. 1m",
            ),
        ),
        (
            "export: { request_timeout: 11m }",
            at(
                "export.request_timeout",
                "\"11m\" is not a duration from 1s to 10m, e.g. 1m",
            ),
        ),
        (
            "export: { source: csv }",
            at(
                "export.source",
                "\"csv\" is not one of auto, cursor, time, list",
            ),
        ),
        (
            "export: { support_type_scope: bots }",
            at(
                "export.support_type_scope",
                "\"bots\" is not one of agent, ai_agent, all",
            ),
        ),
        (
            "export: { metric_sets: maybe }",
            at("export.metric_sets", "\"maybe\" is not true or false"),
        ),
        (
            "export: { business_hours: yes }",
            at(
                "export.business_hours",
                "\"yes\" is not one of auto, true, false",
            ),
        ),
        (
            "hold_new_series: 2h",
            at(
                "hold_new_series",
                "\"2h\" is not a duration from 1s to 1h, e.g. 2m, or 0 for never",
            ),
        ),
        (
            "hold_new_series: 60",
            at(
                "hold_new_series",
                "\"60\" is not a duration from 1s to 1h, e.g. 2m, or 0 for never",
            ),
        ),
        (
            "export: { start_time: -1 }",
            at(
                "export.start_time",
                "\"-1\" is not Unix seconds or an RFC 3339 time like 2024-01-01T00:00:00Z, from 1970 to 2100",
            ),
        ),
        (
            "export: { replay: { every: 5s } }",
            at(
                "export.replay.every",
                "\"5s\" is not a duration from 1m to 365d, e.g. 1h, or 0 for never",
            ),
        ),
        (
            "export: { replay: { window: 2d } }",
            at(
                "export.replay.window",
                "\"2d\" is not a duration from 1m to 1d, e.g. 15m",
            ),
        ),
        (
            "retry: { initial: 1ms }",
            at(
                "retry.initial",
                "\"1ms\" is not a duration from 100ms to 1d, e.g. 1s",
            ),
        ),
        (
            "retry: { initial: 10m }",
            at(
                "retry.initial",
                "10m is longer than retry.maximum (5m); lower initial or raise maximum",
            ),
        ),
        (
            "labels: { max_values: 5000 }",
            at(
                "labels.max_values",
                "\"5000\" is not a whole number from 1 to 4096",
            ),
        ),
        (
            "max_series: 10",
            at(
                "max_series",
                "\"10\" is not a whole number from 4000 to 1000000",
            ),
        ),
        (
            "allow_http: sure",
            at("allow_http", "\"sure\" is not true or false"),
        ),
        (
            "base_url: https://x.example",
            at("base_url", "set subdomain or base_url, not both"),
        ),
    ];
    for (setting, expected) in table {
        check_problem(&account_with(&format!("    {setting}")), &expected);
    }
    let of_labels = [
        (
            "labels: { group: 1 }",
            at("labels.group", "\"1\" is not true or false"),
        ),
        (
            "labels: { tags: [vip, VIP] }",
            at(
                "labels.tags",
                "\"VIP\" is not a Zendesk tag; a tag is in lower case and has no spaces, e.g. vip",
            ),
        ),
        (
            "labels: { tags: [vip, vip] }",
            at("labels.tags", "\"vip\" is listed twice; list it once"),
        ),
        (
            "labels: { custom_fields: [{ id: 1, label: status }] }",
            at(
                "labels.custom_fields[0].label",
                "\"status\" is not a free label name (letters, digits and _; no digit and no __ at the beginning; not a name in use such as account, status, priority, group, job or le), e.g. product",
            ),
        ),
        (
            "labels: { custom_fields: [{ id: 1, label: a }, { id: 2, label: a }] }",
            at(
                "labels.custom_fields[1].label",
                "\"a\" is already the label of another field; choose another label",
            ),
        ),
        (
            "labels: { custom_fields: [{ id: 1, label: a }, { id: 1, label: b }] }",
            at("labels.custom_fields[1].id", "1 is listed twice; list it once"),
        ),
        (
            "labels: { custom_fields: [{ id: x, label: a }] }",
            at(
                "labels.custom_fields[0].id",
                "\"x\" is not the number of a field, e.g. 360001",
            ),
        ),
        (
            "labels: { custom_fields: [{ id: 1 }] }",
            at(
                "labels.custom_fields[0].label",
                "the setting is missing; write e.g. { id: 360001, label: product, values: [a, b] }",
            ),
        ),
        (
            "labels: { max_values: 1, custom_fields: [{ id: 1, label: a, values: [b, c] }] }",
            at(
                "labels.custom_fields[0].values",
                "2 values are listed, but labels.max_values is 1; list fewer values or raise it",
            ),
        ),
        (
            "labels: { custom_fields: [{ id: 1, label: a, values: [other] }] }",
            at(
                "labels.custom_fields[0].values",
                "\"other\" cannot be a label value; use 1 to 64 bytes without control characters, and not none, other or unknown, e.g. billing",
            ),
        ),
        (
            "labels: { custom_fields: [1] }",
            "zendesk-exporter.yml: accounts[0].labels.custom_fields[0] (line 4) is not a section of settings; see the example config/zendesk-exporter.yml".to_owned(),
        ),
        (
            "buckets: { zendesk_ticket_first_reply_seconds: [4h, 1h] }",
            at(
                "buckets.zendesk_ticket_first_reply_seconds",
                "\"4h, 1h\" is not a list of 1 to 30 upper bounds in increasing order, e.g. [15m, 1h, 4h, 1d]",
            ),
        ),
        (
            "buckets: { zendesk_ticket_replies: [1h] }",
            at(
                "buckets.zendesk_ticket_replies",
                "\"1h\" is not a list of 1 to 30 upper bounds in increasing order, e.g. [0, 1, 2, 5]",
            ),
        ),
        (
            "buckets: { zendesk_ticket_first_repli: [1h] }",
            "zendesk-exporter.yml: unknown setting accounts[0].buckets.zendesk_ticket_first_repli (line 4); did you mean zendesk_ticket_first_reply_seconds?".to_owned(),
        ),
        (
            "export: { resync: { every: 5m } }",
            at(
                "export.resync.every",
                "\"5m\" is not a duration from 1h to 365d, e.g. 7d, or 0 for never",
            ),
        ),
        (
            "export: { search_counts: { every: 5s } }",
            at(
                "export.search_counts.every",
                "\"5s\" is not a duration from 1m to 7d, e.g. 1h, or 0 for never",
            ),
        ),
    ];
    for (setting, expected) in of_labels {
        let said = problems(&account_with(&format!("    {setting}")), &[]);
        assert_eq!(said[0], expected, "{setting}");
    }
    let tags: Vec<String> = (0..64).map(|tag| format!("t{tag}")).collect();
    check_problem(
        &account_with(&format!(
            "    max_series: 5000\n    labels: {{ tags: [{}] }}",
            tags.join(", ")
        )),
        "accounts[0].max_series (line 4): 5000 is too low for these tags, buckets and SLA targets; set at least 6214, or list fewer tags and buckets",
    );
    let process = [
        (
            "web: { telemetry_path: / }",
            "web.telemetry_path (line 4): \"/\" is not a path like \"/metrics\" (letters, digits and -._~/; not / alone, and not below /-/ or /api/)",
        ),
        (
            "web: { listen_address: [':1', 'x:y'] }",
            "web.listen_address (line 4): \"x:y\" is not an address like \":10121\" or \"127.0.0.1:10121\"",
        ),
        (
            "log: { level: loud }",
            "log.level (line 4): \"loud\" is not one of info, error, warn, debug, trace",
        ),
        (
            "log: { format: xml }",
            "log.format (line 4): \"xml\" is not one of logfmt, json",
        ),
    ];
    for (setting, expected) in process {
        check_problem(&account_with(setting), expected);
    }
}

#[test]
fn addresses_that_are_wrong_say_how_to_write_them() {
    let one =
        |address: &str| format!("accounts:\n  - {{ {address}, auth: {{ access_token: x }} }}");
    let not_a_subdomain = |text: &str| {
        format!(
            "accounts[0].subdomain (line 2): \"{text}\" is not a subdomain; for https://acme.zendesk.com set it to acme"
        )
    };
    for text in [
        "acme.zendesk.com",
        "https://acme.zendesk.com",
        "Acme",
        "-acme",
        "a_b",
    ] {
        check_problem(
            &one(&format!("subdomain: '{text}'")),
            &not_a_subdomain(text),
        );
    }
    let base_urls = [
        (
            "acme",
            "the value is not a URL like https://acme.zendesk.com",
        ),
        (
            "ftp://acme",
            "the value is not a URL like https://acme.zendesk.com",
        ),
        (
            "https://me:hush@acme.example",
            "the URL must not contain credentials; set them in auth",
        ),
        (
            "https://acme.example/?a=b",
            "the URL must not have a query or a fragment; remove what follows ? or #",
        ),
        (
            "http://acme.example",
            "http to another machine sends the credentials unencrypted; use https, or set allow_http: true if you accept this",
        ),
    ];
    for (url, expected) in base_urls {
        check_problem(
            &one(&format!("base_url: '{url}'")),
            &format!("accounts[0].base_url (line 2): {expected}"),
        );
    }
    check_problem(
        "accounts:\n  - auth: { access_token: x }",
        "accounts[0].subdomain (line 2): the setting is missing; for https://acme.zendesk.com set it to acme",
    );
    check_problem(
        "accounts:\n  - { subdomain: a, auth: { access_token: x } }\n  - { base_url: 'https://a.zendesk.com/', name: b, auth: { access_token: x } }",
        "accounts[0] (line 2) and accounts[1] (line 3) have the same address https://a.zendesk.com; list the address once",
    );
    check_problem(
        "accounts:\n  - { subdomain: a, auth: { access_token: x } }\n  - { subdomain: b, name: a, auth: { access_token: x } }",
        "accounts[0] (line 2) and accounts[1] (line 3) have the same name \"a\"; give each account its own name",
    );
}

#[test]
fn repeated_accounts_are_told_beside_everything_else_that_is_wrong() {
    let text = "defaults: { export: { poll_interval: '5' } }\n\
                accounts:\n\
                \x20 - { subdomain: a, name: x, auth: { access_token: change-me } }\n\
                \x20 - { base_url: 'http://127.0.0.1:1', name: x }\n\
                \x20 - { base_url: 'https://a.zendesk.com', max_series: few }\n\
                \x20 - { subdomain: Wrong, name: x }";
    let said = problems(text, &[]);
    for repeated in [
        "accounts[0] (line 3) and accounts[1] (line 4) have the same name \"x\"; give each account its own name",
        "accounts[1] (line 4) and accounts[3] (line 6) have the same name \"x\"; give each account its own name",
        "accounts[0] (line 3) and accounts[2] (line 5) have the same address https://a.zendesk.com; list the address once",
    ] {
        assert!(said.iter().any(|problem| problem == repeated), "{said:?}");
    }
    // A default that is wrong for every account is one problem, whatever the accounts' addresses are.
    let of_default = said
        .iter()
        .filter(|problem| problem.contains("poll_interval"));
    assert_eq!(of_default.count(), 1, "{said:?}");
    assert!(
        said.iter()
            .any(|problem| problem.starts_with("accounts[2].max_series (line 5): ")),
        "{said:?}"
    );
    // Nobody has named these: that there is no name is no repetition.
    let nameless = problems("accounts: [{ auth: {} }, { auth: {} }]", &[]);
    assert!(
        nameless.iter().all(|problem| !problem.contains("the same")),
        "{nameless:?}"
    );
}

#[test]
fn credentials_that_are_wrong_are_told_without_showing_them() {
    let table = [
        (
            "",
            "no credentials are set; set client_id and client_secret of an OAuth client (or access_token, or email with api_token or password)",
        ),
        (
            "client_id: c",
            "client_id is set without client_secret; set client_secret or client_secret_file",
        ),
        (
            "client_secret: hush",
            "client_secret is set without client_id; set client_id",
        ),
        (
            "email: a@b.example",
            "email is set without api_token or password; set one of them",
        ),
        (
            "api_token: hush",
            "api_token or password is set without email; set email",
        ),
        (
            "email: e, api_token: hush, password: hush",
            "api_token and password are both set; keep one",
        ),
        (
            "access_token: hush, client_id: c, client_secret: hush",
            "more than one login is set (client_id with client_secret, access_token); keep one",
        ),
        (
            "access_token: hush, access_token_file: f",
            "set access_token or access_token_file, not both",
        ),
    ];
    for (auth, expected) in table {
        let file = format!("accounts:\n  - {{ subdomain: acme, auth: {{ {auth} }} }}");
        check_problem(&file, &format!("accounts[0].auth (line 2): {expected}"));
    }
    let unsendable = "accounts:\n  - { subdomain: acme, auth: { access_token: \"hu\\nsh\" } }";
    check_problem(
        unsendable,
        "accounts[0].auth.access_token (line 2): the value has characters that cannot be sent; use visible ASCII characters only",
    );
    let missing = problems(
        "accounts:\n  - { subdomain: acme, auth: { access_token_file: no/such } }",
        &[],
    );
    assert!(missing[0].contains("/no/such: No such file"), "{missing:?}");
    let config = load_with(&account_with(""), &[]).expect("loads");
    assert!(!format!("{config:?}").contains("t0ken"));
}

#[test]
fn a_value_of_another_kind_is_told_by_its_setting_with_a_valid_one() {
    let table = [
        (
            "web: { telemetry_path: [hush] }",
            "web.telemetry_path (line 4) takes one value, e.g. telemetry_path: /metrics",
        ),
        (
            "web: { listen_address: [{ hush: hush }] }",
            "web.listen_address (line 4) takes a value or a list of values, e.g. listen_address: \":10121\" or listen_address: [\":10121\"]",
        ),
        (
            "web: [hush, hush]",
            "web (line 4) takes settings, e.g. web: { listen_address: \":10121\" }",
        ),
        (
            "log: hush",
            "log (line 4) takes settings, e.g. log: { level: info }",
        ),
        (
            "defaults: { export: { replay: 1h } }",
            "defaults.export.replay (line 4) takes settings, e.g. replay: { every: 1h }",
        ),
        (
            "log: { level: info, level: hush }",
            "log.level (line 4) is set twice; remove one of them",
        ),
    ];
    for (text, expected) in table {
        check_problem(
            &account_with(text),
            &format!("zendesk-exporter.yml: {expected}"),
        );
    }
    let of_accounts = [
        (
            "accounts: hush",
            "accounts (line 1) takes a list of settings, e.g. accounts: [{ subdomain: acme }]",
        ),
        (
            "accounts: { subdomain: hush }",
            "accounts (line 1) takes a list of settings, e.g. accounts: [{ subdomain: acme }]",
        ),
        (
            "accounts: [{ subdomain: acme, auth: hush }]",
            "accounts[0].auth (line 1) takes settings, e.g. auth: { client_id: prometheus }",
        ),
        (
            "accounts: [{ subdomain: acme, auth: { access_token: [hush] } }]",
            "accounts[0].auth.access_token (line 1) takes one value, e.g. access_token: \"the secret\"",
        ),
        (
            "- hush",
            "the file has no settings at its top level; see the example config/zendesk-exporter.yml",
        ),
    ];
    for (text, expected) in of_accounts {
        let said = problems(text, &[]);
        assert_eq!(
            said[0],
            format!("zendesk-exporter.yml: {expected}"),
            "{text}"
        );
        assert!(!said.concat().contains("hush"), "{text}: {said:?}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let text = "web: { telemetry_path: [x] }\nlog: { level: loud }\naccounts:\n  \
                - { subdomain: Acme, auth: { client_id: c }, export: { page_size: 0 }, max_series: [1] }\n  \
                - hush\n  \
                - { subdomain: b, subdomain: c, auth: { access_token: x }, retry: { initial: 1 } }";
    assert_eq!(
        problems(text, &[]).join("\n"),
        "zendesk-exporter.yml: web.telemetry_path (line 1) takes one value, e.g. telemetry_path: /metrics\n\
         zendesk-exporter.yml: accounts[0].max_series (line 4) takes one value, e.g. max_series: 20000\n\
         zendesk-exporter.yml: accounts[1] (line 5) is not a section of settings; see the example config/zendesk-exporter.yml\n\
         zendesk-exporter.yml: accounts[2].subdomain (line 6) is set twice; remove one of them\n\
         log.level (line 2): \"loud\" is not one of info, error, warn, debug, trace\n\
         accounts[0].subdomain (line 4): \"Acme\" is not a subdomain; for https://acme.zendesk.com set it to acme\n\
         accounts[0].auth (line 4): client_id is set without client_secret; set client_secret or client_secret_file\n\
         accounts[0].export.page_size (line 4): \"0\" is not a whole number from 1 to 1000\n\
         accounts[1].subdomain (line 5): the setting is missing; for https://acme.zendesk.com set it to acme\n\
         accounts[1].auth (line 5): no credentials are set; set client_id and client_secret of an OAuth client (or access_token, or email with api_token or password)\n\
         accounts[2].retry.initial (line 6): \"1\" is not a duration from 100ms to 1d, e.g. 1s"
    );
}

#[test]
fn unknown_settings_name_the_nearest_known_one() {
    check_problem(
        &account_with("    export: { pol_interval: 60s }"),
        "zendesk-exporter.yml: unknown setting accounts[0].export.pol_interval (line 4); did you mean poll_interval?",
    );
    check_problem(
        &account_with("webb: {}"),
        "zendesk-exporter.yml: unknown setting webb (line 4); did you mean web?",
    );
    // What is like none is not guessed at.
    check_problem(
        &account_with("    buckets: { zendesk_foo: [1h] }"),
        "zendesk-exporter.yml: unknown setting accounts[0].buckets.zendesk_foo (line 4); known settings here: zendesk_ticket_first_reply_seconds, zendesk_ticket_first_reply_business_seconds, zendesk_ticket_first_resolution_seconds, zendesk_ticket_first_resolution_business_seconds, zendesk_ticket_full_resolution_seconds, zendesk_ticket_full_resolution_business_seconds, zendesk_ticket_requester_wait_seconds, zendesk_ticket_requester_wait_business_seconds, zendesk_ticket_agent_wait_seconds, zendesk_ticket_agent_wait_business_seconds, zendesk_ticket_on_hold_seconds, zendesk_ticket_on_hold_business_seconds, zendesk_ticket_replies, zendesk_ticket_reopens",
    );
    check_problem(
        &account_with("colour: blue"),
        "zendesk-exporter.yml: unknown setting colour (line 4); known settings here: web, state, log, defaults, accounts",
    );
    let said = problems(
        "accounts:\n  - { subdomain: acme, auth: { acces_token: hush } }",
        &[],
    );
    assert_eq!(
        said[0],
        "zendesk-exporter.yml: unknown setting accounts[0].auth.acces_token (line 2); did you mean access_token?"
    );
    let environment = [("ZENDESK_EXPORTER_LOG__LEVLE", "x")];
    assert_eq!(
        problems(&account_with(""), &environment),
        [
            "the environment variable ZENDESK_EXPORTER_LOG__LEVLE matches no setting: log.levle is unknown; did you mean ZENDESK_EXPORTER_LOG__LEVEL?"
        ]
    );
    let environment = [("ZENDESK_EXPORTER_LOG__COLOUR", "x")];
    assert_eq!(
        problems(&account_with(""), &environment),
        [
            "the environment variable ZENDESK_EXPORTER_LOG__COLOUR matches no setting: log.colour is unknown; known settings there: level, format"
        ]
    );
}

#[test]
fn an_empty_section_means_its_defaults() {
    let config = load_with(
        &account_with("    export:\n    retry: {}\nweb:\nlog:\n"),
        &[],
    );
    assert_eq!(config.expect("loads").web.telemetry_path, "/metrics");
}

#[test]
fn hostile_files_give_a_sentence_and_no_snippet() {
    let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nweb: *c\n";
    let deep = format!("web: {}{}", "[".repeat(5_000), "]".repeat(5_000));
    let hostile = [
        "- a list",
        "just words: hush: more",
        "web: [1, 2]",
        "accounts: { subdomain: acme }",
        "accounts: hush",
        "accounts:\n  - hush",
        "accounts:\n  - auth: hush",
        "accounts:\n  - auth: { access_token: [hush] }",
        "accounts:\n  - auth: { access_token: { hush: hush } }",
        "\tweb: {}",
        "web: {}\nweb: {}",
        "web: \"unclosed hush",
        "%YAML 9.9\n---\n{",
        bomb,
        deep.as_str(),
    ];
    for text in hostile {
        let said = problems(text, &[]).join("\n");
        assert!(!said.contains("hush"), "{text}: {said}");
        assert!(said.contains("zendesk-exporter.yml"), "{text}: {said}");
        assert!(said.len() < 1_000, "{said}");
    }
    for text in ["", "# nothing\n", "\u{feff}# BOM\r\n", "---\n"] {
        assert!(
            problems(text, &[])[0].starts_with("no account is configured"),
            "{text}"
        );
    }
}

#[test]
fn a_file_that_was_named_must_exist() {
    let directory = TempDir::new().expect("a directory");
    let overrides = Overrides {
        config_file: Some("missing.yml".into()),
        ..Overrides::default()
    };
    let error = load(&overrides, &Environment::new(), directory.path()).expect_err("missing");
    let whole = directory.path().join("missing.yml");
    let expected = format!("cannot read the settings file {}: ", whole.display());
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn a_start_time_can_be_written_either_way() {
    for text in [
        "1704067200",
        "2024-01-01T00:00:00Z",
        "'2024-01-01T01:00:00+01:00'",
    ] {
        let file = account_with(&format!("    export: {{ start_time: {text} }}"));
        let config = load_with(&file, &[]).expect("loads");
        assert_eq!(
            config.accounts[0].export.start_time,
            UnixSeconds(1_704_067_200)
        );
    }
}

#[test]
fn a_problem_is_named_by_the_place_where_it_was_written() {
    let two = "defaults: { export: { page_size: 0, replay: { every: 5s } } }\naccounts:\n  \
               - { subdomain: a, auth: { access_token: x } }\n  \
               - { subdomain: b, auth: { access_token: x }, export: { page_size: 5000 } }";
    assert_eq!(
        problems(two, &[]).join("\n"),
        "defaults.export.replay.every (line 1): \"5s\" is not a duration from 1m to 365d, e.g. 1h, or 0 for never\n\
         defaults.export.page_size (line 1): \"0\" is not a whole number from 1 to 1000\n\
         accounts[1].export.page_size (line 4): \"5000\" is not a whole number from 1 to 1000"
    );
    let variables = [
        ("ZENDESK_SUBDOMAIN", "Acme"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
        ("ZENDESK_EXPORTER_DEFAULTS__MAX_SERIES", "1"),
    ];
    assert_eq!(
        problems("", &variables).join("\n"),
        "ZENDESK_SUBDOMAIN: \"Acme\" is not a subdomain; for https://acme.zendesk.com set it to acme\n\
         defaults.max_series: \"1\" is not a whole number from 4000 to 1000000"
    );
    let variables = [
        ("ZENDESK_BASE_URL", "http://acme.example"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
    ];
    assert_eq!(
        problems("", &variables).join("\n"),
        "ZENDESK_BASE_URL: http to another machine sends the credentials unencrypted; use https, or set ZENDESK_ALLOW_HTTP=true if you accept this"
    );
    let variables = [
        ("ZENDESK_SUBDOMAIN", "xn--a"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
    ];
    assert_eq!(
        problems("", &variables).join("\n"),
        "ZENDESK_SUBDOMAIN: \"xn--a\" is not a valid host name; for https://acme.zendesk.com set it to acme"
    );
}

#[test]
fn a_secret_that_became_part_of_a_key_is_not_shown() {
    for wrong in ["access_token:hush", "access_token=hush: 1"] {
        let file = format!("accounts:\n  - {{ subdomain: a, auth: {{ {wrong} }} }}");
        let said = problems(&file, &[]).join("\n");
        assert!(said.contains("accounts[0].auth.access_token"), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
    // Nor one that became the whole key, with an anchor or without.
    for wrong in ["hush", "\"hush\"", "&access_token: hush"] {
        let file = format!("accounts:\n  - {{ subdomain: a, auth: {{ {wrong} }} }}");
        let said = problems(&file, &[]);
        let expected = "zendesk-exporter.yml: unknown setting accounts[0].auth.*** (line 2); known";
        assert!(said[0].starts_with(expected), "{said:?}");
        assert!(!said.concat().contains("hush"), "{said:?}");
    }
}

#[test]
fn a_variable_with_one_underscore_too_few_is_warned_about() {
    let variables = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
        ("ZENDESK_EXPORTER_LOG_LEVEL", "debug"),
        ("ZENDESK_EXPORTER_LOG_PORT", "tcp://10.0.0.1:80"),
        ("ZENDESK_EXPORTER_SERVICE_HOST", "10.0.0.1"),
    ];
    let config = load_with("", &variables).expect("good settings");
    assert_eq!(
        config.warnings,
        [
            "the environment variable ZENDESK_EXPORTER_LOG_LEVEL is not a setting and is ignored; did you mean ZENDESK_EXPORTER_LOG__LEVEL?"
        ]
    );
}

#[test]
fn polls_that_leave_a_resync_no_request_are_warned_about() {
    let warnings = |export: &str| {
        let config = load_with(&account_with(&format!("    export: {{ {export} }}")), &[]);
        config.expect("good settings").warnings
    };
    assert_eq!(
        warnings("requests_per_minute: 1"),
        [
            "acme: export.requests_per_minute is 1, and polls every 1m use all of these requests, so a resync would make no progress; set at least 2, or export.resync.every: 0"
        ]
    );
    assert_eq!(
        warnings("requests_per_minute: 6, poll_interval: 10s").len(),
        1
    );
    for enough in [
        "requests_per_minute: 2",
        "requests_per_minute: 7, poll_interval: 10s",
        "requests_per_minute: 1, resync: { every: 0 }",
    ] {
        assert_eq!(warnings(enough), [""; 0], "{enough}");
    }
}

#[test]
fn unknown_names_and_wrong_values_are_said_at_once() {
    let said = problems(
        &account_with("    export: { page_size: 0, page_sise: 5 }"),
        &[],
    );
    assert_eq!(said.len(), 2, "{said:?}");
}
