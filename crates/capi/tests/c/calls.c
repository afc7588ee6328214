/* Core Media and Core Video call by call: what no other program here calls. */

#define _GNU_SOURCE
#include <dlfcn.h>

#include "check.h"

#if !defined(TARGET_OS_IPHONE) || !defined(TARGET_OS_OSX) || !defined(TARGET_CPU_ARM64)
#error "programs compare these as macros"
#endif
#if !defined(kCFCoreFoundationVersionNumber10_7) || defined(MAC_OS_X_VERSION_10_15)
#error "programs look whether these are defined"
#endif

static int is(CMTime time, int64_t value, int32_t timescale) {
    return CMTimeCompare(time, CMTimeMake(value, timescale)) == 0;
}

static int same(CMTimeRange range, int64_t start, int64_t duration) {
    return CMTimeRangeEqual(range, CMTimeRangeMake(CMTimeMake(start, 10), CMTimeMake(duration, 10)));
}

static CMTimeRange range(int64_t start, int64_t duration) {
    return CMTimeRangeMake(CMTimeMake(start, 10), CMTimeMake(duration, 10));
}

static void times(void) {
    CHECK(is(CMTimeSubtract(CMTimeMake(1, 2), CMTimeMake(1, 3)), 1, 6) && is(CMTimeAbsoluteValue(CMTimeMake(-5, 3)), 5, 3));
    CHECK(is(CMTimeMakeWithSeconds(1.5, 600), 900, 600) && CMTimeMakeWithSeconds(1.5, 600).timescale == 600);
    CHECK(is(CMTimeMultiplyByRatio(CMTimeMake(10, 3), 3, 5), 2, 1) && is(CMTimeMultiplyByFloat64(CMTimeMake(10, 4), 0.5), 5, 4));
    CHECK(is(CMTimeMaximum(CMTimeMake(1, 2), CMTimeMake(2, 3)), 2, 3) && is(CMTimeMinimum(CMTimeMake(1, 2), CMTimeMake(2, 3)), 1, 2));
    CHECK(CMTIME_IS_POSITIVE_INFINITY(CMTimeMaximum(kCMTimePositiveInfinity, CMTimeMake(1, 2))));
    CFStringRef text = CMTimeCopyDescription(NULL, CMTimeMake(1, 2));
    CHECK(text != NULL && CFStringFind(text, CFSTR("1/2"), 0).location != kCFNotFound);
    CFRelease(text);

    CHECK(same(CMTimeRangeFromTimeToTime(CMTimeMake(1, 10), CMTimeMake(4, 10)), 1, 3));
    CHECK(same(CMTimeRangeGetUnion(range(0, 2), range(5, 1)), 0, 6) && same(CMTimeRangeGetIntersection(range(0, 6), range(4, 9)), 4, 2));
    CHECK(CMTIMERANGE_IS_EMPTY(CMTimeRangeGetIntersection(range(0, 2), range(2, 2))));
    CHECK(CMTimeRangeContainsTimeRange(range(0, 6), range(4, 2)) && !CMTimeRangeContainsTimeRange(range(0, 6), range(4, 3)));
    CHECK(is(CMTimeClampToRange(CMTimeMake(9, 10), range(0, 6)), 6, 10) && is(CMTimeFoldIntoRange(CMTimeMake(14, 10), range(0, 6)), 2, 10));
    CHECK(is(CMTimeMapTimeFromRangeToRange(CMTimeMake(3, 10), range(2, 2), range(10, 8)), 14, 10));
    CHECK(is(CMTimeMapDurationFromRangeToRange(CMTimeMake(1, 10), range(2, 2), range(10, 8)), 4, 10));
    CFDictionaryRef dictionary = CMTimeRangeCopyAsDictionary(range(3, 4), NULL);
    CHECK(same(CMTimeRangeMakeFromDictionary(dictionary), 3, 4));
    CFRelease(dictionary);
    CMTimeMapping mapping = CMTimeMappingMake(range(0, 2), range(4, 4));
    dictionary = CMTimeMappingCopyAsDictionary(mapping, NULL);
    CMTimeMapping back = CMTimeMappingMakeFromDictionary(dictionary);
    CHECK(CMTimeRangeEqual(back.source, mapping.source) && CMTimeRangeEqual(back.target, mapping.target));
    CHECK(CMTIMERANGE_IS_INVALID(CMTimeMappingMakeEmpty(range(1, 1)).source));
    CFRelease(dictionary);
}

