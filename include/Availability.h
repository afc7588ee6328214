/* Marks for versions of the platform. All that these headers declare is available. */

#ifndef VITASCOPE_AVAILABILITY_H
#define VITASCOPE_AVAILABILITY_H

#if !defined(API_AVAILABLE)
#define API_AVAILABLE(...)
#define API_UNAVAILABLE(...)
#define API_DEPRECATED(...)
#define API_DEPRECATED_WITH_REPLACEMENT(...)
#endif

/* Clang knows this by itself, and answers 1 on systems that are not the platform's. */
#if !defined(__clang__) && !defined(__builtin_available)
#define __builtin_available(...) 1
#endif

#endif
