//! Scaling against the definition: Keys' cubic, widened on reduction, at sited positions.

use vitascope_core::{ChromaLocation, FourCc};
use vitascope_dsp::CpuLevel;

use super::formats;
use super::picture::{Fill, Picture};
use crate::siting::Siting;
use crate::{Converter, Options, PictureDescription, ScalingMode};

/// The weight of Keys' cubic with a = -1/2 at distance `x`.
fn keys(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0
    } else if x < 2.0 {
        -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0
    } else {
        0.0
    }
}

/// Samples and weights along one axis: `count` source samples, divided by `divisor` from luma and sited at
/// `siting`, for destination sample `index` of an axis scaled by `ratio`.
fn taps(
    index: usize,
    ratio: f64,
    divisor: usize,
    siting: f64,
    count: usize,
    chroma_only: bool,
) -> Vec<(usize, f64)> {
    let (unit, siting) = (divisor as f64, if divisor == 1 { 0.0 } else { siting });
    let luma = index as f64 * unit + siting;
    let centre = ((luma + 0.5) * ratio - 0.5 - siting) / unit;
    let widening = ratio.max(1.0);
    let (first, last) = ((centre - 2.0 * widening).floor() as i64, (centre + 2.0 * widening).ceil() as i64);
    let weight = |k: i64| {
        if chroma_only {
            (1.0 - (k as f64 - centre).abs()).max(0.0)
        } else {
            keys((k as f64 - centre) / widening)
        }
    };
    let sum: f64 = (first..=last).map(weight).sum();
    (first..=last).map(|k| (k.clamp(0, count as i64 - 1) as usize, weight(k) / sum)).collect()
}

fn check(format: &[u8; 4], from: (usize, usize), to: (usize, usize), fill: Fill, level: CpuLevel) {
    let format = FourCc::new(*format);
    let source = Picture::filled(format, from.0, from.1, fill, 99);
    let mut description = PictureDescription::new(format, from.0, from.1);
    description.chroma_location = Some(ChromaLocation::Left);
    let siting = Siting::of(ChromaLocation::Left);
    let target = PictureDescription::new(format, to.0, to.1);
    let options = Options { cpu_level: level, ..Options::default() };
    let converter = Converter::new(&description, &target, &options).unwrap();
    let mut result = Picture::new(format, to.0, to.1, 3, 0);
    converter.run_planes(&source.sources(), result.targets()).unwrap();
    let (rx, ry) = (from.0 as f64 / to.0 as f64, from.1 as f64 / to.1 as f64);
    for component in formats::components(format) {
        let (sw, sh) = formats::size(format, component, from.0, from.1);
        let (w, h) = formats::size(format, component, to.0, to.1);
        let divisor = formats::size(format, component, 2, 2);
        let (dx, dy) = (2 / divisor.0, 2 / divisor.1);
        let limit = ((1u64 << formats::bits(format, component)) - 1) as f64;
        let tolerance = if limit > 255.0 { 2.0 } else { 1.0 };
        for y in 0..h {
            let rows = taps(y, ry, dy, siting.y, sh, ry == 1.0);
            for x in 0..w {
                let columns = taps(x, rx, dx, siting.x, sw, rx == 1.0);
                let mut exact = 0.0;
                for &(row, weight) in &rows {
                    let line: f64 = columns
                        .iter()
                        .map(|&(column, weight)| weight * formats::code(&source, component, column, row))
                        .sum();
                    exact += weight * line;
                }
                let found = formats::code(&result, component, x, y);
                let error = (found - exact.clamp(0.0, limit)).abs();
                assert!(
                    error < tolerance,
                    "{format} {from:?} to {to:?} component {component} ({x}, {y}): {found}, exactly {exact}"
                );
            }
        }
    }
}

#[test]
fn scaling_follows_the_definition() {
    for format in
        [b"420v", b"y420", b"444v", b"BGRA", b"L008", b"24BG", b"x420", b"x444", b"2vuy", b"sv22", b"v0a8"]
    {
        for (from, to) in [
            ((60, 12), (40, 8)),
            ((24, 8), (64, 20)),
            ((97, 31), (50, 21)),
            ((80, 40), (9, 5)),
            ((40, 6), (40, 9)),
            ((3, 2), (11, 7)),
            ((98, 26), (49, 13)),
            ((10, 12), (5, 6)),
            ((8, 8), (4, 4)),
            // Some samples lie on one of the source's.
            ((10, 8), (30, 24)),
            ((12, 9), (20, 15)),
        ] {
            for (fill, level) in [
                (Fill::Noise, CpuLevel::detected()),
                (Fill::Noise, CpuLevel::Avx2),
                (Fill::Extremes, CpuLevel::Scalar),
            ] {
                check(format, from, to, fill, level);
            }
        }
    }
}

