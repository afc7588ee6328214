//! Conversions, scalings and rotations of whole frames.
//!
//! Tab-separated: workload, peer (us, or `memcpy`), source, destination, median milliseconds a frame, million destination
//! pixels a second. Frames hold noise over a gradient; BT.709, video range; 1920x1080 unless the name says
//! otherwise.

mod joined;

use std::time::Instant;

pub(crate) use joined::run as run_joined;
use vitascope_convert::{Converter, Options, PictureDescription, Rotation, Rotator, Workers};
use vitascope_core::{
    ColorInfo, ColorPrimaries, Dictionary, FourCc, PixelBuffer, TransferFunction, YCbCrMatrix, attribute,
};

struct Workload {
    name: &'static str,
    peer: &'static str,
    source: &'static [u8; 4],
    from: (usize, usize),
    destination: &'static [u8; 4],
    to: (usize, usize),
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Quality,
    Fast,
    Rotate,
    Hdr,
}

const HD: (usize, usize) = (1920, 1080);
const HD720: (usize, usize) = (1280, 720);
const QUARTER: (usize, usize) = (960, 540);
const UPRIGHT: (usize, usize) = (1080, 1920);

const fn same(name: &'static str, source: &'static [u8; 4], destination: &'static [u8; 4]) -> Workload {
    Workload { name, peer: "vitascope", source, from: HD, destination, to: HD, kind: Kind::Quality }
}

const fn fast(mut workload: Workload) -> Workload {
    workload.peer = "vitascope-high-speed";
    workload.kind = Kind::Fast;
    workload
}

const fn scaled(
    name: &'static str,
    source: &'static [u8; 4],
    from: (usize, usize),
    destination: &'static [u8; 4],
    to: (usize, usize),
) -> Workload {
    Workload { name, peer: "vitascope", source, from, destination, to, kind: Kind::Quality }
}

const fn turned(name: &'static str, format: &'static [u8; 4]) -> Workload {
    Workload {
        name,
        peer: "vitascope",
        source: format,
        from: HD,
        destination: format,
        to: UPRIGHT,
        kind: Kind::Rotate,
    }
}

const WORKLOADS: &[Workload] = &[
    same("copy-nv12", b"420v", b"420v"),
    same("copy-bgra", b"BGRA", b"BGRA"),
    same("nv12-to-bgra", b"420v", b"BGRA"),
    fast(same("nv12-to-bgra", b"420v", b"BGRA")),
    same("bgra-to-nv12", b"BGRA", b"420v"),
    same("i420-to-nv12", b"y420", b"420v"),
    same("nv12-to-i420", b"420v", b"y420"),
    same("2vuy-to-nv12", b"2vuy", b"420v"),
    same("nv12-to-2vuy", b"420v", b"2vuy"),
    same("i420-to-2vuy", b"y420", b"2vuy"),
    same("x420-to-nv12", b"x420", b"420v"),
    same("nv12-to-x420", b"420v", b"x420"),
    Workload {
        name: "hdr10-to-709",
        peer: "vitascope",
        source: b"x420",
        from: HD,
        destination: b"420v",
        to: HD,
        kind: Kind::Hdr,
    },
    scaled("nv12-1080-to-720", b"420v", HD, b"420v", HD720),
    fast(scaled("nv12-1080-to-720", b"420v", HD, b"420v", HD720)),
    scaled("nv12-720-to-1080", b"420v", HD720, b"420v", HD),
    fast(scaled("nv12-720-to-1080", b"420v", HD720, b"420v", HD)),
    scaled("bgra-1080-to-540", b"BGRA", HD, b"BGRA", QUARTER),
    fast(scaled("bgra-1080-to-540", b"BGRA", HD, b"BGRA", QUARTER)),
    scaled("nv12-1080-to-bgra-720", b"420v", HD, b"BGRA", HD720),
    fast(scaled("nv12-1080-to-bgra-720", b"420v", HD, b"BGRA", HD720)),
    turned("rotate90-nv12", b"420v"),
    turned("rotate90-i420", b"y420"),
    turned("rotate90-bgra", b"BGRA"),
];

/// Measures every workload, or those of one name. With each goes a row of peer `memcpy`: what copying the larger of
/// its two frames took at the same time on one thread.
pub(crate) fn run(only: Option<&str>, threads: usize) -> Result<(), String> {
    let workloads = named(only)?;
    println!("workload\tpeer\tsource\tdestination\tms\tMpix/s");
    for workload in workloads {
        let subject = Subject::new(workload)?;
        let times = subject.measure(threads, 1)?;
        row(workload, workload.peer, workload.source, workload.destination, times.ours);
        row(workload, "memcpy", subject.copied, subject.copied, times.copy);
    }
    Ok(())
}

/// The workloads of a name, or all.
fn named(only: Option<&str>) -> Result<Vec<&'static Workload>, String> {
    let chosen = |workload: &&Workload| only.is_none_or(|name| name == workload.name);
    let workloads: Vec<_> = WORKLOADS.iter().filter(chosen).collect();
    if workloads.is_empty() {
        let names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
        return Err(format!(
            "no workload named {}; there are {}",
            only.unwrap_or_default(),
            names.join(", ")
        ));
    }
    Ok(workloads)
}

fn row(workload: &Workload, peer: &str, source: &[u8; 4], destination: &[u8; 4], milliseconds: f64) {
    let pixels = (workload.to.0 * workload.to.1) as f64;
    println!(
        "{}\t{peer}\t{}\t{}\t{milliseconds:.3}\t{:.0}",
        workload.name,
        String::from_utf8_lossy(source),
        String::from_utf8_lossy(destination),
        pixels / milliseconds / 1e3
    );
}

