//! `CMFormatDescription`.

use std::sync::OnceLock;

use vitascope::core::{Dictionary, Error, FormatDescription, FourCc};

use crate::border::{OSStatus, OnPanic, Out, api};
use crate::cf::callbacks::Item;
use crate::cf::dictionary::CfDictionary;
use crate::cf::{array, string};
use crate::class::{CLASSES, ClassIndex};
use crate::cv::geometry::{CGRect, CGSize};
use crate::cv::pixel_buffer::CvPixelBuffer;
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// A format description of the engine.
pub struct CmFormatDescription {
    pub(crate) format: FormatDescription,
    /// The extensions as C gets them.
    extensions: OnceLock<Owned>,
}

/// Width and height in pixels.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CMVideoDimensions {
    width: i32,
    height: i32,
}

impl OnPanic for CMVideoDimensions {
    fn on_panic() -> Self {
        CMVideoDimensions { width: 0, height: 0 }
    }
}

/// `kCMFormatDescriptionError_InvalidParameter`
pub(crate) const INVALID_PARAMETER: OSStatus = OSStatus(-12710);

impl CmFormatDescription {
    /// The object of a format description; always the same one while C holds it.
    pub(crate) fn object(format: &FormatDescription) -> Owned {
        Owned::new(CmFormatDescription { format: format.clone(), extensions: OnceLock::new() })
    }

    fn extensions(&self) -> Handle {
        **self.extensions.get_or_init(|| value::dictionary_to_object(self.format.extensions(), false))
    }
}

impl Payload for CmFormatDescription {
    const NAME: &'static str = "CMFormatDescription";
    const REGISTERED: bool = true;

    fn identity(&self) -> usize {
        // Lies inside the shared object.
        std::ptr::from_ref(self.format.extensions()) as usize
    }

    fn same(&self, other: &Self) -> bool {
        FormatDescription::ptr_eq(&self.format, &other.format)
    }

    fn equal(one: Handle, other: Handle) -> bool {
        engine(one).is_some_and(|one| engine(other) == Some(one))
    }

    fn hash(object: Handle) -> usize {
        engine(object).map_or(0, |format| format.media_sub_type().0 as usize)
    }

    fn describe(object: Handle) -> String {
        engine(object).map(|format| format!("{format:?}")).unwrap_or_default()
    }
}

/// The engine's format description.
pub(crate) fn engine<'a>(object: Handle) -> Option<&'a FormatDescription> {
    object.get::<CmFormatDescription>().map(|description| &description.format)
}

/// The extensions that a description shall have; none for NULL.
pub(crate) fn extensions_of(object: Handle) -> Result<Dictionary, Error> {
    let extensions = value::optional_dictionary(object, "extensions").map_err(|error| match error {
        Error::InvalidArgument { name, value, .. } => {
            Error::InvalidFormatDescription { name, value, accepted: "a dictionary or NULL" }
        }
        error => error,
    });
    Ok(extensions?.unwrap_or_default())
}

/// Writes the object of a new format description, or clears the output and says why not.
pub(crate) fn give<E: std::fmt::Display>(
    function: &str,
    out: Out<Handle>,
    status: impl FnOnce(&E) -> i32,
    make: impl FnOnce() -> Result<FormatDescription, E>,
) -> OSStatus {
    out.clear();
    if out.is_null() {
        log::error!("{function}: the address for the result is NULL");
        return INVALID_PARAMETER;
    }
    match make() {
        Ok(format) => {
            out.set(CmFormatDescription::object(&format).into_handle());
            OSStatus::OK
        }
        Err(error) => {
            let status = status(&error);
            log::warn!("{function}: {error} (status {status})");
            OSStatus(status)
        }
    }
}

