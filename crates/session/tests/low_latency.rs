//! Sessions with EnableLowLatencyRateControl: each frame comes out before the next goes in.

mod clip;

use std::time::Duration;

use clip::{HEIGHT, WIDTH, at, low_latency_session, picture, picture_of, with};
use vitascope_core::{Dictionary, PixelBuffer, SampleBuffer, Time};
use vitascope_session::{AVERAGE_QP, FrameOptions, key};

#[test]
fn every_frame_comes_out_by_itself_and_in_order() {
    for settings in
        [Dictionary::new(), with(key::AVERAGE_BIT_RATE, 200_000), with(key::VITASCOPE_THREAD_COUNT, 4)]
    {
        let (session, outputs) = low_latency_session(WIDTH, HEIGHT, &settings);
        for number in 0..20 {
            session
                .encode_frame(
                    &picture(number),
                    at(number),
                    Time::new(1, 30),
                    &FrameOptions::new(),
                    number as u64,
                )
                .unwrap();
            // No later frame, and no completion, is needed.
            let output =
                outputs.recv_timeout(Duration::from_secs(20)).expect("the frame does not wait for another");
            let sample = output.sample.unwrap().unwrap();
            assert_eq!((output.presentation_time, sample.decode_time()), (at(number), at(number)));
        }
    }
}

#[test]
fn sync_frames_stand_only_where_they_are_asked_for() {
    let (session, outputs) = low_latency_session(WIDTH, HEIGHT, &Dictionary::new());
    let mut sync = Vec::new();
    for number in 0..300 {
        // Another scene at frame 100.
        let picture = picture(if number < 100 { number } else { 7 * number + 1000 });
        let options = FrameOptions::new().with_force_key_frame(number == 40);
        session.encode_frame(&picture, at(number), Time::new(1, 30), &options, 0).unwrap();
        if outputs.recv().unwrap().sample.unwrap().unwrap().is_sync() {
            sync.push(number);
        }
    }
    assert_eq!(sync, [0, 40]);
}

#[test]
fn bounds_of_the_quantiser_change_in_mid_stream() {
    // A rate that wants quantisers below 20, or above 40; and the bound that stands in its way for a while.
    for (rate, key, bound, gone) in [
        (2_000_000, key::MIN_ALLOWED_FRAME_QP, 40, 0),
        (5_000, key::MAX_ALLOWED_FRAME_QP, 20, 51),
        (5_000, key::MAX_ALLOWED_FRAME_QP, 0, 51),
    ] {
        let settings =
            with(key::AVERAGE_BIT_RATE, rate).with(key, bound).with(key::PROFILE_LEVEL, "H264_High_4_0");
        let (session, outputs) = low_latency_session(WIDTH, HEIGHT, &settings);
        let mut qps = Vec::new();
        for number in 0..24 {
            if number == 8 {
                session.set_property(key, gone).unwrap();
            }
            session
                .encode_frame(&picture(number), at(number), Time::new(1, 30), &FrameOptions::new(), 0)
                .unwrap();
            let sample = outputs.recv().unwrap().sample.unwrap().unwrap();
            qps.push(sample.attachment(AVERAGE_QP).unwrap().0.as_f64().unwrap());
        }
        let (held, free) = (&qps[..8], &qps[16..]);
        if key == key::MIN_ALLOWED_FRAME_QP {
            assert!(held.iter().all(|qp| *qp >= 40.0) && free.iter().all(|qp| *qp < 20.0), "{qps:?}");
        } else {
            assert!(held.iter().all(|qp| *qp <= 20.0) && free.iter().all(|qp| *qp > 40.0), "{qps:?}");
        }
    }
}

/// A picture of 320x192 that no motion predicts all of.
fn noisy(number: usize) -> PixelBuffer {
    let picture = picture_of(320, 192, number);
    let mut pixels = picture.write().unwrap();
    for y in 0..192 {
        for (x, sample) in pixels.row_mut(0, y)[..320].iter_mut().enumerate() {
            let place = (number * 192 + y) * 320 + x;
            *sample += ((place as u32).wrapping_mul(0x9e37_79b1) >> 28) as u8;
        }
    }
    drop(pixels);
    picture
}

/// Sizes of frames of 320x192 that move, and stand still where `still` says so.
fn sizes(rate: i64, frames: usize, still: impl Fn(usize) -> bool) -> Vec<usize> {
    let settings = with(key::AVERAGE_BIT_RATE, rate).with(key::EXPECTED_FRAME_RATE, 30);
    let (session, outputs) = low_latency_session(320, 192, &settings);
    let mut shown = 0;
    (0..frames)
        .map(|number| {
            shown += usize::from(!still(number));
            let picture = noisy(shown);
            session.encode_frame(&picture, at(number), Time::new(1, 30), &FrameOptions::new(), 0).unwrap();
            outputs.recv().unwrap().sample.unwrap().unwrap().total_sample_size()
        })
        .collect()
}

