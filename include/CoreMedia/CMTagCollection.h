/* Sets of tags. */

#ifndef VITASCOPE_COREMEDIA_CMTAGCOLLECTION_H
#define VITASCOPE_COREMEDIA_CMTAGCOLLECTION_H

#include <CoreMedia/CMTag.h>

CF_EXTERN_C_BEGIN

typedef const struct OpaqueCMTagCollection *CMTagCollectionRef;
typedef struct OpaqueCMTagCollection *CMMutableTagCollectionRef;
typedef OSStatus CMTagCollectionError;

typedef void (*CMTagCollectionApplierFunction)(CMTag tag, void *context);
typedef Boolean (*CMTagCollectionTagFilterFunction)(CMTag tag, void *context);

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMTagCollectionError_AllocationFailed = -15741,
    kCMTagCollectionError_ExhaustedBufferSize = -15748,
    kCMTagCollectionError_InternalError = -15742,
    kCMTagCollectionError_InvalidTag = -15743,
    kCMTagCollectionError_InvalidTagCollectionData = -15745,
    kCMTagCollectionError_InvalidTagCollectionDataVersion = -15747,
    kCMTagCollectionError_InvalidTagCollectionDictionary = -15744,
    kCMTagCollectionError_NotYetImplemented = -15749,
    kCMTagCollectionError_ParamErr = -15740,
    kCMTagCollectionError_TagNotFound = -15746
};

CF_EXPORT const CFStringRef kCMTagCollectionTagsArrayKey;

/* Adds a tag; one that is there already is no error. */
CF_EXPORT OSStatus CMTagCollectionAddTag(CMMutableTagCollectionRef tagCollection, CMTag tagToAdd);

/* Adds the tags of an array. */
CF_EXPORT OSStatus CMTagCollectionAddTagsFromArray(CMMutableTagCollectionRef tagCollection, CMTag *tags, CMItemCount tagCount);

/* Adds the tags of another collection. */
CF_EXPORT OSStatus CMTagCollectionAddTagsFromCollection(CMMutableTagCollectionRef tagCollection, CMTagCollectionRef collectionWithTagsToAdd);

/* Calls a function for each tag in order. */
CF_EXPORT void CMTagCollectionApply(CMTagCollectionRef tagCollection, CMTagCollectionApplierFunction applier, void *context);

/* The first tag that a function chooses; kCMTagInvalid when it chooses none. */
CF_EXPORT CMTag CMTagCollectionApplyUntil(CMTagCollectionRef tagCollection, CMTagCollectionTagFilterFunction applier, void *context);

/* Whether a tag of a category is there. */
CF_EXPORT Boolean CMTagCollectionContainsCategory(CMTagCollectionRef tagCollection, CMTagCategory category);

/* Whether all tags of an array are there. */
CF_EXPORT Boolean CMTagCollectionContainsSpecifiedTags(CMTagCollectionRef tagCollection, const CMTag *containedTags, CMItemCount containedTagCount);

/* Whether a tag is there. */
CF_EXPORT Boolean CMTagCollectionContainsTag(CMTagCollectionRef tagCollection, CMTag tag);

/* Whether all tags of another collection are there. */
CF_EXPORT Boolean CMTagCollectionContainsTagsOfCollection(CMTagCollectionRef tagCollection, CMTagCollectionRef containedTagCollection);

/* A collection in bytes; NULL for NULL. */
CF_EXPORT CFDataRef CMTagCollectionCopyAsData(CMTagCollectionRef tagCollection, CFAllocatorRef allocator);

/* A collection as a dictionary; NULL for NULL. */
CF_EXPORT CFDictionaryRef CMTagCollectionCopyAsDictionary(CMTagCollectionRef tagCollection, CFAllocatorRef allocator);

/* A collection as text for people. */
CF_EXPORT CFStringRef CMTagCollectionCopyDescription(CFAllocatorRef allocator, CMTagCollectionRef tagCollection);

/* The tags of some categories as a collection. */
CF_EXPORT OSStatus CMTagCollectionCopyTagsOfCategories(CFAllocatorRef allocator, CMTagCollectionRef tagCollection, const CMTagCategory *categories, CMItemCount categoriesCount, CMTagCollectionRef *collectionWithTagsOfCategories);

/* How many tags a function chooses. */
CF_EXPORT CMItemCount CMTagCollectionCountTagsWithFilterFunction(CMTagCollectionRef tagCollection, CMTagCollectionTagFilterFunction filterApplier, void *context);

/* A set of tags; kCMTagCollectionError_InvalidTag when one has no value. */
CF_EXPORT OSStatus CMTagCollectionCreate(CFAllocatorRef allocator, const CMTag *tags, CMItemCount tagCount, CMTagCollectionRef *newCollectionOut);

