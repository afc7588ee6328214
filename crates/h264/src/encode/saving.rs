//! Pictures that would exceed their size even at the highest quantiser: some of their macroblocks are sent as small as
//! can be.

use super::slice::SliceKind;

/// Which macroblocks are left without a residual, so that the picture takes no more than so many bytes.
///
/// What is left out of a predicted picture stays as it was shown before, and later pictures make up for it; the room
/// goes to what comes first. A picture without references is as coarse everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Saving {
    /// What the picture aims at.
    bytes: f64,
    /// Bytes of a macroblock without a residual.
    least: f64,
    macroblocks: usize,
    /// Macroblocks by which an even picture may be ahead.
    ahead: usize,
    even: bool,
}

/// Bytes of a macroblock without a residual: skipped ones, and predicted ones of either entropy coder, emulation
/// prevention included.
const SKIPPED_BYTES: f64 = 0.01;
const CABAC_BYTES: f64 = 0.06;
const CAVLC_BYTES: f64 = 1.1;
/// Bytes of a macroblock at the highest quantiser.
const LARGEST_MACROBLOCK_BYTES: f64 = 24.0;
/// Part of the size that stays free.
const MARGIN: f64 = 1.0 / 64.0;
/// What an attempt that was too large is cut by, beyond its excess.
const CUT: f64 = 8.0;
/// Bytes of a slice header with its length, about.
const HEADER: f64 = 28.0;

impl Saving {
    /// For a picture of so many macroblocks, `width` of them in a row, that must not exceed `limit` bytes.
    pub(crate) fn new(kind: SliceKind, cabac: bool, macroblocks: usize, width: usize, limit: usize) -> Self {
        let limit = limit as f64;
        Self {
            bytes: limit - limit * MARGIN,
            least: least_bytes(kind, cabac),
            macroblocks,
            ahead: width,
            even: kind == SliceKind::I,
        }
    }

    /// An attempt took so many bytes too many: saves more. False where nothing is left to save.
    pub(crate) fn tighten(&mut self, excess: usize) -> bool {
        let before = self.bytes;
        // The last resort is a picture without any residual.
        let cut = self.bytes - 1.5 * excess as f64 - CUT;
        self.bytes = if cut < 0.5 * before { 0.0 } else { cut };
        before > 0.0
    }

    /// Whether something may have been left out of a picture that came to so many bytes.
    pub(crate) fn may_have_left_out(&self, bytes: usize) -> bool {
        let least = self.least * self.macroblocks as f64;
        self.even || bytes as f64 + least + LARGEST_MACROBLOCK_BYTES > self.bytes
    }

    /// Whether a macroblock is sent as small as can be, with so many bytes written before it.
    pub(crate) fn leaves_out(&self, index: usize, used: usize) -> bool {
        let (used, left) = (used as f64, (self.macroblocks - index) as f64);
        if used + self.least * left + LARGEST_MACROBLOCK_BYTES > self.bytes {
            return true;
        }
        let part = (index + self.ahead) as f64 / self.macroblocks as f64;
        self.even && used > self.bytes * part
    }
}

/// Bytes that the slice of a picture of a kind can always be kept to.
pub(crate) fn least_picture_bytes(kind: SliceKind, cabac: bool, macroblocks: usize) -> f64 {
    HEADER + least_bytes(kind, cabac) * macroblocks as f64
}

fn least_bytes(kind: SliceKind, cabac: bool) -> f64 {
    match (kind, cabac) {
        (SliceKind::I, true) => CABAC_BYTES,
        (SliceKind::I, false) => CAVLC_BYTES,
        _ => SKIPPED_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_without_references_is_even_and_another_one_is_full_first() {
        let left_out = |kind| {
            let saving = Saving::new(kind, true, 1000, 40, 2000);
            let mut used = 20.0;
            let left: Vec<bool> = (0..1000)
                .map(|index| {
                    let left_out = saving.leaves_out(index, used as usize);
                    used += if left_out { 0.03 } else { 5.0 };
                    left_out
                })
                .collect();
            assert!((1500.0..2000.0).contains(&used), "{used}");
            left
        };
        let even = left_out(SliceKind::I);
        let halves = [&even[..500], &even[500..]].map(|half| half.iter().filter(|out| **out).count());
        assert!(halves[0].abs_diff(halves[1]) < 50, "{halves:?}");
        let full = left_out(SliceKind::P);
        assert!(!full[..350].contains(&true) && !full[450..].contains(&false));
    }

    #[test]
    fn a_picture_far_below_its_size_has_left_nothing_out() {
        for bytes_of_macroblock in [0.2, 1.0, 5.0] {
            let saving = Saving::new(SliceKind::P, true, 1000, 40, 2000);
            let (mut used, mut left_out) = (20.0, false);
            for index in 0..1000 {
                let leaves_out = saving.leaves_out(index, used as usize);
                left_out |= leaves_out;
                used += if leaves_out { 0.01 } else { bytes_of_macroblock };
            }
            assert_eq!(saving.may_have_left_out(used as usize), left_out, "{bytes_of_macroblock}");
        }
    }

    #[test]
    fn tightening_ends() {
        let mut saving = Saving::new(SliceKind::P, false, 99, 11, 300);
        let rounds = std::iter::from_fn(|| saving.tighten(10).then_some(())).count();
        assert!((2..20).contains(&rounds), "{rounds}");
        assert!((0..99).all(|index| saving.leaves_out(index, 12)));
    }
}
