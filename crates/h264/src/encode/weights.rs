//! Explicit weights of references, for fades: how bright a picture is against another, and whether saying so pays
//! (ITU-T H.264 7.4.3.2, 8.4.2.3).

use vitascope_dsp::video::VideoKernels;
use vitascope_encode::light::{Extent, LightChange, LightWeight, light_change};

use super::picture::SourcePicture;
use super::worker::Workers;
use crate::syntax::pred_weight_table::{PredWeightTable, ReferenceWeights, Weight};

/// Weights are in units of two to minus this power.
pub(crate) const LOG2_DENOMINATOR: u32 = LightWeight::LOG2_DENOMINATOR;
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

const NEUTRAL: Weight = weight(LightWeight::NEUTRAL);

const fn weight(light: LightWeight) -> Weight {
    Weight { weight: light.factor, offset: light.offset }
}

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
        let changes: [Option<LightChange>; 3] =
            std::array::from_fn(|plane| light_change(&self.0[plane], &reference.0[plane]));
        // The plane that changes most decides for all.
        let decisive = changes.into_iter().flatten().max_by_key(|change| change.gain)?;
        let lights = changes.map(|change| change.map_or(LightWeight::NEUTRAL, |change| change.weight));
        let weights = PictureWeights { planes: lights.map(weight), unweighted: lights[0].before() };
        Some(Light { weights, extent: decisive.extent })
    }
}

/// A change of light between two pictures.
#[derive(Clone, Debug)]
pub(crate) struct Light {
    pub(crate) weights: PictureWeights,
    pub(crate) extent: Extent,
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

/// Means of the blocks of whole rows of them.
fn write_means(k: &VideoKernels, plane: &[u8], stride: usize, means: &mut [u8]) {
    let rows = plane.chunks_exact(stride * BLOCK);
    let across = stride / BLOCK;
    for (rows, means) in rows.zip(means.chunks_exact_mut(across)) {
        k.block_means.call(means, rows, stride);
    }
}

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
            let found = Brightness::of(&kernels, &picture, &Workers::<()>::watchful(threads));
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
}
