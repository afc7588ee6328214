//! Scalable Vector Graphics.

use std::fmt::Write as _;

use super::canvas::{Anchor, Canvas, Color};

/// A drawing in the making.
pub(super) struct SvgCanvas {
    text: String,
}

impl SvgCanvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n"
        );
        SvgCanvas { text }
    }

    /// The file's text.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    /// Writing to a `String` cannot fail.
    fn write(&mut self, element: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(element);
    }
}

impl Canvas for SvgCanvas {
    fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, color: Color) {
        self.write(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"/>\n"
        ));
    }

    fn line(&mut self, points: &[(f64, f64)], color: Color) {
        self.write(format_args!("<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"1.2\" points=\""));
        for (x, y) in points {
            self.write(format_args!("{x:.1},{y:.1} "));
        }
        self.text.push_str("\"/>\n");
    }

    fn text(&mut self, x: f64, y: f64, text: &str, anchor: Anchor, color: Color) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.write(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{color}\">{text}</text>\n"
        ));
    }
}
