//! Several attribute dictionaries into one that fulfils all.

use super::PixelBuffer;
use super::attribute::*;
use crate::{Dictionary, Error, Result, Value};

/// Keys whose greater value fulfils both.
const GREATER: [&str; 6] = [
    BYTES_PER_ROW_ALIGNMENT,
    PLANE_ALIGNMENT,
    EXTENDED_PIXELS_LEFT,
    EXTENDED_PIXELS_RIGHT,
    EXTENDED_PIXELS_TOP,
    EXTENDED_PIXELS_BOTTOM,
];

impl PixelBuffer {
    /// The attributes that fulfil all of several dictionaries: pixel formats that all of them name, the greatest
    /// alignment and extension, and whatever only some of them ask for.
    ///
    /// # Errors
    /// [`Error::InvalidPixelBufferAttribute`] when two contradict each other.
    #[doc(alias = "CVPixelBufferCreateResolvedAttributesDictionary")]
    pub fn resolved_attributes<'a>(all: impl IntoIterator<Item = &'a Dictionary>) -> Result<Dictionary> {
        let mut resolved = Dictionary::default();
        for (key, value) in all.into_iter().flat_map(Dictionary::iter) {
            let both = match resolved.get(key) {
                None => value.clone(),
                Some(before) => both(key, before, value)?,
            };
            resolved.insert(key, both);
        }
        Ok(resolved)
    }

    /// The attributes that make a buffer like this one.
    #[doc(alias = "CVPixelBufferCopyCreationAttributes")]
    pub fn creation_attributes(&self) -> Dictionary {
        let extended = self.extended_pixels();
        let mut attributes: Dictionary = [
            (PIXEL_FORMAT_TYPE, i64::from(self.format().0)),
            (WIDTH, self.width() as i64),
            (HEIGHT, self.height() as i64),
        ]
        .into_iter()
        .map(|(key, number)| (key, Value::from(number)))
        .collect();
        let sides = [
            (EXTENDED_PIXELS_LEFT, extended.left),
            (EXTENDED_PIXELS_RIGHT, extended.right),
            (EXTENDED_PIXELS_TOP, extended.top),
            (EXTENDED_PIXELS_BOTTOM, extended.bottom),
        ];
        for (key, pixels) in sides.into_iter().filter(|(_, pixels)| *pixels != 0) {
            attributes.insert(key, pixels as i64);
        }
        attributes
    }
}

/// The value that fulfils both.
fn both(key: &str, one: &Value, other: &Value) -> Result<Value> {
    if one == other {
        return Ok(one.clone());
    }
    if key == PIXEL_FORMAT_TYPE {
        let list = |value: &Value| value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec);
        let others = list(other);
        let mut common: Vec<Value> = list(one).into_iter().filter(|code| others.contains(code)).collect();
        match common.len() {
            0 => {}
            1 => return Ok(common.remove(0)),
            _ => return Ok(Value::Array(common)),
        }
    }
    if GREATER.contains(&key)
        && let (Some(a), Some(b)) = (one.as_i64(), other.as_i64())
    {
        return Ok(Value::from(a.max(b)));
    }
    let known = [PIXEL_FORMAT_TYPE, WIDTH, HEIGHT].into_iter().chain(GREATER).find(|known| *known == key);
    Err(Error::InvalidPixelBufferAttribute {
        key: known.unwrap_or("(of the program)"),
        value: format!("{other} for {key}"),
        accepted: "what does not contradict the other dictionaries",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FourCc;

    fn dictionary(entries: &[(&str, Value)]) -> Dictionary {
        entries.iter().cloned().collect()
    }

    #[test]
    fn attributes_are_brought_together() {
        let codes = |list: &[i64]| Value::Array(list.iter().map(|code| Value::from(*code)).collect());
        let one = dictionary(&[
            (PIXEL_FORMAT_TYPE, codes(&[1, 2, 3])),
            (WIDTH, Value::from(64)),
            (BYTES_PER_ROW_ALIGNMENT, Value::from(16)),
        ]);
        let other = dictionary(&[
            (PIXEL_FORMAT_TYPE, codes(&[3, 2])),
            (BYTES_PER_ROW_ALIGNMENT, Value::from(128)),
            (HEIGHT, Value::from(32)),
        ]);
        let resolved = PixelBuffer::resolved_attributes([&one, &other]).expect("no contradiction");
        assert_eq!(resolved.get(PIXEL_FORMAT_TYPE), Some(&codes(&[2, 3])));
        assert_eq!(resolved.get(BYTES_PER_ROW_ALIGNMENT), Some(&Value::from(128)));
        assert_eq!(
            (resolved.get(WIDTH), resolved.get(HEIGHT)),
            (Some(&Value::from(64)), Some(&Value::from(32)))
        );
        let single = dictionary(&[(PIXEL_FORMAT_TYPE, Value::from(3))]);
        let resolved = PixelBuffer::resolved_attributes([&one, &single]).expect("no contradiction");
        assert_eq!(resolved.get(PIXEL_FORMAT_TYPE), Some(&Value::from(3)));
        for contradiction in [(WIDTH, 65), (PIXEL_FORMAT_TYPE, 9)] {
            let third = dictionary(&[(contradiction.0, Value::from(contradiction.1))]);
            let refused = PixelBuffer::resolved_attributes([&one, &third]).map_err(|error| error.status());
            assert_eq!(refused, Err(-6682));
        }
    }

    #[test]
    fn creation_attributes_make_a_like_buffer() {
        let asked = dictionary(&[(EXTENDED_PIXELS_LEFT, Value::from(16))]);
        let buffer = PixelBuffer::with_attributes(40, 30, FourCc::new(*b"BGRA"), &asked).expect("small");
        let attributes = buffer.creation_attributes();
        let again = PixelBuffer::with_attributes(40, 30, FourCc::new(*b"BGRA"), &attributes).expect("small");
        assert_eq!(again.extended_pixels().left, 16);
        assert_eq!(attributes.get(WIDTH).and_then(Value::as_i64), Some(40));
        assert!(attributes.get(EXTENDED_PIXELS_TOP).is_none());
    }
}
