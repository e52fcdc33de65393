//! The settings of the list of tickets, and of the source.

use super::*;
use crate::config::ListSettings;
use crate::schedule::ListPacing;
use crate::source::ArchivedTickets;

#[test]
fn the_list_is_read_within_a_tenth_of_the_limit_and_without_a_fast_lane_by_default() {
    let config = load_with(&account_with(""), &[]).expect("loads");
    let export = &config.accounts[0].export;
    assert_eq!(export.source, SourceChoice::Auto);
    assert_eq!(
        export.list,
        ListSettings {
            pacing: ListPacing {
                budget_percent: 10,
                fast_lane: None,
                verify_every: Duration::from_secs(3600),
                deleted_every: Duration::from_secs(300),
            },
            archive: ArchivedTickets::Totals,
        }
    );
}

#[test]
fn every_source_can_be_chosen_by_its_word() {
    for (word, source) in [
        ("auto", SourceChoice::Auto),
        ("cursor", SourceChoice::Cursor),
        ("time", SourceChoice::Time),
        ("list", SourceChoice::List),
    ] {
        let text = account_with(&format!("    export: {{ source: {word} }}"));
        let config = load_with(&text, &[]).expect("loads");
        assert_eq!(config.accounts[0].export.source, source, "{word}");
    }
}

#[test]
fn the_settings_of_the_list_come_from_the_account_over_the_defaults_key_by_key() {
    let file = "
defaults: { export: { source: list, list: { fast_lane: 30s, verify: { every: 2h }, archive: ids, budget_percent: 20 } } }
accounts:
  - { subdomain: one, auth: { access_token: a }, export: { list: { fast_lane: 0s, deleted: { every: 90s }, archive: totals } } }
  - { subdomain: two, auth: { access_token: b }, export: { source: time } }
";
    let config = load_with(file, &[]).expect("loads");
    let seconds = Duration::from_secs;
    let read: Vec<_> = config
        .accounts
        .iter()
        .map(|account| (account.export.source, account.export.list))
        .collect();
    let pacing = |fast_lane: Option<u64>, deleted_every| ListPacing {
        budget_percent: 20,
        fast_lane: fast_lane.map(seconds),
        verify_every: seconds(7200),
        deleted_every: seconds(deleted_every),
    };
    let one = ListSettings {
        pacing: pacing(None, 90),
        archive: ArchivedTickets::Totals,
    };
    let two = ListSettings {
        pacing: pacing(Some(30), 300),
        archive: ArchivedTickets::Ids,
    };
    assert_eq!(read, [(SourceChoice::List, one), (SourceChoice::Time, two)]);
    let variables = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_ACCESS_TOKEN", "x"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SOURCE", "list"),
        (
            "ZENDESK_EXPORTER_DEFAULTS__EXPORT__LIST__VERIFY__EVERY",
            "10m",
        ),
    ];
    let config = load_with("", &variables).expect("loads");
    let export = &config.accounts[0].export;
    assert_eq!(
        (export.source, export.list.pacing.verify_every),
        (SourceChoice::List, seconds(600))
    );
}

/// What a wrong value of a setting of the list is told.
#[track_caller]
fn check_value(setting: &str, key: &str, expected: &str) {
    check_problem(
        &account_with(&format!("    export: {{ list: {{ {setting} }} }}")),
        &format!("accounts[0].export.list.{key} (line 4): {expected}"),
    );
}

#[test]
fn values_of_the_list_that_are_wrong_are_told_with_their_bounds() {
    let fast_lane = "is not a duration from 5s (1s for a base_url on this machine) to 1d, e.g. 15s, or 0 for never";
    for wrong in ["4999ms", "25h", "15", "1ms", "fast"] {
        let expected = format!("\"{wrong}\" {fast_lane}");
        check_value(&format!("fast_lane: {wrong}"), "fast_lane", &expected);
    }
    let verify = "is not a duration from 10m (1s for a base_url on this machine) to 7d, e.g. 1h";
    for wrong in ["0", "0s", "9m", "8d", "1 h"] {
        let expected = format!("\"{wrong}\" {verify}");
        let setting = format!("verify: {{ every: {wrong} }}");
        check_value(&setting, "verify.every", &expected);
    }
    let deleted = "is not a duration from 1m (1s for a base_url on this machine) to 1d, e.g. 5m";
    for wrong in ["0", "59s", "25h"] {
        let expected = format!("\"{wrong}\" {deleted}");
        let setting = format!("deleted: {{ every: {wrong} }}");
        check_value(&setting, "deleted.every", &expected);
    }
    for wrong in ["0", "101", "10%", "2.5"] {
        let expected = format!("\"{wrong}\" is not a whole number from 1 to 100");
        let setting = format!("budget_percent: {wrong}");
        check_value(&setting, "budget_percent", &expected);
    }
    check_value(
        "archive: all",
        "archive",
        "\"all\" is not one of totals, ids",
    );
}