#[test]
fn frames_are_of_even_size_and_the_rate_is_kept() {
    for rate in [200_000, 600_000] {
        let sizes = sizes(rate, 300, |_| false);
        let mean = sizes.iter().sum::<usize>() as f64 / 300.0;
        let most = *sizes[1..].iter().max().unwrap() as f64;
        assert!(most <= 1.5 * mean, "{rate}: {most} against {mean}");
        assert!((mean * 8.0 * 30.0 / rate as f64 - 1.0).abs() < 0.02, "{rate}: {}", mean * 8.0 * 30.0);
        // The first frame takes more than later key frames may, which is eight shares.
        assert!((8.5..12.5).contains(&(sizes[0] as f64 / mean)), "{rate}: {} against {mean}", sizes[0]);
    }
}

#[test]
fn the_rate_is_kept_at_times_that_nobody_foretold() {
    // A frame rate that was not said, and one other than was said.
    for settings in [Dictionary::new(), with(key::EXPECTED_FRAME_RATE, 60)] {
        let (session, outputs) =
            low_latency_session(320, 192, &settings.with(key::AVERAGE_BIT_RATE, 200_000));
        let coded = |number: usize| {
            let time = Time::new(number as i64, 12);
            session.encode_frame(&noisy(number), time, Time::INVALID, &FrameOptions::new(), 0).unwrap();
            outputs.recv().unwrap().sample.unwrap().unwrap().total_sample_size()
        };
        // The first second tells how fast they come.
        let sizes: Vec<usize> = (0..132).map(coded).collect();
        let rate = sizes[12..].iter().sum::<usize>() as f64 * 8.0 / 10.0;
        assert!((rate / 200_000.0 - 1.0).abs() < 0.02, "{rate}");
    }
}

#[test]
fn a_new_scene_does_not_burst() {
    let sizes = sizes(400_000, 120, |number| number != 60);
    let share = 400_000.0 / 30.0 / 8.0;
    assert!(sizes[1..].iter().all(|&bytes| (bytes as f64) < 1.45 * share), "{:?}", sizes.iter().max());
}

/// Black and white squares of 8x8, another set of them for each page.
fn page(number: u32) -> PixelBuffer {
    let picture = picture_of(320, 192, 0);
    let mut pixels = picture.write().unwrap();
    for y in 0..192 {
        for (x, sample) in pixels.row_mut(0, y)[..320].iter_mut().enumerate() {
            let square = (x / 8 + y / 8 * 40) as u32 + 7919 * number;
            *sample = if square.wrapping_mul(0x9e37_79b1) >> 31 == 0 { 20 } else { 230 };
        }
    }
    drop(pixels);
    picture
}

#[test]
fn a_new_page_that_does_not_fit_comes_in_parts() {
    // Not even the highest quantiser makes it small enough.
    let rate = 50_000;
    let settings = with(key::AVERAGE_BIT_RATE, rate)
        .with(key::EXPECTED_FRAME_RATE, 30)
        .with(key::CALCULATE_MEAN_SQUARED_ERROR, true);
    let (session, outputs) = low_latency_session(320, 192, &settings);
    let pages = [page(0), page(1)];
    let coded = |number: usize| {
        let picture = &pages[usize::from(number >= 60)];
        session.encode_frame(picture, at(number), Time::new(1, 30), &FrameOptions::new(), 0).unwrap();
        let sample = outputs.recv().unwrap().sample.unwrap().unwrap();
        (sample.total_sample_size(), luma_error(&sample))
    };
    let frames: Vec<(usize, f64)> = (0..150).map(coded).collect();
    let share = rate as f64 / 30.0 / 8.0;
    assert!(frames[1..].iter().all(|&(bytes, _)| (bytes as f64) < 1.45 * share), "{frames:?}");
    assert!(frames[60].1 > 1000.0 && frames[90].1 < 300.0, "{frames:?}");
}

fn luma_error(sample: &SampleBuffer) -> f64 {
    sample.sample_attachments(0).unwrap().mean_squared_errors().unwrap()[0]
}

#[test]
fn a_still_picture_becomes_sharp() {
    let (session, outputs) = low_latency_session(
        WIDTH,
        HEIGHT,
        &with(key::AVERAGE_BIT_RATE, 60_000).with(key::CALCULATE_MEAN_SQUARED_ERROR, true),
    );
    let errors: Vec<f64> = (0..50)
        .map(|number| {
            session.encode_frame(&picture(0), at(number), Time::new(1, 30), &FrameOptions::new(), 0).unwrap();
            let sample = outputs.recv().unwrap().sample.unwrap().unwrap();
            luma_error(&sample)
        })
        .collect();
    assert!(errors[49] * 6.0 < errors[0], "{errors:?}");
}
