/* Pictures in memory. */

#ifndef VITASCOPE_COREVIDEO_CVPIXELBUFFER_H
#define VITASCOPE_COREVIDEO_CVPIXELBUFFER_H

#include <CoreVideo/CVImageBuffer.h>

CF_EXTERN_C_BEGIN

typedef CVImageBufferRef CVPixelBufferRef;
typedef CVOptionFlags CVPixelBufferLockFlags;

typedef struct CVPlanarComponentInfo {
    int32_t offset;
    uint32_t rowBytes;
} CVPlanarComponentInfo;

typedef struct CVPlanarPixelBufferInfo {
    CVPlanarComponentInfo componentInfo[1];
} CVPlanarPixelBufferInfo;

typedef struct CVPlanarPixelBufferInfo_YCbCrPlanar {
    CVPlanarComponentInfo componentInfoY;
    CVPlanarComponentInfo componentInfoCb;
    CVPlanarComponentInfo componentInfoCr;
} CVPlanarPixelBufferInfo_YCbCrPlanar;

typedef struct CVPlanarPixelBufferInfo_YCbCrBiPlanar {
    CVPlanarComponentInfo componentInfoY;
    CVPlanarComponentInfo componentInfoCbCr;
} CVPlanarPixelBufferInfo_YCbCrBiPlanar;

