//! Colour names of the platform and code points of ITU-T H.273.

use vitascope_core::{
    AttachmentMode, ChromaLocation, ColorInfo, ColorPrimaries, Dictionary, PixelBuffer, TransferFunction,
    Value, YCbCrMatrix, attachment, format,
};

#[test]
fn primaries_round_trip() {
    let cases = [
        (ColorPrimaries::Itu709, "ITU_R_709_2", 1),
        (ColorPrimaries::Ebu3213, "EBU_3213", 5),
        (ColorPrimaries::SmpteC, "SMPTE_C", 6),
        (ColorPrimaries::Itu2020, "ITU_R_2020", 9),
        (ColorPrimaries::DciP3, "DCI_P3", 11),
        (ColorPrimaries::P3D65, "P3_D65", 12),
        (ColorPrimaries::P22, "P22", 22),
    ];
    assert_eq!(cases.map(|case| case.0), ColorPrimaries::ALL);
    for (primaries, string, code) in cases {
        assert_eq!((primaries.string(), primaries.code_point()), (string, code));
        assert_eq!(ColorPrimaries::from_string(string), Some(primaries));
        assert_eq!(ColorPrimaries::from_code_point(code), Some(primaries));
    }
    assert_eq!(ColorPrimaries::from_code_point(7), Some(ColorPrimaries::SmpteC));
    assert_eq!(ColorPrimaries::from_string("ITU_R_709"), None);
    let known: Vec<u8> = (0..=255).filter(|code| ColorPrimaries::from_code_point(*code).is_some()).collect();
    assert_eq!(known, [1, 5, 6, 7, 9, 11, 12, 22]);
}

#[test]
fn transfer_functions_round_trip() {
    let cases = [
        (TransferFunction::Itu709, "ITU_R_709_2", 1),
        (TransferFunction::Smpte240M, "SMPTE_240M_1995", 7),
        (TransferFunction::UseGamma, "UseGamma", 2),
        (TransferFunction::Linear, "Linear", 8),
        (TransferFunction::Srgb, "IEC_sRGB", 13),
        (TransferFunction::Itu2020, "ITU_R_2020", 14),
        (TransferFunction::SmpteSt2084Pq, "SMPTE_ST_2084_PQ", 16),
        (TransferFunction::SmpteSt428, "SMPTE_ST_428_1", 17),
        (TransferFunction::Itu2100Hlg, "ITU_R_2100_HLG", 18),
    ];
    assert_eq!(cases.map(|case| case.0), TransferFunction::ALL);
    for (transfer, string, code) in cases {
        assert_eq!((transfer.string(), transfer.code_point()), (string, code));
        assert_eq!(TransferFunction::from_string(string), Some(transfer));
        assert_eq!(TransferFunction::from_attachment_string(string), Some(transfer));
        if code != 2 {
            assert_eq!(TransferFunction::from_code_point(code), Some(transfer));
        }
    }
    assert_eq!(TransferFunction::from_code_point(6), Some(TransferFunction::Itu709));
    assert_eq!(TransferFunction::from_code_point(15), Some(TransferFunction::Itu2020));
    assert_eq!(TransferFunction::from_attachment_string("SMPTE_C"), Some(TransferFunction::Itu709));
    assert_eq!(TransferFunction::from_string("SMPTE_C"), None);
    let known: Vec<u8> =
        (0..=255).filter(|code| TransferFunction::from_code_point(*code).is_some()).collect();
    assert_eq!(known, [1, 4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 18]);
}

#[test]
fn matrices_round_trip() {
    let cases = [
        (YCbCrMatrix::Itu709, "ITU_R_709_2", 1),
        (YCbCrMatrix::Itu601, "ITU_R_601_4", 6),
        (YCbCrMatrix::Smpte240M, "SMPTE_240M_1995", 7),
        (YCbCrMatrix::Itu2020, "ITU_R_2020", 9),
        (YCbCrMatrix::P3D65, "P3_D65", 12),
        (YCbCrMatrix::DciP3, "DCI_P3", 12),
    ];
    assert_eq!(cases.map(|case| case.0), YCbCrMatrix::ALL);
    for (matrix, string, code) in cases {
        assert_eq!((matrix.string(), matrix.code_point()), (string, code));
        assert_eq!(YCbCrMatrix::from_string(string), Some(matrix));
        if matrix != YCbCrMatrix::DciP3 {
            assert_eq!(YCbCrMatrix::from_code_point(code), Some(matrix));
        }
    }
    assert_eq!(YCbCrMatrix::from_code_point(5), Some(YCbCrMatrix::Itu601));
    let known: Vec<u8> = (0..=255).filter(|code| YCbCrMatrix::from_code_point(*code).is_some()).collect();
    assert_eq!(known, [1, 5, 6, 7, 9, 12]);
}

#[test]
fn chroma_locations_round_trip() {
    let strings = ["Left", "Center", "TopLeft", "Top", "BottomLeft", "Bottom", "DV 4:2:0"];
    for (index, (location, string)) in ChromaLocation::ALL.iter().zip(strings).enumerate() {
        assert_eq!(location.string(), string);
        assert_eq!(ChromaLocation::from_string(string), Some(*location));
        let number = (index < 6).then_some(index as u8);
        assert_eq!(location.sample_location_type(), number);
        assert_eq!(number.and_then(ChromaLocation::from_sample_location_type), number.map(|_| *location));
    }
    assert_eq!(ChromaLocation::from_sample_location_type(6), None);
}

