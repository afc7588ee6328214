//! Keeping a picture near its size while it is coded: rows become coarser when those before took too much.

use vitascope_encode::math::{exp2, log2};

use super::row_history::RowHistory;

/// Bytes that a picture shall take.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowBudget {
    /// What is expected of it.
    target: f64,
    /// What its rows keep to.
    most: f64,
    /// Part of the picture above each row, as it is expected, and 1 in the end.
    above: Vec<f64>,
}

/// The budget of a picture that is being coded, row by row.
#[derive(Clone, Debug)]
pub(crate) struct RowControl {
    budget: RowBudget,
    /// Bytes of the rows that are written.
    used: f64,
    /// Bytes that each of them would have taken without being raised.
    efforts: Vec<f64>,
    /// By how much each row can be raised, on average, until its quantisers stand at their highest.
    rooms: Vec<f64>,
    /// By how much each row so far is raised.
    raises: Vec<f64>,
}

/// Part of the mean cost that every row has at least: estimates know little of what is left of quantisation.
const EVEN: f64 = 0.5;
/// The same of rows of which an attempt has shown what they take.
const EVEN_MEASURED: f64 = 0.05;
/// How much the pictures before count beside the estimates.
const HISTORY: f64 = 0.5;
/// How far the expectation counts, as a part of the picture.
const EXPECTATION: f64 = 0.1;
/// Part of the most bytes that is planned with.
const PLANNED: f64 = 0.96;
/// Quantiser steps that halve a row.
pub(crate) const HALVING: f64 = 6.0;
/// Bytes of a row that do not depend on its quantiser: what is said of macroblocks without a residual.
const FIXED: f64 = 2.0;
/// Most steps.
const MAX_RAISE: f64 = 40.0;

impl RowBudget {
    /// Bytes that are expected of a picture and that its rows keep to, with the estimated cost of each of them and what
    /// they took in the pictures before.
    pub(crate) fn new(target: f64, most: f64, row_costs: &[f64], history: Option<&RowHistory>) -> Self {
        let mean = row_costs.iter().sum::<f64>() / row_costs.len().max(1) as f64;
        // Where nothing costs anything, all rows are alike.
        let least = EVEN * mean + 1e-3;
        let all = row_costs.len() as f64 * (mean + least);
        let estimated = row_costs.iter().map(|cost| (cost + least) / all);
        let above = match history.and_then(RowHistory::parts) {
            Some(before) => above(estimated.zip(before).map(|(now, before)| now + HISTORY * (before - now))),
            None => above(estimated),
        };
        Self { target, most, above }
    }

    /// The same for another attempt, after one has shown what the rows take.
    pub(crate) fn measured(&self, efforts: &[f64]) -> Self {
        let target = efforts.iter().sum::<f64>().max(1.0);
        let even = 1.0 / efforts.len() as f64;
        let parts = efforts.iter().map(|effort| effort / target);
        Self { target, most: self.most, above: above(parts.map(|part| part + EVEN_MEASURED * (even - part))) }
    }

    /// By how much all rows would have to be raised.
    pub(crate) fn even_raise(&self) -> f64 {
        (HALVING * log2(self.target / (PLANNED * self.most))).max(0.0)
    }
}

/// What lies above each row, and 1 in the end.
fn above(parts: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = parts.map(|part| {
        sum += part;
        sum.min(1.0)
    });
    std::iter::once(0.0).chain(sums).collect()
}

impl RowControl {
    /// For a picture whose rows can be raised by so much.
    pub(crate) fn new(budget: RowBudget, rooms: Vec<f64>) -> Self {
        let rows = budget.above.len();
        Self { budget, used: 0.0, efforts: Vec::with_capacity(rows), rooms, raises: Vec::with_capacity(rows) }
    }

    /// The next row is written, with which the picture has so many bytes.
    pub(crate) fn written(&mut self, used: usize) {
        let raise = self.raises.get(self.efforts.len()).copied().unwrap_or(0.0);
        let bytes = (used as f64 - self.used).max(0.0);
        let fixed = bytes.min(FIXED);
        self.efforts.push(fixed + (bytes - fixed) / easing(raise));
        self.used = used as f64;
    }

    /// By how much the next row's quantisers are raised. All rows before it are written, or all but some.
    pub(crate) fn next_row(&mut self) -> u8 {
        let RowBudget { target, most, ref above } = self.budget;
        let part = |row: usize| above.get(row).copied().unwrap_or(1.0);
        let (known, begun) = (self.efforts.len(), self.raises.len());
        let pace = (self.efforts.iter().sum::<f64>() + EXPECTATION * target) / (part(known) + EXPECTATION);
        let under_way: f64 =
            (known..begun).map(|row| pace * (part(row + 1) - part(row)) * easing(self.raises[row])).sum();
        let need = pace * (1.0 - part(begun));
        let left = (PLANNED * most - self.used - under_way).max(0.005 * most);
        let raise = if need > left { (HALVING * log2(need / left)).ceil().min(MAX_RAISE) } else { 0.0 };
        // What goes beyond the highest quantiser makes nothing smaller.
        self.raises.push(self.rooms.get(begun).map_or(raise, |&room| raise.min(room)));
        raise as u8
    }

    /// Bytes that each row would have taken without being raised, after all are written.
    pub(crate) fn into_efforts(mut self) -> Vec<f64> {
        // Where next to nothing is left, a row says nothing: then it would take as much as the others.
        let rows = self.budget.above.windows(2).map(|ends| ends[1] - ends[0]).zip(&self.raises);
        let coded: f64 = rows.clone().map(|(part, &raise)| part * easing(raise)).sum();
        let pace = self.used / coded.max(1e-3);
        for (effort, (part, &raise)) in self.efforts.iter_mut().zip(rows) {
            *effort = effort.max((1.0 - easing(raise)) * part * pace);
        }
        self.efforts
    }
}

