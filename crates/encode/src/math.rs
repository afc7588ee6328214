//! Base-2 logarithm and exponential from plain arithmetic.
//!
//! The system's mathematics library picks its variant by the CPU it runs on, so its results may differ in the
//! last bit between machines. What steers the bit stream must not: these use only `+ - * /` and bit moves.

/// Base-2 logarithm of a positive finite number; zero, negative and non-finite values give the logarithm of
/// the smallest positive normal number (-126). The error is below 2e-7 times the larger of 1 and the result.
pub fn log2_f32(value: f32) -> f32 {
    let bits = if value >= f32::MIN_POSITIVE && value.is_finite() { value.to_bits() } else { 0x0080_0000 };
    // The mantissa moves to [sqrt(1/2), sqrt(2)), where the series below converges fastest.
    let shifted = bits.wrapping_sub(SQRT_HALF_F32);
    let exponent = (shifted as i32) >> 23;
    let mantissa = f32::from_bits((shifted & 0x007f_ffff) + SQRT_HALF_F32);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let series = 1.0 + t2 * (1.0 / 3.0 + t2 * (1.0 / 5.0 + t2 * (1.0 / 7.0 + t2 * (1.0 / 9.0))));
    exponent as f32 + TWO_BY_LN2 as f32 * t * series
}

/// Two to the power of `value`, which is clamped to -126..=126. The relative error is below 3e-7.
pub fn exp2_f32(value: f32) -> f32 {
    let value = if value.is_nan() { 0.0 } else { value.clamp(-126.0, 126.0) };
    let whole = (value + if value < 0.0 { -0.5 } else { 0.5 }) as i32;
    let x = (value - whole as f32) * std::f32::consts::LN_2;
    let series = 1.0
        + x * (1.0
            + x * (1.0 / 2.0
                + x * (1.0 / 6.0
                    + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x * (1.0 / 5040.0)))))));
    series * f32::from_bits(((whole + 127) as u32) << 23)
}

/// Base-2 logarithm of a positive finite number; anything else gives that of the smallest positive normal
/// number (-1022). The error is below 1e-12 times the larger of 1 and the result.
pub fn log2(value: f64) -> f64 {
    let bits = if value >= f64::MIN_POSITIVE && value.is_finite() { value.to_bits() } else { 1 << 52 };
    let shifted = bits.wrapping_sub(SQRT_HALF_F64);
    let exponent = (shifted as i64) >> 52;
    let mantissa = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff) + SQRT_HALF_F64);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let mut series = 0.0;
    // 1 + t^2/3 + t^4/5 + ...; t is at most 0.172, so 8 terms leave an error of 1e-13.
    for denominator in [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        series = series * t2 + 1.0 / denominator;
    }
    exponent as f64 + TWO_BY_LN2 * t * series
}

/// Two to the power of `value`, which is clamped to -1022..=1022. The relative error is below 1e-12.
pub fn exp2(value: f64) -> f64 {
    let value = if value.is_nan() { 0.0 } else { value.clamp(-1022.0, 1022.0) };
    let whole = (value + if value < 0.0 { -0.5 } else { 0.5 }) as i64;
    let x = (value - whole as f64) * std::f64::consts::LN_2;
    let mut series = 1.0;
    for divisor in (1..=12).rev() {
        series = 1.0 + series * x / f64::from(divisor);
    }
    series * f64::from_bits(((whole + 1023) as u64) << 52)
}

/// `base` to the power of `exponent`, for a positive base.
pub fn pow(base: f64, exponent: f64) -> f64 {
    exp2(log2(base) * exponent)
}

const SQRT_HALF_F32: u32 = 0x3f35_04f3;
const SQRT_HALF_F64: u64 = 0x3fe6_a09e_667f_3bcd;
const TWO_BY_LN2: f64 = 2.0 / std::f64::consts::LN_2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_match_the_library() {
        let mut value = 1e-30f64;
        while value < 1e30 {
            let expected = value.log2();
            assert!((log2(value) - expected).abs() <= 1e-12 * expected.abs().max(1.0), "log2({value})");
            let single = value as f32;
            let expected = f64::from(single).log2();
            let error = (f64::from(log2_f32(single)) - expected).abs();
            assert!(error <= 2e-7 * expected.abs().max(1.0), "log2_f32({single}) is off by {error}");
            value *= 1.0137;
        }
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(log2_f32(8.0), 3.0);
    }

    #[test]
    fn exponentials_match_the_library() {
        for step in -40_000..40_000 {
            let value = f64::from(step) / 500.0;
            assert!((exp2(value) / value.exp2() - 1.0).abs() < 1e-12, "exp2({value})");
            let single = value as f32;
            let error = (f64::from(exp2_f32(single)) / f64::from(single).exp2() - 1.0).abs();
            assert!(error < 3e-7, "exp2_f32({single}) is off by {error}");
        }
        assert_eq!(exp2(10.0), 1024.0);
        assert!((pow(7.0, 0.4) - 7f64.powf(0.4)).abs() < 1e-11);
    }

    #[test]
    fn odd_values_stay_finite() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE / 4.0] {
            assert!(log2(value).is_finite() && log2_f32(value as f32).is_finite());
            assert!(exp2(value).is_finite() && exp2_f32(value as f32).is_finite());
        }
    }
}
