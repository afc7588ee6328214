/* Core Media and Core Video as clients rely on them. */

#include "check.h"

static void times(void) {
    CMTime third = CMTimeMake(1001, 30000);
    CHECK(sizeof(CMTime) == 24 && CMTIME_IS_NUMERIC(third) && CMTIME_IS_INVALID(kCMTimeInvalid));
    CHECK(CMTIME_IS_INDEFINITE(kCMTimeIndefinite) && CMTIME_IS_POSITIVE_INFINITY(kCMTimePositiveInfinity));
    CHECK(CMTimeCompare(CMTimeAdd(third, third), CMTimeMake(2002, 30000)) == 0);
    CHECK(CMTIME_COMPARE_INLINE(third, <, CMTimeMake(1, 1)));
    CHECK(CMTimeConvertScale(CMTimeMake(1, 2), 3, kCMTimeRoundingMethod_RoundHalfAwayFromZero).value == 2);
    CHECK(CMTimeGetSeconds(CMTimeMultiply(CMTimeMake(1, 4), 6)) == 1.5);
    CFDictionaryRef dictionary = CMTimeCopyAsDictionary(third, NULL);
    CHECK(CFDictionaryContainsKey(dictionary, kCMTimeValueKey));
    CHECK(CMTimeCompare(CMTimeMakeFromDictionary(dictionary), third) == 0);
    CFRelease(dictionary);
    CMTimeRange range = CMTimeRangeMake(kCMTimeZero, CMTimeMake(2, 1));
    CHECK(CMTIMERANGE_IS_VALID(range) && CMTimeRangeContainsTime(range, third));
    CHECK(!CMTimeRangeContainsTime(range, CMTimeRangeGetEnd(range)));
}

static int freed;

static void free_block(void *context, void *memory, size_t size) {
    freed += context == (void *)&freed && size == 4;
    free(memory);
}

static void *allocate_block(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void blocks(void) {
    CMBlockBufferRef one = NULL, other = NULL, joined = NULL;
    CMBlockBufferCustomBlockSource source = {0, allocate_block, free_block, &freed};
    char *pointer = NULL, copy[8];
    size_t at_offset = 0, total = 0;
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, NULL, 4, NULL, &source, 0, 4, 0, &one), noErr);
    CHECK_STATUS(CMBlockBufferReplaceDataBytes("abcd", one, 0, 4), noErr);
    char *memory = malloc(3);
    memcpy(memory, "efg", 3);
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, memory, 3, kCFAllocatorMalloc, NULL, 0, 3, 0, &other), noErr);
    CHECK_STATUS(CMBlockBufferGetDataPointer(other, 0, NULL, NULL, &pointer), noErr);
    CHECK(pointer == memory);
    CHECK_STATUS(CMBlockBufferCreateEmpty(NULL, 0, 0, &joined), noErr);
    CHECK(CMBlockBufferIsEmpty(joined));
    CHECK_STATUS(CMBlockBufferAppendBufferReference(joined, one, 1, 3, 0), noErr);
    CHECK_STATUS(CMBlockBufferAppendBufferReference(joined, other, 0, 0, 0), noErr);
    CFRelease(one);
    CFRelease(other);
    CHECK(freed == 0);
    CHECK(CMBlockBufferGetDataLength(joined) == 6 && !CMBlockBufferIsRangeContiguous(joined, 0, 0));
    CHECK(CMBlockBufferIsRangeContiguous(joined, 3, 0) && CMBlockBufferIsRangeContiguous(joined, 0, 3));
    CHECK_STATUS(CMBlockBufferGetDataPointer(joined, 1, &at_offset, &total, &pointer), noErr);
    CHECK(at_offset == 2 && total == 6 && pointer[0] == 'c');
    CHECK_STATUS(CMBlockBufferCopyDataBytes(joined, 1, 4, copy), noErr);
    CHECK(memcmp(copy, "cdef", 4) == 0);
    CHECK_STATUS(CMBlockBufferCopyDataBytes(joined, 4, 3, copy), kCMBlockBufferBadLengthParameterErr);
    CHECK_STATUS(CMBlockBufferCopyDataBytes(joined, 6, 1, copy), kCMBlockBufferBadOffsetParameterErr);
    CHECK_STATUS(CMBlockBufferCreateContiguous(NULL, joined, NULL, NULL, 0, 0, 0, &one), noErr);
    CHECK(CMBlockBufferIsRangeContiguous(one, 0, 0) && CMBlockBufferGetDataLength(one) == 6);
    CFRelease(one);
    CFRelease(joined);
    CHECK(freed == 1);
    CHECK(CMBlockBufferGetDataLength(NULL) == 0);
    one = (CMBlockBufferRef)&freed;
    CHECK_STATUS(CMBlockBufferCreateContiguous(NULL, NULL, NULL, NULL, 0, 0, 0, &one), kCMBlockBufferBadPointerParameterErr);
    CHECK(one == NULL);
}

