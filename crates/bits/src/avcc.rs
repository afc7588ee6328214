//! `avcC`: the decoder configuration record of H.264 (ISO/IEC 14496-15 5.3.3.1).

use crate::error::{Error, Result};

/// `AVCDecoderConfigurationRecord`: everything a decoder needs before the first sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AvcDecoderConfiguration {
    /// `AVCProfileIndication`, the `profile_idc` of the sequence parameter sets.
    pub profile: u8,
    /// `profile_compatibility`: the byte of constraint flags between `profile_idc` and `level_idc`.
    pub compatibility: u8,
    /// `AVCLevelIndication`, the `level_idc`.
    pub level: u8,
    /// Size of the length field before each NAL unit of a sample: 1, 2 or 4 bytes.
    pub nal_length_size: u8,
    /// Sequence parameter set NAL units (header byte and emulation prevention included), at most 31.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter set NAL units, at most 255.
    pub pps: Vec<Vec<u8>>,
    /// What follows for the High profiles; `None` where the record ends before it.
    pub high: Option<HighConfiguration>,
}

/// Tail of the record for profiles 100, 110, 122, 144 and newer ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HighConfiguration {
    /// `chroma_format`: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    pub chroma_format: u8,
    /// `bit_depth_luma_minus8`, 0..=7.
    pub bit_depth_luma_minus8: u8,
    /// `bit_depth_chroma_minus8`, 0..=7.
    pub bit_depth_chroma_minus8: u8,
    /// Sequence parameter set extension NAL units, at most 255.
    pub sps_ext: Vec<Vec<u8>>,
}

impl AvcDecoderConfiguration {
    /// Whether a record of this profile carries the High tail.
    pub fn has_high_tail(profile: u8) -> bool {
        !matches!(profile, 66 | 77 | 88)
    }

    /// Takes a record apart. A High profile record that lacks its tail is accepted, as old writers left it out;
    /// bytes after the record are ignored.
    ///
    /// # Errors
    /// [`Error::UnexpectedEnd`] when the record is cut, [`Error::Configuration`] for a version other than 1 or a
    /// length size of 3.
    pub fn parse(record: &[u8]) -> Result<Self> {
        let mut fields = Fields { record, position: 0 };
        let version = fields.byte()?;
        if version != 1 {
            let value = usize::from(version);
            return Err(Error::Configuration { field: "configurationVersion", value, accepted: "1" });
        }
        let (profile, compatibility, level) = (fields.byte()?, fields.byte()?, fields.byte()?);
        let nal_length_size = (fields.byte()? & 3) + 1;
        if nal_length_size == 3 {
            return Err(Error::Configuration { field: "lengthSizeMinusOne", value: 2, accepted: "0, 1, 3" });
        }
        let sps_count = fields.byte()? & 31;
        let sps = fields.units(sps_count)?;
        let pps_count = fields.byte()?;
        let pps = fields.units(pps_count)?;
        let mut high = None;
        if Self::has_high_tail(profile) && fields.left() >= 4 {
            let chroma_format = fields.byte()? & 3;
            let bit_depth_luma_minus8 = fields.byte()? & 7;
            let bit_depth_chroma_minus8 = fields.byte()? & 7;
            let count = fields.byte()?;
            let sps_ext = fields.units(count)?;
            high = Some(HighConfiguration {
                chroma_format,
                bit_depth_luma_minus8,
                bit_depth_chroma_minus8,
                sps_ext,
            });
        }
        Ok(Self { profile, compatibility, level, nal_length_size, sps, pps, high })
    }

    /// The record's bytes.
    ///
    /// # Errors
    /// [`Error::Configuration`] for too many parameter sets or a length size other than 1, 2, 4;
    /// [`Error::LengthFieldTooSmall`] for a parameter set above 65535 bytes.
    pub fn write(&self) -> Result<Vec<u8>> {
        if !matches!(self.nal_length_size, 1 | 2 | 4) {
            return Err(Error::LengthSize(usize::from(self.nal_length_size)));
        }
        let mut out =
            vec![1, self.profile, self.compatibility, self.level, 0xfc | (self.nal_length_size - 1)];
        let (sps, pps) = (self.sps.len(), self.pps.len());
        if sps > 31 {
            let field = "number of sequence parameter sets";
            return Err(Error::Configuration { field, value: sps, accepted: "0..=31" });
        }
        out.push(0xe0 | sps as u8);
        append_units(&self.sps, &mut out)?;
        out.push(count("number of picture parameter sets", pps)?);
        append_units(&self.pps, &mut out)?;
        if let Some(high) = self.high.as_ref().filter(|_| Self::has_high_tail(self.profile)) {
            out.push(0xfc | (high.chroma_format & 3));
            out.push(0xf8 | (high.bit_depth_luma_minus8 & 7));
            out.push(0xf8 | (high.bit_depth_chroma_minus8 & 7));
            out.push(count("number of sequence parameter set extensions", high.sps_ext.len())?);
            append_units(&high.sps_ext, &mut out)?;
        }
        Ok(out)
    }
}

/// The parameter sets of a record, borrowed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSets<'a> {
    /// Size of the length field before each NAL unit of a sample: 1, 2 or 4 bytes.
    pub nal_length_size: u8,
    /// Sequence parameter sets, then picture parameter sets, then sequence parameter set extensions.
    pub units: Vec<&'a [u8]>,
}

