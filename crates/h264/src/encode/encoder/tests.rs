//! What the tools of an encoder do to its streams.

use super::super::config::{DirectPrediction, EntropyMode, SliceKind};
use super::super::effort::{PartReferences, VectorTrials};
use super::super::rate_config::RateControl;
use super::super::worker::Company;
use super::*;

/// An effort without any of the tools that are tested.
fn base_tools() -> Tools {
    Tools { trials: true, ..Tools::at(4) }
}

fn input(frame: usize) -> FrameInput {
    FrameInput {
        token: frame as u64,
        presentation_time: vitascope_core::Time::new(frame as i64, 25),
        duration: vitascope_core::Time::new(1, 25),
        force_key_frame: false,
        messages: Vec::new(),
        force_long_term_refresh: false,
        base_qp: None,
    }
}

/// Sizes of coded frames after the first of a pattern that moves; and how many of them are B pictures that others refer to.
fn sizes(tools: Tools) -> (Vec<usize>, usize) {
    sizes_with(tools, false, None)
}

/// The same of a pattern that, when `fades`, goes to black, with all frames at one quantiser.
fn sizes_with(tools: Tools, fades: bool, base_qp: Option<u8>) -> (Vec<usize>, usize) {
    let config = EncoderConfig {
        width: 96,
        height: 64,
        threads: 1,
        reference_frames: 4,
        frame_rate: Some(25.0),
        ..EncoderConfig::default()
    };
    let mut encoder = Encoder::with_tools(config, tools).unwrap();
    for frame in 0..24usize {
        let buffer = PixelBuffer::new(96, 64, vitascope_core::format::YUV420_PLANAR).unwrap();
        let mut pixels = buffer.write().unwrap();
        for plane in 0..3 {
            let (width, height, base) = if plane == 0 { (96, 64, 16) } else { (48, 32, 128) };
            for y in 0..height {
                for (x, sample) in pixels.row_mut(plane, y)[..width].iter_mut().enumerate() {
                    let (x, y) = (x + 2 * frame, y + frame);
                    let noise = ((x * 7919 + y * 104_729) as u32).wrapping_mul(2_654_435_761) >> 26;
                    let texture = ((x / 8 * 31 + y / 8 * 57) % 11 * 12) as i32 + noise as i32;
                    let shown = if plane == 0 { texture } else { (texture - 90) / 4 };
                    let scale = if fades { 24 - frame as i32 } else { 24 };
                    *sample = (base + shown * scale / 24) as u8;
                }
            }
        }
        drop(pixels);
        encoder.submit(&buffer, FrameInput { base_qp, ..input(frame) }).unwrap();
    }
    encoder.flush().unwrap();
    let frames: Vec<_> = std::iter::from_fn(|| encoder.receive()).collect();
    let references =
        frames.iter().filter(|frame| frame.slice_kind == SliceKind::B && frame.is_reference).count();
    (frames.iter().skip(1).map(|frame| frame.data.len()).collect(), references)
}

#[test]
fn a_frame_that_is_waited_for_leaves_its_memory_to_the_next() {
    for threads in [1, 2] {
        let config =
            EncoderConfig { width: 96, height: 64, threads, low_latency: true, ..EncoderConfig::default() };
        let mut encoder = Encoder::new(config).unwrap();
        let buffer = PixelBuffer::new(96, 64, vitascope_core::format::YUV420_PLANAR).unwrap();
        let memory = |encoder: &Encoder| {
            encoder.spare_sources.iter().map(|spare| spare.luma.as_ptr()).collect::<Vec<_>>()
        };
        let before = memory(&encoder);
        assert_eq!(before.len(), 1);
        for frame in 0..3 {
            encoder.submit(&buffer, input(frame)).unwrap();
            assert!(encoder.receive().is_some());
            assert_eq!(memory(&encoder), before, "{threads} threads, frame {frame}");
        }
    }
}

#[test]
fn weights_save_a_part_of_a_fade_and_cost_next_to_nothing_elsewhere() {
    // At one quantiser: otherwise what weights save makes pictures finer.
    let total = |weighted, fades| -> usize {
        sizes_with(Tools { weighted, ..base_tools() }, fades, Some(28)).0.iter().sum()
    };
    let (with, without) = (total(true, true), total(false, true));
    assert!(10 * with < 9 * without, "{with} bytes with weights, {without} without");
    let (with, without) = (total(true, false), total(false, false));
    assert!(with <= without + 24 * 4, "{with} bytes with weights, {without} without");
}

