/* Members without order. */

#ifndef VITASCOPE_COREFOUNDATION_CFSET_H
#define VITASCOPE_COREFOUNDATION_CFSET_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

typedef const struct __CFSet *CFSetRef;
typedef struct __CFSet *CFMutableSetRef;

typedef const void *(*CFSetRetainCallBack)(CFAllocatorRef allocator, const void *value);
typedef void (*CFSetReleaseCallBack)(CFAllocatorRef allocator, const void *value);
typedef CFStringRef (*CFSetCopyDescriptionCallBack)(const void *value);
typedef Boolean (*CFSetEqualCallBack)(const void *one, const void *other);
typedef CFHashCode (*CFSetHashCallBack)(const void *value);
typedef void (*CFSetApplierFunction)(const void *value, void *context);

/* How a set keeps its members. */
typedef struct CFSetCallBacks {
    CFIndex version;
    CFSetRetainCallBack retain;
    CFSetReleaseCallBack release;
    CFSetCopyDescriptionCallBack copyDescription;
    CFSetEqualCallBack equal;
    CFSetHashCallBack hash;
} CFSetCallBacks;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFSetCallBacks kCFCopyStringSetCallBacks;
CF_EXPORT const CFSetCallBacks kCFTypeSetCallBacks;

/* Adds a member unless an equal one is there. */
CF_EXPORT void CFSetAddValue(CFMutableSetRef theSet, const void *value);

/* Calls a function for each member. */
CF_EXPORT void CFSetApplyFunction(CFSetRef theSet, CFSetApplierFunction applier, void *context);

/* Whether the value is a member. */
CF_EXPORT Boolean CFSetContainsValue(CFSetRef theSet, const void *value);

/* A set of values. Without callbacks nothing is retained and values are compared by address. */
CF_EXPORT CFSetRef CFSetCreate(CFAllocatorRef allocator, const void **values, CFIndex numValues, const CFSetCallBacks *callBacks);

/* A copy that does not change. */
CF_EXPORT CFSetRef CFSetCreateCopy(CFAllocatorRef allocator, CFSetRef theSet);

/* A set that can change. The capacity is a hint only. */
CF_EXPORT CFMutableSetRef CFSetCreateMutable(CFAllocatorRef allocator, CFIndex capacity, const CFSetCallBacks *callBacks);

/* A copy that can change. The capacity is a hint only. */
CF_EXPORT CFMutableSetRef CFSetCreateMutableCopy(CFAllocatorRef allocator, CFIndex capacity, CFSetRef theSet);

/* The number of members; 0 for NULL. */
CF_EXPORT CFIndex CFSetGetCount(CFSetRef theSet);

/* 1 if the value is a member, else 0. */
CF_EXPORT CFIndex CFSetGetCountOfValue(CFSetRef theSet, const void *value);

/* The type number of sets. */
CF_EXPORT CFTypeID CFSetGetTypeID(void);

/* The member that equals a value, not retained; NULL when there is none. */
CF_EXPORT const void *CFSetGetValue(CFSetRef theSet, const void *value);

/* Whether a member equals a value, and which, not retained. */
CF_EXPORT Boolean CFSetGetValueIfPresent(CFSetRef theSet, const void *candidate, const void **value);

/* Copies all members, not retained. */
CF_EXPORT void CFSetGetValues(CFSetRef theSet, const void **values);

/* Takes out all members. */
CF_EXPORT void CFSetRemoveAllValues(CFMutableSetRef theSet);

/* Takes out the member that equals a value. */
CF_EXPORT void CFSetRemoveValue(CFMutableSetRef theSet, const void *value);

/* Puts a member in the place of an equal one. */
CF_EXPORT void CFSetReplaceValue(CFMutableSetRef theSet, const void *value);

/* Adds a member or puts it in the place of an equal one. */
CF_EXPORT void CFSetSetValue(CFMutableSetRef theSet, const void *value);

/* generated: end */

CF_EXTERN_C_END

#endif
