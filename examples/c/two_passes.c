/* Encodes a file in as many passes as the encoder asks for, four at most: what one pass learns about the whole clip decides how
 * the next one spends its bits. Samples wait in a silo, where later passes replace those of earlier ones.
 *
 *   two_passes INPUT.y4m OUTPUT.264 BITS_PER_SECOND
 */

#include "clip.h"

/* No more than this, whatever the encoder would like. */
#define MOST_PASSES 4

typedef struct {
    VTFrameSiloRef silo;
    OSStatus status;
} Output;

static void frame_encoded(
    void *context, void *frame_context, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Output *output = (Output *)context;
    (void)frame_context;
    (void)flags;
    if (status == noErr && sample != NULL) {
        status = VTFrameSiloAddSampleBuffer(output->silo, sample);
    }
    if (status != noErr) {
        output->status = status;
    }
}

/* Gives the frames whose times lie in one of the ranges. */
static OSStatus encode_ranges(
    VTCompressionSessionRef session, Clip *clip, CVPixelBufferPoolRef pool, CMItemCount count, const CMTimeRange *ranges) {
    OSStatus status = noErr;
    char line[256];
    rewind(clip->file);
    if (fgets(line, sizeof line, clip->file) == NULL) {
        return kVTParameterErr;
    }
    for (int frame = 0; status == noErr; frame++) {
        CVPixelBufferRef buffer = NULL;
        status = CVPixelBufferPoolCreatePixelBuffer(kCFAllocatorDefault, pool, &buffer);
        if (status != noErr || !clip_read(clip, buffer)) {
            CVPixelBufferRelease(buffer);
            break;
        }
        CMTime time = clip_time(clip, frame);
        for (CMItemCount range = 0; range < count; range++) {
            if (CMTimeRangeContainsTime(ranges[range], time)) {
                status = VTCompressionSessionEncodeFrame(session, buffer, time, clip_frame_duration(clip), NULL, NULL, NULL);
            }
        }
        CVPixelBufferRelease(buffer);
    }
    return status == noErr ? VTCompressionSessionCompleteFrames(session, kCMTimeInvalid) : status;
}

typedef struct {
    FILE *file;
    int frames;
} Written;

static OSStatus write_sample(void *context, CMSampleBufferRef sample) {
    Written *written = (Written *)context;
    written->frames++;
    return annexb_write(written->file, sample) ? noErr : kVTParameterErr;
}

int main(int argc, char **argv) {
    Clip clip;
    if (argc < 4 || !clip_open(&clip, argv[1])) {
        fprintf(stderr, "usage: %s INPUT.y4m OUTPUT.264 BITS_PER_SECOND\n", argv[0]);
        return 2;
    }
    Written written = {fopen(argv[2], "wb"), 0};
    Output output = {NULL, noErr};
    VTCompressionSessionRef session = NULL;
    VTMultiPassStorageRef storage = NULL;
    int format = kCVPixelFormatType_420YpCbCr8Planar, passes = 0;
    const void *key = kCVPixelBufferPixelFormatTypeKey;
    CFNumberRef number = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &format);
    CFDictionaryRef attributes = CFDictionaryCreate(
        kCFAllocatorDefault, &key, (const void **)&number, 1, &kCFTypeDictionaryKeyCallBacks,
        &kCFTypeDictionaryValueCallBacks);
    OSStatus status = VTCompressionSessionCreate(
        kCFAllocatorDefault, clip.width, clip.height, kCMVideoCodecType_H264, NULL, attributes, NULL, frame_encoded, &output,
        &session);
    CFRelease(attributes);
    CFRelease(number);
    if (written.file == NULL || status != noErr) {
        fprintf(stderr, "the session cannot be had, or %s not be written: %d\n", argv[2], (int)status);
        return 1;
    }
    set_number(session, kVTCompressionPropertyKey_AverageBitRate, atoi(argv[3]));
    set_number(session, kVTCompressionPropertyKey_ExpectedFrameRate, clip.rate / clip.scale);

    /* The length is not known, so the ranges are invalid; both files are temporary ones. */
    status = VTMultiPassStorageCreate(kCFAllocatorDefault, NULL, kCMTimeRangeInvalid, NULL, &storage);
    if (status == noErr) {
        status = VTSessionSetProperty(session, kVTCompressionPropertyKey_MultiPassStorage, storage);
    }
    if (status == noErr) {
        status = VTFrameSiloCreate(kCFAllocatorDefault, NULL, kCMTimeRangeInvalid, NULL, &output.silo);
    }
    CVPixelBufferPoolRef pool = VTCompressionSessionGetPixelBufferPool(session);
    CMTimeRange everything = CMTimeRangeMake(kCMTimeZero, kCMTimePositiveInfinity);
    const CMTimeRange *ranges = &everything;
    CMItemCount count = 1;
    Boolean more = true;
    while (status == noErr && more) {
        passes++;
        int last = passes == MOST_PASSES;
        status = VTCompressionSessionBeginPass(session, last ? kVTCompressionSessionBeginFinalPass : 0, NULL);
        if (status == noErr) {
            status = encode_ranges(session, &clip, pool, count, ranges);
        }
        if (status == noErr) {
            status = output.status;
        }
        more = false;
        if (status == noErr) {
            status = VTCompressionSessionEndPass(session, last ? NULL : &more, NULL);
        }
        if (status == noErr && more) {
            status = VTCompressionSessionGetTimeRangesForNextPass(session, &count, &ranges);
        }
        if (status == noErr && more) {
            status = VTFrameSiloSetTimeRangesForNextPass(output.silo, count, ranges);
        }
    }
    if (status == noErr) {
        status = VTFrameSiloCallFunctionForEachSampleBuffer(output.silo, kCMTimeRangeInvalid, &written, write_sample);
    }
    VTCompressionSessionInvalidate(session);
    CFRelease(session);
    if (storage != NULL) {
        VTMultiPassStorageClose(storage);
        CFRelease(storage);
    }
    if (output.silo != NULL) {
        CFRelease(output.silo);
    }
    fclose(clip.file);
    if (fclose(written.file) != 0 || status != noErr) {
        fprintf(stderr, "encoding failed: %d\n", (int)status);
        return 1;
    }
    printf("%d frames in %d passes\n", written.frames, passes);
    return 0;
}