typedef void (*CVPixelBufferReleaseBytesCallback)(void *releaseRefCon, const void *baseAddress);
typedef void (*CVPixelBufferReleasePlanarBytesCallback)(
    void *releaseRefCon, const void *dataPtr, size_t dataSize, size_t numberOfPlanes, const void *planeAddresses[]);

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCVPixelBufferLock_ReadOnly = 1,
    kCVPixelFormatType_128RGBAFloat = 0x52476641 /* 'RGfA' */,
    kCVPixelFormatType_14Bayer_BGGR = 0x62676734 /* 'bgg4' */,
    kCVPixelFormatType_14Bayer_GBRG = 0x67627234 /* 'gbr4' */,
    kCVPixelFormatType_14Bayer_GRBG = 0x67726234 /* 'grb4' */,
    kCVPixelFormatType_14Bayer_RGGB = 0x72676734 /* 'rgg4' */,
    kCVPixelFormatType_16BE555 = 16,
    kCVPixelFormatType_16BE565 = 0x42353635 /* 'B565' */,
    kCVPixelFormatType_16Gray = 0x62313667 /* 'b16g' */,
    kCVPixelFormatType_16LE555 = 0x4c353535 /* 'L555' */,
    kCVPixelFormatType_16LE5551 = 0x35353531 /* '5551' */,
    kCVPixelFormatType_16LE565 = 0x4c353635 /* 'L565' */,
    kCVPixelFormatType_16VersatileBayer = 0x62703136 /* 'bp16' */,
    kCVPixelFormatType_1IndexedGray_WhiteIsZero = 33,
    kCVPixelFormatType_1Monochrome = 1,
    kCVPixelFormatType_24BGR = 0x32344247 /* '24BG' */,
    kCVPixelFormatType_24RGB = 24,
    kCVPixelFormatType_2Indexed = 2,
    kCVPixelFormatType_2IndexedGray_WhiteIsZero = 34,
    kCVPixelFormatType_30RGB = 0x5231306b /* 'R10k' */,
    kCVPixelFormatType_30RGBLEPackedWideGamut = 0x77333072 /* 'w30r' */,
    kCVPixelFormatType_30RGBLE_8A_BiPlanar = 0x62336138 /* 'b3a8' */,
    kCVPixelFormatType_30RGB_r210 = 0x72323130 /* 'r210' */,
    kCVPixelFormatType_32ABGR = 0x41424752 /* 'ABGR' */,
    kCVPixelFormatType_32ARGB = 32,
    kCVPixelFormatType_32AlphaGray = 0x62333261 /* 'b32a' */,
    kCVPixelFormatType_32BGRA = 0x42475241 /* 'BGRA' */,
    kCVPixelFormatType_32RGBA = 0x52474241 /* 'RGBA' */,
    kCVPixelFormatType_40ARGBLEWideGamut = 0x77343061 /* 'w40a' */,
    kCVPixelFormatType_40ARGBLEWideGamutPremultiplied = 0x7734306d /* 'w40m' */,
    kCVPixelFormatType_420YpCbCr10BiPlanarFullRange = 0x78663230 /* 'xf20' */,
    kCVPixelFormatType_420YpCbCr10BiPlanarVideoRange = 0x78343230 /* 'x420' */,
    kCVPixelFormatType_420YpCbCr8BiPlanarFullRange = 0x34323066 /* '420f' */,
    kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange = 0x34323076 /* '420v' */,
    kCVPixelFormatType_420YpCbCr8Planar = 0x79343230 /* 'y420' */,
    kCVPixelFormatType_420YpCbCr8PlanarFullRange = 0x66343230 /* 'f420' */,
    kCVPixelFormatType_420YpCbCr8VideoRange_8A_TriPlanar = 0x76306138 /* 'v0a8' */,
    kCVPixelFormatType_422YpCbCr10 = 0x76323130 /* 'v210' */,
    kCVPixelFormatType_422YpCbCr10BiPlanarFullRange = 0x78663232 /* 'xf22' */,
    kCVPixelFormatType_422YpCbCr10BiPlanarVideoRange = 0x78343232 /* 'x422' */,
    kCVPixelFormatType_422YpCbCr16 = 0x76323136 /* 'v216' */,
    kCVPixelFormatType_422YpCbCr16BiPlanarVideoRange = 0x73763232 /* 'sv22' */,
    kCVPixelFormatType_422YpCbCr8 = 0x32767579 /* '2vuy' */,
    kCVPixelFormatType_422YpCbCr8BiPlanarFullRange = 0x34323266 /* '422f' */,
    kCVPixelFormatType_422YpCbCr8BiPlanarVideoRange = 0x34323276 /* '422v' */,
    kCVPixelFormatType_422YpCbCr8FullRange = 0x79757666 /* 'yuvf' */,
    kCVPixelFormatType_422YpCbCr8_yuvs = 0x79757673 /* 'yuvs' */,
    kCVPixelFormatType_422YpCbCr_4A_8BiPlanar = 0x61327679 /* 'a2vy' */,
    kCVPixelFormatType_4444AYpCbCr16 = 0x79343136 /* 'y416' */,
    kCVPixelFormatType_4444AYpCbCr8 = 0x79343038 /* 'y408' */,
    kCVPixelFormatType_4444AYpCbCrFloat = 0x7234666c /* 'r4fl' */,
    kCVPixelFormatType_4444YpCbCrA8 = 0x76343038 /* 'v408' */,
    kCVPixelFormatType_4444YpCbCrA8R = 0x72343038 /* 'r408' */,
    kCVPixelFormatType_444YpCbCr10 = 0x76343130 /* 'v410' */,
    kCVPixelFormatType_444YpCbCr10BiPlanarFullRange = 0x78663434 /* 'xf44' */,
    kCVPixelFormatType_444YpCbCr10BiPlanarVideoRange = 0x78343434 /* 'x444' */,
    kCVPixelFormatType_444YpCbCr16BiPlanarVideoRange = 0x73763434 /* 'sv44' */,
    kCVPixelFormatType_444YpCbCr16VideoRange_16A_TriPlanar = 0x73346173 /* 's4as' */,
    kCVPixelFormatType_444YpCbCr8 = 0x76333038 /* 'v308' */,
    kCVPixelFormatType_444YpCbCr8BiPlanarFullRange = 0x34343466 /* '444f' */,
    kCVPixelFormatType_444YpCbCr8BiPlanarVideoRange = 0x34343476 /* '444v' */,
    kCVPixelFormatType_48RGB = 0x62343872 /* 'b48r' */,
    kCVPixelFormatType_4Indexed = 4,
    kCVPixelFormatType_4IndexedGray_WhiteIsZero = 36,
    kCVPixelFormatType_64ARGB = 0x62363461 /* 'b64a' */,
    kCVPixelFormatType_64RGBAHalf = 0x52476841 /* 'RGhA' */,
    kCVPixelFormatType_64RGBALE = 0x6c363472 /* 'l64r' */,
    kCVPixelFormatType_64RGBA_DownscaledProResRAW = 0x62703634 /* 'bp64' */,
    kCVPixelFormatType_8Indexed = 8,
    kCVPixelFormatType_8IndexedGray_WhiteIsZero = 40,
    kCVPixelFormatType_96VersatileBayerPacked12 = 0x62747032 /* 'btp2' */,
    kCVPixelFormatType_ARGB2101010LEPacked = 0x6c313072 /* 'l10r' */,
    kCVPixelFormatType_DepthFloat16 = 0x68646570 /* 'hdep' */,
    kCVPixelFormatType_DepthFloat32 = 0x66646570 /* 'fdep' */,
    kCVPixelFormatType_DisparityFloat16 = 0x68646973 /* 'hdis' */,
    kCVPixelFormatType_DisparityFloat32 = 0x66646973 /* 'fdis' */,
    kCVPixelFormatType_Lossless_30RGBLEPackedWideGamut = 0x26773372 /* '&w3r' */,
    kCVPixelFormatType_Lossless_30RGBLE_8A_BiPlanar = 0x26623338 /* '&b38' */,
    kCVPixelFormatType_Lossless_32BGRA = 0x26424741 /* '&BGA' */,
    kCVPixelFormatType_Lossless_420YpCbCr10PackedBiPlanarFullRange = 0x26786630 /* '&xf0' */,
    kCVPixelFormatType_Lossless_420YpCbCr10PackedBiPlanarVideoRange = 0x26787630 /* '&xv0' */,
    kCVPixelFormatType_Lossless_420YpCbCr8BiPlanarFullRange = 0x26386630 /* '&8f0' */,
    kCVPixelFormatType_Lossless_420YpCbCr8BiPlanarVideoRange = 0x26387630 /* '&8v0' */,
    kCVPixelFormatType_Lossless_422YpCbCr10PackedBiPlanarVideoRange = 0x26787632 /* '&xv2' */,
    kCVPixelFormatType_Lossless_64RGBAHalf = 0x26526841 /* '&RhA' */,
    kCVPixelFormatType_Lossy_32BGRA = 0x2d424741 /* '-BGA' */,
    kCVPixelFormatType_Lossy_420YpCbCr10PackedBiPlanarVideoRange = 0x2d787630 /* '-xv0' */,
    kCVPixelFormatType_Lossy_420YpCbCr8BiPlanarFullRange = 0x2d386630 /* '-8f0' */,
    kCVPixelFormatType_Lossy_420YpCbCr8BiPlanarVideoRange = 0x2d387630 /* '-8v0' */,
    kCVPixelFormatType_Lossy_422YpCbCr10PackedBiPlanarVideoRange = 0x2d787632 /* '-xv2' */,
    kCVPixelFormatType_OneComponent10 = 0x4c303130 /* 'L010' */,
    kCVPixelFormatType_OneComponent12 = 0x4c303132 /* 'L012' */,
    kCVPixelFormatType_OneComponent16 = 0x4c303136 /* 'L016' */,
    kCVPixelFormatType_OneComponent16Half = 0x4c303068 /* 'L00h' */,
    kCVPixelFormatType_OneComponent32Float = 0x4c303066 /* 'L00f' */,
    kCVPixelFormatType_OneComponent8 = 0x4c303038 /* 'L008' */,
    kCVPixelFormatType_TwoComponent16 = 0x32433136 /* '2C16' */,
    kCVPixelFormatType_TwoComponent16Half = 0x32433068 /* '2C0h' */,
    kCVPixelFormatType_TwoComponent32Float = 0x32433066 /* '2C0f' */,
    kCVPixelFormatType_TwoComponent8 = 0x32433038 /* '2C08' */,
    kCVVersatileBayer_BayerPattern_BGGR = 3,
    kCVVersatileBayer_BayerPattern_GBRG = 2,
    kCVVersatileBayer_BayerPattern_GRBG = 1,
    kCVVersatileBayer_BayerPattern_RGGB = 0
};

