//! Why a symbol of the platform is not here.

use super::table::Row;

/// Start of a header's name, and why what it declares is left out.
const BY_HEADER: &[(&str, &str)] = &[
    ("VTFrameProcessor", "an Objective-C interface; there is no Objective-C runtime here"),
    ("VTRAWProcessing", "camera raw processing extensions exist on the platform only"),
    ("VTMotionEstimation", "no motion estimation engine yet"),
    ("VTHDRPerFrame", "no generator of per-frame HDR metadata yet"),
    ("CVMetal", "graphics processor interface of the platform"),
    ("CVOpenGL", "graphics processor interface of the platform"),
    ("CVDisplayLink", "display timing is outside the scope"),
    ("CVHostTime", "display timing is outside the scope"),
    ("CVPixelBufferIOSurface", "surfaces shared between processes exist on the platform only"),
    ("CMSync", "clocks and playback timing are outside the scope"),
    ("CMAudio", "audio is outside the scope"),
    ("CMMetadata", "timed metadata is outside the scope"),
    ("CMTextMarkup", "timed text is outside the scope"),
    ("CMBufferQueue", "queues for playback are outside the scope"),
    (
        "CMFormatDescriptionBridge",
        "conversion of sample entries goes through the container crate, not through C yet",
    ),
    ("CFStringEncodingExt", "text encodings that are neither Unicode nor Latin"),
    ("CFURL", "file system services of the platform"),
    ("CFUUID", "nothing of these frameworks passes such identifiers"),
    ("CFPropertyList", "property list files are outside the scope"),
    ("CFDate", "calendar dates: nothing of these frameworks passes them"),
];

/// Part of a symbol's name, and why such symbols are left out.
const BY_NAME: &[(&str, &str)] = &[
    ("Audio", "audio is outside the scope"),
    ("PCM", "audio is outside the scope"),
    ("Metadata", "timed metadata is outside the scope"),
    ("Text", "timed text is outside the scope"),
    ("Subtitle", "timed text is outside the scope"),
    ("ClosedCaption", "timed text is outside the scope"),
    ("TimeCode", "time code tracks are outside the scope"),
    ("Muxed", "muxed streams are outside the scope"),
    ("ColorSpace", "colour space objects belong to a graphics framework"),
    ("CGImage", "image objects belong to a graphics framework"),
    ("IOSurface", "surfaces shared between processes exist on the platform only"),
    ("CMClockOrTimebase", "clocks and playback timing are outside the scope"),
    ("FileSecurity", "file system services of the platform"),
    ("Hyphenation", "linguistic processing of text is outside the scope"),
    ("CFStringTransform", "linguistic processing of text is outside the scope"),
    ("CFStringNormaliz", "linguistic processing of text is outside the scope"),
    ("CFStringFold", "linguistic processing of text is outside the scope"),
    ("ComposedCharacters", "linguistic processing of text is outside the scope"),
    ("CharacterFromSet", "character sets: nothing of these frameworks passes them"),
    ("ExternalCharacters", "strings keep their characters in memory of their own"),
    ("CreateWithZone", "zones of memory exist on the platform only"),
    ("CFXMLTree", "property list files are outside the scope"),
    ("CFCoreFoundationVersionNumber", "versions of the platform"),
    ("CoreFoundationVersionNumber", "versions of the platform"),
];

pub(super) fn of(row: &Row) -> &'static str {
    let by_header = BY_HEADER.iter().find(|(start, _)| row.header.starts_with(start));
    let by_name = || BY_NAME.iter().find(|(part, _)| row.symbol.contains(part));
    if let Some((_, reason)) = by_header.or_else(by_name) {
        return reason;
    }
    if row.kind == "type"
        && (row.declaration.starts_with("typedef CFType ")
            || row.declaration.starts_with("typedef CMFormatDescription "))
    {
        return "a name of bindings; in C the type has the name of its reference";
    }
    let is_macro = (row.kind == "constant" && !row.symbol.contains(|c: char| c.is_ascii_lowercase()))
        || row.declaration.starts_with("macro")
        || row.declaration.starts_with("#define");
    if is_macro { "a macro of the platform's headers that these do not need" } else { "not implemented yet" }
}
