//! `CVBuffer`: attachments and reference counting.

use super::pixel_buffer::CvPixelBuffer;
use crate::attachments;
use crate::border::{Out, api};
use crate::cf::base::owned_or_null;
use crate::cf::string;
use crate::object::{Handle, Owned};

fn get(buffer: Handle, key: Handle, mode: Out<u32>) -> Handle {
    let key = string::to_rust(key);
    let found =
        buffer.get::<CvPixelBuffer>().zip(key).and_then(|(buffer, key)| attachments::get(buffer, &key));
    found.map_or(Handle::NULL, |(object, found)| {
        mode.set(found as u32);
        object
    })
}

api! {
    /// Adds a reference; NULL stays NULL.
    fn CVBufferRetain(buffer: Handle) -> Handle {
        buffer.retain();
        buffer
    }

    /// Takes a reference away; NULL is left alone.
    fn CVBufferRelease(buffer: Handle) {
        buffer.release();
    }

    /// Attaches an object under a key. Mode 1 propagates to what is made from the buffer.
    fn CVBufferSetAttachment(buffer: Handle, key: Handle, value: Handle, mode: u32) {
        if let (Some(buffer), Some(key)) = (buffer.get::<CvPixelBuffer>(), string::to_rust(key)) {
            attachments::set(buffer, &key, value, mode);
        }
    }

    /// Attaches every entry of a dictionary.
    fn CVBufferSetAttachments(buffer: Handle, dictionary: Handle, mode: u32) {
        if let Some(buffer) = buffer.get::<CvPixelBuffer>() {
            attachments::set_all(buffer, dictionary, mode);
        }
    }

    /// The object attached under a key, not retained; NULL when there is none.
    fn CVBufferGetAttachment(buffer: Handle, key: Handle, mode: Out<u32>) -> Handle {
        get(buffer, key, mode)
    }

    /// The object attached under a key, retained; NULL when there is none.
    fn CVBufferCopyAttachment(buffer: Handle, key: Handle, mode: Out<u32>) -> Handle {
        owned_or_null(Owned::retained(get(buffer, key, mode)))
    }

    /// Whether there is an attachment under a key.
    fn CVBufferHasAttachment(buffer: Handle, key: Handle) -> u8 {
        (!get(buffer, key, Out(std::ptr::null_mut())).is_null()).into()
    }

    /// All attachments of one mode, not retained; NULL when there are none.
    fn CVBufferGetAttachments(buffer: Handle, mode: u32) -> Handle {
        let mode = attachments::mode(mode);
        buffer.get::<CvPixelBuffer>().map_or(Handle::NULL, |buffer| attachments::get_all(buffer, mode))
    }

    /// All attachments of one mode, retained; NULL when there are none.
    fn CVBufferCopyAttachments(buffer: Handle, mode: u32) -> Handle {
        let mode = attachments::mode(mode);
        owned_or_null(buffer.get::<CvPixelBuffer>().and_then(|buffer| attachments::copy_all(buffer, mode)))
    }

    /// Removes the attachment of a key.
    fn CVBufferRemoveAttachment(buffer: Handle, key: Handle) {
        if let (Some(buffer), Some(key)) = (buffer.get::<CvPixelBuffer>(), string::to_rust(key)) {
            attachments::remove(buffer, &key);
        }
    }

    /// Removes all attachments.
    fn CVBufferRemoveAllAttachments(buffer: Handle) {
        if let Some(buffer) = buffer.get::<CvPixelBuffer>() {
            attachments::remove_all(buffer);
        }
    }

    /// Copies the attachments that should propagate.
    fn CVBufferPropagateAttachments(source: Handle, destination: Handle) {
        crate::cm::attachment::CMPropagateAttachments(source, destination);
    }
}
