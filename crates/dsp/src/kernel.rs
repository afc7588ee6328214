//! The `kernel!` macro: one declaration yields the type of a kernel, its choice by level and its test.
//!
//! ```text
//! kernel! {
//!     /// What it computes, units, clause.
//!     pub fn Sad(src: &[u8], src_stride: usize, reference: &[u8], reference_stride: usize) -> u32
//!     where block.fits(src, src_stride), block.fits(reference, reference_stride);
//!     blocks: block in [B16x16, B8x8],                  // or left out: a kernel of one shape
//!     test: sad, cases: tests::sad,                     // name of the generated test; runs one seed's cases
//!     scalar: sad,                                      // a function of the same file
//!     variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sad }
//! }
//! ```
//! `Sad::select(level)` gives the kernel (an array, one for each block size, where `blocks` is present);
//! `call` asserts the `where` clause and jumps to the chosen function. A variant is an `unsafe fn` whose
//! contract is that clause plus the instruction set of its level, or a safe `#[target_feature]` function.
//! Functions of a kernel with block sizes take the width and the height as two const parameters.

/// Whether a block of `width` x `height` samples lies within `samples`, rows `stride` apart.
#[inline(always)]
pub(crate) fn fits<T>(samples: &[T], stride: usize, width: usize, height: usize) -> bool {
    match stride.checked_mul(height - 1) {
        Some(last_row) => samples.len() >= width && samples.len() - width >= last_row,
        None => false,
    }
}

/// Reports a call that breaks the `where` clause of a kernel.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn refuse(kernel: &str, clause: &str) -> ! {
    panic!("{kernel}: the arguments do not satisfy `{clause}`");
}

