//! Samples that only change places or depth.

use vitascope_dsp::pixels::bytes::{Deinterleave, Interleave, Narrow, Reorder, Widen};

use super::{Arrangement, FusedRequest, arrangement, rgb_order, same_codes, two};
use crate::format::layout::{Layout, Storage};
use crate::planes::{Band, SourcePlane, copy_rows};

/// What to do with the rows of a plane or two.
enum Step {
    /// Bytes as they are: source plane, destination plane, bytes a row.
    Copy { from: usize, to: usize, bytes: usize },
    /// Two source planes into one.
    Interleave { from: [usize; 2], to: usize, count: usize },
    /// One source plane into two neighbouring ones, the first given; whether they change places.
    Deinterleave { from: usize, to: usize, count: usize, swapped: bool },
    /// 8-bit samples to the high bytes.
    Widen { from: usize, to: usize, count: usize },
    /// 10-bit samples to 8-bit ones.
    Narrow { from: usize, to: usize, count: usize },
    /// Bytes within groups of four.
    Reorder { order: [u8; 4], bytes: usize },
}

impl Step {
    /// Whether nothing lies between the rows of the planes it reads and writes.
    fn is_joined(&self, source: &[SourcePlane<'_>], planes: &[Band<'_>]) -> bool {
        let from = |plane: usize, bytes: usize| source[plane].stride == bytes;
        let into = |plane: usize, bytes: usize| planes[plane].stride == bytes;
        match *self {
            Step::Copy { from: a, to, bytes } => from(a, bytes) && into(to, bytes),
            Step::Interleave { from: [a, b], to, count } => {
                from(a, count) && from(b, count) && into(to, 2 * count)
            }
            Step::Deinterleave { from: a, to, count, .. } => {
                from(a, 2 * count) && into(to, count) && into(to + 1, count)
            }
            Step::Widen { from: a, to, count } => from(a, count) && into(to, 2 * count),
            Step::Narrow { from: a, to, count } => from(a, 2 * count) && into(to, count),
            Step::Reorder { bytes, .. } => from(0, bytes) && into(0, bytes),
        }
    }

    /// The same for a row as long as `rows` of them.
    fn of_rows(&self, rows: usize) -> Step {
        match *self {
            Step::Copy { from, to, bytes } => Step::Copy { from, to, bytes: bytes * rows },
            Step::Interleave { from, to, count } => Step::Interleave { from, to, count: count * rows },
            Step::Deinterleave { from, to, count, swapped } => {
                Step::Deinterleave { from, to, count: count * rows, swapped }
            }
            Step::Widen { from, to, count } => Step::Widen { from, to, count: count * rows },
            Step::Narrow { from, to, count } => Step::Narrow { from, to, count: count * rows },
            Step::Reorder { order, bytes } => Step::Reorder { order, bytes: bytes * rows },
        }
    }
}

pub(crate) struct Moves {
    /// Steps with the vertical subsampling of their rows.
    steps: Vec<(Step, u8)>,
    interleave: Interleave,
    deinterleave: Deinterleave,
    widen: Widen,
    narrow: Narrow,
    reorder: Reorder,
}

impl Moves {
    pub(super) fn plan(request: &FusedRequest<'_>) -> Option<Moves> {
        let FusedRequest { source, destination, size: (width, _), level, .. } = *request;
        if request.matrix.is_some() {
            return None;
        }
        let steps =
            same_depth(source, destination, width).or_else(|| other_depth(source, destination, width))?;
        Some(Moves {
            steps,
            interleave: Interleave::select(level),
            deinterleave: Deinterleave::select(level),
            widen: Widen::select(level),
            narrow: Narrow::select(level),
            reorder: Reorder::select(level),
        })
    }

    pub(super) fn run(&self, source: &[SourcePlane<'_>], planes: &mut [Band<'_>], first: usize, end: usize) {
        for (step, shift) in &self.steps {
            if let Step::Copy { from, to, bytes } = *step {
                copy_rows(&source[from], &mut planes[to], first >> shift..end.div_ceil(1 << shift), bytes);
                continue;
            }
            let rows = first >> shift..end.div_ceil(1 << shift);
            if rows.len() > 1 && step.is_joined(source, planes) {
                // Rows without anything between them are one long row.
                self.row(&step.of_rows(rows.len()), source, planes, rows.start);
                continue;
            }
            for y in rows {
                self.row(step, source, planes, y);
            }
        }
    }

