//! Where relative paths begin, and what is read without credentials.

use super::*;

/// A settings file in `etc`, and a working directory beside it.
fn directories(text: &str) -> TempDir {
    let root = TempDir::new().expect("a directory");
    for directory in ["etc", "here"] {
        std::fs::create_dir(root.path().join(directory)).expect("made");
    }
    std::fs::write(root.path().join("etc/settings.yml"), text).expect("written");
    root
}

fn overrides() -> Overrides {
    Overrides {
        config_file: Some("../etc/settings.yml".into()),
        ..Overrides::default()
    }
}

#[test]
fn paths_of_the_settings_file_begin_in_its_directory_and_others_in_the_working_directory() {
    let account = "accounts:\n  - { subdomain: acme, auth: { access_token: t0ken } }\n";
    let in_file = format!("{account}state: {{ directory: kept }}\n");
    let variable = [("ZENDESK_EXPORTER_STATE__DIRECTORY", "kept")];
    let table = [
        (account, &[][..], None, "here/../etc/data"),
        (&in_file, &[][..], None, "here/../etc/kept"),
        (&in_file, &variable[..], None, "here/kept"),
        (&in_file, &variable[..], Some("./flag"), "here/flag"),
    ];
    for (text, environment, flag, expected) in table {
        let root = directories(text);
        let overrides = Overrides {
            state_directory: flag.map(str::to_owned),
            ..overrides()
        };
        let here = root.path().join("here");
        let environment = variables(environment);
        let config = load(&overrides, &environment, &here).expect("it loads");
        assert_eq!(config.state.directory, root.path().join(expected));
        let states = load_states(&overrides, &environment, &here).expect("it loads");
        assert_eq!(states.directory, config.state.directory);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_its_whole_path() {
    let secret = "accounts:\n  - { subdomain: acme, auth: { access_token_file: secrets/acme } }\n";
    let root = directories(secret);
    let here = root.path().join("here");
    let problems = load(&overrides(), &variables(&[]), &here).expect_err("no such file");
    let whole = here.join("../etc/secrets/acme");
    let expected = format!(
        "accounts[0].auth.access_token_file: cannot use the file {}: No such file or directory (os error 2)",
        whole.display()
    );
    assert_eq!(problems.problems, [expected]);
    let environment = variables(&[
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_ACCESS_TOKEN_FILE", "secrets/acme"),
    ]);
    let problems = load(&Overrides::default(), &environment, &here).expect_err("no such file");
    let whole = here.join("secrets/acme").display().to_string();
    assert!(problems.problems[0].contains(&whole), "{problems}");
}

#[test]
fn whose_states_there_are_is_read_without_credentials() {
    let text = "accounts:\n  - { subdomain: acme, auth: { client_id: change-me } }\n  - { name: b, subdomain: other }\n";
    let root = directories(text);
    let here = root.path().join("here");
    let names = |states: States| {
        let names = states.accounts.into_iter().map(|account| account.name);
        names.collect::<Vec<_>>()
    };
    let states = load_states(&overrides(), &variables(&[]), &here).expect("it loads");
    assert_eq!(names(states), ["acme", "b"]);
    let environment = variables(&[("ZENDESK_SUBDOMAIN", "acme")]);
    let states = load_states(&Overrides::default(), &environment, &here).expect("it loads");
    assert_eq!(names(states), ["acme"]);
    let wrong = variables(&[("ZENDESK_SUBDOMAIN", "not a name")]);
    let problems = load_states(&Overrides::default(), &wrong, &here).expect_err("it is wrong");
    assert_eq!(
        problems.problems,
        [
            "ZENDESK_SUBDOMAIN: \"not a name\" is not a subdomain: for https://acme.zendesk.com write just acme"
        ]
    );
}

#[test]
fn a_file_that_this_user_may_not_read_is_told_with_the_user() {
    let user = rustix::process::geteuid().as_raw();
    let denied = for_whom(std::io::ErrorKind::PermissionDenied.into());
    assert_eq!(
        denied.to_string(),
        format!("permission denied, user {user} must be able to read it")
    );
    let missing = for_whom(std::io::ErrorKind::NotFound.into());
    assert_eq!(missing.to_string(), "entity not found");
}