macro_rules! kernel {
    (
        $(#[$meta:meta])*
        pub fn $Name:ident ( $($arg:ident : $ty:ty),* $(,)? ) $(-> $ret:ty)?
        where $($check:expr),+ ;
        blocks: $block:ident in [$($Size:ident),+ $(,)?],
        test: $test:ident, cases: $($cases:ident)::+,
        scalar: $scalar:ident,
        variants: $variants:tt $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $Name {
            pointer: unsafe fn($($ty),*) $(-> $ret)?,
            block: $crate::video::BlockExtent,
        }

        impl $Name {
            /// The block sizes this kernel has, in the order of [`select`](Self::select).
            pub const SIZES: &'static [$crate::video::BlockSize] = &[$($crate::video::BlockSize::$Size),+];

            /// The best variants at or below `level` that this machine runs, indexed by `BlockSize as usize`.
            pub fn select(level: $crate::CpuLevel) -> [Self; [$($crate::video::BlockSize::$Size),+].len()] {
                let level = level.min($crate::CpuLevel::machine());
                let _ = level;
                [$({
                    #[allow(unused_mut)]
                    let mut kernel = Self {
                        pointer: $scalar::<
                            { $crate::video::BlockSize::$Size.width() },
                            { $crate::video::BlockSize::$Size.height() },
                        >,
                        block: $crate::video::BlockSize::$Size.extent(),
                    };
                    kernel!(@sized kernel, level, $Size, $variants);
                    kernel
                }),+]
            }

            /// The size of the block this kernel works on.
            pub fn size(&self) -> $crate::video::BlockSize {
                self.block.size()
            }

            /// Runs the kernel.
            ///
            /// # Panics
            /// When a slice is too short for the block at its stride.
            #[inline(always)]
            pub fn call(&self, $($arg: $ty),*) $(-> $ret)? {
                let $block = self.block;
                if !($($check)&&+) {
                    $crate::kernel::refuse(stringify!($Name), stringify!($($check),+));
                }
                // SAFETY: `select` takes a function only at a level this machine has, and the clause that is
                // the function's contract has just been checked.
                unsafe { (self.pointer)($($arg),*) }
            }
        }

        #[cfg(test)]
        #[test]
        fn $test() {
            let reference = $Name::select($crate::CpuLevel::Scalar);
            for level in $crate::kernel::testing::levels_to_test() {
                let candidate = $Name::select(level);
                for (index, (a, b)) in reference.into_iter().zip(candidate).enumerate() {
                    let name = format!("{} {:?}", stringify!($Name), $Name::SIZES[index]);
                    assert_eq!(a.size(), $Name::SIZES[index]);
                    kernel!(@differs name, level, a, b, $variants);
                    $crate::kernel::testing::compare(&name, level, a, b, $($cases)::+);
                }
            }
        }
    };

    (
        $(#[$meta:meta])*
        pub fn $Name:ident ( $($arg:ident : $ty:ty),* $(,)? ) $(-> $ret:ty)?
        where $($check:expr),+ ;
        test: $test:ident, cases: $($cases:ident)::+,
        scalar: $scalar:expr,
        variants: $variants:tt $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $Name {
            pointer: unsafe fn($($ty),*) $(-> $ret)?,
        }

        impl $Name {
            /// The best variant at or below `level` that this machine runs.
            pub fn select(level: $crate::CpuLevel) -> Self {
                let level = level.min($crate::CpuLevel::machine());
                let _ = level;
                #[allow(unused_mut)]
                let mut kernel = Self { pointer: $scalar };
                kernel!(@single kernel, level, $variants);
                kernel
            }

            /// Runs the kernel.
            ///
            /// # Panics
            /// When a slice is too short for what the kernel reads or writes.
            #[inline(always)]
            pub fn call(&self, $($arg: $ty),*) $(-> $ret)? {
                if !($($check)&&+) {
                    $crate::kernel::refuse(stringify!($Name), stringify!($($check),+));
                }
                // SAFETY: `select` takes a function only at a level this machine has, and the clause that is
                // the function's contract has just been checked.
                unsafe { (self.pointer)($($arg),*) }
            }
        }

        #[cfg(test)]
        #[test]
        fn $test() {
            for level in $crate::kernel::testing::levels_to_test() {
                let (a, b) = ($Name::select($crate::CpuLevel::Scalar), $Name::select(level));
                kernel!(@differs stringify!($Name), level, a, b, $variants);
                $crate::kernel::testing::compare(stringify!($Name), level, a, b, $($cases)::+);
            }
        }
    };

    // At a level with a variant of its own, that variant is the one selected.
    (@differs $name:expr, $level:ident, $a:ident, $b:ident,
        { $($(#[$cfg:meta])* $Level:ident : $variant:expr),* $(,)? }) => {
        $(
            $(#[$cfg])*
            if $level == $crate::CpuLevel::$Level {
                assert_ne!($a.pointer as usize, $b.pointer as usize, "{}: no variant at {:?}", $name, $level);
            }
        )*
    };

    (@sized $kernel:ident, $level:ident, $Size:ident,
        { $($(#[$cfg:meta])* $Level:ident : $($variant:ident)::+),* $(,)? }) => {
        $(
            $(#[$cfg])*
            if $level >= $crate::CpuLevel::$Level {
                $kernel.pointer = $($variant)::+::<
                    { $crate::video::BlockSize::$Size.width() },
                    { $crate::video::BlockSize::$Size.height() },
                >;
            }
        )*
    };

    (@single $kernel:ident, $level:ident,
        { $($(#[$cfg:meta])* $Level:ident : $variant:expr),* $(,)? }) => {
        $(
            $(#[$cfg])*
            if $level >= $crate::CpuLevel::$Level {
                $kernel.pointer = $variant;
            }
        )*
    };
}

/// What the generated tests use: seeded samples and the comparison with the reference.
#[cfg(test)]
pub(crate) mod testing {
    use crate::CpuLevel;
    use crate::video::Place;

    /// Seeds each variant is compared over; the first few pick extreme samples.
    const SEEDS: u64 = if cfg!(miri) { 6 } else { 200 };

    /// The levels above the reference that this machine runs.
    pub(crate) fn levels_to_test() -> impl Iterator<Item = CpuLevel> {
        CpuLevel::ALL.into_iter().filter(|&level| level > CpuLevel::Scalar && level <= CpuLevel::machine())
    }

    /// Runs the cases of every seed with both kernels and compares everything they produced.
    #[track_caller]
    pub(crate) fn compare<K: Copy>(
        name: &str,
        level: CpuLevel,
        reference: K,
        candidate: K,
        cases: fn(K, &mut Random, &mut Outcome),
    ) {
        for seed in 0..SEEDS {
            let (mut expected, mut actual) = (Outcome::default(), Outcome::default());
            cases(reference, &mut Random::new(seed), &mut expected);
            cases(candidate, &mut Random::new(seed), &mut actual);
            assert!(!expected.0.is_empty(), "{name}: the cases produced nothing");
            assert_eq!(expected.0.len(), actual.0.len(), "{name}, {level:?}, seed {seed}: lengths");
            if let Some(at) = (0..expected.0.len()).find(|&i| expected.0[i] != actual.0[i]) {
                panic!(
                    "{name}, level {level:?}, seed {seed}: value {at} is {}, the reference has {}",
                    actual.0[at], expected.0[at]
                );
            }
        }
    }

    /// Everything the cases of one seed produced: results and whole destinations, padding included.
    #[derive(Default)]
    pub(crate) struct Outcome(Vec<i64>);

    impl Outcome {
        pub(crate) fn push(&mut self, value: impl Into<i64>) {
            self.0.push(value.into());
        }

        pub(crate) fn extend<T: Copy + Into<i64>>(&mut self, values: &[T]) {
            self.0.extend(values.iter().map(|&value| value.into()));
        }
    }

    /// How the samples of a buffer are drawn.
    #[derive(Clone, Copy)]
    enum Pattern {
        Low,
        High,
        Extremes,
        Narrow,
        Uniform,
    }

    /// Seeded generator (SplitMix64) of samples, strides and numbers.
    pub(crate) struct Random {
        state: u64,
        seed: u64,
    }

    impl Random {
        pub(crate) fn new(seed: u64) -> Self {
            Random { state: seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(99), seed }
        }

        pub(crate) fn next(&mut self) -> u64 {
            self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }

        /// A number from `low` to `high`, both included.
        pub(crate) fn within(&mut self, low: i64, high: i64) -> i64 {
            low + (self.next() % (high - low + 1) as u64) as i64
        }

        /// The pattern of the next buffer: seed 0 is all low, 1 all high, 2 whole buffers low or high.
        fn pattern(&mut self) -> Pattern {
            let draw = self.next();
            match (self.seed, draw % 8) {
                (0, _) => Pattern::Low,
                (1, _) => Pattern::High,
                (2, n) => [Pattern::Low, Pattern::High][n as usize & 1],
                (3, _) | (_, 0) => Pattern::Extremes,
                (_, 1) => Pattern::Narrow,
                _ => Pattern::Uniform,
            }
        }

        /// `count` numbers from `low` to `high`, both included, by the pattern of this seed.
        pub(crate) fn numbers(&mut self, count: usize, low: i64, high: i64) -> Vec<i64> {
            let pattern = self.pattern();
            let middle = self.within(low, high);
            let draw = |random: &mut Random| match pattern {
                Pattern::Low => low,
                Pattern::High => high,
                Pattern::Extremes => [low, high][random.next() as usize & 1],
                Pattern::Narrow => (middle + random.within(-3, 3)).clamp(low, high),
                Pattern::Uniform => random.within(low, high),
            };
            (0..count).map(|_| draw(self)).collect()
        }

        /// `count` 8-bit samples.
        pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
            self.numbers(count, 0, 255).into_iter().map(|n| n as u8).collect()
        }

        /// `N` 16-bit numbers from `low` to `high`.
        pub(crate) fn words<const N: usize>(&mut self, low: i64, high: i64) -> [i16; N] {
            let numbers = self.numbers(N, low, high);
            std::array::from_fn(|i| numbers[i] as i16)
        }

        /// A stride for rows of `width` samples: often odd, sometimes without padding.
        pub(crate) fn stride(&mut self, width: usize) -> usize {
            width + self.within(0, 21) as usize
        }

        /// A block of samples that ends with its last sample, and its stride.
        pub(crate) fn block(&mut self, width: usize, height: usize) -> (Vec<u8>, usize) {
            let stride = self.stride(width);
            (self.bytes((height - 1) * stride + width), stride)
        }

        /// Four planes of a stride, and places in them of blocks, one of which ends with the last sample.
        pub(crate) fn places<const N: usize>(
            &mut self,
            width: usize,
            height: usize,
        ) -> ([Vec<u8>; 4], [Place; N], usize) {
            let stride = self.stride(width);
            let last = self.within(0, 40) as usize;
            let planes = std::array::from_fn(|_| self.bytes(last + (height - 1) * stride + width));
            let places = std::array::from_fn(|i| {
                let index = if i == 0 { last } else { self.within(0, last as i64) as usize };
                Place::new(self.within(0, 3) as usize, index)
            });
            (planes, places, stride)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn extents() {
        assert!(fits(&[0u8; 19], 5, 4, 4));
        assert!(!fits(&[0u8; 18], 5, 4, 4));
        assert!(fits(&[0u8; 4], 0, 4, 4));
        assert!(!fits(&[0u8; 3], 0, 4, 4));
        assert!(!fits(&[0u8; 64], usize::MAX / 2, 4, 4));
        assert!(!fits(&[0u8; 64], usize::MAX / 3 + 1, 4, 4));
    }
}
