use rustls::{SupportedProtocolVersion, version};

use super::*;
use crate::config;

fn parse(text: &str) -> Result<WebFile, ConfigError> {
    // The directory is left out of the expected sentences.
    let path = Path::new("/etc/exporter/web.yml");
    let mut problems = Vec::new();
    let directory = directory_of(path);
    let file = match config::check_keys::parse(text, "web.yml", KIND, directory, &mut problems) {
        Some(settings) => WebFile::checked(&settings, path, problems),
        None => Err(ConfigError { problems }),
    };
    file.map_err(|error| ConfigError {
        problems: error
            .problems
            .iter()
            .map(|problem| problem.replace("/etc/exporter/web.yml", "web.yml"))
            .collect(),
    })
}

/// A hash with a cost of 10.
const HASH: &str = "$2y$10$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u";

#[test]
fn the_example_shows_every_key() {
    let example = include_str!("../../../config/web.yml");
    // A text has a space behind its sign, an example has none or several.
    let lines = example.lines().map(|line| {
        let shown = line.strip_prefix('#').unwrap_or(line);
        let is_text = shown.starts_with(' ') && !shown.starts_with("  ");
        if is_text { line } else { shown }
    });
    let shown = lines.collect::<Vec<_>>().join("\n");
    let ConfigError { problems } = parse(&shown).expect_err("nobody has put a hash there");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with(
            "web.yml: basic_auth_users.prometheus (line 39): the value is not a bcrypt hash"
        ),
        "{problems:?}"
    );
    let file = parse(&shown.replace("change-me", HASH)).expect("the example can be read");
    let paths: Vec<&Path> = file.files().collect();
    assert_eq!(
        paths,
        [
            Path::new("/etc/exporter/server.crt"),
            Path::new("/etc/exporter/server.key"),
            Path::new("/etc/exporter/clients.crt")
        ]
    );
    let headers: Vec<(&str, &[u8])> = file
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    assert_eq!(
        headers,
        [
            ("strict-transport-security", &b"max-age=31536000"[..]),
            ("x-content-type-options", b"nosniff"),
            ("x-frame-options", b"deny"),
            ("x-xss-protection", b"0"),
            ("content-security-policy", b"default-src 'none'"),
        ]
    );
    let names: Vec<&str> = file.users.keys().map(String::as_str).collect();
    assert_eq!(names, ["prometheus"]);
    assert_eq!(
        file.rate_limit,
        Some(RateLimitSettings {
            interval: Duration::from_millis(100),
            burst: 20
        })
    );
    let tls = file.tls.expect("TLS");
    assert_eq!(tls.versions, [&version::TLS12, &version::TLS13]);
    assert_eq!((tls.cipher_suites.len(), tls.curves.len()), (2, 4));

    fn check_keys(keys: Keys, example: &str) {
        for (key, shape) in keys {
            assert!(example.contains(key), "{key} is not in the example");
            if let Section(keys) = shape {
                check_keys(keys, example);
            }
        }
    }
    check_keys(WEB_FILE, &shown);
}

#[test]
fn the_example_can_be_copied_as_it_is() {
    let file = parse(include_str!("../../../config/web.yml")).expect("the example can be read");
    assert!(file.tls.is_none());
    assert!(file.users.is_empty() && file.headers.is_empty());
    assert_eq!(file.rate_limit, None);
}

#[test]
fn an_empty_file_protects_nothing() {
    for text in [
        "",
        "# nothing\n",
        "tls_server_config:\n",
        "tls_server_config: {}\nbasic_auth_users: {}\nhttp_server_config:\nrate_limit: {}\n",
    ] {
        let file = parse(text).expect("nothing wrong");
        assert!(file.tls.is_none(), "{text}");
        assert!(file.users.is_empty(), "{text}");
        assert!(file.headers.is_empty(), "{text}");
        assert_eq!(file.rate_limit, None, "{text}");
    }
}

