/* What the samples of a medium are. */

#ifndef VITASCOPE_COREMEDIA_CMFORMATDESCRIPTION_H
#define VITASCOPE_COREMEDIA_CMFORMATDESCRIPTION_H

#include <CoreMedia/CMBase.h>
#include <CoreMedia/CMTime.h>
#include <CoreVideo/CVImageBuffer.h>
#include <CoreVideo/CVPixelBuffer.h>

CF_EXTERN_C_BEGIN

typedef FourCharCode CMMediaType;
typedef FourCharCode CMVideoCodecType;
typedef FourCharCode CMPixelFormatType;
typedef FourCharCode CMAudioCodecType;
typedef FourCharCode CMMuxedStreamType;
typedef FourCharCode CMClosedCaptionFormatType;
typedef FourCharCode CMSubtitleFormatType;
typedef FourCharCode CMTextFormatType;
typedef FourCharCode CMTimeCodeFormatType;
typedef FourCharCode CMMetadataFormatType;
typedef FourCharCode CMTaggedBufferGroupFormatType;
typedef uint32_t CMAudioFormatDescriptionMask;
typedef uint32_t CMTextDisplayFlags;
typedef int8_t CMTextJustificationValue;

typedef struct CMVideoDimensions {
    int32_t width;
    int32_t height;
} CMVideoDimensions;

