//! What goes with a frame into the session and what comes out.

use std::any::Any;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::sync::Arc;

use vitascope_core::{Dictionary, SampleBuffer, Time, Value};

use crate::error::{Error, Result};

/// What becomes of one accepted frame: the argument of an output handler.
#[non_exhaustive]
#[derive(Debug)]
pub struct EncodeOutput {
    /// The encoded frame; `None` when the encoder dropped it (then [`EncodeInfoFlags::FRAME_DROPPED`] is set); an error when it
    /// could not be coded.
    pub sample: Result<Option<SampleBuffer>>,
    /// How the frame was coded.
    pub flags: EncodeInfoFlags,
    /// The caller's reference value, as it was given with the frame.
    pub reference: SourceReference,
    /// The presentation time that was given with the frame.
    pub presentation_time: Time,
}

impl EncodeOutput {
    /// The platform's `OSStatus` of the frame: 0 when it was coded or deliberately dropped.
    pub fn status(&self) -> i32 {
        self.sample.as_ref().err().map_or(crate::status::NO_ERROR, Error::status)
    }
}

/// Facts about how a frame was taken or coded.
#[doc(alias = "VTEncodeInfoFlags")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EncodeInfoFlags(pub u32);

impl EncodeInfoFlags {
    /// The frame is coded, or was coded, on another thread than the caller's.
    #[doc(alias = "kVTEncodeInfo_Asynchronous")]
    pub const ASYNCHRONOUS: EncodeInfoFlags = EncodeInfoFlags(1);
    /// The frame was dropped: there is no sample buffer.
    #[doc(alias = "kVTEncodeInfo_FrameDropped")]
    pub const FRAME_DROPPED: EncodeInfoFlags = EncodeInfoFlags(2);

    /// Whether all flags of `other` are set.
    pub fn contains(self, other: EncodeInfoFlags) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for EncodeInfoFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        EncodeInfoFlags(self.0 | other.0)
    }
}

impl BitOrAssign for EncodeInfoFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A caller's own value that travels with a frame and comes back in its [`EncodeOutput`].
#[derive(Clone, Default)]
pub enum SourceReference {
    /// Nothing.
    #[default]
    None,
    /// A number, for example an index or a C pointer.
    Number(u64),
    /// Any shared object. It is dropped after the frame's callback, on whichever thread lets go of it last.
    Object(Arc<dyn Any + Send + Sync>),
}

impl SourceReference {
    /// The number, if it is one.
    pub fn as_number(&self) -> Option<u64> {
        match self {
            SourceReference::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The object, if it is one of type `T`.
    pub fn as_object<T: Any + Send + Sync>(&self) -> Option<&T> {
        match self {
            SourceReference::Object(object) => object.downcast_ref(),
            _ => None,
        }
    }
}

impl From<u64> for SourceReference {
    fn from(number: u64) -> Self {
        SourceReference::Number(number)
    }
}

impl From<Arc<dyn Any + Send + Sync>> for SourceReference {
    fn from(object: Arc<dyn Any + Send + Sync>) -> Self {
        SourceReference::Object(object)
    }
}

impl fmt::Debug for SourceReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceReference::None => f.write_str("None"),
            SourceReference::Number(number) => write!(f, "Number({number})"),
            SourceReference::Object(object) => write!(f, "Object({:p})", Arc::as_ptr(object)),
        }
    }
}

/// Wishes for one frame.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameOptions {
    /// The frame becomes a sync frame, from which decoding can start.
    #[doc(alias = "kVTEncodeFrameOptionKey_ForceKeyFrame")]
    pub force_key_frame: bool,
}

impl FrameOptions {
    /// The key of [`FrameOptions::force_key_frame`] in a dictionary of frame properties.
    pub const FORCE_KEY_FRAME: &'static str = "ForceKeyFrame";

    /// No wishes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a sync frame, or not.
    pub fn with_force_key_frame(mut self, force: bool) -> Self {
        self.force_key_frame = force;
        self
    }
}

impl TryFrom<&Dictionary> for FrameOptions {
    type Error = Error;

    /// Reads the platform's dictionary of frame properties.
    ///
    /// # Errors
    /// [`Error::PropertyNotSupported`] for a key that no encoder here honours, [`Error::PropertyValue`] for a value of the wrong
    /// type. A null value counts as absent.
    fn try_from(dictionary: &Dictionary) -> Result<Self> {
        let mut options = FrameOptions::new();
        for (key, value) in dictionary.iter() {
            match (key, value) {
                (_, Value::Null) => {}
                (Self::FORCE_KEY_FRAME, Value::Boolean(force)) => options.force_key_frame = *force,
                (Self::FORCE_KEY_FRAME, other) => {
                    return Err(Error::PropertyValue {
                        key: key.to_string(),
                        value: other.to_string(),
                        accepted: "a Boolean".into(),
                    }
                    .logged());
                }
                _ => {
                    return Err(Error::PropertyNotSupported {
                        key: key.to_string(),
                        nearest: Some(Self::FORCE_KEY_FRAME),
                    }
                    .logged());
                }
            }
        }
        Ok(options)
    }
}
