//! What a stream is like: decided once, by properties and the first frame.

use vitascope_convert::{Converter, Options, PictureDescription, ScalingMode};
use vitascope_core::attachment::FieldDetail;
use vitascope_core::{
    ChromaLocation, CleanAperture, ColorInfo, ColorPrimaries, Dictionary, FourCc, PixelAspectRatio,
    PixelBuffer, PixelFormat, TransferFunction, YCbCrMatrix, attachment,
};

use super::source;
use crate::error::Result;
use crate::pixel_transfer::transfer_options;
use crate::property::{PropertyValues, key};
use crate::registry::EncoderEntry;

/// Pictures with more pixels than this are taken for high definition when nothing says what their colours are; the same line
/// that pixel conversion draws.
const STANDARD_DEFINITION_PIXELS: u32 = 720 * 576;

/// The power of [`TransferFunction::UseGamma`] when nobody says it.
const USUAL_GAMMA: f64 = 2.2;

/// A stream's pixel format, colours and geometry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stream {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Coded width and height are multiples of this.
    pub(super) size_multiple: u32,
    /// The encoder's format to which other formats are converted.
    pub(super) pixel_format: FourCc,
    pub(super) full_range: bool,
    /// All three are known.
    pub(super) color: ColorInfo,
    /// GammaLevel, which marks the stream and changes no pixels.
    pub(super) gamma_level: Option<f64>,
    /// In lowest terms; `None` when nobody said.
    pub(super) pixel_aspect_ratio: Option<PixelAspectRatio>,
    pub(super) clean_aperture: Option<CleanAperture>,
    /// The order of the fields, for interlaced frames.
    pub(super) fields: Option<FieldDetail>,
    /// Where chroma lies: as the first frame says it, or where its conversion puts it.
    pub(super) chroma_location: Option<ChromaLocation>,
    /// Mastering display, light level and viewing environment: as properties say, or the first frame unless its colours are
    /// converted.
    pub(super) display_metadata: Dictionary,
    /// How frames of another size or format are converted; its colours are in `color`.
    pub(super) transfer: Options,
}

/// Attachments that go to the format description as they are, with their length in bytes.
const DISPLAY_METADATA: [(&str, usize); 3] = [
    (attachment::MASTERING_DISPLAY_COLOR_VOLUME, 24),
    (attachment::CONTENT_LIGHT_LEVEL_INFO, 4),
    (attachment::AMBIENT_VIEWING_ENVIRONMENT, 8),
];

impl Stream {
    /// Decides from the properties and the first frame; without a frame, from the format in which frames are expected.
    pub(super) fn decide(
        entry: &EncoderEntry,
        width: u32,
        height: u32,
        values: &PropertyValues,
        first: Option<&PixelBuffer>,
        expected: FourCc,
    ) -> Result<Self> {
        let format = first.map_or(expected, PixelBuffer::format);
        let pixel_format = encoder_format(entry, format);
        let full_range = PixelFormat::find(pixel_format).is_some_and(PixelFormat::is_full_range);
        let mut transfer = transfer(values)?;
        let converted = first.filter(|first| {
            !entry.pixel_formats.contains(&format)
                || (first.width(), first.height()) != (width as usize, height as usize)
        });
        let wanted = take_colors(&mut transfer);
        let color = color(width, height, values, converted.map(|_| wanted), first);
        let converter = converted.and_then(|first| {
            let target = PictureDescription::new(pixel_format, width as usize, height as usize);
            // What cannot be converted is refused when its conversion is planned.
            Converter::new(&PictureDescription::of(first), &target, &transfer).ok()
        });
        let (pixel_aspect_ratio, clean_aperture) = match converted {
            Some(_) if transfer.scaling_mode != ScalingMode::Normal => {
                fitted_geometry(width, height, values, converter.as_ref().map(Converter::outcome))
            }
            _ => geometry(width, height, values, first),
        };
        // Rows that are scaled are no fields any more.
        let of_fields = first.filter(|_| converter.as_ref().is_none_or(Converter::keeps_fields));
        let mut stream = Stream {
            fields: fields(values, of_fields),
            width,
            height,
            size_multiple: entry.size_multiple,
            pixel_format,
            full_range,
            color,
            gamma_level: values.float(key::GAMMA_LEVEL),
            display_metadata: display_metadata(values, first, &color),
            transfer,
            pixel_aspect_ratio,
            clean_aperture,
            chroma_location: None,
        };
        stream.chroma_location = first.and_then(|first| chroma_location(entry, first, &stream));
        Ok(stream)
    }