#[test]
fn versions_between_the_first_and_the_last_are_spoken() {
    let table: [(&str, &[&SupportedProtocolVersion]); 3] = [
        ("min_version: TLS13", &[&version::TLS13]),
        ("max_version: TLS12", &[&version::TLS12]),
        (
            "min_version: TLS12, max_version: TLS13",
            &[&version::TLS12, &version::TLS13],
        ),
    ];
    for (text, expected) in table {
        let text = format!("tls_server_config: {{ cert: x, key: y, {text} }}");
        let tls = parse(&text).expect("good").tls.expect("TLS");
        assert_eq!(tls.versions, expected, "{text}");
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let error = parse(text).expect_err("something is wrong");
    assert_eq!(error.problems, expected, "{text}");
}

#[test]
fn what_is_wrong_with_tls_is_one_sentence_with_file_and_key() {
    check(
        "tls_server_confg: {}\n",
        &["web.yml: unknown setting tls_server_confg (line 1); did you mean tls_server_config?"],
    );
    check(
        "tls_server_config: { cert_file: a, key_flie: b, key: c }\n",
        &["web.yml: unknown setting tls_server_config.key_flie (line 1); did you mean key_file?"],
    );
    check(
        "tls_server_config: { cert_file: a }\n",
        &[
            "web.yml: tls_server_config.key_file (line 1): the setting is missing; TLS needs a certificate and its key, so set key_file or key",
        ],
    );
    check(
        "tls_server_config: { cert_file: a, cert: hush, key: hush }\n",
        &["web.yml: tls_server_config.cert_file (line 1): cert is set too; remove one of them"],
    );
    check(
        "tls_server_config: { cert_file: [a, b], key_file: b }\n",
        &[
            "web.yml: tls_server_config.cert_file (line 1) takes one value, e.g. cert_file: server.crt",
        ],
    );
    check(
        "tls_server_config: { cert_file: a, key_file: b, min_version: TLS11 }\n",
        &[
            "web.yml: tls_server_config.min_version (line 1): \"TLS11\" is not one of TLS12, TLS13 (older versions are unsafe and not supported)",
        ],
    );
    check(
        "tls_server_config: { cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12 }\n",
        &[
            "web.yml: tls_server_config.min_version (line 1): the value is later than max_version; lower min_version or raise max_version",
        ],
    );
    check(
        "tls_server_config: { cert_file: a, key_file: b, curve_preferences: [X25519, P521] }\n",
        &[
            "web.yml: tls_server_config.curve_preferences (line 1): \"P521\" is not one of X25519, CurveP256, CurveP384, X25519MLKEM768",
        ],
    );
    check(
        "tls_server_config: { cert_file: a, key_file: b, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA] }\n",
        &[
            "web.yml: tls_server_config.cipher_suites (line 1): \"TLS_RSA_WITH_RC4_128_SHA\" is not one of TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        ],
    );
}

#[test]
fn headers_users_and_limits_are_told_as_well() {
    check(
        "http_server_config: { headers: { X-Frame-Options: allow, X-Frame-Option: x } }\n",
        &[
            "web.yml: unknown setting http_server_config.headers.X-Frame-Option (line 1); did you mean X-Frame-Options?",
            "web.yml: http_server_config.headers.X-Frame-Options (line 1): \"allow\" is not one of deny, sameorigin",
        ],
    );
    check(
        "http_server_config: { http2: maybe, headers: { Content-Security-Policy: \"a\\nb\" } }\n",
        &[
            "web.yml: http_server_config.http2 (line 1): \"maybe\" is not one of true, false",
            "web.yml: http_server_config.headers.Content-Security-Policy (line 1): the value has characters that an HTTP header cannot contain; use visible ASCII characters only",
        ],
    );
    check(
        "rate_limit: { interval: 1, burst: 0 }\n",
        &[
            "web.yml: rate_limit.interval (line 1): \"1\" is not a duration up to 1h, e.g. 1s",
            "web.yml: rate_limit.burst (line 1): \"0\" is not a whole number from 1 to 1000000",
        ],
    );
    check(
        "basic_auth_users: [alice]\n",
        &[
            "web.yml: basic_auth_users (line 1) takes one name and value per line, e.g. basic_auth_users: { prometheus: the bcrypt hash of the password }",
        ],
    );
    check(
        "- tls\n",
        &["web.yml: the file has no settings at its top level; see the example config/web.yml"],
    );
    check(
        "a: [\n",
        &[
            "cannot read the web config file web.yml at line 1 column 4: it is not valid YAML (unclosed bracket '['); indent with spaces, close quotes and brackets, and quote values with special characters; see the example config/web.yml",
        ],
    );
}

#[test]
fn certificates_of_clients_need_somebody_who_signs_them() {
    let with = |rest: &str| format!("tls_server_config: {{ cert_file: a, key_file: b, {rest} }}");
    check(
        &with("client_auth_type: Require"),
        &[
            "web.yml: tls_server_config.client_auth_type (line 1): \"Require\" is not one of NoClientCert, RequestClientCert, RequireAnyClientCert, RequireClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert",
        ],
    );
    check(
        &with("client_auth_type: RequireAndVerifyClientCert"),
        &[
            "web.yml: tls_server_config.client_ca_file (line 1): the setting is missing; client_auth_type verifies client certificates, so set client_ca_file or client_ca",
        ],
    );
    for kind in ["", ", client_auth_type: RequireAnyClientCert"] {
        check(
            &with(&format!("client_ca_file: c{kind}")),
            &[
                "web.yml: tls_server_config.client_auth_type (line 1): the value does not verify client certificates, but a client CA is set; set VerifyClientCertIfGiven or RequireAndVerifyClientCert",
            ],
        );
    }
    check(
        &with("client_allowed_sans: [x]"),
        &[
            "web.yml: tls_server_config.client_allowed_sans (line 1): the setting needs verified client certificates; set client_auth_type to VerifyClientCertIfGiven or RequireAndVerifyClientCert",
        ],
    );
}

#[test]
fn no_sentence_holds_a_hash_or_a_key() {
    let table = [
        (
            format!("basic_auth_users: {{ alice: \"{HASH}x\" }}\n"),
            "web.yml: basic_auth_users.alice (line 1): the value is not a bcrypt hash with a cost of 4 to 16; run `htpasswd -nBC 10 NAME` and set what follows the colon, in quotes",
        ),
        (
            format!("basic_auth_users:\n  \"alice:{HASH}\":\n"),
            "web.yml: basic_auth_users.alice (line 2): the user name is empty or contains a colon; use a name with at least one character and no colon",
        ),
        (
            format!("basic_auth_users: \"alice:{HASH}\"\n"),
            "web.yml: basic_auth_users (line 1) takes one name and value per line, e.g. basic_auth_users: { prometheus: the bcrypt hash of the password }",
        ),
        (
            format!("basic_auth_users:\n  alice: \"{HASH}\"\n  alice: \"{HASH}\"\n"),
            "web.yml: basic_auth_users.alice (line 3) is set twice; remove one of them",
        ),
        (
            format!("basic_auth_users:\n  alice: [{HASH}]\n"),
            "web.yml: basic_auth_users (line 1) takes one name and value per line, e.g. basic_auth_users: { prometheus: the bcrypt hash of the password }",
        ),
        (
            format!("\"alice:{HASH}\": x\n"),
            "web.yml: unknown setting alice (line 1); known settings here: tls_server_config, http_server_config, basic_auth_users, rate_limit",
        ),
    ];
    for (text, expected) in table {
        check(&text, &[expected]);
    }
    let good = format!(
        "tls_server_config: {{ cert: hush, key: hush }}\nbasic_auth_users: {{ alice: \"{HASH}\" }}"
    );
    let shown = format!("{:?}", parse(&good).expect("good"));
    assert!(!shown.contains("hush"), "{shown}");
    assert!(!shown.contains("L6Bc"), "{shown}");
}
