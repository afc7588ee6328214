//! How the syntax puts a reference list in order.

use crate::syntax::ref_pic::ListModification;

/// How the syntax names a picture that a list is to contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PictureName {
    /// By its `frame_num`.
    Short(u32),
    /// By its LongTermFrameIdx.
    Long(usize),
}

/// Steps that make a list of these pictures in a picture of this `frame_num` (8.2.4.3).
pub(crate) fn steps(wanted: &[PictureName], frame_num: u32, max_frame_num: u32) -> Vec<ListModification> {
    let mut predicted = frame_num;
    let step = |name: &PictureName| match *name {
        PictureName::Long(index) => ListModification::LongTerm(index as u32),
        PictureName::Short(frame_num) => {
            // Modulo the wrapping number: either way round would do.
            let back = (predicted + max_frame_num - frame_num) % max_frame_num;
            predicted = frame_num;
            ListModification::Subtract((back + max_frame_num - 1) % max_frame_num)
        }
    };
    wanted.iter().map(step).collect()
}
