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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameOptions {
    /// The frame becomes a sync frame, from which decoding can start.
    #[doc(alias = "kVTEncodeFrameOptionKey_ForceKeyFrame")]
    pub force_key_frame: bool,
    /// With EnableLTR: the frame is predicted from nothing but the long-term reference that was acknowledged last, and later
    /// frames from nothing before this one but that. Where none is acknowledged, the frame becomes a sync frame.
    #[doc(alias = "kVTEncodeFrameOptionKey_ForceLTRRefresh")]
    pub force_ltr_refresh: bool,
    /// Long-term references that have reached their receivers, by their tokens
    /// ([`SampleAttachments::ltr_acknowledgement_token`](vitascope_core::SampleAttachments::ltr_acknowledgement_token)). Tokens that are not in use, or no
    /// more, do nothing.
    #[doc(alias = "kVTEncodeFrameOptionKey_AcknowledgedLTRTokens")]
    pub acknowledged_ltr_tokens: Vec<i64>,
    /// The QP of the whole frame in place of rate control's, up to 51; encoders whose `SupportsBaseFrameQP` is true honour it.
    #[doc(alias = "kVTEncodeFrameOptionKey_BaseFrameQP")]
    pub base_frame_qp: Option<u8>,
}

impl FrameOptions {
    /// The key of [`FrameOptions::force_ltr_refresh`].
    pub const FORCE_LTR_REFRESH: &'static str = "ForceLTRRefresh";

    /// The key of [`FrameOptions::acknowledged_ltr_tokens`].
    pub const ACKNOWLEDGED_LTR_TOKENS: &'static str = "AcknowledgedLTRTokens";

    /// The key of [`FrameOptions::force_key_frame`] in a dictionary of frame properties.
    pub const FORCE_KEY_FRAME: &'static str = "ForceKeyFrame";

    /// The key of [`FrameOptions::base_frame_qp`] in a dictionary of frame properties.
    pub const BASE_FRAME_QP: &'static str = "BaseFrameQP";
    /// The greatest [`FrameOptions::base_frame_qp`].
    const MAX_BASE_FRAME_QP: u8 = 51;

    /// No wishes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a sync frame, or not.
    pub fn with_force_key_frame(mut self, force: bool) -> Self {
        self.force_key_frame = force;
        self
    }

    /// Asks for a frame that needs nothing but an acknowledged long-term reference, or not.
    pub fn with_force_ltr_refresh(mut self, force: bool) -> Self {
        self.force_ltr_refresh = force;
        self
    }

    /// Says which long-term references have arrived.
    pub fn with_acknowledged_ltr_tokens(mut self, tokens: impl IntoIterator<Item = i64>) -> Self {
        self.acknowledged_ltr_tokens = tokens.into_iter().collect();
        self
    }

    /// Asks for a QP, 0 to 51; a greater one counts as 51.
    pub fn with_base_frame_qp(mut self, qp: impl Into<Option<u8>>) -> Self {
        self.base_frame_qp = qp.into().map(|qp| qp.min(Self::MAX_BASE_FRAME_QP));
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
        let wrong = |key: &str, value: &Value, accepted: &str| {
            let (key, value) = (key.to_string(), value.to_string());
            Error::PropertyValue { key, value, accepted: accepted.into() }.logged()
        };
        let boolean =
            |key: &str, value: &Value| value.as_bool().ok_or_else(|| wrong(key, value, "a Boolean"));
        for (key, value) in dictionary.iter().filter(|(_, value)| !value.is_null()) {
            match key {
                Self::FORCE_KEY_FRAME => options.force_key_frame = boolean(key, value)?,
                Self::FORCE_LTR_REFRESH => options.force_ltr_refresh = boolean(key, value)?,
                Self::ACKNOWLEDGED_LTR_TOKENS => {
                    let tokens =
                        value.as_array().and_then(|tokens| tokens.iter().map(Value::as_i64).collect());
                    options.acknowledged_ltr_tokens =
                        tokens.ok_or_else(|| wrong(key, value, "an array of whole numbers"))?;
                }
                Self::BASE_FRAME_QP => {
                    let qp = value.as_i64().and_then(|qp| u8::try_from(qp).ok());
                    let qp = qp.filter(|qp| *qp <= Self::MAX_BASE_FRAME_QP);
                    options.base_frame_qp =
                        Some(qp.ok_or_else(|| wrong(key, value, "a whole number from 0 to 51"))?);
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
