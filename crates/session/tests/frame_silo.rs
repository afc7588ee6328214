//! The frame silo: its rules, and what becomes of it when files break.

mod support;

use std::fs;
use std::path::Path;

use support::passes::{Scratch, at};
use vitascope_core::{
    AttachmentMode, BlockBuffer, Dictionary, FormatDescription, FourCc, SampleAttachments, SampleBuffer,
    SampleTiming, Time, TimeRange, Value,
};
use vitascope_session::{Error, FrameSilo, SOURCE_DECODE_TIME, status};

fn sample(decode: i64, size: usize) -> SampleBuffer {
    let data = BlockBuffer::from_vec((0..size).map(|i| (i as i64 * 31 + decode) as u8).collect());
    let timing = SampleTiming { duration: at(1), presentation_time: at(decode + 1), decode_time: at(decode) };
    SampleBuffer::from_data(data, None, timing).unwrap()
}

fn silo() -> FrameSilo {
    FrameSilo::new(None, range(0, 10)).unwrap()
}

fn range(start: i64, end: i64) -> TimeRange {
    TimeRange::from_time_to_time(at(start), at(end))
}

fn filled(times: impl IntoIterator<Item = i64>) -> FrameSilo {
    let silo = silo();
    times.into_iter().for_each(|time| silo.add_sample_buffer(&sample(time, 50)).unwrap());
    silo
}

fn times(silo: &FrameSilo, range: TimeRange) -> Vec<i64> {
    let mut times = Vec::new();
    silo.for_each_sample_buffer::<Error>(range, |sample| {
        times.push(sample.decode_time().value * 30 / i64::from(sample.decode_time().timescale));
        Ok(())
    })
    .unwrap();
    times
}

#[track_caller]
fn bad_time(outcome: Result<(), Error>) {
    assert_eq!(outcome.unwrap_err().status(), status::FRAME_SILO_INVALID_TIME_STAMP);
}

#[track_caller]
fn bad_range<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert_eq!(outcome.unwrap_err().status(), status::FRAME_SILO_INVALID_TIME_RANGE);
}

#[test]
fn samples_come_back_as_they_went_in() {
    let silo = silo();
    let format = FormatDescription::video(
        FourCc::new(*b"avc1"),
        64,
        48,
        Dictionary::new().with("Atoms", Dictionary::new().with("avcC", vec![1u8, 2, 3])),
    )
    .unwrap();
    let timings =
        [0, 1, 2].map(|i| SampleTiming { duration: at(1), presentation_time: at(5 - i), decode_time: at(i) });
    let original = SampleBuffer::new(
        Some(BlockBuffer::from_vec((0..300_000).map(|i| (i % 251) as u8).collect())),
        Some(format),
        3,
        timings.to_vec(),
        vec![100_000; 3],
    )
    .unwrap();
    original.set_sample_attachments(1, SampleAttachments::for_frame(false, false, true, true)).unwrap();
    original.set_attachment(
        "Note",
        Value::from(vec![Value::from(1), Value::from("x")]),
        AttachmentMode::ShouldPropagate,
    );
    original.set_attachment("Time", Time::INDEFINITE, AttachmentMode::ShouldNotPropagate);
    original.set_output_presentation_time(at(77));
    silo.add_sample_buffer(&original).unwrap();
    silo.add_sample_buffer(&sample(3, 10)).unwrap();
    let mut seen = Vec::new();
    silo.for_each_sample_buffer::<Error>(TimeRange::INVALID, |sample| {
        seen.push(sample.clone());
        Ok(())
    })
    .unwrap();
    let [copy, small] = &seen[..] else { panic!("{} samples", seen.len()) };
    assert_eq!(copy.data().unwrap().to_vec(), original.data().unwrap().to_vec());
    assert_eq!((copy.timings(), copy.sizes()), (original.timings(), original.sizes()));
    assert!(FormatDescription::ptr_eq(copy.format().unwrap(), original.format().unwrap()));
    for index in 0..3 {
        assert_eq!(copy.sample_attachments(index).unwrap(), original.sample_attachments(index).unwrap());
    }
    for mode in [AttachmentMode::ShouldPropagate, AttachmentMode::ShouldNotPropagate] {
        assert_eq!(copy.attachments(mode), original.attachments(mode));
        assert_eq!(copy.attachments(mode).len(), 1);
    }
    assert_eq!(copy.output_presentation_time(), at(77));
    assert_eq!(small.output_presentation_time(), at(4));
    assert!(small.format().is_none());
}

