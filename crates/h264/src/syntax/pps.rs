//! Picture parameter sets (ITU-T H.264 7.3.2.2).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result, within};
use super::nal::{NalHeader, nal_unit_type};
use super::scaling_matrix::ScalingMatrix;

/// `pic_parameter_set_rbsp()` without its trailing bits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pps {
    /// Identifier, 0..=255.
    pub pic_parameter_set_id: u8,
    /// The sequence parameter set this one belongs to, 0..=31.
    pub seq_parameter_set_id: u8,
    /// CABAC rather than CAVLC.
    pub entropy_coding_mode_flag: bool,
    /// Whether slice headers carry picture order counts of the bottom field.
    pub bottom_field_pic_order_in_frame_present_flag: bool,
    /// Slice groups; `None` for a single one.
    pub slice_groups: Option<SliceGroups>,
    /// Default number of active references in list 0 minus one, 0..=31.
    pub num_ref_idx_l0_default_active_minus1: u8,
    /// Default number of active references in list 1 minus one, 0..=31.
    pub num_ref_idx_l1_default_active_minus1: u8,
    /// Explicit weights in P slices.
    pub weighted_pred_flag: bool,
    /// Weights in B slices: 0 none, 1 explicit, 2 implicit.
    pub weighted_bipred_idc: u8,
    /// Quantiser that slices start from minus 26, -26..=25 at 8 bits.
    pub pic_init_qp_minus26: i8,
    /// Quantiser of switching slices minus 26, -26..=25.
    pub pic_init_qs_minus26: i8,
    /// Offset of the Cb (and, without extension, Cr) quantiser, -12..=12.
    pub chroma_qp_index_offset: i8,
    /// Whether slice headers control the deblocking filter.
    pub deblocking_filter_control_present_flag: bool,
    /// Whether intra prediction keeps off inter macroblocks.
    pub constrained_intra_pred_flag: bool,
    /// Whether slice headers carry `redundant_pic_cnt`.
    pub redundant_pic_cnt_present_flag: bool,
    /// What High profiles add.
    pub extension: Option<PpsExtension>,
}

/// Fields at the end that High profiles add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PpsExtension {
    /// Whether macroblocks choose between 4x4 and 8x8 transforms.
    pub transform_8x8_mode_flag: bool,
    /// Scaling lists in place of the sequence's.
    pub scaling_matrix: Option<ScalingMatrix>,
    /// Offset of the Cr quantiser, -12..=12.
    pub second_chroma_qp_index_offset: i8,
}

/// `slice_group_map_type` with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SliceGroups {
    /// Type 0: runs of `run_length_minus1` + 1 in turn, one per group (2..=8).
    Interleaved(Vec<u32>),
    /// Type 1: scattered over this number of groups, 2..=8.
    Dispersed(u8),
    /// Type 2: rectangles (`top_left`, `bottom_right`), the last group being what they leave.
    Foreground(Vec<(u32, u32)>),
    /// Types 3, 4 and 5: two groups that change from picture to picture.
    Changing {
        /// 3 box-out, 4 raster scan, 5 wipe.
        slice_group_map_type: u8,
        /// `slice_group_change_direction_flag`.
        slice_group_change_direction_flag: bool,
        /// `slice_group_change_rate_minus1`.
        slice_group_change_rate_minus1: u32,
    },
    /// Type 6: a group for every map unit.
    Explicit {
        /// Number of groups, 2..=8.
        groups: u8,
        /// `slice_group_id` of each map unit.
        slice_group_id: Vec<u8>,
    },
}

impl Pps {
    /// Whether macroblocks may use 8x8 transforms.
    pub fn transform_8x8_mode_flag(&self) -> bool {
        self.extension.as_ref().is_some_and(|e| e.transform_8x8_mode_flag)
    }

    /// The whole NAL unit.
    pub fn nal_unit(&self) -> Vec<u8> {
        let mut w = BitWriter::new();
        self.write(&mut w);
        w.trailing_bits();
        NalHeader::new(3, nal_unit_type::PPS).unit(&w.into_bytes())
    }

