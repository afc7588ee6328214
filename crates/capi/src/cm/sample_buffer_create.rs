//! `CMSampleBuffer`: making, copying, supplying data.

use std::ffi::c_void;
use std::sync::{Arc, OnceLock};

use vitascope::core::{Error, MakeDataReady, SampleBuffer, SampleTiming};

use super::block_buffer::CmBlockBuffer;
use super::format_description::engine as format_of;
use super::sample_buffer::{CMSampleTimingInfo, CmSampleBuffer, REQUIRED_PARAMETER_MISSING, engine};
use crate::border::{Context, In, OSStatus, Out, api};
use crate::cf::base::CFRange;
use crate::cv::pixel_buffer::CvPixelBuffer;
use crate::object::{Handle, Owned};
use crate::vt::block::Block;

/// Supplies the data of a sample buffer: buffer, context.
type MakeReady = extern "C" fn(Handle, *mut c_void) -> OSStatus;
/// Is told that a sample buffer was invalidated: buffer, context.
type Invalidated = extern "C" fn(Handle, u64);

/// `kCMSampleBufferError_AlreadyHasDataBuffer`
const ALREADY_HAS_DATA: OSStatus = OSStatus(-12732);
/// `kCMSampleBufferError_CannotSubdivide`
const CANNOT_SUBDIVIDE: OSStatus = OSStatus(-12739);

fn refused(function: &str, error: &Error) -> OSStatus {
    log::warn!("{function}: {error} (status {})", error.status());
    OSStatus(error.status())
}

/// What supplies the data of a sample buffer.
enum Supplier {
    /// Nobody: the program says when the data is there.
    None,
    Callback(MakeReady, Context),
    Handler(Block),
}

impl Supplier {
    /// That of a callback; `None` when the data is there.
    fn of_callback(ready: u8, callback: Option<MakeReady>, context: Context) -> Option<Supplier> {
        let supplier = callback.map_or(Supplier::None, |callback| Supplier::Callback(callback, context));
        (ready == 0).then_some(supplier)
    }

    /// That of a block; `None` when the data is there.
    fn of_handler(ready: u8, handler: *const c_void) -> Option<Supplier> {
        (ready == 0).then(|| Block::copy(handler).map_or(Supplier::None, Supplier::Handler))
    }

    /// The engine's callback, which asks the program with the object that will be in the slot.
    fn callback(self, object: &Arc<OnceLock<Handle>>) -> Option<MakeDataReady> {
        if matches!(self, Supplier::None) {
            return None;
        }
        let object = Arc::clone(object);
        Some(Box::new(move |_| {
            // Whoever asks for the data holds the object.
            let object = object.get().copied().unwrap_or(Handle::NULL);
            let status = match self {
                Supplier::None => OSStatus::OK,
                Supplier::Callback(callback, context) => callback(object, context.0),
                Supplier::Handler(handler) => handler.call_sample(object),
            };
            match status {
                OSStatus(0) => Ok(()),
                OSStatus(status) => Err(Error::DataFailed { status }),
            }
        }))
    }
}

/// A sample buffer of one image, by C's description.
fn of_image(
    function: &str,
    image: Handle,
    supplier: Option<Supplier>,
    format: Handle,
    timing: In<CMSampleTimingInfo>,
    out: Out<Handle>,
) -> OSStatus {
    out.clear();
    let (Some(image), Some(timing)) = (image.get::<CvPixelBuffer>(), timing.read()) else {
        log::error!("{function}: a pixel buffer and its timing are wanted");
        return REQUIRED_PARAMETER_MISSING;
    };
    give(function, out, || {
        let (image, format, timing) = (image.buffer.clone(), format_of(format).cloned(), timing.timing());
        let Some(supplier) = supplier else {
            return Ok(CmSampleBuffer::object(SampleBuffer::from_image(image, format, timing)?, None));
        };
        let object = Arc::new(OnceLock::<Handle>::new());
        let make = supplier.callback(&object);
        let sample = SampleBuffer::from_image_with_make_data_ready(make, image, format, timing)?;
        let made = CmSampleBuffer::object(sample, None);
        object.get_or_init(|| *made);
        Ok(made)
    })
}

