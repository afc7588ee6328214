//! Scaling lists of parameter sets (ITU-T H.264 7.3.2.1.1.1).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result};

/// The lists of a parameter set: six of 4x4 (Intra Y, Cb, Cr, Inter Y, Cb, Cr), then two (six in 4:4:4) of 8x8
/// (Intra Y, Inter Y, Intra Cb, ...); fewer in a picture parameter set without 8x8 transforms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScalingMatrix {
    /// The lists in the order of the stream.
    pub lists: Vec<ScalingList>,
}

/// One list as the stream states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalingList {
    /// Not present: the fall-back rule of Table 7-2 applies.
    Absent,
    /// The default list of Tables 7-3 and 7-4.
    Default,
    /// Values 1..=255 in zig-zag order, 1 to 16 or 64 of them; the last one repeats up to the end of the list.
    Values(Vec<u8>),
}

impl ScalingMatrix {
    /// Appends the lists.
    pub fn write(&self, w: &mut BitWriter) {
        for (index, list) in self.lists.iter().enumerate() {
            let size = list_size(index);
            w.flag(*list != ScalingList::Absent);
            let mut last = 8u8;
            match list {
                ScalingList::Absent => {}
                ScalingList::Default => w.se(-8),
                ScalingList::Values(values) => {
                    debug_assert!((1..=size).contains(&values.len()) && !values.contains(&0));
                    for &value in values {
                        w.se(i32::from(value.wrapping_sub(last) as i8));
                        last = value;
                    }
                    if values.len() < size {
                        // A step to 0 says that the last value stays.
                        w.se(i32::from(last.wrapping_neg() as i8));
                    }
                }
            }
        }
    }

    /// Reads `count` lists.
    ///
    /// # Errors
    /// When the data ends or `delta_scale` is outside -128..=127.
    pub fn parse(r: &mut BitReader<'_>, count: usize) -> Result<Self> {
        let mut lists = Vec::with_capacity(count.min(12));
        for index in 0..count {
            lists.push(if r.flag()? {
                ScalingList::parse(r, list_size(index))?
            } else {
                ScalingList::Absent
            });
        }
        Ok(Self { lists })
    }
}

impl ScalingList {
    fn parse(r: &mut BitReader<'_>, size: usize) -> Result<Self> {
        let mut values: Vec<u8> = Vec::with_capacity(size);
        while values.len() < size {
            let last = values.last().copied().unwrap_or(8);
            let delta = r.se()?;
            let step = i8::try_from(delta).map_err(|_| Error::range("delta_scale", delta, "-128..=127"))?;
            match last.wrapping_add_signed(step) {
                0 if values.is_empty() => return Ok(Self::Default),
                0 => break,
                value => values.push(value),
            }
        }
        Ok(Self::Values(values))
    }
}

fn list_size(index: usize) -> usize {
    if index < 6 { 16 } else { 64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_back() {
        let values = |n: usize| ScalingList::Values((0..n).map(|i| (i * 37 % 255) as u8 + 1).collect());
        let lists = vec![
            values(16),
            values(1),
            ScalingList::Absent,
            ScalingList::Default,
            values(7),
            ScalingList::Values(vec![255, 1, 200]),
            values(64),
            values(33),
        ];
        let matrix = ScalingMatrix { lists };
        let mut w = BitWriter::new();
        matrix.write(&mut w);
        let bits = w.bit_count();
        let bytes = w.into_bytes();
        let mut r = BitReader::new(&bytes);
        assert_eq!(ScalingMatrix::parse(&mut r, 8), Ok(matrix));
        assert_eq!(r.position(), bits);
    }

    #[test]
    fn a_step_out_of_range_is_an_error() {
        let mut w = BitWriter::new();
        w.flag(true);
        w.se(128);
        let error = ScalingMatrix::parse(&mut BitReader::new(w.bytes()), 6).unwrap_err();
        assert_eq!(error.to_string(), "delta_scale is 128 (accepted: -128..=127)");
    }
}
