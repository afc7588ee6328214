/* Compression sessions as clients rely on them. */

#include <pthread.h>

#include "check.h"

#define FRAMES 12

typedef struct {
    int callbacks, sync, dropped, failed;
    int64_t last_decode;
    void *references[FRAMES];
    VTCompressionSessionRef session;
    OSStatus inside;
    CMSampleBufferRef first;
} Seen;

static void check_sample(Seen *seen, CMSampleBufferRef sample) {
    CFArrayRef attachments = CMSampleBufferGetSampleAttachmentsArray(sample, false);
    CHECK(attachments != NULL && CFArrayGetCount(attachments) == 1);
    CFDictionaryRef first = (CFDictionaryRef)CFArrayGetValueAtIndex(attachments, 0);
    const void *not_sync = CFDictionaryGetValue(first, kCMSampleAttachmentKey_NotSync);
    if (not_sync == NULL) {
        seen->sync++;
        CHECK(!CFDictionaryContainsKey(first, CFSTR("NotSync")));
        CHECK(CFDictionaryGetValue(first, kCMSampleAttachmentKey_DependsOnOthers) == kCFBooleanFalse);
    } else {
        CHECK(not_sync == kCFBooleanTrue);
    }
    CFBooleanRef depended = (CFBooleanRef)CFDictionaryGetValue(first, kCMSampleAttachmentKey_IsDependedOnByOthers);
    CHECK(depended == kCFBooleanTrue || depended == kCFBooleanFalse);

    CMTime shown = CMSampleBufferGetPresentationTimeStamp(sample), decoded = CMSampleBufferGetDecodeTimeStamp(sample);
    CHECK(shown.timescale == 90000 && CMSampleBufferGetOutputPresentationTimeStamp(sample).timescale == 90000);
    CHECK(CMSampleBufferGetDuration(sample).value == 3000);
    if (CMTIME_IS_VALID(decoded)) {
        CHECK(decoded.timescale == 90000 && decoded.value <= shown.value);
        CHECK(seen->callbacks == 0 || decoded.value > seen->last_decode);
        seen->last_decode = decoded.value;
    }

    CMBlockBufferRef block = CMSampleBufferGetDataBuffer(sample);
    char *data = NULL;
    size_t at_offset = 0, total = 0;
    CHECK_STATUS(CMBlockBufferGetDataPointer(block, 0, &at_offset, &total, &data), noErr);
    CHECK(at_offset == total && total == CMSampleBufferGetTotalSampleSize(sample) && total > 4);
    CHECK(CMBlockBufferIsRangeContiguous(block, 0, 0));
    CHECK(CMSampleBufferGetDataBuffer(sample) == block);
    size_t place = 0;
    while (place + 4 <= total) {
        uint8_t length[4];
        CHECK_STATUS(CMBlockBufferCopyDataBytes(block, place, 4, length), noErr);
        place += 4 + ((size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3]);
    }
    CHECK(place == total);

    CMFormatDescriptionRef format = CMSampleBufferGetFormatDescription(sample);
    size_t count = 0;
    int length_size = 0;
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 0, NULL, NULL, &count, &length_size), noErr);
    CHECK(count == 2 && length_size == 4);
    CFDictionaryRef atoms = (CFDictionaryRef)CMFormatDescriptionGetExtension(
        format, kCMFormatDescriptionExtension_SampleDescriptionExtensionAtoms);
    CHECK(atoms != NULL && CFGetTypeID(CFDictionaryGetValue(atoms, CFSTR("avcC"))) == CFDataGetTypeID());
    if (seen->first == NULL) {
        seen->first = (CMSampleBufferRef)CFRetain(sample);
    } else {
        CHECK(CMSampleBufferGetFormatDescription(seen->first) == format);
    }
}

