//! Numbers that look random and follow from what they are made of.
//!
//! PURE. They take nothing from the dice of the account's life: what needs them can be switched on
//! without changing that life.

/// A number below `limit` for these numbers, the same for the same ones.
pub(crate) const fn below(limit: u64, one: u64, other: u64) -> u64 {
    if limit == 0 {
        return 0;
    }
    let mut mixed = one ^ other.rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % limit
}
