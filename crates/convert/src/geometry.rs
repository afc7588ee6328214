//! Which part of the source lands on which part of the destination.

use vitascope_core::{CleanAperture, PixelAspectRatio};

use crate::error::{Error, Result};
use crate::scale::grid::Span;

/// How the source's geometry maps onto the destination's raster.
#[doc(alias = "kVTScalingMode_Normal")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScalingMode {
    /// The whole source raster fills the whole destination raster; shape is not kept.
    #[default]
    Normal,
    /// The source's clean aperture fills the destination's clean aperture; shape is not kept.
    CropSourceToCleanAperture,
    /// The source's clean aperture fits inside the destination's, shape kept, black around it.
    Letterbox,
    /// The source's clean aperture covers the destination's, shape kept, overflow cropped.
    Trim,
}

/// The outcome: two spans and what the destination's attachments say about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Geometry {
    pub x: Span,
    pub y: Span,
    /// Source luma samples that may be read: columns, rows (half open).
    pub limits_x: (f64, f64),
    pub limits_y: (f64, f64),
    /// Destination luma samples that show the picture: columns, rows (half open). Black around.
    pub columns: (usize, usize),
    pub rows: (usize, usize),
    pub clean_aperture: Option<CleanAperture>,
    pub pixel_aspect_ratio: Option<PixelAspectRatio>,
}

/// What the geometry of a conversion follows from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GeometryRequest {
    pub mode: ScalingMode,
    pub source: (usize, usize),
    pub destination: (usize, usize),
    pub source_clean_aperture: Option<CleanAperture>,
    pub source_pixel_aspect_ratio: Option<PixelAspectRatio>,
    pub destination_clean_aperture: Option<CleanAperture>,
    pub destination_pixel_aspect_ratio: Option<PixelAspectRatio>,
    /// Fitted rectangles begin and end at multiples of these (chroma subsampling).
    pub multiple: (usize, usize),
}

/// A rectangle with fractional edges.
#[derive(Clone, Copy, Debug)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Geometry {
    pub(crate) fn new(request: &GeometryRequest) -> Result<Geometry> {
        let GeometryRequest { source: (sw, sh), destination: (dw, dh), .. } = *request;
        for ratio in
            [request.source_pixel_aspect_ratio, request.destination_pixel_aspect_ratio].into_iter().flatten()
        {
            if ratio.horizontal_spacing < 1 || ratio.vertical_spacing < 1 {
                return Err(Error::PixelAspectRatio(ratio.horizontal_spacing, ratio.vertical_spacing));
            }
        }
        let raster = Rect { x: 0.0, y: 0.0, width: dw as f64, height: dh as f64 };
        if request.mode == ScalingMode::Normal {
            let from = Rect { x: 0.0, y: 0.0, width: sw as f64, height: sh as f64 };
            let (kx, ky) = (dw as f64 / sw as f64, dh as f64 / sh as f64);
            let clean_aperture = request.source_clean_aperture.map(|clean| CleanAperture {
                width: clean.width * kx,
                height: clean.height * ky,
                horizontal_offset: clean.horizontal_offset * kx,
                vertical_offset: clean.vertical_offset * ky,
            });
            let pixel_aspect_ratio = compensated(request.source_pixel_aspect_ratio, (sw, sh), (dw, dh));
            return Ok(Geometry::from_rects(request, from, raster, clean_aperture, pixel_aspect_ratio));
        }
        let from = aperture_rect(request.source_clean_aperture, request.source)?;
        let to = aperture_rect(request.destination_clean_aperture, request.destination)?;
        let source_aspect = request.source_pixel_aspect_ratio;
        let clean = request.destination_clean_aperture;
        if request.mode == ScalingMode::CropSourceToCleanAperture {
            return Ok(Geometry::from_rects(
                request,
                from,
                to,
                clean,
                request.destination_pixel_aspect_ratio,
            ));
        }
        let aspect = request.destination_pixel_aspect_ratio.or(source_aspect);
        let pixel = |ratio: Option<PixelAspectRatio>| ratio.map_or(1.0, |ratio| ratio.ratio());
        // Width to height of the picture, counted in destination pixels.
        let shape = from.width * pixel(source_aspect) / from.height / pixel(aspect);
        let wider = shape > to.width / to.height;
        Ok(if request.mode == ScalingMode::Letterbox {
            let (width, height) =
                if wider { (to.width, to.width / shape) } else { (to.height * shape, to.height) };
            let inner = Rect {
                x: to.x + (to.width - width) / 2.0,
                y: to.y + (to.height - height) / 2.0,
                width,
                height,
            };
            Geometry::from_rects(request, from, fitted(inner, to, request.multiple), clean, aspect)
        } else {
            let part = shape / (to.width / to.height);
            let (width, height) =
                if wider { (from.width / part, from.height) } else { (from.width, from.height * part) };
            let inner = Rect {
                x: from.x + (from.width - width) / 2.0,
                y: from.y + (from.height - height) / 2.0,
                width,
                height,
            };
            Geometry::from_rects(request, inner, to, clean, aspect)
        })
    }

    /// Whether the whole source fills the whole destination, pixel by pixel.
    pub(crate) fn is_whole_and_same(&self) -> bool {
        let whole = |span: &Span, shown: (usize, usize)| {
            span.source == 0.0
                && span.destination == 0.0
                && span.source_length == span.destination_length
                && shown == (0, span.destination_length as usize)
        };
        whole(&self.x, self.columns) && whole(&self.y, self.rows)
    }

    /// Whether rows stay rows, each in the field in which it was.
    pub(crate) fn keeps_fields(&self) -> bool {
        self.y.ratio() == 1.0 && (self.y.destination - self.y.source) % 2.0 == 0.0
    }

    fn from_rects(
        request: &GeometryRequest,
        from: Rect,
        to: Rect,
        clean_aperture: Option<CleanAperture>,
        pixel_aspect_ratio: Option<PixelAspectRatio>,
    ) -> Geometry {
        // Whole pixels show the picture: those whose centres lie inside, and one at least.
        let whole = |start: f64, length: f64, limit: usize| {
            let first = (start + 0.5).floor().clamp(0.0, limit as f64 - 1.0) as usize;
            let end = (start + length + 0.5).floor().clamp(first as f64 + 1.0, limit as f64) as usize;
            (first, end)
        };
        let limits = |start: f64, length: f64, limit: usize| {
            let first = start.floor().clamp(0.0, limit as f64 - 1.0);
            (first, (start + length).ceil().clamp(first + 1.0, limit as f64))
        };
        Geometry {
            x: Span {
                source: from.x,
                source_length: from.width,
                destination: to.x,
                destination_length: to.width,
            },
            y: Span {
                source: from.y,
                source_length: from.height,
                destination: to.y,
                destination_length: to.height,
            },
            limits_x: limits(from.x, from.width, request.source.0),
            limits_y: limits(from.y, from.height, request.source.1),
            columns: whole(to.x, to.width, request.destination.0),
            rows: whole(to.y, to.height, request.destination.1),
            clean_aperture,
            pixel_aspect_ratio,
        }
    }
}

