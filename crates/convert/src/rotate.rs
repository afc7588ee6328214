//! Turning and mirroring pictures.

use vitascope_core::{AttachmentMode, ChromaLocation, CleanAperture, FourCc, PixelAspectRatio, PixelBuffer};
use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::turn::{Reverse, Tile, Transpose1, Transpose2, Transpose4};
use vitascope_dsp::workers::Workers;

use crate::attachments::{self, Moves, Rows};
use crate::bands::{Share, band_edges, cut};
use crate::description::PictureDescription;
use crate::error::{Error, Result};
use crate::format::layout::{Layout, Storage};
use crate::planes::{Band, SourcePlane};
use crate::siting::Siting;

/// A turn, clockwise.
#[doc(alias = "kVTRotation_CW90")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// None.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Half a turn.
    Half,
    /// A quarter turn counter-clockwise.
    CounterClockwise90,
}

impl Rotation {
    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Rotation::Clockwise90 | Rotation::CounterClockwise90)
    }
}

/// Turns pictures, then mirrors them; samples move and never change.
///
/// Every format whose pixels (or, of subsampled planes, chroma pairs) are whole bytes can be turned. Packed
/// 4:2:2, v210 and formats of several pixels a byte can only be copied and flipped vertically, and 4:2:2 planes
/// take no quarter turns. Chroma sited to the left stays named so under a horizontal mirror, for which there is
/// no name.
#[doc(alias = "VTPixelRotationSession")]
#[derive(Clone, Debug)]
pub struct Rotator {
    /// The turn.
    pub rotation: Rotation,
    /// Mirror left and right after the turn.
    pub flip_horizontal: bool,
    /// Mirror top and bottom after the turn.
    pub flip_vertical: bool,
    /// Threads to use at most, 0 for one a processor.
    pub threads: usize,
    /// Highest instruction set to use.
    pub cpu_level: CpuLevel,
    /// The threads themselves, for those who keep them from one rotator to the next.
    pub workers: Workers,
}

impl Default for Rotator {
    fn default() -> Rotator {
        Rotator {
            rotation: Rotation::None,
            flip_horizontal: false,
            flip_vertical: false,
            threads: 0,
            cpu_level: CpuLevel::detected(),
            workers: Workers::default(),
        }
    }
}

/// The whole as a transposition followed by mirrorings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    transpose: bool,
    mirror_x: bool,
    mirror_y: bool,
}

struct Kernels {
    reverse: Reverse,
    transpose1: Transpose1,
    transpose2: Transpose2,
    transpose4: Transpose4,
}

/// One plane's geometry, in units of the source.
#[derive(Clone, Copy)]
struct PlaneShape {
    width: usize,
    height: usize,
    /// Bytes of a unit; 0 when rows cannot be taken apart.
    unit: usize,
    row_bytes: usize,
}

impl Rotator {
    fn turn(&self) -> Turn {
        let (transpose, mirror_x, mirror_y) = match self.rotation {
            Rotation::None => (false, false, false),
            Rotation::Clockwise90 => (true, true, false),
            Rotation::Half => (false, true, true),
            Rotation::CounterClockwise90 => (true, false, true),
        };
        Turn { transpose, mirror_x: mirror_x ^ self.flip_horizontal, mirror_y: mirror_y ^ self.flip_vertical }
    }

    /// Turns `source` into `destination`, which has the same format and the turned size, and rewrites the
    /// destination's attachments.
    ///
    /// # Errors
    /// When format or size do not suit ([`Error::Rotation`]), or a buffer is in use. The destination is
    /// unchanged then.
    pub fn run(&self, source: &PixelBuffer, destination: &PixelBuffer) -> Result<()> {
        let description = PictureDescription::of(source);
        let layout = self.check(source, destination)?;
        {
            let from = source.read()?;
            let mut to = destination.write()?;
            let planes: Vec<SourcePlane<'_>> = (0..from.planes())
                .map(|index| {
                    let plane = from.plane(index);
                    SourcePlane { data: plane.data, stride: plane.bytes_per_row }
                })
                .collect();
            let targets =
                to.planes_mut().into_iter().map(|plane| (plane.data, plane.bytes_per_row)).collect();
            let size = (source.width(), source.height());
            self.run_planes(layout, size, (destination.width(), destination.height()), &planes, targets);
        }
        let outcome = self.outcome(&description, destination, layout);
        let turn = self.turn();
        let moved = turn.transpose || turn.mirror_x || turn.mirror_y;
        let moves = Moves {
            moved,
            chroma_kept: !moved,
            reshaped: turn.transpose,
            rows: match (turn.transpose, turn.mirror_y && source.height().is_multiple_of(2)) {
                (true, _) => Rows::Lost,
                (false, true) => Rows::Exchanged,
                (false, false) => Rows::Kept,
            },
        };
        attachments::rewrite(source, destination, &description, &outcome, layout.has_alpha(), moves);
        debug_assert!(destination.attachments(AttachmentMode::ShouldNotPropagate).is_empty());
        Ok(())
    }