#[test]
fn extreme_reductions_follow_the_definition() {
    let grid = |length: usize, other: usize, down: bool| if down { (other, length) } else { (length, other) };
    for (from, others, to, down) in [
        (65536, (3, 3), 5, true),
        (65536, (3, 3), 5, false),
        // Neither source nor destination is large, but what lies between would be, were its rows kept.
        (65536, (1, 20_000), 1, true),
        (34000, (1000, 1001), 2, true),
    ] {
        for format in [b"L008", b"L016", b"444v", b"2vuy"].map(|name| FourCc::new(*name)) {
            let top = ((1u64 << formats::bits(format, 0)) - 1) as f64;
            let value = |index: usize| if index * 10 < from * 3 { top } else { (index % 7) as f64 };
            let (own, target) = (grid(from, others.0, down), grid(to, others.1, down));
            let mut source = Picture::new(format, own.0, own.1, 5, 0);
            for y in 0..own.1 {
                (0..own.0).for_each(|x| formats::put(&mut source, 0, x, y, value(if down { y } else { x })));
            }
            let of = |(width, height)| PictureDescription::new(format, width, height);
            let converter = Converter::new(&of(own), &of(target), &Options::default()).unwrap();
            let mut result = Picture::new(format, target.0, target.1, 3, 0);
            converter.run_planes(&source.sources(), result.targets()).unwrap();
            let exact: Vec<f64> = (0..to)
                .map(|index| taps(index, from as f64 / to as f64, 1, 0.0, from, false))
                .map(|taps| taps.into_iter().map(|(index, weight)| weight * value(index)).sum())
                .collect();
            for (index, found) in result.codes().into_iter().enumerate().take(target.0 * target.1) {
                let exact = exact[if down { index / target.0 } else { index % target.0 }];
                let error = (found - exact.clamp(0.0, top)).abs() * 255.0 / top;
                assert!(error < 1.0, "{format} {own:?} to {target:?}: {found} at {index}, exactly {exact}");
            }
        }
    }
}

#[test]
fn high_speed_halves_by_the_mean() {
    for (format, width, height) in [(b"BGRA", 140, 12), (b"L008", 202, 8), (b"420v", 132, 20)] {
        let format = FourCc::new(*format);
        let source = Picture::filled(format, width, height, Fill::Noise, 5);
        let of = |width, height| PictureDescription::new(format, width, height);
        let options = Options { high_speed: true, ..Options::default() };
        let converter = Converter::new(&of(width, height), &of(width / 2, height / 2), &options).unwrap();
        let mut result = Picture::new(format, width / 2, height / 2, 1, 0);
        converter.run_planes(&source.sources(), result.targets()).unwrap();
        for component in
            formats::components(format).into_iter().filter(|&c| c == 0 || format.bytes()[0] == b'B')
        {
            for y in 0..height / 2 {
                for x in 0..width / 2 {
                    let at = |dx: usize, dy: usize| formats::code(&source, component, 2 * x + dx, 2 * y + dy);
                    let mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4.0;
                    let found = formats::code(&result, component, x, y);
                    assert!(
                        (found - mean).abs() <= 0.5,
                        "{format} {component} ({x}, {y}): {found}, exactly {mean}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_picture_of_any_size_is_kept_between_steps() {
    let fused = |width, height| {
        let of = |name: &[u8; 4], width, height| PictureDescription::new(FourCc::new(*name), width, height);
        let options = Options::default();
        Converter::new(&of(b"BGRA", 64, 64), &of(b"420v", width, height), &options).unwrap().is_fused()
    };
    assert!(fused(15360, 8640));
    assert!(!fused(65536, 65536));
}

#[test]
fn common_scalings_are_integer_paths() {
    let fused = |from: &[u8; 4], to: &[u8; 4]| {
        let of = |name: &[u8; 4], width, height| PictureDescription::new(FourCc::new(*name), width, height);
        let options = Options { scaling_mode: ScalingMode::Letterbox, ..Options::default() };
        Converter::new(&of(from, 1920, 1080), &of(to, 1280, 800), &options).unwrap().is_fused()
    };
    for (from, to) in [
        (b"420v", b"420v"),
        (b"y420", b"420v"),
        (b"BGRA", b"BGRA"),
        (b"x420", b"x420"),
        (b"420v", b"BGRA"),
        (b"BGRA", b"420v"),
        (b"2vuy", b"420v"),
        (b"2vuy", b"2vuy"),
        (b"x420", b"420v"),
    ] {
        assert!(fused(from, to), "{} {}", String::from_utf8_lossy(from), String::from_utf8_lossy(to));
    }
}
