//! What can be wrong with bytes from outside.

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why bits could not be read or a structure could not be taken apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data ends in the middle of a value.
    #[error("data ends at bit {available}, {wanted} bits wanted from bit {position}")]
    UnexpectedEnd {
        /// Where the value starts, in bits from the start of the data.
        position: usize,
        /// Length of the value in bits.
        wanted: usize,
        /// Length of the data in bits.
        available: usize,
    },
    /// An Exp-Golomb code with more than 32 leading zero bits.
    #[error("Exp-Golomb code at bit {position} has more than 32 leading zeros (value above 4294967294)")]
    ExpGolombTooLong {
        /// Where the code starts, in bits from the start of the data.
        position: usize,
    },
    /// A NAL unit length field that points past the end of the data.
    #[error("NAL unit at byte {position} claims {length} bytes, {available} are left")]
    NalUnitTooLong {
        /// Offset of the NAL unit's first byte.
        position: usize,
        /// Length that the prefix states.
        length: usize,
        /// Bytes left after the prefix.
        available: usize,
    },
    /// A NAL unit too long for its length field.
    #[error("NAL unit of {length} bytes does not fit a length field of {length_size} bytes")]
    LengthFieldTooSmall {
        /// Length of the NAL unit in bytes.
        length: usize,
        /// Size of the length field in bytes.
        length_size: usize,
    },
    /// A NAL unit length field of a size that does not exist.
    #[error("NAL unit length field of {0} bytes (1, 2 or 4 accepted)")]
    LengthSize(usize),
    /// A field of a decoder configuration record that is out of range.
    #[error("decoder configuration: {field} is {value} ({accepted} accepted)")]
    Configuration {
        /// Name of the field.
        field: &'static str,
        /// Value found.
        value: usize,
        /// Range or list of accepted values.
        accepted: &'static str,
    },
}
