//! The sessions, and what changes in them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};

use vitascope_core::{Dictionary, PixelBuffer, Time, Value};
use vitascope_session::{CompressionSession, FrameOptions, codec, key};

use super::lot::Lot;
use super::pictures::{HEIGHT, WIDTH};

const FRAME_RATE: i32 = 30;
/// Bit rates between which sessions change.
const RATES: [i64; 4] = [40_000, 80_000, 120_000, 200_000];
/// Frames after which a state that no rate could be met in ends.
const SHORT: u64 = 40;
/// Shortest distance of key frames at which every rate can be met.
const LEAST_KEY_FRAME_INTERVAL: i64 = 15;
/// A property changes about every eight seconds of video.
const BETWEEN_CHANGES: u64 = 240;
/// The reference value of frames that a rate was asked for.
const RATED: u64 = 1;

/// How a session is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An average rate, or a quality for a while, with limits.
    Ordinary,
    /// Low latency, layers, and long-term references that a receiver acknowledges.
    Conference,
    /// A variable rate with a decoder's buffer.
    Buffered,
}

impl Kind {
    /// The properties that change.
    fn changing(self) -> &'static [&'static str] {
        match self {
            Kind::Ordinary => &[
                key::AVERAGE_BIT_RATE,
                key::QUALITY,
                key::DATA_RATE_LIMITS,
                key::MAX_KEY_FRAME_INTERVAL,
                key::MAX_KEY_FRAME_INTERVAL_DURATION,
                key::ALLOW_TEMPORAL_COMPRESSION,
                key::MIN_ALLOWED_FRAME_QP,
                key::MAX_ALLOWED_FRAME_QP,
                key::MAX_H264_SLICE_BYTES,
                key::EXPECTED_FRAME_RATE,
            ],
            Kind::Conference => &[
                key::AVERAGE_BIT_RATE,
                key::BASE_LAYER_BIT_RATE_FRACTION,
                key::MAX_H264_SLICE_BYTES,
                key::MAX_KEY_FRAME_INTERVAL,
                key::MIN_ALLOWED_FRAME_QP,
                key::EXPECTED_FRAME_RATE,
            ],
            Kind::Buffered => &[
                key::VARIABLE_BIT_RATE,
                key::MAX_KEY_FRAME_INTERVAL,
                key::MAX_KEY_FRAME_INTERVAL_DURATION,
                key::MAX_H264_SLICE_BYTES,
            ],
        }
    }

    fn specification(self) -> Dictionary {
        match self {
            Kind::Conference => Dictionary::new().with("EnableLowLatencyRateControl", true),
            _ => Dictionary::new(),
        }
    }

    /// What is set before the first frame.
    fn settings(self) -> Dictionary {
        let rate = Dictionary::new().with(key::EXPECTED_FRAME_RATE, f64::from(FRAME_RATE));
        match self {
            Kind::Ordinary => rate.with(key::AVERAGE_BIT_RATE, RATES[0]),
            Kind::Conference => rate
                .with(key::AVERAGE_BIT_RATE, RATES[0])
                .with(key::ENABLE_LTR, true)
                .with(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5),
            Kind::Buffered => {
                rate.with(key::VARIABLE_BIT_RATE, RATES[0]).with(key::VBV_MAX_BIT_RATE, 2 * RATES[3])
            }
        }
    }
}

/// A session, and what became of its frames.
pub(super) struct Stream {
    pub(super) kind: Kind,
    session: CompressionSession,
    /// Bytes of frames that a rate was asked for.
    bytes: Arc<AtomicU64>,
    /// Tokens of long-term references.
    tokens: Receiver<i64>,
    /// Bits that were asked for.
    wanted: f64,
    /// The rate that is asked for; none while a quality counts.
    rate: Option<i64>,
    /// Frames so far.
    frames: u64,
    /// What is set back at a frame.
    passing: Option<(u64, &'static str, Value)>,
}

impl Stream {
    pub(super) fn open(kind: Kind) -> Result<Self, String> {
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&bytes);
        let (sender, tokens) = channel();
        let session = CompressionSession::builder(WIDTH as i32, HEIGHT as i32, codec::H264)
            .encoder_specification(kind.specification())
            .output_handler(move |output| {
                let Some(sample) = output.sample.ok().flatten() else { return };
                if output.reference.as_number() == Some(RATED) {
                    counted.fetch_add(sample.total_sample_size() as u64, Ordering::Relaxed);
                }
                let attachments = sample.sample_attachments(0).ok();
                if let Some(token) = attachments.and_then(|of| of.ltr_acknowledgement_token()) {
                    let _ = sender.send(token);
                }
            })
            .build()
            .map_err(|error| error.to_string())?;
        session.set_properties(&kind.settings()).map_err(|error| error.to_string())?;
        let rate = Some(RATES[0]);
        Ok(Stream { kind, session, bytes, tokens, wanted: 0.0, rate, frames: 0, passing: None })
    }

