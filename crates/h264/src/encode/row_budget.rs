//! Keeping a picture near its size while it is coded: rows become coarser when those before took too much.

use vitascope_encode::math::{exp2, log2};

/// Bytes that a picture shall take.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowBudget {
    /// What is expected of it.
    target: f64,
    /// What it must not exceed.
    most: f64,
    /// Part of the picture's cost above each row, and 1 in the end.
    above: Vec<f64>,
}

/// The budget of a picture that is being coded, row by row.
#[derive(Clone, Debug)]
pub(crate) struct RowControl {
    budget: RowBudget,
    /// Rows whose size is known.
    known: usize,
    /// Bytes of those.
    used: f64,
    /// Bytes that they would have taken without being raised.
    effort: f64,
    /// By how much each row so far is raised.
    raises: Vec<u8>,
}

/// Part of the mean cost that every row has at least: estimates know little of what is left of quantisation.
const EVEN: f64 = 0.5;
/// How far the expectation counts, as a part of the picture.
const EXPECTATION: f64 = 0.1;
/// Part of the most bytes that is planned with.
const PLANNED: f64 = 0.96;
/// Quantiser steps that halve a row.
const HALVING: f64 = 6.0;
/// Most steps.
const MAX_RAISE: f64 = 40.0;

impl RowBudget {
    /// Bytes that are expected of a picture and that it must not exceed, with the estimated cost of each of its rows.
    pub(crate) fn new(target: f64, most: f64, row_costs: &[f64]) -> Self {
        let mean = row_costs.iter().sum::<f64>() / row_costs.len().max(1) as f64;
        // Where nothing costs anything, all rows are alike.
        let least = EVEN * mean + 1e-3;
        let all = row_costs.len() as f64 * (mean + least);
        let mut sum = 0.0;
        let parts = row_costs.iter().map(|cost| {
            sum += cost + least;
            (sum / all).min(1.0)
        });
        Self { target, most, above: std::iter::once(0.0).chain(parts).collect() }
    }
}

impl RowControl {
    pub(crate) fn new(budget: RowBudget) -> Self {
        let rows = budget.above.len();
        Self { budget, known: 0, used: 0.0, effort: 0.0, raises: Vec::with_capacity(rows) }
    }

    /// By how much the next row's quantisers are raised, with the size of the first `known` rows together known. These are
    /// all before it, or all but some.
    pub(crate) fn next_row(&mut self, known: usize, used: usize) -> u8 {
        let used = used as f64;
        let RowBudget { target, most, ref above } = self.budget;
        let part = |row: usize| above.get(row).copied().unwrap_or(1.0);
        if known > self.known {
            // What they had in common counts by what was expected of each.
            let expected = |row: usize| part(row + 1) - part(row);
            let rows = self.known..known;
            let ease = rows.clone().map(|row| expected(row) * easing(self.raises[row])).sum::<f64>()
                / rows.map(expected).sum::<f64>().max(f64::MIN_POSITIVE);
            self.effort += (used - self.used) / ease.max(easing(MAX_RAISE as u8));
        }
        (self.known, self.used) = (known, used);
        let pace = (self.effort + EXPECTATION * target) / (part(known) + EXPECTATION);
        let begun = self.raises.len();
        let under_way: f64 =
            (known..begun).map(|row| pace * (part(row + 1) - part(row)) * easing(self.raises[row])).sum();
        let need = pace * (1.0 - part(begun));
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
        let mut control = RowControl::new(RowBudget::new(1000.0, 1400.0, &[7.0; 30]));
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
    fn what_is_known_to_come_is_no_surprise() {
        // A quiet half above one that costs ten times as much.
        let costs: Vec<f64> = (0..30).map(|row| if row < 15 { 10.0 } else { 100.0 }).collect();
        let raises = |excess: f64, costs: &[f64]| {
            let mut control = RowControl::new(RowBudget::new(1000.0, 1400.0, costs));
            let mut used = 0.0;
            let raises: Vec<u8> = (0..30)
                .map(|row| {
                    let raise = control.next_row(row, used as usize);
                    let bytes = if row < 15 { 15.0 } else { 1000.0 / 15.0 - 15.0 };
                    used += bytes * excess * easing(raise);
                    raise
                })
                .collect();
            (raises, used)
        };
        assert_eq!(raises(1.0, &costs).0, [0; 30]);
        // Twice as large as was thought: that shows early, and the rows share it.
        let (known, _) = raises(2.0, &costs);
        let (unknown, _) = raises(2.0, &[1.0; 30]);
        assert!(known.iter().max() < unknown.iter().max(), "{known:?}, {unknown:?}");
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
