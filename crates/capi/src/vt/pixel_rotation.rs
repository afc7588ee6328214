//! `VTPixelRotationSession`.

use vitascope::session::PixelRotationSession;

use super::session::{of_kind, session_properties, status};
use crate::border::{OSStatus, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::cv::pixel_buffer::engine as pixel_buffer;
use crate::object::{Handle, Owned, Payload};

/// A pixel rotation session of the engine.
pub struct VtPixelRotationSession {
    pub(crate) session: PixelRotationSession,
}

session_properties!(VtPixelRotationSession);

impl Payload for VtPixelRotationSession {
    const NAME: &'static str = "VTPixelRotationSession";
}

api! {
    /// The type number of pixel rotation sessions.
    fn VTPixelRotationSessionGetTypeID() -> usize {
        CLASSES[VtPixelRotationSession::INDEX].type_id()
    }

    /// A session that turns and mirrors pictures between pixel buffers of one format.
    fn VTPixelRotationSessionCreate(_allocator: Handle, out: Out<Handle>) -> OSStatus {
        if out.is_null() {
            log::error!("VTPixelRotationSessionCreate: the address for the session is NULL");
            return OSStatus::PARAMETER;
        }
        out.set(Owned::new(VtPixelRotationSession { session: PixelRotationSession::new() }).into_handle());
        OSStatus::OK
    }

    /// Ends a session: everything but its release fails from now on. NULL is left alone.
    fn VTPixelRotationSessionInvalidate(object: Handle) {
        if let Some(session) = object.get::<VtPixelRotationSession>() {
            session.session.invalidate();
        }
    }

    /// Fills the destination with the source's picture, turned, and replaces its attachments. Returns when that is done.
    fn VTPixelRotationSessionRotateImage(object: Handle, source: Handle, destination: Handle) -> OSStatus {
        const NAME: &str = "VTPixelRotationSessionRotateImage";
        let session = match of_kind::<VtPixelRotationSession>(object, "a pixel rotation session", NAME) {
            Ok(session) => session,
            Err(status) => return status,
        };
        let (Some(source), Some(destination)) = (pixel_buffer(source), pixel_buffer(destination)) else {
            log::error!("{NAME}: source or destination is no pixel buffer");
            return OSStatus::PARAMETER;
        };
        status(session.session.rotate_image(source, destination))
    }
}