/// The aperture's rectangle, cut to the raster; the raster when there is none.
fn aperture_rect(aperture: Option<CleanAperture>, (width, height): (usize, usize)) -> Result<Rect> {
    let (w, h) = (width as f64, height as f64);
    let Some(clean) = aperture else { return Ok(Rect { x: 0.0, y: 0.0, width: w, height: h }) };
    let cut = |length: f64, offset: f64, limit: f64| {
        let start = (limit - length) / 2.0 + offset;
        let (low, high) = (start.max(0.0), (start + length).min(limit));
        // Less than a hundredth of a pixel cannot be told from nothing.
        (start.is_finite() && length > 0.0 && high - low > 0.01).then_some((low, high - low))
    };
    let x = cut(clean.width, clean.horizontal_offset, w);
    let y = cut(clean.height, clean.vertical_offset, h);
    match (x, y) {
        (Some((x, width)), Some((y, height))) => Ok(Rect { x, y, width, height }),
        _ => Err(Error::CleanAperture {
            width: clean.width,
            height: clean.height,
            horizontal_offset: clean.horizontal_offset,
            vertical_offset: clean.vertical_offset,
            raster_width: width,
            raster_height: height,
        }),
    }
}

/// `inner` with edges on multiples of `multiple` inside `outer`.
fn fitted(inner: Rect, outer: Rect, multiple: (usize, usize)) -> Rect {
    let edge = |start: f64, length: f64, low: f64, high: f64, multiple: usize| {
        if length >= high - low - 0.01 {
            return (low, high - low);
        }
        let unit = multiple as f64;
        let first = (start / unit).round() * unit;
        let last = ((start + length) / unit).round() * unit;
        let first = first.clamp(low, (high - unit).max(low));
        (first, (last - first).max(unit).min(high - first))
    };
    let (x, width) = edge(inner.x, inner.width, outer.x, outer.x + outer.width, multiple.0);
    let (y, height) = edge(inner.y, inner.height, outer.y, outer.y + outer.height, multiple.1);
    Rect { x, y, width, height }
}

