//! What goes into a stream's supplemental enhancement information.

use vitascope_core::{PixelBuffer, attachment};
use vitascope_h264::syntax::sei::SeiMessage;

use crate::encoder::EncoderRequest;

/// An attachment of a source buffer: closed captions of the frame as the `cc_data` triples of ATSC A/53 part 4 (data, three
/// bytes each, at most 31). They travel in the stream as registered user data.
pub const CLOSED_CAPTIONS: &str = "VitascopeClosedCaptions";
/// An attachment of a source buffer: user data of the frame, a UUID of 16 bytes and anything after it (data, at most 65536
/// bytes). It travels in the stream as unregistered user data.
pub const USER_DATA: &str = "VitascopeUserData";

/// `cc_count` has five bits.
const MOST_TRIPLES: usize = 31;
/// A frame's user data should not outweigh its pictures.
const MOST_USER_DATA: usize = 65536;
/// `itu_t_t35_country_code` of the United States, `itu_t_t35_provider_code` of ATSC, `user_identifier` and type code of
/// closed captions (ATSC A/53 part 4, 6.2).
const CAPTION_HEADER: [u8; 8] = [0xb5, 0x00, 0x31, b'G', b'A', b'9', b'4', 0x03];
/// `user_data_registered_itu_t_t35`.
const REGISTERED_USER_DATA: u32 = 4;

/// Messages that hold for the whole stream: the display it was made on and its light levels.
pub(super) fn of_stream(request: &EncoderRequest) -> Vec<SeiMessage> {
    let data = |key| request.display_metadata.get(key)?.as_data();
    let volume = data(attachment::MASTERING_DISPLAY_COLOR_VOLUME).and_then(|bytes| bytes.try_into().ok());
    let light = data(attachment::CONTENT_LIGHT_LEVEL_INFO).and_then(|bytes| bytes.try_into().ok());
    let ambient = data(attachment::AMBIENT_VIEWING_ENVIRONMENT).and_then(|bytes| bytes.try_into().ok());
    [
        volume.map(SeiMessage::MasteringDisplayColourVolume),
        light.map(SeiMessage::ContentLightLevel),
        ambient.map(SeiMessage::AmbientViewingEnvironment),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Messages that a frame brings along. What is not as it should be is left out and logged.
pub(super) fn of_frame(buffer: &PixelBuffer) -> Vec<SeiMessage> {
    let data = |key| buffer.attachment(key)?.0.as_data().map(<[u8]>::to_vec);
    let mut messages = Vec::new();
    if let Some(triples) = data(CLOSED_CAPTIONS) {
        match captions(&triples) {
            Some(message) => messages.push(message),
            None => log::warn!(
                "{CLOSED_CAPTIONS} of {} bytes is left out: 1 to {MOST_TRIPLES} triples of 3 bytes are accepted",
                triples.len()
            ),
        }
    }
    if let Some(bytes) = data(USER_DATA) {
        match bytes.split_first_chunk() {
            Some((&uuid, data)) if bytes.len() <= MOST_USER_DATA => {
                messages.push(SeiMessage::UserDataUnregistered { uuid, data: data.to_vec() });
            }
            _ => log::warn!(
                "{USER_DATA} of {} bytes is left out: 16 to {MOST_USER_DATA} bytes are accepted",
                bytes.len()
            ),
        }
    }
    messages
}

fn captions(triples: &[u8]) -> Option<SeiMessage> {
    let (whole, rest) = triples.as_chunks::<3>();
    if !rest.is_empty() || !(1..=MOST_TRIPLES).contains(&whole.len()) {
        return None;
    }
    let mut payload = CAPTION_HEADER.to_vec();
    // process_em_data_flag 1, process_cc_data_flag 1, additional_data_flag 0, cc_count; em_data; then the marker.
    payload.extend([0xc0 | whole.len() as u8, 0xff]);
    payload.extend_from_slice(triples);
    payload.push(0xff);
    Some(SeiMessage::Other { payload_type: REGISTERED_USER_DATA, payload })
}
