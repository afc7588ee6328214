/* Keys that describe pixel formats. */

#ifndef VITASCOPE_COREVIDEO_CVPIXELFORMATDESCRIPTION_H
#define VITASCOPE_COREVIDEO_CVPIXELFORMATDESCRIPTION_H

#include <CoreVideo/CVPixelBuffer.h>

CF_EXTERN_C_BEGIN

/* Fills the pixels around a picture; whether it did. */
typedef Boolean (*CVFillExtendedPixelsCallBack)(CVPixelBufferRef pixelBuffer, void *refCon);

typedef struct CVFillExtendedPixelsCallBackData {
    CFIndex version;
    CVFillExtendedPixelsCallBack fillCallBack;
    void *refCon;
} CVFillExtendedPixelsCallBackData;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kCVPixelFormatBitsPerBlock;
CF_EXPORT const CFStringRef kCVPixelFormatBitsPerComponent;
CF_EXPORT const CFStringRef kCVPixelFormatBlackBlock;
CF_EXPORT const CFStringRef kCVPixelFormatBlockHeight;
CF_EXPORT const CFStringRef kCVPixelFormatBlockHorizontalAlignment;
CF_EXPORT const CFStringRef kCVPixelFormatBlockVerticalAlignment;
CF_EXPORT const CFStringRef kCVPixelFormatBlockWidth;
CF_EXPORT const CFStringRef kCVPixelFormatCGBitmapContextCompatibility;
CF_EXPORT const CFStringRef kCVPixelFormatCGBitmapInfo;
CF_EXPORT const CFStringRef kCVPixelFormatCGImageCompatibility;
CF_EXPORT const CFStringRef kCVPixelFormatCodecType;
CF_EXPORT const CFStringRef kCVPixelFormatComponentRange;
CF_EXPORT const CFStringRef kCVPixelFormatComponentRange_FullRange;
CF_EXPORT const CFStringRef kCVPixelFormatComponentRange_VideoRange;
CF_EXPORT const CFStringRef kCVPixelFormatComponentRange_WideRange;
CF_EXPORT const CFStringRef kCVPixelFormatConstant;
CF_EXPORT const CFStringRef kCVPixelFormatContainsAlpha;
CF_EXPORT const CFStringRef kCVPixelFormatContainsGrayscale;
CF_EXPORT const CFStringRef kCVPixelFormatContainsRGB;
CF_EXPORT const CFStringRef kCVPixelFormatContainsSenselArray;
CF_EXPORT const CFStringRef kCVPixelFormatContainsYCbCr;
CF_EXPORT const CFStringRef kCVPixelFormatFillExtendedPixelsCallback;
CF_EXPORT const CFStringRef kCVPixelFormatFourCC;
CF_EXPORT const CFStringRef kCVPixelFormatHorizontalSubsampling;
CF_EXPORT const CFStringRef kCVPixelFormatName;
CF_EXPORT const CFStringRef kCVPixelFormatOpenGLCompatibility;
CF_EXPORT const CFStringRef kCVPixelFormatOpenGLESCompatibility;
CF_EXPORT const CFStringRef kCVPixelFormatOpenGLFormat;
CF_EXPORT const CFStringRef kCVPixelFormatOpenGLInternalFormat;
CF_EXPORT const CFStringRef kCVPixelFormatOpenGLType;
CF_EXPORT const CFStringRef kCVPixelFormatPlanes;
CF_EXPORT const CFStringRef kCVPixelFormatQDCompatibility;
CF_EXPORT const CFStringRef kCVPixelFormatVerticalSubsampling;

/* Whether buffers can have one of the compressed formats: never, as their bytes are not public. */
CF_EXPORT Boolean CVIsCompressedPixelFormatAvailable(OSType pixelFormatType);

/* The codes of all pixel formats that buffers can have, as numbers. */
CF_EXPORT CFArrayRef CVPixelFormatDescriptionArrayCreateWithAllPixelFormatTypes(CFAllocatorRef allocator);

/* A pixel format as a dictionary: code, name, contents, planes; NULL for one that is not known. */
CF_EXPORT CFDictionaryRef CVPixelFormatDescriptionCreateWithPixelFormatType(CFAllocatorRef allocator, OSType pixelFormat);

/* Refused, with a line in the log: the pixel formats are fixed. */
CF_EXPORT void CVPixelFormatDescriptionRegisterDescriptionWithPixelFormatType(CFDictionaryRef description, OSType pixelFormat);

/* The code of a pixel format as text. */
CF_EXPORT CFStringRef CVPixelFormatTypeCopyFourCharCodeString(OSType pixelFormat);

/* generated: end */

CF_EXTERN_C_END

#endif
