/* Text. */

#ifndef VITASCOPE_COREFOUNDATION_CFSTRING_H
#define VITASCOPE_COREFOUNDATION_CFSTRING_H

#include <stdarg.h>
#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFArray.h>
#include <CoreFoundation/CFData.h>
#include <CoreFoundation/CFDictionary.h>
#include <CoreFoundation/CFError.h>

CF_EXTERN_C_BEGIN

typedef UInt32 CFStringEncoding;
typedef CFStringEncoding CFStringBuiltInEncodings;
typedef CFOptionFlags CFStringCompareFlags;
typedef CFIndex CFStringNormalizationForm;

/* There are no objects of this type here: wherever a locale is wanted, it is NULL. */
typedef const struct __CFLocale *CFLocaleRef;

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

/* Appends by format. %@ is an object. Options have no effect. */
CF_EXPORT void CFStringAppendFormat(CFMutableStringRef theString, CFDictionaryRef formatOptions, CFStringRef format, ...);

/* Appends by format and arguments. %@ is an object. Options have no effect. */
CF_EXPORT void CFStringAppendFormatAndArguments(CFMutableStringRef theString, CFDictionaryRef formatOptions, CFStringRef format, va_list arguments);

/* Appends Pascal text: a length byte, then as many bytes. */
CF_EXPORT void CFStringAppendPascalString(CFMutableStringRef theString, ConstStr255Param pStr, CFStringEncoding encoding);

/* Makes the first letter of each word a capital and the others small, by no particular locale. */
CF_EXPORT void CFStringCapitalize(CFMutableStringRef theString, CFLocaleRef locale);

/* Compares two strings: -1, 0 or 1. Options: case-insensitive, numerically. */
CF_EXPORT CFComparisonResult CFStringCompare(CFStringRef theString1, CFStringRef theString2, CFStringCompareFlags compareOptions);

/* Compares a range of the first string with the second: -1, 0 or 1. */
CF_EXPORT CFComparisonResult CFStringCompareWithOptions(CFStringRef theString1, CFStringRef theString2, CFRange rangeToCompare, CFStringCompareFlags compareOptions);

/* As CFStringCompareWithOptions; there are no locale objects here, so the locale is NULL. */
CF_EXPORT CFComparisonResult CFStringCompareWithOptionsAndLocale(CFStringRef theString1, CFStringRef theString2, CFRange rangeToCompare, CFStringCompareFlags compareOptions, CFLocaleRef locale);

/* The IANA name of an encoding, not retained; NULL for an unknown one. */
CF_EXPORT CFStringRef CFStringConvertEncodingToIANACharSetName(CFStringEncoding encoding);

/* The number of an encoding in Foundation; all ones for an unknown one. */
CF_EXPORT unsigned long CFStringConvertEncodingToNSStringEncoding(CFStringEncoding encoding);

/* The Windows code page of an encoding; kCFStringEncodingInvalidId for an unknown one. */
CF_EXPORT uint32_t CFStringConvertEncodingToWindowsCodepage(CFStringEncoding encoding);

/* The encoding of an IANA name, in either case; kCFStringEncodingInvalidId for an unknown one. */
CF_EXPORT CFStringEncoding CFStringConvertIANACharSetNameToEncoding(CFStringRef theString);

/* The encoding of a number of Foundation; kCFStringEncodingInvalidId for an unknown one. */
CF_EXPORT CFStringEncoding CFStringConvertNSStringEncodingToEncoding(unsigned long encoding);

/* The encoding of a Windows code page; kCFStringEncodingInvalidId for an unknown one. */
CF_EXPORT CFStringEncoding CFStringConvertWindowsCodepageToEncoding(UInt32 codepage);

/* An array of the texts between the places where a separator is found; the whole text when it is nowhere. */
CF_EXPORT CFArrayRef CFStringCreateArrayBySeparatingStrings(CFAllocatorRef alloc, CFStringRef theString, CFStringRef separatorString);

