//! Frames on their way into the lookahead: other threads look at each picture by itself meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use vitascope_encode::{LumaView, PictureAnalyser, PictureAnalysis};

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
        analyser: PictureAnalyser,
        picture: &Arc<SourcePicture>,
        (width, height): (usize, usize),
        input: FrameInput,
    ) {
        let (sender, analysis) = channel();
        let picture = Arc::clone(picture);
        self.queue.push_back(Arrival { picture: Arc::clone(&picture), input, analysis });
        workers.send_on_errand(Box::new(move || {
            let luma = LumaView { data: &picture.luma, stride: picture.luma_stride(), width, height };
            let analysis = analyser.analyse(luma);
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