CF_EXPORT const CFStringRef kCVPixelBufferBytesPerRowAlignmentKey;
CF_EXPORT const CFStringRef kCVPixelBufferCGBitmapContextCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferCGImageCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferExtendedPixelsBottomKey;
CF_EXPORT const CFStringRef kCVPixelBufferExtendedPixelsLeftKey;
CF_EXPORT const CFStringRef kCVPixelBufferExtendedPixelsRightKey;
CF_EXPORT const CFStringRef kCVPixelBufferExtendedPixelsTopKey;
CF_EXPORT const CFStringRef kCVPixelBufferHeightKey;
CF_EXPORT const CFStringRef kCVPixelBufferIOSurfacePropertiesKey;
CF_EXPORT const CFStringRef kCVPixelBufferIOSurfacePurgeableKey;
CF_EXPORT const CFStringRef kCVPixelBufferMemoryAllocatorKey;
CF_EXPORT const CFStringRef kCVPixelBufferMetalCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferOpenGLCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferOpenGLESCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferOpenGLESTextureCacheCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferOpenGLTextureCacheCompatibilityKey;
CF_EXPORT const CFStringRef kCVPixelBufferPixelFormatTypeKey;
CF_EXPORT const CFStringRef kCVPixelBufferPlaneAlignmentKey;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_BlackLevel;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_ColorMatrix;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_GainFactor;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_MetadataExtension;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_RecommendedCrop;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_SenselSitingOffsets;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_WhiteBalanceBlueFactor;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_WhiteBalanceCCT;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_WhiteBalanceRedFactor;
CF_EXPORT const CFStringRef kCVPixelBufferProResRAWKey_WhiteLevel;
CF_EXPORT const CFStringRef kCVPixelBufferVersatileBayerKey_BayerPattern;
CF_EXPORT const CFStringRef kCVPixelBufferWidthKey;

