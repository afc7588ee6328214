/* Core Foundation as clients rely on it. */

#include "check.h"

static int retained, released;

static const void *count_retain(CFAllocatorRef allocator, const void *value) {
    (void)allocator;
    retained++;
    return value;
}

static void count_release(CFAllocatorRef allocator, const void *value) {
    (void)allocator;
    (void)value;
    released++;
}

static void constants(void) {
    /* Over-released constants survive. */
    for (int turn = 0; turn < 1000; turn++) {
        CFRelease(kCFBooleanTrue);
        CFRelease(kCFBooleanFalse);
        CFRelease(kCFNull);
        CFRelease(kVTProfileLevel_H264_High_AutoLevel);
        CFRelease(CFSTR("literal"));
        CFRelease(kCFAllocatorMalloc);
    }
    CHECK(CFBooleanGetValue(kCFBooleanTrue) && !CFBooleanGetValue(kCFBooleanFalse));
    CHECK(CFGetTypeID(kCFNull) == CFNullGetTypeID());
    CHECK(CFStringGetLength(kVTProfileLevel_H264_High_AutoLevel) == 19);
    CHECK(CFRetain(kCFBooleanTrue) == kCFBooleanTrue);
    /* NULL is left alone. */
    CFRelease(NULL);
    CHECK(CFRetain(NULL) == NULL);
    CHECK(CFGetTypeID(NULL) == 0);
    CHECK(kCFAllocatorDefault == NULL);
}

static void strings(void) {
    char text[64];
    CFStringRef made = CFStringCreateWithCString(NULL, "AverageBitRate", kCFStringEncodingUTF8);
    CHECK(CFEqual(made, kVTCompressionPropertyKey_AverageBitRate));
    CHECK(CFEqual(made, CFSTR("AverageBitRate")));
    CHECK(CFHash(made) == CFHash(kVTCompressionPropertyKey_AverageBitRate));
    CHECK(CFSTR("one") == CFSTR("one") || CFEqual(CFSTR("one"), CFSTR("one")));
    CHECK(CFStringGetCString(made, text, sizeof text, kCFStringEncodingASCII) && strcmp(text, "AverageBitRate") == 0);
    CHECK(CFStringGetCString(made, text, 15, kCFStringEncodingASCII));
    CHECK(!CFStringGetCString(made, text, 14, kCFStringEncodingASCII));
    CHECK(strcmp(CFStringGetCStringPtr(made, kCFStringEncodingUTF8), "AverageBitRate") == 0);
    CHECK(CFStringHasPrefix(made, CFSTR("Average")) && !CFStringHasPrefix(made, CFSTR("Bit")));
    CHECK(CFStringCompare(CFSTR("b"), CFSTR("a"), 0) == kCFCompareGreaterThan);
    CHECK(CFStringCompare(CFSTR("AB"), CFSTR("ab"), kCFCompareCaseInsensitive) == kCFCompareEqualTo);
    CHECK(CFStringGetMaximumSizeForEncoding(10, kCFStringEncodingUTF8) == 30);
    CFRelease(made);
    /* Text beyond ASCII: e acute (2 bytes, 1 unit) and a clef (4 bytes, 2 units). */
    made = CFStringCreateWithCString(NULL, "\xC3\xA9\xF0\x9D\x84\x9E", kCFStringEncodingUTF8);
    CHECK(CFStringGetLength(made) == 3);
    CHECK(CFStringGetCharacterAtIndex(made, 0) == 0xE9);
    CHECK(CFStringGetCString(made, text, sizeof text, kCFStringEncodingUTF8) && strlen(text) == 6);
    CHECK(!CFStringGetCString(made, text, sizeof text, kCFStringEncodingASCII));
    CFRelease(made);
    CHECK(CFStringCreateWithCString(NULL, "\xC3", kCFStringEncodingUTF8) == NULL);
    CHECK(CFStringCreateWithCString(NULL, NULL, kCFStringEncodingUTF8) == NULL);
    CHECK(CFStringGetLength(NULL) == 0);
}

