//! Scaling in integers: 8-bit and 10-bit samples that keep their meaning, component by component.

use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::bytes::{Deinterleave, Deinterleave4, EverySecond, Interleave, Interleave4};
use vitascope_dsp::pixels::scale::{
    FRACTION_10, FilterColumns8, FilterColumns16, FilterRow8, FilterRow16, Lift8, RowFilter,
};

mod to_rgb;

pub(crate) use to_rgb::ScaledToRgb;

use super::halved::{Halved, HalvedScratch, HalvingKernels, cubic_of_two, means_of_two};
use super::ring::Ring;
use crate::format::layout::{Component, Layout, Storage};
use crate::pipeline::ComponentPlan;
use crate::planes::{Band, SourcePlane};
use crate::scale::filter::FilterBank;

/// One component on its way.
struct Channel {
    source: Component,
    source_width: usize,
    horizontal: Option<RowFilter>,
    vertical: Option<FilterBank>,
    width: usize,
    columns: (usize, usize),
    /// Code of black (of opaque, for alpha).
    border: u16,
    /// Whether every sample is the mean of two by two samples of its own.
    mean: bool,
    /// Whether it is halved by the widened cubic.
    cubic: bool,
}

/// One plane of the destination: its channels in the order of their samples.
struct Plane {
    channels: Vec<Channel>,
    /// Base-2 logarithm of its vertical subsampling.
    shift: u8,
    halved: Option<Halved>,
}

pub(crate) struct Scaled {
    planes: Vec<Plane>,
    ten_bits: bool,
    /// Luma rows that show the picture.
    rows: (usize, usize),
    kernels: Kernels,
}

struct Kernels {
    every_second: EverySecond,
    deinterleave: Deinterleave,
    deinterleave4: Deinterleave4,
    halving: HalvingKernels,
    interleave: Interleave,
    interleave4: Interleave4,
    filter_row8: FilterRow8,
    filter_row16: FilterRow16,
    lift8: Lift8,
    filter_columns8: FilterColumns8,
    filter_columns16: FilterColumns16,
}

/// Memory of one band.
#[derive(Default)]
pub(crate) struct ScaledScratch {
    rings: Vec<Ring>,
    split: Split,
    words: Vec<i16>,
    halved: HalvedScratch,
    /// A row of each channel of a plane.
    made: [Vec<u8>; 4],
    /// A row of luma and of each kind of chroma on its way to RGB.
    blended: [Vec<i16>; 3],
}

/// A source row of interleaved bytes, one row for each place in the turn.
#[derive(Default)]
struct Split {
    rows: Vec<Vec<u8>>,
    /// Which it is: plane, row, bytes a turn.
    held: Option<(u8, usize, usize)>,
}

