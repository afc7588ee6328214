//! Rows of floating-point values into memory.

use super::half;
use super::layout::{Component, Layout, Storage};
use super::unpack::v210_place;
use crate::color::plan::FloatKernels;

/// Codes on their way to memory.
#[derive(Default)]
pub(crate) struct PackScratch {
    bytes: [Vec<u8>; 2],
    words: Vec<u16>,
}

/// Writes `values` as the samples of a row of one plane.
///
/// `values[c]` are the samples of component `c`; components of other planes are ignored. `row` holds
/// the bytes of the whole row. Numbers that are not a number become code 0.
pub(crate) fn pack_row(
    kernels: &FloatKernels,
    scratch: &mut PackScratch,
    layout: &Layout,
    plane: usize,
    values: [&[f32]; 4],
    row: &mut [u8],
) {
    let in_plane =
        |c: &usize| layout.components[*c].is_some_and(|component| component.plane as usize == plane);
    let Some(lead) = (0..4).find(in_plane).and_then(|c| layout.components[c]) else { return };
    match lead.storage {
        Storage::Word16Le => fields::<2>(layout, plane, values, row, |word| (word as u16).to_le_bytes()),
        Storage::Word16Be => fields::<2>(layout, plane, values, row, |word| (word as u16).to_be_bytes()),
        Storage::Word32Le => fields::<4>(layout, plane, values, row, |word| word.to_le_bytes()),
        Storage::Word32Be => fields::<4>(layout, plane, values, row, |word| word.to_be_bytes()),
        _ => {
            let mut parts = (0..4).filter(in_plane);
            // Chroma pairs are joined in registers.
            if let (Some(a), Some(b), None) = (parts.next(), parts.next(), parts.next())
                && let (Some(first), Some(second)) = (&layout.components[a], &layout.components[b])
                && pack_pair(kernels, scratch, [first, second], [values[a], values[b]], row)
            {
                return;
            }
            for c in (0..4).filter(in_plane) {
                if let Some(component) = &layout.components[c] {
                    pack_component(kernels, scratch, component, values[c], row);
                }
            }
        }
    }
}

/// The nearest code, ties upwards.
fn code_of(value: f32, zero: f32, unit: f32, maximum: f32) -> u32 {
    // Casting turns what is not a number into 0.
    (value * unit + (zero + 0.5)).clamp(0.0, maximum) as u32
}

/// Packs two components of bytes in turn; false when they are anything else.
fn pack_pair(
    kernels: &FloatKernels,
    scratch: &mut PackScratch,
    components: [&Component; 2],
    values: [&[f32]; 2],
    row: &mut [u8],
) -> bool {
    let [a, b] = components;
    let paired = a.storage == Storage::U8 && b.storage == Storage::U8 && (a.step, b.step) == (2, 2);
    let count = values[0].len();
    if !paired || (a.offset, b.offset) != (0, 1) || values[1].len() != count {
        return false;
    }
    let [even, odd] = &mut scratch.bytes;
    for (component, (values, out)) in
        components.into_iter().zip(values.into_iter().zip([&mut *even, &mut *odd]))
    {
        out.resize(count, 0);
        let maximum = component.maximum() as f32;
        kernels.pack_bytes.call(values, component.unit as f32, component.zero as f32 + 0.5, maximum, out);
    }
    kernels.interleave.call(even, odd, &mut row[..2 * count]);
    true
}

