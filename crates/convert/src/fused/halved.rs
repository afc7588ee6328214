//! Planes that shrink to half their size in one go.

use std::ops::Range;

use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::bytes::Halve;
use vitascope_dsp::pixels::halve::{CUBIC, HalveCubic, memory_of};

use super::ring::aligned;
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

/// Whether a bank is that of [`HalveCubic`], edges aside.
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

/// Memory of one band: what [`HalveCubic`] keeps, and a row that nobody wants.
#[derive(Default)]
pub(super) struct HalvedScratch {
    memory: Vec<i16>,
    unwanted: Vec<u8>,
}

pub(super) struct HalvingKernels {
    mean: Halve,
    cubic: HalveCubic,
}

impl HalvingKernels {
    pub(super) fn select(level: CpuLevel) -> HalvingKernels {
        HalvingKernels { mean: Halve::select(level), cubic: HalveCubic::select(level) }
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
            Halved::Cubic(unit) => self.cubic(unit, from, (width * unit, height), band, rows, scratch),
        }
    }

    /// Rows of `bytes` bytes by the cubic.
    fn cubic(
        &self,
        unit: usize,
        from: &SourcePlane<'_>,
        (bytes, height): (usize, usize),
        band: &mut Band<'_>,
        rows: Range<usize>,
        HalvedScratch { memory, unwanted }: &mut HalvedScratch,
    ) {
        let memory = aligned(memory, memory_of(bytes));
        unwanted.resize(2 * bytes, 0);
        // Rows past both ends are those at the ends.
        let last = 2 * height as isize - 1;
        let row = |y: isize| &from.row(y.clamp(0, last) as usize)[..2 * bytes];
        // What the first rows are made of takes two calls.
        for y in (rows.start as isize - 4..rows.end as isize).step_by(2) {
            let four = [3, 4, 5, 6].map(|next| row(2 * y + next));
            let (first, second) = unwanted.split_at_mut(bytes);
            let out = match usize::try_from(y).ok().filter(|y| *y >= rows.start) {
                Some(y) if y + 1 < rows.end => band.two_rows(y).map(|row| &mut row[..bytes]),
                Some(y) => [&mut band.row(y)[..bytes], second],
                None => [first, second],
            };
            self.cubic.call(four, unit, memory, out);
        }
    }
}
