//! Logarithm and power that give the same bits on every machine.
//!
//! The system's `pow` picks an implementation by CPU; tables made from these do not depend on it.

/// Base-2 logarithm of a positive normal number, to about 1e-15.
pub(crate) fn log2(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    // ln m = 2 atanh((m - 1) / (m + 1)), |argument| < 0.172.
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = (0..11).rev().fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    exponent as f64 + 2.0 * ratio * series * std::f64::consts::LOG2_E
}

/// 2 to the power `x`, to about 1e-15 relative; 0 or infinity out of range.
pub(crate) fn exp2(x: f64) -> f64 {
    if x < -1022.0 {
        return 0.0;
    }
    if x >= 1024.0 {
        return f64::INFINITY;
    }
    let whole = (x + 0.5).floor();
    let part = (x - whole) * std::f64::consts::LN_2;
    let series = (1..=14).rev().fold(1.0, |sum, k| sum * part / f64::from(k) + 1.0);
    series * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// `base` to the power `exponent` for a base of 0 or more.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    if base <= f64::MIN_POSITIVE { 0.0 } else { exp2(log2(base) * exponent) }
}

/// Natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    log2(x) * std::f64::consts::LN_2
}

/// e to the power `x`.
pub(crate) fn exp(x: f64) -> f64 {
    exp2(x * std::f64::consts::LOG2_E)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_library() {
        let mut x = 1e-9;
        while x < 1e5 {
            assert!((log2(x) - x.log2()).abs() < 1e-13, "{x}");
            for exponent in [0.1593017578125, 0.45, 1.2, 2.4, 2.6, 78.84375] {
                let (ours, theirs) = (pow(x, exponent), x.powf(exponent));
                let close = (ours - theirs).abs() <= 2e-12 * theirs + 1e-300;
                assert!(ours == theirs || close, "{x}^{exponent}: {ours} {theirs}");
            }
            x *= 1.37;
        }
        assert_eq!(pow(0.0, 2.2), 0.0);
        assert_eq!(exp2(10.0), 1024.0);
    }
}
