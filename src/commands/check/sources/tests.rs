//! What is said of the sources, and with which sources a check succeeds.

use super::*;
use crate::config::from_text;

/// Section `export` with these settings.
fn settings(export: &str) -> Export {
    let text = format!(
        "accounts:\n  - {{ subdomain: acme, auth: {{ access_token: t }}, export: {{ {export} }} }}"
    );
    let config = from_text(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    config.accounts[0].export.clone()
}

fn failure(what: &str, meaning: Meaning) -> Failure {
    Failure {
        sentence: format!("cannot get {what}"),
        meaning,
    }
}

fn whole_list() -> ListProbes {
    ListProbes {
        tickets: 100,
        metric_sets: true,
        slas: true,
        deleted: Ok(()),
        by_ids: Ok(()),
    }
}

fn probes(export: Option<Meaning>, list: Option<Meaning>) -> Probes {
    Probes {
        export: export.map_or(Ok(Sample { rows: 1 }), |meaning| {
            Err(failure("the export", meaning))
        }),
        list: (export != Some(Meaning::Everything)).then(|| {
            list.map_or_else(
                || Ok(whole_list()),
                |meaning| Err(failure("the list", meaning)),
            )
        }),
        is_not_admin: export == Some(Meaning::RefusedToUser),
    }
}

const LIST: &str = "the list of tickets can be read, 100 tickets in its first page; it leaves out archived tickets, and only verify rounds (export.list.verify.every) find permanent deletions and changes that leave updated_at as it is";

#[test]
fn a_check_is_good_if_the_settings_name_a_source_that_can_be_read() {
    use Meaning::{Everything, Passing, Refused, RefusedToUser};
    // The failures of export and list, and whether auto, cursor, time and list are good.
    let table = [
        (None, None, [true, true, true, true]),
        (None, Some(Refused), [true, true, true, false]),
        (Some(RefusedToUser), None, [true, false, false, true]),
        (Some(Refused), None, [true, false, false, true]),
        (Some(Refused), Some(Refused), [false; 4]),
        (Some(Refused), Some(Passing), [false; 4]),
        // A failure of the export that passes does not let the exporter read the list.
        (Some(Passing), None, [false, false, false, true]),
        (Some(Everything), None, [false; 4]),
    ];
    for (export, list, expected) in table {
        let probes = probes(export, list);
        let good = ["auto", "cursor", "time", "list"].map(|source| {
            let settings = settings(&format!("source: {source}"));
            SourceFindings::of(&probes, &settings).is_good
        });
        assert_eq!(good, expected, "{export:?} {list:?}");
    }
}

#[test]
fn the_last_sentence_says_which_source_would_be_read_and_why() {
    use Meaning::{Passing, Refused, RefusedToUser};
    let cannot = "would not read the list of tickets; set export.source: auto to read it while Zendesk refuses the export";
    let table = [
        ("auto", None, None, Some("would read the export")),
        ("auto", None, Some(Refused), Some("would read the export")),
        (
            "auto",
            Some(RefusedToUser),
            None,
            Some("would read the list of tickets, because only an admin can read the export"),
        ),
        (
            "auto",
            Some(Refused),
            None,
            Some("would read the list of tickets, because Zendesk refuses the export"),
        ),
        (
            "auto",
            Some(Refused),
            Some(Refused),
            Some("could read no source"),
        ),
        (
            "auto",
            Some(Passing),
            None,
            Some(
                "would request the export again, because it reads the list of tickets only while Zendesk refuses the export",
            ),
        ),
        ("cursor", None, None, None),
        ("cursor", Some(Refused), None, Some(cannot)),
        ("cursor", Some(Refused), Some(Refused), None),
        ("time", Some(RefusedToUser), None, Some(cannot)),
        ("list", None, None, None),
        ("list", Some(Refused), None, None),
        (
            "list",
            None,
            Some(Refused),
            Some("would not read the export; set export.source: auto to read it"),
        ),
    ];
    for (source, export, list, expected) in table {
        let settings = settings(&format!("source: {source}"));
        let found = SourceFindings::of(&probes(export, list), &settings);
        assert_eq!(
            found.sentences.get(2).cloned(),
            expected.map(|what| format!("with export.source: {source} the exporter {what}")),
            "{source} {export:?} {list:?}"
        );
    }
}

#[test]
fn nothing_is_said_of_the_list_if_no_request_can_succeed() {
    let found = SourceFindings::of(&probes(Some(Meaning::Everything), None), &settings(""));
    assert_eq!(found.sentences, ["cannot get the export"]);
}

#[test]
fn what_the_list_misses_follows_from_the_login_the_settings_and_the_answers() {
    let said = |probes: &Probes, export: &str| {
        let mut sentences = SourceFindings::of(probes, &settings(export)).sentences;
        sentences.remove(0);
        sentences
    };
    let auto = "with export.source: auto the exporter would read the export";
    assert_eq!(said(&probes(None, None), ""), [LIST, auto]);

    let restricted = LIST.replace("page;", "page, of those that the user may see;");
    assert_eq!(
        said(&probes(Some(Meaning::RefusedToUser), None), "source: list"),
        [restricted]
    );
    let by_ids = LIST.replace(
        "archived tickets",
        "what changes in archived tickets after they were read once by their ids (export.list.archive: ids)",
    );
    assert_eq!(
        said(&probes(None, None), "list: { archive: ids }"),
        [by_ids.as_str(), auto]
    );

    let with = |list: ListProbes| Probes {
        list: Some(Ok(list)),
        ..probes(None, None)
    };
    let refused = with(ListProbes {
        deleted: Err(failure("the list of deleted tickets", Meaning::Refused)),
        by_ids: Err(failure("tickets by their ids", Meaning::Refused)),
        ..whole_list()
    });
    assert_eq!(
        said(&refused, ""),
        [
            LIST,
            "cannot get the list of deleted tickets",
            "cannot get tickets by their ids; with the list as the source, nothing finds permanent deletions and changes that leave updated_at as it is",
            auto
        ]
    );

    let bare = || ListProbes {
        metric_sets: false,
        slas: false,
        ..whole_list()
    };
    let metric_sets = "the list has no metric sets (export.metric_sets), so waiting times, replies and reopens are missing while it is the source";
    let slas = "the list has no SLA targets (export.slas), so the SLA metrics are missing while it is the source";
    assert_eq!(said(&with(bare()), ""), [LIST, metric_sets, auto]);
    assert_eq!(
        said(&with(bare()), "slas: true"),
        [LIST, metric_sets, slas, auto]
    );
    assert_eq!(said(&with(bare()), "metric_sets: false"), [LIST, auto]);
    // A list without tickets says nothing of them.
    let empty = ListProbes {
        tickets: 0,
        ..bare()
    };
    assert_eq!(
        said(&with(empty), "slas: true"),
        [LIST.replace("100 tickets", "0 tickets").as_str(), auto]
    );
}