#[test]
fn times_rise_within_a_pass_and_lie_in_its_ranges() {
    let silo = filled([0, 1, 3]);
    bad_time(silo.add_sample_buffer(&sample(3, 5)));
    bad_time(silo.add_sample_buffer(&sample(2, 5)));
    let timing =
        SampleTiming { duration: at(1), presentation_time: Time::INVALID, decode_time: Time::INVALID };
    bad_time(
        silo.add_sample_buffer(
            &SampleBuffer::from_data(BlockBuffer::from_vec(vec![1]), None, timing).unwrap(),
        ),
    );
    silo.add_sample_buffer(&sample(9, 5)).unwrap();
    assert_eq!(times(&silo, TimeRange::INVALID), [0, 1, 3, 9]);

    silo.set_time_ranges_for_next_pass(&[range(1, 2), range(3, 6)]).unwrap();
    assert_eq!(times(&silo, TimeRange::INVALID), [0, 9]);
    // Half open, and each pass begins anew.
    bad_time(silo.add_sample_buffer(&sample(0, 5)));
    bad_time(silo.add_sample_buffer(&sample(2, 5)));
    for time in [1, 3, 5] {
        silo.add_sample_buffer(&sample(time, 5)).unwrap();
    }
    bad_time(silo.add_sample_buffer(&sample(6, 5)));
    bad_time(silo.add_sample_buffer(&sample(4, 5)));
    assert_eq!(times(&silo, TimeRange::INVALID), [0, 1, 3, 5, 9]);
    silo.set_time_ranges_for_next_pass(&[range(3, 4)]).unwrap();
    assert_eq!(times(&silo, TimeRange::INVALID), [0, 1, 5, 9]);
}

#[test]
fn a_sample_without_a_decode_time_counts_by_its_presentation_time() {
    let silo = silo();
    let timing = SampleTiming { duration: at(1), presentation_time: at(4), decode_time: Time::INVALID };
    let sample = SampleBuffer::from_data(BlockBuffer::from_vec(vec![1]), None, timing).unwrap();
    silo.add_sample_buffer(&sample).unwrap();
    silo.set_time_ranges_for_next_pass(&[range(4, 5)]).unwrap();
    assert_eq!(silo.sample_count(), 0);
}

#[test]
fn the_source_decode_time_counts_before_the_decode_time() {
    let silo = silo();
    let shifted = sample(-1, 5);
    shifted.set_attachment(SOURCE_DECODE_TIME, at(0), AttachmentMode::ShouldNotPropagate);
    silo.add_sample_buffer(&shifted).unwrap();
    assert_eq!(times(&silo, range(0, 1)), [-1]);
    silo.set_time_ranges_for_next_pass(&[range(0, 1)]).unwrap();
    assert_eq!(silo.sample_count(), 0);
}

#[test]
fn ranges_must_be_numeric_in_order_and_apart() {
    let silo = filled([0, 1]);
    let infinite = TimeRange::new(at(0), Time::POSITIVE_INFINITY);
    let wrong: [&[TimeRange]; 6] = [
        &[],
        &[TimeRange::INVALID],
        &[infinite],
        &[range(0, 0)],
        &[range(0, 3), range(2, 4)],
        &[range(4, 5), range(0, 1)],
    ];
    for ranges in wrong {
        bad_range(silo.set_time_ranges_for_next_pass(ranges));
    }
    assert_eq!(times(&silo, TimeRange::INVALID), [0, 1], "nothing was dropped");
    bad_range(silo.for_each_sample_buffer::<Error>(infinite, |_| Ok(())));
    bad_range(FrameSilo::new(None, TimeRange::INVALID).unwrap().progress_of_current_pass());
    silo.set_time_ranges_for_next_pass(&[range(0, 1), range(1, 2)]).unwrap();
}

#[test]
fn progress_follows_the_last_sample() {
    let silo = silo();
    assert_eq!(silo.progress_of_current_pass().unwrap(), 0.0);
    silo.add_sample_buffer(&sample(0, 5)).unwrap();
    assert_eq!(silo.progress_of_current_pass().unwrap(), 0.1);
    silo.add_sample_buffer(&sample(9, 5)).unwrap();
    assert_eq!(silo.progress_of_current_pass().unwrap(), 1.0);
    silo.set_time_ranges_for_next_pass(&[range(2, 4), range(7, 9)]).unwrap();
    assert_eq!(silo.progress_of_current_pass().unwrap(), 0.0);
    silo.add_sample_buffer(&sample(3, 5)).unwrap();
    assert_eq!(silo.progress_of_current_pass().unwrap(), 0.5);
    silo.add_sample_buffer(&sample(7, 5)).unwrap();
    assert_eq!(silo.progress_of_current_pass().unwrap(), 0.75);
}

#[test]
fn visits_go_over_a_range_and_stop_when_told() {
    let silo = filled(0..8);
    assert_eq!(times(&silo, range(2, 5)), [2, 3, 4]);
    assert_eq!(times(&silo, range(50, 60)), [0; 0]);
    #[derive(Debug, PartialEq)]
    struct Stop(i32);
    impl From<Error> for Stop {
        fn from(error: Error) -> Self {
            Stop(error.status())
        }
    }
    let mut seen = 0;
    let stopped = silo.for_each_sample_buffer(TimeRange::INVALID, |_| {
        seen += 1;
        // The silo can be used from inside.
        assert_eq!(silo.sample_count(), 8);
        if seen == 3 { Err(Stop(42)) } else { Ok(()) }
    });
    assert_eq!((stopped, seen), (Err(Stop(42)), 3));
}

