/* Samples of a medium with format, timing and attachments. */

#ifndef VITASCOPE_COREMEDIA_CMSAMPLEBUFFER_H
#define VITASCOPE_COREMEDIA_CMSAMPLEBUFFER_H

#include <CoreMedia/CMAttachment.h>
#include <CoreMedia/CMBlockBuffer.h>
#include <CoreMedia/CMFormatDescription.h>
#include <CoreMedia/CMTimeRange.h>

CF_EXTERN_C_BEGIN

typedef struct opaqueCMSampleBuffer *CMSampleBufferRef;

typedef struct CMSampleTimingInfo {
    CMTime duration;
    CMTime presentationTimeStamp;
    CMTime decodeTimeStamp;
} CMSampleTimingInfo;

typedef OSStatus (*CMSampleBufferMakeDataReadyCallback)(CMSampleBufferRef sbuf, void *makeDataReadyRefcon);
typedef void (*CMSampleBufferInvalidateCallback)(CMSampleBufferRef sbuf, uint64_t invalidateRefCon);
#if defined(__BLOCKS__)
typedef OSStatus (^CMSampleBufferMakeDataReadyHandler)(CMSampleBufferRef sbuf);
typedef void (^CMSampleBufferInvalidateHandler)(CMSampleBufferRef sbuf);
#endif

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMSampleBufferError_AllocationFailed = -12730,
    kCMSampleBufferError_AlreadyHasDataBuffer = -12732,
    kCMSampleBufferError_ArrayTooSmall = -12737,
    kCMSampleBufferError_BufferHasNoSampleSizes = -12735,
    kCMSampleBufferError_BufferHasNoSampleTimingInfo = -12736,
    kCMSampleBufferError_BufferNotReady = -12733,
    kCMSampleBufferError_CannotSubdivide = -12739,
    kCMSampleBufferError_DataCanceled = -16751,
    kCMSampleBufferError_DataFailed = -16750,
    kCMSampleBufferError_InvalidEntryCount = -12738,
    kCMSampleBufferError_InvalidMediaFormat = -12743,
    kCMSampleBufferError_InvalidMediaTypeForOperation = -12741,
    kCMSampleBufferError_InvalidSampleData = -12742,
    kCMSampleBufferError_Invalidated = -12744,
    kCMSampleBufferError_RequiredParameterMissing = -12731,
    kCMSampleBufferError_SampleIndexOutOfRange = -12734,
    kCMSampleBufferError_SampleTimingInfoInvalid = -12740,
    kCMSampleBufferFlag_AudioBufferList_Assure16ByteAlignment = 1
};

CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_ConstraintIndicatorFlags;
CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_LevelIndex;
CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_ProfileCompatibilityFlags;
CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_ProfileIndex;
CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_ProfileSpace;
CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_TemporalLevel;
CF_EXPORT const CFStringRef kCMHEVCTemporalLevelInfoKey_TierFlag;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_AudioIndependentSampleDecoderRefreshCount;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_CryptorSubsampleAuxiliaryData;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_DependsOnOthers;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_DisplayImmediately;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_DoNotDisplay;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_EarlierDisplayTimesAllowed;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_HDR10PlusPerFrameData;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_HEVCStepwiseTemporalSubLayerAccess;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_HEVCSyncSampleNALUnitType;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_HEVCTemporalLevelInfo;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_HEVCTemporalSubLayerAccess;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_HasRedundantCoding;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_IsDependedOnByOthers;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_NotSync;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_PartialSync;
CF_EXPORT const CFStringRef kCMSampleAttachmentKey_PostDecodeProcessingMetadata;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_CameraIntrinsicMatrix;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_DisplayEmptyMediaImmediately;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_DrainAfterDecoding;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_DroppedFrameReason;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_DroppedFrameReasonInfo;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_EmptyMedia;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_EndsPreviousSampleDuration;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_FillDiscontinuitiesWithSilence;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_ForceKeyFrame;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_GradualDecoderRefresh;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_PermanentEmptyMedia;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_PostNotificationWhenConsumed;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_ResetDecoderBeforeDecoding;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_ResumeOutput;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_Reverse;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_SampleReferenceByteOffset;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_SampleReferenceURL;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_SpeedMultiplier;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_StillImageLensStabilizationInfo;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_TransitionID;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_TrimDurationAtEnd;
CF_EXPORT const CFStringRef kCMSampleBufferAttachmentKey_TrimDurationAtStart;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotificationParameter_MaxUpcomingOutputPTS;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotificationParameter_MinUpcomingOutputPTS;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotificationParameter_ResumeTag;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotificationParameter_UpcomingOutputPTSRangeMayOverlapQueuedOutputPTSRange;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotification_InhibitOutputUntil;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotification_ResetOutput;
CF_EXPORT const CFStringRef kCMSampleBufferConduitNotification_UpcomingOutputPTSRangeChanged;
CF_EXPORT const CFStringRef kCMSampleBufferConsumerNotification_BufferConsumed;
CF_EXPORT const CFStringRef kCMSampleBufferDroppedFrameReasonInfo_CameraModeSwitch;
CF_EXPORT const CFStringRef kCMSampleBufferDroppedFrameReason_Discontinuity;
CF_EXPORT const CFStringRef kCMSampleBufferDroppedFrameReason_FrameWasLate;
CF_EXPORT const CFStringRef kCMSampleBufferDroppedFrameReason_OutOfBuffers;
CF_EXPORT const CFStringRef kCMSampleBufferLensStabilizationInfo_Active;
CF_EXPORT const CFStringRef kCMSampleBufferLensStabilizationInfo_Off;
CF_EXPORT const CFStringRef kCMSampleBufferLensStabilizationInfo_OutOfRange;
CF_EXPORT const CFStringRef kCMSampleBufferLensStabilizationInfo_Unavailable;
CF_EXPORT const CFStringRef kCMSampleBufferNotificationParameter_OSStatus;
CF_EXPORT const CFStringRef kCMSampleBufferNotification_DataBecameReady;
CF_EXPORT const CFStringRef kCMSampleBufferNotification_DataFailed;
CF_EXPORT const CMSampleTimingInfo kCMTimingInfoInvalid;

/* Calls a function for a buffer of each single sample; the first status other than 0 ends it and is returned. */
CF_EXPORT OSStatus CMSampleBufferCallForEachSample(CMSampleBufferRef sbuf, OSStatus (*callback)(CMSampleBufferRef , CMItemCount, void *), void *refcon);

/* Some of the samples as a buffer of their own, which shares the data. */
CF_EXPORT OSStatus CMSampleBufferCopySampleBufferForRange(CFAllocatorRef allocator, CMSampleBufferRef sbuf, CFRange sampleRange, CMSampleBufferRef *sampleBufferOut);

/* A sample buffer. When the data is not ready, the callback supplies it on demand. */
CF_EXPORT OSStatus CMSampleBufferCreate(CFAllocatorRef allocator, CMBlockBufferRef dataBuffer, Boolean dataReady, CMSampleBufferMakeDataReadyCallback makeDataReadyCallback, void *makeDataReadyRefcon, CMFormatDescriptionRef formatDescription, CMItemCount numSamples, CMItemCount numSampleTimingEntries, const CMSampleTimingInfo *sampleTimingArray, CMItemCount numSampleSizeEntries, const size_t *sampleSizeArray, CMSampleBufferRef *sampleBufferOut);

/* Another buffer of the same samples, which shares the data. */
CF_EXPORT OSStatus CMSampleBufferCreateCopy(CFAllocatorRef allocator, CMSampleBufferRef sbuf, CMSampleBufferRef *sampleBufferOut);

/* Another buffer of the same samples with other timing. */
CF_EXPORT OSStatus CMSampleBufferCreateCopyWithNewTiming(CFAllocatorRef allocator, CMSampleBufferRef originalSBuf, CMItemCount numSampleTimingEntries, const CMSampleTimingInfo *sampleTimingArray, CMSampleBufferRef *sampleBufferOut);

/* A sample buffer of one image. When it is not ready, the callback draws it on demand. */
CF_EXPORT OSStatus CMSampleBufferCreateForImageBuffer(CFAllocatorRef allocator, CVImageBufferRef imageBuffer, Boolean dataReady, CMSampleBufferMakeDataReadyCallback makeDataReadyCallback, void *makeDataReadyRefcon, CMVideoFormatDescriptionRef formatDescription, const CMSampleTimingInfo *sampleTiming, CMSampleBufferRef *sampleBufferOut);

