/* Sizes and offsets of structures. */

#include <stddef.h>

#include "check.h"

#define SIZE(type, size) _Static_assert(sizeof(type) == size, "size of " #type)
#define OFFSET(type, member, offset) _Static_assert(offsetof(type, member) == offset, #type "." #member)

SIZE(CMTime, 24);
OFFSET(CMTime, timescale, 8);
OFFSET(CMTime, flags, 12);
OFFSET(CMTime, epoch, 16);
_Static_assert(_Alignof(CMTime) == 4, "alignment of CMTime");
SIZE(CMTimeRange, 48);
SIZE(CMTimeMapping, 96);
SIZE(CMSampleTimingInfo, 72);
OFFSET(CMSampleTimingInfo, decodeTimeStamp, 48);
SIZE(CMBlockBufferCustomBlockSource, 28);
OFFSET(CMBlockBufferCustomBlockSource, AllocateBlock, 4);
OFFSET(CMBlockBufferCustomBlockSource, FreeBlock, 12);
OFFSET(CMBlockBufferCustomBlockSource, refCon, 20);
SIZE(VTDecompressionOutputCallbackRecord, 16);
_Static_assert(_Alignof(VTDecompressionOutputCallbackRecord) == 4, "alignment of the callback record");
SIZE(CMVideoDimensions, 8);
SIZE(CFRange, 16);
SIZE(CFArrayCallBacks, 40);
SIZE(CFDictionaryKeyCallBacks, 48);
SIZE(CFDictionaryValueCallBacks, 40);
SIZE(CFSetCallBacks, 48);
SIZE(CFAllocatorContext, 72);
OFFSET(CFAllocatorContext, allocate, 40);
SIZE(CGRect, 32);
SIZE(CGSize, 16);
SIZE(CVPlanarComponentInfo, 8);
SIZE(CVPlanarPixelBufferInfo_YCbCrPlanar, 24);
SIZE(CVPlanarPixelBufferInfo_YCbCrBiPlanar, 16);
SIZE(VTInt32Point, 8);
SIZE(VTInt32Size, 8);
SIZE(CMTag, 16);
OFFSET(CMTag, dataType, 4);
OFFSET(CMTag, value, 8);
SIZE(CVTime, 16);
OFFSET(CVTime, flags, 12);
SIZE(CVSMPTETime, 24);
OFFSET(CVSMPTETime, hours, 16);
SIZE(CVTimeStamp, 80);
OFFSET(CVTimeStamp, smpteTime, 40);
OFFSET(CVTimeStamp, flags, 64);
SIZE(CVFillExtendedPixelsCallBackData, 24);
SIZE(CFStringInlineBuffer, 184);
OFFSET(CFStringInlineBuffer, rangeToBuffer, 152);
SIZE(CFIndex, 8);
SIZE(OSStatus, 4);
SIZE(Boolean, 1);
SIZE(UniChar, 2);

int main(void) {
    /* Structures by value cross as the library lays them out. */
    CHECK(kCMTimeZero.timescale == 1 && kCMTimeZero.flags == kCMTimeFlags_Valid);
    CHECK(CMTimeMakeWithEpoch(1, 2, 3).epoch == 3);
    CHECK(CMTimeRangeMake(kCMTimeZero, CMTimeMake(5, 7)).duration.timescale == 7);
    CHECK(CMTimeMappingMake(kCMTimeRangeZero, kCMTimeRangeInvalid).source.start.timescale == 1);
    CHECK(kCMTimingInfoInvalid.decodeTimeStamp.flags == 0);
    CHECK(kCFTypeArrayCallBacks.retain != NULL && kCFTypeDictionaryKeyCallBacks.hash != NULL);
    return failures != 0;
}
