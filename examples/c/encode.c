/* Encodes a YUV4MPEG2 file (8-bit 4:2:0) as an H.264 elementary stream with start codes (Annex B).
 *
 *   encode INPUT.y4m OUTPUT.264 [BITS_PER_SECOND]
 *
 * Written as for an Apple platform: nothing here is particular to this library.
 */

#include "clip.h"

typedef struct {
    FILE *file;
    int frames;
    int failed;
} Output;

/* Called by the session for each frame, on a thread of its own. */
static void frame_encoded(
    void *context, void *frame_context, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Output *output = (Output *)context;
    (void)frame_context;
    if (status != noErr || sample == NULL || (flags & kVTEncodeInfo_FrameDropped) != 0 ||
        !annexb_write(output->file, sample)) {
        output->failed = 1;
        return;
    }
    output->frames++;
}

static CFDictionaryRef source_attributes(int width, int height) {
    int format = kCVPixelFormatType_420YpCbCr8Planar;
    const void *keys[3] = {kCVPixelBufferPixelFormatTypeKey, kCVPixelBufferWidthKey, kCVPixelBufferHeightKey};
    CFNumberRef values[3];
    values[0] = CFNumberCreate(kCFAllocatorDefault, kCFNumberSInt32Type, &format);
    values[1] = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &width);
    values[2] = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &height);
    CFDictionaryRef attributes = CFDictionaryCreate(
        kCFAllocatorDefault, keys, (const void **)values, 3, &kCFTypeDictionaryKeyCallBacks,
        &kCFTypeDictionaryValueCallBacks);
    for (int index = 0; index < 3; index++) {
        CFRelease(values[index]);
    }
    return attributes;
}

int main(int argc, char **argv) {
    int result = 1, frames = 0;
    Clip clip;
    Output output = {NULL, 0, 0};
    VTCompressionSessionRef session = NULL;
    if (argc < 3) {
        fprintf(stderr, "usage: %s INPUT.y4m OUTPUT.264 [BITS_PER_SECOND]\n", argv[0]);
        return 2;
    }
    output.file = fopen(argv[2], "wb");
    if (!clip_open(&clip, argv[1]) || output.file == NULL) {
        fprintf(stderr, "cannot read %s as 8-bit 4:2:0 YUV4MPEG2, or cannot write %s\n", argv[1], argv[2]);
        return 1;
    }

    CFDictionaryRef attributes = source_attributes(clip.width, clip.height);
    OSStatus status = VTCompressionSessionCreate(
        kCFAllocatorDefault, clip.width, clip.height, kCMVideoCodecType_H264, NULL, attributes, NULL, frame_encoded,
        &output, &session);
    CFRelease(attributes);
    if (status != noErr) {
        fprintf(stderr, "VTCompressionSessionCreate: %d\n", (int)status);
        return 1;
    }
    VTSessionSetProperty(session, kVTCompressionPropertyKey_ProfileLevel, kVTProfileLevel_H264_High_AutoLevel);
    VTSessionSetProperty(session, kVTCompressionPropertyKey_AllowFrameReordering, kCFBooleanFalse);
    set_number(session, kVTCompressionPropertyKey_ExpectedFrameRate, clip.rate / clip.scale);
    if (argc > 3) {
        set_number(session, kVTCompressionPropertyKey_AverageBitRate, atoi(argv[3]));
    }
    status = VTCompressionSessionPrepareToEncodeFrames(session);

    CVPixelBufferPoolRef pool = VTCompressionSessionGetPixelBufferPool(session);
    while (status == noErr) {
        CVPixelBufferRef buffer = NULL;
        status = CVPixelBufferPoolCreatePixelBuffer(kCFAllocatorDefault, pool, &buffer);
        if (status != noErr) {
            break;
        }
        if (!clip_read(&clip, buffer)) {
            CVPixelBufferRelease(buffer);
            break;
        }
        status = VTCompressionSessionEncodeFrame(
            session, buffer, clip_time(&clip, frames), clip_frame_duration(&clip), NULL, NULL, NULL);
        CVPixelBufferRelease(buffer);
        frames++;
    }
    if (status == noErr) {
        status = VTCompressionSessionCompleteFrames(session, kCMTimeInvalid);
    }
    VTCompressionSessionInvalidate(session);
    CFRelease(session);

    if (status != noErr) {
        fprintf(stderr, "encoding failed: %d\n", (int)status);
    } else if (output.failed || output.frames != frames) {
        fprintf(stderr, "%d of %d frames came out\n", output.frames, frames);
    } else {
        printf("%d frames\n", frames);
        result = 0;
    }
    fclose(clip.file);
    if (fclose(output.file) != 0) {
        result = 1;
    }
    return result;
}
