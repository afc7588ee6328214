/* Locations. */

#ifndef VITASCOPE_COREFOUNDATION_CFURL_H
#define VITASCOPE_COREFOUNDATION_CFURL_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFString.h>

CF_EXTERN_C_BEGIN

typedef const struct __CFURL *CFURLRef;
typedef CFIndex CFURLPathStyle;
enum { kCFURLPOSIXPathStyle = 0 };

/* generated from docs/c-symbols.tsv: begin */

enum {
    kCFBookmarkResolutionWithoutMountingMask = 512,
    kCFBookmarkResolutionWithoutUIMask = 256,
    kCFURLBookmarkCreationMinimalBookmarkMask = 512,
    kCFURLBookmarkCreationPreferFileIDResolutionMask = 256,
    kCFURLBookmarkCreationSecurityScopeAllowOnlyReadAccess = 4096,
    kCFURLBookmarkCreationSuitableForBookmarkFile = 1024,
    kCFURLBookmarkCreationWithSecurityScope = 2048,
    kCFURLBookmarkCreationWithoutImplicitSecurityScope = 536870912,
    kCFURLBookmarkResolutionWithSecurityScope = 1024,
    kCFURLBookmarkResolutionWithoutImplicitStartAccessing = 32768,
    kCFURLBookmarkResolutionWithoutMountingMask = 512,
    kCFURLBookmarkResolutionWithoutUIMask = 256,
    kCFURLComponentFragment = 12,
    kCFURLComponentHost = 8,
    kCFURLComponentNetLocation = 2,
    kCFURLComponentParameterString = 10,
    kCFURLComponentPassword = 6,
    kCFURLComponentPath = 3,
    kCFURLComponentPort = 9,
    kCFURLComponentQuery = 11,
    kCFURLComponentResourceSpecifier = 4,
    kCFURLComponentScheme = 1,
    kCFURLComponentUser = 5,
    kCFURLComponentUserInfo = 7,
    kCFURLHFSPathStyle = 1,
    kCFURLWindowsPathStyle = 2
};

