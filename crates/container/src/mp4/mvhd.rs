use super::boxes::{full, put_time, put_u16, put_u32, put_unity_matrix, time_version};
use crate::Result;

/// Appends the movie header (ISO/IEC 14496-12 8.2.2). `duration` is in units of `timescale`.
///
/// The times of creation stay zero: equal input gives equal files.
pub(super) fn put_mvhd(out: &mut Vec<u8>, timescale: u32, duration: u64, next_track_id: u32) -> Result<()> {
    let version = time_version(duration);
    full(out, b"mvhd", version, 0, |out| {
        put_time(out, version, 0);
        put_time(out, version, 0);
        put_u32(out, timescale);
        put_time(out, version, duration);
        put_u32(out, 0x1_0000); // normal rate
        put_u16(out, 0x100); // full volume
        out.extend_from_slice(&[0; 10]);
        put_unity_matrix(out);
        out.extend_from_slice(&[0; 24]);
        put_u32(out, next_track_id);
        Ok(())
    })
}
