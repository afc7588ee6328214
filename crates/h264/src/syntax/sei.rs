//! Supplemental enhancement information (ITU-T H.264 7.3.2.3 and Annex D).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result, within};
use super::nal::{NalHeader, nal_unit_type};

/// One `sei_message()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeiMessage {
    /// Type 5: bytes that a UUID gives a meaning to.
    UserDataUnregistered {
        /// `uuid_iso_iec_11578`.
        uuid: [u8; 16],
        /// The bytes after it.
        data: Vec<u8>,
    },
    /// Type 6: decoding may start here.
    RecoveryPoint(RecoveryPoint),
    /// Type 137: colour volume of the mastering display, the 24 bytes of the payload (D.1.29).
    MasteringDisplayColourVolume([u8; 24]),
    /// Type 144: maximum and average light level, the 4 bytes of the payload (D.1.31).
    ContentLightLevel([u8; 4]),
    /// Type 147: `preferred_transfer_characteristics`.
    AlternativeTransferCharacteristics(u8),
    /// Type 148: light around the viewer, the 8 bytes of the payload (D.1.34).
    AmbientViewingEnvironment([u8; 8]),
    /// Any other message as its bytes, and those above where their size is not as expected.
    Other {
        /// `payloadType`.
        payload_type: u32,
        /// `sei_payload()`.
        payload: Vec<u8>,
    },
}

/// `recovery_point()`: from which picture on output is right when decoding starts here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecoveryPoint {
    /// Frames (by `frame_num`) until output is right, 0..=65535.
    pub recovery_frame_cnt: u32,
    /// Whether output is then exact.
    pub exact_match_flag: bool,
    /// Whether references before this picture may be wrong for display.
    pub broken_link_flag: bool,
    /// Whether slice groups change, 0..=2.
    pub changing_slice_group_idc: u8,
}

/// Reads the messages of an SEI RBSP.
///
/// # Errors
/// When a message reaches past the end of the data, or a recovery point is damaged.
pub fn parse_messages(rbsp: &[u8]) -> Result<Vec<SeiMessage>> {
    let mut messages = Vec::new();
    let mut rest = rbsp;
    // What is left at the end is the stop bit, a byte of its own as messages are whole bytes.
    while !matches!(rest, [] | [0x80, ..]) || rest.len() > 1 && rest[1..].iter().any(|&b| b != 0) {
        let payload_type = parse_number(&mut rest)?;
        let size = parse_number(&mut rest)? as usize;
        let Some((payload, after)) = rest.split_at_checked(size) else {
            return Err(Error::range("payloadSize", size as i64, format_args!("0..={}", rest.len())));
        };
        messages.push(SeiMessage::parse(payload_type, payload)?);
        rest = after;
    }
    Ok(messages)
}

/// The NAL unit of these messages.
pub fn nal_unit(messages: &[SeiMessage]) -> Vec<u8> {
    let mut rbsp = Vec::new();
    for message in messages {
        let (payload_type, payload) = message.payload();
        append_number(payload_type, &mut rbsp);
        append_number(payload.len() as u32, &mut rbsp);
        rbsp.extend_from_slice(&payload);
    }
    rbsp.push(0x80);
    NalHeader::new(0, nal_unit_type::SEI).unit(&rbsp)
}

impl SeiMessage {
    /// `payloadType` and the bytes of `sei_payload()`.
    pub fn payload(&self) -> (u32, Vec<u8>) {
        match self {
            Self::UserDataUnregistered { uuid, data } => (5, [&uuid[..], data].concat()),
            Self::RecoveryPoint(point) => (6, point.payload()),
            Self::MasteringDisplayColourVolume(bytes) => (137, bytes.to_vec()),
            Self::ContentLightLevel(bytes) => (144, bytes.to_vec()),
            Self::AlternativeTransferCharacteristics(code) => (147, vec![*code]),
            Self::AmbientViewingEnvironment(bytes) => (148, bytes.to_vec()),
            Self::Other { payload_type, payload } => (*payload_type, payload.clone()),
        }
    }

