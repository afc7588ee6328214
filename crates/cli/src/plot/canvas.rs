//! What a chart draws on.

use std::fmt;

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8);

/// As SVG writes it.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Which part of a text lies at its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Shapes in pixels from the upper left corner.
pub(super) trait Canvas {
    fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, color: Color);

    /// A line through points.
    fn line(&mut self, points: &[(f64, f64)], color: Color);

    /// One line of text on the base line at `y`.
    fn text(&mut self, x: f64, y: f64, text: &str, anchor: Anchor, color: Color);
}
