//! Credentials of systemd that no account uses.

use super::*;

const ALONE: &str = "accounts:\n  - { subdomain: acme, auth: { client_id: a } }";

const TWO: &str = "accounts:\n  - { subdomain: acme, auth: { client_id: a } }\n  - { subdomain: other, auth: { client_id: b } }";

/// Settings, and the credentials that systemd hands over.
fn load_beside(settings: &str, credentials: &[&str]) -> (String, Result<Config, ConfigError>) {
    let directory = TempDir::new().expect("a directory");
    for file in credentials {
        std::fs::write(directory.path().join(file), "hush").expect("written");
    }
    let path = directory.path().to_str().expect("UTF-8");
    let settings = settings.replace("{directory}", path);
    let loaded = load_with(&settings, &[("CREDENTIALS_DIRECTORY", path)]);
    (path.to_owned(), loaded)
}

#[track_caller]
fn check_warnings(settings: &str, credentials: &[&str], expected: &[(&str, &str)]) {
    let (path, loaded) = load_beside(settings, credentials);
    let expected = expected
        .iter()
        .map(|(name, why)| format!("the credential {name} in {path} is not used: {why}"));
    assert_eq!(
        loaded.expect("it loads").warnings,
        expected.collect::<Vec<_>>(),
        "{settings} {credentials:?}"
    );
}

#[test]
fn a_credential_that_no_account_uses_is_warned_about_with_what_to_do() {
    // Files that are no credentials of ours are somebody else's.
    check_warnings(
        ALONE,
        &[
            "client_secret",
            "server.key",
            "server.crt",
            "web.yml",
            "zendesk-exporter.yml",
        ],
        &[],
    );
    check_warnings(
        ALONE,
        &["acme.client_secret", "client_secret"],
        &[(
            "client_secret",
            "acme.client_secret is used instead; remove one of the two",
        )],
    );
    check_warnings(
        ALONE,
        &["client_secret", "acmee.client_secret", "client-secret"],
        &[
            (
                "acmee.client_secret",
                "no account is called acmee; the accounts are acme",
            ),
            (
                "client-secret",
                "name it after the account and the setting, e.g. acme.client_secret",
            ),
        ],
    );
    check_warnings(
        "accounts:\n  - { subdomain: acme, auth: { access_token: t0ken } }",
        &["client_secret", "acme.password"],
        &[
            (
                "acme.password",
                "the settings of the account acme already contain a secret; remove one of the two",
            ),
            (
                "client_secret",
                "the settings of the account acme already contain a secret; remove one of the two",
            ),
        ],
    );
    check_warnings(
        TWO,
        &[
            "acme.client_secret",
            "other.client_secret",
            "client_secret",
            "third.client_secret",
        ],
        &[
            (
                "client_secret",
                "there are several accounts; name it <account>.client_secret, e.g. acme.client_secret",
            ),
            (
                "third.client_secret",
                "no account is called third; the accounts are acme, other",
            ),
        ],
    );
}

#[test]
fn names_with_a_slip_are_known_for_credentials() {
    for name in [
        "acme.client-secret",
        "acme.client_secert",
        "acme.clientsecret",
        "Client_Secret",
        "CLIENT_SECRET",
        "client_secret.acme",
        "acme_client_secret",
        "zendesk_token",
        "acme.acces_tokn",
        "pasword",
        "acme.secret",
        "client_secret.old",
    ] {
        check_warnings(
            ALONE,
            &["client_secret", name],
            &[(
                name,
                "name it after the account and the setting, e.g. acme.client_secret",
            )],
        );
    }
}

#[test]
fn a_credential_that_the_settings_name_as_a_file_is_used() {
    let named = "accounts:\n  - { subdomain: acme, auth: { client_id: a, client_secret_file: '{directory}/./mine.secret' } }";
    check_warnings(named, &["mine.secret"], &[]);
}

#[test]
fn where_a_login_is_missing_the_credential_that_was_probably_meant_is_told() {
    let missing = "client_id is set without client_secret; set client_secret or client_secret_file";
    let (path, loaded) = load_beside(ALONE, &["acme.client_secert"]);
    assert_eq!(
        loaded.expect_err("a login is missing").problems,
        [
            format!("accounts[0].auth (line 2): {missing}"),
            format!(
                "the credential acme.client_secert in {path} is not used: name it after the account and the setting, e.g. acme.client_secret"
            ),
        ]
    );
    // The second account was added, and the first one's credential kept its name.
    let (path, loaded) = load_beside(TWO, &["client_secret"]);
    assert_eq!(
        loaded.expect_err("a login is missing").problems,
        [
            format!("accounts[0].auth (line 2): {missing}"),
            format!("accounts[1].auth (line 3): {missing}"),
            format!(
                "the credential client_secret in {path} is not used: there are several accounts; name it <account>.client_secret, e.g. acme.client_secret"
            ),
        ]
    );
    // Whose it is cannot be told while an account has no name.
    let (_, loaded) = load_beside(
        "accounts:\n  - { subdomain: Acme, auth: { client_id: a } }",
        &["acme.client_secret"],
    );
    let said = loaded.expect_err("no subdomain").to_string();
    assert!(!said.contains("is not used"), "{said}");
}
