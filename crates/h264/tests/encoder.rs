//! The encoder's own interface: order, delay, key frames, determinism, refusals. That streams decode
//! to the reconstruction is judged by an independent decoder in the command's tests.

use vitascope_core::{PixelBuffer, Time, format};
use vitascope_dsp::CpuLevel;
use vitascope_h264::encode::{
    EncodedFrame, Encoder, EncoderConfig, EntropyMode, FrameInput, RateControl, SliceKind, Update,
};
use vitascope_h264::syntax::profile::Profile;

const WIDTH: usize = 80;
const HEIGHT: usize = 48;

fn config() -> EncoderConfig {
    EncoderConfig {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        frame_rate: Some(25.0),
        threads: 1,
        report_reconstruction: true,
        ..EncoderConfig::default()
    }
}

/// A gradient with a bright square that moves two samples a frame, and some fixed texture.
fn picture(width: usize, height: usize, frame: usize, kind: vitascope_core::FourCc) -> PixelBuffer {
    let buffer = PixelBuffer::new(width, height, kind).unwrap();
    let mut pixels = buffer.write().unwrap();
    for y in 0..height {
        let row = pixels.row_mut(0, y);
        for (x, sample) in row[..width].iter_mut().enumerate() {
            let inside = x.wrapping_sub(4 + 2 * frame % width) < 16 && y.wrapping_sub(10) < 16;
            let texture = (x * 7 + y * 13 + (x * y) % 5) % 23;
            *sample = if inside { 220 } else { (40 + x / 2 + y + texture) as u8 };
        }
    }
    drop(pixels);
    buffer
}

fn input(frame: u64) -> FrameInput {
    FrameInput {
        token: frame,
        presentation_time: Time::new(frame as i64, 25),
        duration: Time::new(1, 25),
        messages: Vec::new(),
        force_key_frame: false,
        force_long_term_refresh: false,
        base_qp: None,
    }
}

fn encode_with(config: EncoderConfig, frames: u64, force: &[u64]) -> Vec<EncodedFrame> {
    let mut encoder = Encoder::new(config).unwrap();
    let mut out = Vec::new();
    for frame in 0..frames {
        let buffer = picture(WIDTH, HEIGHT, frame as usize, format::YUV420_PLANAR);
        let input = FrameInput { force_key_frame: force.contains(&frame), ..input(frame) };
        encoder.submit(&buffer, input).unwrap();
        out.extend(std::iter::from_fn(|| encoder.receive()));
    }
    encoder.flush().unwrap();
    out.extend(std::iter::from_fn(|| encoder.receive()));
    out
}

fn sync_tokens(frames: &[EncodedFrame]) -> Vec<u64> {
    let mut tokens: Vec<_> = frames.iter().filter(|f| f.is_sync).map(|f| f.token).collect();
    tokens.sort_unstable();
    tokens
}

#[test]
fn every_frame_comes_out_once_at_any_length() {
    for frames in [0, 1, 2, 3, 7, 30] {
        let coded = encode_with(config(), frames, &[]);
        let mut tokens: Vec<_> = coded.iter().map(|f| f.token).collect();
        tokens.sort_unstable();
        assert_eq!(tokens, (0..frames).collect::<Vec<_>>());
        assert!(coded.first().is_none_or(|f| f.is_sync && f.token == 0));
    }
}

#[test]
fn the_same_bytes_at_any_thread_count_and_cpu_level() {
    let threads = [1, 2, 4].map(|threads| (threads, CpuLevel::detected()));
    let variants = [threads.as_slice(), &CpuLevel::ALL.map(|level| (2, level))].concat();
    for rate_control in [RateControl::ConstantQuality(0.6), RateControl::AverageBitRate(200_000)] {
        let of = |(threads, cpu_level)| {
            encode_with(EncoderConfig { threads, cpu_level, rate_control, ..config() }, 24, &[9])
        };
        let first = of(variants[0]);
        for variant in &variants[1..] {
            assert!(of(*variant) == first, "{variant:?} differs");
        }
    }
}

#[test]
fn key_frames_stand_where_they_must() {
    let every_seventh = EncoderConfig { max_key_frame_interval: 7, ..config() };
    assert_eq!(sync_tokens(&encode_with(every_seventh.clone(), 22, &[])), [0, 7, 14, 21]);
    assert_eq!(sync_tokens(&encode_with(every_seventh, 22, &[3])), [0, 3, 10, 17]);
    let by_time = EncoderConfig { max_key_frame_interval_duration: Some(Time::new(2, 5)), ..config() };
    assert_eq!(sync_tokens(&encode_with(by_time, 25, &[])), [0, 10, 20]);
    let intra = EncoderConfig { allow_temporal_compression: false, ..config() };
    assert_eq!(sync_tokens(&encode_with(intra, 4, &[])), [0, 1, 2, 3]);
}

