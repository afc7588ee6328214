//! Turning and mirroring.

use vitascope_convert::{Error, Rotation, Rotator};
use vitascope_core::{
    AttachmentMode, CleanAperture, Dictionary, FourCc, PixelAspectRatio, PixelBuffer, PixelFormat, attachment,
};
use vitascope_dsp::CpuLevel;

const TURNS: [Rotation; 4] =
    [Rotation::None, Rotation::Clockwise90, Rotation::Half, Rotation::CounterClockwise90];

fn noise(width: usize, height: usize, format: FourCc) -> PixelBuffer {
    let picture = PixelBuffer::new(width, height, format).unwrap();
    let mut pixels = picture.write().unwrap();
    let mut state = 77u32;
    for plane in 0..picture.planes() {
        for y in 0..picture.height_of_plane(plane) {
            for byte in pixels.row_mut(plane, y) {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
        }
    }
    drop(pixels);
    picture
}

fn rows(picture: &PixelBuffer) -> Vec<Vec<u8>> {
    let pixels = picture.read().unwrap();
    let planes = 0..picture.planes();
    planes
        .flat_map(|plane| (0..picture.height_of_plane(plane)).map(move |y| (plane, y)))
        .map(|(plane, y)| pixels.row(plane, y).to_vec())
        .collect()
}

fn turned(rotator: &Rotator, source: &PixelBuffer) -> PixelBuffer {
    let (w, h) = (source.width(), source.height());
    let (w, h) = if rotator.rotation.swaps_sides() { (h, w) } else { (w, h) };
    let destination = PixelBuffer::new(w, h, source.format()).unwrap();
    rotator.run(source, &destination).unwrap();
    destination
}

#[test]
fn every_pixel_lands_where_it_should() {
    for (format, unit) in
        [(*b"L008", 1), (*b"L016", 2), (*b"24BG", 3), (*b"BGRA", 4), (*b"b64a", 8), (*b"RGfA", 16)]
    {
        for (w, h) in [(1, 1), (2, 3), (16, 16), (37, 53), (130, 70), (64, 9)] {
            let source = noise(w, h, FourCc::new(format));
            let from = source.read().unwrap();
            for rotation in TURNS {
                for (flip_horizontal, flip_vertical) in
                    [(false, false), (true, false), (false, true), (true, true)]
                {
                    for cpu_level in CpuLevel::ALL {
                        let rotator = Rotator {
                            rotation,
                            flip_horizontal,
                            flip_vertical,
                            threads: 1,
                            cpu_level,
                            ..Rotator::default()
                        };
                        let result = turned(&rotator, &source);
                        let to = result.read().unwrap();
                        let (tw, th) = (result.width(), result.height());
                        for y in 0..th {
                            for x in 0..tw {
                                // Back through the flips, then back through the turn.
                                let u = if flip_horizontal { tw - 1 - x } else { x };
                                let v = if flip_vertical { th - 1 - y } else { y };
                                let (sx, sy) = match rotation {
                                    Rotation::None => (u, v),
                                    Rotation::Clockwise90 => (v, h - 1 - u),
                                    Rotation::Half => (w - 1 - u, h - 1 - v),
                                    Rotation::CounterClockwise90 => (w - 1 - v, u),
                                };
                                let expected = &from.row(0, sy)[sx * unit..][..unit];
                                assert_eq!(
                                    &to.row(0, y)[x * unit..][..unit],
                                    expected,
                                    "{rotator:?} {w}x{h} ({x}, {y})"
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn four_turns_are_none() {
    for format in [
        *b"420v", *b"y420", *b"x420", *b"444v", *b"BGRA", *b"v308", *b"v0a8", *b"s4as", *b"l10r", *b"RGhA",
        *b"2C08",
    ] {
        for (w, h) in [(640, 480), (33, 18), (7, 5)] {
            for rotation in [Rotation::Clockwise90, Rotation::CounterClockwise90] {
                let source = noise(w, h, FourCc::new(format));
                let rotator = Rotator { rotation, ..Rotator::default() };
                let result = (0..4).fold(source.clone(), |picture, _| turned(&rotator, &picture));
                assert_eq!(rows(&result), rows(&source), "{} {w}x{h}", source.format());
            }
        }
    }
}

/// Formats of several pixels a unit, and 4:2:2 planes: what may be done to them is in the engine's documentation.
const NO_QUARTER_TURN: [&str; 21] = [
    "1", "33", "34", "36", "2vuy", "yuvs", "yuvf", "a2vy", "v216", "v210", "422v", "422f", "x422", "xf22",
    "sv22", // Not pictures that can be read: palettes, sensors, camera raw.
    "2", "4", "8", "bp16", "btp2", "bp64",
];

#[test]
fn every_format_of_whole_samples_turns() {
    let mut turned_formats = 0;
    for format in PixelFormat::all() {
        let name = format.fourcc.to_string().trim_matches('\'').to_owned();
        let bayer = ["grb4", "rgg4", "bgg4", "gbr4"].contains(&name.as_str());
        let source = noise(22, 10, format.fourcc);
        let quarter = Rotator { rotation: Rotation::Clockwise90, ..Rotator::default() };
        let destination = PixelBuffer::new(10, 22, format.fourcc).unwrap();
        match quarter.run(&source, &destination) {
            Ok(()) => {
                let back = Rotator { rotation: Rotation::CounterClockwise90, ..Rotator::default() };
                assert_eq!(rows(&turned(&back, &destination)), rows(&source), "{name}");
                turned_formats += 1;
            }
            Err(error) => {
                assert_eq!(error.status(), -12914, "{name}: {error}");
                assert!(bayer || NO_QUARTER_TURN.contains(&name.as_str()), "{name}: {error}");
            }
        }
    }
    assert!(turned_formats >= 60, "{turned_formats}");
}

#[test]
fn threads_do_not_show() {
    let source = noise(1300, 900, FourCc::new(*b"420v"));
    for rotation in TURNS {
        let of = |threads| rows(&turned(&Rotator { rotation, threads, ..Rotator::default() }, &source));
        assert_eq!(of(1), of(3), "{rotation:?}");
    }
}

#[test]
fn attachments_turn_too() {
    let source = noise(64, 32, FourCc::new(*b"420v"));
    source.set_clean_aperture(&CleanAperture {
        width: 60.0,
        height: 30.0,
        horizontal_offset: 2.0,
        vertical_offset: 1.0,
    });
    source.set_pixel_aspect_ratio(&PixelAspectRatio { horizontal_spacing: 4, vertical_spacing: 3 });
    let result = turned(&Rotator { rotation: Rotation::Clockwise90, ..Rotator::default() }, &source);
    let clean = result.clean_aperture().unwrap();
    assert_eq!(
        (clean.width, clean.height, clean.horizontal_offset, clean.vertical_offset),
        (30.0, 60.0, -1.0, 2.0)
    );
    assert_eq!(
        result.pixel_aspect_ratio(),
        Some(PixelAspectRatio { horizontal_spacing: 3, vertical_spacing: 4 })
    );
    let (location, _) = result.attachment(attachment::CHROMA_LOCATION_TOP_FIELD).unwrap();
    assert_eq!(location.as_str(), Some("Top"));
}

#[test]
fn mirrored_chroma_lies_where_the_rows_and_columns_are_that_it_lay_at() {
    let check = |(width, height): (usize, usize), rotator: Rotator, from: &str, to: &str| {
        let source = noise(width, height, FourCc::new(*b"420v"));
        let key = attachment::CHROMA_LOCATION_TOP_FIELD;
        source.set_attachment(key, from, AttachmentMode::ShouldPropagate);
        let (location, _) = turned(&rotator, &source).attachment(key).unwrap();
        assert_eq!(location.as_str(), Some(to), "{width}x{height} {rotator:?}");
    };
    let upside_down = Rotator { flip_vertical: true, ..Rotator::default() };
    let half = Rotator { rotation: Rotation::Half, ..Rotator::default() };
    // Rows 0, 2, 4 and 6 of eight become 7, 5, 3 and 1; of seven they become 6, 4, 2 and 0.
    check((16, 8), upside_down.clone(), "TopLeft", "BottomLeft");
    check((16, 7), upside_down.clone(), "TopLeft", "TopLeft");
    check((16, 7), upside_down, "Left", "Left");
    check((15, 7), half.clone(), "TopLeft", "TopLeft");
    check((15, 8), half, "TopLeft", "BottomLeft");
}

#[test]
fn what_cannot_be_turned_is_refused() {
    let check = |format: &[u8; 4], rotation: Rotation, to: (usize, usize), to_format: &[u8; 4]| {
        let source = noise(16, 8, FourCc::new(*format));
        let destination = PixelBuffer::new(to.0, to.1, FourCc::new(*to_format)).unwrap();
        let result = Rotator { rotation, ..Rotator::default() }.run(&source, &destination);
        assert!(
            matches!(&result, Err(error @ Error::Rotation { .. }) if error.status() == -12914),
            "{result:?}"
        );
    };
    check(b"BGRA", Rotation::Clockwise90, (16, 8), b"BGRA");
    check(b"BGRA", Rotation::Half, (8, 16), b"BGRA");
    check(b"BGRA", Rotation::None, (16, 8), b"RGBA");
    check(b"2vuy", Rotation::Half, (16, 8), b"2vuy");
    check(b"v210", Rotation::Clockwise90, (8, 16), b"v210");
    check(b"422v", Rotation::Clockwise90, (8, 16), b"422v");
    let upside_down = Rotator { flip_vertical: true, ..Rotator::default() };
    assert_eq!(rows(&turned(&upside_down, &noise(16, 8, FourCc::new(*b"2vuy")))).len(), 8);
}

#[test]
fn attachments_that_a_turn_makes_untrue_go_or_change() {
    let places = [
        attachment::PREFERRED_CLEAN_APERTURE,
        attachment::REGION_OF_INTEREST,
        attachment::DISPLAY_MASK_RECTANGLE,
    ];
    // Square, so that sizes do not tell a turn.
    let source = noise(32, 32, FourCc::new(*b"420v"));
    let mode = AttachmentMode::ShouldPropagate;
    for key in places {
        source.set_attachment(key, Dictionary::new().with("Width", 8), mode);
    }
    let shown = Dictionary::new().with("Width", 64).with("Height", 48);
    source.set_attachment(attachment::DISPLAY_DIMENSIONS, shown, mode);
    source.set_attachment(attachment::FIELD_COUNT, 2, mode);
    source.set_attachment(attachment::FIELD_DETAIL, "TemporalTopFirst", mode);
    for rotation in TURNS {
        for (flip_horizontal, flip_vertical) in [(false, false), (true, false), (false, true), (true, true)] {
            let result =
                turned(&Rotator { rotation, flip_horizontal, flip_vertical, ..Rotator::default() }, &source);
            let case = format!("{rotation:?} {flip_horizontal} {flip_vertical}");
            let text = |key: &str| Some(result.attachment(key)?.0.as_str()?.to_owned());
            let still = match rotation {
                Rotation::None => !flip_horizontal && !flip_vertical,
                Rotation::Half => flip_horizontal && flip_vertical,
                _ => false,
            };
            assert!(places.iter().all(|key| result.attachment(key).is_some() == still), "{case}");
            let quarter = rotation.swaps_sides();
            assert_eq!(result.attachment(attachment::DISPLAY_DIMENSIONS).is_none(), quarter, "{case}");
            assert_eq!(result.attachment(attachment::FIELD_COUNT).is_none(), quarter, "{case}");
            let upside_down = (rotation == Rotation::Half) != flip_vertical;
            let expected = if upside_down { "TemporalBottomFirst" } else { "TemporalTopFirst" };
            let expected = (!quarter).then(|| expected.to_owned());
            assert_eq!(text(attachment::FIELD_DETAIL), expected, "{case}");
        }
    }
    // Of an odd number of rows the first is of the upper field from either end.
    let odd = noise(8, 9, FourCc::new(*b"L008"));
    odd.set_attachment(attachment::FIELD_DETAIL, "SpatialFirstLineLate", mode);
    let result = turned(&Rotator { flip_vertical: true, ..Rotator::default() }, &odd);
    let (detail, _) = result.attachment(attachment::FIELD_DETAIL).unwrap();
    assert_eq!(detail.as_str(), Some("SpatialFirstLineLate"));
}
