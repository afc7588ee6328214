use mp4_atom::{Elst, Ftyp, Mdhd, Mvhd, Tkhd};
use vitascope_core::{FormatDescription, FourCc, MEDIA_TYPE_VIDEO, Time};

use super::box_reader::{BoxReader, RawBox};
use super::fragments::FragmentDefaults;
use super::samples::{SampleLocation, SampleTable};
use super::visual::VisualEntry;
use crate::{Error, Result};

/// What the index of a file says.
#[derive(Debug)]
pub struct Movie {
    /// Major brand; `None` in old QuickTime files without `ftyp`.
    pub brand: Option<FourCc>,
    /// Length of the movie as its header gives it; zero or invalid where a fragmented file does not say.
    pub duration: Time,
    /// The index stands before the samples.
    pub index_first: bool,
    /// Samples lie in fragments (`moof`).
    pub is_fragmented: bool,
    /// A box in front of the index, or among the fragments, reaches past the end of the file.
    pub is_cut_off: bool,
    /// All tracks, of every media type.
    pub tracks: Vec<Track>,
    fragment_defaults: FragmentDefaults,
}

/// What the index says of a track.
#[derive(Debug)]
pub struct Track {
    /// Number of the track.
    pub id: u32,
    /// Handler type: `vide`, `soun` ...
    pub media_type: FourCc,
    /// Type of the first sample entry: `avc1`, `hvc1`, `mp4a` ...; zero when there is none.
    pub codec: FourCc,
    /// The sample entries of a video track, in order; those that could not be read are `None`.
    pub formats: Vec<Option<FormatDescription>>,
    /// Width and height of presentation in pixels, 0 where there is no picture.
    pub display_size: (f64, f64),
    /// Units per second of the samples' times, 1 to 2147483647.
    pub timescale: i32,
    /// When the first picture is shown.
    pub start: Time,
    /// From the first picture to the end of the last.
    pub duration: Time,
    /// Number of samples.
    pub sample_count: u64,
    /// Number of sync samples.
    pub sync_sample_count: u64,
    /// Bytes of all samples.
    pub total_bytes: u64,
    pub(super) table: SampleTable,
    /// Samples of fragments, which follow those of the table.
    pub(super) fragments: Vec<SampleLocation>,
    has_edits: bool,
    /// To be added to composition times, in units of the timescale.
    pub(super) shift: i64,
    /// At most 0: the least composition offset, to be added to decode times besides, so that none comes after its
    /// presentation.
    pub(super) decode_shift: i64,
}

impl Movie {
    /// Reads the bodies of `ftyp`, where there is one, and `moov`.
    pub(super) fn parse(ftyp: Option<&[u8]>, moov: &[u8]) -> Result<Self> {
        let brand = ftyp.and_then(|body| RawBox { kind: *b"ftyp", body }.decode::<Ftyp>().ok());
        let boxes = BoxReader::new(moov);
        let header: Mvhd = boxes.require("mvhd", "moov")?.decode()?;
        let timescale = timescale("mvhd", header.timescale)?;
        // A track that cannot be read does not keep others from being read.
        let (mut tracks, mut damage) = (Vec::new(), None);
        for track in boxes.clone().filter(|found| &found.kind == b"trak") {
            match Track::parse(track, timescale) {
                Ok(track) => tracks.push(track),
                Err(error) => {
                    log::warn!("a track is left out: {error}");
                    damage.get_or_insert(error);
                }
            }
        }
        if let (true, Some(error)) = (tracks.is_empty(), damage) {
            return Err(error);
        }
        Ok(Self {
            brand: brand.map(|ftyp| FourCc(ftyp.major_brand.into())),
            duration: time(header.duration, timescale),
            index_first: false,
            is_cut_off: false,
            is_fragmented: boxes.first(b"mvex").is_some(),
            tracks,
            fragment_defaults: FragmentDefaults::parse(&boxes)?,
        })
    }

    /// Adds the samples of a fragment (`moof`), which begins at `position` in the file.
    pub(super) fn add_fragment(&mut self, body: &[u8], position: u64) -> Result<()> {
        self.fragment_defaults.add_fragment(&mut self.tracks, body, position)
    }

    /// Brings what the tracks say up to date with the fragments added.
    pub(super) fn finish_fragments(&mut self) {
        self.tracks.iter_mut().for_each(Track::count_fragments);
    }

    /// The first video track with its index.
    pub fn video_track(&self) -> Option<(usize, &Track)> {
        self.tracks.iter().enumerate().find(|(_, track)| track.media_type == MEDIA_TYPE_VIDEO)
    }
}

