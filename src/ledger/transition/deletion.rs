//! Applies a row that only says that a ticket was deleted, and when.

use super::circumstances::Circumstances;
use super::future_rows::is_from_the_future;
use super::step::step;
use super::{Numbers, Transition, transition};
use crate::ledger::record::TicketRecord;
use crate::ticket::{
    Channel, PerSet, Priority, RowKey, Score, Standing, SupportType, TagSet, TicketChange,
    TicketId, TicketType, UnixSeconds,
};

/// Applies a deletion of ticket `id` at the time `at` to the stored record of the ticket.
///
/// A deletion is a row without `generated_timestamp` that was updated at `at`, and wins at an equal time. Example:
/// of a ticket that was last updated at 10:00, a deletion at 09:59 is stale, and one at 10:00 leaves a
/// tombstone. The tombstone keeps the labels of the ticket, and its order key is not before the
/// deletion, so that no older row of an export restores the ticket.
pub(in crate::ledger) fn deletion(
    stored: Option<&TicketRecord>,
    (id, at): (TicketId, UnixSeconds),
    circumstances: Circumstances,
) -> Transition {
    let change = change(id, at);
    let Some(stored) = stored else {
        return transition(None, &change, Numbers::default, circumstances);
    };
    if is_from_the_future(at, circumstances.context.latest_now) {
        return Transition::rejected();
    }
    if stored.updated_at.is_some_and(|updated_at| at < updated_at) {
        return Transition::stale(stored, circumstances.resync_mark);
    }
    let (said, counted) = step(Some(stored), &change, Numbers::default, circumstances);
    let record = TicketRecord {
        order_key: said.order_key,
        key_origin: said.key_origin,
        updated_at: said.updated_at,
        life: said.life,
        status: said.status,
        measured: said.measured,
        sla: said.sla,
        sla_stated_at: said.sla_stated_at,
        swept_at: said.swept_at,
        resync_mark: said.resync_mark,
        ..stored.clone()
    };
    Transition::between(stored, (record, counted), circumstances.context)
}

