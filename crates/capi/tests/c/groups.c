/* Tags, groups of buffers, memory pools, descriptions of pixel formats, sample buffers on demand. */

#include "check.h"

static Boolean is_flags(CMTag tag, void *context) {
    ++*(int *)context;
    return CMTagHasFlagsValue(tag);
}

static void count(CMTag tag, void *context) {
    CHECK(CMTagIsValid(tag));
    ++*(int *)context;
}

static void tags(void) {
    CMTag layer = CMTagMakeWithSInt64Value(kCMTagCategory_VideoLayerID, -3);
    CHECK(CMTagGetSInt64Value(layer) == -3 && CMTagHasSInt64Value(layer) && !CMTagHasFlagsValue(layer));
    CHECK(CMTagGetFlagsValue(layer) == 0 && CMTagGetCategory(layer) == kCMTagCategory_VideoLayerID);
    CHECK(CMTagHasCategory(layer, kCMTagCategory_VideoLayerID) && CMTagGetValueDataType(layer) == kCMTagDataType_SInt64);
    CHECK(CMTagGetValue(layer) == (uint64_t)-3);
    CMTag half = CMTagMakeWithFloat64Value(1, 0.5), format = CMTagMakeWithOSTypeValue(kCMTagCategory_PixelFormat, 0x42475241);
    CHECK(CMTagHasFloat64Value(half) && CMTagGetFloat64Value(half) == 0.5 && CMTagGetFloat64Value(layer) == 0);
    CHECK(CMTagHasOSTypeValue(format) && CMTagGetOSTypeValue(format) == 0x42475241 && CMTagGetOSTypeValue(half) == 0);
    CMTag left = CMTagMakeWithFlagsValue(kCMTagCategory_StereoView, kCMStereoView_LeftEye);
    CHECK(CMTagEqualToTag(left, kCMTagStereoLeftEye) && !CMTagEqualToTag(left, kCMTagStereoRightEye));
    CHECK(CMTagCompare(left, kCMTagStereoRightEye) == kCFCompareLessThan && CMTagHash(left) == CMTagHash(kCMTagStereoLeftEye));
    CHECK(CMTagCategoryEqualToTagCategory(left, kCMTagStereoRightEye) && !CMTagCategoryValueEqualToValue(left, kCMTagStereoRightEye));
    CHECK(CMTagCategoryValueEqualToValue(left, kCMTagStereoInterpretationOrderReversed));
    CHECK(!CMTagIsValid(kCMTagInvalid) && kCMTagStereoLeftAndRightEye.value == 3 && kCMTagStereoNone.dataType == 7);
    CHECK(kCMTagMediaTypeVideo.value == kCMMediaType_Video && kCMTagMediaTypeAudio.value == kCMMediaType_Audio);
    CHECK(kCMTagMediaTypeMetadata.category == kCMTagCategory_MediaType && kCMTagMediaSubTypeMebx.value == 0x6d656278);
    CHECK(kCMTagProjectionTypeFisheye.value == kCMProjectionType_Fisheye && kCMTagProjectionTypeRectangular.dataType == kCMTagDataType_OSType);
    CHECK(kCMTagProjectionTypeEquirectangular.value == kCMProjectionType_Equirectangular);
    CHECK(kCMTagProjectionTypeHalfEquirectangular.value == kCMProjectionType_HalfEquirectangular);
    CHECK(kCMTagProjectionTypeParametricImmersive.value == kCMProjectionType_ParametricImmersive);
    CHECK(kCMTagPackingTypeNone.value == kCMPackingType_None && kCMTagPackingTypeOverUnder.value == kCMPackingType_OverUnder);
    CHECK(kCMTagPackingTypeSideBySide.category == kCMTagCategory_PackingType);
    CMTag all[] = {layer, half, format, left};
    for (int index = 0; index < 4; index++) {
        CFDictionaryRef dictionary = CMTagCopyAsDictionary(all[index], NULL);
        CHECK(CMTagEqualToTag(CMTagMakeFromDictionary(dictionary), all[index]));
        CHECK(CFDictionaryContainsKey(dictionary, kCMTagCategoryKey) && CFDictionaryContainsKey(dictionary, kCMTagValueKey));
        CFRelease(dictionary);
        CFStringRef text = CMTagCopyDescription(NULL, all[index]);
        CHECK(CFStringGetLength(text) > 0);
        CFRelease(text);
    }
    CHECK(!CMTagIsValid(CMTagMakeFromDictionary(NULL)));
}

