//! The table of formats.

use vitascope_core::FourCc;

use super::layout::{Component, Family, Layout, Storage};

#[derive(Clone, Copy)]
enum Codes {
    /// All codes.
    Full,
    /// 16-235 and 16-240 at eight bits.
    Video,
    /// 384-895 at ten bits.
    Wide,
}

/// A luma, alpha or RGB component.
const fn tone(
    plane: u8,
    storage: Storage,
    offset: u8,
    step: u8,
    shift: u8,
    bits: u8,
    codes: Codes,
) -> Component {
    let (zero, unit) = match codes {
        Codes::Full => (0.0, ((1u64 << bits) - 1) as f64),
        Codes::Video => ((16u32 << (bits - 8)) as f64, (219u32 << (bits - 8)) as f64),
        Codes::Wide => ((384u32 << (bits - 10)) as f64, (511u32 << (bits - 10)) as f64),
    };
    Component { plane, storage, offset, step, shift, bits, log2_x: 0, log2_y: 0, zero, unit }
}

/// A colour-difference component.
const fn chroma(
    plane: u8,
    storage: Storage,
    offset: u8,
    step: u8,
    shift: u8,
    bits: u8,
    codes: Codes,
    subsampling: (u8, u8),
) -> Component {
    let unit = match codes {
        Codes::Full => ((1u64 << bits) - 1) as f64,
        _ => (224u32 << (bits - 8)) as f64,
    };
    let zero = (1u64 << (bits - 1)) as f64;
    let (log2_x, log2_y) = subsampling;
    Component { plane, storage, offset, step, shift, bits, log2_x, log2_y, zero, unit }
}

const fn float(plane: u8, storage: Storage, offset: u8, step: u8, unit: f64) -> Component {
    let bits = (storage.bytes() * 8) as u8;
    Component { plane, storage, offset, step, shift: 0, bits, log2_x: 0, log2_y: 0, zero: 0.0, unit }
}

const fn row(format: u32, family: Family, components: [Option<Component>; 4]) -> Layout {
    Layout { format: FourCc(format), family, components, premultiplied: None }
}

const fn code(name: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*name)
}

use Codes::{Full, Video, Wide};
use Family::{Depth, Disparity, Rgb, TwoComponent, YCbCr};
use Storage::{Bits, F16, F32, U8, U16Be, U16Le, V210, Word16Be, Word16Le, Word32Be, Word32Le};

const S420: (u8, u8) = (1, 1);
const S422: (u8, u8) = (1, 0);
const S444: (u8, u8) = (0, 0);

/// Luma plane, then one plane each for Cb and Cr.
const fn planar(format: u32, codes: Codes) -> Layout {
    row(
        format,
        YCbCr,
        [
            Some(tone(0, U8, 0, 1, 0, 8, codes)),
            Some(chroma(1, U8, 0, 1, 0, 8, codes, S420)),
            Some(chroma(2, U8, 0, 1, 0, 8, codes, S420)),
            None,
        ],
    )
}

/// Luma plane, then a plane of Cb,Cr pairs; `alpha` adds a third plane.
const fn biplanar(
    format: u32,
    storage: Storage,
    shift: u8,
    bits: u8,
    codes: Codes,
    sub: (u8, u8),
    alpha: bool,
) -> Layout {
    row(
        format,
        YCbCr,
        [
            Some(tone(0, storage, 0, 1, shift, bits, codes)),
            Some(chroma(1, storage, 0, 2, shift, bits, codes, sub)),
            Some(chroma(1, storage, 1, 2, shift, bits, codes, sub)),
            if alpha { Some(tone(2, storage, 0, 1, shift, bits, Full)) } else { None },
        ],
    )
}

/// Pairs of pixels sharing chroma, samples at the given places of four.
const fn packed422(
    format: u32,
    storage: Storage,
    bits: u8,
    codes: Codes,
    y: u8,
    cb: u8,
    cr: u8,
    alpha: bool,
) -> Layout {
    row(
        format,
        YCbCr,
        [
            Some(tone(0, storage, y, 2, 0, bits, codes)),
            Some(chroma(0, storage, cb, 4, 0, bits, codes, S422)),
            Some(chroma(0, storage, cr, 4, 0, bits, codes, S422)),
            if alpha { Some(tone(1, storage, 0, 1, 0, bits, Full)) } else { None },
        ],
    )
}

