use super::boxes::{full, put_time, put_u16, put_u32, put_unity_matrix, time_version};
use crate::Result;

/// Enabled, in the movie, in the preview.
const FLAGS: u32 = 0b111;

/// Appends the track header of a video track (ISO/IEC 14496-12 8.3.2). `duration` is in units of the movie's
/// timescale; `width` and `height` are the size of presentation in pixels.
pub(super) fn put_tkhd(
    out: &mut Vec<u8>,
    track_id: u32,
    duration: u64,
    width: f64,
    height: f64,
) -> Result<()> {
    let version = time_version(duration);
    full(out, b"tkhd", version, FLAGS, |out| {
        put_time(out, version, 0);
        put_time(out, version, 0);
        put_u32(out, track_id);
        put_u32(out, 0);
        put_time(out, version, duration);
        out.extend_from_slice(&[0; 8]);
        put_u16(out, 0); // layer
        put_u16(out, 0); // alternate group
        put_u16(out, 0); // volume: none for video
        put_u16(out, 0);
        put_unity_matrix(out);
        put_u32(out, fixed_point(width));
        put_u32(out, fixed_point(height));
        Ok(())
    })
}

/// A 16.16 number, to the nearest and within range.
fn fixed_point(value: f64) -> u32 {
    (value * 65536.0).round() as u32
}
