//! Pixel formats as dictionaries with the platform's keys.

use super::{ColorModel, PixelFormat, PlaneFormat};
use crate::{Dictionary, Value};

impl PixelFormat {
    /// The format as a dictionary: code, name, what it contains, bits of a component, range, and the blocks of its planes
    /// (of its only plane directly).
    #[doc(alias = "CVPixelFormatDescriptionCreateWithPixelFormatType")]
    pub fn to_dictionary(&self) -> Dictionary {
        let mut entries = Dictionary::default();
        entries.insert("PixelFormat", i64::from(self.fourcc.0));
        if self.fourcc.is_printable() {
            entries.insert("FourCC", self.fourcc.to_string().trim_matches('\''));
        }
        entries.insert("Name", self.name);
        entries.insert("ContainsAlpha", self.has_alpha());
        entries.insert("ContainsRGB", self.is_rgb());
        entries.insert("ContainsYCbCr", self.is_ycbcr());
        entries.insert("ContainsGrayscale", self.model == ColorModel::Gray);
        entries.insert("ContainsSenselArray", self.model == ColorModel::Bayer);
        entries.insert("BitsPerComponent", i64::from(self.bits_per_component));
        if let Some(range) = self.range.string() {
            entries.insert("ComponentRange", range);
        }
        match self.planes {
            [plane] if !self.planar => plane.describe(&mut entries),
            planes => {
                let described = planes.iter().map(|plane| {
                    let mut entries = Dictionary::default();
                    plane.describe(&mut entries);
                    Value::Dictionary(entries)
                });
                entries.insert("Planes", Value::Array(described.collect()));
            }
        }
        entries
    }
}

impl PlaneFormat {
    fn describe(&self, entries: &mut Dictionary) {
        entries.insert("BitsPerBlock", i64::from(self.bits_per_block));
        entries.insert("BlockWidth", i64::from(self.block_width));
        entries.insert("BlockHeight", i64::from(self.block_height));
        entries.insert("BlockHorizontalAlignment", i64::from(self.block_alignment));
        entries.insert("HorizontalSubsampling", i64::from(self.horizontal_subsampling));
        entries.insert("VerticalSubsampling", i64::from(self.vertical_subsampling));
        if !self.black_block.is_empty() {
            entries.insert("BlackBlock", Value::data(self.black_block));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FourCc;

    #[test]
    fn formats_describe_themselves() {
        let describe =
            |code: &[u8; 4]| PixelFormat::find(FourCc::new(*code)).expect("in the table").to_dictionary();
        let nv12 = describe(b"420v");
        assert_eq!(nv12.get("ContainsYCbCr"), Some(&Value::Boolean(true)));
        assert_eq!(nv12.get("ComponentRange").and_then(Value::as_str), Some("VideoRange"));
        let planes = nv12.get("Planes").and_then(Value::as_array).expect("two planes");
        let chroma = planes[1].as_dictionary().expect("a plane");
        assert_eq!(chroma.get("HorizontalSubsampling").and_then(Value::as_i64), Some(2));
        assert_eq!(chroma.get("BlackBlock").and_then(Value::as_data), Some(&[128, 128][..]));
        let bgra = describe(b"BGRA");
        assert_eq!(bgra.get("FourCC").and_then(Value::as_str), Some("BGRA"));
        assert_eq!(bgra.get("BitsPerBlock").and_then(Value::as_i64), Some(32));
        assert!(bgra.get("Planes").is_none());
    }
}
