/* Pointers, first in, first out. */

#ifndef VITASCOPE_COREMEDIA_CMSIMPLEQUEUE_H
#define VITASCOPE_COREMEDIA_CMSIMPLEQUEUE_H

#include <CoreMedia/CMBase.h>

CF_EXTERN_C_BEGIN

typedef struct opaqueCMSimpleQueue *CMSimpleQueueRef;

/* How full a queue is, from 0 to 1. */
#define CMSimpleQueueGetFullness(queue) \
    (CMSimpleQueueGetCapacity(queue) \
         ? (float)CMSimpleQueueGetCount(queue) / (float)CMSimpleQueueGetCapacity(queue) \
         : (float)1.0)

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMSimpleQueueError_AllocationFailed = -12770,
    kCMSimpleQueueError_ParameterOutOfRange = -12772,
    kCMSimpleQueueError_QueueIsFull = -12773,
    kCMSimpleQueueError_RequiredParameterMissing = -12771
};

/* A queue of at least one pointer. */
CF_EXPORT OSStatus CMSimpleQueueCreate(CFAllocatorRef allocator, int32_t capacity, CMSimpleQueueRef *queueOut);

/* Takes the pointer at the front; NULL when there is none. */
CF_EXPORT const void *CMSimpleQueueDequeue(CMSimpleQueueRef queue);

/* Puts a pointer at the end; kCMSimpleQueueError_QueueIsFull when there is no room. */
CF_EXPORT OSStatus CMSimpleQueueEnqueue(CMSimpleQueueRef queue, const void *element);

/* The greatest number of pointers; 0 for NULL. */
CF_EXPORT int32_t CMSimpleQueueGetCapacity(CMSimpleQueueRef queue);

/* The number of pointers; 0 for NULL. */
CF_EXPORT int32_t CMSimpleQueueGetCount(CMSimpleQueueRef queue);

/* The pointer at the front, which stays; NULL when there is none. */
CF_EXPORT const void *CMSimpleQueueGetHead(CMSimpleQueueRef queue);

/* The type number of queues. */
CF_EXPORT CFTypeID CMSimpleQueueGetTypeID(void);

/* Takes out all pointers. */
CF_EXPORT OSStatus CMSimpleQueueReset(CMSimpleQueueRef queue);

/* generated: end */

CF_EXTERN_C_END

#endif
