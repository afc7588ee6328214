//! Sequence parameter sets (ITU-T H.264 7.3.2.1.1).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result, within};
use super::level::Level;
use super::nal::{NalHeader, nal_unit_type};
use super::profile::{Profile, has_chroma_format};
use super::scaling_matrix::ScalingMatrix;
use super::vui::Vui;

/// Largest width or height in macroblocks that is read: 16384 samples, more than any level allows.
pub const MAX_SIZE_IN_MBS: u32 = 1024;

/// `seq_parameter_set_data()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sps {
    /// Profile, see [`Profile::from_codes`].
    pub profile_idc: u8,
    /// The byte after `profile_idc`: `constraint_set0_flag` in its top bit, two reserved bits at the bottom.
    pub constraint_flags: u8,
    /// Level, see [`Level::from_codes`].
    pub level_idc: u8,
    /// Identifier, 0..=31.
    pub seq_parameter_set_id: u8,
    /// 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4; other than 1 in High profiles only.
    pub chroma_format_idc: u8,
    /// Whether the planes of 4:4:4 are coded apart.
    pub separate_colour_plane_flag: bool,
    /// Bits of a luma sample minus eight, 0..=6; above 0 in High profiles only.
    pub bit_depth_luma_minus8: u8,
    /// Bits of a chroma sample minus eight, 0..=6.
    pub bit_depth_chroma_minus8: u8,
    /// Whether quantiser 0 is lossless.
    pub qpprime_y_zero_transform_bypass_flag: bool,
    /// Scaling lists; in High profiles only.
    pub scaling_matrix: Option<ScalingMatrix>,
    /// Bits of `frame_num` minus four, 0..=12.
    pub log2_max_frame_num_minus4: u8,
    /// How picture order counts are coded.
    pub pic_order_cnt: PicOrderCnt,
    /// Reference frames at a time, 0..=16.
    pub max_num_ref_frames: u8,
    /// Whether `frame_num` may skip values.
    pub gaps_in_frame_num_value_allowed_flag: bool,
    /// Width in macroblocks minus one.
    pub pic_width_in_mbs_minus1: u32,
    /// Height in macroblocks (of frames, or of fields where fields are allowed) minus one.
    pub pic_height_in_map_units_minus1: u32,
    /// Whether all pictures are frames.
    pub frame_mbs_only_flag: bool,
    /// Whether frames choose frame or field coding per macroblock pair.
    pub mb_adaptive_frame_field_flag: bool,
    /// Whether direct prediction works on 8x8 blocks.
    pub direct_8x8_inference_flag: bool,
    /// What is cut off the decoded frame.
    pub frame_cropping: Option<FrameCropping>,
    /// Usability information.
    pub vui: Option<Vui>,
}

/// `pic_order_cnt_type` with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PicOrderCnt {
    /// Type 0: least significant bits in each slice header.
    Lsb {
        /// Bits of `pic_order_cnt_lsb` minus four, 0..=12.
        log2_max_pic_order_cnt_lsb_minus4: u8,
    },
    /// Type 1: a cycle of expected differences.
    Cycle {
        /// Whether slice headers carry no differences.
        delta_pic_order_always_zero_flag: bool,
        /// Offset of pictures that are no reference.
        offset_for_non_ref_pic: i32,
        /// Offset of bottom fields.
        offset_for_top_to_bottom_field: i32,
        /// The cycle, at most 255 entries.
        offset_for_ref_frame: Vec<i32>,
    },
    /// Type 2: output order is decoding order.
    DecodingOrder,
}

/// Cut of the decoded frame in cropping units, see [`Sps::crop_units`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameCropping {
    /// `frame_crop_left_offset`.
    pub left: u32,
    /// `frame_crop_right_offset`.
    pub right: u32,
    /// `frame_crop_top_offset`.
    pub top: u32,
    /// `frame_crop_bottom_offset`.
    pub bottom: u32,
}