impl Scaled {
    /// Takes over a pipeline's filters, where samples stay what they are.
    pub(crate) fn plan(
        source: &Layout,
        destination: &Layout,
        components: &[Option<ComponentPlan>; 4],
        rows: (usize, usize),
        size: (usize, usize),
        level: CpuLevel,
    ) -> Option<Scaled> {
        let storage = destination.components[0]?.storage;
        let ten_bits = storage == Storage::U16Le;
        let mut planes = Vec::new();
        for index in 0..destination.plane_count() {
            let mut channels = Vec::new();
            let of_plane = |c: &usize| destination.components[*c].is_some_and(|c| c.plane as usize == index);
            for number in (0..4).filter(of_plane) {
                let (from, to) = (source.components[number]?, destination.components[number]?);
                let plan = components[number].as_ref()?;
                let banks = [&plan.horizontal, &plan.vertical];
                if !banks.into_iter().flatten().all(FilterBank::suits_fixed_point)
                    || !plan.vertical.as_ref().is_none_or(|bank| bank.keeps_rows_of(plan.width))
                {
                    return None;
                }
                let depth = if ten_bits { (10, 6) } else { (8, 0) };
                let fits = |c: &Component| c.storage == storage && (c.bits, c.shift) == depth;
                if !fits(&from) || !fits(&to) || (from.zero, from.unit) != (to.zero, to.unit) {
                    return None;
                }
                let horizontal = plan
                    .horizontal
                    .as_ref()
                    .map(|bank| RowFilter::new(plan.source_width, bank.taps, &bank.starts, &bank.fixed));
                channels.push((
                    to,
                    Channel {
                        source: from,
                        source_width: plan.source_width,
                        horizontal,
                        vertical: plan.vertical.clone(),
                        width: plan.width,
                        columns: plan.columns,
                        mean: plan.source_width == 2 * plan.width
                            && means_of_two(plan.horizontal.as_ref())
                            && means_of_two(plan.vertical.as_ref()),
                        cubic: plan.source_width == 2 * plan.width
                            && cubic_of_two(plan.horizontal.as_ref())
                            && cubic_of_two(plan.vertical.as_ref()),
                        border: (to.zero + f64::from(plan.constant) * to.unit) as u16,
                    },
                ));
            }
            channels.sort_by_key(|(component, _)| component.offset);
            let count = channels.len();
            let in_turn = |(place, (c, _)): (usize, &(Component, Channel))| {
                (c.offset as usize, c.step as usize) == (place, count)
            };
            if !channels.iter().enumerate().all(in_turn) || ten_bits && count > 2 {
                return None;
            }
            let shift = channels.first()?.0.log2_y;
            let lead = channels.first()?.1.source.plane;
            let whole = |(to, channel): &(Component, Channel)| {
                (channel.source.offset, channel.source.step) == (to.offset, to.step)
                    && channel.source.plane == lead
                    && channel.columns == (0, channel.width)
            };
            let whole = !ten_bits && rows == (0, size.1) && channels.iter().all(whole);
            let channels: Vec<Channel> = channels.into_iter().map(|(_, channel)| channel).collect();
            let halved = match count {
                1 | 4 if whole && channels.iter().all(|channel| channel.mean) => Some(Halved::Mean(count)),
                1 | 2 | 4 if whole && channels.iter().all(|channel| channel.cubic) => {
                    Some(Halved::Cubic(count))
                }
                _ => None,
            };
            planes.push(Plane { channels, shift, halved });
        }
        Some(Scaled {
            planes,
            ten_bits,
            rows,
            kernels: Kernels {
                every_second: EverySecond::select(level),
                deinterleave: Deinterleave::select(level),
                deinterleave4: Deinterleave4::select(level),
                halving: HalvingKernels::select(level),
                interleave: Interleave::select(level),
                interleave4: Interleave4::select(level),
                filter_row8: FilterRow8::select(level),
                filter_row16: FilterRow16::select(level),
                lift8: Lift8::select(level),
                filter_columns8: FilterColumns8::select(level),
                filter_columns16: FilterColumns16::select(level),
            },
        })
    }

