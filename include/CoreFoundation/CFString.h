/* Text. */

#ifndef VITASCOPE_COREFOUNDATION_CFSTRING_H
#define VITASCOPE_COREFOUNDATION_CFSTRING_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFData.h>

CF_EXTERN_C_BEGIN

typedef UInt32 CFStringEncoding;
typedef CFStringEncoding CFStringBuiltInEncodings;
typedef CFOptionFlags CFStringCompareFlags;

/* A constant string of a literal. It is never freed. */
#if defined(__clang__)
#define CFSTR(text) ((CFStringRef)__builtin___CFStringMakeConstantString("" text ""))
#else
#define CFSTR(text) (__CFStringMakeConstantString("" text ""))
#endif

#define kCFStringEncodingInvalidId 0xffffffffU

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCFCompareAnchored = 8,
    kCFCompareBackwards = 4,
    kCFCompareCaseInsensitive = 1,
    kCFCompareDiacriticInsensitive = 128,
    kCFCompareForcedOrdering = 512,
    kCFCompareLocalized = 32,
    kCFCompareNonliteral = 16,
    kCFCompareNumerically = 64,
    kCFCompareWidthInsensitive = 256,
    kCFStringEncodingASCII = 1536,
    kCFStringEncodingISOLatin1 = 513,
    kCFStringEncodingMacRoman = 0,
    kCFStringEncodingNextStepLatin = 2817,
    kCFStringEncodingNonLossyASCII = 3071,
    kCFStringEncodingUTF16 = 256,
    kCFStringEncodingUTF16BE = 268435712,
    kCFStringEncodingUTF16LE = 335544576,
    kCFStringEncodingUTF32 = 201326848,
    kCFStringEncodingUTF32BE = 402653440,
    kCFStringEncodingUTF32LE = 469762304,
    kCFStringEncodingUTF8 = 134217984,
    kCFStringEncodingUnicode = 256,
    kCFStringEncodingWindowsLatin1 = 1280,
    kCFStringNormalizationFormC = 2,
    kCFStringNormalizationFormD = 0,
    kCFStringNormalizationFormKC = 3,
    kCFStringNormalizationFormKD = 1
};
#define kCFStringEncodingInvalidId 0xffffffffU

CF_EXPORT const CFStringRef kCFStringTransformFullwidthHalfwidth;
CF_EXPORT const CFStringRef kCFStringTransformHiraganaKatakana;
CF_EXPORT const CFStringRef kCFStringTransformLatinArabic;
CF_EXPORT const CFStringRef kCFStringTransformLatinCyrillic;
CF_EXPORT const CFStringRef kCFStringTransformLatinGreek;
CF_EXPORT const CFStringRef kCFStringTransformLatinHangul;
CF_EXPORT const CFStringRef kCFStringTransformLatinHebrew;
CF_EXPORT const CFStringRef kCFStringTransformLatinHiragana;
CF_EXPORT const CFStringRef kCFStringTransformLatinKatakana;
CF_EXPORT const CFStringRef kCFStringTransformLatinThai;
CF_EXPORT const CFStringRef kCFStringTransformMandarinLatin;
CF_EXPORT const CFStringRef kCFStringTransformStripCombiningMarks;
CF_EXPORT const CFStringRef kCFStringTransformStripDiacritics;
CF_EXPORT const CFStringRef kCFStringTransformToLatin;
CF_EXPORT const CFStringRef kCFStringTransformToUnicodeName;
CF_EXPORT const CFStringRef kCFStringTransformToXMLHex;

/* Prints the description of an object to standard error. */
CF_EXPORT void CFShow(CFTypeRef obj);

/* Prints a string to standard error with its length. */
CF_EXPORT void CFShowStr(CFStringRef str);

/* Appends a string. */
CF_EXPORT void CFStringAppend(CFMutableStringRef theString, CFStringRef appendedString);