/// Samples at the given places of `step`; `NONE` for no alpha.
const fn packed444(format: u32, storage: Storage, bits: u8, step: u8, places: [u8; 4]) -> Layout {
    row(
        format,
        YCbCr,
        [
            Some(tone(0, storage, places[0], step, 0, bits, Video)),
            Some(chroma(0, storage, places[1], step, 0, bits, Video, S444)),
            Some(chroma(0, storage, places[2], step, 0, bits, Video, S444)),
            if places[3] == NONE { None } else { Some(tone(0, storage, places[3], step, 0, bits, Full)) },
        ],
    )
}

const fn rgb(
    format: u32,
    storage: Storage,
    shift: u8,
    bits: u8,
    codes: Codes,
    step: u8,
    places: [u8; 4],
) -> Layout {
    row(
        format,
        Rgb,
        [
            Some(tone(0, storage, places[0], step, shift, bits, codes)),
            Some(tone(0, storage, places[1], step, shift, bits, codes)),
            Some(tone(0, storage, places[2], step, shift, bits, codes)),
            if places[3] == NONE {
                None
            } else {
                Some(tone(0, storage, places[3], step, shift, bits, codes))
            },
        ],
    )
}

/// Fields of one word: (shift, bits) of red, green, blue, alpha; 0 bits for no alpha.
const fn rgb_word(format: u32, storage: Storage, codes: Codes, fields: [(u8, u8); 4]) -> Layout {
    row(
        format,
        Rgb,
        [
            Some(tone(0, storage, 0, 1, fields[0].0, fields[0].1, codes)),
            Some(tone(0, storage, 0, 1, fields[1].0, fields[1].1, codes)),
            Some(tone(0, storage, 0, 1, fields[2].0, fields[2].1, codes)),
            if fields[3].1 == 0 {
                None
            } else {
                Some(tone(0, storage, 0, 1, fields[3].0, fields[3].1, Full))
            },
        ],
    )
}

const fn gray(format: u32, storage: Storage, shift: u8, bits: u8) -> Layout {
    row(format, YCbCr, [Some(tone(0, storage, 0, 1, shift, bits, Full)), None, None, None])
}

/// Gray where code 0 is white.
const fn gray_inverted(format: u32, storage: Storage, bits: u8) -> Layout {
    let mut component = tone(0, storage, 0, 1, 0, bits, Full);
    component.zero = component.unit;
    component.unit = -component.unit;
    row(format, YCbCr, [Some(component), None, None, None])
}

const fn two(format: u32, first: Component, second: Component) -> Layout {
    row(format, TwoComponent, [Some(first), Some(second), None, None])
}

const fn single_float(format: u32, family: Family, storage: Storage) -> Layout {
    row(format, family, [Some(float(0, storage, 0, 1, 1.0)), None, None, None])
}

const fn rgba_float(format: u32, storage: Storage) -> Layout {
    row(
        format,
        Rgb,
        [
            Some(float(0, storage, 0, 4, 1.0)),
            Some(float(0, storage, 1, 4, 1.0)),
            Some(float(0, storage, 2, 4, 1.0)),
            Some(float(0, storage, 3, 4, 1.0)),
        ],
    )
}

const fn alpha_mode(mut layout: Layout, premultiplied: bool) -> Layout {
    layout.premultiplied = Some(premultiplied);
    layout
}

const NONE: u8 = u8::MAX;
const NO_ALPHA: (u8, u8) = (0, 0);

/// 'r408': as 'y408', but the code of black is 0 and white is 219.
const R408: Layout = {
    let mut layout = packed444(code(b"r408"), U8, 8, 4, [1, 2, 3, 0]);
    let mut luma = tone(0, U8, 1, 4, 0, 8, Video);
    luma.zero = 0.0;
    layout.components[0] = Some(luma);
    layout
};

/// 'r4fl': 'r408' divided by 255 with signed colour differences.
const R4FL: Layout = row(
    code(b"r4fl"),
    YCbCr,
    [
        Some(float(0, F32, 1, 4, 219.0 / 255.0)),
        Some(float(0, F32, 2, 4, 224.0 / 255.0)),
        Some(float(0, F32, 3, 4, 224.0 / 255.0)),
        Some(float(0, F32, 0, 4, 1.0)),
    ],
);

