//! What holds for all objects: threads, and the status numbers of errors.

use vitascope_core::{
    BlockBuffer, ColorInfo, Dictionary, Error, FormatDescription, FourCc, PixelBuffer, PixelBufferPool,
    ReadGuard, SampleBuffer, Time, TimeRange, Value, WriteGuard,
};

#[test]
fn objects_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<BlockBuffer>();
    shared::<ColorInfo>();
    shared::<Dictionary>();
    shared::<Error>();
    shared::<FormatDescription>();
    shared::<PixelBuffer>();
    shared::<PixelBufferPool>();
    shared::<ReadGuard<'static>>();
    shared::<SampleBuffer>();
    shared::<Time>();
    shared::<TimeRange>();
    shared::<Value>();
    shared::<WriteGuard<'static>>();
}

/// The platform's numbers, by the names that its headers give them.
#[test]
fn errors_have_the_numbers_of_the_platform() {
    let text = String::new;
    let cases: Vec<(Error, i32)> = vec![
        (Error::InvalidSize { width: 0, height: 0, reason: "" }, -6681), // kCVReturnInvalidSize
        (Error::UnknownPixelFormat(FourCc(0)), -6680),                   // kCVReturnInvalidPixelFormat
        (Error::NoPublicLayout(FourCc(0), ""), -6680),
        // kCVReturnInvalidPixelBufferAttributes
        (Error::InvalidPixelBufferAttribute { key: "", value: text(), accepted: "" }, -6682),
        // kCVReturnInvalidPoolAttributes
        (Error::InvalidPoolAttribute { key: "", value: text(), accepted: "" }, -6691),
        // kCVReturnInvalidArgument
        (Error::InvalidArgument { name: "", value: text(), accepted: text() }, -6661),
        (Error::LockedForWriting, -6661),
        (Error::LockedForReading { readers: 1 }, -6661),
        (Error::ReadOnlyMemory, -6661),
        (Error::AllocationFailed { bytes: 1 }, -6662), // kCVReturnAllocationFailed
        // kCVReturnWouldExceedAllocationThreshold
        (Error::WouldExceedAllocationThreshold { in_use: 1, threshold: 1 }, -6689),
        (Error::BlockBufferOffset { offset: 1, length: 0 }, -12703), // kCMBlockBufferBadOffsetParameterErr
        // kCMBlockBufferBadLengthParameterErr
        (Error::BlockBufferLength { offset: 0, count: 1, length: 0 }, -12704),
        (Error::BlockBufferEmpty, -12706), // kCMBlockBufferEmptyBBufErr
        // kCMFormatDescriptionError_InvalidParameter
        (Error::InvalidFormatDescription { name: "", value: text(), accepted: "" }, -12710),
        (Error::FormatValueNotAvailable(""), -12718), // kCMFormatDescriptionError_ValueNotAvailable
        // kCMSampleBufferError_...
        (Error::SampleIndexOutOfRange { index: 1, count: 0 }, -12734),
        (Error::InvalidEntryCount { what: "", entries: 2, samples: 1 }, -12738),
        (Error::NoSampleSizes, -12735),
        (Error::NoSampleTiming, -12736),
        (Error::SampleTimingInvalid(text()), -12740),
        (Error::BufferNotReady, -12733),
        (Error::AlreadyHasData, -12732),
        (Error::DataFailed { status: 0 }, -16750),
        (Error::SampleBufferInvalidated, -12744),
        (Error::CannotSubdivide(""), -12739),
        (Error::FormatMismatch { format: text(), image: text() }, -12743),
    ];
    for (error, status) in cases {
        assert_eq!(error.status(), status, "{error:?}");
        assert!(!error.to_string().is_empty());
    }
}
