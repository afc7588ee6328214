/* Bytes. */

#ifndef VITASCOPE_COREFOUNDATION_CFDATA_H
#define VITASCOPE_COREFOUNDATION_CFDATA_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

typedef const struct __CFData *CFDataRef;
typedef struct __CFData *CFMutableDataRef;
typedef CFOptionFlags CFDataSearchFlags;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCFDataSearchAnchored = 2,
    kCFDataSearchBackwards = 1
};

/* Appends bytes. */
CF_EXPORT void CFDataAppendBytes(CFMutableDataRef theData, const UInt8 *bytes, CFIndex length);

/* Data with a copy of the bytes; NULL for a negative count. */
CF_EXPORT CFDataRef CFDataCreate(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length);

/* A copy that does not change. */
CF_EXPORT CFDataRef CFDataCreateCopy(CFAllocatorRef allocator, CFDataRef theData);

/* Data that can change. The capacity is a hint only. */
CF_EXPORT CFMutableDataRef CFDataCreateMutable(CFAllocatorRef allocator, CFIndex capacity);

/* A copy that can change. The capacity is a hint only. */
CF_EXPORT CFMutableDataRef CFDataCreateMutableCopy(CFAllocatorRef allocator, CFIndex capacity, CFDataRef theData);

/* Data of bytes that may be used in place (they are copied); the deallocator frees them when done. */
CF_EXPORT CFDataRef CFDataCreateWithBytesNoCopy(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length, CFAllocatorRef bytesDeallocator);

/* Takes out the bytes of a range. */
CF_EXPORT void CFDataDeleteBytes(CFMutableDataRef theData, CFRange range);

/* Where bytes are found in a range; location kCFNotFound when they are not. Options: backwards 1, anchored 2. */
CF_EXPORT CFRange CFDataFind(CFDataRef theData, CFDataRef dataToFind, CFRange searchRange, CFDataSearchFlags compareOptions);

/* The bytes in place, until the data changes or goes. */
CF_EXPORT const uint8_t *CFDataGetBytePtr(CFDataRef theData);

/* Copies the bytes of a range; nothing when that lies outside. */
CF_EXPORT void CFDataGetBytes(CFDataRef theData, CFRange range, UInt8 *buffer);

/* The number of bytes; 0 for NULL. */
CF_EXPORT CFIndex CFDataGetLength(CFDataRef theData);

/* The bytes in place, to change. */
CF_EXPORT uint8_t *CFDataGetMutableBytePtr(CFMutableDataRef theData);

/* The type number of data. */
CF_EXPORT CFTypeID CFDataGetTypeID(void);

/* Makes data longer by some zeros. */
CF_EXPORT void CFDataIncreaseLength(CFMutableDataRef theData, CFIndex extraLength);

/* Puts bytes in the place of a range. */
CF_EXPORT void CFDataReplaceBytes(CFMutableDataRef theData, CFRange range, const UInt8 *newBytes, CFIndex newLength);

/* Makes data longer, with zeros, or shorter. */
CF_EXPORT void CFDataSetLength(CFMutableDataRef theData, CFIndex length);

/* generated: end */

CF_EXTERN_C_END

#endif
