//! Conversion in double precision, one sample at a time, straight from the definitions: interpolation
//! between sited samples, H.273's matrices and quantisation. Same size, no change of primaries.

use super::formats;
use super::picture::Picture;
use crate::{DownsamplingMode, Options, PictureDescription};

pub(super) struct Reference<'a> {
    source: &'a Picture,
    description: &'a PictureDescription,
    to: &'a PictureDescription,
    average: bool,
}

impl<'a> Reference<'a> {
    pub(super) fn new(
        source: &'a Picture,
        description: &'a PictureDescription,
        to: &'a PictureDescription,
        options: &Options,
    ) -> Reference<'a> {
        Reference { source, description, to, average: options.downsampling_mode == DownsamplingMode::Average }
    }

    fn has(&self, component: usize) -> bool {
        formats::components(self.source.format).contains(&component)
    }

    /// The value of a source sample, edges repeated.
    fn sample(&self, component: usize, x: i64, y: i64) -> f64 {
        let format = self.source.format;
        let (w, h) = formats::size(format, component, self.source.width, self.source.height);
        let (zero, one) = formats::scale(format, component);
        let (x, y) = (x.clamp(0, w as i64 - 1) as usize, y.clamp(0, h as i64 - 1) as usize);
        (formats::code(self.source, component, x, y) - zero) / (one - zero)
    }

    /// The value of a component at a luma position, between samples along a straight line. Along an
    /// axis in `keep` the position counts samples of the component itself.
    fn value(&self, component: usize, x: f64, y: f64, keep: (bool, bool)) -> f64 {
        if !self.has(component) {
            return if component == 3 { 1.0 } else { 0.0 };
        }
        let format = self.source.format;
        let full = (self.source.width.max(2), self.source.height.max(2));
        let (w, h) = formats::size(format, component, full.0 * 2, full.1 * 2);
        let siting = crate::siting::Siting::of(self.description.chroma_location.unwrap());
        let axis = |position: f64, divided: bool, siting: f64, keep: bool| {
            if divided && !keep { (position - siting) / 2.0 } else { position }
        };
        let px = axis(x, w < full.0 * 2, siting.x, keep.0);
        let py = axis(y, h < full.1 * 2, siting.y, keep.1);
        let (fx, fy) = (px - px.floor(), py - py.floor());
        let (ix, iy) = (px.floor() as i64, py.floor() as i64);
        let row =
            |y: i64| self.sample(component, ix, y) * (1.0 - fx) + self.sample(component, ix + 1, y) * fx;
        row(iy) * (1.0 - fy) + row(iy + 1) * fy
    }

    /// R'G'B' or Y'CbCr of the destination at a luma position, alpha not considered.
    fn color(&self, component: usize, x: f64, y: f64, keep: (bool, bool)) -> f64 {
        let (kr, kb) = self.description.color.matrix.unwrap().luma_weights();
        let kg = 1.0 - kr - kb;
        let from = formats::is_ycbcr(self.source.format);
        let to = formats::is_ycbcr(self.to.format);
        if from == to {
            return self.value(component, x, y, keep);
        }
        let v = [0, 1, 2].map(|component| self.value(component, x, y, keep));
        if from {
            let r = v[0] + 2.0 * (1.0 - kr) * v[2];
            let b = v[0] + 2.0 * (1.0 - kb) * v[1];
            [r, (v[0] - kr * r - kb * b) / kg, b][component]
        } else {
            let luma = kr * v[0] + kg * v[1] + kb * v[2];
            [luma, (v[2] - luma) / (2.0 * (1.0 - kb)), (v[0] - luma) / (2.0 * (1.0 - kr))][component]
        }
    }

    /// The exact code of a destination sample, before rounding and limiting.
    fn code(&self, component: usize, x: usize, y: usize) -> f64 {
        let format = self.to.format;
        let (zero, one) = formats::scale(format, component);
        if component == 3 {
            return zero + self.value(3, x as f64, y as f64, (false, false)) * (one - zero);
        }
        let probe = |format| formats::size(format, component, 1 << 10, 1 << 10);
        let (dw, dh) = probe(format);
        let both = formats::is_ycbcr(format) && formats::is_ycbcr(self.source.format) && self.has(component);
        let (sw, sh) = if both { probe(self.source.format) } else { (1 << 10, 1 << 10) };
        // An axis subsampled on both sides keeps its samples.
        let keep = (dw < 1 << 10 && sw < 1 << 10, dh < 1 << 10 && sh < 1 << 10);
        let reduce = (dw < sw, dh < sh);
        let (w, h) = (self.source.width, self.source.height);
        let places = |index: usize, reduce: bool, length: usize| {
            if !reduce {
                return vec![index];
            }
            if self.average { vec![2 * index, (2 * index + 1).min(length - 1)] } else { vec![2 * index] }
        };
        let (columns, rows) = (places(x, reduce.0, w), places(y, reduce.1, h));
        let mut sum = 0.0;
        for &row in &rows {
            for &column in &columns {
                sum += self.alpha_scaled(component, column as f64, row as f64, keep);
            }
        }
        zero + sum / (columns.len() * rows.len()) as f64 * (one - zero)
    }

    /// Formats that prescribe straight or multiplied colour make alpha matter.
    fn alpha_scaled(&self, component: usize, x: f64, y: f64, keep: (bool, bool)) -> f64 {
        let value = self.color(component, x, y, keep);
        let is =
            |format: vitascope_core::FourCc, name: &[u8; 4]| format == vitascope_core::FourCc::new(*name);
        let stated = self.description.premultiplied == Some(false) && !is(self.source.format, b"w40m");
        let straight = is(self.source.format, b"w40a") || (stated && self.has(3));
        let alpha = self.value(3, x, y, (false, false));
        let destination_has_alpha = formats::components(self.to.format).contains(&3);
        if straight && is(self.to.format, b"w40m") {
            value * alpha
        } else if self.has(3) && !straight && destination_has_alpha && is(self.to.format, b"w40a") {
            if alpha > 0.0 { value / alpha } else { 0.0 }
        } else {
            value
        }
    }
}

/// By how many codes the worst sample misses, beyond rounding and the tolerance, and where.
pub(super) fn largest_error(reference: &Reference<'_>, found: &Picture) -> (f64, String) {
    let mut worst = (f64::MIN, String::new());
    for component in formats::components(found.format) {
        let (w, h) = formats::size(found.format, component, found.width, found.height);
        let bits = formats::bits(found.format, component);
        for y in 0..h {
            for x in 0..w {
                let exact = reference.code(component, x, y);
                let code = formats::code(found, component, x, y);
                let error = if formats::is_float(found.format) {
                    (code - exact).abs() - 1e-3 * exact.abs().max(0.01)
                } else {
                    let limited = exact.clamp(0.0, ((1u64 << bits) - 1) as f64);
                    // Half a code is rounding; integer kernels may miss by 1 code of 8 bits, 2 of 10.
                    let tolerance = match bits {
                        // The fused conversions to and from four-byte RGB.
                        8 if formats::is_ycbcr(found.format)
                            != formats::is_ycbcr(reference.source.format) =>
                        {
                            0.65
                        }
                        ..=8 => 0.501,
                        // Chroma that is interpolated in integers.
                        10 => 0.75,
                        9..=12 => 0.502,
                        _ => 0.6,
                    };
                    (code - limited).abs() - tolerance
                };
                if error > worst.0 {
                    worst = (error, format!("component {component} ({x}, {y}): {code}, exactly {exact}"));
                }
            }
        }
    }
    worst
}
