//! Explicit weights of references, for fades: how bright a picture is against another, and whether saying so pays
//! (ITU-T H.264 7.4.3.2, 8.4.2.3).

use vitascope_dsp::video::VideoKernels;

use super::picture::SourcePicture;
use super::worker::Workers;
use crate::syntax::pred_weight_table::{PredWeightTable, ReferenceWeights, Weight};

/// Weights are in units of two to minus this power.
pub(crate) const LOG2_DENOMINATOR: u32 = 6;
const ONE: i32 = 1 << LOG2_DENOMINATOR;
/// Samples in a row and column of the blocks whose means are compared.
const BLOCK: usize = 8;
/// Rows of blocks that a thread looks at at once.
const BAND: usize = 16;

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
    pub(crate) fn of<T: Send + 'static>(
        k: &VideoKernels,
        picture: &SourcePicture,
        workers: &Workers<T>,
    ) -> Self {
        let [cb, cr] = &picture.chroma;
        let chroma_stride = picture.chroma_stride();
        let planes = [(&picture.luma, picture.luma_stride()), (cb, chroma_stride), (cr, chroma_stride)];
        let mut all = planes.map(|(plane, _)| vec![0; plane.len() / (BLOCK * BLOCK)]);
        let parts = planes.iter().zip(&mut all).flat_map(|(&(plane, stride), means)| {
            plane
                .chunks(stride * BLOCK * BAND)
                .zip(means.chunks_mut(stride / BLOCK * BAND))
                .map(move |part| (stride, part))
        });
        workers.share(parts, |(stride, (part, means))| write_means(k, part, stride, means));
        Self(all)
    }

    /// How a reference of brightness `reference` comes to resemble this picture; `None` where it does as it is.
    pub(crate) fn light(&self, reference: &Self) -> Option<Light> {
        let fits: [_; 3] = std::array::from_fn(|plane| plane_fit(&self.0[plane], &reference.0[plane]));
        let planes = fits.map(|fit| fit.map_or(NEUTRAL, |fit| fit.weight));
        // The plane that changes most decides for all.
        let decisive = fits.into_iter().flatten().max_by_key(|fit| fit.gain)?;
        let weights = PictureWeights { planes, unweighted: unweighted(planes[0]) };
        Some(Light { weights, extent: decisive.extent })
    }
}

/// A change of light between two pictures.
#[derive(Clone, Debug)]
pub(crate) struct Light {
    pub(crate) weights: PictureWeights,
    pub(crate) extent: Extent,
}

/// How much of a picture changes its light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it: the reference as it is is of no use.
    Everything,
    /// Most of it.
    Most,
    /// Some of it: weights would spoil more than they gain if there were nothing else.
    Some,
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

/// Means of the blocks of whole rows of them.
fn write_means(k: &VideoKernels, plane: &[u8], stride: usize, means: &mut [u8]) {
    let rows = plane.chunks_exact(stride * BLOCK);
    let across = stride / BLOCK;
    for (rows, means) in rows.zip(means.chunks_exact_mut(across)) {
        k.block_means.call(means, rows, stride);
    }
}

/// A weight of a plane, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlaneFit {
    weight: Weight,
    extent: Extent,
    /// By how much the means of blocks come nearer where they do, summed.
    gain: i64,
}

/// Weight of a plane when many of its blocks come nearer to the picture's with it.
fn plane_fit(own: &[u8], other: &[u8]) -> Option<PlaneFit> {
    let count = own.len() as i64;
    let plain =
        own.iter().zip(other).map(|(&own, &other)| u64::from(own.abs_diff(other))).sum::<u64>() as i64;
    // At least a code value in every block, or nobody would see it.
    if plain < count {
        return None;
    }
    let fits = [by_spread(own, other), by_difference(own, other)].map(|weight| measure(weight, own, other));
    let (weight, fit) = fits.into_iter().max_by_key(|(_, fit)| plain - fit.either)?;
    let extent = if weight == NEUTRAL || 2 * fit.either > plain {
        return None;
    } else if 2 * fit.weighted > plain || MOST_WORSE * fit.worse > count {
        Extent::Some
    } else if fit.weighted - fit.either > plain / 32 {
        Extent::Most
    } else {
        Extent::Everything
    };
    Some(PlaneFit { weight, extent, gain: plain - fit.either })
}

/// The weight that brings the mean and the deviations from it to those of the picture.
fn by_spread(own: &[u8], other: &[u8]) -> Weight {
    let count = own.len() as i64;
    let sum = |plane: &[u8]| plane.iter().map(|&s| u64::from(s)).sum::<u64>() as i64;
    let (own_sum, other_sum) = (sum(own), sum(other));
    // Deviations from the mean, in 1/16.
    let spread = |plane: &[u8], sum: i64| {
        let mean = (16 * sum / count) as u16;
        plane.iter().map(|&s| u64::from((u16::from(s) * 16).abs_diff(mean))).sum::<u64>() as i64
    };
    let (own_spread, other_spread) = (spread(own, own_sum), spread(other, other_sum));
    let weight = if other_spread < 16 * count {
        i64::from(ONE)
    } else {
        ((own_spread * i64::from(ONE) + other_spread / 2) / other_spread).clamp(1, 127)
    };
    let scaled = own_sum * i64::from(ONE) - other_sum * weight;
    let offset = (scaled + count * i64::from(ONE) / 2).div_euclid(count * i64::from(ONE)).clamp(-128, 127);
    Weight { weight: weight as i8, offset: offset as i8 }
}

