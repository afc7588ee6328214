#![forbid(unsafe_code)]
//! What the video encoders share: lookahead, rate control and picture storage.
