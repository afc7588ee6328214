//! Keeping a picture near its size while it is coded: rows become coarser when those before took too much.

use vitascope_encode::math::{exp2, log2};

/// Bytes that a picture shall take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RowBudget {
    /// What is expected of it.
    pub(crate) target: f64,
    /// What it must not exceed.
    pub(crate) most: f64,
}

/// The budget of a picture that is being coded, row by row.
#[derive(Clone, Debug)]
pub(crate) struct RowControl {
    budget: RowBudget,
    rows: usize,
    done: usize,
    used: f64,
    /// Bytes that the rows would have taken without being raised.
    effort: f64,
    raise: u8,
    raised: u32,
}

/// How far the expectation counts, as a part of the picture.
const EXPECTATION: f64 = 0.1;
/// Part of the most bytes that is planned with.
const PLANNED: f64 = 0.96;
/// Quantiser steps that halve a row.
const HALVING: f64 = 6.0;
/// Most steps.
const MAX_RAISE: f64 = 40.0;

impl RowControl {
    pub(crate) fn new(budget: RowBudget, rows: usize) -> Self {
        Self { budget, rows, done: 0, used: 0.0, effort: 0.0, raise: 0, raised: 0 }
    }

    /// By how much the next row's quantisers are raised, with so many bytes used before it.
    pub(crate) fn next_row(&mut self, used: usize) -> u8 {
        let used = used as f64;
        if self.done > 0 {
            self.effort += (used - self.used) * exp2(f64::from(self.raise) / HALVING);
        }
        self.used = used;
        let done = self.done as f64 / self.rows as f64;
        let RowBudget { target, most } = self.budget;
        let pace = (self.effort + EXPECTATION * target) / (done + EXPECTATION);
        let need = pace * (1.0 - done);
        let left = (PLANNED * most - used).max(0.005 * most);
        let raise = if need > left { (HALVING * log2(need / left)).ceil().min(MAX_RAISE) } else { 0.0 };
        self.raise = raise as u8;
        self.raised += u32::from(self.raise);
        self.done += 1;
        self.raise
    }

    /// Mean of what the rows were raised by.
    pub(crate) fn mean_raise(&self) -> u8 {
        (self.raised / self.done.max(1) as u32) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a picture whose rows take `bytes` each when they are not raised.
    fn coded(bytes: f64) -> f64 {
        let mut control = RowControl::new(RowBudget { target: 1000.0, most: 1400.0 }, 30);
        let mut used = 0.0;
        for _ in 0..30 {
            let raise = control.next_row(used as usize);
            used += bytes / exp2(f64::from(raise) / 6.0);
        }
        used
    }

    #[test]
    fn rows_are_raised_when_the_picture_would_be_too_large_and_only_then() {
        assert_eq!(coded(1000.0 / 30.0).round(), 1000.0);
        for excess in [1.6, 3.0, 10.0] {
            let size = coded(1000.0 * excess / 30.0);
            assert!((900.0..1500.0).contains(&size), "{excess}: {size}");
        }
    }
}
