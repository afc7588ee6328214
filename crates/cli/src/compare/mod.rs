//! `vitascope compare`: PSNR and SSIM of each plane and frame.

mod plane;
mod psnr;
mod report;
mod ssim;

use std::path::Path;

use vitascope::container::y4m;

use crate::arguments::Compare;
use crate::failure::Failure;
use crate::input::{Input, is_standard_stream};
use crate::output::{print, print_json};
use plane::Plane;
use report::{PlaneScore, Report};

/// Runs the subcommand.
pub(crate) fn run(arguments: &Compare) -> Result<(), Failure> {
    if is_standard_stream(&arguments.reference) && is_standard_stream(&arguments.test) {
        return Err(Failure::Usage("REFERENCE and TEST cannot both be standard input".into()));
    }
    let mut reference = open(&arguments.reference)?;
    let mut test = open(&arguments.test)?;
    check_same_shape(&reference, &test)?;
    let peak = (1u32 << reference.header().color_space.bits) - 1;
    let mut report = Report::new(reference.header().width, reference.header().height, peak);
    loop {
        let (one, other) = (reference.next_planes()?, test.next_planes()?);
        match (one, other) {
            (None, None) => break,
            (Some(one), Some(other)) => {
                let scores: Vec<_> =
                    one.iter().zip(&other).map(|(one, other)| score(one, other, peak)).collect();
                if arguments.per_frame {
                    print(&report.frame_line(&scores))?;
                }
                report.add(scores, arguments.json);
            }
            (one, _) => {
                let (short, long) =
                    if one.is_none() { (&reference.name, &test.name) } else { (&test.name, &reference.name) };
                let frames = report.frames();
                return Err(Failure::Failed(format!("{short} ends after {frames} frames, {long} goes on")));
            }
        }
    }
    if report.frames() == 0 {
        return Err(Failure::failed(&reference.name, "holds no frames"));
    }
    if arguments.json { print_json(&report.json(&reference.name, &test.name)) } else { print(&report.text()) }
}

fn score(reference: &Plane, test: &Plane, peak: u32) -> PlaneScore {
    PlaneScore {
        name: reference.name,
        samples: reference.samples.len() as u64,
        squared_error: psnr::squared_error(&reference.samples, &test.samples),
        ssim: ssim::ssim(reference, test, peak),
    }
}

/// One side of the comparison.
struct Source {
    name: String,
    reader: y4m::Reader<Input>,
}

fn open(path: &Path) -> Result<Source, Failure> {
    let input = Input::open(path)?;
    let name = input.name().to_string();
    let reader = y4m::Reader::new(input).map_err(|error| match error {
        vitascope::container::Error::Y4mSignature { .. } => Failure::Failed(format!(
            "{name}: {error}; compare reads y4m only, as coded video cannot be decoded yet \
             (another program can decode it, for example: ffmpeg -i FILE decoded.y4m)"
        )),
        error => Failure::failed(&name, error),
    })?;
    Ok(Source { name, reader })
}

impl Source {
    fn header(&self) -> &y4m::Header {
        self.reader.header()
    }

    fn next_planes(&mut self) -> Result<Option<Vec<Plane>>, Failure> {
        let color_space = self.header().color_space;
        match self.reader.next_frame() {
            Ok(Some(buffer)) => plane::planes(&buffer, &color_space)
                .map(Some)
                .map_err(|error| Failure::failed(&self.name, error)),
            Ok(None) => Ok(None),
            Err(error) => Err(Failure::failed(&self.name, error)),
        }
    }
}

fn check_same_shape(reference: &Source, test: &Source) -> Result<(), Failure> {
    let shape = |source: &Source| {
        let header = source.header();
        (header.width, header.height, header.color_space.sampling, header.color_space.bits)
    };
    let (one, other) = (shape(reference), shape(test));
    if one == other {
        return Ok(());
    }
    let told = |(width, height, sampling, bits): (usize, usize, y4m::ChromaSampling, u32)| {
        format!("{width}x{height} {sampling} of {bits} bits")
    };
    Err(Failure::Failed(format!(
        "{} is {}, {} is {}: size, chroma sampling and depth must be the same",
        reference.name,
        told(one),
        test.name,
        told(other)
    )))
}
