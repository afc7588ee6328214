//! The table of pixel formats against a copy of the facts it was made from.

use vitascope_core::{ChromaSubsampling, FourCc, PixelFormat, Range, SampleType, format};

/// Value, code, name, planes, bits of a component, chroma, range; as the platform's headers and documentation say.
const FACTS: &str = include_str!("data/pixel_formats.tsv");

struct Fact {
    fourcc: FourCc,
    name: &'static str,
    planes: usize,
    bits: &'static str,
    chroma: &'static str,
    range: &'static str,
}

fn facts() -> Vec<Fact> {
    let rows = FACTS.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [value, fourcc, name, planes, bits, chroma, range] = fields[..] else { panic!("{line}") };
        let code = FourCc(value.parse().unwrap());
        if !fourcc.is_empty() {
            assert_eq!(code.to_string(), format!("'{fourcc}'"));
        }
        let name = name.strip_prefix("kCVPixelFormatType_").unwrap();
        Fact { fourcc: code, name, planes: planes.parse().unwrap(), bits, chroma, range }
    });
    rows.collect()
}

#[test]
fn every_fact_has_its_row() {
    let facts = facts();
    assert_eq!(facts.len(), PixelFormat::all().len() + PixelFormat::compressed().len());
    let (vendor, public): (Vec<&Fact>, Vec<&Fact>) =
        facts.iter().partition(|fact| matches!(fact.fourcc.bytes()[0], b'&' | b'-'));
    let listed: Vec<_> = vendor.iter().map(|fact| (fact.fourcc, fact.name)).collect();
    assert_eq!(listed, PixelFormat::compressed());
    for (fact, row) in public.iter().zip(PixelFormat::all()) {
        assert_eq!((fact.fourcc, fact.name), (row.fourcc, row.name));
        assert_eq!(fact.planes, row.planes.len(), "{}", row.name);
    }
}

#[test]
fn bits_and_samples_agree() {
    for fact in facts() {
        let Some(row) = PixelFormat::find(fact.fourcc) else { continue };
        let leading: String = fact.bits.chars().take_while(char::is_ascii_digit).collect();
        let bits: u8 = match fact.bits {
            "5/6/5" => 6,
            "10 to 16 used of 16" => 16,
            _ => leading.parse().unwrap(),
        };
        assert_eq!(row.bits_per_component, bits, "{}", row.name);
        let sample = match fact.bits {
            text if text.contains("half float") => SampleType::Half,
            text if text.contains("float") => SampleType::Float,
            _ => SampleType::Integer,
        };
        assert_eq!(row.sample, sample, "{}", row.name);
        let alpha = fact.chroma.contains("RGBA") || fact.chroma.contains("alpha") || fact.chroma == "4:4:4:4";
        assert_eq!(row.has_alpha(), alpha, "{}", row.name);
        if row.fourcc == format::RGBA5551_LE {
            assert_eq!(row.alpha_bits, 1);
        } else if let Some(position) = fact.bits.find("(alpha ") {
            assert_eq!(
                row.alpha_bits.to_string(),
                fact.bits[position + 7..].trim_end_matches(')'),
                "{}",
                row.name
            );
        } else if alpha {
            assert_eq!(row.alpha_bits, bits, "{}", row.name);
        }
    }
}

#[test]
fn chroma_and_range_agree() {
    for fact in facts() {
        let Some(row) = PixelFormat::find(fact.fourcc) else { continue };
        let chroma = match fact.chroma {
            text if text.contains("RGB") => ChromaSubsampling::None,
            text if text.starts_with("4:2:0") => ChromaSubsampling::Yuv420,
            text if text.starts_with("4:2:2") => ChromaSubsampling::Yuv422,
            text if text.starts_with("4:4:4") => ChromaSubsampling::Yuv444,
            _ => ChromaSubsampling::None,
        };
        assert_eq!(row.chroma, chroma, "{}", row.name);
        let range = match fact.range {
            "n/a" => Range::NotApplicable,
            "full alpha, Y 0-219 based" => Range::Video,
            text if text.starts_with("video") => Range::Video,
            text if text.starts_with("wide") => Range::Wide,
            text if text.starts_with("extended") => Range::Extended,
            text if text.starts_with("full") => Range::Full,
            other => panic!("{other}"),
        };
        assert_eq!(row.range, range, "{}", row.name);
    }
}

