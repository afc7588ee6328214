/* Bytes in one or more pieces of memory. */

#ifndef VITASCOPE_COREMEDIA_CMBLOCKBUFFER_H
#define VITASCOPE_COREMEDIA_CMBLOCKBUFFER_H

#include <CoreMedia/CMBase.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueCMBlockBuffer *CMBlockBufferRef;
typedef uint32_t CMBlockBufferFlags;

/* A program's functions for one block of memory; aligned to 4. */
#pragma pack(push, 4)
typedef struct CMBlockBufferCustomBlockSource {
    uint32_t version;
    void *(*AllocateBlock)(void *refCon, size_t sizeInBytes);
    void (*FreeBlock)(void *refCon, void *doomedMemoryBlock, size_t sizeInBytes);
    void *refCon;
} CMBlockBufferCustomBlockSource;
#pragma pack(pop)

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMBlockBufferAlwaysCopyDataFlag = 2,
    kCMBlockBufferAssureMemoryNowFlag = 1,
    kCMBlockBufferBadCustomBlockSourceErr = -12702,
    kCMBlockBufferBadLengthParameterErr = -12704,
    kCMBlockBufferBadOffsetParameterErr = -12703,
    kCMBlockBufferBadPointerParameterErr = -12705,
    kCMBlockBufferBlockAllocationFailedErr = -12701,
    kCMBlockBufferCustomBlockSourceVersion = 0,
    kCMBlockBufferDontOptimizeDepthFlag = 4,
    kCMBlockBufferEmptyBBufErr = -12706,
    kCMBlockBufferInsufficientSpaceErr = -12708,
    kCMBlockBufferNoErr = 0,
    kCMBlockBufferPermitEmptyReferenceFlag = 8,
    kCMBlockBufferStructureAllocationFailedErr = -12700,
    kCMBlockBufferUnallocatedBlockErr = -12707
};

/* A range in place if it lies in one piece, else copied to the temporary block. */
CF_EXPORT OSStatus CMBlockBufferAccessDataBytes(CMBlockBufferRef theBuffer, size_t offset, size_t length, void *temporaryBlock, char **returnedPointerOut);

/* Appends part of another block buffer, sharing its memory. Length 0 means to the end. */
CF_EXPORT OSStatus CMBlockBufferAppendBufferReference(CMBlockBufferRef theBuffer, CMBlockBufferRef targetBBuf, size_t offsetToData, size_t dataLength, CMBlockBufferFlags flags);

/* Appends memory; see CMBlockBufferCreateWithMemoryBlock. */
CF_EXPORT OSStatus CMBlockBufferAppendMemoryBlock(CMBlockBufferRef theBuffer, void *memoryBlock, size_t blockLength, CFAllocatorRef blockAllocator, const CMBlockBufferCustomBlockSource *customBlockSource, size_t offsetToData, size_t dataLength, CMBlockBufferFlags flags);

/* Makes sure that all memory is there; it always is. */
CF_EXPORT OSStatus CMBlockBufferAssureBlockMemory(CMBlockBufferRef theBuffer);

/* Copies bytes out. Length 0 means to the end. */
CF_EXPORT OSStatus CMBlockBufferCopyDataBytes(CMBlockBufferRef theSourceBuffer, size_t offsetToData, size_t dataLength, void *destination);

/* A block buffer with part of another one in a single piece: shared if it is one already, else copied. */
CF_EXPORT OSStatus CMBlockBufferCreateContiguous(CFAllocatorRef structureAllocator, CMBlockBufferRef sourceBuffer, CFAllocatorRef blockAllocator, const CMBlockBufferCustomBlockSource *customBlockSource, size_t offsetToData, size_t dataLength, CMBlockBufferFlags flags, CMBlockBufferRef *blockBufferOut);

/* A block buffer without memory. */
CF_EXPORT OSStatus CMBlockBufferCreateEmpty(CFAllocatorRef structureAllocator, uint32_t subBlockCapacity, CMBlockBufferFlags flags, CMBlockBufferRef *blockBufferOut);

/* A block buffer over part of another one, which shares its memory. Length 0 means to the end. */
CF_EXPORT OSStatus CMBlockBufferCreateWithBufferReference(CFAllocatorRef structureAllocator, CMBlockBufferRef bufferReference, size_t offsetToData, size_t dataLength, CMBlockBufferFlags flags, CMBlockBufferRef *blockBufferOut);

/* A block buffer over memory, which the block allocator (or the custom source) frees when done; NULL memory is allocated. */
CF_EXPORT OSStatus CMBlockBufferCreateWithMemoryBlock(CFAllocatorRef structureAllocator, void *memoryBlock, size_t blockLength, CFAllocatorRef blockAllocator, const CMBlockBufferCustomBlockSource *customBlockSource, size_t offsetToData, size_t dataLength, CMBlockBufferFlags flags, CMBlockBufferRef *blockBufferOut);

/* Overwrites a range with one value. Length 0 means to the end. */
CF_EXPORT OSStatus CMBlockBufferFillDataBytes(char fillByte, CMBlockBufferRef destinationBuffer, size_t offsetIntoDestination, size_t dataLength);

/* The number of bytes; 0 for NULL. */
CF_EXPORT size_t CMBlockBufferGetDataLength(CMBlockBufferRef theBuffer);

/* The bytes from an offset on in place, how many lie in one piece, and the length of all. Any output may be NULL. */
CF_EXPORT OSStatus CMBlockBufferGetDataPointer(CMBlockBufferRef theBuffer, size_t offset, size_t *lengthAtOffsetOut, size_t *totalLengthOut, char **dataPointerOut);

/* The type number of block buffers. */
CF_EXPORT CFTypeID CMBlockBufferGetTypeID(void);

/* Whether there are no bytes; true for NULL. */
CF_EXPORT Boolean CMBlockBufferIsEmpty(CMBlockBufferRef theBuffer);

/* Whether a range lies in one piece. Length 0 means to the end. */
CF_EXPORT Boolean CMBlockBufferIsRangeContiguous(CMBlockBufferRef theBuffer, size_t offset, size_t length);

/* Copies bytes in, over those that are there. */
CF_EXPORT OSStatus CMBlockBufferReplaceDataBytes(const void *sourceBytes, CMBlockBufferRef destinationBuffer, size_t offsetIntoDestination, size_t dataLength);

/* generated: end */

CF_EXTERN_C_END

#endif
