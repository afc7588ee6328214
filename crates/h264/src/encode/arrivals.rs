//! Frames on their way into the lookahead: other threads look at each picture by itself meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use vitascope_encode::{LumaView, PictureAnalysis, PictureTurn};

use super::config::FrameInput;
use super::error::Error;
use super::frame_coder::CodedFrame;
use super::picture::SourcePicture;
use super::worker::Workers;

/// Frames in the order in which they were handed in. Their settings must not change before they leave.
pub(crate) struct Arrivals {
    /// Most that wait after another one came.
    most: usize,
    queue: VecDeque<Arrival>,
}

/// A frame that was handed in.
struct Arrival {
    picture: Arc<SourcePicture>,
    input: FrameInput,
    analysis: Receiver<Result<PictureAnalysis, vitascope_encode::Error>>,
}

impl Arrivals {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, queue: VecDeque::new() }
    }

    /// Whether frames may wait at all.
    pub(crate) fn is_open(&self) -> bool {
        self.most > 0
    }

    /// More frames wait than may.
    pub(crate) fn is_over_full(&self) -> bool {
        self.queue.len() > self.most
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Has a picture, of which `width` x `height` samples count, looked at.
    pub(crate) fn push(
        &mut self,
        workers: &Workers<CodedFrame>,
        turn: PictureTurn,
        picture: &Arc<SourcePicture>,
        (width, height): (usize, usize),
        input: FrameInput,
    ) {
        let (sender, analysis) = channel();
        let picture = Arc::clone(picture);
        self.queue.push_back(Arrival { picture: Arc::clone(&picture), input, analysis });
        workers.send_on_errand(Box::new(move || {
            let luma = LumaView { data: &picture.luma, stride: picture.luma_stride(), width, height };
            let analysis = turn.analyse(luma);
            // The memory goes back to where the picture will be returned.
            drop(picture);
            // Nobody waits any more when the encoder has been dropped.
            let _ = sender.send(analysis);
        }));
    }

    /// The frame that has waited longest, once its picture has been looked at.
    ///
    /// # Errors
    /// What looked at it failed.
    pub(crate) fn pop(
        &mut self,
        workers: &Workers<CodedFrame>,
    ) -> Result<Option<(Arc<SourcePicture>, FrameInput, PictureAnalysis)>, Error> {
        let Some(Arrival { picture, input, analysis }) = self.queue.pop_front() else { return Ok(None) };
        let analysis = loop {
            // What no thread has begun may as well be done here.
            match analysis.try_recv() {
                Err(TryRecvError::Empty) if workers.do_errand() => {}
                Err(_) => break analysis.recv(),
                Ok(done) => break Ok(done),
            }
        };
        match analysis {
            Ok(analysis) => Ok(Some((picture, input, analysis?))),
            Err(_) => Err(Error::Broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::Geometry;
    use super::*;
    use crate::encode::{Encoder, EncoderConfig};
    use vitascope_core::{PixelBuffer, Time, format};
    use vitascope_encode::{Lookahead, LookaheadConfig};

    const SIZE: (usize, usize) = (64, 32);

    fn input(token: u64) -> FrameInput {
        FrameInput {
            token,
            presentation_time: Time::new(token as i64, 25),
            duration: Time::INVALID,
            force_key_frame: false,
            force_long_term_refresh: false,
            messages: Vec::new(),
            base_qp: None,
        }
    }

    #[test]
    fn frames_leave_in_order_and_unharmed_by_one_that_fails() {
        let config = LookaheadConfig { width: SIZE.0, height: SIZE.1, ..LookaheadConfig::default() };
        for threads in [1, 2, 4] {
            let workers = Workers::new(threads);
            let mut arrivals = Arrivals::new(3);
            let mut lookahead = Lookahead::<()>::new(config).unwrap();
            for token in 0..12 {
                let picture = Arc::new(SourcePicture::new(Geometry { mb_width: 4, mb_height: 2 }));
                let size = if token == 5 { (SIZE.0, 4096) } else { SIZE };
                arrivals.push(&workers, lookahead.next_turn(), &picture, size, input(token));
                // The errand gives its share back before the frame can leave.
                drop(picture);
            }
            assert!(arrivals.is_over_full() && arrivals.len() == 12);
            for token in 0..12 {
                match arrivals.pop(&workers) {
                    Ok(Some((picture, input, _))) => {
                        assert_eq!(input.token, token);
                        assert!(Arc::into_inner(picture).is_some());
                    }
                    Ok(None) => panic!("frame {token} is lost"),
                    Err(error) => assert!(token == 5 && matches!(error, Error::Planning(_)), "{error}"),
                }
            }
            assert!(arrivals.pop(&workers).unwrap().is_none());
        }
    }

    #[test]
    fn frames_wait_only_where_threads_and_time_allow_it() {
        let waiting = |config: EncoderConfig| {
            let (width, height) = (SIZE.0 as u32, SIZE.1 as u32);
            let mut encoder = Encoder::new(EncoderConfig { width, height, ..config }).unwrap();
            for token in 0..10 {
                let buffer = PixelBuffer::new(SIZE.0, SIZE.1, format::YUV420_PLANAR).unwrap();
                encoder.submit(&buffer, input(token)).unwrap();
            }
            assert_eq!(encoder.pending(), 10);
            encoder.arriving()
        };
        let config = EncoderConfig { threads: 2, ..EncoderConfig::default() };
        assert_eq!(waiting(config.clone()), 2);
        assert_eq!(waiting(EncoderConfig { threads: 1, ..config.clone() }), 0);
        assert_eq!(waiting(EncoderConfig { max_frame_delay: Some(6), ..config.clone() }), 0);
        assert_eq!(waiting(EncoderConfig { low_latency: true, ..config.clone() }), 0);
        assert_eq!(waiting(EncoderConfig { lookahead_frames: Some(0), ..config }), 0);
    }
}
