use super::boxes::{full, put_time, put_u16, put_u32, time_version};
use crate::Result;

/// "und" in three groups of five bits: no language.
const UNDETERMINED: u16 = 0x55c4;

/// Appends the media header (ISO/IEC 14496-12 8.4.2). `duration` is in units of `timescale`.
pub(super) fn put_mdhd(out: &mut Vec<u8>, timescale: u32, duration: u64) -> Result<()> {
    let version = time_version(duration);
    full(out, b"mdhd", version, 0, |out| {
        put_time(out, version, 0);
        put_time(out, version, 0);
        put_u32(out, timescale);
        put_time(out, version, duration);
        put_u16(out, UNDETERMINED);
        put_u16(out, 0);
        Ok(())
    })
}
