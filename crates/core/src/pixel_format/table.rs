//! The table of pixel formats.

use super::ChromaSubsampling::{self, None as NoChroma, Yuv420, Yuv422, Yuv444};
use super::ColorModel::{self, Bayer, Components, Gray, Indexed, Rgb, YCbCr};
use super::Range::{self, Extended, Full, NotApplicable, Video, Wide};
use super::SampleType::{self, Float, Half, Integer};
use super::{PixelFormat, PlaneFormat};
use crate::FourCc;

/// The codes of all formats that have a public byte layout.
#[rustfmt::skip]
pub mod format {
    use crate::FourCc;

    /// `1`: `kCVPixelFormatType_1Monochrome`, MSB-first, 8 pixels per byte.
    pub const MONOCHROME_1: FourCc = FourCc(1);
    /// `2`: `kCVPixelFormatType_2Indexed`, MSB-first, 4 pixels per byte.
    pub const INDEXED_2: FourCc = FourCc(2);
    /// `4`: `kCVPixelFormatType_4Indexed`, MSB-first, 2 pixels per byte.
    pub const INDEXED_4: FourCc = FourCc(4);
    /// `8`: `kCVPixelFormatType_8Indexed`, 1 byte per pixel.
    pub const INDEXED_8: FourCc = FourCc(8);
    /// `33`: `kCVPixelFormatType_1IndexedGray_WhiteIsZero`, MSB-first, 8 pixels per byte, white is 0.
    pub const GRAY_WHITE_IS_ZERO_1: FourCc = FourCc(33);
    /// `34`: `kCVPixelFormatType_2IndexedGray_WhiteIsZero`, MSB-first, 4 pixels per byte, white is 0.
    pub const GRAY_WHITE_IS_ZERO_2: FourCc = FourCc(34);
    /// `36`: `kCVPixelFormatType_4IndexedGray_WhiteIsZero`, MSB-first, 2 pixels per byte, white is 0.
    pub const GRAY_WHITE_IS_ZERO_4: FourCc = FourCc(36);
    /// `40`: `kCVPixelFormatType_8IndexedGray_WhiteIsZero`, 1 byte per pixel, white is 0.
    pub const GRAY_WHITE_IS_ZERO_8: FourCc = FourCc(40);
    /// `16`: `kCVPixelFormatType_16BE555`, 16-bit big-endian word, xRRRRRGGGGGBBBBB.
    pub const RGB555_BE: FourCc = FourCc(16);
    /// `'L555'`: `kCVPixelFormatType_16LE555`, 16-bit little-endian word, xRRRRRGGGGGBBBBB.
    pub const RGB555_LE: FourCc = FourCc::new(*b"L555");
    /// `'5551'`: `kCVPixelFormatType_16LE5551`, 16-bit little-endian word, RRRRRGGGGGBBBBBA (1-bit alpha lowest).
    pub const RGBA5551_LE: FourCc = FourCc::new(*b"5551");
    /// `'B565'`: `kCVPixelFormatType_16BE565`, 16-bit big-endian word, RRRRRGGGGGGBBBBB.
    pub const RGB565_BE: FourCc = FourCc::new(*b"B565");
    /// `'L565'`: `kCVPixelFormatType_16LE565`, 16-bit little-endian word, RRRRRGGGGGGBBBBB.
    pub const RGB565_LE: FourCc = FourCc::new(*b"L565");
    /// `24`: `kCVPixelFormatType_24RGB`, bytes R,G,B.
    pub const RGB24: FourCc = FourCc(24);
    /// `'24BG'`: `kCVPixelFormatType_24BGR`, bytes B,G,R.
    pub const BGR24: FourCc = FourCc::new(*b"24BG");
    /// `32`: `kCVPixelFormatType_32ARGB`, bytes A,R,G,B.
    pub const ARGB32: FourCc = FourCc(32);
    /// `'BGRA'`: `kCVPixelFormatType_32BGRA`, bytes B,G,R,A.
    pub const BGRA32: FourCc = FourCc::new(*b"BGRA");
    /// `'ABGR'`: `kCVPixelFormatType_32ABGR`, bytes A,B,G,R.
    pub const ABGR32: FourCc = FourCc::new(*b"ABGR");
    /// `'RGBA'`: `kCVPixelFormatType_32RGBA`, bytes R,G,B,A.
    pub const RGBA32: FourCc = FourCc::new(*b"RGBA");
    /// `'b64a'`: `kCVPixelFormatType_64ARGB`, big-endian 16-bit samples A,R,G,B.
    pub const ARGB64_BE: FourCc = FourCc::new(*b"b64a");
    /// `'l64r'`: `kCVPixelFormatType_64RGBALE`, little-endian 16-bit samples R,G,B,A.
    pub const RGBA64_LE: FourCc = FourCc::new(*b"l64r");
    /// `'b48r'`: `kCVPixelFormatType_48RGB`, big-endian 16-bit samples R,G,B.
    pub const RGB48_BE: FourCc = FourCc::new(*b"b48r");
    /// `'b32a'`: `kCVPixelFormatType_32AlphaGray`, big-endian 16-bit samples A,Y (alpha first); unsure of order.
    pub const ALPHA_GRAY32_BE: FourCc = FourCc::new(*b"b32a");
    /// `'b16g'`: `kCVPixelFormatType_16Gray`, big-endian 16-bit samples.
    pub const GRAY16_BE: FourCc = FourCc::new(*b"b16g");
    /// `'R10k'`: `kCVPixelFormatType_30RGB`, big-endian 32-bit word, R,G,B in the top 30 bits, 2 low padding bits.
    pub const RGB30_BE: FourCc = FourCc::new(*b"R10k");
    /// `'r210'`: `kCVPixelFormatType_30RGB_r210`, big-endian 32-bit word, 2 high padding bits then R,G,B.
    pub const RGB30_R210: FourCc = FourCc::new(*b"r210");
    /// `'2vuy'`: `kCVPixelFormatType_422YpCbCr8`, bytes Cb,Y0,Cr,Y1.
    pub const YUV422_UYVY: FourCc = FourCc::new(*b"2vuy");
    /// `'v408'`: `kCVPixelFormatType_4444YpCbCrA8`, bytes Cb,Y,Cr,A.
    pub const YUVA4444: FourCc = FourCc::new(*b"v408");
    /// `'r408'`: `kCVPixelFormatType_4444YpCbCrA8R`, bytes A,Y,Cb,Cr, rendering form with Y offset so black is 0.
    pub const YUVA4444_RENDERING: FourCc = FourCc::new(*b"r408");
    /// `'y408'`: `kCVPixelFormatType_4444AYpCbCr8`, bytes A,Y,Cb,Cr.
    pub const AYUV4444: FourCc = FourCc::new(*b"y408");
    /// `'y416'`: `kCVPixelFormatType_4444AYpCbCr16`, little-endian 16-bit samples A,Y,Cb,Cr.
    pub const AYUV4444_16: FourCc = FourCc::new(*b"y416");
    /// `'r4fl'`: `kCVPixelFormatType_4444AYpCbCrFloat`, float samples A,Y,Cb,Cr.
    pub const AYUV4444_FLOAT: FourCc = FourCc::new(*b"r4fl");
    /// `'v308'`: `kCVPixelFormatType_444YpCbCr8`, bytes Cr,Y,Cb.
    pub const YUV444_PACKED: FourCc = FourCc::new(*b"v308");
    /// `'v216'`: `kCVPixelFormatType_422YpCbCr16`, little-endian 16-bit samples Cb,Y0,Cr,Y1.
    pub const YUV422_16: FourCc = FourCc::new(*b"v216");
    /// `'v210'`: `kCVPixelFormatType_422YpCbCr10`, v210: 6 pixels in four little-endian 32-bit words, rows padded to 48 pixels (128 bytes).
    pub const YUV422_10: FourCc = FourCc::new(*b"v210");
    /// `'v410'`: `kCVPixelFormatType_444YpCbCr10`, little-endian 32-bit word, Cr,Y,Cb in bits 31..2.
    pub const YUV444_10: FourCc = FourCc::new(*b"v410");
    /// `'y420'`: `kCVPixelFormatType_420YpCbCr8Planar`, planes Y,Cb,Cr.
    pub const YUV420_PLANAR: FourCc = FourCc::new(*b"y420");
    /// `'f420'`: `kCVPixelFormatType_420YpCbCr8PlanarFullRange`, planes Y,Cb,Cr.
    pub const YUV420_PLANAR_FULL: FourCc = FourCc::new(*b"f420");
    /// `'a2vy'`: `kCVPixelFormatType_422YpCbCr_4A_8BiPlanar`, plane 0 bytes Cb,Y0,Cr,Y1; plane 1 alpha.
    pub const YUV422_ALPHA_BIPLANAR: FourCc = FourCc::new(*b"a2vy");
    /// `'420v'`: `kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange`, NV12: plane Y, plane interleaved Cb,Cr.
    pub const YUV420_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"420v");
    /// `'420f'`: `kCVPixelFormatType_420YpCbCr8BiPlanarFullRange`, NV12: plane Y, plane interleaved Cb,Cr.
    pub const YUV420_BIPLANAR_FULL: FourCc = FourCc::new(*b"420f");
    /// `'422v'`: `kCVPixelFormatType_422YpCbCr8BiPlanarVideoRange`, NV16: plane Y, plane interleaved Cb,Cr.
    pub const YUV422_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"422v");
    /// `'422f'`: `kCVPixelFormatType_422YpCbCr8BiPlanarFullRange`, NV16: plane Y, plane interleaved Cb,Cr.
    pub const YUV422_BIPLANAR_FULL: FourCc = FourCc::new(*b"422f");
    /// `'444v'`: `kCVPixelFormatType_444YpCbCr8BiPlanarVideoRange`, NV24: plane Y, plane interleaved Cb,Cr.
    pub const YUV444_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"444v");
    /// `'444f'`: `kCVPixelFormatType_444YpCbCr8BiPlanarFullRange`, NV24: plane Y, plane interleaved Cb,Cr.
    pub const YUV444_BIPLANAR_FULL: FourCc = FourCc::new(*b"444f");
    /// `'yuvs'`: `kCVPixelFormatType_422YpCbCr8_yuvs`, bytes Y0,Cb,Y1,Cr.
    pub const YUV422_YUYV: FourCc = FourCc::new(*b"yuvs");
    /// `'yuvf'`: `kCVPixelFormatType_422YpCbCr8FullRange`, bytes Y0,Cb,Y1,Cr.
    pub const YUV422_YUYV_FULL: FourCc = FourCc::new(*b"yuvf");
    /// `'L008'`: `kCVPixelFormatType_OneComponent8`, 1 byte per pixel.
    pub const ONE_COMPONENT_8: FourCc = FourCc::new(*b"L008");
    /// `'2C08'`: `kCVPixelFormatType_TwoComponent8`, 2 bytes per pixel.
    pub const TWO_COMPONENT_8: FourCc = FourCc::new(*b"2C08");
    /// `'w30r'`: `kCVPixelFormatType_30RGBLEPackedWideGamut`, little-endian 32-bit word, 2 top bits 0, then R,G,B; nominal range 384-895 (0.0 to 1.0).
    pub const RGB30_WIDE: FourCc = FourCc::new(*b"w30r");
    /// `'l10r'`: `kCVPixelFormatType_ARGB2101010LEPacked`, little-endian 32-bit word, A(2),R,G,B from the top.
    pub const ARGB2101010_LE: FourCc = FourCc::new(*b"l10r");
    /// `'w40a'`: `kCVPixelFormatType_40ARGBLEWideGamut`, little-endian 16-bit words, 10 bits at the top, order A,R,G,B per name.
    pub const ARGB40_WIDE: FourCc = FourCc::new(*b"w40a");
    /// `'w40m'`: `kCVPixelFormatType_40ARGBLEWideGamutPremultiplied`, as 40ARGBLEWideGamut with premultiplied alpha.
    pub const ARGB40_WIDE_PREMULTIPLIED: FourCc = FourCc::new(*b"w40m");
    /// `'L010'`: `kCVPixelFormatType_OneComponent10`, little-endian 16-bit word, data in the high 10 bits.
    pub const ONE_COMPONENT_10: FourCc = FourCc::new(*b"L010");
    /// `'L012'`: `kCVPixelFormatType_OneComponent12`, little-endian 16-bit word, data in the high 12 bits.
    pub const ONE_COMPONENT_12: FourCc = FourCc::new(*b"L012");
    /// `'L016'`: `kCVPixelFormatType_OneComponent16`, little-endian 16-bit word.
    pub const ONE_COMPONENT_16: FourCc = FourCc::new(*b"L016");
    /// `'2C16'`: `kCVPixelFormatType_TwoComponent16`, little-endian 16-bit words.
    pub const TWO_COMPONENT_16: FourCc = FourCc::new(*b"2C16");
    /// `'L00h'`: `kCVPixelFormatType_OneComponent16Half`, little-endian half float.
    pub const ONE_COMPONENT_HALF: FourCc = FourCc::new(*b"L00h");
    /// `'L00f'`: `kCVPixelFormatType_OneComponent32Float`, little-endian float.
    pub const ONE_COMPONENT_FLOAT: FourCc = FourCc::new(*b"L00f");
    /// `'2C0h'`: `kCVPixelFormatType_TwoComponent16Half`, little-endian half floats.
    pub const TWO_COMPONENT_HALF: FourCc = FourCc::new(*b"2C0h");
    /// `'2C0f'`: `kCVPixelFormatType_TwoComponent32Float`, little-endian floats.
    pub const TWO_COMPONENT_FLOAT: FourCc = FourCc::new(*b"2C0f");
    /// `'RGhA'`: `kCVPixelFormatType_64RGBAHalf`, little-endian half floats R,G,B,A.
    pub const RGBA_HALF: FourCc = FourCc::new(*b"RGhA");
    /// `'RGfA'`: `kCVPixelFormatType_128RGBAFloat`, little-endian floats R,G,B,A.
    pub const RGBA_FLOAT: FourCc = FourCc::new(*b"RGfA");
    /// `'grb4'`: `kCVPixelFormatType_14Bayer_GRBG`, little-endian 16-bit words, low 14 bits.
    pub const BAYER_GRBG_14: FourCc = FourCc::new(*b"grb4");
    /// `'rgg4'`: `kCVPixelFormatType_14Bayer_RGGB`, little-endian 16-bit words, low 14 bits.
    pub const BAYER_RGGB_14: FourCc = FourCc::new(*b"rgg4");
    /// `'bgg4'`: `kCVPixelFormatType_14Bayer_BGGR`, little-endian 16-bit words, low 14 bits.
    pub const BAYER_BGGR_14: FourCc = FourCc::new(*b"bgg4");
    /// `'gbr4'`: `kCVPixelFormatType_14Bayer_GBRG`, little-endian 16-bit words, low 14 bits.
    pub const BAYER_GBRG_14: FourCc = FourCc::new(*b"gbr4");
    /// `'hdis'`: `kCVPixelFormatType_DisparityFloat16`, 1/m disparity.
    pub const DISPARITY_HALF: FourCc = FourCc::new(*b"hdis");
    /// `'fdis'`: `kCVPixelFormatType_DisparityFloat32`, 1/m disparity.
    pub const DISPARITY_FLOAT: FourCc = FourCc::new(*b"fdis");
    /// `'hdep'`: `kCVPixelFormatType_DepthFloat16`, depth in metres.
    pub const DEPTH_HALF: FourCc = FourCc::new(*b"hdep");
    /// `'fdep'`: `kCVPixelFormatType_DepthFloat32`, depth in metres.
    pub const DEPTH_FLOAT: FourCc = FourCc::new(*b"fdep");
    /// `'x420'`: `kCVPixelFormatType_420YpCbCr10BiPlanarVideoRange`, P010: little-endian 16-bit words, data in the high 10 bits; plane Y, plane CbCr.
    pub const YUV420_10_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"x420");
    /// `'x422'`: `kCVPixelFormatType_422YpCbCr10BiPlanarVideoRange`, P210: as P010.
    pub const YUV422_10_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"x422");
    /// `'x444'`: `kCVPixelFormatType_444YpCbCr10BiPlanarVideoRange`, P410: as P010.
    pub const YUV444_10_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"x444");
    /// `'xf20'`: `kCVPixelFormatType_420YpCbCr10BiPlanarFullRange`, P010 layout.
    pub const YUV420_10_BIPLANAR_FULL: FourCc = FourCc::new(*b"xf20");
    /// `'xf22'`: `kCVPixelFormatType_422YpCbCr10BiPlanarFullRange`, P210 layout.
    pub const YUV422_10_BIPLANAR_FULL: FourCc = FourCc::new(*b"xf22");
    /// `'xf44'`: `kCVPixelFormatType_444YpCbCr10BiPlanarFullRange`, P410 layout.
    pub const YUV444_10_BIPLANAR_FULL: FourCc = FourCc::new(*b"xf44");
    /// `'v0a8'`: `kCVPixelFormatType_420YpCbCr8VideoRange_8A_TriPlanar`, plane Y, plane CbCr, plane A.
    pub const YUV420_ALPHA_TRIPLANAR: FourCc = FourCc::new(*b"v0a8");
    /// `'bp16'`: `kCVPixelFormatType_16VersatileBayer`, little-endian 16-bit sensels; pattern in attachment.
    pub const BAYER_VERSATILE_16: FourCc = FourCc::new(*b"bp16");
    /// `'btp2'`: `kCVPixelFormatType_96VersatileBayerPacked12`, 12-bit packed sensels in 96-bit blocks of 8.
    pub const BAYER_VERSATILE_PACKED_12: FourCc = FourCc::new(*b"btp2");
    /// `'bp64'`: `kCVPixelFormatType_64RGBA_DownscaledProResRAW`, little-endian 16-bit R,G,B,A, linear, white balance not applied.
    pub const RGBA64_DOWNSCALED_PRORES_RAW: FourCc = FourCc::new(*b"bp64");
    /// `'sv22'`: `kCVPixelFormatType_422YpCbCr16BiPlanarVideoRange`, P216: little-endian 16-bit words; plane Y, plane CbCr.
    pub const YUV422_16_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"sv22");
    /// `'sv44'`: `kCVPixelFormatType_444YpCbCr16BiPlanarVideoRange`, P416: little-endian 16-bit words; plane Y, plane CbCr.
    pub const YUV444_16_BIPLANAR_VIDEO: FourCc = FourCc::new(*b"sv44");
    /// `'s4as'`: `kCVPixelFormatType_444YpCbCr16VideoRange_16A_TriPlanar`, little-endian 16-bit words; plane Y, plane CbCr, plane A.
    pub const YUV444_16_ALPHA_TRIPLANAR: FourCc = FourCc::new(*b"s4as");
    /// `'b3a8'`: `kCVPixelFormatType_30RGBLE_8A_BiPlanar`, plane 0 as 30RGBLEPackedWideGamut (unsure), plane 1 8-bit alpha.
    pub const RGB30_ALPHA_BIPLANAR: FourCc = FourCc::new(*b"b3a8");
}

