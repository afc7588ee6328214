//! What the C library costs over the engine itself: the same bytes, and hardly an instruction more.

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use support::{Workshop, exists, success};
use vitascope::core::{PixelBuffer, Time, format};
use vitascope::session::{CompressionSession, FrameOptions, SourceReference, codec, key};

const FRAMES: i64 = 1;

/// What `tests/c/overhead.c` does, by the engine alone. Run by the test below, under valgrind.
#[test]
#[ignore = "one side of the comparison below, which runs it under valgrind"]
fn engine_side() {
    let hash = Arc::new(Mutex::new(0xcbf2_9ce4_8422_2325_u64));
    let sum = hash.clone();
    let session = CompressionSession::builder(1920, 1080, codec::H264)
        .output_handler(move |output| {
            let sample = output.sample.expect("it can be coded").expect("no frame is dropped");
            let mut hash = sum.lock().expect("no thread panicked");
            for byte in sample.data().expect("it has data").contiguous().iter() {
                *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        })
        .build()
        .expect("there is an encoder");
    session.set_property(key::VITASCOPE_THREAD_COUNT, 1).expect("a thread");
    // Rows are copied, so that drawing costs next to nothing on either side.
    let pattern: Vec<u8> = (0..4096_usize).map(|x| (x * x / 64) as u8).collect();
    for frame in 0..FRAMES {
        let buffer = PixelBuffer::new(1920, 1080, format::YUV420_PLANAR).expect("memory");
        let mut pixels = buffer.write().expect("nobody else has it");
        for plane in 0..3 {
            let (width, height) = (buffer.width_of_plane(plane), buffer.height_of_plane(plane));
            for y in 0..height {
                let start = (y * (plane + 2) / 2 + frame as usize * 7) % 2048;
                pixels.row_mut(plane, y)[..width].copy_from_slice(&pattern[start..start + width]);
            }
        }
        drop(pixels);
        let (time, duration) = (Time::new(frame, 30), Time::new(1, 30));
        session
            .encode_frame(&buffer, time, duration, &FrameOptions::new(), SourceReference::None)
            .expect("the frame is taken");
    }
    session.complete_frames(Time::INVALID).expect("all frames come out");
    drop(session);
    println!("hash {:016x}", *hash.lock().expect("no thread panicked"));
}

/// Instructions and the line with the hash.
fn count(command: &mut Command) -> (f64, String) {
    let output = success(command);
    let (text, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let hash = text.lines().find_map(|line| line.find("hash ").map(|place| line[place..].to_owned()));
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    let instructions = collected.and_then(|(_, number)| number.trim().parse().ok());
    (instructions.expect("callgrind says how many"), hash.expect("the program says which bytes"))
}

#[test]
fn encoding_through_c_costs_at_most_one_percent() {
    assert!(exists("valgrind"), "valgrind is not installed; cargo xtask test installs it");
    let workshop = Workshop::new("overhead");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/overhead.c");
    let program = workshop.compile("gcc", &source, &[]);
    let callgrind = |side: &str| {
        let mut command = workshop.command(Path::new("valgrind"));
        let out = workshop.path(&format!("{side}.callgrind"));
        command.args(["--tool=callgrind", &format!("--callgrind-out-file={}", out.display())]);
        command
    };
    let through_c = count(callgrind("c").arg(&program).arg(FRAMES.to_string()));
    let test = std::env::current_exe().expect("a test has a path");
    let engine = count(callgrind("engine").arg(test).args([
        "engine_side",
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]));
    let more = 100.0 * (through_c.0 / engine.0 - 1.0);
    println!("{} instructions through C, {} by the engine alone: {more:+.3} %", through_c.0, engine.0);
    assert_eq!(through_c.1, engine.1, "the bytes differ");
    assert!(more <= 1.0, "{more:.3} % more instructions through C");
}
