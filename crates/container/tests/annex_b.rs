//! Byte streams of ours, read by ffmpeg.

mod support;

use support::{Directory, ffmpeg, frame_hashes, h264, retimed, samples, timing, write};
use vitascope_container::annex_b;
use vitascope_container::{OutputKind, create_writer};
use vitascope_core::{Dictionary, FormatDescription};

const SOURCE: &str = "testsrc=s=176x144:r=25:d=1";

#[test]
fn the_stream_decodes_to_the_same_pictures_from_any_sync_sample() {
    let directory = Directory::new();
    let original = h264(&directory, "original.mp4", SOURCE, "-bf 2 -g 10");
    let path = directory.file("out.264");
    let samples = samples(&original);
    write(&path, &samples);
    assert_eq!(frame_hashes(&path), frame_hashes(&original));
    let stream = std::fs::read(&path).unwrap();
    assert!(stream.starts_with(&[0, 0, 0, 1, 0x67]));
    let info = annex_b::scan(&stream[..]).unwrap();
    assert_eq!((info.pictures, info.key_pictures), (25, 3));
    assert_eq!(
        (info.nal_units[7], info.nal_units[8]),
        (3, 3),
        "parameter sets stand before each sync sample"
    );
    assert_eq!((info.sequence_parameter_sets.len(), info.picture_parameter_sets.len()), (1, 1));
    // From the second group on.
    let second = samples.iter().skip(1).position(|s| s.is_sync()).unwrap() + 1;
    write(&path, &samples[second..]);
    assert_eq!(frame_hashes(&path), frame_hashes(&original)[second..]);
}

#[test]
fn lengths_of_two_bytes_are_understood() {
    let directory = Directory::new();
    let original = h264(&directory, "original.mp4", SOURCE, "-bf 0");
    let four = samples(&original);
    let format = four[0].format().unwrap();
    let atoms = format.extensions().get("SampleDescriptionExtensionAtoms").unwrap().as_dictionary().unwrap();
    let record = atoms.get("avcC").unwrap().as_data().unwrap();
    let mut record = vitascope_bits::avcc::AvcDecoderConfiguration::parse(record).unwrap();
    record.nal_length_size = 2;
    let atoms = Dictionary::new().with("avcC", vitascope_core::Value::data(record.write().unwrap()));
    let extensions = Dictionary::new().with("SampleDescriptionExtensionAtoms", atoms);
    let format = FormatDescription::video(format.media_sub_type(), 176, 144, extensions).unwrap();
    let two: Vec<_> = four
        .iter()
        .zip(0..)
        .map(|(sample, i)| {
            let stream =
                vitascope_bits::length_prefixed::to_annex_b(&sample.data().unwrap().to_vec(), 4).unwrap();
            let data = vitascope_bits::length_prefixed::from_annex_b(&stream, 2).unwrap();
            support::sample(data, &format, timing(i, i, 1, 25))
        })
        .collect();
    let path = directory.file("out.264");
    write(&path, &two);
    assert_eq!(frame_hashes(&path), frame_hashes(&original));
}

#[test]
fn our_scanner_counts_what_ffmpeg_makes() {
    let directory = Directory::new();
    let path = directory.file("in.264");
    ffmpeg(&format!("-f lavfi -i {SOURCE} -c:v libx264 -bf 2 -x264-params slices=3 -g 5 {}", path.display()));
    let info = annex_b::scan(std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!((info.pictures, info.key_pictures, info.nal_units[5]), (25, 5, 15));
}

#[test]
fn damaged_samples_are_refused_and_leave_nothing() {
    let directory = Directory::new();
    let good = samples(&h264(&directory, "original.mp4", SOURCE, "-bf 0"));
    std::fs::remove_file(directory.file("original.mp4")).unwrap();
    let format = good[0].format().unwrap();
    let mut cut = good[0].data().unwrap().to_vec();
    cut.truncate(cut.len() - 1);
    let jpeg = FormatDescription::video("jpeg".parse().unwrap(), 176, 144, Dictionary::new()).unwrap();
    for (wrong, expected) in [
        (support::sample(cut, format, timing(1, 1, 1, 25)), "sample 1: "),
        (retimed(&good[1], &jpeg, timing(1, 1, 1, 25)), "needs H.264 with its avcC record, not 'jpeg'"),
    ] {
        let mut writer = create_writer(directory.file("out.264"), OutputKind::AnnexB).unwrap();
        writer.write(&good[0]).unwrap();
        let error = writer.write(&wrong).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        drop(writer);
        assert!(directory.names().is_empty());
    }
}
