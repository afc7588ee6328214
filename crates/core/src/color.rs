//! What the numbers in a picture mean as colours.
//!
//! The platform names colour by strings, streams and files by the code points of ITU-T H.273 (ISO/IEC 23091-2).

use crate::attachment;
use crate::{AttachmentMode, Dictionary, PixelBuffer, Value};

/// Colours of the three primaries and of white.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ColorPrimaries {
    /// ITU-R BT.709, code point 1.
    Itu709,
    /// EBU Tech. 3213 (ITU-R BT.470 system B and G), code point 5.
    Ebu3213,
    /// SMPTE C (SMPTE 170M), code point 6; 7 is the same.
    SmpteC,
    /// ITU-R BT.2020, code point 9.
    Itu2020,
    /// DCI P3 (SMPTE RP 431-2), code point 11.
    DciP3,
    /// P3 with D65 white (SMPTE EG 432-1), code point 12.
    P3D65,
    /// P22 phosphors, code point 22.
    P22,
}

/// Relation between a colour value and light.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TransferFunction {
    /// ITU-R BT.709, code point 1; 6 (BT.601) is the same function.
    Itu709,
    /// SMPTE 240M, code point 7.
    Smpte240M,
    /// A power whose exponent stands beside it: code points 4 (2.2) and 5 (2.8).
    UseGamma,
    /// Linear light, code point 8.
    Linear,
    /// IEC 61966-2-1 sRGB, code point 13.
    Srgb,
    /// ITU-R BT.2020, code point 14; 15 is the same function.
    Itu2020,
    /// SMPTE ST 2084 (PQ), code point 16.
    SmpteSt2084Pq,
    /// SMPTE ST 428-1, code point 17.
    SmpteSt428,
    /// ITU-R BT.2100 hybrid log-gamma, code point 18.
    Itu2100Hlg,
}

/// How luma and colour differences follow from red, green and blue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum YCbCrMatrix {
    /// ITU-R BT.709, code point 1.
    Itu709,
    /// ITU-R BT.601, code point 6; 5 is the same.
    Itu601,
    /// SMPTE 240M, code point 7.
    Smpte240M,
    /// ITU-R BT.2020 with non-constant luminance, code point 9.
    Itu2020,
    /// Derived from the DCI P3 primaries; deprecated by the platform. Code point 12 is "derived from the primaries".
    DciP3,
    /// Derived from the P3 D65 primaries; deprecated by the platform. Code point 12.
    P3D65,
}

/// Where chroma samples sit among the luma samples of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChromaLocation {
    /// At the left, half way down: type 0, usual for H.264.
    Left,
    /// In the middle: type 1, as in JPEG.
    Center,
    /// At the top left: type 2, usual for BT.2020.
    TopLeft,
    /// At the top, half way across: type 3.
    Top,
    /// At the bottom left: type 4.
    BottomLeft,
    /// At the bottom, half way across: type 5.
    Bottom,
    /// Cb and Cr at the left of alternate lines, as in DV for 625 lines; it has no type number.
    Dv420,
}

/// The colour of a picture: what is known of it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct ColorInfo {
    /// Colours of the primaries and of white.
    pub primaries: Option<ColorPrimaries>,
    /// Relation between value and light.
    pub transfer: Option<TransferFunction>,
    /// Relation between RGB and YCbCr.
    pub matrix: Option<YCbCrMatrix>,
    /// The exponent for [`TransferFunction::UseGamma`]: light is value to this power.
    pub gamma: Option<f64>,
}

/// Exponents that a transfer function can have.
const GAMMA_RANGE: std::ops::RangeInclusive<f64> = 0.1..=10.0;

/// The code point that says nothing.
pub const UNSPECIFIED_CODE_POINT: u8 = 2;