static void blocks(void) {
    CMBlockBufferRef whole = NULL, first = NULL, part = NULL;
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, NULL, 8, NULL, NULL, 0, 8, 0, &first), kCMBlockBufferNoErr);
    CHECK(CFGetTypeID(first) == CMBlockBufferGetTypeID());
    /* Memory comes when it is asked for. */
    char *pointer = NULL;
    CHECK(CMBlockBufferGetDataPointer(first, 0, NULL, NULL, &pointer) != kCMBlockBufferNoErr || pointer != NULL);
    CHECK_STATUS(CMBlockBufferAssureBlockMemory(first), kCMBlockBufferNoErr);
    CHECK_STATUS(CMBlockBufferReplaceDataBytes("12345678", first, 0, 8), kCMBlockBufferNoErr);
    CHECK_STATUS(CMBlockBufferCreateEmpty(NULL, 0, 0, &whole), kCMBlockBufferNoErr);
    CHECK_STATUS(CMBlockBufferAppendBufferReference(whole, first, 2, 4, 0), kCMBlockBufferNoErr);
    CHECK_STATUS(CMBlockBufferAppendMemoryBlock(whole, NULL, 4, NULL, NULL, 1, 3, kCMBlockBufferAssureMemoryNowFlag), kCMBlockBufferNoErr);
    CHECK_STATUS(CMBlockBufferFillDataBytes('x', whole, 4, 3), kCMBlockBufferNoErr);
    CHECK(CMBlockBufferGetDataLength(whole) == 7 && !CMBlockBufferIsRangeContiguous(whole, 0, 0));
    char room[7];
    CHECK_STATUS(CMBlockBufferAccessDataBytes(whole, 1, 5, room, &pointer), kCMBlockBufferNoErr);
    CHECK(pointer == room && memcmp(room, "456xx", 5) == 0);
    CHECK_STATUS(CMBlockBufferAccessDataBytes(whole, 1, 2, room, &pointer), kCMBlockBufferNoErr);
    CHECK(pointer != room && memcmp(pointer, "45", 2) == 0);
    CHECK_STATUS(CMBlockBufferCreateWithBufferReference(NULL, whole, 3, 2, 0, &part), kCMBlockBufferNoErr);
    CHECK_STATUS(CMBlockBufferCopyDataBytes(part, 0, 2, room), kCMBlockBufferNoErr);
    CHECK(CMBlockBufferGetDataLength(part) == 2 && memcmp(room, "6x", 2) == 0);
    CHECK_STATUS(CMBlockBufferCopyDataBytes(part, 1, 2, room), kCMBlockBufferBadLengthParameterErr);
    CFRelease(part);
    CFRelease(whole);
    CFRelease(first);
}

