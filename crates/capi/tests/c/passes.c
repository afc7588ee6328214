/* Frame silos, multi-pass storages, and sessions with passes. */

#include <unistd.h>

#include "check.h"

static CMSampleBufferRef sample(int64_t time, size_t size) {
    CMBlockBufferRef block = NULL;
    CMSampleBufferRef made = NULL;
    CMSampleTimingInfo timing = {CMTimeMake(1, 30), CMTimeMake(time, 30), CMTimeMake(time, 30)};
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, NULL, size, NULL, NULL, 0, size, 0, &block), noErr);
    CHECK_STATUS(CMBlockBufferFillDataBytes(0x55, block, 0, size), noErr);
    CHECK_STATUS(CMSampleBufferCreateReady(NULL, block, NULL, 1, 1, &timing, 1, &size, &made), noErr);
    /* Bytes that change afterwards are what a silo gets. */
    CHECK_STATUS(CMBlockBufferFillDataBytes((char)time, block, 0, size), noErr);
    CFRelease(block);
    CFMutableDictionaryRef first =
        (CFMutableDictionaryRef)(uintptr_t)CFArrayGetValueAtIndex(CMSampleBufferGetSampleAttachmentsArray(made, true), 0);
    CFDictionarySetValue(first, kCMSampleAttachmentKey_NotSync, kCFBooleanTrue);
    return made;
}

static OSStatus add(VTFrameSiloRef silo, int64_t time, size_t size) {
    CMSampleBufferRef added = sample(time, size);
    OSStatus status = VTFrameSiloAddSampleBuffer(silo, added);
    CFRelease(added);
    return status;
}

typedef struct {
    int count, stop_at;
    size_t sizes[8];
} Visited;

static OSStatus visit(void *context, CMSampleBufferRef buffer) {
    Visited *visited = (Visited *)context;
    char byte = 0;
    CHECK_STATUS(CMBlockBufferCopyDataBytes(CMSampleBufferGetDataBuffer(buffer), 0, 1, &byte), noErr);
    CHECK(byte == (char)CMSampleBufferGetDecodeTimeStamp(buffer).value);
    CFArrayRef attachments = CMSampleBufferGetSampleAttachmentsArray(buffer, false);
    CHECK(CFDictionaryGetValue((CFDictionaryRef)CFArrayGetValueAtIndex(attachments, 0), kCMSampleAttachmentKey_NotSync) == kCFBooleanTrue);
    visited->sizes[visited->count++ & 7] = CMSampleBufferGetTotalSampleSize(buffer);
    return visited->count == visited->stop_at ? -77 : noErr;
}

static CMTimeRange range(int64_t start, int64_t length) {
    return CMTimeRangeMake(CMTimeMake(start, 30), CMTimeMake(length, 30));
}

static void silo(void) {
    VTFrameSiloRef made = NULL;
    CHECK_STATUS(VTFrameSiloCreate(NULL, NULL, range(0, 8), NULL, &made), noErr);
    CHECK(CFGetTypeID(made) == VTFrameSiloGetTypeID());
    for (int64_t time = 0; time < 4; time++) {
        CHECK_STATUS(add(made, time, 10 + (size_t)time), noErr);
    }
    CHECK_STATUS(add(made, 3, 9), kVTFrameSiloInvalidTimeStampErr);
    float progress = 0;
    CHECK_STATUS(VTFrameSiloGetProgressOfCurrentPass(made, &progress), noErr);
    CHECK(progress > 0.3f && progress < 0.6f);
    CMTimeRange ranges[2] = {range(1, 1), range(3, 1)}, wrong[2] = {range(3, 1), range(1, 1)};
    CHECK_STATUS(VTFrameSiloSetTimeRangesForNextPass(made, 2, wrong), kVTFrameSiloInvalidTimeRangeErr);
    CHECK_STATUS(VTFrameSiloSetTimeRangesForNextPass(made, 2, ranges), noErr);
    CHECK_STATUS(add(made, 0, 9), kVTFrameSiloInvalidTimeStampErr);
    CHECK_STATUS(add(made, 1, 99), noErr);
    CHECK_STATUS(add(made, 3, 98), noErr);
    Visited visited = {0, 0, {0}};
    CHECK_STATUS(VTFrameSiloCallFunctionForEachSampleBuffer(made, kCMTimeRangeInvalid, &visited, visit), noErr);
    CHECK(visited.count == 4 && visited.sizes[0] == 10 && visited.sizes[1] == 99 && visited.sizes[2] == 12 && visited.sizes[3] == 98);
    Visited some = {0, 2, {0}};
    CHECK_STATUS(VTFrameSiloCallFunctionForEachSampleBuffer(made, range(1, 3), &some, visit), -77);
    CHECK(some.count == 2);
#if defined(__BLOCKS__)
    __block int seen = 0;
    CHECK_STATUS(
        VTFrameSiloCallBlockForEachSampleBuffer(
            made, range(1, 2),
            ^(CMSampleBufferRef buffer) {
                seen += CMSampleBufferIsValid(buffer);
                return (OSStatus)noErr;
            }),
        noErr);
    CHECK(seen == 2);
    CHECK_STATUS(VTFrameSiloCallBlockForEachSampleBuffer(made, kCMTimeRangeInvalid, NULL), kVTParameterErr);
#endif
    CHECK_STATUS(VTFrameSiloAddSampleBuffer(made, NULL), kVTParameterErr);
    CHECK_STATUS(VTFrameSiloAddSampleBuffer(NULL, NULL), kVTParameterErr);
    CHECK_STATUS(VTFrameSiloCallFunctionForEachSampleBuffer(made, kCMTimeRangeInvalid, NULL, NULL), kVTParameterErr);
    CFRelease(made);
    CHECK_STATUS(VTFrameSiloCreate(NULL, NULL, kCMTimeRangeInvalid, NULL, NULL), kVTParameterErr);
}

