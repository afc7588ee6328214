//! How much work goes into a stream: one row of tools for each effort.

use super::motion_search::{Pattern, SearchDepth};

/// Greatest effort.
pub const MAX_EFFORT: u8 = 10;

/// Most frames to look ahead.
pub const MAX_LOOKAHEAD: u32 = 250;

/// Tools of the coding loop and of the plan before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tools {
    /// Reference pictures.
    pub(crate) references: u32,
    /// Frames looked ahead.
    pub(crate) lookahead: usize,
    /// Most B pictures in a row.
    pub(crate) b_frames: usize,
    /// Parts smaller than 16x16.
    pub(crate) partitions: bool,
    /// Parts only in P slices, and only where they promise to cost less than the whole.
    pub(crate) few_partitions: bool,
    /// Search of whole macroblocks.
    pub(crate) search: SearchDepth,
    /// Search of whole macroblocks in references after the first.
    pub(crate) later_search: SearchDepth,
    /// Search of parts, which start close.
    pub(crate) part_search: SearchDepth,
    /// Levels are chosen by squared error and bits.
    pub(crate) trellis: bool,
    /// The best predictions are coded and compared, as is the motion without a difference; otherwise the one that
    /// seems best is coded, once.
    pub(crate) trials: bool,
    /// Several divisions of a macroblock are coded and compared, not only the one that seems best.
    pub(crate) rd_modes: bool,
    /// Both transforms of inter macroblocks are coded and compared.
    pub(crate) rd_transform: bool,
    /// Halves of a macroblock are searched even where the quarters do not ask for them.
    pub(crate) all_partitions: bool,
    /// Quarters are divided into 8x4, 4x8 and 4x4 blocks.
    pub(crate) sub_partitions: bool,
    /// In which references parts are searched.
    pub(crate) part_references: PartReferences,
    /// Which vectors beside those found are coded, to refine them by what comes of it.
    pub(crate) rd_vectors: VectorTrials,
    /// Of two pictures that are averaged, the nearer one counts for more.
    pub(crate) implicit_weights: bool,
    /// B pictures derive motion from the picture after where that has come nearer than from neighbours.
    pub(crate) temporal_direct: bool,
    /// The middle one of several B pictures is a reference for the others.
    pub(crate) b_pyramid: bool,
    /// References of P pictures are weighted where the picture fades.
    pub(crate) weighted: bool,
}

/// In which references the parts of a P macroblock are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartReferences {
    /// In that of the whole macroblock.
    Whole,
    /// In those, too, where they are nearly as good at the place of the whole macroblock.
    Near,
    /// In all.
    All,
}

/// Which vectors a quarter sample away are coded, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VectorTrials {
    None,
    /// Those that seem about as good.
    Likely,
    /// All.
    All,
}

impl Tools {
    /// The tools of an effort, 0 to [`MAX_EFFORT`].
    pub(crate) fn at(effort: u8) -> Self {
        LEVELS[usize::from(effort.min(MAX_EFFORT))]
    }

    /// Whether a skipped macroblock without levels worth coding is compared with what a search finds; otherwise it is
    /// taken at once.
    pub(crate) fn doubts_skip(&self) -> bool {
        self.partitions && !self.few_partitions
    }

