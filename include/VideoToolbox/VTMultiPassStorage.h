/* What passes over the same frames leave to later ones. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTMULTIPASSSTORAGE_H
#define VITASCOPE_VIDEOTOOLBOX_VTMULTIPASSSTORAGE_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueVTMultiPassStorage *VTMultiPassStorageRef;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kVTMultiPassStorageCreationOption_DoNotDelete;

/* Writes everything and closes the file; every later use fails. */
CF_EXPORT OSStatus VTMultiPassStorageClose(VTMultiPassStorageRef multiPassStorage);

/* A storage for passes, in a file (a temporary one for NULL), which is deleted at the end unless it existed or DoNotDelete is true. */
CF_EXPORT OSStatus VTMultiPassStorageCreate(CFAllocatorRef allocator, CFURLRef fileURL, CMTimeRange timeRange, CFDictionaryRef options, VTMultiPassStorageRef *multiPassStorageOut);

/* The type number of multi-pass storages. */
CF_EXPORT CFTypeID VTMultiPassStorageGetTypeID(void);

/* generated: end */

CF_EXTERN_C_END

#endif
