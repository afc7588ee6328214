/* Status numbers and flags. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTERRORS_H
#define VITASCOPE_VIDEOTOOLBOX_VTERRORS_H

#include <VideoToolbox/VTBase.h>

CF_EXTERN_C_BEGIN

typedef uint32_t VTDecodeFrameFlags;
typedef uint32_t VTDecodeInfoFlags;
typedef uint32_t VTEncodeInfoFlags;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kVTAllocationFailedErr = -12904,
    kVTColorCorrectionImageRotationFailedErr = -12219,
    kVTColorCorrectionPixelTransferFailedErr = -12212,
    kVTColorSyncTransformConvertFailedErr = -12919,
    kVTCouldNotCreateColorCorrectionDataErr = -12918,
    kVTCouldNotCreateInstanceErr = -12907,
    kVTCouldNotFindExtensionErr = -19510,
    kVTCouldNotFindTemporalFilterErr = -12217,
    kVTCouldNotFindVideoDecoderErr = -12906,
    kVTCouldNotFindVideoEncoderErr = -12908,
    kVTCouldNotOutputTaggedBufferGroupErr = -17699,
    kVTDecodeFrame_1xRealTimePlayback = 4,
    kVTDecodeFrame_DoNotOutputFrame = 2,
    kVTDecodeFrame_EnableAsynchronousDecompression = 1,
    kVTDecodeFrame_EnableTemporalProcessing = 8,
    kVTDecodeInfo_Asynchronous = 1,
    kVTDecodeInfo_FrameDropped = 2,
    kVTDecodeInfo_FrameInterrupted = 16,
    kVTDecodeInfo_ImageBufferModifiable = 4,
    kVTDecodeInfo_SkippedLeadingFrameDropped = 8,
    kVTEncodeInfo_Asynchronous = 1,
    kVTEncodeInfo_FrameDropped = 2,
    kVTExtensionConflictErr = -19511,
    kVTExtensionDisabledErr = -17697,
    kVTFormatDescriptionChangeNotSupportedErr = -12916,
    kVTFrameSiloInvalidTimeRangeErr = -12216,
    kVTFrameSiloInvalidTimeStampErr = -12215,
    kVTImageRotationNotSupportedErr = -12914,
    kVTInsufficientSourceColorDataErr = -12917,
    kVTInvalidSessionErr = -12903,
    kVTMultiPassStorageIdentifierMismatchErr = -12213,
    kVTMultiPassStorageInvalidErr = -12214,
    kVTParameterErr = -12902,
    kVTPixelRotationNotSupportedErr = -12914,
    kVTPixelTransferNotPermittedErr = -12218,
    kVTPixelTransferNotSupportedErr = -12905,
    kVTPropertyNotSupportedErr = -12900,
    kVTPropertyReadOnlyErr = -12901,
    kVTSessionMalfunctionErr = -17691,
    kVTVideoDecoderAuthorizationErr = -12210,
    kVTVideoDecoderBadDataErr = -12909,
    kVTVideoDecoderCallbackMessagingErr = -17695,
    kVTVideoDecoderMalfunctionErr = -12911,
    kVTVideoDecoderNeedsRosettaErr = -17692,
    kVTVideoDecoderNotAvailableNowErr = -12913,
    kVTVideoDecoderReferenceMissingErr = -17694,
    kVTVideoDecoderRemovedErr = -17690,
    kVTVideoDecoderUnknownErr = -17696,
    kVTVideoDecoderUnsupportedDataFormatErr = -12910,
    kVTVideoEncoderAuthorizationErr = -12211,
    kVTVideoEncoderAutoWhiteBalanceNotLockedErr = -19512,
    kVTVideoEncoderMVHEVCVideoLayerIDsMismatchErr = -17698,
    kVTVideoEncoderMalfunctionErr = -12912,
    kVTVideoEncoderNeedsRosettaErr = -17693,
    kVTVideoEncoderNotAvailableNowErr = -12915
};

/* generated: end */

CF_EXTERN_C_END

#endif
