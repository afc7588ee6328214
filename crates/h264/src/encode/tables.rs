//! Numbers that the coding loop looks up: quantiser scales, scans, Lagrange multipliers.

use super::slice::SliceKind;

/// Largest luma quantiser of 8-bit video (QP'Y range, ITU-T H.264 7.4.2.1.1).
pub(crate) const QP_MAX: u8 = 51;

/// Chroma quantiser for a luma quantiser plus offset, ITU-T H.264 Table 8-15.
pub(crate) const CHROMA_QP: [u8; 52] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39,
];

/// Raster index (4 blocks a row) of each 4x4 luma block in coding order, 6.4.3.
pub(crate) const BLOCK_RASTER: [usize; 16] = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15];

/// Horizontal position of each 4x4 luma block in coding order, in samples.
pub(crate) const BLOCK_X: [usize; 16] = [0, 4, 0, 4, 8, 12, 8, 12, 0, 4, 0, 4, 8, 12, 8, 12];

/// Vertical position of each 4x4 luma block in coding order, in samples.
pub(crate) const BLOCK_Y: [usize; 16] = [0, 0, 4, 4, 0, 0, 4, 4, 8, 8, 12, 12, 8, 8, 12, 12];

/// Norm adjustment of the 4x4 transform (8.5.9): both indices even, both odd, mixed.
const NORM_4X4: [[i32; 3]; 6] =
    [[10, 16, 13], [11, 18, 14], [13, 20, 16], [14, 23, 18], [16, 25, 20], [18, 29, 23]];

/// Norm adjustment of the 8x8 transform (8.5.9), by the six position classes of [`class_8x8`].
const NORM_8X8: [[i32; 6]; 6] = [
    [20, 18, 32, 19, 25, 24],
    [22, 19, 35, 21, 28, 26],
    [26, 23, 42, 24, 33, 31],
    [28, 25, 45, 26, 35, 33],
    [32, 28, 51, 30, 40, 38],
    [36, 32, 58, 34, 46, 43],
];

const fn class_4x4(i: usize) -> usize {
    let (x, y) = (i & 1, (i >> 2) & 1);
    if x == 0 && y == 0 {
        0
    } else if x == 1 && y == 1 {
        1
    } else {
        2
    }
}

const fn class_8x8(i: usize) -> usize {
    let (x, y) = (i & 7, i >> 3);
    if x & 3 == 0 && y & 3 == 0 {
        0
    } else if x & 1 == 1 && y & 1 == 1 {
        1
    } else if x & 3 == 2 && y & 3 == 2 {
        2
    } else if (x & 3 == 0 && y & 1 == 1) || (x & 1 == 1 && y & 3 == 0) {
        3
    } else if (x & 3 == 0 && y & 3 == 2) || (x & 3 == 2 && y & 3 == 0) {
        4
    } else {
        5
    }
}

/// `LevelScale4x4` with flat scaling lists (8.5.9), by QP modulo 6.
pub(crate) static LEVEL_SCALE_4X4: [[i32; 16]; 6] = {
    let mut t = [[0; 16]; 6];
    let mut m = 0;
    while m < 6 {
        let mut i = 0;
        while i < 16 {
            t[m][i] = 16 * NORM_4X4[m][class_4x4(i)];
            i += 1;
        }
        m += 1;
    }
    t
};

/// `LevelScale8x8` with flat scaling lists (8.5.9), by QP modulo 6.
pub(crate) static LEVEL_SCALE_8X8: [[i32; 64]; 6] = {
    let mut t = [[0; 64]; 6];
    let mut m = 0;
    while m < 6 {
        let mut i = 0;
        while i < 64 {
            t[m][i] = 16 * NORM_8X8[m][class_8x8(i)];
            i += 1;
        }
        m += 1;
    }
    t
};

/// Forward scales of one quantiser in the form of the kernels:
/// `level = ((|c| + bias) * scale) >> 16`.
#[derive(Clone, Debug)]
pub(crate) struct Quantiser {
    pub(crate) scale_4x4: [u16; 16],
    pub(crate) bias_4x4: [u16; 16],
    pub(crate) scale_8x8: [u16; 64],
    pub(crate) bias_8x8: [u16; 64],
    pub(crate) scale_dc: u16,
    pub(crate) bias_dc: u16,
}