    /// The colours that the stream is marked with: those that frames are converted to, but for a gamma that was set.
    pub(super) fn signalled_color(&self) -> ColorInfo {
        match self.gamma_level {
            None => self.color,
            gamma => ColorInfo { transfer: Some(TransferFunction::UseGamma), gamma, ..self.color },
        }
    }

    /// The picture size that is coded, in pixels.
    pub(super) fn coded_size(&self) -> (u32, u32) {
        (self.width.next_multiple_of(self.size_multiple), self.height.next_multiple_of(self.size_multiple))
    }
}

/// Whether values go together with each other and a picture size; if not, what would be accepted.
pub(super) fn check(values: &PropertyValues, width: u32, height: u32) -> Result<(), String> {
    match aperture_property(values) {
        Some(aperture) if !lies_inside(&aperture, width, height) => {
            Err(format!("a clean aperture inside the picture of {width}x{height} is accepted"))
        }
        _ => Ok(()),
    }
}

fn aperture_property(values: &PropertyValues) -> Option<CleanAperture> {
    CleanAperture::from_dictionary(&values.dictionary(key::CLEAN_APERTURE)?)
}

fn ratio_property(values: &PropertyValues) -> Option<PixelAspectRatio> {
    let ratio = PixelAspectRatio::from_dictionary(&values.dictionary(key::PIXEL_ASPECT_RATIO)?)?;
    Some(reduced(ratio.horizontal_spacing.into(), ratio.vertical_spacing.into()))
}

fn lies_inside(aperture: &CleanAperture, width: u32, height: u32) -> bool {
    let inside = |size: f64, offset: f64, whole: u32| size / 2.0 + offset.abs() <= f64::from(whole) / 2.0;
    inside(aperture.width, aperture.horizontal_offset, width)
        && inside(aperture.height, aperture.vertical_offset, height)
}

/// The format in which the encoder gets frames of `format`: the same if it takes that, else its first of the same range.
pub(super) fn encoder_format(entry: &EncoderEntry, format: FourCc) -> FourCc {
    let full =
        |format: FourCc| PixelFormat::find(format).is_some_and(|row| row.is_ycbcr() && row.is_full_range());
    let formats = entry.pixel_formats;
    let takes = formats.iter().find(|own| **own == format);
    let like = || formats.iter().find(|own| full(**own) == full(format));
    *takes.or_else(like).unwrap_or(&formats[0])
}

/// The options of [`key::PIXEL_TRANSFER_PROPERTIES`]; the session's own threads, geometry and so on where those say nothing.
fn transfer(values: &PropertyValues) -> Result<Options> {
    let mut options = match values.dictionary(key::PIXEL_TRANSFER_PROPERTIES) {
        Some(properties) => transfer_options(&properties)?,
        None => Options::default(),
    };
    if options.threads == 0 {
        options.threads = values.integer(key::VITASCOPE_THREAD_COUNT).unwrap_or(0) as usize;
    }
    options.destination_clean_aperture = options.destination_clean_aperture.or(aperture_property(values));
    options.destination_pixel_aspect_ratio =
        options.destination_pixel_aspect_ratio.or(ratio_property(values));
    Ok(options)
}

/// The colours that a conversion is asked for, which then are the stream's affair.
fn take_colors(options: &mut Options) -> ColorInfo {
    ColorInfo {
        primaries: options.destination_color_primaries.take(),
        transfer: options.destination_transfer_function.take(),
        matrix: options.destination_ycbcr_matrix.take(),
        gamma: options.destination_gamma_level.take(),
    }
}