/// A workload with its frames: one source and one destination, as its peers have them, and two to copy.
struct Subject {
    workload: &'static Workload,
    frames: [PixelBuffer; 2],
    copies: [PixelBuffer; 2],
    /// Format of the copies: that of the larger frame.
    copied: &'static [u8; 4],
    workers: Workers,
}

impl Subject {
    fn new(workload: &'static Workload) -> Result<Subject, String> {
        Subject::with_frames(workload).map_err(|error| format!("{}: {error}", workload.name))
    }

    fn with_frames(workload: &'static Workload) -> vitascope_convert::Result<Subject> {
        let source = frame(workload.from, workload.source, workload.kind == Kind::Hdr)?;
        let destination = frame(workload.to, workload.destination, false)?;
        let (larger, copied) = if source.data_size() > destination.data_size() {
            (workload.from, workload.source)
        } else {
            (workload.to, workload.destination)
        };
        let copies = [frame(larger, copied, false)?, frame(larger, copied, false)?];
        let workers = Workers::default();
        Ok(Subject { workload, frames: [source, destination], copies, copied, workers })
    }

    /// Median milliseconds of the work on a number of threads, and of copying the larger frame on as many as are named
    /// for that.
    fn measure(&self, threads: usize, copy_threads: usize) -> Result<Times, String> {
        self.measure_in_turn(threads, &mut || copy_planes(&self.copies, copy_threads, &self.workers))
            .map_err(|error| format!("{}: {error}", self.workload.name))
    }

    fn measure_in_turn(&self, threads: usize, copy: Work<'_>) -> vitascope_convert::Result<Times> {
        let [source, destination] = &self.frames;
        let kind = self.workload.kind;
        if kind == Kind::Rotate {
            let rotator = Rotator { rotation: Rotation::Clockwise90, threads, ..Rotator::default() };
            return medians([&mut || rotator.run(source, destination), copy]);
        }
        let mut options = Options { threads, high_speed: kind == Kind::Fast, ..Options::default() };
        if kind == Kind::Hdr {
            options.destination_color_primaries = Some(ColorPrimaries::Itu709);
            options.destination_transfer_function = Some(TransferFunction::Itu709);
            options.destination_ycbcr_matrix = Some(YCbCrMatrix::Itu709);
        }
        let descriptions = self.frames.each_ref().map(PictureDescription::of);
        let converter = Converter::new(&descriptions[0], &descriptions[1], &options)?;
        medians([&mut || converter.run(source, destination), copy])
    }
}

/// Milliseconds of a conversion, and of a copy of the larger of its frames.
#[derive(Clone, Copy)]
struct Times {
    ours: f64,
    copy: f64,
}

fn copy_planes(
    [from, to]: &[PixelBuffer; 2],
    threads: usize,
    workers: &Workers,
) -> vitascope_convert::Result<()> {
    let (from, mut to) = (from.read()?, to.write()?);
    for (index, plane) in to.planes_mut().into_iter().enumerate() {
        let source = from.plane(index).data;
        if threads == 1 {
            plane.data.copy_from_slice(source);
            continue;
        }
        let piece = source.len().div_ceil(4 * threads);
        let pieces = plane.data.chunks_mut(piece).zip(source.chunks(piece));
        workers.for_each(threads - 1, pieces, |(to, from)| to.copy_from_slice(from));
    }
    Ok(())
}

type Work<'a> = &'a mut dyn FnMut() -> vitascope_convert::Result<()>;

/// Median milliseconds of one call of each work: 60 calls, fewer (but 12) when they take more than 1.2 s. The works
/// take turns of a dozen calls, so that both meet the same machine, whose caches take some milliseconds to settle on new frames;
/// the first calls of a turn, which find another's frames there, do not count.
fn medians(works: [Work<'_>; 2]) -> vitascope_convert::Result<Times> {
    let start = Instant::now();
    let [first, second] = works;
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    while ours.len() < 60 && (ours.len() < 12 || start.elapsed().as_millis() < 1200) {
        for (work, times) in [(&mut *first, &mut ours), (&mut *second, &mut others)] {
            for _ in 0..3 {
                work()?;
            }
            for _ in 0..12 {
                let before = Instant::now();
                work()?;
                times.push(before.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    Ok(Times { ours: median(&mut ours), copy: median(&mut others) })
}

/// Noise over a gradient. Planes begin with a page, so that all frames lie alike whatever the heap has been used for.
fn frame(
    (width, height): (usize, usize),
    format: &[u8; 4],
    hdr: bool,
) -> vitascope_convert::Result<PixelBuffer> {
    let mut attributes = Dictionary::new();
    attributes.insert(attribute::PLANE_ALIGNMENT, 4096);
    let frame = PixelBuffer::with_attributes(width, height, FourCc::new(*format), &attributes)?;
    let color = ColorInfo {
        primaries: Some(if hdr { ColorPrimaries::Itu2020 } else { ColorPrimaries::Itu709 }),
        transfer: Some(if hdr { TransferFunction::SmpteSt2084Pq } else { TransferFunction::Itu709 }),
        matrix: Some(if hdr { YCbCrMatrix::Itu2020 } else { YCbCrMatrix::Itu709 }),
        gamma: None,
    };
    color.write_to(&frame);
    let mut pixels = frame.write()?;
    let mut state = 12345u32;
    for plane in 0..frame.planes() {
        for y in 0..frame.height_of_plane(plane) {
            for (x, byte) in pixels.row_mut(plane, y).iter_mut().enumerate() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (16 + ((x % 1920) >> 4) + (state >> 24 & 31) as usize) as u8;
            }
        }
    }
    drop(pixels);
    Ok(frame)
}
