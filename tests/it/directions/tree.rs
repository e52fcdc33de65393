//! The tree of rooms in ARCHITECTURE.md, and the files that it and CONTRIBUTING.md name.

use std::fs;
use std::path::{Path, PathBuf};

use super::repository;

fn page(name: &str) -> String {
    fs::read_to_string(repository().join(name)).expect("a page")
}

/// The paths that the tree names. Two spaces of indentation lead into the folder of the line above.
fn tree(page: &str) -> Vec<PathBuf> {
    let (_, section) = page.split_once("\n## Rooms\n").expect("a section");
    let block = section.split("```").nth(1).expect("a tree");
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut paths = Vec::new();
    for line in block.lines().skip(1) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let names = line.trim_start().split("  ").next().unwrap_or_default();
        folders.truncate(depth);
        let folder = folders.last().cloned().unwrap_or_default();
        let named = names.split(", ").map(|name| folder.join(name));
        paths.extend(named.clone());
        folders.extend(named.take(1));
    }
    paths
}

/// The files that the text names with their folder, in backticks.
fn named_in_text(page: &str) -> Vec<&str> {
    let in_backticks = page.split('`').skip(1).step_by(2);
    let is_file = |name: &&str| {
        name.contains('/') && name.ends_with(".rs") && !name.contains(char::is_whitespace)
    };
    in_backticks.filter(is_file).collect()
}

#[test]
fn every_file_that_the_tree_names_exists() {
    let paths = tree(&page("ARCHITECTURE.md"));
    assert!(paths.len() > 50, "{paths:?}");
    let is_missing = |path: &&PathBuf| !repository().join(path).exists();
    let missing: Vec<_> = paths.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_room_is_in_the_tree() {
    let paths = tree(&page("ARCHITECTURE.md"));
    let entries = fs::read_dir(repository().join("src")).expect("a folder");
    for entry in entries {
        let name = entry.expect("an entry").file_name();
        let path = Path::new("src").join(&name);
        let is_root = name == "lib.rs" || name == "main.rs";
        assert!(is_root || paths.contains(&path), "{}", path.display());
    }
}

#[test]
fn every_file_that_the_texts_name_exists() {
    for (name, least) in [("ARCHITECTURE.md", 20), ("CONTRIBUTING.md", 8)] {
        let page = page(name);
        let named = named_in_text(&page);
        assert!(named.len() > least, "{name}: {named:?}");
        let exists = |file: &str| {
            let roots = ["", "src", "tests/it"].map(|root| repository().join(root));
            roots.iter().any(|root| root.join(file).exists())
        };
        let missing: Vec<_> = named.into_iter().filter(|file| !exists(file)).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}
