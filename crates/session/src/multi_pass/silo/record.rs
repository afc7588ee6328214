//! A sample buffer as bytes.

use vitascope_core::{
    AttachmentMode, BlockBuffer, FormatDescription, SampleAttachments, SampleBuffer, SampleTiming,
};

use super::super::bytes::{Reader, TooDeep, put_dictionary, put_time};
use crate::error::{Error, Result};

/// The number that says that there is no format description.
const NO_FORMAT: u32 = u32::MAX;

/// Writes a sample buffer; its format goes to the list.
///
/// # Errors
/// [`Error::Parameter`]: it has no data, or its attachments are nested too deeply. What makes its data ready failed.
pub(super) fn write(sample: &SampleBuffer, formats: &mut Vec<FormatDescription>) -> Result<Vec<u8>> {
    sample.make_data_ready()?;
    let data = sample.data().ok_or_else(|| Error::Parameter {
        name: "sample buffer",
        value: format!("one of {} samples without data", sample.sample_count()),
        accepted: "coded samples with their data are accepted".into(),
    })?;
    let mut out = Vec::with_capacity(data.len() + 256);
    out.extend(format_number(sample.format(), formats).to_le_bytes());
    out.extend((sample.sample_count() as u32).to_le_bytes());
    out.extend((sample.timings().len() as u32).to_le_bytes());
    for timing in sample.timings() {
        put_time(&mut out, timing.duration);
        put_time(&mut out, timing.presentation_time);
        put_time(&mut out, timing.decode_time);
    }
    out.extend((sample.sizes().len() as u32).to_le_bytes());
    sample.sizes().iter().for_each(|size| out.extend((*size as u64).to_le_bytes()));
    put_time(&mut out, sample.output_presentation_time());
    put_attachments(sample, &mut out)?;
    data.segments().for_each(|segment| out.extend(segment));
    Ok(out)
}

/// Reads what [`write`] wrote.
pub(super) fn read(bytes: &[u8], formats: &[FormatDescription]) -> Option<Result<SampleBuffer>> {
    let mut reader = Reader(bytes);
    let format = match reader.u32()? {
        NO_FORMAT => None,
        number => Some(formats.get(number as usize)?.clone()),
    };
    let count = reader.u32()? as usize;
    let timings = (0..reader.u32()?)
        .map(|_| {
            Some(SampleTiming {
                duration: reader.time()?,
                presentation_time: reader.time()?,
                decode_time: reader.time()?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let sizes = (0..reader.u32()?).map(|_| Some(reader.u64()? as usize)).collect::<Option<Vec<_>>>()?;
    let output_time = reader.time()?;
    let mut attachments = Vec::new();
    for _ in 0..reader.u32()? {
        attachments.push((reader.u32()? as usize, reader.dictionary()?));
    }
    let own = [reader.dictionary()?, reader.dictionary()?];
    let make = || {
        let data = BlockBuffer::from_vec(reader.0.to_vec());
        let sample = SampleBuffer::new(Some(data), format, count, timings, sizes)?;
        for (index, attachments) in attachments {
            sample.set_sample_attachments(index, SampleAttachments::from_dictionary(&attachments))?;
        }
        for (dictionary, mode) in own.iter().zip(MODES) {
            sample.set_attachments(dictionary, mode);
        }
        if sample.output_presentation_time() != output_time {
            sample.set_output_presentation_time(output_time);
        }
        Ok(sample)
    };
    Some(make())
}

const MODES: [AttachmentMode; 2] = [AttachmentMode::ShouldPropagate, AttachmentMode::ShouldNotPropagate];

fn put_attachments(sample: &SampleBuffer, out: &mut Vec<u8>) -> Result<()> {
    let too_deep = |TooDeep| Error::Parameter {
        name: "attachment of a sample buffer",
        value: "nested too deeply".into(),
        accepted: "at most 32 levels are accepted".into(),
    };
    let mut dictionaries = Vec::new();
    for index in 0..sample.sample_count() {
        let dictionary = sample.sample_attachments(index)?.to_dictionary();
        if !dictionary.is_empty() {
            dictionaries.push((index, dictionary));
        }
    }
    out.extend((dictionaries.len() as u32).to_le_bytes());
    for (index, dictionary) in dictionaries {
        out.extend((index as u32).to_le_bytes());
        put_dictionary(out, &dictionary).map_err(too_deep)?;
    }
    for mode in MODES {
        put_dictionary(out, &sample.attachments(mode)).map_err(too_deep)?;
    }
    Ok(())
}

fn format_number(format: Option<&FormatDescription>, formats: &mut Vec<FormatDescription>) -> u32 {
    let Some(format) = format else { return NO_FORMAT };
    // Samples in a row mostly share one object.
    let known = formats.iter().rposition(|known| FormatDescription::ptr_eq(known, format));
    let known = known.or_else(|| formats.iter().position(|known| known == format));
    known.unwrap_or_else(|| {
        formats.push(format.clone());
        formats.len() - 1
    }) as u32
}