static CMTagCollectionRef collection(const CMTag *tags, CMItemCount number_of_tags) {
    CMTagCollectionRef made = NULL;
    CHECK_STATUS(CMTagCollectionCreate(NULL, tags, number_of_tags, &made), noErr);
    return made;
}

static void collections(void) {
    CMTag layer = CMTagMakeWithSInt64Value(kCMTagCategory_VideoLayerID, 0);
    CMTag first_tags[] = {layer, kCMTagStereoLeftEye, layer}, second_tags[] = {layer, kCMTagStereoRightEye};
    CMTagCollectionRef one = collection(first_tags, 3), other = collection(second_tags, 2), made = NULL;
    CHECK(CFGetTypeID(one) == CMTagCollectionGetTypeID() && CMTagCollectionGetCount(one) == 2 && !CMTagCollectionIsEmpty(one));
    CHECK(CMTagCollectionContainsTag(one, kCMTagStereoLeftEye) && !CMTagCollectionContainsTag(one, kCMTagStereoRightEye));
    CHECK(CMTagCollectionContainsCategory(one, kCMTagCategory_StereoView) && CMTagCollectionGetCountOfCategory(one, 5) == 0);
    CHECK(CMTagCollectionContainsSpecifiedTags(one, first_tags, 3) && !CMTagCollectionContainsSpecifiedTags(one, second_tags, 2));
    OSStatus (*combinations[])(CMTagCollectionRef, CMTagCollectionRef, CMTagCollectionRef *) = {
        CMTagCollectionCreateUnion, CMTagCollectionCreateIntersection, CMTagCollectionCreateDifference,
        CMTagCollectionCreateExclusiveOr};
    const CMItemCount counts[] = {3, 1, 1, 2};
    for (int index = 0; index < 4; index++) {
        CHECK_STATUS(combinations[index](one, other, &made), noErr);
        CHECK(CMTagCollectionGetCount(made) == counts[index]);
        CHECK(CMTagCollectionContainsTagsOfCollection(made, one) == (index == 0));
        CFRelease(made);
    }
    CMTag buffer[4];
    CMItemCount copied = 9;
    CHECK_STATUS(CMTagCollectionGetTags(one, buffer, 4, &copied), noErr);
    CHECK(copied == 2 && CMTagCompare(buffer[0], buffer[1]) == kCFCompareLessThan);
    CHECK_STATUS(CMTagCollectionGetTags(one, buffer, 1, &copied), kCMTagCollectionError_ExhaustedBufferSize);
    CHECK(copied == 1);
    CHECK_STATUS(CMTagCollectionGetTagsWithCategory(one, kCMTagCategory_VideoLayerID, buffer, 4, &copied), noErr);
    CHECK(copied == 1 && CMTagEqualToTag(buffer[0], layer));
    int calls = 0;
    CHECK_STATUS(CMTagCollectionGetTagsWithFilterFunction(one, buffer, 4, &copied, is_flags, &calls), noErr);
    CHECK(copied == 1 && calls == 2 && CMTagEqualToTag(buffer[0], kCMTagStereoLeftEye));
    CHECK(CMTagCollectionCountTagsWithFilterFunction(one, is_flags, &calls) == 1);
    CHECK(CMTagEqualToTag(CMTagCollectionApplyUntil(one, is_flags, &calls), kCMTagStereoLeftEye));
    calls = 0;
    CMTagCollectionApply(one, count, &calls);
    CHECK(calls == 2);
    CMTagCategory categories[] = {kCMTagCategory_StereoView, kCMTagCategory_TrackID};
    CHECK_STATUS(CMTagCollectionCopyTagsOfCategories(NULL, one, categories, 2, &made), noErr);
    CHECK(CMTagCollectionGetCount(made) == 1);
    CFRelease(made);

    CFDictionaryRef dictionary = CMTagCollectionCopyAsDictionary(one, NULL);
    CHECK(CFDictionaryContainsKey(dictionary, kCMTagCollectionTagsArrayKey));
    CHECK_STATUS(CMTagCollectionCreateFromDictionary(dictionary, NULL, &made), noErr);
    CHECK(CFEqual(one, made) && !CFEqual(one, other));
    CFRelease(made);
    CFRelease(dictionary);
    CFDataRef data = CMTagCollectionCopyAsData(one, NULL);
    CHECK_STATUS(CMTagCollectionCreateFromData(data, NULL, &made), noErr);
    CHECK(CFEqual(one, made) && CFHash(one) == CFHash(made));
    CFRelease(made);
    CFDataRef cut = CFDataCreate(NULL, CFDataGetBytePtr(data), CFDataGetLength(data) - 1);
    CHECK_STATUS(CMTagCollectionCreateFromData(cut, NULL, &made), kCMTagCollectionError_InvalidTagCollectionData);
    CHECK(made == NULL);
    CFRelease(cut);
    CFRelease(data);

    CMMutableTagCollectionRef changing = NULL;
    CHECK_STATUS(CMTagCollectionCreateMutable(NULL, 0, &changing), noErr);
    CHECK_STATUS(CMTagCollectionAddTag(changing, layer), noErr);
    CHECK_STATUS(CMTagCollectionAddTag(changing, kCMTagInvalid), kCMTagCollectionError_InvalidTag);
    CHECK_STATUS(CMTagCollectionAddTagsFromArray(changing, first_tags, 2), noErr);
    CHECK_STATUS(CMTagCollectionAddTagsFromCollection(changing, other), noErr);
    CHECK(CMTagCollectionGetCount(changing) == 3);
    CHECK_STATUS(CMTagCollectionRemoveTag(changing, layer), noErr);
    CHECK_STATUS(CMTagCollectionRemoveTag(changing, layer), kCMTagCollectionError_TagNotFound);
    CHECK_STATUS(CMTagCollectionRemoveAllTagsOfCategory(changing, kCMTagCategory_StereoView), noErr);
    CHECK(CMTagCollectionIsEmpty(changing));
    CFRelease(changing);
    CHECK_STATUS(CMTagCollectionCreateMutableCopy(one, NULL, &changing), noErr);
    CHECK_STATUS(CMTagCollectionCreateCopy(changing, NULL, &made), noErr);
    CHECK_STATUS(CMTagCollectionRemoveAllTags(changing), noErr);
    CHECK(CMTagCollectionIsEmpty(changing) && CFEqual(made, one));
    CFStringRef text = CMTagCollectionCopyDescription(NULL, made);
    CHECK(CFStringGetLength(text) > 0);
    CFRelease(text);
    CFRelease(made);
    CFRelease(changing);

    CHECK_STATUS(CMTagCollectionAddTag((CMMutableTagCollectionRef)(uintptr_t)one, layer), kCMTagCollectionError_ParamErr);
    CHECK_STATUS(CMTagCollectionCreate(NULL, NULL, 3, &made), kCMTagCollectionError_ParamErr);
    CHECK_STATUS(CMTagCollectionCreate(NULL, &kCMTagInvalid, 1, &made), kCMTagCollectionError_InvalidTag);
    CHECK_STATUS(CMTagCollectionCreateUnion(one, NULL, &made), kCMTagCollectionError_ParamErr);
    CHECK(made == NULL && CMTagCollectionGetCount(NULL) == 0 && CMTagCollectionCopyAsData(NULL, NULL) == NULL);
    CFRelease(one);
    CFRelease(other);
}

