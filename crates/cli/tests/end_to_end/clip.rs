//! Clips that the tests compute: the same bytes on every machine.

use std::io::{self, Write};
use std::path::Path;

/// What the pictures show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A soft texture that drifts by a fraction of a sample each frame, and a sharp box that goes the other way.
    Motion,
    /// The same, and another scene every so many frames.
    Cuts(usize),
    /// A ramp that brightens slowly: long runs of skipped blocks and tiny residuals.
    Fade,
    /// A window that slides while what lies behind it grows dark.
    Dimmed,
    /// A plain picture that stands still while its right half grows dark in even steps: both sides of the edge are predicted
    /// exactly, each in its own light, and nothing is left to code.
    Shade,
    /// Independent noise in every sample of every frame: the largest levels and no prediction that helps.
    Noise,
    /// One picture, again and again.
    Still,
    /// Only 0 and 255 in blocks of odd sizes: saturation in prediction and filters.
    Extremes,
}

/// A clip to be made, 8-bit 4:2:0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clip {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) frames: usize,
    pub(crate) content: Content,
    /// More tags for the header, with a leading space.
    pub(crate) tags: &'static str,
}

impl Clip {
    pub(crate) const fn new(width: usize, height: usize, frames: usize, content: Content) -> Self {
        Clip { width, height, frames, content, tags: " F25:1 Ip A1:1 C420jpeg" }
    }

    pub(crate) const fn tags(self, tags: &'static str) -> Self {
        Clip { tags, ..self }
    }

    /// The first line of the file.
    pub(crate) fn header(&self) -> String {
        format!("YUV4MPEG2 W{} H{}{}\n", self.width, self.height, self.tags)
    }

    /// One frame with its own header line.
    pub(crate) fn frame(&self, index: usize) -> Vec<u8> {
        let mut bytes = b"FRAME\n".to_vec();
        let (chroma_width, chroma_height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        self.append_plane(&mut bytes, self.width, self.height, index, 0);
        self.append_plane(&mut bytes, chroma_width, chroma_height, index, 1);
        self.append_plane(&mut bytes, chroma_width, chroma_height, index, 2);
        bytes
    }

    /// The whole file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).expect("memory takes everything");
        bytes
    }

    pub(crate) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(self.header().as_bytes())?;
        for index in 0..self.frames {
            output.write_all(&self.frame(index))?;
        }
        Ok(())
    }

    pub(crate) fn save(&self, path: &Path) {
        let mut file =
            io::BufWriter::new(std::fs::File::create(path).expect("the scratch folder is writable"));
        self.write(&mut file).and_then(|()| file.flush()).expect("the scratch folder has room");
    }

    fn append_plane(&self, bytes: &mut Vec<u8>, width: usize, height: usize, frame: usize, plane: u32) {
        let (content, scene, time) = match self.content {
            Content::Cuts(length) => (Content::Motion, (frame / length) as u32, frame),
            content => (content, 0, frame),
        };
        let seed = plane * 977 + scene * 7919;
        // Chroma shows the same scene at half the size.
        let step = if plane == 0 { 1 } else { 2 };
        for y in (0..height).map(|y| y * step) {
            for x in (0..width).map(|x| x * step) {
                bytes.push(match content {
                    Content::Motion | Content::Cuts(_) => motion(x, y, self.width, self.height, time, seed),
                    Content::Still => motion(x, y, self.width, self.height, 0, seed),
                    Content::Fade => ((x + y) / 4 % 200 + time / 2).min(255) as u8,
                    Content::Dimmed if x < self.width / 3 => {
                        motion(x, y + 4 * time, self.width, self.height, 0, seed)
                    }
                    Content::Dimmed => (230 - 9 * time.min(20) - (x / 16 + y / 16) % 3) as u8,
                    Content::Shade if plane > 0 => 128,
                    Content::Shade => {
                        // A boundary of macroblocks.
                        let shaded = x >= self.width / 32 * 16;
                        (200 - (x / 16 + y / 16) % 3 - if shaded { 4 * time.min(30) } else { 0 }) as u8
                    }
                    Content::Noise => hash(x as u32, y as u32, seed + 31 * time as u32) as u8,
                    Content::Extremes => {
                        let on = (x + 3 * time) / 5 + (y + time) / 7 + plane as usize;
                        if on.is_multiple_of(2) { 0 } else { 255 }
                    }
                });
            }
        }
    }
}

/// The drifting texture with the box in front, at a place in luma samples.
fn motion(x: usize, y: usize, width: usize, height: usize, time: usize, seed: u32) -> u8 {
    let box_x = (width + width / 2 - (3 * time) % width.max(1)) % width.max(1);
    let (inside_x, inside_y) =
        (x.wrapping_sub(box_x) < width / 5 + 1, y.wrapping_sub(height / 3) < height / 4 + 1);
    if inside_x && inside_y {
        return if ((x + 3 * time + y) / 3).is_multiple_of(2) { 60 } else { 190 };
    }
    let (x, y, time) = (x as u32, y as u32, time as u32);
    // 0.75 samples to the right and 0.5 down each frame, in cells of 32 and of 8 samples.
    let coarse = soft_noise(8 * x + 6 * time, 8 * y + 4 * time, seed);
    let fine = soft_noise(32 * x + 24 * time, 32 * y + 16 * time, seed + 1);
    (20 + coarse * 6 / 8 + fine / 8) as u8
}

/// Noise on a lattice, interpolated, 0 to 255; both positions in 1/256 of a cell.
fn soft_noise(x: u32, y: u32, seed: u32) -> u32 {
    let (cell_x, cell_y, part_x, part_y) = (x / 256, y / 256, x % 256, y % 256);
    let corner = |dx: u32, dy: u32| hash(cell_x + dx, cell_y + dy, seed) & 0xff;
    let top = corner(0, 0) * (256 - part_x) + corner(1, 0) * part_x;
    let bottom = corner(0, 1) * (256 - part_x) + corner(1, 1) * part_x;
    (top * (256 - part_y) + bottom * part_y) / 65536
}

/// A well-mixed number for a place.
fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut value =
        x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    for _ in 0..2 {
        value ^= value >> 15;
        value = value.wrapping_mul(0x2c1b_3c6d);
    }
    value ^ (value >> 13)
}