static CFDictionaryRef pair(CFStringRef one, int first, CFStringRef other, int second) {
    const void *keys[] = {one, other}, *values[] = {number(first), number(second)};
    CFDictionaryRef dictionary = CFDictionaryCreate(NULL, keys, values, 2, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CFRelease(values[0]);
    CFRelease(values[1]);
    return dictionary;
}

static CMFormatDescriptionRef format(int name, int spacing) {
    CFDictionaryRef aspect = pair(
        kCMFormatDescriptionKey_PixelAspectRatioHorizontalSpacing, spacing, kCMFormatDescriptionKey_PixelAspectRatioVerticalSpacing, 1);
    CFDictionaryRef aperture =
        pair(kCMFormatDescriptionKey_CleanApertureWidth, 60, kCMFormatDescriptionKey_CleanApertureHeight, 40);
    CFNumberRef named = number(name);
    const void *keys[] = {kCMFormatDescriptionExtension_PixelAspectRatio, kCMFormatDescriptionExtension_CleanAperture, CFSTR("Name")};
    const void *values[] = {aspect, aperture, named};
    CFDictionaryRef extensions = CFDictionaryCreate(NULL, keys, values, 3, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CMFormatDescriptionRef made = NULL;
    CHECK_STATUS(CMVideoFormatDescriptionCreate(NULL, kCMVideoCodecType_H264, 64, 48, extensions, &made), noErr);
    CFRelease(extensions);
    CFRelease(aspect);
    CFRelease(aperture);
    CFRelease(named);
    return made;
}

static void formats(void) {
    CMFormatDescriptionRef one = format(1, 2), same_one = format(1, 2), other = format(3, 2), wide = format(1, 4);
    CHECK(CFGetTypeID(one) == CMFormatDescriptionGetTypeID() && CMFormatDescriptionGetMediaSubType(one) == kCMVideoCodecType_H264);
    CHECK(CMFormatDescriptionEqual(one, same_one) && CFEqual(one, same_one) && !CMFormatDescriptionEqual(one, other));
    CHECK(CMFormatDescriptionEqual(NULL, NULL) && !CMFormatDescriptionEqual(one, NULL));
    CHECK(CMFormatDescriptionEqualIgnoringExtensionKeys(one, other, CFSTR("Name"), NULL));
    CHECK(!CMFormatDescriptionEqualIgnoringExtensionKeys(one, wide, CFSTR("Name"), NULL));
    CGSize shown = CMVideoFormatDescriptionGetPresentationDimensions(one, false, false);
    CHECK(shown.width == 64 && shown.height == 48);
    shown = CMVideoFormatDescriptionGetPresentationDimensions(one, true, false);
    CHECK(shown.width == 128 && shown.height == 48);
    shown = CMVideoFormatDescriptionGetPresentationDimensions(one, true, true);
    CHECK(shown.width == 120 && shown.height == 40);
    CGRect clean = CMVideoFormatDescriptionGetCleanAperture(one, true);
    CHECK(clean.origin.x == 2 && clean.origin.y == 4 && clean.size.width == 60 && clean.size.height == 40);
    CHECK(CFArrayGetCount(CMVideoFormatDescriptionGetExtensionKeysCommonWithImageBuffers()) > 5);
    CMFormatDescriptionRef hevc = NULL;
    const uint8_t *sets[3] = {(const uint8_t *)"a", (const uint8_t *)"b", (const uint8_t *)"c"};
    const size_t sizes[3] = {1, 1, 1};
    CHECK(CMVideoFormatDescriptionCreateFromHEVCParameterSets(NULL, 3, sets, sizes, 4, NULL, &hevc) != noErr && hevc == NULL);
    CFRelease(one);
    CFRelease(same_one);
    CFRelease(other);
    CFRelease(wide);
}

static void samples(void) {
    const CMSampleTimingInfo timing[] = {
        {CMTimeMake(1, 30), CMTimeMake(5, 30), CMTimeMake(4, 30)},
        {CMTimeMake(2, 30), CMTimeMake(6, 30), kCMTimeInvalid},
    };
    const size_t sizes[] = {3, 5};
    CMSampleBufferRef sample = NULL, copy = NULL;
    CHECK_STATUS(CMSampleBufferCreate(NULL, NULL, false, NULL, NULL, NULL, 2, 2, timing, 2, sizes, &sample), noErr);
    CHECK(CFGetTypeID(sample) == CMSampleBufferGetTypeID() && !CMSampleBufferDataIsReady(sample));
    CMSampleTimingInfo read[2];
    CMItemCount count = 0;
    CHECK_STATUS(CMSampleBufferGetSampleTimingInfoArray(sample, 0, NULL, &count), noErr);
    CHECK(count == 2);
    CHECK_STATUS(CMSampleBufferGetSampleTimingInfoArray(sample, 1, read, &count), kCMSampleBufferError_ArrayTooSmall);
    CHECK_STATUS(CMSampleBufferGetSampleTimingInfoArray(sample, 2, read, NULL), noErr);
    CHECK(is(read[1].presentationTimeStamp, 6, 30) && CMTIME_IS_INVALID(read[1].decodeTimeStamp));
    CHECK_STATUS(CMSampleBufferGetSampleTimingInfo(sample, 0, read), noErr);
    CHECK(is(read[0].decodeTimeStamp, 4, 30) && is(read[0].duration, 1, 30));
    CHECK_STATUS(CMSampleBufferGetSampleTimingInfo(sample, 2, read), kCMSampleBufferError_SampleIndexOutOfRange);
    size_t read_sizes[2] = {0, 0};
    CHECK_STATUS(CMSampleBufferGetSampleSizeArray(sample, 2, read_sizes, &count), noErr);
    CHECK(count == 2 && read_sizes[1] == 5 && CMSampleBufferGetTotalSampleSize(sample) == 8);

    CHECK_STATUS(CMSampleBufferSetOutputPresentationTimeStamp(sample, CMTimeMake(100, 30)), noErr);
    CHECK(is(CMSampleBufferGetOutputPresentationTimeStamp(sample), 100, 30) && is(CMSampleBufferGetPresentationTimeStamp(sample), 5, 30));
    CHECK_STATUS(CMSampleBufferGetOutputSampleTimingInfoArray(sample, 2, read, &count), noErr);
    CHECK(count == 2 && is(read[0].presentationTimeStamp, 100, 30) && is(read[1].presentationTimeStamp, 101, 30));
    /* A copy has its data, so there is none of what is not ready. */
    const CMSampleTimingInfo later[] = {{CMTimeMake(1, 10), CMTimeMake(7, 10), kCMTimeInvalid}};
    CHECK_STATUS(CMSampleBufferCreateCopyWithNewTiming(NULL, sample, 1, later, &copy), kCMSampleBufferError_BufferNotReady);
    CMBlockBufferRef data = NULL;
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, NULL, 8, NULL, NULL, 0, 8, kCMBlockBufferAssureMemoryNowFlag, &data), noErr);
    CMSampleBufferRef ready = NULL;
    CHECK_STATUS(CMSampleBufferCreateReady(NULL, data, NULL, 2, 2, timing, 2, sizes, &ready), noErr);
    CHECK_STATUS(CMSampleBufferCreateCopyWithNewTiming(NULL, ready, 1, later, &copy), noErr);
    CFRelease(data);
    CFRelease(ready);
    CHECK(is(CMSampleBufferGetPresentationTimeStamp(copy), 7, 10) && is(CMSampleBufferGetDuration(copy), 2, 10));
    CFRelease(copy);

    OSStatus why = 0;
    CHECK(!CMSampleBufferHasDataFailed(sample, &why) && why == 0);
    CHECK_STATUS(CMSampleBufferSetDataFailed(sample, -99), noErr);
    CHECK(CMSampleBufferHasDataFailed(sample, &why) && why == -99 && !CMSampleBufferDataIsReady(sample));
    CHECK(CMSampleBufferMakeDataReady(sample) != noErr);
    CFRelease(sample);
}

