//! Format descriptions of H.264: made from parameter sets, and the parameter sets read back from them.

use vitascope_bits::avcc::{self, AvcDecoderConfiguration, HighConfiguration};
use vitascope_core::{
    ChromaLocation, ColorInfo, Dictionary, FormatDescription, FourCc, PixelAspectRatio, Value, attachment,
    extension,
};

use crate::syntax;
use crate::syntax::nal::{NalHeader, nal_unit_type};
use crate::syntax::parameter_sets::ParameterSets;
use crate::syntax::profile::has_chroma_format;
use crate::syntax::sps::Sps;

/// Codec of the sample entry whose parameter sets are in the description alone.
pub const CODEC_H264: FourCc = FourCc::new(*b"avc1");

/// Name of the decoder configuration record among the sample description extension atoms.
pub const AVCC: &str = "avcC";

/// Result with this module's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why no format description could be made, or a parameter set not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter set is damaged or of another kind.
    #[error("parameter set {index}: {source}")]
    ParameterSet {
        /// Its place among those given, from 0.
        index: usize,
        /// What is wrong with it.
        source: syntax::Error,
    },
    /// One of the two kinds that are needed was not given.
    #[error(
        "no {0} parameter set among those given; at least one sequence and one picture parameter set are needed"
    )]
    Missing(&'static str),
    /// The decoder configuration record is damaged, or cannot hold what was given.
    #[error("avcC: {0}")]
    Configuration(#[from] vitascope_bits::Error),
    /// The description cannot be made, or does not hold what is asked for.
    #[error(transparent)]
    Description(#[from] vitascope_core::Error),
    /// The description holds fewer parameter sets.
    #[error("parameter set {index} was asked for, the format description holds {count}")]
    Index {
        /// What was asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
}

impl Error {
    /// The platform's `OSStatus`: -12710 for bad parameter sets and indices, -12718 for values that are not there.
    pub fn status(&self) -> i32 {
        match self {
            Error::Description(error) => error.status(),
            _ => -12710,
        }
    }
}

/// The description of a stream with these parameter sets: whole NAL units without start code, in any order, at least
/// one sequence and one picture parameter set. `nal_length_size` is the size of the length field before each NAL unit
/// of the samples: 1, 2 or 4 bytes.
///
/// The size is that of the cropped frame of the first sequence parameter set. Extensions: the `avcC` record, range,
/// chroma location, depth, and as far as the stream states them colour and pixel aspect ratio.
///
/// # Errors
/// [`Error::Missing`], [`Error::ParameterSet`], [`Error::Configuration`].
#[doc(alias = "CMVideoFormatDescriptionCreateFromH264ParameterSets")]
pub fn format_description_from_parameter_sets(
    parameter_sets: &[&[u8]],
    nal_length_size: usize,
) -> Result<FormatDescription> {
    format_description_with_extensions(parameter_sets, nal_length_size, &Dictionary::new())
}

/// As [`format_description_from_parameter_sets`], with further extensions (a clean aperture, say) that also take the
/// place of those found in the stream.
///
/// # Errors
/// The same.
pub fn format_description_with_extensions(
    parameter_sets: &[&[u8]],
    nal_length_size: usize,
    extensions: &Dictionary,
) -> Result<FormatDescription> {
    let (record, sps) = configuration_of(parameter_sets, nal_length_size)?;
    let mut all = stream_extensions(&sps);
    for (key, value) in extensions.iter() {
        all.insert(key, value.clone());
    }
    let atoms = Dictionary::new().with(AVCC, Value::data(record.write()?));
    all.insert(extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS, atoms);
    let (width, height) = sps.display_size();
    // Parsing bounds both sides by 16384.
    Ok(FormatDescription::video(CODEC_H264, width as i32, height as i32, all)?)
}

/// The decoder configuration record of these parameter sets, and the first sequence parameter set.
fn configuration_of(units: &[&[u8]], nal_length_size: usize) -> Result<(AvcDecoderConfiguration, Sps)> {
    let nal_length_size = match nal_length_size {
        1 | 2 | 4 => nal_length_size as u8,
        other => return Err(vitascope_bits::Error::LengthSize(other).into()),
    };
    let mut sets = ParameterSets::new();
    let mut first = None;
    let mut record = AvcDecoderConfiguration { nal_length_size, ..AvcDecoderConfiguration::default() };
    let mut pending = Vec::new();
    let mut extensions = Vec::new();
    for (index, &unit) in units.iter().enumerate() {
        let at = |source| Error::ParameterSet { index, source };
        let (header, _) = NalHeader::split(unit).map_err(at)?;
        match header.nal_unit_type {
            nal_unit_type::SPS => {
                let sps = sets.read_sps(unit).map_err(at)?;
                record.level = record.level.max(sps.level_idc);
                record.sps.push(unit.to_vec());
                first.get_or_insert(sps);
            }
            nal_unit_type::PPS => pending.push((index, unit)),
            nal_unit_type::SPS_EXTENSION => extensions.push(unit.to_vec()),
            found => {
                let expected = "a parameter set (7, 8 or 13)";
                return Err(at(syntax::Error::NalUnitType { found, expected }));
            }
        }
    }
    let first = first.ok_or(Error::Missing("sequence"))?;
    // Picture parameter sets may come before the sequence parameter set that they need.
    for (index, unit) in pending {
        let at = |source| Error::ParameterSet { index, source };
        let pps = sets.read_pps(unit).map_err(at)?;
        sets.sps(pps.seq_parameter_set_id).map_err(at)?;
        record.pps.push(unit.to_vec());
    }
    if record.pps.is_empty() {
        return Err(Error::Missing("picture"));
    }
    record.profile = first.profile_idc;
    record.compatibility = first.constraint_flags;
    if has_chroma_format(first.profile_idc) {
        record.high = Some(HighConfiguration {
            chroma_format: first.chroma_format_idc,
            bit_depth_luma_minus8: first.bit_depth_luma_minus8,
            bit_depth_chroma_minus8: first.bit_depth_chroma_minus8,
            sps_ext: extensions,
        });
    }
    Ok((record, Sps::clone(&first)))
}

/// What a sequence parameter set says that has an extension.
fn stream_extensions(sps: &Sps) -> Dictionary {
    let vui = sps.vui.clone().unwrap_or_default();
    let mut all = Dictionary::new()
        .with(extension::FORMAT_NAME, "H.264")
        .with(extension::DEPTH, 24)
        .with(extension::BITS_PER_COMPONENT, i64::from(sps.bit_depth_luma_minus8) + 8);
    let signal = vui.video_signal_type;
    all.insert(extension::FULL_RANGE_VIDEO, signal.is_some_and(|signal| signal.video_full_range_flag));
    if let Some(colour) = signal.and_then(|signal| signal.colour_description) {
        let colour = ColorInfo::from_code_points(
            colour.colour_primaries,
            colour.transfer_characteristics,
            colour.matrix_coefficients,
        );
        for (key, value) in colour.to_dictionary().iter() {
            all.insert(key, value.clone());
        }
    }
    if let Some((width, height)) = vui.sample_aspect_ratio.and_then(|ratio| ratio.ratio()) {
        let ratio = PixelAspectRatio { horizontal_spacing: width.into(), vertical_spacing: height.into() };
        all.insert(attachment::PIXEL_ASPECT_RATIO, ratio.to_dictionary());
    }
    if sps.chroma_array_type() == 1 {
        // Left is what the standard infers (E.2.1).
        let (top, bottom) = vui.chroma_loc_info.map_or((0, 0), |location| {
            (location.chroma_sample_loc_type_top_field, location.chroma_sample_loc_type_bottom_field)
        });
        for (key, number) in
            [(attachment::CHROMA_LOCATION_TOP_FIELD, top), (attachment::CHROMA_LOCATION_BOTTOM_FIELD, bottom)]
        {
            if let Some(location) = ChromaLocation::from_sample_location_type(number) {
                all.insert(key, location.string());
            }
        }
    }
    if sps.frame_mbs_only_flag {
        all.insert(attachment::FIELD_COUNT, 1);
    }
    all
}

/// One parameter set of a description: sequence parameter sets come first, then picture parameter sets. The bytes
/// live as long as the description.
///
/// # Errors
/// [`Error::Index`], [`Error::Configuration`], or [`Error::Description`] when there is no `avcC` extension.
#[doc(alias = "CMVideoFormatDescriptionGetH264ParameterSetAtIndex")]
pub fn parameter_set(format: &FormatDescription, index: usize) -> Result<&[u8]> {
    let units = avcc::parameter_sets(record(format)?)?.units;
    units.get(index).copied().ok_or(Error::Index { index, count: units.len() })
}

/// Number of parameter sets of a description.
///
/// # Errors
/// As [`parameter_set`], but for the index.
pub fn parameter_set_count(format: &FormatDescription) -> Result<usize> {
    Ok(avcc::parameter_sets(record(format)?)?.units.len())
}

/// Size in bytes of the length field before each NAL unit of the samples.
///
/// # Errors
/// As [`parameter_set_count`].
pub fn nal_length_size(format: &FormatDescription) -> Result<usize> {
    Ok(usize::from(avcc::parameter_sets(record(format)?)?.nal_length_size))
}

/// The decoder configuration record of a description.
///
/// # Errors
/// As [`parameter_set_count`].
pub fn decoder_configuration(format: &FormatDescription) -> Result<AvcDecoderConfiguration> {
    Ok(AvcDecoderConfiguration::parse(record(format)?)?)
}

fn record(format: &FormatDescription) -> Result<&[u8]> {
    let missing = vitascope_core::Error::FormatValueNotAvailable("avcC extension atom");
    Ok(format.extension_atom(AVCC).ok_or(missing)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::level::Level;
    use crate::syntax::pps::{Pps, PpsExtension};
    use crate::syntax::profile::Profile;
    use crate::syntax::vui::{ColourDescription, SampleAspectRatio, VideoSignalType, Vui};

    fn sps() -> Sps {
        let mut sps = Sps::new(Profile::High, Level::L3_1, 1280, 718).unwrap();
        sps.vui = Some(Vui {
            sample_aspect_ratio: SampleAspectRatio::from_ratio(4, 3),
            video_signal_type: Some(VideoSignalType {
                video_format: 5,
                video_full_range_flag: true,
                colour_description: Some(ColourDescription {
                    colour_primaries: 9,
                    transfer_characteristics: 16,
                    matrix_coefficients: 9,
                }),
            }),
            ..Vui::default()
        });
        sps
    }

    fn pps() -> Pps {
        Pps { extension: Some(PpsExtension::default()), ..Pps::default() }
    }

    #[test]
    fn description_says_what_the_stream_says() {
        let (sps, pps) = (sps().nal_unit(), pps().nal_unit());
        let format = format_description_from_parameter_sets(&[&pps, &sps], 4).unwrap();
        assert_eq!(format.media_sub_type(), CODEC_H264);
        assert_eq!((format.dimensions().width, format.dimensions().height), (1280, 718));
        assert!(format.is_full_range());
        let ratio = format.pixel_aspect_ratio().unwrap();
        assert_eq!((ratio.horizontal_spacing, ratio.vertical_spacing), (4, 3));
        assert_eq!(ColorInfo::from_dictionary(format.extensions()).code_points(), (9, 16, 9));
        let string = |key| format.extension(key).and_then(Value::as_str);
        assert_eq!(string(attachment::CHROMA_LOCATION_TOP_FIELD), Some("Left"));
        assert_eq!(format.extension(extension::DEPTH).and_then(Value::as_i64), Some(24));
    }

    #[test]
    fn parameter_sets_are_read_back_in_order() {
        let (sps, pps) = (sps().nal_unit(), pps().nal_unit());
        for size in [1, 2, 4] {
            let format = format_description_from_parameter_sets(&[&pps, &sps], size).unwrap();
            assert_eq!(parameter_set_count(&format), Ok(2));
            assert_eq!(parameter_set(&format, 0), Ok(&*sps));
            assert_eq!(parameter_set(&format, 1), Ok(&*pps));
            assert_eq!(parameter_set(&format, 2), Err(Error::Index { index: 2, count: 2 }));
            assert_eq!(nal_length_size(&format), Ok(size));
            let record = decoder_configuration(&format).unwrap();
            assert_eq!((record.profile, record.compatibility, record.level), (100, 0, 31));
            assert_eq!(record.high.unwrap().chroma_format, 1);
        }
    }

    #[test]
    fn given_extensions_take_precedence() {
        let (sps, pps) = (sps().nal_unit(), pps().nal_unit());
        let given =
            Dictionary::new().with(extension::FORMAT_NAME, "Name").with(extension::FULL_RANGE_VIDEO, false);
        let format = format_description_with_extensions(&[&sps, &pps], 4, &given).unwrap();
        assert_eq!(format.extension(extension::FORMAT_NAME).and_then(Value::as_str), Some("Name"));
        assert!(!format.is_full_range());
        assert!(format.extension_atom(AVCC).is_some());
    }

    #[test]
    fn what_is_missing_or_damaged_is_named() {
        let (sps, pps) = (sps().nal_unit(), pps().nal_unit());
        let check = |sets: &[&[u8]], size, text: &str, status| {
            let error = format_description_from_parameter_sets(sets, size).unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
            assert_eq!(error.status(), status);
        };
        check(&[], 4, "no sequence parameter set", -12710);
        check(&[&pps], 4, "no sequence parameter set", -12710);
        check(&[&sps], 4, "no picture parameter set", -12710);
        check(&[&sps, &pps], 3, "length field of 3 bytes", -12710);
        check(&[&sps, &pps, &[0x65, 1]], 4, "parameter set 2: NAL unit of type 5", -12710);
        check(&[&sps[..6], &pps], 4, "parameter set 0: data ends", -12710);
        let other = Pps { seq_parameter_set_id: 3, ..self::pps() }.nal_unit();
        check(&[&sps, &other], 4, "parameter set 1: sequence parameter set 3", -12710);
        let bare = FormatDescription::video(CODEC_H264, 16, 16, Dictionary::new()).unwrap();
        assert_eq!(parameter_set(&bare, 0).unwrap_err().status(), -12718);
    }
}
