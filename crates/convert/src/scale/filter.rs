//! Filter banks: which source samples make a destination sample, with which weights.

use super::grid::{Grid, Span};

/// Shape of the reconstruction filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// The nearest sample.
    Nearest,
    /// Triangle: bilinear interpolation, widened on reduction by more than two so that no sample is left out.
    Triangle,
    /// Keys' cubic convolution with a = -1/2, widened on reduction.
    Cubic,
}

impl Kernel {
    /// Half the width of the filter at ratio 1.
    fn radius(self) -> f64 {
        match self {
            Kernel::Nearest => 0.5,
            Kernel::Triangle => 1.0,
            Kernel::Cubic => 2.0,
        }
    }

    /// How much wider the filter is when `step` source samples make one of the destination.
    fn widening(self, step: f64) -> f64 {
        match self {
            Kernel::Triangle => (step / 2.0).max(1.0),
            _ => step.max(1.0),
        }
    }

    /// The weight at distance `x`.
    pub(crate) fn weight(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Kernel::Nearest => f64::from(x <= 0.5),
            Kernel::Triangle => (1.0 - x).max(0.0),
            Kernel::Cubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Kernel::Cubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Kernel::Cubic => 0.0,
        }
    }
}

/// One row of weights for each destination sample, all of one length.
///
/// Weights of a sample sum to 1. Where the filter reaches past the source, the edge sample stands
/// for what is missing, so that every index is inside the source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FilterBank {
    /// Weights a destination sample.
    pub taps: usize,
    /// Index of the first source sample of each destination sample; it never falls from one to the next.
    pub starts: Vec<u32>,
    /// `taps` weights for each destination sample.
    pub weights: Vec<f32>,
    /// The same in units of 2^-14, each row summing to exactly 2^14.
    pub fixed: Vec<i16>,
    /// Present when the middle of the row is enlarged to twice its length with two taps.
    pub doubling: Option<Doubling>,
}

/// A stretch of a bank that repeats every two samples, one source sample further on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Doubling {
    /// Destination samples it makes, at an even place.
    pub range: std::ops::Range<usize>,
    /// Source samples it reads begin here.
    pub source: usize,
    /// Where taps of even and odd samples begin, from there.
    pub offsets: [usize; 2],
    /// Weights of even and odd samples.
    pub weights: [[f32; 2]; 2],
}

impl Doubling {
    fn find(bank: &FilterBank, source_length: usize) -> Option<Doubling> {
        let length = bank.starts.len();
        if bank.taps != 2 || length < 64 {
            return None;
        }
        let middle = length / 4 * 2;
        let weights = |index: usize| [bank.weights_of(index)[0], bank.weights_of(index)[1]];
        let same = |index: usize| {
            let own = middle + index % 2;
            let moved = i64::from(bank.starts[own]) + (index as i64 - own as i64) / 2;
            i64::from(bank.starts[index]) == moved && weights(index) == weights(own)
        };
        let mut first = middle;
        while first >= 2 && same(first - 2) && same(first - 1) {
            first -= 2;
        }
        let mut end = middle + 2;
        while end + 2 <= length && same(end) && same(end + 1) {
            end += 2;
        }
        let starts = [bank.starts[first], bank.starts[first + 1]];
        let source = starts[0].min(starts[1]);
        let offsets = starts.map(|start| (start - source) as usize);
        let fits =
            |end: usize| source as usize + offsets[0].max(offsets[1]) + (end - first) / 2 < source_length;
        while end > first && !fits(end) {
            end -= 2;
        }
        (end > first && offsets.iter().all(|&offset| offset < 4)).then(|| Doubling {
            range: first..end,
            source: source as usize,
            offsets,
            weights: [weights(first), weights(first + 1)],
        })
    }
}

/// Samples in the rows of one window that may be kept for the next one: those of 65536 columns reduced to a sixty-fourth, twice.
const KEPT_SAMPLES: usize = 1 << 25;

