//! Portable Network Graphics.

use std::convert::Infallible;

use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_8X13;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{Line, PrimitiveStyle, Rectangle};
use embedded_graphics::text::{Alignment, Text};

use super::canvas::{Anchor, Canvas, Color};

/// A raster in the making.
pub(super) struct PngCanvas {
    raster: Raster,
}

/// Rows of red, green, blue.
struct Raster {
    width: u32,
    height: u32,
    samples: Vec<u8>,
}

impl PngCanvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let samples = vec![255; 3 * width as usize * height as usize];
        PngCanvas { raster: Raster { width, height, samples } }
    }

    /// The file's bytes.
    pub(super) fn finish(self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.raster.width, self.raster.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.raster.samples)?;
        writer.finish()?;
        Ok(file)
    }

    fn draw(&mut self, shape: impl Drawable<Color = Rgb888>) {
        // A raster in memory takes everything.
        let Ok(_) = shape.draw(&mut self.raster);
    }
}

impl Canvas for PngCanvas {
    fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, color: Color) {
        // Edges are rounded, not sizes, so that neighbours touch and nothing that is there vanishes.
        let (start, end) = (point(x, y), point(x + width, y + height));
        let size = Size::new((end.x - start.x).max(1) as u32, (end.y - start.y).max(1) as u32);
        self.draw(Rectangle::new(start, size).into_styled(PrimitiveStyle::with_fill(rgb(color))));
    }

    fn line(&mut self, points: &[(f64, f64)], color: Color) {
        let style = PrimitiveStyle::with_stroke(rgb(color), 1);
        for pair in points.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(|(x, y)| point(x, y));
            self.draw(Line::new(from, to).into_styled(style));
        }
    }

    fn text(&mut self, x: f64, y: f64, text: &str, anchor: Anchor, color: Color) {
        let alignment = match anchor {
            Anchor::Start => Alignment::Left,
            Anchor::Middle => Alignment::Center,
            Anchor::End => Alignment::Right,
        };
        let style = MonoTextStyle::new(&FONT_8X13, rgb(color));
        self.draw(Text::with_alignment(text, point(x, y), style, alignment));
    }
}

impl OriginDimensions for Raster {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

impl DrawTarget for Raster {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(place, color) in pixels {
            let inside = |at: i32, size: u32| u32::try_from(at).ok().filter(|at| *at < size);
            if let (Some(x), Some(y)) = (inside(place.x, self.width), inside(place.y, self.height)) {
                let at = 3 * (y as usize * self.width as usize + x as usize);
                self.samples[at..at + 3].copy_from_slice(&[color.r(), color.g(), color.b()]);
            }
        }
        Ok(())
    }
}

fn point(x: f64, y: f64) -> Point {
    Point::new(x.round() as i32, y.round() as i32)
}

fn rgb(color: Color) -> Rgb888 {
    Rgb888::new(color.0, color.1, color.2)
}
