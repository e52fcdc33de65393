//! The small record that is kept of every ticket, and its bytes in the state.

use super::measured::Measured;
use crate::ticket::{
    FIELDS_MAX, PerSet, Priority, Score, SlaMetric, SlaStage, SlaTarget, Status, SupportType,
    TAGS_MAX, TicketType, UnixSeconds,
};

/// Whether a record stands for a ticket that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The ticket exists.
    Live,
    /// The export said deleted. Kept, so that an older row cannot bring the ticket back.
    Tombstone,
    /// The ticket is gone from the export, which did not say that it was deleted. Unlike a tombstone, an equal key lifts it.
    Swept,
}

/// What is known of one ticket.
///
/// Channel, the ids, tags and fields are numbers of the [`Dictionaries`](super::Dictionaries); all
/// but tags and fields are kept whether or not their label is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRecord {
    /// Order key of the latest row.
    pub order_key: UnixSeconds,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Whether the ticket is there.
    pub life: Life,
    /// Status; means nothing unless `life` is live, and is `Other` then.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// People or AI agents.
    pub support_type: SupportType,
    /// Channel.
    pub channel: u16,
    /// Group, brand, form and custom status.
    pub named: PerSet<u16>,
    /// Whether the ticket has an assignee.
    pub assigned: bool,
    /// Satisfaction score.
    pub score: Score,
    /// Which of Zendesk's measurements have been taken.
    pub measured: Measured,
    /// Tags that the settings listed when the ticket was last seen, rising.
    pub tags: Vec<u16>,
    /// Custom fields that the settings listed when the ticket was last seen, rising, and their
    /// values.
    pub fields: Vec<(u16, u16)>,
    /// SLA targets of an unsolved ticket, by metric.
    pub sla: Vec<SlaTarget>,
    /// How often the ticket was reopened: Zendesk's number, or what was observed if that is more. It
    /// never falls.
    pub reopens: u32,
    /// When the ticket was last solved, as the latest metric set says.
    pub solved_at: Option<UnixSeconds>,
    /// The number of the resync that last saw this ticket; not part of what is known of it.
    pub resync_mark: u64,
}

/// A stored record that cannot be read: the state file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket record of {length} bytes cannot be read")]
pub struct BadRecord {
    /// Length of the record.
    pub length: usize,
}

/// Longest record without tags, fields and SLA targets, for buffers: 6 bytes of flags, a mark of up to
/// 10 bytes, five numbers of up to 3, five times of up to 10, the number of reopens of up to 5.
const PLAIN_BYTES_MAX: usize = 6 + 10 + 5 * 3 + 5 * 10 + 5;

/// Bytes of the packed closed sets and flags.
const FLAG_BYTES: usize = 5;

impl TicketRecord {
    /// Whether two records say the same of a ticket, as far as anything is counted by it: all but the
    /// mark, the reopens and the time of the solve.
    pub fn says_the_same(&self, other: &Self) -> bool {
        // Cheap: vectors are empty but for what the settings ask for.
        let counted = Self {
            reopens: self.reopens,
            solved_at: self.solved_at,
            resync_mark: self.resync_mark,
            ..other.clone()
        };
        *self == counted
    }

    /// Whether the ticket exists and is unsolved.
    pub fn is_unsolved(&self) -> bool {
        self.life == Life::Live && self.status.is_unsolved()
    }

    /// What is kept of a ticket that is gone from the export, which did not say that it was deleted.
    pub(super) fn swept(&self) -> Self {
        Self {
            life: Life::Swept,
            status: Status::Other,
            measured: self.measured.gone(),
            sla: Vec::new(),
            ..self.clone()
        }
    }