/// Taps whose weights are still well told apart in fixed point.
const FIXED_TAPS: usize = 1024;

/// Bits of the fraction of fixed-point weights.
pub(crate) const FIXED_BITS: u32 = 14;

impl FilterBank {
    /// The bank from one grid to another; `None` when every sample is a copy of its namesake.
    ///
    /// Source samples outside `limits` (in source luma samples, half open) are not used.
    pub(crate) fn new(
        kernel: Kernel,
        source: &Grid,
        destination: &Grid,
        span: &Span,
        limits: (f64, f64),
    ) -> Option<FilterBank> {
        let step = span.ratio() * destination.spacing / source.spacing;
        let low = source.index_of(limits.0).floor().clamp(0.0, (source.length - 1) as f64) as i64;
        let high =
            source.index_of(limits.1 - 1.0).ceil().clamp(low as f64, (source.length - 1) as f64) as i64;
        let rows: Vec<(i64, Vec<f64>)> = (0..destination.length)
            .map(|index| {
                let position = destination.phase + index as f64 * destination.spacing;
                weights_at(
                    kernel,
                    source.index_of(span.source_of(position)),
                    kernel.widening(step),
                    low,
                    high,
                )
            })
            .collect();
        let identity = source.length == destination.length
            && rows.iter().enumerate().all(|(index, (start, row))| {
                row.iter()
                    .enumerate()
                    .all(|(tap, &weight)| weight == f64::from(u8::from(start + tap as i64 == index as i64)))
            });
        if identity {
            return None;
        }
        let (starts, taps) = windows(&rows);
        let mut bank = FilterBank {
            taps,
            starts: Vec::with_capacity(rows.len()),
            weights: Vec::with_capacity(rows.len() * taps),
            fixed: Vec::with_capacity(rows.len() * taps),
            doubling: None,
        };
        for ((start, mut row), window) in rows.into_iter().zip(starts) {
            // Move the window back inside the source where padding would reach past its end.
            let shifted = window.min(source.length as i64 - taps as i64).max(0);
            let lead = (start - shifted) as usize;
            row.splice(0..0, std::iter::repeat_n(0.0, lead));
            row.resize(taps, 0.0);
            bank.starts.push(shifted as u32);
            bank.weights.extend(row.iter().map(|&weight| weight as f32));
            bank.fixed.extend(fixed_point(&row));
        }
        bank.doubling = Doubling::find(&bank, source.length);
        Some(bank)
    }

    /// Whether as many rows of `width` samples as there are taps may be kept. Where little comes of much, they are more than the
    /// whole source and destination.
    pub(crate) fn keeps_rows_of(&self, width: usize) -> bool {
        self.taps * width <= KEPT_SAMPLES
    }

    /// Whether the weights in fixed point are worth those in floating point.
    pub(crate) fn suits_fixed_point(&self) -> bool {
        self.taps <= FIXED_TAPS
    }

    /// The weights of destination sample `index`.
    pub(crate) fn weights_of(&self, index: usize) -> &[f32] {
        &self.weights[index * self.taps..(index + 1) * self.taps]
    }

    /// The same in units of 2^-14.
    pub(crate) fn fixed_of(&self, index: usize) -> &[i16] {
        &self.fixed[index * self.taps..(index + 1) * self.taps]
    }
}

/// Where the window of each row begins, and the length of all. A sample that lies on one of the source's needs nothing around it, and
/// the next one reaches further back: windows begin early enough not to go back, as those who keep only the latest samples rely on.
fn windows(rows: &[(i64, Vec<f64>)]) -> (Vec<i64>, usize) {
    let mut starts: Vec<i64> = rows.iter().map(|(start, _)| *start).collect();
    for index in (1..starts.len()).rev() {
        starts[index - 1] = starts[index - 1].min(starts[index]);
    }
    let lengths =
        rows.iter().zip(&starts).map(|((start, row), window)| (start - window) as usize + row.len());
    let taps = lengths.max().unwrap_or(1);
    (starts, taps)
}