/// Properties first, then what a conversion is asked for, then what the first frame says, then a guess by what is known and by size.
fn color(
    width: u32,
    height: u32,
    values: &PropertyValues,
    transfer: Option<ColorInfo>,
    first: Option<&PixelBuffer>,
) -> ColorInfo {
    let said = first.map(ColorInfo::from_attachments).unwrap_or_default();
    let mut asked = property_color(values);
    // A power that only the frames know.
    asked.gamma = match asked.transfer {
        Some(TransferFunction::UseGamma) => asked.gamma.or(said.gamma).or(Some(USUAL_GAMMA)),
        _ => None,
    };
    let known = asked.or(transfer.unwrap_or_default()).or(said);
    const ITU_2020: ColorInfo = ColorInfo {
        primaries: Some(ColorPrimaries::Itu2020),
        transfer: Some(TransferFunction::Itu2020),
        matrix: Some(YCbCrMatrix::Itu2020),
        gamma: None,
    };
    let guess = match (known.primaries, known.matrix) {
        (Some(ColorPrimaries::Itu2020), _) | (_, Some(YCbCrMatrix::Itu2020)) => ITU_2020,
        (None, Some(YCbCrMatrix::Itu709)) => ColorInfo::ITU_709,
        (None, Some(YCbCrMatrix::Itu601)) => ColorInfo::ITU_601,
        _ if width * height <= STANDARD_DEFINITION_PIXELS => ColorInfo::ITU_601,
        _ => ColorInfo::ITU_709,
    };
    known.or(guess)
}

/// The colours that properties ask for.
fn property_color(values: &PropertyValues) -> ColorInfo {
    ColorInfo {
        primaries: values.text(key::COLOR_PRIMARIES).and_then(|name| ColorPrimaries::from_string(&name)),
        transfer: values.text(key::TRANSFER_FUNCTION).and_then(|name| TransferFunction::from_string(&name)),
        matrix: values.text(key::YCBCR_MATRIX).and_then(|name| YCbCrMatrix::from_string(&name)),
        gamma: values.float(key::GAMMA_LEVEL),
    }
}

/// The order of the fields if the frames are interlaced: the properties, or what the first frame says. Fields whose order
/// nobody knows are taken to be top field first, as most video is.
fn fields(values: &PropertyValues, first: Option<&PixelBuffer>) -> Option<FieldDetail> {
    let attached = |key| first?.attachment(key).map(|(value, _)| value);
    let own_detail = values.text(key::FIELD_DETAIL);
    // Who names an order says that there are fields, whatever the frame says.
    let count = values
        .integer(key::FIELD_COUNT)
        .or_else(|| own_detail.as_ref().map(|_| 2))
        .or_else(|| attached(attachment::FIELD_COUNT)?.as_i64());
    let detail = own_detail
        .or_else(|| Some(attached(attachment::FIELD_DETAIL)?.as_str()?.to_owned()))
        .and_then(|name| FieldDetail::from_string(&name));
    match count {
        Some(1) => None,
        Some(2) => Some(detail.unwrap_or(FieldDetail::TemporalTopFirst)),
        _ => detail,
    }
}

/// What properties say about the display that the stream was made for; for the rest, what the first frame says.
fn display_metadata(values: &PropertyValues, first: Option<&PixelBuffer>, color: &ColorInfo) -> Dictionary {
    let mut metadata = first.map(|first| frame_display_metadata(first, color)).unwrap_or_default();
    for (property, attachment) in [
        (key::MASTERING_DISPLAY_COLOR_VOLUME, attachment::MASTERING_DISPLAY_COLOR_VOLUME),
        (key::CONTENT_LIGHT_LEVEL_INFO, attachment::CONTENT_LIGHT_LEVEL_INFO),
    ] {
        let value = values.value(property);
        if !value.is_null() {
            metadata.insert(attachment, value);
        }
    }
    metadata
}

/// What the first frame says about its display, if the stream has the colours that it was said for.
fn frame_display_metadata(first: &PixelBuffer, color: &ColorInfo) -> Dictionary {
    let own = ColorInfo::from_attachments(first);
    let kept = |own: bool, same: bool| !own || same;
    if !kept(own.primaries.is_some(), own.primaries == color.primaries)
        || !kept(own.transfer.is_some(), own.transfer == color.transfer)
    {
        return Dictionary::new();
    }
    let usable = |(key, length): &(&'static str, usize)| {
        let (value, _) = first.attachment(key)?;
        (value.as_data()?.len() == *length).then_some((*key, value))
    };
    DISPLAY_METADATA.iter().filter_map(usable).collect()
}

