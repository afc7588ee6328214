/* Status numbers of Core Video. */

#ifndef VITASCOPE_COREVIDEO_CVRETURN_H
#define VITASCOPE_COREVIDEO_CVRETURN_H

#include <CoreVideo/CVBase.h>

CF_EXTERN_C_BEGIN

typedef int32_t CVReturn;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCVReturnAllocationFailed = -6662,
    kCVReturnDisplayLinkAlreadyRunning = -6671,
    kCVReturnDisplayLinkCallbacksNotSet = -6673,
    kCVReturnDisplayLinkNotRunning = -6672,
    kCVReturnError = -6660,
    kCVReturnFirst = -6660,
    kCVReturnInvalidArgument = -6661,
    kCVReturnInvalidDisplay = -6670,
    kCVReturnInvalidPixelBufferAttributes = -6682,
    kCVReturnInvalidPixelFormat = -6680,
    kCVReturnInvalidPoolAttributes = -6691,
    kCVReturnInvalidSize = -6681,
    kCVReturnLast = -6699,
    kCVReturnPixelBufferNotMetalCompatible = -6684,
    kCVReturnPixelBufferNotOpenGLCompatible = -6683,
    kCVReturnPoolAllocationFailed = -6690,
    kCVReturnRetry = -6692,
    kCVReturnSuccess = 0,
    kCVReturnUnsupported = -6663,
    kCVReturnWouldExceedAllocationThreshold = -6689
};

/* generated: end */

CF_EXTERN_C_END

#endif
