/* Small typed facts by which one of several buffers is told from the others. */

#ifndef VITASCOPE_COREMEDIA_CMTAG_H
#define VITASCOPE_COREMEDIA_CMTAG_H

#include <CoreMedia/CMBase.h>

CF_EXTERN_C_BEGIN

typedef FourCharCode CMTagCategory;
typedef uint32_t CMTagDataType;
typedef uint64_t CMTagValue;
typedef OSStatus CMTagError;

/* Values of tags. */
typedef uint64_t CMStereoViewComponents;
typedef uint64_t CMStereoViewInterpretationOptions;
typedef uint64_t CMProjectionType;
typedef uint64_t CMPackingType;

/* A category and a value in it, passed by value. */
typedef struct CMTag {
    CMTagCategory category;
    CMTagDataType dataType;
    CMTagValue value;
} CMTag;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMPackingType_None = 0x6e6f6e65 /* 'none' */,
    kCMPackingType_OverUnder = 0x6f766572 /* 'over' */,
    kCMPackingType_SideBySide = 0x73696465 /* 'side' */,
    kCMProjectionType_Equirectangular = 0x65717569 /* 'equi' */,
    kCMProjectionType_Fisheye = 0x66697368 /* 'fish' */,
    kCMProjectionType_HalfEquirectangular = 0x68657175 /* 'hequ' */,
    kCMProjectionType_ParametricImmersive = 0x7072696d /* 'prim' */,
    kCMProjectionType_Rectangular = 0x72656374 /* 'rect' */,
    kCMStereoViewInterpretation_AdditionalViews = 2,
    kCMStereoViewInterpretation_Default = 0,
    kCMStereoViewInterpretation_StereoOrderReversed = 1,
    kCMStereoView_LeftEye = 1,
    kCMStereoView_None = 0,
    kCMStereoView_RightEye = 2,
    kCMTagCategory_ChannelID = 0x7663686e /* 'vchn' */,
    kCMTagCategory_MediaSubType = 0x6d737562 /* 'msub' */,
    kCMTagCategory_MediaType = 0x6d646961 /* 'mdia' */,
    kCMTagCategory_PackingType = 0x7061636b /* 'pack' */,
    kCMTagCategory_PixelFormat = 0x70697866 /* 'pixf' */,
    kCMTagCategory_ProjectionType = 0x70726f6a /* 'proj' */,
    kCMTagCategory_StereoView = 0x65796573 /* 'eyes' */,
    kCMTagCategory_StereoViewInterpretation = 0x65796970 /* 'eyip' */,
    kCMTagCategory_TrackID = 0x7472616b /* 'trak' */,
    kCMTagCategory_Undefined = 0,
    kCMTagCategory_VideoLayerID = 0x766c6179 /* 'vlay' */,
    kCMTagDataType_Flags = 7,
    kCMTagDataType_Float64 = 3,
    kCMTagDataType_Invalid = 0,
    kCMTagDataType_OSType = 5,
    kCMTagDataType_SInt64 = 2,
    kCMTagError_AllocationFailed = -15731,
    kCMTagError_ParamErr = -15730
};

CF_EXPORT const CFStringRef kCMTagCategoryKey;
CF_EXPORT const CFStringRef kCMTagDataTypeKey;
CF_EXPORT const CMTag kCMTagInvalid;
CF_EXPORT const CMTag kCMTagMediaSubTypeMebx;
CF_EXPORT const CMTag kCMTagMediaTypeAudio;
CF_EXPORT const CMTag kCMTagMediaTypeMetadata;
CF_EXPORT const CMTag kCMTagMediaTypeVideo;
CF_EXPORT const CMTag kCMTagPackingTypeNone;
CF_EXPORT const CMTag kCMTagPackingTypeOverUnder;
CF_EXPORT const CMTag kCMTagPackingTypeSideBySide;
CF_EXPORT const CMTag kCMTagProjectionTypeEquirectangular;
CF_EXPORT const CMTag kCMTagProjectionTypeFisheye;
CF_EXPORT const CMTag kCMTagProjectionTypeHalfEquirectangular;
CF_EXPORT const CMTag kCMTagProjectionTypeParametricImmersive;
CF_EXPORT const CMTag kCMTagProjectionTypeRectangular;
CF_EXPORT const CMTag kCMTagStereoInterpretationOrderReversed;
CF_EXPORT const CMTag kCMTagStereoLeftAndRightEye;
CF_EXPORT const CMTag kCMTagStereoLeftEye;
CF_EXPORT const CMTag kCMTagStereoNone;
CF_EXPORT const CMTag kCMTagStereoRightEye;
CF_EXPORT const CFStringRef kCMTagValueKey;

