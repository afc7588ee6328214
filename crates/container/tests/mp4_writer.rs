//! MP4 and QuickTime files of ours, read by ffprobe and ffmpeg.

mod support;

use std::path::Path;

use support::{
    Directory, Packet, find_box, frame_hashes, h264, mp4_writer, packets, retimed, samples, stream, timing,
    top_boxes, write,
};
use vitascope_container::mp4::StartTime;
use vitascope_container::{Error, OutputKind, SampleWriter, create_writer};
use vitascope_core::{Dictionary, FormatDescription, SampleBuffer, Time, Value};

/// Two groups of pictures with B pictures between, 176x144 at 30000/1001.
const REORDERED: &str = "-bf 3 -x264-params keyint=12:scenecut=0:b-adapt=0";
const SOURCE: &str = "testsrc=s=176x144:r=30000/1001:d=0.8";

fn times(packets: &[Packet]) -> Vec<(i64, i64)> {
    packets.iter().map(|packet| (packet.dts, packet.pts)).collect()
}

fn format(samples: &[SampleBuffer]) -> FormatDescription {
    samples[0].format().unwrap().clone()
}

/// `format` with other extensions beside the codec's record.
fn with_extensions(format: &FormatDescription, extensions: Dictionary) -> FormatDescription {
    let mut all = extensions;
    let atoms = format.extensions().get("SampleDescriptionExtensionAtoms").unwrap().clone();
    all.insert("SampleDescriptionExtensionAtoms", atoms);
    let size = format.dimensions();
    FormatDescription::video(format.media_sub_type(), size.width, size.height, all).unwrap()
}

/// The entries of the edit list: (duration, media time).
fn edits(path: &Path) -> Vec<(i64, i64)> {
    let body = find_box(path, b"elst").unwrap();
    assert_eq!(body[0], 0, "these edits fit 32 bits");
    let number = |at: usize| i64::from(i32::from_be_bytes(body[at..at + 4].try_into().unwrap()));
    (0..number(4) as usize).map(|i| (number(8 + 12 * i), number(12 + 12 * i))).collect()
}

#[test]
fn a_file_with_reordered_pictures_is_what_ffmpeg_would_have_made() {
    let directory = Directory::new();
    let original = h264(&directory, "original.mp4", SOURCE, REORDERED);
    let samples = samples(&original);
    for name in ["ours.mp4", "ours.mov"] {
        let ours = directory.file(name);
        write(&ours, &samples);
        assert_eq!(top_boxes(&ours), ["ftyp", "moov", "mdat"]);
        let (expected, found) = (packets(&original), packets(&ours));
        assert_eq!(found, expected, "{name}");
        assert_eq!(found.len(), 24);
        assert_eq!(found.iter().filter(|packet| packet.key).count(), 2);
        assert!(found.iter().any(|packet| packet.pts > packet.dts + 1001), "B pictures are in the test");
        assert!(found.iter().all(|packet| packet.duration == 1001));
        assert_eq!(frame_hashes(&ours), frame_hashes(&original));
        for (entry, value) in [
            ("codec_tag_string", "avc1"),
            ("nb_frames", "24"),
            ("r_frame_rate", "30000/1001"),
            ("avg_frame_rate", "30000/1001"),
            ("time_base", "1/30000"),
            ("start_pts", "0"),
            ("duration_ts", "24024"),
        ] {
            assert_eq!(stream(&ours, entry), value, "{name} {entry}");
        }
        let ctts = find_box(&ours, b"ctts").unwrap();
        assert_eq!(ctts[0], 0, "version 0 has no negative offsets");
        assert_eq!(edits(&ours), [(24024, 2002)]);
        let expected = support::ffprobe(&original, "-show_data_hash md5 -show_entries stream=extradata_hash");
        assert_eq!(
            support::ffprobe(&ours, "-show_data_hash md5 -show_entries stream=extradata_hash"),
            expected
        );
        assert_eq!(directory.names().iter().filter(|name| name.contains("part")).count(), 0);
    }
    assert_eq!(
        &find_box(&directory.file("ours.mp4"), b"ftyp").unwrap()[..],
        b"isom\0\0\x02\0isomiso2avc1mp41"
    );
    assert_eq!(&find_box(&directory.file("ours.mov"), b"ftyp").unwrap()[..], b"qt  \0\0\x02\0qt  ");
}

#[test]
fn without_reordering_there_are_no_offsets_and_sync_samples_only_when_not_all_are() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0 -g 10"));
    let path = directory.file("out.mp4");
    write(&path, &plain);
    assert!(find_box(&path, b"ctts").is_none());
    assert_eq!(
        find_box(&path, b"stss").unwrap(),
        [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 11, 0, 0, 0, 21]
    );
    assert_eq!(edits(&path), [(24024, 0)]);
    let intra = samples(&h264(&directory, "intra.mp4", SOURCE, "-bf 0 -g 1"));
    write(&path, &intra);
    assert!(find_box(&path, b"stss").is_none());
    assert!(packets(&path).iter().all(|packet| packet.key));
}