/* The attributes that make a buffer like this one; NULL for NULL. */
CF_EXPORT CFDictionaryRef CVPixelBufferCopyCreationAttributes(CVPixelBufferRef pixelBuffer);

/* A pixel buffer in memory of its own. */
CF_EXPORT CVReturn CVPixelBufferCreate(CFAllocatorRef allocator, size_t width, size_t height, OSType pixelFormatType, CFDictionaryRef pixelBufferAttributes, CVPixelBufferRef *pixelBufferOut);

/* The attributes that fulfil all dictionaries of an array; fails when they contradict each other. */
CF_EXPORT CVReturn CVPixelBufferCreateResolvedAttributesDictionary(CFAllocatorRef allocator, CFArrayRef attributes, CFDictionaryRef *resolvedDictionaryOut);

/* A pixel buffer over a program's memory, for a format that is not planar. The callback says when the memory is free. */
CF_EXPORT CVReturn CVPixelBufferCreateWithBytes(CFAllocatorRef allocator, size_t width, size_t height, OSType pixelFormatType, void *baseAddress, size_t bytesPerRow, CVPixelBufferReleaseBytesCallback releaseCallback, void *releaseRefCon, CFDictionaryRef pixelBufferAttributes, CVPixelBufferRef *pixelBufferOut);

/* A pixel buffer over a program's memory, one address per plane. The callback says when the memory is free. */
CF_EXPORT CVReturn CVPixelBufferCreateWithPlanarBytes(CFAllocatorRef allocator, size_t width, size_t height, OSType pixelFormatType, void *dataPtr, size_t dataSize, size_t numberOfPlanes, void **planeBaseAddress, size_t *planeWidth, size_t *planeHeight, size_t *planeBytesPerRow, CVPixelBufferReleasePlanarBytesCallback releaseCallback, void *releaseRefCon, CFDictionaryRef pixelBufferAttributes, CVPixelBufferRef *pixelBufferOut);