impl Quantiser {
    /// The quantiser of step index `qp`; `rounding` is the fraction of a step, in 1/64, added
    /// before truncation (21 is the usual third of intra blocks, 11 the sixth of inter blocks).
    pub(crate) fn new(qp: u8, rounding: u32) -> Self {
        let (m, d) = (usize::from(qp % 6), u32::from(qp / 6));
        // Forward, quantise, rescale and inverse together are the identity, so the product of
        // forward scale and norm depends on the position class alone.
        const PRODUCT_4X4: [u32; 3] = [1 << 18, 167_772, 209_715];
        const PRODUCT_8X8: [u32; 6] = [262_144, 205_697, 671_089, 232_213, 419_430, 371_535];
        let divide = |product: u32, norm: i32| (product + norm as u32 / 2) / norm as u32;
        let halve = |scale: u32, shift: u32| ((scale + ((1 << shift) >> 1)) >> shift) as u16;
        let bias = |scale: u16| ((65536 * rounding / 64) / u32::from(scale)).min(32767) as u16;
        let forward_4x4 = |i| divide(PRODUCT_4X4[class_4x4(i)], NORM_4X4[m][class_4x4(i)]);
        let scale_4x4: [u16; 16] = std::array::from_fn(|i| halve(forward_4x4(i), d));
        let scale_8x8: [u16; 64] =
            std::array::from_fn(|i| halve(divide(PRODUCT_8X8[class_8x8(i)], NORM_8X8[m][class_8x8(i)]), d));
        let scale_dc = halve(forward_4x4(0), d + 1);
        Self {
            bias_4x4: scale_4x4.map(bias),
            bias_8x8: scale_8x8.map(bias),
            bias_dc: bias(scale_dc),
            scale_4x4,
            scale_8x8,
            scale_dc,
        }
    }
}

/// `2^(x/6)` for x in 0..6, in 1/65536.
const SIXTH_ROOTS: [u64; 6] = [65536, 73562, 82570, 92682, 104032, 116772];

/// `numerator/denominator * 2^(exponent/6)` in 1/256, for exponents of either sign.
fn power(exponent: i32, numerator: u64, denominator: u64) -> u64 {
    let (octave, step) = (exponent.div_euclid(6), exponent.rem_euclid(6) as usize);
    let base = SIXTH_ROOTS[step] * numerator / denominator;
    if octave >= 8 { base << (octave - 8) } else { base >> (8 - octave) }
}

/// Where predictions are only estimated, bits count for so many 1/256 of what they do where they are tried. Measured.
const ESTIMATED_LAMBDA_SCALE: u64 = 170;

/// Lagrange multiplier of decisions by sum of absolute (transformed) differences, in 1/256 of a
/// sample difference per bit.
///
/// `trials`: predictions are coded and compared. Where what seems best is coded at once, [`ESTIMATED_LAMBDA_SCALE`] counts.
pub(crate) fn lambda_sad(qp: u8, trials: bool) -> u32 {
    let lambda = power(i32::from(qp) - 12, 1, 1);
    (if trials { lambda } else { lambda * ESTIMATED_LAMBDA_SCALE / 256 }).max(32) as u32
}

/// Lagrange multiplier of decisions by sum of squared differences, in 1/256 per bit.
pub(crate) fn lambda_ssd(qp: u8) -> u64 {
    power(2 * (i32::from(qp) - 12), 9, 10).max(1)
}

/// Where modes and levels of P and B pictures are tried, bits count for so many 1/256 of what [`lambda_ssd`] says: it is the best
/// for a picture by itself, and later ones gain by a better reference, of P pictures more than of B. Measured.
pub(crate) fn inter_lambda_scale(kind: SliceKind) -> u64 {
    if kind == SliceKind::B { 170 } else { 140 }
}

/// Square of the quantiser's step, in samples of a block after an orthonormal transform, in 1/256.
pub(crate) fn squared_step(qp: u8) -> u64 {
    power(2 * (i32::from(qp) - 4), 1, 1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scales of QP 0 as every description of the reference quantiser lists them (shift 15 for
    /// 4x4, 16 for 8x8).
    #[test]
    fn quantiser_scales_match_the_literature() {
        for (qp, four, eight) in [
            (0, [13107, 5243, 8066], [13107, 11428, 20972, 12222, 16777, 15481]),
            (5, [7282, 2893, 4559], [7282, 6428, 11570, 6830, 9118, 8640]),
        ] {
            let q = Quantiser::new(qp, 21);
            for i in 0..16 {
                let expected = 2 * four[class_4x4(i)];
                assert!((i32::from(q.scale_4x4[i]) - expected).abs() <= 4, "4x4 {i} at {qp}");
            }
            for i in 0..64 {
                let expected: i32 = eight[class_8x8(i)];
                assert!((i32::from(q.scale_8x8[i]) - expected).abs() <= 2, "8x8 {i} at {qp}");
            }
        }
    }

    #[test]
    fn multipliers_double_every_six_and_three_steps() {
        assert_eq!(lambda_sad(12, true), 256);
        assert_eq!(lambda_sad(30, true), 2048);
        assert_eq!(lambda_ssd(12), 230);
        assert_eq!(lambda_ssd(15), 460);
        assert!(
            (1..=51).all(|qp| lambda_ssd(qp) >= lambda_ssd(qp - 1)
                && lambda_sad(qp, false) >= lambda_sad(qp - 1, false))
        );
    }
}
