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
    /// Rows whose size is known.
    known: usize,
    /// Bytes of those.
    used: f64,
    /// Bytes that they would have taken without being raised.
    effort: f64,
    /// By how much each row so far is raised.
    raises: Vec<u8>,
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
        Self { budget, rows, known: 0, used: 0.0, effort: 0.0, raises: Vec::with_capacity(rows) }
    }

    /// By how much the next row's quantisers are raised, with the size of the first `known` rows together known. These are
    /// all before it, or all but some.
    pub(crate) fn next_row(&mut self, known: usize, used: usize) -> u8 {
        let used = used as f64;
        if known > self.known {
            let raises = &self.raises[self.known..known];
            let ease = raises.iter().map(|&raise| easing(raise)).sum::<f64>() / raises.len() as f64;
            self.effort += (used - self.used) / ease;
        }
        (self.known, self.used) = (known, used);
        let rows = self.rows as f64;
        let RowBudget { target, most } = self.budget;
        let pace = (self.effort + EXPECTATION * target) / (known as f64 / rows + EXPECTATION);
        let under_way: f64 = self.raises[known..].iter().map(|&raise| pace / rows * easing(raise)).sum();
        let need = pace * (1.0 - self.raises.len() as f64 / rows);
        let left = (PLANNED * most - used - under_way).max(0.005 * most);
        let raise = if need > left { (HALVING * log2(need / left)).ceil().min(MAX_RAISE) } else { 0.0 };
        self.raises.push(raise as u8);
        raise as u8
    }

    /// Mean of what the rows were raised by.
    pub(crate) fn mean_raise(&self) -> u8 {
        let raised: usize = self.raises.iter().map(|&raise| usize::from(raise)).sum();
        (raised / self.raises.len().max(1)) as u8
    }
}

/// Bytes that a raised row takes, in those that it would take otherwise.
fn easing(raise: u8) -> f64 {
    exp2(-f64::from(raise) / HALVING)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a picture whose rows take `bytes` each when they are not raised; the sizes of `lag - 1` rows before each
    /// are not known.
    fn coded(bytes: f64, lag: usize) -> f64 {
        let mut control = RowControl::new(RowBudget { target: 1000.0, most: 1400.0 }, 30);
        let mut used = 0.0;
        let mut after = vec![0.0];
        for row in 0..30usize {
            let known = (row + 1).saturating_sub(lag);
            used = after[row] + bytes * easing(control.next_row(known, after[known] as usize));
            after.push(used);
        }
        used
    }

    #[test]
    fn rows_are_raised_when_the_picture_would_be_too_large_and_only_then() {
        for lag in [1, 2, 5] {
            assert_eq!(coded(1000.0 / 30.0, lag).round(), 1000.0);
            for excess in [1.6, 3.0, 10.0] {
                let size = coded(1000.0 * excess / 30.0, lag);
                let most = if lag == 5 && excess == 10.0 { 2800.0 } else { 1500.0 };
                assert!((900.0..most).contains(&size), "{excess}, lag {lag}: {size}");
            }
        }
    }
}