/// What C describes a sample buffer by.
struct Description {
    data: Handle,
    /// How the data is supplied, unless it is there.
    supplier: Option<Supplier>,
    format: Handle,
    samples: isize,
    timings: Option<Vec<CMSampleTimingInfo>>,
    sizes: Option<Vec<usize>>,
}

impl Description {
    fn build(self) -> Result<Owned, Error> {
        let wrong = |name, value: String, accepted: &str| Error::InvalidArgument {
            name,
            value,
            accepted: accepted.into(),
        };
        let samples = usize::try_from(self.samples)
            .map_err(|_| wrong("number of samples", self.samples.to_string(), "0 and more"))?;
        let timings =
            self.timings.ok_or_else(|| wrong("timing array", "NULL".into(), "entries, or a count of 0"))?;
        let sizes =
            self.sizes.ok_or_else(|| wrong("size array", "NULL".into(), "entries, or a count of 0"))?;
        if !self.data.is_null() && self.data.get::<CmBlockBuffer>().is_none() {
            return Err(wrong("data buffer", crate::cf::base::describe(self.data), "a block buffer or NULL"));
        }
        let timings: Vec<SampleTiming> = timings.into_iter().map(CMSampleTimingInfo::timing).collect();
        let format = format_of(self.format).cloned();
        let object = Arc::new(OnceLock::<Handle>::new());
        let ready = self.supplier.is_none();
        let make_ready = self.supplier.and_then(|supplier| supplier.callback(&object));
        let sample = SampleBuffer::with_make_data_ready(make_ready, format, samples, timings, sizes)?;
        if ready {
            sample.set_data_ready()?;
        }
        let made = CmSampleBuffer::object(sample, Owned::retained(self.data));
        object.get_or_init(|| *made);
        Ok(made)
    }
}

fn give(function: &str, out: Out<Handle>, make: impl FnOnce() -> Result<Owned, Error>) -> OSStatus {
    out.clear();
    if out.is_null() {
        log::error!("{function}: the address for the result is NULL");
        return REQUIRED_PARAMETER_MISSING;
    }
    match make() {
        Ok(object) => {
            out.set(object.into_handle());
            OSStatus::OK
        }
        Err(error) => refused(function, &error),
    }
}

/// Some of the samples as a buffer of their own that shares the data.
pub(crate) fn part(whole: &CmSampleBuffer, first: usize, count: usize) -> Result<Owned, OSStatus> {
    whole.store_sample_attachments();
    let sample = whole.sample.copy_range(first, count).map_err(|error| OSStatus(error.status()))?;
    if let Some(group) = whole.group() {
        return Ok(CmSampleBuffer::of_group(sample, Owned::retained(group)));
    }
    if whole.sample.data().is_some() {
        return Ok(CmSampleBuffer::object(sample, None));
    }
    // The data is C's: the same range of its block buffer.
    let data = whole.data().map(|data| {
        let size = |range: std::ops::Range<usize>| -> Result<usize, OSStatus> {
            range.map(|index| whole.sample.sample_size(index).map_err(|_| CANNOT_SUBDIVIDE)).sum()
        };
        let (offset, length) = (size(0..first)?, size(first..first + count)?);
        data.get::<CmBlockBuffer>().ok_or(CANNOT_SUBDIVIDE)?.slice(offset, length)
    });
    Ok(CmSampleBuffer::object(sample, data.transpose()?))
}

/// The same samples with other timing.
fn with_timing(whole: &CmSampleBuffer, timings: Vec<SampleTiming>) -> Result<Owned, Error> {
    whole.store_sample_attachments();
    let copy = whole.sample.copy_with_new_timing(timings)?;
    if let Some(group) = whole.group() {
        return Ok(CmSampleBuffer::of_group(copy, Owned::retained(group)));
    }
    let data = if whole.sample.data().is_some() { None } else { whole.data() };
    Ok(CmSampleBuffer::object(copy, data))
}