/* Repeats the pixels at the edges into the pixels around the picture. */
CF_EXPORT CVReturn CVPixelBufferFillExtendedPixels(CVPixelBufferRef pixelBuffer);

/* The address of the first row (of plane 0). */
CF_EXPORT void *CVPixelBufferGetBaseAddress(CVPixelBufferRef pixelBuffer);

/* The address of a plane's first row; NULL for a plane that there is not. */
CF_EXPORT void *CVPixelBufferGetBaseAddressOfPlane(CVPixelBufferRef pixelBuffer, size_t planeIndex);

/* Distance of two rows in bytes (of plane 0). */
CF_EXPORT size_t CVPixelBufferGetBytesPerRow(CVPixelBufferRef pixelBuffer);

/* Distance of two rows of a plane in bytes. */
CF_EXPORT size_t CVPixelBufferGetBytesPerRowOfPlane(CVPixelBufferRef pixelBuffer, size_t planeIndex);

/* Bytes of all planes with all padding. */
CF_EXPORT size_t CVPixelBufferGetDataSize(CVPixelBufferRef pixelBuffer);

/* Pixels around the picture. Any output may be NULL. */
CF_EXPORT void CVPixelBufferGetExtendedPixels(CVPixelBufferRef pixelBuffer, size_t *extraColumnsOnLeft, size_t *extraColumnsOnRight, size_t *extraRowsOnTop, size_t *extraRowsOnBottom);

/* Height in pixels; 0 for NULL. */
CF_EXPORT size_t CVPixelBufferGetHeight(CVPixelBufferRef pixelBuffer);

/* Height of a plane in samples. */
CF_EXPORT size_t CVPixelBufferGetHeightOfPlane(CVPixelBufferRef pixelBuffer, size_t planeIndex);

/* The pixel format's code; 0 for NULL. */
CF_EXPORT OSType CVPixelBufferGetPixelFormatType(CVPixelBufferRef pixelBuffer);

/* The number of planes; 0 for a format that is not planar. */
CF_EXPORT size_t CVPixelBufferGetPlaneCount(CVPixelBufferRef pixelBuffer);

/* The type number of pixel buffers. */
CF_EXPORT CFTypeID CVPixelBufferGetTypeID(void);

/* Width in pixels; 0 for NULL. */
CF_EXPORT size_t CVPixelBufferGetWidth(CVPixelBufferRef pixelBuffer);

/* Width of a plane in samples. Plane 0 of a format that is not planar is all of it. */
CF_EXPORT size_t CVPixelBufferGetWidthOfPlane(CVPixelBufferRef pixelBuffer, size_t planeIndex);

/* Whether size and pixel format are those that attributes ask for. */
CF_EXPORT Boolean CVPixelBufferIsCompatibleWithAttributes(CVPixelBufferRef pixelBuffer, CFDictionaryRef attributes);

/* Whether the format is planar. */
CF_EXPORT Boolean CVPixelBufferIsPlanar(CVPixelBufferRef pixelBuffer);

/* Says that the pixels are going to be touched. Flag 1: only read. */
CF_EXPORT CVReturn CVPixelBufferLockBaseAddress(CVPixelBufferRef pixelBuffer, CVPixelBufferLockFlags lockFlags);

/* Takes a reference away; NULL is left alone. */
CF_EXPORT void CVPixelBufferRelease(CVPixelBufferRef texture);

/* Adds a reference; NULL stays NULL. */
CF_EXPORT CVBufferRef CVPixelBufferRetain(CVPixelBufferRef texture);

/* Says that the pixels are no longer touched, with the flags of the lock. */
CF_EXPORT CVReturn CVPixelBufferUnlockBaseAddress(CVPixelBufferRef pixelBuffer, CVPixelBufferLockFlags unlockFlags);

/* generated: end */

CF_EXTERN_C_END

#endif
