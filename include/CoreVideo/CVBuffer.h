/* What all buffers have in common. */

#ifndef VITASCOPE_COREVIDEO_CVBUFFER_H
#define VITASCOPE_COREVIDEO_CVBUFFER_H

#include <CoreVideo/CVBase.h>
#include <CoreVideo/CVReturn.h>

CF_EXTERN_C_BEGIN

typedef struct __CVBuffer *CVBufferRef;
typedef uint32_t CVAttachmentMode;

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCVAttachmentMode_ShouldNotPropagate = 0,
    kCVAttachmentMode_ShouldPropagate = 1
};

CF_EXPORT const CFStringRef kCVBufferMovieTimeKey;
CF_EXPORT const CFStringRef kCVBufferNonPropagatedAttachmentsKey;
CF_EXPORT const CFStringRef kCVBufferPropagatedAttachmentsKey;
CF_EXPORT const CFStringRef kCVBufferTimeScaleKey;
CF_EXPORT const CFStringRef kCVBufferTimeValueKey;

/* The object attached under a key, retained; NULL when there is none. */
CF_EXPORT CFTypeRef CVBufferCopyAttachment(CVBufferRef buffer, CFStringRef key, CVAttachmentMode *attachmentMode);

/* All attachments of one mode, retained; NULL when there are none. */
CF_EXPORT CFDictionaryRef CVBufferCopyAttachments(CVBufferRef buffer, CVAttachmentMode attachmentMode);

/* The object attached under a key, not retained; NULL when there is none. */
CF_EXPORT CFTypeRef CVBufferGetAttachment(CVBufferRef buffer, CFStringRef key, CVAttachmentMode *attachmentMode);

/* All attachments of one mode, not retained; NULL when there are none. */
CF_EXPORT CFDictionaryRef CVBufferGetAttachments(CVBufferRef buffer, CVAttachmentMode attachmentMode);

/* Whether there is an attachment under a key. */
CF_EXPORT Boolean CVBufferHasAttachment(CVBufferRef buffer, CFStringRef key);

/* Copies the attachments that should propagate. */
CF_EXPORT void CVBufferPropagateAttachments(CVBufferRef sourceBuffer, CVBufferRef destinationBuffer);

/* Takes a reference away; NULL is left alone. */
CF_EXPORT void CVBufferRelease(CVBufferRef buffer);

/* Removes all attachments. */
CF_EXPORT void CVBufferRemoveAllAttachments(CVBufferRef buffer);

/* Removes the attachment of a key. */
CF_EXPORT void CVBufferRemoveAttachment(CVBufferRef buffer, CFStringRef key);

/* Adds a reference; NULL stays NULL. */
CF_EXPORT CVBufferRef CVBufferRetain(CVBufferRef buffer);

/* Attaches an object under a key. Mode 1 propagates to what is made from the buffer. */
CF_EXPORT void CVBufferSetAttachment(CVBufferRef buffer, CFStringRef key, CFTypeRef value, CVAttachmentMode attachmentMode);

/* Attaches every entry of a dictionary. */
CF_EXPORT void CVBufferSetAttachments(CVBufferRef buffer, CFDictionaryRef theAttachments, CVAttachmentMode attachmentMode);

/* generated: end */

CF_EXTERN_C_END

#endif
