#![forbid(unsafe_code)]
//! A video toolbox for every platform: compression sessions and pixel conversion.
pub use vitascope_container as container;
pub use vitascope_convert as convert;
pub use vitascope_core as core;
pub use vitascope_h264 as h264;
pub use vitascope_session as session;
