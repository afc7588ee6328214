//! Every pair of formats against a plain double-precision reference.

mod formats;
mod picture;
mod random;
mod reference;
mod scaling;

use vitascope_core::{ChromaLocation, ColorInfo, FourCc, YCbCrMatrix};
use vitascope_dsp::CpuLevel;

use crate::format::layout::{Family, Layout};
use crate::{Converter, DownsamplingMode, Options, PictureDescription};
use picture::{Fill, Picture};
use reference::{Reference, largest_error};

/// Converts and compares with the reference; returns the destination.
#[track_caller]
fn check(
    source: &Picture,
    description: &PictureDescription,
    to: &PictureDescription,
    options: &Options,
) -> Picture {
    let converter = Converter::new(description, to, options).unwrap();
    let mut destination = Picture::new(to.format, to.width, to.height, 3, 0xa5);
    converter.run_planes(&source.sources(), destination.targets()).unwrap();
    let reference = Reference::new(source, description, to, options);
    let (error, place) = largest_error(&reference, &destination);
    assert!(error <= 0.0, "{description} to {to}: {error} codes beyond tolerance at {place}");
    destination
}

fn describe(layout: &Layout, width: usize, height: usize) -> PictureDescription {
    let color = ColorInfo { matrix: Some(YCbCrMatrix::Itu709), ..ColorInfo::default() };
    PictureDescription { color, ..PictureDescription::new(layout.format, width, height) }
}

fn convertible(from: &Layout, to: &Layout) -> bool {
    let color = |layout: &Layout| matches!(layout.family, Family::Rgb | Family::YCbCr);
    from.family == to.family || color(from) && color(to)
}

#[test]
fn every_pair_is_within_tolerance() {
    let mut pairs = 0;
    for (number, from) in Layout::all().enumerate() {
        for (index, to) in Layout::all().enumerate() {
            if convertible(from, to) {
                pairs += 1;
                // Odd sizes, even ones and a single pixel, in turn; likewise everything else.
                let size = [(17, 7), (24, 8), (1, 1), (2, 3)][(number + index) % 4];
                check_pair((number, from), (index, to), size, YCbCrMatrix::Itu709, None);
            }
        }
    }
    // All colours into each other, pairs of components, disparity, depth.
    let colors = Layout::all().filter(|layout| convertible(layout, layout)).count() - 8;
    assert_eq!(pairs, colors * colors + 4 * 4 + 2 * 2 + 2 * 2);
    assert!(colors >= 67, "{colors}");
}

/// The same in rows that fill registers, with every matrix, and with a source that says how its colour and alpha go together.
#[test]
fn every_pair_is_within_tolerance_with_each_matrix_and_alpha() {
    for (number, from) in Layout::all().enumerate() {
        for (index, to) in Layout::all().enumerate().filter(|(_, to)| convertible(from, to)) {
            let size = [(131, 2), (70, 3), (98, 2), (67, 4)][(number + index / 4) % 4];
            let matrix = YCbCrMatrix::ALL[(number + index) % YCbCrMatrix::ALL.len()];
            check_pair((number, from), (index, to), size, matrix, Some(index % 3 == 0));
        }
    }
}

/// Checks one pair of formats, with its number among all.
#[track_caller]
fn check_pair(
    (number, from): (usize, &Layout),
    (index, to): (usize, &Layout),
    (width, height): (usize, usize),
    matrix: YCbCrMatrix,
    premultiplied: Option<bool>,
) {
    let fill = [Fill::Noise, Fill::Gradient, Fill::Extremes][(number + index) % 3];
    let source = Picture::filled(from.format, width, height, fill, number as u64);
    let options = Options {
        downsampling_mode: [DownsamplingMode::Decimate, DownsamplingMode::Average][index % 2],
        ..Options::default()
    };
    let location =
        [ChromaLocation::Left, ChromaLocation::Center, ChromaLocation::TopLeft, ChromaLocation::Bottom];
    let mut description = describe(from, width, height);
    description.chroma_location = Some(location[(number + index / 2) % 4]);
    description.color.matrix = Some(matrix);
    description.premultiplied = premultiplied;
    check(&source, &description, &PictureDescription::new(to.format, width, height), &options);
}

