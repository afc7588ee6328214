//! The properties of rate control, and how they go together.

use vitascope_core::Value;
use vitascope_h264::encode::{DataRateLimit, DecoderBuffer, RateControl, RateLimits};

use crate::property::{PropertyValues, key};

/// The least ExpectedFrameRate beside 0.
const LEAST_FRAME_RATE: f64 = 0.001;
/// What the encoder takes the frame rate for when nobody says it.
const UNKNOWN_FRAME_RATE: f64 = 30.0;
/// VBVMaxBitRate over VariableBitRate where nobody says it.
const DEFAULT_PEAK: f64 = 1.5;

/// What decides the size of frames: ConstantBitRate, VariableBitRate, AverageBitRate, Quality, the first that is set.
pub(super) fn rate_control(values: &PropertyValues) -> RateControl {
    match target(values) {
        Some(bits) => RateControl::AverageBitRate(bits),
        None => RateControl::ConstantQuality(values.float(key::QUALITY).unwrap_or(0.5)),
    }
}

/// The limits that hold whatever decides the sizes.
pub(super) fn limits(values: &PropertyValues) -> RateLimits {
    let defaults = RateLimits::default();
    let qp = |key: &str| values.integer(key).and_then(|qp| u8::try_from(qp).ok());
    RateLimits {
        data_rate: data_rate_limits(values),
        min_qp: qp(key::MIN_ALLOWED_FRAME_QP).unwrap_or(defaults.min_qp),
        max_qp: qp(key::MAX_ALLOWED_FRAME_QP).unwrap_or(defaults.max_qp),
    }
}

/// The buffer that ConstantBitRate and VariableBitRate describe.
pub(super) fn decoder_buffer(values: &PropertyValues) -> Option<DecoderBuffer> {
    let constant = rate(values, key::CONSTANT_BIT_RATE);
    let variable = rate(values, key::VARIABLE_BIT_RATE);
    let peak = || rate(values, key::VBV_MAX_BIT_RATE);
    let bit_rate = constant.or_else(|| Some(peak().unwrap_or(default_peak(variable?))))?;
    Some(DecoderBuffer {
        bit_rate,
        seconds: values.float(key::VBV_BUFFER_DURATION).unwrap_or(2.5),
        initial: values.float(key::VBV_INITIAL_DELAY_PERCENTAGE).unwrap_or(90.0) / 100.0,
        constant: constant.is_some(),
    })
}

/// Bits per second that the settings bound, for the choice of a level; 0 when they bound none.
pub(super) fn bit_rate_bound(values: &PropertyValues) -> u64 {
    if let Some(buffer) = decoder_buffer(values) {
        return buffer.bit_rate.into();
    }
    let limits = data_rate_limits(values).into_iter().flatten();
    let limits = limits.map(|limit| (8.0 * limit.bytes as f64 / limit.seconds).ceil() as u64);
    limits.chain(target(values).map(u64::from)).min().unwrap_or(0)
}

/// Bits of the decoder's buffer, 0 without one.
pub(super) fn buffer_size(values: &PropertyValues) -> u64 {
    decoder_buffer(values).map_or(0, |buffer| (f64::from(buffer.bit_rate) * buffer.seconds) as u64)
}

/// EstimatedAverageBytesPerFrame, where a rate decides it.
pub(super) fn estimated_bytes_per_frame(values: &PropertyValues) -> Value {
    let frame_rate = values.float(key::EXPECTED_FRAME_RATE).filter(|rate| *rate > 0.0);
    let per_frame = |bits: u32| f64::from(bits) / 8.0 / frame_rate.unwrap_or(UNKNOWN_FRAME_RATE);
    target(values).map_or(Value::Null, |bits| Value::from(per_frame(bits).round() as i64))
}

/// Whether the properties of rate control go together.
pub(super) fn check(values: &PropertyValues, begun_with: Option<&PropertyValues>) -> Result<(), String> {
    let set = |key: &str| match values.value(key) {
        Value::Array(pairs) => !pairs.is_empty(),
        value => value.as_i64().is_some_and(|rate| rate > 0),
    };
    for (key, others) in [
        (key::CONSTANT_BIT_RATE, &[key::AVERAGE_BIT_RATE, key::DATA_RATE_LIMITS, key::VARIABLE_BIT_RATE][..]),
        (key::VARIABLE_BIT_RATE, &[key::AVERAGE_BIT_RATE, key::DATA_RATE_LIMITS]),
    ] {
        if let Some(other) = others.iter().find(|other| set(key) && set(other)) {
            return Err(format!("{key} and {other} exclude each other, one of them is accepted"));
        }
    }
    if let (Some(target), Some(peak)) =
        (rate(values, key::VARIABLE_BIT_RATE), rate(values, key::VBV_MAX_BIT_RATE))
        && peak < target
    {
        return Err(format!("a VBVMaxBitRate of at least VariableBitRate, {target}, is accepted"));
    }
    if let (Some(target), Some(buffer)) =
        (rate(values, key::VARIABLE_BIT_RATE), begun_with.and_then(decoder_buffer))
        && buffer.bit_rate < target
    {
        return Err(format!(
            "a VariableBitRate up to {}, at which the decoder's buffer of this stream fills, is accepted; a greater \
             VBVMaxBitRate before the first frame leaves more room",
            buffer.bit_rate
        ));
    }
    let limits = limits(values);
    if limits.min_qp > limits.max_qp {
        let RateLimits { min_qp, max_qp, .. } = limits;
        return Err(format!(
            "a MinAllowedFrameQP up to MaxAllowedFrameQP is accepted, and they would be {min_qp} and {max_qp}"
        ));
    }
    let frame_rate = values.float(key::EXPECTED_FRAME_RATE).unwrap_or(0.0);
    if frame_rate > 0.0 && frame_rate < LEAST_FRAME_RATE {
        return Err(format!("an ExpectedFrameRate of 0 or from {LEAST_FRAME_RATE} to 1000 is accepted"));
    }
    Ok(())
}

/// The bit rate that is aimed at.
fn target(values: &PropertyValues) -> Option<u32> {
    [key::CONSTANT_BIT_RATE, key::VARIABLE_BIT_RATE, key::AVERAGE_BIT_RATE]
        .into_iter()
        .find_map(|key| rate(values, key))
}

fn rate(values: &PropertyValues, key: &str) -> Option<u32> {
    values.integer(key).and_then(|bits| u32::try_from(bits).ok()).filter(|&bits| bits > 0)
}

fn default_peak(target: u32) -> u32 {
    (f64::from(target) * DEFAULT_PEAK) as u32
}

/// Pairs of bytes and seconds, which the property's kind has checked.
fn data_rate_limits(values: &PropertyValues) -> [Option<DataRateLimit>; 2] {
    let value = values.value(key::DATA_RATE_LIMITS);
    let numbers = value.as_array().unwrap_or(&[]);
    let mut pairs = numbers.chunks_exact(2).map(|pair| {
        Some(DataRateLimit { bytes: u64::try_from(pair[0].as_i64()?).ok()?, seconds: pair[1].as_f64()? })
    });
    [pairs.next().flatten(), pairs.next().flatten()]
}
