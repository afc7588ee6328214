/* Stretches of time. */

#ifndef VITASCOPE_COREMEDIA_CMTIMERANGE_H
#define VITASCOPE_COREMEDIA_CMTIMERANGE_H

#include <CoreMedia/CMTime.h>

CF_EXTERN_C_BEGIN

typedef struct CMTimeRange {
    CMTime start;
    CMTime duration;
} CMTimeRange;

typedef struct CMTimeMapping {
    CMTimeRange source;
    CMTimeRange target;
} CMTimeMapping;

#define CMTIMERANGE_IS_VALID(range) \
    ((Boolean)(CMTIME_IS_VALID((range).start) && CMTIME_IS_VALID((range).duration) && (range).duration.epoch == 0 && \
               (range).duration.value >= 0))
#define CMTIMERANGE_IS_INVALID(range) (!CMTIMERANGE_IS_VALID(range))
#define CMTIMERANGE_IS_INDEFINITE(range) \
    ((Boolean)(CMTIMERANGE_IS_VALID(range) && (CMTIME_IS_INDEFINITE((range).start) || CMTIME_IS_INDEFINITE((range).duration))))
#define CMTIMERANGE_IS_EMPTY(range) \
    ((Boolean)(CMTIMERANGE_IS_VALID(range) && CMTimeCompare((range).duration, kCMTimeZero) == 0))
#define CMTIMEMAPPING_IS_VALID(mapping) (CMTIMERANGE_IS_VALID((mapping).target))
#define CMTIMEMAPPING_IS_INVALID(mapping) (!CMTIMEMAPPING_IS_VALID(mapping))
#define CMTIMEMAPPING_IS_EMPTY(mapping) \
    ((Boolean)(!CMTIME_IS_NUMERIC((mapping).source.start) && CMTIMERANGE_IS_VALID((mapping).target)))

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CMTimeMapping kCMTimeMappingInvalid;
CF_EXPORT const CFStringRef kCMTimeMappingSourceKey;
CF_EXPORT const CFStringRef kCMTimeMappingTargetKey;
CF_EXPORT const CFStringRef kCMTimeRangeDurationKey;
CF_EXPORT const CMTimeRange kCMTimeRangeInvalid;
CF_EXPORT const CFStringRef kCMTimeRangeStartKey;
CF_EXPORT const CMTimeRange kCMTimeRangeZero;

/* The time of a range nearest to a time. */
CF_EXPORT CMTime CMTimeClampToRange(CMTime time, CMTimeRange range);

/* A time moved by whole lengths of a range until it lies in it. */
CF_EXPORT CMTime CMTimeFoldIntoRange(CMTime time, CMTimeRange foldRange);

/* A duration stretched in the ratio of two ranges. */
CF_EXPORT CMTime CMTimeMapDurationFromRangeToRange(CMTime dur, CMTimeRange fromRange, CMTimeRange toRange);

/* The time of a range that lies where a time lies in another one. */
CF_EXPORT CMTime CMTimeMapTimeFromRangeToRange(CMTime t, CMTimeRange fromRange, CMTimeRange toRange);

/* A mapping as a dictionary. */
CF_EXPORT CFDictionaryRef CMTimeMappingCopyAsDictionary(CMTimeMapping mapping, CFAllocatorRef allocator);

/* A mapping as text for people. */
CF_EXPORT CFStringRef CMTimeMappingCopyDescription(CFAllocatorRef allocator, CMTimeMapping mapping);

/* The mapping of a source to a target. */
CF_EXPORT CMTimeMapping CMTimeMappingMake(CMTimeRange source, CMTimeRange target);

/* The mapping that leaves a target empty. */
CF_EXPORT CMTimeMapping CMTimeMappingMakeEmpty(CMTimeRange target);

/* The mapping of a dictionary; invalid when it holds none. */
CF_EXPORT CMTimeMapping CMTimeMappingMakeFromDictionary(CFDictionaryRef dictionaryRepresentation);

/* Prints a mapping to standard error. */
CF_EXPORT void CMTimeMappingShow(CMTimeMapping mapping);

/* Whether a time lies in a range. */
CF_EXPORT Boolean CMTimeRangeContainsTime(CMTimeRange range, CMTime time);

/* Whether the second range lies in the first. */
CF_EXPORT Boolean CMTimeRangeContainsTimeRange(CMTimeRange range, CMTimeRange otherRange);

/* A range as a dictionary. */
CF_EXPORT CFDictionaryRef CMTimeRangeCopyAsDictionary(CMTimeRange range, CFAllocatorRef allocator);

/* A range as text for people. */
CF_EXPORT CFStringRef CMTimeRangeCopyDescription(CFAllocatorRef allocator, CMTimeRange range);

/* Whether two ranges have the same start and length. */
CF_EXPORT Boolean CMTimeRangeEqual(CMTimeRange range1, CMTimeRange range2);

/* The range from a time up to another one. */
CF_EXPORT CMTimeRange CMTimeRangeFromTimeToTime(CMTime start, CMTime end);

/* The first time after a range. */
CF_EXPORT CMTime CMTimeRangeGetEnd(CMTimeRange range);

/* The times that lie in both. */
CF_EXPORT CMTimeRange CMTimeRangeGetIntersection(CMTimeRange range, CMTimeRange otherRange);

/* The shortest range that holds both. */
CF_EXPORT CMTimeRange CMTimeRangeGetUnion(CMTimeRange range, CMTimeRange otherRange);

/* The range of a start and a length. */
CF_EXPORT CMTimeRange CMTimeRangeMake(CMTime start, CMTime duration);

/* The range of a dictionary; invalid when it holds none. */
CF_EXPORT CMTimeRange CMTimeRangeMakeFromDictionary(CFDictionaryRef dictionaryRepresentation);

/* Prints a range to standard error. */
CF_EXPORT void CMTimeRangeShow(CMTimeRange range);

/* generated: end */

CF_EXTERN_C_END

#endif
