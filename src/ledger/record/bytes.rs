//! Packed bits and variable-length numbers for stored records.

/// The bytes of the packed closed sets and flags.
pub(super) const FLAG_BYTES: usize = 5;

/// Packs small numbers into one word, the first in the lowest bits. Example: 1 in 3 bits, then 2 in 3 bits, is
/// `0b010_001`.
#[derive(Default)]
pub(super) struct Packer {
    pub(super) bits: u64,
    width: u32,
}

impl Packer {
    pub(super) fn put(&mut self, value: u64, width: u32) {
        debug_assert!(value < 1 << width && self.width + width <= 8 * FLAG_BYTES as u32);
        self.bits |= value << self.width;
        self.width += width;
    }
}

pub(super) struct Unpacker {
    pub(super) bits: u64,
}

impl Unpacker {
    pub(super) const fn take(&mut self, width: u32) -> u64 {
        let value = self.bits & ((1 << width) - 1);
        self.bits >>= width;
        value
    }

    pub(super) const fn take_u8(&mut self, width: u32) -> u8 {
        self.take(width) as u8
    }
}

pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<u16> {
        u16::try_from(self.varint()?).ok()
    }

    /// Reads a count of at most `most`.
    pub(super) fn count(&mut self, most: usize) -> Option<usize> {
        usize::try_from(self.varint()?)
            .ok()
            .filter(|count| *count <= most)
    }

    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..u64::BITS).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// Writes a number with seven bits in each byte, lowest first; the high bit is set in all bytes except the last
/// (LEB128). Example: 300 is `0xac 0x02`.
pub(super) fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Moves the sign into the lowest bit, so that small distances in both directions stay short. Example: 0, -1, 1, -2
/// become 0, 1, 2, 3.
pub(super) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub(super) const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