/// 'b3a8': 'w30r' and a plane of 8-bit alpha.
const B3A8: Layout = {
    let mut layout = rgb_word(code(b"b3a8"), Word32Le, Wide, [(20, 10), (10, 10), (0, 10), NO_ALPHA]);
    layout.components[3] = Some(tone(1, U8, 0, 1, 0, 8, Full));
    layout
};

/// 'b32a': gray with alpha first.
const B32A: Layout = row(
    code(b"b32a"),
    YCbCr,
    [Some(tone(0, U16Be, 1, 2, 0, 16, Full)), None, None, Some(tone(0, U16Be, 0, 2, 0, 16, Full))],
);

const V410: Layout = row(
    code(b"v410"),
    YCbCr,
    [
        Some(tone(0, Word32Le, 0, 1, 12, 10, Video)),
        Some(chroma(0, Word32Le, 0, 1, 2, 10, Video, S444)),
        Some(chroma(0, Word32Le, 0, 1, 22, 10, Video, S444)),
        None,
    ],
);

const V210_ROW: Layout = row(
    code(b"v210"),
    YCbCr,
    [
        Some(tone(0, V210, 0, 1, 0, 10, Video)),
        Some(chroma(0, V210, 0, 1, 0, 10, Video, S422)),
        Some(chroma(0, V210, 1, 1, 0, 10, Video, S422)),
        None,
    ],
);