    fn row(&self, step: &Step, source: &[SourcePlane<'_>], planes: &mut [Band<'_>], y: usize) {
        match *step {
            // Whole planes are copied at once.
            Step::Copy { .. } => {}
            Step::Interleave { from: [a, b], to, count } => {
                let (a, b) = (&source[a].row(y)[..count], &source[b].row(y)[..count]);
                self.interleave.call(a, b, &mut planes[to].row(y)[..2 * count]);
            }
            Step::Deinterleave { from, to, count, swapped } => {
                let (low, high) = two(planes, to);
                let (low, high) = (&mut low.row(y)[..count], &mut high.row(y)[..count]);
                let (even, odd) = if swapped { (high, low) } else { (low, high) };
                self.deinterleave.call(&source[from].row(y)[..2 * count], even, odd);
            }
            Step::Widen { from, to, count } => {
                self.widen.call(&source[from].row(y)[..count], &mut planes[to].row(y)[..2 * count]);
            }
            Step::Narrow { from, to, count } => {
                self.narrow.call(&source[from].row(y)[..2 * count], &mut planes[to].row(y)[..count]);
            }
            Step::Reorder { order, bytes } => {
                self.reorder.call(&source[0].row(y)[..bytes], order, &mut planes[0].row(y)[..bytes]);
            }
        }
    }
}

/// Formats of 8 bits whose codes mean the same.
fn same_depth(source: &Layout, destination: &Layout, width: usize) -> Option<Vec<(Step, u8)>> {
    if source.family != destination.family || !same_codes(source, destination) {
        return None;
    }
    if let (Some(from), Some(to)) = (rgb_order(source), rgb_order(destination)) {
        let mut order = [0; 4];
        for (from, to) in from.iter().zip(to) {
            order[usize::from(to)] = *from;
        }
        return Some(vec![(Step::Reorder { order, bytes: width * 4 }, 0)]);
    }
    let (from, to) = (arrangement(source, Storage::U8)?, arrangement(destination, Storage::U8)?);
    let shift = source.chroma_shift();
    if shift != destination.chroma_shift() {
        return None;
    }
    let half = width.div_ceil(1 << shift.0);
    let luma = (Step::Copy { from: 0, to: 0, bytes: width }, 0);
    // Packed pixels come in pairs; planes of an odd width lack one of the last pair.
    let even = width.is_multiple_of(2);
    Some(match (from, to) {
        (Arrangement::Planar, Arrangement::Interleaved) => {
            vec![luma, (Step::Interleave { from: [1, 2], to: 1, count: half }, shift.1)]
        }
        (Arrangement::Interleaved, Arrangement::Planar) => {
            vec![luma, (Step::Deinterleave { from: 1, to: 1, count: half, swapped: false }, shift.1)]
        }
        (Arrangement::Interleaved, Arrangement::Packed422 { luma_odd }) if even => {
            let from = if luma_odd { [1, 0] } else { [0, 1] };
            vec![(Step::Interleave { from, to: 0, count: width }, 0)]
        }
        (Arrangement::Packed422 { luma_odd }, Arrangement::Interleaved) if even => {
            vec![(Step::Deinterleave { from: 0, to: 0, count: width, swapped: luma_odd }, 0)]
        }
        (Arrangement::Packed422 { luma_odd: a }, Arrangement::Packed422 { luma_odd: b })
            if a != b && even =>
        {
            vec![(Step::Reorder { order: [1, 0, 3, 2], bytes: width * 2 }, 0)]
        }
        _ => return None,
    })
}

/// 8-bit and 10- or 16-bit formats of one arrangement, video range.
fn other_depth(source: &Layout, destination: &Layout, width: usize) -> Option<Vec<(Step, u8)>> {
    let shift = source.chroma_shift();
    let video = |layout: &Layout| {
        let luma = layout.components[0].filter(|luma| luma.bits >= 8)?;
        let unit = f64::from(1u32 << (luma.bits - 8));
        (luma.zero == 16.0 * unit && luma.unit == 219.0 * unit).then_some(luma.bits)
    };
    if shift != destination.chroma_shift() {
        return None;
    }
    let (from, to) = (video(source)?, video(destination)?);
    let half = 2 * width.div_ceil(1 << shift.0);
    let interleaved = Some(Arrangement::Interleaved);
    let arranged =
        |from, to| (arrangement(source, from), arrangement(destination, to)) == (interleaved, interleaved);
    match (from, to) {
        (8, 10 | 16) if arranged(Storage::U8, Storage::U16Le) => Some(vec![
            (Step::Widen { from: 0, to: 0, count: width }, 0),
            (Step::Widen { from: 1, to: 1, count: half }, shift.1),
        ]),
        (10, 8) if arranged(Storage::U16Le, Storage::U8) => Some(vec![
            (Step::Narrow { from: 0, to: 0, count: width }, 0),
            (Step::Narrow { from: 1, to: 1, count: half }, shift.1),
        ]),
        _ => None,
    }
}
