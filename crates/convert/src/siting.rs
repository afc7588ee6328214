//! Where chroma samples lie.

use vitascope_core::ChromaLocation;

/// Where chroma lies, in luma samples after the first luma sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Siting {
    pub x: f64,
    pub y: f64,
}

impl Siting {
    /// The place of a location. DV's two kinds of chroma lie on alternate rows; both count as on the first.
    pub(crate) fn of(location: ChromaLocation) -> Siting {
        let (x, y) = match location {
            ChromaLocation::Left => (0.0, 0.5),
            ChromaLocation::Center => (0.5, 0.5),
            ChromaLocation::TopLeft | ChromaLocation::Dv420 => (0.0, 0.0),
            ChromaLocation::Top => (0.5, 0.0),
            ChromaLocation::BottomLeft => (0.0, 1.0),
            ChromaLocation::Bottom => (0.5, 1.0),
        };
        Siting { x, y }
    }

    /// The location of a place.
    pub(crate) fn location(self) -> ChromaLocation {
        match (self.x < 0.25, (self.y * 2.0) as u8) {
            (true, 0) => ChromaLocation::TopLeft,
            (true, 1) => ChromaLocation::Left,
            (true, _) => ChromaLocation::BottomLeft,
            (false, 0) => ChromaLocation::Top,
            (false, 1) => ChromaLocation::Center,
            (false, _) => ChromaLocation::Bottom,
        }
    }
}