static void storage(void) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/vitascope-passes-%d", (int)getpid());
    CFURLRef url = CFURLCreateFromFileSystemRepresentation(NULL, (const UInt8 *)path, (CFIndex)strlen(path), false);
    const void *key = kVTMultiPassStorageCreationOption_DoNotDelete, *yes = kCFBooleanTrue;
    CFDictionaryRef keep = CFDictionaryCreate(NULL, &key, &yes, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    VTMultiPassStorageRef made = NULL;
    CHECK_STATUS(VTMultiPassStorageCreate(NULL, url, kCMTimeRangeInvalid, NULL, &made), noErr);
    CHECK(CFGetTypeID(made) == VTMultiPassStorageGetTypeID() && access(path, F_OK) == 0);
    CHECK_STATUS(VTMultiPassStorageClose(made), noErr);
    CHECK_STATUS(VTMultiPassStorageClose(made), kVTMultiPassStorageInvalidErr);
    CFRelease(made);
    CHECK(access(path, F_OK) != 0);
    CHECK_STATUS(VTMultiPassStorageCreate(NULL, url, kCMTimeRangeInvalid, keep, &made), noErr);
    CFRelease(made);
    CHECK(access(path, F_OK) == 0);
    unlink(path);
    CFRelease(keep);
    CFRelease(url);
    url = CFURLCreateWithString(NULL, CFSTR("http://example.org/file"), NULL);
    CHECK_STATUS(VTMultiPassStorageCreate(NULL, url, kCMTimeRangeInvalid, NULL, &made), kVTParameterErr);
    CHECK(made == NULL);
    CFRelease(url);
    key = CFSTR("Delete");
    CFDictionaryRef unknown = CFDictionaryCreate(NULL, &key, &yes, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK_STATUS(VTMultiPassStorageCreate(NULL, NULL, kCMTimeRangeInvalid, unknown, &made), kVTParameterErr);
    CFRelease(unknown);
    CHECK_STATUS(VTMultiPassStorageCreate(NULL, NULL, kCMTimeRangeInvalid, (CFDictionaryRef)yes, &made), kVTParameterErr);
    CHECK_STATUS(VTMultiPassStorageClose(NULL), kVTParameterErr);
}

static void count(void *context, void *reference, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef buffer) {
    (void)reference, (void)flags;
    *(int *)context += status == noErr && buffer != NULL;
}

/* Gives eight frames of noise, the later half stronger, as far as they lie in the ranges. */
static void encode(VTCompressionSessionRef session, CVPixelBufferRef picture, CMItemCount number, const CMTimeRange *ranges) {
    uint32_t noise = 1;
    for (int frame = 0; frame < 8; frame++) {
        CMTime time = CMTimeMake(frame, 30);
        CHECK_STATUS(CVPixelBufferLockBaseAddress(picture, 0), kCVReturnSuccess);
        for (size_t row = 0; row < 48; row++) {
            uint8_t *line = (uint8_t *)CVPixelBufferGetBaseAddressOfPlane(picture, 0) + row * CVPixelBufferGetBytesPerRowOfPlane(picture, 0);
            for (size_t column = 0; column < 64; column++) {
                noise = noise * 1664525 + 1013904223;
                line[column] = (uint8_t)(100 + (noise >> 24) / (frame < 4 ? 16 : 2));
            }
        }
        CHECK_STATUS(CVPixelBufferUnlockBaseAddress(picture, 0), kCVReturnSuccess);
        for (CMItemCount range = 0; range < number; range++) {
            if (CMTimeRangeContainsTime(ranges[range], time)) {
                CHECK_STATUS(VTCompressionSessionEncodeFrame(session, picture, time, CMTimeMake(1, 30), NULL, NULL, NULL), noErr);
            }
        }
        /* The pixels change for the next frame, so this one is waited for. */
        CHECK_STATUS(VTCompressionSessionCompleteFrames(session, time), noErr);
    }
}

static void passes(void) {
    VTCompressionSessionRef session = NULL;
    VTMultiPassStorageRef made = NULL, same = NULL;
    CVPixelBufferRef picture = NULL;
    CMItemCount number_of_ranges = 9;
    const CMTimeRange *ranges = NULL;
    Boolean more = true;
    int samples = 0, rate = 100000;
    CMTimeRange everything = range(0, 8);
    CHECK_STATUS(VTCompressionSessionCreate(NULL, 64, 48, kCMVideoCodecType_H264, NULL, NULL, NULL, count, &samples, &session), noErr);
    CHECK_STATUS(VTCompressionSessionBeginPass(session, 0, NULL), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionEndPass(session, &more, NULL), kVTParameterErr);
    CHECK(!more);
    CHECK_STATUS(VTMultiPassStorageCreate(NULL, NULL, kCMTimeRangeInvalid, NULL, &made), noErr);
    CFNumberRef number = CFNumberCreate(NULL, kCFNumberIntType, &rate);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_AverageBitRate, number), noErr);
    CFRelease(number);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_MultiPassStorage, made), noErr);
    CHECK_STATUS(VTSessionCopyProperty(session, kVTCompressionPropertyKey_MultiPassStorage, NULL, &same), noErr);
    CHECK(same == made);
    CFRelease(same);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_MultiPassStorage, kCFBooleanTrue), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionBeginPass(session, 6, NULL), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionGetTimeRangesForNextPass(session, &number_of_ranges, &ranges), kVTParameterErr);
    CHECK(number_of_ranges == 0 && ranges == NULL);
    CHECK_STATUS(CVPixelBufferCreate(NULL, 64, 48, kCVPixelFormatType_420YpCbCr8Planar, NULL, &picture), kCVReturnSuccess);
    CHECK_STATUS(VTCompressionSessionBeginPass(session, 0, NULL), noErr);
    encode(session, picture, 1, &everything);
    CHECK_STATUS(VTCompressionSessionEndPass(session, &more, NULL), noErr);
    CHECK(samples == 8 && more);
    const CMTimeRange *again = NULL;
    CHECK_STATUS(VTCompressionSessionGetTimeRangesForNextPass(session, &number_of_ranges, &ranges), noErr);
    CHECK_STATUS(VTCompressionSessionGetTimeRangesForNextPass(session, &number_of_ranges, &again), noErr);
    CHECK(number_of_ranges > 0 && ranges != NULL && again == ranges && CMTIMERANGE_IS_VALID(ranges[0]));
    CHECK_STATUS(VTCompressionSessionGetTimeRangesForNextPass(session, NULL, &again), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionBeginPass(session, kVTCompressionSessionBeginFinalPass, NULL), noErr);
    encode(session, picture, number_of_ranges, ranges);
    CHECK_STATUS(VTCompressionSessionEndPass(session, &more, NULL), noErr);
    CHECK(samples > 8 && !more);
    CHECK_STATUS(VTCompressionSessionGetTimeRangesForNextPass(session, &number_of_ranges, &ranges), kVTParameterErr);
    CHECK(number_of_ranges == 0 && ranges == NULL);
    CHECK_STATUS(VTCompressionSessionBeginPass(NULL, 0, NULL), kVTParameterErr);
    VTCompressionSessionInvalidate(session);
    CHECK_STATUS(VTCompressionSessionBeginPass(session, 0, NULL), kVTInvalidSessionErr);
    CFRelease(session);
    CVPixelBufferRelease(picture);
    CFRelease(made);
}

int main(void) {
    silo();
    storage();
    passes();
    return failures != 0;
}
