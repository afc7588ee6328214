//! The converter: planned once for a pair of pictures, then run for each of them.

use std::sync::{Mutex, PoisonError};

use vitascope_core::{ColorInfo, PixelBuffer};
use vitascope_dsp::workers::Workers;

use crate::attachments::{self, Rows};
use crate::bands::{Share, band_edges, cut};
use crate::description::PictureDescription;
use crate::error::{Error, Result};
use crate::format::layout::Layout;
use crate::fused::FusedScratch;
use crate::options::Options;
use crate::pipeline;
use crate::plan::{Chain, Plan};
use crate::planes::{Band, SourcePlane, copy_rows};

/// Memory of one band, kept between frames.
#[derive(Default)]
struct Scratch {
    pipeline: pipeline::Scratch,
    fused: FusedScratch,
    /// The picture between two steps.
    middle: Vec<u8>,
}

/// Converts pictures of one description into pictures of another.
///
/// Everything that can fail for reasons of format, geometry or colour fails in [`Converter::new`].
#[doc(alias = "VTPixelTransferSession")]
pub struct Converter {
    source: PictureDescription,
    destination: PictureDescription,
    plan: Plan,
    from: &'static Layout,
    to: &'static Layout,
    share: Share,
    workers: Workers,
    scratch: Mutex<Vec<Scratch>>,
}

impl Converter {
    /// Plans the conversion. Of `destination` only format and size count: what it should become
    /// otherwise is said by `options`.
    ///
    /// # Errors
    /// When a format is not supported, a size or clean aperture is unusable, or colour is to be
    /// converted that the source does not state.
    pub fn new(
        source: &PictureDescription,
        destination: &PictureDescription,
        options: &Options,
    ) -> Result<Converter> {
        let plan = Plan::new(&completed(source, &options.source_color), destination, options)?;
        let layout = |picture: &PictureDescription| {
            Layout::find(picture.format).ok_or(Error::UnsupportedFormat(picture.format))
        };
        Ok(Converter {
            from: layout(source)?,
            to: layout(destination)?,
            share: Share::new(options.threads, destination.width, destination.height),
            workers: Workers::default(),
            source: source.clone(),
            destination: PictureDescription::new(destination.format, destination.width, destination.height),
            plan,
            scratch: Mutex::new(Vec::new()),
        })
    }

    /// The picture that [`Converter::run`] makes: size and format of the destination, geometry and
    /// colour as its attachments will say.
    pub fn outcome(&self) -> &PictureDescription {
        &self.plan.outcome
    }

    /// Whether rows stay rows, each in the field in which it was, so that interlaced pictures stay interlaced.
    pub fn keeps_fields(&self) -> bool {
        self.plan.moves.rows == Rows::Kept
    }

    /// The source this converter was planned for.
    pub fn source(&self) -> &PictureDescription {
        &self.source
    }

    /// Whether the pair of formats has a path of its own.
    #[cfg(test)]
    pub(crate) fn is_fused(&self) -> bool {
        self.plan.fused.is_some() || self.plan.chain.is_some()
    }

    /// Uses this many bands on as many threads, however small the picture.
    #[cfg(test)]
    pub(crate) fn set_bands(&mut self, bands: usize) {
        self.share = Share { threads: bands, bands };
    }

    /// Converts `source` into `destination` and rewrites the destination's attachments.
    ///
    /// # Errors
    /// When a buffer is not what this was planned for, or is in use elsewhere. The destination is unchanged then.
    pub fn run(&self, source: &PixelBuffer, destination: &PixelBuffer) -> Result<()> {
        let found = PictureDescription::of(source);
        if found != self.source {
            return Err(mismatch("source", &found, &self.source));
        }
        let target = PictureDescription::new(destination.format(), destination.width(), destination.height());
        let planned = &self.destination;
        if (target.format, target.width, target.height) != (planned.format, planned.width, planned.height) {
            return Err(mismatch("destination", &target, planned));
        }
        {
            let from = source.read()?;
            let mut to = destination.write()?;
            let planes: Vec<SourcePlane<'_>> = (0..from.planes())
                .map(|index| {
                    let plane = from.plane(index);
                    SourcePlane { data: plane.data, stride: plane.bytes_per_row }
                })
                .collect();
            let targets =
                to.planes_mut().into_iter().map(|plane| (plane.data, plane.bytes_per_row)).collect();
            self.run_planes(&planes, targets)?;
        }
        attachments::rewrite(
            source,
            destination,
            &self.source,
            &self.plan.outcome,
            self.to.has_alpha(),
            self.plan.moves,
        );
        Ok(())
    }

