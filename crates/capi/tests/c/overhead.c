/* Encodes drawn pictures of 1920 x 1080 with one thread and prints a number that stands for all bytes that came out; see
 * tests/overhead.rs, which does the same without this library.
 *
 *   overhead FRAMES
 */

#include "check.h"

static uint64_t hash = 0xcbf29ce484222325u;

static void encoded(void *context, void *reference, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    (void)context, (void)reference, (void)flags;
    CHECK(status == noErr && sample != NULL);
    char *data = NULL;
    size_t length = 0;
    CHECK_STATUS(CMBlockBufferGetDataPointer(CMSampleBufferGetDataBuffer(sample), 0, NULL, &length, &data), noErr);
    for (size_t index = 0; index < length; index++) {
        hash = (hash ^ (uint8_t)data[index]) * 0x100000001b3u;
    }
}

int main(int argc, char **argv) {
    /* Rows are copied, so that drawing costs next to nothing on either side. */
    static uint8_t pattern[4096];
    for (size_t x = 0; x < sizeof pattern; x++) {
        pattern[x] = (uint8_t)(x * x / 64);
    }
    int frames = argc > 1 ? atoi(argv[1]) : 1;
    VTCompressionSessionRef session = NULL;
    CHECK_STATUS(VTCompressionSessionCreate(NULL, 1920, 1080, kCMVideoCodecType_H264, NULL, NULL, NULL, encoded, NULL, &session), noErr);
    CFNumberRef one = number(1);
    CHECK_STATUS(VTSessionSetProperty(session, CFSTR("VitascopeThreadCount"), one), noErr);
    CFRelease(one);
    for (int frame = 0; frame < frames; frame++) {
        CVPixelBufferRef buffer = NULL;
        CHECK_STATUS(CVPixelBufferCreate(NULL, 1920, 1080, kCVPixelFormatType_420YpCbCr8Planar, NULL, &buffer), kCVReturnSuccess);
        CVPixelBufferLockBaseAddress(buffer, 0);
        for (size_t plane = 0; plane < 3; plane++) {
            uint8_t *row = (uint8_t *)CVPixelBufferGetBaseAddressOfPlane(buffer, plane);
            size_t width = CVPixelBufferGetWidthOfPlane(buffer, plane), height = CVPixelBufferGetHeightOfPlane(buffer, plane);
            size_t bytes_per_row = CVPixelBufferGetBytesPerRowOfPlane(buffer, plane);
            for (size_t y = 0; y < height; y++, row += bytes_per_row) {
                memcpy(row, pattern + (y * (plane + 2) / 2 + (size_t)frame * 7) % 2048, width);
            }
        }
        CVPixelBufferUnlockBaseAddress(buffer, 0);
        CHECK_STATUS(VTCompressionSessionEncodeFrame(session, buffer, CMTimeMake(frame, 30), CMTimeMake(1, 30), NULL, NULL, NULL), noErr);
        CVPixelBufferRelease(buffer);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CFRelease(session);
    printf("hash %016llx\n", (unsigned long long)hash);
    return failures != 0;
}
