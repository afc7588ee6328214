//! Sessions with any properties of the table, set by lot before and during the stream, eight at once: ordinary and low-latency
//! ones, frames at even and uneven times, of one size and format or of several, with and without wishes of their own.
//!
//! What a session accepts must give a stream that ffmpeg decodes to the encoder's reconstruction, with the same bytes at any
//! number of threads and any instruction set. `VITASCOPE_RANDOM_CASES=5000 cargo test -p vitascope-cli random` hunts for more,
//! and `VITASCOPE_RANDOM_SEED=100000` elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use vitascope::container::{OutputKind, create_writer, y4m};
use vitascope::core::{Dictionary, FourCc, PixelBuffer, SampleBuffer, Time, Value, format};
use vitascope::session::property::{Access, Change, Kind, PropertyRow};
use vitascope::session::{CompressionSession, FrameOptions, PixelTransferSession, codec, key};

use crate::clip::{Clip, Content};
use crate::lot::Lot;
use crate::support::{Scratch, decoded_hashes};

/// Cases in an ordinary run.
const CASES: u64 = 48;
/// Sessions at a time.
const AT_ONCE: usize = 8;

/// Formats of the pictures that go in.
const FORMATS: [FourCc; 12] = [
    format::YUV420_PLANAR,
    format::YUV420_PLANAR_FULL,
    format::YUV420_BIPLANAR_VIDEO,
    format::YUV420_BIPLANAR_FULL,
    format::YUV420_10_BIPLANAR_VIDEO,
    format::YUV422_10_BIPLANAR_VIDEO,
    format::YUV422_UYVY,
    format::YUV422_10,
    format::YUV444_BIPLANAR_VIDEO,
    format::BGRA32,
    format::ARGB2101010_LE,
    format::ONE_COMPONENT_8,
];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn seeds() -> Vec<u64> {
    let first = setting("VITASCOPE_RANDOM_SEED").unwrap_or(1);
    (first..first + setting("VITASCOPE_RANDOM_CASES").unwrap_or(CASES)).collect()
}

#[test]
fn random_properties_conform() {
    let scalar = Command::new(std::env::current_exe().expect("this test runs"))
        .args([
            "random_properties::prints_what_random_properties_give",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("VITASCOPE_CPU", "scalar")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test runs again");
    let seeds = seeds();
    let mut streams = BTreeMap::new();
    at_once(&seeds, check, |seed, (size, digest)| {
        streams.insert(seed, (size, digest));
    });
    let mut sizes: Vec<usize> = streams.values().map(|(size, _)| *size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    assert!(sizes.len() > seeds.len() / 2, "the settings hardly matter: {} streams", sizes.len());

    let output = scalar.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout);
    let mut compared = 0;
    for line in said.lines() {
        let Some((seed, digest)) = line.split_once("scalar ").and_then(|(_, words)| words.split_once(' '))
        else {
            continue;
        };
        let seed: u64 = seed.parse().expect("a seed");
        assert_eq!(
            digest,
            streams[&seed].1,
            "other bytes with another instruction set: seed {seed}, {}",
            Case::draw(seed).said()
        );
        compared += 1;
    }
    assert_eq!(compared, seeds.len(), "{said}");
}

#[test]
#[ignore = "a part of the test above, in a process of its own that has another instruction set"]
fn prints_what_random_properties_give() {
    let digest = |seed| {
        let case = Case::draw(seed);
        digest(&encode(&case, &mut Lot::new(seed + 1_000_000), 2).0)
    };
    at_once(&seeds(), digest, |seed, digest| println!("scalar {seed} {digest}"));
}

/// Runs cases, several at a time.
fn at_once<T: Send>(seeds: &[u64], run: impl Fn(u64) -> T + Sync, mut done: impl FnMut(u64, T)) {
    for seeds in seeds.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let run = &run;
            let running: Vec<_> = seeds.iter().map(|&seed| (seed, scope.spawn(move || run(seed)))).collect();
            for (seed, case) in running {
                done(seed, case.join().unwrap_or_else(|_| panic!("seed {seed} failed; see above")));
            }
        });
    }
}

