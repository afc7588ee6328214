//! Numbers, times and values as little-endian bytes, and the checksum over them.

use vitascope_core::{Dictionary, Number, Time, TimeFlags, TimeRange, Value};

/// Dictionaries and arrays nested deeper than this are not written.
const MAX_DEPTH: usize = 32;

/// CRC-32 as in ISO 3309 (reflected polynomial EDB88320, all ones before and after).
pub(super) fn checksum(parts: &[&[u8]]) -> u32 {
    let bytes = parts.iter().copied().flatten();
    !bytes.fold(u32::MAX, |crc, byte| (crc >> 8) ^ CRC_TABLE[((crc ^ u32::from(*byte)) & 0xFF) as usize])
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut entry = index as u32;
        let mut bit = 0;
        while bit < 8 {
            entry = (entry >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(entry & 1));
            bit += 1;
        }
        table[index] = entry;
        index += 1;
    }
    table
};

/// Appends a time, 24 bytes.
pub(super) fn put_time(out: &mut Vec<u8>, time: Time) {
    out.extend(time.value.to_le_bytes());
    out.extend(time.timescale.to_le_bytes());
    out.extend(time.flags.0.to_le_bytes());
    out.extend(time.epoch.to_le_bytes());
}

/// Appends a range, 48 bytes.
pub(super) fn put_range(out: &mut Vec<u8>, range: &TimeRange) {
    put_time(out, range.start);
    put_time(out, range.duration);
}

/// Appends the number of ranges and the ranges.
pub(super) fn put_ranges(out: &mut Vec<u8>, ranges: &[TimeRange]) {
    out.extend((ranges.len() as u32).to_le_bytes());
    ranges.iter().for_each(|range| put_range(out, range));
}

/// Appends a length and the bytes.
pub(super) fn put_data(out: &mut Vec<u8>, data: &[u8]) {
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
}

/// Appends a dictionary. Objects in it are left out: they live in memory only.
///
/// # Errors
/// It is nested too deeply.
pub(super) fn put_dictionary(out: &mut Vec<u8>, dictionary: &Dictionary) -> Result<(), TooDeep> {
    put_entries(out, dictionary, 0)
}

/// A value is nested deeper than 32 levels.
#[derive(Debug, PartialEq)]
pub(super) struct TooDeep;

fn put_entries(out: &mut Vec<u8>, dictionary: &Dictionary, depth: usize) -> Result<(), TooDeep> {
    let kept = || dictionary.iter().filter(|(_, value)| !matches!(value, Value::Object(_)));
    out.extend((kept().count() as u32).to_le_bytes());
    for (key, value) in kept() {
        put_data(out, key.as_bytes());
        put_value(out, value, depth + 1)?;
    }
    Ok(())
}

fn put_value(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), TooDeep> {
    if depth > MAX_DEPTH {
        return Err(TooDeep);
    }
    match value {
        Value::Null | Value::Object(_) => out.push(0),
        Value::Boolean(value) => out.extend([1, u8::from(*value)]),
        Value::Number(Number::Integer(value)) => {
            out.push(2);
            out.extend(value.to_le_bytes());
        }
        Value::Number(Number::Float(value)) => {
            out.push(3);
            out.extend(value.to_bits().to_le_bytes());
        }
        Value::String(text) => {
            out.push(4);
            put_data(out, text.as_bytes());
        }
        Value::Data(data) => {
            out.push(5);
            put_data(out, data);
        }
        Value::Time(time) => {
            out.push(6);
            put_time(out, *time);
        }
        Value::Array(values) => {
            out.push(7);
            out.extend((values.len() as u32).to_le_bytes());
            for value in values {
                put_value(out, value, depth + 1)?;
            }
        }
        Value::Dictionary(dictionary) => {
            out.push(8);
            put_entries(out, dictionary, depth)?;
        }
    }
    Ok(())
}

/// Bytes that are being read; every method gives `None` when they end too early or say something impossible.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn time(&mut self) -> Option<Time> {
        let value = self.i64()?;
        let timescale = self.array().map(i32::from_le_bytes)?;
        let flags = TimeFlags(self.u32()?);
        Some(Time { value, timescale, flags, epoch: self.i64()? })
    }

    pub(super) fn range(&mut self) -> Option<TimeRange> {
        Some(TimeRange { start: self.time()?, duration: self.time()? })
    }

    pub(super) fn ranges(&mut self) -> Option<Vec<TimeRange>> {
        let count = self.u32()? as usize;
        // Nothing is set aside for more ranges than there are bytes.
        (count <= self.0.len() / 48).then_some(())?;
        (0..count).map(|_| self.range()).collect()
    }

    pub(super) fn data(&mut self) -> Option<&'a [u8]> {
        let count = self.u32()? as usize;
        self.take(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.data()?).ok()
    }

    pub(super) fn dictionary(&mut self) -> Option<Dictionary> {
        self.entries(0)
    }

    fn entries(&mut self, depth: usize) -> Option<Dictionary> {
        let count = self.u32()?;
        (0..count).map(|_| Some((self.text()?.to_owned(), self.value(depth + 1)?))).collect()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match self.u8()? {
            0 => Value::Null,
            1 => Value::Boolean(self.u8()? != 0),
            2 => Value::from(self.i64()?),
            3 => Value::from(f64::from_bits(self.u64()?)),
            4 => Value::from(self.text()?),
            5 => Value::data(self.data()?),
            6 => Value::Time(self.time()?),
            7 => {
                let count = self.u32()?;
                Value::Array((0..count).map(|_| self.value(depth + 1)).collect::<Option<_>>()?)
            }
            8 => Value::Dictionary(self.entries(depth)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(checksum(&[b"1234", b"56789"]), 0xCBF4_3926);
    }

    #[test]
    fn values_come_back() {
        let inner = Dictionary::new().with("a", 1.5).with("b", Value::Null);
        let dictionary = Dictionary::new()
            .with("boolean", true)
            .with("integer", -7i64)
            .with("text", "häuser")
            .with("data", vec![1u8, 2, 3])
            .with("time", Time::new(-1001, 30_000))
            .with("array", vec![Value::from("x"), Value::from(inner)]);
        let mut bytes = Vec::new();
        put_dictionary(&mut bytes, &dictionary).unwrap();
        assert_eq!(Reader(&bytes).dictionary(), Some(dictionary));
        for length in 0..bytes.len() {
            assert_eq!(Reader(&bytes[..length]).dictionary(), None, "{length} bytes");
        }
    }

    #[test]
    fn deep_nesting_is_refused_both_ways() {
        let nested =
            |levels| (0..levels).fold(Dictionary::new(), |inner, _| Dictionary::new().with("x", inner));
        let mut bytes = Vec::new();
        assert_eq!(put_dictionary(&mut bytes, &nested(32)), Ok(()));
        assert!(Reader(&bytes).dictionary().is_some());
        assert_eq!(put_dictionary(&mut Vec::new(), &nested(33)), Err(TooDeep));
        let deep = [&[1, 0, 0, 0, 1, 0, 0, 0, b'x', 8][..]].concat().repeat(5000);
        assert_eq!(Reader(&deep).dictionary(), None);
    }
}