#define CMVideoFormatDescriptionGetCodecType(description) CMFormatDescriptionGetMediaSubType(description)

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMAudioCodecType_AAC_AudibleProtected = 0x61616163 /* 'aaac' */,
    kCMAudioCodecType_AAC_LCProtected = 0x70616163 /* 'paac' */,
    kCMAudioFormatDescriptionMask_All = 15,
    kCMAudioFormatDescriptionMask_ChannelLayout = 4,
    kCMAudioFormatDescriptionMask_Extensions = 8,
    kCMAudioFormatDescriptionMask_MagicCookie = 2,
    kCMAudioFormatDescriptionMask_StreamBasicDescription = 1,
    kCMClosedCaptionFormatType_ATSC = 0x61746363 /* 'atcc' */,
    kCMClosedCaptionFormatType_CEA608 = 0x63363038 /* 'c608' */,
    kCMClosedCaptionFormatType_CEA708 = 0x63373038 /* 'c708' */,
    kCMFormatDescriptionError_AllocationFailed = -12711,
    kCMFormatDescriptionError_InvalidParameter = -12710,
    kCMFormatDescriptionError_ValueNotAvailable = -12718,
    kCMMPEG2VideoProfile_HDV_1080i50 = 0x68647633 /* 'hdv3' */,
    kCMMPEG2VideoProfile_HDV_1080i60 = 0x68647632 /* 'hdv2' */,
    kCMMPEG2VideoProfile_HDV_1080p24 = 0x68647636 /* 'hdv6' */,
    kCMMPEG2VideoProfile_HDV_1080p25 = 0x68647637 /* 'hdv7' */,
    kCMMPEG2VideoProfile_HDV_1080p30 = 0x68647638 /* 'hdv8' */,
    kCMMPEG2VideoProfile_HDV_720p24 = 0x68647634 /* 'hdv4' */,
    kCMMPEG2VideoProfile_HDV_720p25 = 0x68647635 /* 'hdv5' */,
    kCMMPEG2VideoProfile_HDV_720p30 = 0x68647631 /* 'hdv1' */,
    kCMMPEG2VideoProfile_HDV_720p50 = 0x68647661 /* 'hdva' */,
    kCMMPEG2VideoProfile_HDV_720p60 = 0x68647639 /* 'hdv9' */,
    kCMMPEG2VideoProfile_XDCAM_EX_1080i50_VBR35 = 0x78647663 /* 'xdvc' */,
    kCMMPEG2VideoProfile_XDCAM_EX_1080i60_VBR35 = 0x78647662 /* 'xdvb' */,
    kCMMPEG2VideoProfile_XDCAM_EX_1080p24_VBR35 = 0x78647664 /* 'xdvd' */,
    kCMMPEG2VideoProfile_XDCAM_EX_1080p25_VBR35 = 0x78647665 /* 'xdve' */,
    kCMMPEG2VideoProfile_XDCAM_EX_1080p30_VBR35 = 0x78647666 /* 'xdvf' */,
    kCMMPEG2VideoProfile_XDCAM_EX_720p24_VBR35 = 0x78647634 /* 'xdv4' */,
    kCMMPEG2VideoProfile_XDCAM_EX_720p25_VBR35 = 0x78647635 /* 'xdv5' */,
    kCMMPEG2VideoProfile_XDCAM_EX_720p30_VBR35 = 0x78647631 /* 'xdv1' */,
    kCMMPEG2VideoProfile_XDCAM_EX_720p50_VBR35 = 0x78647661 /* 'xdva' */,
    kCMMPEG2VideoProfile_XDCAM_EX_720p60_VBR35 = 0x78647639 /* 'xdv9' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_1080i50_CBR50 = 0x78643563 /* 'xd5c' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_1080i60_CBR50 = 0x78643562 /* 'xd5b' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_1080p24_CBR50 = 0x78643564 /* 'xd5d' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_1080p25_CBR50 = 0x78643565 /* 'xd5e' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_1080p30_CBR50 = 0x78643566 /* 'xd5f' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_540p = 0x78646832 /* 'xdh2' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_720p24_CBR50 = 0x78643534 /* 'xd54' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_720p25_CBR50 = 0x78643535 /* 'xd55' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_720p30_CBR50 = 0x78643531 /* 'xd51' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_720p50_CBR50 = 0x78643561 /* 'xd5a' */,
    kCMMPEG2VideoProfile_XDCAM_HD422_720p60_CBR50 = 0x78643539 /* 'xd59' */,
    kCMMPEG2VideoProfile_XDCAM_HD_1080i50_VBR35 = 0x78647633 /* 'xdv3' */,
    kCMMPEG2VideoProfile_XDCAM_HD_1080i60_VBR35 = 0x78647632 /* 'xdv2' */,
    kCMMPEG2VideoProfile_XDCAM_HD_1080p24_VBR35 = 0x78647636 /* 'xdv6' */,
    kCMMPEG2VideoProfile_XDCAM_HD_1080p25_VBR35 = 0x78647637 /* 'xdv7' */,
    kCMMPEG2VideoProfile_XDCAM_HD_1080p30_VBR35 = 0x78647638 /* 'xdv8' */,
    kCMMPEG2VideoProfile_XDCAM_HD_540p = 0x78646864 /* 'xdhd' */,
    kCMMPEG2VideoProfile_XF = 0x78667a31 /* 'xfz1' */,
    kCMMediaType_Audio = 0x736f756e /* 'soun' */,
    kCMMediaType_AuxiliaryPicture = 0x61757876 /* 'auxv' */,
    kCMMediaType_ClosedCaption = 0x636c6370 /* 'clcp' */,
    kCMMediaType_Metadata = 0x6d657461 /* 'meta' */,
    kCMMediaType_Muxed = 0x6d757878 /* 'muxx' */,
    kCMMediaType_Subtitle = 0x7362746c /* 'sbtl' */,
    kCMMediaType_TaggedBufferGroup = 0x74626772 /* 'tbgr' */,
    kCMMediaType_Text = 0x74657874 /* 'text' */,
    kCMMediaType_TimeCode = 0x746d6364 /* 'tmcd' */,
    kCMMediaType_Video = 0x76696465 /* 'vide' */,
    kCMMetadataFormatType_Boxed = 0x6d656278 /* 'mebx' */,
    kCMMetadataFormatType_EMSG = 0x656d7367 /* 'emsg' */,
    kCMMetadataFormatType_ICY = 0x69637920 /* 'icy ' */,
    kCMMetadataFormatType_ID3 = 0x69643320 /* 'id3 ' */,
    kCMMuxedStreamType_DV = 0x64762020 /* 'dv  ' */,
    kCMMuxedStreamType_EmbeddedDeviceScreenRecording = 0x69737220 /* 'isr ' */,
    kCMMuxedStreamType_MPEG1System = 0x6d703173 /* 'mp1s' */,
    kCMMuxedStreamType_MPEG2Program = 0x6d703270 /* 'mp2p' */,
    kCMMuxedStreamType_MPEG2Transport = 0x6d703274 /* 'mp2t' */,
    kCMPixelFormat_16BE555 = 16,
    kCMPixelFormat_16BE565 = 0x42353635 /* 'B565' */,
    kCMPixelFormat_16LE555 = 0x4c353535 /* 'L555' */,
    kCMPixelFormat_16LE5551 = 0x35353531 /* '5551' */,
    kCMPixelFormat_16LE565 = 0x4c353635 /* 'L565' */,
    kCMPixelFormat_24RGB = 24,
    kCMPixelFormat_32ARGB = 32,
    kCMPixelFormat_32BGRA = 0x42475241 /* 'BGRA' */,
    kCMPixelFormat_422YpCbCr10 = 0x76323130 /* 'v210' */,
    kCMPixelFormat_422YpCbCr16 = 0x76323136 /* 'v216' */,
    kCMPixelFormat_422YpCbCr8 = 0x32767579 /* '2vuy' */,
    kCMPixelFormat_422YpCbCr8_yuvs = 0x79757673 /* 'yuvs' */,
    kCMPixelFormat_4444YpCbCrA8 = 0x76343038 /* 'v408' */,
    kCMPixelFormat_444YpCbCr10 = 0x76343130 /* 'v410' */,
    kCMPixelFormat_444YpCbCr8 = 0x76333038 /* 'v308' */,
    kCMPixelFormat_8IndexedGray_WhiteIsZero = 40,
    kCMSubtitleFormatType_3GText = 0x74783367 /* 'tx3g' */,
    kCMSubtitleFormatType_WebVTT = 0x77767474 /* 'wvtt' */,
    kCMTaggedBufferGroupFormatType_TaggedBufferGroup = 0x74626772 /* 'tbgr' */,
    kCMTextDisplayFlag_continuousKaraoke = 2048,
    kCMTextDisplayFlag_fillTextRegion = 262144,
    kCMTextDisplayFlag_forcedSubtitlesPresent = 1073741824,
    kCMTextDisplayFlag_obeySubtitleFormatting = 536870912,
    kCMTextDisplayFlag_scrollDirectionMask = 384,
    kCMTextDisplayFlag_scrollDirection_bottomToTop = 0,
    kCMTextDisplayFlag_scrollDirection_leftToRight = 384,
    kCMTextDisplayFlag_scrollDirection_rightToLeft = 128,
    kCMTextDisplayFlag_scrollDirection_topToBottom = 256,
    kCMTextDisplayFlag_scrollIn = 32,
    kCMTextDisplayFlag_scrollOut = 64,
    kCMTextDisplayFlag_writeTextVertically = 131072,
    kCMTextFormatType_3GText = 0x74783367 /* 'tx3g' */,
    kCMTextFormatType_QTText = 0x74657874 /* 'text' */,
    kCMTextJustification_bottom_right = -1,
    kCMTextJustification_centered = 1,
    kCMTextJustification_left_top = 0,
    kCMTimeCodeFlag_24HourMax = 2,
    kCMTimeCodeFlag_DropFrame = 1,
    kCMTimeCodeFlag_NegTimesOK = 4,
    kCMTimeCodeFormatType_Counter32 = 0x636e3332 /* 'cn32' */,
    kCMTimeCodeFormatType_Counter64 = 0x636e3634 /* 'cn64' */,
    kCMTimeCodeFormatType_TimeCode32 = 0x746d6364 /* 'tmcd' */,
    kCMTimeCodeFormatType_TimeCode64 = 0x74633634 /* 'tc64' */,
    kCMVideoCodecType_422YpCbCr8 = 0x32767579 /* '2vuy' */,
    kCMVideoCodecType_AV1 = 0x61763031 /* 'av01' */,
    kCMVideoCodecType_Animation = 0x726c6520 /* 'rle ' */,
    kCMVideoCodecType_AppleProRes422 = 0x6170636e /* 'apcn' */,
    kCMVideoCodecType_AppleProRes422HQ = 0x61706368 /* 'apch' */,
    kCMVideoCodecType_AppleProRes422LT = 0x61706373 /* 'apcs' */,
    kCMVideoCodecType_AppleProRes422Proxy = 0x6170636f /* 'apco' */,
    kCMVideoCodecType_AppleProRes4444 = 0x61703468 /* 'ap4h' */,
    kCMVideoCodecType_AppleProRes4444XQ = 0x61703478 /* 'ap4x' */,
    kCMVideoCodecType_AppleProResRAW = 0x6170726e /* 'aprn' */,
    kCMVideoCodecType_AppleProResRAWHQ = 0x61707268 /* 'aprh' */,
    kCMVideoCodecType_Cinepak = 0x63766964 /* 'cvid' */,
    kCMVideoCodecType_DVCNTSC = 0x64766320 /* 'dvc ' */,
    kCMVideoCodecType_DVCPAL = 0x64766370 /* 'dvcp' */,
    kCMVideoCodecType_DVCPROHD1080i50 = 0x64766835 /* 'dvh5' */,
    kCMVideoCodecType_DVCPROHD1080i60 = 0x64766836 /* 'dvh6' */,
    kCMVideoCodecType_DVCPROHD1080p25 = 0x64766832 /* 'dvh2' */,
    kCMVideoCodecType_DVCPROHD1080p30 = 0x64766833 /* 'dvh3' */,
    kCMVideoCodecType_DVCPROHD720p50 = 0x64766871 /* 'dvhq' */,
    kCMVideoCodecType_DVCPROHD720p60 = 0x64766870 /* 'dvhp' */,
    kCMVideoCodecType_DVCPro50NTSC = 0x6476356e /* 'dv5n' */,
    kCMVideoCodecType_DVCPro50PAL = 0x64763570 /* 'dv5p' */,
    kCMVideoCodecType_DVCProPAL = 0x64767070 /* 'dvpp' */,
    kCMVideoCodecType_DepthHEVC = 0x64657068 /* 'deph' */,
    kCMVideoCodecType_DisparityHEVC = 0x64697368 /* 'dish' */,
    kCMVideoCodecType_DolbyVisionHEVC = 0x64766831 /* 'dvh1' */,
    kCMVideoCodecType_H263 = 0x68323633 /* 'h263' */,
    kCMVideoCodecType_H264 = 0x61766331 /* 'avc1' */,
    kCMVideoCodecType_HEVC = 0x68766331 /* 'hvc1' */,
    kCMVideoCodecType_HEVCWithAlpha = 0x6d757861 /* 'muxa' */,
    kCMVideoCodecType_JPEG = 0x6a706567 /* 'jpeg' */,
    kCMVideoCodecType_JPEG_OpenDML = 0x646d6231 /* 'dmb1' */,
    kCMVideoCodecType_JPEG_XL = 0x6a786c63 /* 'jxlc' */,
    kCMVideoCodecType_MPEG1Video = 0x6d703176 /* 'mp1v' */,
    kCMVideoCodecType_MPEG2Video = 0x6d703276 /* 'mp2v' */,
    kCMVideoCodecType_MPEG4Video = 0x6d703476 /* 'mp4v' */,
    kCMVideoCodecType_SorensonVideo = 0x53565131 /* 'SVQ1' */,
    kCMVideoCodecType_SorensonVideo3 = 0x53565133 /* 'SVQ3' */,
    kCMVideoCodecType_VP9 = 0x76703039 /* 'vp09' */
};
#define kCMTextDisplayFlag_allSubtitlesForced 0x80000000U