    fn check(&self, source: &PixelBuffer, destination: &PixelBuffer) -> Result<&'static Layout> {
        let name = |buffer: &PixelBuffer| {
            PictureDescription::new(buffer.format(), buffer.width(), buffer.height()).to_string()
        };
        let refuse = |reason| Err(Error::Rotation { from: name(source), to: name(destination), reason });
        if source.format() != destination.format() {
            return refuse("both must have one pixel format");
        }
        let turned = if self.rotation.swaps_sides() {
            (source.height(), source.width())
        } else {
            (source.width(), source.height())
        };
        if (destination.width(), destination.height()) != turned {
            return refuse(
                "the destination must have the source's size, width and height exchanged by a quarter turn",
            );
        }
        self.layout_of(source.format()).or_else(refuse)
    }

    /// Whether pictures of a pixel format can be turned and mirrored like this.
    pub fn accepts(&self, format: FourCc) -> bool {
        self.layout_of(format).is_ok()
    }

    /// The layout of a format that can be turned like this, or why it cannot.
    fn layout_of(&self, format: FourCc) -> std::result::Result<&'static Layout, &'static str> {
        let layout = Layout::find(format).ok_or("this pixel format has no samples that can be moved")?;
        let turn = self.turn();
        // Units are the same in every size.
        let shapes = shapes(layout, 1, 1);
        if (turn.transpose || turn.mirror_x) && shapes.iter().any(|shape| shape.unit == 0) {
            return Err("pixels of this format do not stand alone; only vertical flips are possible");
        }
        let (x, y) = layout.chroma_shift();
        if turn.transpose && x != y {
            return Err("4:2:2 chroma has no form that is turned by a quarter");
        }
        Ok(layout)
    }

    fn run_planes(
        &self,
        layout: &Layout,
        (width, height): (usize, usize),
        (to_width, to_height): (usize, usize),
        source: &[SourcePlane<'_>],
        destination: Vec<(&mut [u8], usize)>,
    ) {
        let turn = self.turn();
        let kernels = Kernels {
            reverse: Reverse::select(self.cpu_level),
            transpose1: Transpose1::select(self.cpu_level),
            transpose2: Transpose2::select(self.cpu_level),
            transpose4: Transpose4::select(self.cpu_level),
        };
        let shapes = shapes(layout, width, height);
        let share = Share::new(self.threads, to_width, to_height);
        // Bands of whole tiles in every plane.
        let edges = band_edges(share, to_height, 64);
        let bands = cut(layout, destination, &edges);
        share.run(&self.workers, bands, |mut planes| {
            for ((plane, shape), band) in source.iter().zip(&shapes).zip(&mut planes) {
                turn_plane(turn, &kernels, plane, *shape, band);
            }
        });
    }

    fn outcome(
        &self,
        source: &PictureDescription,
        destination: &PixelBuffer,
        layout: &Layout,
    ) -> PictureDescription {
        let turn = self.turn();
        let sign = |mirrored: bool| if mirrored { -1.0 } else { 1.0 };
        let clean_aperture = source.clean_aperture.map(|clean| {
            let (width, height, x, y) = if turn.transpose {
                (clean.height, clean.width, clean.vertical_offset, clean.horizontal_offset)
            } else {
                (clean.width, clean.height, clean.horizontal_offset, clean.vertical_offset)
            };
            CleanAperture {
                width,
                height,
                horizontal_offset: x * sign(turn.mirror_x),
                vertical_offset: y * sign(turn.mirror_y),
            }
        });
        let pixel_aspect_ratio = source.pixel_aspect_ratio.map(|ratio| {
            if !turn.transpose {
                return ratio;
            }
            PixelAspectRatio {
                horizontal_spacing: ratio.vertical_spacing,
                vertical_spacing: ratio.horizontal_spacing,
            }
        });
        PictureDescription {
            width: destination.width(),
            height: destination.height(),
            clean_aperture,
            pixel_aspect_ratio,
            chroma_location: turned_siting(
                turn,
                layout,
                (destination.width(), destination.height()),
                source.chroma_location,
            ),
            ..source.clone()
        }
    }
}

/// Where chroma lies after the turn to a picture of this size; what has no name keeps the name it had.
fn turned_siting(
    turn: Turn,
    layout: &Layout,
    (width, height): (usize, usize),
    location: Option<ChromaLocation>,
) -> Option<ChromaLocation> {
    if layout.chroma_shift() != (1, 1) {
        return location;
    }
    // Unstated means left, and only a quarter turn has another name for that.
    let stated = location.or(turn.transpose.then_some(ChromaLocation::Left))?;
    let old = Siting::of(stated);
    let (x, y) = if turn.transpose { (old.y, old.x) } else { (old.x, old.y) };
    // The first pair of what was the other end of an odd length begins where a lone sample ended.
    let mirrored = |place: f64, length: usize| if length % 2 == 1 { -place } else { 1.0 - place };
    let x = if turn.mirror_x { mirrored(x, width) } else { x };
    let y = if turn.mirror_y { mirrored(y, height) } else { y };
    let is_named = (0.0..=0.5).contains(&x) && (0.0..=1.0).contains(&y);
    if is_named { Some(Siting { x, y }.location()) } else { location }
}

