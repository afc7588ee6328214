//! `CMSampleBuffer`: reading.

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use vitascope::core::{
    AttachmentMode, BlockBuffer, Error, SampleAttachments, SampleBuffer, SampleTiming, Time,
};

use super::block_buffer::CmBlockBuffer;
use super::format_description::CmFormatDescription;
use super::time::CMTime;
use crate::attachments::{AttachmentObjects, bearer};
use crate::border::{OSStatus, Out, api};
use crate::cf::array;
use crate::class::{CLASSES, ClassIndex};
use crate::cv::pixel_buffer::CvPixelBuffer;
use crate::object::{Handle, Owned, Payload};
use crate::value;
use crate::vt::block::Borrowed;

/// A sample buffer of the engine, with the objects that C borrows from it.
///
/// Where C gave the data, the block buffer here is all there is of it: C may still write to it.
pub struct CmSampleBuffer {
    pub(crate) sample: SampleBuffer,
    data: Mutex<Option<Owned>>,
    image: OnceLock<Option<Owned>>,
    format: OnceLock<Option<Owned>>,
    sample_attachments: Mutex<Option<Owned>>,
    objects: AttachmentObjects,
    /// The tagged buffer group, for a sample buffer of one.
    group: Option<Owned>,
}

bearer!(CmSampleBuffer, sample, objects);

/// Duration, presentation and decode time of a sample.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CMSampleTimingInfo {
    duration: CMTime,
    presentation_time: CMTime,
    decode_time: CMTime,
}

/// Nothing is known of the timing.
#[unsafe(no_mangle)]
pub static kCMTimingInfoInvalid: CMSampleTimingInfo = CMSampleTimingInfo {
    duration: CMTime::of(Time::INVALID),
    presentation_time: CMTime::of(Time::INVALID),
    decode_time: CMTime::of(Time::INVALID),
};

/// `kCMSampleBufferError_RequiredParameterMissing`
pub(crate) const REQUIRED_PARAMETER_MISSING: OSStatus = OSStatus(-12731);
/// `kCMSampleBufferError_ArrayTooSmall`
const ARRAY_TOO_SMALL: OSStatus = OSStatus(-12737);

impl From<SampleTiming> for CMSampleTimingInfo {
    fn from(timing: SampleTiming) -> Self {
        CMSampleTimingInfo {
            duration: timing.duration.into(),
            presentation_time: timing.presentation_time.into(),
            decode_time: timing.decode_time.into(),
        }
    }
}

impl CMSampleTimingInfo {
    pub(crate) fn timing(self) -> SampleTiming {
        SampleTiming {
            duration: self.duration.time(),
            presentation_time: self.presentation_time.time(),
            decode_time: self.decode_time.time(),
        }
    }
}

impl CmSampleBuffer {
    /// The object of a sample buffer of the engine.
    pub(crate) fn object(sample: SampleBuffer, data: Option<Owned>) -> Owned {
        CmSampleBuffer::create(sample, data, None)
    }

    /// The object of a sample buffer that holds a tagged buffer group.
    pub(crate) fn of_group(sample: SampleBuffer, group: Option<Owned>) -> Owned {
        CmSampleBuffer::create(sample, None, group)
    }

    fn create(sample: SampleBuffer, data: Option<Owned>, group: Option<Owned>) -> Owned {
        Owned::new(CmSampleBuffer {
            sample,
            group,
            data: Mutex::new(data),
            image: OnceLock::new(),
            format: OnceLock::new(),
            sample_attachments: Mutex::new(None),
            objects: AttachmentObjects::default(),
        })
    }

    /// The tagged buffer group, not retained.
    pub(crate) fn group(&self) -> Option<Handle> {
        self.group.as_ref().filter(|_| self.sample.is_valid()).map(|group| **group)
    }

    fn data_slot(&self) -> MutexGuard<'_, Option<Owned>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The block buffer that holds the data.
    pub(crate) fn data(&self) -> Option<Owned> {
        let mut slot = self.data_slot();
        if slot.is_none() {
            *slot = self.sample.data().and_then(|data| CmBlockBuffer::from_engine(&data));
        }
        slot.clone()
    }

    /// Takes the block buffer that C gives; `false` when there is one.
    pub(crate) fn set_data(&self, data: Owned) -> bool {
        let mut slot = self.data_slot();
        let free = slot.is_none() && self.sample.data().is_none();
        if free {
            *slot = Some(data);
        }
        free
    }

