//! y4m in and out, against streams made by hand and by ffmpeg.

mod support;

use std::io::Read;

use support::{Directory, ffmpeg};
use vitascope_container::y4m::{Header, MAX_LINE_BYTES, Reader, Writer};
use vitascope_container::{Error, OutputKind, create_writer};
use vitascope_core::{
    AttachmentMode, ChromaLocation, PixelBuffer, SampleBuffer, SampleTiming, Time, attachment,
};

/// Header tags, pixel format, full range: what ffmpeg writes for a pixel format of its own.
const FFMPEG_FORMATS: &[(&str, &str, &str)] = &[
    ("yuv420p", "limited", "y420"),
    ("yuv420p", "full", "f420"),
    ("yuv422p", "limited", "422v"),
    ("yuv422p", "full", "422f"),
    ("yuv444p", "limited", "444v"),
    ("yuv444p", "full", "444f"),
    ("gray", "full", "L008"),
    ("yuv420p10le", "limited", "x420"),
    ("yuv420p10le", "full", "xf20"),
    ("yuv422p10le", "limited", "x422"),
    ("yuv422p10le", "full", "xf22"),
    ("yuv444p10le", "limited", "x444"),
    ("yuv444p10le", "full", "xf44"),
    ("gray10le", "full", "L010"),
    ("gray12le", "full", "L012"),
    ("gray16le", "full", "L016"),
    ("yuv422p12le", "limited", "sv22"),
    ("yuv444p12le", "limited", "sv44"),
    ("yuv422p14le", "limited", "sv22"),
    ("yuv444p16le", "limited", "sv44"),
];

fn read_all(stream: &[u8]) -> Result<Vec<PixelBuffer>, Error> {
    let mut reader = Reader::new(stream)?;
    let mut pictures = Vec::new();
    while let Some(picture) = reader.next_frame()? {
        pictures.push(picture);
    }
    Ok(pictures)
}

/// The planes of a picture in the format's own layout, without padding.
fn bytes(picture: &PixelBuffer) -> Vec<u8> {
    let guard = picture.read().unwrap();
    (0..picture.planes())
        .flat_map(|plane| guard.plane(plane).rows().flatten().copied().collect::<Vec<_>>())
        .collect()
}

#[test]
fn every_format_of_ffmpeg_comes_back_byte_for_byte() {
    let directory = Directory::new();
    for (pixel_format, range, expected) in FFMPEG_FORMATS {
        let path = directory.file("in.y4m");
        let filter = format!("scale=out_range={range},format={pixel_format}");
        ffmpeg(&format!(
            "-f lavfi -i testsrc2=s=35x17:r=30000/1001:d=0.1 -vf {filter} -color_range {} -strict -1 {}",
            if *range == "full" { "pc" } else { "tv" },
            path.display()
        ));
        let stream = std::fs::read(&path).unwrap();
        let pictures = read_all(&stream).unwrap_or_else(|error| panic!("{pixel_format} {range}: {error}"));
        assert_eq!(pictures.len(), 3, "{pixel_format}");
        assert_eq!(pictures[0].format(), expected.parse().unwrap(), "{pixel_format} {range}");
        let header = Reader::new(&stream[..]).unwrap().header().clone();
        let mut writer = Writer::new(Vec::new(), header).unwrap();
        pictures.iter().for_each(|picture| writer.write_frame(picture).unwrap());
        let written = writer.into_inner();
        let payload = |stream: &[u8]| stream[stream.iter().position(|&b| b == b'\n').unwrap()..].to_vec();
        assert!(payload(&written) == payload(&stream), "{pixel_format} {range} differs");
        // ffmpeg reads our stream as it reads its own.
        let ours = directory.file("out.y4m");
        std::fs::write(&ours, &written).unwrap();
        assert_eq!(support::frame_hashes(&ours), support::frame_hashes(&path), "{pixel_format} {range}");
    }
}

