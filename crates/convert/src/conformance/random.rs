//! Anything asked for is done or refused, within its planes and the same at every CPU level and thread count.

use vitascope_core::{
    ChromaLocation, CleanAperture, ColorInfo, ColorPrimaries, FourCc, PixelAspectRatio, TransferFunction,
    YCbCrMatrix,
};
use vitascope_dsp::CpuLevel;

use super::picture::{Fill, Picture};
use crate::format::layout::Layout;
use crate::{Converter, DownsamplingMode, Error, Options, PictureDescription, ScalingMode, ToneMapping};

struct Random(u64);

impl Random {
    fn next(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next(from.len())]
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
        if self.next(3) == 0 { Some(value(self)) } else { None }
    }

    fn size(&mut self) -> usize {
        match self.next(4) {
            0 => 1 + self.next(4),
            1 => 1 + self.next(200),
            2 => 32 + self.next(40),
            _ => 2 * (1 + self.next(50)),
        }
    }

    fn aperture(&mut self) -> CleanAperture {
        let mut number = |scale: f64| (self.next(2000) as f64 / 1000.0 - 0.5) * scale;
        CleanAperture {
            width: number(150.0),
            height: number(150.0),
            horizontal_offset: number(40.0),
            vertical_offset: number(40.0),
        }
    }

    fn description(&mut self, format: FourCc) -> PictureDescription {
        let (width, height) = (self.size(), self.size());
        PictureDescription {
            clean_aperture: self.maybe(Random::aperture),
            pixel_aspect_ratio: self.maybe(|random| PixelAspectRatio {
                horizontal_spacing: 1 + random.next(9) as u32,
                vertical_spacing: 1 + random.next(9) as u32,
            }),
            color: ColorInfo {
                primaries: self.maybe(|random| random.pick(ColorPrimaries::ALL)),
                transfer: self.maybe(|random| random.pick(TransferFunction::ALL)),
                matrix: self.maybe(|random| random.pick(YCbCrMatrix::ALL)),
                gamma: self.maybe(|random| random.next(5) as f64),
            },
            chroma_location: self.maybe(|random| random.pick(ChromaLocation::ALL)),
            premultiplied: self.maybe(|random| random.next(2) == 0),
            ..PictureDescription::new(format, width, height)
        }
    }

    fn options(&mut self) -> Options {
        Options {
            scaling_mode: self.pick(&[
                ScalingMode::Normal,
                ScalingMode::CropSourceToCleanAperture,
                ScalingMode::Letterbox,
                ScalingMode::Trim,
            ]),
            downsampling_mode: self.pick(&[DownsamplingMode::Decimate, DownsamplingMode::Average]),
            high_speed: self.next(2) == 0,
            destination_clean_aperture: self.maybe(Random::aperture),
            destination_color_primaries: self.maybe(|random| random.pick(ColorPrimaries::ALL)),
            destination_transfer_function: self.maybe(|random| random.pick(TransferFunction::ALL)),
            destination_ycbcr_matrix: self.maybe(|random| random.pick(YCbCrMatrix::ALL)),
            tone_mapping: self.pick(&[ToneMapping::Bt2390, ToneMapping::Clip]),
            threads: 1,
            ..Options::default()
        }
    }
}

#[test]
fn anything_is_done_or_refused() {
    let layouts: Vec<&Layout> = Layout::all().collect();
    let (mut done, mut refused) = (0, 0);
    for seed in 1..=1500u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let description = {
            let format = random.pick(&layouts).format;
            random.description(format)
        };
        let format = random.pick(&layouts).format;
        let (width, height) = if random.next(3) == 0 {
            (description.width, description.height)
        } else {
            (random.size(), random.size())
        };
        let target = PictureDescription::new(format, width, height);
        let options = random.options();
        let fill = random.pick(&[Fill::Noise, Fill::Extremes, Fill::Gradient]);
        let source = Picture::filled(description.format, description.width, description.height, fill, seed);
        let run = |cpu_level: CpuLevel, bands: usize| {
            let mut converter =
                Converter::new(&description, &target, &Options { cpu_level, ..options.clone() })?;
            converter.set_bands(bands);
            // Bytes between rows and samples nobody writes keep what they were.
            let mut result = Picture::new(format, width, height, 7, 0x5a);
            converter.run_planes(&source.sources(), result.targets())?;
            Ok::<_, Error>(result.planes)
        };
        let level = [CpuLevel::detected(), CpuLevel::Avx2][usize::from(seed.is_multiple_of(4))];
        match (run(CpuLevel::Scalar, 1), run(level, 3)) {
            (Ok(a), Ok(b)) => {
                assert!(a == b, "seed {seed}: {description} to {target} depends on level or threads");
                for (bytes, stride) in &a {
                    let padding = bytes
                        .chunks(*stride)
                        .filter(|row| row.len() == *stride)
                        .map(|row| &row[stride - 7..]);
                    assert!(
                        padding.into_iter().flatten().all(|&byte| byte == 0x5a),
                        "seed {seed}: padding written"
                    );
                }
                done += 1;
            }
            (Err(a), Err(b)) => {
                assert_eq!(a, b);
                refused += 1;
            }
            (a, b) => panic!("seed {seed}: {:?} {:?}", a.err(), b.err()),
        }
    }
    assert!(done > 300 && refused > 100, "{done} done, {refused} refused");
}

#[test]
fn sizes_and_planes_are_checked() {
    let bgra = FourCc::new(*b"BGRA");
    let new = |width, height| {
        let of = PictureDescription::new(bgra, width, height);
        Converter::new(&of, &PictureDescription::new(bgra, 8, 8), &Options::default()).err()
    };
    for (width, height) in [(0, 8), (8, 0), (65537, 8), (8, usize::MAX)] {
        assert!(matches!(new(width, height), Some(Error::Size { .. })), "{width}x{height}");
    }
    let of = PictureDescription::new(bgra, 8, 8);
    let converter = Converter::new(&of, &of, &Options::default()).unwrap();
    let source = Picture::new(bgra, 8, 8, 0, 0);
    for (length, stride) in [(255, 32), (256, 31), (0, 32), (256, usize::MAX / 4)] {
        let mut memory = vec![0; length];
        let result = converter.run_planes(&source.sources(), vec![(&mut memory, stride)]);
        assert!(matches!(result, Err(Error::ShortPlane { .. })), "{length} {stride}");
    }
    assert!(matches!(converter.run_planes(&[], vec![]), Err(Error::Mismatch { .. })));
}
