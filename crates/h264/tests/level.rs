//! Streams keep to the level that they state: its bit rate and its buffer (A.3.1).

mod changing;

use changing::{encode, encode_scenes, encode_with, time};
use vitascope_h264::encode::{EncodedFrame, Encoder, EncoderConfig, RateControl, RateLimits, Update};
use vitascope_h264::syntax::level::Level;
use vitascope_h264::syntax::profile::Profile;
use vitascope_h264::syntax::sps::Sps;

fn level_of(encoder: &Encoder) -> Level {
    let sps = Sps::from_nal_unit(encoder.parameter_sets().0).unwrap();
    Level::from_codes(sps.profile_idc, sps.constraint_flags, sps.level_idc).unwrap()
}

/// Takes the frames out of the level's buffer, which fills at the level's rate; the least part of it that was left.
fn least_left(encoder: &Encoder, frames: &[EncodedFrame]) -> f64 {
    let level = level_of(encoder);
    let (rate, size) = (level.max_bit_rate(Profile::High) as f64, level.max_cpb_size(Profile::High) as f64);
    let sets = encoder.parameter_sets().0.len() + encoder.parameter_sets().1.len() + 8;
    let (mut held, mut least, mut last) = (size, size, 0.0);
    for (number, frame) in frames.iter().enumerate() {
        let now = time(number as u64, false).seconds();
        held = f64::min(held + rate * (now - last), size);
        held -= 8.0 * (frame.data.len() + if frame.is_sync { sets } else { 0 }) as f64;
        (least, last) = (least.min(held), now);
    }
    least / size
}

fn config(rate_control: RateControl, level: Option<Level>) -> EncoderConfig {
    EncoderConfig { rate_control, level, frame_rate: Some(25.0), threads: 2, ..EncoderConfig::default() }
}

#[test]
fn a_level_that_the_encoder_chooses_covers_its_rates() {
    let average = |bits| RateControl::AverageBitRate(bits);
    let quality = |quality| RateControl::ConstantQuality(quality);
    for control in
        [quality(0.25), quality(0.5), quality(0.8), quality(1.0), average(60_000), average(500_000)]
    {
        let (encoder, frames) = encode(config(control, None), 80, false);
        let left = least_left(&encoder, &frames);
        assert!(left >= 0.0, "{control:?}: level {}, {left}", level_of(&encoder));
    }
    // A rate has headroom as far as limits leave it, but for what both may be raised to later.
    let level = |rate: u32, limited: bool| {
        let mut config = config(average(rate), None);
        if limited {
            let bytes = u64::from(rate) / 20;
            config.rate_limits.data_rate[0] =
                Some(vitascope_h264::encode::DataRateLimit { bytes, seconds: 1.0 });
        }
        level_of(&encode(config, 1, false).0)
    };
    assert!(level(20_000_000, true) < level(20_000_000, false));
    assert_eq!(level(400_000, true), level(400_000, false));
}

#[test]
fn a_level_that_the_caller_chooses_holds_rates_down() {
    for level in [Level::L1_1, Level::L1_2] {
        for control in [RateControl::ConstantQuality(1.0), RateControl::AverageBitRate(200_000)] {
            let (encoder, frames) = encode(config(control, Some(level)), 80, false);
            let left = least_left(&encoder, &frames);
            assert!(left >= 0.0, "{control:?}: {left}");
        }
    }
}

#[test]
fn wherever_scenes_are_cut_the_level_holds() {
    for length in 12..=19 {
        for level in [Level::L1_1, Level::L1_2] {
            let config = config(RateControl::ConstantQuality(1.0), Some(level));
            let (encoder, frames) = encode_scenes(config, 80, length, false, |_, _| {});
            let left = least_left(&encoder, &frames);
            assert!(left >= 0.0, "scenes of {length}, {level:?}: {left}");
        }
    }
}

#[test]
fn rates_raised_in_mid_stream_stay_within_the_level() {
    let raised = [
        (RateControl::AverageBitRate(30_000), RateControl::AverageBitRate(9_000_000)),
        (RateControl::ConstantQuality(0.1), RateControl::ConstantQuality(1.0)),
    ];
    for (first, second) in raised {
        let change = |encoder: &mut Encoder, number| {
            if number == 30 {
                encoder.update(Update::RateControl(second)).unwrap();
                encoder.update(Update::RateLimits(RateLimits::default())).unwrap();
            }
        };
        let (encoder, frames) = encode_with(config(first, None), 120, false, change);
        let left = least_left(&encoder, &frames);
        assert!(left >= 0.0, "{second:?}: {left}");
        let (_, unchanged) = encode(config(first, None), 120, false);
        let bytes = |frames: &[EncodedFrame]| frames[60..90].iter().map(|f| f.data.len()).sum::<usize>();
        assert!(bytes(&frames) > 2 * bytes(&unchanged), "and they are raised");
    }
}