static void encoded(void *context, void *reference, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Seen *seen = (Seen *)context;
    if (status != noErr) {
        seen->failed++;
    } else if (sample == NULL) {
        CHECK(flags & kVTEncodeInfo_FrameDropped);
        seen->dropped++;
    } else {
        check_sample(seen, sample);
    }
    if (seen->callbacks < FRAMES) {
        seen->references[seen->callbacks] = reference;
    }
    seen->callbacks++;
    if (seen->session != NULL) {
        /* No lock is held: the session can be used from here, only not waited for. */
        CFNumberRef pending = NULL;
        CHECK_STATUS(VTSessionCopyProperty(seen->session, kVTCompressionPropertyKey_NumberOfPendingFrames, NULL, &pending), noErr);
        CFRelease(pending);
        seen->inside = VTCompressionSessionCompleteFrames(seen->session, kCMTimeInvalid);
    }
}

static CVPixelBufferRef picture(size_t width, size_t height, OSType format, int seed) {
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, width, height, format, NULL, &buffer), kCVReturnSuccess);
    CVPixelBufferLockBaseAddress(buffer, 0);
    size_t planes = CVPixelBufferIsPlanar(buffer) ? CVPixelBufferGetPlaneCount(buffer) : 1;
    for (size_t plane = 0; plane < planes; plane++) {
        uint8_t *row = (uint8_t *)CVPixelBufferGetBaseAddressOfPlane(buffer, plane);
        for (size_t y = 0; y < CVPixelBufferGetHeightOfPlane(buffer, plane); y++) {
            for (size_t x = 0; x < CVPixelBufferGetWidthOfPlane(buffer, plane); x++) {
                row[x] = (uint8_t)(x + y * 2 + (size_t)seed * 5);
            }
            row += CVPixelBufferGetBytesPerRowOfPlane(buffer, plane);
        }
    }
    CVPixelBufferUnlockBaseAddress(buffer, 0);
    return buffer;
}

static VTCompressionSessionRef create(Seen *seen) {
    VTCompressionSessionRef session = NULL;
    CHECK_STATUS(
        VTCompressionSessionCreate(NULL, 96, 64, kCMVideoCodecType_H264, NULL, NULL, NULL, seen ? encoded : NULL, seen, &session),
        noErr);
    CHECK(CFGetTypeID(session) == VTCompressionSessionGetTypeID());
    return session;
}

static OSStatus encode(VTCompressionSessionRef session, CVPixelBufferRef buffer, int index, CFDictionaryRef properties) {
    return VTCompressionSessionEncodeFrame(
        session, buffer, CMTimeMake((int64_t)index * 3000, 90000), CMTimeMake(3000, 90000), properties,
        (void *)(intptr_t)(index + 100), NULL);
}

