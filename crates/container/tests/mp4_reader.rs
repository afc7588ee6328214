//! MP4 and QuickTime files of ffmpeg, read by us.

mod support;

use std::io::Cursor;
use std::path::Path;

use support::{Directory, Packet, ffmpeg, h264, packets, samples, stream};
use vitascope_container::mp4::Mp4Reader;
use vitascope_container::{ContainerKind, probe};
use vitascope_core::{SampleBuffer, Time};

const SOURCE: &str = "testsrc2=s=64x48:r=25:d=2";
const REORDERED: &str = "-bf 3 -x264-params keyint=15:scenecut=0:b-adapt=0";

/// Our samples in ffprobe's terms, without the data's hash.
fn as_packets(samples: &[SampleBuffer]) -> Vec<Packet> {
    let packet = |sample: &SampleBuffer| {
        let timing = sample.sample_timing(0).unwrap();
        Packet {
            pts: timing.presentation_time.value,
            dts: timing.decode_time.value,
            duration: timing.duration.value,
            size: sample.total_sample_size() as u64,
            key: sample.is_sync(),
            hash: String::new(),
        }
    };
    samples.iter().map(packet).collect()
}

fn check(path: &Path) {
    // ffprobe's durations are guesses from the frame rate; ours are the distances of the decode times.
    let bare = |p: Packet| Packet { hash: String::new(), duration: 0, ..p };
    let expected: Vec<_> = packets(path).into_iter().map(bare).collect();
    assert!(!expected.is_empty());
    let found = as_packets(&samples(path));
    assert!(found.windows(2).all(|pair| pair[0].dts + pair[0].duration == pair[1].dts), "{found:?}");
    assert_eq!(found.into_iter().map(bare).collect::<Vec<_>>(), expected, "{}", path.display());
    let info = probe(path).unwrap();
    let video = info.tracks.iter().find(|track| track.media_type.to_string() == "'vide'").unwrap();
    assert_eq!(video.frame_count, expected.len() as u64);
    assert_eq!(video.key_frame_count, expected.iter().filter(|p| p.key).count() as u64);
    assert_eq!(video.bytes, expected.iter().map(|p| p.size).sum::<u64>());
}

#[test]
fn every_arrangement_of_ffmpeg_is_read() {
    let directory = Directory::new();
    let original = h264(&directory, "original.mp4", SOURCE, REORDERED);
    check(&original);
    for (name, options) in [
        ("faststart.mp4", "-movflags +faststart"),
        ("movie.mov", "-video_track_timescale 600"),
        ("negative.mp4", "-movflags +negative_cts_offsets"),
        ("fragmented.mp4", "-movflags +frag_keyframe+empty_moov"),
        ("based.mp4", "-movflags +frag_every_frame+empty_moov+default_base_moof"),
        ("mixed.mp4", "-movflags +frag_keyframe"),
    ] {
        let path = directory.file(name);
        ffmpeg(&format!("-i {} -c copy {options} {}", original.display(), path.display()));
        check(&path);
    }
}

#[test]
fn fragments_with_negative_offsets_keep_their_times() {
    // ffprobe shows such files later than they are, by the least offset; the original tells what is right.
    let directory = Directory::new();
    let original = h264(&directory, "original.mp4", SOURCE, REORDERED);
    let path = directory.file("cmaf.mp4");
    ffmpeg(&format!(
        "-i {} -c copy -movflags +cmaf -frag_duration 300000 {}",
        original.display(),
        path.display()
    ));
    assert_eq!(as_packets(&samples(&path)), as_packets(&samples(&original)));
    let track = probe(&path).unwrap().tracks.remove(0);
    assert_eq!(
        (track.frame_count, track.start, track.duration),
        (50, Some(Time::ZERO), Some(Time::new(2, 1)))
    );
}

