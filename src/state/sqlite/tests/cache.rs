//! A state whose pages are read anew for each transaction.

use super::*;
use crate::ledger::SeriesSettings;

#[test]
fn a_state_that_keeps_no_cache_holds_the_same() {
    let directory = TempDir::new().expect("a directory");
    let paths = ["kept", "not"].map(|name| directory.path().join(name));
    let [mut kept, mut not] = paths.each_ref().map(|path| {
        let file = Sqlite::open(path).expect("a new file");
        let file = file.keeping_cache(path.ends_with("kept"));
        let opened = State::open(file, ACCOUNT, SeriesSettings::default(), NOW);
        let (mut state, _) = opened.expect("a new state opens");
        for first in (0..3_000).step_by(1_000) {
            let rows = (first..first + 1_000).map(plain_change).collect();
            apply(&mut state, &page(rows, "a", first == 2_000)).expect("a page applies");
        }
        apply(&mut state, &page(vec![solved(7)], "b", true)).expect("a page applies");
        state
    });
    assert_eq!(cells(&kept), cells(&not));
    let unsolved = |state: &mut State| state.backlog().expect("readable").view(NOW);
    assert_eq!(unsolved(&mut kept), unsolved(&mut not));
    paths.iter().for_each(|path| check_verified(path));
}
