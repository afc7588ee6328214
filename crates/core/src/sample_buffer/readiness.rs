//! Whether the data of a sample buffer is there.

use super::{MakeDataReady, SampleBuffer};
use crate::{Error, Result};

pub(super) enum Readiness {
    Ready,
    NotReady(Option<MakeDataReady>),
    Failed(i32),
    /// That of another buffer.
    Of(SampleBuffer),
}

/// More buffers than track each other one after the other.
const MAX_HOPS: usize = 1024;

impl SampleBuffer {
    /// Whether the data is there.
    #[doc(alias = "CMSampleBufferDataIsReady")]
    pub fn data_is_ready(&self) -> bool {
        matches!(self.source_of_readiness().0.state().readiness, Readiness::Ready)
    }

    /// The status that the supplier of the data failed with, if it did.
    #[doc(alias = "CMSampleBufferHasDataFailed")]
    pub fn data_failure(&self) -> Option<i32> {
        match self.source_of_readiness().0.state().readiness {
            Readiness::Failed(status) => Some(status),
            _ => None,
        }
    }

    /// Says that the data is there.
    ///
    /// # Errors
    /// [`Error::SampleBufferInvalidated`]
    #[doc(alias = "CMSampleBufferSetDataReady")]
    pub fn set_data_ready(&self) -> Result<()> {
        self.set_readiness(Readiness::Ready)
    }

    /// Says that the data will never come, with a status number.
    ///
    /// # Errors
    /// [`Error::SampleBufferInvalidated`]
    #[doc(alias = "CMSampleBufferSetDataFailed")]
    pub fn set_data_failed(&self, status: i32) -> Result<()> {
        self.set_readiness(Readiness::Failed(status))
    }

    /// Makes the readiness of `other` this buffer's own: it is ready when the other one is, and to make it ready makes
    /// the other one ready.
    ///
    /// # Errors
    /// [`Error::SampleBufferInvalidated`]; [`Error::InvalidArgument`] when `other` goes by this buffer itself.
    #[doc(alias = "CMSampleBufferTrackDataReadiness")]
    pub fn track_data_readiness(&self, other: &SampleBuffer) -> Result<()> {
        let source = other.source_of_readiness();
        if SampleBuffer::ptr_eq(&source, self) {
            return Err(Error::InvalidArgument {
                name: "sample buffer to track",
                value: "one whose data readiness is that of this one".into(),
                accepted: "any other".into(),
            });
        }
        self.set_readiness(Readiness::Of(source))
    }

    /// Makes the data ready by the callback, unless it already is.
    ///
    /// # Errors
    /// [`Error::BufferNotReady`] without a callback (or while it runs), [`Error::DataFailed`],
    /// [`Error::SampleBufferInvalidated`], and what the callback returns; then the callback is spent and the data
    /// counts as failed.
    #[doc(alias = "CMSampleBufferMakeDataReady")]
    pub fn make_data_ready(&self) -> Result<()> {
        if !self.is_valid() {
            return Err(Error::SampleBufferInvalidated);
        }
        self.source_of_readiness().make_own_data_ready()
    }

    fn make_own_data_ready(&self) -> Result<()> {
        let callback = {
            let mut state = self.0.state();
            if !state.valid {
                return Err(Error::SampleBufferInvalidated);
            }
            match &mut state.readiness {
                Readiness::Ready => return Ok(()),
                Readiness::Failed(status) => return Err(Error::DataFailed { status: *status }),
                Readiness::NotReady(callback) => callback.take().ok_or(Error::BufferNotReady)?,
                // Another thread has just made it so.
                Readiness::Of(_) => return Err(Error::BufferNotReady),
            }
        };
        match callback(self) {
            // The callback may have reported the failure itself.
            Ok(()) => match self.data_failure() {
                Some(status) => Err(Error::DataFailed { status }),
                None => self.set_data_ready(),
            },
            Err(error) => {
                self.set_data_failed(error.status())?;
                Err(error)
            }
        }
    }

    /// The buffer whose own readiness counts for this one.
    fn source_of_readiness(&self) -> SampleBuffer {
        let mut source = self.clone();
        // Two threads at once may close a circle; whoever goes round in it stops somewhere.
        for _ in 0..MAX_HOPS {
            let next = match &source.0.state().readiness {
                Readiness::Of(next) => next.clone(),
                _ => break,
            };
            source = next;
        }
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> SampleBuffer {
        let make = Box::new(|_: &SampleBuffer| Ok(()));
        SampleBuffer::with_make_data_ready(Some(make), None, 1, Vec::new(), Vec::new()).expect("no entries")
    }

    #[test]
    fn readiness_can_be_that_of_another_buffer() {
        let (one, other, third) = (waiting(), waiting(), waiting());
        one.track_data_readiness(&other).expect("another buffer");
        third.track_data_readiness(&one).expect("another buffer");
        assert!(!one.data_is_ready());
        assert!(other.track_data_readiness(&third).is_err());
        assert!(other.track_data_readiness(&other).is_err());
        third.make_data_ready().expect("the callback succeeds");
        assert!(one.data_is_ready() && other.data_is_ready() && third.data_is_ready());
        other.set_data_failed(-5).expect("valid");
        assert_eq!((one.data_failure(), third.data_failure()), (Some(-5), Some(-5)));
    }
}
