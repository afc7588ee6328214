/* Encodes a YUV4MPEG2 file (8-bit 4:2:0) as an H.264 elementary stream with start codes (Annex B).
 *
 *   encode INPUT.y4m OUTPUT.264 [BITS_PER_SECOND]
 *
 * Written as for an Apple platform: nothing here is particular to this library.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <VideoToolbox/VideoToolbox.h>

typedef struct {
    FILE *file;
    int frames;
    int failed;
} Output;

static const uint8_t START_CODE[4] = {0, 0, 0, 1};

static int write_parameter_sets(Output *output, CMFormatDescriptionRef format) {
    size_t count = 0;
    if (CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, 0, NULL, NULL, &count, NULL) != noErr) {
        return 0;
    }
    for (size_t index = 0; index < count; index++) {
        const uint8_t *set = NULL;
        size_t size = 0;
        if (CMVideoFormatDescriptionGetH264ParameterSetAtIndex(format, index, &set, &size, NULL, NULL) != noErr) {
            return 0;
        }
        fwrite(START_CODE, 1, sizeof START_CODE, output->file);
        fwrite(set, 1, size, output->file);
    }
    return 1;
}

static int is_key_frame(CMSampleBufferRef sample) {
    CFArrayRef attachments = CMSampleBufferGetSampleAttachmentsArray(sample, false);
    if (attachments == NULL || CFArrayGetCount(attachments) == 0) {
        return 0;
    }
    CFDictionaryRef first = (CFDictionaryRef)CFArrayGetValueAtIndex(attachments, 0);
    return !CFDictionaryContainsKey(first, kCMSampleAttachmentKey_NotSync);
}

/* Called by the session for each frame, on a thread of its own. */
static void frame_encoded(
    void *context, void *frame_context, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Output *output = (Output *)context;
    (void)frame_context;
    if (status != noErr || sample == NULL || (flags & kVTEncodeInfo_FrameDropped) != 0) {
        output->failed = 1;
        return;
    }
    if (is_key_frame(sample) && !write_parameter_sets(output, CMSampleBufferGetFormatDescription(sample))) {
        output->failed = 1;
    }
    char *data = NULL;
    size_t length = 0;
    if (CMBlockBufferGetDataPointer(CMSampleBufferGetDataBuffer(sample), 0, NULL, &length, &data) != noErr) {
        output->failed = 1;
        return;
    }
    for (size_t place = 0; place + 4 <= length;) {
        uint32_t size;
        memcpy(&size, data + place, sizeof size);
        size = CFSwapInt32BigToHost(size);
        place += 4;
        if (size > length - place) {
            output->failed = 1;
            return;
        }
        fwrite(START_CODE, 1, sizeof START_CODE, output->file);
        fwrite(data + place, 1, size, output->file);
        place += size;
    }
    output->frames++;
}

/* Reads "YUV4MPEG2 W320 H180 F25:1 ..."; other chroma than 4:2:0 is refused. */
static int read_header(FILE *input, int *width, int *height, int *rate, int *scale) {
    char line[256];
    if (fgets(line, sizeof line, input) == NULL || strncmp(line, "YUV4MPEG2 ", 10) != 0) {
        return 0;
    }
    *rate = 25;
    *scale = 1;
    for (char *field = strtok(line + 10, " \n"); field != NULL; field = strtok(NULL, " \n")) {
        switch (field[0]) {
        case 'W': *width = atoi(field + 1); break;
        case 'H': *height = atoi(field + 1); break;
        case 'F': sscanf(field + 1, "%d:%d", rate, scale); break;
        case 'C':
            if (strncmp(field + 1, "420", 3) != 0 || strstr(field, "p1") != NULL) {
                return 0;
            }
            break;
        default: break;
        }
    }
    return *width > 0 && *height > 0 && *rate > 0 && *scale > 0;
}

/* Fills the buffer with the next frame; 0 at the end of the file. */
static int read_frame(FILE *input, CVPixelBufferRef buffer) {
    char line[256];
    int complete = 1;
    if (fgets(line, sizeof line, input) == NULL || strncmp(line, "FRAME", 5) != 0) {
        return 0;
    }
    CVPixelBufferLockBaseAddress(buffer, 0);
    for (size_t plane = 0; plane < CVPixelBufferGetPlaneCount(buffer); plane++) {
        uint8_t *row = (uint8_t *)CVPixelBufferGetBaseAddressOfPlane(buffer, plane);
        size_t width = CVPixelBufferGetWidthOfPlane(buffer, plane);
        for (size_t y = 0; y < CVPixelBufferGetHeightOfPlane(buffer, plane); y++) {
            complete = complete && fread(row, 1, width, input) == width;
            row += CVPixelBufferGetBytesPerRowOfPlane(buffer, plane);
        }
    }
    CVPixelBufferUnlockBaseAddress(buffer, 0);
    return complete;
}

