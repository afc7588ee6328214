//! `VTPixelTransferSession`.

use vitascope::session::PixelTransferSession;

use super::session::{of_kind, session_properties, status};
use crate::border::{OSStatus, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::cv::pixel_buffer::engine as pixel_buffer;
use crate::object::{Handle, Owned, Payload};

/// A pixel transfer session of the engine.
pub struct VtPixelTransferSession {
    pub(crate) session: PixelTransferSession,
}

session_properties!(VtPixelTransferSession);

impl Payload for VtPixelTransferSession {
    const NAME: &'static str = "VTPixelTransferSession";
}

api! {
    /// The type number of pixel transfer sessions.
    fn VTPixelTransferSessionGetTypeID() -> usize {
        CLASSES[VtPixelTransferSession::INDEX].type_id()
    }

    /// A session that copies pictures between pixel buffers, with scaling and conversion.
    fn VTPixelTransferSessionCreate(_allocator: Handle, out: Out<Handle>) -> OSStatus {
        if out.is_null() {
            log::error!("VTPixelTransferSessionCreate: the address for the session is NULL");
            return OSStatus::PARAMETER;
        }
        out.set(Owned::new(VtPixelTransferSession { session: PixelTransferSession::new() }).into_handle());
        OSStatus::OK
    }

    /// Ends a session: everything but its release fails from now on. NULL is left alone.
    fn VTPixelTransferSessionInvalidate(object: Handle) {
        if let Some(session) = object.get::<VtPixelTransferSession>() {
            session.session.invalidate();
        }
    }

    /// Fills the destination with the source's picture, and replaces its attachments. Returns when that is done.
    fn VTPixelTransferSessionTransferImage(object: Handle, source: Handle, destination: Handle) -> OSStatus {
        const NAME: &str = "VTPixelTransferSessionTransferImage";
        let session = match of_kind::<VtPixelTransferSession>(object, "a pixel transfer session", NAME) {
            Ok(session) => session,
            Err(status) => return status,
        };
        let (Some(source), Some(destination)) = (pixel_buffer(source), pixel_buffer(destination)) else {
            log::error!("{NAME}: source or destination is no pixel buffer");
            return OSStatus::PARAMETER;
        };
        status(session.session.transfer_image(source, destination))
    }
}
