/* Properties of pixel rotation sessions. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTPIXELROTATIONPROPERTIES_H
#define VITASCOPE_VIDEOTOOLBOX_VTPIXELROTATIONPROPERTIES_H

#include <VideoToolbox/VTBase.h>

CF_EXTERN_C_BEGIN

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kVTPixelRotationPropertyKey_FlipHorizontalOrientation;
CF_EXPORT const CFStringRef kVTPixelRotationPropertyKey_FlipVerticalOrientation;
CF_EXPORT const CFStringRef kVTPixelRotationPropertyKey_Rotation;
CF_EXPORT const CFStringRef kVTRotation_0;
CF_EXPORT const CFStringRef kVTRotation_180;
CF_EXPORT const CFStringRef kVTRotation_CCW90;
CF_EXPORT const CFStringRef kVTRotation_CW90;

/* generated: end */

CF_EXTERN_C_END

#endif
