//! Encodes and decodes the bytes of a record in the state.

mod tags_fields_targets;

use super::bytes::{FLAG_BYTES, Packer, Reader, Unpacker, put_varint, unzigzag, zigzag};
use super::{KeyOrigin, Life, Reopens, TicketRecord};
use crate::ledger::measured::Measured;
use crate::ticket::{
    NamedSet, PerSet, Priority, Score, Status, SupportType, TicketType, UnixSeconds,
};

/// The error for a stored record that cannot be read, because the state file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket record of {length} bytes cannot be read")]
pub struct BadRecord {
    /// The length of the record.
    pub length: usize,
}

/// The longest record without tags, fields and SLA targets, as the size of a buffer: 6 bytes of flags, a mark of up
/// to 10, five numbers of up to 3, seven times of up to 10, and the reopens of up to 5.
const PLAIN_BYTES_MAX: usize = 6 + 10 + 5 * 3 + 7 * 10 + 5;

/// The sets of which each record has a number, in this order. A later set cannot be added here, because old records
/// lack it. It needs a further flag, and its number follows the times. A record without that flag has
/// `NUMBER_OTHER`, because it is not known whether the ticket has a value.
const SETS_OF_EVERY_RECORD: [NamedSet; 4] = [
    NamedSet::Group,
    NamedSet::Brand,
    NamedSet::Form,
    NamedSet::CustomStatus,
];

const _: () = assert!(
    NamedSet::COUNT == SETS_OF_EVERY_RECORD.len(),
    "a set that came later takes a further flag"
);

impl TicketRecord {
    /// The bytes that [`Self::decode`] reads. Times are stored as distances from the order key, so a usual record
    /// has 21 to 32 bytes.
    ///
    /// This is the second form. Its first 36 flag bits are those of the first form and bit 35, which is set only in
    /// the second form. Further flags and a mark of any length follow; the first form has a mark of one byte there.
    ///
    /// Bits of the flags, lowest first: status 3, priority 3, type 3, support type 2, life 2, score 3, assigned 1,
    /// three bits for the times that exist, measurements 14, tags, fields or targets 1, second form 1. Example: an
    /// open ticket (1) with the priority at index 2 begins with the bits `010_001`.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PLAIN_BYTES_MAX);
        bytes.extend_from_slice(&self.flags().to_le_bytes()[..FLAG_BYTES]);
        put_varint(&mut bytes, self.further_flags());
        put_varint(&mut bytes, self.resync_mark);
        let named = SETS_OF_EVERY_RECORD.map(|set| self.named[set]);
        for number in [self.channel].into_iter().chain(named) {
            put_varint(&mut bytes, u64::from(number));
        }
        put_varint(&mut bytes, zigzag(self.order_key.0));
        for time in [self.created_at, self.updated_at, self.due_at]
            .into_iter()
            .flatten()
        {
            self.put_time(&mut bytes, time);
        }
        if self.reopens.count > 0 {
            put_varint(&mut bytes, u64::from(self.reopens.count));
        }
        for time in [self.solved_at, self.swept_at, self.sla_stated_at]
            .into_iter()
            .flatten()
        {
            self.put_time(&mut bytes, time);
        }
        if self.has_more() {
            self.put_more(&mut bytes);
        }
        bytes
    }

    fn put_time(&self, bytes: &mut Vec<u8>, time: UnixSeconds) {
        // Wrapping, so that the distance of any two times can be stored and read back.
        put_varint(bytes, zigzag(self.order_key.0.wrapping_sub(time.0)));
    }

    /// Reads the bytes of [`Self::encode`], and those of the first form.
    ///
    /// # Errors
    ///
    /// [`BadRecord`] if the bytes are not a record: too short, too long, or with values that no record has.
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

    /// One byte. Schema 4 had only the first two flags.
    fn further_flags(&self) -> u64 {
        let mut packer = Packer::default();
        packer.put(u64::from(self.reopens.count > 0), 1);
        packer.put(u64::from(self.solved_at.is_some()), 1);
        packer.put(u64::from(self.reopens.is_stated), 1);
        packer.put(u64::from(self.key_origin == KeyOrigin::Updated), 1);
        packer.put(u64::from(self.swept_at.is_some()), 1);
        packer.put(u64::from(self.sla_stated_at.is_some()), 1);
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
        let (has_reopens, is_solved) = (further_flags.take(1) == 1, further_flags.take(1) == 1);
        let is_stated = further_flags.take(1) == 1;
        let key_origin = if further_flags.take(1) == 1 {
            KeyOrigin::Updated
        } else {
            KeyOrigin::Generated
        };
        let (is_swept, is_dated) = (further_flags.take(1) == 1, further_flags.take(1) == 1);
        // The remaining bits are for facts of later versions, and are 0 in records of this one.
        if flags.bits != 0 || further_flags.bits != 0 {
            return None;
        }

        let channel = reader.number()?;
        let mut named = PerSet::default();
        for set in SETS_OF_EVERY_RECORD {
            named[set] = reader.number()?;
        }
        let order_key = UnixSeconds(unzigzag(reader.varint()?));
        let [created_at, updated_at, due_at] = reader.times(order_key, has_time)?;
        let count = if has_reopens { reader.reopens()? } else { 0 };
        let [solved_at, swept_at, sla_stated_at] =
            reader.times(order_key, [is_solved, is_swept, is_dated])?;
        let (tags, fields, sla) = if has_more {
            reader.more(order_key)?
        } else {
            (Vec::new(), Vec::new(), Vec::new())
        };
        reader.bytes.is_empty().then_some(Self {
            order_key,
            key_origin,
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
            sla_stated_at,
            reopens: Reopens { count, is_stated },
            solved_at,
            swept_at,
            resync_mark,
        })
    }
}

impl Reader<'_> {
    fn flags(&mut self) -> Option<Unpacker> {
        let mut flags = [0; 8];
        flags[..FLAG_BYTES].copy_from_slice(self.take(FLAG_BYTES)?);
        let bits = u64::from_le_bytes(flags);
        Some(Unpacker { bits })
    }

    /// Reads the further flags and the mark. The first form has no further flags, and a mark of one byte.
    fn further_flags_and_mark(&mut self, is_second_form: bool) -> Option<(Unpacker, u64)> {
        if is_second_form {
            let bits = self.varint()?;
            return Some((Unpacker { bits }, self.varint()?));
        }
        let mark = *self.take(1)?.first()?;
        Some((Unpacker { bits: 0 }, u64::from(mark)))
    }

    /// Reads the times whose flags are set.
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

    /// Reads the number of reopens, which is written only if it is above 0.
    fn reopens(&mut self) -> Option<u32> {
        let count = u32::try_from(self.varint()?).ok()?;
        (count > 0).then_some(count)
    }

    fn time(&mut self, order_key: UnixSeconds) -> Option<UnixSeconds> {
        let before = unzigzag(self.varint()?);
        Some(UnixSeconds(order_key.0.wrapping_sub(before)))
    }
}

#[cfg(test)]
mod tests;
