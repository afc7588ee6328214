/* Fits pictures into another size with bars beside or above them.
 *
 *   letterbox INPUT.y4m OUTPUT.y4m WIDTH HEIGHT
 */

#include "clip.h"

int main(int argc, char **argv) {
    Clip clip;
    if (argc < 5 || !clip_open(&clip, argv[1])) {
        fprintf(stderr, "usage: %s INPUT.y4m OUTPUT.y4m WIDTH HEIGHT\n", argv[0]);
        return 2;
    }
    int width = atoi(argv[3]), height = atoi(argv[4]), frames = 0;
    FILE *output = fopen(argv[2], "wb");
    CVPixelBufferRef source = clip_buffer(clip.width, clip.height), destination = clip_buffer(width, height);
    if (output == NULL || source == NULL || destination == NULL) {
        return 1;
    }
    VTPixelTransferSessionRef session = NULL;
    OSStatus status = VTPixelTransferSessionCreate(kCFAllocatorDefault, &session);
    if (status == noErr) {
        status = VTSessionSetProperty(session, kVTPixelTransferPropertyKey_ScalingMode, kVTScalingMode_Letterbox);
    }
    clip_write_header(output, width, height, clip.rate, clip.scale);
    while (status == noErr && clip_read(&clip, source)) {
        status = VTPixelTransferSessionTransferImage(session, source, destination);
        if (status == noErr && !clip_write(output, destination)) {
            status = kVTParameterErr;
        }
        frames++;
    }
    if (session != NULL) {
        VTPixelTransferSessionInvalidate(session);
        CFRelease(session);
    }
    CVPixelBufferRelease(source);
    CVPixelBufferRelease(destination);
    fclose(clip.file);
    if (fclose(output) != 0 || status != noErr) {
        fprintf(stderr, "failed: %d\n", (int)status);
        return 1;
    }
    printf("%d frames\n", frames);
    return 0;
}
