//! Encodes and decodes the bytes of a record in the state.

use super::bytes::{FLAG_BYTES, Packer, Reader, Unpacker, put_varint, unzigzag, zigzag};
use super::{Life, TicketRecord};
use crate::ledger::measured::Measured;
use crate::ticket::{
    FIELDS_MAX, NamedSet, PerSet, Priority, Score, SlaMetric, SlaStage, SlaTarget, Status,
    SupportType, TAGS_MAX, TicketType, UnixSeconds,
};

/// The error for a stored record that cannot be read, because the state file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket record of {length} bytes cannot be read")]
pub struct BadRecord {
    /// The length of the record.
    pub length: usize,
}

/// The longest record without tags, fields and SLA targets, as the size of a buffer: 6 bytes of flags, a mark of up
/// to 10, five numbers of up to 3, five times of up to 10, and the reopens of up to 5.
const PLAIN_BYTES_MAX: usize = 6 + 10 + 5 * 3 + 5 * 10 + 5;

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

    /// Whether the record has anything that only some settings ask for.
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

/// Tags, fields and SLA targets.
type More = (Vec<u16>, Vec<(u16, u16)>, Vec<SlaTarget>);

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
}

#[cfg(test)]
mod tests;
