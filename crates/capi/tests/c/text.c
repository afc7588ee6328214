/* Strings: formats, changes, pieces, encodings. */

#include <stdarg.h>

#include "check.h"

/* Whether an object is a string of this text; lets it go. */
static int is(CFStringRef string, const char *expected) {
    char text[4096] = "";
    int same = string != NULL && CFStringGetCString(string, text, sizeof text, kCFStringEncodingUTF8) &&
        strcmp(text, expected) == 0;
    if (!same) {
        fprintf(stderr, "\"%s\" instead of \"%s\"\n", text, expected);
    }
    if (string != NULL) {
        CFRelease(string);
    }
    return same;
}

#define FORMAT(...) CFStringCreateWithFormat(NULL, NULL, __VA_ARGS__)

/* The same conversion by the C library is the judge. */
#define AS_PRINTF(format, ...)                                                             \
    do {                                                                                   \
        char expected_[4096];                                                               \
        snprintf(expected_, sizeof expected_, format, __VA_ARGS__);                        \
        CHECK(is(FORMAT(CFSTR(format), __VA_ARGS__), expected_));                          \
    } while (0)

static CFStringRef with_list(CFMutableStringRef appended, CFStringRef format, ...) {
    va_list arguments;
    va_start(arguments, format);
    CFStringRef made = CFStringCreateWithFormatAndArguments(NULL, NULL, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    CFStringAppendFormatAndArguments(appended, NULL, format, arguments);
    va_end(arguments);
    return made;
}

static void formats(void) {
    CFNumberRef seven = number(7);
    CHECK(is(FORMAT(CFSTR("%@ and %@, %d%%"), CFSTR("one"), seven, 100), "one and 7, 100%"));
    CHECK(is(FORMAT(CFSTR("%@"), (CFTypeRef)NULL), "(null)"));
    CHECK(is(FORMAT(CFSTR("%2$@ before %1$@"), CFSTR("b"), CFSTR("a")), "a before b"));
    CHECK(is(FORMAT(CFSTR("[%5@|%-5@|%.2@]"), CFSTR("abc"), CFSTR("abc"), CFSTR("abc")), "[  abc|abc  |ab]"));
    CHECK(is(FORMAT(CFSTR("%C%c"), (UniChar)0x20AC, 'x'), "\xE2\x82\xACx"));
    UniChar wide[] = {'w', 0x20AC, 0};
    CHECK(is(FORMAT(CFSTR("%S"), wide), "w\xE2\x82\xAC"));
    AS_PRINTF("%d %i %5d %-5d| %05d %+d % d %.3d", 1, -2, 3, 4, 5, 6, 7, 8);
    AS_PRINTF("%u %x %X %#x %#o %o %08x", 4000000000u, 0xbeefu, 0xbeefu, 255u, 8u, 8u, 0xabcu);
    AS_PRINTF("%hhd %hd %ld %lld %zu %jd", (signed char)44, (short)4464, -5L, 1LL << 60, (size_t)9, (intmax_t)-9);
    AS_PRINTF("%hhu %hu %lx", (unsigned char)200, (unsigned short)60000, 0xffffffffffUL);
    int wider = 70000;
    CHECK(is(FORMAT(CFSTR("%hd %hhu"), wider, wider), "4464 112"));
    AS_PRINTF("%s %.2s %5s %-5s|", "text", "text", "abc", "abc");
    AS_PRINTF("%*d %-*d| %.*f", 6, 1, 6, 2, 2, 3.14159);
    AS_PRINTF("%c%c %p", 'a', 'b', (void *)0x1234);
    /* More than there are registers for, of both kinds in turn. */
    AS_PRINTF(
        "%d %f %d %f %d %f %d %f %d %f %d %f %d %f %d %f %d %f %d %f", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7,
        7.5, 8, 8.5, 9, 9.5, 10, 10.5);
    double values[] = {0.0, -0.0, 1.0, 0.5, 1.5, 2.5, 0.1, 123456.789, 1e15, 1e-5, 9.9999995, 999998.5, 1e300, 5e-324,
                       -2.2250738585072014e-308, 1.0 / 3, INFINITY, -INFINITY};
    for (size_t index = 0; index < sizeof values / sizeof values[0]; index++) {
        double value = values[index];
        AS_PRINTF("%f %.0f %#.0f %.3f %10.2f|%-10.2f|%010.2f %+f", value, value, value, value, value, value, value, value);
        AS_PRINTF("%e %.0e %#.0e %.10E %g %G %.3g %#g %.0g", value, value, value, value, value, value, value, value, value);
        AS_PRINTF("%a %.0a %.3a %A %.15a %20a", value, value, value, value, value, value);
        /* valgrind's infinite long doubles are none. */
        if (isfinite(value)) {
            AS_PRINTF("%Lf %Lg", (long double)value, (long double)value * 3);
        }
    }
    AS_PRINTF("%d %Lf %d %s %Lf", 1, (long double)2.5, 3, "four", (long double)-5.25);

    CFMutableStringRef appended = CFStringCreateMutable(NULL, 0);
    CFStringAppendFormat(appended, NULL, CFSTR("%s=%d;"), "x", 1);
    CHECK(is(with_list(appended, CFSTR("%@-%g"), seven, 0.25), "7-0.25"));
    CHECK(is(appended, "x=1;7-0.25"));

    /* What cannot be a format. */
    CHECK(FORMAT(CFSTR("%k"), 1) == NULL);
    CHECK(FORMAT(NULL, 1) == NULL);
    CHECK(FORMAT(CFSTR("%100000000d"), 1) == NULL);

    CFErrorRef error = (CFErrorRef)&failures;
    CHECK(is(
        CFStringCreateStringWithValidatedFormat(NULL, NULL, CFSTR("%@ %d"), CFSTR("<%@:%d>"), &error, CFSTR("a"), 3), "<a:3>"));
    CHECK(error == NULL);
    CHECK(
        CFStringCreateStringWithValidatedFormat(NULL, NULL, CFSTR("%d"), CFSTR("%@"), &error, 3) == NULL && error != NULL &&
        CFEqual(CFErrorGetDomain(error), kCFErrorDomainCocoa));
    CFRelease(error);
    CHECK(CFStringCreateStringWithValidatedFormat(NULL, NULL, CFSTR("%d"), CFSTR("%@"), NULL, 3) == NULL);
    CFRelease(seven);
}

static CFMutableStringRef mutable_string(const char *text) {
    CFStringRef string = CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
    CFMutableStringRef copy = CFStringCreateMutableCopy(NULL, 0, string);
    CFRelease(string);
    return copy;
}

static void changes(void) {
    CFMutableStringRef text = mutable_string("hello world");
    CFStringInsert(text, 5, CFSTR(","));
    CFStringReplace(text, CFRangeMake(0, 1), CFSTR("J"));
    CFStringDelete(text, CFRangeMake(6, 1));
    CHECK(CFEqual(text, CFSTR("Jello,world")));
    CHECK(CFStringFindAndReplace(text, CFSTR("L"), CFSTR("--"), CFRangeMake(0, 11), kCFCompareCaseInsensitive) == 3);
    CHECK(CFEqual(text, CFSTR("Je----o,wor--d")));
    CHECK(CFStringFindAndReplace(text, CFSTR("--"), CFSTR("-"), CFRangeMake(0, 14), kCFCompareBackwards) == 3);
    CHECK(CFEqual(text, CFSTR("Je--o,wor-d")));
    CFStringInsert(text, 0, text);
    CHECK(CFStringGetLength(text) == 22);
    /* Outside: nothing happens. */
    CFStringDelete(text, CFRangeMake(20, 5));
    CFStringInsert(text, -1, CFSTR("x"));
    CHECK(CFStringGetLength(text) == 22);
    CFStringDelete((CFMutableStringRef)CFSTR("constant"), CFRangeMake(0, 1));
    CFStringReplaceAll(text, CFSTR("  \t tea \n"));
    CFStringTrimWhitespace(text);
    CHECK(CFEqual(text, CFSTR("tea")));
    CFStringPad(text, CFSTR("abc"), 8, 1);
    CHECK(CFEqual(text, CFSTR("teabcabc")));
    CFStringPad(text, NULL, 2, 0);
    CHECK(CFEqual(text, CFSTR("te")));
    CFStringReplaceAll(text, CFSTR("xxaxbxxx"));
    CFStringTrim(text, CFSTR("x"));
    CHECK(CFEqual(text, CFSTR("axb")));
    CFRelease(text);
    text = mutable_string("\xC3\x89t\xC3\xA9 don't STOP");
    CFStringCapitalize(text, NULL);
    CHECK(is((CFStringRef)CFRetain(text), "\xC3\x89t\xC3\xA9 Don't Stop"));
    CFStringUppercase(text, NULL);
    CHECK(is((CFStringRef)CFRetain(text), "\xC3\x89T\xC3\x89 DON'T STOP"));
    CFStringLowercase(text, NULL);
    CHECK(is((CFStringRef)CFRetain(text), "\xC3\xA9t\xC3\xA9 don't stop"));
    CFRelease(text);
}

static void pieces(void) {
    CFArrayRef parts = CFStringCreateArrayBySeparatingStrings(NULL, CFSTR("a, b,, c"), CFSTR(","));
    CHECK(CFArrayGetCount(parts) == 4 && CFEqual(CFArrayGetValueAtIndex(parts, 1), CFSTR(" b")));
    CHECK(CFStringGetLength((CFStringRef)CFArrayGetValueAtIndex(parts, 2)) == 0);
    CHECK(is(CFStringCreateByCombiningStrings(NULL, parts, CFSTR("/")), "a/ b// c"));
    CFRelease(parts);
    CFArrayRef found = CFStringCreateArrayWithFindResults(NULL, CFSTR("banana"), CFSTR("an"), CFRangeMake(0, 6), 0);
    CHECK(CFArrayGetCount(found) == 2);
    CFArrayRef copy = CFArrayCreateCopy(NULL, found);
    CFMutableArrayRef changing = CFArrayCreateMutableCopy(NULL, 0, found);
    CFRelease(found);
    const CFRange *second = (const CFRange *)CFArrayGetValueAtIndex(copy, 1);
    CHECK(second->location == 3 && second->length == 2);
    CFArrayRemoveValueAtIndex(changing, 1);
    CHECK(CFArrayGetCount(copy) == 2 && second->location == 3);
    CFRelease(changing);
    CFRelease(copy);
    CHECK(CFStringCreateArrayWithFindResults(NULL, CFSTR("banana"), CFSTR("x"), CFRangeMake(0, 6), 0) == NULL);

    CFStringRef lines = CFSTR("one\r\ntwo\n\nfour");
    CFIndex begin = 0, end = 0, contents = 0;
    CFStringGetLineBounds(lines, CFRangeMake(6, 1), &begin, &end, &contents);
    CHECK(begin == 5 && end == 9 && contents == 8);
    CFStringGetLineBounds(lines, CFRangeMake(4, 0), &begin, &end, &contents);
    CHECK(begin == 0 && end == 5 && contents == 3);
    CFStringGetParagraphBounds(lines, CFRangeMake(0, 14), &begin, &end, &contents);
    CHECK(begin == 0 && end == 14 && contents == 14);
    CFStringGetParagraphBounds(lines, CFRangeMake(9, 0), &begin, &end, &contents);
    CHECK(begin == 9 && end == 10 && contents == 9);
    CFStringGetLineBounds(lines, CFRangeMake(90, 1), NULL, NULL, NULL);

    CFMutableStringRef text = mutable_string("a\xF0\x9F\x98\x80z\xC3\xA9");
    CFStringInlineBuffer buffer;
    CFStringInitInlineBuffer(text, &buffer, CFRangeMake(1, 4));
    CHECK(CFStringIsSurrogateHighCharacter(CFStringGetCharacterFromInlineBuffer(&buffer, 0)));
    CHECK(CFStringIsSurrogateLowCharacter(CFStringGetCharacterFromInlineBuffer(&buffer, 1)));
    CHECK(CFStringGetCharacterFromInlineBuffer(&buffer, 2) == 'z' && CFStringGetCharacterFromInlineBuffer(&buffer, 3) == 0xE9);
    CHECK(CFStringGetCharacterFromInlineBuffer(&buffer, 4) == 0);
    UniChar pair[2];
    CHECK(CFStringGetSurrogatePairForLongCharacter(0x1F600, pair) && CFStringGetLongCharacterForSurrogatePair(pair[0], pair[1]) == 0x1F600);
    CHECK(pair[0] == CFStringGetCharacterFromInlineBuffer(&buffer, 0));
    CFStringInitInlineBuffer(CFSTR("plain"), &buffer, CFRangeMake(1, 3));
    CHECK(CFStringGetCharacterFromInlineBuffer(&buffer, 2) == 'i');
    CFRelease(text);
}

static void encodings(void) {
    CHECK(CFEqual(CFStringConvertEncodingToIANACharSetName(kCFStringEncodingUTF8), CFSTR("utf-8")));
    CHECK(CFStringConvertIANACharSetNameToEncoding(CFSTR("UTF-16LE")) == kCFStringEncodingUTF16LE);
    CHECK(CFStringConvertIANACharSetNameToEncoding(CFSTR("koi8-r")) == kCFStringEncodingInvalidId);
    CHECK(CFStringConvertEncodingToNSStringEncoding(kCFStringEncodingUTF8) == 4);
    CHECK(CFStringConvertNSStringEncodingToEncoding(10) == kCFStringEncodingUTF16);
    CHECK(CFStringConvertEncodingToWindowsCodepage(kCFStringEncodingWindowsLatin1) == 1252);
    CHECK(CFStringConvertWindowsCodepageToEncoding(65001) == kCFStringEncodingUTF8);
    CHECK(CFStringGetNameOfEncoding(kCFStringEncodingASCII) != NULL && CFStringGetNameOfEncoding(12345) == NULL);
    CHECK(CFStringGetMostCompatibleMacStringEncoding(kCFStringEncodingUTF8) == kCFStringEncodingMacRoman);
    int count = 0;
    for (const CFStringEncoding *each = CFStringGetListOfAvailableEncodings(); *each != kCFStringEncodingInvalidId; each++) {
        CHECK(CFStringIsEncodingAvailable(*each));
        count++;
    }
    CHECK(count == 11);
    CFStringRef euro = CFStringCreateWithBytes(NULL, (const UInt8 *)"\x80", 1, kCFStringEncodingWindowsLatin1, false);
    char text[8];
    CHECK(CFStringGetCString(euro, text, sizeof text, kCFStringEncodingMacRoman) && (unsigned char)text[0] == 0xDB);
    unsigned char pascal[8];
    CHECK(CFStringGetPascalString(euro, pascal, 2, kCFStringEncodingWindowsLatin1) && pascal[0] == 1 && pascal[1] == 0x80);
    CHECK(!CFStringGetPascalString(euro, pascal, 1, kCFStringEncodingWindowsLatin1));
    CHECK(!CFStringGetPascalString(euro, pascal, 8, kCFStringEncodingASCII));
    CHECK(CFStringGetPascalStringPtr(euro, kCFStringEncodingMacRoman) == NULL);
    CFRelease(euro);
    CFMutableStringRef appended = CFStringCreateMutable(NULL, 0);
    CFStringAppendPascalString(appended, (const unsigned char *)"\x03xyzzy", kCFStringEncodingASCII);
    CHECK(CFEqual(appended, CFSTR("xyz")));
    CFRelease(appended);
    UniChar *units = (UniChar *)malloc(4);
    units[0] = 'o';
    units[1] = 'k';
    CHECK(is(CFStringCreateWithCharactersNoCopy(NULL, units, 2, kCFAllocatorMalloc), "ok"));
    CHECK(is(CFStringCreateWithPascalStringNoCopy(NULL, (const unsigned char *)"\x02no", kCFStringEncodingASCII, kCFAllocatorNull), "no"));
    CHECK(CFStringCompareWithOptionsAndLocale(CFSTR("a2"), CFSTR("A10"), CFRangeMake(0, 2), kCFCompareNumerically | kCFCompareCaseInsensitive, NULL) == kCFCompareLessThan);
    CFRange at;
    CHECK(CFStringFindWithOptionsAndLocale(CFSTR("abcabc"), CFSTR("bc"), CFRangeMake(0, 6), kCFCompareBackwards, NULL, &at) && at.location == 4);
    CFDataRef data = CFDataCreate(NULL, (const UInt8 *)"abcabc", 6), wanted = CFDataCreate(NULL, (const UInt8 *)"bc", 2);
    CHECK(CFDataFind(data, wanted, CFRangeMake(0, 6), 0).location == 1);
    CHECK(CFDataFind(data, wanted, CFRangeMake(0, 6), kCFDataSearchBackwards).location == 4);
    CHECK(CFDataFind(data, wanted, CFRangeMake(0, 6), kCFDataSearchAnchored).location == kCFNotFound);
    CHECK(CFDataFind(data, wanted, CFRangeMake(0, 7), 0).location == kCFNotFound);
    CFRelease(data);
    CFRelease(wanted);
    void *memory = CFAllocatorAllocateBytes(NULL, 8, 0);
    memory = CFAllocatorReallocateBytes(NULL, memory, 80, 0);
    memory = CFAllocatorReallocateTyped(NULL, memory, 800, 1, 0);
    CFAllocatorDeallocate(NULL, memory);
    CFAllocatorDeallocate(NULL, CFAllocatorAllocateTyped(NULL, 8, 1, 0));
}

int main(void) {
    formats();
    changes();
    pieces();
    encodings();
    return failures != 0;
}