#[test]
fn variable_frame_rate_keeps_every_time() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let format = format(&plain);
    let at = [0, 40, 41, 500, 1500, 1533];
    let varied: Vec<_> =
        plain.iter().zip(at).map(|(s, at)| retimed(s, &format, timing(at, at, 0, 1000))).collect();
    let path = directory.file("out.mp4");
    write(&path, &varied);
    assert_eq!(times(&packets(&path)), at.map(|at| (at, at)));
    // Without duration the last picture lasts as long as the one before.
    assert_eq!(stream(&path, "duration_ts"), "1566");
    let mut last = varied;
    last[5] = retimed(&plain[5], &format, timing(1533, 1533, 467, 1000));
    write(&path, &last);
    assert_eq!(stream(&path, "duration_ts"), "2000");
}

#[test]
fn differing_timescales_meet_in_their_least_common_multiple() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let format = format(&plain);
    let times_of = [timing(0, 0, 1, 24), timing(1, 1, 1, 24), timing(2, 2, 1, 25), timing(3, 3, 1, 25)];
    let mixed: Vec<_> = plain.iter().zip(times_of).map(|(s, timing)| retimed(s, &format, timing)).collect();
    let path = directory.file("out.mp4");
    write(&path, &mixed);
    assert_eq!(stream(&path, "time_base"), "1/600");
    assert_eq!(times(&packets(&path)), [(0, 0), (25, 25), (48, 48), (72, 72)]);
    assert_eq!(stream(&path, "duration_ts"), "96");
}

#[test]
fn a_late_first_picture_is_shown_late_or_at_once_as_asked() {
    let directory = Directory::new();
    let original = samples(&h264(&directory, "plain.mp4", SOURCE, REORDERED));
    let format = format(&original);
    let shifted = |by: i64| -> Vec<_> {
        let shift = |sample: &SampleBuffer| {
            let at = sample.sample_timing(0).unwrap();
            let (decode, presentation) = (at.decode_time.value + by, at.presentation_time.value + by);
            retimed(sample, &format, timing(decode, presentation, 1001, 30000))
        };
        original.iter().map(shift).collect()
    };
    let path = directory.file("out.mp4");
    write(&path, &shifted(45000));
    assert_eq!(edits(&path), [(45000, -1), (24024, 2002)]);
    assert_eq!(
        (stream(&path, "start_pts"), stream(&path, "start_time")),
        ("45000".into(), "1.500000".into())
    );
    let found = packets(&path);
    assert_eq!((found[0].dts, found[0].pts), (45000 - 2002, 45000));
    // Our own reader agrees.
    let first = &samples(&path)[0];
    assert_eq!(first.sample_timing(0).unwrap().presentation_time, Time::new(45000, 30000));
    // Times before zero count as zero.
    write(&path, &shifted(-45000));
    assert_eq!(edits(&path), [(24024, 2002)]);
    assert_eq!(packets(&path)[0].pts, 0);

    let mut writer = mp4_writer(&path);
    writer.set_start_time(StartTime::AtZero);
    shifted(45000).iter().for_each(|sample| writer.write(sample).unwrap());
    Box::new(writer).finish().unwrap();
    assert_eq!(edits(&path), [(24024, 2002)]);
    assert_eq!(stream(&path, "start_pts"), "0");
}

#[test]
fn decode_times_after_presentation_are_shifted_not_negative() {
    // As the platform gives them: the decode times are the sources' presentation times in order.
    let directory = Directory::new();
    let original = h264(&directory, "plain.mp4", SOURCE, REORDERED);
    let raw = samples(&original);
    let format = format(&raw);
    let unshifted: Vec<_> = raw
        .iter()
        .zip(0..)
        .map(|(s, i)| {
            let presentation = s.sample_timing(0).unwrap().presentation_time.value;
            retimed(s, &format, timing(i * 1001, presentation, 1001, 30000))
        })
        .collect();
    let path = directory.file("out.mp4");
    write(&path, &unshifted);
    assert_eq!(packets(&path), packets(&original));
    assert_eq!(find_box(&path, b"ctts").unwrap()[0], 0);
}

#[test]
fn a_missing_decode_time_is_the_presentation_time() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let format = format(&plain);
    let bare: Vec<_> = plain
        .iter()
        .map(|s| {
            let mut timing = s.sample_timing(0).unwrap();
            timing.decode_time = Time::INVALID;
            retimed(s, &format, timing)
        })
        .collect();
    let path = directory.file("out.mp4");
    write(&path, &bare);
    assert!(
        packets(&path).iter().zip(0..).all(|(packet, i)| (packet.dts, packet.pts) == (i * 1001, i * 1001))
    );
}

