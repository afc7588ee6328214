//! From two descriptions and the options to a pipeline.

use vitascope_core::{ChromaLocation, ColorInfo, FourCc, TransferFunction, YCbCrMatrix};

use crate::alpha::AlphaPlan;
use crate::attachments::{Moves, Rows};
use crate::color::curve::{Curve, REFERENCE_WHITE};
use crate::color::icc;
use crate::color::plan::{ColorPlan, ColorSpec};
use crate::color::primaries::Chromaticities;
use crate::color::ycbcr::LumaWeights;
use crate::description::PictureDescription;
use crate::downsampling::DownsamplingMode;
use crate::error::{Error, Result};
use crate::format::layout::{Family, Layout};
use crate::fused::{Fused, FusedRequest};
use crate::geometry::{Geometry, GeometryRequest};
use crate::options::Options;
use crate::pipeline::{Pipeline, PipelineRequest};
use crate::profiles::Profiles;
use crate::scale::filter::Kernel;
use crate::siting::Siting;

/// Longest side of a picture that can be converted.
pub(crate) const SIZE_LIMIT: usize = 65536;

/// Bytes of the largest picture that is kept between two steps (16K in four bytes a pixel). Above, rows go through the pipeline one by one,
/// as the picture between might be what memory has no room for beside source and destination.
const LARGEST_MIDDLE: usize = 1 << 29;

/// A planned pipeline and what the destination's attachments have to say afterwards.
pub(crate) struct Plan {
    pub pipeline: Pipeline,
    /// Takes the pipeline's place when there is one.
    pub fused: Option<Fused>,
    /// Likewise: scaling in the source's format, then a fused path.
    pub chain: Option<Chain>,
    pub outcome: PictureDescription,
    pub moves: Moves,
}

/// Two fused paths with a picture between them.
pub(crate) struct Chain {
    pub scale: Fused,
    pub middle: &'static Layout,
    pub convert: Fused,
}

impl Chain {
    /// Scaling as `middle`, a format the fused path `convert_from` starts from. Fitted pictures begin and end at multiples of
    /// `multiple`.
    fn plan(
        from: &'static Layout,
        to: &'static Layout,
        source: &PictureDescription,
        destination: &PictureDescription,
        options: &Options,
        multiple: (usize, usize),
        convert_from: impl Fn(&'static Layout) -> Option<Fused>,
    ) -> Option<Chain> {
        // More bits must be there before samples are interpolated, not after.
        let bits = |layout: &Layout| layout.components[0].map_or(0, |component| component.bits);
        if bits(to) > bits(from) {
            return None;
        }
        let middle = Layout::find(middle_format(from, to, options.high_speed))?;
        // Scaling straight to it is what could not be done.
        if std::ptr::eq(middle, to) {
            return None;
        }
        let convert = convert_from(middle)?;
        let target = PictureDescription::new(middle.format, destination.width, destination.height);
        // Colour is the second step's affair.
        let colorless = Options {
            destination_color_primaries: None,
            destination_transfer_function: None,
            destination_ycbcr_matrix: None,
            destination_icc_profile: None,
            ..options.clone()
        };
        match Plan::fitted(source, &target, &colorless, multiple).ok()? {
            Plan { fused: Some(scale), .. } => Some(Chain { scale, middle, convert }),
            _ => None,
        }
    }

    /// Distance of rows and number of rows of each plane of the picture between, of `destination`'s size.
    pub(crate) fn planes(&self, destination: &PictureDescription) -> Vec<(usize, usize)> {
        let PictureDescription { width, height, .. } = *destination;
        let planes = 0..self.middle.plane_count();
        let sizes = planes.map(|plane| self.middle.plane_size(plane, width, height));
        sizes.map(|(bytes, rows)| (bytes.next_multiple_of(64), rows)).collect()
    }

    fn bytes(&self, destination: &PictureDescription) -> usize {
        self.planes(destination).into_iter().map(|(stride, rows)| stride * rows).sum()
    }
}

/// The format between scaling and what follows it: with the source's codes, and with as much chroma as the destination shows, since
/// the source of a smaller picture may have it. High speed leaves chroma subsampled as it is.
fn middle_format(from: &Layout, to: &Layout, high_speed: bool) -> FourCc {
    let own = from.chroma_shift();
    let wanted = to.chroma_shift();
    let (x, y) = if high_speed { own } else { (own.0.min(wanted.0), own.1.min(wanted.1)) };
    let code = match (&from.format.bytes(), x, y) {
        (b"420v" | b"y420" | b"422v" | b"2vuy" | b"yuvs", 0, _) => b"444v",
        (b"420f" | b"f420" | b"422f" | b"yuvf", 0, _) => b"444f",
        (b"420v" | b"y420" | b"2vuy" | b"yuvs", 1, 0) => b"422v",
        (b"420f" | b"f420" | b"yuvf", 1, 0) => b"422f",
        _ => return from.format,
    };
    FourCc::new(*code)
}

impl Plan {
    pub(crate) fn new(
        source: &PictureDescription,
        destination: &PictureDescription,
        options: &Options,
    ) -> Result<Plan> {
        Plan::fitted(source, destination, options, (1, 1))
    }

