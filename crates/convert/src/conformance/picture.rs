//! A picture in plain memory.

use vitascope_core::FourCc;

use super::formats;
use crate::format::layout::Layout;
use crate::planes::SourcePlane;

/// What a test picture holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fill {
    Noise,
    Gradient,
    Extremes,
}

#[derive(Clone)]
pub(super) struct Picture {
    pub format: FourCc,
    pub width: usize,
    pub height: usize,
    /// Bytes and stride.
    pub planes: Vec<(Vec<u8>, usize)>,
}

impl Picture {
    pub(super) fn new(format: FourCc, width: usize, height: usize, padding: usize, byte: u8) -> Picture {
        let layout = Layout::find(format).unwrap();
        let planes = (0..layout.plane_count())
            .map(|plane| {
                let (bytes, rows) = layout.plane_size(plane, width, height);
                // Rows are whole groups of bytes; the last has no padding.
                let stride = bytes + padding;
                (vec![byte; stride * (rows - 1) + bytes], stride)
            })
            .collect();
        Picture { format, width, height, planes }
    }

    pub(super) fn filled(format: FourCc, width: usize, height: usize, fill: Fill, seed: u64) -> Picture {
        let mut picture = Picture::new(format, width, height, 5, 0);
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state >> 11
        };
        let flip = next();
        for component in formats::components(format) {
            let (w, h) = formats::size(format, component, width, height);
            let (low, high) = formats::range(format, component);
            for y in 0..h {
                for x in 0..w {
                    let part = match fill {
                        Fill::Noise => next() as f64 / (1u64 << 53) as f64,
                        Fill::Gradient => (x + y * 2) as f64 / (w + h * 2) as f64,
                        Fill::Extremes => {
                            f64::from(u8::from((x * 7 + y * 3 + component) as u64 & 1 == flip & 1))
                        }
                    };
                    formats::put(&mut picture, component, x, y, low + part * (high - low));
                }
            }
        }
        picture
    }

    pub(super) fn sources(&self) -> Vec<SourcePlane<'_>> {
        self.planes.iter().map(|(data, stride)| SourcePlane { data, stride: *stride }).collect()
    }

    pub(super) fn targets(&mut self) -> Vec<(&mut [u8], usize)> {
        self.planes.iter_mut().map(|(data, stride)| (&mut data[..], *stride)).collect()
    }

    /// Every code of every component.
    pub(super) fn codes(&self) -> Vec<f64> {
        let mut codes = Vec::new();
        for component in formats::components(self.format) {
            let (w, h) = formats::size(self.format, component, self.width, self.height);
            for y in 0..h {
                codes.extend((0..w).map(|x| formats::code(self, component, x, y)));
            }
        }
        codes
    }
}
