use std::io::Read;

use crate::{Error, Result};

/// Bytes read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// A parameter set longer than this is left out.
const MAX_PARAMETER_SET: usize = 64 << 10;

/// Most distinct parameter sets of a kind that are kept: the standard has 32 sequence and 256 picture parameter sets.
const MAX_PARAMETER_SETS: usize = 256;

/// What a byte stream holds, as far as NAL unit headers tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteStreamInfo {
    /// Bytes of the stream.
    pub bytes: u64,
    /// NAL units of each `nal_unit_type` (ITU-T H.264 Table 7-1).
    pub nal_units: [u64; 32],
    /// Coded pictures: a frame, or each field of a frame that is coded as two.
    pub pictures: u64,
    /// Pictures at which decoding can begin (IDR pictures).
    pub key_pictures: u64,
    /// Distinct sequence parameter sets, as NAL units, in order of appearance.
    pub sequence_parameter_sets: Vec<Vec<u8>>,
    /// Distinct picture parameter sets, as NAL units, in order of appearance.
    pub picture_parameter_sets: Vec<Vec<u8>>,
}

const SLICE: u8 = 1;
const SLICE_DATA_PARTITION_A: u8 = 2;
const IDR_SLICE: u8 = 5;
const SEQUENCE_PARAMETER_SET: u8 = 7;
const PICTURE_PARAMETER_SET: u8 = 8;

/// Reads a whole byte stream and counts what is in it. Memory does not grow with the stream.
///
/// # Errors
/// Reading fails, or there is no start code in the stream.
pub fn scan(mut input: impl Read) -> Result<ByteStreamInfo> {
    let mut scanner = Scanner::default();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return scanner.finish(),
            Ok(length) => scanner.push(&buffer[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::Read(error)),
        }
    }
}

#[derive(Default)]
struct Scanner {
    bytes: u64,
    nal_units: [u64; 32],
    pictures: u64,
    key_pictures: u64,
    sequence_parameter_sets: Vec<Vec<u8>>,
    picture_parameter_sets: Vec<Vec<u8>>,
    /// Zero bytes just before this position.
    zeros: usize,
    /// Inside a NAL unit, not before the first start code.
    started: bool,
    /// The beginning of the NAL unit; zeros at its end are still in `zeros`.
    unit: Vec<u8>,
}

impl Scanner {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for &byte in bytes {
            match byte {
                0 => self.zeros += 1,
                1 if self.zeros >= 2 => {
                    self.end_unit();
                    self.started = true;
                }
                _ => {
                    if self.started && self.unit.len() < self.wanted() {
                        let zeros = self.zeros.min(MAX_PARAMETER_SET);
                        self.unit.extend(std::iter::repeat_n(0, zeros));
                        self.unit.push(byte);
                    }
                    self.zeros = 0;
                }
            }
        }
    }

    /// How much of the NAL unit is kept: all of a parameter set, else its first bytes.
    fn wanted(&self) -> usize {
        match self.unit.first().map(|header| header & 31) {
            Some(SEQUENCE_PARAMETER_SET | PICTURE_PARAMETER_SET) => MAX_PARAMETER_SET,
            _ => 2,
        }
    }

    fn end_unit(&mut self) {
        self.zeros = 0;
        let unit = std::mem::take(&mut self.unit);
        let Some(&header) = unit.first() else { return };
        let kind = header & 31;
        self.nal_units[usize::from(kind)] += 1;
        match kind {
            // first_mb_in_slice is zero, coded as a one bit, in the slice that begins a picture.
            SLICE | SLICE_DATA_PARTITION_A | IDR_SLICE
                if unit.get(1).is_some_and(|byte| byte & 0x80 != 0) =>
            {
                self.pictures += 1;
                self.key_pictures += u64::from(kind == IDR_SLICE);
            }
            SEQUENCE_PARAMETER_SET => keep(&mut self.sequence_parameter_sets, unit),
            PICTURE_PARAMETER_SET => keep(&mut self.picture_parameter_sets, unit),
            _ => {}
        }
    }

    fn finish(mut self) -> Result<ByteStreamInfo> {
        if !self.started {
            return Err(Error::Unsupported("a byte stream without any start code".to_owned()));
        }
        self.end_unit();
        Ok(ByteStreamInfo {
            bytes: self.bytes,
            nal_units: self.nal_units,
            pictures: self.pictures,
            key_pictures: self.key_pictures,
            sequence_parameter_sets: self.sequence_parameter_sets,
            picture_parameter_sets: self.picture_parameter_sets,
        })
    }
}

fn keep(sets: &mut Vec<Vec<u8>>, unit: Vec<u8>) {
    if unit.len() < MAX_PARAMETER_SET && sets.len() < MAX_PARAMETER_SETS && !sets.contains(&unit) {
        sets.push(unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(1);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    const STREAM: &[u8] = &[
        0, 0, 0, 1, 0x67, 100, 0, 0, 3, 1, 0x80, 0, // SPS, then a zero of padding
        0, 0, 1, 0x68, 0xce, // PPS
        0, 0, 1, 0x65, 0x88, 0, 0, 3, 0, 0x41, // first slice of an IDR picture
        0, 0, 1, 0x65, 0x40, 1, // second slice
        0, 0, 1, 0x67, 100, 0, 0, 3, 1, 0x80, // the same SPS again
        0, 0, 1, 0x41, 0x9a, 5, // a picture
        0, 0, 1, 0x0c, 0xff, 0, 0, 0, // filler
    ];

    #[test]
    fn units_and_pictures_are_counted_however_the_input_is_split() {
        let info = scan(STREAM).unwrap();
        assert_eq!(info, scan(Trickle(STREAM)).unwrap());
        assert_eq!((info.pictures, info.key_pictures, info.bytes), (2, 1, STREAM.len() as u64));
        assert_eq!(
            (info.nal_units[5], info.nal_units[1], info.nal_units[7], info.nal_units[12]),
            (2, 1, 2, 1)
        );
        assert_eq!(info.sequence_parameter_sets, [vec![0x67, 100, 0, 0, 3, 1, 0x80]]);
        assert_eq!(info.picture_parameter_sets, [vec![0x68, 0xce]]);
    }

    #[test]
    fn the_parameter_sets_are_those_of_the_splitter() {
        let units: Vec<_> = vitascope_bits::annex_b::split(STREAM).collect();
        assert_eq!(units.len() as u64, scan(STREAM).unwrap().nal_units.iter().sum::<u64>());
        assert_eq!(scan(STREAM).unwrap().sequence_parameter_sets[0], units[0]);
    }

    #[test]
    fn odd_streams_end_well() {
        for stream in [&b""[..], &[0; 100], &[1, 2, 3], &[0, 0]] {
            assert!(scan(stream).is_err());
        }
        for stream in [&[0, 0, 1][..], &[0, 0, 1, 0, 0, 1, 0, 0, 1], &[0, 0, 1, 0x65]] {
            assert_eq!(scan(stream).unwrap().pictures, 0);
        }
        let mut long = vec![0, 0, 1, 0x67];
        long.resize(1 << 20, 7);
        assert!(scan(&long[..]).unwrap().sequence_parameter_sets.is_empty());
    }
}
