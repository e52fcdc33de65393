//! The table of rooms in ARCHITECTURE.md, and the paths that are against it.

use super::modules::Modules;
use super::reader::{Mention, Place};

/// Rooms in the order of the table, which is that of the layers: a room imports from rooms above it only.
#[derive(Debug)]
pub(super) struct Directions(Vec<Room>);

#[derive(Debug)]
struct Room {
    /// The module, as `ledger` or `state::sqlite`; `lib` for the crate itself.
    name: String,
    /// The rooms that it may import from.
    allowed: Vec<String>,
}

/// The heading above the table.
const HEADING: &str = "## Directions";

/// In the second column: all rooms of the rows above.
const ALL_ABOVE: &str = "every room above";

impl Directions {
    /// Reads the first table below the heading. The first column names a room, the second one those that it may import
    /// from, each in backticks.
    ///
    /// The error is a sentence about the row that is wrong.
    pub(super) fn read(page: &str) -> Result<Self, String> {
        let (_, section) = page
            .split_once(HEADING)
            .ok_or("the page has no directions")?;
        let rows = section
            .lines()
            .skip_while(|line| !line.starts_with("|---"))
            .skip(1)
            .take_while(|line| line.starts_with('|'));
        let mut rooms: Vec<Room> = Vec::new();
        for row in rows {
            let mut columns = row.split('|').skip(1);
            let [first, second] = [columns.next(), columns.next()].map(Option::unwrap_or_default);
            let above = |name: &String| rooms.iter().any(|room| room.name == *name);
            let [name] = <[String; 1]>::try_from(names(first))
                .map_err(|_| format!("this row does not begin with one room: {row}"))?;
            if above(&name) {
                return Err(format!("{name} has two rows"));
            }
            let allowed = if second.trim() == ALL_ABOVE {
                rooms.iter().map(|room| room.name.clone()).collect()
            } else {
                names(second)
            };
            if let Some(below) = allowed.iter().find(|name| !above(name)) {
                return Err(format!(
                    "{name} may import from {below}, which is not above it"
                ));
            }
            rooms.push(Room { name, allowed });
        }
        Ok(Self(rooms))
    }

    /// A sentence for each path that leads where it may not, and for each module or row without the other.
    pub(super) fn violations(&self, modules: &Modules) -> Vec<String> {
        let mut sentences = Vec::new();
        for (module, file) in modules.all().filter(|(module, _)| module.len() <= 1) {
            if self.room_of(module).is_none() {
                sentences.push(format!("{file} is in no room of the table"));
            }
        }
        for room in &self.0 {
            if !modules
                .all()
                .any(|(module, _)| name_of(module) == room.name)
            {
                sentences.push(format!(
                    "the table has the room {}, but there is no such module",
                    room.name
                ));
            }
        }
        for (module, file, mention) in modules.mentions() {
            let rooms = self
                .room_of(module)
                .zip(self.room_led_to(modules, module, mention));
            let Some((from, to)) = rooms else { continue };
            if from.name == to.name || from.allowed.contains(&to.name) {
                continue;
            }
            let allowed = match from.allowed.as_slice() {
                [] => "from no other room".to_owned(),
                allowed => format!("from {} only", allowed.join(", ")),
            };
            sentences.push(format!(
                "{file}:{}: {} leads from {} to {}, but {} may import {allowed}",
                mention.line,
                mention.segments.join("::"),
                from.name,
                to.name,
                from.name,
            ));
        }
        sentences
    }

    /// The room that a path leads to; `None` for one that does not leave its module, or that leaves the crate.
    ///
    /// A room within a room is known by where a name is defined: `crate::state::File` may be passed on by `state` and
    /// belong to `state::sqlite`. Whoever passes on what is in it does not import it.
    fn room_led_to(
        &self,
        modules: &Modules,
        module: &[String],
        Mention {
            segments, place, ..
        }: &Mention,
    ) -> Option<&Room> {
        let written = modules.absolute(module, segments);
        let (definer, _) = modules.module_of(module, segments).unzip();
        let is_within = |path: &[String]| path.starts_with(module);
        if *place == Place::Reexport && definer.is_some_and(is_within) {
            return None;
        }
        let definer = definer.filter(|definer| match &written {
            Some(path) => definer.first() == path.first(),
            None => is_within(definer),
        });
        self.room_of(definer.or(written.as_deref())?)
    }

    /// The room that a module or an item is in: the innermost one that the table names.
    fn room_of(&self, path: &[String]) -> Option<&Room> {
        let lengths = (path.len().min(1)..=path.len()).rev();
        let mut names = lengths.map(|length| name_of(&path[..length]));
        names.find_map(|name| self.0.iter().find(|room| room.name == name))
    }
}

fn name_of(path: &[String]) -> String {
    match path {
        [] => "lib".to_owned(),
        path => path.join("::"),
    }
}