impl Sps {
    /// A set for progressive 8-bit 4:2:0 frames of `width` x `height` luma samples, both even and 2..=16384,
    /// cropped as needed: id 0, type 2 picture order counts, one reference frame, no usability information.
    ///
    /// # Errors
    /// [`Error::Range`] for an odd size or one out of range.
    pub fn new(profile: Profile, level: Level, width: u32, height: u32) -> Result<Self> {
        for (element, size) in [("width", width), ("height", height)] {
            if !(2..=16 * MAX_SIZE_IN_MBS).contains(&size) || !size.is_multiple_of(2) {
                return Err(Error::range(element, size, "even, 2..=16384"));
            }
        }
        let (profile_idc, constraint_flags) = profile.codes();
        let (level_idc, level_flag) = level.codes(profile);
        let cropping = FrameCropping {
            right: (width.next_multiple_of(16) - width) / 2,
            bottom: (height.next_multiple_of(16) - height) / 2,
            ..FrameCropping::default()
        };
        Ok(Self {
            profile_idc,
            constraint_flags: constraint_flags | level_flag,
            level_idc,
            seq_parameter_set_id: 0,
            chroma_format_idc: 1,
            separate_colour_plane_flag: false,
            bit_depth_luma_minus8: 0,
            bit_depth_chroma_minus8: 0,
            qpprime_y_zero_transform_bypass_flag: false,
            scaling_matrix: None,
            log2_max_frame_num_minus4: 0,
            pic_order_cnt: PicOrderCnt::DecodingOrder,
            max_num_ref_frames: 1,
            gaps_in_frame_num_value_allowed_flag: false,
            pic_width_in_mbs_minus1: width.div_ceil(16) - 1,
            pic_height_in_map_units_minus1: height.div_ceil(16) - 1,
            frame_mbs_only_flag: true,
            mb_adaptive_frame_field_flag: false,
            direct_8x8_inference_flag: true,
            frame_cropping: (cropping != FrameCropping::default()).then_some(cropping),
            vui: None,
        })
    }

    /// The same without chroma, for High profiles.
    #[must_use]
    pub fn monochrome(self) -> Self {
        let before = self.crop_units();
        let sps = Self { chroma_format_idc: 0, separate_colour_plane_flag: false, ..self };
        let (x, y) = (before.0 / sps.crop_units().0, before.1 / sps.crop_units().1);
        let frame_cropping = sps.frame_cropping.map(|FrameCropping { left, right, top, bottom }| {
            FrameCropping { left: x * left, right: x * right, top: y * top, bottom: y * bottom }
        });
        Self { frame_cropping, ..sps }
    }

    /// The profile; `None` for one that [`Profile`] does not list.
    pub fn profile(&self) -> Option<Profile> {
        Profile::from_codes(self.profile_idc, self.constraint_flags)
    }

    /// The level; `None` for an unknown `level_idc`.
    pub fn level(&self) -> Option<Level> {
        Level::from_codes(self.profile_idc, self.constraint_flags, self.level_idc)
    }

    /// `PicWidthInMbs`.
    pub fn width_in_mbs(&self) -> u32 {
        self.pic_width_in_mbs_minus1 + 1
    }

    /// `FrameHeightInMbs`.
    pub fn height_in_mbs(&self) -> u32 {
        (self.pic_height_in_map_units_minus1 + 1) * if self.frame_mbs_only_flag { 1 } else { 2 }
    }

    /// Width and height of the decoded frame in luma samples, before cropping.
    pub fn coded_size(&self) -> (u32, u32) {
        (16 * self.width_in_mbs(), 16 * self.height_in_mbs())
    }

    /// Width and height of the cropped frame in luma samples.
    pub fn display_size(&self) -> (u32, u32) {
        let (width, height) = self.coded_size();
        let (x, y) = self.crop_units();
        let cut = self.frame_cropping.unwrap_or_default();
        // Parsing and construction keep the cut below the size.
        (width - x * (cut.left + cut.right), height - y * (cut.top + cut.bottom))
    }

