//! Credentials that were copied with something around them.

use super::*;

#[test]
fn credentials_with_something_around_them_are_told_by_their_setting() {
    let table = [
        (
            "access_token: '\"hush\"'",
            "access_token: is in quotation marks, which are sent too: take them off",
        ),
        (
            "access_token: Bearer hush",
            "access_token: begins with Bearer, which is added when it is sent: set only what follows",
        ),
        (
            "email: a@b.example, api_token: '\"hush'",
            "api_token: has a quotation mark in it, which is sent too: take it out",
        ),
        (
            "client_id: c, client_secret: hu'sh",
            "client_secret: has a quotation mark in it, which is sent too: take it out",
        ),
        (
            "client_id: 'c`', client_secret: hush",
            "client_id: has a quotation mark in it, which is sent too: take it out",
        ),
        (
            "access_token: 'Bearer:hush'",
            "access_token: begins with Bearer, which is added when it is sent: set only what follows",
        ),
        (
            "access_token: Bearer",
            "access_token: is only the word that stands before a secret: the secret itself is missing",
        ),
        (
            "email: a@b.example/token/, api_token: hush",
            "email: ends in /token, which is added when it is sent: set only the address",
        ),
        (
            "client_id: c, client_secret: 'Basic hush'",
            "client_secret: begins with Basic and so is a whole login, encoded: set email and api_token as they are",
        ),
        (
            "client_id: ' c', client_secret: hush",
            "client_id: begins or ends with white space, which is sent too: take it out",
        ),
        (
            "email: a@b.example/token, api_token: hush",
            "email: ends in /token, which is added when it is sent: set only the address",
        ),
        (
            "email: a@b.example, api_token: 'a@b.example/token:hush'",
            "api_token: holds a whole login, e-mail address and all: set only what follows the colon",
        ),
    ];
    for (auth, expected) in table {
        let file = format!("accounts:\n  - {{ subdomain: acme, auth: {{ {auth} }} }}");
        check_problem(&file, &format!("accounts[0].auth.{expected}"));
        for said in problems(&file, &[]) {
            assert!(!said.contains("hush"), "{said}");
        }
    }
}

#[test]
fn slips_in_variables_are_told_by_the_variable() {
    let table = [
        (
            ("ZENDESK_ACCESS_TOKEN", "'hush'"),
            "ZENDESK_ACCESS_TOKEN: is in quotation marks, which are sent too: take them off",
        ),
        (
            ("ZENDESK_ACCESS_TOKEN", "hush\n"),
            "ZENDESK_ACCESS_TOKEN: begins or ends with white space, which is sent too: take it out",
        ),
    ];
    for (variable, expected) in table {
        let said = problems("", &[("ZENDESK_SUBDOMAIN", "acme"), variable]);
        assert_eq!(said, [expected]);
    }
}

#[test]
fn slips_in_files_are_told_by_the_setting_that_names_the_file() {
    let directory = TempDir::new().expect("a directory");
    let token = directory.path().join("token");
    std::fs::write(
        directory.path().join(DEFAULT_FILE),
        "accounts:\n  - { subdomain: acme, auth: { access_token_file: token } }",
    )
    .expect("written");
    let load = |text: &str| {
        std::fs::write(&token, text).expect("written");
        load(&Overrides::default(), &variables(&[]), directory.path())
    };
    let table = [
        (
            "hush \n",
            "begins or ends with white space, which is sent too: take it out",
        ),
        (
            "\thush",
            "begins or ends with white space, which is sent too: take it out",
        ),
        (
            "'hush'\n",
            "is in quotation marks, which are sent too: take them off",
        ),
        (
            "hush\nhush\n",
            "cannot use the file {token}: it has more than one line: leave only the secret in it",
        ),
        (
            "\r\nhush",
            "cannot use the file {token}: it has more than one line: leave only the secret in it",
        ),
        (
            "\u{feff}hush",
            "cannot use the file {token}: it begins with a byte order mark: save it without one",
        ),
    ];
    for (text, expected) in table {
        let problems = load(text).expect_err(text).problems;
        let expected = expected.replace("{token}", &token.display().to_string());
        let expected = format!("accounts[0].auth.access_token_file: {expected}");
        assert_eq!(problems, [expected], "{text:?}");
    }
    for good in ["hush", "hush\n", "hush\r\n", "hush\n\n"] {
        assert!(load(good).is_ok(), "{good:?}");
    }
}

#[test]
fn a_password_that_looks_wrong_is_warned_about_and_used() {
    let file = "accounts:\n  - { subdomain: acme, auth: { email: a@b.example/token, password: \"'hush'\" } }";
    let config = load_with(file, &[]).expect("good settings");
    assert_eq!(
        config.warnings,
        [
            "acme: auth.email: ends in /token, which logs in by API token: set api_token rather than password, and leave /token out",
            "acme: auth.password: is in quotation marks, which are sent too: take them off, unless that is what the password is",
        ]
    );
    let Auth::Password { password, .. } = &config.accounts[0].auth else {
        panic!("a password was set");
    };
    assert_eq!(password.expose_secret(), "'hush'");
}