/// The offset that most blocks need of those that need one: what lies behind a window grows dark while the window
/// does not.
fn by_difference(own: &[u8], other: &[u8]) -> Weight {
    let mut counts = [0u32; 511];
    for (&own, &other) in own.iter().zip(other) {
        let difference = i32::from(own) - i32::from(other);
        counts[(difference + 255) as usize] += u32::from(difference.abs() > 1);
    }
    let most = (0..counts.len()).rev().max_by_key(|&i| counts[i]).unwrap_or(255);
    Weight { weight: ONE as i8, offset: (most as i32 - 255).clamp(-128, 127) as i8 }
}

/// Differences of blocks' means from the picture's.
struct Differences {
    weighted: i64,
    /// With or without the weight, whatever is better for a block.
    either: i64,
    /// Blocks that the weight makes worse.
    worse: i64,
}

fn measure(weight: Weight, own: &[u8], other: &[u8]) -> (Weight, Differences) {
    let (factor, offset) = (i16::from(weight.weight), i16::from(weight.offset));
    let (mut weighted, mut either, mut worse) = (0u64, 0u64, 0u64);
    for (&own, &other) in own.iter().zip(other) {
        let before = own.abs_diff(other);
        let predicted = ((i16::from(other) * factor + ONE as i16 / 2) >> LOG2_DENOMINATOR) + offset;
        let after = own.abs_diff(predicted.clamp(0, 255) as u8);
        weighted += u64::from(after);
        either += u64::from(after.min(before));
        worse += u64::from(after > before.saturating_add(1));
    }
    (weight, Differences { weighted: weighted as i64, either: either as i64, worse: worse as i64 })
}

/// Blocks that weights may make worse before the plain reference comes first: one in so many.
const MOST_WORSE: i64 = 8;

#[cfg(test)]
mod tests {
    use super::super::picture::Geometry;
    use super::*;

    #[test]
    fn brightness_is_the_means_of_blocks() {
        // More rows of blocks than a thread looks at at once, and in the last one half as many.
        let geometry = Geometry { mb_width: 2, mb_height: 19 };
        let mut picture = SourcePicture::new(geometry);
        let sample = |x: usize, y: usize, plane: usize| {
            ((x / 8 * 50 + y / 8 * 7 + plane * 90) % 240) as u8 + (x % 2) as u8
        };
        for (i, to) in picture.luma.iter_mut().enumerate() {
            *to = sample(i % 32, i / 32, 0);
        }
        for (plane, samples) in (1..).zip(&mut picture.chroma) {
            samples.iter_mut().enumerate().for_each(|(i, to)| *to = sample(i % 16, i / 16, plane));
        }
        let kernels = VideoKernels::new(vitascope_dsp::CpuLevel::machine());
        for threads in 1..=3 {
            let found = Brightness::of(&kernels, &picture, &Workers::<()>::with_caller(threads));
            for (plane, (means, across)) in found.0.iter().zip([4, 2, 2]).enumerate() {
                assert_eq!(means.len(), across * if plane == 0 { 38 } else { 19 });
                for (i, &mean) in means.iter().enumerate() {
                    // Half of the samples are one more: the mean is rounded up.
                    assert_eq!(
                        mean,
                        sample(i % across * 8, i / across * 8, plane) + 1,
                        "plane {plane}, block {i}"
                    );
                }
            }
        }
    }

    fn scene(scale: i32, offset: i32) -> Vec<u8> {
        (0..300).map(|i| (((40 + (i * i * 37) % 149) * scale / 64 + offset).clamp(0, 255)) as u8).collect()
    }

    fn fit(own: &[u8], other: &[u8]) -> Option<(Weight, Extent)> {
        plane_fit(own, other).map(|fit| (fit.weight, fit.extent))
    }

    #[test]
    fn fades_are_found_and_still_pictures_are_not() {
        let plain = scene(64, 0);
        let (fade, extent) = fit(&scene(48, 0), &plain).unwrap();
        assert!((fade.weight - 48).abs() <= 1 && fade.offset.abs() <= 2, "{fade:?}");
        assert_eq!(extent, Extent::Everything);
        let (brighter, _) = fit(&scene(64, 20), &plain).unwrap();
        assert!((brighter.weight - 64).abs() <= 1 && (brighter.offset - 20).abs() <= 2, "{brighter:?}");
        assert_eq!(fit(&plain, &plain), None);
        let mut moved = plain.clone();
        moved.rotate_left(7);
        assert_eq!(fit(&moved, &plain), None);
        // A new page on part of a screen.
        let mut page = plain.clone();
        page[..120].fill(250);
        assert_eq!(fit(&page, &plain), None);
        // Out of black: nothing to scale, so the difference is the offset.
        assert_eq!(fit(&[40; 64], &[16; 64]), Some((Weight { weight: 64, offset: 24 }, Extent::Everything)));
    }

    #[test]
    fn part_of_a_picture_changes_its_light() {
        // What surrounds a window grows dark while the window stays as it is: a small one, and a large one.
        let plain = scene(64, 0);
        for (window, extent) in [(30, Extent::Most), (160, Extent::Some)] {
            let mut dimmed: Vec<u8> = plain.iter().map(|&sample| sample.saturating_sub(26)).collect();
            dimmed[..window].copy_from_slice(&plain[..window]);
            assert_eq!(fit(&dimmed, &plain), Some((Weight { weight: 64, offset: -26 }, extent)));
        }
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
