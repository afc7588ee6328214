//! The general path: any format to any format, in floating point, a few rows at a time.
//!
//! Rows are pulled: a destination row asks each component for the rows its vertical filter needs;
//! those are unpacked and filtered horizontally once and kept in a ring. Everything a row needs stays
//! in cache whatever the size of the picture, and bands of rows are independent of each other.

use vitascope_dsp::CpuLevel;

use crate::alpha::{self, AlphaPlan};
use crate::color::plan::{ColorPlan, ColorScratch, FloatKernels};
use crate::downsampling::{DownsamplingMode, reduce_rows};
use crate::error::Result;
use crate::format::layout::{Component, Family, Layout};
use crate::format::pack::{PackScratch, pack_row};
use crate::format::unpack::unpack_row;
use crate::fused::Scaled;
use crate::geometry::Geometry;
use crate::planes::{Band, SourcePlane};
use crate::row::Row;
use crate::scale::filter::{Doubling, FilterBank, Kernel};
use crate::scale::grid::Grid;
use crate::siting::Siting;

/// Everything a pipeline is planned from.
pub(crate) struct PipelineRequest<'a> {
    pub source: &'static Layout,
    pub source_size: (usize, usize),
    pub source_siting: Siting,
    pub destination: &'static Layout,
    pub destination_size: (usize, usize),
    /// Siting of chroma that is not reduced.
    pub destination_siting: Siting,
    pub geometry: &'a Geometry,
    pub color: Option<ColorPlan>,
    pub alpha: AlphaPlan,
    pub downsampling: DownsamplingMode,
    /// Filter where the size changes.
    pub kernel: Kernel,
    /// Filter where only chroma siting or subsampling changes.
    pub chroma_kernel: Kernel,
    pub level: CpuLevel,
}

/// One component on its way from source to destination grid.
pub(crate) struct ComponentPlan {
    /// Where it comes from; `None` for a constant.
    source: Option<Component>,
    pub constant: f32,
    pub source_width: usize,
    pub horizontal: Option<FilterBank>,
    pub vertical: Option<FilterBank>,
    pub width: usize,
    /// Whether rows are filtered before they are enlarged: enlarging takes little, and fewer values stay nearer.
    down_first: bool,
    /// Whether the rows of a window are kept for the next one, which shares some.
    keeps_rows: bool,
    /// Base-2 logarithm of the vertical subsampling of the grid it is brought to.
    log2_y: u8,
    /// Columns that show the picture.
    pub columns: (usize, usize),
}

/// A planned conversion.
pub(crate) struct Pipeline {
    source: &'static Layout,
    destination: &'static Layout,
    size: (usize, usize),
    rows: (usize, usize),
    components: [Option<ComponentPlan>; 4],
    color: Option<ColorPlan>,
    alpha: AlphaPlan,
    /// Chroma reduction after everything else: horizontal, vertical.
    reduce: (bool, bool),
    average: bool,
    /// Whether numbers without an end are given one before sums are made of them.
    ends: bool,
    kernels: FloatKernels,
}

/// Far above every light. What is beyond, and what has no end, would leave nothing of the samples it is added to.
const END: f32 = 1e9;

/// Buffers of one band, kept between frames.
#[derive(Default)]
pub(crate) struct Scratch {
    rings: [Ring; 4],
    unpacked: Row,
    /// The sum of rows that is enlarged.
    blended: Row,
    /// Alpha of an unpacked row.
    weights: Row,
    /// Rows of the group being made: component, row.
    rows: [[Row; 2]; 4],
    reduced: [Row; 2],
    color: ColorScratch,
    pack: PackScratch,
}

#[derive(Default)]
struct Ring {
    rows: Vec<Row>,
    held: Vec<Option<usize>>,
}

impl Ring {
    /// Forgets everything and makes room for `count` rows of `width`.
    fn reset(&mut self, count: usize, width: usize) {
        self.rows.resize_with(count, Row::default);
        self.rows.iter_mut().for_each(|row| row.resize(width));
        self.held.clear();
        self.held.resize(count, None);
    }
}