static CMTaggedBufferGroupRef group_of(CMTagCollectionRef *tags, CFTypeRef *buffers, CFIndex number_of_buffers) {
    CFArrayRef tag_array = CFArrayCreate(NULL, (const void **)tags, number_of_buffers, &kCFTypeArrayCallBacks);
    CFArrayRef buffer_array = CFArrayCreate(NULL, (const void **)buffers, number_of_buffers, &kCFTypeArrayCallBacks);
    CMTaggedBufferGroupRef group = NULL;
    CHECK_STATUS(CMTaggedBufferGroupCreate(NULL, tag_array, buffer_array, &group), noErr);
    CFRelease(tag_array);
    CFRelease(buffer_array);
    return group;
}

static void groups(void) {
    CMTag tags[2][2] = {{CMTagMakeWithSInt64Value(kCMTagCategory_VideoLayerID, 0), kCMTagStereoLeftEye},
                        {CMTagMakeWithSInt64Value(kCMTagCategory_VideoLayerID, 1), kCMTagStereoRightEye}};
    CMTagCollectionRef eyes[2] = {collection(tags[0], 2), collection(tags[1], 2)};
    CVPixelBufferRef picture = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, 32, 32, kCVPixelFormatType_32BGRA, NULL, &picture), kCVReturnSuccess);
    CMSampleBufferRef sample = NULL;
    CMSampleTimingInfo timing = kCMTimingInfoInvalid;
    CHECK_STATUS(CMSampleBufferCreateReadyWithImageBuffer(NULL, picture, NULL, &timing, &sample), noErr);
    CFTypeRef buffers[2] = {picture, sample};
    CMTaggedBufferGroupRef group = group_of(eyes, buffers, 2);
    CHECK(CFGetTypeID(group) == CMTaggedBufferGroupGetTypeID() && CMTaggedBufferGroupGetCount(group) == 2);
    CHECK(CMTaggedBufferGroupGetCVPixelBufferAtIndex(group, 0) == picture && CMTaggedBufferGroupGetCVPixelBufferAtIndex(group, 1) == NULL);
    CHECK(CMTaggedBufferGroupGetCMSampleBufferAtIndex(group, 1) == sample && CMTaggedBufferGroupGetCMSampleBufferAtIndex(group, 2) == NULL);
    CHECK(CFEqual(CMTaggedBufferGroupGetTagCollectionAtIndex(group, 1), eyes[1]) && CMTaggedBufferGroupGetTagCollectionAtIndex(group, -1) == NULL);
    CFIndex place = 7;
    CHECK(CMTaggedBufferGroupGetCVPixelBufferForTag(group, kCMTagStereoLeftEye, &place) == picture && place == 0);
    CHECK(CMTaggedBufferGroupGetCVPixelBufferForTag(group, kCMTagStereoRightEye, &place) == NULL && place == -1);
    CHECK(CMTaggedBufferGroupGetCMSampleBufferForTag(group, kCMTagStereoRightEye, NULL) == sample);
    CHECK(CMTaggedBufferGroupGetCMSampleBufferForTagCollection(group, eyes[1], &place) == sample && place == 1);
    CHECK(CMTaggedBufferGroupGetCVPixelBufferForTagCollection(group, eyes[0], NULL) == picture);
    CHECK(CMTaggedBufferGroupGetNumberOfMatchesForTagCollection(group, eyes[0]) == 1);

    CFArrayRef twice_array = CFArrayCreate(NULL, (const void *[]){group, group}, 2, &kCFTypeArrayCallBacks);
    CMTaggedBufferGroupRef twice = NULL;
    CHECK_STATUS(CMTaggedBufferGroupCreateCombined(NULL, twice_array, &twice), noErr);
    CHECK(CMTaggedBufferGroupGetCount(twice) == 4 && CMTaggedBufferGroupGetNumberOfMatchesForTagCollection(twice, eyes[0]) == 2);
    /* No longer the only one. */
    CHECK(CMTaggedBufferGroupGetCVPixelBufferForTag(twice, kCMTagStereoLeftEye, NULL) == NULL);

    CMTaggedBufferGroupFormatDescriptionRef format = NULL, other = NULL;
    CHECK_STATUS(CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroup(NULL, group, &format), noErr);
    CHECK(CMFormatDescriptionGetMediaType(format) == kCMMediaType_TaggedBufferGroup);
    CHECK(CMTaggedBufferGroupFormatDescriptionMatchesTaggedBufferGroup(format, group));
    CHECK(!CMTaggedBufferGroupFormatDescriptionMatchesTaggedBufferGroup(format, twice));
    CFDictionaryRef extensions = CFDictionaryCreate(NULL, (const void *[]){CFSTR("Own")}, (const void *[]){CFSTR("thing")}, 1,
                                                    &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK_STATUS(CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroupWithExtensions(NULL, twice, extensions, &other), noErr);
    CHECK(CFEqual(CMFormatDescriptionGetExtension(other, CFSTR("Own")), CFSTR("thing")));
    CFRelease(extensions);

    CMSampleBufferRef holder = NULL, copy = NULL;
    CHECK_STATUS(CMSampleBufferCreateForTaggedBufferGroup(NULL, group, CMTimeMake(3, 30), CMTimeMake(1, 30), format, &holder), noErr);
    CHECK(CMSampleBufferGetTaggedBufferGroup(holder) == group && CMSampleBufferGetPresentationTimeStamp(holder).value == 3);
    CHECK_STATUS(CMSampleBufferCreateCopy(NULL, holder, &copy), noErr);
    CHECK(CMSampleBufferGetTaggedBufferGroup(copy) == group && CMSampleBufferGetTaggedBufferGroup(sample) == NULL);
    CFRelease(copy);
    CHECK_STATUS(CMSampleBufferCreateForTaggedBufferGroup(NULL, group, kCMTimeZero, kCMTimeInvalid, other, &copy), kCMSampleBufferError_InvalidMediaFormat);
    CHECK(copy == NULL);

    /* Encoders here take one picture at a time. */
    VTCompressionSessionRef session = NULL;
    CHECK_STATUS(VTCompressionSessionCreate(NULL, 32, 32, kCMVideoCodecType_H264, NULL, NULL, NULL, NULL, NULL, &session), noErr);
    VTEncodeInfoFlags flags = 9;
    CHECK_STATUS(
        VTCompressionSessionEncodeMultiImageFrame(session, group, kCMTimeZero, kCMTimeInvalid, NULL, NULL, &flags),
        kVTVideoEncoderMVHEVCVideoLayerIDsMismatchErr);
    CHECK(flags == 0);
    CHECK_STATUS(VTCompressionSessionEncodeMultiImageFrame(session, NULL, kCMTimeZero, kCMTimeInvalid, NULL, NULL, NULL), kVTParameterErr);
    CHECK_STATUS(VTCompressionSessionEncodeMultiImageFrame(NULL, group, kCMTimeZero, kCMTimeInvalid, NULL, NULL, NULL), kVTParameterErr);
#if defined(__BLOCKS__)
    CHECK_STATUS(
        VTCompressionSessionEncodeMultiImageFrameWithOutputHandler(
            session, group, kCMTimeZero, kCMTimeInvalid, NULL, NULL,
            ^(OSStatus status, VTEncodeInfoFlags info, CMSampleBufferRef output) {
                (void)status, (void)info, (void)output;
                CHECK(0);
            }),
        kVTVideoEncoderMVHEVCVideoLayerIDsMismatchErr);
#endif
    CFRelease(session);
    CFArrayRef channels = (CFArrayRef)&failures;
    CHECK_STATUS(CMVideoFormatDescriptionCopyTagCollectionArray(format, &channels), kCMFormatDescriptionError_ValueNotAvailable);
    CHECK(channels == NULL);
    group = (CMTaggedBufferGroupRef)(uintptr_t)CFRetain(group);
    CMTaggedBufferGroupRef none = group;
    CHECK_STATUS(CMTaggedBufferGroupCreate(NULL, NULL, twice_array, &none), kCMTaggedBufferGroupError_ParamErr);
    CHECK(none == NULL);
    CFRelease(twice_array);
    CFRelease(group);
    CFRelease(holder);
    CFRelease(format);
    CFRelease(other);
    CFRelease(twice);
    CFRelease(group);
    CFRelease(sample);
    CVPixelBufferRelease(picture);
    CFRelease(eyes[0]);
    CFRelease(eyes[1]);
}

