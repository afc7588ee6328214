//! The H.264 encoder.

mod analysis;
mod attempt;
mod bins;
mod coded_rows;
mod config;
mod deblock;
mod decode_clock;
mod direct_choice;
mod edge_strength;
mod effort;
mod encoder;
mod entropy;
mod error;
mod frame_coder;
mod hrd;
mod implicit_weights;
mod intra_prediction;
mod level_choice;
mod list_order;
mod low_latency;
mod macroblock;
mod motion_cost;
mod motion_search;
mod neighbours;
mod picture;
mod picture_report;
mod picture_timing;
mod psychovisual;
mod quality_metrics;
mod rate;
mod rate_config;
mod reconstruction;
mod recorded_row;
mod reference;
mod reference_buffer;
mod residual;
mod row_budget;
mod row_coder;
mod row_finisher;
mod saving;
mod sequencer;
mod sizing;
mod slice;
mod slice_writer;
mod source;
mod stream;
mod sub_partition;
mod tables;
mod temporal_direct;
mod temporal_layers;
mod trellis;
mod weights;
mod worker;
mod write_cabac;
mod write_cabac_residual;
mod write_cavlc;

pub use config::{
    DirectPrediction, EncodedFrame, EncoderConfig, EntropyMode, FieldOrder, FrameInput, SliceKind, Update,
    VideoSignal,
};
pub use effort::{MAX_EFFORT, MAX_LOOKAHEAD};
pub use encoder::Encoder;
pub use error::Error;
pub use rate_config::{DataRateLimit, DecoderBuffer, RateControl, RateLimits};
pub use temporal_layers::BaseLayer;
pub use vitascope_encode::{FrameKind, FrameRecord};
