//! The contents that clients have not read completely, and how much memory they may take.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::body::Bytes;

use super::content::Content;
use crate::server::client_limits::Limits;

/// Every content that a client is being sent.
///
/// A content shares its text with what is published, and so with the next content. What is kept only for
/// slow clients is bounded: for a new content the oldest ones are given up.
///
/// For example, two scrapes whose text is the same piece of 1 MB take 1 MB together, and nothing beside
/// a new scrape that has this piece too.
#[derive(Debug)]
pub(in crate::server) struct UnsentContents {
    limits: Limits,
    contents: Mutex<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    kept: Vec<Weak<Content>>,
    latest: u64,
}

impl UnsentContents {
    pub(in crate::server) fn new(limits: Limits) -> Self {
        Self {
            limits,
            contents: Mutex::default(),
        }
    }

    /// Makes a content of these pieces. Calls `give_up` with the number of each content that has no room
    /// beside it. `None` if the limits allow no content at all.
    pub(in crate::server) fn add(
        &self,
        pieces: Vec<Bytes>,
        give_up: impl Fn(u64),
    ) -> Option<Arc<Content>> {
        if self.limits.scrapes_max == 0 {
            return None;
        }
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        contents.kept.retain(|content| content.strong_count() > 0);
        let kept: Vec<Arc<Content>> = contents.kept.iter().filter_map(Weak::upgrade).collect();
        without_room(&kept, &pieces, self.limits)
            .into_iter()
            .for_each(give_up);
        contents.latest += 1;
        let content = Arc::new(Content::new(contents.latest, pieces));
        contents.kept.push(Arc::downgrade(&content));
        Some(content)
    }
}

/// The numbers of those of `kept` that have no room beside `new`. The last of `kept` is the newest.
fn without_room(kept: &[Arc<Content>], new: &[Bytes], limits: Limits) -> Vec<u64> {
    // A piece is known by its address. It counts for the newest content that has it.
    let mut counted: HashSet<*const u8> = new.iter().map(|piece| piece.as_ptr()).collect();
    let mut bytes = 0;
    let mut given_up = Vec::new();
    for (newer, content) in (1..).zip(kept.iter().rev()) {
        let pieces = content.pieces.iter();
        let own = pieces.filter(|piece| counted.insert(piece.as_ptr()));
        bytes += content.gzip_bytes() + own.map(Bytes::len).sum::<usize>();
        if newer >= limits.scrapes_max || bytes > limits.content_bytes_max {
            given_up.push(content.number);
        }
    }
    given_up
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn limits(scrapes_max: usize, content_bytes_max: usize) -> Limits {
        Limits {
            scrapes_max,
            content_bytes_max,
            ..Limits::with_connections(1)
        }
    }

    fn piece(bytes: usize) -> Bytes {
        vec![b'x'; bytes].into()
    }

    /// Puts contents of a shared piece of 1,000 bytes and one of 100 bytes of their own, all of
    /// which are kept, and returns which were given up with each.
    fn given_up(limits: Limits, contents: usize) -> Vec<Vec<u64>> {
        let unsent = UnsentContents::new(limits);
        let shared = piece(1_000);
        let mut kept = Vec::new();
        (0..contents)
            .map(|_| {
                let given_up = RefCell::<Vec<u64>>::default();
                let pieces = vec![shared.clone(), piece(100)];
                kept.push(unsent.add(pieces, |number| given_up.borrow_mut().push(number)));
                given_up.into_inner()
            })
            .collect()
    }

    #[test]
    fn the_oldest_are_given_up_by_what_only_they_have() {
        assert_eq!(
            given_up(limits(10, 200), 5),
            [vec![], vec![], vec![], vec![1], vec![2, 1]]
        );
    }

    #[test]
    fn there_are_never_more_than_the_bound_and_the_new_one_has_room() {
        assert_eq!(
            given_up(limits(2, usize::MAX), 3),
            [vec![], vec![], vec![1]]
        );
        assert_eq!(given_up(limits(1, 0), 2), [vec![], vec![1]]);
        let none = UnsentContents::new(limits(0, usize::MAX));
        assert!(none.add(vec![piece(1)], |_| {}).is_none());
    }

    #[test]
    fn a_text_that_is_no_longer_published_counts_once_for_all_contents_that_have_it() {
        let unsent = UnsentContents::new(limits(10, 1_200));
        let (old, new) = (piece(1_000), piece(1_000));
        let add = |text: &Bytes| {
            let given_up = RefCell::<Vec<u64>>::default();
            let pieces = vec![text.clone(), piece(100)];
            let content = unsent.add(pieces, |number| given_up.borrow_mut().push(number));
            (content, given_up.into_inner())
        };
        let first = add(&old);
        let second = add(&old);
        // 100 of each, and the old text once.
        let third = add(&new);
        assert!([first.1, second.1, third.1].concat().is_empty());
        let fourth = add(&new);
        assert_eq!(fourth.1, [1]);
        drop((first.0, second.0));
        assert_eq!(add(&new).1, Vec::<u64>::new());
    }

    #[test]
    fn what_every_client_has_read_counts_no_longer() {
        let unsent = UnsentContents::new(limits(2, 0));
        for _ in 0..5 {
            let content = unsent.add(vec![piece(100)], |number| panic!("gave up {number}"));
            drop(content);
        }
    }
}