/// First index and weights around `centre` for a filter widened by `scale`, folded into
/// `low..=high`, without zeros at the ends.
fn weights_at(kernel: Kernel, centre: f64, scale: f64, low: i64, high: i64) -> (i64, Vec<f64>) {
    if kernel == Kernel::Nearest {
        // Half-way goes to the earlier sample.
        return (((centre - 0.5).ceil() as i64).clamp(low, high), vec![1.0]);
    }
    let radius = kernel.radius() * scale;
    let first = (centre - radius).floor() as i64;
    let last = (centre + radius).ceil() as i64;
    let mut row = vec![0.0; (last.clamp(low, high) - first.clamp(low, high) + 1) as usize];
    let start = first.clamp(low, high);
    let mut sum = 0.0;
    for index in first..=last {
        // Weights below 1e-9 come from rounding of the position and would hide an identity.
        let weight = kernel.weight((index as f64 - centre) / scale);
        if weight.abs() > 1e-9 {
            row[(index.clamp(low, high) - start) as usize] += weight;
            sum += weight;
        }
    }
    let lead = row.iter().take_while(|&&weight| weight == 0.0).count().min(row.len() - 1);
    row.drain(..lead);
    while row.len() > 1 && row[row.len() - 1] == 0.0 {
        row.pop();
    }
    let normal = row.iter().map(|weight| weight / sum).collect();
    (start + lead as i64, normal)
}

