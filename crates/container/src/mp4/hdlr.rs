use super::Brand;
use super::boxes::{full, put_u32};
use crate::Result;

/// What players expect; some show any other name as a title.
const NAME: &str = "VideoHandler";

/// Appends the handler of a video track's media (ISO/IEC 14496-12 8.4.3).
///
/// QuickTime says in a field of its own that this is the handler of a media, and counts the name's bytes in front
/// of it where ISO files end it with a zero.
pub(super) fn put_media_handler(out: &mut Vec<u8>, brand: Brand) -> Result<()> {
    let role = if brand == Brand::QuickTime { b"mhlr" } else { &[0; 4] };
    put_handler(out, brand, role, b"vide", NAME)
}

/// Appends the handler of the data reference, which QuickTime wants in the media information box.
pub(super) fn put_data_handler(out: &mut Vec<u8>) -> Result<()> {
    put_handler(out, Brand::QuickTime, b"dhlr", b"url ", "DataHandler")
}

fn put_handler(out: &mut Vec<u8>, brand: Brand, role: &[u8; 4], handler: &[u8; 4], name: &str) -> Result<()> {
    full(out, b"hdlr", 0, 0, |out| {
        out.extend_from_slice(role);
        out.extend_from_slice(handler);
        for _ in 0..3 {
            put_u32(out, 0);
        }
        match brand {
            Brand::QuickTime => {
                out.push(name.len() as u8);
                out.extend_from_slice(name.as_bytes());
            }
            Brand::Mp4 => {
                out.extend_from_slice(name.as_bytes());
                out.push(0);
            }
        }
        Ok(())
    })
}
