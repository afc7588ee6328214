/* Several buffers of one moment, told apart by tags. */

#ifndef VITASCOPE_COREMEDIA_CMTAGGEDBUFFERGROUP_H
#define VITASCOPE_COREMEDIA_CMTAGGEDBUFFERGROUP_H

#include <CoreMedia/CMFormatDescription.h>
#include <CoreMedia/CMSampleBuffer.h>
#include <CoreMedia/CMTagCollection.h>
#include <CoreMedia/CMTime.h>
#include <CoreVideo/CoreVideo.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueCMTaggedBufferGroup *CMTaggedBufferGroupRef;
typedef CMFormatDescriptionRef CMTaggedBufferGroupFormatDescriptionRef;
typedef OSStatus CMTaggedBufferGroupError;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMTaggedBufferGroupError_AllocationFailed = -15781,
    kCMTaggedBufferGroupError_InternalError = -15782,
    kCMTaggedBufferGroupError_ParamErr = -15780
};

/* A sample buffer that holds a group. The format must be that of the group. */
CF_EXPORT OSStatus CMSampleBufferCreateForTaggedBufferGroup(CFAllocatorRef allocator, CMTaggedBufferGroupRef taggedBufferGroup, CMTime sbufPTS, CMTime sbufDuration, CMTaggedBufferGroupFormatDescriptionRef formatDescription, CMSampleBufferRef *sBufOut);

/* The group that a sample buffer holds, not retained; NULL when it holds none. */
CF_EXPORT CMTaggedBufferGroupRef CMSampleBufferGetTaggedBufferGroup(CMSampleBufferRef sbuf);

/* A group of buffers, each with a tag collection, from two arrays of one length. */
CF_EXPORT OSStatus CMTaggedBufferGroupCreate(CFAllocatorRef allocator, CFArrayRef tagCollections, CFArrayRef buffers, CMTaggedBufferGroupRef *groupOut);

/* One group of all buffers of an array of groups. */
CF_EXPORT OSStatus CMTaggedBufferGroupCreateCombined(CFAllocatorRef allocator, CFArrayRef taggedBufferGroups, CMTaggedBufferGroupRef *groupOut);

/* The format of groups with the tags of this one. */
CF_EXPORT OSStatus CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroup(CFAllocatorRef allocator, CMTaggedBufferGroupRef taggedBufferGroup, CMTaggedBufferGroupFormatDescriptionRef *formatDescriptionOut);

/* The format of groups with the tags of this one, with further extensions (NULL for none). */
CF_EXPORT OSStatus CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroupWithExtensions(CFAllocatorRef allocator, CMTaggedBufferGroupRef taggedBufferGroup, CFDictionaryRef extensions, CMTaggedBufferGroupFormatDescriptionRef *formatDescriptionOut);

/* Whether this is the format of such a group. */
CF_EXPORT Boolean CMTaggedBufferGroupFormatDescriptionMatchesTaggedBufferGroup(CMTaggedBufferGroupFormatDescriptionRef desc, CMTaggedBufferGroupRef taggedBufferGroup);

/* The sample buffer at a place, not retained; NULL outside or when there is a pixel buffer. */
CF_EXPORT CMSampleBufferRef CMTaggedBufferGroupGetCMSampleBufferAtIndex(CMTaggedBufferGroupRef group, CFIndex index);

/* The only buffer with a tag, if it is a sample buffer, not retained, and its place; NULL for none or several. */
CF_EXPORT CMSampleBufferRef CMTaggedBufferGroupGetCMSampleBufferForTag(CMTaggedBufferGroupRef group, CMTag tag, CFIndex *indexOut);

/* The only buffer with all tags, if it is a sample buffer, not retained, and its place; NULL for none or several. */
CF_EXPORT CMSampleBufferRef CMTaggedBufferGroupGetCMSampleBufferForTagCollection(CMTaggedBufferGroupRef group, CMTagCollectionRef tagCollection, CFIndex *indexOut);

/* The pixel buffer at a place, not retained; NULL outside or when there is a sample buffer. */
CF_EXPORT CVPixelBufferRef CMTaggedBufferGroupGetCVPixelBufferAtIndex(CMTaggedBufferGroupRef group, CFIndex index);

/* The only buffer with a tag, if it is a pixel buffer, not retained, and its place; NULL for none or several. */
CF_EXPORT CVPixelBufferRef CMTaggedBufferGroupGetCVPixelBufferForTag(CMTaggedBufferGroupRef group, CMTag tag, CFIndex *indexOut);

/* The only buffer with all tags, if it is a pixel buffer, not retained, and its place; NULL for none or several. */
CF_EXPORT CVPixelBufferRef CMTaggedBufferGroupGetCVPixelBufferForTagCollection(CMTaggedBufferGroupRef group, CMTagCollectionRef tagCollection, CFIndex *indexOut);

/* The number of buffers; 0 for NULL. */
CF_EXPORT CMItemCount CMTaggedBufferGroupGetCount(CMTaggedBufferGroupRef group);

/* How many buffers have all tags of a collection. */
CF_EXPORT CMItemCount CMTaggedBufferGroupGetNumberOfMatchesForTagCollection(CMTaggedBufferGroupRef group, CMTagCollectionRef tagCollection);

/* The tag collection at a place, not retained; NULL outside. */
CF_EXPORT CMTagCollectionRef CMTaggedBufferGroupGetTagCollectionAtIndex(CMTaggedBufferGroupRef group, CFIndex index);

/* The type number of tagged buffer groups. */
CF_EXPORT CFTypeID CMTaggedBufferGroupGetTypeID(void);

/* generated: end */

CF_EXTERN_C_END

#endif
