//! Circles of files: each uses the next, and the last one the first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::modules::Modules;
use super::reader::Place;

/// What each file uses, and the line that says so first.
type Uses<'m> = BTreeMap<&'m str, BTreeMap<&'m str, (usize, String)>>;

fn uses(modules: &Modules) -> Uses<'_> {
    let mut uses = Uses::new();
    for (module, file, mention) in modules.mentions() {
        // Whoever passes a name on does not use it by that.
        if mention.place == Place::Export {
            continue;
        }
        if let Some(used) = modules.file_of(module, &mention.segments)
            && used != file
        {
            let said = (mention.line, mention.segments.join("::"));
            uses.entry(file).or_default().entry(used).or_insert(said);
        }
    }
    uses
}

/// A sentence for each circle; of several in the same files the shortest.
pub(super) fn circles(modules: &Modules) -> Vec<String> {
    let uses = uses(modules);
    let mut told = BTreeSet::new();
    let mut sentences = Vec::new();
    for file in uses.keys() {
        if told.contains(file) {
            continue;
        }
        let Some(circle) = shortest(&uses, file) else {
            continue;
        };
        let steps = circle.iter().zip(circle.iter().cycle().skip(1));
        let steps: Vec<String> = steps
            .map(|(from, to)| {
                let (line, path) = &uses[from][to];
                format!("{from}:{line} uses {path} of {to}")
            })
            .collect();
        sentences.push(format!("a circle of {} files: {}", circle.len(), steps.join(", ")));
        told.extend(circle);
    }
    sentences
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
