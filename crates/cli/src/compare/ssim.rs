//! Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004) over flat windows of 8x8 samples, 4 samples apart.

use super::plane::Plane;

/// Side of the blocks whose sums are shared by the windows around them; a window is two by two blocks.
const BLOCK: usize = 4;

/// Mean SSIM of the plane's windows. Columns and rows beyond the last full block do not count; a plane smaller than a
/// window is one window.
pub(super) fn ssim(reference: &Plane, test: &Plane, peak: u32) -> f64 {
    let (columns, rows) = (reference.width / BLOCK, reference.height / BLOCK);
    if columns < 2 || rows < 2 {
        let sums = Sums::of(reference, test, 0, 0, reference.width, reference.height);
        return sums.similarity(peak);
    }
    let row_of_blocks = |row: usize| -> Vec<Sums> {
        (0..columns)
            .map(|column| Sums::of(reference, test, column * BLOCK, row * BLOCK, BLOCK, BLOCK))
            .collect()
    };
    let mut above = row_of_blocks(0);
    let mut total = 0.0;
    for row in 1..rows {
        let below = row_of_blocks(row);
        for (upper, lower) in above.windows(2).zip(below.windows(2)) {
            total += upper[0].plus(upper[1]).plus(lower[0]).plus(lower[1]).similarity(peak);
        }
        above = below;
    }
    total / ((columns - 1) * (rows - 1)) as f64
}

/// First and second moments of two blocks of samples.
#[derive(Clone, Copy)]
struct Sums {
    count: u64,
    one: u64,
    other: u64,
    /// Sum of the squares of both.
    squares: u64,
    products: u64,
}

impl Sums {
    fn of(one: &Plane, other: &Plane, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut sums = Sums { count: (width * height) as u64, one: 0, other: 0, squares: 0, products: 0 };
        for row in y..y + height {
            let at = row * one.width + x;
            for (a, b) in one.samples[at..at + width].iter().zip(&other.samples[at..at + width]) {
                let (a, b) = (u64::from(*a), u64::from(*b));
                sums.one += a;
                sums.other += b;
                sums.squares += a * a + b * b;
                sums.products += a * b;
            }
        }
        sums
    }

    fn plus(self, more: Self) -> Self {
        Sums {
            count: self.count + more.count,
            one: self.one + more.one,
            other: self.other + more.other,
            squares: self.squares + more.squares,
            products: self.products + more.products,
        }
    }

    /// The published formula with both sides multiplied by the number of samples and that number less one, K1 = 0.01,
    /// K2 = 0.03 and the sample variance.
    fn similarity(self, peak: u32) -> f64 {
        let count = self.count as f64;
        let peak = f64::from(peak);
        let c1 = (0.01 * peak * count) * (0.01 * peak * count);
        let c2 = (0.03 * peak) * (0.03 * peak) * count * (count - 1.0).max(1.0);
        let (one, other) = (self.one as f64, self.other as f64);
        let variances = self.squares as f64 * count - one * one - other * other;
        let covariance = self.products as f64 * count - one * other;
        (2.0 * one * other + c1) * (2.0 * covariance + c2)
            / ((one * one + other * other + c1) * (variances + c2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, sample: impl Fn(usize, usize) -> u16) -> Plane {
        let samples = (0..width * height).map(|i| sample(i % width, i / width)).collect();
        Plane { name: "Y", width, height, samples }
    }

    #[test]
    fn identical_planes_are_one_at_any_size() {
        for (width, height) in [(1, 1), (2, 2), (7, 9), (8, 8), (33, 17)] {
            let one = plane(width, height, |x, y| (x * 37 + y * 91) as u16 % 256);
            let value = ssim(&one, &one, 255);
            assert!((value - 1.0).abs() < 1e-12, "{width}x{height}: {value}");
        }
    }

    #[test]
    fn an_inverted_texture_is_negative() {
        let one = plane(16, 16, |x, y| if (x + y) % 2 == 0 { 0 } else { 255 });
        let other = plane(16, 16, |x, y| if (x + y) % 2 == 0 { 255 } else { 0 });
        assert!(ssim(&one, &other, 255) < -0.9);
    }

    #[test]
    fn a_flat_shift_follows_the_luminance_term() {
        let (one, other) = (plane(8, 8, |_, _| 100), plane(8, 8, |_, _| 110));
        let c1 = 2.55 * 2.55;
        let expected = (2.0 * 100.0 * 110.0 + c1) / (100.0 * 100.0 + 110.0 * 110.0 + c1);
        assert!((ssim(&one, &other, 255) - expected).abs() < 1e-12);
    }
}
