/* Numbers and truth values. */

#ifndef VITASCOPE_COREFOUNDATION_CFNUMBER_H
#define VITASCOPE_COREFOUNDATION_CFNUMBER_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

typedef const struct __CFBoolean *CFBooleanRef;
typedef const struct __CFNumber *CFNumberRef;
typedef CFIndex CFNumberType;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCFNumberCFIndexType = 14,
    kCFNumberCGFloatType = 16,
    kCFNumberCharType = 7,
    kCFNumberDoubleType = 13,
    kCFNumberFloat32Type = 5,
    kCFNumberFloat64Type = 6,
    kCFNumberFloatType = 12,
    kCFNumberIntType = 9,
    kCFNumberLongLongType = 11,
    kCFNumberLongType = 10,
    kCFNumberMaxType = 16,
    kCFNumberNSIntegerType = 15,
    kCFNumberSInt16Type = 2,
    kCFNumberSInt32Type = 3,
    kCFNumberSInt64Type = 4,
    kCFNumberSInt8Type = 1,
    kCFNumberShortType = 8
};

CF_EXPORT const CFBooleanRef kCFBooleanFalse;
CF_EXPORT const CFBooleanRef kCFBooleanTrue;
CF_EXPORT const CFNumberRef kCFNumberNaN;
CF_EXPORT const CFNumberRef kCFNumberNegativeInfinity;
CF_EXPORT const CFNumberRef kCFNumberPositiveInfinity;

/* The type number of booleans. */
CF_EXPORT CFTypeID CFBooleanGetTypeID(void);

/* The truth value; false for NULL and other objects. */
CF_EXPORT Boolean CFBooleanGetValue(CFBooleanRef boolean);

/* Compares two numbers: -1, 0 or 1. */
CF_EXPORT CFComparisonResult CFNumberCompare(CFNumberRef number, CFNumberRef otherNumber, void *context);

/* A number of a type, read from an address; NULL for an unknown type or no address. */
CF_EXPORT CFNumberRef CFNumberCreate(CFAllocatorRef allocator, CFNumberType theType, const void *valuePtr);

/* The size in bytes of the type that the number is kept as. */
CF_EXPORT CFIndex CFNumberGetByteSize(CFNumberRef number);

/* The type that the number is kept as. */
CF_EXPORT CFNumberType CFNumberGetType(CFNumberRef number);

/* The type number of numbers. */
CF_EXPORT CFTypeID CFNumberGetTypeID(void);

/* Writes the number as a type; false when something was lost (the nearest value is written all the same). */
CF_EXPORT Boolean CFNumberGetValue(CFNumberRef number, CFNumberType theType, void *valuePtr);

/* Whether the number is kept as a floating-point type. */
CF_EXPORT Boolean CFNumberIsFloatType(CFNumberRef number);

/* generated: end */

CF_EXTERN_C_END

#endif
