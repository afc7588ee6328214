//! What the destination's attachments say after a conversion.
//!
//! All it had are removed. Those of the source that propagate come over, but for the ones that describe what
//! the conversion may have changed; these are made afresh.

use vitascope_core::attachment::FieldDetail;
use vitascope_core::{AttachmentMode, ChromaLocation, PixelBuffer, TransferFunction, Value, attachment};

use crate::description::PictureDescription;

/// Attachments that follow from [`PictureDescription`], never from the source as they stand.
const DESCRIBED: &[&str] = &[
    attachment::CLEAN_APERTURE,
    attachment::PIXEL_ASPECT_RATIO,
    attachment::COLOR_PRIMARIES,
    attachment::TRANSFER_FUNCTION,
    attachment::YCBCR_MATRIX,
    attachment::GAMMA_LEVEL,
    attachment::ICC_PROFILE,
    attachment::CHROMA_LOCATION_TOP_FIELD,
    attachment::CHROMA_LOCATION_BOTTOM_FIELD,
    attachment::ALPHA_CHANNEL_MODE,
];

/// Attachments that hold only while pixels stay where they are.
const PLACED: &[&str] = &[
    attachment::PREFERRED_CLEAN_APERTURE,
    attachment::REGION_OF_INTEREST,
    attachment::DISPLAY_MASK_RECTANGLE,
    attachment::DISPLAY_MASK_RECTANGLE_STEREO_LEFT,
    attachment::DISPLAY_MASK_RECTANGLE_STEREO_RIGHT,
];

/// Attachments that hold for one set of primaries and one transfer function only.
const COLORED: &[&str] = &[
    attachment::CG_COLOR_SPACE,
    attachment::MASTERING_DISPLAY_COLOR_VOLUME,
    attachment::CONTENT_LIGHT_LEVEL_INFO,
    attachment::AMBIENT_VIEWING_ENVIRONMENT,
];

/// What became of the places of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moves {
    /// Pixels are not where they were.
    pub(crate) moved: bool,
    /// The picture has another size or shape, or is another part of it.
    pub(crate) reshaped: bool,
    /// What became of rows.
    pub(crate) rows: Rows,
    /// Chroma lies where it lay, in either field.
    pub(crate) chroma_kept: bool,
}

/// What became of rows, of which fields are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Those of a field are a field.
    Kept,
    /// The upper field has become the lower one.
    Exchanged,
    /// They are mixed, or have become columns.
    Lost,
}

/// Rewrites the attachments of `to`, a conversion of `from` (described by `source`) with this outcome.
pub(crate) fn rewrite(
    from: &PixelBuffer,
    to: &PixelBuffer,
    source: &PictureDescription,
    outcome: &PictureDescription,
    has_alpha: bool,
    moves: Moves,
) {
    let recolored = source.color.primaries != outcome.color.primaries
        || source.color.transfer != outcome.color.transfer
        || source.color.gamma != outcome.color.gamma
        || source.icc_profile != outcome.icc_profile;
    let carried = from.attachments(AttachmentMode::ShouldPropagate);
    to.remove_all_attachments();
    for (key, value) in carried.iter() {
        let stale = DESCRIBED.contains(&key)
            || moves.moved && PLACED.contains(&key)
            || moves.reshaped && key == attachment::DISPLAY_DIMENSIONS
            || moves.rows == Rows::Lost && is_of_fields(key, value)
            || recolored && COLORED.contains(&key)
            || !has_alpha && key == attachment::ALPHA_CHANNEL_IS_OPAQUE;
        if !stale {
            let exchanged = (moves.rows == Rows::Exchanged && key == attachment::FIELD_DETAIL)
                .then(|| FieldDetail::from_string(value.as_str()?))
                .flatten()
                .map(|detail| Value::from(detail.mirrored().string()));
            to.set_attachment(
                key,
                exchanged.unwrap_or_else(|| value.clone()),
                AttachmentMode::ShouldPropagate,
            );
        }
    }
    let mut color = outcome.color;
    color.gamma =
        color.gamma.filter(|_| color.transfer.is_none_or(|transfer| transfer == TransferFunction::UseGamma));
    color.write_to(to);
    if let Some(profile) = &outcome.icc_profile {
        to.set_attachment(
            attachment::ICC_PROFILE,
            Value::Data(profile.clone()),
            AttachmentMode::ShouldPropagate,
        );
    }
    if let Some(aperture) = &outcome.clean_aperture {
        to.set_clean_aperture(aperture);
    }
    if let Some(ratio) = &outcome.pixel_aspect_ratio {
        to.set_pixel_aspect_ratio(ratio);
    }
    if let Some(location) = outcome.chroma_location {
        let set = |key, location: ChromaLocation| {
            to.set_attachment(key, location.string(), AttachmentMode::ShouldPropagate);
        };
        // Chroma that is made anew is made for the frame, whose fields then have it in one place.
        let below = || {
            let (own, _) = from.attachment(attachment::CHROMA_LOCATION_BOTTOM_FIELD)?;
            own.as_str().and_then(ChromaLocation::from_string)
        };
        set(attachment::CHROMA_LOCATION_TOP_FIELD, location);
        let below = moves.chroma_kept.then(below).flatten().unwrap_or(location);
        set(attachment::CHROMA_LOCATION_BOTTOM_FIELD, below);
    }
    if let Some(premultiplied) = outcome.premultiplied {
        let mode = if premultiplied { attachment::PREMULTIPLIED_ALPHA } else { attachment::STRAIGHT_ALPHA };
        to.set_attachment(attachment::ALPHA_CHANNEL_MODE, mode, AttachmentMode::ShouldPropagate);
    }
}

/// Whether an attachment says that a picture has two fields, and which.
fn is_of_fields(key: &str, value: &Value) -> bool {
    key == attachment::FIELD_DETAIL || key == attachment::FIELD_COUNT && value.as_i64() != Some(1)
}
