//! The platform's `OSStatus` numbers for Video Toolbox, each under the symbol it has there without the `kVT` and `Err`.
//!
//! This is the only place that holds them. [`crate::Error::status`] says which failure carries which; errors of pools, pixel
//! buffers and sample buffers pass through with the numbers that `vitascope_core` gives them.

/// Success.
pub const NO_ERROR: i32 = 0;

/// The key is unknown to the session and to its encoder.
#[doc(alias = "kVTPropertyNotSupportedErr")]
pub const PROPERTY_NOT_SUPPORTED: i32 = -12900;
/// The property cannot be set, or not any more.
#[doc(alias = "kVTPropertyReadOnlyErr")]
pub const PROPERTY_READ_ONLY: i32 = -12901;
/// An argument is of the wrong type or out of range.
#[doc(alias = "kVTParameterErr")]
pub const PARAMETER: i32 = -12902;
/// The session was invalidated.
#[doc(alias = "kVTInvalidSessionErr")]
pub const INVALID_SESSION: i32 = -12903;
/// Memory or a thread could not be had.
#[doc(alias = "kVTAllocationFailedErr")]
pub const ALLOCATION_FAILED: i32 = -12904;
/// No conversion between the pixel formats.
#[doc(alias = "kVTPixelTransferNotSupportedErr")]
pub const PIXEL_TRANSFER_NOT_SUPPORTED: i32 = -12905;
/// An encoder exists but could not be opened.
#[doc(alias = "kVTCouldNotCreateInstanceErr")]
pub const COULD_NOT_CREATE_INSTANCE: i32 = -12907;
/// No encoder for the codec and the encoder specification.
#[doc(alias = "kVTCouldNotFindVideoEncoderErr")]
pub const COULD_NOT_FIND_VIDEO_ENCODER: i32 = -12908;
/// A multi-pass storage belongs to another stream.
#[doc(alias = "kVTMultiPassStorageIdentifierMismatchErr")]
pub const MULTI_PASS_STORAGE_IDENTIFIER_MISMATCH: i32 = -12213;
/// A multi-pass storage is closed, damaged or cannot be written.
#[doc(alias = "kVTMultiPassStorageInvalidErr")]
pub const MULTI_PASS_STORAGE_INVALID: i32 = -12214;
/// A sample does not fit a frame silo by its time.
#[doc(alias = "kVTFrameSiloInvalidTimeStampErr")]
pub const FRAME_SILO_INVALID_TIME_STAMP: i32 = -12215;
/// Time ranges of a frame silo that are not numeric, overlap or are out of order.
#[doc(alias = "kVTFrameSiloInvalidTimeRangeErr")]
pub const FRAME_SILO_INVALID_TIME_RANGE: i32 = -12216;
/// Colours have to be converted that the source does not state.
#[doc(alias = "kVTInsufficientSourceColorDataErr")]
pub const INSUFFICIENT_SOURCE_COLOR_DATA: i32 = -12917;
/// The encoder broke; the session cannot go on.
#[doc(alias = "kVTVideoEncoderMalfunctionErr")]
pub const VIDEO_ENCODER_MALFUNCTION: i32 = -12912;
/// The session itself broke, for example because an output handler panicked.
#[doc(alias = "kVTSessionMalfunctionErr")]
pub const SESSION_MALFUNCTION: i32 = -17691;