/// Lists the parameter sets of a record without copying them.
///
/// # Errors
/// As [`AvcDecoderConfiguration::parse`].
pub fn parameter_sets(record: &[u8]) -> Result<ParameterSets<'_>> {
    // Parsing first keeps the rules in one place; what it accepts can be walked again.
    let parsed = AvcDecoderConfiguration::parse(record)?;
    let mut fields = Fields { record, position: 5 };
    let mut units = Vec::new();
    fields.position += 1;
    for _ in 0..parsed.sps.len() {
        units.push(fields.unit()?);
    }
    fields.position += 1;
    for _ in 0..parsed.pps.len() {
        units.push(fields.unit()?);
    }
    if let Some(high) = &parsed.high {
        fields.position += 4;
        for _ in 0..high.sps_ext.len() {
            units.push(fields.unit()?);
        }
    }
    Ok(ParameterSets { nal_length_size: parsed.nal_length_size, units })
}

fn count(field: &'static str, value: usize) -> Result<u8> {
    u8::try_from(value).map_err(|_| Error::Configuration { field, value, accepted: "0..=255" })
}

fn append_units(units: &[Vec<u8>], out: &mut Vec<u8>) -> Result<()> {
    units.iter().try_for_each(|unit| crate::length_prefixed::append(unit, 2, out))
}

struct Fields<'a> {
    record: &'a [u8],
    position: usize,
}

impl<'a> Fields<'a> {
    fn left(&self) -> usize {
        self.record.len() - self.position
    }

    fn bytes(&mut self, wanted: usize) -> Result<&'a [u8]> {
        if wanted > self.left() {
            let (position, available) = (self.position * 8, self.record.len() * 8);
            return Err(Error::UnexpectedEnd { position, wanted: wanted * 8, available });
        }
        self.position += wanted;
        Ok(&self.record[self.position - wanted..self.position])
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    fn unit(&mut self) -> Result<&'a [u8]> {
        let length = usize::from(self.byte()?) << 8 | usize::from(self.byte()?);
        self.bytes(length)
    }

    fn units(&mut self, count: u8) -> Result<Vec<Vec<u8>>> {
        (0..count).map(|_| self.unit().map(<[u8]>::to_vec)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> AvcDecoderConfiguration {
        AvcDecoderConfiguration {
            profile: 100,
            compatibility: 0,
            level: 31,
            nal_length_size: 4,
            sps: vec![vec![0x67, 100, 0, 31, 0xac]],
            pps: vec![vec![0x68, 0xee, 0x3c, 0x80]],
            high: Some(HighConfiguration { chroma_format: 1, ..HighConfiguration::default() }),
        }
    }

    const BYTES: [u8; 24] = [
        1, 100, 0, 31, 0xff, 0xe1, 0, 5, 0x67, 100, 0, 31, 0xac, 1, 0, 4, 0x68, 0xee, 0x3c, 0x80, 0xfd, 0xf8,
        0xf8, 0,
    ];

    #[test]
    fn record_goes_both_ways() {
        assert_eq!(sample().write().unwrap(), BYTES);
        assert_eq!(AvcDecoderConfiguration::parse(&BYTES).unwrap(), sample());
        let baseline = AvcDecoderConfiguration { profile: 66, high: None, ..sample() };
        let bytes = baseline.write().unwrap();
        assert_eq!(bytes.len(), 20);
        assert_eq!(AvcDecoderConfiguration::parse(&bytes).unwrap(), baseline);
    }

    #[test]
    fn cut_records_are_errors_but_for_a_missing_tail() {
        for length in 0..BYTES.len() {
            let parsed = AvcDecoderConfiguration::parse(&BYTES[..length]);
            assert_eq!(parsed.is_ok(), length >= 20, "{length} bytes");
        }
        assert_eq!(AvcDecoderConfiguration::parse(&BYTES[..20]).unwrap().high, None);
    }

    #[test]
    fn damaged_records_never_panic() {
        let mut seed = 1u32;
        for _ in 0..20_000 {
            let mut bytes = BYTES;
            for _ in 0..3 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                bytes[(seed >> 16) as usize % BYTES.len()] = (seed >> 8) as u8;
            }
            let _ = AvcDecoderConfiguration::parse(&bytes);
        }
        let error = AvcDecoderConfiguration::parse(&[0; 8]).unwrap_err();
        assert_eq!(error.to_string(), "decoder configuration: configurationVersion is 0 (1 accepted)");
    }

    #[test]
    fn sets_are_listed_in_place() {
        let mut record = sample();
        record.pps.push(vec![0x68, 1]);
        record.high.as_mut().unwrap().sps_ext.push(vec![0x6d, 9, 9]);
        let bytes = record.write().unwrap();
        let listed = parameter_sets(&bytes).unwrap();
        let expected: [&[u8]; 4] = [&record.sps[0], &record.pps[0], &[0x68, 1], &[0x6d, 9, 9]];
        assert_eq!(listed, ParameterSets { nal_length_size: 4, units: expected.to_vec() });
        assert!(parameter_sets(&bytes[..18]).is_err());
    }

    #[test]
    fn too_many_sets_are_errors() {
        let many = AvcDecoderConfiguration { sps: vec![vec![0x67]; 32], ..sample() };
        assert!(many.write().is_err());
        let many = AvcDecoderConfiguration { pps: vec![vec![0x68]; 256], ..sample() };
        assert!(many.write().is_err());
        let long = AvcDecoderConfiguration { pps: vec![vec![0x68; 65536]], ..sample() };
        assert!(long.write().is_err());
    }
}