static const uint8_t SPS[] = {0x67, 0x64, 0x00, 0x0c, 0xac, 0x2b, 0x60, 0xa0, 0xcf, 0xcf, 0x35, 0x06, 0x01, 0x06, 0x40, 0x00, 0x00, 0x03, 0x00, 0x40, 0x00, 0x00, 0x0c, 0x83, 0xc7, 0x0c, 0xb8};
static const uint8_t PPS[] = {0x68, 0xea, 0x8e, 0x2c};

static CMFormatDescriptionRef parameter_sets(void) {
    const uint8_t *const sets[2] = {SPS, PPS};
    const size_t sizes[2] = {sizeof SPS, sizeof PPS};
    CMFormatDescriptionRef format = NULL;
    CHECK_STATUS(CMVideoFormatDescriptionCreateFromH264ParameterSets(NULL, 2, sets, sizes, 4, &format), noErr);
    const uint8_t *set = NULL;
    size_t size = 0, count = 0;
    int length = 0;
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 0, NULL, NULL, &count, NULL), noErr);
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 0, NULL, NULL, NULL, &length), noErr);
    CHECK(count == 2 && length == 4);
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 1, &set, &size, NULL, NULL), noErr);
    CHECK(size == sizeof PPS && memcmp(set, PPS, size) == 0);
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 2, &set, &size, NULL, NULL), -12710);
    CHECK(set == NULL && size == 0);
    CHECK_STATUS(CMVideoFormatDescriptionGetHEVCParameterSetAtIndex(format, 0, NULL, NULL, &count, NULL), -12718);
    CFDictionaryRef atoms =
        CMFormatDescriptionGetExtension(format, kCMFormatDescriptionExtension_SampleDescriptionExtensionAtoms);
    CFDataRef avcc = (CFDataRef)CFDictionaryGetValue(atoms, CFSTR("avcC"));
    CHECK(CFDataGetBytePtr(avcc)[1] == SPS[1] && CFDataGetBytePtr(avcc)[3] == SPS[3]);
    return format;
}

static OSStatus count_sample(CMSampleBufferRef sample, CMItemCount index, void *context) {
    int *bytes = (int *)context;
    CHECK(CMSampleBufferGetNumSamples(sample) == 1);
    CHECK(CMSampleBufferGetPresentationTimeStamp(sample).value == index);
    *bytes = *bytes * 10 + (int)CMBlockBufferGetDataLength(CMSampleBufferGetDataBuffer(sample));
    return noErr;
}

static OSStatus make_ready(CMSampleBufferRef sample, void *context) {
    return CMSampleBufferSetDataBuffer(sample, (CMBlockBufferRef)context);
}