#[test]
fn the_delay_stays_within_its_limit() {
    for limit in [0, 1, 5] {
        let mut encoder =
            Encoder::new(EncoderConfig { max_frame_delay: Some(limit), threads: 2, ..config() }).unwrap();
        let mut received = 0;
        for frame in 0..20 {
            encoder
                .submit(&picture(WIDTH, HEIGHT, frame as usize, format::YUV420_PLANAR), input(frame))
                .unwrap();
            received += std::iter::from_fn(|| encoder.receive()).count() as u64;
            assert!(
                frame + 1 - received <= u64::from(limit),
                "{} held with limit {limit}",
                frame + 1 - received
            );
        }
    }
}

#[test]
fn the_stream_goes_on_after_a_flush() {
    let mut encoder = Encoder::new(config()).unwrap();
    let mut coded = Vec::new();
    for frame in 0..12 {
        encoder.submit(&picture(WIDTH, HEIGHT, frame as usize, format::YUV420_PLANAR), input(frame)).unwrap();
        if frame % 5 == 4 {
            encoder.flush().unwrap();
            coded.extend(std::iter::from_fn(|| encoder.receive()));
            assert_eq!(coded.len() as u64, frame + 1);
        }
    }
    assert_eq!(sync_tokens(&coded), [0]);
    assert_eq!(encoder.pending(), 2);
}

#[test]
fn quality_and_rate_change_in_mid_stream() {
    let mut encoder = Encoder::new(EncoderConfig { max_frame_delay: Some(0), ..config() }).unwrap();
    let mut sizes = [0; 2];
    for frame in 0..20 {
        if frame == 10 {
            encoder.update(Update::RateControl(RateControl::ConstantQuality(0.9))).unwrap();
            assert!(encoder.update(Update::RateControl(RateControl::ConstantQuality(1.5))).is_err());
        }
        encoder.submit(&picture(WIDTH, HEIGHT, frame as usize, format::YUV420_PLANAR), input(frame)).unwrap();
        let coded = encoder.receive().unwrap();
        if frame % 10 != 0 {
            sizes[frame as usize / 10] += coded.data.len();
        }
    }
    assert!(sizes[1] > 2 * sizes[0], "{sizes:?}");
}

#[test]
fn bi_planar_and_planar_buffers_give_the_same_stream() {
    let of = |kind| {
        let mut encoder = Encoder::new(config()).unwrap();
        encoder.submit(&picture(WIDTH, HEIGHT, 0, kind), input(0)).unwrap();
        encoder.flush().unwrap();
        encoder.receive().unwrap().data
    };
    assert_eq!(of(format::YUV420_PLANAR), of(format::YUV420_BIPLANAR_VIDEO));
}

/// Noise at the finest quantiser does not fit the syntax's limit of bits for a macroblock, which is
/// then sent as samples: the reconstruction is the source.
#[test]
fn what_cannot_be_coded_in_fewer_bits_is_sent_as_samples() {
    for entropy in [EntropyMode::Cabac, EntropyMode::Cavlc] {
        let settings = EncoderConfig {
            width: 64,
            height: 64,
            rate_control: RateControl::ConstantQuality(1.0),
            entropy: Some(entropy),
            ..config()
        };
        let mut encoder = Encoder::new(settings).unwrap();
        let buffer = PixelBuffer::new(64, 64, format::YUV420_PLANAR).unwrap();
        let mut state = 12345u32;
        let mut pixels = buffer.write().unwrap();
        for plane in 0..3 {
            for y in 0..if plane == 0 { 64 } else { 32 } {
                pixels.row_mut(plane, y).iter_mut().for_each(|sample| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *sample = if state >> 31 == 0 { 5 } else { 250 };
                });
            }
        }
        drop(pixels);
        encoder.submit(&buffer, input(0)).unwrap();
        encoder.flush().unwrap();
        let coded = encoder.receive().unwrap();
        // Sixteen macroblocks of 384 bytes and little else.
        assert!((6144..6400).contains(&coded.data.len()), "{entropy:?}: {} bytes", coded.data.len());
    }
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let refused = |config: EncoderConfig, name: &str| {
        let error = Encoder::new(config).err().unwrap_or_else(|| panic!("{name} was accepted")).to_string();
        assert!(error.contains(name), "{error:?} does not name {name}");
    };
    refused(EncoderConfig { width: 1, ..config() }, "width");
    refused(EncoderConfig { width: 4098, ..config() }, "width");
    refused(EncoderConfig { height: 0, ..config() }, "height");
    refused(EncoderConfig { width: 4096, height: 4096, ..config() }, "size");
    refused(EncoderConfig { reference_frames: 17, ..config() }, "reference frames");
    refused(EncoderConfig { effort: 11, ..config() }, "effort");
    refused(EncoderConfig { lookahead_frames: Some(251), ..config() }, "lookahead frames");
    refused(EncoderConfig { frame_rate: Some(-1.0), ..config() }, "frame rate");
    refused(EncoderConfig { rate_control: RateControl::ConstantQuality(f64::NAN), ..config() }, "quality");
    refused(EncoderConfig { rate_control: RateControl::AverageBitRate(0), ..config() }, "bit rate");
    refused(EncoderConfig { profile: Profile::High422, ..config() }, "profile");
    let baseline =
        EncoderConfig { profile: Profile::Baseline, entropy: Some(EntropyMode::Cabac), ..config() };
    refused(baseline, "entropy");
}

