//! The few sample kernels the lookahead needs.

pub(crate) use vitascope_dsp::CpuLevel;

/// Kernels on 8x8 blocks of half-size pictures.
#[derive(Debug)]
pub(crate) struct Kernels {}

impl Kernels {
    pub(crate) fn new(_level: CpuLevel) -> Self {
        Self {}
    }

    pub(crate) fn sad(&self, a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
        let mut sum = 0;
        for y in 0..8 {
            let (a, b) = (&a[y * a_stride..][..8], &b[y * b_stride..][..8]);
            sum += a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum::<u32>();
        }
        sum
    }

    pub(crate) fn sad_x4(&self, a: &[u8], a_stride: usize, b: [&[u8]; 4], b_stride: usize) -> [u32; 4] {
        b.map(|b| self.sad(a, a_stride, b, b_stride))
    }

    /// Sum of the absolute 4x4 Hadamard-transformed differences, halved.
    pub(crate) fn satd(&self, a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
        let mut sum = 0;
        for (y, x) in [(0, 0), (0, 4), (4, 0), (4, 4)] {
            let mut rows = [[0i32; 4]; 4];
            for (i, row) in rows.iter_mut().enumerate() {
                let a = &a[(y + i) * a_stride + x..][..4];
                let b = &b[(y + i) * b_stride + x..][..4];
                let d: [i32; 4] = std::array::from_fn(|j| i32::from(a[j]) - i32::from(b[j]));
                *row = hadamard(d);
            }
            for j in 0..4 {
                sum += hadamard([rows[0][j], rows[1][j], rows[2][j], rows[3][j]])
                    .iter()
                    .map(|value| value.unsigned_abs())
                    .sum::<u32>();
            }
        }
        sum / 2
    }

    /// Sum of squared deviations from the mean over 16x16 samples.
    pub(crate) fn deviation16x16(&self, samples: &[u8], stride: usize) -> u32 {
        let (mut sum, mut squares) = (0u32, 0u32);
        for y in 0..16 {
            for &sample in &samples[y * stride..][..16] {
                sum += u32::from(sample);
                squares += u32::from(sample) * u32::from(sample);
            }
        }
        squares - ((u64::from(sum) * u64::from(sum)) >> 8) as u32
    }
}

fn hadamard([a, b, c, d]: [i32; 4]) -> [i32; 4] {
    let (s0, d0, s1, d1) = (a + b, a - b, c + d, c - d);
    [s0 + s1, d0 + d1, s0 - s1, d0 - d1]
}
