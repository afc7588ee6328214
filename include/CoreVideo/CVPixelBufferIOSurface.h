/* Surfaces shared between processes: there are none here. */

#ifndef VITASCOPE_COREVIDEO_CVPIXELBUFFERIOSURFACE_H
#define VITASCOPE_COREVIDEO_CVPIXELBUFFERIOSURFACE_H

#include <CoreVideo/CVPixelBuffer.h>

CF_EXTERN_C_BEGIN

typedef struct __IOSurface *IOSurfaceRef;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kCVPixelBufferIOSurfaceCoreAnimationCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferIOSurfaceOpenGLESFBOCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferIOSurfaceOpenGLESTextureCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferIOSurfaceOpenGLFBOCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferIOSurfaceOpenGLTextureCompatibilityKey;

/* The surface that other processes could share: NULL, as there are none here. */
CF_EXPORT IOSurfaceRef CVPixelBufferGetIOSurface(CVPixelBufferRef pixelBuffer);

/* generated: end */

CF_EXTERN_C_END

#endif
