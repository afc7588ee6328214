/* Pixel transfer and pixel rotation sessions. */

#include "check.h"

static CVPixelBufferRef create(size_t width, size_t height, OSType format) {
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, width, height, format, NULL, &buffer), kCVReturnSuccess);
    return buffer;
}

/* A pixel of a 32-bit format as one number, its first byte on top. */
static uint32_t pixel(CVPixelBufferRef buffer, size_t x, size_t y) {
    CVPixelBufferLockBaseAddress(buffer, kCVPixelBufferLock_ReadOnly);
    const uint8_t *at =
        (const uint8_t *)CVPixelBufferGetBaseAddress(buffer) + y * CVPixelBufferGetBytesPerRow(buffer) + 4 * x;
    uint32_t value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    CVPixelBufferUnlockBaseAddress(buffer, kCVPixelBufferLock_ReadOnly);
    return value;
}

static CVPixelBufferRef numbered(size_t width, size_t height) {
    CVPixelBufferRef buffer = create(width, height, kCVPixelFormatType_32BGRA);
    CVPixelBufferLockBaseAddress(buffer, 0);
    for (size_t y = 0; y < height; y++) {
        uint8_t *row = (uint8_t *)CVPixelBufferGetBaseAddress(buffer) + y * CVPixelBufferGetBytesPerRow(buffer);
        for (size_t x = 0; x < width; x++) {
            row[4 * x] = (uint8_t)(x + 1);
            row[4 * x + 1] = (uint8_t)(y + 1);
            row[4 * x + 2] = 200;
            row[4 * x + 3] = 255;
        }
    }
    CVPixelBufferUnlockBaseAddress(buffer, 0);
    return buffer;
}

static uint32_t number_at(unsigned x, unsigned y) {
    return (uint32_t)(x + 1) << 24 | (uint32_t)(y + 1) << 16 | 200u << 8 | 255u;
}

