/* Sessions that turn and mirror pictures. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTPIXELROTATIONSESSION_H
#define VITASCOPE_VIDEOTOOLBOX_VTPIXELROTATIONSESSION_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>
#include <VideoToolbox/VTPixelRotationProperties.h>
#include <VideoToolbox/VTSession.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueVTPixelRotationSession *VTPixelRotationSessionRef;

/* generated from docs/c-symbols.tsv: begin */

/* A session that turns and mirrors pictures between pixel buffers of one format. */
CF_EXPORT OSStatus VTPixelRotationSessionCreate(CFAllocatorRef allocator, VTPixelRotationSessionRef *pixelRotationSessionOut);

/* The type number of pixel rotation sessions. */
CF_EXPORT CFTypeID VTPixelRotationSessionGetTypeID(void);

/* Ends a session: everything but its release fails from now on. NULL is left alone. */
CF_EXPORT void VTPixelRotationSessionInvalidate(VTPixelRotationSessionRef session);

/* Fills the destination with the source's picture, turned, and replaces its attachments. Returns when that is done. */
CF_EXPORT OSStatus VTPixelRotationSessionRotateImage(VTPixelRotationSessionRef session, CVPixelBufferRef sourceBuffer, CVPixelBufferRef destinationBuffer);

/* generated: end */

CF_EXTERN_C_END

#endif