static void samples(void) {
    CMFormatDescriptionRef format = parameter_sets();
    CMBlockBufferRef block = NULL;
    CMSampleBufferRef sample = NULL, copy = NULL;
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, NULL, 6, NULL, NULL, 0, 6, 0, &block), noErr);
    const CMSampleTimingInfo timing = {CMTimeMake(1, 30), CMTimeMake(0, 30), kCMTimeInvalid};
    const size_t sizes[3] = {1, 2, 3};
    CHECK_STATUS(CMSampleBufferCreate(NULL, block, true, NULL, NULL, format, 3, 1, &timing, 3, sizes, &sample), noErr);
    CHECK(CMSampleBufferGetDataBuffer(sample) == block && CMSampleBufferGetFormatDescription(sample) == format);
    CHECK(CMSampleBufferGetTotalSampleSize(sample) == 6 && CMSampleBufferDataIsReady(sample));
    CHECK(CMSampleBufferGetSampleAttachmentsArray(sample, false) == NULL);
    CFArrayRef attachments = CMSampleBufferGetSampleAttachmentsArray(sample, true);
    CHECK(CFArrayGetCount(attachments) == 3);
    CHECK(CMSampleBufferGetSampleAttachmentsArray(sample, false) == attachments);
    CFMutableDictionaryRef last = (CFMutableDictionaryRef)CFArrayGetValueAtIndex(attachments, 2);
    CFDictionarySetValue(last, kCMSampleAttachmentKey_NotSync, kCFBooleanTrue);
    int bytes = 0;
    CHECK_STATUS(CMSampleBufferCallForEachSample(sample, count_sample, &bytes), noErr);
    CHECK(bytes == 123);
    CHECK_STATUS(CMSampleBufferCopySampleBufferForRange(NULL, sample, CFRangeMake(2, 1), &copy), noErr);
    attachments = CMSampleBufferGetSampleAttachmentsArray(copy, false);
    CHECK(attachments != NULL && CFDictionaryContainsKey((CFDictionaryRef)CFArrayGetValueAtIndex(attachments, 0),
                                                         kCMSampleAttachmentKey_NotSync));
    CFRelease(copy);
    /* Attachments of the buffer keep the identity of their objects. */
    CFNumberRef value = number(7);
    CMAttachmentMode mode = 0;
    CMSetAttachment(sample, CFSTR("Own"), value, kCMAttachmentMode_ShouldPropagate);
    CHECK(CMGetAttachment(sample, CFSTR("Own"), &mode) == value && mode == kCMAttachmentMode_ShouldPropagate);
    CMRemoveAttachment(sample, CFSTR("Own"));
    CHECK(CMGetAttachment(sample, CFSTR("Own"), NULL) == NULL);
    CFRelease(value);
    CFRelease(sample);

    CHECK_STATUS(
        CMSampleBufferCreate(NULL, NULL, false, make_ready, block, format, 1, 1, &timing, 0, NULL, &sample), noErr);
    CHECK(!CMSampleBufferDataIsReady(sample) && CMSampleBufferGetDataBuffer(sample) == NULL);
    CHECK_STATUS(CMSampleBufferMakeDataReady(sample), noErr);
    CHECK(CMSampleBufferDataIsReady(sample) && CMSampleBufferGetDataBuffer(sample) == block);
    CHECK(CMSampleBufferGetTotalSampleSize(sample) == 6);
    CHECK_STATUS(CMSampleBufferSetDataBuffer(sample, block), kCMSampleBufferError_AlreadyHasDataBuffer);
    CFRelease(sample);
    sample = (CMSampleBufferRef)block;
    CHECK(CMSampleBufferCreate(NULL, NULL, true, NULL, NULL, format, -1, 0, NULL, 0, NULL, &sample) != noErr);
    CHECK(sample == NULL);
    CFRelease(block);
    CFRelease(format);
    CHECK(CMSampleBufferGetDataBuffer(NULL) == NULL && CMSampleBufferGetNumSamples(NULL) == 0);
    /* Another type of object is no sample buffer. */
    CHECK(CMSampleBufferGetNumSamples((CMSampleBufferRef)kCFBooleanTrue) == 0);
}

static int bytes_released;

static void release_bytes(void *context, const void *base) {
    bytes_released += context == (void *)&bytes_released && base != NULL;
}

static void release_planes(void *context, const void *data, size_t size, size_t count, const void *planes[]) {
    bytes_released += context == (void *)&bytes_released && data == NULL && size == 0 && count == 2 && planes[1] != NULL;
}

