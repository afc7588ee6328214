//! Decoder's buffers over real pictures.

use vitascope_core::Dictionary;
use vitascope_h264::reference_decoder;
use vitascope_session::key;

use super::{Measurement, mark};

/// Seconds of the buffers.
const SECONDS: [f64; 3] = [0.3, 1.0, 2.0];
/// Peak of a variable rate over its mean.
const PEAK: f64 = 1.5;

impl Measurement<'_> {
    /// Prints how full the buffers were; the number of streams that do not conform.
    pub(super) fn buffers(&self, bits_per_pixel: f64) -> Result<usize, String> {
        let mut broken = 0;
        let rate = (bits_per_pixel * self.pixels_per_second) as i64;
        for seconds in SECONDS {
            let buffer = Dictionary::new().with(key::VBV_BUFFER_DURATION, seconds);
            let constant = buffer.clone().with(key::CONSTANT_BIT_RATE, rate);
            let variable = buffer
                .with(key::VARIABLE_BIT_RATE, rate)
                .with(key::VBV_MAX_BIT_RATE, (PEAK * rate as f64) as i64);
            for (name, settings) in [("constant", constant), ("variable", variable)] {
                let coded = self.encode(settings)?;
                let [sequence, picture] = &coded.sets;
                let units = coded.frames.iter().map(|frame| &frame.data[..]);
                let bits = 8.0 * coded.frames.iter().map(|frame| frame.bytes).sum::<usize>() as f64;
                let mean = bits * self.clip.frames_per_second() / self.frames as f64 / rate as f64;
                let judged = reference_decoder::check(sequence, picture, units);
                let found = match &judged {
                    Ok(report) => {
                        let (least, most) = report.fullness;
                        format!("filled {least:.3} to {most:.3}, {} bytes of filler", report.filler_bytes)
                    }
                    Err(violation) => violation.to_string(),
                };
                println!(
                    "{}\t{name} {rate} in {seconds} s\tmean {mean:.3}\t{found}{}",
                    self.name(),
                    mark(judged.is_err())
                );
                broken += usize::from(judged.is_err());
            }
        }
        Ok(broken)
    }
}
