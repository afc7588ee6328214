//! Conversions between pixel buffers: attachments, geometry, refusals.

use vitascope_convert::{Converter, DownsamplingMode, Options, PictureDescription, ScalingMode, convert};
use vitascope_core::{
    AttachmentMode, CleanAperture, ColorInfo, ColorPrimaries, Dictionary, FourCc, PixelAspectRatio,
    PixelBuffer, TransferFunction, Value, YCbCrMatrix, attachment,
};

fn buffer(width: usize, height: usize, format: &[u8; 4]) -> PixelBuffer {
    PixelBuffer::new(width, height, FourCc::new(*format)).unwrap()
}

/// A picture of one BGRA colour.
fn flat(width: usize, height: usize, color: [u8; 4]) -> PixelBuffer {
    let picture = buffer(width, height, b"BGRA");
    let mut pixels = picture.write().unwrap();
    for y in 0..height {
        for pixel in pixels.row_mut(0, y).chunks_mut(4) {
            pixel.copy_from_slice(&color);
        }
    }
    drop(pixels);
    picture
}

fn sample(picture: &PixelBuffer, plane: usize, y: usize, x: usize) -> u8 {
    picture.read().unwrap().row(plane, y)[x]
}

fn text(picture: &PixelBuffer, key: &str) -> Option<String> {
    picture.attachment(key).and_then(|(value, _)| value.as_str().map(str::to_owned))
}

#[test]
fn red_in_bt709_and_bt601() {
    for (matrix, expected) in [(YCbCrMatrix::Itu709, [63, 102, 240]), (YCbCrMatrix::Itu601, [81, 90, 240])] {
        let source = flat(32, 16, [0, 0, 255, 255]);
        let destination = buffer(32, 16, b"420v");
        let options = Options { destination_ycbcr_matrix: Some(matrix), ..Options::default() };
        convert(&source, &destination, &options).unwrap();
        let found =
            [sample(&destination, 0, 9, 9), sample(&destination, 1, 3, 4), sample(&destination, 1, 3, 5)];
        assert_eq!(found, expected, "{matrix:?}");
        assert_eq!(text(&destination, attachment::YCBCR_MATRIX).as_deref(), Some(matrix.string()));
    }
}

#[test]
fn matrix_defaults_by_size() {
    for (width, height, expected) in [(720, 576, YCbCrMatrix::Itu601), (1280, 720, YCbCrMatrix::Itu709)] {
        let destination = buffer(width, height, b"y420");
        convert(&flat(width, height, [9, 99, 199, 255]), &destination, &Options::default()).unwrap();
        assert_eq!(ColorInfo::from_attachments(&destination).matrix, Some(expected));
    }
}

#[test]
fn attachments_are_rewritten() {
    let source = flat(64, 48, [1, 2, 3, 255]);
    let destination = buffer(32, 48, b"420v");
    source.set_attachment("Company", "kept", AttachmentMode::ShouldPropagate);
    source.set_attachment("Private", "dropped", AttachmentMode::ShouldNotPropagate);
    source.set_clean_aperture(&CleanAperture {
        width: 60.0,
        height: 44.0,
        horizontal_offset: 2.0,
        vertical_offset: 0.0,
    });
    source.set_pixel_aspect_ratio(&PixelAspectRatio { horizontal_spacing: 4, vertical_spacing: 3 });
    destination.set_attachment("Old", 7i64, AttachmentMode::ShouldPropagate);
    destination.set_clean_aperture(&CleanAperture {
        width: 8.0,
        height: 8.0,
        horizontal_offset: 0.0,
        vertical_offset: 0.0,
    });
    let options = Options { downsampling_mode: DownsamplingMode::Average, ..Options::default() };
    convert(&source, &destination, &options).unwrap();
    assert_eq!(text(&destination, "Company").as_deref(), Some("kept"));
    assert!(destination.attachment("Private").is_none() && destination.attachment("Old").is_none());
    let clean = destination.clean_aperture().unwrap();
    assert_eq!((clean.width, clean.height, clean.horizontal_offset), (30.0, 44.0, 1.0));
    assert_eq!(
        destination.pixel_aspect_ratio(),
        Some(PixelAspectRatio { horizontal_spacing: 8, vertical_spacing: 3 })
    );
    assert_eq!(text(&destination, attachment::CHROMA_LOCATION_TOP_FIELD).as_deref(), Some("Center"));
}

