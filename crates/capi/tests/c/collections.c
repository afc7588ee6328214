/* Core Foundation's collections and strings, call by call: what each does to contents, counts and places. */

#include "check.h"

static CFNumberRef numbers[8];

static CFComparisonResult by_value(const void *one, const void *other, void *context) {
    (*(int *)context)++;
    return CFNumberCompare((CFNumberRef)one, (CFNumberRef)other, NULL);
}

static void add_up(const void *value, void *sum) {
    int found = 0;
    CFNumberGetValue((CFNumberRef)value, kCFNumberIntType, &found);
    *(int *)sum += found;
}

static void add_pair(const void *key, const void *value, void *sum) {
    CHECK(CFGetTypeID(key) == CFStringGetTypeID());
    add_up(value, sum);
}

/* Whether an array holds these numbers in this order, -1 being the end. */
static int holds(CFArrayRef array, const int *expected) {
    CFIndex index = 0;
    for (; expected[index] >= 0; index++) {
        if (index >= CFArrayGetCount(array) || CFArrayGetValueAtIndex(array, index) != numbers[expected[index]]) {
            return 0;
        }
    }
    return index == CFArrayGetCount(array);
}
#define HOLDS(array, ...) CHECK(holds((array), (const int[]){__VA_ARGS__, -1}))

static void arrays(void) {
    CFArrayRef first = CFArrayCreate(NULL, (const void **)numbers, 4, &kCFTypeArrayCallBacks);
    CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
    CFArrayAppendArray(array, first, CFRangeMake(1, 3));
    HOLDS(array, 1, 2, 3);
    CFArrayInsertValueAtIndex(array, 0, numbers[5]);
    CFArrayInsertValueAtIndex(array, 4, numbers[6]);
    HOLDS(array, 5, 1, 2, 3, 6);
    CFArrayExchangeValuesAtIndices(array, 0, 4);
    HOLDS(array, 6, 1, 2, 3, 5);
    /* At the end it appends. */
    CFArraySetValueAtIndex(array, 5, numbers[7]);
    CFArraySetValueAtIndex(array, 0, numbers[0]);
    HOLDS(array, 0, 1, 2, 3, 5, 7);
    const void *others[] = {numbers[4], numbers[4], numbers[4]};
    CFArrayReplaceValues(array, CFRangeMake(1, 2), others, 3);
    HOLDS(array, 0, 4, 4, 4, 3, 5, 7);
    CFArrayReplaceValues(array, CFRangeMake(5, 2), NULL, 0);
    HOLDS(array, 0, 4, 4, 4, 3);
    CFRange all = CFRangeMake(0, 5);
    CHECK(CFArrayGetCountOfValue(array, all, numbers[4]) == 3 && CFArrayGetCountOfValue(array, CFRangeMake(0, 2), numbers[4]) == 1);
    CHECK(CFArrayGetFirstIndexOfValue(array, all, numbers[4]) == 1 && CFArrayGetLastIndexOfValue(array, all, numbers[4]) == 3);
    CHECK(CFArrayGetFirstIndexOfValue(array, all, numbers[7]) == kCFNotFound);
    CHECK(CFArrayContainsValue(array, all, numbers[3]) && !CFArrayContainsValue(array, CFRangeMake(0, 4), numbers[3]));
    const void *copied[2] = {NULL, NULL};
    CFArrayGetValues(array, CFRangeMake(3, 2), copied);
    CHECK(copied[0] == numbers[4] && copied[1] == numbers[3]);
    int sum = 0, compared = 0;
    CFArrayApplyFunction(array, CFRangeMake(1, 4), add_up, &sum);
    CHECK(sum == 4 + 4 + 4 + 3);
    CFArraySortValues(array, all, by_value, &compared);
    HOLDS(array, 0, 3, 4, 4, 4);
    CFIndex at = CFArrayBSearchValues(array, all, numbers[3], by_value, &compared);
    CHECK(at == 1 && compared > 0);
    /* Where it would stand, if it is not there. */
    CHECK(CFArrayBSearchValues(array, all, numbers[1], by_value, &compared) == 1);
    CHECK(CFArrayBSearchValues(array, all, numbers[7], by_value, &compared) >= 5);
    CFArrayRemoveAllValues(array);
    CHECK(CFArrayGetCount(array) == 0);
    CFRelease(array);
    CFRelease(first);
}