/* Whether two tags are of one category. */
CF_EXPORT Boolean CMTagCategoryEqualToTagCategory(CMTag tag1, CMTag tag2);

/* Whether two tags have the same type and value. */
CF_EXPORT Boolean CMTagCategoryValueEqualToValue(CMTag tag1, CMTag tag2);

/* Compares two tags by category, then type, then value: -1, 0 or 1. */
CF_EXPORT CFComparisonResult CMTagCompare(CMTag tag1, CMTag tag2);

/* A tag as a dictionary. */
CF_EXPORT CFDictionaryRef CMTagCopyAsDictionary(CMTag tag, CFAllocatorRef allocator);

/* A tag as text for people. */
CF_EXPORT CFStringRef CMTagCopyDescription(CFAllocatorRef allocator, CMTag tag);

/* Whether two tags are equal. */
CF_EXPORT Boolean CMTagEqualToTag(CMTag tag1, CMTag tag2);

/* What the tag is about. */
CF_EXPORT CMTagCategory CMTagGetCategory(CMTag tag);

/* The flags; 0 when the value is none. */
CF_EXPORT uint64_t CMTagGetFlagsValue(CMTag tag);

/* The floating-point number; 0 when the value is none. */
CF_EXPORT double CMTagGetFloat64Value(CMTag tag);

/* The code; 0 when the value is none. */
CF_EXPORT OSType CMTagGetOSTypeValue(CMTag tag);

/* The whole number; 0 when the value is none. */
CF_EXPORT int64_t CMTagGetSInt64Value(CMTag tag);

/* The bits of the value. */
CF_EXPORT CMTagValue CMTagGetValue(CMTag tag);

/* What the value is. */
CF_EXPORT CMTagDataType CMTagGetValueDataType(CMTag tag);

/* Whether the tag is of a category. */
CF_EXPORT Boolean CMTagHasCategory(CMTag tag, CMTagCategory category);

/* Whether the value is flags. */
CF_EXPORT Boolean CMTagHasFlagsValue(CMTag tag);

/* Whether the value is a floating-point number. */
CF_EXPORT Boolean CMTagHasFloat64Value(CMTag tag);

/* Whether the value is a code. */
CF_EXPORT Boolean CMTagHasOSTypeValue(CMTag tag);

/* Whether the value is a whole number. */
CF_EXPORT Boolean CMTagHasSInt64Value(CMTag tag);

/* A number that equal tags share. */
CF_EXPORT CFHashCode CMTagHash(CMTag tag);

/* Whether the tag has a value. */
CF_EXPORT Boolean CMTagIsValid(CMTag tag);

/* The tag of a dictionary; invalid when it holds none. */
CF_EXPORT CMTag CMTagMakeFromDictionary(CFDictionaryRef dict);

/* A tag with flags. */
CF_EXPORT CMTag CMTagMakeWithFlagsValue(CMTagCategory category, uint64_t flagsForTag);

/* A tag with a floating-point number. */
CF_EXPORT CMTag CMTagMakeWithFloat64Value(CMTagCategory category, Float64 value);

/* A tag with a code of four characters. */
CF_EXPORT CMTag CMTagMakeWithOSTypeValue(CMTagCategory category, OSType value);

/* A tag with a whole number. */
CF_EXPORT CMTag CMTagMakeWithSInt64Value(CMTagCategory category, int64_t value);

/* generated: end */

CF_EXTERN_C_END

#endif