static void pixel_buffers(void) {
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, 17, 8, kCVPixelFormatType_32BGRA, NULL, &buffer), kCVReturnSuccess);
    CHECK(!CVPixelBufferIsPlanar(buffer) && CVPixelBufferGetPlaneCount(buffer) == 0);
    CHECK_STATUS(CVPixelBufferLockBaseAddress(buffer, 0), kCVReturnSuccess);
    CHECK_STATUS(CVPixelBufferLockBaseAddress(buffer, kCVPixelBufferLock_ReadOnly), kCVReturnSuccess);
    /* The only plane of a format that is not planar. */
    CHECK(CVPixelBufferGetBaseAddressOfPlane(buffer, 0) == CVPixelBufferGetBaseAddress(buffer));
    CHECK(CVPixelBufferGetBytesPerRowOfPlane(buffer, 0) == CVPixelBufferGetBytesPerRow(buffer));
    CHECK(CVPixelBufferGetBytesPerRow(buffer) >= 17 * 4 && CVPixelBufferGetDataSize(buffer) >= 17 * 4 * 8);
    CHECK_STATUS(CVPixelBufferUnlockBaseAddress(buffer, kCVPixelBufferLock_ReadOnly), kCVReturnSuccess);
    CHECK_STATUS(CVPixelBufferUnlockBaseAddress(buffer, 0), kCVReturnSuccess);
    CVBufferSetAttachment(
        buffer, kCVImageBufferColorPrimariesKey, kCVImageBufferColorPrimaries_ITU_R_709_2, kCVAttachmentMode_ShouldPropagate);
    CHECK(CVBufferGetAttachment(buffer, CFSTR("CVImageBufferColorPrimaries"), NULL) ==
          kCVImageBufferColorPrimaries_ITU_R_709_2);
    CFDictionaryRef all = CVBufferCopyAttachments(buffer, kCVAttachmentMode_ShouldPropagate);
    CHECK(CFDictionaryGetCount(all) == 1);
    CFRelease(all);
    CHECK(CVBufferGetAttachments(buffer, kCVAttachmentMode_ShouldNotPropagate) == NULL);
    /* The same picture is the same object however it is reached. */
    CMFormatDescriptionRef format = NULL;
    CMSampleBufferRef sample = NULL;
    CMSampleTimingInfo timing = kCMTimingInfoInvalid;
    CHECK_STATUS(CMVideoFormatDescriptionCreateForImageBuffer(NULL, buffer, &format), noErr);
    CHECK(CMVideoFormatDescriptionMatchesImageBuffer(format, buffer));
    CHECK_STATUS(CMSampleBufferCreateReadyWithImageBuffer(NULL, buffer, format, &timing, &sample), noErr);
    CHECK(CMSampleBufferGetImageBuffer(sample) == buffer && CMSampleBufferGetFormatDescription(sample) == format);
    CFRelease(format);
    CVPixelBufferRelease(buffer);
    CHECK(CVPixelBufferGetWidth(CMSampleBufferGetImageBuffer(sample)) == 17);
    CFRelease(sample);

    static uint8_t pixels[64 * 48 * 3 / 2];
    void *planes[2] = {pixels, pixels + 64 * 48};
    size_t widths[2] = {64, 32}, heights[2] = {48, 24}, rows[2] = {64, 64};
    CHECK_STATUS(
        CVPixelBufferCreateWithPlanarBytes(
            NULL, 64, 48, kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange, NULL, 0, 2, planes, widths, heights, rows,
            release_planes, &bytes_released, NULL, &buffer),
        kCVReturnSuccess);
    CHECK(CVPixelBufferGetBaseAddressOfPlane(buffer, 1) == planes[1]);
    CVPixelBufferRelease(buffer);
    CHECK(bytes_released == 1);
    CHECK_STATUS(
        CVPixelBufferCreateWithBytes(
            NULL, 16, 48, kCVPixelFormatType_32BGRA, pixels, 64, release_bytes, &bytes_released, NULL, &buffer),
        kCVReturnSuccess);
    CFRelease(buffer);
    CHECK(bytes_released == 2);
    buffer = (CVPixelBufferRef)pixels;
    CHECK(CVPixelBufferCreate(NULL, 0, 8, kCVPixelFormatType_32BGRA, NULL, &buffer) == kCVReturnInvalidSize);
    CHECK(buffer == NULL);
    CHECK_STATUS(CVPixelBufferCreate(NULL, 8, 8, 0x12345678, NULL, &buffer), kCVReturnInvalidPixelFormat);
    CHECK_STATUS(CVPixelBufferLockBaseAddress(NULL, 0), kCVReturnInvalidArgument);
    CHECK(CVPixelBufferGetIOSurface(NULL) == NULL);
}

