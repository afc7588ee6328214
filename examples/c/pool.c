/* A program that draws: it takes pictures from a pool of limited size, so that memory stays bounded however fast it draws.
 *
 *   pool OUTPUT.264 FRAMES
 *
 * When as many buffers as it allows are on their way through the encoder, it waits for the oldest instead of taking more memory.
 */

#include "clip.h"

#define WIDTH 320
#define HEIGHT 180
#define RATE 30
#define MOST_BUFFERS 3

typedef struct {
    FILE *file;
    int frames, failed;
} Output;

static void frame_encoded(
    void *context, void *frame_context, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Output *output = (Output *)context;
    (void)frame_context;
    (void)flags;
    output->failed |= status != noErr || sample == NULL || !annexb_write(output->file, sample);
    output->frames++;
}

static CFDictionaryRef numbers(CFStringRef const *keys, const int *values, int count) {
    CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
        kCFAllocatorDefault, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    for (int index = 0; index < count; index++) {
        CFNumberRef number = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &values[index]);
        CFDictionarySetValue(dictionary, keys[index], number);
        CFRelease(number);
    }
    return dictionary;
}

static CVPixelBufferPoolRef create_pool(void) {
    const CFStringRef pool_keys[] = {kCVPixelBufferPoolMinimumBufferCountKey};
    const CFStringRef keys[] = {kCVPixelBufferPixelFormatTypeKey, kCVPixelBufferWidthKey, kCVPixelBufferHeightKey};
    CFDictionaryRef pool_attributes = numbers(pool_keys, (const int[]){3}, 1);
    CFDictionaryRef attributes =
        numbers(keys, (const int[]){kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange, WIDTH, HEIGHT}, 3);
    CVPixelBufferPoolRef pool = NULL;
    CVReturn status = CVPixelBufferPoolCreate(kCFAllocatorDefault, pool_attributes, attributes, &pool);
    if (status != kCVReturnSuccess) {
        fprintf(stderr, "CVPixelBufferPoolCreate: %d\n", (int)status);
    }
    CFRelease(pool_attributes);
    CFRelease(attributes);
    return pool;
}

/* Stripes that wander. */
static void draw(CVPixelBufferRef buffer, int frame) {
    CVPixelBufferLockBaseAddress(buffer, 0);
    for (size_t plane = 0; plane < 2; plane++) {
        uint8_t *row = (uint8_t *)CVPixelBufferGetBaseAddressOfPlane(buffer, plane);
        for (size_t y = 0; y < CVPixelBufferGetHeightOfPlane(buffer, plane); y++) {
            for (size_t x = 0; x < WIDTH; x++) {
                row[x] = (uint8_t)(plane == 0 ? 40 + (x + y + 3 * (size_t)frame) % 160 : 128);
            }
            row += CVPixelBufferGetBytesPerRowOfPlane(buffer, plane);
        }
    }
    CVPixelBufferUnlockBaseAddress(buffer, 0);
}

int main(int argc, char **argv) {
    Output output = {NULL, 0, 0};
    int frames = argc > 2 ? atoi(argv[2]) : 0, waits = 0;
    if (frames < 1 || (output.file = fopen(argv[1], "wb")) == NULL) {
        fprintf(stderr, "usage: %s OUTPUT.264 FRAMES\n", argv[0]);
        return 2;
    }
    CVPixelBufferPoolRef pool = create_pool();
    VTCompressionSessionRef session = NULL;
    OSStatus status = VTCompressionSessionCreate(
        kCFAllocatorDefault, WIDTH, HEIGHT, kCMVideoCodecType_H264, NULL, NULL, NULL, frame_encoded, &output, &session);
    const CFStringRef keys[] = {kCVPixelBufferPoolAllocationThresholdKey};
    CFDictionaryRef limit = numbers(keys, (const int[]){MOST_BUFFERS}, 1);
    for (int frame = 0; status == noErr && frame < frames; frame++) {
        CVPixelBufferRef buffer = NULL;
        status = CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(kCFAllocatorDefault, pool, limit, &buffer);
        if (status == kCVReturnWouldExceedAllocationThreshold) {
            /* All are on their way: the encoder gives them back when it is done with them. */
            status = VTCompressionSessionCompleteFrames(session, kCMTimeInvalid);
            if (status == noErr) {
                status = CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(kCFAllocatorDefault, pool, limit, &buffer);
            }
            waits++;
        }
        if (status == noErr) {
            draw(buffer, frame);
            status = VTCompressionSessionEncodeFrame(
                session, buffer, CMTimeMake(frame, RATE), CMTimeMake(1, RATE), NULL, NULL, NULL);
        }
        CVPixelBufferRelease(buffer);
    }
    if (status == noErr) {
        status = VTCompressionSessionCompleteFrames(session, kCMTimeInvalid);
    }
    if (session != NULL) {
        VTCompressionSessionInvalidate(session);
        CFRelease(session);
    }
    CVPixelBufferPoolFlush(pool, kCVPixelBufferPoolFlushExcessBuffers);
    CVPixelBufferPoolRelease(pool);
    CFRelease(limit);
    int failed = output.failed || output.frames != frames || status != noErr;
    failed |= fclose(output.file) != 0;
    printf("%d frames, waited %d times, status %d\n", output.frames, waits, (int)status);
    return failed;
}
