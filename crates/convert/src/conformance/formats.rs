//! The formats once more, written from their definitions and apart from the engine's table: a sample
//! is found by a rule for its format, one at a time.

use vitascope_core::FourCc;

use super::picture::Picture;

/// How a component's codes are found: plane, byte of the sample (x, y) and its shape.
struct Place {
    plane: usize,
    byte: usize,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Byte,
    Little16 {
        shift: u32,
    },
    Big16,
    Half,
    Float,
    /// Bytes of the word, big-endian, lowest bit, bits.
    Field(usize, bool, u32, u32),
}

fn name(format: FourCc) -> String {
    if format.0 < 256 {
        format.0.to_string()
    } else {
        String::from_utf8_lossy(&format.0.to_be_bytes()).into_owned()
    }
}

/// Horizontal and vertical divisor of a component.
fn divisor(format: FourCc, component: usize) -> (usize, usize) {
    if !(1..=2).contains(&component) {
        return (1, 1);
    }
    match name(format).as_str() {
        "y420" | "f420" | "420v" | "420f" | "x420" | "xf20" | "v0a8" => (2, 2),
        "2vuy" | "yuvs" | "yuvf" | "a2vy" | "v216" | "v210" | "422v" | "422f" | "x422" | "xf22" | "sv22" => {
            (2, 1)
        }
        _ => (1, 1),
    }
}

pub(super) fn size(format: FourCc, component: usize, width: usize, height: usize) -> (usize, usize) {
    let (x, y) = divisor(format, component);
    (width.div_ceil(x), height.div_ceil(y))
}

/// Indices of the components a format has.
pub(super) fn components(format: FourCc) -> Vec<usize> {
    match name(format).as_str() {
        "1" | "33" | "34" | "36" | "40" | "b16g" | "L008" | "L010" | "L012" | "L016" | "L00h" | "L00f"
        | "hdis" | "fdis" | "hdep" | "fdep" => vec![0],
        "2C08" | "2C16" | "2C0h" | "2C0f" => vec![0, 1],
        "b32a" => vec![0, 3],
        "5551" | "32" | "BGRA" | "ABGR" | "RGBA" | "b64a" | "l64r" | "l10r" | "w40a" | "w40m" | "RGhA"
        | "RGfA" | "b3a8" | "a2vy" | "v408" | "r408" | "y408" | "y416" | "r4fl" | "v0a8" | "s4as" => {
            vec![0, 1, 2, 3]
        }
        _ => vec![0, 1, 2],
    }
}

pub(super) fn is_ycbcr(format: FourCc) -> bool {
    !matches!(
        name(format).as_str(),
        "16" | "L555"
            | "5551"
            | "B565"
            | "L565"
            | "24"
            | "24BG"
            | "32"
            | "BGRA"
            | "ABGR"
            | "RGBA"
            | "b64a"
            | "l64r"
            | "b48r"
            | "R10k"
            | "r210"
            | "w30r"
            | "l10r"
            | "w40a"
            | "w40m"
            | "RGhA"
            | "RGfA"
            | "b3a8"
            | "2C08"
            | "2C16"
            | "2C0h"
            | "2C0f"
    )
}

pub(super) fn is_gray(format: FourCc) -> bool {
    is_ycbcr(format) && components(format).get(1) != Some(&1)
}

pub(super) fn is_float(format: FourCc) -> bool {
    matches!(
        name(format).as_str(),
        "L00h" | "L00f" | "hdis" | "fdis" | "hdep" | "fdep" | "2C0h" | "2C0f" | "RGhA" | "RGfA" | "r4fl"
    )
}

