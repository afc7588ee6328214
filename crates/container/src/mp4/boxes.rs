//! Writing boxes: nesting of our own, bodies from `mp4_atom` where it has them.

use mp4_atom::Encode;

use crate::{Error, Result};

/// Largest box with a 32-bit size.
pub(super) const MAX_SHORT_BOX: u64 = u32::MAX as u64;

/// Appends a box of type `kind` whose body `body` appends.
///
/// # Errors
/// That of `body`, or the box would need a 64-bit size.
pub(super) fn nest(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    body: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    body(out)?;
    let value = (out.len() - start) as u64;
    let size = u32::try_from(value).map_err(|_| Error::Limit {
        what: "size of a box",
        value,
        limit: MAX_SHORT_BOX,
    })?;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
    Ok(())
}

/// Appends a box with version and flags.
pub(super) fn full(
    out: &mut Vec<u8>,
    kind: &[u8; 4],
    version: u8,
    flags: u32,
    body: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    nest(out, kind, |out| {
        put_u32(out, u32::from(version) << 24 | flags);
        body(out)
    })
}

/// Appends what `mp4_atom` encodes.
pub(super) fn put(out: &mut Vec<u8>, atom: &impl Encode) -> Result<()> {
    atom.encode(out).map_err(|error| Error::Unsupported(format!("writing a box failed: {error}")))
}

/// Appends a big-endian number of 16 bits.
pub(super) fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a big-endian number of 32 bits.
pub(super) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a big-endian number of 64 bits.
pub(super) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a time in 32 bits, or 64 in version 1 of a box.
pub(super) fn put_time(out: &mut Vec<u8>, version: u8, value: u64) {
    match version {
        0 => put_u32(out, u32::try_from(value).unwrap_or(u32::MAX)),
        _ => put_u64(out, value),
    }
}

/// The version of a header box that holds `duration`. QuickTime knows no other than 0, so that 1 is for durations
/// that need it.
pub(super) fn time_version(duration: u64) -> u8 {
    // All ones mean "not known" in version 0.
    u8::from(duration >= u64::from(u32::MAX))
}

/// The unity matrix of movie and track headers (ISO/IEC 14496-12 8.2.2.2): 16.16 numbers, the last column 2.30.
pub(super) fn put_unity_matrix(out: &mut Vec<u8>) {
    for value in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] {
        put_u32(out, value);
    }
}