static void pools(void) {
    CFMutableDictionaryRef attributes =
        CFDictionaryCreateMutable(NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    int64_t format = kCVPixelFormatType_420YpCbCr8Planar;
    CFNumberRef values[4] = {CFNumberCreate(NULL, kCFNumberLongType, &format), number(32), number(16), number(1)};
    CFDictionarySetValue(attributes, CFSTR("PixelFormatType"), values[0]);
    CFDictionarySetValue(attributes, kCVPixelBufferWidthKey, values[1]);
    CFDictionarySetValue(attributes, kCVPixelBufferHeightKey, values[2]);
    CVPixelBufferPoolRef pool = NULL;
    CVPixelBufferRef one = NULL, other = NULL;
    CHECK_STATUS(CVPixelBufferPoolCreate(NULL, NULL, attributes, &pool), kCVReturnSuccess);
    CHECK(CFDictionaryContainsKey(CVPixelBufferPoolGetPixelBufferAttributes(pool), kCVPixelBufferPixelFormatTypeKey));
    CHECK_STATUS(CVPixelBufferPoolCreatePixelBuffer(NULL, pool, &one), kCVReturnSuccess);
    void *memory = CVPixelBufferGetBaseAddress(one);
    CFDictionaryRef limit = CFDictionaryCreate(
        NULL, (const void **)&kCVPixelBufferPoolAllocationThresholdKey, (const void **)&values[3], 1,
        &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK_STATUS(
        CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(NULL, pool, limit, &other),
        kCVReturnWouldExceedAllocationThreshold);
    CVPixelBufferRelease(one);
    CHECK_STATUS(CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(NULL, pool, limit, &other), kCVReturnSuccess);
    CHECK(CVPixelBufferGetBaseAddress(other) == memory);
    CVPixelBufferPoolRelease(pool);
    CVPixelBufferRelease(other);
    CFRelease(limit);
    CFRelease(attributes);
    for (int index = 0; index < 4; index++) {
        CFRelease(values[index]);
    }
}

static void colours(void) {
    CHECK(CVColorPrimariesGetIntegerCodePointForString(kCVImageBufferColorPrimaries_ITU_R_2020) == 9);
    CHECK(CVTransferFunctionGetIntegerCodePointForString(CFSTR("nonsense")) == 2);
    CHECK(CFEqual(CVYCbCrMatrixGetStringForIntegerCodePoint(1), kCVImageBufferYCbCrMatrix_ITU_R_709_2));
    CHECK(CVColorPrimariesGetStringForIntegerCodePoint(-1) == NULL);
}

static void queues(void) {
    CMSimpleQueueRef queue = NULL;
    int things[3];
    CHECK_STATUS(CMSimpleQueueCreate(NULL, 2, &queue), noErr);
    CHECK_STATUS(CMSimpleQueueEnqueue(queue, &things[0]), noErr);
    CHECK_STATUS(CMSimpleQueueEnqueue(queue, &things[1]), noErr);
    CHECK_STATUS(CMSimpleQueueEnqueue(queue, &things[2]), kCMSimpleQueueError_QueueIsFull);
    CHECK(CMSimpleQueueGetHead(queue) == &things[0] && CMSimpleQueueGetFullness(queue) == 1.0f);
    CHECK(CMSimpleQueueDequeue(queue) == &things[0] && CMSimpleQueueDequeue(queue) == &things[1]);
    CHECK(CMSimpleQueueDequeue(queue) == NULL && CMSimpleQueueGetCount(queue) == 0);
    CFRelease(queue);
    CHECK_STATUS(CMSimpleQueueCreate(NULL, 0, &queue), kCMSimpleQueueError_ParameterOutOfRange);
    CHECK(queue == NULL);
}

int main(void) {
    times();
    queues();
    blocks();
    samples();
    pixel_buffers();
    pools();
    colours();
    return failures != 0;
}
