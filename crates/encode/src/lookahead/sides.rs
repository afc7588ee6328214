//! What open frames cost from the frames on their sides, found side by side.

use std::sync::Arc;

use super::Lookahead;
use super::prediction::{TwoSided, two_sided_costs};
use crate::crew::side_by_side;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::kernels::Kernels;
use crate::motion::{HalfVector, MotionField, search_motion};

/// An open frame by its position, and the frames that it shall be predicted from, by number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    position: usize,
    earlier: u64,
    later: Option<u64>,
}

impl Sides {
    pub(super) fn one(position: usize, earlier: u64) -> Self {
        Self { position, earlier, later: None }
    }

    pub(super) fn two(position: usize, [earlier, later]: [u64; 2]) -> Self {
        Self { position, earlier, later: Some(later) }
    }
}

impl<T> Lookahead<T> {
    /// Makes sure that the motion of open frames against others is known, while their pictures are. Gives the blocks of
    /// each between two frames. A frame may be asked for once only.
    pub(super) fn look_at(&mut self, wanted: &[Sides]) -> Vec<Option<Vec<TwoSided>>> {
        let tasks: Vec<SideTask> = wanted.iter().map(|sides| self.side_task(sides)).collect();
        let idle = |task: &SideTask| task.later.is_none() && task.missing().next().is_none();
        // What takes no time is not worth another thread.
        let crew = self.crew.as_ref().filter(|_| tasks.iter().filter(|task| !idle(task)).count() > 1);
        let done = side_by_side(crew, tasks.into_iter().map(|task| move || task.run()).collect());
        let each = wanted.iter().zip(done);
        each.map(|(sides, (fields, blocks))| {
            self.open[sides.position].analysis.fields = fields;
            blocks
        })
        .collect()
    }

    fn side_task(&self, sides: &Sides) -> SideTask {
        let frame = &self.open[sides.position];
        let side = |reference: u64| {
            let distance = frame.display_index as i64 - reference as i64;
            Some(Side { distance, picture: Arc::clone(self.picture(reference)?) })
        };
        SideTask {
            source: self.picture(frame.display_index).cloned(),
            fields: frame.analysis.fields.clone(),
            earlier: side(sides.earlier),
            later: sides.later.map(side),
            grid: self.grid,
            weighted: self.config.weighted_prediction,
            kernels: Arc::clone(&self.kernels),
        }
    }
}

/// A frame to predict from.
struct Side {
    /// By how many frames it is earlier.
    distance: i64,
    picture: Arc<HalfPicture>,
}

type Fields = Vec<(i64, Arc<MotionField>)>;

/// All that is needed to look at one frame; any thread may do it.
struct SideTask {
    /// `None` when the picture is not kept any more, as with the sides.
    source: Option<Arc<HalfPicture>>,
    /// Motion that is known.
    fields: Fields,
    earlier: Option<Side>,
    /// `None` when there is but one side.
    later: Option<Option<Side>>,
    grid: BlockGrid,
    weighted: bool,
    kernels: Arc<Kernels>,
}

impl SideTask {
    /// The sides against which motion is not known.
    fn missing(&self) -> impl Iterator<Item = &Side> {
        let sides = self.earlier.iter().chain(self.later.iter().flatten());
        sides.filter(|side| field(&self.fields, side.distance).is_none())
    }

    fn run(mut self) -> (Fields, Option<Vec<TwoSided>>) {
        let Some(source) = self.source.take() else { return (self.fields, None) };
        let mut fields = self.fields.clone();
        for side in self.missing() {
            let hint = hint(&fields, side.distance);
            let mut found = search_motion(source.whole(), &side.picture, self.grid, &hint, &self.kernels);
            if self.weighted {
                found = found.or_in_other_light(&source, &side.picture, self.grid, &self.kernels);
            }
            fields.push((side.distance, Arc::new(found)));
        }
        let sides = self.earlier.as_ref().zip(self.later.as_ref().and_then(Option::as_ref));
        let blocks = sides.and_then(|(earlier, later)| {
            let known = [field(&fields, earlier.distance)?, field(&fields, later.distance)?];
            let pictures = [&*earlier.picture, &*later.picture];
            Some(two_sided_costs(&source, pictures, known, self.grid, &self.kernels))
        });
        (fields, blocks)
    }
}

fn field(fields: &Fields, distance: i64) -> Option<&MotionField> {
    fields.iter().find(|(known, _)| *known == distance).map(|(_, field)| &**field)
}

/// Motion against a frame as the nearest motion that is known lets expect it: it goes on at about the speed it has.
fn hint(fields: &Fields, distance: i64) -> Vec<HalfVector> {
    let nearest = fields.iter().min_by_key(|(known, _)| (known - distance).abs());
    nearest.map_or_else(Vec::new, |(known, field)| {
        let scale = |component: i16| (i64::from(component) * distance / known).clamp(-192, 192) as i16;
        field.vectors.iter().map(|vector| HalfVector { x: scale(vector.x), y: scale(vector.y) }).collect()
    })
}
