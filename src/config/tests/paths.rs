//! Where relative paths begin, and what is read without credentials.

use super::super::file::for_whom;
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
        "accounts[0].auth.access_token_file (line 2): cannot use the file {}: No such file or directory (os error 2)",
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
            "ZENDESK_SUBDOMAIN: \"not a name\" is not a subdomain; for https://acme.zendesk.com set it to acme"
        ]
    );
}

#[test]
fn what_is_wrong_in_the_file_names_its_whole_path() {
    let wrong = [
        (
            "webb: {}\n",
            "{}: unknown setting webb (line 1); did you mean web?",
        ),
        ("web: [", "cannot read the settings file {}"),
        (
            "\u{feff}- a list",
            "{}: the file has no settings at its top level",
        ),
    ];
    for (text, expected) in wrong {
        let root = directories(text);
        let here = root.path().join("here");
        let error = load(&overrides(), &variables(&[]), &here).expect_err(text);
        let whole = here.join("../etc/settings.yml").display().to_string();
        let expected = expected.replace("{}", &whole);
        assert!(error.problems[0].starts_with(&expected), "{error}");
    }
    let root = directories("");
    let file = root.path().join("etc/settings.yml");
    std::fs::write(&file, b"\xff").expect("written");
    let here = root.path().join("here");
    let error = load(&overrides(), &variables(&[]), &here).expect_err("no text");
    let whole = here.join("../etc/settings.yml");
    let expected = format!(
        "cannot read the settings file {}: it is not UTF-8 text",
        whole.display()
    );
    assert_eq!(error.problems, [expected]);
}

#[test]
fn every_source_of_a_path_has_the_same_rule() {
    let account =
        "accounts:\n  - { subdomain: acme, auth: { client_id: a, client_secret_file: secret } }\n";
    let settings = format!("{account}web: {{ config_file: web.yml }}\n");
    let root = directories(&settings);
    let (etc, here) = (root.path().join("etc"), root.path().join("here"));
    std::fs::write(etc.join("secret"), "in-etc").expect("written");
    std::fs::write(here.join("secret"), "in-here").expect("written");
    for directory in [&etc, &here] {
        std::fs::write(directory.join("web.yml"), "").expect("written");
    }
    let secret = |config: &Config| match &config.accounts[0].auth {
        Auth::ClientCredentials { client_secret, .. } => client_secret.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    };
    let in_etc = |name: &str| Some(here.join("../etc").join(name));
    let config = load(&overrides(), &variables(&[]), &here).expect("it loads");
    assert_eq!(secret(&config), "in-etc");
    assert_eq!(config.web.config_file, in_etc("web.yml"));
    assert_eq!(config.file, in_etc("settings.yml"));

    let variable = variables(&[("ZENDESK_EXPORTER_WEB__CONFIG_FILE", "./web.yml")]);
    let config = load(&overrides(), &variable, &here).expect("it loads");
    assert_eq!(config.web.config_file, Some(here.join("web.yml")));

    let flags = Overrides {
        web_config_file: Some("web.yml".to_owned()),
        ..overrides()
    };
    let config = load(&flags, &variables(&[]), &here).expect("it loads");
    assert_eq!(config.web.config_file, Some(here.join("web.yml")));

    let shorthand = variables(&[
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_CLIENT_ID", "a"),
        ("ZENDESK_CLIENT_SECRET_FILE", "secret"),
    ]);
    let config = load(&Overrides::default(), &shorthand, &here).expect("it loads");
    assert_eq!(secret(&config), "in-here");

    let by_systemd = variables(&[("CREDENTIALS_DIRECTORY", "credentials")]);
    std::fs::create_dir(here.join("credentials")).expect("made");
    std::fs::write(here.join("credentials/acme.client_secret"), "").expect("written");
    std::fs::write(
        etc.join("settings.yml"),
        "accounts:\n  - { subdomain: acme, auth: { client_id: a } }\n",
    )
    .expect("written");
    let error = load(&overrides(), &by_systemd, &here).expect_err("it is empty");
    let whole = here.join("credentials/acme.client_secret");
    let expected = format!(
        "accounts[0].auth.client_secret: cannot use the credential {}: it is empty",
        whole.display()
    );
    assert_eq!(error.problems, [expected]);
}

#[test]
fn a_relative_path_in_a_directory_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let root = TempDir::new().expect("a directory");
    let odd = root.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&odd).expect("made");
    let file = odd.join(DEFAULT_FILE);
    let account = "accounts:\n  - { subdomain: acme, auth: { access_token: t0ken } }\n";
    let read = |text: &str| {
        std::fs::write(&file, text).expect("written");
        load(&Overrides::default(), &variables(&[]), &odd)
    };
    assert_eq!(
        read(account).expect("it loads").state.directory,
        odd.join("data")
    );
    let absolute = format!("{account}state: {{ directory: /var/lib/zendesk-exporter }}\n");
    read(&absolute).expect("it loads");
    let relative = format!("{account}state: {{ directory: kept }}\n");
    let error = read(&relative).expect_err("it cannot be named").to_string();
    let expected = "directory (line 3): the relative path kept starts in ";
    assert!(error.starts_with(expected), "{error}");
    assert!(
        error.ends_with("whose name is not UTF-8; set an absolute path"),
        "{error}"
    );
}

#[test]
fn a_file_that_this_user_may_not_read_is_told_with_the_user() {
    let user = rustix::process::geteuid().as_raw();
    let denied = for_whom(std::io::ErrorKind::PermissionDenied.into());
    assert_eq!(
        denied.to_string(),
        format!("permission denied; user {user} must be able to read it")
    );
    let missing = for_whom(std::io::ErrorKind::NotFound.into());
    assert_eq!(missing.to_string(), "entity not found");
}