/// Bits of a code.
pub(super) fn bits(format: FourCc, component: usize) -> u32 {
    match name(format).as_str() {
        "1" | "33" => 1,
        "34" => 2,
        "36" => 4,
        "5551" if component == 3 => 1,
        "16" | "L555" | "5551" => 5,
        "B565" | "L565" => [5, 6, 5][component],
        "l10r" if component == 3 => 2,
        "b3a8" if component == 3 => 8,
        "R10k" | "r210" | "w30r" | "l10r" | "w40a" | "w40m" | "b3a8" | "v210" | "v410" | "x420" | "x422"
        | "x444" | "xf20" | "xf22" | "xf44" | "L010" => 10,
        "L012" => 12,
        "b64a" | "l64r" | "b48r" | "b32a" | "b16g" | "y416" | "v216" | "sv22" | "sv44" | "s4as" | "L016"
        | "2C16" => 16,
        _ => 8,
    }
}

/// Code of value 0 and of value 1 (of chroma: codes from -0.5 to 0.5).
pub(super) fn scale(format: FourCc, component: usize) -> (f64, f64) {
    let n = name(format);
    let maximum = ((1u64 << bits(format, component)) - 1) as f64;
    let unit = f64::powi(2.0, bits(format, component) as i32 - 8);
    let chroma = is_ycbcr(format) && (1..=2).contains(&component);
    if n == "r4fl" {
        return [(0.0, 219.0 / 255.0), (0.0, 224.0 / 255.0), (0.0, 224.0 / 255.0), (0.0, 1.0)][component];
    }
    if is_float(format) {
        return (0.0, 1.0);
    }
    let full = matches!(n.as_str(), "yuvf" | "f420" | "420f" | "422f" | "444f" | "xf20" | "xf22" | "xf44");
    match n.as_str() {
        "33" | "34" | "36" | "40" => (maximum, 0.0),
        "w30r" => (384.0, 895.0),
        "b3a8" if component < 3 => (384.0, 895.0),
        "w40a" | "w40m" => (384.0, 895.0),
        "r210" => (64.0, 940.0),
        "r408" if component == 0 => (0.0, 219.0),
        _ if chroma && full => ((maximum + 1.0) / 2.0, (maximum + 1.0) / 2.0 + maximum),
        _ if chroma => (128.0 * unit, 352.0 * unit),
        _ if component == 3 || full || !is_ycbcr(format) || is_gray(format) => (0.0, maximum),
        _ => (16.0 * unit, 235.0 * unit),
    }
}

/// Range of codes a test writes.
pub(super) fn range(format: FourCc, component: usize) -> (f64, f64) {
    if is_float(format) {
        return if is_ycbcr(format) && (1..=2).contains(&component) { (-0.4, 0.4) } else { (0.0, 1.0) };
    }
    (0.0, ((1u64 << bits(format, component)) - 1) as f64)
}

