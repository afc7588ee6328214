//! What is known of one macroblock: the part that neighbours and the deblocking filter read
//! ([`MacroblockInfo`]) and the part that is written to the stream ([`Macroblock`]).

use super::sub_partition::{Part, SubPartition};

/// A motion vector in quarter luma samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mv {
    pub(crate) x: i16,
    pub(crate) y: i16,
}

impl Mv {
    pub(crate) const ZERO: Self = Self { x: 0, y: 0 };

    pub(crate) const fn new(x: i16, y: i16) -> Self {
        Self { x, y }
    }

    /// This vector less another one.
    pub(crate) const fn difference(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }
}

/// How an inter macroblock is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Partition {
    Whole,
    /// Two of 16x8.
    Rows,
    /// Two of 8x16.
    Columns,
    /// Four of 8x8.
    Quarters,
}

impl Partition {
    /// Position and size of each part, in 4x4 blocks: x, y, width, height.
    pub(crate) const fn parts(self) -> &'static [(usize, usize, usize, usize)] {
        match self {
            Self::Whole => &[(0, 0, 4, 4)],
            Self::Rows => &[(0, 0, 4, 2), (0, 2, 4, 2)],
            Self::Columns => &[(0, 0, 2, 4), (2, 0, 2, 4)],
            Self::Quarters => &[(0, 0, 2, 2), (2, 0, 2, 2), (0, 2, 2, 2), (2, 2, 2, 2)],
        }
    }
}

/// Motion of one part of a macroblock: for each list a reference index, -1 where the list is not
/// used, and a vector, zero there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Motion {
    pub(crate) ref_idx: [i8; 2],
    pub(crate) mv: [Mv; 2],
}

impl Motion {
    /// From list 0 alone.
    pub(crate) const fn forward(ref_idx: i8, mv: Mv) -> Self {
        Self { ref_idx: [ref_idx, -1], mv: [mv, Mv::ZERO] }
    }

    /// From one list alone.
    pub(crate) fn single(list: usize, ref_idx: i8, mv: Mv) -> Self {
        let mut motion = Self { ref_idx: [-1; 2], mv: [Mv::ZERO; 2] };
        motion.ref_idx[list] = ref_idx;
        motion.mv[list] = mv;
        motion
    }
}

/// Kind of macroblock, Tables 7-11, 7-13 and 7-14.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Intra4x4,
    Intra8x8,
    Intra16x16,
    IntraPcm,
    Inter(Partition),
    /// `B_Direct_16x16`: motion derived, residual sent.
    Direct,
    /// `P_Skip` or `B_Skip`.
    Skip,
}

impl Mode {
    pub(crate) const fn is_intra(self) -> bool {
        matches!(self, Self::Intra4x4 | Self::Intra8x8 | Self::Intra16x16 | Self::IntraPcm)
    }
}

/// Bits of [`MacroblockInfo::cbp`] above `CodedBlockPattern`: Intra16x16 DC, Cb DC and Cr DC coded.
pub(crate) const CBP_DC_LUMA: u16 = 1 << 8;
pub(crate) const CBP_DC_CHROMA: [u16; 2] = [1 << 9, 1 << 10];

/// Prediction mode DC of Intra4x4 and Intra8x8 blocks, and what other macroblocks count as.
pub(crate) const INTRA_DC: u8 = 2;

/// What later macroblocks and the deblocking filter need to know. Arrays over 4x4 luma blocks are
/// in raster order, four to a row.
#[derive(Clone, Debug)]
pub(crate) struct MacroblockInfo {
    pub(crate) mode: Mode,
    /// `CodedBlockPattern` (bits 0-3 luma, 4-5 chroma) and the DC bits above.
    pub(crate) cbp: u16,
    pub(crate) transform_8x8: bool,
    pub(crate) intra_chroma_mode: u8,
    /// Coefficients per block: 16 luma, 4 Cb, 4 Cr.
    pub(crate) total_coeff: [u8; 24],
    pub(crate) intra_modes: [u8; 16],
    /// Quarters whose motion is derived in B slices, one bit each.
    pub(crate) direct: u8,
    /// Reference index per quarter and list; -1 for none.
    pub(crate) ref_idx: [[i8; 4]; 2],
    pub(crate) mv: [[Mv; 16]; 2],
    /// Absolute vector differences for CABAC's context selection, saturated.
    pub(crate) mvd: [[[u8; 2]; 16]; 2],
}

