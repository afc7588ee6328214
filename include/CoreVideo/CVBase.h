/* Basic types of Core Video. */

#ifndef VITASCOPE_COREVIDEO_CVBASE_H
#define VITASCOPE_COREVIDEO_CVBASE_H

#include <CoreFoundation/CoreFoundation.h>

CF_EXTERN_C_BEGIN

#define CV_EXPORT CF_EXPORT
#define CV_INLINE CF_INLINE
#define CV_NULLABLE
#define CV_NONNULL
#define CV_RETURNS_RETAINED
#define CV_RETURNS_NOT_RETAINED
#define CV_RETURNS_RETAINED_PARAMETER
#define CV_RELEASES_ARGUMENT
#define COREVIDEO_TRUE 1
#define COREVIDEO_FALSE 0
#define COREVIDEO_SUPPORTS_METAL COREVIDEO_FALSE
#define COREVIDEO_SUPPORTS_OPENGL COREVIDEO_FALSE
#define COREVIDEO_SUPPORTS_IOSURFACE COREVIDEO_FALSE
#define COREVIDEO_SUPPORTS_DISPLAYLINK COREVIDEO_FALSE

typedef uint64_t CVOptionFlags;
typedef int32_t CVTimeFlags;
typedef uint32_t CVSMPTETimeType;
typedef uint32_t CVSMPTETimeFlags;
typedef uint64_t CVTimeStampFlags;

/* A time in units of 1 / timeScale seconds. */
typedef struct CVTime {
    int64_t timeValue;
    int32_t timeScale;
    int32_t flags;
} CVTime;

/* Hours, minutes, seconds and frames. */
typedef struct CVSMPTETime {
    int16_t subframes;
    int16_t subframeDivisor;
    uint32_t counter;
    uint32_t type;
    uint32_t flags;
    int16_t hours;
    int16_t minutes;
    int16_t seconds;
    int16_t frames;
} CVSMPTETime;

/* A moment of the display, as far as the flags say that it is known. */
typedef struct CVTimeStamp {
    uint32_t version;
    int32_t videoTimeScale;
    int64_t videoTime;
    uint64_t hostTime;
    double rateScalar;
    int64_t videoRefreshPeriod;
    CVSMPTETime smpteTime;
    uint64_t flags;
    uint64_t reserved;
} CVTimeStamp;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCVSMPTETimeRunning = 2,
    kCVSMPTETimeType24 = 0,
    kCVSMPTETimeType25 = 1,
    kCVSMPTETimeType2997 = 4,
    kCVSMPTETimeType2997Drop = 5,
    kCVSMPTETimeType30 = 3,
    kCVSMPTETimeType30Drop = 2,
    kCVSMPTETimeType5994 = 7,
    kCVSMPTETimeType60 = 6,
    kCVSMPTETimeValid = 1,
    kCVTimeIsIndefinite = 1,
    kCVTimeStampBottomField = 131072,
    kCVTimeStampHostTimeValid = 2,
    kCVTimeStampIsInterlaced = 196608,
    kCVTimeStampRateScalarValid = 16,
    kCVTimeStampSMPTETimeValid = 4,
    kCVTimeStampTopField = 65536,
    kCVTimeStampVideoHostTimeValid = 3,
    kCVTimeStampVideoRefreshPeriodValid = 8,
    kCVTimeStampVideoTimeValid = 1
};

CF_EXPORT const CVTime kCVIndefiniteTime;
CF_EXPORT const CVTime kCVZeroTime;

/* generated: end */

CF_EXTERN_C_END

#endif