fn place(picture: &Picture, component: usize, x: usize, y: usize) -> Place {
    let n = name(picture.format);
    let stride = |plane: usize| picture.planes[plane].1;
    let at = |plane: usize, byte: usize, kind: Kind| Place { plane, byte: y * stride(plane) + byte, kind };
    let bytes = |places: [usize; 4], step: usize| at(0, x * step + places[component], Kind::Byte);
    let c = component;
    match n.as_str() {
        "1" | "33" => at(0, x / 8, Kind::Field(1, false, 7 - x as u32 % 8, 1)),
        "34" => at(0, x / 4, Kind::Field(1, false, 6 - x as u32 % 4 * 2, 2)),
        "36" => at(0, x / 2, Kind::Field(1, false, 4 - x as u32 % 2 * 4, 4)),
        "40" | "L008" => at(0, x, Kind::Byte),
        "16" => at(0, 2 * x, Kind::Field(2, true, [10, 5, 0][c], 5)),
        "L555" => at(0, 2 * x, Kind::Field(2, false, [10, 5, 0][c], 5)),
        "5551" => at(0, 2 * x, Kind::Field(2, false, [11, 6, 1, 0][c], [5, 5, 5, 1][c])),
        "B565" => at(0, 2 * x, Kind::Field(2, true, [11, 5, 0][c], [5, 6, 5][c])),
        "L565" => at(0, 2 * x, Kind::Field(2, false, [11, 5, 0][c], [5, 6, 5][c])),
        "24" => bytes([0, 1, 2, 9], 3),
        "24BG" => bytes([2, 1, 0, 9], 3),
        "32" => bytes([1, 2, 3, 0], 4),
        "BGRA" => bytes([2, 1, 0, 3], 4),
        "ABGR" => bytes([3, 2, 1, 0], 4),
        "RGBA" => bytes([0, 1, 2, 3], 4),
        "b64a" => at(0, x * 8 + [2, 4, 6, 0][c], Kind::Big16),
        "l64r" => at(0, x * 8 + c * 2, Kind::Little16 { shift: 0 }),
        "b48r" => at(0, x * 6 + c * 2, Kind::Big16),
        "b32a" => at(0, x * 4 + if c == 3 { 0 } else { 2 }, Kind::Big16),
        "b16g" => at(0, x * 2, Kind::Big16),
        "R10k" => at(0, x * 4, Kind::Field(4, true, [22, 12, 2][c], 10)),
        "r210" => at(0, x * 4, Kind::Field(4, true, [20, 10, 0][c], 10)),
        "w30r" => at(0, x * 4, Kind::Field(4, false, [20, 10, 0][c], 10)),
        "l10r" => at(0, x * 4, Kind::Field(4, false, [20, 10, 0, 30][c], [10, 10, 10, 2][c])),
        "b3a8" if c == 3 => at(1, x, Kind::Byte),
        "b3a8" => at(0, x * 4, Kind::Field(4, false, [20, 10, 0][c], 10)),
        "w40a" | "w40m" => at(0, x * 8 + [2, 4, 6, 0][c], Kind::Little16 { shift: 6 }),
        "RGhA" => at(0, x * 8 + c * 2, Kind::Half),
        "RGfA" => at(0, x * 16 + c * 4, Kind::Float),
        "a2vy" if c == 3 => at(1, x, Kind::Byte),
        "2vuy" | "a2vy" => at(0, [2 * x + 1, 4 * x, 4 * x + 2][c], Kind::Byte),
        "yuvs" | "yuvf" => at(0, [2 * x, 4 * x + 1, 4 * x + 3][c], Kind::Byte),
        "v216" => at(0, 2 * [2 * x + 1, 4 * x, 4 * x + 2][c], Kind::Little16 { shift: 0 }),
        "v210" => {
            // Order of fields over four words: Cb0 Y0 Cr0, Y1 Cb1 Y2, Cr1 Y3 Cb2, Y4 Cr2 Y5.
            let (group, field) = match c {
                0 => (x / 6, [1, 3, 5, 7, 9, 11][x % 6]),
                1 => (x / 3, [0, 4, 8][x % 3]),
                _ => (x / 3, [2, 6, 10][x % 3]),
            };
            at(0, group * 16 + field / 3 * 4, Kind::Field(4, false, [0, 10, 20][field % 3], 10))
        }
        "v408" => bytes([1, 0, 2, 3], 4),
        "r408" | "y408" => bytes([1, 2, 3, 0], 4),
        "y416" => at(0, x * 8 + [2, 4, 6, 0][c], Kind::Little16 { shift: 0 }),
        "r4fl" => at(0, x * 16 + [4, 8, 12, 0][c], Kind::Float),
        "v308" => bytes([1, 2, 0, 9], 3),
        "v410" => at(0, x * 4, Kind::Field(4, false, [12, 2, 22][c], 10)),
        "y420" | "f420" => at(c, x, Kind::Byte),
        "420v" | "420f" | "422v" | "422f" | "444v" | "444f" | "v0a8" => match c {
            0 => at(0, x, Kind::Byte),
            3 => at(2, x, Kind::Byte),
            _ => at(1, 2 * x + c - 1, Kind::Byte),
        },
        "x420" | "x422" | "x444" | "xf20" | "xf22" | "xf44" | "sv22" | "sv44" | "s4as" => {
            let kind = Kind::Little16 { shift: if n.starts_with('x') { 6 } else { 0 } };
            match c {
                0 => at(0, 2 * x, kind),
                3 => at(2, 2 * x, kind),
                _ => at(1, 4 * x + 2 * (c - 1), kind),
            }
        }
        "L010" => at(0, 2 * x, Kind::Little16 { shift: 6 }),
        "L012" => at(0, 2 * x, Kind::Little16 { shift: 4 }),
        "L016" => at(0, 2 * x, Kind::Little16 { shift: 0 }),
        "L00h" | "hdis" | "hdep" => at(0, 2 * x, Kind::Half),
        "L00f" | "fdis" | "fdep" => at(0, 4 * x, Kind::Float),
        "2C08" => at(0, 2 * x + c, Kind::Byte),
        "2C16" => at(0, 4 * x + 2 * c, Kind::Little16 { shift: 0 }),
        "2C0h" => at(0, 4 * x + 2 * c, Kind::Half),
        "2C0f" => at(0, 8 * x + 4 * c, Kind::Float),
        other => panic!("no rule for {other}"),
    }
}

