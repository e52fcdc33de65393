//! The part of a record that only some settings ask for: tags, custom fields and SLA targets.

use crate::ledger::record::TicketRecord;
use crate::ledger::record::bytes::{Packer, Reader, Unpacker, put_varint};
use crate::ticket::{FIELDS_MAX, SlaMetric, SlaStage, SlaTarget, TAGS_MAX, UnixSeconds};

/// Tags, fields and SLA targets.
type More = (Vec<u16>, Vec<(u16, u16)>, Vec<SlaTarget>);

impl TicketRecord {
    /// Whether the record has anything that only some settings ask for.
    pub(super) const fn has_more(&self) -> bool {
        !(self.tags.is_empty() && self.fields.is_empty() && self.sla.is_empty())
    }

    pub(super) fn put_more(&self, bytes: &mut Vec<u8>) {
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
}

impl Reader<'_> {
    pub(super) fn more(&mut self, order_key: UnixSeconds) -> Option<More> {
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
