//! Pictures that follow each other, measured on several threads at a time: the search for the motion of one follows that of
//! the one before, which it takes as a hint, row by row.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::picture::{PictureAnalyser, PictureAnalysis};
use crate::error::Error;
use crate::frame::LumaView;
use crate::half_picture::HalfPicture;
use crate::light::light_change;
use crate::motion::{HalfVector, MotionField, search_with_rows};

/// The turn of one picture to be measured, by itself and against the one whose turn came before.
///
/// Any thread may take it while others have theirs; who begins with one has begun with those before it, as it waits for them.
/// A turn that is dropped leaves the picture after it with nothing to be measured against.
#[derive(Debug)]
pub struct PictureTurn {
    analyser: PictureAnalyser,
    before: Option<Arc<Trail>>,
    own: OwnTrail,
    /// Whether motion is searched for; otherwise that is left to the lookahead.
    searches: bool,
    weighted: bool,
}

impl PictureTurn {
    /// The turn after `before`.
    pub(super) fn after(
        before: Option<Arc<Trail>>,
        analyser: PictureAnalyser,
        searches: bool,
        weighted: bool,
    ) -> Self {
        let own = OwnTrail(Arc::new(Trail::new(&analyser)));
        Self { analyser, before, own, searches, weighted }
    }

    /// What the next turn goes by.
    pub(super) fn trail(&self) -> &Arc<Trail> {
        &self.own.0
    }

    /// Measures the picture. The samples are not kept.
    ///
    /// # Errors
    /// The view is not of the lookahead's size.
    pub fn analyse(self, luma: LumaView<'_>) -> Result<PictureAnalysis, Error> {
        let picture = Arc::new(self.analyser.halve(luma, None)?);
        let _ = self.trail().picture.set(Some(Arc::clone(&picture)));
        let before = self.before.as_ref().filter(|_| self.searches);
        let forward = before.and_then(|before| {
            let previous = Arc::clone(before.picture.wait().as_ref()?);
            let field = self.search(&picture, &previous, before);
            Some((previous, field))
        });
        let analysis = self.analyser.measure(&picture);
        Ok(PictureAnalysis { picture, analysis, forward })
    }

    fn search(&self, picture: &HalfPicture, previous: &HalfPicture, before: &Trail) -> MotionField {
        let PictureAnalyser { grid, ref kernels, .. } = self.analyser;
        let change = self.weighted.then(|| light_change(&picture.means, &previous.means)).flatten();
        let mut growing = Vec::new();
        let found = |row: usize, vectors: &[HalfVector]| {
            // In another light vectors are not final yet.
            if change.is_none() {
                growing.extend_from_slice(vectors);
                if (row + 1).is_multiple_of(BAND) || row + 1 == grid.rows {
                    self.trail().put(row / BAND, std::mem::take(&mut growing));
                }
            }
        };
        let field = search_with_rows(picture.whole(), previous, grid, |row| before.row(row), kernels, found);
        let Some(change) = change else { return field };
        let field = field.or_in_light(&change, picture, previous, grid, kernels);
        for (band, vectors) in field.vectors.chunks(BAND * grid.columns).enumerate() {
            self.trail().put(band, vectors.to_vec());
        }
        field
    }
}

/// Rows of blocks whose vectors the next picture gets at once: threads that run at one speed shall not wake each other for
/// every row.
const BAND: usize = 4;

/// What is known of a picture to the one after it, while it is measured.
pub(super) struct Trail {
    /// `None` inside when its turn was dropped.
    picture: OnceLock<Option<Arc<HalfPicture>>>,
    /// Vectors of so many rows of blocks at a time; empty where there are none.
    bands: Vec<OnceLock<Vec<HalfVector>>>,
    columns: usize,
}

impl Trail {
    fn new(analyser: &PictureAnalyser) -> Self {
        let bands = (0..analyser.grid.rows.div_ceil(BAND)).map(|_| OnceLock::new()).collect();
        Self { picture: OnceLock::new(), bands, columns: analyser.grid.columns }
    }

    /// Of a picture that is measured, with the vectors found.
    pub(super) fn known(
        analyser: &PictureAnalyser,
        picture: &Arc<HalfPicture>,
        vectors: &[HalfVector],
    ) -> Self {
        let trail = Self::new(analyser);
        let _ = trail.picture.set(Some(Arc::clone(picture)));
        for (band, vectors) in vectors.chunks(BAND * trail.columns).enumerate() {
            trail.put(band, vectors.to_vec());
        }
        trail.close();
        trail
    }

    fn put(&self, band: usize, vectors: Vec<HalfVector>) {
        // Each is found once.
        let _ = self.bands[band].set(vectors);
    }

    /// Vectors of a row of blocks, waiting for them.
    fn row(&self, row: usize) -> &[HalfVector] {
        let first = row % BAND * self.columns;
        self.bands[row / BAND].wait().get(first..first + self.columns).unwrap_or(&[])
    }

    /// Nothing more will come.
    fn close(&self) {
        let _ = self.picture.set(None);
        for band in &self.bands {
            let _ = band.set(Vec::new());
        }
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trail").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// The trail that a turn makes, which ends with it.
#[derive(Debug)]
struct OwnTrail(Arc<Trail>);

impl Drop for OwnTrail {
    fn drop(&mut self) {
        self.0.close();
    }
}
