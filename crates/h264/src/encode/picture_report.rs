//! What is told of a coded picture besides its bytes.

use super::picture::{PictureWriter, SourcePicture};
use super::{quality_metrics, reconstruction};

/// Which reports are wanted, on pictures cropped to a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reports {
    /// Size of the cropped picture, even numbers.
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) md5: bool,
    pub(crate) squared_error: bool,
}

/// The reports on one picture.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PictureReport {
    pub(crate) md5: Option<[u8; 16]>,
    /// Mean squared error of Y, Cb and Cr.
    pub(crate) squared_error: Option<[f64; 3]>,
}

impl Reports {
    /// Any of them, for which the reconstruction must be complete.
    pub(crate) fn any(self) -> bool {
        self.md5 || self.squared_error
    }

    pub(crate) fn on(self, source: &SourcePicture, picture: &PictureWriter) -> PictureReport {
        let Self { width, height, md5, squared_error } = self;
        PictureReport {
            md5: md5.then(|| reconstruction::md5(picture, width, height)),
            squared_error: squared_error
                .then(|| quality_metrics::mean_squared_errors(source, picture, width, height)),
        }
    }
}
