use std::path::Path;

use vitascope_bits::avcc::AvcDecoderConfiguration;
use vitascope_bits::{annex_b, length_prefixed};
use vitascope_core::{FormatDescription, SampleBuffer};

use crate::output::Output;
use crate::sample_writer::{NO_FORMAT, SamplePart, SampleWriter, each_sample};
use crate::{Error, Result};

/// Writes H.264 samples as a byte stream, to a file or to standard output.
///
/// Start codes have four bytes. The parameter sets of the format description stand before each sync sample and
/// wherever the format changes, so that decoding can begin at any of them.
#[derive(Debug)]
pub struct AnnexBWriter {
    output: Output,
    format: Option<ByteStreamFormat>,
    samples: u64,
    /// A write has failed, so that the stream may end inside a sample.
    failed: bool,
    buffer: Vec<u8>,
}

/// What of a format description a byte stream needs.
#[derive(Debug)]
struct ByteStreamFormat {
    description: FormatDescription,
    /// Parameter sets with their start codes.
    parameter_sets: Vec<u8>,
    /// Bytes of the length in front of each NAL unit of a sample.
    length_size: usize,
}

impl AnnexBWriter {
    /// Opens the output; `-` is standard output.
    ///
    /// # Errors
    /// The directory does not exist or cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self {
            output: Output::open(path.as_ref())?,
            format: None,
            samples: 0,
            failed: false,
            buffer: Vec::new(),
        })
    }
}

impl SampleWriter for AnnexBWriter {
    fn write(&mut self, sample: &SampleBuffer) -> Result<()> {
        self.failed = true;
        let first = self.samples;
        let refuse = |index: u64, message: String| Error::Sample { index, message };
        let description = sample.format().ok_or_else(|| refuse(first, NO_FORMAT.to_owned()))?;
        let known = self.format.as_ref().filter(|f| FormatDescription::ptr_eq(&f.description, description));
        let changed = known.is_none();
        if changed {
            self.format = Some(ByteStreamFormat::new(description).map_err(|message| refuse(first, message))?);
        }
        let Some(format) = &self.format else { return Ok(()) };
        each_sample(sample, first, |SamplePart { index, bytes, is_sync, is_partial_sync, .. }| {
            let framing = |error: vitascope_bits::Error| refuse(index, error.to_string());
            self.buffer.clear();
            if is_sync || is_partial_sync || (changed && index == first) {
                self.buffer.extend_from_slice(&format.parameter_sets);
            }
            for unit in length_prefixed::split(bytes, format.length_size).map_err(framing)? {
                annex_b::append(unit.map_err(framing)?, &mut self.buffer);
            }
            self.samples += 1;
            self.output.put(&self.buffer)
        })?;
        self.failed = false;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        if self.failed {
            return Err(Error::Abandoned);
        }
        if self.samples == 0 {
            return Err(Error::Empty { kind: "H.264 byte stream" });
        }
        self.output.finish()
    }
}

impl ByteStreamFormat {
    fn new(description: &FormatDescription) -> Result<Self, String> {
        let codec = description.media_sub_type();
        let record = description.extension_atom("avcC");
        let record =
            record.ok_or_else(|| format!("a byte stream needs H.264 with its avcC record, not {codec}"))?;
        let record =
            AvcDecoderConfiguration::parse(record).map_err(|error| format!("avcC record: {error}"))?;
        let mut parameter_sets = Vec::new();
        for unit in record.sps.iter().chain(&record.pps) {
            annex_b::append(unit, &mut parameter_sets);
        }
        Ok(Self {
            description: description.clone(),
            parameter_sets,
            length_size: record.nal_length_size.into(),
        })
    }
}