/// Every format with a public byte layout, as arguments of [`row`] and [`plane`].
#[rustfmt::skip]
pub(super) const FORMATS: &[PixelFormat] = &[
    row(format::MONOCHROME_1, "1Monochrome", Gray, Integer, 1, 0, NoChroma, Full, &[plane(8, 8, 1, 1, 1, &[0])]),
    row(format::INDEXED_2, "2Indexed", Indexed, Integer, 2, 0, NoChroma, NotApplicable, &[plane(4, 8, 1, 1, 1, &[])]),
    row(format::INDEXED_4, "4Indexed", Indexed, Integer, 4, 0, NoChroma, NotApplicable, &[plane(2, 8, 1, 1, 1, &[])]),
    row(format::INDEXED_8, "8Indexed", Indexed, Integer, 8, 0, NoChroma, NotApplicable, &[plane(1, 8, 1, 1, 1, &[])]),
    row(format::GRAY_WHITE_IS_ZERO_1, "1IndexedGray_WhiteIsZero", Gray, Integer, 1, 0, NoChroma, Full,
        &[plane(8, 8, 1, 1, 1, &[255])]),
    row(format::GRAY_WHITE_IS_ZERO_2, "2IndexedGray_WhiteIsZero", Gray, Integer, 2, 0, NoChroma, Full,
        &[plane(4, 8, 1, 1, 1, &[255])]),
    row(format::GRAY_WHITE_IS_ZERO_4, "4IndexedGray_WhiteIsZero", Gray, Integer, 4, 0, NoChroma, Full,
        &[plane(2, 8, 1, 1, 1, &[255])]),
    row(format::GRAY_WHITE_IS_ZERO_8, "8IndexedGray_WhiteIsZero", Gray, Integer, 8, 0, NoChroma, Full,
        &[plane(1, 8, 1, 1, 1, &[255])]),
    row(format::RGB555_BE, "16BE555", Rgb, Integer, 5, 0, NoChroma, Full, &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::RGB555_LE, "16LE555", Rgb, Integer, 5, 0, NoChroma, Full, &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::RGBA5551_LE, "16LE5551", Rgb, Integer, 5, 1, NoChroma, Full, &[plane(1, 16, 1, 1, 1, &[1, 0])]),
    row(format::RGB565_BE, "16BE565", Rgb, Integer, 6, 0, NoChroma, Full, &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::RGB565_LE, "16LE565", Rgb, Integer, 6, 0, NoChroma, Full, &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::RGB24, "24RGB", Rgb, Integer, 8, 0, NoChroma, Full, &[plane(1, 24, 1, 1, 1, &[0, 0, 0])]),
    row(format::BGR24, "24BGR", Rgb, Integer, 8, 0, NoChroma, Full, &[plane(1, 24, 1, 1, 1, &[0, 0, 0])]),
    row(format::ARGB32, "32ARGB", Rgb, Integer, 8, 8, NoChroma, Full, &[plane(1, 32, 1, 1, 1, &[255, 0, 0, 0])]),
    row(format::BGRA32, "32BGRA", Rgb, Integer, 8, 8, NoChroma, Full, &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 255])]),
    row(format::ABGR32, "32ABGR", Rgb, Integer, 8, 8, NoChroma, Full, &[plane(1, 32, 1, 1, 1, &[255, 0, 0, 0])]),
    row(format::RGBA32, "32RGBA", Rgb, Integer, 8, 8, NoChroma, Full, &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 255])]),
    row(format::ARGB64_BE, "64ARGB", Rgb, Integer, 16, 16, NoChroma, Full,
        &[plane(1, 64, 1, 1, 1, &[255, 255, 0, 0, 0, 0, 0, 0])]),
    row(format::RGBA64_LE, "64RGBALE", Rgb, Integer, 16, 16, NoChroma, Full,
        &[plane(1, 64, 1, 1, 1, &[0, 0, 0, 0, 0, 0, 255, 255])]),
    row(format::RGB48_BE, "48RGB", Rgb, Integer, 16, 0, NoChroma, Full,
        &[plane(1, 48, 1, 1, 1, &[0, 0, 0, 0, 0, 0])]),
    row(format::ALPHA_GRAY32_BE, "32AlphaGray", Gray, Integer, 16, 16, NoChroma, Full,
        &[plane(1, 32, 1, 1, 1, &[255, 255, 0, 0])]),
    row(format::GRAY16_BE, "16Gray", Gray, Integer, 16, 0, NoChroma, Full, &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::RGB30_BE, "30RGB", Rgb, Integer, 10, 0, NoChroma, Full, &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 0])]),
    row(format::RGB30_R210, "30RGB_r210", Rgb, Integer, 10, 0, NoChroma, Video,
        &[plane(1, 32, 1, 1, 1, &[4, 1, 0, 64])]),
    row(format::YUV422_UYVY, "422YpCbCr8", YCbCr, Integer, 8, 0, Yuv422, Video,
        &[plane(2, 32, 1, 1, 1, &[128, 16, 128, 16])]),
    row(format::YUVA4444, "4444YpCbCrA8", YCbCr, Integer, 8, 8, Yuv444, Video,
        &[plane(1, 32, 1, 1, 1, &[128, 16, 128, 255])]),
    row(format::YUVA4444_RENDERING, "4444YpCbCrA8R", YCbCr, Integer, 8, 8, Yuv444, Video,
        &[plane(1, 32, 1, 1, 1, &[255, 0, 128, 128])]),
    row(format::AYUV4444, "4444AYpCbCr8", YCbCr, Integer, 8, 8, Yuv444, Video,
        &[plane(1, 32, 1, 1, 1, &[255, 16, 128, 128])]),
    row(format::AYUV4444_16, "4444AYpCbCr16", YCbCr, Integer, 16, 16, Yuv444, Video,
        &[plane(1, 64, 1, 1, 1, &[255, 255, 0, 16, 0, 128, 0, 128])]),
    row(format::AYUV4444_FLOAT, "4444AYpCbCrFloat", YCbCr, Float, 32, 32, Yuv444, Video,
        &[plane(1, 128, 1, 1, 1, &[0, 0, 128, 63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
    row(format::YUV444_PACKED, "444YpCbCr8", YCbCr, Integer, 8, 0, Yuv444, Video,
        &[plane(1, 24, 1, 1, 1, &[128, 16, 128])]),
    row(format::YUV422_16, "422YpCbCr16", YCbCr, Integer, 16, 0, Yuv422, Video,
        &[plane(2, 64, 1, 1, 1, &[0, 128, 0, 16, 0, 128, 0, 16])]),
    row(format::YUV422_10, "422YpCbCr10", YCbCr, Integer, 10, 0, Yuv422, Video,
        &[plane(6, 128, 8, 1, 1, &[0, 2, 1, 32, 64, 0, 8, 4, 0, 2, 1, 32, 64, 0, 8, 4])]),
    row(format::YUV444_10, "444YpCbCr10", YCbCr, Integer, 10, 0, Yuv444, Video,
        &[plane(1, 32, 1, 1, 1, &[0, 8, 4, 128])]),
    row(format::YUV420_PLANAR, "420YpCbCr8Planar", YCbCr, Integer, 8, 0, Yuv420, Video,
        &[plane(1, 8, 1, 1, 1, &[16]),
          plane(1, 8, 1, 2, 2, &[128]),
          plane(1, 8, 1, 2, 2, &[128])]),
    row(format::YUV420_PLANAR_FULL, "420YpCbCr8PlanarFullRange", YCbCr, Integer, 8, 0, Yuv420, Full,
        &[plane(1, 8, 1, 1, 1, &[0]),
          plane(1, 8, 1, 2, 2, &[128]),
          plane(1, 8, 1, 2, 2, &[128])]),
    row(format::YUV422_ALPHA_BIPLANAR, "422YpCbCr_4A_8BiPlanar", YCbCr, Integer, 8, 8, Yuv422, Video,
        &[plane(2, 32, 1, 1, 1, &[128, 16, 128, 16]),
          plane(1, 8, 1, 1, 1, &[255])]),
    row(format::YUV420_BIPLANAR_VIDEO, "420YpCbCr8BiPlanarVideoRange", YCbCr, Integer, 8, 0, Yuv420, Video,
        &[plane(1, 8, 1, 1, 1, &[16]),
          plane(1, 16, 1, 2, 2, &[128, 128])]),
    row(format::YUV420_BIPLANAR_FULL, "420YpCbCr8BiPlanarFullRange", YCbCr, Integer, 8, 0, Yuv420, Full,
        &[plane(1, 8, 1, 1, 1, &[0]),
          plane(1, 16, 1, 2, 2, &[128, 128])]),
    row(format::YUV422_BIPLANAR_VIDEO, "422YpCbCr8BiPlanarVideoRange", YCbCr, Integer, 8, 0, Yuv422, Video,
        &[plane(1, 8, 1, 1, 1, &[16]),
          plane(1, 16, 1, 2, 1, &[128, 128])]),
    row(format::YUV422_BIPLANAR_FULL, "422YpCbCr8BiPlanarFullRange", YCbCr, Integer, 8, 0, Yuv422, Full,
        &[plane(1, 8, 1, 1, 1, &[0]),
          plane(1, 16, 1, 2, 1, &[128, 128])]),
    row(format::YUV444_BIPLANAR_VIDEO, "444YpCbCr8BiPlanarVideoRange", YCbCr, Integer, 8, 0, Yuv444, Video,
        &[plane(1, 8, 1, 1, 1, &[16]),
          plane(1, 16, 1, 1, 1, &[128, 128])]),
    row(format::YUV444_BIPLANAR_FULL, "444YpCbCr8BiPlanarFullRange", YCbCr, Integer, 8, 0, Yuv444, Full,
        &[plane(1, 8, 1, 1, 1, &[0]),
          plane(1, 16, 1, 1, 1, &[128, 128])]),
    row(format::YUV422_YUYV, "422YpCbCr8_yuvs", YCbCr, Integer, 8, 0, Yuv422, Video,
        &[plane(2, 32, 1, 1, 1, &[16, 128, 16, 128])]),
    row(format::YUV422_YUYV_FULL, "422YpCbCr8FullRange", YCbCr, Integer, 8, 0, Yuv422, Full,
        &[plane(2, 32, 1, 1, 1, &[0, 128, 0, 128])]),
    row(format::ONE_COMPONENT_8, "OneComponent8", Components, Integer, 8, 0, NoChroma, NotApplicable,
        &[plane(1, 8, 1, 1, 1, &[0])]),
    row(format::TWO_COMPONENT_8, "TwoComponent8", Components, Integer, 8, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::RGB30_WIDE, "30RGBLEPackedWideGamut", Rgb, Integer, 10, 0, NoChroma, Wide,
        &[plane(1, 32, 1, 1, 1, &[128, 1, 6, 24])]),
    row(format::ARGB2101010_LE, "ARGB2101010LEPacked", Rgb, Integer, 10, 2, NoChroma, Full,
        &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 192])]),
    row(format::ARGB40_WIDE, "40ARGBLEWideGamut", Rgb, Integer, 10, 10, NoChroma, Wide,
        &[plane(1, 64, 1, 1, 1, &[192, 223, 0, 96, 0, 96, 0, 96])]),
    row(format::ARGB40_WIDE_PREMULTIPLIED, "40ARGBLEWideGamutPremultiplied", Rgb, Integer, 10, 10, NoChroma, Wide,
        &[plane(1, 64, 1, 1, 1, &[192, 223, 0, 96, 0, 96, 0, 96])]),
    row(format::ONE_COMPONENT_10, "OneComponent10", Components, Integer, 10, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::ONE_COMPONENT_12, "OneComponent12", Components, Integer, 12, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::ONE_COMPONENT_16, "OneComponent16", Components, Integer, 16, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::TWO_COMPONENT_16, "TwoComponent16", Components, Integer, 16, 0, NoChroma, NotApplicable,
        &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 0])]),
    row(format::ONE_COMPONENT_HALF, "OneComponent16Half", Components, Half, 16, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::ONE_COMPONENT_FLOAT, "OneComponent32Float", Components, Float, 32, 0, NoChroma, NotApplicable,
        &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 0])]),
    row(format::TWO_COMPONENT_HALF, "TwoComponent16Half", Components, Half, 16, 0, NoChroma, NotApplicable,
        &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 0])]),
    row(format::TWO_COMPONENT_FLOAT, "TwoComponent32Float", Components, Float, 32, 0, NoChroma, NotApplicable,
        &[plane(1, 64, 1, 1, 1, &[0, 0, 0, 0, 0, 0, 0, 0])]),
    row(format::RGBA_HALF, "64RGBAHalf", Rgb, Half, 16, 16, NoChroma, Extended,
        &[plane(1, 64, 1, 1, 1, &[0, 0, 0, 0, 0, 0, 0, 60])]),
    row(format::RGBA_FLOAT, "128RGBAFloat", Rgb, Float, 32, 32, NoChroma, Extended,
        &[plane(1, 128, 1, 1, 1, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63])]),
    row(format::BAYER_GRBG_14, "14Bayer_GRBG", Bayer, Integer, 14, 0, NoChroma, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::BAYER_RGGB_14, "14Bayer_RGGB", Bayer, Integer, 14, 0, NoChroma, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::BAYER_BGGR_14, "14Bayer_BGGR", Bayer, Integer, 14, 0, NoChroma, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::BAYER_GBRG_14, "14Bayer_GBRG", Bayer, Integer, 14, 0, NoChroma, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::DISPARITY_HALF, "DisparityFloat16", Components, Half, 16, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::DISPARITY_FLOAT, "DisparityFloat32", Components, Float, 32, 0, NoChroma, NotApplicable,
        &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 0])]),
    row(format::DEPTH_HALF, "DepthFloat16", Components, Half, 16, 0, NoChroma, NotApplicable,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::DEPTH_FLOAT, "DepthFloat32", Components, Float, 32, 0, NoChroma, NotApplicable,
        &[plane(1, 32, 1, 1, 1, &[0, 0, 0, 0])]),
    row(format::YUV420_10_BIPLANAR_VIDEO, "420YpCbCr10BiPlanarVideoRange", YCbCr, Integer, 10, 0, Yuv420, Video,
        &[plane(1, 16, 1, 1, 1, &[0, 16]),
          plane(1, 32, 1, 2, 2, &[0, 128, 0, 128])]),
    row(format::YUV422_10_BIPLANAR_VIDEO, "422YpCbCr10BiPlanarVideoRange", YCbCr, Integer, 10, 0, Yuv422, Video,
        &[plane(1, 16, 1, 1, 1, &[0, 16]),
          plane(1, 32, 1, 2, 1, &[0, 128, 0, 128])]),
    row(format::YUV444_10_BIPLANAR_VIDEO, "444YpCbCr10BiPlanarVideoRange", YCbCr, Integer, 10, 0, Yuv444, Video,
        &[plane(1, 16, 1, 1, 1, &[0, 16]),
          plane(1, 32, 1, 1, 1, &[0, 128, 0, 128])]),
    row(format::YUV420_10_BIPLANAR_FULL, "420YpCbCr10BiPlanarFullRange", YCbCr, Integer, 10, 0, Yuv420, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0]),
          plane(1, 32, 1, 2, 2, &[0, 128, 0, 128])]),
    row(format::YUV422_10_BIPLANAR_FULL, "422YpCbCr10BiPlanarFullRange", YCbCr, Integer, 10, 0, Yuv422, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0]),
          plane(1, 32, 1, 2, 1, &[0, 128, 0, 128])]),
    row(format::YUV444_10_BIPLANAR_FULL, "444YpCbCr10BiPlanarFullRange", YCbCr, Integer, 10, 0, Yuv444, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0]),
          plane(1, 32, 1, 1, 1, &[0, 128, 0, 128])]),
    row(format::YUV420_ALPHA_TRIPLANAR, "420YpCbCr8VideoRange_8A_TriPlanar", YCbCr, Integer, 8, 8, Yuv420, Video,
        &[plane(1, 8, 1, 1, 1, &[16]),
          plane(1, 16, 1, 2, 2, &[128, 128]),
          plane(1, 8, 1, 1, 1, &[255])]),
    row(format::BAYER_VERSATILE_16, "16VersatileBayer", Bayer, Integer, 16, 0, NoChroma, Full,
        &[plane(1, 16, 1, 1, 1, &[0, 0])]),
    row(format::BAYER_VERSATILE_PACKED_12, "96VersatileBayerPacked12", Bayer, Integer, 12, 0, NoChroma, Full,
        &[plane(8, 96, 1, 1, 1, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
    row(format::RGBA64_DOWNSCALED_PRORES_RAW, "64RGBA_DownscaledProResRAW", Rgb, Integer, 16, 16, NoChroma, Full,
        &[plane(1, 64, 1, 1, 1, &[0, 0, 0, 0, 0, 0, 255, 255])]),
    row(format::YUV422_16_BIPLANAR_VIDEO, "422YpCbCr16BiPlanarVideoRange", YCbCr, Integer, 16, 0, Yuv422, Video,
        &[plane(1, 16, 1, 1, 1, &[0, 16]),
          plane(1, 32, 1, 2, 1, &[0, 128, 0, 128])]),
    row(format::YUV444_16_BIPLANAR_VIDEO, "444YpCbCr16BiPlanarVideoRange", YCbCr, Integer, 16, 0, Yuv444, Video,
        &[plane(1, 16, 1, 1, 1, &[0, 16]),
          plane(1, 32, 1, 1, 1, &[0, 128, 0, 128])]),
    row(format::YUV444_16_ALPHA_TRIPLANAR, "444YpCbCr16VideoRange_16A_TriPlanar", YCbCr, Integer, 16, 16, Yuv444, Video,
        &[plane(1, 16, 1, 1, 1, &[0, 16]),
          plane(1, 32, 1, 1, 1, &[0, 128, 0, 128]),
          plane(1, 16, 1, 1, 1, &[255, 255])]),
    row(format::RGB30_ALPHA_BIPLANAR, "30RGBLE_8A_BiPlanar", Rgb, Integer, 10, 8, NoChroma, Wide,
        &[plane(1, 32, 1, 1, 1, &[128, 1, 6, 24]),
          plane(1, 8, 1, 1, 1, &[255])]),
];

/// The vendor's compressed formats.
pub(super) const COMPRESSED: &[(FourCc, &str)] = &[
    (FourCc::new(*b"&BGA"), "Lossless_32BGRA"),
    (FourCc::new(*b"&RhA"), "Lossless_64RGBAHalf"),
    (FourCc::new(*b"&8v0"), "Lossless_420YpCbCr8BiPlanarVideoRange"),
    (FourCc::new(*b"&8f0"), "Lossless_420YpCbCr8BiPlanarFullRange"),
    (FourCc::new(*b"&xv0"), "Lossless_420YpCbCr10PackedBiPlanarVideoRange"),
    (FourCc::new(*b"&xf0"), "Lossless_420YpCbCr10PackedBiPlanarFullRange"),
    (FourCc::new(*b"&xv2"), "Lossless_422YpCbCr10PackedBiPlanarVideoRange"),
    (FourCc::new(*b"&b38"), "Lossless_30RGBLE_8A_BiPlanar"),
    (FourCc::new(*b"&w3r"), "Lossless_30RGBLEPackedWideGamut"),
    (FourCc::new(*b"-BGA"), "Lossy_32BGRA"),
    (FourCc::new(*b"-8v0"), "Lossy_420YpCbCr8BiPlanarVideoRange"),
    (FourCc::new(*b"-8f0"), "Lossy_420YpCbCr8BiPlanarFullRange"),
    (FourCc::new(*b"-xv0"), "Lossy_420YpCbCr10PackedBiPlanarVideoRange"),
    (FourCc::new(*b"-xv2"), "Lossy_422YpCbCr10PackedBiPlanarVideoRange"),
];

/// A format; planar when it has several planes. One format alone is premultiplied.
const fn row(
    fourcc: FourCc,
    name: &'static str,
    model: ColorModel,
    sample: SampleType,
    bits_per_component: u8,
    alpha_bits: u8,
    chroma: ChromaSubsampling,
    range: Range,
    planes: &'static [PlaneFormat],
) -> PixelFormat {
    PixelFormat {
        fourcc,
        name,
        model,
        sample,
        bits_per_component,
        alpha_bits,
        chroma,
        range,
        premultiplied: fourcc.0 == format::ARGB40_WIDE_PREMULTIPLIED.0,
        planar: planes.len() > 1,
        planes,
    }
}

/// A plane of blocks one row high.
const fn plane(
    block_width: u8,
    bits_per_block: u16,
    block_alignment: u8,
    horizontal_subsampling: u8,
    vertical_subsampling: u8,
    black_block: &'static [u8],
) -> PlaneFormat {
    PlaneFormat {
        block_width,
        block_height: 1,
        bits_per_block,
        block_alignment,
        horizontal_subsampling,
        vertical_subsampling,
        black_block,
    }
}
