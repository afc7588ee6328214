//! Low latency, slices, layers and long-term references over a network that loses packets; ffmpeg is the receiver.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;

use vitascope::core::{Dictionary, PixelBuffer, SampleBuffer, Time, format};
use vitascope::h264::format::parameter_set;
use vitascope::session::{CompressionSession, FrameOptions, codec, key};

use crate::clip::{Clip, Content};
use crate::support::{
    Probe, Scratch, decoded_hashes, encode, fail, frame_hashes, key_frames, packets, succeed, text,
};

const FRAMES: usize = 240;
/// Frames from a loss or an arrival until the sender knows of it.
const ROUND_TRIP: usize = 3;

/// A frame as it is sent.
struct Sent {
    sample: SampleBuffer,
    hash: String,
}

impl Sent {
    fn is_reference(&self) -> bool {
        self.sample.sample_attachments(0).unwrap().is_depended_on_by_others == Some(true)
    }

    fn token(&self) -> Option<i64> {
        self.sample.sample_attachments(0).unwrap().ltr_acknowledgement_token()
    }

    fn packets(&self) -> Vec<Vec<u8>> {
        let data = self.sample.data().unwrap().to_vec();
        let mut rest = data.as_slice();
        let mut packets = Vec::new();
        while let Some((length, tail)) = rest.split_first_chunk::<4>() {
            let (packet, tail) = tail.split_at(u32::from_be_bytes(*length) as usize);
            packets.push(packet.to_vec());
            rest = tail;
        }
        packets
    }
}

/// A low-latency session, one frame at a time.
struct Sender {
    session: CompressionSession,
    outputs: std::sync::mpsc::Receiver<Sent>,
    clip: Clip,
    next: usize,
}

impl Sender {
    fn new(clip: Clip, settings: Dictionary) -> Self {
        let (sender, outputs) = std::sync::mpsc::channel();
        let session = CompressionSession::builder(clip.width as i32, clip.height as i32, codec::H264)
            .encoder_specification(Dictionary::new().with("EnableLowLatencyRateControl", true))
            .output_handler(move |output| {
                let sample = output.sample.unwrap().expect("no frame is dropped");
                let hash = sample.attachment(key::VITASCOPE_RECONSTRUCTION_HASH).unwrap().0;
                let hash = hash.as_data().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
                let _ = sender.send(Sent { sample, hash });
            })
            .build()
            .unwrap();
        session.set_properties(&settings.with(key::VITASCOPE_RECONSTRUCTION_HASH, true)).unwrap();
        Sender { session, outputs, clip, next: 0 }
    }

    fn send(&mut self, options: &FrameOptions) -> Sent {
        let buffer = buffer(&self.clip, self.next);
        let time = Time::new(self.next as i64, 30);
        self.session.encode_frame(&buffer, time, Time::new(1, 30), options, 0).unwrap();
        self.next += 1;
        self.outputs.recv().unwrap()
    }
}

fn buffer(clip: &Clip, index: usize) -> PixelBuffer {
    let bytes = clip.frame(index);
    let mut rest = &bytes[b"FRAME\n".len()..];
    let buffer = PixelBuffer::new(clip.width, clip.height, format::YUV420_PLANAR).unwrap();
    let mut pixels = buffer.write().unwrap();
    for plane in 0..3 {
        let half = usize::from(plane > 0);
        for y in 0..clip.height >> half {
            let (row, tail) = rest.split_at(clip.width >> half);
            pixels.row_mut(plane, y)[..row.len()].copy_from_slice(row);
            rest = tail;
        }
    }
    drop(pixels);
    buffer
}

/// An Annex B file of frames.
fn save(path: &Path, frames: &[&Sent]) {
    let format = frames[0].sample.format().unwrap().clone();
    let mut stream = Vec::new();
    let mut append = |unit: &[u8]| {
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit);
    };
    (0..2).for_each(|index| append(parameter_set(&format, index).unwrap()));
    frames.iter().flat_map(|frame| frame.packets()).for_each(|packet| append(&packet));
    std::fs::write(path, stream).unwrap();
}

fn clip() -> Clip {
    Clip::new(176, 144, FRAMES, Content::Motion)
}

