//! Which tools the coding loop uses.

use super::motion_search::SearchDepth;

/// Tools of the coding loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tools {
    /// Parts smaller than 16x16.
    pub(crate) partitions: bool,
    /// Search of whole macroblocks.
    pub(crate) search: SearchDepth,
    /// Search of whole macroblocks in references after the first.
    pub(crate) later_search: SearchDepth,
    /// Search of parts, which start close.
    pub(crate) part_search: SearchDepth,
    /// Levels are chosen by squared error and bits, where the entropy coder is CABAC.
    pub(crate) trellis: bool,
    /// Several divisions of a macroblock are coded and compared, not only the one that seems best.
    pub(crate) rd_modes: bool,
    /// Both transforms of inter macroblocks are coded and compared.
    pub(crate) rd_transform: bool,
    /// Halves of a macroblock are searched even where the quarters do not ask for them.
    pub(crate) all_partitions: bool,
    /// The middle one of several B pictures is a reference for the others.
    pub(crate) b_pyramid: bool,
    /// References of P pictures are weighted where the picture fades.
    pub(crate) weighted: bool,
}

impl Tools {
    pub(crate) const DEFAULT: Self = Self {
        partitions: true,
        search: SearchDepth { hexagon_steps: 4, half_rounds: 2, quarter_rounds: 2 },
        later_search: SearchDepth { hexagon_steps: 0, half_rounds: 1, quarter_rounds: 1 },
        part_search: SearchDepth { hexagon_steps: 2, half_rounds: 1, quarter_rounds: 2 },
        trellis: false,
        rd_modes: false,
        rd_transform: false,
        all_partitions: false,
        b_pyramid: false,
        weighted: false,
    };

    /// The tools of a pass that only measures: sizes grow by much the same part in all frames, in half the time.
    pub(crate) fn measuring(self) -> Self {
        let shallow = SearchDepth { hexagon_steps: 2, half_rounds: 1, quarter_rounds: 1 };
        let none = SearchDepth { hexagon_steps: 0, half_rounds: 0, quarter_rounds: 0 };
        Self {
            partitions: false,
            all_partitions: false,
            search: shallow,
            later_search: none,
            part_search: none,
            trellis: false,
            rd_modes: false,
            rd_transform: false,
            ..self
        }
    }
}