fn shapes(layout: &Layout, width: usize, height: usize) -> Vec<PlaneShape> {
    (0..layout.plane_count())
        .map(|plane| {
            let (row_bytes, rows) = layout.plane_size(plane, width, height);
            let parts = || layout.components.iter().flatten().filter(move |c| c.plane as usize == plane);
            let first = parts().next();
            // All components of a plane step together, or pixels share samples.
            let unit = first.map_or(0, |first| {
                let together = parts().all(|c| (c.step, c.log2_x) == (first.step, first.log2_x));
                let whole = !matches!(first.storage, Storage::Bits | Storage::V210);
                if together && whole { first.step as usize * first.storage.bytes() } else { 0 }
            });
            PlaneShape { width: first.map_or(0, |c| c.width(width)), height: rows, unit, row_bytes }
        })
        .collect()
}

fn turn_plane(
    turn: Turn,
    kernels: &Kernels,
    source: &SourcePlane<'_>,
    shape: PlaneShape,
    band: &mut Band<'_>,
) {
    let (width, height) =
        if turn.transpose { (shape.height, shape.width) } else { (shape.width, shape.height) };
    let rows = if band.stride == 0 { 0 } else { band.data.len().div_ceil(band.stride) };
    let end = (band.first_row + rows).min(height);
    if turn.transpose {
        transpose_band(turn, kernels, source, shape, band, width, height, end);
        return;
    }
    for y in band.first_row..end {
        let from = source.row(if turn.mirror_y { height - 1 - y } else { y });
        let from = &from[..shape.row_bytes];
        let to = &mut band.row(y)[..shape.row_bytes];
        match (turn.mirror_x, shape.unit) {
            (false, _) => to.copy_from_slice(from),
            (true, unit @ (1 | 2 | 4)) => kernels.reverse.call(from, unit, to),
            (true, unit) => {
                for (from, to) in from.chunks_exact(unit).rev().zip(to.chunks_exact_mut(unit)) {
                    to.copy_from_slice(from);
                }
            }
        }
    }
}

/// Rows `band.first_row..end` of a transposed plane of `width` x `height` units.
fn transpose_band(
    turn: Turn,
    kernels: &Kernels,
    source: &SourcePlane<'_>,
    shape: PlaneShape,
    band: &mut Band<'_>,
    width: usize,
    height: usize,
    end: usize,
) {
    let unit = shape.unit;
    let side = match unit {
        1 => 16,
        2 | 4 => 8,
        _ => usize::MAX,
    };
    let first = band.first_row;
    if width < side || end.saturating_sub(first) < side {
        for y in first..end {
            for x in 0..width {
                let row = if turn.mirror_x { width - 1 - x } else { x };
                let column = if turn.mirror_y { height - 1 - y } else { y };
                let from = &source.row(row)[column * unit..][..unit];
                band.row(y)[x * unit..][..unit].copy_from_slice(from);
            }
        }
        return;
    }
    // Whole tiles, and one that overlaps those before it, which makes the same samples twice.
    let cover = |from: usize, to: usize| {
        let whole = (to - from) / side;
        let rest = (from + whole * side < to).then(|| (to - side, 1));
        (whole > 0).then_some((from, whole)).into_iter().chain(rest)
    };
    // Two cache lines of source columns and a few dozen source rows at a time: few pages are in use at once.
    let strip = 128 / unit;
    for top in (first..end).step_by(strip) {
        for left in (0..width).step_by(ROWS_AT_ONCE) {
            for (y, across) in cover(top, end.min(top + strip)) {
                for (x, down) in cover(left, width.min(left + ROWS_AT_ONCE)) {
                    let rows = side * across;
                    let column = if turn.mirror_y { height - rows - y } else { y };
                    let row = if turn.mirror_x { width - 1 - x } else { x };
                    let stride = source.stride as isize;
                    let from = Tile {
                        start: row * source.stride + column * unit,
                        stride: if turn.mirror_x { -stride } else { stride },
                    };
                    let stride = band.stride as isize;
                    let local = y - first;
                    let to = if turn.mirror_y {
                        Tile { start: (local + rows - 1) * band.stride + x * unit, stride: -stride }
                    } else {
                        Tile { start: local * band.stride + x * unit, stride }
                    };
                    match unit {
                        1 => kernels.transpose1.call(source.data, from, band.data, to, down, across),
                        2 => kernels.transpose2.call(source.data, from, band.data, to, down, across),
                        _ => kernels.transpose4.call(source.data, from, band.data, to, down, across),
                    }
                }
            }
        }
    }
}

/// Source rows (destination columns) that are transposed before the next strip of columns; a multiple of every
/// tile's side.
const ROWS_AT_ONCE: usize = 64;
