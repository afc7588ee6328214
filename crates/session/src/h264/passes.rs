//! Passes of the H.264 encoder: what it hands from one to the next.

use std::collections::HashMap;
use std::sync::Arc;

use vitascope_core::{Time, TimeRange};
use vitascope_h264::encode::{Encoder, FrameRecord, RateControl};

use crate::encoder::PassRequest;
use crate::error::{Error, Result};
use crate::multi_pass::{MultiPassStorage, ranges_contain};

/// How far the rate may be off before another pass is asked for.
const TOLERANCE: f64 = 0.01;
/// A pass over a part of the stream covers so many times the bits that are too many or too few, so that its quality changes
/// little.
const COVER: f64 = 6.0;
/// Nothing is asked for after so many passes: what they could not reach is out of reach.
const MOST_PASSES: u32 = 4;

/// The pass that an encoder is in.
pub(super) struct Pass {
    request: PassRequest,
    /// Bits per second to reach; `None` with constant quality, where one pass knows all there is to know.
    rate: Option<u32>,
    /// It follows what a pass before has found.
    follows: bool,
    /// Parts cannot be coded by themselves: a decoder's buffer, or windows of time, reach over their ends.
    whole: bool,
    /// Why the records are incomplete.
    failure: Option<Error>,
}

impl Pass {
    /// Whether a pass should only measure: the first of several, where a rate is to be met.
    pub(super) fn measures(request: &PassRequest, control: RateControl) -> bool {
        request.number == 1 && !request.is_final && matches!(control, RateControl::AverageBitRate(_))
    }

    /// Begins the pass, with what the passes before have found.
    pub(super) fn begin(request: &PassRequest, encoder: &mut Encoder) -> Result<Self> {
        let config = encoder.config();
        let whole =
            config.decoder_buffer.is_some() || config.rate_limits.data_rate.iter().any(Option::is_some);
        let rate = match config.rate_control {
            RateControl::AverageBitRate(rate) => Some(rate),
            RateControl::ConstantQuality(_) => None,
        };
        let stream = read(&request.storage, &|| false)?;
        let follows = !stream.is_empty();
        if follows {
            let ranges = &request.time_ranges;
            let covered =
                |record: &FrameRecord| ranges.is_empty() || ranges_contain(ranges, record.presentation_time);
            let (own, kept): (Vec<FrameRecord>, Vec<_>) = stream.iter().partition(|record| covered(record));
            let bits = f64::from(rate.unwrap_or(0)) * seconds(&stream) - bits(&kept);
            let mut sync_times: Vec<Time> = stream
                .iter()
                .filter(|record| is_sync(record))
                .map(|record| record.presentation_time)
                .collect();
            sync_times.sort_unstable();
            encoder.follow(&own, bits.max(1.0), sync_times);
        }
        Ok(Pass { request: request.clone(), rate, follows, whole, failure: None })
    }

    /// Notes a frame that was coded.
    pub(super) fn record(&mut self, record: &FrameRecord) {
        if self.failure.is_none() {
            let appended = self.request.storage.append(record.presentation_time, &record.to_bytes());
            self.failure = appended.err();
        }
    }

    /// The ranges that shall be coded again.
    pub(super) fn end(&mut self, analyse: bool, cancelled: &dyn Fn() -> bool) -> Result<Vec<TimeRange>> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let Some(rate) = self.rate.filter(|_| analyse && self.request.number < MOST_PASSES) else {
            return Ok(Vec::new());
        };
        let mut stream = read_with_open(&self.request, cancelled)?;
        stream.sort_unstable_by_key(|record| record.presentation_time);
        let scenes = scenes(&stream);
        let missed = |excess: f64| excess.abs() > TOLERANCE * f64::from(rate) * seconds(&stream);
        let excess = bits(&stream) - f64::from(rate) * seconds(&stream);
        if !self.follows || (self.whole && missed(excess)) {
            return Ok(join(&scenes));
        }
        if !missed(excess) {
            return Ok(Vec::new());
        }
        Ok(join(&worst(scenes, excess)))
    }
}

/// The frames from one sync frame to the next, in presentation order.
struct Scene {
    range: TimeRange,
    bits: f64,
    /// Mean base QP.
    qp: f64,
}

