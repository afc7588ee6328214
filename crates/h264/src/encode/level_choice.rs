//! How high a bit rate a stream may come to, for the choice of its level.

use super::config::EncoderConfig;
use super::rate_config::{RateControl, RateLimits, at_quality, quality_of_quantiser};

/// The most that the settings promise not to exceed on average, in bits per second; 0 when they promise nothing.
pub(crate) fn bound_bit_rate(config: &EncoderConfig) -> u64 {
    let limits = config.rate_limits.data_rate.iter().flatten();
    let rates = limits.map(|limit| (8.0 * limit.bytes as f64 / limit.seconds).ceil() as u64);
    let average = match config.rate_control {
        RateControl::AverageBitRate(bits) => Some(u64::from(bits)),
        RateControl::ConstantQuality(_) => None,
    };
    rates.chain(average).min().unwrap_or(0)
}

/// How much an average rate may be raised later, or exceeded for a while.
const HEADROOM: f64 = 3.0;
/// Bits per pixel to which an average rate may be raised in any case.
const RAISED: f64 = 0.25;
/// Bits per second that may be reached in any case: those of level 2.1, which every decoder of today knows, however small the
/// picture.
const RAISED_SMALL: f64 = 4e6;
/// Bits per pixel that busy pictures take at a quality of 0, a quarter, a half, three quarters, 1; three times as many as usual
/// ones.
const QUALITY: [f64; 5] = [0.05, 0.1, 0.35, 1.0, 4.0];

/// What a stream of so many pixels per second may come to, in bits per second, with headroom for being raised in mid-stream:
/// the choice of a level goes by it.
pub(crate) fn reachable_bit_rate(control: RateControl, limits: &RateLimits, pixels: f64) -> u64 {
    let (wanted, raised) = match control {
        RateControl::AverageBitRate(bits) => (HEADROOM * f64::from(bits), RAISED * pixels),
        RateControl::ConstantQuality(quality) => (at_quality(&QUALITY, quality) * pixels, 0.0),
    };
    // Whatever is aimed at, no picture is coarser than the greatest QP.
    let least = at_quality(&QUALITY, quality_of_quantiser(limits.max_qp.into())) * pixels;
    // Limits may be raised as well: calls that begin at a low rate have them close above it.
    held_down(wanted.max(least), limits).max(raised.max(RAISED_SMALL)).ceil() as u64
}

/// Limits of sizes hold a rate down; all of a longer window may come at once.
fn held_down(rate: f64, limits: &RateLimits) -> f64 {
    let limits = limits.data_rate.iter().flatten();
    let limits = limits.map(|limit| 8.0 * limit.bytes as f64 / limit.seconds.min(1.0));
    limits.fold(rate, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::DataRateLimit;

    #[test]
    fn limits_hold_the_reachable_rate_down() {
        let reachable = |control, limits: [Option<DataRateLimit>; 2], pixels| {
            reachable_bit_rate(control, &RateLimits { data_rate: limits, ..RateLimits::default() }, pixels)
        };
        let limit = |bytes, seconds| Some(DataRateLimit { bytes, seconds });
        let average = RateControl::AverageBitRate(1_000_000);
        assert_eq!(reachable(RateControl::AverageBitRate(1_500_000), [None; 2], 1e6), 4_500_000);
        assert_eq!(reachable(average, [None; 2], 1e8), 25_000_000);
        let high = RateControl::AverageBitRate(10_000_000);
        assert_eq!(reachable(high, [None; 2], 1e6), 30_000_000);
        assert_eq!(reachable(high, [limit(1_000_000, 5.0), None], 1e6), 8_000_000);
        assert_eq!(reachable(high, [limit(1_000_000, 5.0), limit(150_000, 0.2)], 1e6), 6_000_000);
        // They leave the room to be raised that there is without them.
        assert_eq!(reachable(high, [limit(100_000, 5.0), None], 1e6), 4_000_000);
        assert_eq!(reachable(average, [limit(100_000, 5.0), None], 1e8), 25_000_000);
        let quality = |quality| reachable(RateControl::ConstantQuality(quality), [None; 2], 1e8);
        assert_eq!((quality(0.5), quality(1.0)), (35_000_000, 400_000_000));
        let bounded = |max_qp| {
            let limits = RateLimits { max_qp, ..RateLimits::default() };
            reachable_bit_rate(RateControl::ConstantQuality(0.25), &limits, 1e8)
        };
        assert_eq!(
            (bounded(51), bounded(40), bounded(26), bounded(0)),
            (10_000_000, 10_000_000, 35_000_000, 400_000_000)
        );
        assert!((0..100).all(|i| quality(f64::from(i) / 100.0) < quality(f64::from(i + 1) / 100.0)));
    }

    #[test]
    fn small_pictures_may_be_raised_far() {
        // 352x288 at 30 frames a second.
        let reachable = |control| reachable_bit_rate(control, &RateLimits::default(), 352.0 * 288.0 * 30.0);
        for control in [RateControl::AverageBitRate(200_000), RateControl::ConstantQuality(0.1)] {
            assert_eq!(reachable(control), 4_000_000);
        }
    }
}