static void transfer(void) {
    VTPixelTransferSessionRef session = NULL;
    CHECK_STATUS(VTPixelTransferSessionCreate(NULL, &session), noErr);
    CHECK(CFGetTypeID(session) == VTPixelTransferSessionGetTypeID());

    /* White, 4:1, into a square: bars above and below. */
    CVPixelBufferRef source = create(64, 16, kCVPixelFormatType_32BGRA), square = create(32, 32, kCVPixelFormatType_32BGRA);
    CVPixelBufferLockBaseAddress(source, 0);
    memset(CVPixelBufferGetBaseAddress(source), 255, CVPixelBufferGetBytesPerRow(source) * 16);
    CVPixelBufferUnlockBaseAddress(source, 0);
    CVBufferSetAttachment(source, CFSTR("Travels"), kCFBooleanTrue, kCVAttachmentMode_ShouldPropagate);
    CVBufferSetAttachment(square, CFSTR("Goes"), kCFBooleanTrue, kCVAttachmentMode_ShouldPropagate);
    CHECK_STATUS(VTSessionSetProperty(session, kVTPixelTransferPropertyKey_ScalingMode, kVTScalingMode_Letterbox), noErr);
    CHECK_STATUS(VTPixelTransferSessionTransferImage(session, source, square), noErr);
    CHECK(pixel(square, 16, 2) == 0x000000ff && pixel(square, 16, 30) == 0x000000ff && pixel(square, 16, 16) == 0xffffffff);
    CHECK(CVBufferHasAttachment(square, CFSTR("Travels")) && !CVBufferHasAttachment(square, CFSTR("Goes")));

    CFStringRef mode = NULL;
    CHECK_STATUS(VTSessionCopyProperty(session, kVTPixelTransferPropertyKey_ScalingMode, NULL, &mode), noErr);
    CHECK(CFEqual(mode, kVTScalingMode_Letterbox));
    CFRelease(mode);
    CHECK_STATUS(VTSessionSetProperty(session, kVTPixelTransferPropertyKey_ScalingMode, NULL), noErr);
    CHECK_STATUS(VTPixelTransferSessionTransferImage(session, source, square), noErr);
    CHECK(pixel(square, 16, 2) == 0xffffffff);

    /* The other property functions. */
    CFDictionaryRef supported = NULL, serializable = NULL;
    CHECK_STATUS(VTSessionCopySupportedPropertyDictionary(session, &supported), noErr);
    CHECK(CFDictionaryContainsKey(supported, kVTPixelTransferPropertyKey_DownsamplingMode));
    CHECK(!CFDictionaryContainsKey(supported, kVTCompressionPropertyKey_AverageBitRate));
    CFRelease(supported);
    const void *keys[] = {kVTPixelTransferPropertyKey_ScalingMode, CFSTR("NoSuchProperty")};
    const void *values[] = {kVTScalingMode_Trim, kCFBooleanTrue};
    CFDictionaryRef several =
        CFDictionaryCreate(NULL, keys, values, 2, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK_STATUS(VTSessionSetProperties(session, several), kVTPropertyNotSupportedErr);
    CFRelease(several);
    CHECK_STATUS(VTSessionCopySerializableProperties(session, NULL, &serializable), noErr);
    CHECK(CFEqual(CFDictionaryGetValue(serializable, kVTPixelTransferPropertyKey_ScalingMode), kVTScalingMode_Trim));
    CFRelease(serializable);
    CHECK_STATUS(VTSessionSetProperty(session, kVTPixelTransferPropertyKey_ScalingMode, CFSTR("Squeeze")), kVTParameterErr);

    /* What cannot be done. */
    CHECK_STATUS(VTPixelTransferSessionTransferImage(session, NULL, square), kVTParameterErr);
    CHECK_STATUS(VTPixelTransferSessionTransferImage(session, source, (CVPixelBufferRef)session), kVTParameterErr);
    CHECK_STATUS(VTPixelTransferSessionTransferImage(NULL, source, square), kVTParameterErr);
    CHECK_STATUS(VTPixelTransferSessionCreate(NULL, NULL), kVTParameterErr);
    VTPixelTransferSessionInvalidate(session);
    VTPixelTransferSessionInvalidate(session);
    VTPixelTransferSessionInvalidate(NULL);
    CHECK_STATUS(VTPixelTransferSessionTransferImage(session, source, square), kVTInvalidSessionErr);
    CHECK_STATUS(VTSessionSetProperty(session, kVTPixelTransferPropertyKey_ScalingMode, NULL), kVTInvalidSessionErr);
    CFRelease(session);
    CVPixelBufferRelease(source);
    CVPixelBufferRelease(square);
}

static void rotation(void) {
    VTPixelRotationSessionRef session = NULL;
    CHECK_STATUS(VTPixelRotationSessionCreate(NULL, &session), noErr);
    CHECK(CFGetTypeID(session) == VTPixelRotationSessionGetTypeID());
    CVPixelBufferRef source = numbered(6, 4), turned = create(4, 6, kCVPixelFormatType_32BGRA);
    CHECK_STATUS(VTSessionSetProperty(session, kVTPixelRotationPropertyKey_Rotation, kVTRotation_CW90), noErr);
    CHECK_STATUS(VTPixelRotationSessionRotateImage(session, source, turned), noErr);
    CHECK(pixel(turned, 3, 0) == number_at(0, 0) && pixel(turned, 0, 0) == number_at(0, 3));
    CHECK_STATUS(VTSessionSetProperty(session, kVTPixelRotationPropertyKey_FlipHorizontalOrientation, kCFBooleanTrue), noErr);
    CHECK_STATUS(VTPixelRotationSessionRotateImage(session, source, turned), noErr);
    CHECK(pixel(turned, 0, 0) == number_at(0, 0) && pixel(turned, 3, 5) == number_at(5, 3));
    /* Not the size that the turn needs. */
    CHECK_STATUS(VTPixelRotationSessionRotateImage(session, source, source), kVTPixelRotationNotSupportedErr);
    CHECK_STATUS(VTPixelRotationSessionRotateImage(session, source, NULL), kVTParameterErr);
    VTPixelRotationSessionInvalidate(session);
    VTPixelRotationSessionInvalidate(NULL);
    CHECK_STATUS(VTPixelRotationSessionRotateImage(session, source, turned), kVTInvalidSessionErr);
    /* A session of one kind is not one of another. */
    CHECK_STATUS(VTPixelTransferSessionTransferImage((VTPixelTransferSessionRef)session, source, turned), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionPrepareToEncodeFrames((VTCompressionSessionRef)session), kVTParameterErr);
    CFRelease(session);
    CVPixelBufferRelease(source);
    CVPixelBufferRelease(turned);
}

int main(void) {
    transfer();
    rotation();
    return failures != 0;
}
