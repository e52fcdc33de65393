//! A state whose pages are read anew for each transaction.

use super::*;

#[test]
fn a_state_that_keeps_no_cache_holds_the_same() {
    let directory = TempDir::new().expect("a directory");
    let paths = ["kept", "not"].map(|name| directory.path().join(name));
    let [kept, not] = paths.each_ref().map(|path| {
        let (mut state, _) = open(path).expect("a new state opens");
        if path.ends_with("not") {
            state.keep_no_cache();
        }
        for first in (0..3_000).step_by(1_000) {
            let rows = (first..first + 1_000).map(plain_change).collect();
            apply(&mut state, &page(rows, "a", first == 2_000)).expect("a page applies");
        }
        apply(&mut state, &page(vec![solved(7)], "b", true)).expect("a page applies");
        state
    });
    assert_eq!(cells(&kept), cells(&not));
    let unsolved = |state: &State| state.backlog().expect("readable").view(NOW);
    assert_eq!(unsolved(&kept), unsolved(&not));
    paths.iter().for_each(|path| check_verified(path));
}