/// The code at a place.
pub(super) fn code(picture: &Picture, component: usize, x: usize, y: usize) -> f64 {
    let place = place(picture, component, x, y);
    let data = &picture.planes[place.plane].0[place.byte..];
    match place.kind {
        Kind::Byte => f64::from(data[0]),
        Kind::Little16 { shift } => f64::from(u16::from_le_bytes([data[0], data[1]]) >> shift),
        Kind::Big16 => f64::from(u16::from_be_bytes([data[0], data[1]])),
        Kind::Half => {
            let half = u16::from_le_bytes([data[0], data[1]]);
            let (sign, exponent, mantissa) = (half >> 15, i32::from(half >> 10 & 31), f64::from(half & 1023));
            let value = match exponent {
                0 => mantissa * f64::powi(2.0, -24),
                _ => (1.0 + mantissa / 1024.0) * f64::powi(2.0, exponent - 15),
            };
            if sign == 1 { -value } else { value }
        }
        Kind::Float => f64::from(f32::from_le_bytes([data[0], data[1], data[2], data[3]])),
        Kind::Field(bytes, big, shift, bits) => {
            let word = (0..bytes)
                .fold(0u32, |word, k| word | u32::from(data[k]) << (8 * if big { bytes - 1 - k } else { k }));
            f64::from(word >> shift & ((1 << bits) - 1))
        }
    }
}

/// Writes a code (rounded where it is an integer).
pub(super) fn put(picture: &mut Picture, component: usize, x: usize, y: usize, code: f64) {
    let place = place(picture, component, x, y);
    let data = &mut picture.planes[place.plane].0[place.byte..];
    let whole = code.round() as u32;
    match place.kind {
        Kind::Byte => data[0] = whole as u8,
        Kind::Little16 { shift } => data[..2].copy_from_slice(&((whole as u16) << shift).to_le_bytes()),
        Kind::Big16 => data[..2].copy_from_slice(&(whole as u16).to_be_bytes()),
        Kind::Half => data[..2].copy_from_slice(&crate::format::half::from_f32(code as f32).to_le_bytes()),
        Kind::Float => data[..4].copy_from_slice(&(code as f32).to_le_bytes()),
        Kind::Field(bytes, big, shift, bits) => {
            for (k, out) in data[..bytes].iter_mut().enumerate() {
                let byte = 8 * if big { bytes - 1 - k } else { k };
                let mask = (((1u64 << bits) - 1) << shift >> byte) as u8;
                let value = ((whole as u64) << shift >> byte) as u8;
                *out = *out & !mask | value & mask;
            }
        }
    }
}
