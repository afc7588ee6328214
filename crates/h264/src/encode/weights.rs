//! Explicit weights of references, for fades: how bright a picture is against another, and whether saying so pays
//! (ITU-T H.264 7.4.3.2, 8.4.2.3).

use super::picture::SourcePicture;
use crate::syntax::pred_weight_table::{PredWeightTable, ReferenceWeights, Weight};

/// Weights are in units of two to minus this power.
pub(crate) const LOG2_DENOMINATOR: u32 = 6;
const ONE: i32 = 1 << LOG2_DENOMINATOR;
/// Samples in a row and column of the blocks whose means are compared.
const BLOCK: usize = 8;

/// Brightness of a picture: means of the blocks of each plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brightness([Vec<u8>; 3]);

/// Weights of one reference.
#[derive(Clone, Debug)]
pub(crate) struct PictureWeights {
    /// Of luma, Cb and Cr.
    pub(crate) planes: [Weight; 3],
    /// For each luma sample of the source, the sample of the unweighted reference that would become it: a search
    /// compares these with the reference as it is.
    pub(crate) unweighted: [u8; 256],
}

const NEUTRAL: Weight = Weight { weight: ONE as i8, offset: 0 };

impl Brightness {
    pub(crate) fn of(picture: &SourcePicture) -> Self {
        let [cb, cr] = &picture.chroma;
        let chroma_stride = picture.chroma_stride();
        Self([
            means(&picture.luma, picture.luma_stride()),
            means(cb, chroma_stride),
            means(cr, chroma_stride),
        ])
    }

    /// Weights that make a reference of brightness `reference` resemble this picture; `None` where it does as it is.
    pub(crate) fn weights(&self, reference: &Self) -> Option<PictureWeights> {
        let mut planes = [NEUTRAL; 3];
        for (weight, (own, other)) in planes.iter_mut().zip(self.0.iter().zip(&reference.0)) {
            *weight = plane_weight(own, other).unwrap_or(NEUTRAL);
        }
        (planes != [NEUTRAL; 3]).then(|| PictureWeights { planes, unweighted: unweighted(planes[0]) })
    }
}

/// The syntax for the references of list 0.
pub(crate) fn table(references: &[Option<PictureWeights>]) -> PredWeightTable {
    let entries = references.iter().map(|weights| {
        let [luma, cb, cr] = weights.as_ref().map_or([NEUTRAL; 3], |weights| weights.planes);
        ReferenceWeights {
            luma: (luma != NEUTRAL).then_some(luma),
            chroma: ([cb, cr] != [NEUTRAL; 2]).then_some([cb, cr]),
        }
    });
    PredWeightTable {
        luma_log2_weight_denom: LOG2_DENOMINATOR as u8,
        chroma_log2_weight_denom: LOG2_DENOMINATOR as u8,
        lists: [entries.collect(), Vec::new()],
    }
}

fn unweighted(Weight { weight, offset }: Weight) -> [u8; 256] {
    let weight = i32::from(weight).max(1);
    let before = |sample: i32| ((sample - i32::from(offset)) * ONE + weight / 2).div_euclid(weight);
    std::array::from_fn(|sample| before(sample as i32).clamp(0, 255) as u8)
}

fn means(plane: &[u8], stride: usize) -> Vec<u8> {
    let rows = plane.chunks_exact(stride * BLOCK);
    let mut means = Vec::with_capacity(plane.len() / (BLOCK * BLOCK));
    for rows in rows {
        for x in (0..stride).step_by(BLOCK) {
            let sum: u32 =
                rows.chunks_exact(stride).flat_map(|row| &row[x..x + BLOCK]).map(|&s| u32::from(s)).sum();
            means.push(((sum + 32) / 64) as u8);
        }
    }
    means
}

/// Weight of a plane when its blocks come much nearer to the picture's with it.
fn plane_weight(own: &[u8], other: &[u8]) -> Option<Weight> {
    let count = own.len() as i64;
    let sum = |plane: &[u8]| plane.iter().map(|&s| i64::from(s)).sum::<i64>();
    // Deviations from the mean, times the number of blocks.
    let spread = |plane: &[u8]| {
        let sum = sum(plane);
        plane.iter().map(|&s| (i64::from(s) * count - sum).abs()).sum::<i64>() / count
    };
    let (own_spread, other_spread) = (spread(own), spread(other));
    let weight = if other_spread < count {
        i64::from(ONE)
    } else {
        ((own_spread * i64::from(ONE) + other_spread / 2) / other_spread).clamp(1, 127)
    };
    let scaled = sum(own) * i64::from(ONE) - sum(other) * weight;
    let offset = (scaled + count * i64::from(ONE) / 2).div_euclid(count * i64::from(ONE)).clamp(-128, 127);
    let found = Weight { weight: weight as i8, offset: offset as i8 };
    if found == NEUTRAL {
        return None;
    }
    let predicted = |s: u8| {
        let weighted = (i32::from(s) * i32::from(found.weight) + ONE / 2) >> LOG2_DENOMINATOR;
        (weighted + i32::from(found.offset)).clamp(0, 255)
    };
    let (mut plain, mut weighted, mut worse) = (0, 0, 0);
    for (&own, &other) in own.iter().zip(other) {
        let before = i64::from(own.abs_diff(other));
        let after = i64::from((i32::from(own) - predicted(other)).abs());
        plain += before;
        weighted += after;
        worse += i64::from(after > before + 1);
    }
    // At least a code value in every block, and half of it gone. Where one part of the picture has changed and the
    // rest stands still, no light has: the weights would spoil the rest.
    (plain >= count && 2 * weighted < plain && MOST_WORSE * worse <= count).then_some(found)
}

/// Blocks that weights may make worse: one in so many.
const MOST_WORSE: i64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(scale: i32, offset: i32) -> Vec<u8> {
        (0..300).map(|i| (((40 + (i * 37) % 150) * scale / 64 + offset).clamp(0, 255)) as u8).collect()
    }

    #[test]
    fn fades_are_found_and_still_pictures_are_not() {
        let plain = scene(64, 0);
        let fade = plane_weight(&scene(48, 0), &plain).unwrap();
        assert!((fade.weight - 48).abs() <= 1 && fade.offset.abs() <= 2, "{fade:?}");
        let brighter = plane_weight(&scene(64, 20), &plain).unwrap();
        assert!((brighter.weight - 64).abs() <= 1 && (brighter.offset - 20).abs() <= 2, "{brighter:?}");
        assert_eq!(plane_weight(&plain, &plain), None);
        let mut moved = plain.clone();
        moved.rotate_left(7);
        assert_eq!(plane_weight(&moved, &plain), None);
        // A new page on part of a screen.
        let mut page = plain.clone();
        page[..120].fill(250);
        assert_eq!(plane_weight(&page, &plain), None);
        let (mut light, mut dark) = (vec![200; 300], vec![200; 300]);
        light[..140].fill(230);
        dark[..140].fill(90);
        assert_eq!(plane_weight(&light, &dark), None);
        // Out of black: nothing to scale, so the difference is the offset.
        assert_eq!(plane_weight(&[40; 64], &[16; 64]), Some(Weight { weight: 64, offset: 24 }));
    }

    #[test]
    fn the_search_sees_the_source_as_it_was_before_the_weight() {
        let table = unweighted(Weight { weight: 32, offset: 10 });
        for sample in 0..=255u8 {
            let weighted = ((i32::from(sample) * 32 + 32) >> 6) + 10;
            assert!((i32::from(table[weighted as usize]) - i32::from(sample)).abs() <= 1, "{sample}");
        }
    }
}