/* Appends zero-terminated text. */
CF_EXPORT void CFStringAppendCString(CFMutableStringRef theString, const char *cStr, CFStringEncoding encoding);

/* Appends UTF-16 units. */
CF_EXPORT void CFStringAppendCharacters(CFMutableStringRef theString, const UniChar *chars, CFIndex numChars);

/* Compares two strings: -1, 0 or 1. Options: case-insensitive, numerically. */
CF_EXPORT CFComparisonResult CFStringCompare(CFStringRef theString1, CFStringRef theString2, CFStringCompareFlags compareOptions);

/* Compares a range of the first string with the second: -1, 0 or 1. */
CF_EXPORT CFComparisonResult CFStringCompareWithOptions(CFStringRef theString1, CFStringRef theString2, CFRange rangeToCompare, CFStringCompareFlags compareOptions);

/* A copy that does not change; a string that cannot change is its own copy. */
CF_EXPORT CFStringRef CFStringCreateCopy(CFAllocatorRef alloc, CFStringRef theString);

/* The bytes of the text in an encoding; NULL when it cannot say it and there is no loss byte. */
CF_EXPORT CFDataRef CFStringCreateExternalRepresentation(CFAllocatorRef alloc, CFStringRef theString, CFStringEncoding encoding, UInt8 lossByte);

/* A string of the bytes of a data object; NULL when they are not valid in the encoding. */
CF_EXPORT CFStringRef CFStringCreateFromExternalRepresentation(CFAllocatorRef alloc, CFDataRef data, CFStringEncoding encoding);

/* A string to append to. The greatest length is a hint only. */
CF_EXPORT CFMutableStringRef CFStringCreateMutable(CFAllocatorRef alloc, CFIndex maxLength);

/* A copy to append to. The greatest length is a hint only. */
CF_EXPORT CFMutableStringRef CFStringCreateMutableCopy(CFAllocatorRef alloc, CFIndex maxLength, CFStringRef theString);

/* A string of bytes; NULL when they are not valid in the encoding. */
CF_EXPORT CFStringRef CFStringCreateWithBytes(CFAllocatorRef alloc, const UInt8 *bytes, CFIndex numBytes, CFStringEncoding encoding, Boolean isExternalRepresentation);

/* A string of bytes that may be used in place (they are copied); the deallocator frees them when done. */
CF_EXPORT CFStringRef CFStringCreateWithBytesNoCopy(CFAllocatorRef alloc, const UInt8 *bytes, CFIndex numBytes, CFStringEncoding encoding, Boolean isExternalRepresentation, CFAllocatorRef contentsDeallocator);

/* A string of zero-terminated text; NULL when the bytes are not valid in the encoding. */
CF_EXPORT CFStringRef CFStringCreateWithCString(CFAllocatorRef alloc, const char *cStr, CFStringEncoding encoding);

/* A string of zero-terminated text that may be used in place (it is copied); the deallocator frees it when done. */
CF_EXPORT CFStringRef CFStringCreateWithCStringNoCopy(CFAllocatorRef alloc, const char *cStr, CFStringEncoding encoding, CFAllocatorRef contentsDeallocator);

/* A string of UTF-16 units. */
CF_EXPORT CFStringRef CFStringCreateWithCharacters(CFAllocatorRef alloc, const UniChar *chars, CFIndex numChars);

/* A string of a file's path. */
CF_EXPORT CFStringRef CFStringCreateWithFileSystemRepresentation(CFAllocatorRef alloc, const char *buffer);

/* A string of Pascal text: a length byte, then as many bytes. */
CF_EXPORT CFStringRef CFStringCreateWithPascalString(CFAllocatorRef alloc, ConstStr255Param pStr, CFStringEncoding encoding);

/* The part of a string in a range of UTF-16 units; NULL when that lies outside. */
CF_EXPORT CFStringRef CFStringCreateWithSubstring(CFAllocatorRef alloc, CFStringRef str, CFRange range);

