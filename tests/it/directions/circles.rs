//! Circles of files: each uses the next one, and the last one uses the first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::modules::Modules;
use super::reader::Place;

/// The files that a file uses, each with the line that is the first to say so, and the path in it.
type Uses<'m> = BTreeMap<&'m str, BTreeMap<&'m str, (usize, String)>>;

/// A sentence for each circle: the shortest one of each file that is in one and was not named before.
pub(super) fn circles(modules: &Modules) -> Vec<String> {
    let uses = uses(modules);
    let mut named = BTreeSet::new();
    let mut sentences = Vec::new();
    for file in uses.keys() {
        if named.contains(file) {
            continue;
        }
        if let Some(circle) = shortest(&uses, file) {
            sentences.push(sentence(&uses, &circle));
            named.extend(circle);
        }
    }
    sentences
}

fn uses(modules: &Modules) -> Uses<'_> {
    let mut uses = Uses::new();
    for (module, file, mention) in modules.mentions() {
        if mention.place == Place::Reexport {
            continue;
        }
        let used = modules.file_of(module, &mention.segments);
        if let Some(used) = used.filter(|used| *used != file) {
            let says = (mention.line, mention.segments.join("::"));
            let used_before = uses.entry(file).or_default();
            used_before.entry(used).or_insert(says);
        }
    }
    uses
}

/// The shortest way from a file over others back to itself.
fn shortest<'m>(uses: &Uses<'m>, start: &'m str) -> Option<Vec<&'m str>> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in uses.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
            if *next == start {
                return Some(way);
            }
            if seen.insert(*next) {
                ways.push_back([way.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

fn sentence(uses: &Uses<'_>, circle: &[&str]) -> String {
    let steps = circle.iter().zip(circle.iter().cycle().skip(1));
    let steps = steps.map(|(file, used)| {
        let (line, path) = &uses[file][used];
        format!("{file}:{line} uses {path} of {used}")
    });
    let steps = steps.collect::<Vec<_>>().join(", ");
    format!(
        "{} files import one another in a circle: {steps}",
        circle.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let sources = files
            .iter()
            .map(|(file, text)| (format!("src/{file}.rs"), (*text).to_owned()))
            .collect();
        let found = circles(&Modules::of(&sources, "house", "src"));
        assert_eq!(found, expected);
    }

    #[test]
    fn files_that_use_each_other_are_a_circle() {
        check(
            &[
                ("lib", "mod a; mod b; mod c;"),
                ("a", "use crate::b::B; pub struct A;"),
                ("b", "pub struct B;\npub fn b(a: &crate::a::A) {}"),
                ("c", "use crate::a::A;"),
            ],
            &[
                "2 files import one another in a circle: src/a.rs:1 uses crate::b::B of src/b.rs, src/b.rs:2 uses crate::a::A of src/a.rs",
            ],
        );
        check(
            &[
                ("lib", "mod a; mod b; mod c;"),
                ("a", "use super::b::B; pub struct A;"),
                ("b", "use super::c::C; pub struct B;"),
                (
                    "c",
                    "pub struct C; fn f() { println!(\"{}\", super::a::A) }",
                ),
            ],
            &[
                "3 files import one another in a circle: src/a.rs:1 uses super::b::B of src/b.rs, src/b.rs:1 uses super::c::C of src/c.rs, src/c.rs:1 uses super::a::A of src/a.rs",
            ],
        );
    }

    #[test]
    fn a_parent_counts_for_what_it_uses_itself() {
        // It passes on what its children define, and they take it from there.
        let children = [
            ("a/b", "use super::C; pub struct B;"),
            ("a/c", "pub struct C;"),
        ];
        let only_passes_on = [
            ("lib", "mod a;"),
            ("a", "mod b; mod c; pub use b::B; pub use c::C;"),
        ];
        check(&[only_passes_on, children].concat(), &[]);
        let uses = [
            ("lib", "mod a;"),
            ("a", "mod b; mod c; pub use b::B; pub struct A(B);"),
            ("a/b", "use super::A; pub struct B;"),
            ("a/c", "pub struct C;"),
        ];
        check(
            &uses,
            &[
                "2 files import one another in a circle: src/a.rs:1 uses B of src/a/b.rs, src/a/b.rs:1 uses super::A of src/a.rs",
            ],
        );
    }

    #[test]
    fn what_is_for_tests_closes_no_circle() {
        check(
            &[
                ("lib", "mod a; mod b;"),
                ("a", "use crate::b::B; pub struct A;"),
                (
                    "b",
                    "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }",
                ),
            ],
            &[],
        );
    }
}