fn digest(samples: &[SampleBuffer]) -> String {
    let mut hasher = DefaultHasher::new();
    samples.iter().for_each(|sample| sample.data().expect("coded data").to_vec().hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}

/// The session and the pictures of a case.
struct Case {
    clip: Clip,
    low_latency: bool,
    pictures: Vec<PixelBuffer>,
    times: Vec<Time>,
}

impl Case {
    fn draw(seed: u64) -> Self {
        let mut lot = Lot::new(seed);
        let contents = [Content::Motion, Content::Cuts(5), Content::Fade, Content::Noise, Content::Still];
        let clip =
            Clip::new(16 + lot.below(100), 16 + lot.below(80), 2 + lot.below(24), lot.one_of(&contents));
        let bytes = clip.bytes();
        let mut reader = y4m::Reader::new(&bytes[..]).expect("a y4m clip");
        let format = if lot.chance(2) { FORMATS[0] } else { lot.one_of(&FORMATS) };
        let mixed = lot.chance(6);
        let low_latency = lot.chance(4);
        let times = times(clip.frames, &mut lot);
        let transfer = PixelTransferSession::new();
        let pictures = std::iter::from_fn(|| reader.next_frame().expect("whole frames")).map(|picture| {
            let (mut size, mut format) = ((picture.width(), picture.height()), format);
            if mixed && lot.chance(3) {
                size = (8 + lot.below(2 * size.0), 8 + lot.below(2 * size.1));
                format = lot.one_of(&FORMATS);
            }
            let converted = PixelBuffer::new(size.0, size.1, format).expect("a small picture");
            transfer.transfer_image(&picture, &converted).expect("a conversion");
            converted
        });
        let pictures = pictures.collect();
        Case { clip, low_latency, pictures, times }
    }

    fn said(&self) -> String {
        let Case { clip, low_latency, pictures, times } = self;
        let (first, last) = (&pictures[0], times[times.len() - 1]);
        let (width, height, format) = (first.width(), first.height(), first.format());
        format!(
            "{clip:?}, the first {width}x{height} {format}, the last at {last}, low latency: {low_latency}"
        )
    }
}

/// 25 frames per second, or times with small and great distances.
fn times(frames: usize, lot: &mut Lot) -> Vec<Time> {
    if lot.chance(2) {
        return (0..frames as i64).map(|index| Time::new(index, 25)).collect();
    }
    let timescale = lot.one_of(&[25, 600, 90_000]);
    let greatest = lot.one_of(&[2, 40, 3 * timescale as usize]);
    let mut value = lot.below(1000) as i64 - 500;
    let next = |_| {
        value += 1 + lot.below(greatest) as i64;
        Time::new(value, timescale)
    };
    (0..frames).map(next).collect()
}

/// Codes the case twice and holds it against ffmpeg; gives the size of the stream and a digest of it.
fn check(seed: u64) -> (usize, String) {
    let scratch = Scratch::new();
    let case = Case::draw(seed);
    let (one, said) = encode(&case, &mut Lot::new(seed + 1_000_000), 1);
    let (many, _) = encode(&case, &mut Lot::new(seed + 1_000_000), 3);
    let told = format!("seed {seed}, {}\n{said}", case.said());
    assert_eq!(digest(&one), digest(&many), "other bytes with more threads: {told}");
    assert_eq!(one.len(), case.clip.frames, "{told}");
    assert!(one.is_sorted_by(|a, b| a.decode_time() < b.decode_time()), "decode times: {told}");
    assert!(
        one.iter().all(|sample| sample.decode_time() <= sample.presentation_time()),
        "decode times: {told}"
    );

    let path = scratch.path("out.264");
    let mut writer = create_writer(&path, OutputKind::AnnexB).expect("a place to write");
    for sample in &one {
        writer.write(sample).unwrap_or_else(|error| panic!("{error}: {told}"));
    }
    writer.finish().expect("a place to write");
    let mut shown: Vec<(Time, String)> =
        one.iter().map(|sample| (sample.presentation_time(), hash(sample))).collect();
    shown.sort_by_key(|(time, _)| *time);
    let ours: Vec<String> = shown.into_iter().map(|(_, hash)| hash).collect();
    assert!(ours == decoded_hashes(&path), "decodes to other samples: {told}");
    (one.iter().map(SampleBuffer::total_sample_size).sum(), digest(&one))
}

fn hash(sample: &SampleBuffer) -> String {
    let (hash, _) = sample.attachment(key::VITASCOPE_RECONSTRUCTION_HASH).expect("it was asked for");
    hash.as_data().expect("bytes").iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The samples, and what was set.
fn encode(case: &Case, lot: &mut Lot, threads: i64) -> (Vec<SampleBuffer>, String) {
    let (sender, outputs) = channel();
    let side = |side: usize| i32::try_from(side).expect("a small picture");
    let (width, height) = (side(case.clip.width), side(case.clip.height));
    let specification = Dictionary::new().with("EnableLowLatencyRateControl", case.low_latency);
    let session = CompressionSession::builder(width, height, codec::H264)
        .encoder_specification(specification)
        .output_handler(move |output| {
            let _ = sender.send(output.sample);
        })
        .build()
        .expect("a session");
    session.set_property(key::VITASCOPE_RECONSTRUCTION_HASH, true).expect("it is there");
    session.set_property(key::VITASCOPE_THREAD_COUNT, threads).expect("it is there");
    let mut said = String::new();
    // A few of the rows; most combinations of all of them are refused as a whole.
    let rows = session.property_table().rows().to_vec();
    for row in &rows {
        if lot.chance(4) {
            set(&session, row, lot, &mut said);
        }
    }
    let live: Vec<_> = rows
        .iter()
        .copied()
        .filter(|row| matches!(row.change, Change::AnyTime | Change::ValueAnyTime))
        .collect();
    for (index, picture) in case.pictures.iter().enumerate() {
        if lot.chance(6) {
            let _ = write!(said, "before frame {index}: ");
            set(&session, lot.one_of(&live), lot, &mut said);
        }
        let options = options(index, lot);
        if options != FrameOptions::new() {
            let _ = writeln!(said, "frame {index}: {options:?}");
        }
        let duration = if lot.chance(2) { Time::INVALID } else { Time::new(1, 25) };
        session
            .encode_frame(picture, case.times[index], duration, &options, index as u64)
            .unwrap_or_else(|error| panic!("frame {index}: {error}\n{said}"));
    }
    session.complete_frames(Time::INVALID).unwrap_or_else(|error| panic!("{error}\n{said}"));
    let sample = |outcome: vitascope::session::Result<Option<SampleBuffer>>| {
        outcome.unwrap_or_else(|error| panic!("{error}\n{said}")).expect("no frame is dropped")
    };
    (outputs.try_iter().map(sample).collect(), said)
}

/// Wishes for a frame, mostly none. The tokens are guessed: those that are not in use are to do nothing.
fn options(index: usize, lot: &mut Lot) -> FrameOptions {
    let tokens = if lot.chance(4) { vec![lot.below(index + 1) as i64] } else { Vec::new() };
    FrameOptions::new()
        .with_force_key_frame(lot.chance(16))
        .with_force_ltr_refresh(lot.chance(16))
        .with_acknowledged_ltr_tokens(tokens)
        .with_base_frame_qp(lot.chance(16).then(|| lot.below(52) as u8))
}

/// Sets a property to something of its kind, which the session may refuse.
fn set(session: &CompressionSession, row: &PropertyRow, lot: &mut Lot, said: &mut String) {
    // What depends on the clock, what the test itself needs, and what changes the format of the samples.
    const LEFT_ALONE: [&str; 3] =
        [key::REAL_TIME, key::VITASCOPE_RECONSTRUCTION_HASH, key::VITASCOPE_THREAD_COUNT];
    if row.access == Access::ReadOnly || LEFT_ALONE.contains(&row.key) {
        return;
    }
    let Some(value) = value(row, lot) else { return };
    let outcome = if session.set_property(row.key, value.clone()).is_ok() { "" } else { " (refused)" };
    let _ = writeln!(said, "{} = {value}{outcome}", row.key);
}

/// Anything that the row's kind accepts; small numbers more often than great ones.
fn value(row: &PropertyRow, lot: &mut Lot) -> Option<Value> {
    Some(match row.kind {
        Kind::Boolean => Value::from(lot.chance(2)),
        Kind::Integer { minimum, maximum } => {
            let range = maximum.saturating_sub(minimum);
            let magnitude = 1i64.checked_shl(lot.below(24) as u32).unwrap_or(1);
            Value::from(minimum + (lot.below(magnitude as usize + 1) as i64).min(range))
        }
        Kind::Float { minimum, maximum } => {
            let maximum = maximum.min(minimum + [1.0, 10.0, 60.0][lot.below(3)]);
            Value::from(minimum + (maximum - minimum) * lot.below(33) as f64 / 32.0)
        }
        Kind::Enumeration(choices) => Value::from(lot.one_of(choices)),
        Kind::Data { length } => Value::data((0..length).map(|_| lot.below(256) as u8).collect::<Vec<u8>>()),
        Kind::Dictionary(fields) => {
            let number = |field: &vitascope::session::property::DictionaryField| {
                (field.key, field.minimum.max(0.0) + lot.below(16) as f64)
            };
            Value::from(fields.iter().map(number).collect::<Dictionary>())
        }
        Kind::DataRates => {
            let limit = |lot: &mut Lot| {
                let seconds = [0.04, 0.5, 1.0, 2.0][lot.below(4)];
                [Value::from(50 << lot.below(12)), Value::from(seconds)]
            };
            Value::from((0..lot.below(3)).flat_map(|_| limit(lot)).collect::<Vec<Value>>())
        }
        // Texts and nested values have tests of their own.
        _ => return None,
    })
}
