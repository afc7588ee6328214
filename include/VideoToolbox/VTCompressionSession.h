/* Sessions that encode. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTCOMPRESSIONSESSION_H
#define VITASCOPE_VIDEOTOOLBOX_VTCOMPRESSIONSESSION_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>
#include <VideoToolbox/VTSession.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueVTCompressionSession *VTCompressionSessionRef;
typedef uint32_t VTCompressionSessionOptionFlags;

/* Gets the output of each frame, from any thread. The sample buffer is borrowed, and NULL when the frame was dropped or failed. */
typedef void (*VTCompressionOutputCallback)(
    void *outputCallbackRefCon, void *sourceFrameRefCon, OSStatus status, VTEncodeInfoFlags infoFlags,
    CMSampleBufferRef sampleBuffer);
#if defined(__BLOCKS__)
typedef void (^VTCompressionOutputHandler)(OSStatus status, VTEncodeInfoFlags infoFlags, CMSampleBufferRef sampleBuffer);
#endif

/* generated from docs/c-symbols.tsv: begin */

enum {
    kVTCompressionSessionBeginFinalPass = 1
};

CF_EXPORT const CFStringRef kVTVideoEncoderSpecification_EncoderID;

/* Begins a pass; the session has a multi-pass storage. kVTCompressionSessionBeginFinalPass says that no pass will follow. */
CF_EXPORT OSStatus VTCompressionSessionBeginPass(VTCompressionSessionRef session, VTCompressionSessionOptionFlags beginPassFlags, uint32_t *reserved);

/* Waits for the output of all frames up to a time; a time that is not numeric means all frames. */
CF_EXPORT OSStatus VTCompressionSessionCompleteFrames(VTCompressionSessionRef session, CMTime completeUntilPresentationTimeStamp);

/* A session that encodes. The callback may be NULL when every frame comes with its own handler. */
CF_EXPORT OSStatus VTCompressionSessionCreate(CFAllocatorRef allocator, int32_t width, int32_t height, CMVideoCodecType codecType, CFDictionaryRef encoderSpecification, CFDictionaryRef sourceImageBufferAttributes, CFAllocatorRef compressedDataAllocator, VTCompressionOutputCallback outputCallback, void *outputCallbackRefCon, VTCompressionSessionRef *compressionSessionOut);

/* Gives a frame; its output comes through the session's callback with the frame's context. */
CF_EXPORT OSStatus VTCompressionSessionEncodeFrame(VTCompressionSessionRef session, CVImageBufferRef imageBuffer, CMTime presentationTimeStamp, CMTime duration, CFDictionaryRef frameProperties, void *sourceFrameRefcon, VTEncodeInfoFlags *infoFlagsOut);

/* Gives the pictures of several layers: no encoder here has layers, so kVTVideoEncoderMVHEVCVideoLayerIDsMismatchErr. */
CF_EXPORT OSStatus VTCompressionSessionEncodeMultiImageFrame(VTCompressionSessionRef session, CMTaggedBufferGroupRef taggedBufferGroup, CMTime presentationTimeStamp, CMTime duration, CFDictionaryRef frameProperties, void *sourceFrameRefcon, VTEncodeInfoFlags *infoFlagsOut);

/* Ends a pass and says whether the encoder would like another one; without that address it need not look for one. */
CF_EXPORT OSStatus VTCompressionSessionEndPass(VTCompressionSessionRef session, Boolean *furtherPassesRequestedOut, uint32_t *reserved);

/* The pool of buffers to fill and give to the session, not retained; NULL after its invalidation. */
CF_EXPORT CVPixelBufferPoolRef VTCompressionSessionGetPixelBufferPool(VTCompressionSessionRef session);

/* The ranges of the frames to give in the next pass, which stay until that pass ends. */
CF_EXPORT OSStatus VTCompressionSessionGetTimeRangesForNextPass(VTCompressionSessionRef session, CMItemCount *timeRangeCountOut, const CMTimeRange **timeRangeArrayOut);

/* The type number of compression sessions. */
CF_EXPORT CFTypeID VTCompressionSessionGetTypeID(void);

/* Stops a session: no callback runs any more when this returns. NULL is left alone. */
CF_EXPORT void VTCompressionSessionInvalidate(VTCompressionSessionRef session);

/* Opens the encoder now rather than with the first frame. */
CF_EXPORT OSStatus VTCompressionSessionPrepareToEncodeFrames(VTCompressionSessionRef session);

/* Whether stereo pictures can be encoded as MV-HEVC: not yet. */
CF_EXPORT Boolean VTIsStereoMVHEVCEncodeSupported(void);

#if defined(__BLOCKS__)

/* Gives a frame with a block for its output, to a session that was made without callback. */
CF_EXPORT OSStatus VTCompressionSessionEncodeFrameWithOutputHandler(VTCompressionSessionRef session, CVImageBufferRef imageBuffer, CMTime presentationTimeStamp, CMTime duration, CFDictionaryRef frameProperties, VTEncodeInfoFlags *infoFlagsOut, VTCompressionOutputHandler outputHandler);

/* As VTCompressionSessionEncodeMultiImageFrame, with a block for the output. */
CF_EXPORT OSStatus VTCompressionSessionEncodeMultiImageFrameWithOutputHandler(VTCompressionSessionRef session, CMTaggedBufferGroupRef taggedBufferGroup, CMTime presentationTimeStamp, CMTime duration, CFDictionaryRef frameProperties, VTEncodeInfoFlags *infoFlagsOut, VTCompressionOutputHandler outputHandler);

#endif

/* generated: end */

CF_EXTERN_C_END

#endif
