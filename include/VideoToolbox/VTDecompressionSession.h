/* Sessions that decode. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTDECOMPRESSIONSESSION_H
#define VITASCOPE_VIDEOTOOLBOX_VTDECOMPRESSIONSESSION_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>
#include <VideoToolbox/VTSession.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueVTDecompressionSession *VTDecompressionSessionRef;

/* Gets the output of each frame, from any thread. */
typedef void (*VTDecompressionOutputCallback)(
    void *decompressionOutputRefCon, void *sourceFrameRefCon, OSStatus status, VTDecodeInfoFlags infoFlags,
    CVImageBufferRef imageBuffer, CMTime presentationTimeStamp, CMTime presentationDuration);
/* Gets the output of each frame of several images, from any thread. */
typedef void (*VTDecompressionOutputMultiImageCallback)(
    void *decompressionOutputMultiImageRefCon, void *sourceFrameRefCon, OSStatus status, VTDecodeInfoFlags infoFlags,
    CMTaggedBufferGroupRef taggedBufferGroup, CMTime presentationTimeStamp, CMTime presentationDuration);
#if defined(__BLOCKS__)
typedef void (^VTDecompressionMultiImageCapableOutputHandler)(
    OSStatus status, VTDecodeInfoFlags infoFlags, CVImageBufferRef imageBuffer, CMTaggedBufferGroupRef taggedBufferGroup,
    CMTime presentationTimeStamp, CMTime presentationDuration);
typedef void (^VTDecompressionOutputHandler)(
    OSStatus status, VTDecodeInfoFlags infoFlags, CVImageBufferRef imageBuffer, CMTime presentationTimeStamp,
    CMTime presentationDuration);
#endif

/* Aligned to 4. */
#pragma pack(push, 4)
typedef struct VTDecompressionOutputCallbackRecord {
    VTDecompressionOutputCallback decompressionOutputCallback;
    void *decompressionOutputRefCon;
} VTDecompressionOutputCallbackRecord;
#pragma pack(pop)

/* generated from docs/c-symbols.tsv: begin */

/* Whether the session can go on with another format. */
CF_EXPORT Boolean VTDecompressionSessionCanAcceptFormatDescription(VTDecompressionSessionRef session, CMFormatDescriptionRef newFormatDesc);

/* A black picture as the session would decode it. */
CF_EXPORT OSStatus VTDecompressionSessionCopyBlackPixelBuffer(VTDecompressionSessionRef session, CVPixelBufferRef *pixelBufferOut);

/* A session that decodes: fails with kVTCouldNotFindVideoDecoderErr, as there is no decoder yet. */
CF_EXPORT OSStatus VTDecompressionSessionCreate(CFAllocatorRef allocator, CMVideoFormatDescriptionRef videoFormatDescription, CFDictionaryRef videoDecoderSpecification, CFDictionaryRef destinationImageBufferAttributes, const VTDecompressionOutputCallbackRecord *outputCallback, VTDecompressionSessionRef *decompressionSessionOut);

/* Gives a frame to decode. */
CF_EXPORT OSStatus VTDecompressionSessionDecodeFrame(VTDecompressionSessionRef session, CMSampleBufferRef sampleBuffer, VTDecodeFrameFlags decodeFlags, void *sourceFrameRefCon, VTDecodeInfoFlags *infoFlagsOut);

/* Gives a frame to decode, with options. */
CF_EXPORT OSStatus VTDecompressionSessionDecodeFrameWithOptions(VTDecompressionSessionRef session, CMSampleBufferRef sampleBuffer, VTDecodeFrameFlags decodeFlags, CFDictionaryRef frameOptions, void *sourceFrameRefCon, VTDecodeInfoFlags *infoFlagsOut);

/* Makes the session give out the frames that it holds back. */
CF_EXPORT OSStatus VTDecompressionSessionFinishDelayedFrames(VTDecompressionSessionRef session);

/* The type number of decompression sessions. */
CF_EXPORT CFTypeID VTDecompressionSessionGetTypeID(void);

/* Stops a session. NULL is left alone. */
CF_EXPORT void VTDecompressionSessionInvalidate(VTDecompressionSessionRef session);

/* Sets the callback that takes several images. */
CF_EXPORT OSStatus VTDecompressionSessionSetMultiImageCallback(VTDecompressionSessionRef decompressionSession, VTDecompressionOutputMultiImageCallback outputMultiImageCallback, void *outputMultiImageRefcon);

/* Waits for all frames. */
CF_EXPORT OSStatus VTDecompressionSessionWaitForAsynchronousFrames(VTDecompressionSessionRef session);

/* Whether a codec is decoded in hardware: never. */
CF_EXPORT Boolean VTIsHardwareDecodeSupported(CMVideoCodecType codecType);

/* Whether stereo pictures can be decoded from MV-HEVC: not yet. */
CF_EXPORT Boolean VTIsStereoMVHEVCDecodeSupported(void);

#if defined(__BLOCKS__)

/* Gives a frame to decode, with a block for its output that also takes several images. */
CF_EXPORT OSStatus VTDecompressionSessionDecodeFrameWithMultiImageCapableOutputHandler(VTDecompressionSessionRef session, CMSampleBufferRef sampleBuffer, VTDecodeFrameFlags decodeFlags, VTDecodeInfoFlags *infoFlagsOut, VTDecompressionMultiImageCapableOutputHandler multiImageCapableOutputHandler);

/* Gives a frame to decode, with options and a block for its output. */
CF_EXPORT OSStatus VTDecompressionSessionDecodeFrameWithOptionsAndOutputHandler(VTDecompressionSessionRef session, CMSampleBufferRef sampleBuffer, VTDecodeFrameFlags decodeFlags, CFDictionaryRef frameOptions, VTDecodeInfoFlags *infoFlagsOut, VTDecompressionOutputHandler outputHandler);

/* Gives a frame to decode, with a block for its output. */
CF_EXPORT OSStatus VTDecompressionSessionDecodeFrameWithOutputHandler(VTDecompressionSessionRef session, CMSampleBufferRef sampleBuffer, VTDecodeFrameFlags decodeFlags, VTDecodeInfoFlags *infoFlagsOut, VTDecompressionOutputHandler outputHandler);

#endif

/* generated: end */

CF_EXTERN_C_END

#endif
