/* Calls that concern no session. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTUTILITIES_H
#define VITASCOPE_VIDEOTOOLBOX_VTUTILITIES_H

#include <VideoToolbox/VTBase.h>

CF_EXTERN_C_BEGIN

typedef CFStringRef VTExtensionPropertiesKey;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const VTExtensionPropertiesKey kVTExtensionProperties_CodecNameKey;
CF_EXPORT const VTExtensionPropertiesKey kVTExtensionProperties_ContainingBundleNameKey;
CF_EXPORT const VTExtensionPropertiesKey kVTExtensionProperties_ContainingBundleURLKey;
CF_EXPORT const VTExtensionPropertiesKey kVTExtensionProperties_ExtensionIdentifierKey;
CF_EXPORT const VTExtensionPropertiesKey kVTExtensionProperties_ExtensionNameKey;
CF_EXPORT const VTExtensionPropertiesKey kVTExtensionProperties_ExtensionURLKey;

/* Facts about the extension that processes raw pictures: there are no extensions, so kVTCouldNotFindExtensionErr. */
CF_EXPORT OSStatus VTCopyRAWProcessorExtensionProperties(CMFormatDescriptionRef formatDesc, CFDictionaryRef *mediaExtensionPropertiesOut);

/* Facts about the extension that decodes a format: there are no extensions, so kVTCouldNotFindExtensionErr. */
CF_EXPORT OSStatus VTCopyVideoDecoderExtensionProperties(CMFormatDescriptionRef formatDesc, CFDictionaryRef *mediaExtensionPropertiesOut);

/* Makes a supplemental decoder available; there are none, so nothing happens. */
CF_EXPORT void VTRegisterSupplementalVideoDecoderIfAvailable(CMVideoCodecType codecType);

/* generated: end */

CF_EXTERN_C_END

#endif
