//! What can be wrong with a stream's syntax.

/// Result with the syntax [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a structure could not be read, or must not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data ends too early or holds an impossible code.
    #[error(transparent)]
    Bits(#[from] vitascope_bits::Error),
    /// A syntax element outside the range that the standard, or a limit of ours, allows.
    #[error("{element} is {value} (accepted: {accepted})")]
    Range {
        /// Name of the syntax element in the standard.
        element: &'static str,
        /// Value found.
        value: i64,
        /// Accepted values.
        accepted: String,
    },
    /// A bit pattern that is no code word of its table.
    #[error("no code word of {element} at bit {position}")]
    Code {
        /// Name of the syntax element in the standard.
        element: &'static str,
        /// Where the code starts, in bits.
        position: usize,
    },
    /// A reference to a parameter set that has not been seen.
    #[error("{kind} parameter set {id} is referred to but has not been seen")]
    MissingParameterSet {
        /// `sequence` or `picture`.
        kind: &'static str,
        /// `seq_parameter_set_id` or `pic_parameter_set_id`.
        id: u8,
    },
    /// A NAL unit of another type than expected.
    #[error("NAL unit of type {found} where {expected} is expected")]
    NalUnitType {
        /// `nal_unit_type` found.
        found: u8,
        /// What was expected.
        expected: &'static str,
    },
}

impl Error {
    pub(crate) fn range(
        element: &'static str,
        value: impl Into<i64>,
        accepted: impl std::fmt::Display,
    ) -> Self {
        Self::Range { element, value: value.into(), accepted: accepted.to_string() }
    }
}

/// `value` when it lies in `range`.
pub(crate) fn within<T>(element: &'static str, value: T, range: std::ops::RangeInclusive<T>) -> Result<T>
where
    T: PartialOrd + Copy + Into<i64> + std::fmt::Display,
{
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(Error::range(element, value, format_args!("{}..={}", range.start(), range.end())))
    }
}
