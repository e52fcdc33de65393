//! Only `state::sqlite` knows the database: nothing else names its crate, and the rest of the state does not speak of it.

use super::modules::{Modules, Sources, sources};
use super::{assert_none, repository, with_lines};

/// The crate of the database.
const DATABASE: &str = "rusqlite";

/// The backend on this database.
const BACKEND: &str = "src/state/sqlite/";

/// The state: what is outside of the backend is for every database.
const STATE: &str = "src/state/";

/// The only line of the state that may speak of the database.
const MODULE: &str = "pub mod sqlite;";

/// Where the database is named outside of its backend.
fn named(sources: &Sources) -> Vec<String> {
    let modules = Modules::of(sources, "zendesk_exporter", "src");
    let mut sentences = Vec::new();
    for (_, file, mention) in modules.mentions() {
        let is_database = mention.segments.iter().any(|segment| segment == DATABASE);
        if is_database && !file.starts_with(BACKEND) {
            let path = mention.segments.join("::");
            sentences.push(format!("{file}:{} uses {path}", mention.line));
        }
    }
    let files = modules.all().map(|(_, file)| file);
    for file in files.filter(|file| file.starts_with(STATE) && !file.starts_with(BACKEND)) {
        for (line, text) in (1..).zip(sources[file].lines()) {
            if text != MODULE && text.to_lowercase().contains("sqlite") {
                sentences.push(format!("{file}:{line} speaks of the database: {text}"));
            }
        }
    }
    sentences
}

#[test]
fn the_database_is_named_in_its_backend_only() {
    assert_none(&named(&sources(repository(), "src")));
}

#[test]
fn the_database_outside_of_its_backend_is_told() {
    let table = [
        ("src/state/page.rs", "use rusqlite::Transaction;\n", true),
        (
            "src/state/inspect.rs",
            "fn f(file: &rusqlite::Connection) {}\n",
            true,
        ),
        ("src/state/written.rs", "// As SQLite does.\n", true),
        (
            "src/state/codec/meta.rs",
            "const A: &str = \"sqlite_schema\";\n",
            true,
        ),
        (
            "src/poller/mod.rs",
            "fn f() -> rusqlite::Result<()> { Ok(()) }\n",
            true,
        ),
        (
            "src/poller/mod.rs",
            "#[cfg(test)]\nmod more { use rusqlite::Connection; }\n",
            false,
        ),
        (
            "src/state/sqlite/file.rs",
            "use rusqlite::Connection as C;\n",
            false,
        ),
    ];
    for (file, line, is_told) in table {
        let sentences = named(&with_lines(&[(file, line)]));
        assert_eq!(!sentences.is_empty(), is_told, "{line} {sentences:?}");
    }
}
