//! Media samples with their timing and attachments.

mod attachments;
mod output;
mod readiness;
mod timing;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::attachments::{Attachments, attachment_methods};
use crate::{BlockBuffer, Error, FormatDescription, PixelBuffer, Result, Time};

pub use attachments::{SampleAttachments, sample_attachment, sample_buffer_attachment};
use readiness::Readiness;
pub use timing::SampleTiming;

/// Supplies the data of a sample buffer on demand, usually by [`SampleBuffer::set_data`]. Called at most once, without
/// any lock held, on the thread that asks for the data.
pub type MakeDataReady = Box<dyn FnOnce(&SampleBuffer) -> Result<()> + Send>;

/// Runs once when a sample buffer is invalidated, without any lock held, on the thread that does so.
#[doc(alias = "CMSampleBufferInvalidateHandler")]
pub type InvalidateHandler = Box<dyn FnOnce(&SampleBuffer) + Send>;

/// Zero or more samples of one medium: compressed data or an image, its format, timing, sizes and attachments.
///
/// Cloning gives another handle to the same samples.
///
/// ```
/// use vitascope_core::{BlockBuffer, FormatDescription, FourCc, SampleBuffer, SampleTiming, Time};
/// let format = FormatDescription::video(FourCc::new(*b"avc1"), 640, 480, Default::default())?;
/// let timing = SampleTiming { presentation_time: Time::new(1001, 30000), ..SampleTiming::INVALID };
/// let sample = SampleBuffer::from_data(BlockBuffer::from_vec(vec![0; 10]), Some(format), timing)?;
/// assert_eq!((sample.sample_size(0)?, sample.presentation_time().value), (10, 1001));
/// # Ok::<(), vitascope_core::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "CMSampleBuffer")]
pub struct SampleBuffer(Arc<Inner>);

struct Inner {
    format: Option<FormatDescription>,
    sample_count: usize,
    timings: Vec<SampleTiming>,
    sizes: Vec<usize>,
    attachments: Attachments,
    state: Mutex<State>,
}

struct State {
    data: Option<BlockBuffer>,
    image: Option<PixelBuffer>,
    readiness: Readiness,
    valid: bool,
    invalidate: Option<InvalidateHandler>,
    /// Those that were set, by the index of their sample.
    sample_attachments: BTreeMap<usize, SampleAttachments>,
    output_presentation_time: Option<Time>,
}

/// The largest number of samples in a buffer.
const MAX_SAMPLES: usize = 1 << 24;

impl SampleBuffer {
    /// Samples whose data is ready.
    ///
    /// `timings` and `sizes` hold one entry for all samples, one per sample, or none. A buffer without samples holds
    /// no data; it carries attachments only.
    ///
    /// # Errors
    /// [`Error::InvalidEntryCount`], [`Error::SampleTimingInvalid`], [`Error::CannotSubdivide`] when sizes and
    /// data disagree, [`Error::InvalidArgument`] for more than 16777216 samples.
    #[doc(alias = "CMSampleBufferCreateReady")]
    pub fn new(
        data: Option<BlockBuffer>,
        format: Option<FormatDescription>,
        sample_count: usize,
        timings: Vec<SampleTiming>,
        sizes: Vec<usize>,
    ) -> Result<SampleBuffer> {
        SampleBuffer::build(data, None, format, sample_count, timings, sizes, Readiness::Ready)
    }

    /// Samples whose data comes later: `make_data_ready` is called when [`SampleBuffer::make_data_ready`] is; without
    /// it somebody must call [`SampleBuffer::set_data_ready`].
    ///
    /// # Errors
    /// As [`SampleBuffer::new`].
    #[doc(alias = "CMSampleBufferCreateWithMakeDataReadyHandler", alias = "CMSampleBufferCreate")]
    pub fn with_make_data_ready(
        make_data_ready: Option<MakeDataReady>,
        format: Option<FormatDescription>,
        sample_count: usize,
        timings: Vec<SampleTiming>,
        sizes: Vec<usize>,
    ) -> Result<SampleBuffer> {
        let readiness = Readiness::NotReady(make_data_ready);
        SampleBuffer::build(None, None, format, sample_count, timings, sizes, readiness)
    }