CF_EXPORT const CFStringRef kCMFormatDescriptionAlphaChannelMode_PremultipliedAlpha;
CF_EXPORT const CFStringRef kCMFormatDescriptionAlphaChannelMode_StraightAlpha;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibrationExtrinsicOriginSource_StereoCameraSystemBaseline;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibrationLensAlgorithmKind_ParametricLens;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibrationLensDomain_Color;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibrationLensRole_Left;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibrationLensRole_Mono;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibrationLensRole_Right;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_ExtrinsicOrientationQuaternion;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_ExtrinsicOriginSource;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_IntrinsicMatrix;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_IntrinsicMatrixProjectionOffset;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_IntrinsicMatrixReferenceDimensions;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensAlgorithmKind;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensDistortions;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensDomain;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensFrameAdjustmentsPolynomialX;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensFrameAdjustmentsPolynomialY;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensIdentifier;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_LensRole;
CF_EXPORT const CFStringRef kCMFormatDescriptionCameraCalibration_RadialAngleLimit;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_Bottom;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_BottomLeft;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_Center;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_DV420;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_Left;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_Top;
CF_EXPORT const CFStringRef kCMFormatDescriptionChromaLocation_TopLeft;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_DCI_P3;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_EBU_3213;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_ITU_R_2020;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_ITU_R_709_2;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_P22;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_P3_D65;
CF_EXPORT const CFStringRef kCMFormatDescriptionColorPrimaries_SMPTE_C;
CF_EXPORT const CFStringRef kCMFormatDescriptionConformsToMPEG2VideoProfile;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtensionKey_MetadataKeyTable;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_AlphaChannelMode;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_AlternativeTransferCharacteristics;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_AmbientViewingEnvironment;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_AuxiliaryTypeInfo;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_BitsPerComponent;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_BytesPerRow;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_CameraCalibrationDataLensCollection;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ChromaLocationBottomField;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ChromaLocationTopField;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_CleanAperture;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ColorPrimaries;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ContainsAlphaChannel;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ContentColorVolume;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ContentLightLevelInfo;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ConvertedFromExternalSphericalTags;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_Depth;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_FieldCount;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_FieldDetail;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_FormatName;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_FullRangeVideo;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_GammaLevel;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_HasAdditionalViews;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_HasLeftStereoEyeView;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_HasRightStereoEyeView;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_HeroEye;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_HorizontalDisparityAdjustment;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_HorizontalFieldOfView;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ICCProfile;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_LogTransferFunction;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_MasteringDisplayColorVolume;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_OriginalCompressionSettings;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_PixelAspectRatio;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ProjectionKind;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ProtectedContentOriginalFormat;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_RevisionLevel;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_SampleDescriptionExtensionAtoms;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_SpatialQuality;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_StereoCameraBaseline;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_TemporalQuality;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_TransferFunction;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_Vendor;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_VerbatimISOSampleEntry;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_VerbatimImageDescription;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_VerbatimSampleDescription;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_Version;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_ViewPackingKind;
CF_EXPORT const CFStringRef kCMFormatDescriptionExtension_YCbCrMatrix;
CF_EXPORT const CFStringRef kCMFormatDescriptionFieldDetail_SpatialFirstLineEarly;
CF_EXPORT const CFStringRef kCMFormatDescriptionFieldDetail_SpatialFirstLineLate;
CF_EXPORT const CFStringRef kCMFormatDescriptionFieldDetail_TemporalBottomFirst;
CF_EXPORT const CFStringRef kCMFormatDescriptionFieldDetail_TemporalTopFirst;
CF_EXPORT const CFStringRef kCMFormatDescriptionHeroEye_Left;
CF_EXPORT const CFStringRef kCMFormatDescriptionHeroEye_Right;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureHeight;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureHeightRational;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureHorizontalOffset;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureHorizontalOffsetRational;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureVerticalOffset;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureVerticalOffsetRational;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureWidth;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_CleanApertureWidthRational;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_PixelAspectRatioHorizontalSpacing;
CF_EXPORT const CFStringRef kCMFormatDescriptionKey_PixelAspectRatioVerticalSpacing;
CF_EXPORT const CFStringRef kCMFormatDescriptionLogTransferFunction_AppleLog;
CF_EXPORT const CFStringRef kCMFormatDescriptionProjectionKind_AppleImmersiveVideo;
CF_EXPORT const CFStringRef kCMFormatDescriptionProjectionKind_Equirectangular;
CF_EXPORT const CFStringRef kCMFormatDescriptionProjectionKind_HalfEquirectangular;
CF_EXPORT const CFStringRef kCMFormatDescriptionProjectionKind_ParametricImmersive;
CF_EXPORT const CFStringRef kCMFormatDescriptionProjectionKind_Rectilinear;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_ITU_R_2020;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_ITU_R_2100_HLG;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_ITU_R_709_2;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_Linear;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_SMPTE_240M_1995;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_SMPTE_ST_2084_PQ;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_SMPTE_ST_428_1;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_UseGamma;
CF_EXPORT const CFStringRef kCMFormatDescriptionTransferFunction_sRGB;
CF_EXPORT const CFStringRef kCMFormatDescriptionVendor_Apple;
CF_EXPORT const CFStringRef kCMFormatDescriptionViewPackingKind_OverUnder;
CF_EXPORT const CFStringRef kCMFormatDescriptionViewPackingKind_SideBySide;
CF_EXPORT const CFStringRef kCMFormatDescriptionYCbCrMatrix_ITU_R_2020;
CF_EXPORT const CFStringRef kCMFormatDescriptionYCbCrMatrix_ITU_R_601_4;
CF_EXPORT const CFStringRef kCMFormatDescriptionYCbCrMatrix_ITU_R_709_2;
CF_EXPORT const CFStringRef kCMFormatDescriptionYCbCrMatrix_SMPTE_240M_1995;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_ConformingDataTypes;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_DataType;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_DataTypeNamespace;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_LanguageTag;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_LocalID;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_Namespace;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_SetupData;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_StructuralDependency;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionKey_Value;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionMetadataSpecificationKey_DataType;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionMetadataSpecificationKey_ExtendedLanguageTag;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionMetadataSpecificationKey_Identifier;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionMetadataSpecificationKey_SetupData;
CF_EXPORT const CFStringRef kCMMetadataFormatDescriptionMetadataSpecificationKey_StructuralDependency;
CF_EXPORT const CFStringRef kCMMetadataFormatDescription_StructuralDependencyKey_DependencyIsInvalidFlag;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionColor_Alpha;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionColor_Blue;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionColor_Green;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionColor_Red;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_BackgroundColor;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_DefaultFontName;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_DefaultStyle;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_DefaultTextBox;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_DisplayFlags;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_FontTable;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_HorizontalJustification;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_TextJustification;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionExtension_VerticalJustification;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionRect_Bottom;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionRect_Left;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionRect_Right;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionRect_Top;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_Ascent;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_EndChar;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_Font;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_FontFace;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_FontSize;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_ForegroundColor;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_Height;
CF_EXPORT const CFStringRef kCMTextFormatDescriptionStyle_StartChar;
CF_EXPORT const CFStringRef kCMTimeCodeFormatDescriptionExtension_SourceReferenceName;
CF_EXPORT const CFStringRef kCMTimeCodeFormatDescriptionKey_LangCode;
CF_EXPORT const CFStringRef kCMTimeCodeFormatDescriptionKey_Value;

