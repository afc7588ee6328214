//! Every pair of formats against a plain double-precision reference.

mod formats;
mod picture;
mod reference;

use vitascope_core::{ChromaLocation, ColorInfo, YCbCrMatrix};

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
    for (number, from) in Layout::all().enumerate() {
        // One odd size, one even, one of a single pixel, in turn.
        for fill in [Fill::Noise, Fill::Gradient, Fill::Extremes] {
            for (index, to) in Layout::all().enumerate() {
                if !convertible(from, to) {
                    continue;
                }
                let (width, height) = [(17, 7), (24, 8), (1, 1), (2, 3)][(number + index) % 4];
                let source = Picture::filled(from.format, width, height, fill, number as u64);
                let options = Options {
                    downsampling_mode: [DownsamplingMode::Decimate, DownsamplingMode::Average][index % 2],
                    ..Options::default()
                };
                let location = [
                    ChromaLocation::Left,
                    ChromaLocation::Center,
                    ChromaLocation::TopLeft,
                    ChromaLocation::Bottom,
                ];
                let mut description = describe(from, width, height);
                description.chroma_location = Some(location[(number + index / 2) % 4]);
                check(&source, &description, &PictureDescription::new(to.format, width, height), &options);
            }
        }
    }
}

#[test]
fn unlike_components_are_refused() {
    let status = |from: &[u8; 4], to: &[u8; 4]| {
        let of = |name: &[u8; 4]| PictureDescription::new(vitascope_core::FourCc::new(*name), 8, 8);
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
        let formats: Vec<_> = names.iter().map(|name| vitascope_core::FourCc::new(**name)).collect();
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
