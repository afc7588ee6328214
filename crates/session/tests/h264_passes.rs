//! Passes of the H.264 encoder: rates that are met, quality that is even, parts that are coded again.

mod clip;

use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use clip::{at, give_picture, session, with};
use vitascope_bits::length_prefixed::to_annex_b;
use vitascope_core::{PixelBuffer, SampleBuffer, Time, TimeRange, format};
use vitascope_h264::format::parameter_set;
use vitascope_session::{CompressionSession, EncodeOutput, Error, FrameSilo, MultiPassStorage, key, status};

const FRAMES: usize = 90;
const RATE: i64 = 60_000;

/// A quiet scene, a noisy one, one that moves.
fn scene(number: usize) -> PixelBuffer {
    let (width, height) = (clip::WIDTH, clip::HEIGHT);
    match number {
        0..30 => return clip::picture(number / 3),
        60.. => return clip::picture(2 * number),
        _ => {}
    }
    let buffer = PixelBuffer::new(width, height, format::YUV420_BIPLANAR_VIDEO).unwrap();
    let mut guard = buffer.write().unwrap();
    for y in 0..height {
        for (x, sample) in guard.row_mut(0, y).iter_mut().take(width).enumerate() {
            let noise = (x * 7919 + y * 104_729 + number * 1_299_709) as u32;
            *sample = 60 + (noise.wrapping_mul(2_654_435_761) >> 28) as u8 + ((x + 3 * number) % 64) as u8;
        }
    }
    for y in 0..height / 2 {
        guard.row_mut(1, y).fill(128);
    }
    drop(guard);
    buffer
}

struct Passes {
    session: CompressionSession,
    outputs: Receiver<EncodeOutput>,
    storage: Arc<MultiPassStorage>,
    silo: FrameSilo,
    picture: fn(usize) -> PixelBuffer,
}

impl Passes {
    fn new() -> Self {
        Self::with_storage(MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap())
    }

    fn with_storage(storage: Arc<MultiPassStorage>) -> Self {
        let settings = with(key::AVERAGE_BIT_RATE, RATE)
            .with(key::EXPECTED_FRAME_RATE, 30)
            .with(key::VITASCOPE_RECONSTRUCTION_HASH, true);
        let (session, outputs) = session(&settings);
        session.set_property(key::MULTI_PASS_STORAGE, storage.to_value()).unwrap();
        let silo = FrameSilo::new(None, TimeRange::new(at(0), at(FRAMES))).unwrap();
        Passes { session, outputs, storage, silo, picture: scene }
    }

    /// Gives the frames of a pass; `before` is called before each.
    fn pass(&self, ranges: &[TimeRange], is_final: bool, before: impl Fn(usize)) -> bool {
        self.session.begin_pass(is_final).unwrap();
        for number in 0..FRAMES {
            if ranges.is_empty() || ranges.iter().any(|range| range.contains(at(number))) {
                before(number);
                give_picture(&self.session, &(self.picture)(number), number);
            }
        }
        let more = self.session.end_pass(true).unwrap();
        for output in self.outputs.try_iter() {
            self.silo.add_sample_buffer(&output.sample.unwrap().unwrap()).unwrap();
        }
        more
    }

    fn next_ranges(&self) -> Arc<[TimeRange]> {
        let ranges = self.session.time_ranges_for_next_pass().unwrap();
        self.silo.set_time_ranges_for_next_pass(&ranges).unwrap();
        ranges
    }

    fn samples(&self) -> Vec<SampleBuffer> {
        let mut samples = Vec::new();
        self.silo
            .for_each_sample_buffer::<Error>(TimeRange::INVALID, |sample| {
                samples.push(sample.clone());
                Ok(())
            })
            .unwrap();
        samples
    }
}

fn rate(samples: &[SampleBuffer]) -> f64 {
    let bytes: usize = samples.iter().map(SampleBuffer::total_sample_size).sum();
    bytes as f64 * 8.0 * 30.0 / FRAMES as f64
}

fn check_times(samples: &[SampleBuffer]) {
    assert_eq!(samples.len(), FRAMES);
    assert!(samples.windows(2).all(|pair| pair[0].decode_time() < pair[1].decode_time()));
    assert!(samples.iter().all(|sample| sample.decode_time() <= sample.presentation_time()));
    let mut shown: Vec<Time> = samples.iter().map(SampleBuffer::presentation_time).collect();
    shown.sort_unstable();
    assert_eq!(shown, (0..FRAMES).map(at).collect::<Vec<_>>());
}