#[test]
fn a_buffer_without_data_is_refused() {
    let timing = SampleTiming { duration: at(1), presentation_time: at(0), decode_time: at(0) };
    let empty = SampleBuffer::new(None, None, 1, vec![timing], vec![]).unwrap();
    let silo = silo();
    assert_eq!(silo.add_sample_buffer(&empty).unwrap_err().status(), status::PARAMETER);
    silo.add_sample_buffer(&sample(0, 5)).unwrap();
}

#[test]
fn the_file_goes_with_the_silo_and_others_are_left_alone() {
    let scratch = Scratch::new();
    let path = scratch.path("silo");
    let silo = FrameSilo::new(Some(&path), TimeRange::INVALID).unwrap();
    assert!(path.exists());
    let error = FrameSilo::new(Some(&path), TimeRange::INVALID).unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
    drop(silo);
    assert!(!path.exists());
    fs::write(&path, b"a letter").unwrap();
    assert!(FrameSilo::new(Some(&path), TimeRange::INVALID).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"a letter");
    // One that a dead process left is taken over.
    fs::write(&path, b"VITASILO\x01\0\0\0\0\0\0\0rest of samples").unwrap();
    let silo = FrameSilo::new(Some(&path), TimeRange::INVALID).unwrap();
    assert_eq!((silo.sample_count(), fs::metadata(&path).unwrap().len()), (0, 16));
}

#[test]
fn damage_is_found_when_a_sample_is_read() {
    let scratch = Scratch::new();
    let path = scratch.path("silo");
    let silo = FrameSilo::new(Some(&path), TimeRange::INVALID).unwrap();
    for time in 0..3 {
        silo.add_sample_buffer(&sample(time, 300_000)).unwrap();
    }
    let mut bytes = fs::read(&path).unwrap();
    bytes[450_000] ^= 16;
    fs::write(&path, &bytes).unwrap();
    let visit = |seen: &mut usize| {
        silo.for_each_sample_buffer::<Error>(TimeRange::INVALID, |_| {
            *seen += 1;
            Ok(())
        })
    };
    let mut seen = 0;
    let error = visit(&mut seen).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
    assert_eq!(seen, 1);
    fs::write(&path, &bytes[..400_000]).unwrap();
    assert!(visit(&mut seen).is_err());
}

#[test]
fn a_full_disk_refuses_samples_and_keeps_those_before() {
    if std::env::var_os("VITASCOPE_TEST_FULL").is_none() {
        let child = "trap '' XFSZ; ulimit -f 1000; exec \"$0\" --exact a_full_disk_refuses_samples_and_keeps_those_before";
        let output = std::process::Command::new("bash")
            .args(["-c", child])
            .arg(std::env::current_exe().unwrap())
            .env("VITASCOPE_TEST_FULL", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let full = FrameSilo::new(Some(Path::new("/dev/full")), TimeRange::INVALID);
        assert!(!cfg!(target_os = "linux") || full.is_err());
        return;
    }
    let silo = silo();
    let mut accepted = Vec::new();
    for time in 0..40 {
        match silo.add_sample_buffer(&sample(time, 100_000)) {
            Ok(()) => accepted.push(time),
            Err(error) => assert!(error.to_string().contains("cannot be written"), "{error}"),
        }
    }
    assert!((8..30).contains(&accepted.len()), "{accepted:?}");
    let mut seen = Vec::new();
    silo.for_each_sample_buffer::<Error>(TimeRange::INVALID, |kept| {
        let time = kept.decode_time().value;
        assert_eq!(kept.data().unwrap().to_vec(), sample(time, 100_000).data().unwrap().to_vec());
        seen.push(time);
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, accepted);
}

#[cfg(target_os = "linux")]
#[test]
fn two_million_samples_take_little_memory() {
    // In a process of its own, as other tests take memory at the same time.
    if std::env::var_os("VITASCOPE_TEST_MEMORY").is_none() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "two_million_samples_take_little_memory"])
            .env("VITASCOPE_TEST_MEMORY", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let silo = silo();
    for time in 0..2_000_000 {
        silo.add_sample_buffer(&sample(time, 8)).unwrap();
    }
    silo.set_time_ranges_for_next_pass(&[range(100_000, 200_000)]).unwrap();
    assert_eq!(silo.sample_count(), 1_900_000);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches("kB").trim().parse().unwrap();
    assert!(kilobytes < 100 * 1000, "{kilobytes} kB");
}
