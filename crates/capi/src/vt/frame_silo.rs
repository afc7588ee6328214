//! `VTFrameSilo`.

use std::ffi::c_void;

use vitascope::session::{Error, FrameSilo};

use super::block::Borrowed;
use super::multi_pass_storage::file;
use super::session::{of_kind, status};
use crate::border::{In, OSStatus, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::cm::sample_buffer::CmSampleBuffer;
use crate::cm::time_range::CMTimeRange;
use crate::object::{Handle, Owned, Payload};

/// A silo of the engine.
pub struct VtFrameSilo {
    silo: FrameSilo,
}

impl Payload for VtFrameSilo {
    const NAME: &'static str = "VTFrameSilo";
}

/// Gets a sample buffer: context, buffer. A status other than 0 ends the visit.
type Visitor = extern "C" fn(*mut c_void, Handle) -> OSStatus;

/// Why a visit ended.
struct Stopped(OSStatus);

impl From<Error> for Stopped {
    fn from(error: Error) -> Stopped {
        Stopped(OSStatus(error.status()))
    }
}

fn silo<'a>(object: Handle, function: &str) -> Result<&'a VtFrameSilo, OSStatus> {
    of_kind(object, "a frame silo", function)
}

/// Calls a function for the samples of a range until one returns another status than 0.
fn visit(
    object: Handle,
    function: &str,
    range: CMTimeRange,
    mut run: impl FnMut(Handle) -> OSStatus,
) -> OSStatus {
    let silo = match silo(object, function) {
        Ok(silo) => silo,
        Err(status) => return status,
    };
    let visited = silo.silo.for_each_sample_buffer(range.range(), |sample| {
        let object = CmSampleBuffer::object(sample.clone(), None);
        match run(*object) {
            OSStatus::OK => Ok(()),
            status => Err(Stopped(status)),
        }
    });
    visited.map_or_else(|stopped| stopped.0, |()| OSStatus::OK)
}

api! {
    /// The type number of frame silos.
    fn VTFrameSiloGetTypeID() -> usize {
        CLASSES[VtFrameSilo::INDEX].type_id()
    }

    /// A silo for the samples of a time range (invalid when unknown), in a file: a temporary one for NULL. Options are reserved.
    fn VTFrameSiloCreate(
        _allocator: Handle, file_url: Handle, time_range: CMTimeRange, _options: Handle, out: Out<Handle>,
    ) -> OSStatus {
        const NAME: &str = "VTFrameSiloCreate";
        out.clear();
        if out.is_null() {
            log::error!("{NAME}: the address for the silo is NULL");
            return OSStatus::PARAMETER;
        }
        let path = match file(NAME, file_url) {
            Ok(path) => path,
            Err(status) => return status,
        };
        match FrameSilo::new(path.as_deref(), time_range.range()) {
            Ok(silo) => {
                out.set(Owned::new(VtFrameSilo { silo }).into_handle());
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// Adds a sample; its decode time must be later than the one before and lie in the ranges of the pass.
    fn VTFrameSiloAddSampleBuffer(object: Handle, sample: Handle) -> OSStatus {
        const NAME: &str = "VTFrameSiloAddSampleBuffer";
        let silo = match silo(object, NAME) {
            Ok(silo) => silo,
            Err(status) => return status,
        };
        let Some(sample) = sample.get::<CmSampleBuffer>() else {
            log::error!("{NAME}: not a sample buffer");
            return OSStatus::PARAMETER;
        };
        match sample.for_engine() {
            Ok(sample) => status(silo.silo.add_sample_buffer(&sample)),
            Err(error) => {
                log::warn!("{NAME}: {error} (status {})", error.status());
                OSStatus(error.status())
            }
        }
    }

    /// Begins a pass that fills some ranges anew: samples in them are dropped. The ranges are in order and do not overlap.
    fn VTFrameSiloSetTimeRangesForNextPass(object: Handle, count: isize, ranges: In<CMTimeRange>) -> OSStatus {
        const NAME: &str = "VTFrameSiloSetTimeRangesForNextPass";
        let silo = match silo(object, NAME) {
            Ok(silo) => silo,
            Err(status) => return status,
        };
        let Some(ranges) = ranges.to_vec(count) else {
            log::error!("{NAME}: {count} ranges at NULL; an array is accepted");
            return OSStatus::PARAMETER;
        };
        let ranges: Vec<_> = ranges.into_iter().map(CMTimeRange::range).collect();
        status(silo.silo.set_time_ranges_for_next_pass(&ranges))
    }

    /// How much of the ranges of this pass is filled, from 0 to 1.
    fn VTFrameSiloGetProgressOfCurrentPass(object: Handle, progress: Out<f32>) -> OSStatus {
        progress.set(0.0);
        let silo = match silo(object, "VTFrameSiloGetProgressOfCurrentPass") {
            Ok(silo) => silo,
            Err(status) => return status,
        };
        match silo.silo.progress_of_current_pass() {
            Ok(done) => {
                progress.set(done);
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// Calls a function for the samples of a range (invalid: all) in decode order, until it returns another status than 0.
    fn VTFrameSiloCallFunctionForEachSampleBuffer(
        object: Handle, range: CMTimeRange, context: *mut c_void, visitor: Option<Visitor>,
    ) -> OSStatus {
        const NAME: &str = "VTFrameSiloCallFunctionForEachSampleBuffer";
        let Some(visitor) = visitor else {
            log::error!("{NAME}: the function is NULL");
            return OSStatus::PARAMETER;
        };
        visit(object, NAME, range, |sample| visitor(context, sample))
    }

    /// Calls a block for the samples of a range (invalid: all) in decode order, until it returns another status than 0.
    fn VTFrameSiloCallBlockForEachSampleBuffer(object: Handle, range: CMTimeRange, handler: *const c_void) -> OSStatus {
        const NAME: &str = "VTFrameSiloCallBlockForEachSampleBuffer";
        let Some(handler) = Borrowed::new(handler) else {
            log::error!("{NAME}: the block is NULL");
            return OSStatus::PARAMETER;
        };
        visit(object, NAME, range, |sample| handler.call_sample(sample))
    }
}