#[test]
fn samples_land_where_the_pixel_format_wants_them() {
    let pictures = read_all(b"YUV4MPEG2 W3 H2 F25:1 C422\nFRAME\nabcdefABCDWXYZ").unwrap();
    assert_eq!(bytes(&pictures[0]), b"abcdefAWBXCYDZ");
    let stream = b"YUV4MPEG2 W2 H2 F25:1 C420p10\nFRAME\n\x01\x00\xff\x03\x00\x02\x40\x00\x02\x00\x03\x00";
    let expected = [0x40, 0, 0xc0, 0xff, 0, 0x80, 0, 0x10, 0x80, 0, 0xc0, 0];
    assert_eq!(bytes(&read_all(stream).unwrap()[0]), expected);
}

#[test]
fn the_bi_planar_formats_of_420_can_be_written() {
    let header = Header::parse(b"YUV4MPEG2 W3 H3 F25:1").unwrap();
    let picture = PixelBuffer::new(3, 3, "420v".parse().unwrap()).unwrap();
    {
        let mut guard = picture.write().unwrap();
        for y in 0..2 {
            guard.row_mut(1, y)[..4].copy_from_slice(&[1, 11, 2, 12].map(|v| v + y as u8 * 100));
        }
    }
    let mut writer = Writer::new(Vec::new(), header).unwrap();
    writer.write_frame(&picture).unwrap();
    let stream = writer.into_inner();
    assert!(stream.ends_with(b"\0\0\0\0\0\0\0\0\0\x01\x02\x65\x66\x0b\x0c\x6f\x70"), "{stream:?}");
}

#[test]
fn where_chroma_lies_is_written() {
    let picture = PixelBuffer::new(4, 4, "y420".parse().unwrap()).unwrap();
    for (location, name) in [
        (ChromaLocation::Left, "420mpeg2"),
        (ChromaLocation::BottomLeft, "420mpeg2"),
        (ChromaLocation::TopLeft, "420paldv"),
        (ChromaLocation::Dv420, "420paldv"),
        (ChromaLocation::Center, "420jpeg"),
        (ChromaLocation::Top, "420jpeg"),
    ] {
        let key = attachment::CHROMA_LOCATION_TOP_FIELD;
        picture.set_attachment(key, location.string(), AttachmentMode::ShouldPropagate);
        let header = Header::of_picture(&picture, None).unwrap();
        assert_eq!(header.color_space.name(), Some(name), "{location:?}");
    }
}

#[test]
fn a_picture_of_another_kind_is_refused() {
    let header = Header::parse(b"YUV4MPEG2 W4 H4 F25:1").unwrap();
    let mut writer = Writer::new(Vec::new(), header).unwrap();
    for (width, height, format) in
        [(4, 5, "y420"), (5, 4, "y420"), (4, 4, "f420"), (4, 4, "422v"), (4, 4, "BGRA")]
    {
        let picture = PixelBuffer::new(width, height, format.parse().unwrap()).unwrap();
        let error = writer.write_frame(&picture).unwrap_err().to_string();
        assert!(error.contains("the stream holds 4x4 'y420', the picture is"), "{error}");
    }
}

