//! The string values of property keys, under the platform's names in Rust's spelling.

/// Frames accepted whose callback has not begun.
#[doc(alias = "kVTCompressionPropertyKey_NumberOfPendingFrames")]
pub const NUMBER_OF_PENDING_FRAMES: &str = "NumberOfPendingFrames";
/// Whether buffers of the session's pool reach the encoder without a conversion.
#[doc(alias = "kVTCompressionPropertyKey_PixelBufferPoolIsShared")]
pub const PIXEL_BUFFER_POOL_IS_SHARED: &str = "PixelBufferPoolIsShared";
/// The pixel buffer attributes that the encoder wants.
#[doc(alias = "kVTCompressionPropertyKey_VideoEncoderPixelBufferAttributes")]
pub const VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES: &str = "VideoEncoderPixelBufferAttributes";
/// The identifier of the encoder in use.
#[doc(alias = "kVTCompressionPropertyKey_EncoderID")]
pub const ENCODER_ID: &str = "EncoderID";
/// Whether the encoder in use counts as hardware.
#[doc(alias = "kVTCompressionPropertyKey_UsingHardwareAcceleratedVideoEncoder")]
pub const USING_HARDWARE_ACCELERATED_VIDEO_ENCODER: &str = "UsingHardwareAcceleratedVideoEncoder";
/// The greatest number of frames that the session may hold back.
#[doc(alias = "kVTCompressionPropertyKey_MaxFrameDelayCount")]
pub const MAX_FRAME_DELAY_COUNT: &str = "MaxFrameDelayCount";
/// Colour primaries of the stream.
#[doc(alias = "kVTCompressionPropertyKey_ColorPrimaries")]
pub const COLOR_PRIMARIES: &str = "ColorPrimaries";
/// Transfer function of the stream.
#[doc(alias = "kVTCompressionPropertyKey_TransferFunction")]
pub const TRANSFER_FUNCTION: &str = "TransferFunction";
/// Y'CbCr matrix of the stream.
#[doc(alias = "kVTCompressionPropertyKey_YCbCrMatrix")]
pub const YCBCR_MATRIX: &str = "YCbCrMatrix";
/// Width to height of a pixel.
#[doc(alias = "kVTCompressionPropertyKey_PixelAspectRatio")]
pub const PIXEL_ASPECT_RATIO: &str = "PixelAspectRatio";
/// The part of the picture that is meant to be seen.
#[doc(alias = "kVTCompressionPropertyKey_CleanAperture")]
pub const CLEAN_APERTURE: &str = "CleanAperture";
/// How frames of another size or pixel format are converted.
#[doc(alias = "kVTCompressionPropertyKey_PixelTransferProperties")]
pub const PIXEL_TRANSFER_PROPERTIES: &str = "PixelTransferProperties";
/// The greatest distance between sync frames, in frames.
#[doc(alias = "kVTCompressionPropertyKey_MaxKeyFrameInterval")]
pub const MAX_KEY_FRAME_INTERVAL: &str = "MaxKeyFrameInterval";
/// The greatest distance between sync frames, in seconds.
#[doc(alias = "kVTCompressionPropertyKey_MaxKeyFrameIntervalDuration")]
pub const MAX_KEY_FRAME_INTERVAL_DURATION: &str = "MaxKeyFrameIntervalDuration";
/// Whether frames may refer to other frames.
#[doc(alias = "kVTCompressionPropertyKey_AllowTemporalCompression")]
pub const ALLOW_TEMPORAL_COMPRESSION: &str = "AllowTemporalCompression";
/// Whether frames may be coded in another order than they are shown.
#[doc(alias = "kVTCompressionPropertyKey_AllowFrameReordering")]
pub const ALLOW_FRAME_REORDERING: &str = "AllowFrameReordering";
/// Whether frames may refer to others across a point at which decoding can begin.
#[doc(alias = "kVTCompressionPropertyKey_AllowOpenGOP")]
pub const ALLOW_OPEN_GOP: &str = "AllowOpenGOP";
/// The target in bits per second.
#[doc(alias = "kVTCompressionPropertyKey_AverageBitRate")]
pub const AVERAGE_BIT_RATE: &str = "AverageBitRate";
/// The target of constant quality, 0 to 1.
#[doc(alias = "kVTCompressionPropertyKey_Quality")]
pub const QUALITY: &str = "Quality";
/// Bytes in windows of time that are never exceeded.
#[doc(alias = "kVTCompressionPropertyKey_DataRateLimits")]
pub const DATA_RATE_LIMITS: &str = "DataRateLimits";
/// The rate of a stream that is padded to it, in bits per second.
#[doc(alias = "kVTCompressionPropertyKey_ConstantBitRate")]
pub const CONSTANT_BIT_RATE: &str = "ConstantBitRate";
/// The target of a stream that keeps to a decoder's buffer, in bits per second.
#[doc(alias = "kVTCompressionPropertyKey_VariableBitRate")]
pub const VARIABLE_BIT_RATE: &str = "VariableBitRate";
/// Bits per second that enter the decoder's buffer.
#[doc(alias = "kVTCompressionPropertyKey_VBVMaxBitRate")]
pub const VBV_MAX_BIT_RATE: &str = "VBVMaxBitRate";
/// Seconds that the decoder's buffer holds.
#[doc(alias = "kVTCompressionPropertyKey_VBVBufferDuration")]
pub const VBV_BUFFER_DURATION: &str = "VBVBufferDuration";
/// How full the decoder's buffer is at the start.
#[doc(alias = "kVTCompressionPropertyKey_VBVInitialDelayPercentage")]
pub const VBV_INITIAL_DELAY_PERCENTAGE: &str = "VBVInitialDelayPercentage";
/// The least QP.
#[doc(alias = "kVTCompressionPropertyKey_MinAllowedFrameQP")]
pub const MIN_ALLOWED_FRAME_QP: &str = "MinAllowedFrameQP";
/// The greatest QP.
#[doc(alias = "kVTCompressionPropertyKey_MaxAllowedFrameQP")]
pub const MAX_ALLOWED_FRAME_QP: &str = "MaxAllowedFrameQP";
/// Whether frames may come with a QP of their own.
#[doc(alias = "kVTCompressionPropertyKey_SupportsBaseFrameQP")]
pub const SUPPORTS_BASE_FRAME_QP: &str = "SupportsBaseFrameQP";
/// Whether another stream is put before this one.
#[doc(alias = "kVTCompressionPropertyKey_MoreFramesBeforeStart")]
pub const MORE_FRAMES_BEFORE_START: &str = "MoreFramesBeforeStart";
/// Whether another stream is put after this one.
#[doc(alias = "kVTCompressionPropertyKey_MoreFramesAfterEnd")]
pub const MORE_FRAMES_AFTER_END: &str = "MoreFramesAfterEnd";
/// Mean bytes of a coded frame, as far as the encoder can tell.
#[doc(alias = "kVTCompressionPropertyKey_EstimatedAverageBytesPerFrame")]
pub const ESTIMATED_AVERAGE_BYTES_PER_FRAME: &str = "kVTProCodecPropertyKey_AverageBytesPerFrame";
/// Frames per second to expect.
#[doc(alias = "kVTCompressionPropertyKey_ExpectedFrameRate")]
pub const EXPECTED_FRAME_RATE: &str = "ExpectedFrameRate";
/// Seconds of video to expect.
#[doc(alias = "kVTCompressionPropertyKey_ExpectedDuration")]
pub const EXPECTED_DURATION: &str = "ExpectedDuration";
/// Whether frames arrive by the wall clock.
#[doc(alias = "kVTCompressionPropertyKey_RealTime")]
pub const REAL_TIME: &str = "RealTime";
/// Profile and level of the stream.
#[doc(alias = "kVTCompressionPropertyKey_ProfileLevel")]
pub const PROFILE_LEVEL: &str = "ProfileLevel";
/// The entropy coder of an H.264 stream.
#[doc(alias = "kVTCompressionPropertyKey_H264EntropyMode")]
pub const H264_ENTROPY_MODE: &str = "H264EntropyMode";
/// The number of frames that will be given.
#[doc(alias = "kVTCompressionPropertyKey_SourceFrameCount")]
pub const SOURCE_FRAME_COUNT: &str = "SourceFrameCount";
/// What one pass leaves to the next.
#[doc(alias = "kVTCompressionPropertyKey_MultiPassStorage")]
pub const MULTI_PASS_STORAGE: &str = "MultiPassStorage";
/// The number of pictures that a picture may be predicted from.
#[doc(alias = "kVTCompressionPropertyKey_ReferenceBufferCount")]
pub const REFERENCE_BUFFER_COUNT: &str = "ReferenceBufferCount";
/// Whether samples carry the mean squared error of their picture.
#[doc(alias = "kVTCompressionPropertyKey_CalculateMeanSquaredError")]
pub const CALCULATE_MEAN_SQUARED_ERROR: &str = "CalculateMeanSquaredError";
/// The colour volume of the display that the stream was made on.
#[doc(alias = "kVTCompressionPropertyKey_MasteringDisplayColorVolume")]
pub const MASTERING_DISPLAY_COLOR_VOLUME: &str = "MasteringDisplayColorVolume";
/// The greatest light levels of the stream.
#[doc(alias = "kVTCompressionPropertyKey_ContentLightLevelInfo")]
pub const CONTENT_LIGHT_LEVEL_INFO: &str = "ContentLightLevelInfo";
/// Bits of a coded sample.
#[doc(alias = "kVTCompressionPropertyKey_OutputBitDepth")]
pub const OUTPUT_BIT_DEPTH: &str = "OutputBitDepth";
/// The exponent that the stream is marked with.
#[doc(alias = "kVTCompressionPropertyKey_GammaLevel")]
pub const GAMMA_LEVEL: &str = "GammaLevel";
/// Fields of a frame.
#[doc(alias = "kVTCompressionPropertyKey_FieldCount")]
pub const FIELD_COUNT: &str = "FieldCount";
/// Order of the fields of a frame.
#[doc(alias = "kVTCompressionPropertyKey_FieldDetail")]
pub const FIELD_DETAIL: &str = "FieldDetail";
/// The graphics processor that encodes.
#[doc(alias = "kVTCompressionPropertyKey_UsingGPURegistryID")]
pub const USING_GPU_REGISTRY_ID: &str = "UsingMetalRegistryID";
/// The greatest size of a slice.
#[doc(alias = "kVTCompressionPropertyKey_MaxH264SliceBytes")]
pub const MAX_H264_SLICE_BYTES: &str = "MaxH264SliceBytes";
/// The part of the frames that the temporal base layer has.
#[doc(alias = "kVTCompressionPropertyKey_BaseLayerFrameRateFraction")]
pub const BASE_LAYER_FRAME_RATE_FRACTION: &str = "BaseLayerFrameRateFraction";
/// The frames per second of the temporal base layer.
#[doc(alias = "kVTCompressionPropertyKey_BaseLayerFrameRate")]
pub const BASE_LAYER_FRAME_RATE: &str = "BaseLayerFrameRate";
/// The part of the bits that the temporal base layer has.
#[doc(alias = "kVTCompressionPropertyKey_BaseLayerBitRateFraction")]
pub const BASE_LAYER_BIT_RATE_FRACTION: &str = "BaseLayerBitRateFraction";
/// Whether frames become long-term references.
#[doc(alias = "kVTCompressionPropertyKey_EnableLTR")]
pub const ENABLE_LTR: &str = "EnableLTR";
/// Speed counts for more than quality.
#[doc(alias = "kVTCompressionPropertyKey_PrioritizeEncodingSpeedOverQuality")]
pub const PRIORITIZE_ENCODING_SPEED_OVER_QUALITY: &str = "PrioritizeEncodingSpeedOverQuality";
/// Little power counts for more than speed.
#[doc(alias = "kVTCompressionPropertyKey_MaximizePowerEfficiency")]
pub const MAXIMIZE_POWER_EFFICIENCY: &str = "MaximizePowerEfficiency";
/// Frames to look ahead.
#[doc(alias = "kVTCompressionPropertyKey_SuggestedLookAheadFrameCount")]
pub const SUGGESTED_LOOK_AHEAD_FRAME_COUNT: &str = "SuggestedLookAheadFrameCount";
/// Whether the quantiser follows the content of a picture.
#[doc(alias = "kVTCompressionPropertyKey_SpatialAdaptiveQPLevel")]
#[doc(alias = "kVTQPModulationLevel_Default")]
#[doc(alias = "kVTQPModulationLevel_Disable")]
pub const SPATIAL_ADAPTIVE_QP_LEVEL: &str = "SpatialAdaptiveQPLevel";
/// The presets and the properties that each stands for.
#[doc(alias = "kVTCompressionPropertyKey_SupportedPresetDictionaries")]
pub const SUPPORTED_PRESET_DICTIONARIES: &str = "SupportedPresetDictionaries";
/// Work to put into the stream, 0 to 10; an extension of this project.
pub const VITASCOPE_EFFORT: &str = "VitascopeEffort";
/// How much it counts that texture is kept, 0 to 4; an extension of this project.
pub const VITASCOPE_PSYCHOVISUAL_STRENGTH: &str = "VitascopePsychovisualStrength";
/// Whether luma alone is coded; an extension of this project.
pub const VITASCOPE_MONOCHROME: &str = "VitascopeMonochrome";
/// How B slices derive motion that is not sent; an extension of this project.
pub const VITASCOPE_DIRECT_PREDICTION: &str = "VitascopeDirectPrediction";
/// The most frames per second that come in real time.
#[doc(alias = "kVTCompressionPropertyKey_MaximumRealTimeFrameRate")]
pub const MAXIMUM_REAL_TIME_FRAME_RATE: &str = "MaximumRealTimeFrameRate";
/// Threads that code at a time; an extension of this project.
pub const VITASCOPE_THREAD_COUNT: &str = "VitascopeThreadCount";
/// Whether samples carry the MD5 of their reconstruction; an extension of this project.
pub const VITASCOPE_RECONSTRUCTION_HASH: &str = "VitascopeReconstructionHash";
