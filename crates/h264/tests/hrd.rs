//! Streams with a decoder's buffer, held against the hypothetical reference decoder of Annex C.

mod changing;

use changing::encode;
use vitascope_h264::encode::{DecoderBuffer, EncodedFrame, Encoder, EncoderConfig, RateControl};
use vitascope_h264::reference_decoder::{self, BufferReport, Violation};

fn judge(encoder: &Encoder, frames: &[EncodedFrame]) -> Result<BufferReport, Violation> {
    let (sps, pps) = encoder.parameter_sets();
    reference_decoder::check(sps, pps, frames.iter().map(|frame| &frame.data[..]))
}

/// The stream conforms, and its frames are shown in their order.
fn check(encoder: &Encoder, frames: &[EncodedFrame]) -> BufferReport {
    let qps: Vec<f32> = frames.iter().map(|frame| frame.qp).collect();
    let report = judge(encoder, frames).unwrap_or_else(|violation| panic!("{violation}, QPs {qps:?}"));
    let mut shown: Vec<(u64, f64)> =
        frames.iter().zip(&report.output_seconds).map(|(frame, at)| (frame.token, *at)).collect();
    shown.sort_by_key(|(token, _)| *token);
    assert!(shown.windows(2).all(|pair| pair[0].1 < pair[1].1), "frames leave in their order");
    report
}

fn config(bits: u32, buffer: DecoderBuffer) -> EncoderConfig {
    EncoderConfig {
        rate_control: RateControl::AverageBitRate(bits),
        decoder_buffer: Some(buffer),
        frame_rate: Some(25.0),
        threads: 2,
        ..EncoderConfig::default()
    }
}

#[test]
fn constant_rates_conform_and_fill_the_time() {
    for (bit_rate, seconds, initial) in [
        (100_000, 1.0, 0.9),
        (300_000, 0.5, 0.5),
        (900_000, 2.5, 0.9),
        (2_000_000, 0.3, 1.0),
        (200_000, 0.2, 0.9),
        (24_000, 0.3, 0.9),
    ] {
        let buffer = DecoderBuffer { bit_rate, seconds, initial, constant: true };
        let (encoder, frames) = encode(config(bit_rate, buffer), 90, false);
        let report = check(&encoder, &frames);
        if bit_rate == 2_000_000 {
            assert!(report.filler_bytes > 0 && report.fullness.1 > 0.97, "{report:?}");
        }
    }
}

#[test]
fn variable_rates_conform() {
    for (bits, peak, seconds, initial) in [
        (100_000, 150_000, 1.0, 0.9),
        (300_000, 300_000, 0.4, 0.6),
        (800_000, 2_000_000, 0.2, 0.2),
        (60_000, 90_000, 2.5, 0.0),
        (20_000, 24_000, 0.3, 0.5),
    ] {
        let buffer = DecoderBuffer { bit_rate: peak, seconds, initial, constant: false };
        for uneven in [false, true] {
            let (encoder, frames) = encode(config(bits, buffer), 90, uneven);
            assert_eq!(check(&encoder, &frames).filler_bytes, 0);
        }
    }
}

#[test]
fn every_way_of_coding_conforms() {
    let buffer = DecoderBuffer { bit_rate: 256_000, seconds: 0.4, initial: 0.9, constant: true };
    for variant in [
        EncoderConfig { allow_frame_reordering: false, ..config(256_000, buffer) },
        EncoderConfig { real_time: true, ..config(256_000, buffer) },
        EncoderConfig { max_key_frame_interval: 10, threads: 1, ..config(256_000, buffer) },
        EncoderConfig { frame_rate: None, max_frame_delay: Some(2), ..config(256_000, buffer) },
        EncoderConfig { frame_rate: Some(24_000.0 / 1001.0), ..config(256_000, buffer) },
        EncoderConfig { rate_control: RateControl::ConstantQuality(0.8), ..config(256_000, buffer) },
        EncoderConfig { max_slice_bytes: 600, ..config(256_000, buffer) },
    ] {
        let (encoder, frames) = encode(variant, 70, false);
        check(&encoder, &frames);
    }
}

#[test]
fn streams_that_do_not_conform_are_found_out() {
    let buffer = DecoderBuffer { bit_rate: 300_000, seconds: 0.5, initial: 0.5, constant: true };
    let (encoder, frames) = encode(config(300_000, buffer), 60, false);
    let filler = |bytes: usize| {
        let mut unit = vec![0xff; bytes];
        unit[0] = 12;
        unit[bytes - 1] = 0x80;
        [(bytes as u32).to_be_bytes().to_vec(), unit].concat()
    };
    let broken = |change: &dyn Fn(&mut Vec<EncodedFrame>)| {
        let mut changed = frames.clone();
        change(&mut changed);
        judge(&encoder, &changed).unwrap_err().to_string()
    };
    let late = broken(&|frames| frames[20].data.extend(filler(19_000)));
    assert!(late.contains("underflow"), "{late}");
    // Where a constant rate is promised, bits that do not come make room for later ones too soon.
    let early = broken(&|frames| {
        for frame in &mut frames[1..20] {
            let messages = 4 + frame.data[3] as usize;
            frame.data.truncate(messages + 6);
            let bytes = (frame.data.len() - messages - 4) as u32;
            frame.data[messages..messages + 4].copy_from_slice(&bytes.to_be_bytes());
        }
    });
    assert!(early.contains("overflow") || early.contains("initial delay"), "{early}");
    assert!(broken(&|frames| drop(frames.remove(0))).contains("begins"), "it must begin with a period");
    broken(&|frames| frames[3].data.truncate(9));
    broken(&|frames| frames.swap(10, 12));
    let unbuffered = EncoderConfig { decoder_buffer: None, ..config(300_000, buffer) };
    let (encoder, frames) = encode(unbuffered, 3, false);
    assert!(judge(&encoder, &frames).is_err());
}