impl Pipeline {
    /// Plans the filters of every component.
    pub(crate) fn new(request: PipelineRequest<'_>) -> Result<Pipeline> {
        let PipelineRequest { source, destination, geometry, .. } = request;
        let ycbcr = |layout: &Layout| layout.family == Family::YCbCr;
        let (sx, sy) = source.chroma_shift();
        let (dx, dy) = destination.chroma_shift();
        let full = request.color.is_some() || request.alpha != AlphaPlan::default();
        // The grid chroma is brought to before it is reduced.
        let (mx, my) = if full { (0, 0) } else { (sx.min(dx), sy.min(dy)) };
        let reduce = (dx > mx, dy > my);
        // Constant components never bind a reduction; a grid of their own size serves them.
        let mut components = [const { None }; 4];
        for (index, slot) in components.iter_mut().enumerate() {
            let wanted = destination.components[index].is_some();
            let computed = index < 3 && full || index == 3 && request.alpha != AlphaPlan::default();
            if !wanted && !computed {
                continue;
            }
            let chroma = (index == 1 || index == 2) && (ycbcr(source) || ycbcr(destination));
            let origin = source.components[index];
            let (log2_x, log2_y) = if chroma { (mx, my) } else { (0, 0) };
            let siting = request.source_siting;
            let target = if reduce.0 || reduce.1 { siting } else { request.destination_siting };
            let (origin_x, origin_y) = origin.map_or((0, 0), |c| (c.log2_x, c.log2_y));
            let from_x = Grid::new(request.source_size.0, origin_x, siting.x);
            let from_y = Grid::new(request.source_size.1, origin_y, siting.y);
            let to_x = Grid::new(request.destination_size.0, log2_x, target.x);
            let to_y = Grid::new(request.destination_size.1, log2_y, target.y);
            let kernel_for =
                |ratio: f64| if (ratio - 1.0).abs() < 1e-9 { request.chroma_kernel } else { request.kernel };
            let (horizontal, vertical) = if origin.is_some() {
                (
                    FilterBank::new(
                        kernel_for(geometry.x.ratio()),
                        &from_x,
                        &to_x,
                        &geometry.x,
                        geometry.limits_x,
                    ),
                    FilterBank::new(
                        kernel_for(geometry.y.ratio()),
                        &from_y,
                        &to_y,
                        &geometry.y,
                        geometry.limits_y,
                    ),
                )
            } else {
                (None, None)
            };
            let doubles = horizontal.as_ref().is_some_and(|bank| bank.doubling.is_some());
            let keeps_rows =
                vertical.as_ref().is_none_or(|bank: &FilterBank| bank.keeps_rows_of(to_x.length));
            let down_first = doubles && vertical.as_ref().is_some_and(|bank| bank.taps == 2)
                || !keeps_rows && from_x.length < to_x.length;
            // A sample shows the picture when the luma column it stands for does.
            let column = |edge: usize| edge.div_ceil(1 << log2_x).min(to_x.length);
            *slot = Some(ComponentPlan {
                source: origin,
                constant: if index == 3 { 1.0 } else { 0.0 },
                source_width: from_x.length,
                horizontal,
                vertical,
                width: to_x.length,
                down_first,
                keeps_rows,
                log2_y,
                columns: (column(geometry.columns.0), column(geometry.columns.1)),
            });
        }
        let sums = request.color.is_some()
            || components.iter().flatten().any(|plan| plan.horizontal.is_some() || plan.vertical.is_some());
        Ok(Pipeline {
            ends: sums && source.components.iter().flatten().any(Component::is_float),
            source,
            destination,
            size: request.destination_size,
            rows: geometry.rows,
            components,
            color: request.color,
            alpha: request.alpha,
            reduce,
            average: request.downsampling == DownsamplingMode::Average,
            kernels: FloatKernels::select(request.level),
        })
    }

    /// Whether every sample of the source is used unchanged in place, so that bytes can be copied.
    pub(crate) fn is_copy(&self) -> bool {
        std::ptr::eq(self.source, self.destination)
            && self.color.is_none()
            && self.alpha == AlphaPlan::default()
            && self.rows == (0, self.size.1)
            && self.components.iter().flatten().all(|plan| {
                plan.horizontal.is_none() && plan.vertical.is_none() && plan.columns == (0, plan.width)
            })
    }

    /// The integer path that does the same, where samples stay what they are.
    pub(crate) fn scaled(&self, level: CpuLevel) -> Option<Scaled> {
        let plain =
            self.color.is_none() && self.alpha == AlphaPlan::default() && self.reduce == (false, false);
        let scales =
            || Scaled::plan(self.source, self.destination, &self.components, self.rows, self.size, level);
        plain.then(scales).flatten()
    }

    /// Luma rows that are made together.
    pub(crate) fn group(&self) -> usize {
        1 << self.destination.chroma_shift().1
    }

