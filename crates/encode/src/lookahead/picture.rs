//! What is measured on each picture by itself, on whatever thread.

use std::sync::{Arc, Mutex, PoisonError};

use super::LookaheadConfig;
use super::analysis::Analysis;
use crate::crew::Crew;
use crate::error::Error;
use crate::frame::LumaView;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::intra::intra_costs;
use crate::kernels::Kernels;
use crate::motion::MotionField;

/// Measures pictures by themselves. Clones do the same, and share memory of pictures that are not needed any more.
#[derive(Debug, Clone)]
pub(super) struct PictureAnalyser {
    width: usize,
    height: usize,
    pub(super) grid: BlockGrid,
    adaptive_quantisation: f32,
    pub(super) kernels: Arc<Kernels>,
    spare: Arc<Mutex<Vec<HalfPicture>>>,
}

/// A picture at half size, with what is known of it without those after it.
#[derive(Debug)]
pub struct PictureAnalysis {
    pub(super) picture: Arc<HalfPicture>,
    pub(super) analysis: Analysis,
    /// The picture whose turn came before, and the motion against it.
    pub(super) forward: Option<(Arc<HalfPicture>, MotionField)>,
}

impl PictureAnalyser {
    pub(super) fn new(config: &LookaheadConfig, kernels: Arc<Kernels>) -> Self {
        let LookaheadConfig { width, height, adaptive_quantisation, .. } = *config;
        let grid = BlockGrid::new(width, height);
        Self { width, height, grid, adaptive_quantisation, kernels, spare: Arc::default() }
    }

    /// The picture at half size.
    pub(super) fn halve(
        &self,
        luma: LumaView<'_>,
        crew: Option<&Arc<dyn Crew>>,
    ) -> Result<HalfPicture, Error> {
        self.check(&luma)?;
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut picture = spare.unwrap_or_default();
        picture.fill(luma, self.grid, &self.kernels, crew);
        Ok(picture)
    }

    pub(super) fn measure(&self, picture: &HalfPicture) -> Analysis {
        let mut intra = vec![0; self.grid.count()];
        intra_costs(picture, self.grid, &self.kernels, 0, &mut intra);
        Analysis::new(picture, intra, self.adaptive_quantisation)
    }

    /// Takes the memory of a picture, unless others hold it.
    pub(super) fn recycle(&self, picture: Arc<HalfPicture>) {
        let spare = Arc::into_inner(picture);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).extend(spare);
    }

    /// Whether pictures of another analyser are of the same size.
    pub(super) fn fits(&self, analysis: &PictureAnalysis) -> bool {
        analysis.analysis.intra.len() == self.grid.count() && analysis.picture.has_grid(self.grid)
    }

    fn check(&self, luma: &LumaView<'_>) -> Result<(), Error> {
        let LumaView { data, stride, width, height } = *luma;
        let fits = width == self.width
            && height == self.height
            && stride >= width
            && stride
                .checked_mul(height - 1)
                .and_then(|size| size.checked_add(width))
                .is_some_and(|size| size <= data.len());
        if fits { Ok(()) } else { Err(Error::LumaView { width, height, stride, samples: data.len() }) }
    }
}