static void attachments(void) {
    CVPixelBufferRef buffer = NULL, other = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, 8, 6, kCVPixelFormatType_32BGRA, NULL, &buffer), kCVReturnSuccess);
    CHECK_STATUS(CVPixelBufferCreate(NULL, 8, 6, kCVPixelFormatType_32BGRA, NULL, &other), kCVReturnSuccess);
    CHECK(CFGetTypeID(buffer) == CVPixelBufferGetTypeID() && CVPixelBufferGetPixelFormatType(buffer) == kCVPixelFormatType_32BGRA);
    CHECK(CVPixelBufferRetain(buffer) == buffer && CVBufferRetain(buffer) == buffer && CFGetRetainCount(buffer) == 3);
    CVPixelBufferRelease(buffer);
    CVBufferRelease(buffer);
    CFDictionaryRef two = pair(CFSTR("a"), 1, CFSTR("b"), 2), copied;
    CVBufferSetAttachments(buffer, two, kCVAttachmentMode_ShouldPropagate);
    CVBufferSetAttachment(buffer, CFSTR("c"), kCFBooleanTrue, kCVAttachmentMode_ShouldNotPropagate);
    CVBufferSetAttachment(other, CFSTR("d"), kCFBooleanTrue, kCVAttachmentMode_ShouldPropagate);
    CVBufferPropagateAttachments(buffer, other);
    copied = CVBufferCopyAttachments(other, kCVAttachmentMode_ShouldPropagate);
    CHECK(CFDictionaryGetCount(copied) == 3 && CFDictionaryContainsKey(copied, CFSTR("a")) && CFDictionaryContainsKey(copied, CFSTR("d")));
    CFRelease(copied);
    CHECK(!CVBufferHasAttachment(other, CFSTR("c")));
    CVBufferRemoveAttachment(other, CFSTR("a"));
    CHECK(!CVBufferHasAttachment(other, CFSTR("a")) && CVBufferHasAttachment(other, CFSTR("b")));
    CVBufferRemoveAllAttachments(other);
    CHECK(!CVBufferHasAttachment(other, CFSTR("b")));

    CMSampleBufferRef bearer = NULL, heir = NULL;
    CHECK_STATUS(CMSampleBufferCreate(NULL, NULL, false, NULL, NULL, NULL, 0, 0, NULL, 0, NULL, &bearer), noErr);
    CHECK_STATUS(CMSampleBufferCreate(NULL, NULL, false, NULL, NULL, NULL, 0, 0, NULL, 0, NULL, &heir), noErr);
    CMSetAttachments(bearer, two, kCMAttachmentMode_ShouldPropagate);
    CMSetAttachment(bearer, CFSTR("c"), kCFBooleanTrue, kCMAttachmentMode_ShouldNotPropagate);
    CMPropagateAttachments(bearer, heir);
    copied = CMCopyDictionaryOfAttachments(NULL, heir, kCMAttachmentMode_ShouldPropagate);
    CHECK(copied != NULL && CFEqual(copied, two));
    CFRelease(copied);
    CHECK(CMCopyDictionaryOfAttachments(NULL, heir, kCMAttachmentMode_ShouldNotPropagate) == NULL);
    CMRemoveAllAttachments(heir);
    CHECK(CMGetAttachment(heir, CFSTR("a"), NULL) == NULL);
    CFRelease(bearer);
    CFRelease(heir);

    CGSize encoded = CVImageBufferGetEncodedSize(buffer), shown = CVImageBufferGetDisplaySize(buffer);
    CGRect clean = CVImageBufferGetCleanRect(buffer);
    CHECK(encoded.width == 8 && shown.height == 6 && clean.size.width == 8 && clean.origin.y == 0 && CVImageBufferIsFlipped(buffer));
    CFRelease(two);
    CVPixelBufferRelease(buffer);
    CVPixelBufferRelease(other);

    CHECK(CFEqual(CVTransferFunctionGetStringForIntegerCodePoint(16), kCVImageBufferTransferFunction_SMPTE_ST_2084_PQ));
    CHECK(CVYCbCrMatrixGetIntegerCodePointForString(kCVImageBufferYCbCrMatrix_ITU_R_2020) == 9);
    CHECK(CVYCbCrMatrixGetIntegerCodePointForString(CFSTR("none")) == 2);
}

