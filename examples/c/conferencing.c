/* A conference over a network that loses frames: low latency, two temporal layers, long-term references.
 *
 *   conferencing INPUT.y4m RECEIVED.264 BASE_LAYER.264
 *
 * Every seventh frame is lost. The receiver shows what it can show: a frame that refers to a lost one is left out until a
 * refresh arrives, which refers to nothing but a picture that the receiver has acknowledged. RECEIVED.264 gets what it shows.
 * BASE_LAYER.264 gets what a receiver with half the bandwidth would get: frames that others depend on, without losses.
 */

#include "clip.h"

/* Frames until the sender hears of what arrived, or did not. */
#define ROUND_TRIP 2
#define LOST_EVERY 7

/* The session gives a frame before the next one is asked for: the last one is all that has to be kept. */
typedef struct {
    CMSampleBufferRef sample;
    OSStatus status;
} Encoded;

static void frame_encoded(
    void *context, void *frame_context, OSStatus status, VTEncodeInfoFlags flags, CMSampleBufferRef sample) {
    Encoded *encoded = (Encoded *)context;
    (void)frame_context;
    (void)flags;
    encoded->status = status;
    encoded->sample = sample == NULL ? NULL : (CMSampleBufferRef)CFRetain(sample);
}

/* The wishes for a frame: which long-term references have arrived, and whether to refresh. */
static CFDictionaryRef frame_properties(CFNumberRef acknowledged, int refresh) {
    CFMutableDictionaryRef properties = CFDictionaryCreateMutable(
        kCFAllocatorDefault, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    if (acknowledged != NULL) {
        CFArrayRef tokens = CFArrayCreate(kCFAllocatorDefault, (const void **)&acknowledged, 1, &kCFTypeArrayCallBacks);
        CFDictionarySetValue(properties, kVTEncodeFrameOptionKey_AcknowledgedLTRTokens, tokens);
        CFRelease(tokens);
    }
    if (refresh) {
        CFDictionarySetValue(properties, kVTEncodeFrameOptionKey_ForceLTRRefresh, kCFBooleanTrue);
    }
    return properties;
}

static VTCompressionSessionRef create_session(const Clip *clip, Encoded *encoded) {
    const void *key = kVTVideoEncoderSpecification_EnableLowLatencyRateControl, *yes = kCFBooleanTrue;
    CFDictionaryRef specification = CFDictionaryCreate(
        kCFAllocatorDefault, &key, &yes, 1, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    VTCompressionSessionRef session = NULL;
    OSStatus status = VTCompressionSessionCreate(
        kCFAllocatorDefault, clip->width, clip->height, kCMVideoCodecType_H264, specification, NULL, NULL, frame_encoded,
        encoded, &session);
    CFRelease(specification);
    if (status == noErr) {
        status = VTSessionSetProperty(session, kVTCompressionPropertyKey_EnableLTR, kCFBooleanTrue);
    }
    if (status == noErr) {
        status = set_fraction(session, kVTCompressionPropertyKey_BaseLayerFrameRateFraction, 0.5);
    }
    if (status == noErr) {
        status = set_number(session, kVTCompressionPropertyKey_AverageBitRate, 300000);
    }
    if (status != noErr) {
        fprintf(stderr, "the session cannot be had: %d\n", (int)status);
    }
    return session;
}

int main(int argc, char **argv) {
    Clip clip;
    Encoded encoded = {NULL, noErr};
    if (argc < 4 || !clip_open(&clip, argv[1])) {
        fprintf(stderr, "usage: %s INPUT.y4m RECEIVED.264 BASE_LAYER.264\n", argv[0]);
        return 2;
    }
    FILE *received = fopen(argv[2], "wb"), *base = fopen(argv[3], "wb");
    CVPixelBufferRef buffer = clip_buffer(clip.width, clip.height);
    VTCompressionSessionRef session = create_session(&clip, &encoded);
    if (received == NULL || base == NULL || buffer == NULL || session == NULL) {
        return 1;
    }

    int shown = 0, in_base = 0, refreshes = 0, failed = 0, broken = 0, refresh_due = -1, acknowledge_due = -1;
    CFNumberRef token = NULL;
    for (int frame = 0; clip_read(&clip, buffer); frame++) {
        int refresh = frame == refresh_due, acknowledge = frame == acknowledge_due;
        CFDictionaryRef properties = frame_properties(acknowledge ? token : NULL, refresh);
        OSStatus status = VTCompressionSessionEncodeFrame(
            session, buffer, clip_time(&clip, frame), clip_frame_duration(&clip), properties, NULL, NULL);
        CFRelease(properties);
        if (status == noErr) {
            status = VTCompressionSessionCompleteFrames(session, clip_time(&clip, frame));
        }
        CMSampleBufferRef sample = encoded.sample;
        encoded.sample = NULL;
        if (status != noErr || encoded.status != noErr || sample == NULL) {
            fprintf(stderr, "frame %d: %d\n", frame, (int)(status != noErr ? status : encoded.status));
            failed = 1;
            break;
        }
        int is_base = sample_attachment(sample, kCMSampleAttachmentKey_IsDependedOnByOthers) == kCFBooleanTrue;
        if (is_base && !annexb_write(base, sample)) {
            failed = 1;
        }
        in_base += is_base;
        refreshes += refresh;

        /* The other end of the network. */
        int lost = frame % LOST_EVERY == LOST_EVERY - 1 && !refresh;
        if (refresh) {
            broken = 0;
        }
        if (lost && is_base && !broken) {
            broken = 1;
            refresh_due = frame + ROUND_TRIP;
        }
        if (!lost && !broken) {
            failed |= !annexb_write(received, sample);
            shown++;
            CFNumberRef new_token =
                (CFNumberRef)sample_attachment(sample, kVTSampleAttachmentKey_RequireLTRAcknowledgementToken);
            if (new_token != NULL && acknowledge_due <= frame) {
                if (token != NULL) {
                    CFRelease(token);
                }
                token = (CFNumberRef)CFRetain(new_token);
                acknowledge_due = frame + ROUND_TRIP;
            }
        }
        CFRelease(sample);
    }
    VTCompressionSessionInvalidate(session);
    CFRelease(session);
    CVPixelBufferRelease(buffer);
    if (token != NULL) {
        CFRelease(token);
    }
    printf("%d shown, %d in the base layer, %d refreshes\n", shown, in_base, refreshes);
    fclose(clip.file);
    failed |= fclose(received) != 0;
    failed |= fclose(base) != 0;
    return failed;
}