    /// Converts planes of memory.
    pub(crate) fn run_planes(
        &self,
        source: &[SourcePlane<'_>],
        destination: Vec<(&mut [u8], usize)>,
    ) -> Result<()> {
        check_planes(self.from, &self.source, source.iter().map(|plane| (plane.data.len(), plane.stride)))?;
        check_planes(
            self.to,
            &self.destination,
            destination.iter().map(|(data, stride)| (data.len(), *stride)),
        )?;
        if let Some(chain) = &self.plan.chain {
            self.run_chain(chain, source, destination);
            return Ok(());
        }
        let pipeline = &self.plan.pipeline;
        let copies = pipeline.is_copy();
        self.run_bands(self.to, pipeline.group(), destination, |planes, first, end, scratch| {
            if copies {
                copy_band(self.to, self.destination.width, source, planes, first, end);
            } else if let Some(fused) = &self.plan.fused {
                fused.run(source, planes, first, end, &mut scratch.fused);
            } else {
                pipeline.run(source, planes, first, end, &mut scratch.pipeline);
            }
        });
        Ok(())
    }

    /// Runs `work` on bands of the destination's size, of rows at multiples of `group`.
    fn run_bands(
        &self,
        layout: &Layout,
        group: usize,
        planes: Vec<(&mut [u8], usize)>,
        work: impl Fn(&mut [Band<'_>], usize, usize, &mut Scratch) + Sync,
    ) {
        let edges = band_edges(self.share, self.destination.height, group);
        let bands = cut(layout, planes, &edges);
        self.share.run(&self.workers, bands.into_iter().zip(edges.windows(2)), |(mut planes, edge)| {
            let mut scratch = self.scratch().pop().unwrap_or_default();
            work(&mut planes, edge[0], edge[1], &mut scratch);
            self.scratch().push(scratch);
        });
    }

    fn run_chain(&self, chain: &Chain, source: &[SourcePlane<'_>], destination: Vec<(&mut [u8], usize)>) {
        let mut memory = self.scratch().pop().unwrap_or_default();
        let planes = chain.planes(&self.destination);
        memory.middle.resize(planes.iter().map(|(stride, rows)| stride * rows).sum(), 0);
        let mut rest = &mut memory.middle[..];
        let mut targets = Vec::with_capacity(planes.len());
        for &(stride, rows) in &planes {
            let (plane, others) = rest.split_at_mut(stride * rows);
            targets.push((plane, stride));
            rest = others;
        }
        let group = 1 << chain.middle.chroma_shift().1;
        self.run_bands(chain.middle, group, targets, |planes, first, end, scratch| {
            chain.scale.run(source, planes, first, end, &mut scratch.fused);
        });
        let mut rest = &memory.middle[..];
        let mut middle = Vec::with_capacity(planes.len());
        for &(stride, rows) in &planes {
            let (data, others) = rest.split_at(stride * rows);
            middle.push(SourcePlane { data, stride });
            rest = others;
        }
        self.run_bands(self.to, self.plan.pipeline.group(), destination, |planes, first, end, scratch| {
            chain.convert.run(&middle, planes, first, end, &mut scratch.fused);
        });
        self.scratch().push(memory);
    }

    /// Scratch is plain memory: a thread that panicked leaves nothing wrong in it.
    fn scratch(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Converts one picture: plans and runs a [`Converter`].
///
/// # Errors
/// As [`Converter::new`] and [`Converter::run`].
pub fn convert(source: &PixelBuffer, destination: &PixelBuffer, options: &Options) -> Result<()> {
    let target = PictureDescription::new(destination.format(), destination.width(), destination.height());
    Converter::new(&PictureDescription::of(source), &target, options)?.run(source, destination)
}

/// A source with what is to be taken for what it does not say of its colours.
fn completed(source: &PictureDescription, assumed: &ColorInfo) -> PictureDescription {
    let mut source = source.clone();
    if source.icc_profile.is_none() {
        let own = source.color;
        source.color = ColorInfo {
            primaries: own.primaries.or(assumed.primaries),
            transfer: own.transfer.or(assumed.transfer),
            matrix: own.matrix.or(assumed.matrix),
            gamma: own.gamma.or(assumed.gamma),
        };
    }
    source
}

fn mismatch(role: &'static str, found: &PictureDescription, expected: &PictureDescription) -> Error {
    let same_shape =
        (found.format, found.width, found.height) == (expected.format, expected.width, expected.height);
    let detail = if same_shape { " with other attachments" } else { "" };
    Error::Mismatch { role, found: format!("{found}{detail}"), expected: expected.to_string() }
}

/// Copies the bytes of luma rows `first..end` and their chroma.
fn copy_band(
    layout: &Layout,
    width: usize,
    source: &[SourcePlane<'_>],
    planes: &mut [Band<'_>],
    first: usize,
    end: usize,
) {
    for (index, band) in planes.iter_mut().enumerate() {
        let shift =
            layout.components.iter().flatten().find(|c| c.plane as usize == index).map_or(0, |c| c.log2_y);
        let (bytes, _) = layout.plane_size(index, width, 1);
        copy_rows(&source[index], band, first >> shift..end.div_ceil(1 << shift), bytes);
    }
}

/// Checks that planes (length, stride) hold the picture.
fn check_planes(
    layout: &Layout,
    picture: &PictureDescription,
    planes: impl ExactSizeIterator<Item = (usize, usize)>,
) -> Result<()> {
    let count = layout.plane_count();
    if planes.len() != count {
        return Err(Error::Mismatch {
            role: "picture",
            found: format!("{} planes", planes.len()),
            expected: format!("{count} planes"),
        });
    }
    for (index, (length, stride)) in planes.enumerate() {
        let (bytes, rows) = layout.plane_size(index, picture.width, picture.height);
        let needed =
            (rows - 1).checked_mul(stride).and_then(|start| start.checked_add(bytes)).unwrap_or(usize::MAX);
        if length < needed || (rows > 1 && stride < bytes) {
            return Err(Error::ShortPlane {
                plane: index,
                found: length,
                expected: needed.max(bytes * rows),
            });
        }
    }
    Ok(())
}