#[test]
fn the_bounds_themselves_are_good_values() {
    for setting in [
        "fast_lane: 5s",
        "fast_lane: 1d",
        "fast_lane: 0",
        "fast_lane: 0s",
        "verify: { every: 10m }",
        "verify: { every: 7d }",
        "deleted: { every: 60s }",
        "deleted: { every: 24h }",
        "budget_percent: 1",
        "budget_percent: 100",
    ] {
        let text = account_with(&format!("    export: {{ list: {{ {setting} }} }}"));
        load_with(&text, &[]).unwrap_or_else(|error| panic!("{setting}: {error}"));
    }
}

#[test]
fn an_account_on_this_machine_may_be_asked_every_second() {
    let on = |base_url: &str, every: &str| {
        format!(
            "accounts:\n  - {{ base_url: '{base_url}', auth: {{ access_token: a }}, export: {{ list: {{ fast_lane: {every}, verify: {{ every: {every} }}, deleted: {{ every: {every} }} }} }} }}"
        )
    };
    let config = load_with(&on("http://127.0.0.1:8090", "1s"), &[]).expect("loads");
    let pacing = config.accounts[0].export.list.pacing;
    let second = Duration::from_secs(1);
    assert_eq!(
        (pacing.fast_lane, pacing.verify_every, pacing.deleted_every),
        (Some(second), second, second)
    );
    assert_eq!(
        problems(&on("http://127.0.0.1:8090", "999ms"), &[]).len(),
        3
    );
    assert_eq!(problems(&on("https://acme.example", "1s"), &[]).len(), 3);
}

#[test]
fn a_wrong_default_of_the_list_is_told_once_for_accounts_here_and_elsewhere() {
    let file = "
defaults: { export: { list: { fast_lane: 4s } } }
accounts:
  - { subdomain: one, auth: { access_token: a } }
  - { subdomain: two, auth: { access_token: b } }
  - { base_url: 'http://127.0.0.1:8090', auth: { access_token: c } }
";
    check_problem(
        file,
        "defaults.export.list.fast_lane (line 2): \"4s\" is not a duration from 5s (1s for a base_url on this machine) to 1d, e.g. 15s, or 0 for never",
    );
}

#[test]
fn keys_of_the_list_that_are_unknown_name_the_nearest_known_one() {
    let table = [
        (
            "list: { fastlane: 15s }",
            "unknown setting accounts[0].export.list.fastlane (line 4); did you mean fast_lane?",
        ),
        (
            "list: { verify: { evry: 1h } }",
            "unknown setting accounts[0].export.list.verify.evry (line 4); did you mean every?",
        ),
        (
            "list: { color: red }",
            "unknown setting accounts[0].export.list.color (line 4); known settings here: fast_lane, verify, deleted, archive, budget_percent",
        ),
        (
            "list: 15s",
            "accounts[0].export.list (line 4) takes settings, e.g. list: { fast_lane: 15s }",
        ),
        (
            "list: { deleted: 5m }",
            "accounts[0].export.list.deleted (line 4) takes settings, e.g. deleted: { every: 5m }",
        ),
        (
            "fast_lane: 15s",
            "unknown setting accounts[0].export.fast_lane (line 4); known settings here: source, list, start_time, page_size, poll_interval, requests_per_minute, request_timeout, support_type_scope, metric_sets, business_hours, slas, replay, resync, search_counts",
        ),
    ];
    for (setting, expected) in table {
        check_problem(
            &account_with(&format!("    export: {{ {setting} }}")),
            &format!("zendesk-exporter.yml: {expected}"),
        );
    }
}

#[test]
fn a_fast_lane_that_makes_nothing_faster_is_warned_about() {
    let table = [
        ("list: { fast_lane: 15s }", None),
        ("list: { fast_lane: 0s }, source: list", None),
        ("list: { fast_lane: 59s }, source: time", None),
        (
            "list: { fast_lane: 60s }",
            Some(
                "acme: export.list.fast_lane is 1m, and polls every 1m are as fast; set export.list.fast_lane to a shorter time, or to 0s",
            ),
        ),
        (
            "list: { fast_lane: 15s }, source: list",
            Some(
                "acme: export.list.fast_lane is 15s, which has no effect with export.source: list; set export.list.fast_lane: 0s, and lower export.poll_interval to read the list more often",
            ),
        ),
    ];
    for (setting, expected) in table {
        let text = account_with(&format!("    export: {{ {setting} }}"));
        let warnings = load_with(&text, &[]).expect("loads").warnings;
        assert_eq!(warnings, Vec::from_iter(expected), "{setting}");
    }
}