static void surroundings(void) {
    const void *keys[] = {kCVPixelBufferExtendedPixelsLeftKey, kCVPixelBufferExtendedPixelsBottomKey};
    const void *values[] = {number(4), number(2)};
    CFDictionaryRef attributes = CFDictionaryCreate(NULL, keys, values, 2, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, 8, 6, kCVPixelFormatType_OneComponent8, attributes, &buffer), kCVReturnSuccess);
    size_t left = 9, right = 9, top = 9, bottom = 9;
    CVPixelBufferGetExtendedPixels(buffer, &left, &right, &top, &bottom);
    CHECK(left >= 4 && bottom >= 2 && top == 0);
    CVPixelBufferGetExtendedPixels(buffer, NULL, NULL, NULL, NULL);
    CVPixelBufferLockBaseAddress(buffer, 0);
    uint8_t *first = (uint8_t *)CVPixelBufferGetBaseAddress(buffer);
    size_t stride = CVPixelBufferGetBytesPerRow(buffer);
    for (size_t y = 0; y < 6; y++) {
        memset(first + y * stride, (int)(10 + y), 8);
    }
    CVPixelBufferUnlockBaseAddress(buffer, 0);
    CHECK_STATUS(CVPixelBufferFillExtendedPixels(buffer), kCVReturnSuccess);
    CVPixelBufferLockBaseAddress(buffer, kCVPixelBufferLock_ReadOnly);
    CHECK(first[-4] == 10 && first[stride - 4] == 11 && first[7 * stride] == 15);
    CVPixelBufferUnlockBaseAddress(buffer, kCVPixelBufferLock_ReadOnly);
    CVPixelBufferRelease(buffer);
    CFRelease(attributes);
    CFRelease(values[0]);
    CFRelease(values[1]);
}