    /// The tools of a pass that only measures: sizes grow by much the same part in all frames, in half the time.
    pub(crate) fn measuring(self) -> Self {
        let shallow = depth(2, 1, 1);
        let none = depth(0, 0, 0);
        Self {
            partitions: false,
            all_partitions: false,
            sub_partitions: false,
            part_references: PartReferences::Whole,
            rd_vectors: VectorTrials::None,
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

/// A search's steps of the hexagon, rounds of half samples, rounds of quarter samples.
const fn depth(steps: u32, half_rounds: u32, quarter_rounds: u32) -> SearchDepth {
    SearchDepth { pattern: Pattern::Hexagon, rings: 0, steps, half_rounds, quarter_rounds }
}

/// A search's steps of the diamond, rounds of half samples, rounds of quarter samples.
const fn quick(steps: u32, half_rounds: u32, quarter_rounds: u32) -> SearchDepth {
    SearchDepth { pattern: Pattern::Diamond, rings: 0, steps, half_rounds, quarter_rounds }
}

/// The same that looks far around first.
const fn wide(steps: u32, half_rounds: u32, quarter_rounds: u32) -> SearchDepth {
    SearchDepth { rings: 4, ..depth(steps, half_rounds, quarter_rounds) }
}

const ONE: PartReferences = PartReferences::Whole;
const NEAR: PartReferences = PartReferences::Near;
const ALL: PartReferences = PartReferences::All;
const NONE: VectorTrials = VectorTrials::None;
const SOME: VectorTrials = VectorTrials::Likely;
const EACH: VectorTrials = VectorTrials::All;
const Y: bool = true;
const N: bool = false;

/// One row for each effort, in the columns of [`level`].
#[rustfmt::skip]
const LEVELS: [Tools; MAX_EFFORT as usize + 1] = [
    //    refer-  look-     B  parts few   whole macro-     later refer-    parts           trel-  tri-   RD     RD trans- all    B       fade    below   refs   RD      implicit temporal
    //    ences   ahead          parts blocks           ences                           lis    als    modes  form      parts  pyramid weights 8x8     a part vectors weights  direct
    level(1,      5,        2, N,    N,    quick(2, 1, 1),  quick(0, 0, 0), quick(0, 0, 0), N,     N,     N,     N,        N,     N,      N,      N,      ONE,     NONE,    N,        N), // 0
    level(1,      10,       3, N,    N,    quick(4, 1, 3),  quick(0, 0, 0), quick(0, 0, 0), N,     N,     N,     N,        N,     N,      N,      N,      ONE,     NONE,    N,        N), // 1
    level(1,      10,       3, Y,    Y,    quick(6, 1, 4),  quick(0, 0, 0), quick(1, 1, 1), N,     N,     N,     N,        N,     N,      Y,      N,      ONE,     NONE,    N,        N), // 2
    level(1,      20,       3, Y,    N,    quick(6, 1, 4),  quick(0, 0, 0), quick(1, 1, 1), N,     N,     N,     N,        N,     N,      Y,      N,      ONE,     NONE,    N,        Y), // 3
    level(1,      20,       3, Y,    N,    quick(6, 1, 4),  quick(0, 0, 0), quick(1, 1, 2), N,     N,     N,     N,        N,     N,      Y,      N,      ONE,     NONE,    N,        Y), // 4
    level(1,      20,       3, Y,    N,    quick(8, 1, 4),  quick(0, 0, 0), quick(2, 1, 3), N,     N,     N,     N,        N,     N,      Y,      N,      ONE,     NONE,    N,        Y), // 5
    level(2,      30,       3, Y,    N,    depth(6, 2, 2),  depth(0, 1, 1), depth(2, 1, 2), N,     Y,     N,     N,        N,     N,      Y,      N,      ONE,     NONE,    Y,        Y), // 6
    level(3,      40,       3, Y,    N,    wide(8, 2, 2),   depth(1, 1, 2), depth(2, 2, 2), Y,     Y,     Y,     Y,        N,     N,      Y,      N,      ONE,     NONE,    Y,        Y), // 7
    level(4,      40,       3, Y,    N,    wide(8, 2, 2),   depth(1, 1, 2), depth(2, 2, 2), Y,     Y,     Y,     Y,        Y,     Y,      Y,      Y,      NEAR,    SOME,    Y,        Y), // 8
    level(4,      50,       3, Y,    N,    wide(12, 3, 3),  depth(2, 2, 2), wide(4, 2, 3),  Y,     Y,     Y,     Y,        Y,     Y,      Y,      Y,      ALL,     EACH,    Y,        Y), // 9
    level(5,      60,       3, Y,    N,    wide(16, 4, 4),  depth(4, 2, 2), wide(6, 3, 3),  Y,     Y,     Y,     Y,        Y,     Y,      Y,      Y,      ALL,     EACH,    Y,        Y), // 10
];

#[rustfmt::skip]
#[allow(clippy::too_many_arguments, reason = "the columns of the table")]
const fn level(
    references: u32, lookahead: usize, b_frames: usize, partitions: bool, few_partitions: bool,
    search: SearchDepth, later_search: SearchDepth, part_search: SearchDepth,
    trellis: bool, trials: bool, rd_modes: bool, rd_transform: bool, all_partitions: bool, b_pyramid: bool,
    weighted: bool, sub_partitions: bool, part_references: PartReferences, rd_vectors: VectorTrials,
    implicit_weights: bool, temporal_direct: bool,
) -> Tools {
    Tools {
        references, lookahead, b_frames, partitions, few_partitions,
        search, later_search, part_search,
        trellis, trials, rd_modes, rd_transform, all_partitions, b_pyramid, weighted, sub_partitions,
        part_references, rd_vectors, implicit_weights, temporal_direct,
    }
}