static void dictionaries(void) {
    CFMutableDictionaryRef dictionary =
        CFDictionaryCreateMutable(NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CFDictionaryReplaceValue(dictionary, CFSTR("a"), numbers[1]);
    CHECK(CFDictionaryGetCount(dictionary) == 0);
    CFDictionaryAddValue(dictionary, CFSTR("a"), numbers[1]);
    CFDictionaryAddValue(dictionary, CFSTR("a"), numbers[2]);
    CHECK(CFDictionaryGetValue(dictionary, CFSTR("a")) == numbers[1]);
    CFDictionaryReplaceValue(dictionary, CFSTR("a"), numbers[3]);
    CFDictionarySetValue(dictionary, CFSTR("b"), numbers[4]);
    CHECK(CFDictionaryGetCountOfKey(dictionary, CFSTR("a")) == 1 && CFDictionaryGetCountOfKey(dictionary, CFSTR("c")) == 0);
    CHECK(CFDictionaryContainsValue(dictionary, numbers[3]) && CFDictionaryGetCountOfValue(dictionary, numbers[1]) == 0);
    const void *keys[2] = {NULL, NULL}, *values[2] = {NULL, NULL};
    CFDictionaryGetKeysAndValues(dictionary, keys, values);
    for (int index = 0; index < 2; index++) {
        CHECK(CFDictionaryGetValue(dictionary, keys[index]) == values[index]);
    }
    CFDictionaryGetKeysAndValues(dictionary, NULL, values);
    int sum = 0;
    CFDictionaryApplyFunction(dictionary, add_pair, &sum);
    CHECK(sum == 7);
    CFDictionaryRef copy = CFDictionaryCreateCopy(NULL, dictionary);
    CFDictionaryRemoveValue(dictionary, CFSTR("b"));
    CFDictionaryRemoveValue(dictionary, CFSTR("b"));
    CHECK(CFDictionaryGetCount(dictionary) == 1 && CFDictionaryGetCount(copy) == 2);
    CFDictionaryRemoveAllValues(dictionary);
    CHECK(CFDictionaryGetCount(dictionary) == 0 && CFDictionaryGetValue(copy, CFSTR("b")) == numbers[4]);
    CFRelease(copy);
    CFRelease(dictionary);
}

static void sets(void) {
    CFMutableSetRef set = CFSetCreateMutable(NULL, 0, &kCFTypeSetCallBacks);
    CHECK(CFGetTypeID(set) == CFSetGetTypeID());
    int five = 5;
    CFNumberRef equal = CFNumberCreate(NULL, kCFNumberIntType, &five);
    CFSetReplaceValue(set, numbers[5]);
    CHECK(CFSetGetCount(set) == 0);
    CFSetAddValue(set, numbers[5]);
    CFSetAddValue(set, equal);
    CHECK(CFSetGetCount(set) == 1 && CFSetGetValue(set, equal) == numbers[5]);
    CFSetSetValue(set, equal);
    CHECK(CFSetGetCount(set) == 1 && CFSetGetValue(set, numbers[5]) == equal);
    CFSetAddValue(set, numbers[2]);
    const void *found = NULL, *values[2] = {NULL, NULL};
    CHECK(CFSetGetValueIfPresent(set, numbers[2], &found) && found == numbers[2] && !CFSetGetValueIfPresent(set, numbers[3], &found));
    CHECK(CFSetContainsValue(set, numbers[2]) && CFSetGetCountOfValue(set, numbers[2]) == 1);
    CFSetGetValues(set, values);
    CHECK((values[0] == equal && values[1] == numbers[2]) || (values[1] == equal && values[0] == numbers[2]));
    int sum = 0;
    CFSetApplyFunction(set, add_up, &sum);
    CHECK(sum == 7);
    CFSetRef copy = CFSetCreateCopy(NULL, set);
    CFMutableSetRef other = CFSetCreateMutableCopy(NULL, 0, set);
    CFSetRemoveValue(set, numbers[5]);
    CHECK(CFSetGetCount(set) == 1 && CFSetGetCount(copy) == 2 && CFEqual(copy, other));
    CFSetRemoveAllValues(other);
    CHECK(CFSetGetCount(other) == 0 && CFSetGetValue(other, equal) == NULL);
    CFRelease(other);
    CFRelease(copy);
    CFRelease(set);
    CFRelease(equal);
}

static void bytes(void) {
    const UInt8 start[] = {1, 2, 3, 4};
    CFMutableDataRef data = CFDataCreateMutable(NULL, 0);
    CFDataAppendBytes(data, start, 4);
    CFDataIncreaseLength(data, 2);
    CHECK(CFDataGetLength(data) == 6 && memcmp(CFDataGetBytePtr(data), "\1\2\3\4\0\0", 6) == 0);
    CFDataDeleteBytes(data, CFRangeMake(1, 2));
    CHECK(CFDataGetLength(data) == 4 && memcmp(CFDataGetBytePtr(data), "\1\4\0\0", 4) == 0);
    CFDataReplaceBytes(data, CFRangeMake(1, 1), start, 3);
    CHECK(CFDataGetLength(data) == 6 && memcmp(CFDataGetBytePtr(data), "\1\1\2\3\0\0", 6) == 0);
    CFDataReplaceBytes(data, CFRangeMake(0, 0), start + 3, 1);
    CHECK(CFDataGetBytePtr(data)[0] == 4 && CFDataGetLength(data) == 7);
    CFDataSetLength(data, 3);
    CFDataGetMutableBytePtr(data)[2] = 9;
    UInt8 copied[2] = {0, 0};
    CFDataGetBytes(data, CFRangeMake(1, 2), copied);
    CHECK(copied[0] == 1 && copied[1] == 9);
    CFDataRef copy = CFDataCreateCopy(NULL, data), other = CFDataCreateMutableCopy(NULL, 0, data);
    CFDataSetLength(data, 0);
    CHECK(CFDataGetLength(copy) == 3 && CFEqual(copy, other));
    CFRelease(other);
    CFRelease(copy);
    CFRelease(data);
}

static void kinds_of_numbers(void) {
    int32_t whole = -7;
    double real = 2.5;
    CFNumberRef of_whole = CFNumberCreate(NULL, kCFNumberSInt32Type, &whole), of_real = CFNumberCreate(NULL, kCFNumberDoubleType, &real);
    CHECK(CFNumberGetType(of_whole) == kCFNumberSInt32Type && CFNumberGetByteSize(of_whole) == 4 && !CFNumberIsFloatType(of_whole));
    CHECK(CFNumberGetType(of_real) == kCFNumberFloat64Type && CFNumberGetByteSize(of_real) == 8 && CFNumberIsFloatType(of_real));
    /* What does not fit says so, and is cut. */
    int32_t cut = 0;
    CHECK(!CFNumberGetValue(of_real, kCFNumberSInt32Type, &cut) && cut == 2);
    CHECK(CFNumberCompare(of_whole, of_real, NULL) == kCFCompareLessThan && CFNumberCompare(of_real, of_real, NULL) == kCFCompareEqualTo);
    CHECK(CFGetTypeID(kCFBooleanTrue) == CFBooleanGetTypeID() && CFGetTypeID(of_whole) == CFNumberGetTypeID());
    CFRelease(of_whole);
    CFRelease(of_real);
}

static void strings(void) {
    const UniChar letters[] = {0x48, 0xe9, 0x20ac, 0xd83d, 0xde00};
    CFStringRef text = CFStringCreateWithCharacters(NULL, letters, 5);
    CHECK(CFStringGetLength(text) == 5 && CFStringGetCharacterAtIndex(text, 2) == 0x20ac);
    UniChar copied[2] = {0, 0};
    CFStringGetCharacters(text, CFRangeMake(3, 2), copied);
    CHECK(copied[0] == 0xd83d && copied[1] == 0xde00);
    UInt8 utf8[16];
    CFIndex used = 0;
    CHECK(CFStringGetBytes(text, CFRangeMake(0, 5), kCFStringEncodingUTF8, 0, false, utf8, sizeof utf8, &used) == 5 && used == 10);
    CHECK(memcmp(utf8, "H\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10) == 0);
    /* Whole characters only, as many as there is room for; without room they are counted. */
    CHECK(CFStringGetBytes(text, CFRangeMake(0, 5), kCFStringEncodingUTF8, 0, false, utf8, 5, &used) == 2 && used == 3);
    CHECK(CFStringGetBytes(text, CFRangeMake(0, 5), kCFStringEncodingUTF8, 0, false, NULL, 0, &used) == 5 && used == 10);
    CHECK(CFStringGetBytes(text, CFRangeMake(0, 5), kCFStringEncodingASCII, 0, false, NULL, 0, &used) == 1 && used == 1);
    CHECK(CFStringGetBytes(text, CFRangeMake(0, 3), kCFStringEncodingASCII, '?', false, utf8, 16, &used) == 3 && memcmp(utf8, "H??", 3) == 0);
    CFDataRef external = CFStringCreateExternalRepresentation(NULL, text, kCFStringEncodingUTF8, 0);
    CFStringRef back = CFStringCreateFromExternalRepresentation(NULL, external, kCFStringEncodingUTF8);
    CHECK(CFDataGetLength(external) == 10 && CFEqual(back, text));
    CFStringRef part = CFStringCreateWithSubstring(NULL, text, CFRangeMake(0, 2)), copy = CFStringCreateCopy(NULL, text);
    CHECK(CFStringGetLength(part) == 2 && CFStringHasPrefix(text, part) && !CFStringHasSuffix(text, part) && CFEqual(copy, text));
    CFRelease(copy);
    CFRelease(part);
    CFRelease(back);
    CFRelease(external);
    CFRelease(text);

    CFRange found = CFStringFind(CFSTR("a name in a name"), CFSTR("name"), 0);
    CHECK(found.location == 2 && found.length == 4);
    found = CFStringFind(CFSTR("a name in a name"), CFSTR("NAME"), kCFCompareCaseInsensitive | kCFCompareBackwards);
    CHECK(found.location == 12 && CFStringFind(CFSTR("abc"), CFSTR("d"), 0).location == kCFNotFound);
    CHECK(CFStringFindWithOptions(CFSTR("a name in a name"), CFSTR("name"), CFRangeMake(3, 13), 0, &found) && found.location == 12);
    CHECK(!CFStringFindWithOptions(CFSTR("a name"), CFSTR("name"), CFRangeMake(0, 5), 0, NULL));
    CHECK(CFStringCompareWithOptions(CFSTR("xABC"), CFSTR("abc"), CFRangeMake(1, 3), kCFCompareCaseInsensitive) == kCFCompareEqualTo);
    CHECK(CFStringGetIntValue(CFSTR(" 42 frames")) == 42 && CFStringGetIntValue(CFSTR("-9")) == -9 && CFStringGetIntValue(CFSTR("none")) == 0);
    CHECK(CFStringGetIntValue(CFSTR("99999999999")) == INT32_MAX && CFStringGetIntValue(CFSTR("-99999999999")) == INT32_MIN);
    CHECK(CFStringGetDoubleValue(CFSTR(" 2.5e1s")) == 25.0 && CFStringGetDoubleValue(CFSTR("x")) == 0.0);
    CFMutableStringRef built = CFStringCreateMutable(NULL, 0);
    CFStringAppend(built, CFSTR("av"));
    CFStringAppendCString(built, "c", kCFStringEncodingUTF8);
    CFStringAppendCharacters(built, (const UniChar[]){'C'}, 1);
    CHECK(CFEqual(built, CFSTR("avcC")) && CFStringHasSuffix(built, CFSTR("cC")));
    CFRelease(built);
}

static void urls(void) {
    CFURLRef url = CFURLCreateWithFileSystemPath(NULL, CFSTR("/movies/a clip.mp4"), kCFURLPOSIXPathStyle, false);
    CHECK(CFGetTypeID(url) == CFURLGetTypeID() && !CFURLHasDirectoryPath(url));
    CFStringRef path = CFURLCopyFileSystemPath(url, kCFURLPOSIXPathStyle), last = CFURLCopyLastPathComponent(url), scheme = CFURLCopyScheme(url);
    CHECK(CFEqual(path, CFSTR("/movies/a clip.mp4")) && CFEqual(last, CFSTR("a clip.mp4")) && CFEqual(scheme, CFSTR("file")));
    CHECK(CFEqual(CFURLGetString(url), CFSTR("file:///movies/a%20clip.mp4")));
    CFRelease(scheme);
    CFRelease(last);
    CFRelease(path);
    CFRelease(url);
    url = CFURLCreateWithFileSystemPath(NULL, CFSTR("/movies"), kCFURLPOSIXPathStyle, true);
    CHECK(CFURLHasDirectoryPath(url) && CFEqual(CFURLGetString(url), CFSTR("file:///movies/")));
    CFRelease(url);
}

int main(void) {
    for (int value = 0; value < 8; value++) {
        numbers[value] = CFNumberCreate(NULL, kCFNumberIntType, &value);
    }
    arrays();
    dictionaries();
    sets();
    bytes();
    kinds_of_numbers();
    strings();
    urls();
    for (int value = 0; value < 8; value++) {
        CHECK(CFGetRetainCount(numbers[value]) == 1);
        CFRelease(numbers[value]);
    }
    return failures != 0;
}