    /// Reads a whole NAL unit; `chroma_format_idc` as for [`parse`](Self::parse).
    ///
    /// # Errors
    /// As [`parse`](Self::parse); also when it is a NAL unit of another type.
    pub fn from_nal_unit(nal_unit: &[u8], chroma_format_idc: impl FnOnce(u8) -> Option<u8>) -> Result<Self> {
        let (header, rbsp) = NalHeader::split(nal_unit)?;
        if header.nal_unit_type != nal_unit_type::PPS {
            let found = header.nal_unit_type;
            return Err(Error::NalUnitType { found, expected: "a picture parameter set (8)" });
        }
        Self::parse(&mut BitReader::new(&rbsp), chroma_format_idc)
    }

    /// Appends the structure, without trailing bits.
    pub fn write(&self, w: &mut BitWriter) {
        w.ue(u32::from(self.pic_parameter_set_id));
        w.ue(u32::from(self.seq_parameter_set_id));
        w.flag(self.entropy_coding_mode_flag);
        w.flag(self.bottom_field_pic_order_in_frame_present_flag);
        match &self.slice_groups {
            None => w.ue(0),
            Some(groups) => groups.write(w),
        }
        w.ue(u32::from(self.num_ref_idx_l0_default_active_minus1));
        w.ue(u32::from(self.num_ref_idx_l1_default_active_minus1));
        w.flag(self.weighted_pred_flag);
        w.put(u32::from(self.weighted_bipred_idc), 2);
        w.se(i32::from(self.pic_init_qp_minus26));
        w.se(i32::from(self.pic_init_qs_minus26));
        w.se(i32::from(self.chroma_qp_index_offset));
        w.flag(self.deblocking_filter_control_present_flag);
        w.flag(self.constrained_intra_pred_flag);
        w.flag(self.redundant_pic_cnt_present_flag);
        if let Some(extension) = &self.extension {
            w.flag(extension.transform_8x8_mode_flag);
            w.flag(extension.scaling_matrix.is_some());
            if let Some(matrix) = &extension.scaling_matrix {
                matrix.write(w);
            }
            w.se(i32::from(extension.second_chroma_qp_index_offset));
        }
    }

    /// Reads the structure from an RBSP. `chroma_format_idc` gives that of the sequence parameter set with the
    /// id it is called with; it is asked only where scaling lists of 8x8 blocks may follow.
    ///
    /// # Errors
    /// When the data ends or an element is out of range, and [`Error::MissingParameterSet`].
    pub fn parse(r: &mut BitReader<'_>, chroma_format_idc: impl FnOnce(u8) -> Option<u8>) -> Result<Self> {
        let mut pps = Self {
            pic_parameter_set_id: within("pic_parameter_set_id", r.ue()?, 0..=255)? as u8,
            seq_parameter_set_id: within("seq_parameter_set_id", r.ue()?, 0..=31)? as u8,
            entropy_coding_mode_flag: r.flag()?,
            bottom_field_pic_order_in_frame_present_flag: r.flag()?,
            slice_groups: SliceGroups::parse(r)?,
            num_ref_idx_l0_default_active_minus1: within(
                "num_ref_idx_l0_default_active_minus1",
                r.ue()?,
                0..=31,
            )? as u8,
            num_ref_idx_l1_default_active_minus1: within(
                "num_ref_idx_l1_default_active_minus1",
                r.ue()?,
                0..=31,
            )? as u8,
            weighted_pred_flag: r.flag()?,
            weighted_bipred_idc: within("weighted_bipred_idc", r.bits(2)?, 0..=2)? as u8,
            // The lower bound is that of 14-bit samples: -(26 + 6 * 6).
            pic_init_qp_minus26: within("pic_init_qp_minus26", r.se()?, -62..=25)? as i8,
            pic_init_qs_minus26: within("pic_init_qs_minus26", r.se()?, -26..=25)? as i8,
            chroma_qp_index_offset: within("chroma_qp_index_offset", r.se()?, -12..=12)? as i8,
            deblocking_filter_control_present_flag: r.flag()?,
            constrained_intra_pred_flag: r.flag()?,
            redundant_pic_cnt_present_flag: r.flag()?,
            extension: None,
        };
        if r.more_rbsp_data() {
            pps.extension = Some(PpsExtension::parse(r, pps.seq_parameter_set_id, chroma_format_idc)?);
        }
        Ok(pps)
    }
}

