//! What PNG files say about their colours, and what is said of ours.
//!
//! Of several statements the file's best one counts, in the order of the PNG specification (third edition, clause 4.3): code
//! points (`cICP`), an ICC profile (`iCCP`), `sRGB`, then a gamma and chromaticities (`gAMA`, `cHRM`).

use vitascope::core::{
    AttachmentMode, ColorInfo, ColorPrimaries, PixelBuffer, TransferFunction, Value, attachment,
};

/// How far chromaticities may be from those of primaries with a name.
const CHROMATICITY_TOLERANCE: f64 = 0.0015;
/// Exponents of light that count; a `gAMA` chunk outside is a mistake.
const GAMMA_RANGE: std::ops::RangeInclusive<f64> = 0.1..=10.0;

/// Attaches what a file says of its picture. One that says nothing is sRGB.
pub(super) fn attach(picture: &PixelBuffer, info: &png::Info<'_>) {
    let set = |key: &str, value: Value| picture.set_attachment(key, value, AttachmentMode::ShouldPropagate);
    if let Some(points) = &info.coding_independent_code_points {
        if !points.is_video_full_range_image {
            log::warn!("the picture's samples are said to be of video range, and count as full range");
        }
        ColorInfo::from_code_points(points.color_primaries, points.transfer_function, 2).write_to(picture);
    } else if let (Some(profile), None) = (&info.icc_profile, info.srgb) {
        set(attachment::ICC_PROFILE, Value::data(profile.to_vec()));
    } else {
        let (transfer, gamma) = transfer(info);
        let primaries = primaries(info);
        ColorInfo { primaries, transfer, gamma, matrix: None }.write_to(picture);
    }
    if picture.description().alpha_bits > 0 {
        set(attachment::ALPHA_CHANNEL_MODE, Value::from(attachment::STRAIGHT_ALPHA));
    }
}

/// The function behind `gAMA`, which holds the exponent from light to code; sRGB without one.
fn transfer(info: &png::Info<'_>) -> (Option<TransferFunction>, Option<f64>) {
    let exponent = |code: f64| (10_000.0 / code).round() / 10_000.0;
    let gamma = info.gama_chunk.filter(|_| info.srgb.is_none());
    match gamma.map(|gamma| exponent(f64::from(gamma.into_value()))) {
        Some(1.0) => (Some(TransferFunction::Linear), None),
        Some(gamma) if GAMMA_RANGE.contains(&gamma) => (Some(TransferFunction::UseGamma), Some(gamma)),
        Some(gamma) => {
            log::warn!("a gamma of {gamma} is not taken; accepted are 0.1 to 10");
            (Some(TransferFunction::Srgb), None)
        }
        None => (Some(TransferFunction::Srgb), None),
    }
}

/// The primaries that `cHRM` means, if they have a name; BT.709, as of sRGB, without one.
fn primaries(info: &png::Info<'_>) -> Option<ColorPrimaries> {
    let Some(said) = info.chrm_chunk.filter(|_| info.srgb.is_none()) else {
        return Some(ColorPrimaries::Itu709);
    };
    let said = [said.red, said.green, said.blue, said.white]
        .map(|(x, y)| [f64::from(x.into_value()), f64::from(y.into_value())]);
    let near = |primaries: &&ColorPrimaries| {
        let own = primaries.chromaticities().map(|(x, y)| [x, y]);
        let mut pairs = own.as_flattened().iter().zip(said.as_flattened());
        pairs.all(|(own, said)| (own - said).abs() < CHROMATICITY_TOLERANCE)
    };
    let found = ColorPrimaries::ALL.iter().find(near).copied();
    if found.is_none() {
        log::warn!(
            "the picture's chromaticities are those of no primaries with a name; --input-color can say which to take"
        );
    }
    found
}

/// Puts a picture's profile, or a power without a code point, into the header.
pub(super) fn describe(picture: &PixelBuffer, info: &mut png::Info<'_>) {
    let profile = picture.attachment(attachment::ICC_PROFILE).map(|(profile, _)| profile);
    // A profile of an RGB device is not allowed in a gray file.
    if let Some(profile) = profile.as_ref().and_then(Value::as_data)
        && is_rgb(info.color_type)
    {
        info.icc_profile = Some(profile.to_vec().into());
        return;
    }
    let color = ColorInfo::from_attachments(picture);
    let (Some(TransferFunction::UseGamma), Some(gamma)) = (color.transfer, color.gamma) else { return };
    if has_code_point(&color) {
        return;
    }
    info.source_gamma = Some(png::ScaledFloat::new((1.0 / gamma) as f32));
    if let Some(primaries) = color.primaries {
        let [red, green, blue, white] = primaries.chromaticities().map(|(x, y)| (x as f32, y as f32));
        info.source_chromaticities = Some(png::SourceChromaticities::new(white, red, green, blue));
    }
}

