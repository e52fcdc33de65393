//! A walk that is under way, and its stages.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ledger::page::PageRead;
use crate::source::Position;
use crate::ticket::{TicketId, UnixSeconds};

/// How long after its end the last part of the walk is read again, in seconds: a ticket that was
/// written while the walk was under way is in its new place some minutes later only.
pub const SETTLE_SECONDS: i64 = 15 * 60;

/// A walk that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// What comes next.
    pub(super) stage: Stage,
    /// Where the next page begins; `None` until an answer said.
    pub(super) position: Option<Position>,
    /// Order key of the first row.
    pub(super) first_row: Option<UnixSeconds>,
    /// Greatest order key of any row so far that ended a page.
    pub(super) last_row: Option<UnixSeconds>,
    /// The fingerprints of rows whose id could not be read, as many as are remembered.
    #[serde(default)]
    pub(super) without_id: BTreeSet<u64>,
    /// All others. One that comes twice counts twice here: then a record too many is spared.
    #[serde(default)]
    pub(super) without_id_more: u64,
}

/// Most fingerprints that are remembered: they are stored with every page of the walk.
pub(super) const FINGERPRINTS_MAX: usize = 1_000;

/// The stages of a resync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// The export is read from its beginning.
    Walk,
    /// The end of the export was reached; its last part is read again after `from`, for rows that
    /// are made visible late.
    Settle { from: UnixSeconds },
    /// The records without the mark are counted, by rising ids: `after` is the last record that was
    /// looked at.
    Count {
        after: Option<TicketId>,
        #[serde(flatten)]
        unseen: Unseen,
    },
    /// The records without the mark are swept but for those that are spared, the greatest ids
    /// first: `before` is the last record that was looked at. A program that went by rising ids
    /// stored `after` instead: then the sweep begins again, and nothing is swept twice.
    Sweep {
        before: Option<TicketId>,
        swept: u64,
        #[serde(default)]
        spared: u64,
    },
}

/// Live records that neither the walk nor polling has seen since the walk began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// All of them.
    pub all: u64,
    /// Those that are newer than all that the walk saw, though the settings ask for them.
    pub beyond: u64,
}

/// Reads a stored run. Until schema 3 marks had one byte, and a stage of its own took them off the
/// records after 255 walks without success. There is nothing to take off any more.
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

    /// Rows so far whose id could not be read, each counted once however often it comes: as many
    /// records are spared.
    pub(super) fn without_id_count(&self) -> u64 {
        let remembered = u64::try_from(self.without_id.len()).unwrap_or(u64::MAX);
        self.without_id_more.saturating_add(remembered)
    }

    /// Moves on past a page of the walk.
    pub(super) fn pass(&mut self, read: &PageRead) {
        let PageRead { page, time, .. } = read;
        for row in page.rejected.iter().filter(|row| row.id.is_none()) {
            self.add_without_id(row.fingerprint);
        }
        if let Some((first, last)) = read.first_and_last_key() {
            self.first_row.get_or_insert(first);
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
                // Without a position it starts again from some minutes before its last row.
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
