/* Rational time. */

#ifndef VITASCOPE_COREMEDIA_CMTIME_H
#define VITASCOPE_COREMEDIA_CMTIME_H

#include <CoreMedia/CMBase.h>

CF_EXTERN_C_BEGIN

typedef int64_t CMTimeValue;
typedef int32_t CMTimeScale;
typedef int64_t CMTimeEpoch;
typedef uint32_t CMTimeFlags;
typedef uint32_t CMTimeRoundingMethod;

/* value / timescale seconds; 24 bytes, aligned to 4. */
#pragma pack(push, 4)
typedef struct CMTime {
    CMTimeValue value;
    CMTimeScale timescale;
    CMTimeFlags flags;
    CMTimeEpoch epoch;
} CMTime;
#pragma pack(pop)

#define kCMTimeMaxTimescale 0x7fffffffL
#define CMTIME_IS_VALID(time) ((Boolean)(((time).flags & kCMTimeFlags_Valid) != 0))
#define CMTIME_IS_INVALID(time) (!CMTIME_IS_VALID(time))
#define CMTIME_IS_POSITIVE_INFINITY(time) \
    ((Boolean)(CMTIME_IS_VALID(time) && ((time).flags & kCMTimeFlags_PositiveInfinity) != 0))
#define CMTIME_IS_NEGATIVE_INFINITY(time) \
    ((Boolean)(CMTIME_IS_VALID(time) && ((time).flags & kCMTimeFlags_NegativeInfinity) != 0))
#define CMTIME_IS_INDEFINITE(time) ((Boolean)(CMTIME_IS_VALID(time) && ((time).flags & kCMTimeFlags_Indefinite) != 0))
#define CMTIME_IS_NUMERIC(time) \
    ((Boolean)(((time).flags & (kCMTimeFlags_Valid | kCMTimeFlags_ImpliedValueFlagsMask)) == kCMTimeFlags_Valid))
#define CMTIME_HAS_BEEN_ROUNDED(time) \
    ((Boolean)(CMTIME_IS_NUMERIC(time) && ((time).flags & kCMTimeFlags_HasBeenRounded) != 0))
#define CMTIME_COMPARE_INLINE(one, comparator, other) ((Boolean)(CMTimeCompare(one, other) comparator 0))

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMTimeFlags_HasBeenRounded = 2,
    kCMTimeFlags_ImpliedValueFlagsMask = 28,
    kCMTimeFlags_Indefinite = 16,
    kCMTimeFlags_NegativeInfinity = 8,
    kCMTimeFlags_PositiveInfinity = 4,
    kCMTimeFlags_Valid = 1,
    kCMTimeRoundingMethod_Default = 1,
    kCMTimeRoundingMethod_QuickTime = 4,
    kCMTimeRoundingMethod_RoundAwayFromZero = 3,
    kCMTimeRoundingMethod_RoundHalfAwayFromZero = 1,
    kCMTimeRoundingMethod_RoundTowardNegativeInfinity = 6,
    kCMTimeRoundingMethod_RoundTowardPositiveInfinity = 5,
    kCMTimeRoundingMethod_RoundTowardZero = 2
};

CF_EXPORT const CFStringRef kCMTimeEpochKey;
CF_EXPORT const CFStringRef kCMTimeFlagsKey;
CF_EXPORT const CMTime kCMTimeIndefinite;
CF_EXPORT const CMTime kCMTimeInvalid;
CF_EXPORT const CMTime kCMTimeNegativeInfinity;
CF_EXPORT const CMTime kCMTimePositiveInfinity;
CF_EXPORT const CFStringRef kCMTimeScaleKey;
CF_EXPORT const CFStringRef kCMTimeValueKey;
CF_EXPORT const CMTime kCMTimeZero;

/* A time without its sign. */
CF_EXPORT CMTime CMTimeAbsoluteValue(CMTime time);

/* The sum of two times. */
CF_EXPORT CMTime CMTimeAdd(CMTime lhs, CMTime rhs);

/* Compares two times: -1, 0 or 1. Invalid is the greatest, negative infinity the least. */
CF_EXPORT int32_t CMTimeCompare(CMTime time1, CMTime time2);

/* The same time in another timescale. */
CF_EXPORT CMTime CMTimeConvertScale(CMTime time, int32_t newTimescale, CMTimeRoundingMethod method);

/* A time as a dictionary. */
CF_EXPORT CFDictionaryRef CMTimeCopyAsDictionary(CMTime time, CFAllocatorRef allocator);

/* A time as text for people. */
CF_EXPORT CFStringRef CMTimeCopyDescription(CFAllocatorRef allocator, CMTime time);

/* The time in seconds; not-a-number for invalid and indefinite times. */
CF_EXPORT double CMTimeGetSeconds(CMTime time);

/* value / timescale seconds; invalid for a timescale below 1. */
CF_EXPORT CMTime CMTimeMake(int64_t value, int32_t timescale);

/* The time of a dictionary; invalid when it holds none. */
CF_EXPORT CMTime CMTimeMakeFromDictionary(CFDictionaryRef dictionaryRepresentation);

/* value / timescale seconds on a time line. */
CF_EXPORT CMTime CMTimeMakeWithEpoch(int64_t value, int32_t timescale, int64_t epoch);

/* Some seconds in units of a timescale. */
CF_EXPORT CMTime CMTimeMakeWithSeconds(Float64 seconds, int32_t preferredTimescale);

/* The later of two times. */
CF_EXPORT CMTime CMTimeMaximum(CMTime time1, CMTime time2);

/* The earlier of two times. */
CF_EXPORT CMTime CMTimeMinimum(CMTime time1, CMTime time2);

/* A time times a whole number. */
CF_EXPORT CMTime CMTimeMultiply(CMTime time, int32_t multiplier);

/* A time times a floating-point number. */
CF_EXPORT CMTime CMTimeMultiplyByFloat64(CMTime time, Float64 multiplier);

/* A time times a ratio. */
CF_EXPORT CMTime CMTimeMultiplyByRatio(CMTime time, int32_t multiplier, int32_t divisor);

/* Prints a time to standard error. */
CF_EXPORT void CMTimeShow(CMTime time);

/* The first time less the second. */
CF_EXPORT CMTime CMTimeSubtract(CMTime lhs, CMTime rhs);

/* generated: end */

CF_EXTERN_C_END

#endif