#[test]
fn one_picture_makes_a_file() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let path = directory.file("out.mov");
    write(&path, &plain[..1]);
    let found = packets(&path);
    assert_eq!((found.len(), found[0].duration, found[0].key), (1, 1001, true));
    assert_eq!(stream(&path, "nb_frames"), "1");
    assert_eq!(frame_hashes(&path).len(), 1);
}

#[test]
fn colour_aspect_and_aperture_are_tagged() {
    let directory = Directory::new();
    // The stream itself says nothing, so that what ffprobe sees is the container's.
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let ratio = Dictionary::new().with("HorizontalSpacing", 16).with("VerticalSpacing", 11);
    let extensions = Dictionary::new()
        .with("CVImageBufferColorPrimaries", "ITU_R_2020")
        .with("CVImageBufferTransferFunction", "SMPTE_ST_2084_PQ")
        .with("CVImageBufferYCbCrMatrix", "ITU_R_2020")
        .with("FullRangeVideo", true)
        .with("CVPixelAspectRatio", ratio);
    let tagged = with_extensions(&format(&plain), extensions);
    let tagged: Vec<_> = plain.iter().map(|s| retimed(s, &tagged, s.sample_timing(0).unwrap())).collect();
    let path = directory.file("out.mp4");
    write(&path, &tagged);
    for (entry, value) in [
        ("color_primaries", "bt2020"),
        ("color_transfer", "smpte2084"),
        ("color_space", "bt2020nc"),
        ("color_range", "pc"),
        ("sample_aspect_ratio", "16:11"),
        ("display_aspect_ratio", "16:9"),
    ] {
        assert_eq!(stream(&path, entry), value, "{entry}");
    }
    assert_eq!(find_box(&path, b"colr").unwrap(), [&b"nclx"[..], &[0, 9, 0, 16, 0, 9, 0x80]].concat());
    // 176 * 16 / 11 = 256 wide.
    let header = find_box(&path, b"tkhd").unwrap();
    assert_eq!(header[header.len() - 8..], [1, 0, 0, 0, 0, 144, 0, 0]);

    let path = directory.file("out.mov");
    write(&path, &tagged);
    assert_eq!(find_box(&path, b"colr").unwrap(), [&b"nclc"[..], &[0, 9, 0, 16, 0, 9]].concat());
    assert_eq!(stream(&path, "color_transfer"), "smpte2084");
    assert_eq!(stream(&path, "sample_aspect_ratio"), "16:11");
}

#[test]
fn what_is_known_of_the_display_travels() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let points = [13250u16, 34500, 7500, 3000, 34000, 16000, 15635, 16450];
    let mut volume: Vec<u8> = points.iter().flat_map(|value| value.to_be_bytes()).collect();
    volume.extend([10_000_000u32, 50].iter().flat_map(|value| value.to_be_bytes()));
    let extensions = Dictionary::new()
        .with("MasteringDisplayColorVolume", Value::data(volume))
        .with("ContentLightLevelInfo", Value::data([3, 232, 1, 144]));
    let tagged = with_extensions(&format(&plain), extensions.clone());
    let tagged: Vec<_> = plain.iter().map(|s| retimed(s, &tagged, s.sample_timing(0).unwrap())).collect();
    let path = directory.file("out.mp4");
    write(&path, &tagged);
    let shown = support::ffprobe(&path, "-show_entries stream_side_data -of default=nw=1");
    for line in
        ["green_x=13250/50000", "blue_y=3000/50000", "red_x=34000/50000", "max_luminance=10000000/10000"]
    {
        assert!(shown.iter().any(|shown| shown == line), "{line} is not in {shown:?}");
    }
    assert!(shown.contains(&"max_content=1000".to_owned()) && shown.contains(&"max_average=400".to_owned()));
    let read = samples(&path)[0].format().unwrap().extensions().clone();
    for (key, value) in extensions.iter() {
        assert_eq!(read.get(key), Some(value), "{key}");
    }
}

