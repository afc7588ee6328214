/* What the test programs share. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <VideoToolbox/VideoToolbox.h>

static int failures;

#define CHECK(condition)                                                                   \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                \
            failures++;                                                                    \
        }                                                                                  \
    } while (0)

#define CHECK_STATUS(call, expected)                                                       \
    do {                                                                                   \
        OSStatus got_ = (call);                                                            \
        if (got_ != (expected)) {                                                          \
            fprintf(stderr, "%s:%d: %s is %d\n", __FILE__, __LINE__, #call, (int)got_);    \
            failures++;                                                                    \
        }                                                                                  \
    } while (0)

static inline CFNumberRef number(int value) {
    return CFNumberCreate(NULL, kCFNumberIntType, &value);
}
