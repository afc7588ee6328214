//! A curve as cubic pieces, spaced evenly within each power of two.
//!
//! Transfer functions are steep near zero and smooth in ratio; pieces that shrink with the argument keep the relative error
//! below 4e-7, that of PQ too, and the index is three integer operations on the bits of the argument.

use vitascope_dsp::pixels::tone::cubic;

/// Pieces in each power of two, as bits.
const PIECE_BITS: u32 = 5;
/// Smallest argument with a piece of its own; a single piece leads from 0 to it.
const LOWEST_EXPONENT: i32 = -30;
const FIRST_INDEX: u32 = ((LOWEST_EXPONENT + 127) as u32) << PIECE_BITS;

/// A tabulated curve over `-maximum..=maximum`, odd about its value at zero unless made otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    /// Where each piece begins, and its polynomial in the distance from there.
    pieces: Vec<(f32, [f32; 4])>,
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
            let cubic = cubic([0.0, to - from], |x| function(from + x));
            (from as f32, cubic.map(|coefficient| coefficient as f32))
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
        let (from, [base, slope, square, cube]) = self.pieces[index.min(self.pieces.len() - 1)];
        let part = magnitude - from;
        let value = ((cube * part + square) * part + slope) * part + base;
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
    use crate::color::curve::Curve::Pq;

    #[test]
    fn follows_the_function() {
        let power = |x: f64| x.powf(0.45);
        let light = |x: f64| Pq.decode(x);
        for (maximum, function) in [(8.0, &power as &dyn Fn(f64) -> f64), (1.0, &light)] {
            let curve = Curve::new(maximum, true, function);
            let mut x = 1e-6f32;
            while f64::from(x) < maximum {
                let (ours, exact) = (f64::from(curve.value(x)), function(f64::from(x)));
                assert!((ours - exact).abs() < 4e-7 * exact + 1e-12, "{x}: {ours} {exact}");
                assert_eq!(curve.value(-x), -curve.value(x));
                x *= 1.0173;
            }
        }
        let curve = Curve::new(8.0, true, power);
        assert_eq!(curve.value(0.0), 0.0);
        assert_eq!(curve.value(f32::NAN), 0.0);
        assert_eq!(curve.value(1e30), curve.value(8.0));
        assert_eq!(curve.value(f32::INFINITY), curve.value(8.0));
    }
}