#[test]
fn each_tool_of_the_higher_efforts_changes_the_stream() {
    let base = sizes(base_tools()).0.iter().sum::<usize>();
    let of = |tools| sizes(tools).0.iter().sum::<usize>();
    assert_ne!(of(Tools { trials: false, ..base_tools() }), base);
    assert_ne!(of(Tools { trellis: true, ..base_tools() }), base);
    assert_ne!(of(Tools { rd_modes: true, ..base_tools() }), base);
    assert_ne!(of(Tools { rd_transform: true, ..base_tools() }), base);
    assert_ne!(of(Tools { part_references: PartReferences::All, ..base_tools() }), base);
    assert_ne!(of(Tools { rd_vectors: VectorTrials::All, ..base_tools() }), base);
    assert_ne!(of(Tools { implicit_weights: true, ..base_tools() }), base);
    assert_eq!(sizes(base_tools()).1, 0);
    assert!(sizes(Tools { b_pyramid: true, ..base_tools() }).1 > 0, "no B reference");
}

/// Frames after the first of textures behind windows of 8x4 samples, each of which moves in its own way.
fn striped(tools: Tools, entropy: Option<EntropyMode>) -> Vec<u8> {
    let rate_control = RateControl::ConstantQuality(0.8);
    let config = EncoderConfig {
        width: 96,
        height: 64,
        threads: 1,
        rate_control,
        entropy,
        ..EncoderConfig::default()
    };
    let mut encoder = Encoder::with_tools(config, tools).unwrap();
    for frame in 0..8usize {
        let buffer = PixelBuffer::new(96, 64, vitascope_core::format::YUV420_PLANAR).unwrap();
        let mut pixels = buffer.write().unwrap();
        for y in 0..64usize {
            for (x, sample) in pixels.row_mut(0, y)[..96].iter_mut().enumerate() {
                let window = x / 8 + y / 4 * 12;
                let shown = x + 100 + window * 7 % 3 * frame;
                let texture = ((shown * 7919 + window * 104_729) as u32).wrapping_mul(2_654_435_761) >> 24;
                *sample = (64 + texture / 2) as u8;
            }
        }
        for plane in [1, 2] {
            (0..32).for_each(|y| pixels.row_mut(plane, y)[..48].fill(128));
        }
        drop(pixels);
        encoder.submit(&buffer, input(frame)).unwrap();
    }
    encoder.flush().unwrap();
    std::iter::from_fn(|| encoder.receive()).skip(1).flat_map(|frame| frame.data).collect()
}

#[test]
fn blocks_of_four_rows_follow_what_moves_behind_them() {
    let tools = Tools { b_frames: 0, lookahead: 0, ..Tools::at(9) };
    let bytes = |tools| striped(tools, None).len();
    let (with, without) = (bytes(tools), bytes(Tools { sub_partitions: false, ..tools }));
    assert!(with < without, "{with} bytes with small blocks, {without} without");
}

#[test]
fn levels_are_chosen_by_their_codes_with_either_entropy_coder() {
    for entropy in [EntropyMode::Cavlc, EntropyMode::Cabac] {
        let of = |trellis| striped(Tools { trellis, ..base_tools() }, Some(entropy));
        assert!(of(true) != of(false), "{entropy:?}");
    }
}

/// Bytes of the B pictures of 24 frames with windows of 16x16 samples, each of which moves steadily in its own way.
fn windows(direct_prediction: DirectPrediction, tools: Tools) -> usize {
    let config = EncoderConfig {
        width: 128,
        height: 96,
        threads: 1,
        frame_rate: Some(25.0),
        rate_control: RateControl::ConstantQuality(0.6),
        direct_prediction,
        ..EncoderConfig::default()
    };
    let mut encoder = Encoder::with_tools(config, tools).unwrap();
    for frame in 0..24usize {
        let buffer = PixelBuffer::new(128, 96, vitascope_core::format::YUV420_PLANAR).unwrap();
        let mut pixels = buffer.write().unwrap();
        for y in 0..96usize {
            for (x, sample) in pixels.row_mut(0, y)[..128].iter_mut().enumerate() {
                let window = x / 16 + y / 16 * 8;
                let (dx, dy) = (window * 5 % 4, window * 3 % 2);
                let (x, y) = (x + 100 - dx * frame, y + 100 - dy * frame);
                let texture = ((x / 3 * 7919 + y / 3 * 104_729) as u32).wrapping_mul(2_654_435_761) >> 24;
                *sample = (64 + texture / 6) as u8;
            }
        }
        for plane in [1, 2] {
            (0..48).for_each(|y| pixels.row_mut(plane, y)[..64].fill(128));
        }
        drop(pixels);
        encoder.submit(&buffer, input(frame)).unwrap();
    }
    encoder.flush().unwrap();
    let frames = std::iter::from_fn(|| encoder.receive());
    frames.filter(|frame| frame.slice_kind == SliceKind::B).map(|frame| frame.data.len()).sum()
}

