//! `--set KEY=VALUE`, typed by the property table.

use vitascope::core::{Dictionary, Value};
use vitascope::session::property::{Kind, PropertyRow, PropertyTable};
use vitascope::session::{CompressionSession, key};

use super::source::Source;
use crate::arguments::Encode;
use crate::failure::Failure;
use crate::logger;

/// The settings of the command line in their order, each value in the form that its property has.
pub(super) fn parse(
    arguments: &Encode,
    table: &PropertyTable,
) -> Result<Vec<(&'static str, Value)>, Failure> {
    let mut settings = Vec::new();
    for setting in &arguments.settings {
        let (key, text) = setting
            .split_once('=')
            .ok_or_else(|| Failure::Usage(format!("--set {setting}: KEY=VALUE is expected")))?;
        let key = key.strip_prefix("kVTCompressionPropertyKey_").unwrap_or(key);
        let row = table.require(key).map_err(|error| {
            Failure::Usage(format!("--set {setting}: {error} (`vitascope properties` lists them)"))
        })?;
        settings.push((
            row.key,
            value(row, text).map_err(|why| Failure::Usage(format!("--set {setting}: {why}")))?,
        ));
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

/// Sets what the source says, then what the user says.
pub(super) fn apply(
    session: &CompressionSession,
    settings: &[(&'static str, Value)],
    source: &Source,
) -> Result<(), Failure> {
    // A stream of screenshots or of a high-speed camera goes without the hint; its times are exact all the same.
    let rate = Some(source.frames_per_second()).filter(|rate| (0.001..=1000.0).contains(rate));
    let rate = rate.map(|rate| (key::EXPECTED_FRAME_RATE, Value::from(rate)));
    let fields = source.field_detail().map(|detail| (key::FIELD_DETAIL, Value::from(detail)));
    // The profile first, whatever its place: setting it later would take back an entropy mode that it does not have.
    let (profile, others): (Vec<_>, Vec<_>) =
        settings.iter().partition(|(key, _)| *key == key::PROFILE_LEVEL);
    for (key, value) in rate.iter().chain(&fields).chain(profile).chain(others) {
        logger::without_echo(|| session.set_property(key, value.clone()))
            .map_err(|error| Failure::Usage(format!("--set {key}: {error}")))?;
    }
    Ok(())
}

/// The text as a value of the row's kind. A text that cannot be one stays a text: the session then refuses it, in the words that
/// it has for every caller.
fn value(row: &PropertyRow, text: &str) -> Result<Value, String> {
    Ok(match row.kind {
        Kind::Boolean => match text {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => return Err("true or false is accepted".into()),
        },
        Kind::Integer { .. } | Kind::Float { .. } => number(text),
        Kind::Dictionary(_) => Value::Dictionary(dictionary(text)?),
        Kind::Data { length } => bytes(text)
            .map(Value::data)
            .ok_or_else(|| format!("{} hexadecimal digits are accepted", 2 * length))?,
        Kind::Enumeration(_) | Kind::Text | Kind::Attributes => Value::from(text),
    })
}

/// Pairs of hexadecimal digits.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |&[high, low]: &[u8; 2]| Some((digit(high)? << 4 | digit(low)?) as u8);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

fn number(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return Value::from(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::from(number),
        _ => Value::from(text),
    }
}

/// `{Width=640,Height=480}`, the braces optional.
fn dictionary(text: &str) -> Result<Dictionary, String> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let mut dictionary = Dictionary::new();
    for entry in inner.split(',') {
        let (key, text) = entry
            .split_once('=')
            .ok_or_else(|| format!("'{entry}': {{KEY=NUMBER,KEY=NUMBER}} is expected"))?;
        dictionary.insert(key.trim(), number(text.trim()));
    }
    Ok(dictionary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_kind() {
        assert_eq!(number("12").as_i64(), Some(12));
        assert_eq!(number("2e6").as_i64(), Some(2_000_000));
        assert_eq!(number("0.5").as_f64(), Some(0.5));
        for text in ["nan", "inf", "fast", "", "99999999999999999999999999999999x"] {
            assert_eq!(number(text).as_str(), Some(text));
        }
    }

    #[test]
    fn dictionaries_need_keys() {
        let found = dictionary("{Width=640, Height=480.5}").expect("well formed");
        assert_eq!(found.get("Width").and_then(Value::as_i64), Some(640));
        assert_eq!(found.get("Height").and_then(Value::as_f64), Some(480.5));
        assert_eq!(dictionary("a=1").expect("well formed").len(), 1);
        assert!(dictionary("640").is_err());
        assert!(dictionary("{}").is_err());
    }
}
