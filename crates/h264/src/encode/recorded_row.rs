//! The macroblocks of a row between deciding and writing.

use std::sync::{Arc, Mutex, PoisonError};

use vitascope_dsp::video::{BlockSize, VideoKernels, prefetch_rows};

use super::coded_rows::SpareMacroblocks;
use super::direct_choice::DirectDifferences;
use super::macroblock::{
    CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Macroblock, Mode, Reconstruction,
};
use super::picture::{CHROMA_PADDING, Geometry, LINE, LUMA_PADDING};

/// A row that is decided on and not written yet.
pub(crate) struct RecordedRow {
    pub(crate) macroblocks: RecordedMacroblocks,
    pub(crate) samples: RowSamples,
    pub(crate) direct_differences: DirectDifferences,
}

/// What is written of the macroblocks of a row.
pub(crate) struct RecordedMacroblocks {
    /// Room for those that are not skipped, and how many there are.
    room: Vec<Macroblock>,
    coded: usize,
    /// Which ones are skipped.
    pub(crate) skipped: Vec<bool>,
}

/// Samples of a macroblock row, laid out as in a picture with the padding beside it.
pub(crate) struct RowSamples {
    luma: Vec<u8>,
    luma_stride: usize,
    chroma: [Vec<u8>; 2],
    chroma_stride: usize,
}

/// Rows to use again.
#[derive(Default)]
pub(crate) struct SpareRows {
    recorded: Mutex<Vec<RecordedRow>>,
    /// For those that are decided on.
    pub(crate) coded: Arc<SpareMacroblocks>,
}

impl RecordedRow {
    fn new(geometry: Geometry) -> Self {
        let (luma_stride, chroma_stride) = (geometry.luma_stride(), geometry.chroma_stride());
        let chroma = vec![0; chroma_stride * 8];
        Self {
            macroblocks: RecordedMacroblocks {
                room: Vec::with_capacity(geometry.mb_width),
                coded: 0,
                skipped: Vec::with_capacity(geometry.mb_width),
            },
            samples: RowSamples {
                luma: vec![0; luma_stride * 16],
                luma_stride,
                chroma: [chroma.clone(), chroma],
                chroma_stride,
            },
            direct_differences: DirectDifferences::default(),
        }
    }
}

impl RecordedMacroblocks {
    /// Takes in the next one.
    pub(crate) fn push(&mut self, mb: &Macroblock) {
        let skipped = mb.mode == Mode::Skip;
        self.skipped.push(skipped);
        if skipped {
            return;
        }
        match self.room.get_mut(self.coded) {
            Some(room) => copy_written(room, mb),
            None => self.room.extend_from_slice(std::slice::from_ref(mb)),
        }
        self.coded += 1;
    }

    /// Those that are not skipped.
    pub(crate) fn coded(&self) -> &[Macroblock] {
        &self.room[..self.coded]
    }
}

impl RowSamples {
    /// Luma, Cb and Cr.
    pub(crate) fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let [cb, cr] = &mut self.chroma;
        [&mut self.luma, cb, cr]
    }

    pub(crate) fn copy_to(&self, to: [&mut [u8]; 3]) {
        for (to, from) in to.into_iter().zip([&self.luma, &self.chroma[0], &self.chroma[1]]) {
            to.copy_from_slice(from);
        }
    }

    pub(crate) const fn strides(&self) -> (usize, usize) {
        (self.luma_stride, self.chroma_stride)
    }
}

impl SpareRows {
    /// An empty row.
    pub(crate) fn take(&self, geometry: Geometry) -> RecordedRow {
        let spare = self.recorded.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| RecordedRow::new(geometry))
    }

    pub(crate) fn give_back(&self, mut row: RecordedRow) {
        row.macroblocks.coded = 0;
        row.macroblocks.skipped.clear();
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }
}

/// Copies what is written of a macroblock, which is little of what it has room for.
fn copy_written(to: &mut Macroblock, from: &Macroblock) {
    let Macroblock {
        mode,
        qp,
        cbp,
        transform_8x8,
        intra_16x16_mode,
        intra_chroma_mode,
        intra_modes,
        direct,
        ref_idx,
        mv: _,
        sub,
        mvd,
        total_coeff,
        levels,
        rec,
    } = from;
    (to.mode, to.qp, to.cbp, to.transform_8x8) = (*mode, *qp, *cbp, *transform_8x8);
    (to.intra_16x16_mode, to.intra_chroma_mode, to.intra_modes) =
        (*intra_16x16_mode, *intra_chroma_mode, *intra_modes);
    (to.direct, to.ref_idx, to.sub, to.mvd) = (*direct, *ref_idx, *sub, *mvd);
    to.total_coeff = *total_coeff;
    for quarter in (0..4).filter(|quarter| cbp >> quarter & 1 != 0) {
        if *transform_8x8 {
            to.levels.luma_8x8[quarter] = levels.luma_8x8[quarter];
        } else {
            let blocks = 4 * quarter..4 * quarter + 4;
            to.levels.luma_4x4[blocks.clone()].copy_from_slice(&levels.luma_4x4[blocks]);
        }
    }
    to.levels.luma_dc = levels.luma_dc;
    to.levels.chroma_dc = levels.chroma_dc;
    if cbp >> 4 & 3 == 2 {
        to.levels.chroma_ac = levels.chroma_ac;
    }
    if *mode == Mode::IntraPcm {
        to.rec = rec.clone();
    }
}

/// Has the place of the samples after macroblock `x` of a row brought near, a cache line at a time.
pub(crate) fn prefetch_after(
    x: usize,
    [luma, cb, cr]: [&[u8]; 3],
    (luma_stride, chroma_stride): (usize, usize),
) {
    let column = LUMA_PADDING + x * 16;
    if column.is_multiple_of(LINE) {
        prefetch_rows(luma, column + LINE, luma_stride, 16);
    }
    let column = CHROMA_PADDING + x * 8;
    if column.is_multiple_of(LINE) {
        for plane in [cb, cr] {
            prefetch_rows(plane, column + LINE, chroma_stride, 8);
        }
    }
}

/// Puts the samples of macroblock `x` of a row in their place.
pub(crate) fn store(
    k: &VideoKernels,
    rec: &Reconstruction,
    x: usize,
    [luma, cb, cr]: [&mut [u8]; 3],
    (luma_stride, chroma_stride): (usize, usize),
) {
    let to = &mut luma[LUMA_PADDING + x * 16..];
    k.copy[BlockSize::B16x16 as usize].call(to, luma_stride, &rec.luma[LUMA_ORIGIN..], LUMA_STRIDE);
    for (plane, rec) in [cb, cr].into_iter().zip(&rec.chroma) {
        let to = &mut plane[CHROMA_PADDING + x * 8..];
        k.copy[BlockSize::B8x8 as usize].call(to, chroma_stride, &rec[CHROMA_ORIGIN..], CHROMA_STRIDE);
    }
}
