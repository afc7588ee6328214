//! The samples of a picture, plane by plane, whatever their layout in memory.

use vitascope::container::y4m::{ChromaSampling, ColorSpace};
use vitascope::core::{self, PixelBuffer};

/// One plane of samples without padding.
pub(super) struct Plane {
    /// Y, U or V.
    pub(super) name: &'static str,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Row by row; the sample's own value, not shifted.
    pub(super) samples: Vec<u16>,
}

/// Takes apart a buffer that the y4m reader made.
pub(super) fn planes(buffer: &PixelBuffer, color_space: &ColorSpace) -> Result<Vec<Plane>, core::Error> {
    let guard = buffer.read()?;
    let (width, height) = (buffer.width(), buffer.height());
    // Formats above 8 bits hold the sample in the high bits of a 16-bit word.
    let layout = Layout { wide: color_space.bits > 8, shift: 16 - color_space.bits.min(16) };
    let take = |name, index: usize, width: usize, height: usize, step: usize, offset: usize| {
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            layout.append(&mut samples, guard.row(index, y), width, step, offset);
        }
        Plane { name, width, height, samples }
    };
    let mut planes = vec![take("Y", 0, width, height, 1, 0)];
    if let Some((chroma_width, chroma_height)) = color_space.chroma_size(width, height) {
        debug_assert_ne!(color_space.sampling, ChromaSampling::Monochrome);
        let chroma = |name, index, step, offset| take(name, index, chroma_width, chroma_height, step, offset);
        if buffer.planes() == 3 {
            planes.extend([chroma("U", 1, 1, 0), chroma("V", 2, 1, 0)]);
        } else {
            planes.extend([chroma("U", 1, 2, 0), chroma("V", 1, 2, 1)]);
        }
    }
    Ok(planes)
}

struct Layout {
    wide: bool,
    shift: u32,
}

impl Layout {
    /// Appends `width` samples of a row in which they lie `step` apart, beginning with the one at `offset`.
    fn append(&self, samples: &mut Vec<u16>, row: &[u8], width: usize, step: usize, offset: usize) {
        if self.wide {
            let words = row.as_chunks::<2>().0.iter().skip(offset).step_by(step).take(width);
            samples.extend(words.map(|word| u16::from_le_bytes(*word) >> self.shift));
        } else {
            samples
                .extend(row.iter().skip(offset).step_by(step).take(width).map(|sample| u16::from(*sample)));
        }
    }
}