/// KR and KB follow from the primaries (ITU-T H.273 8.3, the formula for matrix 12); for the fixed matrices the
/// standards give rounded ones.
#[test]
fn luma_weights_follow_from_the_primaries() {
    let cases = [
        (ColorPrimaries::Itu709, YCbCrMatrix::Itu709, 5e-5),
        (ColorPrimaries::Itu2020, YCbCrMatrix::Itu2020, 5e-5),
        (ColorPrimaries::DciP3, YCbCrMatrix::DciP3, 1e-12),
        (ColorPrimaries::P3D65, YCbCrMatrix::P3D65, 1e-12),
        (ColorPrimaries::SmpteC, YCbCrMatrix::Smpte240M, 1e-3),
    ];
    for (primaries, matrix, tolerance) in cases {
        let (red, blue) = derived_weights(primaries.chromaticities());
        let (kr, kb) = matrix.luma_weights();
        assert!((kr - red).abs() < tolerance && (kb - blue).abs() < tolerance, "{matrix:?}: {red} {blue}");
    }
    assert_eq!(YCbCrMatrix::Itu601.luma_weights(), (0.299, 0.114));
}

fn derived_weights([r, g, b, w]: [(f64, f64); 4]) -> (f64, f64) {
    // Y of red and blue when the three together make white of Y = 1: Cramer's rule on the XYZ columns.
    let column = |(x, y): (f64, f64)| [x / y, 1.0, (1.0 - x - y) / y];
    let determinant = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1])
            + c[0] * (a[1] * b[2] - a[2] * b[1])
    };
    let (r, g, b, w) = (column(r), column(g), column(b), column(w));
    let all = determinant(r, g, b);
    (determinant(w, g, b) / all, determinant(r, g, w) / all)
}

#[test]
fn colours_travel_through_attachments() {
    let buffer = PixelBuffer::new(2, 2, format::YUV420_PLANAR).unwrap();
    assert!(ColorInfo::from_attachments(&buffer).is_empty());
    for primaries in ColorPrimaries::ALL {
        for transfer in TransferFunction::ALL {
            for matrix in YCbCrMatrix::ALL {
                let gamma = (*transfer == TransferFunction::UseGamma).then_some(2.2);
                let info = ColorInfo {
                    primaries: Some(*primaries),
                    transfer: Some(*transfer),
                    matrix: Some(*matrix),
                    gamma,
                };
                info.write_to(&buffer);
                assert_eq!(ColorInfo::from_attachments(&buffer), info);
                assert_eq!(ColorInfo::from_dictionary(&info.to_dictionary()), info);
                let (p, t, m) = info.code_points();
                let back = ColorInfo::from_code_points(p, t, m);
                assert_eq!(
                    (back.primaries, back.transfer, back.gamma),
                    (info.primaries, info.transfer, gamma)
                );
                assert_eq!(back.code_points(), (p, t, m));
            }
        }
    }
    // A power on its own is the transfer function, unless it cannot be one.
    for (level, expected) in [(1.8, Some(TransferFunction::UseGamma)), (0.0, None), (f64::NAN, None)] {
        let lone = ColorInfo::from_dictionary(&Dictionary::new().with(attachment::GAMMA_LEVEL, level));
        assert_eq!(lone.transfer, expected, "{level}");
    }
    let (_, mode) = buffer.attachment(attachment::COLOR_PRIMARIES).unwrap();
    assert_eq!(mode, AttachmentMode::ShouldPropagate);
    ColorInfo::default().write_to(&buffer);
    assert_eq!(buffer.attachments(AttachmentMode::ShouldPropagate), Dictionary::new());
}

#[test]
fn gammas_have_code_points() {
    let gamma =
        |gamma| ColorInfo { transfer: Some(TransferFunction::UseGamma), gamma, ..ColorInfo::default() };
    assert_eq!(gamma(Some(2.2)).code_points(), (2, 4, 2));
    assert_eq!(gamma(Some(2.8)).code_points(), (2, 5, 2));
    assert_eq!(gamma(Some(1.8)).code_points(), (2, 2, 2));
    assert_eq!(gamma(None).code_points(), (2, 2, 2));
    assert_eq!(ColorInfo::from_code_points(2, 5, 2).gamma, Some(2.8));
    assert_eq!(ColorInfo::from_code_points(2, 2, 2), ColorInfo::default());
}

#[test]
fn unknown_strings_count_as_absent() {
    let dictionary = Dictionary::new()
        .with(attachment::COLOR_PRIMARIES, "nonsense")
        .with(attachment::TRANSFER_FUNCTION, Value::from(1))
        .with(attachment::YCBCR_MATRIX, "ITU_R_601_4");
    let info = ColorInfo::from_dictionary(&dictionary);
    assert_eq!(info, ColorInfo { matrix: Some(YCbCrMatrix::Itu601), ..ColorInfo::default() });
    assert_eq!(info.or(ColorInfo::ITU_709).code_points(), (1, 1, 6));
    assert_eq!(ColorInfo::ITU_601.code_points(), (6, 1, 6));
    assert_eq!(ColorInfo::default().or(info), info);
}