#[test]
fn sample_buffers_with_pictures_make_a_file() {
    let directory = Directory::new();
    let path = directory.file("out.y4m");
    let stream =
        b"YUV4MPEG2 W2 H2 F30000:1001 It A4:3 C420mpeg2 XCOLORRANGE=LIMITED\nFRAME\nabcdefFRAME\nghijkl";
    let mut reader = Reader::new(&stream[..]).unwrap();
    let mut writer = create_writer(&path, OutputKind::from_path(&path).unwrap()).unwrap();
    while let Some(picture) = reader.next_frame().unwrap() {
        let timing = SampleTiming {
            duration: reader.frame_duration(),
            presentation_time: reader.frame_time(reader.frames_read() - 1),
            decode_time: Time::INVALID,
        };
        writer.write(&SampleBuffer::from_image(picture, None, timing).unwrap()).unwrap();
    }
    assert!(!path.exists(), "the file appears when it is complete");
    writer.finish().unwrap();
    assert_eq!(String::from_utf8(std::fs::read(&path).unwrap()).unwrap().as_bytes(), stream);
    assert_eq!(directory.names(), ["out.y4m"]);

    let mut writer = create_writer(&path, OutputKind::Y4m).unwrap();
    let picture = PixelBuffer::new(2, 2, "BGRA".parse().unwrap()).unwrap();
    let sample = SampleBuffer::from_image(picture, None, SampleTiming::INVALID).unwrap();
    assert_eq!(writer.write(&sample).unwrap_err().to_string(), "pixel format 'BGRA' has no y4m colour space");
    let error = create_writer(&path, OutputKind::Y4m).unwrap().finish().unwrap_err().to_string();
    assert!(error.contains("needs at least one sample"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let sample = || {
        let picture = PixelBuffer::new(640, 480, "y420".parse().unwrap()).unwrap();
        SampleBuffer::from_image(picture, None, SampleTiming::INVALID).unwrap()
    };
    let mut writer = create_writer("/dev/full", OutputKind::Y4m).unwrap();
    let error = writer.write(&sample()).unwrap_err().to_string();
    assert!(error.starts_with("cannot write /dev/full: No space left"), "{error}");
    assert!(matches!(writer.write(&sample()), Err(Error::Abandoned)));
    assert!(matches!(writer.finish(), Err(Error::Abandoned)));
}

#[test]
fn times_are_exact() {
    let reader = Reader::new(&b"YUV4MPEG2 W2 H2 F30000:1001\n"[..]).unwrap();
    let time = reader.frame_time(1_000_000_007);
    assert_eq!((time.value, time.timescale), (1_001_000_007_007, 30000));
    assert_eq!((reader.frame_duration().value, reader.frame_duration().timescale), (1001, 30000));
    let reader = Reader::new(&b"YUV4MPEG2 W2 H2 F4294967294:4\n"[..]).unwrap();
    assert_eq!(reader.frame_time(1), Time::new(2, i32::MAX));
    let reader = Reader::new(&b"YUV4MPEG2 W2 H2\n"[..]).unwrap();
    assert_eq!((reader.header().frame_rate, reader.frame_time(50)), (None, Time::new(2, 1)));
}

#[test]
fn tags_may_stand_in_any_order_and_unknown_ones_are_skipped() {
    let line = b"YUV4MPEG2  C422 XFOO=BAR A4:3 It Q7 F50:1 X H16 XCOLORRANGE=FULL W32 XYSCSS=420JPEG";
    let header = Header::parse(line).unwrap();
    assert_eq!(header.line(), "YUV4MPEG2 W32 H16 F50:1 It A4:3 C422 XCOLORRANGE=FULL\n");
    assert_eq!(Header::parse(header.line().trim_end().as_bytes()).unwrap(), header);
    let old = Header::parse(b"YUV4MPEG2 W1 H1 XYSCSS=420MPEG2 F0:0 A0:0 I?").unwrap();
    assert_eq!((old.color_space.name(), old.pixel_aspect, old.interlacing), (Some("420mpeg2"), None, None));
    assert_eq!(old.frame_rate, None);
}

#[test]
fn attachments_say_what_the_header_says() {
    let one = |header: &str, frame: &str| {
        let stream = [header.as_bytes(), b"\nFRAME", frame.as_bytes(), b"\n", &[0; 6]].concat();
        let picture = read_all(&stream).unwrap().remove(0);
        let string =
            |key: &str| picture.attachment(key).and_then(|(value, _)| value.as_str().map(str::to_owned));
        let fields = picture.attachment(attachment::FIELD_COUNT).and_then(|(value, _)| value.as_i64());
        (
            string(attachment::CHROMA_LOCATION_TOP_FIELD),
            picture.pixel_aspect_ratio().map(|r| (r.horizontal_spacing, r.vertical_spacing)),
            fields,
            string(attachment::FIELD_DETAIL),
        )
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1", ""), (text("Center"), None, None, None));
    let expected = (text("Left"), Some((16, 11)), Some(2), text("TemporalTopFirst"));
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1 C420mpeg2 A16:11 It", ""), expected);
    let expected = (text("DV 4:2:0"), None, Some(2), text("TemporalBottomFirst"));
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1 C420paldv Ib", ""), expected);
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1 Ip", " Itii").2, Some(1));
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1 Im", " Ibii XA").3, text("TemporalBottomFirst"));
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1 Im", " I1pp").2, Some(1));
    assert_eq!(one("YUV4MPEG2 W2 H2 F25:1 Im", "").2, None);
}

#[test]
fn wrong_headers_are_named() {
    let long = format!("YUV4MPEG2 W2 H2 X{}\n", "x".repeat(MAX_LINE_BYTES));
    for (stream, expected) in [
        ("", "cut off after 0 bytes"),
        ("YUV4", "cut off after 4 bytes"),
        ("YUV4MPEG2 W2 H2", "cut off after 15 bytes"),
        ("YUV4MPEG3 W2 H2\n", "not a y4m stream"),
        ("YUV4MPEG2W2 H2\n", "not a y4m stream"),
        ("RIFF....AVI ", "not a y4m stream"),
        ("YUV4MPEG2 H2\n", "no W tag"),
        ("YUV4MPEG2 W2\n", "no H tag"),
        ("YUV4MPEG2 W0 H2\n", "tag W: value \"0\""),
        ("YUV4MPEG2 W2 H16385\n", "accepted: 1 to 16384"),
        ("YUV4MPEG2 W-2 H2\n", "tag W"),
        ("YUV4MPEG2 W2x H2\n", "tag W"),
        ("YUV4MPEG2 W99999999999999999999 H2\n", "tag W"),
        ("YUV4MPEG2 W H2\n", "tag W"),
        ("YUV4MPEG2 W16384 H16384 C444p16\n", "1610612736 bytes; accepted are at most 1073741824"),
        ("YUV4MPEG2 W2 H2 F30:0\n", "tag F: value \"30:0\""),
        ("YUV4MPEG2 W2 H2 F25\n", "tag F"),
        ("YUV4MPEG2 W2 H2 F25:0\n", "tag F"),
        ("YUV4MPEG2 W2 H2 F0:1\n", "tag F"),
        ("YUV4MPEG2 W2 H2 F4294967295:1\n", "tag F"),
        ("YUV4MPEG2 W2 H2 F+25:1\n", "tag F"),
        ("YUV4MPEG2 W2 H2 A1:0\n", "tag A"),
        ("YUV4MPEG2 W2 H2 A1\n", "tag A"),
        ("YUV4MPEG2 W2 H2 Ix\n", "tag I"),
        ("YUV4MPEG2 W2 H2 C411\n", "tag C: value \"411\" is not accepted (accepted: 420jpeg"),
        ("YUV4MPEG2 W2 H2 C\n", "tag C"),
        ("YUV4MPEG2 W2 H2 C420p12\n", "tag C"),
        ("YUV4MPEG2 W2 H2 C444alpha\n", "tag C"),
        ("YUV4MPEG2 W2 H2 C444p12 XCOLORRANGE=FULL\n", "tag C"),
        ("YUV4MPEG2 W2 H2 XYSCSS=411\n", "tag XYSCSS"),
        ("YUV4MPEG2 W2 H2 XCOLORRANGE=WIDE\n", "accepted: FULL LIMITED"),
        (&long, "y4m stream header is longer than 4096 bytes"),
    ] {
        let error = Reader::new(stream.as_bytes()).expect_err(stream).to_string();
        assert!(error.contains(expected), "{stream}: {error}");
    }
}

#[test]
fn what_is_no_y4m_is_called_so_however_long_its_first_line() {
    for length in [1, 9, 5000] {
        let error = Reader::new(&vec![0x80; length][..]).expect_err("no y4m").to_string();
        assert!(error.starts_with("not a y4m stream"), "{length}: {error}");
    }
}

#[test]
fn pictures_before_damage_are_kept() {
    let good = b"YUV4MPEG2 W2 H2 F25:1\nFRAME\nabcdefFRAME Ip\nghijkl";
    for (damage, expected) in [
        (&b"FRAME\nabc"[..], "y4m frame 2 is cut off: 3 of 6 bytes"),
        (b"FRAME\n", "y4m frame 2 is cut off: 0 of 6 bytes"),
        (b"FRAME", "y4m frame 2 begins with \"FRAME\""),
        (b"FRA", "y4m frame 2 begins with \"FRA\""),
        (b"\0\0\0\0trailing\n", "begins with \"\\0\\0\\0\\0trailing\" instead of \"FRAME\""),
        (b"FRAMES\nabcdef", "y4m frame 2 begins with"),
        (&[b'x'; 5000], "y4m frame header is longer than 4096 bytes"),
    ] {
        let stream = [good, damage].concat();
        let mut reader = Reader::new(&stream[..]).unwrap();
        assert_eq!(bytes(&reader.next_frame().unwrap().unwrap()), b"abcdef");
        assert_eq!(bytes(&reader.next_frame().unwrap().unwrap()), b"ghijkl");
        let error = reader.next_frame().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(reader.next_frame().unwrap().is_none(), "the stream has ended");
        let mut reader = Reader::new(&stream[..]).unwrap();
        assert!(reader.skip_frame().unwrap() && reader.skip_frame().unwrap());
        assert_eq!(reader.skip_frame().unwrap_err().to_string(), error);
    }
}

#[test]
fn input_may_come_in_any_pieces() {
    struct Trickle<'a>(&'a [u8]);
    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(1);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }
    let mut reader = Reader::new(Trickle(b"YUV4MPEG2 W2 H2 F25:1\nFRAME\nabcdefFRAME\nghijkl")).unwrap();
    assert_eq!(bytes(&reader.next_frame().unwrap().unwrap()), b"abcdef");
    assert_eq!(bytes(&reader.next_frame().unwrap().unwrap()), b"ghijkl");
    assert!(reader.next_frame().unwrap().is_none());
}

/// Planes without padding are read at once, larger ones than the reader's buffer past it.
#[test]
fn rows_may_have_padding_or_none() {
    for (width, height) in [(512, 300), (514, 300), (64, 4), (66, 4)] {
        for (tag, samples, depth) in [("420jpeg", 3 * width * height / 2, 8), ("mono10", width * height, 10)]
        {
            let mut data = Vec::new();
            for i in 0..samples {
                match depth {
                    8 => data.push((i * i + i / 7) as u8),
                    _ => data.extend(((i * i + i / 7) as u16 % 1024).to_le_bytes()),
                }
            }
            let header = format!("YUV4MPEG2 W{width} H{height} F25:1 C{tag}\nFRAME\n");
            let stream =
                [header.as_bytes(), &data, b"FRAME\n", &data, b"FRAME\n", &data[..samples / 2]].concat();
            let mut reader = Reader::new(&stream[..]).unwrap();
            let expected: Vec<u8> = match depth {
                8 => data.clone(),
                _ => data
                    .chunks(2)
                    .flat_map(|word| (u16::from_le_bytes([word[0], word[1]]) << 6).to_le_bytes())
                    .collect(),
            };
            for _ in 0..2 {
                assert_eq!(bytes(&reader.next_frame().unwrap().unwrap()), expected, "{width} {tag}");
            }
            let error = reader.next_frame().unwrap_err().to_string();
            let cut = format!("y4m frame 2 is cut off: {} of {} bytes", samples / 2, data.len());
            assert!(error.contains(&cut), "{error}");
        }
    }
}

#[test]
fn random_damage_never_panics() {
    let good = b"YUV4MPEG2 W4 H2 F25:1 It A1:1 C420p10 XCOLORRANGE=FULL\nFRAME I1pp\n0123456789abcdef01234567FRAME\n";
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for _ in 0..20_000 {
        let mut stream = good.to_vec();
        for _ in 0..=random(3) {
            let at = random(stream.len());
            match random(4) {
                0 => stream[at] = random(256) as u8,
                1 => stream.truncate(at + 1),
                2 => stream.insert(at, b"0123456789:WHFIACX \n"[random(20)]),
                _ => {
                    stream.remove(at);
                    if stream.is_empty() {
                        stream.push(0);
                    }
                }
            }
        }
        let _ = read_all(&stream);
    }
}
