use proptest::prelude::*;

use super::*;
use crate::ledger::testing::{any_record, plain_record};

proptest! {
    #[test]
    fn a_record_is_read_back_as_it_was_written(record in any_record()) {
        let bytes = record.encode();
        prop_assert!(record.has_more() || bytes.len() <= PLAIN_BYTES_MAX);
        prop_assert_eq!(TicketRecord::decode(&bytes), Ok(record));
    }

    #[test]
    fn a_record_of_the_first_form_is_read_as_it_was_meant(record in any_record(), mark: u8) {
        let record = TicketRecord {
            key_origin: KeyOrigin::Generated,
            sla_stated_at: None,
            reopens: Reopens::default(),
            solved_at: None,
            swept_at: None,
            resync_mark: 0,
            ..record
        };
        // Its flags lack the one of the second form, and its mark is the byte after them.
        let mut bytes = record.encode();
        assert_eq!(bytes[FLAG_BYTES..][..2], [0, 0]);
        bytes[FLAG_BYTES - 1] &= !(1 << 3);
        bytes.remove(FLAG_BYTES);
        bytes[FLAG_BYTES] = mark;
        let read = TicketRecord::decode(&bytes);
        prop_assert_eq!(read, Ok(TicketRecord { resync_mark: u64::from(mark), ..record }));
    }

    #[test]
    fn no_bytes_make_decoding_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(record) = TicketRecord::decode(&bytes) {
            prop_assert_eq!(TicketRecord::decode(&record.encode()), Ok(record));
        }
    }

    #[test]
    fn a_shortened_record_is_refused(record in any_record(), cut in 1usize..8) {
        let bytes = record.encode();
        prop_assert!(TicketRecord::decode(&bytes[..bytes.len() - cut]).is_err());
    }
}

#[test]
fn a_record_that_schema_3_wrote_is_read() {
    #[rustfmt::skip]
    let bytes = [
        // Open, from an agent, assigned, with two times; the eighth resync saw it.
        0x01, 0x02, 0x07, 0, 0, 8,
        // No channel, group, brand, form and custom status.
        0, 0, 0, 0, 0,
        // Its key is 1,000; it was created 500 s before, and updated then.
        0xd0, 0x0f, 0xe8, 0x07, 0,
    ];
    let expected = TicketRecord {
        resync_mark: 8,
        ..plain_record()
    };
    assert_eq!(TicketRecord::decode(&bytes), Ok(expected));
}

#[test]
fn a_usual_record_leaves_room_in_the_48_bytes_of_a_ticket() {
    let solved = TicketRecord {
        order_key: UnixSeconds(1_790_000_000),
        created_at: Some(UnixSeconds(1_780_000_000)),
        updated_at: Some(UnixSeconds(1_790_000_000)),
        solved_at: Some(UnixSeconds(1_789_600_000)),
        reopens: Reopens {
            count: 2,
            is_stated: true,
        },
        resync_mark: 300,
        channel: 4,
        named: PerSet([200, 3, 12, 9]),
        ..plain_record()
    };
    // SQLite takes nine bytes for the id, the lengths and its pages.
    assert_eq!(solved.encode().len(), 28);
}