/* A format description of a medium other than video. */
CF_EXPORT OSStatus CMFormatDescriptionCreate(CFAllocatorRef allocator, CMMediaType mediaType, FourCharCode mediaSubType, CFDictionaryRef extensions, CMFormatDescriptionRef *formatDescriptionOut);

/* Whether two format descriptions are equal, with their extensions. */
CF_EXPORT Boolean CMFormatDescriptionEqual(CMFormatDescriptionRef formatDescription, CMFormatDescriptionRef otherFormatDescription);

/* Whether two format descriptions are equal but for some extensions: a key or an array of keys. */
CF_EXPORT Boolean CMFormatDescriptionEqualIgnoringExtensionKeys(CMFormatDescriptionRef formatDescription, CMFormatDescriptionRef otherFormatDescription, CFTypeRef formatDescriptionExtensionKeysToIgnore, CFTypeRef sampleDescriptionExtensionAtomKeysToIgnore);

/* One extension, not retained; NULL when it is not there. */
CF_EXPORT CFPropertyListRef CMFormatDescriptionGetExtension(CMFormatDescriptionRef desc, CFStringRef extensionKey);

/* All extensions, not retained; NULL when there are none. */
CF_EXPORT CFDictionaryRef CMFormatDescriptionGetExtensions(CMFormatDescriptionRef desc);

