/* What programs written for the platform rely on, one function for each point. */

#include <pthread.h>

#include "check.h"

#define WIDTH 96
#define HEIGHT 64
#define FRAMES 12

typedef struct {
    int count, failed;
    CMSampleBufferRef samples[FRAMES];
    void *references[FRAMES];
    /* Memory to free with each frame. */
    int frees;
} Outputs;

static void keep(void *context, void *reference, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Outputs *outputs = (Outputs *)context;
    (void)flags;
    if (status != noErr || sample == NULL || outputs->count == FRAMES) {
        outputs->failed++;
        return;
    }
    if (outputs->frees) {
        free(reference);
    }
    outputs->references[outputs->count] = reference;
    outputs->samples[outputs->count++] = (CMSampleBufferRef)CFRetain(sample);
}

static void let_go(Outputs *outputs) {
    for (int index = 0; index < outputs->count; index++) {
        CFRelease(outputs->samples[index]);
    }
    memset(outputs, 0, sizeof *outputs);
}

static void fill(uint8_t *row, size_t stride, size_t width, size_t height, int seed) {
    for (size_t y = 0; y < height; y++, row += stride) {
        for (size_t x = 0; x < width; x++) {
            row[x] = (uint8_t)(x * 2 + y + (size_t)seed * 9);
        }
    }
}

static CVPixelBufferRef picture(int seed) {
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, WIDTH, HEIGHT, kCVPixelFormatType_420YpCbCr8Planar, NULL, &buffer), kCVReturnSuccess);
    CVPixelBufferLockBaseAddress(buffer, 0);
    for (size_t plane = 0; plane < 3; plane++) {
        fill((uint8_t *)CVPixelBufferGetBaseAddressOfPlane(buffer, plane), CVPixelBufferGetBytesPerRowOfPlane(buffer, plane),
             CVPixelBufferGetWidthOfPlane(buffer, plane), CVPixelBufferGetHeightOfPlane(buffer, plane), seed);
    }
    CVPixelBufferUnlockBaseAddress(buffer, 0);
    return buffer;
}

static VTCompressionSessionRef create(VTCompressionOutputCallback callback, void *context) {
    VTCompressionSessionRef session = NULL;
    CHECK_STATUS(
        VTCompressionSessionCreate(NULL, WIDTH, HEIGHT, kCMVideoCodecType_H264, NULL, NULL, NULL, callback, context, &session), noErr);
    return session;
}

static OSStatus encode(VTCompressionSessionRef session, int frame, CMTime time, CMTime duration) {
    CVPixelBufferRef buffer = picture(frame);
    OSStatus status = VTCompressionSessionEncodeFrame(session, buffer, time, duration, NULL, (void *)(intptr_t)(frame + 1), NULL);
    CVPixelBufferRelease(buffer);
    return status;
}

/* A stream with a sync frame in its middle, and frames out of order where `reorder` says so. */
static void stream(Outputs *outputs, CFBooleanRef reorder, int64_t unit, int32_t timescale) {
    VTCompressionSessionRef session = create(keep, outputs);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_AllowFrameReordering, reorder), noErr);
    CFNumberRef interval = number(6);
    CHECK_STATUS(VTSessionSetProperty(session, kVTCompressionPropertyKey_MaxKeyFrameInterval, interval), noErr);
    CFRelease(interval);
    for (int frame = 0; frame < FRAMES; frame++) {
        CHECK_STATUS(encode(session, frame, CMTimeMake(frame * unit, timescale), CMTimeMake(unit, timescale)), noErr);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    VTCompressionSessionInvalidate(session);
    CFRelease(session);
    CHECK(outputs->count == FRAMES && outputs->failed == 0);
}

static CFDictionaryRef attachments_of(CMSampleBufferRef sample) {
    CFArrayRef array = CMSampleBufferGetSampleAttachmentsArray(sample, false);
    CHECK(array != NULL && CFArrayGetCount(array) == 1);
    return array == NULL ? NULL : (CFDictionaryRef)CFArrayGetValueAtIndex(array, 0);
}