/* A sample buffer whose data is ready. */
CF_EXPORT OSStatus CMSampleBufferCreateReady(CFAllocatorRef allocator, CMBlockBufferRef dataBuffer, CMFormatDescriptionRef formatDescription, CMItemCount numSamples, CMItemCount numSampleTimingEntries, const CMSampleTimingInfo *sampleTimingArray, CMItemCount numSampleSizeEntries, const size_t *sampleSizeArray, CMSampleBufferRef *sampleBufferOut);

/* A sample buffer of one image that is ready. The format must be that of the image. */
CF_EXPORT OSStatus CMSampleBufferCreateReadyWithImageBuffer(CFAllocatorRef allocator, CVImageBufferRef imageBuffer, CMVideoFormatDescriptionRef formatDescription, const CMSampleTimingInfo *sampleTiming, CMSampleBufferRef *sampleBufferOut);

/* Whether the data is there. */
CF_EXPORT Boolean CMSampleBufferDataIsReady(CMSampleBufferRef sbuf);

/* The block buffer that holds the data, not retained; NULL when there is none. */
CF_EXPORT CMBlockBufferRef CMSampleBufferGetDataBuffer(CMSampleBufferRef sbuf);

/* When the earliest sample is decoded; invalid when that is the order of presentation. */
CF_EXPORT CMTime CMSampleBufferGetDecodeTimeStamp(CMSampleBufferRef sbuf);

/* How long all samples are shown. */
CF_EXPORT CMTime CMSampleBufferGetDuration(CMSampleBufferRef sbuf);

/* The format description, not retained; NULL when there is none. */
CF_EXPORT CMFormatDescriptionRef CMSampleBufferGetFormatDescription(CMSampleBufferRef sbuf);

/* The image, not retained; NULL when this holds none. */
CF_EXPORT CVImageBufferRef CMSampleBufferGetImageBuffer(CMSampleBufferRef sbuf);

/* The number of samples; 0 for NULL. */
CF_EXPORT CMItemCount CMSampleBufferGetNumSamples(CMSampleBufferRef sbuf);

/* The decode time, moved and stretched as the output is. */
CF_EXPORT CMTime CMSampleBufferGetOutputDecodeTimeStamp(CMSampleBufferRef sbuf);

/* The duration without what is trimmed, at the speed of the output. */
CF_EXPORT CMTime CMSampleBufferGetOutputDuration(CMSampleBufferRef sbuf);

/* When the output of the samples begins, after trimming. */
CF_EXPORT CMTime CMSampleBufferGetOutputPresentationTimeStamp(CMSampleBufferRef sbuf);

/* When each sample comes out, at the speed of the output. */
CF_EXPORT OSStatus CMSampleBufferGetOutputSampleTimingInfoArray(CMSampleBufferRef sbuf, CMItemCount timingArrayEntries, CMSampleTimingInfo *timingArrayOut, CMItemCount *timingArrayEntriesNeededOut);

/* When the earliest sample is shown. */
CF_EXPORT CMTime CMSampleBufferGetPresentationTimeStamp(CMSampleBufferRef sbuf);

/* One dictionary of attachments per sample, which may be changed in place; not retained. */
CF_EXPORT CFArrayRef CMSampleBufferGetSampleAttachmentsArray(CMSampleBufferRef sbuf, Boolean createIfNecessary);

/* Bytes of a sample; 0 when that is not known. */
CF_EXPORT size_t CMSampleBufferGetSampleSize(CMSampleBufferRef sbuf, CMItemIndex sampleIndex);

/* The sample sizes as they were given: none, one for all samples, or one each. */
CF_EXPORT OSStatus CMSampleBufferGetSampleSizeArray(CMSampleBufferRef sbuf, CMItemCount sizeArrayEntries, size_t *sizeArrayOut, CMItemCount *sizeArrayEntriesNeededOut);

/* When one sample is decoded and shown. */
CF_EXPORT OSStatus CMSampleBufferGetSampleTimingInfo(CMSampleBufferRef sbuf, CMItemIndex sampleIndex, CMSampleTimingInfo *timingInfoOut);

