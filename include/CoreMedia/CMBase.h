/* Basic types of Core Media. */

#ifndef VITASCOPE_COREMEDIA_CMBASE_H
#define VITASCOPE_COREMEDIA_CMBASE_H

#include <CoreFoundation/CoreFoundation.h>

CF_EXTERN_C_BEGIN

#define CM_NULLABLE
#define CM_NONNULL
#define CM_RETURNS_RETAINED
#define CM_RETURNS_NOT_RETAINED
#define CM_RETURNS_RETAINED_PARAMETER
#define CM_RETURNS_NOT_RETAINED_PARAMETER
#define CM_RELEASES_ARGUMENT

typedef CFIndex CMItemCount;
typedef CFIndex CMItemIndex;
typedef int32_t CMPersistentTrackID;
typedef uintptr_t CMStructVersion;
typedef uintptr_t CMBaseClassVersion;
typedef CFTypeRef CMBufferRef;
typedef const struct opaqueCMFormatDescription *CMFormatDescriptionRef;
typedef CMFormatDescriptionRef CMVideoFormatDescriptionRef;
typedef CMFormatDescriptionRef CMAudioFormatDescriptionRef;
typedef CMFormatDescriptionRef CMMuxedFormatDescriptionRef;
typedef CMFormatDescriptionRef CMTextFormatDescriptionRef;
typedef CMFormatDescriptionRef CMClosedCaptionFormatDescriptionRef;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMPersistentTrackID_Invalid = 0
};

/* generated: end */

CF_EXTERN_C_END

#endif