    /// The bytes that [`Self::decode`] reads. Times are kept as distances from the order key,
    /// which makes the usual record 21 to 32 bytes long.
    ///
    /// This is the second form. Its first flags are those of the first form, and one more that tells
    /// the forms apart. Further flags and a mark of any length follow, where the first form has a mark
    /// of one byte.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PLAIN_BYTES_MAX);
        bytes.extend_from_slice(&self.flags().to_le_bytes()[..FLAG_BYTES]);
        put_varint(&mut bytes, self.further_flags());
        put_varint(&mut bytes, self.resync_mark);
        for number in [self.channel].into_iter().chain(self.named.0) {
            put_varint(&mut bytes, u64::from(number));
        }
        put_varint(&mut bytes, zigzag(self.order_key.0));
        for time in [self.created_at, self.updated_at, self.due_at]
            .into_iter()
            .flatten()
        {
            self.put_time(&mut bytes, time);
        }
        if self.reopens > 0 {
            put_varint(&mut bytes, u64::from(self.reopens));
        }
        if let Some(time) = self.solved_at {
            self.put_time(&mut bytes, time);
        }
        if self.has_more() {
            self.put_more(&mut bytes);
        }
        bytes
    }

    /// Whether anything is known that only some settings ask for.
    const fn has_more(&self) -> bool {
        !(self.tags.is_empty() && self.fields.is_empty() && self.sla.is_empty())
    }

    fn put_more(&self, bytes: &mut Vec<u8>) {
        put_varint(bytes, self.tags.len() as u64);
        for tag in &self.tags {
            put_varint(bytes, u64::from(*tag));
        }
        put_varint(bytes, self.fields.len() as u64);
        for (field, value) in &self.fields {
            put_varint(bytes, u64::from(*field));
            put_varint(bytes, u64::from(*value));
        }
        put_varint(bytes, self.sla.len() as u64);
        for target in &self.sla {
            let mut packer = Packer::default();
            packer.put(u64::from(target.metric.index()), 4);
            packer.put(u64::from(target.stage.index()), 2);
            packer.put(u64::from(target.breach_at.is_some()), 1);
            put_varint(bytes, packer.bits);
            if let Some(time) = target.breach_at {
                self.put_time(bytes, time);
            }
        }
    }

    fn put_time(&self, bytes: &mut Vec<u8>, time: UnixSeconds) {
        put_varint(bytes, zigzag(self.order_key.0.wrapping_sub(time.0)));
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`BadRecord`] when the bytes are no record: too short, too long, or with values that no
    /// record has.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadRecord> {
        Self::read(bytes).ok_or(BadRecord {
            length: bytes.len(),
        })
    }

    fn flags(&self) -> u64 {
        let mut packer = Packer::default();
        packer.put(u64::from(self.status.index()), 3);
        packer.put(u64::from(self.priority.index()), 3);
        packer.put(u64::from(self.ticket_type.index()), 3);
        packer.put(u64::from(self.support_type.index()), 2);
        packer.put(self.life as u64, 2);
        packer.put(u64::from(self.score.index()), 3);
        packer.put(u64::from(self.assigned), 1);
        packer.put(u64::from(self.created_at.is_some()), 1);
        packer.put(u64::from(self.updated_at.is_some()), 1);
        packer.put(u64::from(self.due_at.is_some()), 1);
        packer.put(u64::from(self.measured.to_bits()), Measured::BITS);
        packer.put(u64::from(self.has_more()), 1);
        packer.put(1, 1);
        packer.bits
    }

    fn further_flags(&self) -> u64 {
        let mut packer = Packer::default();
        packer.put(u64::from(self.reopens > 0), 1);
        packer.put(u64::from(self.solved_at.is_some()), 1);
        packer.bits
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes };
        let mut flags = reader.flags()?;
        let status = Status::from_index(flags.take_u8(3))?;
        let priority = Priority::from_index(flags.take_u8(3))?;
        let ticket_type = TicketType::from_index(flags.take_u8(3))?;
        let support_type = SupportType::from_index(flags.take_u8(2))?;
        let life = match flags.take(2) {
            0 => Life::Live,
            1 => Life::Tombstone,
            2 => Life::Swept,
            _ => return None,
        };
        let score = Score::from_index(flags.take_u8(3))?;
        let assigned = flags.take(1) == 1;
        let has_time = [flags.take(1) == 1, flags.take(1) == 1, flags.take(1) == 1];
        let measured = Measured::from_bits(u16::try_from(flags.take(Measured::BITS)).ok()?)?;
        let has_more = flags.take(1) == 1;
        let is_second_form = flags.take(1) == 1;
        let (mut further_flags, resync_mark) = reader.further_flags_and_mark(is_second_form)?;
        let (has_reopens, is_dated) = (further_flags.take(1) == 1, further_flags.take(1) == 1);
        // The bits that are left are for facts of later versions; a record of ours has none.
        if flags.bits != 0 || further_flags.bits != 0 {
            return None;
        }

        let [channel] = reader.numbers()?;
        let named = PerSet(reader.numbers()?);
        let order_key = UnixSeconds(unzigzag(reader.varint()?));
        let [created_at, updated_at, due_at] = reader.times(order_key, has_time)?;
        let reopens = if has_reopens { reader.reopens()? } else { 0 };
        let [solved_at] = reader.times(order_key, [is_dated])?;
        let (tags, fields, sla) = if has_more {
            reader.more(order_key)?
        } else {
            (Vec::new(), Vec::new(), Vec::new())
        };
        reader.bytes.is_empty().then_some(Self {
            order_key,
            created_at,
            updated_at,
            due_at,
            life,
            status,
            priority,
            ticket_type,
            support_type,
            channel,
            named,
            assigned,
            score,
            measured,
            tags,
            fields,
            sla,
            reopens,
            solved_at,
            resync_mark,
        })
    }
}