/// Every format that can be converted.
pub(crate) static ROWS: &[Layout] = &[
    gray(1, Bits, 0, 1),
    gray_inverted(33, Bits, 1),
    gray_inverted(34, Bits, 2),
    gray_inverted(36, Bits, 4),
    gray_inverted(40, U8, 8),
    rgb_word(16, Word16Be, Full, [(10, 5), (5, 5), (0, 5), NO_ALPHA]),
    rgb_word(code(b"L555"), Word16Le, Full, [(10, 5), (5, 5), (0, 5), NO_ALPHA]),
    rgb_word(code(b"5551"), Word16Le, Full, [(11, 5), (6, 5), (1, 5), (0, 1)]),
    rgb_word(code(b"B565"), Word16Be, Full, [(11, 5), (5, 6), (0, 5), NO_ALPHA]),
    rgb_word(code(b"L565"), Word16Le, Full, [(11, 5), (5, 6), (0, 5), NO_ALPHA]),
    rgb(24, U8, 0, 8, Full, 3, [0, 1, 2, NONE]),
    rgb(code(b"24BG"), U8, 0, 8, Full, 3, [2, 1, 0, NONE]),
    rgb(32, U8, 0, 8, Full, 4, [1, 2, 3, 0]),
    rgb(code(b"BGRA"), U8, 0, 8, Full, 4, [2, 1, 0, 3]),
    rgb(code(b"ABGR"), U8, 0, 8, Full, 4, [3, 2, 1, 0]),
    rgb(code(b"RGBA"), U8, 0, 8, Full, 4, [0, 1, 2, 3]),
    rgb(code(b"b64a"), U16Be, 0, 16, Full, 4, [1, 2, 3, 0]),
    rgb(code(b"l64r"), U16Le, 0, 16, Full, 4, [0, 1, 2, 3]),
    rgb(code(b"b48r"), U16Be, 0, 16, Full, 3, [0, 1, 2, NONE]),
    B32A,
    gray(code(b"b16g"), U16Be, 0, 16),
    rgb_word(code(b"R10k"), Word32Be, Full, [(22, 10), (12, 10), (2, 10), NO_ALPHA]),
    rgb_word(code(b"r210"), Word32Be, Video, [(20, 10), (10, 10), (0, 10), NO_ALPHA]),
    rgb_word(code(b"w30r"), Word32Le, Wide, [(20, 10), (10, 10), (0, 10), NO_ALPHA]),
    rgb_word(code(b"l10r"), Word32Le, Full, [(20, 10), (10, 10), (0, 10), (30, 2)]),
    alpha_mode(rgb(code(b"w40a"), U16Le, 6, 10, Wide, 4, [1, 2, 3, 0]), false),
    alpha_mode(rgb(code(b"w40m"), U16Le, 6, 10, Wide, 4, [1, 2, 3, 0]), true),
    rgba_float(code(b"RGhA"), F16),
    rgba_float(code(b"RGfA"), F32),
    B3A8,
    packed422(code(b"2vuy"), U8, 8, Video, 1, 0, 2, false),
    packed422(code(b"yuvs"), U8, 8, Video, 0, 1, 3, false),
    packed422(code(b"yuvf"), U8, 8, Full, 0, 1, 3, false),
    packed422(code(b"a2vy"), U8, 8, Video, 1, 0, 2, true),
    packed422(code(b"v216"), U16Le, 16, Video, 1, 0, 2, false),
    V210_ROW,
    packed444(code(b"v408"), U8, 8, 4, [1, 0, 2, 3]),
    R408,
    packed444(code(b"y408"), U8, 8, 4, [1, 2, 3, 0]),
    packed444(code(b"y416"), U16Le, 16, 4, [1, 2, 3, 0]),
    R4FL,
    packed444(code(b"v308"), U8, 8, 3, [1, 2, 0, NONE]),
    V410,
    planar(code(b"y420"), Video),
    planar(code(b"f420"), Full),
    biplanar(code(b"420v"), U8, 0, 8, Video, S420, false),
    biplanar(code(b"420f"), U8, 0, 8, Full, S420, false),
    biplanar(code(b"422v"), U8, 0, 8, Video, S422, false),
    biplanar(code(b"422f"), U8, 0, 8, Full, S422, false),
    biplanar(code(b"444v"), U8, 0, 8, Video, S444, false),
    biplanar(code(b"444f"), U8, 0, 8, Full, S444, false),
    biplanar(code(b"x420"), U16Le, 6, 10, Video, S420, false),
    biplanar(code(b"x422"), U16Le, 6, 10, Video, S422, false),
    biplanar(code(b"x444"), U16Le, 6, 10, Video, S444, false),
    biplanar(code(b"xf20"), U16Le, 6, 10, Full, S420, false),
    biplanar(code(b"xf22"), U16Le, 6, 10, Full, S422, false),
    biplanar(code(b"xf44"), U16Le, 6, 10, Full, S444, false),
    biplanar(code(b"sv22"), U16Le, 0, 16, Video, S422, false),
    biplanar(code(b"sv44"), U16Le, 0, 16, Video, S444, false),
    biplanar(code(b"v0a8"), U8, 0, 8, Video, S420, true),
    biplanar(code(b"s4as"), U16Le, 0, 16, Video, S444, true),
    gray(code(b"L008"), U8, 0, 8),
    gray(code(b"L010"), U16Le, 6, 10),
    gray(code(b"L012"), U16Le, 4, 12),
    gray(code(b"L016"), U16Le, 0, 16),
    single_float(code(b"L00h"), YCbCr, F16),
    single_float(code(b"L00f"), YCbCr, F32),
    two(code(b"2C08"), tone(0, U8, 0, 2, 0, 8, Full), tone(0, U8, 1, 2, 0, 8, Full)),
    two(code(b"2C16"), tone(0, U16Le, 0, 2, 0, 16, Full), tone(0, U16Le, 1, 2, 0, 16, Full)),
    two(code(b"2C0h"), float(0, F16, 0, 2, 1.0), float(0, F16, 1, 2, 1.0)),
    two(code(b"2C0f"), float(0, F32, 0, 2, 1.0), float(0, F32, 1, 2, 1.0)),
    single_float(code(b"hdis"), Disparity, F16),
    single_float(code(b"fdis"), Disparity, F32),
    single_float(code(b"hdep"), Depth, F16),
    single_float(code(b"fdep"), Depth, F32),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_unique_and_name_planes_in_order() {
        for (index, layout) in ROWS.iter().enumerate() {
            assert!(ROWS[index + 1..].iter().all(|other| other.format != layout.format), "{}", layout.format);
            for plane in 0..layout.plane_count() {
                assert!(layout.components.iter().flatten().any(|c| c.plane as usize == plane));
            }
        }
    }

    #[test]
    fn codes_of_black_and_white() {
        let check = |name: &[u8; 4], black: f64, white: f64| {
            let luma = Layout::find(FourCc::new(*name)).unwrap().components[0].unwrap();
            assert_eq!((luma.zero, luma.zero + luma.unit), (black, white));
        };
        check(b"420v", 16.0, 235.0);
        check(b"420f", 0.0, 255.0);
        check(b"x420", 64.0, 940.0);
        check(b"xf20", 0.0, 1023.0);
        check(b"sv22", 4096.0, 60160.0);
        check(b"w30r", 384.0, 895.0);
        check(b"r408", 0.0, 219.0);
        check(b"r210", 64.0, 940.0);
    }
}
