/* Codecs of professional workflows. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTPROFESSIONALVIDEOWORKFLOW_H
#define VITASCOPE_VIDEOTOOLBOX_VTPROFESSIONALVIDEOWORKFLOW_H

#include <VideoToolbox/VTBase.h>

CF_EXTERN_C_BEGIN

/* generated from docs/c-symbols.tsv: begin */

/* Makes decoders of professional workflows available; all there are always are. */
CF_EXPORT void VTRegisterProfessionalVideoWorkflowVideoDecoders(void);

/* Makes encoders of professional workflows available; all there are always are. */
CF_EXPORT void VTRegisterProfessionalVideoWorkflowVideoEncoders(void);

/* generated: end */

CF_EXTERN_C_END

#endif
