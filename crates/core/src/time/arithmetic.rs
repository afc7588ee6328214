//! Sums, products and conversions of times.
//!
//! Every result is computed as an exact fraction first and rounded at most once.

use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use super::{RoundingMethod, Time, TimeFlags};

/// The timescale of products with a float that have no exact form.
const FLOAT_PRODUCT_TIMESCALE: i32 = 1_000_000_000;

impl Time {
    /// Some seconds as a time, in units of `preferred_timescale`.
    ///
    /// The fraction of a unit is cut off, except that the seconds of a time give that time again. A value too large for the timescale halves it until it fits; one too large
    /// for timescale 1 becomes an infinity. A result that is not exactly `seconds` counts as rounded. Not-a-number
    /// and timescales below 1 give [`Time::INVALID`].
    #[doc(alias = "CMTimeMakeWithSeconds")]
    pub fn from_seconds(seconds: f64, preferred_timescale: i32) -> Time {
        if seconds.is_nan() || preferred_timescale < 1 {
            return Time::INVALID;
        }
        let mut timescale = preferred_timescale;
        loop {
            let product = seconds * f64::from(timescale);
            // The product of a time's own seconds may fall a hair below its value: such a one is not cut.
            let nearest = product.round();
            let value = if nearest / f64::from(timescale) == seconds { nearest } else { product.trunc() };
            if value.abs() < 2f64.powi(63) {
                let mut time = Time::new(value as i64, timescale);
                if time.seconds() != seconds {
                    time.flags = time.flags.union(TimeFlags::HAS_BEEN_ROUNDED);
                }
                return time;
            }
            if timescale == 1 {
                return infinity(seconds < 0.0);
            }
            timescale /= 2;
        }
    }

    /// The time in seconds; infinities as such, not-a-number for indefinite and invalid times.
    #[doc(alias = "CMTimeGetSeconds")]
    pub fn seconds(&self) -> f64 {
        if self.is_numeric() {
            self.value as f64 / f64::from(self.timescale)
        } else if self.is_positive_infinity() {
            f64::INFINITY
        } else if self.is_negative_infinity() {
            f64::NEG_INFINITY
        } else {
            f64::NAN
        }
    }

    /// The same time in another timescale, rounded by `method`.
    ///
    /// Times that are not numeric stay what they are. A timescale below 1 gives [`Time::INVALID`]; a value too large
    /// gives an infinity.
    #[doc(alias = "CMTimeConvertScale")]
    #[must_use]
    pub fn convert_scale(self, timescale: i32, method: RoundingMethod) -> Time {
        if !self.is_numeric() {
            return self;
        }
        if timescale < 1 {
            return Time::INVALID;
        }
        if timescale == self.timescale {
            return self;
        }
        let exact = Fraction { numerator: self.value.into(), denominator: self.timescale.into() };
        let method = match method {
            RoundingMethod::QuickTime if timescale > self.timescale => RoundingMethod::RoundAwayFromZero,
            other => other,
        };
        match exact.at_scale(timescale, method) {
            Some((0, true)) if method == RoundingMethod::QuickTime && self.value < 0 => {
                rounded_time(-1, timescale, self.epoch)
            }
            Some((value, rounded)) => {
                numeric(value, timescale, self.epoch, rounded || self.has_been_rounded())
            }
            None => infinity(self.value < 0),
        }
    }

    /// The time times a whole number, in the same timescale where that fits.
    ///
    /// An overflow halves the timescale until the value fits, else the result is an infinity. An infinity times a
    /// negative number turns round.
    #[doc(alias = "CMTimeMultiply")]
    #[must_use]
    pub fn multiply(self, multiplier: i32) -> Time {
        if let Some(special) = self.special_product(multiplier < 0) {
            return special;
        }
        let numerator = i128::from(self.value) * i128::from(multiplier);
        let exact = Fraction { numerator, denominator: self.timescale.into() };
        exact.fit(self.timescale, self.epoch, self.has_been_rounded())
    }

    /// The time times `multiplier / divisor`.
    ///
    /// The result is exact where a timescale up to [`Time::MAX_TIMESCALE`] allows it: the same timescale if possible,
    /// else a multiple of it. Division by zero gives [`Time::INVALID`].
    #[doc(alias = "CMTimeMultiplyByRatio")]
    #[must_use]
    pub fn multiply_by_ratio(self, multiplier: i32, divisor: i32) -> Time {
        if divisor == 0 {
            return Time::INVALID;
        }
        if let Some(special) = self.special_product((multiplier < 0) != (divisor < 0)) {
            return special;
        }
        let numerator = i128::from(self.value) * i128::from(multiplier) * i128::from(divisor.signum());
        let factor = i128::from(divisor).abs();
        self.product(numerator, factor, Time::MAX_TIMESCALE)
    }

