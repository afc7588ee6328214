/* The encoders there are. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTVIDEOENCODERLIST_H
#define VITASCOPE_VIDEOTOOLBOX_VTVIDEOENCODERLIST_H

#include <VideoToolbox/VTBase.h>

CF_EXTERN_C_BEGIN

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kVTVideoEncoderListOption_IncludeStandardDefinitionDVEncoders;
CF_EXPORT const CFStringRef kVTVideoEncoderList_CodecName;
CF_EXPORT const CFStringRef kVTVideoEncoderList_CodecType;
CF_EXPORT const CFStringRef kVTVideoEncoderList_DisplayName;
CF_EXPORT const CFStringRef kVTVideoEncoderList_EncoderID;
CF_EXPORT const CFStringRef kVTVideoEncoderList_EncoderName;
CF_EXPORT const CFStringRef kVTVideoEncoderList_GPURegistryID;
CF_EXPORT const CFStringRef kVTVideoEncoderList_InstanceLimit;
CF_EXPORT const CFStringRef kVTVideoEncoderList_IsHardwareAccelerated;
CF_EXPORT const CFStringRef kVTVideoEncoderList_PerformanceRating;
CF_EXPORT const CFStringRef kVTVideoEncoderList_QualityRating;
CF_EXPORT const CFStringRef kVTVideoEncoderList_SupportedSelectionProperties;
CF_EXPORT const CFStringRef kVTVideoEncoderList_SupportsFrameReordering;
CF_EXPORT const CFStringRef kVTVideoEncoderList_SupportsMultiPass;
CF_EXPORT const CFStringRef kVTVideoEncoderSpecification_RequiredLowLatency;

/* The properties that a session for such pictures would have, and the identifier of its encoder. Either output may be NULL. */
CF_EXPORT OSStatus VTCopySupportedPropertyDictionaryForEncoder(int32_t width, int32_t height, CMVideoCodecType codecType, CFDictionaryRef encoderSpecification, CFStringRef *encoderIDOut, CFDictionaryRef *supportedPropertiesOut);

/* A dictionary for each encoder, in an array. */
CF_EXPORT OSStatus VTCopyVideoEncoderList(CFDictionaryRef options, CFArrayRef *listOfVideoEncodersOut);

/* generated: end */

CF_EXTERN_C_END

#endif