#[test]
fn motion_comes_from_the_picture_after_where_neighbours_move_otherwise() {
    let tools = Tools { temporal_direct: true, ..base_tools() };
    let of = |direct| windows(direct, tools);
    let (spatial, temporal) = (of(DirectPrediction::Spatial), of(DirectPrediction::Temporal));
    let chosen = of(DirectPrediction::Automatic);
    assert!(20 * temporal < 19 * spatial, "{temporal} bytes temporally, {spatial} spatially");
    // The first pictures know nothing yet.
    assert!(
        2 * chosen < temporal + spatial,
        "{chosen} bytes chosen, {temporal} temporally, {spatial} spatially"
    );
    let unaware = windows(DirectPrediction::Automatic, Tools { temporal_direct: false, ..tools });
    assert_eq!(unaware, spatial);
}

/// The task of a key frame of 96x64 samples, none of whose rows is done.
fn task(
    max_slice_bytes: u32,
) -> std::sync::Arc<dyn super::super::worker::RowTask<Output = super::CodedFrame>> {
    let config = EncoderConfig { width: 96, height: 64, max_slice_bytes, ..EncoderConfig::default() };
    let mut encoder = Encoder::with_tools(config, Tools::at(2)).unwrap();
    let source = Arc::new(SourcePicture::new(encoder.geometry));
    let waiting = Waiting {
        token: 0,
        source: Arc::clone(&source),
        messages: Vec::new(),
        max_slice_bytes: max_slice_bytes as usize,
        refresh: false,
        rate: encoder.sequencer.rate.submitted(input(0).presentation_time, None),
    };
    let luma = LumaView { data: &source.luma, stride: source.luma_stride(), width: 96, height: 64 };
    let info = FrameInfo {
        presentation_time: input(0).presentation_time,
        duration: input(0).duration,
        force_key: false,
        intra_only: false,
    };
    encoder.lookahead.push(luma, info, waiting).unwrap();
    encoder.lookahead.flush();
    let planned = encoder.lookahead.pop().unwrap();
    let picture = PictureWriter::new(encoder.geometry);
    encoder.sequencer.next(planned, &picture, &encoder.workers).0.into_task(picture, Company::Busy)
}

#[test]
fn a_second_thread_follows_in_the_row_below() {
    let shared = task(0);
    assert_eq!(shared.claim(false), Some(0));
    // Nothing of the first row is done: only who may wait for it gets the second.
    assert_eq!((shared.claim(false), shared.claim(true)), (None, Some(1)));
    // The third begins when the first is written.
    assert_eq!(shared.claim(true), None);
    std::thread::scope(|scope| {
        let below = scope.spawn(|| shared.run_row(1, &|| {}));
        // It cannot end before the row above.
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!below.is_finished());
        assert!(!shared.run_row(0, &|| {}));
        assert!(!below.join().unwrap());
    });
    assert_eq!((shared.claim(false), shared.claim(true)), (Some(2), Some(3)));
    let last = std::thread::scope(|scope| {
        let below = scope.spawn(|| shared.run_row(3, &|| {}));
        (shared.run_row(2, &|| {}), below.join().unwrap())
    });
    // Whoever leaves last says that the picture is done.
    assert!(last.0 != last.1);
    assert!(shared.finish().is_some_and(|coded| coded.data.len() > 4));
}

#[test]
fn rows_of_sized_slices_follow_each_other() {
    let alone = task(200);
    assert_eq!(alone.claim(true), Some(0));
    assert_eq!(alone.claim(true), None);
    assert!(!alone.run_row(0, &|| {}));
    assert_eq!((alone.claim(true), alone.claim(true)), (Some(1), None));
}
