//! Links from one page to a heading of another. That the files exist is held by the stories of the
//! archive.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a directory of the repository that end so.
fn files(directory: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, end, found);
        } else if path.extension().is_some_and(|it| it == end) {
            found.push(path);
        }
    }
}

/// The pages that people read: those at the root, and those in `docs`.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    files(&repository().join("docs"), "md", &mut paths);
    for entry in fs::read_dir(repository()).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "md") {
            paths.push(path);
        }
    }
    let pages = paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path).expect("a page");
        (path.canonicalize().expect("it exists"), text)
    });
    pages.collect()
}

/// The lines of a page outside of its blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// A heading as GitHub names it in an address.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|sign| match sign {
        ' ' => Some('-'),
        '-' | '_' => Some(sign),
        _ if sign.is_alphanumeric() => Some(sign.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[test]
fn every_link_to_a_heading_finds_it() {
    let pages = pages();
    let headings: BTreeMap<&Path, Vec<String>> = pages
        .iter()
        .map(|(path, text)| {
            let headings = prose(text)
                .filter(|line| line.starts_with('#'))
                .map(|line| anchor(line.trim_start_matches('#')));
            (path.as_path(), headings.collect())
        })
        .collect();
    let mut links = 0;
    for (path, text) in &pages {
        let targets = text.split("](").skip(1);
        let targets = targets.filter_map(|rest| Some(rest.split_once(')')?.0));
        for target in targets.filter(|target| !target.contains("://")) {
            let Some((file, heading)) = target.split_once('#') else {
                continue;
            };
            let page = match file {
                "" => path.clone(),
                _ => path.parent().expect("a parent").join(file),
            };
            let page = page.canonicalize().expect(target);
            let known = headings.get(page.as_path());
            let is_there = known.is_some_and(|known| known.iter().any(|it| it == heading));
            assert!(is_there, "{}: {target}", path.display());
            links += 1;
        }
    }
    assert!(links > 30, "{links}");
}
