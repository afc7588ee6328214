use mp4_atom::{Tfdt, Tfhd, Trex, Trun};

use super::box_reader::{BoxReader, RawBox};
use super::parse::Track;
use super::samples::SampleLocation;
use crate::{Error, Result};

/// Most samples in the fragments of a track; a day of video at 24 pictures per second.
const MAX_SAMPLES: usize = 1 << 21;

/// The bit of a sample's flags that says that decoding cannot begin there (ISO/IEC 14496-12 8.8.3.1).
const IS_NOT_SYNC: u32 = 1 << 16;

/// What fragments leave out: the defaults of each track.
#[derive(Debug, Default)]
pub(super) struct FragmentDefaults(Vec<Trex>);

impl FragmentDefaults {
    /// Reads the `mvex` box of a movie, where there is one.
    pub(super) fn parse(moov: &BoxReader<'_>) -> Result<Self> {
        let Some(extends) = moov.first(b"mvex") else { return Ok(Self::default()) };
        extends
            .children()
            .filter(|found| &found.kind == b"trex")
            .map(|found| found.decode())
            .collect::<Result<_>>()
            .map(Self)
    }

    /// Adds the samples of a fragment (`moof`), which begins at `position` in the file, to its tracks.
    pub(super) fn add_fragment(&self, tracks: &mut [Track], body: &[u8], position: u64) -> Result<()> {
        // Where a run without an offset of its own begins.
        let mut data_end = position;
        for (number, fragment) in BoxReader::new(body).filter(|found| &found.kind == b"traf").enumerate() {
            let boxes = fragment.children();
            let header: Tfhd = boxes.require("tfhd", "traf")?.decode()?;
            let Some(track) = tracks.iter_mut().find(|track| track.id == header.track_id) else { continue };
            let base = match header.base_data_offset {
                Some(offset) => offset,
                None if header.default_base_is_moof || number == 0 => position,
                None => data_end,
            };
            let trex = self.0.iter().find(|trex| trex.track_id == header.track_id);
            let run = RunDefaults {
                duration: header
                    .default_sample_duration
                    .or(trex.map(|t| t.default_sample_duration))
                    .unwrap_or(0),
                size: header.default_sample_size.or(trex.map(|t| t.default_sample_size)).unwrap_or(0),
                flags: header.default_sample_flags.or(trex.map(|t| t.default_sample_flags)).unwrap_or(0),
                entry: header
                    .sample_description_index
                    .or(trex.map(|t| t.default_sample_description_index))
                    .unwrap_or(1),
            };
            let time = boxes.first(b"tfdt").map(|found| found.decode::<Tfdt>()).transpose()?;
            let mut decode = match time.map(|time| i64::try_from(time.base_media_decode_time)) {
                Some(Ok(decode)) => decode,
                Some(Err(_)) => return Err(fragment.damaged("its decode time is 2^63 or more")),
                None => track.fragments.last().map_or(0, |s| s.decode.saturating_add(s.duration.into())),
            };
            data_end = base;
            for found in boxes.filter(|found| &found.kind == b"trun") {
                run.add(track, found, base, &mut data_end, &mut decode)?;
            }
        }
        Ok(())
    }
}

struct RunDefaults {
    duration: u32,
    size: u32,
    flags: u32,
    entry: u32,
}

impl RunDefaults {
    fn add(
        &self,
        track: &mut Track,
        found: RawBox<'_>,
        base: u64,
        data_end: &mut u64,
        decode: &mut i64,
    ) -> Result<()> {
        let run: Trun = found.decode()?;
        if let Some(offset) = run.data_offset {
            *data_end = base
                .checked_add_signed(offset.into())
                .ok_or_else(|| found.damaged(format!("its data begins {offset} bytes from {base}")))?;
        }
        let count = track.fragments.len().saturating_add(run.samples.len());
        if count > MAX_SAMPLES {
            let (value, limit) = (count as u64, MAX_SAMPLES as u64);
            return Err(Error::Limit { what: "number of samples in fragments", value, limit });
        }
        for sample in &run.samples {
            let location = SampleLocation {
                offset: *data_end,
                size: sample.size.unwrap_or(self.size),
                decode: *decode,
                duration: sample.duration.unwrap_or(self.duration),
                composition_offset: sample.cts.map_or(0, |offset| i64::from(offset as u32 as i32)),
                is_sync: sample.flags.unwrap_or(self.flags) & IS_NOT_SYNC == 0,
                entry: self.entry,
            };
            *data_end = data_end.saturating_add(location.size.into());
            *decode = decode.saturating_add(location.duration.into());
            track.fragments.push(location);
        }
        Ok(())
    }
}