#[test]
fn numbers_without_an_end_are_bright_and_spoil_nothing_else() {
    let source = buffer(16, 16, b"RGfA");
    let mut pixels = source.write().unwrap();
    for y in 0..16 {
        for (x, pixel) in pixels.row_mut(0, y).as_chunks_mut::<16>().0.iter_mut().enumerate() {
            let red = match (x, y) {
                (8, 8) => f32::INFINITY,
                (2, 2) => f32::NEG_INFINITY,
                (12, 3) => f32::NAN,
                _ => 0.5,
            };
            let values = [red, 0.5, 0.5, 1.0].map(f32::to_le_bytes);
            pixel.copy_from_slice(values.as_flattened());
        }
    }
    drop(pixels);
    ColorInfo::ITU_709.write_to(&source);
    // Y'CbCr: luma is at its end, and so is the chroma that red has.
    let destination = buffer(16, 16, b"444v");
    convert(&source, &destination, &Options::default()).unwrap();
    let chroma = |x: usize, y: usize| [0, 1].map(|kind| sample(&destination, 1, y, 2 * x + kind));
    assert_eq!((sample(&destination, 0, 8, 8), chroma(8, 8)), (255, [0, 255]));
    assert_eq!((sample(&destination, 0, 2, 2), chroma(2, 2)), (0, [255, 0]));
    assert_eq!((sample(&destination, 0, 8, 5), chroma(5, 8)), (126, [128, 128]));
    // The other channels and what lies farther than the filter reaches.
    let destination = buffer(32, 32, b"BGRA");
    convert(&source, &destination, &Options::default()).unwrap();
    assert_eq!(sample(&destination, 0, 16, 4 * 16 + 2), 255);
    for (x, y) in [(16, 16), (4, 4), (24, 6), (28, 28)] {
        assert_eq!([0, 1].map(|channel| sample(&destination, 0, y, 4 * x + channel)), [128; 2], "{x} {y}");
    }
    assert_eq!(sample(&destination, 0, 28, 4 * 28 + 2), 128);
    let near = [21, 22, 23, 26, 27].map(|x| sample(&destination, 0, 6, 4 * x + 2));
    assert!(near.iter().all(|&red| red > 100), "{near:?}");
    // Moves keep them.
    let half = buffer(16, 16, b"RGhA");
    convert(&source, &half, &Options::default()).unwrap();
    assert_eq!([0, 1].map(|byte| sample(&half, 0, 8, 8 * 8 + byte)), 0x7c00u16.to_le_bytes());
}

#[test]
fn copied_chroma_stays_where_it_lay_in_both_fields() {
    let source = buffer(32, 16, b"420v");
    let keys = [attachment::CHROMA_LOCATION_TOP_FIELD, attachment::CHROMA_LOCATION_BOTTOM_FIELD];
    let check = |stated: [&str; 2], format: &[u8; 4], (width, height), expected: [&str; 2]| {
        for (key, location) in keys.into_iter().zip(stated) {
            source.set_attachment(key, location, AttachmentMode::ShouldPropagate);
        }
        let destination = buffer(width, height, format);
        convert(&source, &destination, &Options::default()).unwrap();
        assert_eq!(keys.map(|key| text(&destination, key).unwrap()), expected, "{stated:?}");
    };
    for format in [b"420v", b"y420", b"x420", b"420f"] {
        check(["TopLeft", "BottomLeft"], format, (32, 16), ["TopLeft", "BottomLeft"]);
        check(["DV 4:2:0", "DV 4:2:0"], format, (32, 16), ["DV 4:2:0", "DV 4:2:0"]);
        check(["Left", "nowhere"], format, (32, 16), ["Left", "Left"]);
    }
    // Chroma that is made for the frame.
    check(["TopLeft", "BottomLeft"], b"420v", (16, 8), ["TopLeft", "TopLeft"]);
    check(["DV 4:2:0", "DV 4:2:0"], b"420v", (16, 8), ["TopLeft", "TopLeft"]);
    check(["Center", "Center"], b"422v", (32, 16), ["Center", "Center"]);
}