api! {
    /// The type number of format descriptions.
    fn CMFormatDescriptionGetTypeID() -> usize {
        CLASSES[CmFormatDescription::INDEX].type_id()
    }

    /// A format description of a medium other than video.
    fn CMFormatDescriptionCreate(
        _allocator: Handle, media_type: u32, media_sub_type: u32, extensions: Handle, out: Out<Handle>,
    ) -> OSStatus {
        give("CMFormatDescriptionCreate", out, vitascope::core::Error::status, || {
            let extensions = extensions_of(extensions)?;
            FormatDescription::new(FourCc(media_type), FourCc(media_sub_type), extensions)
        })
    }

    /// Whether two format descriptions are equal, with their extensions.
    fn CMFormatDescriptionEqual(one: Handle, other: Handle) -> u8 {
        crate::cf::base::equal(one, other).into()
    }

    /// Whether two format descriptions are equal but for some extensions: a key or an array of keys.
    fn CMFormatDescriptionEqualIgnoringExtensionKeys(
        one: Handle, other: Handle, extensions: Handle, atoms: Handle,
    ) -> u8 {
        let (Some(first), Some(second)) = (engine(one), engine(other)) else { return (one == other).into() };
        let keys = |object: Handle| -> Vec<String> {
            match array::objects(object) {
                Some(keys) => keys.into_iter().filter_map(string::to_rust).collect(),
                None => string::to_rust(object).into_iter().collect(),
            }
        };
        let (ignored, mut atoms) = (keys(extensions), keys(atoms));
        let ignored: Vec<&str> = ignored.iter().map(String::as_str).collect();
        if atoms.is_empty() {
            return first.equal_ignoring(second, &ignored).into();
        }
        // Without the atoms to ignore; the others must be equal.
        let without = |format: &FormatDescription| {
            let key = vitascope::core::extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS;
            let mut kept = format.extension(key).and_then(|value| value.as_dictionary()).cloned().unwrap_or_default();
            atoms.iter().for_each(|atom| drop(kept.remove(atom)));
            kept
        };
        let same_atoms = without(first) == without(second);
        atoms.clear();
        let mut all = ignored;
        all.push(vitascope::core::extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS);
        (same_atoms && first.equal_ignoring(second, &all)).into()
    }

    /// The media type, for example 'vide'; 0 for NULL.
    fn CMFormatDescriptionGetMediaType(description: Handle) -> u32 {
        engine(description).map_or(0, |format| format.media_type().0)
    }

    /// The codec or pixel format; 0 for NULL.
    fn CMFormatDescriptionGetMediaSubType(description: Handle) -> u32 {
        engine(description).map_or(0, |format| format.media_sub_type().0)
    }

    /// All extensions, not retained; NULL when there are none.
    fn CMFormatDescriptionGetExtensions(description: Handle) -> Handle {
        match description.get::<CmFormatDescription>() {
            Some(description) if !description.format.extensions().is_empty() => description.extensions(),
            _ => Handle::NULL,
        }
    }

    /// One extension, not retained; NULL when it is not there.
    fn CMFormatDescriptionGetExtension(description: Handle, key: Handle) -> Handle {
        let Some(description) = description.get::<CmFormatDescription>() else { return Handle::NULL };
        let extensions = description.extensions().get::<CfDictionary>();
        let found = extensions.and_then(|extensions| extensions.value(Item(key.0.cast())));
        found.map_or(Handle::NULL, Item::handle)
    }

    /// A video format: codec or pixel format, size in pixels, extensions (may be NULL).
    fn CMVideoFormatDescriptionCreate(
        _allocator: Handle, codec: u32, width: i32, height: i32, extensions: Handle, out: Out<Handle>,
    ) -> OSStatus {
        give("CMVideoFormatDescriptionCreate", out, vitascope::core::Error::status, || {
            let extensions = extensions_of(extensions)?;
            FormatDescription::video(FourCc(codec), width, height, extensions)
        })
    }

    /// The format of uncompressed pictures like this one.
    fn CMVideoFormatDescriptionCreateForImageBuffer(_allocator: Handle, image: Handle, out: Out<Handle>) -> OSStatus {
        let Some(image) = image.get::<CvPixelBuffer>() else {
            out.clear();
            log::error!("CMVideoFormatDescriptionCreateForImageBuffer: not a pixel buffer");
            return INVALID_PARAMETER;
        };
        give("CMVideoFormatDescriptionCreateForImageBuffer", out, vitascope::core::Error::status, || {
            FormatDescription::video_for_pixel_buffer(&image.buffer)
        })
    }

    /// Whether this is the format of such pictures.
    fn CMVideoFormatDescriptionMatchesImageBuffer(description: Handle, image: Handle) -> u8 {
        match (engine(description), image.get::<CvPixelBuffer>()) {
            (Some(format), Some(image)) => format.matches_pixel_buffer(&image.buffer).into(),
            _ => 0,
        }
    }

    /// Size of coded pictures in pixels; 0 x 0 for NULL.
    fn CMVideoFormatDescriptionGetDimensions(description: Handle) -> CMVideoDimensions {
        engine(description).map_or(CMVideoDimensions { width: 0, height: 0 }, |format| {
            let dimensions = format.dimensions();
            CMVideoDimensions { width: dimensions.width, height: dimensions.height }
        })
    }

    /// Size for display, with or without pixel aspect ratio and clean aperture.
    fn CMVideoFormatDescriptionGetPresentationDimensions(
        description: Handle, use_aspect: u8, use_aperture: u8,
    ) -> CGSize {
        engine(description).map_or(CGSize::ZERO, |format| {
            format.presentation_dimensions(use_aspect != 0, use_aperture != 0).into()
        })
    }

    /// The part of the picture that is meant to be seen, in pixels.
    fn CMVideoFormatDescriptionGetCleanAperture(description: Handle, origin_at_top_left: u8) -> CGRect {
        engine(description).map_or(CGRect::ZERO, |format| format.clean_aperture(origin_at_top_left != 0).into())
    }

    /// The extensions that describe the same as image buffer attachments of the same name, not retained.
    fn CMVideoFormatDescriptionGetExtensionKeysCommonWithImageBuffers() -> Handle {
        static KEYS: OnceLock<Owned> = OnceLock::new();
        **KEYS.get_or_init(|| {
            let keys = FormatDescription::KEYS_COMMON_WITH_IMAGE_BUFFERS;
            array::new(&keys.iter().map(|key| string::new(key)).collect::<Vec<_>>())
        })
    }

    /// The tags of the video channels of a format: no format here has several, so kCMFormatDescriptionError_ValueNotAvailable.
    fn CMVideoFormatDescriptionCopyTagCollectionArray(description: Handle, out: Out<Handle>) -> OSStatus {
        out.clear();
        if engine(description).is_none() { INVALID_PARAMETER } else { OSStatus(-12718) }
    }
}