api! {
    /// A sample buffer. When the data is not ready, the callback supplies it on demand.
    fn CMSampleBufferCreate(
        _allocator: Handle, data: Handle, ready: u8, make_ready: Option<MakeReady>, context: Context, format: Handle,
        samples: isize, timing_count: isize, timings: In<CMSampleTimingInfo>, size_count: isize, sizes: In<usize>,
        out: Out<Handle>,
    ) -> OSStatus {
        give("CMSampleBufferCreate", out, || {
            let (timings, sizes) = (timings.to_vec(timing_count), sizes.to_vec(size_count));
            let supplier = Supplier::of_callback(ready, make_ready, context);
            Description { data, supplier, format, samples, timings, sizes }.build()
        })
    }

    /// A sample buffer whose data is ready.
    fn CMSampleBufferCreateReady(
        _allocator: Handle, data: Handle, format: Handle, samples: isize, timing_count: isize,
        timings: In<CMSampleTimingInfo>, size_count: isize, sizes: In<usize>, out: Out<Handle>,
    ) -> OSStatus {
        give("CMSampleBufferCreateReady", out, || {
            let (timings, sizes) = (timings.to_vec(timing_count), sizes.to_vec(size_count));
            Description { data, supplier: None, format, samples, timings, sizes }.build()
        })
    }

    /// A sample buffer of one image that is ready. The format must be that of the image.
    fn CMSampleBufferCreateReadyWithImageBuffer(
        _allocator: Handle, image: Handle, format: Handle, timing: In<CMSampleTimingInfo>, out: Out<Handle>,
    ) -> OSStatus {
        of_image("CMSampleBufferCreateReadyWithImageBuffer", image, None, format, timing, out)
    }

    /// A sample buffer of one image. When it is not ready, the callback draws it on demand.
    fn CMSampleBufferCreateForImageBuffer(
        _allocator: Handle, image: Handle, ready: u8, make_ready: Option<MakeReady>, context: Context, format: Handle,
        timing: In<CMSampleTimingInfo>, out: Out<Handle>,
    ) -> OSStatus {
        let supplier = Supplier::of_callback(ready, make_ready, context);
        of_image("CMSampleBufferCreateForImageBuffer", image, supplier, format, timing, out)
    }

    /// A sample buffer of one image. When it is not ready, the block draws it on demand.
    fn CMSampleBufferCreateForImageBufferWithMakeDataReadyHandler(
        _allocator: Handle, image: Handle, ready: u8, format: Handle, timing: In<CMSampleTimingInfo>, out: Out<Handle>,
        make_ready: *const c_void,
    ) -> OSStatus {
        let supplier = Supplier::of_handler(ready, make_ready);
        of_image("CMSampleBufferCreateForImageBufferWithMakeDataReadyHandler", image, supplier, format, timing, out)
    }

    /// A sample buffer. When the data is not ready, the block supplies it on demand.
    fn CMSampleBufferCreateWithMakeDataReadyHandler(
        _allocator: Handle, data: Handle, ready: u8, format: Handle, samples: isize, timing_count: isize,
        timings: In<CMSampleTimingInfo>, size_count: isize, sizes: In<usize>, out: Out<Handle>,
        make_ready: *const c_void,
    ) -> OSStatus {
        give("CMSampleBufferCreateWithMakeDataReadyHandler", out, || {
            let (timings, sizes) = (timings.to_vec(timing_count), sizes.to_vec(size_count));
            let supplier = Supplier::of_handler(ready, make_ready);
            Description { data, supplier, format, samples, timings, sizes }.build()
        })
    }

    /// Another buffer of the same samples, which shares the data.
    fn CMSampleBufferCreateCopy(_allocator: Handle, sample: Handle, out: Out<Handle>) -> OSStatus {
        out.clear();
        let Some(whole) = sample.get::<CmSampleBuffer>() else { return REQUIRED_PARAMETER_MISSING };
        give("CMSampleBufferCreateCopy", out, || with_timing(whole, whole.sample.timings().to_vec()))
    }

    /// Another buffer of the same samples with other timing.
    fn CMSampleBufferCreateCopyWithNewTiming(
        _allocator: Handle, sample: Handle, count: isize, timings: In<CMSampleTimingInfo>, out: Out<Handle>,
    ) -> OSStatus {
        out.clear();
        let (Some(whole), Some(timings)) = (sample.get::<CmSampleBuffer>(), timings.to_vec(count)) else {
            return REQUIRED_PARAMETER_MISSING;
        };
        give("CMSampleBufferCreateCopyWithNewTiming", out, || {
            with_timing(whole, timings.into_iter().map(CMSampleTimingInfo::timing).collect())
        })
    }

    /// Some of the samples as a buffer of their own, which shares the data.
    fn CMSampleBufferCopySampleBufferForRange(
        _allocator: Handle, sample: Handle, range: CFRange, out: Out<Handle>,
    ) -> OSStatus {
        out.clear();
        let Some(whole) = sample.get::<CmSampleBuffer>() else { return REQUIRED_PARAMETER_MISSING };
        let Some((start, end)) = range.bounds(whole.sample.sample_count()) else { return OSStatus(-12734) };
        match part(whole, start, end - start) {
            Ok(object) => {
                out.set(object.into_handle());
                OSStatus::OK
            }
            Err(status) => status,
        }
    }

    /// Supplies the data of a buffer that was made without.
    fn CMSampleBufferSetDataBuffer(sample: Handle, data: Handle) -> OSStatus {
        let (Some(sample), Some(_)) = (sample.get::<CmSampleBuffer>(), data.get::<CmBlockBuffer>()) else {
            return REQUIRED_PARAMETER_MISSING;
        };
        let taken = Owned::retained(data).is_some_and(|data| sample.set_data(data));
        if taken { OSStatus::OK } else { ALREADY_HAS_DATA }
    }

    /// Says that the data is there.
    fn CMSampleBufferSetDataReady(sample: Handle) -> OSStatus {
        status(sample, SampleBuffer::set_data_ready)
    }

    /// Says that the data will never come, and why.
    fn CMSampleBufferSetDataFailed(sample: Handle, failure: OSStatus) -> OSStatus {
        status(sample, |sample| sample.set_data_failed(failure.0))
    }

    /// Makes the data ready by the callback, unless it already is.
    fn CMSampleBufferMakeDataReady(sample: Handle) -> OSStatus {
        status(sample, SampleBuffer::make_data_ready)
    }

    /// Makes the data readiness of another buffer that of this one.
    fn CMSampleBufferTrackDataReadiness(sample: Handle, tracked: Handle) -> OSStatus {
        let (Some(sample), Some(tracked)) = (engine(sample), engine(tracked)) else {
            return REQUIRED_PARAMETER_MISSING;
        };
        let set = sample.track_data_readiness(tracked);
        set.map_or_else(|error| refused("CMSampleBufferTrackDataReadiness", &error), |()| OSStatus::OK)
    }

    /// Lets go of what the buffer holds, after calling its callback.
    fn CMSampleBufferInvalidate(sample: Handle) -> OSStatus {
        let Some(buffer) = sample.get::<CmSampleBuffer>() else { return REQUIRED_PARAMETER_MISSING };
        buffer.sample.invalidate();
        buffer.clear_data();
        OSStatus::OK
    }

    /// Sets the callback that is told of the invalidation.
    fn CMSampleBufferSetInvalidateCallback(sample: Handle, callback: Option<Invalidated>, context: u64) -> OSStatus {
        let Some(buffer) = engine(sample) else { return REQUIRED_PARAMETER_MISSING };
        let set = buffer.set_invalidate_handler(Box::new(move |_| {
            // Whoever invalidates holds the object.
            if let Some(callback) = callback {
                callback(sample, context);
            }
        }));
        set.map_or_else(|error| refused("CMSampleBufferSetInvalidateCallback", &error), |()| OSStatus::OK)
    }

    /// Sets the block that is told of the invalidation; NULL for none.
    fn CMSampleBufferSetInvalidateHandler(sample: Handle, handler: *const c_void) -> OSStatus {
        let Some(buffer) = engine(sample) else { return REQUIRED_PARAMETER_MISSING };
        let handler = Block::copy(handler);
        let set = buffer.set_invalidate_handler(Box::new(move |_| {
            // Whoever invalidates holds the object.
            if let Some(handler) = handler {
                handler.call_invalidated(sample);
            }
        }));
        set.map_or_else(|error| refused("CMSampleBufferSetInvalidateHandler", &error), |()| OSStatus::OK)
    }
}

fn status(sample: Handle, run: impl FnOnce(&SampleBuffer) -> Result<(), Error>) -> OSStatus {
    match engine(sample).map(run) {
        Some(Ok(())) => OSStatus::OK,
        Some(Err(error)) => OSStatus(error.status()),
        None => REQUIRED_PARAMETER_MISSING,
    }
}