/* The codec or pixel format; 0 for NULL. */
CF_EXPORT FourCharCode CMFormatDescriptionGetMediaSubType(CMFormatDescriptionRef desc);

/* The media type, for example 'vide'; 0 for NULL. */
CF_EXPORT CMMediaType CMFormatDescriptionGetMediaType(CMFormatDescriptionRef desc);

/* The type number of format descriptions. */
CF_EXPORT CFTypeID CMFormatDescriptionGetTypeID(void);

/* The tags of the video channels of a format: no format here has several, so kCMFormatDescriptionError_ValueNotAvailable. */
CF_EXPORT OSStatus CMVideoFormatDescriptionCopyTagCollectionArray(CMVideoFormatDescriptionRef formatDescription, CFArrayRef *tagCollectionsOut);

/* A video format: codec or pixel format, size in pixels, extensions (may be NULL). */
CF_EXPORT OSStatus CMVideoFormatDescriptionCreate(CFAllocatorRef allocator, CMVideoCodecType codecType, int32_t width, int32_t height, CFDictionaryRef extensions, CMVideoFormatDescriptionRef *formatDescriptionOut);

/* The format of uncompressed pictures like this one. */
CF_EXPORT OSStatus CMVideoFormatDescriptionCreateForImageBuffer(CFAllocatorRef allocator, CVImageBufferRef imageBuffer, CMVideoFormatDescriptionRef *formatDescriptionOut);