    /// One sample of compressed data that is ready; its size is that of the data.
    ///
    /// # Errors
    /// As [`SampleBuffer::new`].
    pub fn from_data(
        data: BlockBuffer,
        format: Option<FormatDescription>,
        timing: SampleTiming,
    ) -> Result<SampleBuffer> {
        let size = data.len();
        SampleBuffer::new(Some(data), format, 1, vec![timing], vec![size])
    }

    /// One image that is ready. Without a format it gets that of the image.
    ///
    /// # Errors
    /// [`Error::FormatMismatch`] when a format is given that is not the image's, and those of [`SampleBuffer::new`].
    #[doc(alias = "CMSampleBufferCreateReadyWithImageBuffer")]
    pub fn from_image(
        image: PixelBuffer,
        format: Option<FormatDescription>,
        timing: SampleTiming,
    ) -> Result<SampleBuffer> {
        SampleBuffer::of_image(image, format, timing, Readiness::Ready)
    }

    /// One image whose pixels come later; see [`SampleBuffer::with_make_data_ready`].
    ///
    /// # Errors
    /// As [`SampleBuffer::from_image`].
    #[doc(alias = "CMSampleBufferCreateForImageBufferWithMakeDataReadyHandler")]
    pub fn from_image_with_make_data_ready(
        make_data_ready: Option<MakeDataReady>,
        image: PixelBuffer,
        format: Option<FormatDescription>,
        timing: SampleTiming,
    ) -> Result<SampleBuffer> {
        SampleBuffer::of_image(image, format, timing, Readiness::NotReady(make_data_ready))
    }

    fn of_image(
        image: PixelBuffer,
        format: Option<FormatDescription>,
        timing: SampleTiming,
        readiness: Readiness,
    ) -> Result<SampleBuffer> {
        let format = match format {
            None => FormatDescription::video_for_pixel_buffer(&image)?,
            Some(format) if format.matches_pixel_buffer(&image) => format,
            Some(format) => {
                return Err(Error::FormatMismatch {
                    format: format!("{format:?}"),
                    image: format!("{image:?}"),
                });
            }
        };
        SampleBuffer::build(None, Some(image), Some(format), 1, vec![timing], Vec::new(), readiness)
    }

    fn build(
        data: Option<BlockBuffer>,
        image: Option<PixelBuffer>,
        format: Option<FormatDescription>,
        sample_count: usize,
        timings: Vec<SampleTiming>,
        sizes: Vec<usize>,
        readiness: Readiness,
    ) -> Result<SampleBuffer> {
        if sample_count > MAX_SAMPLES {
            let value = sample_count.to_string();
            return Err(Error::InvalidArgument {
                name: "number of samples",
                value,
                accepted: "0 to 16777216".into(),
            });
        }
        timing::check_entries("timing", timings.len(), sample_count)?;
        timing::check_entries("size", sizes.len(), sample_count)?;
        timing::check_timings(&timings)?;
        let state = State {
            data: None,
            image,
            readiness,
            valid: true,
            invalidate: None,
            sample_attachments: BTreeMap::new(),
            output_presentation_time: None,
        };
        let inner = Inner {
            format,
            sample_count,
            timings,
            sizes,
            attachments: Attachments::default(),
            state: Mutex::new(state),
        };
        if let Some(data) = data {
            inner.check_sizes(&data)?;
            inner.state().data = Some(data);
        }
        Ok(SampleBuffer(Arc::new(inner)))
    }

    /// The same samples with other timing. Data, image and attachments are shared or copied; the data is made
    /// ready first.
    ///
    /// # Errors
    /// As [`SampleBuffer::new`], and those of [`SampleBuffer::make_data_ready`].
    #[doc(alias = "CMSampleBufferCreateCopyWithNewTiming")]
    pub fn copy_with_new_timing(&self, timings: Vec<SampleTiming>) -> Result<SampleBuffer> {
        self.make_data_ready()?;
        let (data, image, sample_attachments) = {
            let state = self.0.state();
            (state.data.clone(), state.image.clone(), state.sample_attachments.clone())
        };
        let (format, sizes) = (self.0.format.clone(), self.0.sizes.clone());
        let copy =
            SampleBuffer::build(data, image, format, self.sample_count(), timings, sizes, Readiness::Ready)?;
        copy.0.state().sample_attachments = sample_attachments;
        self.0.attachments.copy_all_to(&copy.0.attachments);
        Ok(copy)
    }