/// Bytes that a raised row takes, in those that it would take otherwise.
fn easing(raise: f64) -> f64 {
    exp2(-raise / HALVING)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN_COSTS: [f64; 30] = [7.0; 30];

    /// Codes a picture whose rows take so many bytes when they are not raised; the sizes of `lag - 1` rows before each are not
    /// known. Gives out its bytes and what its rows were raised by.
    fn coded(budget: RowBudget, lag: usize, bytes: impl Fn(usize) -> f64) -> (f64, RowControl) {
        coded_within(51.0, budget, lag, bytes)
    }

    /// The same of a picture whose rows can be raised by no more than this.
    fn coded_within(
        room: f64,
        budget: RowBudget,
        lag: usize,
        bytes: impl Fn(usize) -> f64,
    ) -> (f64, RowControl) {
        let mut control = RowControl::new(budget, vec![room; 30]);
        let mut used = 0.0;
        let mut after = Vec::new();
        for row in 0..30usize {
            if let Some(written) = row.checked_sub(lag) {
                control.written(after[written]);
            }
            used += FIXED + bytes(row) * easing(f64::from(control.next_row()).min(room));
            after.push(used as usize);
        }
        after[30 - lag..].iter().for_each(|&used| control.written(used));
        (used, control)
    }

    /// By how much a picture was raised, as its sizes say.
    fn raised(size: f64, control: &RowControl) -> f64 {
        HALVING * log2(control.efforts.iter().sum::<f64>() / size)
    }

    #[test]
    fn what_is_known_to_come_is_no_surprise() {
        // A quiet half above one that costs ten times as much.
        let costs: Vec<f64> = (0..30).map(|row| if row < 15 { 10.0 } else { 100.0 }).collect();
        let raises = |excess: f64, costs: &[f64], history: Option<&RowHistory>| {
            let bytes = |row| excess * if row < 15 { 13.0 } else { 1000.0 / 15.0 - 17.0 };
            coded(RowBudget::new(1000.0, 1400.0, costs, history), 1, bytes).1
        };
        assert_eq!(raises(1.0, &costs, None).raises, [0.0; 30]);
        // Twice as large as was thought: that shows early, and the rows share it.
        let most = |control: RowControl| control.raises.into_iter().fold(0.0, f64::max);
        let unknown = raises(2.0, &EVEN_COSTS, None);
        let mut history = RowHistory::default();
        let (efforts, unknown) = (unknown.clone().into_efforts(), most(unknown));
        history.learn(&efforts, 30.0);
        assert!(most(raises(2.0, &costs, None)) < unknown);
        // The picture before says it as well.
        assert!(most(raises(2.0, &EVEN_COSTS, Some(&history))) < unknown);
    }

    #[test]
    fn rows_are_raised_when_the_picture_would_be_too_large_and_only_then() {
        for lag in [1, 2, 5] {
            let coded = |bytes: f64| {
                let (size, control) =
                    coded(RowBudget::new(1000.0, 1400.0, &EVEN_COSTS, None), lag, |_| bytes / 30.0 - FIXED);
                (size, raised(size, &control))
            };
            let (size, raised) = coded(1000.0);
            assert_eq!((size.round(), raised < 0.1), (1000.0, true), "{raised}");
            for excess in [1.6, 3.0, 10.0] {
                let (size, raised) = coded(1000.0 * excess);
                let most = if lag == 5 && excess == 10.0 { 2900.0 } else { 1500.0 };
                assert!((900.0..most).contains(&size), "{excess}, lag {lag}: {size}");
                let expected = HALVING * log2(1000.0 * excess / size);
                assert!((raised - expected).abs() < 0.5, "{excess}, lag {lag}: {raised} and {expected}");
            }
        }
    }

    #[test]
    fn a_row_that_was_raised_until_nothing_was_left_counts_as_the_others() {
        // Two rows take all there is before anyone knows.
        let bytes = |row| if row < 2 { 900.0 } else { 0.0 };
        let (_, control) = coded(RowBudget::new(1000.0, 1400.0, &EVEN_COSTS, None), 2, bytes);
        assert!(control.raises[2..].iter().all(|&raise| raise >= 12.0));
        let efforts = control.into_efforts();
        assert!(efforts[2..].iter().all(|&effort| (500.0..900.0).contains(&effort)), "{efforts:?}");
    }

    #[test]
    fn rows_at_the_highest_quantiser_count_as_they_are() {
        for room in [0.0, 3.0] {
            let budget = RowBudget::new(1000.0, 1400.0, &EVEN_COSTS, None);
            let (size, control) = coded_within(room, budget, 1, |_| 300.0);
            let whole = control.into_efforts().iter().sum::<f64>();
            assert!(size > 3.0 * 1400.0 && (9000.0..9400.0).contains(&whole), "{room}: {size}, {whole}");
        }
    }

    #[test]
    fn another_attempt_knows_where_the_bytes_are() {
        // Nothing but the last rows, which nobody thought of.
        let bytes = |row| if row < 26 { 1.0 } else { 500.0 };
        let budget = RowBudget::new(1000.0, 1400.0, &EVEN_COSTS, None);
        let (first, control) = coded(budget.clone(), 5, bytes);
        let measured = budget.measured(&control.into_efforts());
        let even = measured.even_raise();
        let (second, control) = coded(measured, 1, bytes);
        assert!(first > 1.25 * 1400.0 && (1200.0..1400.0).contains(&second), "{first}, {second}");
        assert!((even - raised(second, &control)).abs() < 1.0, "{even}, {}", raised(second, &control));
    }
}