/* A format description of H.264 parameter sets: NAL units without start code, and 1, 2 or 4 bytes of NAL unit length. */
CF_EXPORT OSStatus CMVideoFormatDescriptionCreateFromH264ParameterSets(CFAllocatorRef allocator, size_t parameterSetCount, const uint8_t *const *parameterSetPointers, const size_t *parameterSetSizes, int NALUnitHeaderLength, CMFormatDescriptionRef *formatDescriptionOut);

/* As for H.264; HEVC parameter sets are refused, as nothing here reads them yet. */
CF_EXPORT OSStatus CMVideoFormatDescriptionCreateFromHEVCParameterSets(CFAllocatorRef allocator, size_t parameterSetCount, const uint8_t *const *parameterSetPointers, const size_t *parameterSetSizes, int NALUnitHeaderLength, CFDictionaryRef extensions, CMFormatDescriptionRef *formatDescriptionOut);

/* The part of the picture that is meant to be seen, in pixels. */
CF_EXPORT CGRect CMVideoFormatDescriptionGetCleanAperture(CMVideoFormatDescriptionRef videoDesc, Boolean originIsAtTopLeft);

/* Size of coded pictures in pixels; 0 x 0 for NULL. */
CF_EXPORT CMVideoDimensions CMVideoFormatDescriptionGetDimensions(CMVideoFormatDescriptionRef videoDesc);

