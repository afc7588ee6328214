/* Basic types of Core Foundation, for programs written for Apple platforms. */

#ifndef VITASCOPE_COREFOUNDATION_CFBASE_H
#define VITASCOPE_COREFOUNDATION_CFBASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <Availability.h>
#include <TargetConditionals.h>

#if defined(__cplusplus)
#define CF_EXTERN_C_BEGIN extern "C" {
#define CF_EXTERN_C_END }
#else
#define CF_EXTERN_C_BEGIN
#define CF_EXTERN_C_END
#endif

#define CF_EXPORT extern
#define CF_INLINE static __inline__
#define CF_EXTERN extern

/* Marks for static analysers that these headers do not need. */
#define CF_RETURNS_RETAINED
#define CF_RETURNS_NOT_RETAINED
#define CF_RELEASES_ARGUMENT
#define CF_CONSUMED
#define CF_BRIDGED_TYPE(type)
#define CF_BRIDGED_MUTABLE_TYPE(type)
#define CF_RELATED_TYPE(type, create, create_arguments)
#define CF_IMPLICIT_BRIDGING_ENABLED
#define CF_IMPLICIT_BRIDGING_DISABLED
#define CF_ASSUME_NONNULL_BEGIN
#define CF_ASSUME_NONNULL_END
#define CF_NOESCAPE
#define CF_SWIFT_NAME(name)
#define CF_REFINED_FOR_SWIFT
#define CF_ENUM(type) enum
#define CF_OPTIONS(type) enum
#define CF_AVAILABLE(mac, ios)
#define CF_AVAILABLE_MAC(mac)
#define CF_AVAILABLE_IOS(ios)
#define CF_DEPRECATED(mac, mac_until, ios, ios_until)

CF_EXTERN_C_BEGIN

typedef unsigned char Boolean;
typedef unsigned char UInt8;
typedef signed char SInt8;
typedef uint16_t UInt16;
typedef int16_t SInt16;
typedef uint32_t UInt32;
typedef int32_t SInt32;
typedef uint64_t UInt64;
typedef int64_t SInt64;
typedef float Float32;
typedef double Float64;
typedef uint16_t UniChar;
typedef UInt32 UTF32Char;
typedef UInt16 UTF16Char;
typedef UInt8 UTF8Char;
typedef unsigned long UniCharCount;
typedef UInt32 FourCharCode;
typedef FourCharCode OSType;
typedef SInt32 OSStatus;
typedef SInt16 OSErr;
typedef unsigned char *StringPtr;
typedef const unsigned char *ConstStr255Param;
typedef const unsigned char *ConstStringPtr;

#if !defined(TRUE)
#define TRUE 1
#endif
#if !defined(FALSE)
#define FALSE 0
#endif

/* No error. */
enum { noErr = 0, kCFNotFound = -1 };

typedef unsigned long CFTypeID;
typedef unsigned long CFOptionFlags;
typedef unsigned long CFHashCode;
typedef long CFIndex;

/* Any object: reference-counted, with a type. */
typedef const void *CFTypeRef;
typedef const struct __CFString *CFStringRef;
typedef struct __CFString *CFMutableStringRef;
typedef CFTypeRef CFPropertyListRef;
typedef const struct __CFAllocator *CFAllocatorRef;
typedef const struct __CFNull *CFNullRef;
typedef unsigned long long CFAllocatorTypeID;

typedef CFIndex CFComparisonResult;
typedef CFComparisonResult (*CFComparatorFunction)(const void *one, const void *other, void *context);

typedef uint32_t CGRectEdge;

/* Which byte of a number comes first: the least or the greatest. */
enum __CFByteOrder { CFByteOrderUnknown = 0, CFByteOrderLittleEndian = 1, CFByteOrderBigEndian = 2 };

/* Some elements in a row. */
typedef struct CFRange {
    CFIndex location;
    CFIndex length;
} CFRange;

CF_INLINE CFRange CFRangeMake(CFIndex location, CFIndex length) {
    CFRange range;
    range.location = location;
    range.length = length;
    return range;
}

typedef const void *(*CFAllocatorRetainCallBack)(const void *info);
typedef void (*CFAllocatorReleaseCallBack)(const void *info);
typedef CFStringRef (*CFAllocatorCopyDescriptionCallBack)(const void *info);
typedef void *(*CFAllocatorAllocateCallBack)(CFIndex size, CFOptionFlags hint, void *info);
typedef void *(*CFAllocatorReallocateCallBack)(void *memory, CFIndex size, CFOptionFlags hint, void *info);
typedef void (*CFAllocatorDeallocateCallBack)(void *memory, void *info);
typedef CFIndex (*CFAllocatorPreferredSizeCallBack)(CFIndex size, CFOptionFlags hint, void *info);

/* Functions of an allocator of a program's own; any but allocate may be NULL. */
typedef struct CFAllocatorContext {
    CFIndex version;
    void *info;
    CFAllocatorRetainCallBack retain;
    CFAllocatorReleaseCallBack release;
    CFAllocatorCopyDescriptionCallBack copyDescription;
    CFAllocatorAllocateCallBack allocate;
    CFAllocatorReallocateCallBack reallocate;
    CFAllocatorDeallocateCallBack deallocate;
    CFAllocatorPreferredSizeCallBack preferredSize;
} CFAllocatorContext;

/* What CFGetTypeID and the like know of the version of this library. */
#define kCFCoreFoundationVersionNumber10_7 635.00
#define kCFCoreFoundationVersionNumber10_8 744.00
#define kCFCoreFoundationVersionNumber10_9 855.11
#define kCFCoreFoundationVersionNumber10_10 1151.16