#[test]
fn other_tracks_do_not_disturb() {
    let directory = Directory::new();
    let path = directory.file("both.mov");
    let audio = "-f lavfi -i sine=d=2 -f lavfi -i";
    ffmpeg(&format!(
        "{audio} {SOURCE} -c:a pcm_s16le -c:v libx264 -pix_fmt yuv420p {REORDERED} {}",
        path.display()
    ));
    check(&path);
    let info = probe(&path).unwrap();
    let kinds: Vec<_> = info.tracks.iter().map(|track| track.media_type.to_string()).collect();
    assert_eq!((info.container, kinds.len()), (ContainerKind::QuickTime, 2));
    assert!(kinds.contains(&"'soun'".to_owned()), "{kinds:?}");
    let audio = info.tracks.iter().find(|track| track.size.is_none()).unwrap();
    assert_eq!(audio.frame_count, 88200);
    assert_eq!(audio.duration.unwrap().seconds(), 2.0);
}

#[test]
fn probe_tells_what_a_movie_holds() {
    let directory = Directory::new();
    let path = directory.file("tagged.mp4");
    let tags = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range pc -aspect 16:9";
    ffmpeg(&format!(
        "-f lavfi -i {SOURCE} -pix_fmt yuv420p -c:v libx264 {REORDERED} {tags} {}",
        path.display()
    ));
    let info = probe(&path).unwrap();
    assert_eq!((info.container, info.bytes), (ContainerKind::Mp4, std::fs::metadata(&path).unwrap().len()));
    let [track] = &info.tracks[..] else { panic!("one track") };
    assert_eq!((track.codec.to_string(), track.size), ("'avc1'".to_owned(), Some((64, 48))));
    assert_eq!((track.frame_count, track.key_frame_count), (50, 4));
    assert_eq!((track.duration, track.start), (Some(Time::new(2, 1)), Some(Time::new(0, 1))));
    assert_eq!(track.color.unwrap().code_points(), (1, 1, 1));
    assert_eq!(track.full_range, Some(true));
    assert_eq!(track.pixel_aspect.unwrap().ratio(), 4.0 / 3.0);
    assert!(track.format.as_ref().unwrap().extension_atom("avcC").is_some());
    assert_eq!(stream(&path, "nb_frames"), "50");
}

#[test]
fn probe_tells_what_streams_hold() {
    let directory = Directory::new();
    let path = directory.file("clip.y4m");
    ffmpeg(&format!("-f lavfi -i {SOURCE} -pix_fmt yuv422p {}", path.display()));
    let info = probe(&path).unwrap();
    let [track] = &info.tracks[..] else { panic!("one track") };
    assert_eq!((info.container, track.codec.to_string()), (ContainerKind::Y4m, "'422v'".to_owned()));
    assert_eq!((track.frame_count, track.size, track.duration), (50, Some((64, 48)), Some(Time::new(2, 1))));
    assert!(track.damage.is_none());
    let mut cut = std::fs::read(&path).unwrap();
    cut.truncate(cut.len() - 1);
    std::fs::write(&path, cut).unwrap();
    let track = probe(&path).unwrap().tracks.remove(0);
    assert_eq!(track.frame_count, 49);
    assert_eq!(track.damage.unwrap().to_string(), "y4m frame 49 is cut off: 6143 of 6144 bytes");

    let path = directory.file("clip.264");
    ffmpeg(&format!("-f lavfi -i {SOURCE} -pix_fmt yuv420p -c:v libx264 {REORDERED} {}", path.display()));
    let info = probe(&path).unwrap();
    let [track] = &info.tracks[..] else { panic!("one track") };
    assert_eq!((info.container, track.frame_count, track.key_frame_count), (ContainerKind::AnnexB, 50, 4));
    assert_eq!(track.parameter_sets.iter().map(|set| set[0] & 31).collect::<Vec<_>>(), [7, 8]);
}