    /// As [`Plan::new`], with pictures that are fitted into a part of the destination at multiples of `multiple`.
    fn fitted(
        source: &PictureDescription,
        destination: &PictureDescription,
        options: &Options,
        multiple: (usize, usize),
    ) -> Result<Plan> {
        let from = layout_of(source)?;
        let to = layout_of(destination)?;
        let colours = [Family::Rgb, Family::YCbCr];
        if from.family != to.family && !(colours.contains(&from.family) && colours.contains(&to.family)) {
            return Err(Error::UnsupportedPair { from: source.format, to: destination.format });
        }
        // Neither what is made nor what it may be made of on the way has chroma of both the picture and what is around it.
        let (x, y) = to.chroma_shift();
        let (own_x, own_y) = if options.high_speed { from.chroma_shift() } else { (0, 0) };
        let multiple = (multiple.0.max(1 << x.max(own_x)), multiple.1.max(1 << y.max(own_y)));
        let geometry = Geometry::new(&GeometryRequest {
            mode: options.scaling_mode,
            source: (source.width, source.height),
            destination: (destination.width, destination.height),
            source_clean_aperture: source.clean_aperture,
            source_pixel_aspect_ratio: source.pixel_aspect_ratio,
            destination_clean_aperture: options.destination_clean_aperture,
            destination_pixel_aspect_ratio: options.destination_pixel_aspect_ratio,
            multiple,
        })?;
        let mut outcome = PictureDescription {
            clean_aperture: geometry.clean_aperture,
            pixel_aspect_ratio: geometry.pixel_aspect_ratio,
            color: ColorInfo {
                primaries: options.destination_color_primaries.or(source.color.primaries),
                transfer: options.destination_transfer_function.or(source.color.transfer),
                matrix: None,
                gamma: match options.destination_transfer_function {
                    Some(TransferFunction::UseGamma) => Some(options.destination_gamma_level.unwrap_or(2.2)),
                    Some(_) => None,
                    None => source.color.gamma,
                },
            },
            icc_profile: source.icc_profile.clone(),
            peak_luminance: source.peak_luminance,
            ..PictureDescription::new(destination.format, destination.width, destination.height)
        };
        let color = plan_color(from, to, source, options, &mut outcome)?;
        let size = (destination.width, destination.height);
        let same = (source.width, source.height) == size && geometry.is_whole_and_same();
        let alpha = plan_alpha(from, to, source, color.as_ref(), !same, &mut outcome);
        let source_siting = source.chroma_location.unwrap_or(ChromaLocation::Left);
        let full = color.is_some() || alpha != AlphaPlan::default();
        outcome.chroma_location = siting_of(from, to, source_siting, options, full);
        let chroma_kept = same && !full && from.has_chroma() && from.chroma_shift() == to.chroma_shift();
        if chroma_kept {
            outcome.chroma_location = outcome.chroma_location.map(|_| source_siting);
        }
        let destination_siting = outcome.chroma_location.unwrap_or(source_siting);
        let linear =
            color.as_ref().is_none_or(|color| color.linear().is_some()) && alpha == AlphaPlan::default();
        let matrix = color.as_ref().and_then(ColorPlan::linear).copied();
        let request = |mid: &'static Layout, size| FusedRequest {
            source: mid,
            destination: to,
            size,
            siting: Siting::of(source_siting),
            matrix: matrix.as_ref(),
            downsampling: options.downsampling_mode,
            nearest: options.high_speed,
            level: options.cpu_level,
        };
        let fused = if same && linear { Fused::plan(&request(from, size)) } else { None };
        let few_bits = to.components.iter().flatten().all(|c| c.bits <= 10);
        let pipeline = Pipeline::new(PipelineRequest {
            source: from,
            source_size: (source.width, source.height),
            source_siting: Siting::of(source_siting),
            destination: to,
            destination_size: (destination.width, destination.height),
            destination_siting: Siting::of(destination_siting),
            geometry: &geometry,
            color: if few_bits { color.map(ColorPlan::with_tables) } else { color },
            alpha,
            downsampling: options.downsampling_mode,
            kernel: if options.high_speed { Kernel::Triangle } else { Kernel::Cubic },
            chroma_kernel: if options.high_speed { Kernel::Nearest } else { Kernel::Triangle },
            level: options.cpu_level,
        })?;
        let mut fused = fused.or_else(|| pipeline.scaled(options.cpu_level).map(Fused::Scaled));
        let mut chain = None;
        if fused.is_none() && !same && linear && !pipeline.is_copy() {
            let planned = Chain::plan(from, to, source, destination, options, multiple, |mid| {
                Fused::plan(&request(mid, size))
            });
            match planned {
                // With words in place of a picture between them.
                Some(Chain { scale: Fused::Scaled(scale), convert: Fused::FullToRgb(convert), .. })
                    if !options.high_speed =>
                {
                    fused = Some(Fused::ScaledToRgb(convert.after(scale, options.cpu_level)));
                }
                planned => chain = planned.filter(|chain| chain.bytes(destination) <= LARGEST_MIDDLE),
            }
        }
        let rows = if geometry.keeps_fields() { Rows::Kept } else { Rows::Lost };
        Ok(Plan {
            pipeline,
            fused,
            chain,
            outcome,
            moves: Moves { moved: !same, reshaped: !same, rows, chroma_kept },
        })
    }
}

