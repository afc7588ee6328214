//! The encoder: from pictures to NAL units.
