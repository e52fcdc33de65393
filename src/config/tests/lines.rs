//! Which line a problem names: that of the value, of the key if the key is what is wrong, and of the section if
//! something is missing in it.

use super::*;

/// Settings of which each line is one of a file, and what begins what is said of them, in its order.
type Row = (&'static [&'static str], &'static [&'static str]);

const NO_LOGIN: &str = "accounts[0].auth (line 2): no credentials are set;";

const ACCOUNT: &str = "accounts: [{ subdomain: acme, auth: { access_token: t0ken } }]";

const TABLE: [Row; 41] = [
    // Keys: unknown ones, repeated ones, and those with a value of another kind.
    (
        &[ACCOUNT, "webb: {}"],
        &["zendesk-exporter.yml: unknown setting webb (line 2); did"],
    ),
    (
        &[ACCOUNT, "web:", "  colour:", "    - x"],
        &["zendesk-exporter.yml: unknown setting web.colour (line 3); known"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth:",
            "      acces_token: hush",
            "      access_token: t0ken",
        ],
        &["zendesk-exporter.yml: unknown setting accounts[0].auth.acces_token (line 4); did"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth:",
            "      access_token: a",
            "      access_token: b",
        ],
        &["zendesk-exporter.yml: accounts[0].auth.access_token (line 5) is set twice;"],
    ),
    (
        &[ACCOUNT, "log: {}", "", "log:", "  level: info"],
        &["zendesk-exporter.yml: log (line 4) is set twice;"],
    ),
    (
        &[ACCOUNT, "log:", "  - info"],
        &["zendesk-exporter.yml: log (line 2) takes settings,"],
    ),
    (
        &[ACCOUNT, "log:", "  level:", "    - info"],
        &["zendesk-exporter.yml: log.level (line 3) takes one value,"],
    ),
    (
        &[
            ACCOUNT,
            "web:",
            "  listen_address:",
            "    - ':1'",
            "    - { port: 1 }",
        ],
        &["zendesk-exporter.yml: web.listen_address (line 3) takes a value or a list of values,"],
    ),
    (
        &["", "accounts: acme"],
        &["zendesk-exporter.yml: accounts (line 2) takes a list of settings,"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    labels:",
            "      custom_fields:",
            "        - id: 1",
            "          label: a",
            "        - 5",
        ],
        &[
            "zendesk-exporter.yml: accounts[0].labels.custom_fields[1] (line 8) is not a section",
            "accounts[0].labels.custom_fields[1].id (line 8): the setting is missing;",
            "accounts[0].labels.custom_fields[1].label (line 8): the setting is missing;",
        ],
    ),
    // Values.
    (
        &[ACCOUNT, "log:", "  level: loud"],
        &["log.level (line 3): \"loud\" is not"],
    ),
    (
        &[ACCOUNT, "log:", "  level:", "    loud"],
        &["log.level (line 4): \"loud\" is not"],
    ),
    (
        &[ACCOUNT, "log:", "  level: >-", "    loud"],
        &["log.level (line 4): \"loud\" is not"],
    ),
    (
        &[ACCOUNT, "log:", "  # a comment", "", "  level: \"loud\""],
        &["log.level (line 5): \"loud\" is not"],
    ),
    (
        &["\u{feff}# BOM\r", "log: { level: loud }\r", ACCOUNT],
        &["log.level (line 2): \"loud\" is not"],
    ),
    (
        &["%YAML 1.2", "---", "log: { level: loud }", ACCOUNT, "..."],
        &["log.level (line 3): \"loud\" is not"],
    ),
    (
        &[
            ACCOUNT,
            "web:",
            "  listen_address:",
            "    - ':1'",
            "    - x",
            "    - y",
        ],
        &[
            "web.listen_address (line 5): \"x\" is not",
            "web.listen_address (line 6): \"y\" is not",
        ],
    ),
    (
        &[ACCOUNT, "web:", "  listen_address: x"],
        &["web.listen_address (line 3): \"x\" is not"],
    ),
    (
        &[ACCOUNT, "web:", "  telemetry_path: /"],
        &["web.telemetry_path (line 3): \"/\" is not"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    labels:",
            "      tags:",
            "        - vip",
            "        - VIP",
            "        - vip",
        ],
        &[
            "accounts[0].labels.tags (line 7): \"VIP\" is not",
            "accounts[0].labels.tags (line 8): \"vip\" is listed twice;",
        ],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    labels:",
            "      custom_fields:",
            "        - id: 1",
            "          label: status",
            "          values:",
            "            - other",
        ],
        &[
            "accounts[0].labels.custom_fields[0].label (line 7): \"status\" is not",
            "accounts[0].labels.custom_fields[0].values (line 9): \"other\" cannot",
        ],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    buckets:",
            "      zendesk_ticket_replies:",
            "        - 5",
            "        - 1",
        ],
        &["accounts[0].buckets.zendesk_ticket_replies (line 5): \"5, 1\" is not"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    retry:",
            "      maximum: 1s",
            "      initial: 5s",
        ],
        &["accounts[0].retry.initial (line 6): 5s is longer"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth:",
            "      client_id: ' a'",
            "      client_secret: change-me",
        ],
        &[
            "accounts[0].auth.client_secret (line 5): the value is still",
            "accounts[0].auth.client_id (line 4): the value begins",
        ],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth:",
            "      access_token_file: /no/such",
        ],
        &["accounts[0].auth.access_token_file (line 4): cannot use the file /no/such: "],
    ),
    // Sections: what is missing in them, and what does not go together.
    (&["accounts:", "  - subdomain: acme"], &[NO_LOGIN]),
    (
        &["accounts:", "  - auth:", "    subdomain: acme"],
        &[NO_LOGIN],
    ),
    (
        &["accounts:", "  -", "    auth:", "      client_id: a"],
        &[
            "accounts[0].subdomain (line 3): the setting is missing;",
            "accounts[0].auth (line 3): client_id is set without client_secret;",
        ],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth:",
            "      access_token: a",
            "      access_token_file: b",
        ],
        &["accounts[0].auth (line 3): set access_token or access_token_file, not both"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    base_url: https://acme.example",
            "    auth: { access_token: t0ken }",
        ],
        &["accounts[0].base_url (line 3): set subdomain or base_url, not both"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: a }",
            "  - subdomain: acme",
            "    auth: { access_token: b }",
        ],
        &[
            "accounts[0] (line 2) and accounts[1] (line 4) have the same name \"acme\";",
            "accounts[0] (line 2) and accounts[1] (line 4) have the same address https://acme.zendesk.com;",
        ],
    ),
    // Defaults, once for all accounts.
    (
        &[
            "defaults:",
            "  export:",
            "    page_size: 0",
            "accounts:",
            "  - { subdomain: a, auth: { access_token: x }, export: { page_size: 5000 } }",
            "  - { subdomain: b, auth: { access_token: x } }",
            "  - { subdomain: c, auth: { access_token: x } }",
        ],
        &[
            "accounts[0].export.page_size (line 5): \"5000\" is not",
            "defaults.export.page_size (line 3): \"0\" is not",
        ],
    ),
    // What nobody has set can be wrong beside what somebody has: it has no line.
    (
        &[
            "accounts:",
            "  - { subdomain: a, auth: { access_token: x }, retry: { maximum: 500ms } }",
        ],
        &["defaults.retry.initial: 1s is longer than retry.maximum (500ms);"],
    ),
    // An alias has the line where it is; what is in a section that it repeats has the line where it is written.
    (
        &[
            "defaults:",
            "  max_series: &few 10",
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    max_series: *few",
        ],
        &["accounts[0].max_series (line 6): \"10\" is not"],
    ),
    (
        &[
            "defaults:",
            "  export: &export",
            "    page_size: 0",
            "accounts:",
            "  - subdomain: acme",
            "    auth: { access_token: t0ken }",
            "    export: *export",
        ],
        &["accounts[0].export.page_size (line 3): \"0\" is not"],
    ),
    (
        &[
            "log: &log { level: info }",
            "web:",
            "  telemetry_path: *log",
            ACCOUNT,
        ],
        &["zendesk-exporter.yml: web.telemetry_path (line 3) takes one value,"],
    ),
    (
        &[
            "accounts:",
            "  - &one",
            "    subdomain: acme",
            "    auth: { access_token: t0ken }",
            "  - *one",
        ],
        &[
            "accounts[0] (line 3) and accounts[1] (line 5) have the same name",
            "accounts[0] (line 3) and accounts[1] (line 5) have the same address",
        ],
    ),
    // A merge has the lines of what is merged.
    (
        &[
            "accounts:",
            "  - subdomain: a",
            "    auth: { access_token: x }",
            "    export: &export",
            "      page_size: 5000",
            "  - subdomain: b",
            "    auth: { access_token: x }",
            "    export:",
            "      <<: *export",
            "      poll_interval: 2",
        ],
        &[
            "accounts[0].export.page_size (line 5): \"5000\" is not",
            "accounts[1].export.page_size (line 5): \"5000\" is not",
            "accounts[1].export.poll_interval (line 10): \"2\" is not",
        ],
    ),
    (
        &[
            "accounts:",
            "  - <<:",
            "      colour: blue",
            "    subdomain: acme",
            "    auth: { access_token: t0ken }",
        ],
        &["zendesk-exporter.yml: unknown setting accounts[0].colour (line 3); known"],
    ),
    (
        &[
            "accounts:",
            "  - subdomain: acme",
            "    <<: [{ max_series: 9 }, {",
            "      max_series: 10, auth: { access_token: ' ' } }]",
        ],
        &[
            "accounts[0].auth.access_token (line 4): the value is blank;",
            "accounts[0].max_series (line 3): \"9\" is not",
        ],
    ),
    // The place of what cannot be read at all.
    (
        &["accounts:", "  - subdomain: acme", "   auth: x"],
        &[
            "cannot read the settings file zendesk-exporter.yml at line 3 column 4: it is not valid YAML (while",
        ],
    ),
];

