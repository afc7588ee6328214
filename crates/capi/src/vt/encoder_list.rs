//! The encoders there are.

use vitascope::core::FourCc;
use vitascope::session::{CodecRegistry, EncoderSpecification, Error};

use super::session::optional_dictionary;
use crate::border::{OSStatus, Out, api};
use crate::cf::{array, string};
use crate::object::{Handle, Owned};
use crate::value;

api! {
    /// A dictionary for each encoder, in an array.
    fn VTCopyVideoEncoderList(_options: Handle, out: Out<Handle>) -> OSStatus {
        if out.is_null() {
            return OSStatus::PARAMETER;
        }
        let list = CodecRegistry::standard().encoder_list();
        let objects: Vec<Owned> = list.iter().map(|encoder| value::dictionary_to_object(encoder, false)).collect();
        out.set(array::new(&objects).into_handle());
        OSStatus::OK
    }

    /// The properties that a session for such pictures would have, and the identifier of its encoder. Either output may be NULL.
    /// A size that the encoder does not take is answered as by the creation of a session.
    fn VTCopySupportedPropertyDictionaryForEncoder(
        width: i32, height: i32, codec: u32, specification: Handle, encoder_id: Out<Handle>, properties: Out<Handle>,
    ) -> OSStatus {
        encoder_id.clear();
        properties.clear();
        const NAME: &str = "VTCopySupportedPropertyDictionaryForEncoder";
        let entries = match optional_dictionary(specification, "encoder specification", NAME) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(status) => return status,
        };
        let find = || -> Result<_, Error> {
            let specification = EncoderSpecification::try_from(&entries)?;
            let encoder = CodecRegistry::standard().find(FourCc(codec), &specification)?;
            let low_latency = specification.enable_low_latency_rate_control;
            let supported = encoder.supported_properties(width, height, low_latency)?;
            Ok((encoder, supported))
        };
        match find() {
            Ok((encoder, supported)) => {
                if !encoder_id.is_null() {
                    encoder_id.set(string::new(encoder.encoder_id).into_handle());
                }
                if !properties.is_null() {
                    properties.set(value::dictionary_to_object(&supported, false).into_handle());
                }
                OSStatus::OK
            }
            Err(error) => {
                log::warn!("{NAME}: {error} (status {})", error.status());
                OSStatus(error.status())
            }
        }
    }
}
