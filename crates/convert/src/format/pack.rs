//! Rows of floating-point values into memory.

use super::half;
use super::layout::{Component, Layout, Storage};
use super::unpack::v210_place;

/// Writes `values` as samples `first..` of a row of one plane.
///
/// `values[c]` are the samples of component `c`; components of other planes are ignored. `row` holds
/// the bytes of the whole row. Numbers that are not a number become the code of zero.
pub(crate) fn pack_row(layout: &Layout, plane: usize, values: [&[f32]; 4], first: usize, row: &mut [u8]) {
    let in_plane =
        |c: &usize| layout.components[*c].is_some_and(|component| component.plane as usize == plane);
    let Some(lead) = (0..4).find(in_plane).and_then(|c| layout.components[c]) else { return };
    match lead.storage {
        Storage::Word16Le => {
            fields::<2>(layout, plane, values, first, row, |word| (word as u16).to_le_bytes())
        }
        Storage::Word16Be => {
            fields::<2>(layout, plane, values, first, row, |word| (word as u16).to_be_bytes())
        }
        Storage::Word32Le => fields::<4>(layout, plane, values, first, row, |word| word.to_le_bytes()),
        Storage::Word32Be => fields::<4>(layout, plane, values, first, row, |word| word.to_be_bytes()),
        _ => {
            for c in (0..4).filter(in_plane) {
                if let Some(component) = &layout.components[c] {
                    pack_component(component, values[c], first, row);
                }
            }
        }
    }
}

/// The nearest code, ties upwards.
fn code_of(value: f32, zero: f32, unit: f32, maximum: f32) -> u32 {
    // Casting saturates, and turns what is not a number into 0; clamp first so that it is `zero`.
    let code = value * unit + (zero + 0.5);
    if code.is_nan() { zero as u32 } else { code.clamp(0.0, maximum) as u32 }
}

fn pack_component(component: &Component, values: &[f32], first: usize, row: &mut [u8]) {
    let zero = component.zero as f32;
    let unit = component.unit as f32;
    let maximum = if component.is_float() { 0.0 } else { component.maximum() as f32 };
    let shift = component.shift as u32;
    let size = component.storage.bytes();
    let step = component.step as usize * size;
    let start = component.offset as usize * size + first * step;
    match component.storage {
        Storage::U8 => {
            let row = &mut row[start..];
            match step {
                1 => {
                    for (byte, &value) in row.iter_mut().zip(values) {
                        *byte = code_of(value, zero, unit, maximum) as u8;
                    }
                }
                _ => {
                    for (index, &value) in values.iter().enumerate() {
                        row[index * step] = code_of(value, zero, unit, maximum) as u8;
                    }
                }
            }
        }
        Storage::U16Le => words(&mut row[start..], step, values, |value| {
            ((code_of(value, zero, unit, maximum) << shift) as u16).to_le_bytes()
        }),
        Storage::U16Be => words(&mut row[start..], step, values, |value| {
            ((code_of(value, zero, unit, maximum) << shift) as u16).to_be_bytes()
        }),
        Storage::F16 => {
            words(&mut row[start..], step, values, |value| half::from_f32(value * unit).to_le_bytes())
        }
        Storage::F32 => words(&mut row[start..], step, values, |value| (value * unit).to_le_bytes()),
        Storage::V210 => {
            for (index, &value) in values.iter().enumerate() {
                let (byte, shift) = v210_place(component, first + index);
                put_bits(&mut row[byte..byte + 4], shift, 1023, code_of(value, zero, unit, maximum));
            }
        }
        Storage::Bits => {
            let bits = component.bits as usize;
            for (index, &value) in values.iter().enumerate() {
                let bit = (first + index) * bits;
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
    first: usize,
    row: &mut [u8],
    bytes_of: impl Fn(u32) -> [u8; SIZE],
) {
    let words = &mut row.as_chunks_mut::<SIZE>().0[first..];
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
