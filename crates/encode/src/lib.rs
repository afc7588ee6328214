//! What the video encoders share: the lookahead on half-size pictures (costs, scene cuts, adaptive
//! quantisation, importance propagation) and rate control.
//!
//! Nothing in here knows the syntax of a codec, starts a thread or does I/O. Decisions depend on the frames
//! and settings alone: integers, or floating point from plain arithmetic and the functions in [`math`].

#![forbid(unsafe_code)]

mod adaptive_quantisation;
mod crew;
mod error;
mod frame;
mod frame_record;
mod half_picture;
mod importance;
mod intra;
mod kernels;
mod key_frames;
pub mod light;
mod lookahead;
pub mod math;
mod motion;
pub mod rate_control;
mod scene_cut;

pub use crew::{Crew, Job};
pub use error::Error;
pub use frame::{FrameAhead, FrameCost, FrameInfo, FrameKind, LumaView, MotionVector, PlannedFrame};
pub use frame_record::FrameRecord;
pub use key_frames::KeyFrameLimits;
pub use lookahead::{Lookahead, LookaheadConfig, PictureAnalysis, PictureTurn};
pub use rate_control::{
    BufferLimit, CodedSize, LeastBits, LowLatencyFrame, LowLatencyPlan, LowLatencyRate, RateConfig,
    RateControl, RateFrame, RateMode, RatePlan, SizeLimits, WindowLimit,
};