impl Default for MacroblockInfo {
    fn default() -> Self {
        Self {
            mode: Mode::Skip,
            cbp: 0,
            transform_8x8: false,
            intra_chroma_mode: 0,
            total_coeff: [0; 24],
            intra_modes: [INTRA_DC; 16],
            direct: 0,
            ref_idx: [[-1; 4]; 2],
            mv: [[Mv::ZERO; 16]; 2],
            mvd: [[[0; 2]; 16]; 2],
        }
    }
}

/// Row stride of [`Reconstruction::luma`].
pub(crate) const LUMA_STRIDE: usize = 32;
/// Index of the first sample of the macroblock in [`Reconstruction::luma`]; one row and eight
/// columns of neighbours come before it.
pub(crate) const LUMA_ORIGIN: usize = LUMA_STRIDE + 8;
/// Row stride of [`Reconstruction::chroma`].
pub(crate) const CHROMA_STRIDE: usize = 16;
/// Index of the first sample of the macroblock in each plane of [`Reconstruction::chroma`].
pub(crate) const CHROMA_ORIGIN: usize = CHROMA_STRIDE + 8;

/// The macroblock's samples, with the neighbouring samples that intra prediction reads above
/// and to the left of them.
#[derive(Clone)]
pub(crate) struct Reconstruction {
    pub(crate) luma: [u8; LUMA_STRIDE * 17],
    pub(crate) chroma: [[u8; CHROMA_STRIDE * 9]; 2],
}

/// Transform coefficient levels in scan order.
#[derive(Clone)]
pub(crate) struct Levels {
    /// 4x4 blocks in coding order. Of Intra16x16 macroblocks the AC levels, at 1..16.
    pub(crate) luma_4x4: [[i16; 16]; 16],
    pub(crate) luma_8x8: [[i16; 64]; 4],
    pub(crate) luma_dc: [i16; 16],
    pub(crate) chroma_dc: [[i16; 4]; 2],
    /// AC levels at 1..16.
    pub(crate) chroma_ac: [[[i16; 16]; 4]; 2],
}

/// A macroblock as it would be coded: syntax elements, levels and reconstruction.
#[derive(Clone)]
pub(crate) struct Macroblock {
    pub(crate) mode: Mode,
    pub(crate) qp: u8,
    pub(crate) cbp: u16,
    pub(crate) transform_8x8: bool,
    pub(crate) intra_16x16_mode: u8,
    pub(crate) intra_chroma_mode: u8,
    /// Raster order; the four blocks of an 8x8 block share its mode.
    pub(crate) intra_modes: [u8; 16],
    /// As in [`MacroblockInfo::direct`].
    pub(crate) direct: u8,
    pub(crate) ref_idx: [[i8; 4]; 2],
    pub(crate) mv: [[Mv; 16]; 2],
    /// How the quarters of [`Partition::Quarters`] are divided.
    pub(crate) sub: [SubPartition; 4],
    /// Vector difference of each part, at its first 4x4 block in raster order.
    pub(crate) mvd: [[Mv; 16]; 2],
    /// Raster order as in [`MacroblockInfo::total_coeff`].
    pub(crate) total_coeff: [u8; 24],
    pub(crate) levels: Levels,
    pub(crate) rec: Reconstruction,
}

