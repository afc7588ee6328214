//! What `--set` and other options ask of the session.

use vitascope::core::Value;
use vitascope::session::property::{PropertyTable, PropertyValues};
use vitascope::session::{CompressionSession, EncoderEntry, UnsupportedProperties, key};

use super::source::Source;
use crate::arguments::Encode;
use crate::failure::Failure;
use crate::logger;
use crate::setting;

/// The platform's prefix of the names of properties.
const PREFIX: &str = "kVTCompressionPropertyKey_";

/// The settings of the command line in their order, each value in the form that its property has.
pub(super) fn parse(
    arguments: &Encode,
    encoder: &EncoderEntry,
) -> Result<Vec<(&'static str, Value)>, Failure> {
    let table = &encoder.properties(arguments.low_latency);
    let mut settings = match &arguments.preset {
        Some(name) => preset(name, table)?,
        None => Vec::new(),
    };
    for setting in &arguments.settings {
        check_supported(setting, encoder, arguments.low_latency)?;
        settings.push(setting::parse(setting, table, PREFIX, "`vitascope properties`")?);
    }
    if let Some(threads) = arguments.threads {
        settings.push((key::VITASCOPE_THREAD_COUNT, Value::from(i64::from(threads))));
    }
    if arguments.hashes.is_some() {
        settings.push((key::VITASCOPE_RECONSTRUCTION_HASH, Value::from(true)));
    }
    if arguments.per_frame || arguments.plot.is_some() {
        settings.push((key::CALCULATE_MEAN_SQUARED_ERROR, Value::from(true)));
    }
    Ok(settings)
}

/// Refuses properties of the platform that the encoder does not have with the reason for it.
fn check_supported(setting: &str, encoder: &EncoderEntry, low_latency: bool) -> Result<(), Failure> {
    let key = setting.split_once('=').map_or(setting, |(key, _)| key);
    let key = key.strip_prefix(PREFIX).unwrap_or(key);
    // Some of their strings are other constants' names.
    let is_key = |named: &str| named == key || named.rsplit('_').next() == Some(key);
    let refused = |groups: &'static [UnsupportedProperties]| {
        groups.iter().find(|group| group.keys.iter().any(|named| is_key(named)))
    };
    let (why, group) = match (refused(encoder.unsupported), low_latency) {
        (Some(group), _) => ("is not supported", group),
        (None, true) => match refused(encoder.unsupported_with_low_latency) {
            Some(group) => ("is not supported with --low-latency", group),
            None => return Ok(()),
        },
        (None, false) => return Ok(()),
    };
    Err(Failure::Usage(format!("--set {setting}: {key} {why}. {}", group.reason)))
}

/// The settings of a preset, in the order of the table. Frames of a file come by no clock, and none may be dropped for one
/// that the machine happens to resemble: of `RealTime` there remains that no frame waits for others.
fn preset(name: &str, table: &PropertyTable) -> Result<Vec<(&'static str, Value)>, Failure> {
    let none = PropertyValues::new(table.clone().into());
    let presets = none.dictionary(key::SUPPORTED_PRESET_DICTIONARIES).unwrap_or_default();
    let Some(chosen) = presets.get(name).and_then(Value::as_dictionary) else {
        let names: Vec<&str> = presets.iter().map(|(name, _)| name).collect();
        return Err(Failure::Usage(format!("--preset {name}: one of {} is accepted", names.join(", "))));
    };
    let setting = |key: &'static str| match key {
        key::REAL_TIME => chosen.get(key).map(|_| (key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT, Value::from(0))),
        key => Some((key, chosen.get(key)?.clone())),
    };
    Ok(table.rows().iter().filter_map(|row| setting(row.key)).collect())
}

/// Sets what the source says, then what the user says.
pub(super) fn apply(
    session: &CompressionSession,
    settings: &[(&'static str, Value)],
    source: &Source,
) -> Result<(), Failure> {
    // A stream of screenshots or of a high-speed camera goes without the hint; its times are exact all the same.
    let rate = Some(source.frames_per_second()).filter(|rate| (0.001..=1000.0).contains(rate));
    let rate = rate.map(|rate| (key::EXPECTED_FRAME_RATE, Value::from(rate)));
    let fields = source.fields();
    // The profile first, whatever its place: setting it later would take back an entropy mode that it does not have.
    let (profile, others): (Vec<_>, Vec<_>) =
        settings.iter().partition(|(key, _)| *key == key::PROFILE_LEVEL);
    for (key, value) in rate.iter().chain(&fields).chain(profile).chain(others) {
        logger::without_echo(|| session.set_property(key, value.clone()))
            .map_err(|error| Failure::Usage(format!("--set {key}: {error}")))?;
    }
    Ok(())
}