#[test]
fn an_odd_size_is_carried_by_the_clean_aperture() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let aperture = Dictionary::new()
        .with("Width", 175)
        .with("Height", 143)
        .with("HorizontalOffset", -0.5)
        .with("VerticalOffset", -0.5);
    let cropped = with_extensions(&format(&plain), Dictionary::new().with("CVCleanAperture", aperture));
    let cropped: Vec<_> = plain.iter().map(|s| retimed(s, &cropped, s.sample_timing(0).unwrap())).collect();
    let path = directory.file("out.mp4");
    write(&path, &cropped);
    let clap: Vec<_> = find_box(&path, b"clap")
        .unwrap()
        .chunks(4)
        .map(|c| i32::from_be_bytes(c.try_into().unwrap()))
        .collect();
    assert_eq!(clap, [175, 1, 143, 1, -1, 2, -1, 2]);
    assert_eq!(find_box(&path, b"pasp").unwrap(), [0, 0, 0, 1, 0, 0, 0, 1]);
    let header = find_box(&path, b"tkhd").unwrap();
    assert_eq!(header[header.len() - 8..], [0, 175, 0, 0, 0, 143, 0, 0]);
    assert_eq!(stream(&path, "sample_aspect_ratio"), "1:1");
    let read = samples(&path)[0].format().unwrap().clone();
    let read = read.extensions().get("CVCleanAperture").and_then(Value::as_dictionary).unwrap();
    assert_eq!(read.get("HorizontalOffset").and_then(Value::as_f64), Some(-0.5));
}

#[test]
fn a_change_of_format_gets_a_sample_entry_of_its_own() {
    let directory = Directory::new();
    let small = samples(&h264(&directory, "small.mp4", SOURCE, "-bf 0"));
    let large = samples(&h264(&directory, "large.mp4", "testsrc=s=320x240:r=30000/1001:d=0.4", "-bf 0"));
    let all: Vec<_> = small[..12]
        .iter()
        .chain(&large)
        .zip(0..)
        .map(|(s, i)| retimed(s, s.format().unwrap(), timing(i * 1001, i * 1001, 1001, 30000)))
        .collect();
    let path = directory.file("out.mp4");
    write(&path, &all);
    assert_eq!(find_box(&path, b"stsd").unwrap()[4..8], [0, 0, 0, 2]);
    assert_eq!(packets(&path).len(), 24);
    let widths: Vec<_> = samples(&path).iter().map(|s| s.format().unwrap().dimensions().width).collect();
    assert_eq!(widths, [[176; 12], [320; 12]].concat());
    assert_eq!(frame_hashes(&path).len(), 24);
}

#[test]
fn equal_samples_make_equal_files() {
    let directory = Directory::new();
    let samples = samples(&h264(&directory, "plain.mp4", SOURCE, REORDERED));
    let (a, b) = (directory.file("a.mp4"), directory.file("b.mp4"));
    write(&a, &samples);
    write(&b, &samples);
    assert!(std::fs::read(a).unwrap() == std::fs::read(b).unwrap());
}

#[test]
fn what_cannot_be_written_is_refused_and_leaves_nothing() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    let format = format(&plain);
    std::fs::remove_file(directory.file("plain.mp4")).unwrap();
    let data = plain[0].data().unwrap();
    let bare = SampleBuffer::from_data(data, None, timing(0, 0, 1, 25)).unwrap();
    let unknown = with_extensions(&format, Dictionary::new());
    let unknown = FormatDescription::video(unknown.media_sub_type(), 16, 16, Dictionary::new()).unwrap();
    for (wrong, expected) in [
        (bare, "sample 1: it has no format description"),
        (retimed(&plain[0], &unknown, timing(9, 9, 1, 25)), "no avcC"),
        (retimed(&plain[0], &format, timing(0, 0, 1, 25)), "sample 1: decode times must increase"),
    ] {
        let path = directory.file("out.mp4");
        let mut writer = create_writer(&path, OutputKind::Mp4).unwrap();
        writer.write(&retimed(&plain[0], &format, timing(0, 0, 1, 25))).unwrap();
        let error = writer.write(&wrong).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(matches!(writer.finish(), Err(Error::Abandoned)));
        assert!(directory.names().is_empty(), "{:?}", directory.names());
    }
    let error =
        create_writer(directory.file("out.mp4"), OutputKind::Mp4).unwrap().finish().unwrap_err().to_string();
    assert!(error.contains("needs at least one sample"), "{error}");
    assert!(directory.names().is_empty());
    let error = create_writer("/no/such/place/out.mp4", OutputKind::Mp4).err().unwrap().to_string();
    assert!(error.starts_with("cannot create /no/such/place/out.mp4: "), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let directory = Directory::new();
    let plain = samples(&h264(&directory, "plain.mp4", SOURCE, "-bf 0"));
    for kind in [OutputKind::Mp4, OutputKind::QuickTime, OutputKind::AnnexB] {
        let mut writer = create_writer("/dev/full", kind).unwrap();
        let written = plain.iter().try_for_each(|sample| writer.write(sample)).and_then(|()| writer.finish());
        let error = written.unwrap_err().to_string();
        assert!(error.starts_with("cannot write /dev/full: No space left"), "{error}");
    }
}
