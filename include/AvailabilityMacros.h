/* Versions of the platform are not defined, so that programs take the way for current systems. */

#ifndef VITASCOPE_AVAILABILITYMACROS_H
#define VITASCOPE_AVAILABILITYMACROS_H

#include <Availability.h>

#endif
