/* All of Core Video that this library has. */

#ifndef VITASCOPE_COREVIDEO_COREVIDEO_H
#define VITASCOPE_COREVIDEO_COREVIDEO_H

#include <CoreVideo/CVBase.h>
#include <CoreVideo/CVReturn.h>
#include <CoreVideo/CVBuffer.h>
#include <CoreVideo/CVImageBuffer.h>
#include <CoreVideo/CVPixelBuffer.h>
#include <CoreVideo/CVPixelBufferPool.h>
#include <CoreVideo/CVPixelBufferIOSurface.h>
#include <CoreVideo/CVPixelFormatDescription.h>



#endif