#[test]
fn fused_pairs_are_within_tolerance() {
    let names: [&[u8; 4]; 15] = [
        b"420v", b"420f", b"y420", b"f420", b"422v", b"422f", b"2vuy", b"yuvs", b"yuvf", b"x420", b"x422",
        b"BGRA", b"RGBA", b"ABGR", b"sv22",
    ];
    let formats: Vec<&Layout> = names.iter().map(|name| Layout::find(FourCc::new(**name)).unwrap()).collect();
    let mut fused = 0;
    for (number, from) in formats.iter().enumerate() {
        for (index, to) in formats.iter().enumerate() {
            for (turn, location) in [
                ChromaLocation::Left,
                ChromaLocation::Center,
                ChromaLocation::TopLeft,
                ChromaLocation::Bottom,
            ]
            .into_iter()
            .enumerate()
            {
                let fill = [Fill::Noise, Fill::Extremes, Fill::Gradient][(turn + number) % 3];
                let (width, height) = [(102, 4), (71, 5), (64, 4), (131, 3)][(turn + index) % 4];
                let source = Picture::filled(from.format, width, height, fill, (number * 15 + index) as u64);
                let downsampling_mode =
                    if turn % 2 == 0 { DownsamplingMode::Decimate } else { DownsamplingMode::Average };
                let level = CpuLevel::ALL[turn.min(CpuLevel::ALL.len() - 1)];
                let options = Options { downsampling_mode, cpu_level: level, ..Options::default() };
                let mut description = describe(from, width, height);
                description.chroma_location = Some(location);
                let target = PictureDescription::new(to.format, width, height);
                check(&source, &description, &target, &options);
                fused += usize::from(Converter::new(&description, &target, &options).unwrap().is_fused());
            }
        }
    }
    // Most of the pairs above have a path of their own; losing one is a loss of speed.
    assert!(fused >= 290, "{fused} fused");
}

#[test]
fn unlike_components_are_refused() {
    let status = |from: &[u8; 4], to: &[u8; 4]| {
        let of = |name: &[u8; 4]| PictureDescription::new(FourCc::new(*name), 8, 8);
        Converter::new(&of(from), &of(to), &Options::default()).err().map(|error| error.status())
    };
    assert_eq!(status(b"hdis", b"fdep"), Some(-12905));
    assert_eq!(status(b"2C08", b"BGRA"), Some(-12905));
    assert_eq!(status(b"grb4", b"BGRA"), Some(-12905));
    assert_eq!(status(b"BGRA", b"&8v0"), Some(-12905));
    assert_eq!(status(b"hdis", b"fdis"), None);
}

#[test]
fn round_trips_are_exact() {
    let trip = |names: &[&[u8; 4]], matrix_free: bool| {
        assert!(matrix_free);
        let formats: Vec<_> = names.iter().map(|name| FourCc::new(**name)).collect();
        let original = Picture::filled(formats[0], 35, 9, Fill::Noise, 7);
        let mut current = original.clone();
        for pair in formats.windows(2) {
            let from = describe(Layout::find(pair[0]).unwrap(), 35, 9);
            let converter =
                Converter::new(&from, &PictureDescription::new(pair[1], 35, 9), &Options::default()).unwrap();
            let mut next = Picture::new(pair[1], 35, 9, 0, 0);
            converter.run_planes(&current.sources(), next.targets()).unwrap();
            current = next;
        }
        assert_eq!(original.codes(), current.codes(), "{names:?}");
    };
    trip(&[b"420v", b"x420", b"420v"], true);
    trip(&[b"420v", b"y420", b"420v"], true);
    trip(&[b"420f", b"xf20", b"420f"], true);
    trip(&[b"422v", b"2vuy", b"v210", b"v216", b"yuvs", b"422v"], true);
    trip(&[b"x422", b"v210", b"sv22", b"x422"], true);
    trip(&[b"444v", b"v308", b"v408", b"y408", b"y416", b"444v"], true);
    trip(&[b"x444", b"v410", b"sv44", b"x444"], true);
    trip(&[b"BGRA", b"RGBA", b"ABGR", b"b64a", b"RGhA", b"RGfA", b"BGRA"], true);
    trip(&[b"L008", b"L010", b"L012", b"L016", b"L00f", b"L008"], true);
    trip(&[b"v0a8", b"v0a8"], true);
}