/// Where the chroma of a frame lies when the encoder gets it.
fn chroma_location(entry: &EncoderEntry, frame: &PixelBuffer, stream: &Stream) -> Option<ChromaLocation> {
    let source = PictureDescription::of(frame);
    match source::converter(entry, frame, &source, stream) {
        None => source.chroma_location,
        // What cannot be converted is refused when its conversion is planned.
        Some(converter) => converter.ok()?.outcome().chroma_location,
    }
}

/// Pixel aspect ratio and clean aperture: the properties, or those of the first frame as they become when the picture is scaled.
fn geometry(
    width: u32,
    height: u32,
    values: &PropertyValues,
    first: Option<&PixelBuffer>,
) -> (Option<PixelAspectRatio>, Option<CleanAperture>) {
    let ratio = ratio_property(values);
    let aperture = aperture_property(values);
    let Some(first) = first else { return (ratio, aperture) };
    let (from_width, from_height) = (first.width(), first.height());
    let ratio = ratio.or_else(|| {
        let said = first.pixel_aspect_ratio();
        let own = said.unwrap_or(PixelAspectRatio::SQUARE);
        let scaled = reduced(
            u128::from(own.horizontal_spacing) * from_width as u128 * u128::from(height),
            u128::from(own.vertical_spacing) * from_height as u128 * u128::from(width),
        );
        (said.is_some() || scaled != PixelAspectRatio::SQUARE).then_some(scaled)
    });
    let aperture = aperture.or_else(|| {
        let own = first.clean_aperture()?;
        let x = f64::from(width) / from_width as f64;
        let y = f64::from(height) / from_height as f64;
        let scaled = CleanAperture {
            width: own.width * x,
            height: own.height * y,
            horizontal_offset: own.horizontal_offset * x,
            vertical_offset: own.vertical_offset * y,
        };
        lies_inside(&scaled, width, height).then_some(scaled)
    });
    (ratio, aperture)
}

/// The same where a conversion keeps the picture's shape or crops it: the properties, or what the conversion makes of the first
/// frame.
fn fitted_geometry(
    width: u32,
    height: u32,
    values: &PropertyValues,
    outcome: Option<&PictureDescription>,
) -> (Option<PixelAspectRatio>, Option<CleanAperture>) {
    let ratio = outcome.and_then(|outcome| outcome.pixel_aspect_ratio);
    let ratio = ratio.map(|ratio| reduced(ratio.horizontal_spacing.into(), ratio.vertical_spacing.into()));
    let aperture = outcome.and_then(|outcome| outcome.clean_aperture);
    let aperture = aperture.filter(|aperture| lies_inside(aperture, width, height));
    (ratio_property(values).or(ratio), aperture_property(values).or(aperture))
}

/// A ratio in lowest terms, rounded to terms of 16 bits, the most that streams can hold.
fn reduced(horizontal: u128, vertical: u128) -> PixelAspectRatio {
    let divisor = greatest_common_divisor(horizontal, vertical);
    let (mut horizontal, mut vertical) = (horizontal / divisor, vertical / divisor);
    let excess = horizontal.max(vertical).div_ceil(65535);
    if excess > 1 {
        let rounded = |term: u128| ((term + excess / 2) / excess).max(1);
        (horizontal, vertical) = (rounded(horizontal), rounded(vertical));
        let divisor = greatest_common_divisor(horizontal, vertical);
        (horizontal, vertical) = (horizontal / divisor, vertical / divisor);
    }
    PixelAspectRatio { horizontal_spacing: horizontal as u32, vertical_spacing: vertical as u32 }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_in_lowest_terms_of_16_bits() {
        for (terms, expected) in [
            ((1, 1), (1, 1)),
            ((40, 33), (40, 33)),
            ((1920 * 2, 1440 * 2), (4, 3)),
            ((1_000_003, 1_000_000), (1, 1)),
            ((1_000_003, 3), (62500, 1)),
        ] {
            let ratio = reduced(terms.0, terms.1);
            assert_eq!((ratio.horizontal_spacing, ratio.vertical_spacing), expected, "{terms:?}");
        }
    }
}
