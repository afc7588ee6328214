//! Real pictures to measure with.

use std::fs::File;
use std::path::Path;

use vitascope_container::y4m::Reader;
use vitascope_core::{PixelBuffer, Time, format};
use vitascope_session::{CompressionSession, FrameOptions};

/// A y4m file's pictures, played forwards and backwards for as long as somebody wants more.
pub(crate) struct Clip {
    pub(crate) name: String,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Numerator and denominator.
    pub(crate) frame_rate: (i32, i32),
    pictures: Vec<PixelBuffer>,
}

/// Most bytes of pictures kept of a clip.
const KEPT_BYTES: usize = 300 << 20;

impl Clip {
    /// Reads at most so many pictures.
    pub(crate) fn load(path: &Path, frames: usize) -> Result<Self, String> {
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| fail(&error))?;
        let mut reader = Reader::new(file).map_err(|error| fail(&error))?;
        if ![format::YUV420_PLANAR, format::YUV420_PLANAR_FULL].contains(&reader.format()) {
            return Err(fail(&"8-bit 4:2:0 is accepted"));
        }
        let (width, height) = (reader.header().width, reader.header().height);
        let frames = frames.min(KEPT_BYTES / (width * height * 3 / 2).max(1)).max(2);
        let mut pictures = Vec::new();
        while pictures.len() < frames
            && let Some(picture) = reader.next_frame().map_err(|error| fail(&error))?
        {
            pictures.push(picture);
        }
        if pictures.len() < 2 {
            return Err(fail(&"at least two pictures are needed"));
        }
        let rate = reader.frame_rate();
        Ok(Self {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            width,
            height,
            frame_rate: (rate.numerator, rate.denominator),
            pictures,
        })
    }

    pub(crate) fn frames_per_second(&self) -> f64 {
        f64::from(self.frame_rate.0) / f64::from(self.frame_rate.1)
    }

    /// Pictures that were read.
    pub(crate) fn len(&self) -> usize {
        self.pictures.len()
    }

    /// The picture at a place, back and forth.
    pub(crate) fn picture(&self, index: usize) -> &PixelBuffer {
        let last = self.pictures.len() - 1;
        let place = index % (2 * last);
        &self.pictures[if place > last { 2 * last - place } else { place }]
    }

    /// Gives the frame at a place to a session.
    pub(crate) fn feed(&self, session: &CompressionSession, index: usize) -> Result<(), String> {
        self.feed_as(session, index, self.picture(index))
    }

    /// Gives a picture to a session as the frame at a place.
    pub(crate) fn feed_as(
        &self,
        session: &CompressionSession,
        index: usize,
        picture: &PixelBuffer,
    ) -> Result<(), String> {
        let (step, scale) = (i64::from(self.frame_rate.1), self.frame_rate.0);
        let (time, duration) = (Time::new(index as i64 * step, scale), Time::new(step, scale));
        session
            .encode_frame(picture, time, duration, &FrameOptions::new(), index as u64)
            .map(drop)
            .map_err(|error| error.to_string())
    }

    /// Writes a picture's samples into another one, as a camera would.
    pub(crate) fn copy(&self, index: usize, to: &PixelBuffer) -> Result<(), String> {
        let pixels = self.picture(index).read().map_err(|error| error.to_string())?;
        let mut to = to.write().map_err(|error| error.to_string())?;
        for plane in 0..3 {
            for (to, from) in to.plane_mut(plane).rows_mut().zip(pixels.plane(plane).rows()) {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }

    /// Appends a picture's samples, plane by plane without padding.
    pub(crate) fn samples(&self, index: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let pixels = self.picture(index).read().map_err(|error| error.to_string())?;
        for plane in 0..3 {
            let half = usize::from(plane > 0);
            let (width, height) = ((self.width + half) >> half, (self.height + half) >> half);
            (0..height).for_each(|y| out.extend_from_slice(&pixels.row(plane, y)[..width]));
        }
        Ok(())
    }
}