    /// The time times a float.
    ///
    /// The float counts as the exact binary fraction that it is, and the product is exact where a timescale allows
    /// it; otherwise it is rounded to nanoseconds. Not-a-number gives [`Time::INVALID`].
    #[doc(alias = "CMTimeMultiplyByFloat64")]
    #[must_use]
    pub fn multiply_by_f64(self, multiplier: f64) -> Time {
        if multiplier.is_nan() {
            return Time::INVALID;
        }
        if let Some(special) = self.special_product(multiplier < 0.0) {
            return special;
        }
        if multiplier.is_infinite() {
            let negative = (self.value < 0) != (multiplier < 0.0);
            return if self.value == 0 { Time::INVALID } else { infinity(negative) };
        }
        if self.value == 0 || multiplier == 0.0 {
            return numeric(0, self.timescale, self.epoch, self.has_been_rounded());
        }
        let (mantissa, exponent) = decompose(multiplier);
        let mut numerator = i128::from(self.value) * i128::from(mantissa);
        let mut exponent = exponent + numerator.trailing_zeros() as i32;
        numerator >>= numerator.trailing_zeros();
        let bits = (i128::BITS - numerator.unsigned_abs().leading_zeros()) as i32;
        if exponent < 0 {
            // An odd numerator longer than 94 bits, or a denominator beyond 2^64 timescales, has no exact form. What
            // is cut off stands in the last bit that is left, so that the one rounding comes out right.
            let cut = (bits - 94).max(-exponent - 64).max(0);
            if cut > 0 {
                numerator = (numerator >> cut.min(127)) | 1;
                exponent += cut;
            }
        }
        if exponent < 0 {
            return self.product(numerator, 1i128 << -exponent, FLOAT_PRODUCT_TIMESCALE);
        }
        // Beyond 2^95 over a timescale below 2^31 no value fits.
        let bits = (i128::BITS - numerator.unsigned_abs().leading_zeros()) as i32;
        if bits + exponent > 95 {
            return infinity(numerator < 0);
        }
        self.product(numerator << exponent, 1, FLOAT_PRODUCT_TIMESCALE)
    }

    /// The time without its sign.
    #[doc(alias = "CMTimeAbsoluteValue")]
    #[must_use]
    pub fn absolute(self) -> Time {
        if self.is_negative_infinity() || (self.is_numeric() && self.value < 0) { -self } else { self }
    }

    /// The product when this time is not numeric.
    fn special_product(self, negative: bool) -> Option<Time> {
        if self.is_numeric() {
            None
        } else if self.is_positive_infinity() {
            Some(infinity(negative))
        } else if self.is_negative_infinity() {
            Some(infinity(!negative))
        } else if self.is_indefinite() {
            Some(Time::INDEFINITE)
        } else {
            Some(Time::INVALID)
        }
    }

    /// `numerator / (timescale * factor)` seconds in the nicest timescale; `fallback` when none is exact.
    fn product(self, numerator: i128, factor: i128, fallback: i32) -> Time {
        let rounded = self.has_been_rounded();
        let common = gcd(numerator, factor);
        let (numerator, factor) = (numerator / common, factor / common);
        let timescale = i128::from(self.timescale);
        let exact = Fraction { numerator, denominator: timescale * factor };
        if let Ok(scale) = i32::try_from(timescale * factor) {
            return exact.fit(scale, self.epoch, rounded);
        }
        let common = gcd(numerator, timescale * factor);
        match i32::try_from(exact.denominator / common) {
            Ok(scale) => exact.fit(scale, self.epoch, rounded),
            Err(_) => exact.fit(fallback, self.epoch, rounded),
        }
    }

    fn sum(self, other: Time, negated: bool) -> Time {
        if !self.is_valid() || !other.is_valid() {
            return Time::INVALID;
        }
        let other = if negated { -other } else { other };
        let infinite = |time: Time| time.is_positive_infinity() || time.is_negative_infinity();
        match (infinite(self), infinite(other)) {
            (true, true) if self.rank() != other.rank() => return Time::INVALID,
            (true, _) => return self,
            (_, true) => return other,
            _ => {}
        }
        if self.is_indefinite() || other.is_indefinite() {
            return Time::INDEFINITE;
        }
        if !self.is_numeric() || !other.is_numeric() {
            return Time::INVALID;
        }
        let epoch = match (self.epoch, other.epoch) {
            (a, b) if a == b => {
                // The distance of two times of one time line is a duration.
                if negated { 0 } else { a }
            }
            (0, epoch) | (epoch, 0) => epoch,
            _ => return Time::INVALID,
        };
        let (a, b) = (i128::from(self.timescale), i128::from(other.timescale));
        let common = a / gcd(a, b) * b;
        let numerator = i128::from(self.value) * (common / a) + i128::from(other.value) * (common / b);
        let exact = Fraction { numerator, denominator: common };
        let rounded = self.has_been_rounded() || other.has_been_rounded();
        exact.fit(i32::try_from(common).unwrap_or(Time::MAX_TIMESCALE), epoch, rounded)
    }
}