    /// Gives the next of the pictures, after a change now and then.
    pub(super) fn encode(&mut self, pictures: &[PixelBuffer], lot: &mut Lot) -> Result<(), String> {
        if let Some((_, key, value)) = self.passing.take_if(|(at, ..)| *at == self.frames) {
            self.set(key, value)?;
        }
        let changing = self.kind.changing();
        if self.passing.is_none() && lot.chance(BETWEEN_CHANGES / changing.len() as u64) {
            self.change(lot.one_of(changing), lot)?;
        }
        let mut options = FrameOptions::new().with_force_key_frame(lot.chance(500));
        if self.kind == Kind::Conference {
            // Of ten frames, one loses the tokens that arrive; how many do depends on threads, and what is drawn must not.
            let lost = lot.chance(10);
            let arrived: Vec<i64> = self.tokens.try_iter().filter(|_| !lost).collect();
            options = options.with_acknowledged_ltr_tokens(arrived).with_force_ltr_refresh(lot.chance(100));
        } else if self.rate.is_none() && lot.chance(20) {
            options = options.with_base_frame_qp(lot.below(52) as u8);
        }
        let picture = &pictures[self.frames as usize % pictures.len()];
        let (time, duration) = (Time::new(self.frames as i64, FRAME_RATE), Time::new(1, FRAME_RATE));
        let reference = if self.rate.is_some() { RATED } else { 0 };
        self.session
            .encode_frame(picture, time, duration, &options, reference)
            .map_err(|error| format!("{:?}, frame {}: {error}", self.kind, self.frames))?;
        self.wanted += self.rate.unwrap_or(0) as f64 / f64::from(FRAME_RATE);
        self.frames += 1;
        Ok(())
    }

    /// Bits over those that were asked for.
    pub(super) fn ratio(&self) -> f64 {
        8.0 * self.bytes.load(Ordering::Relaxed) as f64 / self.wanted
    }

    /// The same when all frames are out.
    pub(super) fn complete(self) -> Result<f64, String> {
        self.session.complete_frames(Time::INVALID).map_err(|error| error.to_string())?;
        Ok(self.ratio())
    }

    fn set(&self, key: &str, value: Value) -> Result<(), String> {
        self.session.set_property(key, value).map_err(|error| format!("{:?}: {error}", self.kind))
    }

    /// Sets a property to something else.
    fn change(&mut self, key: &'static str, lot: &mut Lot) -> Result<(), String> {
        let value = match key {
            key::AVERAGE_BIT_RATE | key::VARIABLE_BIT_RATE => return self.change_rate(key, lot),
            // It counts while there is no rate.
            key::QUALITY if self.rate.is_some() => {
                self.rate = None;
                self.set(key::AVERAGE_BIT_RATE, Value::from(0))?;
                Value::from(0.3 + lot.below(40) as f64 / 100.0)
            }
            key::QUALITY => return self.change_rate(key::AVERAGE_BIT_RATE, lot),
            key::DATA_RATE_LIMITS => {
                let rate = self.rate.unwrap_or(RATES[3]);
                let limits = [
                    vec![],
                    vec![Value::from(rate / 4), Value::from(1.0)],
                    vec![Value::from(rate / 12), Value::from(0.2), Value::from(rate), Value::from(5.0)],
                ];
                Value::from(lot.one_of(&limits))
            }
            key::MAX_KEY_FRAME_INTERVAL => {
                let interval = lot.below(300) as i64;
                if (1..LEAST_KEY_FRAME_INTERVAL).contains(&interval) {
                    self.passing = Some((self.frames + 1 + lot.below(SHORT), key, Value::from(0)));
                }
                Value::from(interval)
            }
            key::MAX_KEY_FRAME_INTERVAL_DURATION => Value::from(lot.below(10) as f64),
            key::ALLOW_TEMPORAL_COMPRESSION => {
                self.passing = Some((self.frames + 1 + lot.below(SHORT), key, Value::from(true)));
                Value::from(false)
            }
            key::MIN_ALLOWED_FRAME_QP => Value::from(lot.below(4) as i64),
            key::MAX_ALLOWED_FRAME_QP => {
                self.passing = Some((self.frames + 1 + lot.below(SHORT), key, Value::from(51)));
                Value::from(30 + lot.below(20) as i64)
            }
            key::MAX_H264_SLICE_BYTES => Value::from(lot.one_of(&[0, 300, 1200])),
            key::BASE_LAYER_BIT_RATE_FRACTION => Value::from(0.5 + lot.below(5) as f64 / 10.0),
            _ => Value::from(lot.one_of(&[0.0, 24.0, 30.0, 59.94])),
        };
        self.set(key, value)
    }

    fn change_rate(&mut self, key: &'static str, lot: &mut Lot) -> Result<(), String> {
        let rate = lot.one_of(&RATES);
        self.rate = Some(rate);
        if key == key::AVERAGE_BIT_RATE {
            // Limits of another rate would not do.
            self.set(key::DATA_RATE_LIMITS, Value::from(Vec::<Value>::new()))?;
        }
        self.set(key, Value::from(rate))
    }
}

#[cfg(test)]
mod tests {
    use vitascope_session::property::Change;

    use super::*;

    #[test]
    fn everything_changes_that_may() {
        let kinds = [Kind::Ordinary, Kind::Conference, Kind::Buffered];
        let stream = Stream::open(Kind::Ordinary).unwrap();
        for row in stream.session.property_table().rows() {
            let may_change = matches!(row.change, Change::AnyTime | Change::ValueAnyTime);
            let changes = kinds.iter().any(|kind| kind.changing().contains(&row.key));
            assert_eq!(changes, may_change, "{}", row.key);
        }
    }
}