#[test]
fn scaled_rows_are_no_fields_and_other_places_hold_no_more() {
    let source = flat(64, 32, [1, 2, 3, 255]);
    let mode = AttachmentMode::ShouldPropagate;
    source.set_attachment(attachment::FIELD_COUNT, 2, mode);
    source.set_attachment(attachment::FIELD_DETAIL, "TemporalBottomFirst", mode);
    source.set_attachment(attachment::PREFERRED_CLEAN_APERTURE, Dictionary::new().with("Width", 8), mode);
    source.set_clean_aperture(&CleanAperture {
        width: 64.0,
        height: 16.0,
        horizontal_offset: 0.0,
        vertical_offset: 0.0,
    });
    let (whole, crop) = (ScalingMode::Normal, ScalingMode::CropSourceToCleanAperture);
    for (mode, width, height, fields, place) in [
        (whole, 64, 32, true, true),
        (whole, 32, 32, true, false),
        (whole, 64, 64, false, false),
        // Rows 8 to 24 as they are, and the same over twice as many.
        (crop, 64, 16, true, false),
        (crop, 64, 32, false, false),
    ] {
        let destination = buffer(width, height, b"420v");
        let options = Options { scaling_mode: mode, ..Options::default() };
        convert(&source, &destination, &options).unwrap();
        let has = |key: &str| destination.attachment(key).is_some();
        assert_eq!(has(attachment::FIELD_COUNT), fields, "{mode:?} {width}x{height}");
        assert_eq!(has(attachment::FIELD_DETAIL), fields, "{mode:?} {width}x{height}");
        assert_eq!(has(attachment::PREFERRED_CLEAN_APERTURE), place, "{mode:?} {width}x{height}");
    }
    // That a picture has no fields stays true.
    source.set_attachment(attachment::FIELD_COUNT, 1, mode);
    let destination = buffer(64, 64, b"420v");
    convert(&source, &destination, &Options::default()).unwrap();
    assert!(destination.attachment(attachment::FIELD_COUNT).is_some());
}

#[test]
fn letterbox_is_black_around_the_picture() {
    for (format, black) in [(b"420v", 16), (b"420f", 0), (b"BGRA", 0)] {
        let source = flat(64, 32, [200, 200, 200, 255]);
        let destination = buffer(64, 64, format);
        let options = Options { scaling_mode: ScalingMode::Letterbox, ..Options::default() };
        convert(&source, &destination, &options).unwrap();
        for y in [0, 15, 48, 63] {
            assert_eq!(sample(&destination, 0, y, 20), black, "{y}");
        }
        for y in [16, 31, 47] {
            assert!(sample(&destination, 0, y, 20) > 150, "{y}");
        }
        if format == b"BGRA" {
            assert_eq!(sample(&destination, 0, 3, 7), 255, "alpha of the border");
        }
    }
}