/// What is in backticks.
fn names(column: &str) -> Vec<String> {
    let parts = column.split('`').skip(1).step_by(2);
    parts.map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# House\n\n## Directions\n\nWords, `in backticks` too.\n\n\
        | Room | May import from | What it is |\n|---|---|---|\n\
        | `base` | – | the ground |\n| `shop` | `base` | |\n| `shop::till` | `base` | |\n\
        | `top` | every room above | |\n| `lib` | – | |\n\n| `more` | `top` | |\n";

    fn violations(files: &[(&str, &str)]) -> Vec<String> {
        let mut sources: std::collections::BTreeMap<_, _> = [
            ("src/lib.rs", "mod base; mod shop; mod top;"),
            ("src/base.rs", ""),
            ("src/shop/mod.rs", "mod till; mod shelf;"),
            ("src/shop/till.rs", ""),
            ("src/shop/shelf.rs", ""),
            ("src/top.rs", ""),
        ]
        .map(|(file, text)| (file.to_owned(), text.to_owned()))
        .into();
        sources.extend(
            files
                .iter()
                .map(|(file, text)| ((*file).to_owned(), (*text).to_owned())),
        );
        let directions = Directions::read(TABLE).expect("a table");
        directions.violations(&Modules::of(&sources, "house", "src"))
    }

    #[test]
    fn a_room_imports_from_the_rooms_that_it_may_import_from() {
        let shelf = "use crate::base::B; use super::super::base; use super::Shop; fn f() { crate::base::b() }";
        let top = "use crate::{base::B, shop::{Shop, till::Till}}; use std::fmt; use other::base;";
        let files = [("src/shop/shelf.rs", shelf), ("src/top.rs", top)];
        assert_eq!(violations(&files), [] as [&str; 0]);
    }

    #[test]
    fn every_other_path_is_told() {
        for (file, text, expected) in [
            (
                "src/base.rs",
                "\nuse crate::top::T;",
                "src/base.rs:2: crate::top::T leads from base to top, but base may import from no other room",
            ),
            (
                "src/shop/shelf.rs",
                "fn f() { super::super::top::t() }",
                "src/shop/shelf.rs:1: super::super::top::t leads from shop to top, but shop may import from base only",
            ),
            (
                "src/shop/shelf.rs",
                "use super::till::Till;",
                "src/shop/shelf.rs:1: super::till::Till leads from shop to shop::till, but shop may import from base only",
            ),
            (
                "src/shop/till.rs",
                "use super::Shop;",
                "src/shop/till.rs:1: super::Shop leads from shop::till to shop, but shop::till may import from base only",
            ),
            (
                "src/base.rs",
                "pub use crate::{base::B, shop as s};",
                "src/base.rs:1: crate::shop leads from base to shop, but base may import from no other room",
            ),
        ] {
            assert_eq!(violations(&[(file, text)]), [expected], "{text}");
        }
    }

    #[test]
    fn a_name_that_is_passed_on_belongs_to_the_room_that_defines_it() {
        let passes_on = (
            "src/shop/mod.rs",
            "mod till; mod shelf; pub use till::Till;",
        );
        let till = ("src/shop/till.rs", "pub struct Till;");
        let top = ("src/top.rs", "use crate::shop::Till;");
        assert_eq!(violations(&[passes_on, till, top]), [] as [&str; 0]);
        let shelf = ("src/shop/shelf.rs", "use super::Till;");
        assert_eq!(
            violations(&[passes_on, till, shelf]),
            [
                "src/shop/shelf.rs:1: super::Till leads from shop to shop::till, but shop may import from base only"
            ]
        );
        let uses = (
            "src/shop/mod.rs",
            "mod till; mod shelf;\nfn f() { till::Till; }",
        );
        assert_eq!(
            violations(&[uses, till]),
            [
                "src/shop/mod.rs:2: till::Till leads from shop to shop::till, but shop may import from base only"
            ]
        );
    }

    #[test]
    fn modules_and_rows_belong_together() {
        let lib = "mod base; mod shop; mod attic;";
        let files = [("src/lib.rs", lib), ("src/attic.rs", "")];
        let expected = [
            "src/attic.rs is in no room of the table",
            "the table has the room top, but there is no such module",
        ];
        assert_eq!(violations(&files), expected);
    }

    #[test]
    fn a_table_with_an_arrow_upwards_is_refused() {
        let check = |rows: &str, expected: &str| {
            let page = format!("## Directions\n| Room | May import from |\n|---|---|\n{rows}");
            assert_eq!(Directions::read(&page).expect_err(rows), expected);
        };
        check(
            "| `a` | `b` |\n| `b` | – |",
            "a may import from b, which is not above it",
        );
        check(
            "| `a` | `a` |",
            "a may import from a, which is not above it",
        );
        check("| `a` | – |\n| `a` | – |", "a has two rows");
        check(
            "| a | – |",
            "this row does not begin with one room: | a | – |",
        );
        let none = Directions::read("# House").expect_err("no table");
        assert_eq!(none, "the page has no directions");
    }
}