/// Small numbers side by side in one word, lowest first.
#[derive(Default)]
struct Packer {
    bits: u64,
    width: u32,
}

impl Packer {
    fn put(&mut self, value: u64, width: u32) {
        debug_assert!(value < 1 << width && self.width + width <= 8 * FLAG_BYTES as u32);
        self.bits |= value << self.width;
        self.width += width;
    }
}

struct Unpacker {
    bits: u64,
}

impl Unpacker {
    const fn take(&mut self, width: u32) -> u64 {
        let value = self.bits & ((1 << width) - 1);
        self.bits >>= width;
        value
    }

    const fn take_u8(&mut self, width: u32) -> u8 {
        self.take(width) as u8
    }
}

/// Tags, fields and SLA targets.
type More = (Vec<u16>, Vec<(u16, u16)>, Vec<SlaTarget>);

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn flags(&mut self) -> Option<Unpacker> {
        let mut flags = [0; 8];
        flags[..FLAG_BYTES].copy_from_slice(self.take(FLAG_BYTES)?);
        let bits = u64::from_le_bytes(flags);
        Some(Unpacker { bits })
    }

    /// The first form has no further flags, and a mark of one byte.
    fn further_flags_and_mark(&mut self, is_second_form: bool) -> Option<(Unpacker, u64)> {
        if is_second_form {
            let bits = self.varint()?;
            return Some((Unpacker { bits }, self.varint()?));
        }
        let mark = *self.take(1)?.first()?;
        Some((Unpacker { bits: 0 }, u64::from(mark)))
    }

    /// The times that the flags say are there.
    fn times<const N: usize>(
        &mut self,
        order_key: UnixSeconds,
        present: [bool; N],
    ) -> Option<[Option<UnixSeconds>; N]> {
        let mut times = [None; N];
        for (time, present) in times.iter_mut().zip(present) {
            if present {
                *time = Some(self.time(order_key)?);
            }
        }
        Some(times)
    }

    /// Only a number above 0 is written.
    fn reopens(&mut self) -> Option<u32> {
        let count = u32::try_from(self.varint()?).ok()?;
        (count > 0).then_some(count)
    }

    fn numbers<const N: usize>(&mut self) -> Option<[u16; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = u16::try_from(self.varint()?).ok()?;
        }
        Some(numbers)
    }

    fn time(&mut self, order_key: UnixSeconds) -> Option<UnixSeconds> {
        let before = unzigzag(self.varint()?);
        Some(UnixSeconds(order_key.0.wrapping_sub(before)))
    }

    fn number(&mut self) -> Option<u16> {
        u16::try_from(self.varint()?).ok()
    }

    /// A count of at most `most`.
    fn count(&mut self, most: usize) -> Option<usize> {
        usize::try_from(self.varint()?)
            .ok()
            .filter(|count| *count <= most)
    }

    fn more(&mut self, order_key: UnixSeconds) -> Option<More> {
        let tags = (0..self.count(TAGS_MAX)?)
            .map(|_| self.number())
            .collect::<Option<Vec<_>>>()?;
        let fields = (0..self.count(FIELDS_MAX)?)
            .map(|_| Some((self.number()?, self.number()?)))
            .collect::<Option<Vec<_>>>()?;
        let sla = (0..self.count(SlaMetric::ALL.len())?)
            .map(|_| self.target(order_key))
            .collect::<Option<Vec<_>>>()?;
        let is_something = !(tags.is_empty() && fields.is_empty() && sla.is_empty());
        is_something.then_some((tags, fields, sla))
    }

    fn target(&mut self, order_key: UnixSeconds) -> Option<SlaTarget> {
        let mut flags = Unpacker {
            bits: self.varint()?,
        };
        let metric = SlaMetric::from_index(flags.take_u8(4))?;
        let stage = SlaStage::from_index(flags.take_u8(2))?;
        let has_time = flags.take(1) == 1;
        if flags.bits != 0 {
            return None;
        }
        let breach_at = if has_time {
            Some(self.time(order_key)?)
        } else {
            None
        };
        Some(SlaTarget {
            metric,
            stage,
            breach_at,
        })
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// Seven bits a byte, lowest first, the high bit set on all bytes but the last (LEB128).
fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Folds the sign into the lowest bit, so that small distances either way stay short.
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
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
                reopens: 0,
                solved_at: None,
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
            reopens: 2,
            resync_mark: 300,
            channel: 4,
            named: PerSet([200, 3, 12, 9]),
            ..plain_record()
        };
        // SQLite takes nine bytes for the id, the lengths and its pages.
        assert_eq!(solved.encode().len(), 28);
    }
}
