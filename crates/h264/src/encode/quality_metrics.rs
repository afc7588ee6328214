//! How far a reconstruction is from its source.

use super::picture::{CHROMA_PADDING, LUMA_PADDING, PictureWriter, SourcePicture};

/// Mean squared error of the planes Y, Cb and Cr over the cropped picture of `width` x `height`
/// (even numbers), in squared code values.
pub(crate) fn mean_squared_errors(
    source: &SourcePicture,
    picture: &PictureWriter,
    width: usize,
    height: usize,
) -> [f64; 3] {
    let chroma = |plane: usize| {
        let stride = source.chroma_stride();
        let (width, height) = (width / 2, height / 2);
        let error: u64 = (0..height)
            .map(|y| {
                let coded = picture.chroma[plane].rows(CHROMA_PADDING + y..CHROMA_PADDING + y + 1);
                let coded = &coded[CHROMA_PADDING..][..width];
                squared_error(&source.chroma[plane][y * stride..][..width], coded)
            })
            .sum();
        error as f64 / (width * height) as f64
    };
    let luma: u64 = (0..height)
        .map(|y| {
            let coded = picture.luma[0].rows(LUMA_PADDING + y..LUMA_PADDING + y + 1);
            let coded = &coded[LUMA_PADDING..][..width];
            squared_error(&source.luma[y * source.luma_stride()..][..width], coded)
        })
        .sum();
    [luma as f64 / (width * height) as f64, chroma(0), chroma(1)]
}

/// Of one row, which is too short to overflow 32 bits: at most 4096 samples.
fn squared_error(a: &[u8], b: &[u8]) -> u64 {
    a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>().into()
}
