/* All of Core Media that this library has. */

#ifndef VITASCOPE_COREMEDIA_COREMEDIA_H
#define VITASCOPE_COREMEDIA_COREMEDIA_H

#include <CoreMedia/CMBase.h>
#include <CoreMedia/CMTime.h>
#include <CoreMedia/CMTimeRange.h>
#include <CoreMedia/CMBlockBuffer.h>
#include <CoreMedia/CMAttachment.h>
#include <CoreMedia/CMFormatDescription.h>
#include <CoreMedia/CMSampleBuffer.h>
#include <CoreMedia/CMSimpleQueue.h>
#include <CoreMedia/CMMemoryPool.h>
#include <CoreMedia/CMTag.h>
#include <CoreMedia/CMTagCollection.h>
#include <CoreMedia/CMTaggedBufferGroup.h>



#endif