/* The extensions that describe the same as image buffer attachments of the same name, not retained. */
CF_EXPORT CFArrayRef CMVideoFormatDescriptionGetExtensionKeysCommonWithImageBuffers(void);

/* One H.264 parameter set in place, their number, and the size of NAL unit lengths. Any output may be NULL. */
CF_EXPORT OSStatus CMVideoFormatDescriptionGetH264ParameterSetAtIndex(CMFormatDescriptionRef videoDesc, size_t parameterSetIndex, const uint8_t **parameterSetPointerOut, size_t *parameterSetSizeOut, size_t *parameterSetCountOut, int *NALUnitHeaderLengthOut);

/* As for H.264; no description here holds HEVC parameter sets that can be read, so the value is not available. */
CF_EXPORT OSStatus CMVideoFormatDescriptionGetHEVCParameterSetAtIndex(CMFormatDescriptionRef videoDesc, size_t parameterSetIndex, const uint8_t **parameterSetPointerOut, size_t *parameterSetSizeOut, size_t *parameterSetCountOut, int *NALUnitHeaderLengthOut);

/* Size for display, with or without pixel aspect ratio and clean aperture. */
CF_EXPORT CGSize CMVideoFormatDescriptionGetPresentationDimensions(CMVideoFormatDescriptionRef videoDesc, Boolean usePixelAspectRatio, Boolean useCleanAperture);

/* Whether this is the format of such pictures. */
CF_EXPORT Boolean CMVideoFormatDescriptionMatchesImageBuffer(CMVideoFormatDescriptionRef desc, CVImageBufferRef imageBuffer);

/* generated: end */

CF_EXTERN_C_END

#endif
