/* Sessions that copy pictures between pixel buffers, with scaling and conversion. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTPIXELTRANSFERSESSION_H
#define VITASCOPE_VIDEOTOOLBOX_VTPIXELTRANSFERSESSION_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>
#include <VideoToolbox/VTPixelTransferProperties.h>
#include <VideoToolbox/VTSession.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueVTPixelTransferSession *VTPixelTransferSessionRef;

/* generated from docs/c-symbols.tsv: begin */

/* A session that copies pictures between pixel buffers, with scaling and conversion. */
CF_EXPORT OSStatus VTPixelTransferSessionCreate(CFAllocatorRef allocator, VTPixelTransferSessionRef *pixelTransferSessionOut);

/* The type number of pixel transfer sessions. */
CF_EXPORT CFTypeID VTPixelTransferSessionGetTypeID(void);

/* Ends a session: everything but its release fails from now on. NULL is left alone. */
CF_EXPORT void VTPixelTransferSessionInvalidate(VTPixelTransferSessionRef session);

/* Fills the destination with the source's picture, and replaces its attachments. Returns when that is done. */
CF_EXPORT OSStatus VTPixelTransferSessionTransferImage(VTPixelTransferSessionRef session, CVPixelBufferRef sourceBuffer, CVPixelBufferRef destinationBuffer);

/* generated: end */

CF_EXTERN_C_END

#endif