/* An array of pointers to the ranges where a text is found; NULL when it is nowhere. */
CF_EXPORT CFArrayRef CFStringCreateArrayWithFindResults(CFAllocatorRef alloc, CFStringRef theString, CFStringRef stringToFind, CFRange rangeToSearch, CFStringCompareFlags compareOptions);

/* The strings of an array with a separator between them; NULL when one is no string. */
CF_EXPORT CFStringRef CFStringCreateByCombiningStrings(CFAllocatorRef alloc, CFArrayRef theArray, CFStringRef separatorString);

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

/* A string by format; NULL and an error unless the format takes the arguments of the valid one. */
CF_EXPORT CFStringRef CFStringCreateStringWithValidatedFormat(CFAllocatorRef alloc, CFDictionaryRef formatOptions, CFStringRef validFormatSpecifiers, CFStringRef format, CFErrorRef *errorPtr, ...);

/* A string by format and arguments; NULL and an error unless the format takes the arguments of the valid one. */
CF_EXPORT CFStringRef CFStringCreateStringWithValidatedFormatAndArguments(CFAllocatorRef alloc, CFDictionaryRef formatOptions, CFStringRef validFormatSpecifiers, CFStringRef format, va_list arguments, CFErrorRef *errorPtr);

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

/* A string of UTF-16 units that may be used in place (they are copied); the deallocator frees them when done. */
CF_EXPORT CFStringRef CFStringCreateWithCharactersNoCopy(CFAllocatorRef alloc, const UniChar *chars, CFIndex numChars, CFAllocatorRef contentsDeallocator);

/* A string of a file's path. */
CF_EXPORT CFStringRef CFStringCreateWithFileSystemRepresentation(CFAllocatorRef alloc, const char *buffer);

/* A string by format; NULL when the format is broken. %@ is an object. Options have no effect. */
CF_EXPORT CFStringRef CFStringCreateWithFormat(CFAllocatorRef alloc, CFDictionaryRef formatOptions, CFStringRef format, ...);

/* A string by format and arguments; NULL when the format is broken. %@ is an object. Options have no effect. */
CF_EXPORT CFStringRef CFStringCreateWithFormatAndArguments(CFAllocatorRef alloc, CFDictionaryRef formatOptions, CFStringRef format, va_list arguments);

/* A string of Pascal text: a length byte, then as many bytes. */
CF_EXPORT CFStringRef CFStringCreateWithPascalString(CFAllocatorRef alloc, ConstStr255Param pStr, CFStringEncoding encoding);

/* A string of Pascal text that may be used in place (it is copied); the deallocator frees it when done. */
CF_EXPORT CFStringRef CFStringCreateWithPascalStringNoCopy(CFAllocatorRef alloc, ConstStr255Param pStr, CFStringEncoding encoding, CFAllocatorRef contentsDeallocator);

/* The part of a string in a range of UTF-16 units; NULL when that lies outside. */
CF_EXPORT CFStringRef CFStringCreateWithSubstring(CFAllocatorRef alloc, CFStringRef str, CFRange range);

/* Takes out a range of UTF-16 units. */
CF_EXPORT void CFStringDelete(CFMutableStringRef theString, CFRange range);

/* Where a string is found in another one; location kCFNotFound when it is not. */
CF_EXPORT CFRange CFStringFind(CFStringRef theString, CFStringRef stringToFind, CFStringCompareFlags compareOptions);

/* Replaces a text wherever it is found in a range; returns how often. */
CF_EXPORT CFIndex CFStringFindAndReplace(CFMutableStringRef theString, CFStringRef stringToFind, CFStringRef replacementString, CFRange rangeToSearch, CFStringCompareFlags compareOptions);

/* Whether a string is found in a range of another one, and where. */
CF_EXPORT Boolean CFStringFindWithOptions(CFStringRef theString, CFStringRef stringToFind, CFRange rangeToSearch, CFStringCompareFlags searchOptions, CFRange *result);

