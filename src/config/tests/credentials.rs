//! Credentials that were copied with something around them.

use super::*;

#[test]
fn credentials_with_something_around_them_are_told_by_their_setting() {
    let table = [
        (
            "access_token: '\"hush\"'",
            "access_token: the value is in quotation marks, and Zendesk would receive them; remove them",
        ),
        (
            "access_token: Bearer hush",
            "access_token: the value begins with Bearer, which the exporter adds itself; set only what follows",
        ),
        (
            "email: a@b.example, api_token: '\"hush'",
            "api_token: the value contains a quotation mark, and Zendesk would receive it; remove it",
        ),
        (
            "client_id: c, client_secret: hu'sh",
            "client_secret: the value contains a quotation mark, and Zendesk would receive it; remove it",
        ),
        (
            "client_id: 'c`', client_secret: hush",
            "client_id: the value contains a quotation mark, and Zendesk would receive it; remove it",
        ),
        (
            "access_token: 'Bearer:hush'",
            "access_token: the value begins with Bearer, which the exporter adds itself; set only what follows",
        ),
        (
            "access_token: Bearer",
            "access_token: the value is only the word that precedes a secret; the secret itself is missing",
        ),
        (
            "email: a@b.example/token/, api_token: hush",
            "email: the value ends in /token, which the exporter adds itself; set only the address",
        ),
        (
            "client_id: c, client_secret: 'Basic hush'",
            "client_secret: the value begins with Basic, so it is an encoded login; set email and api_token instead",
        ),
        (
            "client_id: ' c', client_secret: hush",
            "client_id: the value begins or ends with white space, and Zendesk would receive it; remove it",
        ),
        (
            "email: a@b.example/token, api_token: hush",
            "email: the value ends in /token, which the exporter adds itself; set only the address",
        ),
        (
            "email: a@b.example, api_token: 'a@b.example/token:hush'",
            "api_token: the value is a whole login with the e-mail address; set only what follows the colon",
        ),
    ];
    for (auth, expected) in table {
        let file = format!("accounts:\n  - {{ subdomain: acme, auth: {{ {auth} }} }}");
        let expected = expected.replacen(": ", " (line 2): ", 1);
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
            "ZENDESK_ACCESS_TOKEN: the value is in quotation marks, and Zendesk would receive them; remove them",
        ),
        (
            ("ZENDESK_ACCESS_TOKEN", "hush\n"),
            "ZENDESK_ACCESS_TOKEN: the value begins or ends with white space, and Zendesk would receive it; remove it",
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
            "the value begins or ends with white space, and Zendesk would receive it; remove it",
        ),
        (
            "\thush",
            "the value begins or ends with white space, and Zendesk would receive it; remove it",
        ),
        (
            "'hush'\n",
            "the value is in quotation marks, and Zendesk would receive them; remove them",
        ),
        (
            "hush\nhush\n",
            "cannot use the file {token}: it has more than one line; leave only the secret in it",
        ),
        (
            "\r\nhush",
            "cannot use the file {token}: it has more than one line; leave only the secret in it",
        ),
        (
            "\u{feff}hush",
            "cannot use the file {token}: it begins with a byte order mark; save it without one",
        ),
    ];
    for (text, expected) in table {
        let problems = load(text).expect_err(text).problems;
        let expected = expected.replace("{token}", &token.display().to_string());
        let expected = format!("accounts[0].auth.access_token_file (line 2): {expected}");
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
            "acme: auth.email: the value ends in /token, which is the form for API tokens; set api_token instead of password, and remove /token",
            "acme: auth.password: the value is in quotation marks, and Zendesk would receive them; remove them, unless the password really is like this",
        ]
    );
    let Auth::Password { password, .. } = &config.accounts[0].auth else {
        panic!("a password was set");
    };
    assert_eq!(password.expose_secret(), "'hush'");
}
