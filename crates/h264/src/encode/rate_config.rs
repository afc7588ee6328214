//! Settings of the rate control.

use super::error::Error;

/// What decides the size of pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RateControl {
    /// Equal perceived quality throughout: 0 (least) to 1 (visually lossless).
    ConstantQuality(f64),
    /// Bits per second in the long run, at least 1.
    AverageBitRate(u32),
}

/// What sizes and quantisers keep to, whatever decides them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimits {
    /// Most bytes in any stretch of decode time. The parameter sets before each sync frame count.
    pub data_rate: [Option<DataRateLimit>; 2],
    /// Least quantiser of any macroblock, 0 to 51; the encoder uses none below 1.
    pub min_qp: u8,
    /// Greatest quantiser of any macroblock, `min_qp` to 51. The limits of sizes win over it.
    pub max_qp: u8,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { data_rate: [None; 2], min_qp: 0, max_qp: 51 }
    }
}

/// Most bytes of the samples in any window of decode time that begins at a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataRateLimit {
    /// 1 to 1e14 bytes.
    pub bytes: u64,
    /// 0.001 to 3600 seconds; the window holds its beginning and not its end.
    pub seconds: f64,
}

/// A decoder's buffer (coded picture buffer of Annex C), which the stream describes and keeps to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecoderBuffer {
    /// Bits per second that enter it, at least 64; the stream states it in units of 64.
    pub bit_rate: u32,
    /// Its size in seconds at that rate, 0.01 to 600.
    pub seconds: f64,
    /// Part of it that is filled before the first picture is taken out, 0 to 1; at least what two frames of
    /// average size need is.
    pub initial: f64,
    /// Bits enter all the time, and filler data take up what pictures leave.
    pub constant: bool,
}

/// Checks a rate control's value.
pub(crate) fn check_rate_control(control: RateControl) -> Result<(), Error> {
    match control {
        RateControl::ConstantQuality(q) if !(0.0..=1.0).contains(&q) => {
            Err(Error::setting("quality", q, "0 to 1"))
        }
        RateControl::AverageBitRate(0) => {
            Err(Error::setting("average bit rate", 0, "1 to 4294967295 bits per second"))
        }
        _ => Ok(()),
    }
}

/// Checks limits.
pub(crate) fn check_limits(limits: &RateLimits) -> Result<(), Error> {
    for limit in limits.data_rate.iter().flatten() {
        if !(1..=100_000_000_000_000).contains(&limit.bytes) {
            return Err(Error::setting("data rate limit", limit.bytes, "1 to 100000000000000 bytes"));
        }
        if !(0.001..=3600.0).contains(&limit.seconds) {
            return Err(Error::setting("data rate limit", limit.seconds, "0.001 to 3600 seconds"));
        }
    }
    if limits.max_qp > 51 {
        return Err(Error::setting("greatest QP", limits.max_qp, "0 to 51"));
    }
    if limits.min_qp > limits.max_qp {
        let accepted = format!("0 to the greatest QP, {}", limits.max_qp);
        return Err(Error::setting("least QP", limits.min_qp, accepted));
    }
    Ok(())
}

/// Checks a decoder's buffer.
pub(crate) fn check_buffer(buffer: &DecoderBuffer) -> Result<(), Error> {
    if buffer.bit_rate < 64 {
        return Err(Error::setting("bit rate of the buffer", buffer.bit_rate, "at least 64 bits per second"));
    }
    if !(0.01..=600.0).contains(&buffer.seconds) {
        return Err(Error::setting("duration of the buffer", buffer.seconds, "0.01 to 600 seconds"));
    }
    if !(0.0..=1.0).contains(&buffer.initial) {
        return Err(Error::setting("initial part of the buffer", buffer.initial, "0 to 1"));
    }
    Ok(())
}

/// Quantisers that qualities stand for: the platform's low, normal, high and lossless at a quarter, a half, three quarters
/// and one. The lookahead's importance adds several to what the base is, so that the least quality lies well below the
/// highest quantiser.
const QUANTISERS: [f64; 5] = [45.0, 35.0, 26.0, 18.0, 1.0];

/// The quantiser that a quality stands for.
pub(crate) fn quantiser_of_quality(quality: f64) -> f64 {
    at_quality(&QUANTISERS, quality)
}

/// The quality that a quantiser stands for, the nearest there is.
pub(crate) fn quality_of_quantiser(quantiser: f64) -> f64 {
    let parts =
        QUANTISERS.windows(2).map(|ends| ((ends[0] - quantiser) / (ends[0] - ends[1])).clamp(0.0, 1.0));
    parts.sum::<f64>() / 4.0
}

/// What stands at a quality for what stands at 0, a quarter, a half, three quarters and 1: straight lines between.
pub(crate) fn at_quality(points: &[f64; 5], quality: f64) -> f64 {
    let place = quality.clamp(0.0, 1.0) * 4.0;
    let i = (place as usize).min(3);
    points[i] + (points[i + 1] - points[i]) * (place - i as f64)
}