#[test]
fn a_problem_in_a_file_names_its_line() {
    for (lines, expected) in TABLE {
        let text = lines.join("\n") + "\n";
        let said = problems(&text, &[]);
        assert_eq!(said.len(), expected.len(), "{text}{said:#?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{text}{said:#?}");
        }
    }
}

#[test]
fn a_problem_beside_the_file_has_no_line() {
    // The settings of the file are in the place of which these are.
    let file = format!("{ACCOUNT}\nlog: {{ level: info }}\nweb:\n  listen_address: ':1'\n");
    let environment = [
        ("ZENDESK_EXPORTER_LOG__LEVEL", "loud"),
        ("ZENDESK_EXPORTER_WEB__LISTEN_ADDRESS", ":1,x"),
        ("ZENDESK_EXPORTER_DEFAULTS__MAX_SERIES", "1"),
    ];
    let said = problems(&file, &environment);
    let starts = [
        "web.listen_address: \"x\" is",
        "log.level: \"loud\" is",
        "defaults.max_series: \"1\" is",
    ];
    assert_eq!(said.len(), starts.len(), "{said:?}");
    for (said, start) in said.iter().zip(starts) {
        assert!(said.starts_with(start), "{said}");
    }
    // What the file says beside them keeps its line.
    let file = format!("{ACCOUNT}\nlog:\n  format: xml\n");
    let said = problems(&file, &[("ZENDESK_EXPORTER_LOG__LEVEL", "debug")]);
    assert!(said[0].starts_with("log.format (line 3): "), "{said:?}");
}