/* Where a string is found in another one; location kCFNotFound when it is not. */
CF_EXPORT CFRange CFStringFind(CFStringRef theString, CFStringRef stringToFind, CFStringCompareFlags compareOptions);

/* Whether a string is found in a range of another one, and where. */
CF_EXPORT Boolean CFStringFindWithOptions(CFStringRef theString, CFStringRef stringToFind, CFRange rangeToSearch, CFStringCompareFlags searchOptions, CFRange *result);

/* Converts a range of UTF-16 units to bytes; returns how many units were converted. With a NULL buffer it only counts. */
CF_EXPORT CFIndex CFStringGetBytes(CFStringRef theString, CFRange range, CFStringEncoding encoding, UInt8 lossByte, Boolean isExternalRepresentation, UInt8 *buffer, CFIndex maxBufLen, CFIndex *usedBufLen);

/* Copies the text with a zero byte after it; false when it does not fit or the encoding cannot say it. */
CF_EXPORT Boolean CFStringGetCString(CFStringRef theString, char *buffer, CFIndex bufferSize, CFStringEncoding encoding);

/* The text in place, if it is stored as zero-terminated bytes of that encoding; else NULL. */
CF_EXPORT const char *CFStringGetCStringPtr(CFStringRef theString, CFStringEncoding encoding);

/* The UTF-16 unit at a place; 0 outside. */
CF_EXPORT UniChar CFStringGetCharacterAtIndex(CFStringRef theString, CFIndex idx);

/* Copies the UTF-16 units of a range. */
CF_EXPORT void CFStringGetCharacters(CFStringRef theString, CFRange range, UniChar *buffer);

/* The UTF-16 units in place, if it is stored so; else NULL. */
CF_EXPORT const UniChar *CFStringGetCharactersPtr(CFStringRef theString);

/* The number at the start of the text; 0 when there is none. */
CF_EXPORT double CFStringGetDoubleValue(CFStringRef str);

/* The encoding in which the text is read fastest. */
CF_EXPORT CFStringEncoding CFStringGetFastestEncoding(CFStringRef theString);

/* Copies the text as a path with a zero byte after it; false when it does not fit. */
CF_EXPORT Boolean CFStringGetFileSystemRepresentation(CFStringRef string, char *buffer, CFIndex maxBufLen);

/* The whole number at the start of the text; 0 when there is none. */
CF_EXPORT int32_t CFStringGetIntValue(CFStringRef str);

/* Length in UTF-16 units; 0 for NULL. */
CF_EXPORT CFIndex CFStringGetLength(CFStringRef theString);

/* The most bytes that so many UTF-16 units take; kCFNotFound for an unknown encoding. */
CF_EXPORT CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);

/* The most bytes that the text takes as a path, with its zero byte. */
CF_EXPORT CFIndex CFStringGetMaximumSizeOfFileSystemRepresentation(CFStringRef string);

/* The smallest encoding that holds the text. */
CF_EXPORT CFStringEncoding CFStringGetSmallestEncoding(CFStringRef theString);

/* The encoding of C strings here: UTF-8. */
CF_EXPORT CFStringEncoding CFStringGetSystemEncoding(void);

/* The type number of strings. */
CF_EXPORT CFTypeID CFStringGetTypeID(void);

/* Whether a string begins with another one. */
CF_EXPORT Boolean CFStringHasPrefix(CFStringRef theString, CFStringRef prefix);

/* Whether a string ends with another one. */
CF_EXPORT Boolean CFStringHasSuffix(CFStringRef theString, CFStringRef suffix);

/* Whether this library knows the encoding. */
CF_EXPORT Boolean CFStringIsEncodingAvailable(CFStringEncoding encoding);

/* The constant string of a literal; what CFSTR uses where the compiler has no constant strings of its own. */
CF_EXPORT CFStringRef __CFStringMakeConstantString(const char *cStr);

/* generated: end */

CF_EXTERN_C_END

#endif
