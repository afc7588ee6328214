//! What is coded again and again.

use vitascope_core::{PixelBuffer, format};

pub(super) const WIDTH: usize = 96;
pub(super) const HEIGHT: usize = 64;
/// Pictures before they begin anew.
const PICTURES: usize = 240;

/// A texture that drifts, with a scene of its own every eighty pictures.
pub(super) fn pictures() -> vitascope_core::Result<Vec<PixelBuffer>> {
    let picture = |number: usize| {
        let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR)?;
        let mut guard = buffer.write()?;
        for plane in 0..3 {
            let (width, height) = if plane == 0 { (WIDTH, HEIGHT) } else { (WIDTH / 2, HEIGHT / 2) };
            for y in 0..height {
                for (x, sample) in guard.row_mut(plane, y).iter_mut().take(width).enumerate() {
                    let (u, v) = (x + 2 * number, y + number + 31 * (number / 80));
                    *sample = (90 + (u * u / 9 + 3 * v * v / 7 + u * v / 5) % 72) as u8;
                }
            }
        }
        drop(guard);
        Ok(buffer)
    };
    (0..PICTURES).map(picture).collect()
}