/* A copy that does not change. */
CF_EXPORT OSStatus CMTagCollectionCreateCopy(CMTagCollectionRef tagCollection, CFAllocatorRef allocator, CMTagCollectionRef *newCollectionCopyOut);

/* The tags that are in the first collection only. */
CF_EXPORT OSStatus CMTagCollectionCreateDifference(CMTagCollectionRef tagCollectionMinuend, CMTagCollectionRef tagCollectionSubtrahend, CMTagCollectionRef *tagCollectionOut);

/* The tags that are in one of the collections only. */
CF_EXPORT OSStatus CMTagCollectionCreateExclusiveOr(CMTagCollectionRef tagCollection1, CMTagCollectionRef tagCollection2, CMTagCollectionRef *tagCollectionOut);

/* The collection of bytes that CMTagCollectionCopyAsData gave. */
CF_EXPORT OSStatus CMTagCollectionCreateFromData(CFDataRef data, CFAllocatorRef allocator, CMTagCollectionRef *newCollectionOut);

/* The collection of a dictionary. */
CF_EXPORT OSStatus CMTagCollectionCreateFromDictionary(CFDictionaryRef dict, CFAllocatorRef allocator, CMTagCollectionRef *newCollectionOut);

/* The tags that are in both collections. */
CF_EXPORT OSStatus CMTagCollectionCreateIntersection(CMTagCollectionRef tagCollection1, CMTagCollectionRef tagCollection2, CMTagCollectionRef *tagCollectionOut);

/* A set of tags that can change. The capacity is a hint only. */
CF_EXPORT OSStatus CMTagCollectionCreateMutable(CFAllocatorRef allocator, CFIndex capacity, CMMutableTagCollectionRef *newMutableCollectionOut);

/* A copy that can change. */
CF_EXPORT OSStatus CMTagCollectionCreateMutableCopy(CMTagCollectionRef tagCollection, CFAllocatorRef allocator, CMMutableTagCollectionRef *newMutableCollectionCopyOut);

/* The tags that are in either collection. */
CF_EXPORT OSStatus CMTagCollectionCreateUnion(CMTagCollectionRef tagCollection1, CMTagCollectionRef tagCollection2, CMTagCollectionRef *tagCollectionOut);

/* The number of tags; 0 for NULL. */
CF_EXPORT CMItemCount CMTagCollectionGetCount(CMTagCollectionRef tagCollection);

/* The number of tags of a category. */
CF_EXPORT CMItemCount CMTagCollectionGetCountOfCategory(CMTagCollectionRef tagCollection, CMTagCategory category);

/* Copies tags in order; kCMTagCollectionError_ExhaustedBufferSize when there is no room for all. */
CF_EXPORT OSStatus CMTagCollectionGetTags(CMTagCollectionRef tagCollection, CMTag *tagBuffer, CMItemCount tagBufferCount, CMItemCount *numberOfTagsCopied);

/* Copies the tags of a category, as CMTagCollectionGetTags copies all. */
CF_EXPORT OSStatus CMTagCollectionGetTagsWithCategory(CMTagCollectionRef tagCollection, CMTagCategory category, CMTag *tagBuffer, CMItemCount tagBufferCount, CMItemCount *numberOfTagsCopied);

/* Copies the tags that a function chooses, as CMTagCollectionGetTags copies all. */
CF_EXPORT OSStatus CMTagCollectionGetTagsWithFilterFunction(CMTagCollectionRef tagCollection, CMTag *tagBuffer, CMItemCount tagBufferCount, CMItemCount *numberOfTagsCopied, CMTagCollectionTagFilterFunction filter, void *context);

/* The type number of tag collections. */
CF_EXPORT CFTypeID CMTagCollectionGetTypeID(void);

/* Whether there are no tags; true for NULL. */
CF_EXPORT Boolean CMTagCollectionIsEmpty(CMTagCollectionRef tagCollection);

/* Takes all tags out. */
CF_EXPORT OSStatus CMTagCollectionRemoveAllTags(CMMutableTagCollectionRef tagCollection);

/* Takes the tags of a category out. */
CF_EXPORT OSStatus CMTagCollectionRemoveAllTagsOfCategory(CMMutableTagCollectionRef tagCollection, CMTagCategory category);

/* Takes a tag out; kCMTagCollectionError_TagNotFound when it is not there. */
CF_EXPORT OSStatus CMTagCollectionRemoveTag(CMMutableTagCollectionRef tagCollection, CMTag tagToRemove);

/* generated: end */

CF_EXTERN_C_END

#endif