/* 1, 2: which frames are sync frames, and which are needed by others. */
static void marks(CFBooleanRef reorder) {
    Outputs outputs = {0};
    int sync = 0;
    stream(&outputs, reorder, 3000, 90000);
    for (int index = 0; index < outputs.count; index++) {
        CFDictionaryRef attachments = attachments_of(outputs.samples[index]);
        CFTypeRef not_sync = CFDictionaryGetValue(attachments, kCMSampleAttachmentKey_NotSync);
        CFTypeRef depends = CFDictionaryGetValue(attachments, kCMSampleAttachmentKey_DependsOnOthers);
        CFTypeRef depended = CFDictionaryGetValue(attachments, kCMSampleAttachmentKey_IsDependedOnByOthers);
        /* A slice of type I in an IDR picture: nal_unit_type 5. */
        char *data = NULL;
        CHECK_STATUS(CMBlockBufferGetDataPointer(CMSampleBufferGetDataBuffer(outputs.samples[index]), 0, NULL, NULL, &data), noErr);
        size_t place = 0;
        int type = data[4] & 31;
        while (type != 1 && type != 5) {
            place += 4 + ((size_t)(uint8_t)data[place + 2] << 8 | (uint8_t)data[place + 3]);
            type = data[place + 4] & 31;
        }
        int referenced = (data[place + 4] & 0x60) != 0;
        if (type == 5) {
            sync++;
            CHECK(not_sync == NULL && !CFDictionaryContainsKey(attachments, CFSTR("NotSync")));
            CHECK(depends == kCFBooleanFalse);
        } else {
            CHECK(not_sync == kCFBooleanTrue && depends != kCFBooleanFalse);
        }
        CHECK(depended == (referenced ? kCFBooleanTrue : kCFBooleanFalse));
    }
    CHECK(sync == 2);
    let_go(&outputs);
}

/* 3, 4: parameter sets and the avcC record of what the encoder gives. */
static void parameter_sets(void) {
    Outputs outputs = {0};
    stream(&outputs, kCFBooleanFalse, 1, 30);
    CMFormatDescriptionRef format = (CMFormatDescriptionRef)CFRetain(CMSampleBufferGetFormatDescription(outputs.samples[3]));
    let_go(&outputs);
    const uint8_t *sets[2] = {NULL, NULL};
    size_t sizes[2] = {0, 0}, count = 0;
    int length_size = 0;
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 0, NULL, NULL, &count, NULL), noErr);
    CHECK(count == 2);
    CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 0, NULL, NULL, NULL, &length_size), noErr);
    CHECK(length_size == 4);
    for (size_t index = 0; index < 2; index++) {
        CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, index, &sets[index], &sizes[index], NULL, NULL), noErr);
        CHECK_STATUS(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, index, NULL, NULL, NULL, NULL), noErr);
    }
    const uint8_t *none = (const uint8_t *)&failures;
    CHECK(CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 2, &none, NULL, NULL, NULL) != noErr && none == NULL);
    CHECK((sets[0][0] & 31) == 7 && (sets[1][0] & 31) == 8 && sizes[0] > 4 && sizes[1] > 1);
    CFDictionaryRef atoms = (CFDictionaryRef)CFDictionaryGetValue(
        CMFormatDescriptionGetExtensions(format), kCMFormatDescriptionExtension_SampleDescriptionExtensionAtoms);
    CFDataRef record = (CFDataRef)CFDictionaryGetValue(atoms, CFSTR("avcC"));
    CHECK(record != NULL && CFGetTypeID(record) == CFDataGetTypeID() && CFDataGetLength(record) > 8);
    const UInt8 *bytes = CFDataGetBytePtr(record);
    /* Version, then profile, constraints and level as in the sequence parameter set. */
    CHECK(bytes[0] == 1 && memcmp(bytes + 1, sets[0] + 1, 3) == 0);
    CFRelease(format);
}