static void life(void) {
    Seen seen = {0};
    VTCompressionSessionRef session = create(&seen);
    /* The properties of OBS: slots left empty. */
    const void *keys[4] = {kVTCompressionPropertyKey_RealTime, NULL, CFSTR("AllowFrameReordering"), NULL};
    const void *values[4] = {kCFBooleanFalse, NULL, kCFBooleanTrue, NULL};
    CFDictionaryRef properties =
        CFDictionaryCreate(NULL, keys, values, 4, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK_STATUS(VTSessionSetProperties(session, properties), noErr);
    CFRelease(properties);
    CHECK_STATUS(VTCompressionSessionPrepareToEncodeFrames(session), noErr);
    /* Frame properties without callbacks and without owner. */
    const void *force[1] = {kVTEncodeFrameOptionKey_ForceKeyFrame}, *yes[1] = {kCFBooleanTrue};
    for (int index = 0; index < FRAMES; index++) {
        /* Another size and format than the session's are converted. */
        CVPixelBufferRef buffer = index % 3 == 0
            ? picture(48, 32, kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange, index)
            : picture(96, 64, index % 3 == 1 ? kCVPixelFormatType_32BGRA : kCVPixelFormatType_420YpCbCr8Planar, index);
        CFDictionaryRef frame = index == 6 ? CFDictionaryCreate(NULL, force, yes, 1, NULL, NULL) : NULL;
        CHECK_STATUS(encode(session, buffer, index, frame), noErr);
        if (frame != NULL) {
            CFRelease(frame);
        }
        CVPixelBufferRelease(buffer);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeIndefinite), noErr);
    CHECK(seen.callbacks == FRAMES && seen.sync == 2 && seen.dropped == 0 && seen.failed == 0);
    int found = 0;
    for (int index = 0; index < FRAMES; index++) {
        intptr_t reference = (intptr_t)seen.references[index] - 100;
        found |= reference >= 0 && reference < FRAMES ? 1 << reference : 0;
    }
    CHECK(found == (1 << FRAMES) - 1);
    /* It goes on after that; a time that does not increase is refused and gets no callback. */
    CVPixelBufferRef buffer = picture(96, 64, kCVPixelFormatType_420YpCbCr8Planar, 1);
    CHECK_STATUS(encode(session, buffer, FRAMES - 1, NULL), kVTParameterErr);
    seen.session = session;
    CHECK_STATUS(encode(session, buffer, FRAMES, NULL), noErr);
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimePositiveInfinity), noErr);
    CHECK(seen.callbacks == FRAMES + 1 && seen.inside == kVTParameterErr);
    seen.session = NULL;
    VTCompressionSessionInvalidate(session);
    VTCompressionSessionInvalidate(session);
    CHECK_STATUS(encode(session, buffer, FRAMES + 1, NULL), kVTInvalidSessionErr);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_RealTime, kCFBooleanTrue), kVTInvalidSessionErr);
    CFRelease(session);
    CVPixelBufferRelease(buffer);
    /* What came out lives on. */
    CHECK(CMBlockBufferGetDataLength(CMSampleBufferGetDataBuffer(seen.first)) > 0);
    CFRelease(seen.first);
}

static void release_only(void) {
    Seen seen = {0};
    VTCompressionSessionRef session = create(&seen);
    CVPixelBufferRef buffer = picture(96, 64, kCVPixelFormatType_420YpCbCr8Planar, 1);
    CHECK_STATUS(encode(session, buffer, 0, NULL), noErr);
    CFRelease(session);
    int callbacks = seen.callbacks;
    CVPixelBufferRelease(buffer);
    CHECK(seen.callbacks == callbacks);
    if (seen.first != NULL) {
        CFRelease(seen.first);
    }
}

static void pool(void) {
    Seen seen = {0};
    VTCompressionSessionRef session = create(&seen);
    CVPixelBufferPoolRef pool = VTCompressionSessionGetPixelBufferPool(session);
    CHECK(pool != NULL && VTCompressionSessionGetPixelBufferPool(session) == pool);
    CFDictionaryRef attributes = CVPixelBufferPoolGetPixelBufferAttributes(pool);
    CFTypeRef format = CFDictionaryGetValue(attributes, kCVPixelBufferPixelFormatTypeKey);
    CHECK(format != NULL && (CFGetTypeID(format) == CFNumberGetTypeID() || CFGetTypeID(format) == CFArrayGetTypeID()));
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferPoolCreatePixelBuffer(NULL, pool, &buffer), kCVReturnSuccess);
    CHECK(CVPixelBufferGetWidth(buffer) == 96 && CVPixelBufferGetHeight(buffer) == 64);
    CFRelease(session);
    CVPixelBufferRelease(buffer);
}

