//! A state whose pages are read anew for each transaction.

use super::*;

#[test]
fn a_state_that_keeps_no_cache_holds_the_same() {
    let directory = TempDir::new().expect("a directory");
    let paths = ["kept", "not"].map(|name| directory.path().join(name));
    let [kept, not] = paths.each_ref().map(|path| {
        let (mut store, _) = open(path).expect("a new state opens");
        if path.ends_with("not") {
            store.keep_no_cache();
        }
        for first in (0..3_000).step_by(1_000) {
            let rows = (first..first + 1_000).map(plain_change).collect();
            apply(&mut store, &page(rows, "a", first == 2_000)).expect("a page applies");
        }
        apply(&mut store, &page(vec![solved(7)], "b", true)).expect("a page applies");
        store
    });
    assert_eq!(cells(&kept), cells(&not));
    let unsolved = |store: &Store| store.backlog().expect("readable").view(NOW);
    assert_eq!(unsolved(&kept), unsolved(&not));
    paths.iter().for_each(|path| check_verified(path));
}
