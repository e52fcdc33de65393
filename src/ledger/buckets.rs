//! The upper bounds of the histograms' buckets, by family.

use super::family::{FIRST_REPLY, REOPENS, TicketFamily};

/// Most buckets of a family without `+Inf`. Each bucket is a series for every priority.
pub const BUCKETS_MAX: usize = 30;

/// The upper bounds of every histogram without `+Inf`, in seconds or as counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets([Vec<u64>; Self::HISTOGRAMS]);

/// The error for bounds that no histogram can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("needs 1 to {BUCKETS_MAX} upper bounds, each greater than the one before")]
pub struct BadBuckets;

impl Default for Buckets {
    fn default() -> Self {
        Self(std::array::from_fn(|index| {
            Self::family(index).default_buckets().to_vec()
        }))
    }
}

impl Buckets {
    /// The number of histograms. They follow each other in the table of families.
    pub const HISTOGRAMS: usize = REOPENS.index() + 1 - FIRST_REPLY.index();

    /// The histogram with this index.
    pub const fn family(index: usize) -> TicketFamily {
        TicketFamily::at(FIRST_REPLY.index() + index)
    }

    /// The bounds of one histogram.
    pub fn of(&self, family: TicketFamily) -> &[u64] {
        &self.0[family.index() - FIRST_REPLY.index()]
    }

    /// Replaces the bounds of one histogram.
    ///
    /// # Errors
    ///
    /// [`BadBuckets`] unless there are 1 to [`BUCKETS_MAX`] bounds, each greater than the one before.
    pub fn set(&mut self, family: TicketFamily, bounds: Vec<u64>) -> Result<(), BadBuckets> {
        let rises = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        // Above 2^53 the text of a bound and Prometheus's number would differ.
        let is_exact = bounds.last().is_some_and(|last| *last < 1 << 53);
        if !rises || !is_exact || bounds.len() > BUCKETS_MAX {
            return Err(BadBuckets);
        }
        self.0[family.index() - FIRST_REPLY.index()] = bounds;
        Ok(())
    }

    /// The index of the bucket for `value`; the index after the last bound is `+Inf`. A value that equals a bound
    /// is in its bucket. Example with the bounds 60 and 300: 60 is in bucket 0, 61 in bucket 1, 301 in bucket 2
    /// (`+Inf`).
    pub fn bucket_of(&self, family: TicketFamily, value: u64) -> u8 {
        let index = self.of(family).partition_point(|bound| *bound < value);
        // The index is at most BUCKETS_MAX.
        index as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::family::{ON_HOLD, REPLIES};

    #[test]
    fn the_histograms_are_those_that_stand_side_by_side() {
        let histograms = TicketFamily::histograms();
        assert_eq!(histograms.clone().next(), Some(FIRST_REPLY));
        assert_eq!(histograms.clone().last(), Some(REOPENS));
        assert_eq!(histograms.count(), Buckets::HISTOGRAMS);
    }

    #[test]
    fn default_buckets_are_good_buckets() {
        let mut buckets = Buckets::default();
        for family in TicketFamily::histograms() {
            let bounds = family.default_buckets().to_vec();
            assert_eq!(buckets.set(family, bounds), Ok(()), "{family:?}");
        }
    }

    #[test]
    fn a_value_on_the_bound_is_in_its_bucket() {
        let mut buckets = Buckets::default();
        buckets.set(REPLIES, vec![1, 5]).expect("bounds that rise");
        let indices = [0, 1, 2, 5, 6].map(|value| buckets.bucket_of(REPLIES, value));
        assert_eq!(indices, [0, 0, 1, 1, 2]);
    }

    #[test]
    fn bounds_that_do_not_rise_or_are_too_many_are_refused() {
        let mut buckets = Buckets::default();
        for bounds in [
            vec![],
            vec![2, 1],
            vec![1, 1],
            (0..31).collect(),
            vec![1 << 53],
        ] {
            assert_eq!(buckets.set(ON_HOLD, bounds), Err(BadBuckets));
        }
        assert_eq!(buckets, Buckets::default());
    }
}