/// Holds what ffmpeg decodes against what the encoder said that a decoder shows.
fn check_decoding(samples: &[SampleBuffer]) {
    let format = samples[0].format().unwrap();
    let mut stream = Vec::new();
    for set in 0..2 {
        vitascope_bits::annex_b::append(parameter_set(format, set).unwrap(), &mut stream);
    }
    for sample in samples {
        stream.extend(to_annex_b(&sample.data().unwrap().to_vec(), 4).unwrap());
    }
    let place = std::env::temp_dir().join(format!("vitascope-joined-{}.264", std::process::id()));
    std::fs::write(&place, stream).unwrap();
    let decoded = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&place)
        .args(["-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .output()
        .expect("ffmpeg starts");
    std::fs::remove_file(&place).unwrap();
    assert!(decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
    let text = String::from_utf8(decoded.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let theirs: Vec<&str> = lines.map(|line| line.rsplit(',').next().unwrap().trim()).collect();
    let mut shown: Vec<&SampleBuffer> = samples.iter().collect();
    shown.sort_by_key(|sample| sample.presentation_time());
    let hash = |sample: &&SampleBuffer| {
        let (hash, _) = sample.attachment(key::VITASCOPE_RECONSTRUCTION_HASH).expect("it was asked for");
        hash.as_data().unwrap().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let ours: Vec<String> = shown.iter().map(hash).collect();
    assert!(ours == theirs, "the joined stream decodes to other samples");
}

fn syncs(samples: &[SampleBuffer]) -> Vec<Time> {
    samples.iter().filter(|sample| sample.is_sync()).map(SampleBuffer::presentation_time).collect()
}

#[test]
fn a_second_pass_is_asked_for_over_the_whole_stream() {
    let passes = Passes::new();
    assert!(passes.pass(&[], false, |_| {}));
    assert!(syncs(&passes.samples()).len() >= 3);
    let ranges = passes.next_ranges();
    assert_eq!(*ranges, [TimeRange::from_time_to_time(at(0), at(FRAMES))]);
    assert_eq!(passes.silo.sample_count(), 0);
    passes.pass(&ranges, false, |_| {});
    check_times(&passes.samples());
}

#[test]
fn two_passes_meet_the_rate_and_keep_the_sync_frames() {
    let passes = Passes::new();
    assert!(passes.pass(&[], false, |_| {}));
    let first = syncs(&passes.samples());
    assert!(first.len() >= 3, "{first:?}");
    let ranges = passes.next_ranges();
    assert_eq!(*ranges, [TimeRange::from_time_to_time(at(0), at(FRAMES))]);
    assert_eq!(passes.silo.sample_count(), 0);
    let mut more = passes.pass(&ranges, false, |_| {});
    // Two are enough for pictures that were filmed; these may need one more over a part.
    if more {
        more = passes.pass(&passes.next_ranges(), false, |_| {});
    }
    let samples = passes.samples();
    assert!(!more, "the rate was missed: {}", rate(&samples));
    check_times(&samples);
    assert!((rate(&samples) / RATE as f64 - 1.0).abs() < 0.01, "{}", rate(&samples));
    assert_eq!(syncs(&samples), first);
}

#[test]
fn two_passes_meet_the_rate_where_the_end_stands_still() {
    let passes = Passes { picture: |number| clip::picture(2 * number.min(40)), ..Passes::new() };
    passes.pass(&[], false, |_| {});
    passes.pass(&passes.next_ranges(), false, |_| {});
    let rate = rate(&passes.samples());
    assert!((rate / RATE as f64 - 1.0).abs() < 0.02, "{rate}");
}

#[test]
fn a_second_process_codes_the_same() {
    let place = std::env::temp_dir().join(format!("vitascope-h264-passes-{}", std::process::id()));
    let open = || MultiPassStorage::new(Some(&place), TimeRange::INVALID, Default::default()).unwrap();
    std::fs::write(&place, b"").unwrap();
    let one = Passes::with_storage(open());
    one.pass(&[], false, |_| {});
    one.session.invalidate();
    one.storage.close().unwrap();
    let two = Passes::with_storage(open());
    two.pass(&[], true, |_| {});
    let both = Passes::new();
    both.pass(&[], false, |_| {});
    both.pass(&both.next_ranges(), true, |_| {});
    let bytes = |passes: &Passes| -> Vec<u8> {
        passes.samples().iter().flat_map(|sample| sample.data().unwrap().to_vec()).collect()
    };
    assert!(bytes(&two) == bytes(&both));
    drop(two);
    std::fs::remove_file(&place).unwrap();
}

#[test]
fn only_what_missed_is_coded_again() {
    let passes = Passes::new();
    passes.pass(&[], false, |_| {});
    let ranges = passes.next_ranges();
    // A rate that changes in the middle takes the plan away, and the rate of the pass is missed: not by so much that all
    // scenes have to make up for it.
    let raise = |number: usize| {
        if number == 60 {
            passes.session.set_property(key::AVERAGE_BIT_RATE, RATE * 4 / 3).unwrap();
        }
    };
    assert!(passes.pass(&ranges, false, raise));
    let second = passes.samples();
    let missed = (rate(&second) / RATE as f64 - 1.0).abs();
    assert!(missed > 0.02, "{}", rate(&second));
    passes.session.set_property(key::AVERAGE_BIT_RATE, RATE).unwrap();
    let ranges = passes.next_ranges();
    let kept = passes.silo.sample_count();
    assert!((1..FRAMES as u64).contains(&kept), "{kept}");
    passes.pass(&ranges, false, |_| {});
    let third = passes.samples();
    check_times(&third);
    assert!((rate(&third) / RATE as f64 - 1.0).abs() < 0.035, "{}", rate(&third));
    assert_eq!(syncs(&third), syncs(&second));
    check_decoding(&third);
    let same =
        second.iter().zip(&third).filter(|(a, b)| a.data().unwrap().to_vec() == b.data().unwrap().to_vec());
    assert!(same.count() as u64 >= kept);
}

#[test]
fn constant_quality_needs_no_second_pass() {
    let passes = Passes::new();
    passes.session.set_property(key::AVERAGE_BIT_RATE, 0).unwrap();
    assert!(!passes.pass(&[], false, |_| {}));
}

#[test]
fn other_settings_are_another_stream() {
    let passes = Passes::new();
    passes.pass(&[], false, |_| {});
    passes.session.set_property(key::ALLOW_FRAME_REORDERING, false).unwrap();
    let error = passes.session.begin_pass(false).unwrap_err();
    assert_eq!(error.status(), status::MULTI_PASS_STORAGE_IDENTIFIER_MISMATCH, "{error}");
}
