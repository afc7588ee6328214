//! A conversion from R'G'B' to R'G'B' as a grid.

use super::grid::tetrahedron;

/// Points along each side.
const POINTS: usize = 65;

/// Values on a grid over 0 to 1 in three directions, with straight lines between them.
#[derive(Clone, Debug)]
pub(crate) struct Cube {
    values: Vec<[f32; 3]>,
}

impl Cube {
    /// Fills the grid a row at a time: `convert` gets rows of red, green and blue and changes them.
    pub(crate) fn new(mut convert: impl FnMut(&mut [f32], &mut [f32], &mut [f32])) -> Cube {
        let step = |index: usize| index as f32 / (POINTS - 1) as f32;
        let mut values = Vec::with_capacity(POINTS * POINTS * POINTS);
        for red in 0..POINTS {
            for green in 0..POINTS {
                let (mut a, mut b) = ([step(red); POINTS], [step(green); POINTS]);
                let mut c: [f32; POINTS] = std::array::from_fn(step);
                convert(&mut a, &mut b, &mut c);
                values.extend((0..POINTS).map(|index| [a[index], b[index], c[index]]));
            }
        }
        Cube { values }
    }

    /// Converts three rows in place.
    pub(crate) fn map(&self, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
        for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
            [*a, *b, *c] = self.value([*a, *b, *c]);
        }
    }

    fn value(&self, place: [f32; 3]) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for (index, weight) in tetrahedron([POINTS; 3], place.map(f64::from)) {
            for (sum, value) in sum.iter_mut().zip(self.values[index]) {
                *sum += weight as f32 * value;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_stays_a_plane() {
        let cube = Cube::new(|a, b, c| {
            for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
                (*a, *b, *c) = (1.0 - *a, 0.5 * *b + 0.25 * *c, *c);
            }
        });
        let [mut a, mut b, mut c] =
            [[0.0, 0.13, 1.0, -1.0], [0.3, 0.77, 1.0, 2.0], [0.0, 0.5, 1.0, f32::NAN]];
        cube.map(&mut a, &mut b, &mut c);
        let expected = [[1.0, 0.87, 0.0, 1.0], [0.15, 0.51, 0.75, 0.5], [0.0, 0.5, 1.0, 0.0]];
        for (found, expected) in [a, b, c].iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