    /// `CropUnitX` and `CropUnitY` in luma samples (7-19 to 7-22).
    pub fn crop_units(&self) -> (u32, u32) {
        let (x, y) = match self.chroma_array_type() {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        (x, if self.frame_mbs_only_flag { y } else { 2 * y })
    }

    /// `ChromaArrayType`: 0 also where the planes of 4:4:4 are coded apart.
    pub fn chroma_array_type(&self) -> u8 {
        if self.separate_colour_plane_flag { 0 } else { self.chroma_format_idc }
    }

    /// MaxDpbFrames of the level and size; 16 for an unknown level.
    pub fn max_dpb_frames(&self) -> u32 {
        self.level().map_or(16, |level| level.max_dpb_frames(self.width_in_mbs(), self.height_in_mbs()))
    }

    /// The whole NAL unit.
    pub fn nal_unit(&self) -> Vec<u8> {
        let mut w = BitWriter::new();
        self.write(&mut w);
        w.trailing_bits();
        NalHeader::new(3, nal_unit_type::SPS).unit(&w.into_bytes())
    }

    /// Reads a whole NAL unit.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); also when it is a NAL unit of another type.
    pub fn from_nal_unit(nal_unit: &[u8]) -> Result<Self> {
        let (header, rbsp) = NalHeader::split(nal_unit)?;
        if header.nal_unit_type != nal_unit_type::SPS {
            let found = header.nal_unit_type;
            return Err(Error::NalUnitType { found, expected: "a sequence parameter set (7)" });
        }
        Self::parse(&mut BitReader::new(&rbsp))
    }

    /// Appends the structure, without trailing bits.
    pub fn write(&self, w: &mut BitWriter) {
        w.put(u32::from(self.profile_idc), 8);
        w.put(u32::from(self.constraint_flags), 8);
        w.put(u32::from(self.level_idc), 8);
        w.ue(u32::from(self.seq_parameter_set_id));
        if has_chroma_format(self.profile_idc) {
            w.ue(u32::from(self.chroma_format_idc));
            if self.chroma_format_idc == 3 {
                w.flag(self.separate_colour_plane_flag);
            }
            w.ue(u32::from(self.bit_depth_luma_minus8));
            w.ue(u32::from(self.bit_depth_chroma_minus8));
            w.flag(self.qpprime_y_zero_transform_bypass_flag);
            w.flag(self.scaling_matrix.is_some());
            if let Some(matrix) = &self.scaling_matrix {
                debug_assert_eq!(matrix.lists.len(), if self.chroma_format_idc == 3 { 12 } else { 8 });
                matrix.write(w);
            }
        }
        w.ue(u32::from(self.log2_max_frame_num_minus4));
        self.pic_order_cnt.write(w);
        w.ue(u32::from(self.max_num_ref_frames));
        w.flag(self.gaps_in_frame_num_value_allowed_flag);
        w.ue(self.pic_width_in_mbs_minus1);
        w.ue(self.pic_height_in_map_units_minus1);
        w.flag(self.frame_mbs_only_flag);
        if !self.frame_mbs_only_flag {
            w.flag(self.mb_adaptive_frame_field_flag);
        }
        w.flag(self.direct_8x8_inference_flag);
        w.flag(self.frame_cropping.is_some());
        if let Some(cut) = self.frame_cropping {
            [cut.left, cut.right, cut.top, cut.bottom].into_iter().for_each(|offset| w.ue(offset));
        }
        w.flag(self.vui.is_some());
        if let Some(vui) = &self.vui {
            vui.write(w);
        }
    }

    /// Reads the structure from an RBSP.
    ///
    /// # Errors
    /// When the data ends, an element is out of range, the frame is above [`MAX_SIZE_IN_MBS`] macroblocks wide or
    /// high, or cropping leaves nothing.
    pub fn parse(r: &mut BitReader<'_>) -> Result<Self> {
        let (profile_idc, constraint_flags, level_idc) =
            (r.bits(8)? as u8, r.bits(8)? as u8, r.bits(8)? as u8);
        let seq_parameter_set_id = within("seq_parameter_set_id", r.ue()?, 0..=31)? as u8;
        let mut sps = Self {
            profile_idc,
            constraint_flags,
            level_idc,
            seq_parameter_set_id,
            chroma_format_idc: 1,
            separate_colour_plane_flag: false,
            bit_depth_luma_minus8: 0,
            bit_depth_chroma_minus8: 0,
            qpprime_y_zero_transform_bypass_flag: false,
            scaling_matrix: None,
            log2_max_frame_num_minus4: 0,
            pic_order_cnt: PicOrderCnt::DecodingOrder,
            max_num_ref_frames: 0,
            gaps_in_frame_num_value_allowed_flag: false,
            pic_width_in_mbs_minus1: 0,
            pic_height_in_map_units_minus1: 0,
            frame_mbs_only_flag: true,
            mb_adaptive_frame_field_flag: false,
            direct_8x8_inference_flag: false,
            frame_cropping: None,
            vui: None,
        };
        if has_chroma_format(profile_idc) {
            sps.parse_high(r)?;
        }
        sps.log2_max_frame_num_minus4 = within("log2_max_frame_num_minus4", r.ue()?, 0..=12)? as u8;
        sps.pic_order_cnt = PicOrderCnt::parse(r)?;
        sps.max_num_ref_frames = within("max_num_ref_frames", r.ue()?, 0..=16)? as u8;
        sps.gaps_in_frame_num_value_allowed_flag = r.flag()?;
        let largest = MAX_SIZE_IN_MBS - 1;
        sps.pic_width_in_mbs_minus1 = within("pic_width_in_mbs_minus1", r.ue()?, 0..=largest)?;
        sps.pic_height_in_map_units_minus1 = within("pic_height_in_map_units_minus1", r.ue()?, 0..=largest)?;
        sps.frame_mbs_only_flag = r.flag()?;
        if !sps.frame_mbs_only_flag {
            within("frame height in macroblocks", sps.height_in_mbs(), 2..=MAX_SIZE_IN_MBS)?;
            sps.mb_adaptive_frame_field_flag = r.flag()?;
        }
        sps.direct_8x8_inference_flag = r.flag()?;
        if r.flag()? {
            sps.frame_cropping = Some(sps.parse_cropping(r)?);
        }
        if r.flag()? {
            sps.vui = Some(Vui::parse(r)?);
        }
        Ok(sps)
    }

    fn parse_high(&mut self, r: &mut BitReader<'_>) -> Result<()> {
        self.chroma_format_idc = within("chroma_format_idc", r.ue()?, 0..=3)? as u8;
        if self.chroma_format_idc == 3 {
            self.separate_colour_plane_flag = r.flag()?;
        }
        self.bit_depth_luma_minus8 = within("bit_depth_luma_minus8", r.ue()?, 0..=6)? as u8;
        self.bit_depth_chroma_minus8 = within("bit_depth_chroma_minus8", r.ue()?, 0..=6)? as u8;
        self.qpprime_y_zero_transform_bypass_flag = r.flag()?;
        if r.flag()? {
            let count = if self.chroma_format_idc == 3 { 12 } else { 8 };
            self.scaling_matrix = Some(ScalingMatrix::parse(r, count)?);
        }
        Ok(())
    }

    fn parse_cropping(&self, r: &mut BitReader<'_>) -> Result<FrameCropping> {
        let cut = FrameCropping { left: r.ue()?, right: r.ue()?, top: r.ue()?, bottom: r.ue()? };
        let (width, height) = self.coded_size();
        let (x, y) = self.crop_units();
        let check = |element, near: u32, far: u32, size: u32| {
            let largest = size - 1;
            let sum = u64::from(near) + u64::from(far);
            if sum > u64::from(largest) {
                let sum = i64::try_from(sum).unwrap_or(i64::MAX);
                return Err(Error::range(element, sum, format_args!("0..={largest} for this frame size")));
            }
            Ok(())
        };
        check("frame_crop_left_offset + frame_crop_right_offset", cut.left, cut.right, width / x)?;
        check("frame_crop_top_offset + frame_crop_bottom_offset", cut.top, cut.bottom, height / y)?;
        Ok(cut)
    }
}

impl PicOrderCnt {
    /// `pic_order_cnt_type`.
    pub fn pic_order_cnt_type(&self) -> u8 {
        match self {
            Self::Lsb { .. } => 0,
            Self::Cycle { .. } => 1,
            Self::DecodingOrder => 2,
        }
    }

