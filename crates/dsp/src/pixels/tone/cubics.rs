//! Curves as cubic polynomials, so few of them that their coefficients stay in registers.

/// Pieces of a curve.
pub const PIECES: usize = 32;

/// A polynomial's coefficients, from the constant to that of the cube.
pub type Cubic = [f64; 4];

/// The cubic that follows `function` from one number to another, and meets it at both.
///
/// It goes through the function at the zeros of a Chebyshev polynomial, stretched so that the outermost ones are the ends:
/// where ends have to be met, that leaves the least error.
pub fn cubic([from, to]: [f64; 2], function: impl Fn(f64) -> f64) -> Cubic {
    let (middle, inner) = ((from + to) / 2.0, (to - from) / 2.0 * (std::f64::consts::SQRT_2 - 1.0));
    through([from, middle - inner, middle + inner, to].map(|place| (place, function(place))))
}

/// The cubic through four points, by divided differences.
fn through(points: [(f64, f64); 4]) -> Cubic {
    let place = points.map(|(place, _)| place);
    let mut differences = points.map(|(_, value)| value);
    for order in 1..4 {
        for index in (order..4).rev() {
            differences[index] =
                (differences[index] - differences[index - 1]) / (place[index] - place[index - order]);
        }
    }
    // Multiplied out from the last factor to the first.
    let mut cubic = [differences[3], 0.0, 0.0, 0.0];
    for index in (0..3).rev() {
        for power in (1..4).rev() {
            cubic[power] = cubic[power - 1] - cubic[power] * place[index];
        }
        cubic[0] = differences[index] - cubic[0] * place[index];
    }
    cubic
}

/// Polynomials with the coefficients of a piece, and with those of a power, next to each other.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Cubics {
    pub pieces: [[f32; 4]; PIECES],
    pub powers: [[f32; PIECES]; 4],
}

impl Cubics {
    fn new(pieces: [Cubic; PIECES]) -> Cubics {
        let pieces = pieces.map(|cubic| cubic.map(|coefficient| coefficient as f32));
        Cubics { pieces, powers: std::array::from_fn(|power| pieces.map(|piece| piece[power])) }
    }

    #[inline(always)]
    fn value(&self, piece: usize, x: f32) -> f32 {
        let [a, b, c, d] = self.pieces[piece % PIECES];
        d.mul_add(x, c).mul_add(x, b).mul_add(x, a)
    }
}

/// A curve of values that are not negative, over 0 to 1 in pieces of one length.
///
/// What is stored is its root: where the curve comes near 0, that keeps more of it.
#[derive(Clone, Debug)]
pub struct Curve(pub(super) Cubics);

impl Curve {
    /// Follows `function`.
    pub fn new(function: impl Fn(f64) -> f64) -> Curve {
        Curve(Cubics::new(std::array::from_fn(|piece| {
            cubic([0.0, 1.0], |part| function((piece as f64 + part) / PIECES as f64).sqrt())
        })))
    }

    /// The value at a place in units of pieces.
    #[inline(always)]
    pub(super) fn value(&self, place: f32) -> f32 {
        // The comparison is false for what is not a number.
        let place = if place > 0.0 { place } else { 0.0 };
        let place = if place < LAST { place } else { LAST };
        let piece = place as usize;
        let root = self.0.value(piece, place - piece as f32);
        root * root
    }
}

/// The last place of a [`Curve`].
pub(super) const LAST: f32 = (PIECES as f32).next_down();

/// A function of positive numbers, each octave of which has a number of pieces of one length.
///
/// Where numbers are told apart by ratios, that is as good as pieces of one length over their logarithm.
#[derive(Clone, Debug)]
pub struct Octaves {
    pub(super) cubics: Cubics,
    /// A power of two.
    pub(super) first: f32,
    /// The number before a power of two.
    pub(super) last: f32,
    /// By how much bits of a number are shifted to have the piece as the lowest five.
    pub(super) shift: u32,
}

impl Octaves {
    /// Follows `function` from a power of two on, over as many octaves as there are pieces for: each has 1, 2, 4, ... (a
    /// power as well). Numbers that are smaller have the function's value at 0.
    ///
    /// # Panics
    /// When the octaves are not within -40 to 40, so that cubes are numbers.
    pub fn new(exponent: i32, pieces: u32, function: impl Fn(f64) -> f64) -> Octaves {
        let octaves = (PIECES as u32 / pieces) as i32;
        assert!(
            pieces.is_power_of_two() && exponent >= -40 && exponent + octaves <= 40,
            "octaves from {exponent}"
        );
        let power = |exponent: i32| f32::from_bits(((exponent + 127) as u32) << (f32::MANTISSA_DIGITS - 1));
        let (first, last) = (power(exponent), power(exponent + octaves).next_down());
        let shift = f32::MANTISSA_DIGITS - 1 - pieces.trailing_zeros();
        let mut cubics = [[0.0; 4]; PIECES];
        for index in 0..PIECES as u32 {
            let bits = first.to_bits() + (index << shift);
            let ends = [bits, bits + (1 << shift)].map(|bits| f64::from(f32::from_bits(bits)));
            cubics[(bits >> shift) as usize % PIECES] =
                cubic(ends, |place| function(if place > f64::from(first) { place } else { 0.0 }));
        }
        Octaves { cubics: Cubics::new(cubics), first, last, shift }
    }

