//! How the walks over the whole export are written in `meta`: one row each for what the settings
//! ask for and for how far the walk is.

use serde::{Deserialize, Serialize};

use super::text::{position_from, position_text};
use crate::ledger::{Reach, Resync, Run, Stage, Unseen, WithoutId};
use crate::source::SupportTypeScope;
use crate::ticket::{TicketId, UnixSeconds};

/// Key of the row that tells what the settings asked for.
const META_REACH: &str = "reach";
/// Key of the row that tells how far the walk is.
const META_RESYNC: &str = "resync";

/// [`Reach`] as stored.
#[derive(Serialize, Deserialize)]
struct StoredReach {
    support_type_scope: String,
    start_time: i64,
}

/// [`Resync`] as stored.
#[derive(Serialize, Deserialize)]
struct StoredResync {
    mark: u64,
    ended_at: Option<i64>,
    settings_changed: bool,
    run: Option<StoredRun>,
    vanished: u64,
    refused: u64,
}

/// [`Run`] as stored.
#[derive(Serialize, Deserialize)]
struct StoredRun {
    stage: StoredStage,
    position: Option<String>,
    first_row: Option<i64>,
    last_row: Option<i64>,
    /// Both are missing where a program wrote it that did not count such rows.
    #[serde(default)]
    without_id: Vec<u64>,
    #[serde(default)]
    without_id_more: u64,
}

/// [`Stage`] as stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredStage {
    Walk,
    Settle {
        from: i64,
    },
    Count {
        after: Option<i64>,
        all: u64,
        beyond: u64,
    },
    /// A program that went by rising ids wrote `after` instead of `before`. The sweep then begins
    /// again: what it has swept is not swept twice.
    Sweep {
        before: Option<i64>,
        swept: u64,
        #[serde(default)]
        spared: u64,
    },
    /// Until schema 3 the marks of records had one byte, and were taken off after 255 walks without
    /// success. There is nothing to take off any more: the walk is over.
    #[serde(skip_serializing)]
    Clear {},
}

/// The rows of `meta` for both.
pub(super) fn rows(reach: Option<Reach>, resync: &Resync) -> Vec<(&'static str, String)> {
    let mut rows = vec![(META_RESYNC, json(&StoredResync::of(resync)))];
    rows.extend(reach.map(|reach| {
        let stored = StoredReach {
            support_type_scope: reach.scope.parameter().to_owned(),
            start_time: reach.start_time.0,
        };
        (META_REACH, json(&stored))
    }));
    rows
}

/// Reads back what [`rows`] wrote. The error is the key that is unreadable. A state that was made
/// before there were such walks has neither row.
pub(super) fn from_rows<'a>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
) -> Result<(Option<Reach>, Resync), &'static str> {
    let reach = value(META_REACH)
        .map(|text| {
            let stored: StoredReach = serde_json::from_str(text).ok()?;
            let scopes = [
                SupportTypeScope::Agent,
                SupportTypeScope::AiAgent,
                SupportTypeScope::All,
            ];
            Some(Reach {
                scope: scopes
                    .into_iter()
                    .find(|scope| scope.parameter() == stored.support_type_scope)?,
                start_time: UnixSeconds(stored.start_time),
            })
        })
        .map_or(Ok(None), |reach| reach.map(Some).ok_or(META_REACH))?;
    let resync = value(META_RESYNC).map_or(Ok(Resync::NONE), |text| {
        serde_json::from_str(text)
            .ok()
            .and_then(StoredResync::read)
            .ok_or(META_RESYNC)
    })?;
    Ok((reach, resync))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and texts are JSON")
}

impl StoredResync {
    fn of(resync: &Resync) -> Self {
        let seconds = |time: Option<UnixSeconds>| time.map(|time| time.0);
        Self {
            mark: resync.mark,
            ended_at: seconds(resync.ended_at),
            settings_changed: resync.settings_changed,
            run: resync.run.as_ref().map(|run| StoredRun {
                stage: StoredStage::of(run.stage),
                position: run.position.as_ref().map(position_text),
                first_row: seconds(run.first_row),
                last_row: seconds(run.last_row),
                without_id: run.without_id.places.iter().copied().collect(),
                without_id_more: run.without_id.more,
            }),
            vanished: resync.vanished,
            refused: resync.refused,
        }
    }

    fn read(self) -> Option<Resync> {
        let run = match self.run {
            None => None,
            Some(run) => {
                let position = match run.position {
                    None => None,
                    Some(text) => Some(position_from(&text)?),
                };
                run.stage.read().map(|stage| Run {
                    stage,
                    position,
                    first_row: run.first_row.map(UnixSeconds),
                    last_row: run.last_row.map(UnixSeconds),
                    without_id: WithoutId {
                        places: run.without_id.into_iter().collect(),
                        more: run.without_id_more,
                    },
                })
            }
        };
        Some(Resync {
            mark: self.mark,
            ended_at: self.ended_at.map(UnixSeconds),
            settings_changed: self.settings_changed,
            run,
            vanished: self.vanished,
            refused: self.refused,
        })
    }
}