#[test]
fn a_long_key_is_no_long_wait() {
    let key = "page_size".repeat(400_000);
    let said = problems(&format!("{ACCOUNT}\n? {key}\n: 1\n"), &[]);
    let shown = "zendesk-exporter.yml: unknown setting page_sizepage_sizepage_sizepage_sizepage (line 2); known";
    assert!(said[0].starts_with(shown), "{}", &said[0][..200]);
    // A thousand long keys, and a repeated one.
    let keys: String = (0..1_000)
        .map(|index| format!("a{index}{}: 1\n", "b".repeat(1_000)))
        .collect();
    assert_eq!(problems(&format!("{ACCOUNT}\n{keys}"), &[]).len(), 1_000);
}

/// Settings with a secret, and whatever leaves a character out or adds one.
#[test]
fn no_slip_of_one_character_shows_a_secret() {
    let text = "defaults: { retry: { initial: 1s } }\naccounts:\n  - subdomain: acme\n    auth:\n      client_id: a\n      client_secret: hu5h-hu5h\n  - { base_url: 'https://b.example', auth: { access_token: \"hu5h-hu5h\" } }\n";
    let mut slips: Vec<String> = Vec::new();
    for (at, _) in text.char_indices() {
        let (before, after) = text.split_at(at);
        slips.push(format!("{before}{}", &after[1..]));
        let added = "\n\t '\":#&*!{}[],-|>%\u{0}";
        slips.extend(added.chars().map(|added| format!("{before}{added}{after}")));
    }
    for slip in slips {
        if let Err(error) = from_text(&slip) {
            assert!(!error.to_string().contains("hu5h"), "{slip}\n{error}");
        }
    }
}
