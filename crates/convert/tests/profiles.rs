//! ICC profiles, straight alpha under filters, and ratios from 1/64 to 64.

use moxcms::ColorProfile;
use vitascope_convert::{Error, Options, PictureDescription, convert};
use vitascope_core::{
    AttachmentMode, ColorInfo, ColorPrimaries, FourCc, PixelBuffer, TransferFunction, Value, attachment,
};

fn buffer(width: usize, height: usize, format: &[u8; 4]) -> PixelBuffer {
    PixelBuffer::new(width, height, FourCc::new(*format)).unwrap()
}

/// A BGRA picture of pixels made from their place.
fn picture(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> PixelBuffer {
    let picture = buffer(width, height, b"BGRA");
    let mut pixels = picture.write().unwrap();
    for y in 0..height {
        for (x, out) in pixels.row_mut(0, y).chunks_mut(4).enumerate().take(width) {
            out.copy_from_slice(&pixel(x, y));
        }
    }
    drop(pixels);
    picture
}

/// Every third code of each channel against the others.
fn patches() -> PixelBuffer {
    picture(64, 64, |x, y| [(x * 4) as u8, (y * 4) as u8, ((x + y) * 2) as u8, 255])
}

fn tagged(picture: PixelBuffer, primaries: ColorPrimaries, transfer: TransferFunction) -> PixelBuffer {
    ColorInfo { primaries: Some(primaries), transfer: Some(transfer), ..ColorInfo::default() }
        .write_to(&picture);
    picture
}

fn profiled(picture: PixelBuffer, profile: &[u8]) -> PixelBuffer {
    picture.set_attachment(
        attachment::ICC_PROFILE,
        Value::data(profile.to_vec()),
        AttachmentMode::ShouldPropagate,
    );
    picture
}

/// Luma and chroma do not matter here: 16 bits of red, green and blue.
fn result(source: &PixelBuffer, options: &Options) -> (PixelBuffer, Vec<u16>) {
    let destination = buffer(source.width(), source.height(), b"b48r");
    convert(source, &destination, options).unwrap();
    let words = {
        let pixels = destination.read().unwrap();
        let rows =
            (0..destination.height()).flat_map(|y| pixels.row(0, y)[..destination.width() * 6].to_vec());
        let bytes: Vec<u8> = rows.collect();
        bytes.chunks(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect()
    };
    (destination, words)
}

fn to_profile(profile: &[u8]) -> Options {
    Options { destination_icc_profile: Some(profile.into()), ..Options::default() }
}

fn to_triplet(primaries: ColorPrimaries, transfer: TransferFunction) -> Options {
    Options {
        destination_color_primaries: Some(primaries),
        destination_transfer_function: Some(transfer),
        ..Options::default()
    }
}

#[track_caller]
fn close(ours: &[u16], theirs: &[u16], limit: f64) {
    assert_eq!(ours.len(), theirs.len());
    let worst =
        ours.iter().zip(theirs).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).fold(0.0, f64::max);
    assert!(worst <= limit, "{worst} codes of 16 bits apart");
}

#[test]
fn profiles_are_worth_the_triplets_they_describe() {
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    let source = tagged(patches(), ColorPrimaries::Itu709, TransferFunction::Srgb);
    // One way, by profile and by name; profiles hold 16-bit fractions, hence the tolerance.
    let (made, by_profile) = result(&source, &to_profile(&p3));
    let (_, by_name) = result(&source, &to_triplet(ColorPrimaries::P3D65, TransferFunction::Srgb));
    close(&by_profile, &by_name, 70.0);
    assert_eq!(made.attachment(attachment::ICC_PROFILE).unwrap().0.as_data(), Some(&p3[..]));
    assert!(ColorInfo::from_attachments(&made).primaries.is_none());
    // A source with nothing but a profile.
    let (back, from_profile) =
        result(&profiled(patches(), &p3), &to_triplet(ColorPrimaries::Itu709, TransferFunction::Srgb));
    let named = tagged(patches(), ColorPrimaries::P3D65, TransferFunction::Srgb);
    let (_, from_name) = result(&named, &to_triplet(ColorPrimaries::Itu709, TransferFunction::Srgb));
    close(&from_profile, &from_name, 70.0);
    assert!(back.attachment(attachment::ICC_PROFILE).is_none());
    // From profile to profile, and to the same one, which changes nothing.
    let (_, both) = result(&profiled(patches(), &srgb), &to_profile(&p3));
    close(&both, &by_profile, 70.0);
    let (_, plain) = result(&profiled(patches(), &p3), &Options::default());
    let (same, unchanged) = result(&profiled(patches(), &p3), &to_profile(&p3));
    assert_eq!(plain, unchanged);
    assert!(same.attachment(attachment::ICC_PROFILE).is_some());
    // What the source states by name counts more than its profile.
    let stated = profiled(tagged(patches(), ColorPrimaries::Itu709, TransferFunction::Srgb), &p3);
    let (_, from_stated) = result(&stated, &to_profile(&p3));
    assert_eq!(from_stated, by_profile);
}

#[test]
fn profiles_and_names_must_agree() {
    let p3 = ColorProfile::new_display_p3().encode().unwrap();
    let source = tagged(patches(), ColorPrimaries::Itu709, TransferFunction::Srgb);
    let both = |primaries| Options {
        destination_color_primaries: Some(primaries),
        destination_transfer_function: Some(TransferFunction::Srgb),
        ..to_profile(&p3)
    };
    let (made, _) = result(&source, &both(ColorPrimaries::P3D65));
    assert_eq!(ColorInfo::from_attachments(&made).primaries, Some(ColorPrimaries::P3D65));
    let refused = |source: &PixelBuffer, options: &Options| {
        let destination = buffer(64, 64, b"BGRA");
        convert(source, &destination, options).unwrap_err()
    };
    let error = refused(&source, &both(ColorPrimaries::Itu709));
    assert!(matches!(&error, Error::ColorConversion(why) if why.contains("Itu709")), "{error}");
    assert_eq!(error.status(), -12918);
    // An untagged source, a profile that is none, and half a triplet for a source with a profile.
    assert_eq!(refused(&patches(), &to_profile(&p3)).status(), -12917);
    let error = refused(&source, &to_profile(&p3[..64]));
    assert!(error.status() == -12918 && error.to_string().contains("64 bytes"), "{error}");
    assert_eq!(
        refused(
            &profiled(patches(), b"no profile"),
            &to_triplet(ColorPrimaries::Itu709, TransferFunction::Srgb)
        )
        .status(),
        -12918
    );
    let half = Options { destination_color_primaries: Some(ColorPrimaries::P3D65), ..Options::default() };
    assert_eq!(refused(&profiled(patches(), &p3), &half).status(), -12918);
}

#[test]
fn hdr_becomes_a_profile_with_tone_mapping() {
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    let pq = tagged(patches(), ColorPrimaries::Itu709, TransferFunction::SmpteSt2084Pq);
    let (_, by_profile) = result(&pq, &to_profile(&srgb));
    let (_, by_name) = result(&pq, &to_triplet(ColorPrimaries::Itu709, TransferFunction::Srgb));
    close(&by_profile, &by_name, 257.0);
}

#[test]
fn straight_colour_is_weighed_by_alpha() {
    // Opaque red beside green that nobody sees.
    let straight = |x: usize| if x < 16 { [0, 0, 200, 255] } else { [0, 255, 0, 0] };
    let source = picture(32, 8, |x, _| straight(x));
    source.set_attachment(
        attachment::ALPHA_CHANNEL_MODE,
        attachment::STRAIGHT_ALPHA,
        AttachmentMode::ShouldPropagate,
    );
    for (width, height) in [(13, 8), (75, 20), (32, 3)] {
        for format in [b"BGRA", b"RGBA", b"ABGR"] {
            let destination = buffer(width, height, format);
            convert(&source, &destination, &Options::default()).unwrap();
            let (red, green, alpha) = match format {
                b"BGRA" => (2, 1, 3),
                b"RGBA" => (0, 1, 3),
                _ => (3, 2, 0),
            };
            let pixels = destination.read().unwrap();
            let mut seen = 0;
            for y in 0..height {
                for pixel in pixels.row(0, y).chunks(4).take(width).filter(|pixel| pixel[alpha] > 8) {
                    assert!(
                        pixel[red].abs_diff(200) <= 1 && pixel[green] <= 1,
                        "{width}x{height}: {pixel:?}"
                    );
                    seen += 1;
                }
            }
            assert!(seen >= width * height / 3);
            let mode = destination.attachment(attachment::ALPHA_CHANNEL_MODE).unwrap().0;
            assert_eq!(mode.as_str(), Some(attachment::STRAIGHT_ALPHA));
        }
    }
    // Without a change of size, or where colour is multiplied, samples count as they are.
    let destination = buffer(32, 8, b"BGRA");
    convert(&source, &destination, &Options::default()).unwrap();
    assert_eq!(destination.read().unwrap().row(0, 3)[80..84], [0, 255, 0, 0]);
}

#[test]
fn flat_pictures_stay_flat_from_a_sixty_fourth_to_sixty_four_times() {
    for format in [b"420v", b"y420", b"BGRA", b"x422", b"444v", b"L016", b"b64a"] {
        for (from, to) in [
            ((64, 64), (1, 1)),
            ((1, 1), (64, 64)),
            ((640, 3), (10, 192)),
            ((3, 640), (192, 10)),
            ((127, 65), (2, 1)),
            ((5, 7), (319, 447)),
        ] {
            let source = buffer(from.0, from.1, format);
            let mut pixels = source.write().unwrap();
            for plane in 0..source.planes() {
                for y in 0..source.height_of_plane(plane) {
                    // Samples of two bytes get the same value in both, pairs and pixels two values.
                    let row = pixels.row_mut(plane, y);
                    let unit = if matches!(format, b"x422" | b"L016" | b"b64a") { 2 } else { 1 };
                    for (index, byte) in row.iter_mut().enumerate() {
                        *byte = if plane == 0 && format != b"BGRA"
                            || format == b"y420"
                            || index / unit % 2 == 0
                        {
                            0x40
                        } else {
                            0xc0
                        };
                    }
                }
            }
            drop(pixels);
            let destination = buffer(to.0, to.1, format);
            convert(&source, &destination, &Options::default()).unwrap();
            let (ours, theirs) = (destination.read().unwrap(), source.read().unwrap());
            for plane in 0..destination.planes() {
                let first = theirs.row(plane, 0);
                for y in 0..destination.height_of_plane(plane) {
                    for (index, byte) in ours.row(plane, y).iter().enumerate() {
                        let unit = first.len() / source.width_of_plane(plane).max(1);
                        let expected = first[index % unit.max(1)];
                        assert_eq!(*byte, expected, "{} {from:?} {to:?} plane {plane}", destination.format());
                    }
                }
            }
        }
    }
}

#[test]
fn every_format_of_the_table_is_converted_or_refused_by_its_status() {
    let bgra = PictureDescription::new(FourCc::new(*b"BGRA"), 8, 8);
    let all = vitascope_core::PixelFormat::all().iter().map(|row| row.fourcc);
    let compressed = vitascope_core::PixelFormat::compressed().iter().map(|(format, _)| *format);
    let mut refused = Vec::new();
    for format in all.chain(compressed) {
        let other = PictureDescription::new(format, 8, 8);
        for (from, to) in [(&bgra, &other), (&other, &bgra)] {
            if let Err(error) = vitascope_convert::Converter::new(from, to, &Options::default()) {
                assert_eq!(error.status(), -12905, "{format}: {error}");
                refused.push(format.to_string().trim_matches('\'').to_string());
            }
        }
    }
    for name in ["grb4", "rgg4", "bgg4", "gbr4", "bp16", "btp2", "bp64", "&BGA", "-8v0", "2", "4", "8"] {
        assert!(refused.iter().any(|refused| refused == name), "{name} is converted");
    }
    for name in ["420v", "x420", "v210", "RGhA", "l10r", "L016", "v0a8", "y416", "b64a", "24", "r408"] {
        assert!(refused.iter().all(|refused| refused != name), "{name} is refused");
    }
}

/// sRGB as tables of 33 points a side from device to L*a*b* and back, coded as lut16 codes it.
fn table_profile() -> Vec<u8> {
    use moxcms::{DataColorSpace, LutDataType, LutStore, LutType, LutWarehouse, Matrix3d};
    const POINTS: usize = 33;
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    // IEC 61966-2-1 and its colorants adapted to D50.
    let to_xyz = [[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7139]];
    let from_xyz = [[3.1342, -1.6172, -0.4907], [-0.9787, 1.9161, 0.0334], [0.0720, -0.2290, 1.4057]];
    let product = |m: [[f64; 3]; 3], v: [f64; 3]| m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
    let decode = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let encode = |l: f64| if l <= 0.0031308 { l * 12.92 } else { 1.055 * l.powf(1.0 / 2.4) - 0.055 };
    let delta = 6.0f64 / 29.0;
    let root = |t: f64| if t > delta.powi(3) { t.cbrt() } else { t / (3.0 * delta * delta) + 4.0 / 29.0 };
    let cube = |t: f64| if t > delta { t.powi(3) } else { 3.0 * delta * delta * (t - 4.0 / 29.0) };
    let to_lab = |rgb: [f64; 3]| {
        let xyz = product(to_xyz, rgb.map(decode));
        let f = [0, 1, 2].map(|k| root(xyz[k] / D50[k]));
        [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
    };
    let from_lab = |[l, a, b]: [f64; 3]| {
        let y = (l + 16.0) / 116.0;
        let f = [y + a / 500.0, y, y - b / 200.0];
        product(from_xyz, [0, 1, 2].map(|k| D50[k] * cube(f[k]))).map(|light| encode(light.clamp(0.0, 1.0)))
    };
    let lab_codes = |[l, a, b]: [f64; 3]| [l / 100.0 * 65280.0, (a + 128.0) * 256.0, (b + 128.0) * 256.0];
    let lab_of =
        |codes: [f64; 3]| [codes[0] / 65280.0 * 100.0, codes[1] / 256.0 - 128.0, codes[2] / 256.0 - 128.0];
    let table = |value: &dyn Fn([f64; 3]) -> [f64; 3]| {
        let mut grid = Vec::new();
        for index in 0..POINTS * POINTS * POINTS {
            let place = [index / (POINTS * POINTS), index / POINTS % POINTS, index % POINTS];
            let codes = value(place.map(|step| step as f64 / (POINTS - 1) as f64));
            grid.extend(codes.map(|code| code.round().clamp(0.0, 65535.0) as u16));
        }
        let ramp = LutStore::Store16(vec![0, 65535, 0, 65535, 0, 65535]);
        Some(LutWarehouse::Lut(LutDataType {
            num_input_channels: 3,
            num_output_channels: 3,
            num_clut_grid_points: POINTS as u8,
            matrix: Matrix3d { v: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] },
            num_input_table_entries: 2,
            num_output_table_entries: 2,
            input_table: ramp.clone(),
            clut_table: LutStore::Store16(grid),
            output_table: ramp,
            lut_type: LutType::Lut16,
        }))
    };
    let mut profile = ColorProfile::new_srgb();
    profile.pcs = DataColorSpace::Lab;
    (profile.red_trc, profile.green_trc, profile.blue_trc, profile.cicp) = (None, None, None, None);
    profile.lut_a_to_b_perceptual = table(&|rgb| lab_codes(to_lab(rgb)));
    profile.lut_b_to_a_perceptual =
        table(&|codes| from_lab(lab_of(codes.map(|code| code * 65535.0))).map(|code| code * 65535.0));
    profile.encode().unwrap()
}

#[test]
fn tables_are_worth_the_curves_they_were_made_from() {
    let tables = table_profile();
    vitascope_convert::check_icc_profile(&tables).unwrap();
    // Colours well inside the gamut, where a coarse grid over L*a*b* is smooth.
    let soft = || picture(64, 64, |x, y| [(80 + x) as u8, (100 + y) as u8, (90 + (x + y) / 2) as u8, 255]);
    let triplet = to_triplet(ColorPrimaries::Itu709, TransferFunction::Srgb);
    let (_, codes) =
        result(&tagged(soft(), ColorPrimaries::Itu709, TransferFunction::Srgb), &Options::default());
    let (_, from_tables) = result(&profiled(soft(), &tables), &triplet);
    close(&from_tables, &codes, 257.0);
    let (made, to_tables) =
        result(&tagged(soft(), ColorPrimaries::Itu709, TransferFunction::Srgb), &to_profile(&tables));
    close(&to_tables, &codes, 514.0);
    assert_eq!(made.attachment(attachment::ICC_PROFILE).unwrap().0.as_data(), Some(&tables[..]));
    // Neither the threads nor the instruction set shows.
    let plain = Options { cpu_level: vitascope_dsp::CpuLevel::Scalar, threads: 1, ..to_profile(&tables) };
    let (_, again) = result(&tagged(soft(), ColorPrimaries::Itu709, TransferFunction::Srgb), &plain);
    assert_eq!(to_tables, again);
}