    /// The samples of a range, as a buffer of their own that shares the data.
    ///
    /// # Errors
    /// [`Error::SampleIndexOutOfRange`]; [`Error::CannotSubdivide`] for an image, or without sizes;
    /// those of [`SampleBuffer::make_data_ready`].
    #[doc(alias = "CMSampleBufferCopySampleBufferForRange")]
    pub fn copy_range(&self, first: usize, count: usize) -> Result<SampleBuffer> {
        let end = first.checked_add(count).filter(|end| *end <= self.sample_count());
        let Some(end) = end else {
            let index = first.saturating_add(count.saturating_sub(1));
            return Err(Error::SampleIndexOutOfRange { index, count: self.sample_count() });
        };
        self.make_data_ready()?;
        if self.image().is_some() && (first, end) != (0, self.sample_count()) {
            return Err(Error::CannotSubdivide("an image is one sample"));
        }
        let data = match self.data() {
            None => None,
            Some(_) if self.0.sizes.is_empty() => {
                return Err(Error::CannotSubdivide("there are no sample sizes"));
            }
            Some(data) => {
                let size = |range: std::ops::Range<usize>| -> Result<usize> {
                    range.map(|index| self.sample_size(index)).sum()
                };
                let (offset, length) = (size(0..first)?, size(first..end)?);
                Some(if length == 0 { BlockBuffer::new() } else { data.slice(offset, length)? })
            }
        };
        let timings = match self.0.timings.len() {
            0 => Vec::new(),
            _ => (first..end).map(|index| self.sample_timing(index)).collect::<Result<_>>()?,
        };
        let sizes = match self.0.sizes.len() {
            0 => Vec::new(),
            _ => (first..end).map(|index| self.sample_size(index)).collect::<Result<_>>()?,
        };
        let format = self.0.format.clone();
        let part = SampleBuffer::build(data, self.image(), format, count, timings, sizes, Readiness::Ready)?;
        let attachments = self.0.state().sample_attachments.clone();
        let kept = attachments.into_iter().filter(|(index, _)| (first..end).contains(index));
        part.0.state().sample_attachments = kept.map(|(index, value)| (index - first, value)).collect();
        self.0.attachments.copy_all_to(&part.0.attachments);
        Ok(part)
    }

    /// Whether both are handles to the same samples.
    pub fn ptr_eq(a: &SampleBuffer, b: &SampleBuffer) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    /// The number of samples.
    #[doc(alias = "CMSampleBufferGetNumSamples")]
    pub fn sample_count(&self) -> usize {
        self.0.sample_count
    }

    /// The format of the samples.
    #[doc(alias = "CMSampleBufferGetFormatDescription")]
    pub fn format(&self) -> Option<&FormatDescription> {
        self.0.format.as_ref()
    }

    /// The compressed data, if there is some.
    #[doc(alias = "CMSampleBufferGetDataBuffer")]
    pub fn data(&self) -> Option<BlockBuffer> {
        self.0.state().data.clone()
    }

    /// The image, if this holds one.
    #[doc(alias = "CMSampleBufferGetImageBuffer")]
    pub fn image(&self) -> Option<PixelBuffer> {
        self.0.state().image.clone()
    }

    /// Supplies the data of samples that were made without. They become ready by [`SampleBuffer::set_data_ready`] or
    /// at the end of the callback that does this.
    ///
    /// # Errors
    /// [`Error::AlreadyHasData`], [`Error::SampleBufferInvalidated`], [`Error::CannotSubdivide`] when the sample
    /// sizes do not add up to it.
    #[doc(alias = "CMSampleBufferSetDataBuffer")]
    pub fn set_data(&self, data: BlockBuffer) -> Result<()> {
        self.0.check_sizes(&data)?;
        let mut state = self.0.state();
        if !state.valid {
            return Err(Error::SampleBufferInvalidated);
        }
        if state.data.is_some() || state.image.is_some() {
            return Err(Error::AlreadyHasData);
        }
        state.data = Some(data);
        Ok(())
    }