/// Rounds weights so that they still sum to one: what rounding leaves over goes where it hurts least.
fn fixed_point(row: &[f64]) -> Vec<i16> {
    let one = f64::from(1 << FIXED_BITS);
    let mut fixed: Vec<i32> = row.iter().map(|weight| (weight * one).round() as i32).collect();
    let excess = fixed.iter().sum::<i32>() - (1 << FIXED_BITS);
    if excess != 0 {
        // Each is off by half a unit at most, so that no weight has to give more than one.
        let direction = excess.signum();
        let mut used: Vec<(f64, usize)> = (0..row.len())
            .filter(|&index| row[index] != 0.0)
            .map(|index| ((f64::from(fixed[index]) - row[index] * one) * f64::from(direction), index))
            .collect();
        used.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        for &(_, index) in used.iter().take(excess.unsigned_abs() as usize) {
            fixed[index] -= direction;
        }
    }
    fixed.into_iter().map(|weight| weight.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank(kernel: Kernel, source: usize, destination: usize) -> Option<FilterBank> {
        let span = Span::whole(source, destination);
        let limits = (0.0, source as f64);
        FilterBank::new(kernel, &Grid::new(source, 0, 0.0), &Grid::new(destination, 0, 0.0), &span, limits)
    }

    #[test]
    fn windows_never_go_back() {
        for kernel in [Kernel::Triangle, Kernel::Cubic] {
            for (source, destination) in [(8, 24), (9, 15), (6, 62), (15, 9), (24, 8), (7, 100), (100, 7)] {
                let bank = bank(kernel, source, destination).unwrap();
                assert!(bank.starts.is_sorted(), "{source} to {destination}: {:?}", bank.starts);
            }
        }
        assert_eq!(bank(Kernel::Cubic, 8, 24).unwrap().taps, 4);
    }

    #[test]
    fn same_size_is_identity() {
        for kernel in [Kernel::Nearest, Kernel::Triangle, Kernel::Cubic] {
            for length in [1, 2, 3, 17, 1920] {
                assert_eq!(bank(kernel, length, length), None);
            }
        }
    }

    #[test]
    fn weights_sum_to_one_and_stay_inside() {
        for kernel in [Kernel::Nearest, Kernel::Triangle, Kernel::Cubic] {
            for (source, destination) in
                [(1, 64), (64, 1), (2, 3), (3, 2), (1920, 1280), (17, 5), (5, 320), (640, 10)]
            {
                let bank = bank(kernel, source, destination).unwrap();
                for (index, &start) in bank.starts.iter().enumerate() {
                    assert!(start as usize + bank.taps <= source.max(bank.taps));
                    assert!((bank.weights_of(index).iter().sum::<f32>() - 1.0).abs() < 1e-5);
                    let fixed = &bank.fixed[index * bank.taps..(index + 1) * bank.taps];
                    assert_eq!(fixed.iter().map(|&w| i32::from(w)).sum::<i32>(), 1 << FIXED_BITS);
                }
            }
        }
    }

    #[test]
    fn rounding_takes_what_is_left_over_from_the_most_wrong() {
        let one = f64::from(1 << FIXED_BITS);
        let row = [4096.25, 4095.25, 2048.25, 2047.75, 4096.5 - 0.01].map(|units| units / one);
        assert_eq!(fixed_point(&row), [4096, 4095, 2048, 2048, 4097]);
        // Of the equally wrong the latest, and none that is not used.
        let row = [0.0, 0.5, 0.5, 0.5, 16382.5, 0.0].map(|units| units / one);
        assert_eq!(fixed_point(&row), [0, 1, 1, 0, 16382, 0]);
        // More samples than there are units.
        let many = fixed_point(&vec![1.0 / 262_144.0; 262_144]);
        assert_eq!(many.iter().map(|&weight| i32::from(weight)).sum::<i32>(), 1 << FIXED_BITS);
        assert!(many.iter().all(|weight| (0..=1).contains(weight)));
    }

    #[test]
    fn rows_are_kept_where_they_are_few() {
        let bank = |source, destination| bank(Kernel::Cubic, source, destination).unwrap();
        assert!(bank(65536, 1024).keeps_rows_of(65536) && bank(65536, 1024).suits_fixed_point());
        assert!(bank(65536, 1).keeps_rows_of(100) && !bank(65536, 1).suits_fixed_point());
        assert!(!bank(65536, 1).keeps_rows_of(20_000));
    }

    #[test]
    fn resampling_keeps_a_ramp_in_place() {
        for kernel in [Kernel::Triangle, Kernel::Cubic] {
            let (source, destination) = (96, 64);
            let bank = bank(kernel, source, destination).unwrap();
            // A widened filter leaves a ripple, but no shift.
            let errors = (4..destination - 4).map(|index| {
                let value: f64 = (bank.weights_of(index).iter().enumerate())
                    .map(|(tap, &weight)| f64::from(weight) * f64::from(bank.starts[index] + tap as u32))
                    .sum();
                value - ((index as f64 + 0.5) * 1.5 - 0.5)
            });
            let errors: Vec<f64> = errors.collect();
            assert!(errors.iter().all(|error| error.abs() < 0.05), "{errors:?}");
            assert!(errors.iter().sum::<f64>().abs() < 1e-4, "{errors:?}");
        }
    }

    #[test]
    fn doubled_chroma_is_seen() {
        let (source, destination) = (Grid::new(200, 1, 0.0), Grid::new(200, 0, 0.0));
        let bank =
            FilterBank::new(Kernel::Triangle, &source, &destination, &Span::whole(200, 200), (0.0, 200.0))
                .unwrap();
        let doubling = bank.doubling.unwrap();
        assert!(doubling.range.len() > 190, "{doubling:?}");
    }

    #[test]
    fn chroma_sited_left_doubles_with_copies_on_even_columns() {
        let source = Grid::new(16, 1, 0.0);
        let destination = Grid::new(16, 0, 0.0);
        let bank =
            FilterBank::new(Kernel::Triangle, &source, &destination, &Span::whole(16, 16), (0.0, 16.0))
                .unwrap();
        assert_eq!(bank.taps, 2);
        assert_eq!((bank.starts[4], bank.weights_of(4)), (2, &[1.0, 0.0][..]));
        assert_eq!((bank.starts[5], bank.weights_of(5)), (2, &[0.5, 0.5][..]));
        assert_eq!((bank.starts[15], bank.weights_of(15)), (6, &[0.0, 1.0][..]));
    }
}
