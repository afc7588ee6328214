//! Explicit prediction weights (ITU-T H.264 7.3.3.2).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Result, within};

/// `pred_weight_table()`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PredWeightTable {
    /// Scale of luma weights as a power of two, 0..=7.
    pub luma_log2_weight_denom: u8,
    /// Scale of chroma weights as a power of two, 0..=7; 0 in monochrome.
    pub chroma_log2_weight_denom: u8,
    /// Weights of each entry of lists 0 and 1; list 1 is empty but in B slices.
    pub lists: [Vec<ReferenceWeights>; 2],
}

/// Weights of one reference; `None` is the default weight 2^denom with offset 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReferenceWeights {
    /// Weight of luma.
    pub luma: Option<Weight>,
    /// Weights of Cb and Cr.
    pub chroma: Option<[Weight; 2]>,
}

/// Factor and offset, -128..=127 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Weight {
    pub weight: i8,
    pub offset: i8,
}

impl PredWeightTable {
    pub(super) fn write(&self, w: &mut BitWriter, has_chroma: bool, is_b: bool) {
        w.ue(u32::from(self.luma_log2_weight_denom));
        if has_chroma {
            w.ue(u32::from(self.chroma_log2_weight_denom));
        }
        for entry in self.lists[..1 + usize::from(is_b)].iter().flatten() {
            w.flag(entry.luma.is_some());
            entry.luma.iter().for_each(|weight| weight.write(w));
            if has_chroma {
                w.flag(entry.chroma.is_some());
                entry.chroma.iter().flatten().for_each(|weight| weight.write(w));
            }
        }
    }

    /// Reads the table for lists of these lengths; the second is 0 but in B slices.
    pub(super) fn parse(r: &mut BitReader<'_>, has_chroma: bool, active: [u8; 2]) -> Result<Self> {
        let mut table = Self {
            luma_log2_weight_denom: within("luma_log2_weight_denom", r.ue()?, 0..=7)? as u8,
            ..Self::default()
        };
        if has_chroma {
            table.chroma_log2_weight_denom = within("chroma_log2_weight_denom", r.ue()?, 0..=7)? as u8;
        }
        for (list, count) in table.lists.iter_mut().zip(active) {
            for _ in 0..count {
                let mut entry = ReferenceWeights::default();
                if r.flag()? {
                    entry.luma = Some(Weight::parse(r, "luma_weight", "luma_offset")?);
                }
                if has_chroma && r.flag()? {
                    let cb = Weight::parse(r, "chroma_weight", "chroma_offset")?;
                    entry.chroma = Some([cb, Weight::parse(r, "chroma_weight", "chroma_offset")?]);
                }
                list.push(entry);
            }
        }
        Ok(table)
    }
}

impl Weight {
    fn write(self, w: &mut BitWriter) {
        w.se(i32::from(self.weight));
        w.se(i32::from(self.offset));
    }

    fn parse(r: &mut BitReader<'_>, weight: &'static str, offset: &'static str) -> Result<Self> {
        Ok(Self {
            weight: within(weight, r.se()?, -128..=127)? as i8,
            offset: within(offset, r.se()?, -128..=127)? as i8,
        })
    }
}