    /// Runs `handler` when the buffer is invalidated; it replaces one that was set before.
    ///
    /// # Errors
    /// [`Error::SampleBufferInvalidated`]
    #[doc(alias = "CMSampleBufferSetInvalidateHandler")]
    pub fn set_invalidate_handler(&self, handler: InvalidateHandler) -> Result<()> {
        let mut state = self.0.state();
        if !state.valid {
            return Err(Error::SampleBufferInvalidated);
        }
        state.invalidate = Some(handler);
        Ok(())
    }

    /// Lets go of what the buffer holds, after calling the handler. Doing it again changes nothing.
    #[doc(alias = "CMSampleBufferInvalidate")]
    pub fn invalidate(&self) {
        let handler = {
            let mut state = self.0.state();
            if !std::mem::replace(&mut state.valid, false) {
                return;
            }
            state.invalidate.take()
        };
        if let Some(handler) = handler {
            handler(self);
        }
        let released = {
            let mut state = self.0.state();
            (state.data.take(), state.image.take())
        };
        drop(released);
    }

    /// Whether the buffer was not invalidated.
    #[doc(alias = "CMSampleBufferIsValid")]
    pub fn is_valid(&self) -> bool {
        self.0.state().valid
    }

    /// The attachments of a sample.
    ///
    /// # Errors
    /// [`Error::SampleIndexOutOfRange`]
    #[doc(alias = "CMSampleBufferGetSampleAttachmentsArray")]
    pub fn sample_attachments(&self, index: usize) -> Result<SampleAttachments> {
        self.check_index(index)?;
        Ok(self.0.state().sample_attachments.get(&index).cloned().unwrap_or_default())
    }

    /// Replaces the attachments of a sample.
    ///
    /// # Errors
    /// [`Error::SampleIndexOutOfRange`]
    pub fn set_sample_attachments(&self, index: usize, attachments: SampleAttachments) -> Result<()> {
        self.check_index(index)?;
        let replaced = self.0.state().sample_attachments.insert(index, attachments);
        // A value may own anything: it is dropped without the lock.
        drop(replaced);
        Ok(())
    }

    /// Whether decoding can start at the first sample.
    pub fn is_sync(&self) -> bool {
        self.sample_attachments(0).is_ok_and(|attachments| attachments.is_sync())
    }

    attachment_methods!(0.attachments);

    /// Copies the attachments that should propagate to another buffer.
    #[doc(alias = "CMPropagateAttachments")]
    pub fn propagate_attachments_to(&self, other: &SampleBuffer) {
        self.0.attachments.propagate_to(&other.0.attachments);
    }

    fn set_readiness(&self, readiness: Readiness) -> Result<()> {
        let replaced = {
            let mut state = self.0.state();
            if !state.valid {
                return Err(Error::SampleBufferInvalidated);
            }
            std::mem::replace(&mut state.readiness, readiness)
        };
        // A callback may own anything: it is dropped without the lock.
        drop(replaced);
        Ok(())
    }

    fn check_index(&self, index: usize) -> Result<()> {
        let count = self.sample_count();
        if index < count { Ok(()) } else { Err(Error::SampleIndexOutOfRange { index, count }) }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is complete in itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_sizes(&self, data: &BlockBuffer) -> Result<()> {
        let total = match &self.sizes[..] {
            [] => return Ok(()),
            [size] => size.checked_mul(self.sample_count),
            sizes => sizes.iter().try_fold(0usize, |sum, size| sum.checked_add(*size)),
        };
        match total {
            Some(total) if total <= data.len() => Ok(()),
            _ => Err(Error::CannotSubdivide("the sample sizes add up to more than the data")),
        }
    }
}

impl fmt::Debug for SampleBuffer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "SampleBuffer({} sample(s), presentation {}, decode {}, duration {}, {:?})",
            self.sample_count(),
            self.presentation_time(),
            self.decode_time(),
            self.duration(),
            self.format()
        )
    }
}
