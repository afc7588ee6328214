/* Clips for the examples: pictures come from YUV4MPEG2 files (8-bit 4:2:0) and go there, or as H.264 with start codes
 * (Annex B). Nothing here is particular to this library. */

#ifndef EXAMPLES_CLIP_H
#define EXAMPLES_CLIP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <VideoToolbox/VideoToolbox.h>

typedef struct {
    FILE *file;
    int width, height;
    /* Frames in a second: rate / scale. */
    int rate, scale;
} Clip;

/* Opens "YUV4MPEG2 W320 H180 F25:1 ..."; other chroma than 4:2:0 is refused. */
static inline int clip_open(Clip *clip, const char *path) {
    char line[256];
    memset(clip, 0, sizeof *clip);
    clip->rate = 25;
    clip->scale = 1;
    clip->file = fopen(path, "rb");
    if (clip->file == NULL || fgets(line, sizeof line, clip->file) == NULL || strncmp(line, "YUV4MPEG2 ", 10) != 0) {
        return 0;
    }
    for (char *field = strtok(line + 10, " \n"); field != NULL; field = strtok(NULL, " \n")) {
        switch (field[0]) {
        case 'W': clip->width = atoi(field + 1); break;
        case 'H': clip->height = atoi(field + 1); break;
        case 'F': sscanf(field + 1, "%d:%d", &clip->rate, &clip->scale); break;
        case 'C':
            if (strncmp(field + 1, "420", 3) != 0 || strstr(field, "p1") != NULL) {
                return 0;
            }
            break;
        default: break;
        }
    }
    return clip->width > 0 && clip->height > 0 && clip->rate > 0 && clip->scale > 0;
}

static inline CMTime clip_time(const Clip *clip, int frame) {
    return CMTimeMake((int64_t)frame * clip->scale, clip->rate);
}

static inline CMTime clip_frame_duration(const Clip *clip) {
    return CMTimeMake(clip->scale, clip->rate);
}

/* Reads the samples of all planes, or writes them. */
static inline int clip_planes(FILE *file, CVPixelBufferRef buffer, int write) {
    int complete = 1;
    CVPixelBufferLockBaseAddress(buffer, write ? kCVPixelBufferLock_ReadOnly : 0);
    for (size_t plane = 0; plane < CVPixelBufferGetPlaneCount(buffer); plane++) {
        uint8_t *row = (uint8_t *)CVPixelBufferGetBaseAddressOfPlane(buffer, plane);
        size_t width = CVPixelBufferGetWidthOfPlane(buffer, plane);
        for (size_t y = 0; y < CVPixelBufferGetHeightOfPlane(buffer, plane); y++) {
            size_t done = write ? fwrite(row, 1, width, file) : fread(row, 1, width, file);
            complete = complete && done == width;
            row += CVPixelBufferGetBytesPerRowOfPlane(buffer, plane);
        }
    }
    CVPixelBufferUnlockBaseAddress(buffer, write ? kCVPixelBufferLock_ReadOnly : 0);
    return complete;
}

/* Fills a buffer of planar 4:2:0 with the next frame; 0 at the end of the file. */
static inline int clip_read(Clip *clip, CVPixelBufferRef buffer) {
    char line[256];
    return fgets(line, sizeof line, clip->file) != NULL && strncmp(line, "FRAME", 5) == 0 &&
        clip_planes(clip->file, buffer, 0);
}

/* Writes the header of a file of pictures. */
static inline void clip_write_header(FILE *file, int width, int height, int rate, int scale) {
    fprintf(file, "YUV4MPEG2 W%d H%d F%d:%d Ip A1:1 C420mpeg2\n", width, height, rate, scale);
}

/* Writes a buffer of planar 4:2:0. */
static inline int clip_write(FILE *file, CVPixelBufferRef buffer) {
    return fputs("FRAME\n", file) >= 0 && clip_planes(file, buffer, 1);
}

/* A buffer of planar 4:2:0. */
static inline CVPixelBufferRef clip_buffer(int width, int height) {
    CVPixelBufferRef buffer = NULL;
    OSStatus status = CVPixelBufferCreate(
        kCFAllocatorDefault, (size_t)width, (size_t)height, kCVPixelFormatType_420YpCbCr8Planar, NULL, &buffer);
    if (status != kCVReturnSuccess) {
        fprintf(stderr, "CVPixelBufferCreate: %d\n", (int)status);
    }
    return buffer;
}

/* The attachment of a sample; NULL when it is not there. */
static inline CFTypeRef sample_attachment(CMSampleBufferRef sample, CFStringRef key) {
    CFArrayRef attachments = CMSampleBufferGetSampleAttachmentsArray(sample, false);
    if (attachments == NULL || CFArrayGetCount(attachments) == 0) {
        return NULL;
    }
    return CFDictionaryGetValue((CFDictionaryRef)CFArrayGetValueAtIndex(attachments, 0), key);
}

static const uint8_t START_CODE[4] = {0, 0, 0, 1};

/* Writes an encoded sample with start codes, a sync frame with its parameter sets before it. */
static inline int annexb_write(FILE *file, CMSampleBufferRef sample) {
    if (sample_attachment(sample, kCMSampleAttachmentKey_NotSync) == NULL) {
        CMFormatDescriptionRef format = CMSampleBufferGetFormatDescription(sample);
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
            fwrite(START_CODE, 1, sizeof START_CODE, file);
            fwrite(set, 1, size, file);
        }
    }
    char *data = NULL;
    size_t length = 0;
    if (CMBlockBufferGetDataPointer(CMSampleBufferGetDataBuffer(sample), 0, NULL, &length, &data) != noErr) {
        return 0;
    }
    for (size_t place = 0; place + 4 <= length;) {
        uint32_t size;
        memcpy(&size, data + place, sizeof size);
        size = CFSwapInt32BigToHost(size);
        place += 4;
        if (size > length - place) {
            return 0;
        }
        fwrite(START_CODE, 1, sizeof START_CODE, file);
        fwrite(data + place, 1, size, file);
        place += size;
    }
    return 1;
}

/* Sets a property to a whole number. */
static inline OSStatus set_number(VTSessionRef session, CFStringRef key, int value) {
    CFNumberRef number = CFNumberCreate(kCFAllocatorDefault, kCFNumberIntType, &value);
    OSStatus status = VTSessionSetProperty(session, key, number);
    CFRelease(number);
    return status;
}

/* Sets a property to a fraction. */
static inline OSStatus set_fraction(VTSessionRef session, CFStringRef key, double value) {
    CFNumberRef number = CFNumberCreate(kCFAllocatorDefault, kCFNumberDoubleType, &value);
    OSStatus status = VTSessionSetProperty(session, key, number);
    CFRelease(number);
    return status;
}

#endif
