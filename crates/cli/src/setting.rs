//! `--set KEY=VALUE`, typed by a property table.

use vitascope::core::{Dictionary, Value};
use vitascope::session::property::{Kind, PropertyRow, PropertyTable};

use crate::failure::Failure;

/// One setting of the command line, its value in the form that the property has. Keys may carry the platform's `prefix`;
/// `listed` is where a user finds the keys.
pub(crate) fn parse(
    setting: &str,
    table: &PropertyTable,
    prefix: &str,
    listed: &str,
) -> Result<(&'static str, Value), Failure> {
    let (key, text) = setting
        .split_once('=')
        .ok_or_else(|| Failure::Usage(format!("--set {setting}: KEY=VALUE is expected")))?;
    let row = table
        .require(key.strip_prefix(prefix).unwrap_or(key))
        .map_err(|error| Failure::Usage(format!("--set {setting}: {error} ({listed} lists them)")))?;
    let value = value(&row.kind, text).map_err(|why| Failure::Usage(format!("--set {setting}: {why}")))?;
    Ok((row.key, value))
}

/// The text as a value of a kind. A text that cannot be one stays a text: the session then refuses it, in the words that it has
/// for every caller.
fn value(kind: &Kind, text: &str) -> Result<Value, String> {
    Ok(match kind {
        Kind::Boolean => match text {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => return Err("true or false is accepted".into()),
        },
        Kind::Integer { .. } | Kind::Float { .. } => number(text),
        Kind::Dictionary(_) => Value::Dictionary(dictionary(text, |_, text| Ok(number(text)))?),
        Kind::Properties(rows) => Value::Dictionary(dictionary(text, |key, text| entry(rows, key, text))?),
        Kind::DataRates => array(text),
        Kind::Data { length } => bytes(text)
            .map(Value::data)
            .ok_or_else(|| format!("{} hexadecimal digits are accepted", 2 * length))?,
        Kind::Enumeration(_) | Kind::Text | Kind::Attributes | Kind::Object(_) => Value::from(text),
    })
}

/// An entry of a dictionary of properties; the session refuses keys that are none.
fn entry(rows: &[PropertyRow], key: &str, text: &str) -> Result<Value, String> {
    rows.iter().find(|row| row.key == key).map_or(Ok(Value::from(text)), |row| value(&row.kind, text))
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

/// `[250000,1.0]`, the brackets optional.
fn array(text: &str) -> Value {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).trim();
    let numbers = inner.split(',').map(|part| number(part.trim()));
    Value::from(if inner.is_empty() { Vec::new() } else { numbers.collect::<Vec<Value>>() })
}

/// `{Width=640,Height=480}`, the outer braces optional; values in braces of their own stay whole.
fn dictionary(text: &str, value: impl Fn(&str, &str) -> Result<Value, String>) -> Result<Dictionary, String> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let mut depth = 0usize;
    let entries = inner.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let mut dictionary = Dictionary::new();
    for entry in entries {
        let (key, text) =
            entry.split_once('=').ok_or_else(|| format!("'{entry}': {{KEY=VALUE,KEY=VALUE}} is expected"))?;
        let key = key.trim();
        dictionary.insert(key, value(key, text.trim())?);
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
        let dictionary = |text| dictionary(text, |_, text| Ok(number(text)));
        let found = dictionary("{Width=640, Height=480.5}").expect("well formed");
        assert_eq!(found.get("Width").and_then(Value::as_i64), Some(640));
        assert_eq!(found.get("Height").and_then(Value::as_f64), Some(480.5));
        assert_eq!(dictionary("a=1").expect("well formed").len(), 1);
        assert!(dictionary("640").is_err());
        assert!(dictionary("{}").is_err());
    }

    #[test]
    fn properties_hold_dictionaries() {
        use vitascope::session::property::SESSION_ROWS;
        let table = PropertyTable::new(SESSION_ROWS);
        let setting = "PixelTransferProperties={ScalingMode=Trim,DestinationCleanAperture={Width=8,Height=6},RealTime=false}";
        let (_, found) = parse(setting, &table, "", "").expect("well formed");
        let found = found.as_dictionary().expect("a dictionary");
        assert_eq!(found.get("ScalingMode").and_then(Value::as_str), Some("Trim"));
        assert_eq!(found.get("RealTime").and_then(Value::as_bool), Some(false));
        let aperture =
            found.get("DestinationCleanAperture").and_then(Value::as_dictionary).expect("a dictionary");
        assert_eq!(aperture.get("Height").and_then(Value::as_i64), Some(6));
        assert!(parse("PixelTransferProperties={RealTime=maybe}", &table, "", "").is_err());
    }
}