    fn parse(payload_type: u32, payload: &[u8]) -> Result<Self> {
        let fixed = match payload_type {
            5 => payload
                .split_first_chunk()
                .map(|(&uuid, data)| Self::UserDataUnregistered { uuid, data: data.to_vec() }),
            6 => Some(Self::RecoveryPoint(RecoveryPoint::parse(payload)?)),
            137 => payload.try_into().ok().map(Self::MasteringDisplayColourVolume),
            144 => payload.try_into().ok().map(Self::ContentLightLevel),
            147 => {
                payload.try_into().ok().map(|[code]: [u8; 1]| Self::AlternativeTransferCharacteristics(code))
            }
            148 => payload.try_into().ok().map(Self::AmbientViewingEnvironment),
            _ => None,
        };
        Ok(fixed.unwrap_or_else(|| Self::Other { payload_type, payload: payload.to_vec() }))
    }
}

impl RecoveryPoint {
    fn payload(self) -> Vec<u8> {
        let mut w = BitWriter::new();
        w.ue(self.recovery_frame_cnt);
        w.flag(self.exact_match_flag);
        w.flag(self.broken_link_flag);
        w.put(u32::from(self.changing_slice_group_idc), 2);
        // A payload that ends inside a byte is filled with a one and zeros (7.3.2.3.1).
        if !w.is_aligned() {
            w.trailing_bits();
        }
        w.into_bytes()
    }

    fn parse(payload: &[u8]) -> Result<Self> {
        let mut r = BitReader::new(payload);
        Ok(Self {
            recovery_frame_cnt: within("recovery_frame_cnt", r.ue()?, 0..=65535)?,
            exact_match_flag: r.flag()?,
            broken_link_flag: r.flag()?,
            changing_slice_group_idc: r.bits(2)? as u8,
        })
    }
}

/// A number as bytes of 255 and a last one below.
fn append_number(mut value: u32, out: &mut Vec<u8>) {
    while value >= 255 {
        out.push(255);
        value -= 255;
    }
    out.push(value as u8);
}

fn parse_number(rest: &mut &[u8]) -> Result<u32> {
    let mut value = 0u32;
    loop {
        let Some((&byte, after)) = rest.split_first() else {
            return Err(Error::range("length of SEI message", 0, "at least two bytes"));
        };
        *rest = after;
        value = value.saturating_add(u32::from(byte));
        if byte != 255 {
            return Ok(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::test_random::Random;

    fn check(messages: &[SeiMessage]) {
        let unit = nal_unit(messages);
        let (header, rbsp) = NalHeader::split(&unit).unwrap();
        assert_eq!(header, NalHeader::new(0, nal_unit_type::SEI));
        assert_eq!(parse_messages(&rbsp).as_deref(), Ok(messages));
    }

    #[test]
    fn messages_are_read_back() {
        let point =
            RecoveryPoint { recovery_frame_cnt: 12, exact_match_flag: true, ..RecoveryPoint::default() };
        check(&[]);
        check(&[SeiMessage::RecoveryPoint(point)]);
        check(&[
            SeiMessage::UserDataUnregistered { uuid: [7; 16], data: vec![0; 600] },
            SeiMessage::MasteringDisplayColourVolume([9; 24]),
            SeiMessage::ContentLightLevel([3, 232, 1, 144]),
            SeiMessage::AlternativeTransferCharacteristics(18),
            SeiMessage::AmbientViewingEnvironment([1; 8]),
            SeiMessage::Other { payload_type: 300, payload: vec![] },
            SeiMessage::Other { payload_type: 128, payload: vec![0x80, 0] },
        ]);
    }

    #[test]
    fn a_recovery_point_has_its_known_bytes() {
        let point = RecoveryPoint { exact_match_flag: true, ..RecoveryPoint::default() };
        // ue(0) = 1, exact 1, broken 0, groups 00, then the filling 1 0 0.
        assert_eq!(nal_unit(&[SeiMessage::RecoveryPoint(point)]), [6, 6, 1, 0b1100_0100, 0x80]);
    }

    #[test]
    fn damaged_messages_never_panic() {
        assert!(parse_messages(&[5, 200, 1, 2]).is_err());
        assert!(parse_messages(&[255, 255]).is_err());
        for seed in 0..20_000 {
            let mut random = Random::new(seed);
            let data: Vec<u8> =
                (0..random.below(24)).map(|_| [0, 1, 2, 5, 6, 137, 144, 255][random.below(8)]).collect();
            let _ = parse_messages(&data);
        }
    }
}