/// The `cICP` chunk: primaries, transfer function, no matrix, full range; nothing when either is not known.
pub(super) fn code_points(picture: &PixelBuffer) -> Option<[u8; 4]> {
    let color = ColorInfo::from_attachments(picture);
    color.primaries.and(color.transfer)?;
    let (primaries, transfer, _) = color.code_points();
    has_code_point(&color).then_some([primaries, transfer, 0, 1])
}

fn has_code_point(color: &ColorInfo) -> bool {
    color.transfer_code_point() != vitascope::core::UNSPECIFIED_CODE_POINT
}

fn is_rgb(color: png::ColorType) -> bool {
    !matches!(color, png::ColorType::Grayscale | png::ColorType::GrayscaleAlpha)
}

#[cfg(test)]
mod tests {
    use vitascope::core::format;

    use super::*;

    fn picture() -> PixelBuffer {
        PixelBuffer::new(2, 2, format::RGB24).expect("a known format")
    }

    /// What a file says of its colours when it is written with these.
    fn read_back(color: ColorInfo) -> ColorInfo {
        let picture = picture();
        color.write_to(&picture);
        ColorInfo::from_attachments(&read(&picture))
    }

    fn read(picture: &PixelBuffer) -> PixelBuffer {
        let mut file = Vec::new();
        super::super::png::write(&mut file, picture).expect("a vector takes all");
        super::super::png::read(std::io::Cursor::new(&file)).expect("our own file")
    }

    #[test]
    fn colours_are_read_as_they_were_written() {
        for primaries in ColorPrimaries::ALL {
            for transfer in TransferFunction::ALL {
                for gamma in [2.2, 1.8] {
                    let gamma = (*transfer == TransferFunction::UseGamma).then_some(gamma);
                    let color = ColorInfo {
                        primaries: Some(*primaries),
                        transfer: Some(*transfer),
                        matrix: None,
                        gamma,
                    };
                    assert_eq!(read_back(color), color);
                }
            }
        }
        let unknown = read_back(ColorInfo::default());
        assert_eq!(
            (unknown.primaries, unknown.transfer),
            (Some(ColorPrimaries::Itu709), Some(TransferFunction::Srgb))
        );
    }

    #[test]
    fn profiles_travel_with_colour_but_not_with_gray() {
        let profile = Value::data((0..200).collect::<Vec<u8>>());
        for (format, kept) in
            [(format::RGB24, true), (format::RGBA64_LE, true), (format::ONE_COMPONENT_8, false)]
        {
            let picture = PixelBuffer::new(2, 2, format).expect("a known format");
            picture.set_attachment(attachment::ICC_PROFILE, profile.clone(), AttachmentMode::ShouldPropagate);
            let back = read(&picture).attachment(attachment::ICC_PROFILE).map(|(value, _)| value);
            assert_eq!(back, kept.then(|| profile.clone()), "{format}");
        }
    }

    #[test]
    fn gamma_and_chromaticities() {
        let said = |gamma: f32, red: (f32, f32), srgb: bool| {
            let mut info = png::Info::with_size(2, 2);
            info.gama_chunk = Some(png::ScaledFloat::new(gamma));
            info.chrm_chunk =
                Some(png::SourceChromaticities::new((0.3127, 0.329), red, (0.3, 0.6), (0.15, 0.06)));
            info.srgb = srgb.then_some(png::SrgbRenderingIntent::Perceptual);
            let picture = picture();
            attach(&picture, &info);
            let color = ColorInfo::from_attachments(&picture);
            (color.primaries, color.transfer, color.gamma)
        };
        let (itu, red) = (Some(ColorPrimaries::Itu709), (0.64, 0.33));
        let (power, linear, srgb) =
            (TransferFunction::UseGamma, TransferFunction::Linear, TransferFunction::Srgb);
        assert_eq!(said(0.45455, red, false), (itu, Some(power), Some(2.2)));
        assert_eq!(said(1.0, red, false), (itu, Some(linear), None));
        assert_eq!(said(0.45455, red, true), (itu, Some(srgb), None), "sRGB wins");
        assert_eq!(said(0.00001, red, false), (itu, Some(srgb), None), "no power");
        assert_eq!(said(1.0, (0.735, 0.265), false), (None, Some(linear), None));
    }
}