#[test]
fn no_chroma_is_shared_between_a_fitted_picture_and_what_is_around_it() {
    // A flat colour that has chroma, in any format.
    let source = |format: &[u8; 4], (width, height): (usize, usize)| {
        let picture = buffer(width, height, format);
        convert(&flat(width, height, [220, 120, 40, 255]), &picture, &Options::default()).unwrap();
        picture
    };
    for (from, to) in [
        (b"BGRA", b"420v"),
        (b"BGRA", b"422v"),
        (b"2vuy", b"420v"),
        (b"422v", b"420v"),
        (b"420v", b"BGRA"),
        (b"2vuy", b"BGRA"),
    ] {
        // In the middle of an odd number of rows or columns.
        for (size, (width, height)) in [((64, 31), (64, 64)), ((16, 45), (64, 46)), ((40, 9), (120, 41))] {
            for downsampling_mode in [DownsamplingMode::Decimate, DownsamplingMode::Average] {
                for high_speed in [false, true] {
                    let scaling_mode = ScalingMode::Letterbox;
                    let options =
                        Options { scaling_mode, downsampling_mode, high_speed, ..Options::default() };
                    let fitted = buffer(width, height, to);
                    convert(&source(from, size), &fitted, &options).unwrap();
                    let full = buffer(width, height, b"BGRA");
                    convert(&fitted, &full, &Options { high_speed: true, ..Options::default() }).unwrap();
                    let pixels = full.read().unwrap();
                    let inside = pixels.row(0, height / 2)[4 * (width / 2)..][..4].to_vec();
                    assert!(inside[0] > 200 && inside[2] < 60, "{inside:?}");
                    for y in 0..height {
                        for pixel in pixels.row(0, y).as_chunks::<4>().0 {
                            let is = |color: &[u8]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(*b) <= 2);
                            assert!(
                                is(&inside) || is(&[0, 0, 0, 255]),
                                "{} to {} {size:?} row {y} {high_speed}: {pixel:?}",
                                source(from, size).format(),
                                fitted.format()
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn scaled_flat_fields_stay_exact() {
    let check = |width: usize, height: usize, to: (usize, usize), high_speed: bool| {
        for value in [0u8, 1, 16, 77, 128, 235, 254, 255] {
            let source = buffer(width, height, b"420f");
            let mut pixels = source.write().unwrap();
            for plane in 0..2 {
                (0..source.height_of_plane(plane)).for_each(|y| pixels.row_mut(plane, y).fill(value));
            }
            drop(pixels);
            let options = Options { high_speed, ..Options::default() };
            let colours = buffer(to.0, to.1, b"BGRA");
            convert(&source, &colours, &options).unwrap();
            // By BT.601.
            let chroma = f64::from(value) - 128.0;
            let exact = [1.772, -0.344_136 - 0.714_136, 1.402]
                .map(|factor: f64| (f64::from(value) + factor * chroma).clamp(0.0, 255.0));
            let first: Vec<u8> = (0..4).map(|x| sample(&colours, 0, 0, x)).collect();
            for (found, exact) in first.iter().zip(exact) {
                assert!((f64::from(*found) - exact).abs() < 0.65, "{first:?}, exactly {exact:?}");
            }
            let found = colours.read().unwrap();
            for y in 0..to.1 {
                let same = found.row(0, y).as_chunks::<4>().0.iter().all(|pixel| pixel[..] == first);
                assert!(same, "{width}x{height} {to:?} {value}");
            }
            let destination = buffer(to.0, to.1, b"420f");
            convert(&source, &destination, &options).unwrap();
            let found = destination.read().unwrap();
            for plane in 0..2 {
                for y in 0..destination.height_of_plane(plane) {
                    assert!(
                        found.row(plane, y).iter().all(|&sample| sample == value),
                        "{width}x{height} {to:?} {value}"
                    );
                }
            }
        }
    };
    for high_speed in [false, true] {
        check(64, 36, (48, 27), high_speed);
        check(33, 17, (100, 51), high_speed);
        check(640, 64, (10, 1), high_speed);
        check(3, 2, (192, 128), high_speed);
        check(1, 1, (7, 5), high_speed);
        check(96, 64, (64, 64), high_speed);
        check(64, 96, (64, 64), high_speed);
    }
}

#[test]
fn colour_conversion_needs_to_know_the_source() {
    let source = flat(16, 16, [10, 20, 30, 255]);
    let destination = buffer(16, 16, b"BGRA");
    let options = Options { destination_color_primaries: Some(ColorPrimaries::P3D65), ..Options::default() };
    assert_eq!(convert(&source, &destination, &options).unwrap_err().status(), -12917);
    let color = ColorInfo {
        primaries: Some(ColorPrimaries::Itu709),
        transfer: Some(TransferFunction::Srgb),
        ..ColorInfo::default()
    };
    color.write_to(&source);
    source.set_attachment(
        attachment::ICC_PROFILE,
        Value::data(vec![1, 2, 3]),
        AttachmentMode::ShouldPropagate,
    );
    convert(&source, &destination, &options).unwrap();
    assert_eq!(ColorInfo::from_attachments(&destination).primaries, Some(ColorPrimaries::P3D65));
    assert!(destination.attachment(attachment::ICC_PROFILE).is_none(), "the profile no longer holds");
}

#[test]
fn srgb_red_in_display_p3() {
    let source = flat(16, 16, [0, 0, 255, 255]);
    let srgb = ColorInfo {
        primaries: Some(ColorPrimaries::Itu709),
        transfer: Some(TransferFunction::Srgb),
        ..ColorInfo::default()
    };
    srgb.write_to(&source);
    let destination = buffer(16, 16, b"BGRA");
    let options = Options { destination_color_primaries: Some(ColorPrimaries::P3D65), ..Options::default() };
    convert(&source, &destination, &options).unwrap();
    let pixels = destination.read().unwrap();
    // Known from every Display P3 converter: sRGB (1, 0, 0) is (0.9175, 0.2003, 0.1386).
    assert_eq!(pixels.row(0, 5)[..4], [35, 51, 234, 255]);
}

#[test]
fn wrong_buffers_are_refused() {
    let source = flat(32, 32, [0; 4]);
    let options = Options::default();
    let to = PictureDescription::new(FourCc::new(*b"420v"), 32, 32);
    let converter = Converter::new(&PictureDescription::of(&source), &to, &options).unwrap();
    assert!(converter.run(&source, &buffer(32, 30, b"420v")).is_err());
    assert!(converter.run(&source, &buffer(32, 32, b"420f")).is_err());
    assert!(converter.run(&flat(30, 32, [0; 4]), &buffer(32, 32, b"420v")).is_err());
    // One buffer cannot be both.
    let same = PictureDescription::of(&source);
    let in_place = Converter::new(&same, &same, &options).unwrap();
    assert!(in_place.run(&source, &source).is_err());
    converter.run(&source, &buffer(32, 32, b"420v")).unwrap();
}

#[test]
fn bands_do_not_show() {
    let source = buffer(1000, 700, b"444v");
    let mut pixels = source.write().unwrap();
    let mut state = 1u32;
    for plane in 0..2 {
        for y in 0..700 {
            for byte in pixels.row_mut(plane, y) {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
        }
    }
    drop(pixels);
    for (format, width, height) in [
        (b"420v", 1000, 700),
        (b"BGRA", 1000, 700),
        (b"x420", 1313, 911),
        (b"y420", 640, 480),
        (b"BGRA", 640, 480),
    ] {
        let made: Vec<PixelBuffer> = [1, 2, 5]
            .map(|threads| {
                let destination = buffer(width, height, format);
                convert(&source, &destination, &Options { threads, ..Options::default() }).unwrap();
                destination
            })
            .into();
        for other in &made[1..] {
            for plane in 0..made[0].planes() {
                let (a, b) = (made[0].read().unwrap(), other.read().unwrap());
                for y in 0..made[0].height_of_plane(plane) {
                    assert!(a.row(plane, y) == b.row(plane, y), "{width}x{height} plane {plane} row {y}");
                }
            }
        }
    }
}