/// The scenes whose quality is furthest from the others', as far as that helps: the best ones when too many bits were used.
fn worst(mut scenes: Vec<Scene>, excess: f64) -> Vec<Scene> {
    let sign = if excess > 0.0 { 1.0 } else { -1.0 };
    scenes.sort_by(|a, b| (sign * a.qp).total_cmp(&(sign * b.qp)));
    let mut covered = 0.0;
    let count = scenes
        .iter()
        .take_while(|scene| {
            let wanted = covered < COVER * excess.abs();
            covered += scene.bits;
            wanted
        })
        .count();
    scenes.truncate(count);
    scenes.sort_by_key(|scene| scene.range.start);
    scenes
}

fn scenes(stream: &[FrameRecord]) -> Vec<Scene> {
    let starts: Vec<usize> = (0..stream.len()).filter(|i| *i == 0 || is_sync(&stream[*i])).collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let scene = |(start, end): (&usize, usize)| {
        let frames = &stream[*start..end];
        let first = frames[0].presentation_time;
        let after = match (stream.get(end), frames.last()) {
            (Some(next), _) => next.presentation_time,
            (None, last) => last.map_or(first, end_of),
        };
        Scene {
            range: TimeRange::from_time_to_time(first, after),
            bits: bits(frames),
            qp: frames.iter().map(|frame| frame.base_qp).sum::<f64>() / frames.len() as f64,
        }
    };
    starts.iter().zip(ends).map(scene).collect()
}

/// Ranges in order, those that touch made one.
fn join(scenes: &[Scene]) -> Vec<TimeRange> {
    let mut ranges: Vec<TimeRange> = Vec::new();
    for scene in scenes {
        match ranges.last_mut() {
            Some(last) if last.end() == scene.range.start => {
                *last = TimeRange::from_time_to_time(last.start, scene.range.end());
            }
            _ => ranges.push(scene.range),
        }
    }
    ranges
}

/// When the last frame ends, at least a unit of its timescale after it begins.
fn end_of(record: &FrameRecord) -> Time {
    let time = record.presentation_time;
    let unit = Time::new(1, time.timescale);
    time + Time::from_seconds(record.duration_seconds, time.timescale).max(unit)
}

fn is_sync(record: &FrameRecord) -> bool {
    record.kind == vitascope_h264::encode::FrameKind::Idr
}

fn bits<'a>(records: impl IntoIterator<Item = &'a FrameRecord>) -> f64 {
    records.into_iter().map(|record| record.bits as f64).sum()
}

fn seconds(records: &[FrameRecord]) -> f64 {
    records.iter().map(|record| record.duration_seconds).sum()
}

/// The newest record of every frame of the stream, in the coding order of the first pass.
fn read(storage: &Arc<MultiPassStorage>, cancelled: &dyn Fn() -> bool) -> Result<Vec<FrameRecord>> {
    let mut newest = Newest::default();
    for pass in storage.passes()? {
        storage.for_each_record(pass.number, |time, bytes| newest.add(time, bytes, cancelled))?;
    }
    newest.checked(storage)
}

/// The same with the records of the pass that is being ended.
fn read_with_open(request: &PassRequest, cancelled: &dyn Fn() -> bool) -> Result<Vec<FrameRecord>> {
    let mut newest = Newest::default();
    let storage = &request.storage;
    for pass in storage.passes()? {
        storage.for_each_record(pass.number, |time, bytes| newest.add(time, bytes, cancelled))?;
    }
    storage.for_each_open_record(|time, bytes| newest.add(time, bytes, cancelled))?;
    newest.checked(storage)
}

#[derive(Default)]
struct Newest {
    records: Vec<FrameRecord>,
    places: HashMap<(i64, i32, i64), usize>,
    damaged: bool,
}

impl Newest {
    fn add(&mut self, time: Time, bytes: &[u8], cancelled: &dyn Fn() -> bool) -> bool {
        let Some(record) = FrameRecord::from_bytes(time, bytes) else {
            self.damaged = true;
            return false;
        };
        let next = self.records.len();
        match *self.places.entry((time.value, time.timescale, time.epoch)).or_insert(next) {
            place if place == next => self.records.push(record),
            place => self.records[place] = record,
        }
        // Looked at now and then: it takes a lock.
        !next.is_multiple_of(4096) || !cancelled()
    }

    fn checked(self, storage: &MultiPassStorage) -> Result<Vec<FrameRecord>> {
        if self.damaged {
            return Err(Error::MultiPassStorageInvalid {
                path: storage.path().display().to_string(),
                reason: "a record in it is not one of this encoder".into(),
            });
        }
        Ok(self.records)
    }
}
