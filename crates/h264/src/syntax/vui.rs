//! Video usability information (ITU-T H.264 Annex E).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result, within};
use super::hrd::Hrd;

/// `vui_parameters()`. What is `None` is not present in the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vui {
    /// Shape of the samples.
    pub sample_aspect_ratio: Option<SampleAspectRatio>,
    /// Whether the picture may be shown with its edges cut off.
    pub overscan_appropriate_flag: Option<bool>,
    /// Range and colour.
    pub video_signal_type: Option<VideoSignalType>,
    /// Where chroma samples lie.
    pub chroma_loc_info: Option<ChromaLocInfo>,
    /// Frame timing.
    pub timing_info: Option<TimingInfo>,
    /// Buffer model of the NAL units.
    pub nal_hrd: Option<Hrd>,
    /// Buffer model of the slices alone.
    pub vcl_hrd: Option<Hrd>,
    /// Whether the buffer may underflow by intent; in the stream only with a buffer model.
    pub low_delay_hrd_flag: bool,
    /// Whether picture timing messages carry `pic_struct`.
    pub pic_struct_present_flag: bool,
    /// What the decoder must hold.
    pub bitstream_restriction: Option<BitstreamRestriction>,
}

/// `aspect_ratio_idc` with what belongs to it (Table E-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleAspectRatio {
    /// An index of Table E-1, 0..=254; 0 is unspecified.
    Indexed(u8),
    /// `Extended_SAR`: width to height.
    Extended {
        /// Horizontal size.
        sar_width: u16,
        /// Vertical size.
        sar_height: u16,
    },
}

/// Range, format and colour of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoSignalType {
    /// Table E-2, 0..=7; 5 is unspecified.
    pub video_format: u8,
    /// Whether samples use the full range of codes.
    pub video_full_range_flag: bool,
    /// Code points of the colour space.
    pub colour_description: Option<ColourDescription>,
}

/// Code points as in Rec. ITU-T H.273; 2 is unspecified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColourDescription {
    /// Primaries (Table E-3).
    pub colour_primaries: u8,
    /// Transfer function (Table E-4).
    pub transfer_characteristics: u8,
    /// RGB to YCbCr matrix (Table E-5).
    pub matrix_coefficients: u8,
}

/// Chroma sample locations (Figure E-1), 0..=5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChromaLocInfo {
    /// Of top fields, and of frames.
    pub chroma_sample_loc_type_top_field: u8,
    /// Of bottom fields.
    pub chroma_sample_loc_type_bottom_field: u8,
}

/// The tick: `num_units_in_tick` / `time_scale` seconds. A frame lasts two ticks at constant rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimingInfo {
    /// Units in a tick, above 0.
    pub num_units_in_tick: u32,
    /// Units in a second, above 0.
    pub time_scale: u32,
    /// Whether the distance of pictures is constant.
    pub fixed_frame_rate_flag: bool,
}

/// Limits that the stream keeps (E.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitstreamRestriction {
    /// Whether motion vectors reach outside the picture.
    pub motion_vectors_over_pic_boundaries_flag: bool,
    /// Bound on picture sizes, 0..=16; 0 is none.
    pub max_bytes_per_pic_denom: u8,
    /// Bound on macroblock sizes, 0..=16; 0 is none.
    pub max_bits_per_mb_denom: u8,
    /// Bound on horizontal motion, in quarter samples as a power of two, 0..=16.
    pub log2_max_mv_length_horizontal: u8,
    /// Bound on vertical motion, in quarter samples as a power of two, 0..=16.
    pub log2_max_mv_length_vertical: u8,
    /// Frames that may precede a frame in decoding order and follow it in output order.
    pub max_num_reorder_frames: u8,
    /// Frames in the decoded picture buffer, at least `max_num_reorder_frames`, at most 16.
    pub max_dec_frame_buffering: u8,
}

