//! The rooms of the program, which import from each other in the directions that ARCHITECTURE.md says, and files, which
//! import from each other in no circle.
//!
//! Reads every path in every source file: those of `use` lines and those in expressions, types and macros.

mod circles;
mod database;
mod family_names;
mod modules;
mod reader;
mod table;
mod tree;

use std::fs;
use std::path::Path;

use circles::circles;
use modules::{Modules, Sources, sources};
use table::Directions;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn directions() -> Directions {
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("a page");
    Directions::read(&page).unwrap_or_else(|error| panic!("ARCHITECTURE.md: {error}"))
}

/// What is wrong with these sources of the program.
fn problems(sources: &Sources) -> Vec<String> {
    let modules = Modules::of(sources, "zendesk_exporter", "src");
    [directions().violations(&modules), circles(&modules)].concat()
}

#[track_caller]
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn rooms_import_in_the_directions_of_the_table() {
    let modules = Modules::of(&sources(repository(), "src"), "zendesk_exporter", "src");
    assert_none(&directions().violations(&modules));
}

#[test]
fn no_files_are_in_a_circle() {
    for (directory, crate_name) in [
        ("src", "zendesk_exporter"),
        ("simulator/src", "zendesk_simulator"),
        ("tools/src", "zendesk_exporter_tools"),
        ("tools/look/src", "zendesk_exporter_look"),
        ("tools/webdriver/src", "zendesk_exporter_webdriver"),
    ] {
        let sources = sources(repository(), directory);
        assert_none(&circles(&Modules::of(&sources, crate_name, directory)));
    }
}

/// The sources of the program, with a line more at the end of each of these files.
fn with_lines(lines: &[(&str, &str)]) -> Sources {
    let mut sources = sources(repository(), "src");
    for (file, line) in lines {
        let text = sources
            .get_mut(*file)
            .unwrap_or_else(|| panic!("no {file}"));
        assert!(text.ends_with('\n'), "{file}");
        text.push_str(line);
    }
    sources
}

#[test]
fn an_arrow_upwards_and_a_circle_are_told() {
    // A file, the line that is added to it, and what is told of it.
    let breakages = [
        (
            "src/ticket.rs",
            "fn f() { super::app::f() }",
            "super::app::f leads from ticket to app, but ticket may import from no other room",
        ),
        (
            "src/source/page.rs",
            "type Client = super::super::zendesk::Client;",
            "super::super::zendesk::Client leads from source to zendesk, but source may import from ticket, clock only",
        ),
        (
            "src/ledger/sla.rs",
            "use crate::{ticket::Status as S, server::{self, Limits as L}};",
            "crate::server::Limits leads from ledger to server, but ledger may import from ticket, source only",
        ),
        (
            "src/metrics/text.rs",
            "fn f() { println!(\"{}\", crate::lookups::NAMES_MAX); }",
            "crate::lookups::NAMES_MAX leads from metrics to lookups, but metrics may",
        ),
        (
            "src/state/page.rs",
            "use super::sqlite::Sqlite;",
            "super::sqlite::Sqlite leads from state to state::sqlite, but state may",
        ),
        (
            "src/poller/state.rs",
            "use crate::state::sqlite::Sqlite;",
            "crate::state::sqlite::Sqlite leads from poller to state::sqlite, but poller may",
        ),
        (
            "src/zendesk/decode/mod.rs",
            "pub use crate::poller::Poller;",
            "crate::poller::Poller leads from zendesk::decode to poller, but zendesk::decode may",
        ),
        (
            "src/config/web.rs",
            "impl From<crate::server::Protection> for Web {}",
            "crate::server::Protection leads from config to server, but config may",
        ),
        (
            "src/server/client_limits.rs",
            "use crate::zendesk as z;",
            "crate::zendesk leads from server to zendesk, but server may",
        ),
        (
            "src/schedule/pacing.rs",
            "use super::Schedule;",
            "uses super::Schedule of src/schedule/mod.rs",
        ),
        (
            "src/metrics/vectors.rs",
            "fn f(a: super::AccountMetrics) {}",
            "uses super::AccountMetrics of src/metrics/account_metrics.rs",
        ),
    ];
    let lines = breakages.map(|(file, line, _)| (file, line));
    let told = problems(&with_lines(&lines));
    for (file, _, expected) in breakages {
        let is_it = |problem: &String| problem.contains(file) && problem.contains(expected);
        assert!(told.iter().any(is_it), "{file}: {expected}: {told:#?}");
    }
}

#[test]
fn tests_comments_strings_and_arrows_downwards_are_allowed() {
    let told = problems(&with_lines(&[
        (
            "src/ticket.rs",
            "#[cfg(test)]\nmod more_tests { use crate::app::App; }",
        ),
        ("src/ledger/sla.rs", "// use crate::server::Limits;"),
        ("src/source/page.rs", "const S: &str = \"crate::app::App\";"),
        ("src/schedule/pacing.rs", "use crate::ticket::Status;"),
        (
            "src/server/client_limits.rs",
            "pub(in crate::server) mod more {}",
        ),
    ]));
    assert_eq!(told, problems(&with_lines(&[])));
}
