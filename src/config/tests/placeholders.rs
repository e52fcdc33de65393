//! What the sample settings leave to be filled in.

use super::*;

const STILL: &str =
    "the value is still change-me, as in the sample settings; replace it with your own";

#[test]
fn a_copied_sample_names_all_that_is_to_be_filled_in_at_once() {
    let whole = include_str!("../../../config/zendesk-exporter.yml");
    assert_eq!(
        problems(whole, &[]),
        [
            ("subdomain", 24),
            ("auth.client_secret", 30),
            ("auth.client_id", 29)
        ]
        .map(|(key, line)| format!("accounts[0].{key} (line {line}): {STILL}"))
    );
    let minimal = include_str!("../../../config/minimal.yml");
    let said = problems(minimal, &[]);
    let secret = "accounts[0].auth.client_secret_file (line 9): cannot use the file ";
    assert_eq!(said.len(), 3, "{said:?}");
    assert_eq!(said[0], format!("accounts[0].subdomain (line 6): {STILL}"));
    assert!(said[1].starts_with(secret), "{said:?}");
    assert_eq!(
        said[2],
        format!("accounts[0].auth.client_id (line 8): {STILL}")
    );
}

#[test]
fn a_placeholder_anywhere_in_auth_is_refused() {
    let account = |auth: &str| format!("accounts:\n  - {{ subdomain: acme, auth: {{ {auth} }} }}");
    for (auth, keys) in [
        ("access_token: change-me", &["access_token"][..]),
        ("access_token: Change-Me-0123456789", &["access_token"]),
        ("access_token: ' CHANGE-ME '", &["access_token"]),
        ("client_id: change-me, client_secret: hush", &["client_id"]),
        ("client_id: a, client_secret: change-me", &["client_secret"]),
        (
            "client_id: change-me, client_secret: change-me",
            &["client_secret", "client_id"],
        ),
        (
            "email: a@acme.example, api_token: change-me",
            &["api_token"],
        ),
        ("email: change-me@acme.example, api_token: hush", &["email"]),
        ("email: a@acme.example, password: change-me", &["password"]),
        // Beside a way to log in that is whole.
        (
            "client_id: a, client_secret: hush, access_token: change-me",
            &["access_token"],
        ),
        (
            "access_token: t0ken, email: change-me@acme.example",
            &["email"],
        ),
    ] {
        let said = problems(&account(auth), &[]);
        let expected = keys
            .iter()
            .map(|key| format!("accounts[0].auth.{key} (line 2): {STILL}"));
        assert_eq!(said, expected.collect::<Vec<_>>(), "{auth}");
    }
    check_problem(
        "accounts:\n  - { base_url: 'https://Change-Me.zendesk.com', auth: { access_token: t0ken } }",
        &format!("accounts[0].base_url (line 2): {STILL}"),
    );
    // A word that only looks like it.
    let good = account("client_id: exchange-metrics, client_secret: hush");
    load_with(&good, &[]).expect("it loads");
}

#[test]
fn a_placeholder_in_a_variable_a_file_or_a_credential_is_refused() {
    let acme = ("ZENDESK_SUBDOMAIN", "acme");
    let said = problems("", &[acme, ("ZENDESK_ACCESS_TOKEN", "change-me")]);
    assert_eq!(said, [format!("ZENDESK_ACCESS_TOKEN: {STILL}")]);
    let said = problems(
        "",
        &[
            ("ZENDESK_SUBDOMAIN", "change-me"),
            ("ZENDESK_CLIENT_ID", "change-me"),
            ("ZENDESK_CLIENT_SECRET", "CHANGE-ME"),
        ],
    );
    let variables = ["SUBDOMAIN", "CLIENT_SECRET", "CLIENT_ID"];
    assert_eq!(said, variables.map(|it| format!("ZENDESK_{it}: {STILL}")));

    let directory = TempDir::new().expect("a directory");
    let path = directory.path().to_str().expect("UTF-8");
    let file = directory.path().join("client_secret");
    let file = file.to_str().expect("UTF-8");
    for text in ["change-me", "change-me\n", "  Change-Me\r\n"] {
        std::fs::write(file, text).expect("written");
        let in_file = format!(
            "accounts:\n  - {{ subdomain: acme, auth: {{ client_id: a, client_secret_file: {file} }} }}"
        );
        check_problem(
            &in_file,
            &format!("accounts[0].auth.client_secret_file (line 2): {STILL}"),
        );
        let by_systemd = "accounts:\n  - { subdomain: acme, auth: { client_id: a } }";
        assert_eq!(
            problems(by_systemd, &[("CREDENTIALS_DIRECTORY", path)]),
            [format!(
                "accounts[0].auth.client_secret: {STILL} (credential {file})"
            )]
        );
    }
}