/* The timing entries as they were given: none, one for all samples, or one each. */
CF_EXPORT OSStatus CMSampleBufferGetSampleTimingInfoArray(CMSampleBufferRef sbuf, CMItemCount numSampleTimingEntries, CMSampleTimingInfo *timingArrayOut, CMItemCount *timingArrayEntriesNeededOut);

/* Bytes of all samples. */
CF_EXPORT size_t CMSampleBufferGetTotalSampleSize(CMSampleBufferRef sbuf);

/* The type number of sample buffers. */
CF_EXPORT CFTypeID CMSampleBufferGetTypeID(void);

/* Whether the data will never come, and the status of the failure. */
CF_EXPORT Boolean CMSampleBufferHasDataFailed(CMSampleBufferRef sbuf, OSStatus *statusOut);

/* Lets go of what the buffer holds, after calling its callback. */
CF_EXPORT OSStatus CMSampleBufferInvalidate(CMSampleBufferRef sbuf);

/* Whether the sample buffer was not invalidated. */
CF_EXPORT Boolean CMSampleBufferIsValid(CMSampleBufferRef sbuf);

/* Makes the data ready by the callback, unless it already is. */
CF_EXPORT OSStatus CMSampleBufferMakeDataReady(CMSampleBufferRef sbuf);

/* Supplies the data of a buffer that was made without. */
CF_EXPORT OSStatus CMSampleBufferSetDataBuffer(CMSampleBufferRef sbuf, CMBlockBufferRef dataBuffer);

/* Says that the data will never come, and why. */
CF_EXPORT OSStatus CMSampleBufferSetDataFailed(CMSampleBufferRef sbuf, OSStatus status);

/* Says that the data is there. */
CF_EXPORT OSStatus CMSampleBufferSetDataReady(CMSampleBufferRef sbuf);

/* Sets the callback that is told of the invalidation. */
CF_EXPORT OSStatus CMSampleBufferSetInvalidateCallback(CMSampleBufferRef sbuf, CMSampleBufferInvalidateCallback invalidateCallback, uint64_t invalidateRefCon);

/* Sets when the output begins; an invalid time makes it follow from the presentation time again. */
CF_EXPORT OSStatus CMSampleBufferSetOutputPresentationTimeStamp(CMSampleBufferRef sbuf, CMTime outputPresentationTimeStamp);

/* Makes the data readiness of another buffer that of this one. */
CF_EXPORT OSStatus CMSampleBufferTrackDataReadiness(CMSampleBufferRef sbuf, CMSampleBufferRef sampleBufferToTrack);

#if defined(__BLOCKS__)

/* Calls a block for a buffer of each single sample; the first status other than 0 ends it and is returned. */
CF_EXPORT OSStatus CMSampleBufferCallBlockForEachSample(CMSampleBufferRef sbuf, OSStatus (^handler)(CMSampleBufferRef , CMItemCount));

/* A sample buffer of one image. When it is not ready, the block draws it on demand. */
CF_EXPORT OSStatus CMSampleBufferCreateForImageBufferWithMakeDataReadyHandler(CFAllocatorRef allocator, CVImageBufferRef imageBuffer, Boolean dataReady, CMVideoFormatDescriptionRef formatDescription, const CMSampleTimingInfo *sampleTiming, CMSampleBufferRef *sampleBufferOut, CMSampleBufferMakeDataReadyHandler makeDataReadyHandler);

/* A sample buffer. When the data is not ready, the block supplies it on demand. */
CF_EXPORT OSStatus CMSampleBufferCreateWithMakeDataReadyHandler(CFAllocatorRef allocator, CMBlockBufferRef dataBuffer, Boolean dataReady, CMFormatDescriptionRef formatDescription, CMItemCount numSamples, CMItemCount numSampleTimingEntries, const CMSampleTimingInfo *sampleTimingArray, CMItemCount numSampleSizeEntries, const size_t *sampleSizeArray, CMSampleBufferRef *sampleBufferOut, CMSampleBufferMakeDataReadyHandler makeDataReadyHandler);

/* Sets the block that is told of the invalidation; NULL for none. */
CF_EXPORT OSStatus CMSampleBufferSetInvalidateHandler(CMSampleBufferRef sbuf, CMSampleBufferInvalidateHandler invalidateHandler);

#endif

/* generated: end */

CF_EXTERN_C_END

#endif
