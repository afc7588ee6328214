//! Real frames against an independent converter: ffmpeg's zscale (zimg), where filters and formulas agree.

use std::path::Path;
use std::process::Command;

use vitascope_convert::{Options, ToneMapping, convert};
use vitascope_core::{ColorInfo, ColorPrimaries, FourCc, PixelBuffer, TransferFunction, YCbCrMatrix};

const WIDTH: usize = 320;
const HEIGHT: usize = 180;
/// What the clip's frames are, as zscale is told.
const INPUT: &str = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709,\
                     zscale=matrixin=709:rangein=limited:chromalin=left:primariesin=709:transferin=709:filter=bilinear";

/// One frame of the clip through ffmpeg's filters, as raw bytes.
fn ffmpeg(filters: &str) -> Vec<u8> {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/bunny_320x180.y4m");
    let arguments = [
        "-v",
        "error",
        "-i",
        clip.to_str().unwrap(),
        "-frames:v",
        "1",
        "-vf",
        filters,
        "-f",
        "rawvideo",
        "-",
    ];
    let output = Command::new("ffmpeg").args(arguments).output().expect("ffmpeg runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn source() -> PixelBuffer {
    let picture = PixelBuffer::new(WIDTH, HEIGHT, FourCc::new(*b"y420")).unwrap();
    let bytes = ffmpeg("format=yuv420p");
    let mut rest = &bytes[..];
    let mut pixels = picture.write().unwrap();
    for plane in 0..3 {
        for y in 0..picture.height_of_plane(plane) {
            let row = pixels.row_mut(plane, y);
            let (head, tail) = rest.split_at(row.len());
            row.copy_from_slice(head);
            rest = tail;
        }
    }
    drop(pixels);
    ColorInfo::ITU_709.write_to(&picture);
    picture
}

/// Samples of a converted frame, in the order of planes, pairs taken apart.
fn converted(format: &[u8; 4], size: (usize, usize), options: &Options) -> Vec<Vec<f64>> {
    let picture = PixelBuffer::new(size.0, size.1, FourCc::new(*format)).unwrap();
    convert(&source(), &picture, options).unwrap();
    let pixels = picture.read().unwrap();
    let bytes = |plane: usize| -> Vec<u8> {
        (0..picture.height_of_plane(plane)).flat_map(|y| pixels.row(plane, y).to_vec()).collect()
    };
    let words = |plane: usize| -> Vec<f64> {
        bytes(plane).chunks(2).map(|word| f64::from(u16::from_le_bytes([word[0], word[1]]))).collect()
    };
    let part = |samples: &[f64], index: usize, step: usize| -> Vec<f64> {
        samples.iter().skip(index).step_by(step).copied().collect()
    };
    match format {
        b"sv44" => {
            let chroma = words(1);
            vec![words(0), part(&chroma, 0, 2), part(&chroma, 1, 2)]
        }
        b"BGRA" => {
            let pixels: Vec<f64> = bytes(0).into_iter().map(f64::from).collect();
            // The order of ffmpeg's planes: green, blue, red.
            [1, 0, 2].map(|index| part(&pixels, index, 4)).into()
        }
        _ => vec![bytes(0).into_iter().map(f64::from).collect()],
    }
}

/// Compares planes in turn: mean difference, and peak signal to noise, in codes of `bits` bits.
#[track_caller]
fn check(ours: &[Vec<f64>], theirs: &[u8], bits: u32, mean_limit: f64, least_psnr: f64) {
    let size = bits.div_ceil(8) as usize;
    let mut theirs = theirs.chunks(size).map(|code| match code {
        [low, high] => f64::from(u16::from_le_bytes([*low, *high])),
        _ => f64::from(code[0]),
    });
    let peak = f64::from((1u32 << bits) - 1);
    for (plane, ours) in ours.iter().enumerate() {
        let differences: Vec<f64> = ours.iter().zip(theirs.by_ref()).map(|(a, b)| (a - b).abs()).collect();
        assert_eq!(differences.len(), ours.len(), "plane {plane} is short");
        let count = ours.len() as f64;
        let mean = differences.iter().sum::<f64>() / count;
        let square = differences.iter().map(|difference| difference * difference).sum::<f64>() / count;
        let psnr = 10.0 * (peak * peak / square.max(1e-12)).log10();
        assert!(mean <= mean_limit && psnr >= least_psnr, "plane {plane}: mean {mean}, {psnr} dB");
    }
}

#[test]
fn agrees_with_zscale() {
    let full = (WIDTH, HEIGHT);
    let theirs = ffmpeg(&format!("{INPUT}:matrix=gbr:range=full,format=gbrp"));
    check(&converted(b"BGRA", full, &Options::default()), &theirs, 8, 0.1, 60.0);

    let theirs = ffmpeg(&format!("{INPUT}:matrix=gbr:range=full:transfer=iec61966-2-1,format=gbrp"));
    let srgb = Options { destination_transfer_function: Some(TransferFunction::Srgb), ..Options::default() };
    check(&converted(b"BGRA", full, &srgb), &theirs, 8, 0.1, 60.0);

    for (transfer, name) in [
        (TransferFunction::Itu709, "709"),
        (TransferFunction::SmpteSt2084Pq, "smpte2084:npl=203"),
        (TransferFunction::Linear, "linear"),
    ] {
        let filters = format!("{INPUT}:matrix=2020_ncl:primaries=2020:transfer={name},format=yuv444p16le");
        let options = Options {
            destination_color_primaries: Some(ColorPrimaries::Itu2020),
            destination_transfer_function: Some(transfer),
            destination_ycbcr_matrix: Some(YCbCrMatrix::Itu2020),
            tone_mapping: ToneMapping::Clip,
            ..Options::default()
        };
        check(&converted(b"sv44", full, &options), &ffmpeg(&filters), 16, 25.0, 65.0);
    }

    for (width, height) in [(214, 120), (640, 360), (481, 271), (960, 540)] {
        let filters = format!(
            "extractplanes=y,zscale=w={width}:h={height}:filter=bicubic:param_a=0:param_b=0.5,format=gray"
        );
        let ours = converted(b"y420", (width, height), &Options::default());
        check(&ours[..1], &ffmpeg(&filters), 8, 0.1, 60.0);
    }

    // Small pictures in RGB have as much chroma as there is, and as many bits of it as blue needs, which is twice its chroma.
    for (width, height) in [(160, 90), (214, 120), (319, 179), (481, 271), (640, 360)] {
        let scaled = format!("w={width}:h={height}:filter=bicubic:param_a=0:param_b=0.5");
        let input = INPUT.replace("filter=bilinear", &scaled);
        let filters = format!("{input}:matrix=gbr:range=full,format=gbrp");
        let ours = converted(b"BGRA", (width, height), &Options::default());
        check(&ours, &ffmpeg(&filters), 8, 0.2, 55.0);
    }
}