/* What has no decoder yet says so, and takes NULL. */
static void decoding(void) {
    CHECK(!VTIsHardwareDecodeSupported(kCMVideoCodecType_H264) && !VTIsStereoMVHEVCDecodeSupported() && !VTIsStereoMVHEVCEncodeSupported());
    CHECK(VTDecompressionSessionDecodeFrame(NULL, NULL, 0, NULL, NULL) == kVTParameterErr);
    CHECK(VTDecompressionSessionFinishDelayedFrames(NULL) == kVTParameterErr);
    CHECK(VTDecompressionSessionWaitForAsynchronousFrames(NULL) == kVTParameterErr);
    CHECK(!VTDecompressionSessionCanAcceptFormatDescription(NULL, NULL) && VTDecompressionSessionGetTypeID() != 0);
    VTDecompressionSessionInvalidate(NULL);
    VTRegisterSupplementalVideoDecoderIfAvailable(kCMVideoCodecType_VP9);
    VTRegisterProfessionalVideoWorkflowVideoDecoders();
    VTRegisterProfessionalVideoWorkflowVideoEncoders();
}

static void queue(void) {
    CMSimpleQueueRef queue = NULL;
    CHECK_STATUS(CMSimpleQueueCreate(NULL, 2, &queue), noErr);
    CHECK(CFGetTypeID(queue) == CMSimpleQueueGetTypeID() && CMSimpleQueueGetCapacity(queue) == 2);
    CHECK_STATUS(CMSimpleQueueEnqueue(queue, &failures), noErr);
    CHECK_STATUS(CMSimpleQueueReset(queue), noErr);
    CHECK(CMSimpleQueueGetCount(queue) == 0 && CMSimpleQueueDequeue(queue) == NULL);
    CFRelease(queue);
}

/* Programs look for symbols and versions at run time. */
static void environment(void) {
    CFStringRef *level = (CFStringRef *)dlsym(RTLD_DEFAULT, "kVTProfileLevel_H264_High_AutoLevel");
    CHECK(level != NULL && CFEqual(*level, kVTProfileLevel_H264_High_AutoLevel));
    CHECK(dlsym(RTLD_DEFAULT, "CMVideoFormatDescriptionGetHEVCParameterSetAtIndex") != NULL);
    int available = 0;
    if (__builtin_available(macOS 10.13, *)) {
        available = 1;
    }
    CHECK(available && kCFCoreFoundationVersionNumber > kCFCoreFoundationVersionNumber10_7);
}

int main(void) {
    environment();
    times();
    blocks();
    formats();
    samples();
    attachments();
    surroundings();
    decoding();
    queue();
    return failures != 0;
}