/* As CFStringFindWithOptions; there are no locale objects here, so the locale is NULL. */
CF_EXPORT Boolean CFStringFindWithOptionsAndLocale(CFStringRef theString, CFStringRef stringToFind, CFRange rangeToSearch, CFStringCompareFlags searchOptions, CFLocaleRef locale, CFRange *result);

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

/* The bounds of the lines around a range: begin, begin of the next line, end of the text. Any output may be NULL. */
CF_EXPORT void CFStringGetLineBounds(CFStringRef theString, CFRange range, CFIndex *lineBeginIndex, CFIndex *lineEndIndex, CFIndex *contentsEndIndex);

/* All encodings that this library knows, with kCFStringEncodingInvalidId after the last. */
CF_EXPORT const CFStringEncoding *CFStringGetListOfAvailableEncodings(void);

/* The most bytes that so many UTF-16 units take; kCFNotFound for an unknown encoding. */
CF_EXPORT CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);

/* The most bytes that the text takes as a path, with its zero byte. */
CF_EXPORT CFIndex CFStringGetMaximumSizeOfFileSystemRepresentation(CFStringRef string);

/* The Mac encoding nearest to an encoding: Mac Roman for all that are known. */
CF_EXPORT CFStringEncoding CFStringGetMostCompatibleMacStringEncoding(CFStringEncoding encoding);

/* The name of an encoding for people, not retained; NULL for an unknown one. */
CF_EXPORT CFStringRef CFStringGetNameOfEncoding(CFStringEncoding encoding);

/* The bounds of the paragraphs around a range, as CFStringGetLineBounds has those of lines. */
CF_EXPORT void CFStringGetParagraphBounds(CFStringRef string, CFRange range, CFIndex *parBeginIndex, CFIndex *parEndIndex, CFIndex *contentsEndIndex);

/* Copies the text after a byte with its length; false when it does not fit or the encoding cannot say it. */
CF_EXPORT Boolean CFStringGetPascalString(CFStringRef theString, StringPtr buffer, CFIndex bufferSize, CFStringEncoding encoding);

/* The text in place, if it is stored with its length before it: it never is, so NULL. */
CF_EXPORT ConstStringPtr CFStringGetPascalStringPtr(CFStringRef theString, CFStringEncoding encoding);

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

/* Inserts a string before a UTF-16 unit. */
CF_EXPORT void CFStringInsert(CFMutableStringRef str, CFIndex idx, CFStringRef insertedStr);

/* Whether this library knows the encoding. */
CF_EXPORT Boolean CFStringIsEncodingAvailable(CFStringEncoding encoding);

/* Makes all letters small, by no particular locale. */
CF_EXPORT void CFStringLowercase(CFMutableStringRef theString, CFLocaleRef locale);

/* Makes a string a number of UTF-16 units long: cuts it, or repeats the padding from one of its units on. */
CF_EXPORT void CFStringPad(CFMutableStringRef theString, CFStringRef padString, CFIndex length, CFIndex indexIntoPad);

/* Puts a string in the place of a range of UTF-16 units. */
CF_EXPORT void CFStringReplace(CFMutableStringRef theString, CFRange range, CFStringRef replacement);

/* Makes a string equal to another one. */
CF_EXPORT void CFStringReplaceAll(CFMutableStringRef theString, CFStringRef replacement);

/* Takes a text off both ends, as often as it is there. */
CF_EXPORT void CFStringTrim(CFMutableStringRef theString, CFStringRef trimString);

/* Takes white space off both ends. */
CF_EXPORT void CFStringTrimWhitespace(CFMutableStringRef theString);

/* Makes all letters capitals, by no particular locale. */
CF_EXPORT void CFStringUppercase(CFMutableStringRef theString, CFLocaleRef locale);