fn pack_component(
    kernels: &FloatKernels,
    scratch: &mut PackScratch,
    component: &Component,
    values: &[f32],
    row: &mut [u8],
) {
    let zero = component.zero as f32;
    let unit = component.unit as f32;
    let maximum = if component.is_float() { 0.0 } else { component.maximum() as f32 };
    let shift = component.shift as u32;
    let size = component.storage.bytes();
    let step = component.step as usize * size;
    let start = component.offset as usize * size;
    match component.storage {
        Storage::U8 if step == 1 => {
            kernels.pack_bytes.call(values, unit, zero + 0.5, maximum, &mut row[start..start + values.len()]);
        }
        Storage::U8 => {
            let bytes = &mut scratch.bytes[0];
            bytes.resize(values.len(), 0);
            kernels.pack_bytes.call(values, unit, zero + 0.5, maximum, bytes);
            row[start..].iter_mut().step_by(step).zip(bytes).for_each(|(out, byte)| *out = *byte);
        }
        Storage::U16Le => {
            let codes = &mut scratch.words;
            codes.resize(values.len(), 0);
            kernels.pack_words.call(values, unit, zero + 0.5, maximum, codes);
            let words = row[start..].as_chunks_mut::<2>().0;
            for (word, code) in words.iter_mut().step_by(step / 2).zip(codes) {
                *word = (*code << shift).to_le_bytes();
            }
        }
        Storage::U16Be => words(&mut row[start..], step, values, |value| {
            ((code_of(value, zero, unit, maximum) << shift) as u16).to_be_bytes()
        }),
        Storage::F16 => {
            words(&mut row[start..], step, values, |value| half::from_f32(value * unit).to_le_bytes())
        }
        Storage::F32 => words(&mut row[start..], step, values, |value| (value * unit).to_le_bytes()),
        Storage::V210 => {
            for (index, &value) in values.iter().enumerate() {
                let (byte, shift) = v210_place(component, index);
                put_bits(&mut row[byte..byte + 4], shift, 1023, code_of(value, zero, unit, maximum));
            }
        }
        Storage::Bits => {
            let bits = component.bits as usize;
            for (index, &value) in values.iter().enumerate() {
                let bit = index * bits;
                let shift = 8 - bits - bit % 8;
                let mask = (component.maximum() as u8) << shift;
                let code = (code_of(value, zero, unit, maximum) as u8) << shift;
                row[bit / 8] = row[bit / 8] & !mask | code;
            }
        }
        // Words hold several components and are written by `fields`.
        Storage::Word16Le | Storage::Word16Be | Storage::Word32Le | Storage::Word32Be => {}
    }
}

fn put_bits(bytes: &mut [u8], shift: u32, mask: u32, code: u32) {
    let mut word = [0; 4];
    word.copy_from_slice(bytes);
    // The two bits above the three fields stay zero.
    let word = u32::from_le_bytes(word) & 0x3fff_ffff & !(mask << shift) | code << shift;
    bytes.copy_from_slice(&word.to_le_bytes());
}

fn words<const SIZE: usize>(
    row: &mut [u8],
    step: usize,
    values: &[f32],
    bytes_of: impl Fn(f32) -> [u8; SIZE],
) {
    if step == SIZE {
        for (word, &value) in row.as_chunks_mut::<SIZE>().0.iter_mut().zip(values) {
            *word = bytes_of(value);
        }
        return;
    }
    for (index, &value) in values.iter().enumerate() {
        row[index * step..index * step + SIZE].copy_from_slice(&bytes_of(value));
    }
}

fn fields<const SIZE: usize>(
    layout: &Layout,
    plane: usize,
    values: [&[f32]; 4],
    row: &mut [u8],
    bytes_of: impl Fn(u32) -> [u8; SIZE],
) {
    let words = row.as_chunks_mut::<SIZE>().0;
    let parts: Vec<(&Component, &[f32])> = (layout.components.iter().zip(values))
        .filter_map(|(component, values)| Some((component.as_ref()?, values)))
        .filter(|(component, _)| component.plane as usize == plane)
        .collect();
    let count = parts.iter().map(|(_, values)| values.len()).min().unwrap_or(0);
    for (index, word) in words[..count].iter_mut().enumerate() {
        let mut bits = 0;
        for (component, values) in &parts {
            let maximum = component.maximum() as f32;
            bits |= code_of(values[index], component.zero as f32, component.unit as f32, maximum)
                << component.shift;
        }
        *word = bytes_of(bits);
    }
}
