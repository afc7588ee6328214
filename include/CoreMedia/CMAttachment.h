/* Attachments of pixel buffers and sample buffers. */

#ifndef VITASCOPE_COREMEDIA_CMATTACHMENT_H
#define VITASCOPE_COREMEDIA_CMATTACHMENT_H

#include <CoreMedia/CMBase.h>

CF_EXTERN_C_BEGIN

typedef CFTypeRef CMAttachmentBearerRef;
typedef uint32_t CMAttachmentMode;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCMAttachmentMode_ShouldNotPropagate = 0,
    kCMAttachmentMode_ShouldPropagate = 1
};

/* All attachments of one mode; NULL when there are none. */
CF_EXPORT CFDictionaryRef CMCopyDictionaryOfAttachments(CFAllocatorRef allocator, CMAttachmentBearerRef target, CMAttachmentMode attachmentMode);

/* The object attached under a key, not retained; NULL when there is none. */
CF_EXPORT CFTypeRef CMGetAttachment(CMAttachmentBearerRef target, CFStringRef key, CMAttachmentMode *attachmentModeOut);

/* Copies the attachments that should propagate. */
CF_EXPORT void CMPropagateAttachments(CMAttachmentBearerRef source, CMAttachmentBearerRef destination);

/* Removes all attachments. */
CF_EXPORT void CMRemoveAllAttachments(CMAttachmentBearerRef target);

/* Removes the attachment of a key. */
CF_EXPORT void CMRemoveAttachment(CMAttachmentBearerRef target, CFStringRef key);

/* Attaches an object under a key. Mode 1 propagates to what is made from the bearer. */
CF_EXPORT void CMSetAttachment(CMAttachmentBearerRef target, CFStringRef key, CFTypeRef value, CMAttachmentMode attachmentMode);

/* Attaches every entry of a dictionary. */
CF_EXPORT void CMSetAttachments(CMAttachmentBearerRef target, CFDictionaryRef theAttachments, CMAttachmentMode attachmentMode);

/* generated: end */

CF_EXTERN_C_END

#endif
