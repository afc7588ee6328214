//! Memory of pictures, made ready by threads that have nothing else to do while the lookahead fills.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::frame_coder::CodedFrame;
use super::picture::{Geometry, PictureWriter};
use super::worker::Workers;

/// Pictures that will be needed once as many are under way as may be. The system provides memory when it is written to for
/// the first time, which takes as long as coding some rows.
pub(crate) struct PreparedPictures {
    /// How many to ask for yet.
    left: usize,
    sender: Sender<PictureWriter>,
    ready: Receiver<PictureWriter>,
}

impl PreparedPictures {
    /// At most so many.
    pub(crate) fn new(most: usize) -> Self {
        let (sender, ready) = channel();
        Self { left: most, sender, ready }
    }

    /// Has another one made ready; with one for each frame that comes, a short stream takes no more than it needs.
    pub(crate) fn ask_for_one(&mut self, workers: &Workers<CodedFrame>, geometry: Geometry) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let sender = self.sender.clone();
        workers.leave_for_leisure(Box::new(move || {
            let mut picture = PictureWriter::new(geometry);
            picture.touch();
            // Nobody wants it any more when the encoder has been dropped.
            let _ = sender.send(picture);
        }));
    }

    /// Those that are ready.
    pub(crate) fn take(&self) -> impl Iterator<Item = PictureWriter> {
        self.ready.try_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn idle_threads_prepare_one_for_each_frame() {
        let geometry = Geometry { mb_width: 4, mb_height: 2 };
        let workers = Workers::new(2);
        let mut pictures = PreparedPictures::new(3);
        for asked in 1..=5 {
            pictures.ask_for_one(&workers, geometry);
            let ready = pictures.ready.recv_timeout(Duration::from_secs(if asked > 3 { 0 } else { 20 }));
            assert_eq!(ready.is_ok(), asked <= 3, "{asked}");
            // It can be written to like any other.
            assert!(ready.map_or(true, |mut picture| picture.restart()));
        }
        assert_eq!(pictures.take().count(), 0);
    }
}
