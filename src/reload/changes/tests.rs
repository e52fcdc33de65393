//! What differs between two readings of the settings.

use super::*;
use crate::config::from_text;

/// The settings that this text stands for.
fn settings(text: &str) -> Config {
    from_text(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn account(subdomain: &str, more: &str) -> String {
    format!("  - {{ subdomain: {subdomain}, auth: {{ access_token: t0ken }}{more} }}\n")
}

fn accounts(accounts: &[&str]) -> String {
    format!("accounts:\n{}", accounts.concat())
}

#[test]
fn every_section_of_an_account_is_told_apart() {
    let before = settings(&accounts(&[&account("acme", "")]));
    let table = [
        (", name: other", "name"),
        (", auth: { access_token: rotated }", "auth"),
        (", auth: { client_id: a, client_secret: t0ken }", "auth"),
        (", export: { poll_interval: 30s }", "export"),
        (", export: { replay: { window: 20m } }", "export"),
        (", export: { source: list }", "export"),
        (", export: { list: { fast_lane: 15s } }", "export"),
        (", export: { list: { archive: ids } }", "export"),
        (", export: { resync: { every: 0 } }", "export"),
        (", retry: { maximum: 1m }", "retry"),
        (", labels: { group: true }", "labels"),
        (", labels: { tags: [vip] }", "labels"),
        (", export: { business_hours: true }", "export"),
        (", hold_new_series: 1m", "hold_new_series"),
        (", max_series: 30000", "max_series"),
        (", buckets: { zendesk_ticket_replies: [1, 2] }", "buckets"),
    ];
    for (more, section) in table {
        let text = if section == "auth" {
            format!("accounts:\n  - {{ subdomain: acme{more} }}\n")
        } else {
            accounts(&[&account("acme", more)])
        };
        let changes = Changes::between(&before, &settings(&text)).expect("can be changed");
        assert_eq!(
            changes.accounts,
            [AccountChange::Changed(vec![section])],
            "{more}"
        );
        assert_eq!(changes.counts(), [0, 0, 1], "{more}");
    }
}

#[test]
fn an_account_that_the_defaults_change_is_changed_and_one_that_overrides_them_is_not() {
    let own = account("acme", ", export: { page_size: 100 }");
    let both = accounts(&[&own, &account("zeta", "")]);
    let with_defaults = format!("defaults: {{ export: {{ page_size: 100 }} }}\n{both}");
    let changes = Changes::between(&settings(&both), &settings(&with_defaults));
    assert_eq!(
        changes.expect("can be changed").accounts,
        [
            AccountChange::Unchanged,
            AccountChange::Changed(vec!["export"])
        ]
    );
}

#[test]
fn accounts_come_and_go_by_their_address_whatever_they_are_called_and_in_any_order() {
    let present = settings(&accounts(&[&account("acme", ""), &account("zeta", "")]));
    let wanted = settings(&accounts(&[
        &account("zeta", ""),
        &account("beta", ", name: acme"),
    ]));
    let changes = Changes::between(&present, &wanted).expect("can be changed");
    assert_eq!(
        changes.accounts,
        [AccountChange::Unchanged, AccountChange::Added]
    );
    assert_eq!(changes.removed, ["https://acme.zendesk.com"]);
    assert_eq!(changes.counts(), [1, 1, 0]);
}

#[test]
fn another_name_and_another_address_are_told_and_nothing_else() {
    let present = settings(&accounts(&[&account("acme", ""), &account("zeta", "")]));
    // (accounts wanted, what is told)
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);
    let table: [Case<'_>; 6] = [
        (&[&account("acme", ""), &account("zeta", "")], &[]),
        (&[&account("acme", ", max_series: 30000")], &[]),
        (
            &[&account("acme", ", name: beta"), &account("zeta", "")],
            &[(
                "beta",
                "renamed from acme; all its series are new in Prometheus",
            )],
        ),
        (
            &[&account("other", ", name: acme"), &account("zeta", "")],
            &[(
                "acme",
                "the address changed; the exporter now uses the state of https://other.zendesk.com and no longer that of https://acme.zendesk.com",
            )],
        ),
        // A new account, beside one that gave it its name.
        (
            &[
                &account("acme", ", name: beta"),
                &account("other", ", name: acme"),
            ],
            &[(
                "beta",
                "renamed from acme; all its series are new in Prometheus",
            )],
        ),
        (&[&account("other", "")], &[]),
    ];
    for (wanted, expected) in table {
        let wanted = settings(&accounts(wanted));
        let told = renamed_and_moved(&present, &wanted);
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(name, sentence)| (name.as_str(), sentence.as_str()))
            .collect();
        assert_eq!(told, expected);
    }
}

