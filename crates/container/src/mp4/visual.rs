use mp4_atom::{Btrt, Clap, Colr, Decode, Fiel, Pasp, Visual};
use vitascope_core::attachment::{self, CleanAperture, FieldDetail, PixelAspectRatio};
use vitascope_core::{
    ColorInfo, Dictionary, FormatDescription, FourCc, UNSPECIFIED_CODE_POINT, Value, extension,
};

use super::Brand;
use super::box_reader::{BoxReader, RawBox};
use super::boxes::{nest, put};
use super::movie::BitRate;
use crate::{Error, Result};

/// 24 bits a pixel, no alpha.
const DEFAULT_DEPTH: u16 = 24;

/// Longest compressor name in bytes.
const MAX_NAME: usize = 31;

/// A visual sample entry (ISO/IEC 14496-12 12.1.3): codec, size and what the boxes inside say of the pictures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VisualEntry {
    codec: FourCc,
    width: u16,
    height: u16,
    depth: u16,
    name: String,
    /// Boxes of the codec's own, such as `avcC`: type and body.
    atoms: Vec<([u8; 4], Vec<u8>)>,
    color: ColorInfo,
    full_range: Option<bool>,
    pixel_aspect: Option<PixelAspectRatio>,
    clean_aperture: Option<CleanAperture>,
    fields: Option<FieldDetail>,
    /// Bodies of the boxes of [`DISPLAY_BOXES`] that are there: index and bytes.
    display: Vec<(usize, Vec<u8>)>,
}

/// Boxes about the display a picture was made on, whose bodies are those of the extensions: type, key, length.
const DISPLAY_BOXES: [(&[u8; 4], &str, usize); 3] = [
    (b"mdcv", attachment::MASTERING_DISPLAY_COLOR_VOLUME, 24),
    (b"clli", attachment::CONTENT_LIGHT_LEVEL_INFO, 4),
    (b"amve", attachment::AMBIENT_VIEWING_ENVIRONMENT, 8),
];