/* The constant string of a literal; what CFSTR uses where the compiler has no constant strings of its own. */
CF_EXPORT CFStringRef __CFStringMakeConstantString(const char *cStr);

/* generated: end */

/* Reads the UTF-16 units of a range one by one, some at a time. The string must not change meanwhile. */
typedef struct CFStringInlineBuffer {
    UniChar buffer[64];
    CFStringRef theString;
    const UniChar *directUniCharBuffer;
    const char *directCStringBuffer;
    CFRange rangeToBuffer;
    CFIndex bufferedRangeStart;
    CFIndex bufferedRangeEnd;
} CFStringInlineBuffer;

/* Starts to read a range of a string. */
CF_INLINE void CFStringInitInlineBuffer(CFStringRef str, CFStringInlineBuffer *buf, CFRange range) {
    buf->theString = str;
    buf->rangeToBuffer = range;
    buf->directUniCharBuffer = CFStringGetCharactersPtr(str);
    buf->directCStringBuffer = buf->directUniCharBuffer ? NULL : CFStringGetCStringPtr(str, kCFStringEncodingASCII);
    buf->bufferedRangeStart = 0;
    buf->bufferedRangeEnd = 0;
}

/* The unit at a place of the range; 0 outside. */
CF_INLINE UniChar CFStringGetCharacterFromInlineBuffer(CFStringInlineBuffer *buf, CFIndex idx) {
    if (idx < 0 || idx >= buf->rangeToBuffer.length) {
        return 0;
    }
    if (buf->directUniCharBuffer) {
        return buf->directUniCharBuffer[buf->rangeToBuffer.location + idx];
    }
    if (buf->directCStringBuffer) {
        return (UniChar)(unsigned char)buf->directCStringBuffer[buf->rangeToBuffer.location + idx];
    }
    if (idx < buf->bufferedRangeStart || idx >= buf->bufferedRangeEnd) {
        /* Some units before the wanted one too, for those who read backwards. */
        buf->bufferedRangeStart = idx < 4 ? 0 : idx - 4;
        buf->bufferedRangeEnd = buf->bufferedRangeStart + 64;
        if (buf->bufferedRangeEnd > buf->rangeToBuffer.length) {
            buf->bufferedRangeEnd = buf->rangeToBuffer.length;
        }
        CFStringGetCharacters(
            buf->theString,
            CFRangeMake(buf->rangeToBuffer.location + buf->bufferedRangeStart, buf->bufferedRangeEnd - buf->bufferedRangeStart),
            buf->buffer);
    }
    return buf->buffer[idx - buf->bufferedRangeStart];
}

/* Whether a unit is the first of a pair. */
CF_INLINE Boolean CFStringIsSurrogateHighCharacter(UniChar character) {
    return character >= 0xD800 && character <= 0xDBFF;
}

/* Whether a unit is the second of a pair. */
CF_INLINE Boolean CFStringIsSurrogateLowCharacter(UniChar character) {
    return character >= 0xDC00 && character <= 0xDFFF;
}

/* The character of a pair. */
CF_INLINE UTF32Char CFStringGetLongCharacterForSurrogatePair(UniChar surrogateHigh, UniChar surrogateLow) {
    return ((UTF32Char)surrogateHigh - 0xD800U) * 0x400U + ((UTF32Char)surrogateLow - 0xDC00U) + 0x10000U;
}

/* Writes the unit or the pair of a character; whether it is a pair. */
CF_INLINE Boolean CFStringGetSurrogatePairForLongCharacter(UTF32Char character, UniChar *surrogates) {
    if (character < 0x10000U) {
        surrogates[0] = (UniChar)character;
        return 0;
    }
    surrogates[0] = (UniChar)(0xD800U + ((character - 0x10000U) >> 10));
    surrogates[1] = (UniChar)(0xDC00U + ((character - 0x10000U) & 0x3FFU));
    return 1;
}

CF_EXTERN_C_END

#endif
