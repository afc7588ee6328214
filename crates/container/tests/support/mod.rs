//! What the tests share: ffmpeg as an independent maker and reader of files.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use vitascope_container::mp4::{Brand, Mp4Reader, Mp4Writer};
use vitascope_container::{OutputKind, create_writer};
use vitascope_core::{BlockBuffer, FormatDescription, SampleBuffer, SampleTiming, Time};

/// A directory that is removed with its contents.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("vitascope-container-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names of the files in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a tool and returns what it printed.
fn run(tool: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(tool).args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| {
        panic!("this test needs {tool} ({error}); `cargo xtask test` installs it");
    });
    assert!(output.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.is_empty(), "{tool} {arguments:?} complains: {complaints}");
    output.stdout
}

/// Runs ffmpeg, silent but for errors, which fail the test. Arguments are separated by spaces.
pub fn ffmpeg(arguments: &str) -> Vec<u8> {
    let mut all = vec!["-v", "error", "-nostdin", "-y"];
    all.extend(arguments.split(' '));
    run("ffmpeg", &all)
}

/// Runs ffprobe on the first video stream and returns its lines.
pub fn ffprobe(path: &Path, arguments: &str) -> Vec<String> {
    let mut all = vec!["-v", "error", "-select_streams", "v:0"];
    all.extend(arguments.split(' '));
    all.push(path.to_str().unwrap());
    String::from_utf8(run("ffprobe", &all)).unwrap().lines().map(str::to_owned).collect()
}

/// One entry of the video stream's description.
pub fn stream(path: &Path, entry: &str) -> String {
    ffprobe(path, &format!("-show_entries stream={entry} -of default=nw=1:nk=1")).concat()
}

/// One packet as ffprobe lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    pub pts: i64,
    pub dts: i64,
    pub duration: i64,
    pub size: u64,
    pub key: bool,
    pub hash: String,
}

/// All packets of the video stream in decode order.
pub fn packets(path: &Path) -> Vec<Packet> {
    let entries =
        "-show_packets -show_data_hash md5 -show_entries packet=pts,dts,duration,size,flags,data_hash";
    let lines = ffprobe(path, &format!("{entries} -of csv=p=0"));
    // Lines without times are side data of the packet before.
    lines
        .iter()
        .filter(|line| line.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
        .map(|line| packet(line))
        .collect()
}

fn packet(line: &str) -> Packet {
    let fields: Vec<_> = line.trim_end_matches(',').split(',').collect();
    Packet {
        pts: fields[0].parse().unwrap(),
        dts: fields[1].parse().unwrap(),
        duration: fields[2].parse().unwrap_or(0),
        size: fields[3].parse().unwrap(),
        key: fields[4].starts_with('K'),
        hash: fields[5].to_owned(),
    }
}

/// The MD5 of every decoded frame.
pub fn frame_hashes(path: &Path) -> Vec<String> {
    let text = ffmpeg(&format!("-i {} -map 0:v:0 -fps_mode passthrough -f framemd5 -", path.display()));
    let text = String::from_utf8(text).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

/// H.264 made by ffmpeg: `seconds` of a moving test picture.
pub fn h264(directory: &Directory, name: &str, source: &str, codec: &str) -> PathBuf {
    let path = directory.file(name);
    ffmpeg(&format!(
        "-f lavfi -i {source} -pix_fmt yuv420p -c:v libx264 -threads 1 {codec} {}",
        path.display()
    ));
    path
}

/// The samples of the video track of a file.
pub fn samples(path: &Path) -> Vec<SampleBuffer> {
    let mut reader = Mp4Reader::open(path).unwrap();
    let track = reader.movie().video_track().unwrap().0;
    std::iter::from_fn(|| reader.next_sample(track).unwrap()).collect()
}

/// A copy of a sample with other times and format.
pub fn retimed(sample: &SampleBuffer, format: &FormatDescription, timing: SampleTiming) -> SampleBuffer {
    let data = sample.data().unwrap();
    let copy = SampleBuffer::from_data(data, Some(format.clone()), timing).unwrap();
    copy.set_sample_attachments(0, sample.sample_attachments(0).unwrap()).unwrap();
    copy
}

/// A sample of some data.
pub fn sample(data: Vec<u8>, format: &FormatDescription, timing: SampleTiming) -> SampleBuffer {
    SampleBuffer::from_data(BlockBuffer::from_vec(data), Some(format.clone()), timing).unwrap()
}

/// Timing in one timescale.
pub fn timing(decode: i64, presentation: i64, duration: i64, timescale: i32) -> SampleTiming {
    SampleTiming {
        duration: Time::new(duration, timescale),
        presentation_time: Time::new(presentation, timescale),
        decode_time: Time::new(decode, timescale),
    }
}

/// Writes samples to a file, whose ending says what it is.
pub fn write(path: &Path, samples: &[SampleBuffer]) {
    let mut writer = create_writer(path, OutputKind::from_path(path).unwrap()).unwrap();
    samples.iter().for_each(|sample| writer.write(sample).unwrap());
    writer.finish().unwrap();
}

/// A writer of its own for settings that [`write`] does not have.
pub fn mp4_writer(path: &Path) -> Mp4Writer {
    Mp4Writer::create(path, Brand::Mp4).unwrap()
}

/// Types of the boxes at the top of a file, in order.
pub fn top_boxes(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).unwrap();
    let (mut position, mut kinds) = (0, Vec::new());
    while position + 8 <= bytes.len() {
        let size = u32::from_be_bytes(bytes[position..position + 4].try_into().unwrap()) as usize;
        kinds.push(String::from_utf8_lossy(&bytes[position + 4..position + 8]).into_owned());
        assert!(size >= 8, "a box of {size} bytes");
        position += size;
    }
    assert_eq!(position, bytes.len(), "the boxes do not fill the file");
    kinds
}

/// The body of the first box of type `kind` anywhere in a file.
pub fn find_box(path: &Path, kind: &[u8; 4]) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let at = bytes.windows(4).position(|window| window == kind)?;
    let size = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap()) as usize;
    Some(bytes[at + 4..at - 4 + size].to_vec())
}