macro_rules! named_codes {
    ($type:ident, $what:literal, { $($variant:ident = $string:literal, $code:expr;)* }, also: { $($alias:pat => $same:ident),* }) => {
        impl $type {
            /// All of them.
            pub const ALL: &'static [$type] = &[$($type::$variant),*];

            /// The platform's string.
            pub const fn string(self) -> &'static str {
                match self {
                    $($type::$variant => $string,)*
                }
            }

            #[doc = concat!("The ", $what, " with this string of the platform.")]
            pub fn from_string(string: &str) -> Option<Self> {
                $type::ALL.iter().copied().find(|name| name.string() == string)
            }

            const fn code(self) -> Option<u8> {
                match self {
                    $($type::$variant => $code,)*
                }
            }

            fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($alias => Some($type::$same),)*
                    _ => $type::ALL.iter().copied().find(|name| name.code() == Some(code)),
                }
            }
        }
    };
}

named_codes! { ColorPrimaries, "colour primaries", {
    Itu709 = "ITU_R_709_2", Some(1);
    Ebu3213 = "EBU_3213", Some(5);
    SmpteC = "SMPTE_C", Some(6);
    Itu2020 = "ITU_R_2020", Some(9);
    DciP3 = "DCI_P3", Some(11);
    P3D65 = "P3_D65", Some(12);
    P22 = "P22", Some(22);
}, also: { 7 => SmpteC } }

named_codes! { TransferFunction, "transfer function", {
    Itu709 = "ITU_R_709_2", Some(1);
    Smpte240M = "SMPTE_240M_1995", Some(7);
    UseGamma = "UseGamma", None;
    Linear = "Linear", Some(8);
    Srgb = "IEC_sRGB", Some(13);
    Itu2020 = "ITU_R_2020", Some(14);
    SmpteSt2084Pq = "SMPTE_ST_2084_PQ", Some(16);
    SmpteSt428 = "SMPTE_ST_428_1", Some(17);
    Itu2100Hlg = "ITU_R_2100_HLG", Some(18);
}, also: { 6 => Itu709, 15 => Itu2020, 4 | 5 => UseGamma } }

named_codes! { YCbCrMatrix, "matrix", {
    Itu709 = "ITU_R_709_2", Some(1);
    Itu601 = "ITU_R_601_4", Some(6);
    Smpte240M = "SMPTE_240M_1995", Some(7);
    Itu2020 = "ITU_R_2020", Some(9);
    P3D65 = "P3_D65", Some(12);
    DciP3 = "DCI_P3", Some(12);
}, also: { 5 => Itu601 } }

named_codes! { ChromaLocation, "chroma location", {
    Left = "Left", Some(0);
    Center = "Center", Some(1);
    TopLeft = "TopLeft", Some(2);
    Top = "Top", Some(3);
    BottomLeft = "BottomLeft", Some(4);
    Bottom = "Bottom", Some(5);
    Dv420 = "DV 4:2:0", None;
}, also: {  } }

impl ColorPrimaries {
    /// `ColourPrimaries` of ITU-T H.273 8.1.
    pub fn code_point(self) -> u8 {
        self.code().unwrap_or(UNSPECIFIED_CODE_POINT)
    }

    /// The primaries with a code point; `None` for 2 (unspecified) and for those without a name on the platform.
    pub fn from_code_point(code: u8) -> Option<Self> {
        ColorPrimaries::from_code(code)
    }