    /// Makes luma rows `first..end` (`first` a multiple of [`Pipeline::group`]) and their chroma.
    ///
    /// `planes` hold the destination's planes, at least the rows asked for.
    pub(crate) fn run(
        &self,
        source: &[SourcePlane<'_>],
        planes: &mut [Band<'_>],
        first: usize,
        end: usize,
        scratch: &mut Scratch,
    ) {
        for (plan, ring) in self.components.iter().zip(&mut scratch.rings) {
            if let Some(plan) = plan {
                let width = if plan.down_first { plan.source_width } else { plan.width };
                let taps = plan.vertical.as_ref().map_or(1, |bank| bank.taps);
                ring.reset(if plan.keeps_rows { taps } else { 1 }, width);
            }
        }
        let group = self.group();
        for top in (first..end).step_by(group) {
            let count = group.min(end - top);
            for line in 0..count {
                let slot = self.slot(line);
                for (index, plan) in self.components.iter().enumerate() {
                    let Some(plan) = plan.as_ref().filter(|plan| line < count.div_ceil(1 << plan.log2_y))
                    else {
                        continue;
                    };
                    let mut row = std::mem::take(&mut scratch.rows[index][slot]);
                    row.resize(plan.width);
                    self.make_row(plan, source, (top >> plan.log2_y) + line, scratch, index, &mut row);
                    scratch.rows[index][slot] = row;
                }
                // While the line is in the nearest cache.
                self.convert_color(scratch, slot, self.shows(top + line));
                self.write_line(planes, top, line, count, scratch);
            }
        }
    }

    fn shows(&self, y: usize) -> bool {
        (self.rows.0..self.rows.1).contains(&y)
    }

    /// Row `y` of one component on the destination's grid.
    fn make_row(
        &self,
        plan: &ComponentPlan,
        source: &[SourcePlane<'_>],
        y: usize,
        scratch: &mut Scratch,
        index: usize,
        out: &mut [f32],
    ) {
        let Some(component) = &plan.source else {
            out.fill(plan.constant);
            return;
        };
        if !self.shows(y << plan.log2_y) {
            out.fill(plan.constant);
            return;
        }
        let Scratch { rings, unpacked, blended, weights, .. } = scratch;
        // Straight colour counts as much as it is seen.
        let weigh = self.source.components[3].as_ref().filter(|_| self.alpha.weigh && index < 3);
        let ring = &mut rings[index];
        match &plan.vertical {
            None => self.fetch(plan, component, weigh, source, y, (unpacked, weights), out),
            Some(bank) => {
                let mut make = |k: usize, row: &mut [f32]| {
                    if plan.down_first {
                        self.unpack(component, weigh, source, k, weights, row);
                    } else {
                        self.fetch(plan, component, weigh, source, k, (unpacked, weights), row);
                    }
                };
                let sum = if plan.down_first {
                    blended.resize(plan.source_width);
                    &mut blended[..]
                } else {
                    &mut *out
                };
                let start = bank.starts[y] as usize;
                let rows = start..start + bank.taps;
                if plan.keeps_rows {
                    for k in rows {
                        let slot = k % bank.taps;
                        if ring.held[slot] != Some(k) {
                            make(k, &mut ring.rows[slot]);
                            ring.held[slot] = Some(k);
                        }
                    }
                    let row = |tap: usize| &ring.rows[(start + tap) % bank.taps][..];
                    self.filter_down(row, bank.weights_of(y), sum);
                } else {
                    for (tap, (k, &weight)) in rows.zip(bank.weights_of(y)).enumerate() {
                        make(k, &mut ring.rows[0]);
                        self.kernels.accumulate.call(&ring.rows[0], weight, tap == 0, sum);
                    }
                }
                if plan.down_first {
                    self.filter_across(plan, blended, out);
                }
            }
        }
        out[..plan.columns.0].fill(plan.constant);
        out[plan.columns.1..].fill(plan.constant);
    }

    /// The weighted sum of rows.
    fn filter_down<'a>(&self, row: impl Fn(usize) -> &'a [f32], weights: &[f32], out: &mut [f32]) {
        match *weights {
            [a, b] => self.kernels.blend.call([row(0), row(1)], [a, b], out),
            ref weights => {
                for (tap, &weight) in weights.iter().enumerate() {
                    self.kernels.accumulate.call(row(tap), weight, tap == 0, out);
                }
            }
        }
    }

    /// Row `y` of the source component, times `weigh`.
    fn unpack(
        &self,
        component: &Component,
        weigh: Option<&Component>,
        source: &[SourcePlane<'_>],
        y: usize,
        weights: &mut Row,
        out: &mut [f32],
    ) {
        let unpack = |component: &Component, out: &mut [f32]| {
            unpack_row(&self.kernels, component, source[component.plane as usize].row(y), out);
            if self.ends {
                let end = |value: f32| if value.is_nan() { 0.0 } else { value.clamp(-END, END) };
                out.iter_mut().for_each(|value| *value = end(*value));
            }
        };
        unpack(component, out);
        if let Some(alpha) = weigh {
            weights.resize(out.len());
            unpack(alpha, weights);
            alpha::multiply(out, weights);
        }
    }

    /// Row `y` of the source component, unpacked and filtered horizontally.
    fn fetch(
        &self,
        plan: &ComponentPlan,
        component: &Component,
        weigh: Option<&Component>,
        source: &[SourcePlane<'_>],
        y: usize,
        (unpacked, weights): (&mut Row, &mut Row),
        out: &mut [f32],
    ) {
        if plan.horizontal.is_none() {
            return self.unpack(component, weigh, source, y, weights, out);
        }
        unpacked.resize(plan.source_width);
        self.unpack(component, weigh, source, y, weights, unpacked);
        self.filter_across(plan, unpacked, out);
    }

    /// A row on the source's grid, filtered horizontally.
    fn filter_across(&self, plan: &ComponentPlan, row: &[f32], out: &mut [f32]) {
        let Some(bank) = &plan.horizontal else { return };
        let rest = match &bank.doubling {
            Some(Doubling { range, source, offsets, weights }) => {
                self.kernels.double.call(&row[*source..], *offsets, *weights, &mut out[range.clone()]);
                filter_row(bank, row, 0..range.start, out);
                range.end
            }
            None => 0,
        };
        filter_row(bank, row, rest..out.len(), out);
    }

    fn convert_color(&self, scratch: &mut Scratch, slot: usize, shown: bool) {
        let Scratch { rows: [a, b, c, alpha], color: color_scratch, .. } = scratch;
        let (a, b, c, alpha) = (&mut a[slot], &mut b[slot], &mut c[slot], &alpha[slot]);
        if self.alpha.unpremultiply {
            for row in [&mut *a, &mut *b, &mut *c] {
                alpha::divide(row, alpha);
            }
        }
        if let Some(color) = &self.color {
            color.run(&self.kernels, color_scratch, a, b, c);
        }
        if self.alpha.premultiply {
            for row in [&mut *a, &mut *b, &mut *c] {
                alpha::multiply(row, alpha);
            }
        }
        // Black has to be black in the destination's colour, not converted from the source's.
        if self.color.is_some()
            && let Some(plan) = &self.components[0]
        {
            let (low, high) = if shown { plan.columns } else { (0, 0) };
            for row in [a, b, c] {
                row[..low].fill(0.0);
                row[high..].fill(0.0);
            }
        }
    }

    /// Whether chroma is made of all lines of a group.
    fn joins_lines(&self) -> bool {
        self.reduce.1 && self.average
    }

    /// Where a line of a group is kept: all in one place, near the processor, unless they are needed together.
    fn slot(&self, line: usize) -> usize {
        if self.joins_lines() { line } else { 0 }
    }

    /// Packs a line of a group, and chroma when all that makes it is there.
    fn write_line(
        &self,
        planes: &mut [Band<'_>],
        top: usize,
        line: usize,
        count: usize,
        scratch: &mut Scratch,
    ) {
        let Scratch { rows, reduced, pack, .. } = scratch;
        let slot = self.slot(line);
        let chroma_line = line == if self.joins_lines() { count - 1 } else { 0 };
        let reduces = self.destination.has_chroma() && (self.reduce.0 || self.reduce.1);
        if reduces && chroma_line {
            let (dx, _) = self.destination.chroma_shift();
            for (out, rows) in reduced.iter_mut().zip(&rows[1..3]) {
                out.resize(self.size.0.div_ceil(1 << dx));
                reduce_rows(&rows[0], &rows[slot], self.reduce, self.average, out);
            }
        }
        let chroma = |index: usize| if reduces { &reduced[index] } else { &rows[index + 1][slot] };
        for (plane, band) in planes.iter_mut().enumerate() {
            let component = self.destination.components.iter().flatten().find(|c| c.plane as usize == plane);
            let Some(component) = component.filter(|component| component.log2_y == 0 || chroma_line) else {
                continue;
            };
            let ycbcr = self.destination.family == Family::YCbCr;
            let (second, third) =
                if ycbcr { (chroma(0), chroma(1)) } else { (&rows[1][slot], &rows[2][slot]) };
            let values = [&rows[0][slot][..], second, third, &rows[3][slot][..]];
            let out = band.row((top + line) >> component.log2_y);
            pack_row(&self.kernels, pack, self.destination, plane, values, out);
        }
    }
}

/// Filters samples `range` of a row.
fn filter_row(bank: &FilterBank, row: &[f32], range: std::ops::Range<usize>, out: &mut [f32]) {
    for index in range {
        let samples = &row[bank.starts[index] as usize..][..bank.taps];
        out[index] = samples
            .iter()
            .zip(bank.weights_of(index))
            .fold(0.0, |sum, (sample, weight)| sum + sample * weight);
    }
}
