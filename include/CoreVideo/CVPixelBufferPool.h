/* Pools of pixel buffers. */

#ifndef VITASCOPE_COREVIDEO_CVPIXELBUFFERPOOL_H
#define VITASCOPE_COREVIDEO_CVPIXELBUFFERPOOL_H

#include <CoreVideo/CVPixelBuffer.h>

CF_EXTERN_C_BEGIN

typedef struct __CVPixelBufferPool *CVPixelBufferPoolRef;
typedef CVOptionFlags CVPixelBufferPoolFlushFlags;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCVPixelBufferPoolFlushExcessBuffers = 1
};

CF_EXPORT const CFStringRef kCVPixelBufferPoolAllocationThresholdKey;
CF_EXPORT const CFStringRef kCVPixelBufferPoolFreeBufferNotification;
CF_EXPORT const CFStringRef kCVPixelBufferPoolMaximumBufferAgeKey;
CF_EXPORT const CFStringRef kCVPixelBufferPoolMinimumBufferCountKey;

/* A pool of buffers with these attributes. Pool attributes may be NULL. */
CF_EXPORT CVReturn CVPixelBufferPoolCreate(CFAllocatorRef allocator, CFDictionaryRef poolAttributes, CFDictionaryRef pixelBufferAttributes, CVPixelBufferPoolRef *poolOut);

/* A buffer of the pool, recycled or new. */
CF_EXPORT CVReturn CVPixelBufferPoolCreatePixelBuffer(CFAllocatorRef allocator, CVPixelBufferPoolRef pixelBufferPool, CVPixelBufferRef *pixelBufferOut);

/* A buffer of the pool, unless as many as the allocation threshold says are in use. */
CF_EXPORT CVReturn CVPixelBufferPoolCreatePixelBufferWithAuxAttributes(CFAllocatorRef allocator, CVPixelBufferPoolRef pixelBufferPool, CFDictionaryRef auxAttributes, CVPixelBufferRef *pixelBufferOut);

/* Frees unused buffers: those that are too old, with flag 1 all. */
CF_EXPORT void CVPixelBufferPoolFlush(CVPixelBufferPoolRef pool, CVPixelBufferPoolFlushFlags options);

/* The attributes of the pool, not retained. */
CF_EXPORT CFDictionaryRef CVPixelBufferPoolGetAttributes(CVPixelBufferPoolRef pool);

/* The attributes of the pool's buffers, not retained. */
CF_EXPORT CFDictionaryRef CVPixelBufferPoolGetPixelBufferAttributes(CVPixelBufferPoolRef pool);

/* The type number of pools. */
CF_EXPORT CFTypeID CVPixelBufferPoolGetTypeID(void);

/* Takes a reference away; NULL is left alone. */
CF_EXPORT void CVPixelBufferPoolRelease(CVPixelBufferPoolRef pixelBufferPool);

/* Adds a reference; NULL stays NULL. */
CF_EXPORT CVPixelBufferPoolRef CVPixelBufferPoolRetain(CVPixelBufferPoolRef pixelBufferPool);

/* generated: end */

CF_EXTERN_C_END

#endif
