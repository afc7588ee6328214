//! The encoder specification: which encoder a session may use.

use vitascope_core::{Dictionary, Value};

use crate::error::{Error, Result};

/// The environment variable under which software counts as hardware.
const HARDWARE_VARIABLE: &str = "VITASCOPE_HARDWARE";

/// Whether software counts as hardware: the environment variable `VITASCOPE_HARDWARE` is `assume`.
///
/// Many programs insist on a hardware encoder; with this they run unmodified.
pub fn hardware_assumed() -> bool {
    std::env::var_os(HARDWARE_VARIABLE).is_some_and(|value| value == "assume")
}

/// Conditions on the encoder of a session, read from the platform's dictionary.
#[doc(alias = "kVTVideoEncoderSpecification_EncoderID")]
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EncoderSpecification {
    /// Only the encoder with this identifier.
    pub encoder_id: Option<String>,
    /// Only a hardware encoder.
    pub require_hardware: bool,
    /// A hardware encoder may be used; when false, the session does not count as hardware whatever is assumed.
    pub enable_hardware: Option<bool>,
    /// Only a hardware encoder on this graphics processor.
    pub required_gpu_registry_id: Option<i64>,
    /// Low latency: each frame comes out before the next one goes in, in order, without a look at later ones, with sizes kept
    /// even; after the first frame, sync frames only where they are asked for.
    #[doc(alias = "kVTVideoEncoderSpecification_EnableLowLatencyRateControl")]
    #[doc(alias = "kVTVideoEncoderSpecification_RequiredLowLatency")]
    pub enable_low_latency_rate_control: bool,
}

impl EncoderSpecification {
    /// The key of [`EncoderSpecification::encoder_id`]: a string.
    pub const ENCODER_ID: &'static str = "EncoderID";
    /// The key of [`EncoderSpecification::require_hardware`]: a Boolean.
    pub const REQUIRE_HARDWARE: &'static str = "RequireHardwareAcceleratedVideoEncoder";
    /// The key of [`EncoderSpecification::enable_hardware`]: a Boolean.
    pub const ENABLE_HARDWARE: &'static str = "EnableHardwareAcceleratedVideoEncoder";
    /// The key of [`EncoderSpecification::required_gpu_registry_id`]: a number.
    pub const REQUIRED_GPU_REGISTRY_ID: &'static str = "RequiredEncoderGPURegistryID";
    /// The key of [`EncoderSpecification::enable_low_latency_rate_control`]: a Boolean.
    pub const ENABLE_LOW_LATENCY_RATE_CONTROL: &'static str = "EnableLowLatencyRateControl";

    /// What rules out every software encoder, if anything does.
    pub(crate) fn unavailable(&self) -> Option<String> {
        if self.require_hardware && !hardware_assumed() {
            return Some(format!(
                "RequireHardwareAcceleratedVideoEncoder is true and every encoder here is software; \
                 set the environment variable {HARDWARE_VARIABLE}=assume to let software count as hardware"
            ));
        }
        if let Some(id) = self.required_gpu_registry_id {
            return Some(format!(
                "RequiredEncoderGPURegistryID is {id} and no encoder here runs on a graphics processor"
            ));
        }
        None
    }
}

impl TryFrom<&Dictionary> for EncoderSpecification {
    type Error = Error;

    /// Reads the platform's dictionary. A null value counts as absent. A preferred graphics processor is read and never found,
    /// which the platform allows.
    ///
    /// # Errors
    /// [`Error::Parameter`] for an unknown key or a value of the wrong type.
    fn try_from(dictionary: &Dictionary) -> Result<Self> {
        let mut specification = EncoderSpecification::default();
        for (key, value) in dictionary.iter().filter(|(_, value)| !value.is_null()) {
            match key {
                Self::ENCODER_ID => specification.encoder_id = Some(text(key, value)?),
                Self::REQUIRE_HARDWARE => specification.require_hardware = boolean(key, value)?,
                Self::ENABLE_HARDWARE => specification.enable_hardware = Some(boolean(key, value)?),
                Self::ENABLE_LOW_LATENCY_RATE_CONTROL | "RequiredLowLatency" => {
                    specification.enable_low_latency_rate_control |= boolean(key, value)?
                }
                Self::REQUIRED_GPU_REGISTRY_ID => {
                    specification.required_gpu_registry_id = Some(number(key, value)?)
                }
                "PreferredEncoderGPURegistryID" => drop(number(key, value)?),
                _ => return Err(refused(key, value, "no such key is known")),
            }
        }
        Ok(specification)
    }
}

fn text(key: &str, value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| refused(key, value, "a string is accepted"))
}

fn boolean(key: &str, value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| refused(key, value, "a Boolean is accepted"))
}

fn number(key: &str, value: &Value) -> Result<i64> {
    value.as_i64().ok_or_else(|| refused(key, value, "a whole number is accepted"))
}

fn refused(key: &str, value: &Value, accepted: &str) -> Error {
    Error::Parameter {
        name: "encoder specification",
        value: format!("{{{key}: {value}}}"),
        accepted: accepted.into(),
    }
}
