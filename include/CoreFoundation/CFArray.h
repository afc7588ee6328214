/* Values in order. */

#ifndef VITASCOPE_COREFOUNDATION_CFARRAY_H
#define VITASCOPE_COREFOUNDATION_CFARRAY_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

typedef const struct __CFArray *CFArrayRef;
typedef struct __CFArray *CFMutableArrayRef;

typedef const void *(*CFArrayRetainCallBack)(CFAllocatorRef allocator, const void *value);
typedef void (*CFArrayReleaseCallBack)(CFAllocatorRef allocator, const void *value);
typedef CFStringRef (*CFArrayCopyDescriptionCallBack)(const void *value);
typedef Boolean (*CFArrayEqualCallBack)(const void *one, const void *other);
typedef void (*CFArrayApplierFunction)(const void *value, void *context);

/* How an array keeps its values. */
typedef struct CFArrayCallBacks {
    CFIndex version;
    CFArrayRetainCallBack retain;
    CFArrayReleaseCallBack release;
    CFArrayCopyDescriptionCallBack copyDescription;
    CFArrayEqualCallBack equal;
} CFArrayCallBacks;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFArrayCallBacks kCFTypeArrayCallBacks;

/* Appends the values of a range of another array. */
CF_EXPORT void CFArrayAppendArray(CFMutableArrayRef theArray, CFArrayRef otherArray, CFRange otherRange);

/* Appends a value. */
CF_EXPORT void CFArrayAppendValue(CFMutableArrayRef theArray, const void *value);

/* Calls a function for the values of a range. */
CF_EXPORT void CFArrayApplyFunction(CFArrayRef theArray, CFRange range, CFArrayApplierFunction applier, void *context);

/* Where a value is, or belongs, in a range that is sorted by a function. */
CF_EXPORT CFIndex CFArrayBSearchValues(CFArrayRef theArray, CFRange range, const void *value, CFComparatorFunction comparator, void *context);

/* Whether a value is found in a range. */
CF_EXPORT Boolean CFArrayContainsValue(CFArrayRef theArray, CFRange range, const void *value);

/* An array of values. Without callbacks nothing is retained and values are compared by address. */
CF_EXPORT CFArrayRef CFArrayCreate(CFAllocatorRef allocator, const void **values, CFIndex numValues, const CFArrayCallBacks *callBacks);

/* A copy that does not change. */
CF_EXPORT CFArrayRef CFArrayCreateCopy(CFAllocatorRef allocator, CFArrayRef theArray);

/* An array that can change. The capacity is a hint only. */
CF_EXPORT CFMutableArrayRef CFArrayCreateMutable(CFAllocatorRef allocator, CFIndex capacity, const CFArrayCallBacks *callBacks);

/* A copy that can change. The capacity is a hint only. */
CF_EXPORT CFMutableArrayRef CFArrayCreateMutableCopy(CFAllocatorRef allocator, CFIndex capacity, CFArrayRef theArray);

/* Exchanges two values. */
CF_EXPORT void CFArrayExchangeValuesAtIndices(CFMutableArrayRef theArray, CFIndex idx1, CFIndex idx2);

/* The number of values; 0 for NULL. */
CF_EXPORT CFIndex CFArrayGetCount(CFArrayRef theArray);

/* How often a value is found in a range. */
CF_EXPORT CFIndex CFArrayGetCountOfValue(CFArrayRef theArray, CFRange range, const void *value);

/* The first place of a value in a range; kCFNotFound when it is not there. */
CF_EXPORT CFIndex CFArrayGetFirstIndexOfValue(CFArrayRef theArray, CFRange range, const void *value);

/* The last place of a value in a range; kCFNotFound when it is not there. */
CF_EXPORT CFIndex CFArrayGetLastIndexOfValue(CFArrayRef theArray, CFRange range, const void *value);

/* The type number of arrays. */
CF_EXPORT CFTypeID CFArrayGetTypeID(void);

/* The value at a place, not retained; NULL outside. */
CF_EXPORT const void *CFArrayGetValueAtIndex(CFArrayRef theArray, CFIndex idx);

/* Copies the values of a range, not retained. */
CF_EXPORT void CFArrayGetValues(CFArrayRef theArray, CFRange range, const void **values);

/* Puts a value before the one at a place. */
CF_EXPORT void CFArrayInsertValueAtIndex(CFMutableArrayRef theArray, CFIndex idx, const void *value);

/* Takes out all values. */
CF_EXPORT void CFArrayRemoveAllValues(CFMutableArrayRef theArray);

/* Takes out the value at a place. */
CF_EXPORT void CFArrayRemoveValueAtIndex(CFMutableArrayRef theArray, CFIndex idx);

/* Puts values in the place of a range. */
CF_EXPORT void CFArrayReplaceValues(CFMutableArrayRef theArray, CFRange range, const void **newValues, CFIndex newCount);

/* Replaces the value at a place, or appends at the end. */
CF_EXPORT void CFArraySetValueAtIndex(CFMutableArrayRef theArray, CFIndex idx, const void *value);

/* Sorts a range by a function. */
CF_EXPORT void CFArraySortValues(CFMutableArrayRef theArray, CFRange range, CFComparatorFunction comparator, void *context);

/* generated: end */

CF_EXTERN_C_END

#endif
