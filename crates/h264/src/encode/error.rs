//! What can go wrong with an encoder.

use vitascope_core::FourCc;

/// Errors of [`Encoder`](super::Encoder).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is outside its range.
    #[error("{name} is {value}; accepted: {accepted}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What would be accepted.
        accepted: String,
    },
    /// The buffer's pixel format is not taken.
    #[error("pixel format {0} cannot be encoded; accepted: 420v, 420f, y420, f420")]
    PixelFormat(FourCc),
    /// The buffer's size is not the encoder's.
    #[error("buffer of {width}x{height}; this encoder takes {expected_width}x{expected_height}")]
    BufferSize {
        /// Columns of the buffer.
        width: usize,
        /// Rows of the buffer.
        height: usize,
        /// Columns that the encoder was opened for.
        expected_width: usize,
        /// Rows that the encoder was opened for.
        expected_height: usize,
    },
    /// The buffer cannot be read now.
    #[error(transparent)]
    Buffer(#[from] vitascope_core::Error),
    /// The lookahead or the rate control refused a setting.
    #[error(transparent)]
    Planning(#[from] vitascope_encode::Error),
    /// A thread of the encoder failed earlier; the encoder is of no more use.
    #[error("the encoder failed on an earlier frame")]
    Broken,
}

impl Error {
    pub(crate) fn setting(name: &'static str, value: impl ToString, accepted: impl ToString) -> Self {
        Self::Setting { name, value: value.to_string(), accepted: accepted.to_string() }
    }
}