    /// Lets go of the data and of what was borrowed.
    pub(crate) fn clear_data(&self) {
        let before = self.data_slot().take();
        drop(before);
    }

    /// The engine's sample buffer with everything that C may have changed: sample attachments and the bytes.
    pub(crate) fn for_engine(&self) -> Result<SampleBuffer, Error> {
        self.store_sample_attachments();
        let own = self.sample.data();
        let Some(bytes) = self.data_slot().as_ref().and_then(|data| data.get::<CmBlockBuffer>()?.to_vec())
        else {
            return Ok(self.sample.clone());
        };
        if own.is_some_and(|own| *own.contiguous() == *bytes) {
            return Ok(self.sample.clone());
        }
        let (timings, sizes) = (self.sample.timings().to_vec(), self.sample.sizes().to_vec());
        let (format, count) = (self.sample.format().cloned(), self.sample.sample_count());
        let copy = SampleBuffer::new(Some(BlockBuffer::from_vec(bytes)), format, count, timings, sizes)?;
        for mode in [AttachmentMode::ShouldNotPropagate, AttachmentMode::ShouldPropagate] {
            self.sample
                .attachments(mode)
                .iter()
                .for_each(|(key, value)| copy.set_attachment(key, value.clone(), mode));
        }
        for index in 0..count {
            copy.set_sample_attachments(index, self.sample.sample_attachments(index)?)?;
        }
        Ok(copy)
    }

    fn image(&self) -> Handle {
        let image = self.image.get_or_init(|| self.sample.image().map(|image| CvPixelBuffer::object(&image)));
        image.as_ref().map_or(Handle::NULL, |image| **image)
    }

    fn format(&self) -> Handle {
        let format = self.format.get_or_init(|| self.sample.format().map(CmFormatDescription::object));
        format.as_ref().map_or(Handle::NULL, |format| **format)
    }

    fn sample_attachments(&self, create: bool) -> Handle {
        let mut slot = self.sample_attachments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*slot {
            return **known;
        }
        let all: Vec<_> = (0..self.sample.sample_count())
            .map(|index| self.sample.sample_attachments(index).unwrap_or_default().to_dictionary())
            .collect();
        if all.is_empty() || (!create && all.iter().all(|attachments| attachments.is_empty())) {
            return Handle::NULL;
        }
        let objects: Vec<Owned> =
            all.iter().map(|attachments| value::dictionary_to_object(attachments, true)).collect();
        **slot.insert(array::new(&objects))
    }

    /// Brings what C wrote into the sample attachments to the engine's sample buffer.
    pub(crate) fn store_sample_attachments(&self) {
        let slot = self.sample_attachments.lock().unwrap_or_else(PoisonError::into_inner);
        let objects = slot.as_ref().and_then(|known| array::objects(**known)).unwrap_or_default();
        for (index, object) in objects.into_iter().enumerate() {
            if let Some(entries) = value::dictionary_from_object(object)
                && let Err(error) =
                    self.sample.set_sample_attachments(index, SampleAttachments::from_dictionary(&entries))
            {
                log::error!("sample attachments: {error}");
            }
        }
    }

    fn total_size(&self) -> usize {
        if self.sample.sizes().is_empty() {
            self.data().map_or(0, |data| super::block_buffer::CMBlockBufferGetDataLength(*data))
        } else {
            self.sample.total_sample_size()
        }
    }
}

impl Payload for CmSampleBuffer {
    const NAME: &'static str = "CMSampleBuffer";

    fn describe(object: Handle) -> String {
        engine(object).map(|sample| format!("{sample:?}")).unwrap_or_default()
    }
}

/// The engine's sample buffer.
pub(crate) fn engine<'a>(object: Handle) -> Option<&'a SampleBuffer> {
    object.get::<CmSampleBuffer>().map(|sample| &sample.sample)
}

fn time(object: Handle, read: impl FnOnce(&SampleBuffer) -> Time) -> CMTime {
    engine(object).map_or(Time::INVALID, read).into()
}

/// Writes up to `room` entries and says how many there are.
fn give_entries<T: Copy>(entries: &[T], room: isize, out: Out<T>, needed: Out<isize>) -> OSStatus {
    needed.set(entries.len() as isize);
    if out.is_null() {
        return OSStatus::OK;
    }
    if usize::try_from(room).is_ok_and(|room| room < entries.len()) || room < 0 {
        return ARRAY_TOO_SMALL;
    }
    entries.iter().enumerate().for_each(|(index, entry)| out.set_at(index, *entry));
    OSStatus::OK
}