/// Bytes of a row of each plane of a picture 100 pixels wide, and the rows of each plane of one 7 pixels high.
#[test]
fn plane_sizes() {
    type Case = (&'static [u8; 4], &'static [(usize, usize)]);
    #[rustfmt::skip]
    let cases: &[Case] = &[
        (b"y420", &[(100, 7), (50, 4), (50, 4)]),
        (b"f420", &[(100, 7), (50, 4), (50, 4)]),
        (b"420v", &[(100, 7), (100, 4)]),
        (b"422v", &[(100, 7), (100, 7)]),
        (b"444f", &[(100, 7), (200, 7)]),
        (b"x420", &[(200, 7), (200, 4)]),
        (b"xf22", &[(200, 7), (200, 7)]),
        (b"sv44", &[(200, 7), (400, 7)]),
        (b"s4as", &[(200, 7), (400, 7), (200, 7)]),
        (b"v0a8", &[(100, 7), (100, 4), (100, 7)]),
        (b"a2vy", &[(200, 7), (100, 7)]),
        (b"b3a8", &[(400, 7), (100, 7)]),
        (b"BGRA", &[(400, 7)]),
        (b"24BG", &[(300, 7)]),
        (b"2vuy", &[(200, 7)]),
        (b"v216", &[(400, 7)]),
        (b"v210", &[(384, 7)]),
        (b"v410", &[(400, 7)]),
        (b"y416", &[(800, 7)]),
        (b"r4fl", &[(1600, 7)]),
        (b"b48r", &[(600, 7)]),
        (b"l64r", &[(800, 7)]),
        (b"RGhA", &[(800, 7)]),
        (b"RGfA", &[(1600, 7)]),
        (b"w40a", &[(800, 7)]),
        (b"L565", &[(200, 7)]),
        (b"L008", &[(100, 7)]),
        (b"2C0f", &[(800, 7)]),
        (b"grb4", &[(200, 7)]),
        (b"btp2", &[(156, 7)]),
        (b"\0\0\0\x01", &[(13, 7)]),
        (b"\0\0\0\x02", &[(25, 7)]),
        (b"\0\0\0\x04", &[(50, 7)]),
        (b"\0\0\0\x24", &[(50, 7)]),
        (b"\0\0\0\x18", &[(300, 7)]),
    ];
    for (code, planes) in cases {
        let row = PixelFormat::find(FourCc::new(**code)).unwrap();
        let sizes: Vec<_> =
            row.planes.iter().map(|plane| (plane.row_bytes(100).unwrap(), plane.height(7))).collect();
        assert_eq!(sizes, *planes, "{}", row.name);
    }
}

#[test]
fn black_is_black() {
    let black = |code: &[u8; 4], plane: usize| {
        PixelFormat::find(FourCc::new(*code)).unwrap().planes[plane].black_block
    };
    assert_eq!(black(b"y420", 0), [16]);
    assert_eq!(black(b"f420", 0), [0]);
    assert_eq!(black(b"420v", 1), [128, 128]);
    assert_eq!(black(b"x420", 0), (64u16 << 6).to_le_bytes());
    assert_eq!(black(b"x420", 1), [0x00, 0x80, 0x00, 0x80]);
    assert_eq!(black(b"xf20", 0), [0, 0]);
    assert_eq!(black(b"BGRA", 0), [0, 0, 0, 255]);
    assert_eq!(black(b"v0a8", 2), [255]);
    assert_eq!(black(b"r210", 0), (64u32 << 20 | 64 << 10 | 64).to_be_bytes());
    assert_eq!(black(b"RGfA", 0)[12..], 1f32.to_le_bytes());
    // All sixteen bytes of a v210 block: Cb and Cr 512, Y 64, three to a word.
    let words: Vec<u32> =
        black(b"v210", 0).as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let samples: Vec<u32> =
        words.iter().flat_map(|word| [word & 1023, word >> 10 & 1023, word >> 20]).collect();
    assert_eq!(samples, [512, 64, 512, 64, 512, 64, 512, 64, 512, 64, 512, 64]);
}