static void properties(void) {
    VTCompressionSessionRef session = create(NULL);
    CFNumberRef rate = number(500000), got = NULL;
    CHECK_STATUS(VTSessionSetProperty(session, CFSTR("AverageBitRate"), rate), noErr);
    CHECK_STATUS(VTSessionCopyProperty(session, kVTCompressionPropertyKey_AverageBitRate, NULL, &got), noErr);
    CHECK(CFEqual(rate, got));
    CFRelease(got);
    CFRelease(rate);
    CHECK_STATUS(VTSessionSetProperty(session, CFSTR("NoSuchProperty"), kCFBooleanTrue), kVTPropertyNotSupportedErr);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_AverageBitRate, CFSTR("much")), kVTParameterErr);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_NumberOfPendingFrames, kCFBooleanTrue), kVTPropertyReadOnlyErr);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_AverageBitRate, NULL), noErr);
    got = (CFNumberRef)kCFBooleanTrue;
    CHECK_STATUS(VTSessionCopyProperty(session, CFSTR("NoSuchProperty"), NULL, &got), kVTPropertyNotSupportedErr);
    CHECK(got == NULL);
    CFBooleanRef hardware = NULL;
    CHECK_STATUS(VTSessionCopyProperty(session, kVTCompressionPropertyKey_UsingHardwareAcceleratedVideoEncoder, NULL, &hardware), noErr);
    CHECK(hardware == kCFBooleanFalse);
    CFDictionaryRef supported = NULL, serializable = NULL;
    CHECK_STATUS(VTSessionCopySupportedPropertyDictionary(session, &supported), noErr);
    CFDictionaryRef row = (CFDictionaryRef)CFDictionaryGetValue(supported, kVTCompressionPropertyKey_ProfileLevel);
    CHECK(CFEqual(CFDictionaryGetValue(row, kVTPropertyTypeKey), kVTPropertyType_Enumeration));
    CFRelease(supported);
    CHECK_STATUS(VTSessionCopySerializableProperties(session, NULL, &serializable), noErr);
    CFRelease(serializable);
    CFRelease(session);
}

/* Errors of each frame stand where programs look for them: among the attachments of the sample. */
static void errors(void) {
    Seen seen = {0};
    VTCompressionSessionRef session = create(&seen);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_CalculateMeanSquaredError, kCFBooleanTrue), noErr);
    CVPixelBufferRef buffer = picture(96, 64, kCVPixelFormatType_420YpCbCr8Planar, 1);
    CHECK_STATUS(encode(session, buffer, 0, NULL), noErr);
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CFDictionaryRef attachments = (CFDictionaryRef)CFArrayGetValueAtIndex(CMSampleBufferGetSampleAttachmentsArray(seen.first, false), 0);
    CFDictionaryRef metrics = (CFDictionaryRef)CFDictionaryGetValue(attachments, kVTSampleAttachmentKey_QualityMetrics);
    CHECK(metrics != NULL && CFGetTypeID(metrics) == CFDictionaryGetTypeID());
    const CFStringRef keys[] = {
        kVTSampleAttachmentQualityMetricsKey_LumaMeanSquaredError,
        kVTSampleAttachmentQualityMetricsKey_ChromaBlueMeanSquaredError,
        kVTSampleAttachmentQualityMetricsKey_ChromaRedMeanSquaredError,
    };
    for (int plane = 0; metrics != NULL && plane < 3; plane++) {
        double error = -1;
        CFNumberRef value = (CFNumberRef)CFDictionaryGetValue(metrics, keys[plane]);
        CHECK(value != NULL && CFNumberGetValue(value, kCFNumberDoubleType, &error) && error > 0);
    }
    CFRelease(seen.first);
    CFRelease(session);
    CVPixelBufferRelease(buffer);
}