/* generated from docs/c-symbols.tsv: begin */

enum {
    CGFLOAT_DEFINED = 1,
    CGFLOAT_IS_DOUBLE = 1,
    CGRectMaxXEdge = 2,
    CGRectMaxYEdge = 3,
    CGRectMinXEdge = 0,
    CGRectMinYEdge = 1,
    kCFCompareEqualTo = 0,
    kCFCompareGreaterThan = 1,
    kCFCompareLessThan = -1,
    kCFCoreFoundationVersionNumber10_10_2 = 1152,
    kCFCoreFoundationVersionNumber10_10_Max = 1199,
    kCFCoreFoundationVersionNumber10_11 = 1253,
    kCFCoreFoundationVersionNumber10_11_Max = 1299
};

CF_EXPORT const CFAllocatorRef kCFAllocatorDefault;
CF_EXPORT const CFAllocatorRef kCFAllocatorMalloc;
CF_EXPORT const CFAllocatorRef kCFAllocatorMallocZone;
CF_EXPORT const CFAllocatorRef kCFAllocatorNull;
CF_EXPORT const CFAllocatorRef kCFAllocatorSystemDefault;
CF_EXPORT const CFAllocatorRef kCFAllocatorUseContext;
CF_EXPORT const double kCFCoreFoundationVersionNumber;
CF_EXPORT const CFNullRef kCFNull;

/* Memory of an allocator; NULL when it has none. */
CF_EXPORT void *CFAllocatorAllocate(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint);

/* As CFAllocatorAllocate, for memory that holds no pointers: here the same. */
CF_EXPORT void *CFAllocatorAllocateBytes(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint);

/* As CFAllocatorAllocate, for memory of a type: here the same. */
CF_EXPORT void *CFAllocatorAllocateTyped(CFAllocatorRef allocator, CFIndex size, CFAllocatorTypeID descriptor, CFOptionFlags hint);

/* An allocator of a program's own functions. */
CF_EXPORT CFAllocatorRef CFAllocatorCreate(CFAllocatorRef allocator, CFAllocatorContext *context);

/* Gives memory back to its allocator. */
CF_EXPORT void CFAllocatorDeallocate(CFAllocatorRef allocator, void *ptr);

/* Copies the functions of a program's own allocator. */
CF_EXPORT void CFAllocatorGetContext(CFAllocatorRef allocator, CFAllocatorContext *context);

/* The allocator that NULL stands for. */
CF_EXPORT CFAllocatorRef CFAllocatorGetDefault(void);

/* How many bytes an allocator would set aside for so many. */
CF_EXPORT int64_t CFAllocatorGetPreferredSizeForSize(CFAllocatorRef allocator, CFIndex size, CFOptionFlags hint);

/* The type number of allocators. */
CF_EXPORT uint64_t CFAllocatorGetTypeID(void);

/* Makes memory larger or smaller; NULL memory is allocated, size 0 frees. */
CF_EXPORT void *CFAllocatorReallocate(CFAllocatorRef allocator, void *ptr, CFIndex newsize, CFOptionFlags hint);

/* As CFAllocatorReallocate, for memory that holds no pointers: here the same. */
CF_EXPORT void *CFAllocatorReallocateBytes(CFAllocatorRef allocator, void *ptr, CFIndex newsize, CFOptionFlags hint);

/* As CFAllocatorReallocate, for memory of a type: here the same. */
CF_EXPORT void *CFAllocatorReallocateTyped(CFAllocatorRef allocator, void *ptr, CFIndex newsize, CFAllocatorTypeID descriptor, CFOptionFlags hint);

/* Makes an allocator the one that NULL stands for, in the whole process. */
CF_EXPORT void CFAllocatorSetDefault(CFAllocatorRef allocator);

/* Adds a reference that a collector would own; here the same as CFRetain. */
CF_EXPORT CFTypeRef CFAutorelease(CFTypeRef arg);

/* A description of an object for people; NULL for NULL. */
CF_EXPORT CFStringRef CFCopyDescription(CFTypeRef cf);

/* The name of a type; NULL for a number that is none. */
CF_EXPORT CFStringRef CFCopyTypeIDDescription(CFTypeID type_id);

/* Whether two objects are equal in the way of their type. */
CF_EXPORT Boolean CFEqual(CFTypeRef cf1, CFTypeRef cf2);

/* The allocator of an object: always the default one. */
CF_EXPORT CFAllocatorRef CFGetAllocator(CFTypeRef cf);

/* How many references there are to an object. */
CF_EXPORT int64_t CFGetRetainCount(CFTypeRef cf);

/* The type number of an object; 0 for NULL. */
CF_EXPORT uint64_t CFGetTypeID(CFTypeRef cf);

/* A number that equal objects share. */
CF_EXPORT uint64_t CFHash(CFTypeRef cf);

/* Returns the object as it is: nothing is collected here. */
CF_EXPORT CFTypeRef CFMakeCollectable(CFTypeRef cf);

/* The type number of the null object. */
CF_EXPORT uint64_t CFNullGetTypeID(void);

/* Takes a reference away; the last one frees the object. NULL and constants are left alone. */
CF_EXPORT void CFRelease(CFTypeRef cf);

/* Adds a reference to an object and returns it. NULL stays NULL. */
CF_EXPORT CFTypeRef CFRetain(CFTypeRef cf);

/* generated: end */

CF_EXTERN_C_END

#endif