impl StoredStage {
    fn of(stage: Stage) -> Self {
        let id = |after: Option<TicketId>| after.map(|id| id.0);
        match stage {
            Stage::Walk => Self::Walk,
            Stage::Settle { from } => Self::Settle { from: from.0 },
            Stage::Count { after, found } => Self::Count {
                after: id(after),
                all: found.all,
                beyond: found.beyond,
            },
            Stage::Sweep {
                before,
                swept,
                spared,
            } => Self::Sweep {
                before: id(before),
                swept,
                spared,
            },
        }
    }

    fn read(self) -> Option<Stage> {
        let id = |after: Option<i64>| after.map(TicketId);
        Some(match self {
            Self::Walk => Stage::Walk,
            Self::Settle { from } => Stage::Settle {
                from: UnixSeconds(from),
            },
            Self::Count { after, all, beyond } => Stage::Count {
                after: id(after),
                found: Unseen { all, beyond },
            },
            Self::Sweep {
                before,
                swept,
                spared,
            } => Stage::Sweep {
                before: id(before),
                swept,
                spared,
            },
            Self::Clear {} => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::source::{Cursor, Position};

    #[test]
    fn every_stage_is_read_back_as_it_was_written() {
        let after = Some(TicketId(7));
        let found = Unseen { all: 3, beyond: 1 };
        let stages = [
            Stage::Walk,
            Stage::Settle {
                from: UnixSeconds(9),
            },
            Stage::Count { after, found },
            Stage::Sweep {
                before: after,
                swept: 2,
                spared: 1,
            },
        ];
        let positions = [
            None,
            Some(Position::Time(UnixSeconds(5))),
            Some(Position::Cursor(Cursor("a b".to_owned()))),
        ];
        for (stage, position) in stages.into_iter().zip(positions.into_iter().cycle()) {
            let resync = Resync {
                mark: u64::MAX,
                ended_at: Some(UnixSeconds(4)),
                settings_changed: true,
                run: Some(Run {
                    stage,
                    position,
                    first_row: Some(UnixSeconds(1)),
                    last_row: None,
                    without_id: WithoutId {
                        places: [9, u64::MAX].into(),
                        more: 3,
                    },
                }),
                vanished: 11,
                refused: 1,
            };
            let reach = Some(Reach {
                scope: SupportTypeScope::AiAgent,
                start_time: UnixSeconds(70),
            });
            let stored: BTreeMap<&str, String> = rows(reach, &resync).into_iter().collect();
            let read = from_rows(&|key| stored.get(key).map(String::as_str));
            assert_eq!(read, Ok((reach, resync)));
        }
    }

    #[test]
    fn a_run_of_a_program_that_counted_no_rows_without_an_id_goes_on() {
        let row = |stage: &str| {
            format!(
                r#"{{"mark":7,"complete_mark":6,"ended_at":null,"settings_changed":false,"run":{{"stage":{stage},"position":"cursor c","first_row":1,"last_row":9}},"vanished":11,"refused":1}}"#
            )
        };
        let table = [
            (r#""walk""#, Stage::Walk),
            (
                r#"{"sweep":{"after":40,"swept":2}}"#,
                Stage::Sweep {
                    before: None,
                    swept: 2,
                    spared: 0,
                },
            ),
        ];
        for (stored, stage) in table {
            let row = row(stored);
            let read = from_rows(&|key| (key == META_RESYNC).then_some(row.as_str()));
            let (_, resync) = read.expect("a resync");
            let run = Run {
                stage,
                position: Some(Position::Cursor(Cursor("c".to_owned()))),
                first_row: Some(UnixSeconds(1)),
                last_row: Some(UnixSeconds(9)),
                without_id: WithoutId::default(),
            };
            assert_eq!(resync.run, Some(run), "{stored}");
        }
    }

    #[test]
    fn marks_that_were_being_taken_off_are_no_walk() {
        for after in ["null", "40"] {
            let row = format!(
                r#"{{"mark":255,"complete_mark":255,"ended_at":9,"settings_changed":true,"run":{{"stage":{{"clear":{{"after":{after}}}}},"position":null,"first_row":null,"last_row":null,"without_id":[],"without_id_more":0}},"vanished":11,"refused":1}}"#
            );
            let read = from_rows(&|key| (key == META_RESYNC).then_some(row.as_str()));
            let resync = Resync {
                mark: 255,
                ended_at: Some(UnixSeconds(9)),
                settings_changed: true,
                run: None,
                vanished: 11,
                refused: 1,
            };
            assert_eq!(read, Ok((None, resync)));
        }
    }

    #[test]
    fn a_state_from_before_there_were_such_walks_has_made_none() {
        assert_eq!(from_rows(&|_| None), Ok((None, Resync::NONE)));
        let broken = |key| (key == META_RESYNC).then_some("{}");
        assert_eq!(from_rows(&broken), Err(META_RESYNC));
    }
}
