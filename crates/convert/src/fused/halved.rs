//! Planes that shrink to half their size in one go.

use std::ops::Range;

use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::bytes::Halve;
use vitascope_dsp::pixels::halve::{CUBIC, GROUP, HalveRows, SUMS, SharpenRow};

use crate::planes::{Band, SourcePlane};
use crate::scale::filter::FilterBank;

/// How a plane shrinks, and the bytes of its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Halved {
    /// Every sample is the mean of 2x2.
    Mean(usize),
    /// By the widened cubic.
    Cubic(usize),
}

/// Whether a bank makes every sample the mean of two of its own.
pub(super) fn means_of_two(bank: Option<&FilterBank>) -> bool {
    bank.is_some_and(|bank| {
        let starts = bank.starts.iter().enumerate();
        bank.taps == 2
            && bank.fixed.iter().all(|&weight| weight == 1 << 13)
            && starts.into_iter().all(|(index, &start)| start as usize == 2 * index)
    })
}

/// Whether a bank is that of [`HalveRows`] and [`SharpenRow`], edges aside.
pub(super) fn cubic_of_two(bank: Option<&FilterBank>) -> bool {
    bank.is_some_and(|bank| {
        let inner = 2..bank.starts.len().saturating_sub(2);
        let whole = |index: usize| {
            let weights = bank.fixed_of(index).iter().zip(CUBIC);
            bank.starts[index] as usize + 3 == 2 * index && weights.into_iter().all(|(&a, b)| a == b * 64)
        };
        bank.taps == 8 && !inner.is_empty() && inner.into_iter().all(whole)
    })
}

/// Bytes of a stretch of a row that is gone through from top to bottom; in tests, several stretches a row. Long enough for
/// the rows of common pictures: memory that is read row by row comes a fifth faster than columns of it, though words then
/// fill more than the nearest cache.
const STRETCH: usize = if cfg!(test) { 48 } else { 3840 };

/// A source plane twice as wide and high as what is made of it.
struct Doubled<'a> {
    from: &'a SourcePlane<'a>,
    unit: usize,
    width: usize,
    height: usize,
}

impl Doubled<'_> {
    /// Row `y`; past both ends those at the ends.
    fn row(&self, y: isize) -> &[u8] {
        let row = self.from.row(y.clamp(0, 2 * self.height as isize - 1) as usize);
        &row[..2 * self.width * self.unit]
    }
}

/// Memory of one band: sums and two rows of words of [`HalveRows`].
#[derive(Default)]
pub(super) struct HalvedScratch([Vec<i16>; 3]);

pub(super) struct HalvingKernels {
    mean: Halve,
    halve_rows: HalveRows,
    sharpen_row: SharpenRow,
}

impl HalvingKernels {
    pub(super) fn select(level: CpuLevel) -> HalvingKernels {
        HalvingKernels {
            mean: Halve::select(level),
            halve_rows: HalveRows::select(level),
            sharpen_row: SharpenRow::select(level),
        }
    }

    /// Makes rows of a plane `width` pixels wide from all of `from`, which is twice as wide and high.
    pub(super) fn run(
        &self,
        halved: Halved,
        from: &SourcePlane<'_>,
        (width, height): (usize, usize),
        band: &mut Band<'_>,
        rows: Range<usize>,
        scratch: &mut HalvedScratch,
    ) {
        match halved {
            Halved::Mean(unit) => {
                let bytes = width * unit;
                for y in rows {
                    let row = |y: usize| &from.row(y)[..2 * bytes];
                    self.mean.call(row(2 * y), row(2 * y + 1), unit, &mut band.row(y)[..bytes]);
                }
            }
            Halved::Cubic(unit) => {
                for left in (0..width * unit).step_by(STRETCH) {
                    let stretch = left..(width * unit).min(left + STRETCH);
                    let plane = Doubled { from, unit, width, height };
                    self.stretch(&plane, stretch, band, rows.clone(), scratch);
                }
            }
        }
    }

    /// Bytes `stretch` of rows, by the cubic.
    fn stretch(
        &self,
        plane: &Doubled<'_>,
        stretch: Range<usize>,
        band: &mut Band<'_>,
        rows: Range<usize>,
        HalvedScratch(words): &mut HalvedScratch,
    ) {
        let unit = plane.unit;
        // A group more before the first pixel, and at least a pixel after the last one.
        let first = (stretch.start / unit) as isize - (GROUP / unit) as isize;
        let count = GROUP + (stretch.len() + unit).next_multiple_of(GROUP);
        let [sums, upper, lower] = words.each_mut().map(aligned);
        let sums = &mut sums[..count / GROUP * SUMS];
        let (upper, lower) = (&mut upper[..count], &mut lower[..count]);
        // Sums of a row need the four source rows around it, and sharpening the sums of three rows.
        for y in (rows.start as isize - 4..rows.end as isize).step_by(2) {
            let four = |next: isize| [3, 4, 5, 6].map(|row| plane.row(2 * next + row));
            let made = [&mut *upper, &mut *lower];
            self.halve_rows.call(four(y), unit, first, sums, made);
            for (y, words) in (y..).zip([&*upper, &*lower]) {
                if let Some(y) = usize::try_from(y).ok().filter(|y| rows.contains(y)) {
                    let words = &words[GROUP - unit..][..stretch.len() + 2 * unit];
                    self.sharpen_row.call(words, unit, &mut band.row(y)[stretch.clone()]);
                }
            }
        }
    }
}

/// Words from the first one that begins a line of the cache on, enough for a stretch.
fn aligned(words: &mut Vec<i16>) -> &mut [i16] {
    words.resize(32 + (STRETCH + 3 * GROUP) / GROUP * SUMS, 0);
    let start = words.as_ptr().align_offset(64).min(32);
    &mut words[start..]
}
