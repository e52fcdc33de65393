//! The text that `zendesk-exporter state` shows about a resync.

use super::{Resync, Stage};
use crate::ticket::UnixSeconds;

impl Resync {
    /// The progress of the resync, as text.
    pub fn sentence(&self) -> String {
        let Some(run) = &self.run else {
            return match (self.ended_at, self.mark) {
                (None, _) => "due".to_owned(),
                (Some(_), 0) => "none yet".to_owned(),
                (ended_at, _) => format!("ended {}", UnixSeconds::in_rfc_3339(ended_at)),
            };
        };
        match run.stage {
            Stage::Walk => {
                let last_row = UnixSeconds::in_rfc_3339(run.last_row);
                format!("reading the export, up to {last_row}")
            }
            Stage::Settle { from } => {
                let from = UnixSeconds::in_rfc_3339(Some(from));
                format!("reading the end of the export again at {from}")
            }
            Stage::Count { unseen, .. } => {
                format!("counting missing tickets, {} so far", unseen.all)
            }
            Stage::Sweep { swept, .. } => format!("removing missing tickets, {swept} so far"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ledger::progress::resync::{Run, Unseen};

    #[test]
    fn every_stage_of_a_resync_is_told() {
        let stages = [
            (
                Stage::Walk,
                "reading the export, up to 1970-01-01T00:00:05Z",
            ),
            (
                Stage::Settle {
                    from: UnixSeconds(60),
                },
                "reading the end of the export again at 1970-01-01T00:01:00Z",
            ),
            (
                Stage::Count {
                    after: None,
                    unseen: Unseen { all: 3, beyond: 1 },
                },
                "counting missing tickets, 3 so far",
            ),
            (
                Stage::Sweep {
                    before: None,
                    spared: 0,
                    swept: 2,
                },
                "removing missing tickets, 2 so far",
            ),
        ];
        for (stage, expected) in stages {
            let resync = Resync {
                run: Some(Run {
                    stage,
                    position: None,
                    first_row: None,
                    last_row: Some(UnixSeconds(5)),
                    without_id: BTreeSet::new(),
                    without_id_more: 0,
                }),
                ..Resync::NONE
            };
            assert_eq!(resync.sentence(), expected);
        }
        let ended = |ended_at: Option<i64>, mark| Resync {
            ended_at: ended_at.map(UnixSeconds),
            mark,
            ..Resync::NONE
        };
        assert_eq!(ended(None, 1).sentence(), "due");
        assert_eq!(ended(Some(5), 0).sentence(), "none yet");
        let last = ended(Some(5), 1).sentence();
        assert_eq!(last, "ended 1970-01-01T00:00:05Z");
    }
}