#[test]
fn buffers_of_another_kind_are_refused_and_nothing_is_lost() {
    let mut encoder = Encoder::new(config()).unwrap();
    encoder.submit(&picture(WIDTH, HEIGHT, 0, format::YUV420_PLANAR), input(0)).unwrap();
    let small = PixelBuffer::new(WIDTH, HEIGHT - 2, format::YUV420_PLANAR).unwrap();
    assert!(encoder.submit(&small, input(1)).unwrap_err().to_string().contains("80x46"));
    let rgb = PixelBuffer::new(WIDTH, HEIGHT, format::BGRA32).unwrap();
    assert!(encoder.submit(&rgb, input(1)).unwrap_err().to_string().contains("BGRA"));
    encoder.flush().unwrap();
    assert_eq!(encoder.receive().map(|f| f.token), Some(0));
    assert_eq!(encoder.receive(), None);
}

#[test]
fn b_pictures_follow_the_later_picture_they_need() {
    let coded = encode_with(EncoderConfig { max_key_frame_interval: 15, ..config() }, 40, &[]);
    let b_pictures = coded.iter().filter(|f| f.slice_kind == SliceKind::B).count();
    assert!(b_pictures > 5, "only {b_pictures} B pictures in steady motion");
    let mut shown_last = 0;
    for frame in &coded {
        if frame.slice_kind == SliceKind::B {
            assert!(!frame.is_reference && frame.token < shown_last, "frame {}", frame.token);
        } else {
            assert!(frame.is_reference && frame.token >= shown_last, "frame {}", frame.token);
            shown_last = frame.token;
        }
    }
    assert_eq!(sync_tokens(&coded), [0, 15, 30]);
}

#[test]
fn without_reordering_frames_leave_as_they_came() {
    let in_order = |config: EncoderConfig| {
        let encoder = Encoder::new(config.clone()).unwrap();
        assert_eq!(encoder.reorder_depth(), 0);
        let tokens: Vec<_> = encode_with(config, 30, &[]).iter().map(|f| f.token).collect();
        assert_eq!(tokens, (0..30).collect::<Vec<_>>());
    };
    in_order(EncoderConfig { allow_frame_reordering: false, ..config() });
    in_order(EncoderConfig { profile: Profile::Baseline, ..config() });
    in_order(EncoderConfig { real_time: true, ..config() });
    in_order(EncoderConfig { reference_frames: 1, ..config() });
    assert_eq!(Encoder::new(config()).unwrap().reorder_depth(), 1);
}

/// A change reaches no frame that was submitted before it, but for the B pictures of the group it falls into.
#[test]
fn a_change_of_rate_does_not_reach_back_through_the_lookahead() {
    let sizes = |change: bool| {
        let mut encoder = Encoder::new(config()).unwrap();
        let mut coded = Vec::new();
        for frame in 0..40 {
            if change && frame == 30 {
                encoder.update(Update::RateControl(RateControl::ConstantQuality(0.9))).unwrap();
            }
            encoder
                .submit(&picture(WIDTH, HEIGHT, frame as usize, format::YUV420_PLANAR), input(frame))
                .unwrap();
            coded.extend(std::iter::from_fn(|| encoder.receive()));
        }
        encoder.flush().unwrap();
        coded.extend(std::iter::from_fn(|| encoder.receive()));
        let size = |from, to| -> usize {
            coded.iter().filter(|f| (from..to).contains(&f.token)).map(|f| f.data.len()).sum()
        };
        (size(0, 27), size(30, 40))
    };
    let (changed, unchanged) = (sizes(true), sizes(false));
    assert_eq!(changed.0, unchanged.0);
    assert!(changed.1 > 2 * unchanged.1, "{changed:?} {unchanged:?}");
}
