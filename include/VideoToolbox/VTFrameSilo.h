/* Where samples wait until the last pass is done. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTFRAMESILO_H
#define VITASCOPE_VIDEOTOOLBOX_VTFRAMESILO_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>

CF_EXTERN_C_BEGIN

typedef struct OpaqueVTFrameSilo *VTFrameSiloRef;

/* generated from docs/c-symbols.tsv: begin */

/* Adds a sample; its decode time must be later than the one before and lie in the ranges of the pass. */
CF_EXPORT OSStatus VTFrameSiloAddSampleBuffer(VTFrameSiloRef silo, CMSampleBufferRef sampleBuffer);

/* Calls a function for the samples of a range (invalid: all) in decode order, until it returns another status than 0. */
CF_EXPORT OSStatus VTFrameSiloCallFunctionForEachSampleBuffer(VTFrameSiloRef silo, CMTimeRange timeRange, void *refcon, OSStatus (*callback)(void *, CMSampleBufferRef ));

/* A silo for the samples of a time range (invalid when unknown), in a file: a temporary one for NULL. Options are reserved. */
CF_EXPORT OSStatus VTFrameSiloCreate(CFAllocatorRef allocator, CFURLRef fileURL, CMTimeRange timeRange, CFDictionaryRef options, VTFrameSiloRef *frameSiloOut);

/* How much of the ranges of this pass is filled, from 0 to 1. */
CF_EXPORT OSStatus VTFrameSiloGetProgressOfCurrentPass(VTFrameSiloRef silo, Float32 *progressOut);

/* The type number of frame silos. */
CF_EXPORT CFTypeID VTFrameSiloGetTypeID(void);

/* Begins a pass that fills some ranges anew: samples in them are dropped. The ranges are in order and do not overlap. */
CF_EXPORT OSStatus VTFrameSiloSetTimeRangesForNextPass(VTFrameSiloRef silo, CMItemCount timeRangeCount, const CMTimeRange *timeRangeArray);

#if defined(__BLOCKS__)

/* Calls a block for the samples of a range (invalid: all) in decode order, until it returns another status than 0. */
CF_EXPORT OSStatus VTFrameSiloCallBlockForEachSampleBuffer(VTFrameSiloRef silo, CMTimeRange timeRange, OSStatus (^handler)(CMSampleBufferRef ));

#endif

/* generated: end */

CF_EXTERN_C_END

#endif
