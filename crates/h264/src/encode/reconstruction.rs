//! Hashes of decoded pictures, for comparison with an independent decoder.

use md5::{Digest, Md5};

use super::picture::{CHROMA_PADDING, LUMA_PADDING, PictureWriter};

/// MD5 of the planes Y, Cb and Cr cropped to `width` x `height` (even numbers), rows without
/// padding: what `ffmpeg -f framemd5` prints for 8-bit 4:2:0 video.
pub(crate) fn md5(picture: &PictureWriter, width: usize, height: usize) -> [u8; 16] {
    let mut hash = Md5::new();
    for y in 0..height {
        let row = picture.luma[0].rows(LUMA_PADDING + y..LUMA_PADDING + y + 1);
        hash.update(&row[LUMA_PADDING..LUMA_PADDING + width]);
    }
    for plane in &picture.chroma {
        for y in 0..height / 2 {
            let row = plane.rows(CHROMA_PADDING + y..CHROMA_PADDING + y + 1);
            hash.update(&row[CHROMA_PADDING..CHROMA_PADDING + width / 2]);
        }
    }
    hash.finalize().into()
}
