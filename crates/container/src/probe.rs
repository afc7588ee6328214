use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use vitascope_core::{
    CleanAperture, ColorInfo, FormatDescription, FourCc, MEDIA_TYPE_VIDEO, PixelAspectRatio, Time, Value,
    extension,
};

use crate::annex_b::{self, ByteStreamInfo};
use crate::mp4::{Movie, Mp4Reader, Track};
use crate::y4m;
use crate::{Error, Result};

/// What a media file holds, found by [`probe`].
#[derive(Debug)]
pub struct MediaInfo {
    /// Kind of the file.
    pub container: ContainerKind,
    /// Bytes of the file.
    pub bytes: u64,
    /// Length of the whole; `None` when the file does not say.
    pub duration: Option<Time>,
    /// The tracks in the file's order; a stream without tracks counts as one.
    pub tracks: Vec<TrackInfo>,
}

/// Kinds of file that [`probe`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContainerKind {
    /// YUV4MPEG2.
    Y4m,
    /// MP4 and its kin of the ISO base media file format.
    Mp4,
    /// QuickTime movie.
    QuickTime,
    /// H.264 byte stream.
    AnnexB,
}

/// What [`MediaInfo`] says of a track. Containers do not look into coded pictures: what only a parameter set tells is
/// for the codec to say, which gets them in `format` or `parameter_sets`.
#[derive(Debug)]
pub struct TrackInfo {
    /// `vide`, `soun` ...
    pub media_type: FourCc,
    /// Codec, or the pixel format of uncompressed pictures; zero when not known.
    pub codec: FourCc,
    /// Width and height in pixels; `None` when only the codec can tell.
    pub size: Option<(u32, u32)>,
    /// Width to height of a pixel, when the container says.
    pub pixel_aspect: Option<PixelAspectRatio>,
    /// The part of the picture meant to be seen, when the container says.
    pub clean_aperture: Option<CleanAperture>,
    /// Colour, when the container says.
    pub color: Option<ColorInfo>,
    /// Full (`true`) or video range, when the container says.
    pub full_range: Option<bool>,
    /// Number of pictures or samples. In a byte stream each field counts that is coded as a picture of its own.
    pub frame_count: u64,
    /// Number of key frames.
    pub key_frame_count: u64,
    /// When the first picture is shown.
    pub start: Option<Time>,
    /// From the first picture to the end of the last.
    pub duration: Option<Time>,
    /// Bytes of the pictures or samples.
    pub bytes: u64,
    /// The format description of an MP4 or QuickTime video track.
    pub format: Option<FormatDescription>,
    /// The parameter sets of a byte stream, as NAL units.
    pub parameter_sets: Vec<Vec<u8>>,
    /// Why the track could only be read in part.
    pub damage: Option<Error>,
}

/// Finds out what a file holds. The content counts, not the name.
///
/// # Errors
/// The file cannot be read, is of no known kind, or is so damaged that nothing can be said.
pub fn probe(path: impl AsRef<Path>) -> Result<MediaInfo> {
    let path = path.as_ref();
    let mut file = File::open(path).map_err(|e| Error::io("open", path, e))?;
    let mut start = Vec::new();
    let io_error = |e| Error::io("read", path, e);
    file.by_ref().take(SNIFFED).read_to_end(&mut start).map_err(io_error)?;
    let bytes = file.seek(SeekFrom::End(0)).map_err(io_error)?;
    file.seek(SeekFrom::Start(0)).map_err(io_error)?;
    let mut info = match sniff(&start) {
        Some(ContainerKind::Y4m) => probe_y4m(file),
        Some(ContainerKind::AnnexB) => annex_b::scan(file).map(of_byte_stream),
        Some(_) => Mp4Reader::new(BufReader::new(file)).map(|reader| of_movie(reader.movie(), bytes)),
        None => Err(Error::UnknownKind { path: path.to_owned() }),
    }
    .map_err(|error| match error {
        Error::Read(source) => Error::io("read", path, source),
        error => error,
    })?;
    info.bytes = bytes;
    Ok(info)
}

/// Bytes at the beginning of a file that tell its kind.
const SNIFFED: u64 = 64;

