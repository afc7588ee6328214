//! A row of one component out of memory, as floating-point values.

use super::half;
use super::layout::{Component, Storage};
use crate::color::plan::FloatKernels;

/// Writes the samples of a row of `component` to `out`.
///
/// `row` holds the bytes of the whole row; the planner has checked that it is long enough.
pub(crate) fn unpack_row(kernels: &FloatKernels, component: &Component, row: &[u8], out: &mut [f32]) {
    let zero = component.zero as f32;
    let scale = 1.0 / component.unit as f32;
    let shift = component.shift as u32;
    let mask = if component.bits < 32 { (1u32 << component.bits) - 1 } else { u32::MAX };
    let size = component.storage.bytes();
    let step = component.step as usize * size;
    let start = component.offset as usize * size;
    match component.storage {
        Storage::U8 => kernels.unpack_bytes.call(&row[start..], step, zero, scale, out),
        Storage::U16Le => kernels.unpack_words.call(&row[start..], step / 2, shift, zero, scale, out),
        Storage::U16Be => words::<2>(&row[start..], step, out, |word| {
            ((u16::from_be_bytes(word) >> shift) as f32 - zero) * scale
        }),
        Storage::F16 => {
            words::<2>(&row[start..], step, out, |word| half::to_f32(u16::from_le_bytes(word)) * scale)
        }
        Storage::F32 => words::<4>(&row[start..], step, out, |word| f32::from_le_bytes(word) * scale),
        Storage::Word16Le => words::<2>(&row[start..], step, out, |word| {
            ((u16::from_le_bytes(word) as u32 >> shift & mask) as f32 - zero) * scale
        }),
        Storage::Word16Be => words::<2>(&row[start..], step, out, |word| {
            ((u16::from_be_bytes(word) as u32 >> shift & mask) as f32 - zero) * scale
        }),
        Storage::Word32Le => words::<4>(&row[start..], step, out, |word| {
            ((u32::from_le_bytes(word) >> shift & mask) as f32 - zero) * scale
        }),
        Storage::Word32Be => words::<4>(&row[start..], step, out, |word| {
            ((u32::from_be_bytes(word) >> shift & mask) as f32 - zero) * scale
        }),
        Storage::V210 => {
            for (index, value) in out.iter_mut().enumerate() {
                let (byte, shift) = v210_place(component, index);
                let word = u32::from_le_bytes([row[byte], row[byte + 1], row[byte + 2], row[byte + 3]]);
                *value = ((word >> shift & 1023) as f32 - zero) * scale;
            }
        }
        Storage::Bits => {
            let bits = component.bits as usize;
            for (index, value) in out.iter_mut().enumerate() {
                let bit = index * bits;
                let code = row[bit / 8] as u32 >> (8 - bits - bit % 8) & mask;
                *value = (code as f32 - zero) * scale;
            }
        }
    }
}

/// Byte offset and bit shift of sample `index` of a v210 row.
pub(crate) fn v210_place(component: &Component, index: usize) -> (usize, u32) {
    // Fields of a group, ten bits each, three a word: Cb0 Y0 Cr0 | Y1 Cb1 Y2 | Cr1 Y3 Cb2 | Y4 Cr2 Y5.
    let (group, field) = match component.log2_x {
        0 => (index / 6, 2 * (index % 6) + 1),
        _ => (index / 3, 4 * (index % 3) + 2 * component.offset as usize),
    };
    (group * 16 + field / 3 * 4, (field % 3 * 10) as u32)
}

fn words<const SIZE: usize>(row: &[u8], step: usize, out: &mut [f32], value_of: impl Fn([u8; SIZE]) -> f32) {
    if step == SIZE {
        for (value, word) in out.iter_mut().zip(row.as_chunks::<SIZE>().0) {
            *value = value_of(*word);
        }
        return;
    }
    for (index, value) in out.iter_mut().enumerate() {
        let mut word = [0; SIZE];
        word.copy_from_slice(&row[index * step..index * step + SIZE]);
        *value = value_of(word);
    }
}
