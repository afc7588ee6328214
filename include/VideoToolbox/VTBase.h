/* Basic types of Video Toolbox. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTBASE_H
#define VITASCOPE_VIDEOTOOLBOX_VTBASE_H

#include <CoreFoundation/CoreFoundation.h>
#include <CoreMedia/CoreMedia.h>
#include <CoreVideo/CoreVideo.h>

CF_EXTERN_C_BEGIN

#define VT_EXPORT CF_EXPORT
#define VT_INLINE CF_INLINE

typedef struct VTInt32Point {
    int32_t x;
    int32_t y;
} VTInt32Point;

typedef struct VTInt32Size {
    int32_t width;
    int32_t height;
} VTInt32Size;

/* generated from docs/c-symbols.tsv: begin */

/* generated: end */

CF_EXTERN_C_END

#endif