impl Add for Time {
    type Output = Time;

    /// The sum, in the least common multiple of the timescales where that is at most [`Time::MAX_TIMESCALE`].
    ///
    /// Otherwise it is rounded to that timescale; an overflow halves the timescale until the value fits. Infinities
    /// win over everything but invalid times and opposite infinities; different nonzero epochs give an invalid time.
    #[doc(alias = "CMTimeAdd")]
    fn add(self, other: Time) -> Time {
        self.sum(other, false)
    }
}

impl Sub for Time {
    type Output = Time;

    /// The difference; as the sum, but two times of one epoch give a duration of epoch 0.
    #[doc(alias = "CMTimeSubtract")]
    fn sub(self, other: Time) -> Time {
        self.sum(other, true)
    }
}

impl AddAssign for Time {
    fn add_assign(&mut self, other: Time) {
        *self = *self + other;
    }
}

impl SubAssign for Time {
    fn sub_assign(&mut self, other: Time) {
        *self = *self - other;
    }
}

impl Neg for Time {
    type Output = Time;

    fn neg(self) -> Time {
        if self.is_positive_infinity() {
            return Time::NEGATIVE_INFINITY;
        }
        if self.is_negative_infinity() {
            return Time::POSITIVE_INFINITY;
        }
        if !self.is_numeric() {
            return self;
        }
        let exact = Fraction { numerator: -i128::from(self.value), denominator: self.timescale.into() };
        exact.fit(self.timescale, self.epoch, self.has_been_rounded())
    }
}

/// An exact number of seconds. The denominator is above 0 and below 2^96.
#[derive(Clone, Copy)]
struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// The value in a timescale and whether it was rounded; `None` when it does not fit.
    fn at_scale(self, timescale: i32, method: RoundingMethod) -> Option<(i64, bool)> {
        let scale = i128::from(timescale);
        let whole = self.numerator / self.denominator;
        let rest = (self.numerator % self.denominator) * scale;
        let value = whole.checked_mul(scale)?.checked_add(rest / self.denominator)?;
        let fraction = rest % self.denominator;
        let away = if self.numerator < 0 { -1 } else { 1 };
        let step =
            match method {
                _ if fraction == 0 => 0,
                RoundingMethod::RoundHalfAwayFromZero => {
                    if fraction.abs() >= self.denominator - fraction.abs() { away } else { 0 }
                }
                RoundingMethod::RoundTowardZero | RoundingMethod::QuickTime => 0,
                RoundingMethod::RoundAwayFromZero => away,
                RoundingMethod::RoundTowardPositiveInfinity => away.max(0),
                RoundingMethod::RoundTowardNegativeInfinity => away.min(0),
            };
        Some((i64::try_from(value + step).ok()?, fraction != 0))
    }

    /// The time in this timescale, or in a half of it until it fits, or an infinity.
    fn fit(self, mut timescale: i32, epoch: i64, rounded: bool) -> Time {
        loop {
            if let Some((value, lossy)) = self.at_scale(timescale, RoundingMethod::default()) {
                return numeric(value, timescale, epoch, rounded || lossy);
            }
            if timescale == 1 {
                return infinity(self.numerator < 0);
            }
            timescale /= 2;
        }
    }
}

/// The time of an exact number of seconds, rounded to the timescale; the denominator is above 0 and below 2^96.
pub(super) fn time_of_fraction(numerator: i128, denominator: i128, timescale: i32) -> Time {
    Fraction { numerator, denominator }.fit(timescale, 0, false)
}

fn numeric(value: i64, timescale: i32, epoch: i64, rounded: bool) -> Time {
    let mut time = Time::with_epoch(value, timescale, epoch);
    if rounded {
        time.flags = time.flags.union(TimeFlags::HAS_BEEN_ROUNDED);
    }
    time
}

fn rounded_time(value: i64, timescale: i32, epoch: i64) -> Time {
    numeric(value, timescale, epoch, true)
}

fn infinity(negative: bool) -> Time {
    if negative { Time::NEGATIVE_INFINITY } else { Time::POSITIVE_INFINITY }
}

/// The largest number that divides both; at least 1.
pub(super) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    // Both arguments are far below 2^127.
    (a as i128).max(1)
}

/// Mantissa and exponent of a finite float: it is `mantissa * 2^exponent`.
fn decompose(value: f64) -> (i64, i32) {
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7FF) as i32;
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
    (if value < 0.0 { -mantissa } else { mantissa }, exponent)
}
