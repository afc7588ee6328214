//! Which way to derive motion suits the B pictures of a stream: from neighbours or from the picture after. Some macroblocks
//! of each picture are predicted in both ways, and later pictures take the one that has come nearer to the source.

use std::collections::VecDeque;
use std::ops::AddAssign;

use super::config::DirectPrediction;
use super::rate::RATE_DELAY;
use super::temporal_direct::{DirectPlan, TemporalDirect};

/// How far the two predictions of some of a picture's macroblocks lie from the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DirectDifferences {
    pub(crate) spatial: u64,
    pub(crate) temporal: u64,
}

impl AddAssign for DirectDifferences {
    fn add_assign(&mut self, other: Self) {
        self.spatial += other.spatial;
        self.temporal += other.temporal;
    }
}

/// Whether a macroblock is among those that are predicted in both ways: one of four.
pub(crate) fn is_sample((x, y): (usize, usize)) -> bool {
    (x + 2 * y) % 4 == 0
}

/// Chooses for each B picture.
#[derive(Debug)]
pub(crate) struct DirectChoice {
    wanted: DirectPrediction,
    /// Both ways are compared.
    compares: bool,
    classes: [Balance; CLASSES],
    /// Coded pictures that do not count yet, by place in coding order.
    waiting: VecDeque<(u64, usize, DirectDifferences)>,
}

/// What one class of pictures has shown, newer pictures counting for more.
#[derive(Clone, Copy, Debug, Default)]
struct Balance {
    spatial: u64,
    temporal: u64,
}

/// References among B pictures, those whose picture after is such a one, and the rest: distances and what lies after
/// them differ.
const CLASSES: usize = 3;

/// What stays of the balance with each picture, in quarters.
const MEMORY: u64 = 3;

impl DirectChoice {
    /// `compares`: the effort has the choice, where it is left open.
    pub(crate) fn new(wanted: DirectPrediction, compares: bool) -> Self {
        Self {
            wanted,
            compares: compares && wanted == DirectPrediction::Automatic,
            classes: [Balance::default(); CLASSES],
            waiting: VecDeque::new(),
        }
    }

    /// What the picture at a place in coding order does, given what [`TemporalDirect::new`] has for it. Only pictures count
    /// that are coded by now at any number of threads.
    pub(crate) fn plan(
        &mut self,
        coding_index: u64,
        class: usize,
        temporal: impl FnOnce() -> Option<TemporalDirect>,
    ) -> DirectPlan {
        let noted = self.compares || self.wanted == DirectPrediction::Temporal;
        let temporal = if noted { temporal() } else { None };
        let preferred = match self.wanted {
            DirectPrediction::Automatic => self.prefers_temporal(coding_index, class),
            wanted => wanted == DirectPrediction::Temporal,
        };
        DirectPlan { spatial: !preferred || temporal.is_none(), temporal, compares: self.compares, noted }
    }

    /// Class of a B picture: whether it is a reference, and how many pictures it has in list 1.
    pub(crate) fn class(is_reference: bool, after: usize) -> usize {
        match (is_reference, after) {
            (true, _) => 0,
            (false, 2..) => 1,
            _ => 2,
        }
    }

    fn prefers_temporal(&mut self, coding_index: u64, class: usize) -> bool {
        while let Some(&(index, class, seen)) = self.waiting.front()
            && index + (RATE_DELAY as u64) < coding_index
        {
            let balance = &mut self.classes[class];
            balance.spatial = balance.spatial * MEMORY / 4 + seen.spatial;
            balance.temporal = balance.temporal * MEMORY / 4 + seen.temporal;
            self.waiting.pop_front();
        }
        let Balance { spatial, temporal } = self.classes[class];
        temporal < spatial
    }

    /// A picture is coded. In coding order.
    pub(crate) fn finish(&mut self, coding_index: u64, class: usize, seen: DirectDifferences) {
        if seen != DirectDifferences::default() {
            self.waiting.push_back((coding_index, class, seen));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_coded_long_before_count() {
        let mut choice = DirectChoice::new(DirectPrediction::Automatic, true);
        let temporal = DirectDifferences { spatial: 200, temporal: 100 };
        let spatial = DirectDifferences { spatial: 100, temporal: 150 };
        assert!(!choice.prefers_temporal(0, 0));
        choice.finish(1, 0, temporal);
        assert!(!choice.prefers_temporal(1 + RATE_DELAY as u64, 0));
        assert!(choice.prefers_temporal(2 + RATE_DELAY as u64, 0));
        assert!(!choice.prefers_temporal(2 + RATE_DELAY as u64, 1));
        (2..9).for_each(|index| choice.finish(index, 0, spatial));
        assert!(!choice.prefers_temporal(20, 0));
    }
}
