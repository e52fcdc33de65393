use super::*;

/// The paths in a text, each with its line; those of its inline modules with the name of the module in front.
fn mentions(text: &str) -> Vec<String> {
    fn add(prefix: &str, module: &Module, found: &mut Vec<String>) {
        found.extend(module.mentions.iter().map(|mention| {
            let path = mention.segments.join("::");
            format!("{prefix}{} {path}", mention.line)
        }));
        for (name, inner) in &module.inline {
            add(&format!("{prefix}{name} "), inner, found);
        }
    }
    let module = read(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut found = Vec::new();
    add("", &module, &mut found);
    found
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mentions(text), expected, "{text}");
}

#[test]
fn every_path_in_braces_is_one_of_its_own() {
    check(
        "use crate::{ledger::{self, Cell},\n state::page::{\n  Applied}};",
        &[
            "1 crate::ledger",
            "1 crate::ledger::Cell",
            "3 crate::state::page::Applied",
        ],
    );
    check(
        "use super::super::{a, b::*};",
        &["1 super::super::a", "1 super::super::b"],
    );
}

#[test]
fn a_rename_is_the_path_under_another_name() {
    let text = "use crate::server as web;\nuse crate::clock::{self as c, Clock as _};";
    check(
        text,
        &["1 crate::server", "2 crate::clock", "2 crate::clock::Clock"],
    );
    let imports = read(text).expect("it is Rust").imports;
    let paths = |name: &str| imports.get(name).map(|path| path.join("::"));
    assert_eq!(paths("web").as_deref(), Some("crate::server"));
    assert_eq!(paths("c").as_deref(), Some("crate::clock"));
    assert_eq!(paths("server"), None);
}

#[test]
fn paths_are_found_in_signatures_bodies_and_patterns() {
    check(
        "fn f(a: crate::a::A) -> Option<super::b::B> {\n crate::c::d(a);\n match a { crate::e::E::One => {} }\n}",
        &[
            "1 crate::a::A",
            "1 Option",
            "1 super::b::B",
            "2 crate::c::d",
            "2 a",
            "3 a",
            "3 crate::e::E::One",
        ],
    );
    check(
        "impl crate::a::Trait for super::B {}\nstruct S { field: crate::c::C }\nconst N: u8 = crate::d::N;",
        &[
            "1 crate::a::Trait",
            "1 super::B",
            "2 crate::c::C",
            "3 u8",
            "3 crate::d::N",
        ],
    );
    check(
        "fn f() {\n use crate::a::A;\n let b: <crate::b::B as crate::c::C>::D;\n}",
        &["2 crate::a::A", "3 crate::b::B", "3 crate::c::C::D"],
    );
}

#[test]
fn paths_are_found_in_macros_and_attributes() {
    check(
        "fn f() {\n assert!(x.crate_name() == crate::a::b(y.c, 1..super::D));\n}",
        &["2 assert", "2 x", "2 crate::a::b", "2 y", "2 super::D"],
    );
    check(
        "#[error(\"{}\", crate::a::advice(cause))]\nstruct S<'a>(&'a str);",
        &["1 crate::a::advice", "1 cause", "2 str"],
    );
    check(
        "fn f() { vec![crate::a::B::<u8>::new()]; }",
        &["1 vec", "1 crate::a::B", "1 u8", "1 new"],
    );
}

#[test]
fn comments_strings_and_visibilities_hold_no_paths() {
    check(
        "//! [`a`](crate::a)\n/// crate::b\n// crate::c\npub(in crate::d) const N: &str = \"crate::e\";",
        &["4 str"],
    );
}

#[test]
fn modules_have_their_own_paths() {
    check(
        "mod file;\nuse file::A;\nmod inner {\n use super::super::b::B;\n mod innermost { use super::C; }\n}",
        &[
            "2 file::A",
            "inner 4 super::super::b::B",
            "inner innermost 5 super::C",
        ],
    );
    let module = read("mod file;\nmod inner {}").expect("it is Rust");
    assert_eq!(module.files, ["file"]);
}

#[test]
fn what_is_for_tests_only_is_left_out() {
    for text in [
        "#[cfg(test)]\nmod tests { use crate::a::A; }",
        "#[cfg(test)]\nmod tests;",
        "#[cfg(all(test, unix))]\nuse crate::a::A;",
        "#[cfg(test)]\nimpl crate::a::A {}",
        "struct S;\nimpl S {\n #[cfg(test)]\n fn f(a: crate::a::A) {}\n}",
    ] {
        let found = mentions(text);
        assert!(found.iter().all(|found| found.ends_with(" S")), "{found:?}");
        assert!(read(text).expect("it is Rust").files.is_empty(), "{text}");
    }
    for text in [
        "#[cfg(not(test))]\nuse crate::a::A;",
        "#[cfg(any(test, feature = \"oracle\"))]\nuse crate::a::A;",
    ] {
        check(text, &["2 crate::a::A"]);
    }
}

#[test]
fn a_path_that_is_passed_on_is_told_from_one_that_is_used() {
    let places = |text: &str| -> Vec<Place> {
        let module = read(text).expect("it is Rust");
        module
            .mentions
            .iter()
            .map(|mention| mention.place)
            .collect()
    };
    assert_eq!(places("use a::A;"), [Place::Import]);
    assert_eq!(places("pub use a::{A, B};"), [Place::Reexport; 2]);
    assert_eq!(places("pub(super) use a::A;"), [Place::Reexport]);
    assert_eq!(places("type B = a::A;"), [Place::Inline]);
}