/* 5: the bytes of a sample. */
static void data(void) {
    Outputs outputs = {0};
    stream(&outputs, kCFBooleanTrue, 1, 30);
    for (int index = 0; index < outputs.count; index++) {
        CMBlockBufferRef block = CMSampleBufferGetDataBuffer(outputs.samples[index]), contiguous = NULL;
        size_t at_offset = 0, total = 0, place = 0;
        char *bytes = NULL;
        CHECK_STATUS(CMBlockBufferGetDataPointer(block, 0, &at_offset, &total, &bytes), noErr);
        CHECK(at_offset == total && total == CMBlockBufferGetDataLength(block) && CMSampleBufferGetNumSamples(outputs.samples[index]) == 1);
        CHECK(CMSampleBufferGetSampleSize(outputs.samples[index], 0) == total);
        CHECK(CMBlockBufferIsRangeContiguous(block, 0, 0));
        CHECK_STATUS(CMBlockBufferCreateContiguous(NULL, block, NULL, NULL, 0, 0, 0, &contiguous), noErr);
        CHECK(CMBlockBufferGetDataLength(contiguous) == total);
        CFRelease(contiguous);
        while (place + 4 <= total) {
            uint8_t length[4];
            CHECK_STATUS(CMBlockBufferCopyDataBytes(block, place, 4, length), noErr);
            CHECK(memcmp(length, bytes + place, 4) == 0);
            place += 4 + ((size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3]);
        }
        CHECK(place == total);
    }
    let_go(&outputs);
}

/* 6, 7: times. */
static void times(CFBooleanRef reorder) {
    const int32_t timescales[] = {90000, 1000000000, 30000};
    const int64_t units[] = {3003, 33366700, 1001};
    for (int kind = 0; kind < 3; kind++) {
        Outputs outputs = {0};
        stream(&outputs, reorder, units[kind], timescales[kind]);
        int64_t last = -1000 * units[kind];
        for (int index = 0; index < outputs.count; index++) {
            CMSampleBufferRef sample = outputs.samples[index];
            CMTime shown = CMSampleBufferGetPresentationTimeStamp(sample), decoded = CMSampleBufferGetDecodeTimeStamp(sample);
            intptr_t frame = (intptr_t)outputs.references[index] - 1;
            CHECK(shown.timescale == timescales[kind] && shown.value == frame * units[kind]);
            CHECK(CMSampleBufferGetOutputPresentationTimeStamp(sample).timescale == timescales[kind]);
            CHECK(CMSampleBufferGetDuration(sample).timescale == timescales[kind] && CMSampleBufferGetDuration(sample).value == units[kind]);
            CHECK(CMSampleBufferGetOutputDuration(sample).value == units[kind]);
            /* Valid with reordering, and never more than one frame before its turn. */
            CHECK(reorder == kCFBooleanFalse || CMTIME_IS_VALID(decoded));
            if (CMTIME_IS_VALID(decoded)) {
                CHECK(decoded.timescale == timescales[kind] && decoded.value <= shown.value && decoded.value > last);
                CHECK(CMSampleBufferGetOutputDecodeTimeStamp(sample).timescale == timescales[kind]);
                last = decoded.value;
            }
            int earlier = 0;
            for (int before = 0; before < index; before++) {
                earlier += (intptr_t)outputs.references[before] - 1 > frame;
            }
            CHECK(earlier <= 1);
        }
        let_go(&outputs);
    }
}

/* 8: constants are immortal. */
static void constants(void) {
    for (int turn = 0; turn < 100; turn++) {
        CFRelease(kCFBooleanTrue);
        CFRelease(kCFBooleanFalse);
        CFRelease(kVTProfileLevel_H264_High_AutoLevel);
        CFRelease(kCVImageBufferYCbCrMatrix_ITU_R_709_2);
    }
    CHECK(CFBooleanGetValue(kCFBooleanTrue) && CFStringGetLength(kVTProfileLevel_H264_High_AutoLevel) > 0);
}

