/* Properties of any session. */

#ifndef VITASCOPE_VIDEOTOOLBOX_VTSESSION_H
#define VITASCOPE_VIDEOTOOLBOX_VTSESSION_H

#include <VideoToolbox/VTBase.h>

CF_EXTERN_C_BEGIN

typedef CFTypeRef VTSessionRef;

/* generated from docs/c-symbols.tsv: begin */

CF_EXPORT const CFStringRef kVTPropertyDocumentationKey;
CF_EXPORT const CFStringRef kVTPropertyReadWriteStatusKey;
CF_EXPORT const CFStringRef kVTPropertyReadWriteStatus_ReadOnly;
CF_EXPORT const CFStringRef kVTPropertyReadWriteStatus_ReadWrite;
CF_EXPORT const CFStringRef kVTPropertyShouldBeSerializedKey;
CF_EXPORT const CFStringRef kVTPropertySupportedValueListKey;
CF_EXPORT const CFStringRef kVTPropertySupportedValueMaximumKey;
CF_EXPORT const CFStringRef kVTPropertySupportedValueMinimumKey;
CF_EXPORT const CFStringRef kVTPropertyTypeKey;
CF_EXPORT const CFStringRef kVTPropertyType_Boolean;
CF_EXPORT const CFStringRef kVTPropertyType_Enumeration;
CF_EXPORT const CFStringRef kVTPropertyType_Number;

/* The value of a property, retained; NULL when it has none. */
CF_EXPORT OSStatus VTSessionCopyProperty(VTSessionRef session, CFStringRef propertyKey, CFAllocatorRef allocator, void *propertyValueOut);

/* Every property that can be kept and set again, with its value. */
CF_EXPORT OSStatus VTSessionCopySerializableProperties(VTSessionRef session, CFAllocatorRef allocator, CFDictionaryRef *dictionaryOut);

/* Every property with its type, access, range or choices. */
CF_EXPORT OSStatus VTSessionCopySupportedPropertyDictionary(VTSessionRef session, CFDictionaryRef *supportedPropertyDictionaryOut);

/* Sets every property of a dictionary; the first failure is returned, the others are set all the same. */
CF_EXPORT OSStatus VTSessionSetProperties(VTSessionRef session, CFDictionaryRef propertyDictionary);

/* Sets a property; NULL takes it back to its default. */
CF_EXPORT OSStatus VTSessionSetProperty(VTSessionRef session, CFStringRef propertyKey, CFTypeRef propertyValue);

/* generated: end */

CF_EXTERN_C_END

#endif