#if defined(__clang__)
/* Constant strings as clang lays them out, also in static variables. */
static const CFStringRef PLAIN = CFSTR("RealTime");
static const CFStringRef ACCENT = CFSTR("\xC3\xA9t\xC3\xA9");

static void laid_out_by_the_compiler(void) {
    char text[16];
    CHECK(CFGetTypeID(PLAIN) == CFStringGetTypeID() && CFEqual(PLAIN, kVTCompressionPropertyKey_RealTime));
    CHECK(CFHash(PLAIN) == CFHash(kVTCompressionPropertyKey_RealTime));
    CHECK(CFStringGetLength(ACCENT) == 3 && CFStringGetCharacterAtIndex(ACCENT, 0) == 0xE9);
    CHECK(CFStringGetCString(ACCENT, text, sizeof text, kCFStringEncodingUTF8) && strlen(text) == 5);
    CFRelease(PLAIN);
    CHECK(CFRetain(ACCENT) == ACCENT);
}
#endif

static void numbers(void) {
    int64_t large = 0x34323076; /* '420v' as WebRTC gives it */
    CFNumberRef made = CFNumberCreate(NULL, kCFNumberLongType, &large);
    int32_t small = 0;
    double real = 0;
    CHECK(CFNumberGetValue(made, kCFNumberSInt32Type, &small) && small == large);
    CHECK(CFNumberGetValue(made, kCFNumberDoubleType, &real) && real == (double)large);
    int8_t tiny;
    CHECK(!CFNumberGetValue(made, kCFNumberSInt8Type, &tiny));
    CFRelease(made);
    float half = 0.5f;
    made = CFNumberCreate(NULL, kCFNumberFloatType, &half);
    CHECK(CFNumberIsFloatType(made));
    CHECK(!CFNumberGetValue(made, kCFNumberIntType, &small) && small == 0);
    CHECK(!CFBooleanGetValue((CFBooleanRef)made));
    CFRelease(made);
    CFNumberRef one = number(3), other = number(3);
    CHECK(one != other && CFEqual(one, other) && CFHash(one) == CFHash(other));
    CFRelease(one);
    CFRelease(other);
    CHECK(CFNumberGetValue(kCFNumberNaN, kCFNumberDoubleType, &real) && isnan(real));
}

