//! NAL unit headers (ITU-T H.264 7.3.1).

use std::borrow::Cow;

use vitascope_bits::nal::{escape, unescape};

use super::error::{Error, Result};

/// `nal_unit_type` values (Table 7-1).
pub mod nal_unit_type {
    /// Slice of a non-IDR picture.
    pub const SLICE: u8 = 1;
    /// Slice data partition A.
    pub const PARTITION_A: u8 = 2;
    /// Slice data partition B.
    pub const PARTITION_B: u8 = 3;
    /// Slice data partition C.
    pub const PARTITION_C: u8 = 4;
    /// Slice of an IDR picture.
    pub const IDR_SLICE: u8 = 5;
    /// Supplemental enhancement information.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const ACCESS_UNIT_DELIMITER: u8 = 9;
    /// End of sequence.
    pub const END_OF_SEQUENCE: u8 = 10;
    /// End of stream.
    pub const END_OF_STREAM: u8 = 11;
    /// Filler data.
    pub const FILLER: u8 = 12;
    /// Sequence parameter set extension.
    pub const SPS_EXTENSION: u8 = 13;
    /// Prefix NAL unit.
    pub const PREFIX: u8 = 14;
    /// Subset sequence parameter set.
    pub const SUBSET_SPS: u8 = 15;
    /// Slice of an auxiliary (alpha) picture.
    pub const AUXILIARY_SLICE: u8 = 19;
    /// Slice of another layer or view.
    pub const SLICE_EXTENSION: u8 = 20;
    /// Slice of a depth view.
    pub const SLICE_EXTENSION_DEPTH: u8 = 21;
}

/// First byte of a NAL unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NalHeader {
    /// 0 when nothing refers to the content, 1..=3 otherwise.
    pub nal_ref_idc: u8,
    /// What the NAL unit holds, see [`nal_unit_type`].
    pub nal_unit_type: u8,
}

impl NalHeader {
    /// A header; `nal_ref_idc` is 0..=3, `nal_unit_type` 1..=31.
    pub const fn new(nal_ref_idc: u8, nal_unit_type: u8) -> Self {
        Self { nal_ref_idc, nal_unit_type }
    }

    /// `IdrPicFlag`.
    pub fn is_idr(self) -> bool {
        self.nal_unit_type == nal_unit_type::IDR_SLICE
    }

    /// Takes a NAL unit (without start code or length) apart into header and RBSP.
    ///
    /// # Errors
    /// When the unit is empty, its `forbidden_zero_bit` is set, or an extended header is cut.
    pub fn split(nal_unit: &[u8]) -> Result<(Self, Cow<'_, [u8]>)> {
        let Some((&first, payload)) = nal_unit.split_first() else {
            return Err(Error::range("length of NAL unit", 0, "1.."));
        };
        if first & 0x80 != 0 {
            return Err(Error::range("forbidden_zero_bit", 1, "0"));
        }
        let header = Self::new(first >> 5, first & 31);
        let extension = match header.nal_unit_type {
            nal_unit_type::PREFIX | nal_unit_type::SLICE_EXTENSION => 3,
            // avc_3d_extension_flag tells a header of two bytes from one of three.
            nal_unit_type::SLICE_EXTENSION_DEPTH if payload.first().is_some_and(|b| b & 0x80 != 0) => 2,
            nal_unit_type::SLICE_EXTENSION_DEPTH => 3,
            _ => 0,
        };
        let payload = payload
            .get(extension..)
            .ok_or_else(|| Error::range("length of NAL unit", nal_unit.len() as i64, "4.."))?;
        Ok((header, unescape(payload)))
    }

    /// Appends a NAL unit of this header and an RBSP (trailing bits included) to `out`.
    pub fn append(self, rbsp: &[u8], out: &mut Vec<u8>) {
        debug_assert!(self.nal_ref_idc < 4 && self.nal_unit_type < 32);
        out.push(self.nal_ref_idc << 5 | self.nal_unit_type);
        escape(rbsp, out);
    }

    /// A NAL unit of this header and an RBSP.
    pub fn unit(self, rbsp: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(rbsp.len() + 8);
        self.append(rbsp, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_both_ways() {
        let header = NalHeader::new(3, nal_unit_type::SPS);
        let unit = header.unit(&[1, 0, 0, 1, 0x80]);
        assert_eq!(unit, [0x67, 1, 0, 0, 3, 1, 0x80]);
        let (read, rbsp) = NalHeader::split(&unit).unwrap();
        assert_eq!((read, &*rbsp), (header, &[1, 0, 0, 1, 0x80][..]));
        assert!(!read.is_idr());
    }

    #[test]
    fn broken_headers_are_errors() {
        assert!(NalHeader::split(&[]).is_err());
        assert!(NalHeader::split(&[0xe7, 1]).is_err());
        assert!(NalHeader::split(&[0x74, 1, 2]).is_err());
        assert_eq!(&*NalHeader::split(&[0x74, 1, 2, 3, 4]).unwrap().1, &[4]);
    }
}
