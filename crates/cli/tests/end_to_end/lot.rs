//! Cases drawn by lot.

/// A small generator of random numbers (xorshift).
#[derive(Debug)]
pub(crate) struct Lot(u64);

impl Lot {
    /// Another sequence for each seed.
    pub(crate) fn new(seed: u64) -> Self {
        Lot(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number from 0 to `limit` - 1.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        for (left, right) in [(13, 7), (17, 43)] {
            self.0 ^= self.0 << left;
            self.0 ^= self.0 >> right;
        }
        (self.0 >> 11) as usize % limit
    }

    /// One of some.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// True once in so many times.
    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}