impl Macroblock {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self {
            mode: Mode::Skip,
            qp: 0,
            cbp: 0,
            transform_8x8: false,
            intra_16x16_mode: 0,
            intra_chroma_mode: 0,
            intra_modes: [INTRA_DC; 16],
            direct: 0,
            ref_idx: [[-1; 4]; 2],
            mv: [[Mv::ZERO; 16]; 2],
            sub: [SubPartition::Whole; 4],
            mvd: [[Mv::ZERO; 16]; 2],
            total_coeff: [0; 24],
            levels: Levels {
                luma_4x4: [[0; 16]; 16],
                luma_8x8: [[0; 64]; 4],
                luma_dc: [0; 16],
                chroma_dc: [[0; 4]; 2],
                chroma_ac: [[[0; 16]; 4]; 2],
            },
            rec: Reconstruction { luma: [0; LUMA_STRIDE * 17], chroma: [[0; CHROMA_STRIDE * 9]; 2] },
        })
    }

    /// `mb_type` in B slices (Table 7-14) of what is not intra.
    pub(crate) fn b_type(&self) -> Option<u32> {
        // Rows in the order of the table: L0 with L0, L1 with L1, L0 with L1 and so on.
        const PAIRS: [(u32, u32); 9] =
            [(1, 1), (2, 2), (1, 2), (2, 1), (1, 3), (2, 3), (3, 1), (3, 2), (3, 3)];
        let pair = |second: (usize, usize)| {
            let uses = (self.lists_used(0, 0), self.lists_used(second.0, second.1));
            PAIRS.iter().position(|&p| p == uses).map(|i| 4 + 2 * i as u32)
        };
        match self.mode {
            Mode::Direct | Mode::Skip => Some(0),
            Mode::Inter(Partition::Whole) => Some(self.lists_used(0, 0)),
            Mode::Inter(Partition::Rows) => pair((0, 2)),
            Mode::Inter(Partition::Columns) => pair((2, 0)).map(|n| n + 1),
            Mode::Inter(Partition::Quarters) => Some(22),
            _ => None,
        }
    }

    /// `sub_mb_type` of a quarter in B slices (Table 7-18).
    pub(crate) fn b_sub_type(&self, quarter: usize) -> u32 {
        if self.direct >> quarter & 1 != 0 { 0 } else { self.lists_used(quarter % 2 * 2, quarter / 2 * 2) }
    }

    /// 1 for list 0, 2 for list 1, 3 for both, of the part that begins at block (x, y).
    fn lists_used(&self, x: usize, y: usize) -> u32 {
        let quarter = y / 2 * 2 + x / 2;
        u32::from(self.ref_idx[0][quarter] >= 0) | u32::from(self.ref_idx[1][quarter] >= 0) << 1
    }

    /// Whether the part that begins at block (x, y) sends motion for a list.
    pub(crate) fn sends_motion(&self, list: usize, x: usize, y: usize) -> bool {
        let quarter = y / 2 * 2 + x / 2;
        self.ref_idx[list][quarter] >= 0 && self.direct >> quarter & 1 == 0
    }

    /// Whether a quarter has parts smaller than 8x8: then there is no 8x8 transform.
    pub(crate) fn is_divided(&self) -> bool {
        self.sub != [SubPartition::Whole; 4]
    }

    /// The parts that have motion of their own, in the order in which it is written; `room` is for those of divided
    /// quarters.
    pub(crate) fn motion_parts<'a>(&self, partition: Partition, room: &'a mut [Part; 16]) -> &'a [Part] {
        if !self.is_divided() {
            return partition.parts();
        }
        let mut count = 0;
        for (&(x, y, ..), sub) in partition.parts().iter().zip(self.sub) {
            for part in sub.parts((x, y)) {
                room[count] = part;
                count += 1;
            }
        }
        &room[..count]
    }

    /// Sets the vector of a part of any size, given in 4x4 blocks.
    pub(crate) fn set_vector(&mut self, list: usize, (x, y, w, h): Part, mv: Mv) {
        for row in self.mv[list].as_chunks_mut::<4>().0[y..y + h].iter_mut() {
            match w {
                4 => *row = [mv; 4],
                2 => row[x..x + 2].copy_from_slice(&[mv; 2]),
                _ => row[x] = mv,
            }
        }
    }

    /// Sets the motion of a part, given in 4x4 blocks.
    pub(crate) fn set_motion(&mut self, (x, y, w, h): (usize, usize, usize, usize), motion: Motion) {
        for list in 0..2 {
            if (w, h) == (4, 4) {
                self.mv[list] = [motion.mv[list]; 16];
                self.ref_idx[list] = [motion.ref_idx[list]; 4];
                continue;
            }
            self.set_vector(list, (x, y, w, h), motion.mv[list]);
            for (quarter, ref_idx) in self.ref_idx[list].iter_mut().enumerate() {
                let (column, row) = (quarter % 2 * 2, quarter / 2 * 2);
                if (x..x + w).contains(&column) && (y..y + h).contains(&row) {
                    *ref_idx = motion.ref_idx[list];
                }
            }
        }
    }

    /// `coded_block_pattern`.
    pub(crate) const fn coded_block_pattern(&self) -> u32 {
        (self.cbp & 0x3f) as u32
    }

    /// The reconstructed samples in the order of `pcm_sample_luma` and `pcm_sample_chroma`.
    pub(crate) fn samples(&self, monochrome: bool) -> Vec<u8> {
        let luma = (0..16).flat_map(|y| &self.rec.luma[LUMA_ORIGIN + y * LUMA_STRIDE..][..16]);
        let chroma = self
            .rec
            .chroma
            .iter()
            .filter(|_| !monochrome)
            .flat_map(|p| (0..8).flat_map(|y| &p[CHROMA_ORIGIN + y * CHROMA_STRIDE..][..8]));
        luma.chain(chroma).copied().collect()
    }

    /// Whether `mb_qp_delta` is present (7.3.5).
    pub(crate) const fn sends_qp(&self) -> bool {
        self.coded_block_pattern() != 0 || matches!(self.mode, Mode::Intra16x16)
    }
}
