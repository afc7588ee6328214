//! Streams with a decoder's buffer, held against the hypothetical reference decoder of Annex C.

mod changing;

use changing::encode;
use vitascope_bits::{BitReader, length_prefixed};
use vitascope_h264::encode::{DecoderBuffer, EncodedFrame, Encoder, EncoderConfig, RateControl};
use vitascope_h264::syntax::nal::NalHeader;
use vitascope_h264::syntax::sei::{SeiMessage, parse_messages};
use vitascope_h264::syntax::sps::Sps;

/// What the checker found out besides that the stream conforms.
#[derive(Debug)]
struct Report {
    /// Least and greatest part of the buffer that was filled just before a removal.
    fullness: (f64, f64),
    filler: usize,
}

/// Delays of an access unit.
struct Delays {
    /// `initial_cpb_removal_delay` and its offset, where a buffering period begins.
    period: Option<(f64, f64)>,
    cpb_removal_delay: u32,
    dpb_output_delay: u32,
}

/// The messages of an access unit, which come first, and the bytes of its filler data, which come last.
fn take_apart(data: &[u8]) -> (Delays, usize) {
    let units: Vec<&[u8]> = length_prefixed::split(data, 4).unwrap().map(|unit| unit.unwrap()).collect();
    let (header, rbsp) = NalHeader::split(units[0]).unwrap();
    assert_eq!(header.nal_unit_type, 6);
    let mut delays = Delays { period: None, cpb_removal_delay: 0, dpb_output_delay: 0 };
    for message in parse_messages(&rbsp).unwrap() {
        let SeiMessage::Other { payload_type, payload } = message else { continue };
        let mut r = BitReader::new(&payload);
        match payload_type {
            0 => {
                assert_eq!(r.ue().unwrap(), 0);
                delays.period = Some((r.bits(32).unwrap().into(), r.bits(32).unwrap().into()));
            }
            1 => {
                delays.cpb_removal_delay = r.bits(32).unwrap();
                delays.dpb_output_delay = r.bits(32).unwrap();
            }
            _ => {}
        }
    }
    let filler: usize = units.iter().filter(|unit| unit[0] & 31 == 12).map(|unit| unit.len() + 4).sum();
    let slices = units.iter().rposition(|unit| matches!(unit[0] & 31, 1 | 5)).unwrap();
    assert!(units[slices + 1..].iter().all(|unit| unit[0] & 31 == 12), "filler data end the access unit");
    (delays, filler)
}

/// C.1 and C.3 for the first schedule of the NAL HRD.
fn check(encoder: &Encoder, frames: &[EncodedFrame]) -> Report {
    let (sps, pps) = encoder.parameter_sets();
    let vui = Sps::from_nal_unit(sps).unwrap().vui.unwrap();
    let hrd = vui.nal_hrd.expect("the stream describes a buffer");
    let timing = vui.timing_info.expect("and its clock");
    let tick = f64::from(timing.num_units_in_tick) / f64::from(timing.time_scale);
    let (rate, size) = (hrd.bit_rate(0).unwrap() as f64, hrd.cpb_size(0).unwrap() as f64);
    let constant = hrd.schedules[0].cbr_flag;
    let (mut initial, mut offset, mut period_start) = (0.0, 0.0, 0.0);
    // Begin and end of arrival, removal, bits.
    let mut units: Vec<(f64, f64, f64, f64)> = Vec::new();
    let mut shown = Vec::new();
    let mut filler = 0;
    for (n, frame) in frames.iter().enumerate() {
        let (delays, padding) = take_apart(&frame.data);
        filler += padding;
        let sets = if frame.is_sync { sps.len() + pps.len() + 8 } else { 0 };
        let bits = 8.0 * (frame.data.len() + sets) as f64;
        let last_arrival = units.last().map_or(0.0, |unit| unit.1);
        assert_eq!(delays.period.is_some(), frame.is_sync);
        let removal = match (n, delays.period) {
            (0, Some((delay, _))) => delay / 90_000.0,
            _ => period_start + tick * f64::from(delays.cpb_removal_delay),
        };
        let mut earliest = removal - (initial + offset) / 90_000.0;
        if let Some((delay, rest)) = delays.period {
            assert!(n == 0 || (delay + rest - initial - offset).abs() < 1e-9, "their sum is constant");
            assert!(delay > 0.0 && delay <= 90_000.0 * size / rate);
            let gap = 90_000.0 * (removal - last_arrival);
            assert!(n == 0 || delay <= (gap - 1e-6).ceil(), "C.3: frame {n}: {delay} of {gap}");
            assert!(n == 0 || !constant || delay >= (gap - 1e-6).floor(), "C.3: frame {n}: {delay} of {gap}");
            (initial, offset) = (delay, rest);
            earliest = removal - delay / 90_000.0;
            period_start = removal;
        }
        let begin = match n {
            0 => 0.0,
            _ if constant => last_arrival,
            _ => last_arrival.max(earliest),
        };
        let end = begin + bits / rate;
        assert!(end <= removal + 1e-9, "frame {n} (QP {}) arrives at {end}, removed at {removal}", frame.qp);
        assert!(units.last().is_none_or(|unit| unit.2 < removal), "removal times rise");
        units.push((begin, end, removal, bits));
        shown.push((frame.token, removal + tick * f64::from(delays.dpb_output_delay)));
    }
    shown.sort_by_key(|(token, _)| *token);
    assert!(shown.windows(2).all(|pair| pair[0].1 < pair[1].1), "frames leave in their order");
    let mut fullness = (f64::MAX, 0f64);
    for (n, &(_, _, removal, _)) in units.iter().enumerate() {
        let arrived =
            |&(begin, _, _, bits): &(f64, f64, f64, f64)| ((removal - begin) * rate).clamp(0.0, bits);
        let held: f64 = units[n..].iter().map(arrived).sum();
        assert!(held <= size + 1e-3, "overflow before frame {n}: {held} of {size}");
        // What follows the last frames would fill it up again.
        if units.last().is_some_and(|last| last.1 >= removal) {
            fullness = (fullness.0.min(held / size), fullness.1.max(held / size));
        }
    }
    Report { fullness, filler }
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
    ] {
        let buffer = DecoderBuffer { bit_rate, seconds, initial, constant: true };
        let (encoder, frames) = encode(config(bit_rate, buffer), 90, false);
        let report = check(&encoder, &frames);
        if bit_rate == 2_000_000 {
            assert!(report.filler > 0 && report.fullness.1 > 0.97, "{report:?}");
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
    ] {
        let buffer = DecoderBuffer { bit_rate: peak, seconds, initial, constant: false };
        for uneven in [false, true] {
            let (encoder, frames) = encode(config(bits, buffer), 90, uneven);
            assert_eq!(check(&encoder, &frames).filler, 0);
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