/// Repeatable, and different from packet to packet.
struct Dice(u64);

impl Dice {
    fn lost(&mut self, percent: u64) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % 100 < percent
    }
}

/// Sends the clip over a network that loses so many packets of a hundred. The receiver leaves out frames that did not
/// arrive whole, acknowledges long-term references that it shows as they were meant, and asks for a refresh when a
/// frame is missing or shown otherwise. With `base_only`, somebody on the way leaves out what is not of the base layer.
fn over_a_lossy_network(percent: u64, base_only: bool, settings: Dictionary) {
    let mut sender = Sender::new(clip(), settings.with(key::ENABLE_LTR, true));
    let mut dice = Dice(percent);
    let (mut sent, mut arrived, mut clean) = (Vec::new(), Vec::new(), Vec::new());
    let mut on_their_way: VecDeque<(usize, Report)> = VecDeque::new();
    let (mut intact, mut acknowledged, mut recoveries) = (false, false, 0);
    for number in 0..FRAMES {
        let mut options = FrameOptions::new();
        let mut refresh = false;
        while on_their_way.front().is_some_and(|(due, _)| *due <= number) {
            match on_their_way.pop_front().unwrap().1 {
                Report::Arrived(token) => {
                    options.acknowledged_ltr_tokens.push(token);
                    acknowledged = true;
                }
                Report::Lost => refresh = true,
            }
        }
        options.force_ltr_refresh = refresh;
        let frame = sender.send(&options);
        assert!(
            !frame.sample.is_sync() || number == 0 || !acknowledged,
            "sync frame {number} was not needed"
        );
        if base_only && !frame.is_reference() {
            sent.push(frame);
            continue;
        }
        let whole = number == 0 || !frame.packets().iter().fold(false, |lost, _| dice.lost(percent) | lost);
        // A refresh needs nothing but what was acknowledged.
        let shown = whole && (intact || frame.sample.is_sync() || (refresh && acknowledged));
        recoveries += usize::from(shown && !intact && number > 0);
        if frame.is_reference() {
            intact = shown;
        }
        if let (true, Some(token)) = (shown, frame.token()) {
            on_their_way.push_back((number + ROUND_TRIP, Report::Arrived(token)));
        }
        if !intact {
            on_their_way.push_back((number + ROUND_TRIP, Report::Lost));
        }
        if whole {
            arrived.push(number);
        }
        if shown {
            clean.push(number);
        }
        sent.push(frame);
    }
    assert!(
        recoveries > 0 && clean.len() * 3 > if base_only { FRAMES / 2 } else { FRAMES },
        "{recoveries} recoveries, {} clean frames",
        clean.len()
    );
    let scratch = Scratch::new();
    let path = scratch.path("received.264");
    save(&path, &arrived.iter().map(|number| &sent[*number]).collect::<Vec<_>>());
    // Frames that need lost ones make ffmpeg complain; those that do not must be exact all the same.
    let output = succeed(
        Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "fatal", "-threads", "1", "-i"])
            .arg(&path)
            .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]),
    );
    let hashes = frame_hashes(&text(&output.stdout));
    let mut decoded = hashes.iter();
    for number in clean {
        assert!(
            decoded.any(|hash| *hash == sent[number].hash),
            "frame {number} of {percent} % loss is not shown as it was meant"
        );
    }
}

/// What the receiver tells the sender.
enum Report {
    Arrived(i64),
    Lost,
}

#[test]
fn losses_are_recovered_from_without_a_sync_frame() {
    for percent in [1, 5, 20] {
        over_a_lossy_network(percent, false, Dictionary::new().with(key::AVERAGE_BIT_RATE, 150_000));
    }
}

#[test]
fn losses_are_recovered_from_with_layers_and_slices() {
    for (percent, mode, slice, base_only) in [
        (1, "CABAC", 500, false),
        (5, "CAVLC", 500, false),
        // At one packet a picture; of five of them, nothing would arrive whole.
        (20, "CABAC", 0, false),
        (1, "CAVLC", 0, true),
        (5, "CABAC", 500, true),
        (20, "CAVLC", 0, true),
    ] {
        let settings = Dictionary::new()
            .with(key::AVERAGE_BIT_RATE, 150_000)
            .with(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5)
            .with(key::H264_ENTROPY_MODE, mode)
            .with(key::MAX_H264_SLICE_BYTES, slice);
        over_a_lossy_network(percent, base_only, settings);
    }
}