fn sniff(start: &[u8]) -> Option<ContainerKind> {
    const TOP_BOXES: [&[u8]; 9] =
        [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"];
    if start.starts_with(b"YUV4MPEG2") {
        Some(ContainerKind::Y4m)
    } else if start.get(4..8).is_some_and(|kind| TOP_BOXES.contains(&kind)) {
        Some(ContainerKind::Mp4)
    } else {
        // A byte stream may begin with any number of zeros.
        let zeros = start.iter().take_while(|&&byte| byte == 0).count();
        (zeros >= 2 && start.get(zeros) == Some(&1)).then_some(ContainerKind::AnnexB)
    }
}

fn probe_y4m(file: File) -> Result<MediaInfo> {
    let mut reader = y4m::Reader::new(file)?;
    // What comes before damage counts all the same.
    let damage = loop {
        match reader.skip_frame() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    let (header, frame_count) = (reader.header(), reader.frames_read());
    let duration = Some(reader.frame_time(frame_count));
    Ok(MediaInfo {
        container: ContainerKind::Y4m,
        bytes: 0,
        duration,
        tracks: vec![TrackInfo {
            media_type: MEDIA_TYPE_VIDEO,
            codec: reader.format(),
            size: Some((header.width as u32, header.height as u32)),
            pixel_aspect: header.pixel_aspect.map(|(horizontal_spacing, vertical_spacing)| {
                PixelAspectRatio { horizontal_spacing, vertical_spacing }
            }),
            clean_aperture: None,
            color: None,
            full_range: header.full_range,
            frame_count,
            key_frame_count: frame_count,
            start: Some(reader.frame_time(0)),
            duration,
            bytes: frame_count * header.frame_bytes(),
            format: None,
            parameter_sets: Vec::new(),
            damage,
        }],
    })
}

fn of_movie(movie: &Movie, bytes: u64) -> MediaInfo {
    let is_quick_time = movie.brand.is_none_or(|brand| brand == FourCc::new(*b"qt  "));
    MediaInfo {
        container: if is_quick_time { ContainerKind::QuickTime } else { ContainerKind::Mp4 },
        bytes,
        duration: (movie.duration.is_numeric() && movie.duration.value > 0).then_some(movie.duration),
        tracks: movie.tracks.iter().map(|track| of_track(movie, track, bytes)).collect(),
    }
}

fn of_track(movie: &Movie, track: &Track, bytes: u64) -> TrackInfo {
    let format = track.formats.first().cloned().flatten();
    let extensions = format.as_ref().map(FormatDescription::extensions);
    let full_range = extensions.and_then(|extensions| extensions.get(extension::FULL_RANGE_VIDEO));
    let color = extensions.map(ColorInfo::from_dictionary).filter(|color| !color.is_empty());
    let side = |side: i32| u32::try_from(side).unwrap_or(0);
    let (found, expected) = (track.samples_within(bytes), track.sample_count);
    TrackInfo {
        media_type: track.media_type,
        codec: track.codec,
        size: format
            .as_ref()
            .map(|format| (side(format.dimensions().width), side(format.dimensions().height))),
        pixel_aspect: format.as_ref().and_then(FormatDescription::pixel_aspect_ratio),
        clean_aperture: format.as_ref().and_then(FormatDescription::clean_aperture_extension),
        color,
        full_range: full_range.and_then(Value::as_bool),
        frame_count: track.sample_count,
        key_frame_count: track.sync_sample_count,
        start: Some(track.start),
        duration: Some(track.duration),
        bytes: track.total_bytes,
        format,
        parameter_sets: Vec::new(),
        damage: (found < expected || movie.is_cut_off).then_some(Error::SamplesCutOff { found, expected }),
    }
}

fn of_byte_stream(stream: ByteStreamInfo) -> MediaInfo {
    let parameter_sets = [stream.sequence_parameter_sets, stream.picture_parameter_sets].concat();
    MediaInfo {
        container: ContainerKind::AnnexB,
        bytes: 0,
        duration: None,
        tracks: vec![TrackInfo {
            media_type: MEDIA_TYPE_VIDEO,
            codec: FourCc::new(*b"avc1"),
            size: None,
            pixel_aspect: None,
            clean_aperture: None,
            color: None,
            full_range: None,
            frame_count: stream.pictures,
            key_frame_count: stream.key_pictures,
            start: None,
            duration: None,
            bytes: stream.bytes,
            format: None,
            parameter_sets,
            damage: None,
        }],
    }
}
