/* Many threads that make, use and let go of objects of every kind at random, some of them shared.
 *
 *   stress [SECONDS]
 */

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "check.h"

#define THREADS 32

static CFDictionaryRef shared_dictionary;
static CVPixelBufferRef shared_picture;
static CVPixelBufferPoolRef shared_pool;
static CMMemoryPoolRef shared_memory;
static CFMutableArrayRef shared_array;
static time_t finish;
static atomic_int outputs, turns;

static void encoded(void *context, void *reference, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    (void)reference, (void)flags;
    /* After an invalidation frames may be lost, but what comes is whole. */
    if (status == noErr && sample != NULL) {
        CHECK(CMBlockBufferGetDataLength(CMSampleBufferGetDataBuffer(sample)) > 0);
        CHECK(CMSampleBufferGetFormatDescription(sample) != NULL);
    }
    atomic_fetch_add((atomic_int *)context, 1);
    atomic_fetch_add(&outputs, 1);
}

static void sessions(unsigned random) {
    VTCompressionSessionRef session = NULL;
    atomic_int own = 0;
    CHECK_STATUS(VTCompressionSessionCreate(NULL, 64, 48, kCMVideoCodecType_H264, NULL, NULL, NULL, encoded, &own, &session), noErr);
    CFNumberRef rate = number(100000 + (int)(random % 7) * 1000);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_AverageBitRate, rate), noErr);
    CFRelease(rate);
    int frames = (int)(random >> 3) % 4, accepted = 0;
    for (int frame = 0; frame < frames; frame++) {
        CVPixelBufferRef picture = (CVPixelBufferRef)CFRetain(shared_picture);
        if ((random >> frame & 1) != 0) {
            CVPixelBufferRelease(picture);
            CHECK_STATUS(CVPixelBufferPoolCreatePixelBuffer(NULL, shared_pool, &picture), kCVReturnSuccess);
        }
        accepted += VTCompressionSessionEncodeFrame(session, picture, CMTimeMake(frame, 30), kCMTimeInvalid, NULL, NULL, NULL) == noErr;
        CVPixelBufferRelease(picture);
    }
    switch (random % 3) {
    case 0:
        CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
        CHECK(atomic_load(&own) == accepted);
        break;
    case 1: VTCompressionSessionInvalidate(session); break;
    default: break;
    }
    CFRelease(session);
}

static void pictures(unsigned random) {
    CVPixelBufferRef own = NULL;
    VTPixelTransferSessionRef transfer = NULL;
    CHECK_STATUS(CVPixelBufferPoolCreatePixelBuffer(NULL, shared_pool, &own), kCVReturnSuccess);
    CHECK_STATUS(VTPixelTransferSessionCreate(NULL, &transfer), noErr);
    CHECK_STATUS(VTPixelTransferSessionTransferImage(transfer, shared_picture, own), noErr);
    CFRelease(transfer);
    CVBufferSetAttachment(own, CFSTR("Own"), kCFBooleanTrue, kCVAttachmentMode_ShouldPropagate);
    CFTypeRef attachment = CVBufferCopyAttachment(shared_picture, CFSTR("Shared"), NULL);
    CHECK(attachment != NULL && CFEqual(attachment, CFSTR("value")));
    CFRelease(attachment);
    CMSampleBufferRef sample = NULL;
    CMSampleTimingInfo timing = kCMTimingInfoInvalid;
    CHECK_STATUS(CMSampleBufferCreateReadyWithImageBuffer(NULL, (random & 1) ? own : shared_picture, NULL, &timing, &sample), noErr);
    CHECK(CMSampleBufferGetImageBuffer(sample) == ((random & 1) ? own : shared_picture));
    CVPixelBufferRelease(own);
    CFRelease(sample);
    CVPixelBufferPoolFlush(shared_pool, 0);
}

static void values(unsigned random) {
    CFMutableDictionaryRef copy = CFDictionaryCreateMutableCopy(NULL, 0, shared_dictionary);
    CFStringRef key = CFStringCreateWithFormat(NULL, NULL, CFSTR("key %u"), random % 5);
    CFNumberRef value = number((int)random);
    CFDictionarySetValue(copy, key, value);
    CHECK(CFEqual(CFDictionaryGetValue(copy, key), value) && CFDictionaryGetCount(copy) == 2);
    CFArrayAppendValue(shared_array, key);
    CFStringRef description = CFCopyDescription(copy);
    CHECK(CFStringGetLength(description) > 5);
    CFRelease(description);
    CFRelease(copy);
    CFRelease(key);
    CFRelease(value);
    CFRelease(kCFBooleanTrue);
    char *memory = (char *)CFAllocatorAllocate(CMMemoryPoolGetAllocator(shared_memory), 100 + random % 5000, 0);
    memory[0] = 1;
    CMBlockBufferRef block = NULL;
    CHECK_STATUS(
        CMBlockBufferCreateWithMemoryBlock(NULL, memory, 100, CMMemoryPoolGetAllocator(shared_memory), NULL, 0, 100, 0, &block), noErr);
    CFRelease(block);
    if (random % 16 == 0) {
        CFArrayRemoveAllValues(shared_array);
        CMMemoryPoolFlush(shared_memory);
    }
}

static void *work(void *seed) {
    unsigned random = (unsigned)(uintptr_t)seed * 2654435761u + 1;
    do {
        random = random * 1664525u + 1013904223u;
        switch (random >> 28 & 3) {
        case 0: sessions(random >> 4); break;
        case 1: pictures(random >> 4); break;
        default: values(random >> 4); break;
        }
        atomic_fetch_add(&turns, 1);
    } while (time(NULL) < finish);
    return NULL;
}

int main(int argc, char **argv) {
    finish = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
    const void *key = CFSTR("shared"), *value = kCFBooleanTrue;
    shared_dictionary = CFDictionaryCreate(NULL, &key, &value, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    shared_array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
    shared_memory = CMMemoryPoolCreate(NULL);
    CHECK_STATUS(CVPixelBufferCreate(NULL, 64, 48, kCVPixelFormatType_420YpCbCr8Planar, NULL, &shared_picture), kCVReturnSuccess);
    CVBufferSetAttachment(shared_picture, CFSTR("Shared"), CFSTR("value"), kCVAttachmentMode_ShouldPropagate);
    CFDictionaryRef attributes = CVPixelBufferCopyCreationAttributes(shared_picture);
    CHECK_STATUS(CVPixelBufferPoolCreate(NULL, NULL, attributes, &shared_pool), kCVReturnSuccess);
    CFRelease(attributes);
    pthread_t threads[THREADS];
    for (uintptr_t index = 0; index < THREADS; index++) {
        pthread_create(&threads[index], NULL, work, (void *)index);
    }
    for (int index = 0; index < THREADS; index++) {
        pthread_join(threads[index], NULL);
    }
    CFRelease(shared_dictionary);
    CFRelease(shared_array);
    CFRelease(shared_memory);
    CVPixelBufferPoolRelease(shared_pool);
    CHECK(CFGetRetainCount(shared_picture) == 1);
    CVPixelBufferRelease(shared_picture);
    fprintf(stderr, "%d turns, %d encoded frames\n", atomic_load(&turns), atomic_load(&outputs));
    return failures != 0;
}
