//! `CMAttachment`: attachments of pixel buffers and sample buffers alike.

use crate::attachments::{self, Bearer};
use crate::border::{Out, api};
use crate::cf::base::owned_or_null;
use crate::cf::string;
use crate::cm::sample_buffer::CmSampleBuffer;
use crate::cv::pixel_buffer::CvPixelBuffer;
use crate::object::Handle;

/// Runs an expression for whichever kind of bearer the object is; the last argument answers for all others.
macro_rules! with_bearer {
    ($object:expr, $function:literal, |$bearer:ident| $use:expr, $otherwise:expr) => {
        if let Some($bearer) = $object.get::<CvPixelBuffer>() {
            $use
        } else if let Some($bearer) = $object.get::<CmSampleBuffer>() {
            $use
        } else {
            log::error!(concat!($function, ": the object is neither a pixel buffer nor a sample buffer"));
            $otherwise
        }
    };
}

/// Copies what should propagate.
fn propagate(source: &impl Bearer, destination: &impl Bearer) {
    const PROPAGATE: u32 = 1;
    if let Some(all) = attachments::copy_all(source, attachments::mode(PROPAGATE)) {
        attachments::set_all(destination, *all, PROPAGATE);
    }
}

api! {
    /// Attaches an object under a key. Mode 1 propagates to what is made from the bearer.
    fn CMSetAttachment(target: Handle, key: Handle, value: Handle, mode: u32) {
        let Some(key) = string::to_rust(key) else { return };
        with_bearer!(target, "CMSetAttachment", |bearer| attachments::set(bearer, &key, value, mode), ())
    }

    /// The object attached under a key, not retained; NULL when there is none.
    fn CMGetAttachment(target: Handle, key: Handle, mode: Out<u32>) -> Handle {
        let Some(key) = string::to_rust(key) else { return Handle::NULL };
        let found = with_bearer!(target, "CMGetAttachment", |bearer| attachments::get(bearer, &key), None);
        found.map_or(Handle::NULL, |(object, found)| {
            mode.set(found as u32);
            object
        })
    }

    /// Removes the attachment of a key.
    fn CMRemoveAttachment(target: Handle, key: Handle) {
        let Some(key) = string::to_rust(key) else { return };
        with_bearer!(target, "CMRemoveAttachment", |bearer| attachments::remove(bearer, &key), ())
    }

    /// Removes all attachments.
    fn CMRemoveAllAttachments(target: Handle) {
        with_bearer!(target, "CMRemoveAllAttachments", |bearer| attachments::remove_all(bearer), ())
    }

    /// All attachments of one mode; NULL when there are none.
    fn CMCopyDictionaryOfAttachments(_allocator: Handle, target: Handle, mode: u32) -> Handle {
        let mode = attachments::mode(mode);
        owned_or_null(with_bearer!(
            target, "CMCopyDictionaryOfAttachments", |bearer| attachments::copy_all(bearer, mode), None
        ))
    }

    /// Attaches every entry of a dictionary.
    fn CMSetAttachments(target: Handle, dictionary: Handle, mode: u32) {
        with_bearer!(target, "CMSetAttachments", |bearer| attachments::set_all(bearer, dictionary, mode), ())
    }

    /// Copies the attachments that should propagate.
    fn CMPropagateAttachments(source: Handle, destination: Handle) {
        with_bearer!(
            source, "CMPropagateAttachments",
            |source| with_bearer!(destination, "CMPropagateAttachments", |other| propagate(source, other), ()),
            ()
        )
    }
}