/// Calls a function for each single sample until one returns another status than 0.
fn for_each_sample(whole: &CmSampleBuffer, mut run: impl FnMut(Handle, isize) -> OSStatus) -> OSStatus {
    for index in 0..whole.sample.sample_count() {
        let single = match super::sample_buffer_create::part(whole, index, 1) {
            Ok(single) => single,
            Err(status) => return status,
        };
        let status = run(*single, index as isize);
        if status != OSStatus::OK {
            return status;
        }
    }
    OSStatus::OK
}

/// Calls a program's function for a sample: buffer, index, context.
type SampleCallback = extern "C" fn(Handle, isize, *mut c_void) -> OSStatus;

api! {
    /// The type number of sample buffers.
    fn CMSampleBufferGetTypeID() -> usize {
        CLASSES[CmSampleBuffer::INDEX].type_id()
    }

    /// The block buffer that holds the data, not retained; NULL when there is none.
    fn CMSampleBufferGetDataBuffer(sample: Handle) -> Handle {
        let data = sample.get::<CmSampleBuffer>().and_then(CmSampleBuffer::data);
        data.map_or(Handle::NULL, |data| *data)
    }

    /// The image, not retained; NULL when this holds none.
    fn CMSampleBufferGetImageBuffer(sample: Handle) -> Handle {
        sample.get::<CmSampleBuffer>().map_or(Handle::NULL, CmSampleBuffer::image)
    }

    /// The format description, not retained; NULL when there is none.
    fn CMSampleBufferGetFormatDescription(sample: Handle) -> Handle {
        sample.get::<CmSampleBuffer>().map_or(Handle::NULL, CmSampleBuffer::format)
    }

    /// One dictionary of attachments per sample, which may be changed in place; not retained.
    fn CMSampleBufferGetSampleAttachmentsArray(sample: Handle, create: u8) -> Handle {
        sample.get::<CmSampleBuffer>().map_or(Handle::NULL, |sample| sample.sample_attachments(create != 0))
    }

    /// The number of samples; 0 for NULL.
    fn CMSampleBufferGetNumSamples(sample: Handle) -> isize {
        engine(sample).map_or(0, |sample| sample.sample_count() as isize)
    }

    /// Bytes of a sample; 0 when that is not known.
    fn CMSampleBufferGetSampleSize(sample: Handle, index: isize) -> usize {
        let size = engine(sample).and_then(|sample| sample.sample_size(usize::try_from(index).ok()?).ok());
        size.unwrap_or(0)
    }

    /// Bytes of all samples.
    fn CMSampleBufferGetTotalSampleSize(sample: Handle) -> usize {
        sample.get::<CmSampleBuffer>().map_or(0, CmSampleBuffer::total_size)
    }

    /// The sample sizes as they were given: none, one for all samples, or one each.
    fn CMSampleBufferGetSampleSizeArray(
        sample: Handle, room: isize, sizes: Out<usize>, needed: Out<isize>,
    ) -> OSStatus {
        needed.set(0);
        match engine(sample) {
            Some(sample) if sample.sizes().is_empty() => OSStatus(-12735),
            Some(sample) => give_entries(sample.sizes(), room, sizes, needed),
            None => REQUIRED_PARAMETER_MISSING,
        }
    }

    /// When the earliest sample is shown.
    fn CMSampleBufferGetPresentationTimeStamp(sample: Handle) -> CMTime {
        time(sample, SampleBuffer::presentation_time)
    }

    /// When the earliest sample is decoded; invalid when that is the order of presentation.
    fn CMSampleBufferGetDecodeTimeStamp(sample: Handle) -> CMTime {
        time(sample, SampleBuffer::decode_time)
    }

    /// How long all samples are shown.
    fn CMSampleBufferGetDuration(sample: Handle) -> CMTime {
        time(sample, SampleBuffer::duration)
    }

    /// When the output of the samples begins, after trimming.
    fn CMSampleBufferGetOutputPresentationTimeStamp(sample: Handle) -> CMTime {
        time(sample, SampleBuffer::output_presentation_time)
    }

    /// Sets when the output begins; an invalid time makes it follow from the presentation time again.
    fn CMSampleBufferSetOutputPresentationTimeStamp(sample: Handle, output: CMTime) -> OSStatus {
        match engine(sample) {
            Some(sample) => {
                sample.set_output_presentation_time(output.time());
                OSStatus::OK
            }
            None => REQUIRED_PARAMETER_MISSING,
        }
    }

    /// The decode time, moved and stretched as the output is.
    fn CMSampleBufferGetOutputDecodeTimeStamp(sample: Handle) -> CMTime {
        time(sample, SampleBuffer::output_decode_time)
    }

    /// The duration without what is trimmed, at the speed of the output.
    fn CMSampleBufferGetOutputDuration(sample: Handle) -> CMTime {
        time(sample, SampleBuffer::output_duration)
    }

    /// When one sample is decoded and shown.
    fn CMSampleBufferGetSampleTimingInfo(sample: Handle, index: isize, timing: Out<CMSampleTimingInfo>) -> OSStatus {
        let Some(sample) = engine(sample) else { return REQUIRED_PARAMETER_MISSING };
        match sample.sample_timing(usize::try_from(index).unwrap_or(usize::MAX)) {
            Ok(found) => {
                timing.set(found.into());
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// The timing entries as they were given: none, one for all samples, or one each.
    fn CMSampleBufferGetSampleTimingInfoArray(
        sample: Handle, room: isize, timings: Out<CMSampleTimingInfo>, needed: Out<isize>,
    ) -> OSStatus {
        needed.set(0);
        let Some(sample) = engine(sample) else { return REQUIRED_PARAMETER_MISSING };
        if sample.timings().is_empty() {
            return OSStatus(-12736);
        }
        let entries: Vec<CMSampleTimingInfo> = sample.timings().iter().map(|timing| (*timing).into()).collect();
        give_entries(&entries, room, timings, needed)
    }

    /// When each sample comes out, at the speed of the output.
    fn CMSampleBufferGetOutputSampleTimingInfoArray(
        sample: Handle, room: isize, timings: Out<CMSampleTimingInfo>, needed: Out<isize>,
    ) -> OSStatus {
        needed.set(0);
        let Some(sample) = engine(sample) else { return REQUIRED_PARAMETER_MISSING };
        let entries: Result<Vec<CMSampleTimingInfo>, _> = (0..sample.timings().len())
            .map(|index| sample.output_sample_timing(index).map(CMSampleTimingInfo::from))
            .collect();
        match entries {
            Ok(entries) if entries.is_empty() => OSStatus(-12736),
            Ok(entries) => give_entries(&entries, room, timings, needed),
            Err(error) => OSStatus(error.status()),
        }
    }

    /// Whether the data is there.
    fn CMSampleBufferDataIsReady(sample: Handle) -> u8 {
        engine(sample).is_some_and(SampleBuffer::data_is_ready).into()
    }

    /// Whether the data will never come, and the status of the failure.
    fn CMSampleBufferHasDataFailed(sample: Handle, status: Out<OSStatus>) -> u8 {
        match engine(sample).and_then(SampleBuffer::data_failure) {
            Some(failure) => {
                status.set(OSStatus(failure));
                1
            }
            None => 0,
        }
    }

    /// Whether the sample buffer was not invalidated.
    fn CMSampleBufferIsValid(sample: Handle) -> u8 {
        engine(sample).is_some_and(SampleBuffer::is_valid).into()
    }

    /// Calls a function for a buffer of each single sample; the first status other than 0 ends it and is returned.
    fn CMSampleBufferCallForEachSample(
        sample: Handle, callback: Option<SampleCallback>, context: *mut c_void,
    ) -> OSStatus {
        let (Some(whole), Some(callback)) = (sample.get::<CmSampleBuffer>(), callback) else {
            return REQUIRED_PARAMETER_MISSING;
        };
        for_each_sample(whole, |single, index| callback(single, index, context))
    }

    /// Calls a block for a buffer of each single sample; the first status other than 0 ends it and is returned.
    fn CMSampleBufferCallBlockForEachSample(sample: Handle, handler: *const c_void) -> OSStatus {
        let (Some(whole), Some(handler)) = (sample.get::<CmSampleBuffer>(), Borrowed::new(handler)) else {
            return REQUIRED_PARAMETER_MISSING;
        };
        for_each_sample(whole, |single, index| handler.call_each_sample(single, index))
    }
}