/// The aspect of a pixel after the raster was stretched; `None` when it is unstated and unchanged.
fn compensated(
    aspect: Option<PixelAspectRatio>,
    (sw, sh): (usize, usize),
    (dw, dh): (usize, usize),
) -> Option<PixelAspectRatio> {
    let stretched = sw as u128 * dh as u128 != sh as u128 * dw as u128;
    if !stretched {
        return aspect;
    }
    let PixelAspectRatio { horizontal_spacing, vertical_spacing } =
        aspect.unwrap_or(PixelAspectRatio::SQUARE);
    let mut terms = [
        horizontal_spacing as u128 * sw as u128 * dh as u128,
        vertical_spacing as u128 * sh as u128 * dw as u128,
    ];
    let (mut a, mut b) = (terms[0], terms[1]);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    terms = terms.map(|term| term / a);
    // Spacings are 32-bit numbers where they are stored.
    while terms.iter().any(|&term| term > i32::MAX as u128) {
        terms = terms.map(|term| (term / 2).max(1));
    }
    Some(PixelAspectRatio { horizontal_spacing: terms[0] as u32, vertical_spacing: terms[1] as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(mode: ScalingMode, source: (usize, usize), destination: (usize, usize)) -> GeometryRequest {
        GeometryRequest {
            mode,
            source,
            destination,
            source_clean_aperture: None,
            source_pixel_aspect_ratio: None,
            destination_clean_aperture: None,
            destination_pixel_aspect_ratio: None,
            multiple: (2, 2),
        }
    }

    #[test]
    fn normal_rewrites_aperture_and_aspect() {
        let mut request = request(ScalingMode::Normal, (720, 480), (640, 480));
        request.source_clean_aperture =
            Some(CleanAperture { width: 704.0, height: 480.0, horizontal_offset: 4.0, vertical_offset: 0.0 });
        request.source_pixel_aspect_ratio =
            Some(PixelAspectRatio { horizontal_spacing: 10, vertical_spacing: 11 });
        let geometry = Geometry::new(&request).unwrap();
        assert_eq!(
            geometry.pixel_aspect_ratio,
            Some(PixelAspectRatio { horizontal_spacing: 45, vertical_spacing: 44 })
        );
        let clean = geometry.clean_aperture.unwrap();
        assert!((clean.width - 704.0 * 640.0 / 720.0).abs() < 1e-9 && clean.height == 480.0);
        assert_eq!((geometry.columns, geometry.rows), ((0, 640), (0, 480)));
    }

    #[test]
    fn letterbox_fits_and_trim_covers() {
        let geometry = Geometry::new(&request(ScalingMode::Letterbox, (1920, 800), (1280, 720))).unwrap();
        assert_eq!((geometry.columns, geometry.rows), ((0, 1280), (94, 626)));
        let geometry = Geometry::new(&request(ScalingMode::Letterbox, (640, 480), (1280, 720))).unwrap();
        assert_eq!((geometry.columns, geometry.rows), ((160, 1120), (0, 720)));
        let geometry = Geometry::new(&request(ScalingMode::Trim, (640, 480), (1280, 720))).unwrap();
        assert_eq!((geometry.columns, geometry.rows), ((0, 1280), (0, 720)));
        assert_eq!((geometry.y.source, geometry.y.source_length), (60.0, 360.0));
        let geometry = Geometry::new(&request(ScalingMode::Trim, (1920, 800), (1280, 720))).unwrap();
        assert!((geometry.x.source_length - 800.0 * 16.0 / 9.0).abs() < 1e-6);
    }

    #[test]
    fn letterbox_counts_pixel_aspect() {
        let mut request = request(ScalingMode::Letterbox, (720, 576), (1024, 576));
        request.source_pixel_aspect_ratio =
            Some(PixelAspectRatio { horizontal_spacing: 64, vertical_spacing: 45 });
        request.destination_pixel_aspect_ratio =
            Some(PixelAspectRatio { horizontal_spacing: 1, vertical_spacing: 1 });
        let geometry = Geometry::new(&request).unwrap();
        assert_eq!((geometry.columns, geometry.rows), ((0, 1024), (0, 576)));
        request.destination_pixel_aspect_ratio = None;
        let geometry = Geometry::new(&request).unwrap();
        assert_eq!((geometry.columns, geometry.rows), ((152, 872), (0, 576)));
        assert_eq!(geometry.pixel_aspect_ratio, request.source_pixel_aspect_ratio);
    }

    #[test]
    fn hostile_apertures() {
        let mut request = request(ScalingMode::CropSourceToCleanAperture, (64, 64), (64, 64));
        for (width, offset) in
            [(0.0, 0.0), (-4.0, 0.0), (8.0, 200.0), (8.0, -200.0), (f64::NAN, 0.0), (8.0, f64::NAN)]
        {
            request.source_clean_aperture =
                Some(CleanAperture { width, height: 64.0, horizontal_offset: offset, vertical_offset: 0.0 });
            assert!(matches!(Geometry::new(&request), Err(Error::CleanAperture { .. })), "{width} {offset}");
        }
        // Partly outside: what is inside is used.
        request.source_clean_aperture =
            Some(CleanAperture { width: 1e9, height: 32.0, horizontal_offset: 0.0, vertical_offset: -16.0 });
        let geometry = Geometry::new(&request).unwrap();
        assert_eq!((geometry.limits_x, geometry.limits_y), ((0.0, 64.0), (0.0, 32.0)));
        request.source_pixel_aspect_ratio =
            Some(PixelAspectRatio { horizontal_spacing: 0, vertical_spacing: 1 });
        assert!(matches!(Geometry::new(&request), Err(Error::PixelAspectRatio(0, 1))));
    }
}