static void failed_creation(void) {
    VTCompressionSessionRef session = (VTCompressionSessionRef)&failures;
    const void *require[1] = {kVTVideoEncoderSpecification_RequireHardwareAcceleratedVideoEncoder}, *yes[1] = {kCFBooleanTrue};
    CFDictionaryRef specification =
        CFDictionaryCreate(NULL, require, yes, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK_STATUS(
        VTCompressionSessionCreate(NULL, 96, 64, kCMVideoCodecType_H264, specification, NULL, NULL, encoded, NULL, &session),
        kVTCouldNotFindVideoEncoderErr);
    CHECK(session == NULL);
    setenv("VITASCOPE_HARDWARE", "assume", 1);
    CHECK_STATUS(
        VTCompressionSessionCreate(NULL, 96, 64, kCMVideoCodecType_H264, specification, NULL, NULL, encoded, NULL, &session),
        noErr);
    CFRelease(session);
    unsetenv("VITASCOPE_HARDWARE");
    CFRelease(specification);
    session = (VTCompressionSessionRef)&failures;
    CHECK_STATUS(
        VTCompressionSessionCreate(NULL, 0, 64, kCMVideoCodecType_H264, NULL, NULL, NULL, encoded, NULL, &session),
        kVTParameterErr);
    CHECK(session == NULL);
    /* What clients call on the session that they did not get. */
    VTCompressionSessionInvalidate(NULL);
    CFNumberRef got = (CFNumberRef)&failures;
    CHECK_STATUS(VTSessionCopyProperty(NULL, kVTCompressionPropertyKey_RealTime, NULL, &got), kVTParameterErr);
    CHECK(got == NULL);
    CHECK_STATUS(VTSessionSetProperty(NULL, kVTCompressionPropertyKey_RealTime, kCFBooleanTrue), kVTParameterErr);
    CHECK_STATUS(VTSessionSetProperty(kCFBooleanTrue, kVTCompressionPropertyKey_RealTime, kCFBooleanTrue), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionCompleteFrames(NULL, kCMTimeInvalid), kVTParameterErr);
    CHECK(VTCompressionSessionGetPixelBufferPool(NULL) == NULL);
    CFArrayRef list = NULL;
    CHECK_STATUS(VTCopyVideoEncoderList(NULL, &list), noErr);
    CHECK(CFArrayGetCount(list) > 0 && CFDictionaryContainsKey((CFDictionaryRef)CFArrayGetValueAtIndex(list, 0),
                                                              kVTVideoEncoderList_EncoderID));
    CFRelease(list);
    VTDecompressionSessionRef decoder = (VTDecompressionSessionRef)&failures;
    CMFormatDescriptionRef format = NULL;
    CHECK_STATUS(CMVideoFormatDescriptionCreate(NULL, kCMVideoCodecType_H264, 96, 64, NULL, &format), noErr);
    CHECK_STATUS(VTDecompressionSessionCreate(NULL, format, NULL, NULL, NULL, &decoder), kVTCouldNotFindVideoDecoderErr);
    CHECK(decoder == NULL);
    CFRelease(format);
}

/* Where a dictionary or NULL is wanted, another object is refused and not taken for NULL. */
static void wrong_dictionaries(void) {
    CFDictionaryRef text = (CFDictionaryRef)CFSTR("RealTime");
    VTCompressionSessionRef session = NULL;
    CHECK_STATUS(VTCompressionSessionCreate(NULL, 96, 64, kCMVideoCodecType_H264, text, NULL, NULL, NULL, NULL, &session), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionCreate(NULL, 96, 64, kCMVideoCodecType_H264, NULL, text, NULL, NULL, NULL, &session), kVTParameterErr);
    CHECK(session == NULL);
    CFDictionaryRef supported = NULL;
    CHECK_STATUS(VTCopySupportedPropertyDictionaryForEncoder(96, 64, kCMVideoCodecType_H264, text, NULL, &supported), kVTParameterErr);
    CHECK_STATUS(VTCopySupportedPropertyDictionaryForEncoder(8192, 64, kCMVideoCodecType_H264, NULL, NULL, &supported), kVTParameterErr);
    CHECK(supported == NULL);
    Seen seen = {0};
    session = create(&seen);
    CVPixelBufferRef buffer = picture(96, 64, kCVPixelFormatType_420YpCbCr8Planar, 1), other = NULL;
    CHECK_STATUS(encode(session, buffer, 0, text), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CHECK(seen.callbacks == 0);
    CFRelease(session);

    CHECK_STATUS(CVPixelBufferCreate(NULL, 96, 64, kCVPixelFormatType_32BGRA, text, &other), kCVReturnInvalidArgument);
    CHECK(other == NULL && !CVPixelBufferIsCompatibleWithAttributes(buffer, text));
    const void *keys[] = {kCVPixelBufferWidthKey, kCVPixelBufferHeightKey, kCVPixelBufferPixelFormatTypeKey};
    const void *values[] = {number(16), number(16), number(kCVPixelFormatType_32BGRA)};
    CFDictionaryRef attributes =
        CFDictionaryCreate(NULL, keys, values, 3, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CVPixelBufferPoolRef pool = NULL;
    CHECK_STATUS(CVPixelBufferPoolCreate(NULL, text, attributes, &pool), kCVReturnInvalidArgument);
    CHECK_STATUS(CVPixelBufferPoolCreate(NULL, NULL, text, &pool), kCVReturnInvalidArgument);
    CHECK(pool == NULL);
    CHECK_STATUS(CVPixelBufferPoolCreate(NULL, NULL, attributes, &pool), kCVReturnSuccess);
    CHECK_STATUS(CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(NULL, pool, text, &other), kCVReturnInvalidArgument);
    CFRelease(pool);
    CFRelease(attributes);
    for (int index = 0; index < 3; index++) {
        CFRelease(values[index]);
    }
    CMFormatDescriptionRef format = NULL;
    CHECK_STATUS(
        CMVideoFormatDescriptionCreate(NULL, kCMVideoCodecType_H264, 96, 64, text, &format), kCMFormatDescriptionError_InvalidParameter);
    CHECK(format == NULL && CMMemoryPoolCreate(text) == NULL);
    CVPixelBufferRelease(buffer);
}

/* Many threads with sessions, buffers and dictionaries of their own, over shared constants. */
static void *work(void *seed) {
    for (int turn = 0; turn < 3; turn++) {
        Seen seen = {0};
        VTCompressionSessionRef session = create(&seen);
        for (int index = 0; index < 3; index++) {
            CVPixelBufferRef buffer = picture(96, 64, kCVPixelFormatType_420YpCbCr8Planar, index + (int)(intptr_t)seed);
            CHECK_STATUS(encode(session, buffer, index, NULL), noErr);
            CVPixelBufferRelease(buffer);
        }
        CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
        CHECK(seen.callbacks == 3);
        CFRelease(session);
        CFRelease(seen.first);
    }
    return NULL;
}

static void threads(void) {
    pthread_t all[8];
    for (intptr_t index = 0; index < 8; index++) {
        pthread_create(&all[index], NULL, work, (void *)index);
    }
    for (int index = 0; index < 8; index++) {
        pthread_join(all[index], NULL);
    }
}

#if defined(__BLOCKS__)
static void handlers(void) {
    __block int called = 0;
    VTCompressionSessionRef session = create(NULL);
    CVPixelBufferRef buffer = picture(96, 64, kCVPixelFormatType_420YpCbCr8Planar, 1);
    for (int index = 0; index < 4; index++) {
        CHECK_STATUS(
            VTCompressionSessionEncodeFrameWithOutputHandler(
                session, buffer, CMTimeMake(index, 30), kCMTimeInvalid, NULL, NULL,
                ^(OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
                    (void)flags;
                    called += status == noErr && CMSampleBufferGetPresentationTimeStamp(sample).value == index;
                }),
            noErr);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CHECK(called == 4);
    CHECK_STATUS(encode(session, buffer, 10, NULL), kVTParameterErr);
    CFRelease(session);
    CVPixelBufferRelease(buffer);
}
#endif

int main(void) {
    life();
    release_only();
    pool();
    properties();
    errors();
    failed_creation();
    wrong_dictionaries();
    threads();
#if defined(__BLOCKS__)
    handlers();
#endif
    return failures != 0;
}
