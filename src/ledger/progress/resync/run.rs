//! A running resync and its stages.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ledger::page::PageRead;
use crate::source::Position;
use crate::ticket::{TicketId, UnixSeconds};

/// How long after its end the last part of the walk is read again, in seconds. A ticket that was written during the
/// walk can appear at its new position some minutes later.
pub const SETTLE_SECONDS: i64 = 15 * 60;

/// A running resync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The present stage.
    pub(super) stage: Stage,
    /// Where the next page begins; `None` before the first answer.
    pub(super) position: Option<Position>,
    /// The order key of the first row.
    pub(super) first_row: Option<UnixSeconds>,
    /// The greatest order key of all rows that ended a page.
    pub(super) last_row: Option<UnixSeconds>,
    /// The fingerprints of rows whose id could not be read, up to a bound.
    #[serde(default)]
    pub(super) without_id: BTreeSet<u64>,
    /// The number of further such rows. A row that comes twice counts twice here, so that too many records are
    /// spared rather than too few.
    #[serde(default)]
    pub(super) without_id_more: u64,
}

/// Most fingerprints that are remembered. They are stored with every page of the walk.
pub(super) const FINGERPRINTS_MAX: usize = 1_000;

/// The stages of a resync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// The export is read from its start.
    Walk,
    /// The end of the export was reached. Its last part is read again after `from`, for rows that Zendesk makes
    /// visible late.
    Settle { from: UnixSeconds },
    /// The records without the mark are counted in the order of increasing ids. `after` is the last record that was
    /// read.
    Count {
        after: Option<TicketId>,
        #[serde(flatten)]
        unseen: Unseen,
    },
    /// The records without the mark are removed, except those that are spared, in the order of decreasing ids.
    /// `before` is the last record that was read. Earlier versions used increasing ids and stored `after` instead:
    /// then this stage begins again, which removes nothing twice.
    Sweep {
        before: Option<TicketId>,
        swept: u64,
        #[serde(default)]
        spared: u64,
    },
}

/// The existing records that neither the walk nor a poll has seen since the walk began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// The number of all of them.
    pub all: u64,
    /// The number of those that are newer than all rows of the walk although the settings select them.
    pub beyond: u64,
}

/// Reads a stored run. Until schema 3, marks had one byte, and a stage removed them from the records after 255
/// walks without success. That stage is read as no run, because marks no longer run out.
pub(super) fn run_unless_it_takes_off_marks<'de, D: Deserializer<'de>>(
    stored: D,
) -> Result<Option<Run>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum OldStage {
        Clear {},
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        UnderWay(Run),
        Old {
            #[serde(rename = "stage")]
            _stage: OldStage,
        },
    }
    let stored = Option::<Stored>::deserialize(stored)?;
    Ok(stored.and_then(|stored| match stored {
        Stored::UnderWay(run) => Some(run),
        Stored::Old { .. } => None,
    }))
}

impl Run {
    fn add_without_id(&mut self, fingerprint: u64) {
        if self.without_id.len() < FINGERPRINTS_MAX {
            self.without_id.insert(fingerprint);
        } else if !self.without_id.contains(&fingerprint) {
            self.without_id_more = self.without_id_more.saturating_add(1);
        }
    }

    /// The number of rows whose id could not be read, each counted once. As many records are spared.
    pub(super) fn without_id_count(&self) -> u64 {
        let remembered = u64::try_from(self.without_id.len()).unwrap_or(u64::MAX);
        self.without_id_more.saturating_add(remembered)
    }

    /// Updates the run after a page.
    pub(super) fn pass(&mut self, read: &PageRead) {
        let PageRead { page, time, .. } = read;
        for row in page.rejected.iter().filter(|row| row.id.is_none()) {
            self.add_without_id(row.fingerprint);
        }
        if let Some((first, last)) = read.first_and_last_key() {
            self.first_row.get_or_insert(first);
            // Limited to now: after a last row from the future, no missing record would count as newer than the
            // walk.
            self.last_row = self.last_row.max(Some(last.min(time.certain_now())));
        }
        if page.next.is_some() {
            self.position.clone_from(&page.next);
        }
        if !page.end_of_stream {
            return;
        }
        self.stage = match self.stage {
            Stage::Walk => {
                // Without a position, the walk starts again some minutes before its last row.
                self.position = None;
                Stage::Settle {
                    from: time.account_now.plus(SETTLE_SECONDS),
                }
            }
            Stage::Settle { .. } => Stage::Count {
                after: None,
                unseen: Unseen::default(),
            },
            later => later,
        };
    }
}