fn layout_of(picture: &PictureDescription) -> Result<&'static Layout> {
    let PictureDescription { width, height, format, .. } = *picture;
    if !(1..=SIZE_LIMIT).contains(&width) || !(1..=SIZE_LIMIT).contains(&height) {
        return Err(Error::Size { width, height });
    }
    Layout::find(format).ok_or(Error::UnsupportedFormat(format))
}

/// The matrix of a picture that does not state one: BT.601 up to 720x576, BT.709 above.
pub fn default_matrix(width: usize, height: usize) -> YCbCrMatrix {
    if width * height <= 720 * 576 { YCbCrMatrix::Itu601 } else { YCbCrMatrix::Itu709 }
}

fn plan_color(
    from: &Layout,
    to: &Layout,
    source: &PictureDescription,
    options: &Options,
    outcome: &mut PictureDescription,
) -> Result<Option<ColorPlan>> {
    if !matches!(from.family, Family::Rgb | Family::YCbCr) {
        return Ok(None);
    }
    let own = source.color.matrix.unwrap_or_else(|| default_matrix(source.width, source.height));
    let wanted = options.destination_ycbcr_matrix.or(source.color.matrix);
    let wanted = wanted.unwrap_or_else(|| match from.family {
        Family::Rgb => default_matrix(outcome.width, outcome.height),
        _ => own,
    });
    if to.has_chroma() {
        outcome.color.matrix = Some(wanted);
    }
    let profiles = Profiles::new(source, options, outcome)?;
    fn spec<'a>(
        weights: Option<YCbCrMatrix>,
        color: &ColorInfo,
        profile: Option<&'a icc::Profile>,
    ) -> ColorSpec<'a> {
        ColorSpec {
            weights: weights.map(LumaWeights::from),
            chromaticities: color.primaries.map(Chromaticities::from),
            curve: color.transfer.map(|transfer| Curve::new(transfer, color.gamma)),
            profile,
        }
    }
    // A level by which nothing is converted may be anything.
    let converted = options.destination_color_primaries.is_some()
        || options.destination_transfer_function.is_some()
        || options.destination_icc_profile.is_some();
    for color in [&source.color, &outcome.color].into_iter().filter(|_| converted) {
        if let Some(Curve::Gamma(gamma)) = spec(None, color, None).curve
            && !(0.1..=10.0).contains(&gamma)
        {
            return Err(Error::ColorConversion(format!("gamma level {gamma}; accepted are 0.1 to 10")));
        }
    }
    let own = (from.family == Family::YCbCr).then_some(own);
    let source_spec = spec(own, &source.color, profiles.source.as_ref());
    let wanted = (to.family == Family::YCbCr).then_some(wanted);
    let destination_spec = spec(wanted, &outcome.color, profiles.destination.as_ref());
    // Gray has no matrix of its own: against Y'CbCr it is luma whatever the weights.
    let gray = |layout: &Layout| layout.family == Family::YCbCr && !layout.has_chroma();
    let (mut source_spec, mut destination_spec) = (source_spec, destination_spec);
    if gray(from) {
        source_spec.weights = destination_spec.weights.or(source_spec.weights);
    } else if gray(to) {
        destination_spec.weights = source_spec.weights.or(destination_spec.weights);
    }
    let peak = source.peak_luminance.map(|peak| peak / REFERENCE_WHITE);
    Ok(ColorPlan::new(&source_spec, &destination_spec, options.tone_mapping, peak))
}