#[test]
fn probe_tells_how_much_of_a_cut_off_movie_is_there() {
    let directory = Directory::new();
    let plain = h264(&directory, "plain.mp4", SOURCE, &format!("{REORDERED} -movflags +faststart"));
    let fragmented = directory.file("fragmented.mp4");
    ffmpeg(&format!(
        "-i {} -c copy -movflags +frag_every_frame+empty_moov {}",
        plain.display(),
        fragmented.display()
    ));
    for path in [plain, fragmented] {
        let whole = std::fs::read(&path).unwrap();
        assert!(probe(&path).unwrap().tracks[0].damage.is_none());
        let expected = samples(&path).len();
        std::fs::write(&path, &whole[..whole.len() * 3 / 4]).unwrap();
        let readable = {
            let mut reader = Mp4Reader::open(&path).unwrap();
            std::iter::from_fn(|| reader.next_sample(0).ok().flatten()).count()
        };
        assert!(readable > 10 && readable < expected);
        let track = probe(&path).unwrap().tracks.remove(0);
        let said = track.damage.unwrap().to_string();
        let of = track.frame_count;
        assert_eq!(said, format!("the file is cut off; of {of} samples in its index it holds {readable}"));
    }
}

#[test]
fn probe_says_why_it_cannot() {
    let directory = Directory::new();
    let path = directory.file("file");
    let error = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        probe(&path).unwrap_err().to_string()
    };
    assert!(error(b"").contains("unknown kind of file"));
    assert!(error(b"RIFF1234WAVE").contains("unknown kind of file"));
    assert!(error(b"\0\0\0\x10ftypisom\0\0\0\0").contains("no 'moov' box in the file"));
    assert!(error(b"\0\0\0\x08ftyp\0\0\0\x40moov").contains("it has 64 bytes, of which the file holds 8"));
    assert!(error(b"\0\0\0\x08ftyp\0\0\0\x08moov").contains("no 'mvhd' box in moov"));
    assert!(error(b"YUV4MPEG2 W0 H0\n").contains("tag W"));
    let error = probe("/no/such/file").unwrap_err().to_string();
    assert!(error.starts_with("cannot open /no/such/file: "), "{error}");
}

/// Reads everything there is, as far as it goes.
fn read_all(bytes: &[u8]) {
    let Ok(mut reader) = Mp4Reader::new(Cursor::new(bytes)) else { return };
    for track in &reader.movie().tracks {
        assert!(track.samples_within(bytes.len() as u64) <= track.sample_count);
    }
    for track in 0..reader.movie().tracks.len() {
        // A damaged table may claim billions of samples of no size.
        for _ in 0..2000 {
            match reader.next_sample(track) {
                Ok(Some(sample)) => assert!(sample.total_sample_size() <= bytes.len()),
                Ok(None) | Err(_) => break,
            }
        }
    }
}

#[test]
fn damage_never_panics_or_takes_memory() {
    let directory = Directory::new();
    let plain = h264(
        &directory,
        "plain.mp4",
        "testsrc2=s=64x48:r=25:d=0.6",
        &format!("{REORDERED} -movflags +faststart"),
    );
    let fragmented = directory.file("fragmented.mp4");
    ffmpeg(&format!(
        "-i {} -c copy -movflags +frag_keyframe+empty_moov {}",
        plain.display(),
        fragmented.display()
    ));
    let ours = directory.file("ours.mov");
    support::write(&ours, &samples(&plain));
    let mut state = 7u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for path in [plain, fragmented, ours] {
        let good = std::fs::read(&path).unwrap();
        // The index and what follows it at once.
        let index = good.windows(4).position(|w| w == b"mdat").unwrap().max(1400).min(good.len());
        for _ in 0..3000 {
            let mut bytes = good.clone();
            for _ in 0..=random(4) {
                let at = random(index);
                match random(4) {
                    0 => bytes[at] = random(256) as u8,
                    1 => bytes[at] = 0xff,
                    2 => bytes[at] = 0,
                    _ => {
                        let number = [0u32, 1, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff][random(7)];
                        let end = (at + 4).min(bytes.len());
                        bytes[at..end].copy_from_slice(&number.to_be_bytes()[..end - at]);
                    }
                }
            }
            if random(8) == 0 {
                bytes.truncate(random(bytes.len()));
            }
            read_all(&bytes);
        }
    }
}