CF_EXPORT const CFStringRef kCFURLAddedToDirectoryDateKey;
CF_EXPORT const CFStringRef kCFURLApplicationIsScriptableKey;
CF_EXPORT const CFStringRef kCFURLAttributeModificationDateKey;
CF_EXPORT const CFStringRef kCFURLCanonicalPathKey;
CF_EXPORT const CFStringRef kCFURLContentAccessDateKey;
CF_EXPORT const CFStringRef kCFURLContentModificationDateKey;
CF_EXPORT const CFStringRef kCFURLCreationDateKey;
CF_EXPORT const CFStringRef kCFURLCustomIconKey;
CF_EXPORT const CFStringRef kCFURLDirectoryEntryCountKey;
CF_EXPORT const CFStringRef kCFURLDocumentIdentifierKey;
CF_EXPORT const CFStringRef kCFURLEffectiveIconKey;
CF_EXPORT const CFStringRef kCFURLFileAllocatedSizeKey;
CF_EXPORT const CFStringRef kCFURLFileContentIdentifierKey;
CF_EXPORT const CFStringRef kCFURLFileIdentifierKey;
CF_EXPORT const CFStringRef kCFURLFileProtectionComplete;
CF_EXPORT const CFStringRef kCFURLFileProtectionCompleteUnlessOpen;
CF_EXPORT const CFStringRef kCFURLFileProtectionCompleteUntilFirstUserAuthentication;
CF_EXPORT const CFStringRef kCFURLFileProtectionCompleteWhenUserInactive;
CF_EXPORT const CFStringRef kCFURLFileProtectionKey;
CF_EXPORT const CFStringRef kCFURLFileProtectionNone;
CF_EXPORT const CFStringRef kCFURLFileResourceIdentifierKey;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeBlockSpecial;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeCharacterSpecial;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeDirectory;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeKey;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeNamedPipe;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeRegular;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeSocket;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeSymbolicLink;
CF_EXPORT const CFStringRef kCFURLFileResourceTypeUnknown;
CF_EXPORT const CFStringRef kCFURLFileSecurityKey;
CF_EXPORT const CFStringRef kCFURLFileSizeKey;
CF_EXPORT const CFStringRef kCFURLGenerationIdentifierKey;
CF_EXPORT const CFStringRef kCFURLHasHiddenExtensionKey;
CF_EXPORT const CFStringRef kCFURLIsAliasFileKey;
CF_EXPORT const CFStringRef kCFURLIsApplicationKey;
CF_EXPORT const CFStringRef kCFURLIsDirectoryKey;
CF_EXPORT const CFStringRef kCFURLIsExcludedFromBackupKey;
CF_EXPORT const CFStringRef kCFURLIsExecutableKey;
CF_EXPORT const CFStringRef kCFURLIsHiddenKey;
CF_EXPORT const CFStringRef kCFURLIsMountTriggerKey;
CF_EXPORT const CFStringRef kCFURLIsPackageKey;
CF_EXPORT const CFStringRef kCFURLIsPurgeableKey;
CF_EXPORT const CFStringRef kCFURLIsReadableKey;
CF_EXPORT const CFStringRef kCFURLIsRegularFileKey;
CF_EXPORT const CFStringRef kCFURLIsSparseKey;
CF_EXPORT const CFStringRef kCFURLIsSymbolicLinkKey;
CF_EXPORT const CFStringRef kCFURLIsSystemImmutableKey;
CF_EXPORT const CFStringRef kCFURLIsUbiquitousItemKey;
CF_EXPORT const CFStringRef kCFURLIsUserImmutableKey;
CF_EXPORT const CFStringRef kCFURLIsVolumeKey;
CF_EXPORT const CFStringRef kCFURLIsWritableKey;
CF_EXPORT const CFStringRef kCFURLKeysOfUnsetValuesKey;
CF_EXPORT const CFStringRef kCFURLLabelColorKey;
CF_EXPORT const CFStringRef kCFURLLabelNumberKey;
CF_EXPORT const CFStringRef kCFURLLinkCountKey;
CF_EXPORT const CFStringRef kCFURLLocalizedLabelKey;
CF_EXPORT const CFStringRef kCFURLLocalizedNameKey;
CF_EXPORT const CFStringRef kCFURLLocalizedTypeDescriptionKey;
CF_EXPORT const CFStringRef kCFURLMayHaveExtendedAttributesKey;
CF_EXPORT const CFStringRef kCFURLMayShareFileContentKey;
CF_EXPORT const CFStringRef kCFURLNameKey;
CF_EXPORT const CFStringRef kCFURLParentDirectoryURLKey;
CF_EXPORT const CFStringRef kCFURLPathKey;
CF_EXPORT const CFStringRef kCFURLPreferredIOBlockSizeKey;
CF_EXPORT const CFStringRef kCFURLQuarantinePropertiesKey;
CF_EXPORT const CFStringRef kCFURLTagNamesKey;
CF_EXPORT const CFStringRef kCFURLTotalFileAllocatedSizeKey;
CF_EXPORT const CFStringRef kCFURLTotalFileSizeKey;
CF_EXPORT const CFStringRef kCFURLTypeIdentifierKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemDownloadingErrorKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemDownloadingStatusCurrent;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemDownloadingStatusDownloaded;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemDownloadingStatusKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemDownloadingStatusNotDownloaded;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemHasUnresolvedConflictsKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemIsDownloadedKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemIsDownloadingKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemIsExcludedFromSyncKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemIsSyncPausedKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemIsUploadedKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemIsUploadingKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemPercentDownloadedKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemPercentUploadedKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemSupportedSyncControlsKey;
CF_EXPORT const CFStringRef kCFURLUbiquitousItemUploadingErrorKey;
CF_EXPORT const CFStringRef kCFURLVolumeAvailableCapacityForImportantUsageKey;
CF_EXPORT const CFStringRef kCFURLVolumeAvailableCapacityForOpportunisticUsageKey;
CF_EXPORT const CFStringRef kCFURLVolumeAvailableCapacityKey;
CF_EXPORT const CFStringRef kCFURLVolumeCreationDateKey;
CF_EXPORT const CFStringRef kCFURLVolumeIdentifierKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsAutomountedKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsBrowsableKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsEjectableKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsEncryptedKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsInternalKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsJournalingKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsLocalKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsReadOnlyKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsRemovableKey;
CF_EXPORT const CFStringRef kCFURLVolumeIsRootFileSystemKey;
CF_EXPORT const CFStringRef kCFURLVolumeLocalizedFormatDescriptionKey;
CF_EXPORT const CFStringRef kCFURLVolumeLocalizedNameKey;
CF_EXPORT const CFStringRef kCFURLVolumeMaximumFileSizeKey;
CF_EXPORT const CFStringRef kCFURLVolumeMountFromLocationKey;
CF_EXPORT const CFStringRef kCFURLVolumeNameKey;
CF_EXPORT const CFStringRef kCFURLVolumeResourceCountKey;
CF_EXPORT const CFStringRef kCFURLVolumeSubtypeKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsAccessPermissionsKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsAdvisoryFileLockingKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsCasePreservedNamesKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsCaseSensitiveNamesKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsCompressionKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsExclusiveRenamingKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsExtendedSecurityKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsFileCloningKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsFileProtectionKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsHardLinksKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsImmutableFilesKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsJournalingKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsPersistentIDsKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsRenamingKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsRootDirectoryDatesKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsSparseFilesKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsSwapRenamingKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsSymbolicLinksKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsVolumeSizesKey;
CF_EXPORT const CFStringRef kCFURLVolumeSupportsZeroRunsKey;
CF_EXPORT const CFStringRef kCFURLVolumeTotalCapacityKey;
CF_EXPORT const CFStringRef kCFURLVolumeTypeNameKey;
CF_EXPORT const CFStringRef kCFURLVolumeURLForRemountingKey;
CF_EXPORT const CFStringRef kCFURLVolumeURLKey;
CF_EXPORT const CFStringRef kCFURLVolumeUUIDStringKey;