    pub(super) fn run(
        &self,
        source: &[SourcePlane<'_>],
        planes: &mut [Band<'_>],
        first: usize,
        end: usize,
        scratch: &mut ScaledScratch,
    ) {
        // Rows of another picture.
        scratch.split.held = None;
        for (plane, band) in self.planes.iter().zip(planes) {
            let rows = first >> plane.shift..end.div_ceil(1 << plane.shift);
            if let Some(halved) = plane.halved {
                let lead = &plane.channels[0];
                let size = (lead.width, lead.vertical.as_ref().map_or(0, |bank| bank.starts.len()));
                let from = &source[lead.source.plane as usize];
                self.kernels.halving.run(halved, from, size, band, rows, &mut scratch.halved);
                continue;
            }
            scratch.prepare(plane.channels.iter());
            for y in rows {
                let shown = (self.rows.0..self.rows.1).contains(&(y << plane.shift));
                self.plane_row(plane, source, band.row(y), y, shown, scratch);
            }
        }
    }

    /// Makes row `y` of a plane.
    fn plane_row(
        &self,
        plane: &Plane,
        source: &[SourcePlane<'_>],
        out: &mut [u8],
        y: usize,
        shown: bool,
        scratch: &mut ScaledScratch,
    ) {
        let size = if self.ten_bits { 2 } else { 1 };
        let count = plane.channels.len();
        let bytes = plane.channels[0].width * size;
        if shown {
            let ScaledScratch { rings, split, words, .. } = scratch;
            self.fill_rings(&plane.channels, source, y, rings, split, words);
        }
        if count == 1 {
            self.channel_row(&plane.channels[0], &scratch.rings[0], y, shown, &mut out[..bytes]);
            return;
        }
        for ((channel, ring), row) in plane.channels.iter().zip(&scratch.rings).zip(&mut scratch.made) {
            row.resize(bytes, 0);
            self.channel_row(channel, ring, y, shown, row);
        }
        let out = &mut out[..bytes * count];
        let made = &scratch.made;
        match count {
            2 if !self.ten_bits => self.kernels.interleave.call(&made[0], &made[1], out),
            4 => self.kernels.interleave4.call(made.each_ref().map(|row| &row[..]), out),
            2 => {
                let pairs = made[0].as_chunks::<2>().0.iter().zip(made[1].as_chunks::<2>().0);
                for (out, (a, b)) in out.as_chunks_mut::<4>().0.iter_mut().zip(pairs) {
                    *out = [a[0], a[1], b[0], b[1]];
                }
            }
            _ => {
                for (index, row) in made[..count].iter().enumerate() {
                    for (out, &byte) in out[index..].iter_mut().step_by(count).zip(row) {
                        *out = byte;
                    }
                }
            }
        }
    }

    /// Brings the source rows of destination row `y` into the rings of all channels, one source row after the
    /// other: channels that lie in turn are taken apart together.
    fn fill_rings(
        &self,
        channels: &[Channel],
        source: &[SourcePlane<'_>],
        y: usize,
        rings: &mut [Ring],
        split: &mut Split,
        words: &mut Vec<i16>,
    ) {
        let missing = |channel: &Channel, ring: &Ring| {
            let window = channel.window(y);
            window.start.max(ring.end())..window.end
        };
        let (mut first, mut end) = (usize::MAX, 0);
        for (channel, ring) in channels.iter().zip(&*rings) {
            let rows = missing(channel, ring);
            (first, end) = (first.min(rows.start), end.max(rows.end));
        }
        let alone = channels.len() == 1;
        for row in first..end {
            for (channel, ring) in channels.iter().zip(&mut *rings) {
                if missing(channel, ring).contains(&row) {
                    self.filter_row(channel, source, row, alone, (split, words), ring.next(row));
                }
            }
        }
    }

    /// Row `y` of a channel from the rows in its ring.
    fn channel_row(&self, channel: &Channel, ring: &Ring, y: usize, shown: bool, out: &mut [u8]) {
        let (low, high) = if shown { channel.columns } else { (0, 0) };
        if shown {
            channel.with_taps(ring, y, |rows, weights| {
                if self.ten_bits {
                    self.kernels.filter_columns16.call(rows, weights, out);
                } else {
                    self.kernels.filter_columns8.call(rows, weights, out);
                }
            });
        }
        if self.ten_bits {
            let border = (channel.border << 6).to_le_bytes();
            let words = out.as_chunks_mut::<2>().0;
            words[..low].fill(border);
            words[high..].fill(border);
        } else {
            out[..low].fill(channel.border as u8);
            out[high..].fill(channel.border as u8);
        }
    }

    /// Row `y` of the source component, filtered horizontally; `alone` when it is the only one taken from its plane.
    fn filter_row(
        &self,
        channel: &Channel,
        source: &[SourcePlane<'_>],
        y: usize,
        alone: bool,
        (split, words): (&mut Split, &mut Vec<i16>),
        out: &mut [i16],
    ) {
        let component = &channel.source;
        let row = source[component.plane as usize].row(y);
        let width = channel.source_width;
        let (offset, step) = (component.offset as usize, component.step as usize);
        if self.ten_bits {
            words.resize(width, 0);
            let samples = row[offset * 2..].chunks(step * 2);
            for (word, sample) in words.iter_mut().zip(samples) {
                *word = (u16::from_le_bytes([sample[0], sample[1]]) >> 6) as i16;
            }
            match &channel.horizontal {
                Some(filter) => self.kernels.filter_row16.call(words, filter, out),
                None => out.iter_mut().zip(words).for_each(|(out, word)| *out = *word << FRACTION_10),
            }
            return;
        }
        let samples = match step {
            1 => &row[..width],
            _ => {
                let held = Some((component.plane, y, step));
                if split.held != held {
                    let only = (alone && step == 2).then_some(offset);
                    self.split(row, step, width, only, &mut split.rows);
                    // What was left out may be asked for by another plane.
                    split.held = held.filter(|_| only.is_none());
                }
                &split.rows[offset][..width]
            }
        };
        match &channel.horizontal {
            Some(filter) => self.kernels.filter_row8.call(samples, filter, out),
            None => self.kernels.lift8.call(samples, out),
        }
    }

    /// Takes `width` turns of `step` bytes apart; only the bytes at place `only` of the turn, if that is given.
    fn split(&self, row: &[u8], step: usize, width: usize, only: Option<usize>, rows: &mut Vec<Vec<u8>>) {
        rows.resize_with(step.max(rows.len()), Vec::new);
        rows[..step].iter_mut().for_each(|row| row.resize(width, 0));
        // The last turn may lack bytes that nobody asks for.
        let whole = if row.len() >= width * step { width } else { width - 1 };
        match (&mut rows[..step], only) {
            ([even, odd], Some(place)) => {
                let out = if place == 1 { odd } else { even };
                self.kernels.every_second.call(&row[..whole * 2], place == 1, &mut out[..whole]);
            }
            ([a, b], None) => {
                self.kernels.deinterleave.call(&row[..whole * 2], &mut a[..whole], &mut b[..whole]);
            }
            ([a, b, c, d], _) => {
                let rows = [a, b, c, d].map(|row| &mut row[..whole]);
                self.kernels.deinterleave4.call(&row[..whole * 4], rows);
            }
            (rows, _) => {
                for (place, out) in rows.iter_mut().enumerate() {
                    for (out, turn) in out[..whole].iter_mut().zip(row.chunks_exact(step)) {
                        *out = turn[place];
                    }
                }
            }
        }
        if whole < width {
            for (out, &byte) in rows.iter_mut().zip(&row[whole * step..]) {
                out[whole] = byte;
            }
        }
    }
}

impl ScaledScratch {
    /// Makes room for the rows of channels.
    fn prepare<'a>(&mut self, channels: impl ExactSizeIterator<Item = &'a Channel>) {
        self.rings.resize_with(channels.len().max(self.rings.len()), Ring::default);
        for (channel, ring) in channels.zip(&mut self.rings) {
            let taps = channel.vertical.as_ref().map_or(1, |bank| bank.taps);
            ring.prepare(taps, channel.width);
        }
    }
}

impl Channel {
    /// Calls `run` with the rows in the ring that make destination row `y`, and their weights.
    fn with_taps(&self, ring: &Ring, y: usize, run: impl FnOnce(&[&[i16]], &[i16])) {
        let one = [1i16 << 14];
        let weights = self.vertical.as_ref().map_or(&one[..], |bank| bank.fixed_of(y));
        let in_order = self.window(y).map(|row| ring.row(row));
        if weights.len() > 16 {
            return run(&in_order.collect::<Vec<_>>(), weights);
        }
        let mut few: [&[i16]; 16] = [&[]; 16];
        few.iter_mut().zip(in_order).for_each(|(slot, row)| *slot = row);
        run(&few[..weights.len()], weights);
    }

    /// Source rows of destination row `y`.
    fn window(&self, y: usize) -> std::ops::Range<usize> {
        match &self.vertical {
            Some(bank) => bank.starts[y] as usize..bank.starts[y] as usize + bank.taps,
            None => y..y + 1,
        }
    }
}