/* 9, 10: dictionaries without callbacks, with empty slots, with other strings and numbers. */
static void dictionaries(void) {
    Outputs outputs = {0};
    int64_t format = kCVPixelFormatType_420YpCbCr8BiPlanarFullRange;
    CFNumberRef wide = CFNumberCreate(NULL, kCFNumberSInt64Type, &format);
    CFStringRef key = CFStringCreateWithCString(NULL, "PixelFormatType", kCFStringEncodingUTF8);
    CFDictionaryRef attributes =
        CFDictionaryCreate(NULL, (const void **)&key, (const void **)&wide, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    VTCompressionSessionRef session = NULL;
    CHECK_STATUS(
        VTCompressionSessionCreate(NULL, WIDTH, HEIGHT, kCMVideoCodecType_H264, NULL, attributes, NULL, keep, &outputs, &session), noErr);
    CFRelease(attributes);
    CFRelease(key);
    CFRelease(wide);
    CFDictionaryRef of_pool = CVPixelBufferPoolGetPixelBufferAttributes(VTCompressionSessionGetPixelBufferPool(session));
    CFTypeRef of_format = CFDictionaryGetValue(of_pool, kCVPixelBufferPixelFormatTypeKey);
    if (CFGetTypeID(of_format) == CFArrayGetTypeID()) {
        of_format = CFArrayGetValueAtIndex((CFArrayRef)of_format, 0);
    }
    int64_t found = 0;
    CHECK(CFNumberGetValue((CFNumberRef)of_format, kCFNumberSInt64Type, &found) && found == format);

    const void *keys[5] = {CFSTR("RealTime"), NULL, CFSTR("MaxKeyFrameInterval"), NULL, CFSTR("AllowFrameReordering")};
    CFNumberRef interval = number(100);
    const void *values[5] = {kCFBooleanFalse, NULL, interval, NULL, kCFBooleanFalse};
    CFDictionaryRef properties =
        CFDictionaryCreate(NULL, keys, values, 5, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CFRelease(interval);
    CHECK_STATUS(VTSessionSetProperties(session, properties), noErr);
    CFRelease(properties);

    for (int frame = 0; frame < 4; frame++) {
        /* Nothing retains what is in it, and it goes before the frame is coded. */
        const void *force = kVTEncodeFrameOptionKey_ForceKeyFrame, *yes = frame == 2 ? kCFBooleanTrue : kCFBooleanFalse;
        CFDictionaryRef wishes = CFDictionaryCreate(NULL, &force, &yes, 1, NULL, NULL);
        CHECK(CFDictionaryGetValue(wishes, kVTEncodeFrameOptionKey_ForceKeyFrame) == yes);
        CVPixelBufferRef buffer = picture(frame);
        CHECK_STATUS(VTCompressionSessionEncodeFrame(session, buffer, CMTimeMake(frame, 30), kCMTimeInvalid, wishes, NULL, NULL), noErr);
        CVPixelBufferRelease(buffer);
        CFRelease(wishes);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CFRelease(session);
    for (int index = 0; index < outputs.count; index++) {
        int sync = !CFDictionaryContainsKey(attachments_of(outputs.samples[index]), kCMSampleAttachmentKey_NotSync);
        CHECK(sync == (index == 0 || index == 2));
    }
    let_go(&outputs);
}

/* 11: what follows a creation that failed. */
static void no_session(void) {
    VTCompressionSessionRef session = (VTCompressionSessionRef)&failures;
    CHECK(VTCompressionSessionCreate(NULL, WIDTH, HEIGHT, 0x6e6f6e65, NULL, NULL, NULL, keep, NULL, &session) == kVTCouldNotFindVideoEncoderErr);
    CHECK(session == NULL);
    CHECK_STATUS(VTCompressionSessionCreate(NULL, WIDTH, HEIGHT, kCMVideoCodecType_H264, NULL, NULL, NULL, keep, NULL, NULL), kVTParameterErr);
    CFTypeRef value = &failures;
    CHECK_STATUS(VTSessionCopyProperty(session, kVTCompressionPropertyKey_RealTime, NULL, &value), kVTParameterErr);
    CHECK(value == NULL);
    CHECK_STATUS(VTSessionCopyProperty(session, kVTCompressionPropertyKey_RealTime, NULL, NULL), kVTParameterErr);
    CHECK_STATUS(VTSessionSetProperties(session, NULL), kVTParameterErr);
    CHECK_STATUS(VTSessionCopySupportedPropertyDictionary(session, NULL), kVTParameterErr);
    CHECK_STATUS(VTSessionCopySerializableProperties(session, NULL, NULL), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionPrepareToEncodeFrames(session), kVTParameterErr);
    CHECK_STATUS(encode(session, 0, kCMTimeZero, kCMTimeInvalid), kVTParameterErr);
    VTCompressionSessionInvalidate(session);
}

/* 12: pools of sessions. */
static void pools(void) {
    CFDictionaryRef nothing = CFDictionaryCreate(NULL, NULL, NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    for (int turn = 0; turn < 2; turn++) {
        VTCompressionSessionRef session = NULL;
        CHECK_STATUS(
            VTCompressionSessionCreate(NULL, WIDTH, HEIGHT, kCMVideoCodecType_H264, NULL, turn ? nothing : NULL, NULL, keep, NULL, &session), noErr);
        CVPixelBufferPoolRef pool = VTCompressionSessionGetPixelBufferPool(session);
        CVPixelBufferRef buffer = NULL;
        CHECK_STATUS(CVPixelBufferPoolCreatePixelBuffer(NULL, pool, &buffer), kCVReturnSuccess);
        CHECK(CVPixelBufferGetWidth(buffer) == WIDTH && CVPixelBufferGetHeight(buffer) == HEIGHT);
        CVPixelBufferRelease(buffer);
        CFRelease(session);
    }
    CFRelease(nothing);
}

/* 13, 14: other sizes and formats than the session's; formats without planes. */
static void conversion(void) {
    Outputs outputs = {0};
    VTCompressionSessionRef session = create(keep, &outputs);
    const OSType formats[] = {kCVPixelFormatType_32BGRA, kCVPixelFormatType_422YpCbCr8, kCVPixelFormatType_420YpCbCr8BiPlanarFullRange};
    for (int frame = 0; frame < 6; frame++) {
        CVPixelBufferRef buffer = NULL;
        size_t scale = frame < 3 ? 1 : 2;
        CHECK_STATUS(CVPixelBufferCreate(NULL, WIDTH * scale, HEIGHT / scale, formats[frame % 3], NULL, &buffer), kCVReturnSuccess);
        if (!CVPixelBufferIsPlanar(buffer)) {
            CHECK(CVPixelBufferGetBaseAddressOfPlane(buffer, 0) == CVPixelBufferGetBaseAddress(buffer));
            CHECK(CVPixelBufferGetBytesPerRowOfPlane(buffer, 0) == CVPixelBufferGetBytesPerRow(buffer));
            CHECK(CVPixelBufferGetHeightOfPlane(buffer, 0) == HEIGHT / scale);
        }
        CHECK_STATUS(VTCompressionSessionEncodeFrame(session, buffer, CMTimeMake(frame, 30), kCMTimeInvalid, NULL, NULL, NULL), noErr);
        CVPixelBufferRelease(buffer);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CHECK(outputs.count == 6);
    CMVideoDimensions size = CMVideoFormatDescriptionGetDimensions(CMSampleBufferGetFormatDescription(outputs.samples[5]));
    CHECK(size.width == WIDTH && size.height == HEIGHT);
    CFRelease(session);
    let_go(&outputs);
}

/* 15: pixels belong to the program again with the frame's callback, which frees them. */
static void borrowed_pixels(void) {
    Outputs outputs = {0};
    outputs.frees = 1;
    VTCompressionSessionRef session = create(keep, &outputs);
    for (int frame = 0; frame < FRAMES; frame++) {
        uint8_t *memory = (uint8_t *)malloc(WIDTH * HEIGHT * 3 / 2);
        fill(memory, WIDTH, WIDTH, HEIGHT * 3 / 2, frame);
        void *planes[3] = {memory, memory + WIDTH * HEIGHT, memory + WIDTH * HEIGHT * 5 / 4};
        size_t widths[3] = {WIDTH, WIDTH / 2, WIDTH / 2}, heights[3] = {HEIGHT, HEIGHT / 2, HEIGHT / 2};
        CVPixelBufferRef buffer = NULL;
        CHECK_STATUS(
            CVPixelBufferCreateWithPlanarBytes(
                NULL, WIDTH, HEIGHT, kCVPixelFormatType_420YpCbCr8Planar, NULL, 0, 3, planes, widths, heights, widths, NULL, NULL, NULL, &buffer),
            kCVReturnSuccess);
        /* Not a copy. */
        CHECK(CVPixelBufferGetBaseAddressOfPlane(buffer, 1) == planes[1]);
        CHECK_STATUS(VTCompressionSessionEncodeFrame(session, buffer, CMTimeMake(frame, 30), kCMTimeInvalid, NULL, memory, NULL), noErr);
        CVPixelBufferRelease(buffer);
    }
    CHECK_STATUS(VTCompressionSessionCompleteFrames(session, kCMTimeInvalid), noErr);
    CHECK(outputs.count == FRAMES);
    CFRelease(session);
    let_go(&outputs);
}

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int open, callbacks, accepted, invalidated, late;
} Gate;

/* Waits in the callback, as programs do that have queues of their own. */
static void wait_at_gate(void *context, void *reference, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Gate *gate = (Gate *)context;
    (void)reference, (void)status, (void)flags, (void)sample;
    pthread_mutex_lock(&gate->lock);
    while (!gate->open) {
        pthread_cond_wait(&gate->changed, &gate->lock);
    }
    gate->callbacks++;
    gate->late += gate->invalidated;
    pthread_mutex_unlock(&gate->lock);
}

typedef struct {
    Gate *gate;
    VTCompressionSessionRef session;
} Feeder;

static void *feed(void *context) {
    Feeder *feeder = (Feeder *)context;
    for (int frame = 0; frame < 400; frame++) {
        if (encode(feeder->session, frame, CMTimeMake(frame, 30), kCMTimeInvalid) != noErr) {
            break;
        }
        pthread_mutex_lock(&feeder->gate->lock);
        feeder->gate->accepted++;
        pthread_mutex_unlock(&feeder->gate->lock);
    }
    return NULL;
}

/* 16: callbacks that wait hold nothing up but the session itself, which takes no frames without end. */
static void callbacks(void) {
    Gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, 0};
    Feeder feeder = {&gate, create(wait_at_gate, &gate)};
    VTCompressionSessionRef other = create(keep, NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, feed, &feeder);
    /* Until it takes no more. */
    int before = -1, now = 0, quiet = 0;
    while (quiet < 20) {
        struct timespec pause = {0, 20 * 1000 * 1000};
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&gate.lock);
        now = gate.accepted;
        pthread_mutex_unlock(&gate.lock);
        quiet = now == before ? quiet + 1 : 0;
        before = now;
    }
    CHECK(now < 200);
    /* Meanwhile properties can be read, and other sessions work. */
    CFNumberRef pending = NULL;
    CHECK_STATUS(VTSessionCopyProperty(feeder.session, kVTCompressionPropertyKey_NumberOfPendingFrames, NULL, &pending), noErr);
    CFRelease(pending);
    CHECK_STATUS(VTCompressionSessionPrepareToEncodeFrames(other), noErr);
    CFRelease(other);
    pthread_mutex_lock(&gate.lock);
    gate.open = 1;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
    pthread_join(thread, NULL);
    CHECK_STATUS(VTCompressionSessionCompleteFrames(feeder.session, kCMTimeInvalid), noErr);
    CHECK(gate.accepted == 400 && gate.callbacks == 400);
    /* A frame that is refused has no callback. */
    CHECK_STATUS(encode(feeder.session, 0, CMTimeMake(0, 30), kCMTimeInvalid), kVTParameterErr);
    CHECK_STATUS(encode(feeder.session, 1, CMTimeMake(1000, 30), kCMTimeInvalid), noErr);
    VTCompressionSessionInvalidate(feeder.session);
    pthread_mutex_lock(&gate.lock);
    gate.invalidated = 1;
    CHECK(gate.callbacks <= 401);
    pthread_mutex_unlock(&gate.lock);
    CFRelease(feeder.session);
    CHECK(gate.late == 0);
}

/* 17: a frame's own time completes that frame; every other kind of time completes all; it goes on afterwards. */
static void completion(void) {
    Outputs outputs = {0};
    VTCompressionSessionRef session = create(keep, &outputs);
    for (int frame = 0; frame < 4; frame++) {
        CHECK_STATUS(encode(session, frame, CMTimeMake(frame, 30), kCMTimeInvalid), noErr);
        CHECK_STATUS(VTCompressionSessionCompleteFrames(session, CMTimeMake(frame, 30)), noErr);
        CHECK(outputs.count == frame + 1);
    }
    const CMTime all[] = {kCMTimeIndefinite, kCMTimeInvalid, kCMTimePositiveInfinity};
    for (int frame = 4; frame < 10; frame++) {
        CHECK_STATUS(encode(session, frame, CMTimeMake(frame, 30), kCMTimeInvalid), noErr);
        if (frame % 2 == 1) {
            CHECK_STATUS(VTCompressionSessionCompleteFrames(session, all[(frame - 5) / 2]), noErr);
            CHECK(outputs.count == frame + 1);
        }
    }
    CFRelease(session);
    let_go(&outputs);
}

/* 18: hardware is not there, unless the environment says that software shall count. */
static void hardware(void) {
    const void *require = kVTVideoEncoderSpecification_RequireHardwareAcceleratedVideoEncoder, *yes = kCFBooleanTrue;
    CFDictionaryRef specification =
        CFDictionaryCreate(NULL, &require, &yes, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    for (int assumed = 0; assumed < 2; assumed++) {
        VTCompressionSessionRef session = NULL;
        CFBooleanRef used = NULL;
        if (assumed) {
            setenv("VITASCOPE_HARDWARE", "assume", 1);
        }
        OSStatus status = VTCompressionSessionCreate(
            NULL, WIDTH, HEIGHT, kCMVideoCodecType_H264, specification, NULL, NULL, keep, NULL, &session);
        CHECK(status == (assumed ? noErr : kVTCouldNotFindVideoEncoderErr));
        if (session != NULL) {
            CHECK_STATUS(VTSessionCopyProperty(session, kVTCompressionPropertyKey_UsingHardwareAcceleratedVideoEncoder, NULL, &used), noErr);
            CHECK(used == kCFBooleanTrue);
            CFRelease(session);
        }
    }
    unsetenv("VITASCOPE_HARDWARE");
    CFRelease(specification);
}

int main(void) {
    marks(kCFBooleanFalse);
    marks(kCFBooleanTrue);
    parameter_sets();
    data();
    times(kCFBooleanFalse);
    times(kCFBooleanTrue);
    constants();
    dictionaries();
    no_session();
    pools();
    conversion();
    borrowed_pixels();
    callbacks();
    completion();
    hardware();
    return failures != 0;
}