impl Track {
    fn parse(track: RawBox<'_>, movie_timescale: i32) -> Result<Self> {
        let boxes = track.children();
        let header: Tkhd = boxes.require("tkhd", "trak")?.decode()?;
        let media = boxes.require("mdia", "trak")?.children();
        let media_header: Mdhd = media.require("mdhd", "mdia")?.decode()?;
        let timescale = timescale("mdhd", media_header.timescale)?;
        let handler = media.require("hdlr", "mdia")?;
        let media_type = handler.body.get(8..12).and_then(|kind| kind.first_chunk()).copied();
        let media_type = media_type.ok_or_else(|| handler.damaged("it is shorter than 12 bytes"))?;
        let information = media.require("minf", "mdia")?.children();
        let samples = information.require("stbl", "minf")?.children();
        let table = SampleTable::parse(&samples)?;
        let entries = samples.require("stsd", "stbl")?;
        // Behind version, flags and the number of entries.
        let entries = BoxReader::new(entries.body.get(8..).unwrap_or_default());
        let edits = match boxes.first(b"edts").and_then(|edits| edits.children().first(b"elst")) {
            Some(list) => {
                list.decode::<Elst>().inspect_err(|error| log::warn!("{error}")).unwrap_or_default()
            }
            None => Elst::default(),
        };
        let edits = Edits::new(&edits, movie_timescale, timescale);
        let fixed = |value: mp4_atom::FixedPoint<u16>| {
            f64::from(value.integer()) + f64::from(value.decimal()) / 65536.0
        };
        Ok(Self {
            id: header.track_id,
            media_type: FourCc::new(media_type),
            codec: entries.clone().next().map_or(FourCc(0), |entry| FourCc::new(entry.kind)),
            formats: match &media_type == b"vide" {
                true => {
                    entries.map(|entry| VisualEntry::parse(entry).and_then(|e| e.to_format()).ok()).collect()
                }
                false => Vec::new(),
            },
            display_size: (fixed(header.width), fixed(header.height)),
            timescale,
            start: Time::new(edits.start, timescale),
            duration: edits.duration.unwrap_or_else(|| time(media_header.duration, timescale)),
            sample_count: table.count(),
            sync_sample_count: table.sync_count(),
            total_bytes: table.total_bytes(),
            decode_shift: table.least_offset(),
            table,
            fragments: Vec::new(),
            has_edits: edits.duration.is_some(),
            shift: edits.start.saturating_sub(edits.media_start),
        })
    }
}

impl Track {
    /// Number of samples that lie wholly in a file of so many bytes: fewer than [`sample_count`](Self::sample_count) where
    /// the file is cut off.
    pub fn samples_within(&self, length: u64) -> u64 {
        let ends = self.fragments.iter().map(|sample| sample.offset.saturating_add(sample.size.into()));
        self.table.count_within(length) + ends.filter(|&end| end <= length).count() as u64
    }

    /// Adds the fragments' samples to the numbers, and takes the times from them where the index has none.
    fn count_fragments(&mut self) {
        if self.fragments.is_empty() {
            return;
        }
        let samples = &self.fragments;
        self.sample_count += samples.len() as u64;
        self.sync_sample_count += samples.iter().filter(|sample| sample.is_sync).count() as u64;
        self.total_bytes += samples.iter().map(|sample| u64::from(sample.size)).sum::<u64>();
        let least = samples.iter().map(|sample| sample.composition_offset).min().unwrap_or(0);
        self.decode_shift = self.decode_shift.min(least);
        let shown = |sample: &SampleLocation| sample.decode.saturating_add(sample.composition_offset);
        let first = samples.iter().map(shown).min().unwrap_or(0);
        let end = samples
            .iter()
            .map(|sample| shown(sample).saturating_add(sample.duration.into()))
            .max()
            .unwrap_or(0);
        if !self.has_edits && self.table.count() == 0 {
            self.start = Time::new(first.saturating_add(self.shift), self.timescale);
            self.duration = Time::new(end.saturating_sub(first), self.timescale);
        }
    }
}

/// What of an edit list counts: empty edits in front, then the first stretch of media.
struct Edits {
    /// When the first picture is shown, in units of the track's timescale.
    start: i64,
    /// Composition time of the first picture.
    media_start: i64,
    duration: Option<Time>,
}

impl Edits {
    fn new(list: &Elst, movie_timescale: i32, timescale: i32) -> Self {
        let empty = list.entries.iter().take_while(|edit| edit.media_time.is_none());
        let start = empty.fold(0, |sum: u64, edit| sum.saturating_add(edit.segment_duration));
        let start = i128::from(start) * i128::from(timescale) / i128::from(movie_timescale);
        let mut media = list.entries.iter().filter(|edit| edit.media_time.is_some());
        let duration = media.clone().fold(0, |sum: u64, edit| sum.saturating_add(edit.segment_duration));
        Self {
            start: i64::try_from(start).unwrap_or(i64::MAX),
            media_start: media
                .next()
                .and_then(|edit| edit.media_time)
                .and_then(|t| i64::try_from(t).ok())
                .unwrap_or(0),
            duration: (duration > 0).then(|| time(duration, movie_timescale)),
        }
    }
}

/// A timescale that [`Time`] can have.
fn timescale(name: &'static str, value: u32) -> Result<i32> {
    i32::try_from(value).ok().filter(|&timescale| timescale > 0).ok_or_else(|| Error::Damaged {
        name: name.to_owned(),
        message: format!("timescale {value} is not in the range 1 to {}", i32::MAX),
    })
}

fn time(value: u64, timescale: i32) -> Time {
    i64::try_from(value).map_or(Time::INDEFINITE, |value| Time::new(value, timescale))
}
