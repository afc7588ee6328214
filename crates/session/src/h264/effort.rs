//! How much work goes into a stream: the effort, what else decides it, and the presets.

use vitascope_core::{Dictionary, Value};
use vitascope_h264::encode::MAX_EFFORT;

use crate::property::{PropertyValues, key};

/// The greatest effort, as properties have it.
pub(super) const MAXIMUM: i64 = MAX_EFFORT as i64;

const HIGH_SPEED: i64 = 2;
const BALANCED: i64 = 5;
const HIGH_QUALITY: i64 = 8;
const CONFERENCING: i64 = 2;
/// Below the usual by what saves the most work for the fewest bits.
const LOW_POWER: i64 = 3;

/// The effort when it is not set.
pub(super) fn usual(values: &PropertyValues) -> Value {
    let is_on = |key| values.boolean(key) == Some(true);
    let effort =
        match (is_on(key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY), is_on(key::MAXIMIZE_POWER_EFFICIENCY)) {
            (true, _) => HIGH_SPEED,
            (false, true) => LOW_POWER,
            (false, false) if values.table().is_low_latency() => CONFERENCING,
            (false, false) => BALANCED,
        };
    Value::from(effort)
}

/// The effort that counts.
pub(super) fn effort(values: &PropertyValues) -> u8 {
    let effort = values.integer(key::VITASCOPE_EFFORT).unwrap_or(BALANCED);
    effort.clamp(0, MAXIMUM) as u8
}

/// The number of threads when it is not set: one where power counts, which lets the other processors sleep.
pub(super) fn usual_threads(values: &PropertyValues) -> Value {
    Value::from(i64::from(values.boolean(key::MAXIMIZE_POWER_EFFICIENCY) == Some(true)))
}

/// The presets: names of the platform, each with the properties to set.
pub(super) fn presets(_: &PropertyValues) -> Value {
    let of = |effort: i64| {
        Dictionary::new()
            .with(key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY, effort <= HIGH_SPEED)
            .with(key::VITASCOPE_EFFORT, effort)
    };
    let conferencing = of(CONFERENCING).with(key::REAL_TIME, true).with(key::ALLOW_FRAME_REORDERING, false);
    Value::from(
        Dictionary::new()
            .with("HighSpeed", of(HIGH_SPEED))
            .with("Balanced", of(BALANCED))
            .with("HighQuality", of(HIGH_QUALITY))
            .with(
                "ConsistentQuality",
                of(HIGH_QUALITY).with(key::AVERAGE_BIT_RATE, 0).with(key::QUALITY, 0.6),
            )
            .with("VideoConferencing", conferencing),
    )
}