static void dictionaries(void) {
    /* No callbacks: nothing is retained, keys compare by address. */
    const void *keys[5] = {kVTEncodeFrameOptionKey_ForceKeyFrame, NULL, NULL, NULL, NULL};
    const void *values[5] = {kCFBooleanTrue, NULL, NULL, NULL, NULL};
    CFDictionaryRef plain = CFDictionaryCreate(NULL, keys, values, 1, NULL, NULL);
    CHECK(CFDictionaryGetValue(plain, kVTEncodeFrameOptionKey_ForceKeyFrame) == kCFBooleanTrue);
    CFStringRef same = CFStringCreateWithCString(NULL, "ForceKeyFrame", kCFStringEncodingUTF8);
    CHECK(CFDictionaryGetValue(plain, same) == NULL);
    CFRelease(plain);

    /* Slots left empty, as OBS leaves them. */
    keys[1] = kVTCompressionPropertyKey_RealTime;
    values[1] = kCFBooleanFalse;
    CFDictionaryRef sparse =
        CFDictionaryCreate(NULL, keys, values, 5, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK(CFDictionaryGetCount(sparse) == 2);
    CHECK(CFDictionaryGetValue(sparse, same) == kCFBooleanTrue);
    CHECK(CFDictionaryContainsKey(sparse, CFSTR("RealTime")));
    const void *found = NULL;
    CHECK(CFDictionaryGetValueIfPresent(sparse, CFSTR("RealTime"), &found) && found == kCFBooleanFalse);
    CHECK(!CFDictionaryGetValueIfPresent(sparse, CFSTR("Other"), &found));
    CFRelease(sparse);
    CFRelease(same);

    /* A program's own callbacks are called, once for each side of every value's stay. */
    CFDictionaryValueCallBacks counting = {0, count_retain, count_release, NULL, NULL};
    CFMutableDictionaryRef counted = CFDictionaryCreateMutable(NULL, 0, &kCFTypeDictionaryKeyCallBacks, &counting);
    int things[2];
    CFDictionarySetValue(counted, CFSTR("a"), &things[0]);
    CFDictionarySetValue(counted, CFSTR("b"), &things[1]);
    CFDictionarySetValue(counted, CFSTR("a"), &things[1]);
    CFDictionaryAddValue(counted, CFSTR("a"), &things[0]);
    CHECK(CFDictionaryGetValue(counted, CFSTR("a")) == &things[1]);
    CFDictionaryRemoveValue(counted, CFSTR("b"));
    CHECK(retained == 3 && released == 2);
    CFRelease(counted);
    CHECK(released == 3);

    /* What does not change, does not change. */
    CFDictionaryRef fixed = CFDictionaryCreate(NULL, NULL, NULL, 0, NULL, NULL);
    CFDictionarySetValue((CFMutableDictionaryRef)fixed, CFSTR("a"), kCFBooleanTrue);
    CHECK(CFDictionaryGetCount(fixed) == 0);
    CFRelease(fixed);
}

static CFComparisonResult by_value(const void *one, const void *other, void *context) {
    return CFNumberCompare((CFNumberRef)one, (CFNumberRef)other, context);
}

static void collections(void) {
    CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
    for (int value = 0; value < 5; value++) {
        CFNumberRef entry = number((value * 3) % 5);
        CFArrayAppendValue(array, entry);
        CFRelease(entry);
    }
    CFArraySortValues(array, CFRangeMake(0, 5), by_value, NULL);
    CFNumberRef four = number(4);
    CHECK(CFArrayGetLastIndexOfValue(array, CFRangeMake(0, 5), four) == 4);
    CHECK(CFArrayContainsValue(array, CFRangeMake(0, 5), four) && !CFArrayContainsValue(array, CFRangeMake(0, 4), four));
    CHECK(CFArrayGetValueAtIndex(array, 5) == NULL && CFArrayGetValueAtIndex(array, -1) == NULL);
    CFArrayRemoveValueAtIndex(array, 0);
    CHECK(CFArrayGetCount(array) == 4);
    CFRelease(array);
    const void *members[3] = {four, four, kCFBooleanTrue};
    CFSetRef set = CFSetCreate(NULL, members, 3, &kCFTypeSetCallBacks);
    CHECK(CFSetGetCount(set) == 2 && CFSetContainsValue(set, kCFBooleanTrue));
    CFRelease(set);
    CFRelease(four);
    CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
    CFDataAppendBytes(data, (const UInt8 *)"abc", 3);
    UInt8 two[2];
    CFDataGetBytes(data, CFRangeMake(1, 2), two);
    CHECK(CFDataGetLength(data) == 3 && memcmp(two, "bc", 2) == 0 && CFDataGetBytePtr(data)[0] == 'a');
    CFRelease(data);
    CFErrorRef error = CFErrorCreate(NULL, kCFErrorDomainOSStatus, -12902, NULL);
    CFStringRef description = CFErrorCopyDescription(error);
    CHECK(CFErrorGetCode(error) == -12902 && CFStringGetLength(description) > 0);
    CFRelease(description);
    CFRelease(error);
    CFURLRef url = CFURLCreateFromFileSystemRepresentation(NULL, (const UInt8 *)"/tmp/a b", 8, false);
    UInt8 path[32];
    CHECK(CFEqual(CFURLGetString(url), CFSTR("file:///tmp/a%20b")));
    CHECK(CFURLGetFileSystemRepresentation(url, true, path, sizeof path) && strcmp((char *)path, "/tmp/a b") == 0);
    CFRelease(url);
}

int main(void) {
    constants();
    strings();
#if defined(__clang__)
    laid_out_by_the_compiler();
#endif
    numbers();
    dictionaries();
    collections();
    return failures != 0;
}