fn plan_alpha(
    from: &Layout,
    to: &Layout,
    source: &PictureDescription,
    color: Option<&ColorPlan>,
    filtered: bool,
    outcome: &mut PictureDescription,
) -> AlphaPlan {
    if !from.has_alpha() {
        return AlphaPlan::default();
    }
    // Unstated colour counts as multiplied, as it does where the platform composites.
    let stated = from.premultiplied.or(source.premultiplied);
    let is = stated.unwrap_or(true);
    let becomes = if to.has_alpha() { to.premultiplied.unwrap_or(is) } else { is };
    if to.has_alpha() {
        outcome.premultiplied = to.premultiplied.or(stated);
    }
    // Subsampled chroma has no alpha of its own to be weighed by.
    let weigh = filtered && !is && from.chroma_shift() == (0, 0);
    let is = is || weigh;
    if from.family != Family::Rgb
        && !weigh
        && from.premultiplied.is_none()
        && to.premultiplied.is_none()
        && color.is_none()
    {
        return AlphaPlan::default();
    }
    let nonlinear = color.is_some_and(ColorPlan::needs_straight_alpha);
    AlphaPlan {
        weigh,
        unpremultiply: is && (nonlinear || !becomes),
        premultiply: becomes && (nonlinear || !is),
    }
}

/// Where the destination's chroma lies; `None` when it has none between luma samples.
fn siting_of(
    from: &Layout,
    to: &Layout,
    source: ChromaLocation,
    options: &Options,
    full: bool,
) -> Option<ChromaLocation> {
    let (dx, dy) = to.chroma_shift();
    if !to.has_chroma() || (dx, dy) == (0, 0) {
        return None;
    }
    if from.family == Family::YCbCr && !from.has_chroma() {
        return Some(ChromaLocation::Left);
    }
    let (sx, sy) = if full { (0, 0) } else { from.chroma_shift() };
    let reduced = match options.downsampling_mode {
        DownsamplingMode::Decimate => 0.0,
        DownsamplingMode::Average => 0.5,
    };
    let kept = Siting::of(source);
    let siting = Siting {
        x: if dx > sx { reduced } else { kept.x },
        // 4:2:2 has no place between rows; the usual name for its siting is "left".
        y: match (dy > sy, dy) {
            (true, _) => reduced,
            (false, 0) => 0.5,
            (false, _) => kept.y,
        },
    };
    Some(siting.location())
}
