//! The name of a ticket family stands in its row of the table, and nowhere else in the program's code.

use zendesk_exporter::ledger::TicketFamily;

use super::modules::{Modules, Sources, sources};
use super::{assert_none, repository, with_lines};

/// Where the table is.
const TABLE: &str = "src/ledger/family/";

/// The texts of the families that the exporter has of itself: some name a ticket family, as the texts of
/// the table do.
const TEXTS: &str = "src/metrics/catalog/";

/// Where a ticket family is named outside the table: its name, or that of one of its samples.
fn named(sources: &Sources) -> Vec<String> {
    let modules = Modules::of(sources, "zendesk_exporter", "src");
    let literals = modules
        .literals()
        .filter(|(file, ..)| !file.starts_with(TABLE));
    let mut sentences = Vec::new();
    for (file, line, text) in literals {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let words = text.split(|character| !is_part(character));
        for word in words.filter(|word| *word == text || !file.starts_with(TEXTS)) {
            let samples = ["_bucket", "_sum", "_count"].iter();
            let family = samples.fold(word, |name, part| name.strip_suffix(part).unwrap_or(name));
            if TicketFamily::from_name(family).is_some() {
                sentences.push(format!("{file}:{line} names the family {family}"));
            }
        }
    }
    sentences
}

#[test]
fn no_ticket_family_is_named_outside_its_row() {
    assert_none(&named(&sources(repository(), "src")));
}

#[test]
fn a_name_outside_the_table_is_told() {
    let table = [
        (
            "src/ledger/sla.rs",
            "const A: &str = \"zendesk_tickets\";\n",
            true,
        ),
        (
            "src/state/page.rs",
            "fn a() { panic!(\"rate(zendesk_ticket_replies_bucket[1h])\") }\n",
            true,
        ),
        (
            "src/metrics/catalog/exporter_process.rs",
            "const A: &str = \"zendesk_unsolved_tickets\";\n",
            true,
        ),
        (
            "src/ledger/sla.rs",
            "const A: &str = \"zendesk_up\";\n",
            false,
        ),
        ("src/ledger/sla.rs", "// \"zendesk_tickets\"\n", false),
        (
            "src/ledger/sla.rs",
            "#[cfg(test)]\nmod more { const A: &str = \"zendesk_tickets\"; }\n",
            false,
        ),
        (
            "src/ledger/family/ticket_families.rs",
            "const A: &str = \"zendesk_tickets\";\n",
            false,
        ),
    ];
    for (file, line, is_told) in table {
        let sentences = named(&with_lines(&[(file, line)]));
        assert_eq!(!sentences.is_empty(), is_told, "{line} {sentences:?}");
    }
}