/* The path of a file; NULL for other URLs. Only the POSIX style is accepted. */
CF_EXPORT CFStringRef CFURLCopyFileSystemPath(CFURLRef anURL, CFURLPathStyle pathStyle);

/* The last part of the path; NULL when there is no path. */
CF_EXPORT CFStringRef CFURLCopyLastPathComponent(CFURLRef url);

/* What stands before the colon; NULL when there is none. */
CF_EXPORT CFStringRef CFURLCopyScheme(CFURLRef anURL);

/* The URL of a file's path in bytes. */
CF_EXPORT CFURLRef CFURLCreateFromFileSystemRepresentation(CFAllocatorRef allocator, const UInt8 *buffer, CFIndex bufLen, Boolean isDirectory);

/* The URL of a file's path. Only the POSIX style is accepted. */
CF_EXPORT CFURLRef CFURLCreateWithFileSystemPath(CFAllocatorRef allocator, CFStringRef filePath, CFURLPathStyle pathStyle, Boolean isDirectory);

/* A URL of text; NULL when it holds characters that a URL must escape. A base URL is not supported. */
CF_EXPORT CFURLRef CFURLCreateWithString(CFAllocatorRef allocator, CFStringRef URLString, CFURLRef baseURL);

/* Copies the path of a file with a zero byte after it; false when it does not fit or there is none. */
CF_EXPORT Boolean CFURLGetFileSystemRepresentation(CFURLRef url, Boolean resolveAgainstBase, UInt8 *buffer, CFIndex maxBufLen);

/* The URL as text, not retained. */
CF_EXPORT CFStringRef CFURLGetString(CFURLRef anURL);

/* The type number of URLs. */
CF_EXPORT CFTypeID CFURLGetTypeID(void);

/* Whether the path is that of a folder by its form. */
CF_EXPORT Boolean CFURLHasDirectoryPath(CFURLRef anURL);

/* generated: end */

CF_EXTERN_C_END

#endif
