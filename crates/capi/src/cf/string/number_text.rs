//! Numbers as text, as `printf` of ISO/IEC 9899 7.21.6.1 writes them, in no locale.

use super::format::Flags;

/// `%d`: sign and at least `precision` digits.
pub(super) fn signed(value: i64, flags: Flags, precision: Option<usize>) -> String {
    format!("{}{}", sign(value < 0, flags), digits(value.unsigned_abs().to_string(), precision))
}

/// `%u`, `%x`, `%X` and `%o`.
pub(super) fn unsigned(value: u64, conversion: char, flags: Flags, precision: Option<usize>) -> String {
    let text = match conversion {
        'x' => format!("{value:x}"),
        'X' => format!("{value:X}"),
        'o' | 'O' => format!("{value:o}"),
        _ => value.to_string(),
    };
    let text = digits(text, precision);
    match conversion {
        'x' if flags.alternative && value != 0 => format!("0x{text}"),
        'X' if flags.alternative && value != 0 => format!("0X{text}"),
        'o' | 'O' if flags.alternative && !text.starts_with('0') => format!("0{text}"),
        _ => text,
    }
}

/// At least `precision` digits; no digit at all for a zero of precision 0.
fn digits(text: String, precision: Option<usize>) -> String {
    match precision {
        Some(0) if text == "0" => String::new(),
        Some(least) => format!("{text:0>least$}"),
        None => text,
    }
}

fn sign(negative: bool, flags: Flags) -> &'static str {
    match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

/// `%f`, `%e`, `%g`, `%a` and their capital forms.
pub(super) fn float(value: f64, conversion: char, flags: Flags, precision: Option<usize>) -> String {
    let magnitude = value.abs();
    let text = if value.is_nan() {
        "nan".into()
    } else if value.is_infinite() {
        "inf".into()
    } else {
        match conversion.to_ascii_lowercase() {
            'f' => fixed(magnitude, precision.unwrap_or(6), flags.alternative),
            'e' => exponential(magnitude, precision.unwrap_or(6), flags.alternative),
            'g' => general(magnitude, precision.unwrap_or(6).max(1), flags.alternative),
            _ => hexadecimal(magnitude, precision, flags.alternative),
        }
    };
    let text = if conversion.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text };
    format!("{}{text}", sign(value.is_sign_negative() && !value.is_nan(), flags))
}

fn fixed(value: f64, precision: usize, point: bool) -> String {
    let point = if point && precision == 0 { "." } else { "" };
    format!("{value:.precision$}{point}")
}

/// The decimal exponent that a number has once it is rounded to a number of digits after the point.
fn parts(value: f64, precision: usize) -> (String, i32) {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').expect("Rust writes an exponent");
    (mantissa.to_owned(), exponent.parse().expect("Rust writes a number"))
}

fn exponential(value: f64, precision: usize, point: bool) -> String {
    let (mantissa, exponent) = parts(value, precision);
    let point = if point && precision == 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.abs())
}

fn general(value: f64, precision: usize, keep_zeros: bool) -> String {
    let (_, exponent) = parts(value, precision - 1);
    let shortened = |text: &str| -> String {
        if keep_zeros || !text.contains('.') {
            return text.into();
        }
        text.trim_end_matches('0').trim_end_matches('.').into()
    };
    if exponent >= -4 && i64::from(exponent) < precision as i64 {
        let places = (precision as i64 - 1 - i64::from(exponent)) as usize;
        shortened(&fixed(value, places, keep_zeros))
    } else {
        let text = exponential(value, precision - 1, keep_zeros);
        let (mantissa, exponent) = text.split_once('e').expect("written above");
        format!("{}e{exponent}", shortened(mantissa))
    }
}

fn hexadecimal(value: f64, precision: Option<usize>, point: bool) -> String {
    const FRACTION_BITS: u32 = 52;
    let bits = value.to_bits();
    let biased = (bits >> FRACTION_BITS) as i32 & 0x7FF;
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let (mut whole, exponent) = match (biased, fraction) {
        (0, 0) => (0, 0),
        (0, _) => (fraction, -1022),
        _ => (fraction | 1 << FRACTION_BITS, biased - 1023),
    };
    let digits = precision.unwrap_or(13);
    if digits < 13 {
        // Nearest, ties to even.
        let dropped = FRACTION_BITS - 4 * digits as u32;
        let half = 1 << (dropped - 1);
        let odd = whole >> dropped & 1;
        whole = (whole + half - 1 + odd) >> dropped << dropped;
    }
    let mut text = format!("{:013x}", whole & ((1 << FRACTION_BITS) - 1));
    match precision {
        None => text.truncate(text.trim_end_matches('0').len()),
        Some(digits) if digits < 13 => text.truncate(digits),
        Some(digits) => text.push_str(&"0".repeat(digits - 13)),
    }
    let dot = if text.is_empty() && !point { "" } else { "." };
    format!("0x{}{dot}{text}p{exponent:+}", whole >> FRACTION_BITS)
}

/// Fills a text up to a width: with spaces on either side, or with zeros after sign and base.
pub(super) fn padded(text: String, flags: Flags, width: usize, zeros: bool) -> String {
    let missing = width.saturating_sub(text.chars().count());
    if flags.left {
        return format!("{text}{}", " ".repeat(missing));
    }
    if !zeros {
        return format!("{}{text}", " ".repeat(missing));
    }
    let sign = text.find(|c: char| !matches!(c, '-' | '+' | ' ')).unwrap_or(0);
    let base = if text[sign..].starts_with("0x") || text[sign..].starts_with("0X") { 2 } else { 0 };
    let (start, number) = text.split_at(sign + base);
    format!("{start}{}{number}", "0".repeat(missing))
}