#[test]
fn the_base_layer_decodes_alone() {
    for (fraction, parts) in [(0.5, 2), (0.25, 4)] {
        let settings = Dictionary::new().with(key::BASE_LAYER_FRAME_RATE_FRACTION, fraction);
        let mut sender = Sender::new(Clip { frames: 40, ..clip() }, settings);
        let sent: Vec<Sent> = (0..40).map(|_| sender.send(&FrameOptions::new())).collect();
        let base: Vec<&Sent> = sent.iter().filter(|frame| frame.is_reference()).collect();
        assert_eq!(base.len(), 40 / parts);
        let scratch = Scratch::new();
        for frames in [sent.iter().collect(), base] {
            let path = scratch.path("layers.264");
            save(&path, &frames);
            let expected: Vec<&String> = frames.iter().map(|frame| &frame.hash).collect();
            // ffmpeg says nothing about it either.
            assert_eq!(decoded_hashes(&path).iter().collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn slices_keep_their_limit_and_decode() {
    for (limit, mode) in [(150, "CABAC"), (150, "CAVLC"), (1200, "CABAC"), (1200, "CAVLC")] {
        let settings = Dictionary::new()
            .with(key::MAX_H264_SLICE_BYTES, limit)
            .with(key::H264_ENTROPY_MODE, mode)
            .with(key::QUALITY, 0.75);
        let mut sender = Sender::new(Clip { frames: 10, ..clip() }, settings);
        let sent: Vec<Sent> = (0..10).map(|_| sender.send(&FrameOptions::new())).collect();
        let largest = sent.iter().flat_map(Sent::packets).map(|packet| packet.len()).max().unwrap();
        assert!(largest <= limit as usize && largest > limit as usize / 2, "{largest} of {limit}");
        let scratch = Scratch::new();
        let path = scratch.path("slices.264");
        save(&path, &sent.iter().collect::<Vec<_>>());
        let expected: Vec<&String> = sent.iter().map(|frame| &frame.hash).collect();
        assert_eq!(decoded_hashes(&path).iter().collect::<Vec<_>>(), expected, "{limit} {mode}");
    }
}

#[test]
fn the_command_codes_with_low_latency() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(192, 160, 90, Content::Cuts(30)));
    let (output, hashes) = (scratch.path("out.mp4"), scratch.path("hashes.txt"));
    let rate = "AverageBitRate=400000";
    let mut command = encode(&source, &output, &[rate]);
    succeed(command.args(["--low-latency", "--preset", "VideoConferencing", "--hashes"]).arg(&hashes));
    // Scene cuts neither make key frames nor bursts, and nothing is reordered.
    assert_eq!(key_frames(&output), [0]);
    assert_eq!(Probe::stream(&output).value("has_b_frames"), "0");
    let burst = |path: &Path| {
        let sizes: Vec<u64> = packets(path).iter().map(|packet| packet.size).collect();
        *sizes[1..].iter().max().unwrap() as f64 * sizes.len() as f64 / sizes.iter().sum::<u64>() as f64
    };
    assert!(burst(&output) <= 1.5, "{}", burst(&output));
    let expected = frame_hashes(&std::fs::read_to_string(&hashes).unwrap());
    assert_eq!(decoded_hashes(&output), expected);
    // Without it the first frame of a scene gets what it needs.
    succeed(&mut encode(&source, &output, &[rate]));
    assert!(burst(&output) > 2.0, "{}", burst(&output));
    let refused = fail(encode(&source, &output, &[]).args(["--low-latency", "--passes", "2"]), 2);
    assert!(refused.contains("--passes"), "{refused}");
    let refused = fail(encode(&source, &output, &["VariableBitRate=400000"]).arg("--low-latency"), 2);
    assert!(refused.contains("VariableBitRate is not supported with --low-latency"), "{refused}");
}
