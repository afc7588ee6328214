/* An allocator that keeps large blocks for the next one who wants such a block. */

#ifndef VITASCOPE_COREMEDIA_CMMEMORYPOOL_H
#define VITASCOPE_COREMEDIA_CMMEMORYPOOL_H

#include <CoreMedia/CMBase.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueCMMemoryPool *CMMemoryPoolRef;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMMemoryPoolError_AllocationFailed = -15490,
    kCMMemoryPoolError_InvalidParameter = -15491
};

CF_EXPORT const CFStringRef kCMMemoryPoolOption_AgeOutPeriod;

/* A pool of memory. Options may be NULL; kCMMemoryPoolOption_AgeOutPeriod is in seconds, 1 unless it is given. */
CF_EXPORT CMMemoryPoolRef CMMemoryPoolCreate(CFDictionaryRef options);

/* Frees every block that is not in use. */
CF_EXPORT void CMMemoryPoolFlush(CMMemoryPoolRef pool);

/* The allocator of a pool, not retained. */
CF_EXPORT CFAllocatorRef CMMemoryPoolGetAllocator(CMMemoryPoolRef pool);

/* The type number of memory pools. */
CF_EXPORT CFTypeID CMMemoryPoolGetTypeID(void);

/* Ends recycling: blocks are freed as they come back. The allocator goes on working. */
CF_EXPORT void CMMemoryPoolInvalidate(CMMemoryPoolRef pool);

/* generated: end */

CF_EXTERN_C_END

#endif
