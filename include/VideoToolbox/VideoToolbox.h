/* All of Video Toolbox that this library has. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VIDEOTOOLBOX_H
#define VITASCOPE_VIDEOTOOLBOX_VIDEOTOOLBOX_H

#include <VideoToolbox/VTBase.h>
#include <VideoToolbox/VTErrors.h>
#include <VideoToolbox/VTSession.h>
#include <VideoToolbox/VTCompressionProperties.h>
#include <VideoToolbox/VTCompressionSession.h>
#include <VideoToolbox/VTDecompressionProperties.h>
#include <VideoToolbox/VTDecompressionSession.h>
#include <VideoToolbox/VTMultiPassStorage.h>
#include <VideoToolbox/VTFrameSilo.h>
#include <VideoToolbox/VTPixelTransferProperties.h>
#include <VideoToolbox/VTPixelTransferSession.h>
#include <VideoToolbox/VTPixelRotationProperties.h>
#include <VideoToolbox/VTPixelRotationSession.h>
#include <VideoToolbox/VTProfessionalVideoWorkflow.h>
#include <VideoToolbox/VTUtilities.h>
#include <VideoToolbox/VTVideoEncoderList.h>



#endif
