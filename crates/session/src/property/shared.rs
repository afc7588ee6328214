//! Choices and fields that rows of several sessions have in common.

use super::{DictionaryField, Kind};

/// Colour primaries that pictures can be converted to.
pub(crate) const COLOR_PRIMARIES: Kind =
    Kind::Enumeration(&["ITU_R_709_2", "EBU_3213", "SMPTE_C", "DCI_P3", "P3_D65", "ITU_R_2020", "P22"]);

/// Transfer functions that pictures can be converted to.
pub(crate) const TRANSFER_FUNCTION: Kind = Kind::Enumeration(&[
    "ITU_R_709_2",
    "SMPTE_240M_1995",
    "IEC_sRGB",
    "ITU_R_2020",
    "SMPTE_ST_428_1",
    "SMPTE_ST_2084_PQ",
    "ITU_R_2100_HLG",
    "Linear",
    "UseGamma",
]);

/// A pixel aspect ratio.
pub(crate) const PIXEL_ASPECT_RATIO: Kind = {
    const fn spacing(key: &'static str) -> DictionaryField {
        DictionaryField { key, minimum: 1.0, maximum: 65535.0, whole: true, optional: false }
    }
    Kind::Dictionary(&[spacing("HorizontalSpacing"), spacing("VerticalSpacing")])
};

/// The fields of a clean aperture in pictures whose sides are no longer than this.
pub(crate) const fn clean_aperture(longest_side: f64) -> [DictionaryField; 4] {
    const fn field(key: &'static str, minimum: f64, maximum: f64, optional: bool) -> DictionaryField {
        DictionaryField { key, minimum, maximum, whole: false, optional }
    }
    [
        field("Width", 1.0, longest_side, false),
        field("Height", 1.0, longest_side, false),
        field("HorizontalOffset", -longest_side, longest_side, true),
        field("VerticalOffset", -longest_side, longest_side, true),
    ]
}