static void memory(void) {
    CMMemoryPoolRef pool = CMMemoryPoolCreate(NULL);
    CHECK(CFGetTypeID(pool) == CMMemoryPoolGetTypeID());
    CFAllocatorRef allocator = CMMemoryPoolGetAllocator(pool);
    CHECK(CFGetTypeID(allocator) == CFAllocatorGetTypeID() && CMMemoryPoolGetAllocator(pool) == allocator);
    char *first = (char *)CFAllocatorAllocate(allocator, 100000, 0);
    memset(first, 5, 100000);
    CFAllocatorDeallocate(allocator, first);
    char *again = (char *)CFAllocatorAllocate(allocator, 90000, 0);
    CHECK(again == first);
    /* Far smaller ones get memory of their own. */
    char *small = (char *)CFAllocatorAllocate(allocator, 100, 0);
    small[99] = 7;
    small = (char *)CFAllocatorReallocate(allocator, small, 5000, 0);
    CHECK(small[99] == 7);
    CFAllocatorDeallocate(allocator, small);
    CFAllocatorDeallocate(allocator, again);
    /* What is not the pool's is left alone. */
    CFAllocatorDeallocate(allocator, &failures);
    CMMemoryPoolFlush(pool);
    /* A block buffer outlives the pool that its memory came from. */
    CMBlockBufferRef block = NULL;
    CHECK_STATUS(CMBlockBufferCreateWithMemoryBlock(NULL, NULL, 4096, allocator, NULL, 0, 4096, 0, &block), noErr);
    CMMemoryPoolInvalidate(pool);
    CFRelease(pool);
    CHECK_STATUS(CMBlockBufferFillDataBytes(1, block, 0, 4096), noErr);
    CFRelease(block);

    double period = 0;
    CFNumberRef seconds = CFNumberCreate(NULL, kCFNumberDoubleType, &period);
    CFDictionaryRef options = CFDictionaryCreate(NULL, (const void *[]){kCMMemoryPoolOption_AgeOutPeriod}, (const void *[]){seconds}, 1,
                                                 &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    pool = CMMemoryPoolCreate(options);
    CFAllocatorDeallocate(CMMemoryPoolGetAllocator(pool), CFAllocatorAllocate(CMMemoryPoolGetAllocator(pool), 10, 0));
    CFRelease(pool);
    CFRelease(options);
    CFRelease(seconds);
    options = CFDictionaryCreate(NULL, (const void *[]){kCMMemoryPoolOption_AgeOutPeriod}, (const void *[]){CFSTR("long")}, 1,
                                 &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    CHECK(CMMemoryPoolCreate(options) == NULL);
    CFRelease(options);
    CHECK(CMMemoryPoolGetAllocator(NULL) == NULL);
    CMMemoryPoolFlush(NULL);
}

static void formats(void) {
    CFDictionaryRef nv12 = CVPixelFormatDescriptionCreateWithPixelFormatType(NULL, kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange);
    CHECK(CFDictionaryGetValue(nv12, kCVPixelFormatContainsYCbCr) == kCFBooleanTrue);
    CHECK(CFEqual(CFDictionaryGetValue(nv12, kCVPixelFormatComponentRange), kCVPixelFormatComponentRange_VideoRange));
    CFArrayRef planes = (CFArrayRef)CFDictionaryGetValue(nv12, kCVPixelFormatPlanes);
    CHECK(CFArrayGetCount(planes) == 2);
    CFNumberRef two = number(2);
    CHECK(CFEqual(CFDictionaryGetValue((CFDictionaryRef)CFArrayGetValueAtIndex(planes, 1), kCVPixelFormatVerticalSubsampling), two));
    CFRelease(two);
    CFRelease(nv12);
    CHECK(CVPixelFormatDescriptionCreateWithPixelFormatType(NULL, 0x12345678) == NULL);
    CFArrayRef all = CVPixelFormatDescriptionArrayCreateWithAllPixelFormatTypes(NULL);
    CHECK(CFArrayGetCount(all) > 50 && CFGetTypeID(CFArrayGetValueAtIndex(all, 0)) == CFNumberGetTypeID());
    CFRelease(all);
    CVPixelFormatDescriptionRegisterDescriptionWithPixelFormatType(NULL, 1);
    CHECK(!CVIsCompressedPixelFormatAvailable(0x26387630));
    CFStringRef code = CVPixelFormatTypeCopyFourCharCodeString(kCVPixelFormatType_32BGRA);
    CHECK(CFEqual(code, CFSTR("BGRA")));
    CFRelease(code);
    CVPixelBufferRef buffer = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, 32, 16, kCVPixelFormatType_32BGRA, NULL, &buffer), kCVReturnSuccess);
    CFDictionaryRef attributes = CVPixelBufferCopyCreationAttributes(buffer), resolved = NULL;
    CFNumberRef height = number(16);
    CHECK(CFEqual(CFDictionaryGetValue(attributes, kCVPixelBufferHeightKey), height));
    CFMutableDictionaryRef taller = CFDictionaryCreateMutableCopy(NULL, 0, attributes);
    CFDictionarySetValue(taller, CFSTR("Own"), height);
    CFArrayRef both = CFArrayCreate(NULL, (const void *[]){attributes, taller}, 2, &kCFTypeArrayCallBacks);
    CHECK_STATUS(CVPixelBufferCreateResolvedAttributesDictionary(NULL, both, &resolved), kCVReturnSuccess);
    CHECK(CFEqual(resolved, taller));
    CFRelease(resolved);
    CFNumberRef more = number(18);
    CFDictionarySetValue(taller, kCVPixelBufferHeightKey, more);
    CHECK_STATUS(CVPixelBufferCreateResolvedAttributesDictionary(NULL, both, &resolved), kCVReturnInvalidPixelBufferAttributes);
    CHECK(resolved == NULL);
    CHECK_STATUS(CVPixelBufferCreateResolvedAttributesDictionary(NULL, NULL, &resolved), kCVReturnInvalidArgument);
    CFRelease(more);
    CFRelease(height);
    CFRelease(both);
    CFRelease(taller);
    CFRelease(attributes);
    CVPixelBufferRelease(buffer);
    CHECK(kCVZeroTime.timeScale == 1 && kCVIndefiniteTime.flags == kCVTimeIsIndefinite);
    CFDictionaryRef facts = (CFDictionaryRef)&failures;
    CHECK_STATUS(VTCopyVideoDecoderExtensionProperties(NULL, &facts), kVTCouldNotFindExtensionErr);
    CHECK(facts == NULL);
    CHECK_STATUS(VTCopyRAWProcessorExtensionProperties(NULL, NULL), kVTCouldNotFindExtensionErr);
    CHECK_STATUS(VTDecompressionSessionCopyBlackPixelBuffer(NULL, &buffer), kVTParameterErr);
    CHECK(buffer == NULL);
    CHECK_STATUS(VTDecompressionSessionSetMultiImageCallback(NULL, NULL, NULL), kVTParameterErr);
}

