//! The H.264 encoder as sessions see it.

mod adapter;
mod effort;
mod messages;
mod passes;
mod profile_level;
mod rate;
mod rows;
mod unsupported;

use std::sync::Arc;

use vitascope_h264::encode::Encoder;
use vitascope_h264::syntax::level::LevelDemand;
use vitascope_h264::syntax::profile::Profile;

use crate::codec;
use crate::property::{PropertyValues, key};
use crate::registry::{EncoderEntry, SizeLimits};
pub use messages::{CLOSED_CAPTIONS, USER_DATA};
use profile_level::ProfileLevel;

/// The encoder's identifier.
pub(crate) const ENCODER_ID: &str = "org.vitascope.encoder.h264";

/// The row of the list of encoders.
pub(crate) fn entry() -> EncoderEntry {
    EncoderEntry {
        encoder_id: ENCODER_ID,
        codec_type: codec::H264,
        codec_name: "H.264",
        encoder_name: "Vitascope H.264",
        performance_rating: None,
        quality_rating: None,
        supports_frame_reordering: true,
        supports_low_latency: true,
        supports_multi_pass: true,
        unsupported: unsupported::UNSUPPORTED,
        unsupported_with_low_latency: unsupported::WITH_LOW_LATENCY,
        instance_limit: false,
        sizes: SizeLimits { minimum: (2, 2), maximum: (4096, 2304) },
        size_multiple: 2,
        pixel_formats: Encoder::pixel_formats(),
        rows: rows::ROWS,
        settle,
        check,
        open: Arc::new(adapter::H264Encoder::open),
    }
}

/// A profile without CABAC takes it back.
fn settle(values: &mut PropertyValues, changed: &str) {
    let cabac = || values.text(key::H264_ENTROPY_MODE).as_deref() == Some("CABAC");
    if changed == key::PROFILE_LEVEL && !ProfileLevel::of(values).has_cabac() && cabac() {
        log::info!("H264EntropyMode goes back to CAVLC, as the profile has no CABAC");
        values.remove(key::H264_ENTROPY_MODE);
    }
}

/// Whether profile, level, entropy mode, size and rates go together.
fn check(
    values: &PropertyValues,
    width: u32,
    height: u32,
    begun_with: Option<&PropertyValues>,
) -> Result<(), String> {
    let ProfileLevel { profile, level } = ProfileLevel::of(values);
    if !ProfileLevel::of(values).has_cabac()
        && values.text(key::H264_ENTROPY_MODE).as_deref() == Some("CABAC")
    {
        return Err(format!("profile {profile} has no CABAC, CAVLC is accepted"));
    }
    if values.boolean(key::ENABLE_LTR) == Some(true) && values.integer(key::REFERENCE_BUFFER_COUNT) == Some(1)
    {
        return Err("with EnableLTR, a ReferenceBufferCount of at least 2 is accepted".into());
    }
    if values.boolean(key::VITASCOPE_MONOCHROME) == Some(true) && profile != Profile::High {
        return Err(format!("profile {profile} has no monochrome pictures, High is accepted"));
    }
    rate::check(values, begun_with)?;
    let Some(level) = level else { return Ok(()) };
    let (width_in_mbs, height_in_mbs) = (width.div_ceil(16), height.div_ceil(16));
    let frame_rate = values.float(key::EXPECTED_FRAME_RATE).unwrap_or(0.0);
    let demand = LevelDemand {
        width_in_mbs,
        height_in_mbs,
        mbs_per_second: (f64::from(width_in_mbs * height_in_mbs) * frame_rate).ceil() as u64,
        bit_rate: rate::bit_rate_bound(values),
        cpb_size: rate::buffer_size(values),
        dpb_frames: values.integer(key::REFERENCE_BUFFER_COUNT).unwrap_or(1) as u32,
        profile,
    };
    if level.permits(&demand) {
        return Ok(());
    }
    let limits = level.limits();
    Err(format!(
        "level {level} permits {} macroblocks a picture, {} a second, {} bits per second, a buffer of {} bits and {} reference pictures, and this \
         session has pictures of {width_in_mbs}x{height_in_mbs} macroblocks, {frame_rate} frames and {} bits per second, \
         a buffer of {} bits and {} reference pictures",
        limits.max_fs,
        limits.max_mbps,
        level.max_bit_rate(profile),
        level.max_cpb_size(profile),
        level.max_dpb_frames(width_in_mbs, height_in_mbs),
        demand.bit_rate,
        demand.cpb_size,
        demand.dpb_frames,
    ))
}
