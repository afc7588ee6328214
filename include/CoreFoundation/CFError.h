/* Errors as values. */

#ifndef VITASCOPE_COREFOUNDATION_CFERROR_H
#define VITASCOPE_COREFOUNDATION_CFERROR_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFDictionary.h>

CF_EXTERN_C_BEGIN

typedef struct __CFError *CFErrorRef;
typedef CFStringRef CFErrorDomain;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kCFErrorDescriptionKey;
CF_EXPORT const CFErrorDomain kCFErrorDomainCocoa;
CF_EXPORT const CFErrorDomain kCFErrorDomainMach;
CF_EXPORT const CFErrorDomain kCFErrorDomainOSStatus;
CF_EXPORT const CFErrorDomain kCFErrorDomainPOSIX;
CF_EXPORT const CFStringRef kCFErrorFilePathKey;
CF_EXPORT const CFStringRef kCFErrorLocalizedDescriptionKey;
CF_EXPORT const CFStringRef kCFErrorLocalizedFailureKey;
CF_EXPORT const CFStringRef kCFErrorLocalizedFailureReasonKey;
CF_EXPORT const CFStringRef kCFErrorLocalizedRecoverySuggestionKey;
CF_EXPORT const CFStringRef kCFErrorURLKey;
CF_EXPORT const CFStringRef kCFErrorUnderlyingErrorKey;

/* A description for people; never NULL for an error. */
CF_EXPORT CFStringRef CFErrorCopyDescription(CFErrorRef err);

/* Why it failed, if the user information says so. */
CF_EXPORT CFStringRef CFErrorCopyFailureReason(CFErrorRef err);

/* What to do about it, if the user information says so. */
CF_EXPORT CFStringRef CFErrorCopyRecoverySuggestion(CFErrorRef err);

/* What else is known: a dictionary, empty when nothing is. */
CF_EXPORT CFDictionaryRef CFErrorCopyUserInfo(CFErrorRef err);

/* An error; the user information may be NULL. */
CF_EXPORT CFErrorRef CFErrorCreate(CFAllocatorRef allocator, CFErrorDomain domain, CFIndex code, CFDictionaryRef userInfo);

/* An error with user information from two arrays. */
CF_EXPORT CFErrorRef CFErrorCreateWithUserInfoKeysAndValues(CFAllocatorRef allocator, CFErrorDomain domain, CFIndex code, const void *const *userInfoKeys, const void *const *userInfoValues, CFIndex numUserInfoValues);

/* The code; 0 for NULL. */
CF_EXPORT CFIndex CFErrorGetCode(CFErrorRef err);

/* The domain, not retained. */
CF_EXPORT CFErrorDomain CFErrorGetDomain(CFErrorRef err);

/* The type number of errors. */
CF_EXPORT CFTypeID CFErrorGetTypeID(void);

/* generated: end */

CF_EXTERN_C_END

#endif
