//! What vectors cost, by their difference from the prediction.

use super::macroblock::Mv;
use super::tables::{QP_MAX, lambda_sad};

/// Differences beyond this many quarter samples cost as much as this one.
const LIMIT: usize = 4096;

/// For every quantiser, lambda times the bits of a vector component's difference, from `-LIMIT` on. The first and the
/// last are one, so that whatever lies outside may be taken for the last.
pub(crate) struct MotionCosts(Vec<Box<Costs>>);

type Costs = [u16; 2 * LIMIT];

impl MotionCosts {
    /// `trials` as in [`lambda_sad`].
    pub(crate) fn new(trials: bool) -> Self {
        let bits: Vec<u32> = (0..LIMIT as u32).map(component_bits).collect();
        Self(
            (0..=QP_MAX)
                .map(|qp| {
                    let lambda = lambda_sad(qp, trials);
                    let mut costs = Box::new([0u16; 2 * LIMIT]);
                    for (difference, &bits) in bits.iter().enumerate() {
                        let cost = ((lambda * bits + (1 << 15)) >> 16).min(u32::from(u16::MAX)) as u16;
                        (costs[LIMIT - difference], costs[LIMIT + difference]) = (cost, cost);
                    }
                    costs[0] = costs[2 * LIMIT - 1];
                    costs
                })
                .collect(),
        )
    }

    pub(crate) fn at(&self, qp: u8) -> MotionCost<'_> {
        MotionCost(&self.0[usize::from(qp)])
    }
}

/// Costs at one quantiser, in units of sample difference.
#[derive(Clone, Copy)]
pub(crate) struct MotionCost<'a>(&'a Costs);

impl MotionCost<'_> {
    #[inline(always)]
    pub(crate) fn of(self, mv: Mv, predicted: Mv) -> u32 {
        let difference = |v: i16, p: i16| i32::from(v) - i32::from(p);
        self.of_difference(difference(mv.x, predicted.x), difference(mv.y, predicted.y))
    }

    #[inline(always)]
    pub(crate) fn of_difference(self, x: i32, y: i32) -> u32 {
        self.of_component(x) + self.of_component(y)
    }

    #[inline(always)]
    pub(crate) fn of_component(self, difference: i32) -> u32 {
        let index = difference.wrapping_add(LIMIT as i32) as u32 as usize;
        u32::from(self.0[index.min(2 * LIMIT - 1)])
    }
}

/// Bits of one component's difference under CABAC, on average, in 1/256: two for each doubling and
/// a little for the sign and for being there at all.
fn component_bits(difference: u32) -> u32 {
    2 * log2_256(difference + 1) + if difference == 0 { 128 } else { 440 }
}

/// Base-2 logarithm in 1/256, by repeated squaring: the same on every machine.
fn log2_256(v: u32) -> u32 {
    let whole = v.ilog2();
    let mut mantissa = (u64::from(v) << 32) >> whole;
    let mut fraction = 0;
    for _ in 0..12 {
        mantissa = (mantissa * (mantissa >> 16)) >> 16;
        fraction <<= 1;
        if mantissa >= 2 << 32 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    whole * 256 + ((fraction + 8) >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_is_right() {
        for v in 1..5000u32 {
            let exact = f64::from(v).log2() * 256.0;
            assert!((f64::from(log2_256(v)) - exact).abs() <= 1.0, "{v}");
        }
    }

    #[test]
    fn costs_grow_with_distance_and_quantiser() {
        let costs = MotionCosts::new(true);
        let of = |qp, x| costs.at(qp).of(Mv::new(x, 0), Mv::ZERO);
        assert!((1..4000).all(|x| of(30, x) >= of(30, x - 1)));
        assert!(of(40, 8) > of(30, 8));
        assert_eq!(of(26, i16::MAX), of(26, 4095));
        assert!((0..=i16::MAX).all(|x| of(26, -x) == of(26, x)));
    }
}
