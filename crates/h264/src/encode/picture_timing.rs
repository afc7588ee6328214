//! The picture timing message (ITU-T H.264 D.1.3): when a picture leaves the decoder's buffer, and its fields.

use vitascope_bits::BitWriter;

use super::config::FieldOrder;
use crate::syntax::sei::SeiMessage;

const PAYLOAD_TYPE: u32 = 1;

/// `pic_timing()`. `delays` are `cpb_removal_delay` and `dpb_output_delay` with their lengths, where the stream describes a
/// buffer; `fields` is the order of the fields, where the stream says that it carries picture structures.
pub(crate) fn picture_timing(delays: Option<[(u32, u32); 2]>, fields: Option<FieldOrder>) -> SeiMessage {
    let mut w = BitWriter::new();
    for (delay, length) in delays.into_iter().flatten() {
        w.put(delay, length);
    }
    if let Some(order) = fields {
        // Table D-1: both fields in the order in which they are shown. A clock time stamp for each could say more, but
        // players show it as a time code even where it holds no time.
        let pic_struct = match order {
            FieldOrder::TopFirst => 3,
            FieldOrder::BottomFirst => 4,
        };
        w.put(pic_struct, 4);
        for _ in 0..2 {
            w.flag(false); // clock_timestamp_flag
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
        let payload = |delays, fields| picture_timing(delays, fields).payload().1;
        assert_eq!(payload(Some([(3, 8), (2, 8)]), None), [3, 2]);
        // 0011 or 0100, then no time stamp twice, then the filling 1 and zeros.
        assert_eq!(payload(None, Some(FieldOrder::TopFirst)), [0b0011_0010]);
        assert_eq!(payload(None, Some(FieldOrder::BottomFirst)), [0b0100_0010]);
        assert_eq!(payload(Some([(3, 8), (2, 8)]), Some(FieldOrder::TopFirst)), [3, 2, 0b0011_0010]);
    }
}
