//! Finding a field by a variable name: a hash table made during compilation.

/// One place of the table.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    hash: u32,
    leaf: u16,
    which: u16,
}

/// How many names a table can hold; more fields than any struct has.
const FREE: u16 = u16::MAX;

impl Slot {
    /// A place that holds no name.
    pub const FREE: Self = Self { hash: 0, leaf: FREE, which: 0 };

    pub(crate) const fn new(hash: u32, leaf: usize, which: usize) -> Self {
        assert!(
            leaf < FREE as usize && which < FREE as usize,
            "a struct of more than 65,534 fields"
        );
        Self { hash, leaf: leaf as u16, which: which as u16 }
    }

    pub(crate) const fn is_free(&self) -> bool {
        self.leaf == FREE
    }

    pub(crate) const fn hash(&self) -> u32 {
        self.hash
    }

    /// The position of the leaf, and which of its names it is.
    pub(crate) const fn target(&self) -> (usize, usize) {
        (self.leaf as usize, self.which as usize)
    }
}

/// How many places a table for so many names has: a power of two, at most half full.
pub(crate) const fn slots_for(names: usize) -> usize {
    (names * 2).next_power_of_two()
}

/// The same during compilation and at run time; eight bytes a step, since compile-time evaluation is slow. What is left
/// of them is read together with bytes before it.
pub(crate) const fn hash(name: &[u8]) -> u32 {
    let mut state = name.len() as u64;
    let mut rest = name;
    while let Some((eight, tail)) = rest.split_first_chunk::<8>() {
        state = mixed(state, u64::from_le_bytes(*eight));
        rest = tail;
    }
    if rest.is_empty() {
        return (state >> 32) as u32;
    }
    if let Some(last) = name.last_chunk::<8>() {
        return (mixed(state, u64::from_le_bytes(*last)) >> 32) as u32;
    }
    while let [byte, tail @ ..] = rest {
        state = mixed(state, *byte as u64);
        rest = tail;
    }
    (state >> 32) as u32
}

const fn mixed(state: u64, more: u64) -> u64 {
    (state.rotate_left(5) ^ more).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Whether two texts are the same, in const evaluation too; many bytes a step for the same reason.
pub(crate) const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if let (Some(left_end), Some(right_end)) = (left.last_chunk::<16>(), right.last_chunk::<16>()) {
        return u128::from_le_bytes(*left_end) == u128::from_le_bytes(*right_end)
            && begin_the_same(left, right);
    }
    if let (Some(left_end), Some(right_end)) = (left.last_chunk::<8>(), right.last_chunk::<8>())
        && let (Some(left), Some(right)) = (left.first_chunk::<8>(), right.first_chunk::<8>())
    {
        return u64::from_le_bytes(*left_end) == u64::from_le_bytes(*right_end)
            && u64::from_le_bytes(*left) == u64::from_le_bytes(*right);
    }
    let (mut left, mut right) = (left, right);
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    true
}

/// Whether all whole steps of two texts are the same.
const fn begin_the_same(left: &[u8], right: &[u8]) -> bool {
    let (mut left, mut right) = (left, right);
    while let (Some((a, left_rest)), Some((b, right_rest))) =
        (left.split_first_chunk::<16>(), right.split_first_chunk::<16>())
    {
        if u128::from_le_bytes(*a) != u128::from_le_bytes(*b) {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{hash, same};

    #[test]
    fn names_of_any_length_are_told_apart() {
        let name = "APP_A_VERY_LONG_NAME_OF_A_VARIABLE";
        for end in 0..name.len() {
            let (a, b) = (&name.as_bytes()[..end], &name.as_bytes()[..end + 1]);
            assert!(same(a, a));
            assert!(!same(a, b));
            assert_ne!(hash(a), hash(b));
            let mut other = b.to_vec();
            other[end] ^= 1;
            assert!(!same(b, &other));
            assert_ne!(hash(b), hash(&other));
        }
    }
}
