//! A curve as straight pieces, spaced evenly within each power of two.
//!
//! Transfer functions are steep near zero and smooth in ratio; pieces that shrink with the argument
//! keep the relative error below 4e-6 for power laws and logarithms, and the index is three integer
//! operations on the bits of the argument.

/// Pieces in each power of two, as bits.
const PIECE_BITS: u32 = 7;
/// Smallest argument with a piece of its own; a single straight piece leads from 0 to it.
const LOWEST_EXPONENT: i32 = -30;
const FIRST_INDEX: u32 = ((LOWEST_EXPONENT + 127) as u32) << PIECE_BITS;

/// A tabulated curve over `-maximum..=maximum`, odd about its value at zero unless made otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    /// Value at 0 and slope for each piece: `value = base + slope * |x|`.
    pieces: Vec<(f32, f32)>,
    maximum: f32,
    odd: bool,
}

impl Curve {
    /// Tabulates `function` over `0..=maximum`; arguments below 0 give `-function(-x)` when `odd`,
    /// else `function(0)`; above `maximum` they give `function(maximum)`.
    pub(crate) fn new(maximum: f64, odd: bool, function: impl Fn(f64) -> f64) -> Curve {
        let last = ((maximum as f32).to_bits() >> (23 - PIECE_BITS)).max(FIRST_INDEX);
        let edge = |index: u32| f64::from(f32::from_bits(index << (23 - PIECE_BITS)));
        let piece = |from: f64, to: f64| {
            let (low, high) = (function(from), function(to));
            let slope = (high - low) / (to - from);
            ((low - slope * from) as f32, slope as f32)
        };
        let mut pieces = vec![piece(0.0, edge(FIRST_INDEX))];
        pieces.extend((FIRST_INDEX..=last).map(|index| piece(edge(index), edge(index + 1))));
        Curve { pieces, maximum: maximum as f32, odd }
    }

    /// The value at `x`.
    pub(crate) fn value(&self, x: f32) -> f32 {
        let magnitude = if x.is_nan() { 0.0 } else { x.abs().min(self.maximum) };
        let magnitude = if self.odd || x > 0.0 { magnitude } else { 0.0 };
        let index = (magnitude.to_bits() >> (23 - PIECE_BITS)).saturating_sub(FIRST_INDEX - 1) as usize;
        let (base, slope) = self.pieces[index.min(self.pieces.len() - 1)];
        let value = base + slope * magnitude;
        if self.odd && x < 0.0 { -value } else { value }
    }

    /// Replaces every value of `row` by the curve's.
    pub(crate) fn map(&self, row: &mut [f32]) {
        for value in row {
            *value = self.value(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_function() {
        let curve = Curve::new(8.0, true, |x| x.powf(0.45));
        let mut x = 1e-8f64;
        while x < 8.0 {
            let (ours, exact) = (f64::from(curve.value(x as f32)), x.powf(0.45));
            assert!((ours - exact).abs() < 4e-6 * exact, "{x}: {ours} {exact}");
            assert_eq!(curve.value(-x as f32), -curve.value(x as f32));
            x *= 1.0173;
        }
        assert_eq!(curve.value(0.0), 0.0);
        assert_eq!(curve.value(f32::NAN), 0.0);
        assert_eq!(curve.value(1e30), curve.value(8.0));
        assert_eq!(curve.value(f32::INFINITY), curve.value(8.0));
    }
}