#[test]
fn each_change_is_told_by_its_account_and_its_sections() {
    let present = settings(&accounts(&[&account("acme", ""), &account("zeta", "")]));
    let text = accounts(&[
        &account("acme", ", max_series: 30000, labels: { group: true }"),
        &account("globex", ""),
    ]);
    let wanted = settings(&format!("log: {{ level: debug }}\n{text}"));
    let changes = Changes::between(&present, &wanted).expect("can be changed");
    assert_eq!(
        changes.sentences(&present, &wanted),
        [
            "log.level: changed from info to debug",
            "acme: changed labels, max_series",
            "globex: added",
            "zeta: removed, its state file is kept",
        ]
    );
    let none = Changes::between(&present, &present).expect("nothing changes");
    assert_eq!(none.sentences(&present, &present), [""; 0]);
}

#[test]
fn the_first_of_many_changed_accounts_are_named_and_the_rest_are_counted() {
    let names: Vec<String> = (0..NAMED_MAX + 3).map(|it| format!("a{it}")).collect();
    let all = |more: &str| {
        let all: Vec<String> = names.iter().map(|name| account(name, more)).collect();
        settings(&accounts(
            &all.iter().map(String::as_str).collect::<Vec<_>>(),
        ))
    };
    let (present, wanted) = (all(""), all(", max_series: 30000"));
    let changes = Changes::between(&present, &wanted).expect("can be changed");
    let told = changes.sentences(&present, &wanted);
    assert_eq!(told.len(), NAMED_MAX + 1);
    assert_eq!(told[0], "a0: changed max_series");
    assert_eq!(told[NAMED_MAX], "3 more accounts added, changed or removed");
}

#[test]
fn the_same_settings_written_otherwise_change_nothing() {
    let present = settings(&accounts(&[&account("acme", "")]));
    let written_otherwise = "accounts:\n  - auth: { access_token: t0ken }\n    base_url: https://acme.zendesk.com/\n    name: acme\n    export: { poll_interval: 1m }\nlog: { level: info }\n";
    let changes = Changes::between(&present, &settings(written_otherwise));
    assert_eq!(
        changes.expect("can be changed"),
        Changes {
            accounts: vec![AccountChange::Unchanged],
            removed: Vec::new(),
            log_level: None
        }
    );
}

#[test]
fn what_belongs_to_the_process_is_refused_by_name_and_the_log_level_is_not() {
    let account = accounts(&[&account("acme", "")]);
    let present = settings(&account);
    let one = |setting: &str| {
        format!(
            "{setting} changed, but a reload cannot apply this; restart the exporter, or restore the old value"
        )
    };
    let table = [
        ("web: { listen_address: ':1' }", one("web.listen_address")),
        ("web: { telemetry_path: /m }", one("web.telemetry_path")),
        ("web: { enable_lifecycle: true }", one("web.enable_lifecycle")),
        ("state: { directory: d }", one("state.directory")),
        ("log: { format: json }", one("log.format")),
        (
            "web: { telemetry_path: /m }\nlog: { level: debug, format: json }",
            "web.telemetry_path, log.format changed, but a reload cannot apply these; restart the exporter, or restore the old values".to_owned(),
        ),
    ];
    for (text, expected) in table {
        let wanted = settings(&format!("{text}\n{account}"));
        let refused = Changes::between(&present, &wanted).expect_err("must not change");
        assert_eq!(refused.to_string(), expected);
    }
    let louder = settings(&format!("log: {{ level: debug }}\n{account}"));
    let changes = Changes::between(&present, &louder).expect("can be changed");
    assert_eq!(changes.log_level, Some(tracing::Level::DEBUG));
    assert_eq!(changes.accounts, [AccountChange::Unchanged]);
}