impl PpsExtension {
    fn parse(
        r: &mut BitReader<'_>,
        sps_id: u8,
        chroma_format_idc: impl FnOnce(u8) -> Option<u8>,
    ) -> Result<Self> {
        let transform_8x8_mode_flag = r.flag()?;
        let mut scaling_matrix = None;
        if r.flag()? {
            let count = if transform_8x8_mode_flag {
                let missing = Error::MissingParameterSet { kind: "sequence", id: sps_id };
                if chroma_format_idc(sps_id).ok_or(missing)? == 3 { 12 } else { 8 }
            } else {
                6
            };
            scaling_matrix = Some(ScalingMatrix::parse(r, count)?);
        }
        let second = within("second_chroma_qp_index_offset", r.se()?, -12..=12)? as i8;
        Ok(Self { transform_8x8_mode_flag, scaling_matrix, second_chroma_qp_index_offset: second })
    }
}

impl SliceGroups {
    /// Number of slice groups, 2..=8.
    pub fn count(&self) -> usize {
        match self {
            Self::Interleaved(runs) => runs.len(),
            Self::Dispersed(groups) | Self::Explicit { groups, .. } => usize::from(*groups),
            Self::Foreground(rectangles) => rectangles.len() + 1,
            Self::Changing { .. } => 2,
        }
    }

    fn write(&self, w: &mut BitWriter) {
        debug_assert!((2..=8).contains(&self.count()));
        w.ue(self.count() as u32 - 1);
        match self {
            Self::Interleaved(runs) => {
                w.ue(0);
                runs.iter().for_each(|&run| w.ue(run));
            }
            Self::Dispersed(_) => w.ue(1),
            Self::Foreground(rectangles) => {
                w.ue(2);
                for &(top_left, bottom_right) in rectangles {
                    w.ue(top_left);
                    w.ue(bottom_right);
                }
            }
            Self::Changing {
                slice_group_map_type,
                slice_group_change_direction_flag,
                slice_group_change_rate_minus1,
            } => {
                w.ue(u32::from(*slice_group_map_type));
                w.flag(*slice_group_change_direction_flag);
                w.ue(*slice_group_change_rate_minus1);
            }
            Self::Explicit { groups, slice_group_id } => {
                w.ue(6);
                w.ue(slice_group_id.len() as u32 - 1);
                slice_group_id.iter().for_each(|&id| w.put(u32::from(id), id_bits(*groups)));
            }
        }
    }

    fn parse(r: &mut BitReader<'_>) -> Result<Option<Self>> {
        let groups = within("num_slice_groups_minus1", r.ue()?, 0..=7)? as u8 + 1;
        if groups == 1 {
            return Ok(None);
        }
        let map_type = within("slice_group_map_type", r.ue()?, 0..=6)? as u8;
        Ok(Some(match map_type {
            0 => Self::Interleaved((0..groups).map(|_| r.ue()).collect::<vitascope_bits::Result<_>>()?),
            1 => Self::Dispersed(groups),
            2 => {
                let rectangle = |_| Ok((r.ue()?, r.ue()?));
                Self::Foreground((1..groups).map(rectangle).collect::<Result<_>>()?)
            }
            6 => {
                let count = u64::from(r.ue()?) + 1;
                let bits = id_bits(groups);
                // The ids are there before room is made for them.
                if count * u64::from(bits) > r.bits_left() as u64 {
                    let largest = r.bits_left() / bits as usize;
                    let accepted = format_args!("0..{largest}, what the data has room for").to_string();
                    return Err(Error::range("pic_size_in_map_units_minus1", count as i64 - 1, accepted));
                }
                let id = |_| within("slice_group_id", r.bits(bits)? as u8, 0..=groups - 1);
                Self::Explicit { groups, slice_group_id: (0..count).map(id).collect::<Result<_>>()? }
            }
            _ => {
                within("num_slice_groups_minus1 with changing slice groups", groups - 1, 1..=1)?;
                Self::Changing {
                    slice_group_map_type: map_type,
                    slice_group_change_direction_flag: r.flag()?,
                    slice_group_change_rate_minus1: r.ue()?,
                }
            }
        }))
    }
}

/// Bits of `slice_group_id`: Ceil(Log2(number of groups)).
fn id_bits(groups: u8) -> u32 {
    u32::from(groups - 1).ilog2() + 1
}