    fn write(&self, w: &mut BitWriter) {
        w.ue(u32::from(self.pic_order_cnt_type()));
        match self {
            Self::Lsb { log2_max_pic_order_cnt_lsb_minus4 } => {
                w.ue(u32::from(*log2_max_pic_order_cnt_lsb_minus4))
            }
            Self::Cycle {
                delta_pic_order_always_zero_flag,
                offset_for_non_ref_pic,
                offset_for_top_to_bottom_field,
                offset_for_ref_frame,
            } => {
                debug_assert!(offset_for_ref_frame.len() <= 255);
                w.flag(*delta_pic_order_always_zero_flag);
                w.se(*offset_for_non_ref_pic);
                w.se(*offset_for_top_to_bottom_field);
                w.ue(offset_for_ref_frame.len() as u32);
                offset_for_ref_frame.iter().for_each(|&offset| w.se(offset));
            }
            Self::DecodingOrder => {}
        }
    }

    fn parse(r: &mut BitReader<'_>) -> Result<Self> {
        Ok(match within("pic_order_cnt_type", r.ue()?, 0..=2)? {
            0 => {
                let bits = within("log2_max_pic_order_cnt_lsb_minus4", r.ue()?, 0..=12)?;
                Self::Lsb { log2_max_pic_order_cnt_lsb_minus4: bits as u8 }
            }
            1 => {
                let delta_pic_order_always_zero_flag = r.flag()?;
                let (offset_for_non_ref_pic, offset_for_top_to_bottom_field) = (r.se()?, r.se()?);
                let count = within("num_ref_frames_in_pic_order_cnt_cycle", r.ue()?, 0..=255)?;
                let offset_for_ref_frame =
                    (0..count).map(|_| r.se()).collect::<vitascope_bits::Result<_>>()?;
                Self::Cycle {
                    delta_pic_order_always_zero_flag,
                    offset_for_non_ref_pic,
                    offset_for_top_to_bottom_field,
                    offset_for_ref_frame,
                }
            }
            _ => Self::DecodingOrder,
        })
    }
}
