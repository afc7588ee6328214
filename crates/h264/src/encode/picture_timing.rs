//! The picture timing message (ITU-T H.264 D.1.3): when a picture leaves the decoder's buffer, and its fields.

use vitascope_bits::BitWriter;

use super::config::FieldOrder;
use crate::syntax::sei::SeiMessage;

const PAYLOAD_TYPE: u32 = 1;
/// `time_offset_length` where no buffer is described (E.2.2).
pub(crate) const DEFAULT_TIME_OFFSET_LENGTH: u32 = 24;

/// `pic_timing()`. `delays` are `cpb_removal_delay` and `dpb_output_delay` with their lengths, where the stream describes a
/// buffer; `fields` is the order of the fields, where the stream says that it carries picture structures.
pub(crate) fn picture_timing(
    delays: Option<[(u32, u32); 2]>,
    fields: Option<FieldOrder>,
    time_offset_length: u32,
) -> SeiMessage {
    let mut w = BitWriter::new();
    for (delay, length) in delays.into_iter().flatten() {
        w.put(delay, length);
    }
    if let Some(order) = fields {
        // Table D-1: both fields in the order in which they are shown, with a clock time stamp each.
        let pic_struct = match order {
            FieldOrder::TopFirst => 3,
            FieldOrder::BottomFirst => 4,
        };
        w.put(pic_struct, 4);
        for _ in 0..2 {
            w.flag(true); // clock_timestamp_flag, for what comes next
            w.put(1, 2); // ct_type: interlaced
            w.flag(false); // nuit_field_based_flag
            w.put(0, 5); // counting_type
            w.flag(false); // full_timestamp_flag
            w.flag(false); // discontinuity_flag
            w.flag(false); // cnt_dropped_flag
            w.put(0, 8); // n_frames
            w.flag(false); // seconds_flag
            w.put(0, time_offset_length);
        }
    }
    if !w.is_aligned() {
        w.trailing_bits();
    }
    SeiMessage::Other { payload_type: PAYLOAD_TYPE, payload: w.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_after_the_delays() {
        let payload = |delays, fields| picture_timing(delays, fields, 0).payload().1;
        assert_eq!(payload(Some([(3, 8), (2, 8)]), None), [3, 2]);
        // 0011, then twice 1 01 0 00000 0 0 0 00000000 0, then the filling 1 and zeros.
        let stamp = "1010".to_string() + "00000" + "000" + "00000000" + "0";
        let bits = "0011".to_string() + &stamp + &stamp + "1";
        let mut bytes = vec![0u8; bits.len().div_ceil(8)];
        for (i, _) in bits.bytes().enumerate().filter(|(_, bit)| *bit == b'1') {
            bytes[i / 8] |= 0x80 >> (i % 8);
        }
        assert_eq!(payload(None, Some(FieldOrder::TopFirst)), bytes);
        assert_eq!(payload(None, Some(FieldOrder::BottomFirst))[0] >> 4, 4);
    }
}