static OSStatus set_number(VTSessionRef session, CFStringRef key, int value) {
    CFNumberRef number = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &value);
    OSStatus status = VTSessionSetProperty(session, key, number);
    CFRelease(number);
    return status;
}

static CFDictionaryRef source_attributes(int width, int height) {
    int format = kCVPixelFormatType_420YpCbCr8Planar;
    const void *keys[3] = {kCVPixelBufferPixelFormatTypeKey, kCVPixelBufferWidthKey, kCVPixelBufferHeightKey};
    CFNumberRef values[3];
    values[0] = CFNumberCreate(kCFAllocatorDefault, kCFNumberSInt32Type, &format);
    values[1] = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &width);
    values[2] = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &height);
    CFDictionaryRef attributes = CFDictionaryCreate(
        kCFAllocatorDefault, keys, (const void **)values, 3, &kCFTypeDictionaryKeyCallBacks,
        &kCFTypeDictionaryValueCallBacks);
    for (int index = 0; index < 3; index++) {
        CFRelease(values[index]);
    }
    return attributes;
}

int main(int argc, char **argv) {
    int width = 0, height = 0, rate = 0, scale = 0, result = 1;
    Output output = {NULL, 0, 0};
    VTCompressionSessionRef session = NULL;
    if (argc < 3) {
        fprintf(stderr, "usage: %s INPUT.y4m OUTPUT.264 [BITS_PER_SECOND]\n", argv[0]);
        return 2;
    }
    FILE *input = fopen(argv[1], "rb");
    output.file = fopen(argv[2], "wb");
    if (input == NULL || output.file == NULL || !read_header(input, &width, &height, &rate, &scale)) {
        fprintf(stderr, "cannot read %s as 8-bit 4:2:0 YUV4MPEG2, or cannot write %s\n", argv[1], argv[2]);
        return 1;
    }

    CFDictionaryRef attributes = source_attributes(width, height);
    OSStatus status = VTCompressionSessionCreate(
        kCFAllocatorDefault, width, height, kCMVideoCodecType_H264, NULL, attributes, NULL, frame_encoded, &output,
        &session);
    CFRelease(attributes);
    if (status != noErr) {
        fprintf(stderr, "VTCompressionSessionCreate: %d\n", (int)status);
        return 1;
    }
    VTSessionSetProperty(session, kVTCompressionPropertyKey_ProfileLevel, kVTProfileLevel_H264_High_AutoLevel);
    VTSessionSetProperty(session, kVTCompressionPropertyKey_AllowFrameReordering, kCFBooleanFalse);
    set_number(session, kVTCompressionPropertyKey_ExpectedFrameRate, rate / scale);
    if (argc > 3) {
        set_number(session, kVTCompressionPropertyKey_AverageBitRate, atoi(argv[3]));
    }
    status = VTCompressionSessionPrepareToEncodeFrames(session);

    CVPixelBufferPoolRef pool = VTCompressionSessionGetPixelBufferPool(session);
    int frames = 0;
    while (status == noErr) {
        CVPixelBufferRef buffer = NULL;
        status = CVPixelBufferPoolCreatePixelBuffer(kCFAllocatorDefault, pool, &buffer);
        if (status != noErr) {
            break;
        }
        if (!read_frame(input, buffer)) {
            CVPixelBufferRelease(buffer);
            break;
        }
        CMTime time = CMTimeMake((int64_t)frames * scale, rate);
        status = VTCompressionSessionEncodeFrame(session, buffer, time, CMTimeMake(scale, rate), NULL, NULL, NULL);
        CVPixelBufferRelease(buffer);
        frames++;
    }
    if (status == noErr) {
        status = VTCompressionSessionCompleteFrames(session, kCMTimeInvalid);
    }
    VTCompressionSessionInvalidate(session);
    CFRelease(session);

    if (status != noErr) {
        fprintf(stderr, "encoding failed: %d\n", (int)status);
    } else if (output.failed || output.frames != frames) {
        fprintf(stderr, "%d of %d frames came out\n", output.frames, frames);
    } else {
        printf("%d frames\n", frames);
        result = 0;
    }
    fclose(input);
    if (fclose(output.file) != 0) {
        result = 1;
    }
    return result;
}
