//! Limits that no window of time exceeds, whatever the pictures are like.

mod changing;

use changing::{encode, encode_with, time};
use vitascope_h264::encode::{
    DataRateLimit, EncodedFrame, Encoder, EncoderConfig, RateControl, RateLimits, Update,
};
use vitascope_h264::syntax::profile::Profile;

/// Decode times: those of the frames in their order, later by the reorder depth.
fn decode_times(frames: usize, depth: usize, uneven: bool) -> Vec<f64> {
    let seconds = |index: usize| time(index as u64, uneven).seconds();
    let step = seconds(1) - seconds(0);
    (0..frames)
        .map(|n| if n < depth { seconds(0) - (depth - n) as f64 * step } else { seconds(n - depth) })
        .collect()
}

fn check(config: EncoderConfig, frames: u64, uneven: bool) -> Vec<EncodedFrame> {
    let limits = config.rate_limits.data_rate;
    let (encoder, coded) = encode(config, frames, uneven);
    let times = decode_times(coded.len(), encoder.reorder_depth(), uneven);
    let parameter_sets = encoder.parameter_sets().0.len() + encoder.parameter_sets().1.len() + 8;
    for DataRateLimit { bytes, seconds } in limits.into_iter().flatten() {
        let mut fullest = 0;
        for (first, from) in times.iter().enumerate() {
            let inside = times[first..].iter().take_while(|time| **time < from + seconds - 1e-9).count();
            let window = &coded[first..first + inside];
            let sum: usize = window
                .iter()
                .map(|frame| frame.data.len() + if frame.is_sync { parameter_sets } else { 0 })
                .sum();
            let qps: Vec<f32> = window.iter().map(|frame| frame.qp).collect();
            assert!(
                sum as u64 <= bytes,
                "{sum} of {bytes} bytes in {seconds} s from frame {first}, QPs {qps:?}"
            );
            fullest = fullest.max(sum);
        }
        assert!(fullest as u64 * 2 > bytes, "{fullest} of {bytes} bytes in {seconds} s: too careful");
    }
    coded
}

fn limited(limits: &[(u64, f64)], rate_control: RateControl) -> EncoderConfig {
    let limit = |i: usize| limits.get(i).map(|&(bytes, seconds)| DataRateLimit { bytes, seconds });
    EncoderConfig {
        rate_control,
        rate_limits: RateLimits { data_rate: [limit(0), limit(1)], ..RateLimits::default() },
        frame_rate: Some(25.0),
        threads: 2,
        ..EncoderConfig::default()
    }
}

#[test]
fn no_window_is_exceeded() {
    let quality = RateControl::ConstantQuality(0.7);
    for limits in [
        &[(12_000, 1.0)][..],
        &[(5_000, 0.2)],
        &[(30_000, 2.5)],
        &[(8_000, 0.5), (13_000, 1.0)],
        &[(6_000, 0.12)],
    ] {
        for rate_control in [quality, RateControl::AverageBitRate(400_000)] {
            for uneven in [false, true] {
                check(limited(limits, rate_control), 90, uneven);
            }
        }
    }
}

#[test]
fn every_way_of_coding_keeps_them() {
    let config = || limited(&[(12_000, 0.8)], RateControl::ConstantQuality(0.8));
    let coded = |config: EncoderConfig| {
        check(config, 80, false).into_iter().map(|frame| frame.data).collect::<Vec<_>>()
    };
    coded(EncoderConfig { real_time: true, ..config() });
    coded(EncoderConfig { allow_frame_reordering: false, max_key_frame_interval: 15, ..config() });
    coded(EncoderConfig { max_slice_bytes: 500, ..config() });
    assert!(
        coded(EncoderConfig { threads: 1, ..config() }) == coded(EncoderConfig { threads: 4, ..config() })
    );
}

#[test]
fn pictures_too_large_at_the_highest_quantiser_are_sent_in_part() {
    for profile in [Profile::High, Profile::ConstrainedBaseline] {
        for limits in [&[(1100, 1.0)][..], &[(500, 0.2)], &[(900, 0.5), (1500, 1.0)], &[(260, 0.08)]] {
            for (rate_control, effort) in
                [(RateControl::ConstantQuality(0.9), 2), (RateControl::AverageBitRate(400_000), 5)]
            {
                let config = EncoderConfig { profile, effort, ..limited(limits, rate_control) };
                check(EncoderConfig { real_time: true, ..config.clone() }, 60, true);
                check(config, 60, false);
            }
        }
    }
}

#[test]
fn new_limits_hold_from_the_next_frame_on() {
    let loose = RateLimits { data_rate: [limit(30_000, 1.0), None], ..RateLimits::default() };
    let (bytes, seconds) = (2_500, 0.4);
    let tight = RateLimits { data_rate: [limit(bytes, seconds), None], ..RateLimits::default() };
    let config = EncoderConfig {
        rate_limits: loose,
        allow_frame_reordering: false,
        ..limited(&[], RateControl::ConstantQuality(0.8))
    };
    let change = |encoder: &mut Encoder, number| match number {
        30 => encoder.update(Update::RateLimits(tight)).unwrap(),
        60 => encoder.update(Update::RateLimits(loose)).unwrap(),
        _ => {}
    };
    let (encoder, coded) = encode_with(config, 90, false, change);
    let sets = encoder.parameter_sets().0.len() + encoder.parameter_sets().1.len() + 8;
    let sizes: Vec<usize> =
        coded.iter().map(|frame| frame.data.len() + if frame.is_sync { sets } else { 0 }).collect();
    let fullest = |sizes: &[usize]| sizes.windows(10).map(|window| window.iter().sum()).max().unwrap();
    let (before, between): (usize, usize) = (fullest(&sizes[..30]), fullest(&sizes[30..60]));
    assert!(between as u64 <= bytes, "{between} of {bytes}");
    assert!(before as u64 > 2 * bytes && fullest(&sizes[60..]) as u64 > 2 * bytes);
}

fn limit(bytes: u64, seconds: f64) -> Option<DataRateLimit> {
    Some(DataRateLimit { bytes, seconds })
}
