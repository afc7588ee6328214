//! The path through the states against every way to lower levels.

use super::*;
use crate::encode::bins::BinSink;
use crate::encode::write_cabac_residual::{block, block_8x8};
use crate::syntax::cabac::{ContextSet, cost};
use vitascope_dsp::CpuLevel;

/// Counts bins without adapting the contexts, as the trellis does.
struct Fixed<'a>(&'a [State; 1024], i64);

impl BinSink for Fixed<'_> {
    fn bin(&mut self, context: usize, bin: bool) {
        self.1 += i64::from(cost(self.0[context], bin));
    }

    fn bypass(&mut self, _bin: bool) {
        self.1 += 256;
    }

    fn terminate(&mut self, _bin: bool) {}
}

fn random(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state >> 8
}

/// Squared error in 1/65536 of a squared step.
fn error(exact: &[i64], levels: &[i16]) -> i64 {
    exact.iter().zip(levels).map(|(e, &l)| (e - 256 * i64::from(l.abs())).pow(2)).sum()
}

/// Every way to lower levels by one, against the path through the states.
fn check<const N: usize>(
    scale: &[u16; N],
    scan: &[u8; N],
    seed: u32,
    run: impl Fn(&mut [i16; N]) -> bool,
    bits: impl Fn(&[i16]) -> i64,
    lambda: i64,
) {
    let mut state = seed;
    for _ in 0..60 {
        let mut coeffs = [0i16; N];
        for _ in 0..7 {
            let place = random(&mut state) as usize % N;
            let size = [2, 3, 5, 40][random(&mut state) as usize % 4];
            let magnitude = random(&mut state) % (size * 65536 / u32::from(scale[place]));
            coeffs[place] = if random(&mut state) & 1 == 0 { magnitude as i16 } else { -(magnitude as i16) };
        }
        let scanned: [usize; N] = std::array::from_fn(|i| scan[i].into());
        let exact: Vec<i64> = scanned
            .iter()
            .map(|&p| (i64::from(coeffs[p].unsigned_abs()) * i64::from(scale[p])) >> 8)
            .collect();
        let nearest: Vec<i64> = exact.iter().map(|e| (e + 128) >> 8).collect();
        let free: Vec<usize> = (0..N).filter(|&i| nearest[i] > 0).collect();
        let mut least = i64::MAX;
        for lowered in 0..1u32 << free.len() {
            let mut levels = [0i16; N];
            for (bit, &i) in free.iter().enumerate() {
                levels[i] = nearest[i] as i16 - (lowered >> bit & 1) as i16;
            }
            least = least.min(error(&exact, &levels) + lambda * bits(&levels));
        }
        // An empty block is always among the choices.
        least = least.min(error(&exact, &[0; N]) + lambda * bits(&[0; N]));
        let mut chosen = coeffs;
        let any = run(&mut chosen);
        assert_eq!(any, chosen.iter().any(|&l| l != 0));
        assert!(chosen.iter().zip(&coeffs).all(|(&l, &c)| l == 0 || l.signum() == c.signum()));
        let levels = scanned.map(|p| chosen[p]);
        let found = error(&exact, &levels) + lambda * bits(&levels);
        assert!(found <= least, "{found} {least} {levels:?}");
    }
}

#[test]
fn the_path_is_the_best_of_all_roundings() {
    let k = VideoKernels::new(CpuLevel::Scalar);
    let around = Neighbours { left: None, top: None, top_left: None, top_right: None };
    for qp in [12, 26, 40] {
        let contexts = ContextSet::inter(i32::from(qp), 0);
        let rates = Rates::new(Some(&contexts.0), around, qp, qp, SliceKind::P);
        let q = Quantiser::new(qp, 32);
        let mut mb = Macroblock::new();
        mb.mode = crate::encode::macroblock::Mode::Inter(crate::encode::macroblock::Partition::Whole);
        check(
            &q.scale_4x4,
            &ZIGZAG_4X4,
            u32::from(qp),
            |c| rates.luma_4x4(&k, &q, &mb, 0, c) > 0,
            |levels| {
                let mut sink = Fixed(&contexts.0, 0);
                block(&mut sink, Category::Luma4x4, 0, levels);
                sink.1
            },
            rates.luma,
        );
        check(
            &q.scale_8x8,
            &ZIGZAG_8X8,
            100 + u32::from(qp),
            |c| rates.luma_8x8(&k, &q, &mb, 0, c),
            |levels| {
                let mut sink = Fixed(&contexts.0, 0);
                if levels.iter().any(|&l| l != 0) {
                    block_8x8(&mut sink, levels.try_into().unwrap());
                }
                sink.1
            },
            rates.luma,
        );
    }
}