static OSStatus draw(CMSampleBufferRef sample, void *context) {
    ++*(int *)context;
    CVPixelBufferRef image = CMSampleBufferGetImageBuffer(sample);
    CVPixelBufferLockBaseAddress(image, 0);
    memset(CVPixelBufferGetBaseAddress(image), 9, 4);
    CVPixelBufferUnlockBaseAddress(image, 0);
    return noErr;
}

static void on_demand(void) {
    CVPixelBufferRef picture = NULL;
    CHECK_STATUS(CVPixelBufferCreate(NULL, 32, 32, kCVPixelFormatType_32BGRA, NULL, &picture), kCVReturnSuccess);
    CMSampleTimingInfo timing = kCMTimingInfoInvalid;
    CMSampleBufferRef sample = NULL, tracking = NULL;
    int drawn = 0;
    CHECK_STATUS(CMSampleBufferCreateForImageBuffer(NULL, picture, false, draw, &drawn, NULL, &timing, &sample), noErr);
    CHECK_STATUS(CMSampleBufferCreateForImageBuffer(NULL, picture, false, NULL, NULL, NULL, &timing, &tracking), noErr);
    CHECK_STATUS(CMSampleBufferTrackDataReadiness(tracking, sample), noErr);
    CHECK_STATUS(CMSampleBufferTrackDataReadiness(NULL, sample), kCMSampleBufferError_RequiredParameterMissing);
    CHECK(CMSampleBufferTrackDataReadiness(sample, tracking) != noErr);
    CHECK(!CMSampleBufferDataIsReady(sample) && !CMSampleBufferDataIsReady(tracking) && drawn == 0);
    CHECK_STATUS(CMSampleBufferMakeDataReady(tracking), noErr);
    CHECK(CMSampleBufferDataIsReady(sample) && CMSampleBufferDataIsReady(tracking) && drawn == 1);
    CHECK(*(char *)CVPixelBufferGetBaseAddress(picture) == 9);
    CFRelease(sample);
    CFRelease(tracking);
#if defined(__BLOCKS__)
    __block int made = 0, gone = 0, seen = 0;
    CHECK_STATUS(
        CMSampleBufferCreateForImageBufferWithMakeDataReadyHandler(
            NULL, picture, false, NULL, &timing, &sample,
            ^(CMSampleBufferRef asked) {
                made += CMSampleBufferGetImageBuffer(asked) == picture;
                return (OSStatus)noErr;
            }),
        noErr);
    CHECK_STATUS(
        CMSampleBufferSetInvalidateHandler(
            sample,
            ^(CMSampleBufferRef invalidated) {
                gone += invalidated != NULL;
            }),
        noErr);
    CHECK_STATUS(CMSampleBufferMakeDataReady(sample), noErr);
    CHECK_STATUS(CMSampleBufferMakeDataReady(sample), noErr);
    CHECK_STATUS(CMSampleBufferInvalidate(sample), noErr);
    CHECK(made == 1 && gone == 1);
    CFRelease(sample);
    size_t sizes[2] = {3, 5};
    CHECK_STATUS(
        CMSampleBufferCreateWithMakeDataReadyHandler(
            NULL, NULL, false, NULL, 2, 0, NULL, 2, sizes, &sample,
            ^(CMSampleBufferRef asked) {
                CMBlockBufferRef block = NULL;
                CMBlockBufferCreateWithMemoryBlock(NULL, NULL, 8, NULL, NULL, 0, 8, 0, &block);
                OSStatus status = CMSampleBufferSetDataBuffer(asked, block);
                CFRelease(block);
                return status;
            }),
        noErr);
    CHECK_STATUS(CMSampleBufferMakeDataReady(sample), noErr);
    CHECK_STATUS(
        CMSampleBufferCallBlockForEachSample(
            sample,
            ^(CMSampleBufferRef single, CMItemCount index) {
                seen += CMSampleBufferGetTotalSampleSize(single) == (index == 0 ? 3u : 5u);
                return (OSStatus)(index == 1 ? -7 : noErr);
            }),
        -7);
    CHECK(seen == 2);
    CHECK_STATUS(CMSampleBufferCallBlockForEachSample(NULL, NULL), kCMSampleBufferError_RequiredParameterMissing);
    CFRelease(sample);
#endif
    CVPixelBufferRelease(picture);
}

int main(void) {
    tags();
    collections();
    groups();
    memory();
    formats();
    on_demand();
    return failures != 0;
}