    /// CIE 1931 x and y of red, green, blue and white.
    pub const fn chromaticities(self) -> [(f64, f64); 4] {
        const D65: (f64, f64) = (0.3127, 0.3290);
        match self {
            ColorPrimaries::Itu709 => [(0.640, 0.330), (0.300, 0.600), (0.150, 0.060), D65],
            ColorPrimaries::Ebu3213 => [(0.640, 0.330), (0.290, 0.600), (0.150, 0.060), D65],
            ColorPrimaries::SmpteC => [(0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65],
            ColorPrimaries::Itu2020 => [(0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65],
            ColorPrimaries::DciP3 => [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)],
            ColorPrimaries::P3D65 => [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65],
            ColorPrimaries::P22 => [(0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65],
        }
    }
}

impl TransferFunction {
    /// `TransferCharacteristics` of ITU-T H.273 8.2; 2 (unspecified) for a power, see
    /// [`ColorInfo::transfer_code_point`].
    pub fn code_point(self) -> u8 {
        self.code().unwrap_or(UNSPECIFIED_CODE_POINT)
    }

    /// The function with a code point; `None` for 2 (unspecified) and for those without a name on the platform.
    pub fn from_code_point(code: u8) -> Option<Self> {
        TransferFunction::from_code(code)
    }

    /// As [`TransferFunction::from_string`]; the platform's two deprecated names mean the function of BT.709 as well.
    pub fn from_attachment_string(string: &str) -> Option<Self> {
        match string {
            "SMPTE_C" | "EBU_3213" => Some(TransferFunction::Itu709),
            _ => TransferFunction::from_string(string),
        }
    }
}

impl YCbCrMatrix {
    /// `MatrixCoefficients` of ITU-T H.273 8.3.
    pub fn code_point(self) -> u8 {
        self.code().unwrap_or(UNSPECIFIED_CODE_POINT)
    }

    /// The matrix with a code point; `None` for 2 (unspecified) and for those without a name on the platform. 12 is
    /// taken as P3 with D65 white, since all other primaries have a matrix of their own.
    pub fn from_code_point(code: u8) -> Option<Self> {
        YCbCrMatrix::from_code(code)
    }

    /// Weights of red and blue in luma (`KR` and `KB` of ITU-T H.273 8.3).
    pub const fn luma_weights(self) -> (f64, f64) {
        match self {
            YCbCrMatrix::Itu709 => (0.2126, 0.0722),
            YCbCrMatrix::Itu601 => (0.299, 0.114),
            YCbCrMatrix::Smpte240M => (0.212, 0.087),
            YCbCrMatrix::Itu2020 => (0.2627, 0.0593),
            YCbCrMatrix::DciP3 => DCI_P3_WEIGHTS,
            YCbCrMatrix::P3D65 => P3_D65_WEIGHTS,
        }
    }
}

/// KR and KB that follow from the DCI P3 primaries by the formula of ITU-T H.273 8.3.
const DCI_P3_WEIGHTS: (f64, f64) = (0.209_491_677_912_730_5, 0.068_913_067_926_225_8);
/// KR and KB that follow from the P3 D65 primaries by the formula of ITU-T H.273 8.3.
const P3_D65_WEIGHTS: (f64, f64) = (0.228_974_564_069_748_8, 0.079_286_914_093_744_98);

impl ChromaLocation {
    /// `Chroma420SampleLocType` of ITU-T H.273 8.7 (`chroma_sample_loc_type` of H.264 and HEVC).
    pub fn sample_location_type(self) -> Option<u8> {
        self.code()
    }

    /// The location with a type number from 0 to 5.
    pub fn from_sample_location_type(number: u8) -> Option<Self> {
        ChromaLocation::from_code(number)
    }
}

impl ColorInfo {
    /// BT.709 in everything: what untagged high-definition video is.
    pub const ITU_709: ColorInfo = ColorInfo {
        primaries: Some(ColorPrimaries::Itu709),
        transfer: Some(TransferFunction::Itu709),
        matrix: Some(YCbCrMatrix::Itu709),
        gamma: None,
    };
    /// SMPTE C primaries with the matrix of BT.601: what untagged standard-definition video is.
    pub const ITU_601: ColorInfo = ColorInfo {
        primaries: Some(ColorPrimaries::SmpteC),
        transfer: Some(TransferFunction::Itu709),
        matrix: Some(YCbCrMatrix::Itu601),
        gamma: None,
    };

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.primaries.is_none() && self.transfer.is_none() && self.matrix.is_none()
    }

    /// What the attachments of a picture say. Strings that have no meaning here count as absent; a gamma level without a
    /// transfer function means [`TransferFunction::UseGamma`].
    pub fn from_attachments(buffer: &PixelBuffer) -> ColorInfo {
        ColorInfo::from_lookup(|key| buffer.attached(key))
    }

    /// What a dictionary of attachments or of format description extensions says.
    pub fn from_dictionary(dictionary: &Dictionary) -> ColorInfo {
        ColorInfo::from_lookup(|key| dictionary.get(key).cloned())
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<Value>) -> ColorInfo {
        let string = |key| lookup(key).and_then(|value| value.as_str().map(str::to_owned));
        let gamma =
            lookup(attachment::GAMMA_LEVEL).and_then(|value| value.as_f64()).filter(|gamma| !gamma.is_nan());
        // A power on its own says what the function is, if it can be one.
        let power = gamma.filter(|gamma| GAMMA_RANGE.contains(gamma)).map(|_| TransferFunction::UseGamma);
        ColorInfo {
            primaries: string(attachment::COLOR_PRIMARIES)
                .and_then(|name| ColorPrimaries::from_string(&name)),
            transfer: string(attachment::TRANSFER_FUNCTION)
                .and_then(|name| TransferFunction::from_attachment_string(&name))
                .or(power),
            matrix: string(attachment::YCBCR_MATRIX).and_then(|name| YCbCrMatrix::from_string(&name)),
            gamma,
        }
    }

    /// Attaches what is known; it propagates. What is not known is removed.
    pub fn write_to(&self, buffer: &PixelBuffer) {
        let values = self.to_dictionary();
        let keys = [
            attachment::COLOR_PRIMARIES,
            attachment::TRANSFER_FUNCTION,
            attachment::YCBCR_MATRIX,
            attachment::GAMMA_LEVEL,
        ];
        for key in keys {
            match values.get(key) {
                Some(value) => buffer.set_attachment(key, value.clone(), AttachmentMode::ShouldPropagate),
                None => drop(buffer.remove_attachment(key)),
            }
        }
    }

    /// What is known, as attachments or format description extensions.
    pub fn to_dictionary(&self) -> Dictionary {
        let mut dictionary = Dictionary::new();
        if let Some(primaries) = self.primaries {
            dictionary.insert(attachment::COLOR_PRIMARIES, primaries.string());
        }
        if let Some(transfer) = self.transfer {
            dictionary.insert(attachment::TRANSFER_FUNCTION, transfer.string());
        }
        if let Some(matrix) = self.matrix {
            dictionary.insert(attachment::YCBCR_MATRIX, matrix.string());
        }
        if let (Some(TransferFunction::UseGamma), Some(gamma)) = (self.transfer, self.gamma) {
            dictionary.insert(attachment::GAMMA_LEVEL, gamma);
        }
        dictionary
    }

    /// The code points of primaries, transfer function and matrix, 2 for what is not known.
    pub fn code_points(&self) -> (u8, u8, u8) {
        (
            self.primaries.map_or(UNSPECIFIED_CODE_POINT, ColorPrimaries::code_point),
            self.transfer_code_point(),
            self.matrix.map_or(UNSPECIFIED_CODE_POINT, YCbCrMatrix::code_point),
        )
    }

    /// The code point of the transfer function: 4 and 5 for the powers 2.2 and 2.8, 2 for other powers.
    pub fn transfer_code_point(&self) -> u8 {
        match (self.transfer, self.gamma) {
            (Some(TransferFunction::UseGamma), Some(gamma)) if (gamma - 2.2).abs() < 1e-3 => 4,
            (Some(TransferFunction::UseGamma), Some(gamma)) if (gamma - 2.8).abs() < 1e-3 => 5,
            (Some(transfer), _) => transfer.code_point(),
            (None, _) => UNSPECIFIED_CODE_POINT,
        }
    }

    /// What three code points say.
    pub fn from_code_points(primaries: u8, transfer: u8, matrix: u8) -> ColorInfo {
        ColorInfo {
            primaries: ColorPrimaries::from_code_point(primaries),
            transfer: TransferFunction::from_code_point(transfer),
            matrix: YCbCrMatrix::from_code_point(matrix),
            gamma: match transfer {
                4 => Some(2.2),
                5 => Some(2.8),
                _ => None,
            },
        }
    }

    /// This, with `other` for what is not known.
    #[must_use]
    pub fn or(self, other: ColorInfo) -> ColorInfo {
        ColorInfo {
            primaries: self.primaries.or(other.primaries),
            transfer: self.transfer.or(other.transfer),
            matrix: self.matrix.or(other.matrix),
            gamma: if self.transfer.is_some() { self.gamma } else { other.gamma },
        }
    }
}
