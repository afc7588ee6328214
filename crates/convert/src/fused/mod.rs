//! Pairs of formats that are converted in one go, in integers, where only memory should limit the speed, and
//! scaling in integers.
//!
//! A fused path takes the place of the general pipeline when the picture keeps its size, or its kind of samples. It gives the same
//! codes as the pipeline where samples only move, and stays within one code of it where a matrix is applied.

mod enlarge;
mod from_rgb;
mod full_to_rgb;
mod halved;
mod moves;
mod reduce;
mod ring;
mod scaled;
mod to_rgb;

pub(crate) use scaled::{Scaled, ScaledToRgb};
use vitascope_dsp::CpuLevel;

use crate::color::matrix::Matrix;
use crate::downsampling::DownsamplingMode;
use crate::format::layout::{Component, Family, Layout, Storage};
use crate::planes::{Band, SourcePlane};
use crate::siting::Siting;

/// What the choice of a fused path depends on, beside the formats.
pub(crate) struct FusedRequest<'a> {
    pub source: &'static Layout,
    pub destination: &'static Layout,
    pub size: (usize, usize),
    /// Siting of the source's chroma.
    pub siting: Siting,
    /// The matrix to apply, if colour changes by one.
    pub matrix: Option<&'a Matrix>,
    pub downsampling: DownsamplingMode,
    /// Chroma is enlarged by repetition.
    pub nearest: bool,
    pub level: CpuLevel,
}

/// A fused path, planned.
pub(crate) enum Fused {
    Moves(moves::Moves),
    Reduce(reduce::Reduce),
    Enlarge(enlarge::Enlarge),
    ToRgb(to_rgb::RgbFrom),
    FullToRgb(full_to_rgb::FullToRgb),
    FromRgb(from_rgb::FromRgb),
    Scaled(Scaled),
    ScaledToRgb(ScaledToRgb),
}

/// Rows of a band, kept between frames.
#[derive(Default)]
pub(crate) struct FusedScratch {
    bytes: [Vec<u8>; 4],
    words: [Vec<i16>; 4],
    scaled: scaled::ScaledScratch,
}

impl Fused {
    /// The fused path for a request; `None` when there is none.
    pub(crate) fn plan(request: &FusedRequest<'_>) -> Option<Fused> {
        moves::Moves::plan(request)
            .map(Fused::Moves)
            .or_else(|| reduce::Reduce::plan(request).map(Fused::Reduce))
            .or_else(|| enlarge::Enlarge::plan(request).map(Fused::Enlarge))
            .or_else(|| to_rgb::RgbFrom::plan(request).map(Fused::ToRgb))
            .or_else(|| full_to_rgb::FullToRgb::plan(request).map(Fused::FullToRgb))
            .or_else(|| from_rgb::FromRgb::plan(request).map(Fused::FromRgb))
    }

    /// Makes luma rows `first..end` (`first` even where chroma is subsampled vertically).
    pub(crate) fn run(
        &self,
        source: &[SourcePlane<'_>],
        planes: &mut [Band<'_>],
        first: usize,
        end: usize,
        scratch: &mut FusedScratch,
    ) {
        match self {
            Fused::Moves(path) => path.run(source, planes, first, end),
            Fused::Reduce(path) => path.run(source, planes, first, end, scratch),
            Fused::Enlarge(path) => path.run(source, planes, first, end),
            Fused::ToRgb(path) => path.run(source, planes, first, end, scratch),
            Fused::FullToRgb(path) => path.run(source, planes, first, end, scratch),
            Fused::FromRgb(path) => path.run(source, planes, first, end, scratch),
            Fused::Scaled(path) => path.run(source, planes, first, end, &mut scratch.scaled),
            Fused::ScaledToRgb(path) => path.run(source, planes, first, end, &mut scratch.scaled),
        }
    }
}

/// How the chroma of a Y'CbCr format without alpha lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// A plane each.
    Planar,
    /// A plane of pairs.
    Interleaved,
    /// In one plane with luma, pixels in pairs; whether luma has the odd places.
    Packed422 { luma_odd: bool },
}

/// The arrangement of a format with samples stored like `storage`, `None` for any other format.
pub(super) fn arrangement(layout: &Layout, storage: Storage) -> Option<Arrangement> {
    let [Some(luma), Some(cb), Some(cr), None] = layout.components else { return None };
    let plain = |c: &Component| c.storage == storage;
    if layout.family != Family::YCbCr || ![luma, cb, cr].iter().all(plain) {
        return None;
    }
    let place = |c: Component| (c.plane, c.offset, c.step);
    match (place(luma), place(cb), place(cr)) {
        ((0, 0, 1), (1, 0, 1), (2, 0, 1)) => Some(Arrangement::Planar),
        ((0, 0, 1), (1, 0, 2), (1, 1, 2)) => Some(Arrangement::Interleaved),
        ((0, 1, 2), (0, 0, 4), (0, 2, 4)) => Some(Arrangement::Packed422 { luma_odd: true }),
        ((0, 0, 2), (0, 1, 4), (0, 3, 4)) => Some(Arrangement::Packed422 { luma_odd: false }),
        _ => None,
    }
}

/// Byte places of red, green, blue and alpha in a format of four-byte pixels.
pub(super) fn rgb_order(layout: &Layout) -> Option<[u8; 4]> {
    let [Some(r), Some(g), Some(b), Some(a)] = layout.components else { return None };
    let plain = [r, g, b, a].iter().all(|c| c.storage == Storage::U8 && c.step == 4 && c.plane == 0);
    (layout.family == Family::Rgb && plain).then_some([r.offset, g.offset, b.offset, a.offset])
}

/// Whether two formats have the same codes for the same values.
pub(super) fn same_codes(a: &Layout, b: &Layout) -> bool {
    a.components.iter().zip(&b.components).all(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => (a.zero, a.unit, a.bits) == (b.zero, b.unit, b.bits),
        (None, None) => true,
        _ => false,
    })
}

/// Two bands at once.
pub(super) fn two<'a, 'b>(planes: &'a mut [Band<'b>], first: usize) -> (&'a mut Band<'b>, &'a mut Band<'b>) {
    let (head, tail) = planes.split_at_mut(first + 1);
    (&mut head[first], &mut tail[0])
}