/// A row that reports the deletion, without labels.
fn change(id: TicketId, at: UnixSeconds) -> TicketChange {
    TicketChange {
        id,
        order_key: RowKey::Updated(at),
        standing: Standing::Deleted,
        created_at: None,
        updated_at: Some(at),
        due_at: None,
        priority: Priority::None,
        ticket_type: TicketType::None,
        channel: Channel::NONE,
        support_type: SupportType::Agent,
        references: PerSet::default(),
        assigned: false,
        score: Score::None,
        metric_set: None,
        sla: None,
        tags: TagSet::default(),
        fields: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::testing::{
        Records, any_change, gauges_of, plain_record, recount, synced_ledger, with_any_key,
    };
    use crate::ledger::transition::{Baseline, Counted, Outcome, RowContext};
    use crate::ledger::{KeyOrigin, Life, SeriesSettings, family};
    use crate::ticket::{NamedSet, Status};

    /// Events count from 1,000 on; it is 10,000 now.
    const COUNTING: Circumstances = Circumstances {
        baseline: Baseline::Since(UnixSeconds(1_000)),
        context: RowContext::at(UnixSeconds(10_000)),
        resync_mark: 0,
        slas: true,
    };

    /// A ticket that an export wrote at 3,000 and somebody updated at 2,000.
    fn known(life: Life, status: Status) -> TicketRecord {
        TicketRecord {
            order_key: UnixSeconds(3_000),
            updated_at: Some(UnixSeconds(2_000)),
            priority: Priority::High,
            named: PerSet::default().with(NamedSet::Group, 7),
            life,
            status,
            ..plain_record()
        }
    }

    fn deleted_at(known: Option<&TicketRecord>, at: i64) -> Transition {
        deletion(known, (TicketId(1), UnixSeconds(at)), COUNTING)
    }

    #[test]
    fn a_deletion_is_compared_by_when_the_ticket_was_updated_and_wins_at_an_equal_time() {
        let open = known(Life::Live, Status::Open);
        for (at, outcome, order_key) in [
            (1_999, Outcome::Stale, None),
            (2_000, Outcome::System, Some(3_000)),
            (2_001, Outcome::Changed, Some(3_000)),
            (4_000, Outcome::Changed, Some(4_000)),
            (13_601, Outcome::Rejected, None),
        ] {
            let step = deleted_at(Some(&open), at);
            assert_eq!(step.outcome, outcome, "{at}");
            let key = step.record.map(|record| record.order_key);
            assert_eq!(key, order_key.map(UnixSeconds), "{at}");
        }
    }

    #[test]
    fn a_deletion_leaves_a_tombstone_with_the_labels_of_the_ticket() {
        let open = known(Life::Live, Status::Open);
        let step = deleted_at(Some(&open), 4_000);
        let expected = TicketRecord {
            order_key: UnixSeconds(4_000),
            key_origin: KeyOrigin::Updated,
            updated_at: Some(UnixSeconds(4_000)),
            life: Life::Tombstone,
            status: Status::Other,
            ..open
        };
        assert_eq!(step.record.as_ref(), Some(&expected));
        // It comes again with every page of the list of deleted tickets.
        let again = deleted_at(Some(&expected), 4_000);
        assert_eq!(again.outcome, Outcome::Duplicate);
        assert_eq!((again.record, again.counted), (None, Counted::default()));
    }

    #[test]
    fn only_a_ticket_that_was_there_counts_as_deleted() {
        for (life, status, families) in [
            (Life::Live, Status::Open, &[family::DELETED][..]),
            (Life::Live, Status::Closed, &[family::DELETED]),
            (Life::Live, Status::Other, &[]),
            (Life::Swept, Status::Other, &[]),
            (Life::Tombstone, Status::Other, &[]),
        ] {
            let step = deleted_at(Some(&known(life, status)), 4_000);
            assert_eq!(step.counted.families, families, "{life:?} {status:?}");
        }
        let step = deleted_at(None, 4_000);
        assert_eq!(step.outcome, Outcome::New);
        assert_eq!(step.counted.families, []);
        let tombstone = step.record.expect("a tombstone");
        assert_eq!(tombstone.life, Life::Tombstone);
        // A row of before the deletion does not make the ticket known.
        let late = change(TicketId(1), UnixSeconds(3_999));
        let late = TicketChange {
            standing: Standing::Live(Status::Open),
            ..late
        };
        let step = transition(Some(&tombstone), &late, Numbers::default, COUNTING);
        assert_eq!(step.outcome, Outcome::Stale);
    }

    #[test]
    fn a_restored_ticket_counts_a_rating_only_if_it_was_read_before() {
        let restored = TicketChange {
            standing: Standing::Live(Status::Closed),
            created_at: Some(UnixSeconds(500)),
            score: Score::Good,
            ..change(TicketId(1), UnixSeconds(5_000))
        };
        let closed = known(Life::Live, Status::Closed);
        for (known, is_rated) in [(None, false), (Some(&closed), true)] {
            let tombstone = deleted_at(known, 4_000).record.expect("a tombstone");
            let step = transition(Some(&tombstone), &restored, Numbers::default, COUNTING);
            let families = step.counted.families;
            assert!(families.contains(&family::RESTORED), "{families:?}");
            assert_eq!(
                families.contains(&family::RATINGS),
                is_rated,
                "{families:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn gauges_stay_those_of_the_records_whatever_is_deleted(
            rows in prop::collection::vec((with_any_key(any_change()), any::<bool>()), 1..40),
        ) {
            let mut ledger = synced_ledger(SeriesSettings::default());
            let mut records = Records::new();
            for (row, is_deletion) in &rows {
                let known = records.get(&row.id);
                let now = RowContext::at(UnixSeconds(2_000));
                let applied = if *is_deletion {
                    ledger.delete(known, (row.id, row.order_key.time()), now)
                } else {
                    ledger.apply(known, row, now)
                };
                let record = applied.expect("rows applied to their own records balance").record;
                records.extend(record.map(|record| (row.id, record)));
            }
            prop_assert_eq!(gauges_of(&ledger), recount(&ledger, &records));
        }
    }
}