    /// The value at a number; that at 0 of what is not a number.
    #[inline(always)]
    pub(super) fn value(&self, x: f32) -> f32 {
        let x = if x > self.first { x } else { self.first };
        let x = if x < self.last { x } else { self.last };
        self.cubics.value((x.to_bits() >> self.shift) as usize, x)
    }
}

/// What the largest of three channels makes of all three.
#[derive(Clone, Debug)]
pub struct Gain {
    pub(super) octaves: Octaves,
    /// Factor and summand that bring light to its place in `octaves`.
    pub(super) place: [f32; 2],
}

impl Gain {
    /// 1 whatever the light.
    pub fn none() -> Gain {
        Gain { octaves: Octaves::new(0, PIECES as u32, |_| 1.0), place: [0.0, 1.0] }
    }

    /// Follows `function`, which is smooth but for two amounts of light, `bends`, and the same for all light below the first,
    /// up to `limit`; where bends are close together, not as far, but at least to 10.
    ///
    /// # Panics
    /// When bends and limit are out of order.
    pub fn new([low, high]: [f64; 2], limit: f64, function: impl Fn(f64) -> f64) -> Gain {
        assert!(low < high && low < limit, "bends {low}, {high}, limit {limit}");
        // Pieces grow from the first bend on, and one of them begins at the second.
        const FOURTHS: u32 = 4;
        let reach = f64::from(1u32 << (PIECES as u32 / FOURTHS)) - 1.0;
        let widest = reach / (limit - low);
        let bend = 1.0 + (widest * (high - low)).min(reach);
        let octave = bend.log2().floor().exp2();
        let bend = (bend / octave * f64::from(FOURTHS)).floor() / f64::from(FOURTHS) * octave;
        let scale = ((bend.max(1.25) - 1.0) / (high - low)).min(reach / 10.0);
        let light = |place: f64| if place > 1.0 { low + (place - 1.0) / scale } else { low };
        Gain {
            octaves: Octaves::new(0, FOURTHS, |place| function(light(place))),
            place: [scale as f32, (1.0 - low * scale) as f32],
        }
    }

    /// The gain for a column whose largest channel is `light`.
    #[inline(always)]
    pub(super) fn value(&self, light: f32) -> f32 {
        self.octaves.value(light.mul_add(self.place[0], self.place[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubics_are_followed_exactly() {
        let function = |x: f64| 0.3 - x + 2.0 * x * x + 5.0 * x * x * x;
        let found = cubic([0.25, 0.75], function);
        let close = found.iter().zip([0.3, -1.0, 2.0, 5.0]).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close, "{found:?}");
    }

    #[test]
    fn curves_and_what_is_beside_them() {
        let curve = Curve::new(|x| x * x);
        for x in [0.0, 0.01, 0.3, 0.999_99] {
            assert!((curve.value(x * PIECES as f32) - x * x).abs() < 1e-6, "{x}");
        }
        assert_eq!([-1.0, f32::NAN].map(|place| curve.value(place)), [0.0; 2]);
        assert_eq!(curve.value(1e30), curve.value(LAST));
    }

    #[test]
    fn octaves_and_what_is_beside_them() {
        for pieces in [1, 2, 4] {
            let function = |x: f64| 1.0 / (x + 1.0);
            let octaves = Octaves::new(-1, pieces, function);
            let mut x = 0.5;
            while x < octaves.last {
                let (found, exact) = (f64::from(octaves.value(x)), function(f64::from(x)));
                // In the first piece the value at 0 is met instead of that at the first number.
                let first = x < 0.5 + 0.5 / pieces as f32;
                assert!(
                    (found - exact).abs() < if first { 0.4 } else { 6e-4 },
                    "{pieces} {x}: {found} {exact}"
                );
                x *= 1.01;
            }
            assert_eq!([-1.0, f32::NAN].map(|x| octaves.value(x)), [octaves.value(0.5); 2]);
            assert!((octaves.value(0.5) - 1.0).abs() < 1e-4);
            assert_eq!([1e20, f32::INFINITY].map(|x| octaves.value(x)), [octaves.value(octaves.last); 2]);
        }
    }

    #[test]
    fn gains_bend_where_they_should() {
        // Bends at either end of what can be asked for, and beyond the limit.
        for bends in [[0.3, 4.0], [0.9, 1.2], [0.99, 1.001], [0.1, 80.0]] {
            let [low, high] = bends;
            let function = |light: f64| if light <= low { 1.0 } else { low / light.min(high) };
            let gain = Gain::new(bends, 50.0, function);
            for step in 1..5000 {
                let light = f64::from(step) / 100.0;
                let (found, exact) = (f64::from(gain.value(light as f32)), function(light));
                assert!((found - exact).abs() < 2e-3, "{bends:?} {light}: {found} {exact}");
            }
        }
        assert!([0.0, 1.0, 1e30].iter().all(|&light| (Gain::none().value(light) - 1.0).abs() < 1e-6));
    }
}