/// Width to height by `aspect_ratio_idc` (Table E-1); entry 0 is unspecified.
const ASPECT_RATIOS: [(u16, u16); 17] = [
    (0, 0),
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

const EXTENDED_SAR: u32 = 255;

impl SampleAspectRatio {
    /// The ratio width to height as the stream states it best: an index where the table has one, else
    /// `Extended_SAR`, reduced and, where a side is above 65535, rounded. `None` when a side is 0.
    pub fn from_ratio(width: u32, height: u32) -> Option<Self> {
        if width == 0 || height == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(width, height);
        let (mut width, mut height) = (width / divisor, height / divisor);
        while width > 0xffff || height > 0xffff {
            (width, height) = ((width / 2).max(1), (height / 2).max(1));
        }
        let (sar_width, sar_height) = (width as u16, height as u16);
        let index = ASPECT_RATIOS.iter().position(|&ratio| ratio == (sar_width, sar_height));
        Some(index.map_or(Self::Extended { sar_width, sar_height }, |i| Self::Indexed(i as u8)))
    }

    /// Width to height; `None` when unspecified or reserved.
    pub fn ratio(self) -> Option<(u16, u16)> {
        let ratio = match self {
            Self::Indexed(index) => *ASPECT_RATIOS.get(usize::from(index))?,
            Self::Extended { sar_width, sar_height } => (sar_width, sar_height),
        };
        (ratio.0 > 0 && ratio.1 > 0).then_some(ratio)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl Vui {
    /// Appends the structure.
    pub fn write(&self, w: &mut BitWriter) {
        w.flag(self.sample_aspect_ratio.is_some());
        match self.sample_aspect_ratio {
            None => {}
            Some(SampleAspectRatio::Indexed(index)) => w.put(u32::from(index), 8),
            Some(SampleAspectRatio::Extended { sar_width, sar_height }) => {
                w.put(EXTENDED_SAR, 8);
                w.put(u32::from(sar_width), 16);
                w.put(u32::from(sar_height), 16);
            }
        }
        optional(w, self.overscan_appropriate_flag, |w, flag| w.flag(flag));
        optional(w, self.video_signal_type, |w, signal| {
            w.put(u32::from(signal.video_format), 3);
            w.flag(signal.video_full_range_flag);
            optional(w, signal.colour_description, |w, colour| {
                w.put(u32::from(colour.colour_primaries), 8);
                w.put(u32::from(colour.transfer_characteristics), 8);
                w.put(u32::from(colour.matrix_coefficients), 8);
            });
        });
        optional(w, self.chroma_loc_info, |w, location| {
            w.ue(u32::from(location.chroma_sample_loc_type_top_field));
            w.ue(u32::from(location.chroma_sample_loc_type_bottom_field));
        });
        optional(w, self.timing_info, |w, timing| {
            w.put(timing.num_units_in_tick, 32);
            w.put(timing.time_scale, 32);
            w.flag(timing.fixed_frame_rate_flag);
        });
        optional(w, self.nal_hrd.as_ref(), |w, hrd| hrd.write(w));
        optional(w, self.vcl_hrd.as_ref(), |w, hrd| hrd.write(w));
        if self.nal_hrd.is_some() || self.vcl_hrd.is_some() {
            w.flag(self.low_delay_hrd_flag);
        }
        w.flag(self.pic_struct_present_flag);
        optional(w, self.bitstream_restriction, |w, restriction| restriction.write(w));
    }

    /// Reads the structure.
    ///
    /// # Errors
    /// When the data ends or an element is out of its range.
    pub fn parse(r: &mut BitReader<'_>) -> Result<Self> {
        let mut vui = Self::default();
        if r.flag()? {
            vui.sample_aspect_ratio = Some(match r.bits(8)? {
                EXTENDED_SAR => SampleAspectRatio::Extended {
                    sar_width: r.bits(16)? as u16,
                    sar_height: r.bits(16)? as u16,
                },
                index => SampleAspectRatio::Indexed(index as u8),
            });
        }
        if r.flag()? {
            vui.overscan_appropriate_flag = Some(r.flag()?);
        }
        if r.flag()? {
            vui.video_signal_type = Some(VideoSignalType::parse(r)?);
        }
        if r.flag()? {
            vui.chroma_loc_info = Some(ChromaLocInfo {
                chroma_sample_loc_type_top_field: within("chroma_sample_loc_type_top_field", r.ue()?, 0..=5)?
                    as u8,
                chroma_sample_loc_type_bottom_field: within(
                    "chroma_sample_loc_type_bottom_field",
                    r.ue()?,
                    0..=5,
                )? as u8,
            });
        }
        if r.flag()? {
            vui.timing_info = Some(TimingInfo {
                num_units_in_tick: r.bits(32)?,
                time_scale: r.bits(32)?,
                fixed_frame_rate_flag: r.flag()?,
            });
        }
        if r.flag()? {
            vui.nal_hrd = Some(Hrd::parse(r)?);
        }
        if r.flag()? {
            vui.vcl_hrd = Some(Hrd::parse(r)?);
        }
        if vui.nal_hrd.is_some() || vui.vcl_hrd.is_some() {
            vui.low_delay_hrd_flag = r.flag()?;
        }
        vui.pic_struct_present_flag = r.flag()?;
        if r.flag()? {
            vui.bitstream_restriction = Some(BitstreamRestriction::parse(r)?);
        }
        Ok(vui)
    }
}

impl VideoSignalType {
    fn parse(r: &mut BitReader<'_>) -> Result<Self> {
        let (video_format, video_full_range_flag) = (r.bits(3)? as u8, r.flag()?);
        let mut colour_description = None;
        if r.flag()? {
            colour_description = Some(ColourDescription {
                colour_primaries: r.bits(8)? as u8,
                transfer_characteristics: r.bits(8)? as u8,
                matrix_coefficients: r.bits(8)? as u8,
            });
        }
        Ok(Self { video_format, video_full_range_flag, colour_description })
    }
}

impl TimingInfo {
    /// Frames per second as a fraction, two ticks being a frame; `None` when a side is 0.
    pub fn frame_rate(&self) -> Option<(u32, u64)> {
        let known = self.num_units_in_tick > 0 && self.time_scale > 0;
        known.then_some((self.time_scale, 2 * u64::from(self.num_units_in_tick)))
    }
}

impl BitstreamRestriction {
    fn write(&self, w: &mut BitWriter) {
        w.flag(self.motion_vectors_over_pic_boundaries_flag);
        w.ue(u32::from(self.max_bytes_per_pic_denom));
        w.ue(u32::from(self.max_bits_per_mb_denom));
        w.ue(u32::from(self.log2_max_mv_length_horizontal));
        w.ue(u32::from(self.log2_max_mv_length_vertical));
        w.ue(u32::from(self.max_num_reorder_frames));
        w.ue(u32::from(self.max_dec_frame_buffering));
    }

    fn parse(r: &mut BitReader<'_>) -> Result<Self> {
        let restriction = Self {
            motion_vectors_over_pic_boundaries_flag: r.flag()?,
            max_bytes_per_pic_denom: within("max_bytes_per_pic_denom", r.ue()?, 0..=16)? as u8,
            max_bits_per_mb_denom: within("max_bits_per_mb_denom", r.ue()?, 0..=16)? as u8,
            log2_max_mv_length_horizontal: within("log2_max_mv_length_horizontal", r.ue()?, 0..=16)? as u8,
            log2_max_mv_length_vertical: within("log2_max_mv_length_vertical", r.ue()?, 0..=16)? as u8,
            max_num_reorder_frames: within("max_num_reorder_frames", r.ue()?, 0..=16)? as u8,
            max_dec_frame_buffering: within("max_dec_frame_buffering", r.ue()?, 0..=16)? as u8,
        };
        if restriction.max_num_reorder_frames > restriction.max_dec_frame_buffering {
            let accepted = format!("0..={}", restriction.max_dec_frame_buffering);
            return Err(Error::range("max_num_reorder_frames", restriction.max_num_reorder_frames, accepted));
        }
        Ok(restriction)
    }
}

/// Writes a presence flag and, when present, the value.
fn optional<T>(w: &mut BitWriter, value: Option<T>, write: impl FnOnce(&mut BitWriter, T)) {
    w.flag(value.is_some());
    if let Some(value) = value {
        write(w, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::hrd::HrdSchedule;

    fn check(vui: &Vui) {
        let mut w = BitWriter::new();
        vui.write(&mut w);
        let bits = w.bit_count();
        let bytes = w.into_bytes();
        let mut r = BitReader::new(&bytes);
        assert_eq!(Vui::parse(&mut r).as_ref(), Ok(vui));
        assert_eq!(r.position(), bits);
        for length in 0..bits / 8 {
            assert!(Vui::parse(&mut BitReader::new(&bytes[..length])).is_err());
        }
    }

    fn full() -> Vui {
        let hrd = Hrd {
            bit_rate_scale: 4,
            cpb_size_scale: 3,
            schedules: vec![
                HrdSchedule {
                    bit_rate_value_minus1: 999,
                    cpb_size_value_minus1: 12345,
                    cbr_flag: true
                };
                2
            ],
            initial_cpb_removal_delay_length_minus1: 23,
            cpb_removal_delay_length_minus1: 22,
            dpb_output_delay_length_minus1: 21,
            time_offset_length: 24,
        };
        Vui {
            sample_aspect_ratio: SampleAspectRatio::from_ratio(7, 5),
            overscan_appropriate_flag: Some(true),
            video_signal_type: Some(VideoSignalType {
                video_format: 5,
                video_full_range_flag: true,
                colour_description: Some(ColourDescription {
                    colour_primaries: 9,
                    transfer_characteristics: 16,
                    matrix_coefficients: 10,
                }),
            }),
            chroma_loc_info: Some(ChromaLocInfo {
                chroma_sample_loc_type_top_field: 2,
                chroma_sample_loc_type_bottom_field: 5,
            }),
            timing_info: Some(TimingInfo {
                num_units_in_tick: 1001,
                time_scale: 60_000,
                fixed_frame_rate_flag: true,
            }),
            nal_hrd: Some(hrd.clone()),
            vcl_hrd: Some(hrd),
            low_delay_hrd_flag: true,
            pic_struct_present_flag: true,
            bitstream_restriction: Some(BitstreamRestriction {
                motion_vectors_over_pic_boundaries_flag: true,
                max_bytes_per_pic_denom: 2,
                max_bits_per_mb_denom: 1,
                log2_max_mv_length_horizontal: 13,
                log2_max_mv_length_vertical: 11,
                max_num_reorder_frames: 1,
                max_dec_frame_buffering: 4,
            }),
        }
    }

    #[test]
    fn structures_are_read_back() {
        check(&Vui::default());
        check(&full());
        check(&Vui { nal_hrd: None, vcl_hrd: None, low_delay_hrd_flag: false, ..full() });
        check(&Vui { vcl_hrd: None, sample_aspect_ratio: Some(SampleAspectRatio::Indexed(14)), ..full() });
        assert_eq!(full().timing_info.unwrap().frame_rate(), Some((60_000, 2002)));
        let hrd = full().nal_hrd.unwrap();
        assert_eq!((hrd.bit_rate(1), hrd.cpb_size(1)), (Some(1_024_000), Some(12346 << 7)));
        assert_eq!(hrd.bit_rate(2), None);
    }

    #[test]
    fn aspect_ratios_use_the_table_where_they_can() {
        assert_eq!(SampleAspectRatio::from_ratio(2, 2), Some(SampleAspectRatio::Indexed(1)));
        assert_eq!(SampleAspectRatio::from_ratio(8, 6), Some(SampleAspectRatio::Indexed(14)));
        assert_eq!(SampleAspectRatio::from_ratio(0, 6), None);
        let odd = SampleAspectRatio::from_ratio(1_000_003, 1_000_000).unwrap();
        assert!(matches!(odd, SampleAspectRatio::Extended { .. }));
        assert_eq!(SampleAspectRatio::Indexed(0).ratio(), None);
        assert_eq!(SampleAspectRatio::Indexed(200).ratio(), None);
        assert_eq!(SampleAspectRatio::Indexed(2).ratio(), Some((12, 11)));
        for i in 1..17 {
            let (width, height) = SampleAspectRatio::Indexed(i).ratio().unwrap();
            assert_eq!(
                SampleAspectRatio::from_ratio(u32::from(width), u32::from(height)),
                Some(SampleAspectRatio::Indexed(i))
            );
        }
    }

    #[test]
    fn reordering_beyond_the_buffer_is_an_error() {
        let mut vui = full();
        vui.bitstream_restriction.as_mut().unwrap().max_num_reorder_frames = 5;
        let mut w = BitWriter::new();
        vui.write(&mut w);
        let error = Vui::parse(&mut BitReader::new(w.bytes())).unwrap_err();
        assert_eq!(error.to_string(), "max_num_reorder_frames is 5 (accepted: 0..=4)");
    }
}