impl VisualEntry {
    /// The entry for samples of `format`.
    ///
    /// # Errors
    /// It is not video, a side is not in 1 to 65535, or the box with the codec's parameters is missing.
    pub(super) fn of_format(format: &FormatDescription) -> Result<Self> {
        let codec = format.media_sub_type();
        let dimensions = format.dimensions();
        let side = |what: &'static str, value: i32| {
            u16::try_from(value).ok().filter(|&side| side > 0).ok_or(Error::Limit {
                what,
                value: value.max(0) as u64,
                limit: u16::MAX.into(),
            })
        };
        let extensions = format.extensions();
        let atoms = codec_atoms(extensions);
        for (of, needed) in [(b"avc1", b"avcC"), (b"avc3", b"avcC"), (b"hvc1", b"hvcC"), (b"hev1", b"hvcC")] {
            if codec == FourCc::new(*of) && !atoms.iter().any(|(kind, _)| kind == needed) {
                let needed = needed.escape_ascii();
                return Err(Error::Unsupported(format!(
                    "{codec} samples whose format description has no {needed}"
                )));
            }
        }
        let string = |key: &str| extensions.get(key).and_then(Value::as_str);
        let dictionary = |key: &str| extensions.get(key).and_then(Value::as_dictionary);
        let depth = extensions
            .get(extension::DEPTH)
            .and_then(Value::as_i64)
            .and_then(|depth| u16::try_from(depth).ok());
        Ok(Self {
            codec,
            width: side("width of a picture", dimensions.width)?,
            height: side("height of a picture", dimensions.height)?,
            depth: depth.unwrap_or(DEFAULT_DEPTH),
            name: string(extension::FORMAT_NAME)
                .filter(|name| name.len() <= MAX_NAME)
                .unwrap_or("Vitascope")
                .to_owned(),
            atoms,
            color: ColorInfo::from_dictionary(extensions),
            full_range: extensions.get(extension::FULL_RANGE_VIDEO).and_then(Value::as_bool),
            pixel_aspect: dictionary(attachment::PIXEL_ASPECT_RATIO)
                .and_then(PixelAspectRatio::from_dictionary),
            clean_aperture: dictionary(attachment::CLEAN_APERTURE).and_then(CleanAperture::from_dictionary),
            fields: string(attachment::FIELD_DETAIL).and_then(FieldDetail::from_string),
            display: (0..)
                .zip(DISPLAY_BOXES)
                .filter_map(|(index, (_, key, length))| {
                    let body = extensions.get(key)?.as_data()?;
                    (body.len() == length).then(|| (index, body.to_vec()))
                })
                .collect(),
        })
    }

    /// Reads a box inside `stsd`.
    pub(super) fn parse(entry: RawBox<'_>) -> Result<Self> {
        let mut body = entry.body;
        let visual = Visual::decode(&mut body).map_err(|error| entry.damaged(error.to_string()))?;
        let mut parsed = Self {
            codec: FourCc::new(entry.kind),
            width: visual.width,
            height: visual.height,
            depth: visual.depth,
            name: visual.compressor.into(),
            atoms: Vec::new(),
            color: ColorInfo::default(),
            full_range: None,
            pixel_aspect: None,
            clean_aperture: None,
            fields: None,
            display: Vec::new(),
        };
        for found in BoxReader::new(body) {
            match &found.kind {
                b"colr" => {
                    if let Ok(color) = found.decode::<Colr>() {
                        parsed.set_color(&color);
                    }
                }
                b"pasp" => {
                    parsed.pixel_aspect = found.decode::<Pasp>().ok().and_then(|pasp| pixel_aspect(&pasp))
                }
                b"clap" => {
                    parsed.clean_aperture = found.decode::<Clap>().ok().and_then(|clap| clean_aperture(&clap))
                }
                b"fiel" => parsed.fields = found.decode::<Fiel>().ok().and_then(|fiel| field_detail(&fiel)),
                b"btrt" => {}
                kind => match DISPLAY_BOXES.iter().position(|row| row.0 == kind && row.2 == found.body.len())
                {
                    Some(index) => parsed.display.push((index, found.body.to_vec())),
                    None => parsed.atoms.push((*kind, found.body.to_vec())),
                },
            }
        }
        Ok(parsed)
    }

    /// The format description that says the same.
    pub(super) fn to_format(&self) -> Result<FormatDescription> {
        let mut atoms = Dictionary::new();
        for (kind, body) in &self.atoms {
            atoms.insert(kind.escape_ascii().to_string(), Value::data(body.as_slice()));
        }
        let mut extensions = self.color.to_dictionary();
        if !atoms.is_empty() {
            extensions.insert(extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS, atoms);
        }
        if let Some(full_range) = self.full_range {
            extensions.insert(extension::FULL_RANGE_VIDEO, full_range);
        }
        if let Some(ratio) = self.pixel_aspect {
            extensions.insert(attachment::PIXEL_ASPECT_RATIO, ratio.to_dictionary());
        }
        if let Some(aperture) = self.clean_aperture {
            extensions.insert(attachment::CLEAN_APERTURE, aperture.to_dictionary());
        }
        if let Some(detail) = self.fields {
            extensions.insert(attachment::FIELD_COUNT, 2);
            extensions.insert(attachment::FIELD_DETAIL, detail.string());
        }
        for (index, body) in &self.display {
            extensions.insert(DISPLAY_BOXES[*index].1, Value::data(body.as_slice()));
        }
        extensions.insert(extension::DEPTH, i32::from(self.depth));
        if !self.name.is_empty() {
            extensions.insert(extension::FORMAT_NAME, self.name.as_str());
        }
        Ok(FormatDescription::video(self.codec, self.width.into(), self.height.into(), extensions)?)
    }

    /// Appends the box.
    pub(super) fn put(&self, out: &mut Vec<u8>, brand: Brand, rate: BitRate) -> Result<()> {
        nest(out, &self.codec.0.to_be_bytes(), |out| {
            put(
                out,
                &Visual {
                    data_reference_index: 1,
                    width: self.width,
                    height: self.height,
                    compressor: self.name.as_str().into(),
                    depth: self.depth,
                    ..Visual::default()
                },
            )?;
            for (kind, body) in &self.atoms {
                nest(out, kind, |out| {
                    out.extend_from_slice(body);
                    Ok(())
                })?;
            }
            if let Some(color) = self.color_box(brand) {
                put(out, &color)?;
            }
            if let (Brand::QuickTime, Some(detail)) = (brand, self.fields) {
                put(out, &Fiel { field_count: 2, field_order: field_order(detail) })?;
            }
            // A track that shows less than it codes has a size of its own; without this box some players take the
            // difference for the shape of the pixels.
            let pixel_aspect = self.pixel_aspect.or(self.clean_aperture.map(|_| PixelAspectRatio::SQUARE));
            if let Some(ratio) = pixel_aspect {
                put(out, &Pasp { h_spacing: ratio.horizontal_spacing, v_spacing: ratio.vertical_spacing })?;
            }
            if let Some(aperture) = &self.clean_aperture {
                put(out, &clean_aperture_box(aperture))?;
            }
            for (index, body) in &self.display {
                nest(out, DISPLAY_BOXES[*index].0, |out| {
                    out.extend_from_slice(body);
                    Ok(())
                })?;
            }
            if brand == Brand::Mp4 {
                let BitRate { buffer_bytes, maximum, average } = rate;
                put(out, &Btrt { buffer_size_db: buffer_bytes, max_bitrate: maximum, avg_bitrate: average })?;
            }
            Ok(())
        })
    }

    /// `nclx`, or `nclc` in QuickTime, which cannot say the range: the codec does.
    fn color_box(&self, brand: Brand) -> Option<Colr> {
        let (primaries, transfer, matrix) = self.color.code_points();
        let known = !self.color.is_empty();
        let colour_primaries = primaries.into();
        let transfer_characteristics = transfer.into();
        let matrix_coefficients = matrix.into();
        match brand {
            Brand::Mp4 if known || self.full_range == Some(true) => Some(Colr::Nclx {
                colour_primaries,
                transfer_characteristics,
                matrix_coefficients,
                full_range_flag: self.full_range.unwrap_or(false),
            }),
            Brand::QuickTime if known => {
                Some(Colr::Nclc { colour_primaries, transfer_characteristics, matrix_coefficients })
            }
            _ => None,
        }
    }

    fn set_color(&mut self, color: &Colr) {
        let (primaries, transfer, matrix) = match *color {
            Colr::Nclx {
                colour_primaries,
                transfer_characteristics,
                matrix_coefficients,
                full_range_flag,
            } => {
                self.full_range = Some(full_range_flag);
                (colour_primaries, transfer_characteristics, matrix_coefficients)
            }
            Colr::Nclc { colour_primaries, transfer_characteristics, matrix_coefficients } => {
                (colour_primaries, transfer_characteristics, matrix_coefficients)
            }
            _ => return,
        };
        let byte = |code: u16| u8::try_from(code).unwrap_or(UNSPECIFIED_CODE_POINT);
        self.color = ColorInfo::from_code_points(byte(primaries), byte(transfer), byte(matrix));
    }
}

/// The boxes of the codec's own. Those with a meaning of their own come from the other extensions.
fn codec_atoms(extensions: &Dictionary) -> Vec<([u8; 4], Vec<u8>)> {
    let mut atoms = Vec::new();
    let Some(dictionary) =
        extensions.get(extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS).and_then(Value::as_dictionary)
    else {
        return atoms;
    };
    for (key, value) in dictionary.iter() {
        let Ok(kind) = <[u8; 4]>::try_from(key.as_bytes()) else { continue };
        let own = [b"colr", b"pasp", b"clap", b"fiel", b"btrt"].contains(&&kind);
        if own || DISPLAY_BOXES.iter().any(|row| row.0 == &kind) {
            continue;
        }
        let bodies =
            value.as_array().unwrap_or(std::slice::from_ref(value)).iter().filter_map(Value::as_data);
        atoms.extend(bodies.map(|body| (kind, body.to_vec())));
    }
    atoms
}

fn pixel_aspect(pasp: &Pasp) -> Option<PixelAspectRatio> {
    let ratio = PixelAspectRatio { horizontal_spacing: pasp.h_spacing, vertical_spacing: pasp.v_spacing };
    (ratio.horizontal_spacing > 0 && ratio.vertical_spacing > 0).then_some(ratio)
}

fn clean_aperture(clap: &Clap) -> Option<CleanAperture> {
    let fraction =
        |numerator: f64, denominator: u32| (denominator > 0).then(|| numerator / f64::from(denominator));
    Some(CleanAperture {
        width: fraction(clap.clean_aperture_width_n.into(), clap.clean_aperture_width_d)
            .filter(|&w| w > 0.0)?,
        height: fraction(clap.clean_aperture_height_n.into(), clap.clean_aperture_height_d)
            .filter(|&h| h > 0.0)?,
        horizontal_offset: fraction(clap.horiz_off_n.into(), clap.horiz_off_d)?,
        vertical_offset: fraction(clap.vert_off_n.into(), clap.vert_off_d)?,
    })
}

fn clean_aperture_box(aperture: &CleanAperture) -> Clap {
    let (width, height) = (fraction(aperture.width), fraction(aperture.height));
    let (horizontal, vertical) = (fraction(aperture.horizontal_offset), fraction(aperture.vertical_offset));
    Clap {
        clean_aperture_width_n: width.0 as u32,
        clean_aperture_width_d: width.1,
        clean_aperture_height_n: height.0 as u32,
        clean_aperture_height_d: height.1,
        horiz_off_n: horizontal.0 as i32,
        horiz_off_d: horizontal.1,
        vert_off_n: vertical.0 as i32,
        vert_off_d: vertical.1,
    }
}

/// The fraction with the smallest denominator that is the number, or within 1/2000 of it.
fn fraction(value: f64) -> (i64, u32) {
    const LARGEST: u32 = 1000;
    let exact = (1..=LARGEST).find(|&d| {
        let scaled = value * f64::from(d);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let denominator = exact.unwrap_or(LARGEST);
    let limit = f64::from(i32::MAX);
    ((value * f64::from(denominator)).round().clamp(-limit, limit) as i64, denominator)
}

/// Order byte of `fiel` (QuickTime File Format, field handling).
fn field_order(detail: FieldDetail) -> u8 {
    match detail {
        FieldDetail::TemporalTopFirst => 1,
        FieldDetail::TemporalBottomFirst => 6,
        FieldDetail::SpatialFirstLineEarly => 9,
        FieldDetail::SpatialFirstLineLate => 14,
    }
}

fn field_detail(fiel: &Fiel) -> Option<FieldDetail> {
    FieldDetail::ALL
        .into_iter()
        .find(|&detail| fiel.field_count == 2 && field_order(detail) == fiel.field_order)
}
