//! Slice headers (ITU-T H.264 7.3.3).

use std::sync::Arc;

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result, within};
use super::nal::{NalHeader, nal_unit_type};
use super::parameter_sets::ParameterSets;
use super::pps::{Pps, SliceGroups};
use super::pred_weight_table::PredWeightTable;
use super::ref_pic::{DecRefPicMarking, ListModification, parse_modifications, write_modifications};
use super::sps::{PicOrderCnt, Sps};

/// Type of a slice (Table 7-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SliceType {
    P,
    B,
    I,
    Sp,
    Si,
}

/// `slice_header()`. Elements that the stream does not carry hold what the standard infers for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceHeader {
    /// Address of the first macroblock (of the first pair where frames choose field coding per pair).
    pub first_mb_in_slice: u32,
    /// Type of the slice.
    pub slice_type: SliceType,
    /// Whether `slice_type` is coded as 5..=9: all slices of the picture are of this type.
    pub all_slices_same_type: bool,
    /// The picture parameter set.
    pub pic_parameter_set_id: u8,
    /// Plane of 4:4:4 coded as three planes, 0..=2.
    pub colour_plane_id: u8,
    /// Number of the frame modulo MaxFrameNum.
    pub frame_num: u32,
    /// Whether the picture is a field.
    pub field_pic_flag: bool,
    /// Whether the field is a bottom field.
    pub bottom_field_flag: bool,
    /// Distinguishes adjacent IDR pictures, 0..=65535; not coded in others.
    pub idr_pic_id: u16,
    /// Picture order count modulo MaxPicOrderCntLsb (type 0).
    pub pic_order_cnt_lsb: u32,
    /// Bottom field's picture order count minus the top field's (type 0).
    pub delta_pic_order_cnt_bottom: i32,
    /// Differences to the expected picture order counts (type 1).
    pub delta_pic_order_cnt: [i32; 2],
    /// 0 for primary pictures, 1..=127 for redundant ones.
    pub redundant_pic_cnt: u8,
    /// B slices: spatial rather than temporal direct prediction.
    pub direct_spatial_mv_pred_flag: bool,
    /// Whether the numbers of active references are coded, in place of the picture parameter set's.
    pub num_ref_idx_active_override_flag: bool,
    /// Active references of lists 0 and 1; 0 where the slice type has no such list.
    pub num_ref_idx_active: [u8; 2],
    /// Order of the lists; empty for the initial order.
    pub ref_pic_list_modification: [Vec<ListModification>; 2],
    /// Explicit weights.
    pub pred_weight_table: Option<PredWeightTable>,
    /// Marking of reference pictures; `None` in pictures that are no reference.
    pub dec_ref_pic_marking: Option<DecRefPicMarking>,
    /// Initial values of the contexts of P and B slices, 0..=2.
    pub cabac_init_idc: u8,
    /// Quantiser of the slice minus the picture parameter set's.
    pub slice_qp_delta: i32,
    /// SP slices: whether for switching.
    pub sp_for_switch_flag: bool,
    /// SP and SI slices: their second quantiser.
    pub slice_qs_delta: i32,
    /// Deblocking: 0 on, 1 off, 2 on but for slice edges.
    pub disable_deblocking_filter_idc: u8,
    /// Deblocking strength, -6..=6.
    pub slice_alpha_c0_offset_div2: i8,
    /// Deblocking strength, -6..=6.
    pub slice_beta_offset_div2: i8,
    /// Changing slice groups: how far the change has come.
    pub slice_group_change_cycle: u32,
}

impl SliceType {
    /// Whether the slice predicts from list 0.
    pub fn is_inter(self) -> bool {
        !self.is_intra()
    }

    /// I or SI.
    pub fn is_intra(self) -> bool {
        matches!(self, Self::I | Self::Si)
    }

    fn code(self) -> u32 {
        match self {
            Self::P => 0,
            Self::B => 1,
            Self::I => 2,
            Self::Sp => 3,
            Self::Si => 4,
        }
    }
}

impl SliceHeader {
    /// A header of a frame's first slice with everything else as inferred: no lists' modification, deblocking on,
    /// quantiser of the picture parameter set. `num_ref_idx_active` is that of the picture parameter set;
    /// a reference picture's marking is the simplest of its kind.
    pub fn new(slice_type: SliceType, nal: NalHeader, pps: &Pps) -> Self {
        let marking = if nal.is_idr() {
            DecRefPicMarking::Idr { no_output_of_prior_pics_flag: false, long_term_reference_flag: false }
        } else {
            DecRefPicMarking::SlidingWindow
        };
        Self {
            first_mb_in_slice: 0,
            slice_type,
            all_slices_same_type: false,
            pic_parameter_set_id: pps.pic_parameter_set_id,
            colour_plane_id: 0,
            frame_num: 0,
            field_pic_flag: false,
            bottom_field_flag: false,
            idr_pic_id: 0,
            pic_order_cnt_lsb: 0,
            delta_pic_order_cnt_bottom: 0,
            delta_pic_order_cnt: [0; 2],
            redundant_pic_cnt: 0,
            direct_spatial_mv_pred_flag: true,
            num_ref_idx_active_override_flag: false,
            num_ref_idx_active: default_active(slice_type, pps),
            ref_pic_list_modification: [const { Vec::new() }; 2],
            pred_weight_table: None,
            dec_ref_pic_marking: (nal.nal_ref_idc != 0).then_some(marking),
            cabac_init_idc: 0,
            slice_qp_delta: 0,
            sp_for_switch_flag: false,
            slice_qs_delta: 0,
            disable_deblocking_filter_idc: 0,
            slice_alpha_c0_offset_div2: 0,
            slice_beta_offset_div2: 0,
            slice_group_change_cycle: 0,
        }
    }

    /// SliceQPY: quantiser of the first macroblock.
    pub fn slice_qp(&self, pps: &Pps) -> i32 {
        26 + i32::from(pps.pic_init_qp_minus26) + self.slice_qp_delta
    }

    /// Sets the numbers of active references and, where they differ from the picture parameter set's, the override.
    pub fn set_num_ref_idx_active(&mut self, active: [u8; 2], pps: &Pps) {
        self.num_ref_idx_active = active;
        self.num_ref_idx_active_override_flag = active != default_active(self.slice_type, pps);
    }

    /// Appends the header. `nal` is the NAL unit it is for, `pps` and `sps` are the sets it refers to.
    pub fn write(&self, w: &mut BitWriter, nal: NalHeader, sps: &Sps, pps: &Pps) {
        debug_assert_eq!(self.pic_parameter_set_id, pps.pic_parameter_set_id);
        w.ue(self.first_mb_in_slice);
        w.ue(self.slice_type.code() + if self.all_slices_same_type { 5 } else { 0 });
        w.ue(u32::from(self.pic_parameter_set_id));
        if sps.separate_colour_plane_flag {
            w.put(u32::from(self.colour_plane_id), 2);
        }
        w.put(self.frame_num, u32::from(sps.log2_max_frame_num_minus4) + 4);
        if !sps.frame_mbs_only_flag {
            w.flag(self.field_pic_flag);
            if self.field_pic_flag {
                w.flag(self.bottom_field_flag);
            }
        }
        if nal.is_idr() {
            w.ue(u32::from(self.idr_pic_id));
        }
        self.write_order_and_lists(w, sps, pps);
        if self.weights_present(pps) {
            let table = self.pred_weight_table.as_ref().expect("explicit weighting has its table");
            table.write(w, sps.chroma_array_type() != 0, self.slice_type == SliceType::B);
        }
        if nal.nal_ref_idc != 0 {
            let marking = self.dec_ref_pic_marking.as_ref().expect("a reference picture has its marking");
            marking.write(w);
        }
        if pps.entropy_coding_mode_flag && self.slice_type.is_inter() {
            w.ue(u32::from(self.cabac_init_idc));
        }
        w.se(self.slice_qp_delta);
        if matches!(self.slice_type, SliceType::Sp | SliceType::Si) {
            if self.slice_type == SliceType::Sp {
                w.flag(self.sp_for_switch_flag);
            }
            w.se(self.slice_qs_delta);
        }
        if pps.deblocking_filter_control_present_flag {
            w.ue(u32::from(self.disable_deblocking_filter_idc));
            if self.disable_deblocking_filter_idc != 1 {
                w.se(i32::from(self.slice_alpha_c0_offset_div2));
                w.se(i32::from(self.slice_beta_offset_div2));
            }
        }
        if let Some(bits) = change_cycle_bits(sps, pps) {
            w.put(self.slice_group_change_cycle, bits);
        }
    }

    fn write_order_and_lists(&self, w: &mut BitWriter, sps: &Sps, pps: &Pps) {
        let both_fields = pps.bottom_field_pic_order_in_frame_present_flag && !self.field_pic_flag;
        match &sps.pic_order_cnt {
            PicOrderCnt::Lsb { log2_max_pic_order_cnt_lsb_minus4 } => {
                w.put(self.pic_order_cnt_lsb, u32::from(*log2_max_pic_order_cnt_lsb_minus4) + 4);
                if both_fields {
                    w.se(self.delta_pic_order_cnt_bottom);
                }
            }
            PicOrderCnt::Cycle { delta_pic_order_always_zero_flag: false, .. } => {
                w.se(self.delta_pic_order_cnt[0]);
                if both_fields {
                    w.se(self.delta_pic_order_cnt[1]);
                }
            }
            PicOrderCnt::Cycle { .. } | PicOrderCnt::DecodingOrder => {}
        }
        if pps.redundant_pic_cnt_present_flag {
            w.ue(u32::from(self.redundant_pic_cnt));
        }
        let is_b = self.slice_type == SliceType::B;
        if is_b {
            w.flag(self.direct_spatial_mv_pred_flag);
        }
        if self.slice_type.is_inter() {
            w.flag(self.num_ref_idx_active_override_flag);
            if self.num_ref_idx_active_override_flag {
                w.ue(u32::from(self.num_ref_idx_active[0]) - 1);
                if is_b {
                    w.ue(u32::from(self.num_ref_idx_active[1]) - 1);
                }
            }
            write_modifications(w, &self.ref_pic_list_modification[0]);
            if is_b {
                write_modifications(w, &self.ref_pic_list_modification[1]);
            }
        }
    }

    /// Reads the header of a NAL unit of type 1, 2, 5 or 19, and gives the sets that it refers to.
    ///
    /// # Errors
    /// When the data ends, an element is out of range, or [`Error::MissingParameterSet`].
    pub fn parse(
        r: &mut BitReader<'_>,
        nal: NalHeader,
        sets: &ParameterSets,
    ) -> Result<(Self, Arc<Sps>, Arc<Pps>)> {
        use nal_unit_type::{AUXILIARY_SLICE, IDR_SLICE, PARTITION_A, SLICE};
        if !matches!(nal.nal_unit_type, SLICE | PARTITION_A | IDR_SLICE | AUXILIARY_SLICE) {
            return Err(Error::NalUnitType { found: nal.nal_unit_type, expected: "a slice (1, 2, 5 or 19)" });
        }
        let first_mb_in_slice = r.ue()?;
        let code = within("slice_type", r.ue()?, 0..=9)?;
        let slice_type =
            [SliceType::P, SliceType::B, SliceType::I, SliceType::Sp, SliceType::Si][code as usize % 5];
        let pps = sets.pps(within("pic_parameter_set_id", r.ue()?, 0..=255)? as u8)?;
        let sps = sets.sps(pps.seq_parameter_set_id)?;
        let mut header = Self::new(slice_type, nal, &pps);
        header.all_slices_same_type = code >= 5;
        header.first_mb_in_slice = first_mb_in_slice;
        if sps.separate_colour_plane_flag {
            header.colour_plane_id = within("colour_plane_id", r.bits(2)?, 0..=2)? as u8;
        }
        header.frame_num = r.bits(u32::from(sps.log2_max_frame_num_minus4) + 4)?;
        if !sps.frame_mbs_only_flag {
            header.field_pic_flag = r.flag()?;
            if header.field_pic_flag {
                header.bottom_field_flag = r.flag()?;
            }
        }
        within("first_mb_in_slice", first_mb_in_slice, 0..=header.macroblock_addresses(&sps) - 1)?;
        if nal.is_idr() {
            header.idr_pic_id = within("idr_pic_id", r.ue()?, 0..=65535)? as u16;
        }
        header.parse_order_and_lists(r, &sps, &pps)?;
        if header.weights_present(&pps) {
            let has_chroma = sps.chroma_array_type() != 0;
            header.pred_weight_table =
                Some(PredWeightTable::parse(r, has_chroma, header.num_ref_idx_active)?);
        }
        if nal.nal_ref_idc != 0 {
            header.dec_ref_pic_marking = Some(DecRefPicMarking::parse(r, nal.is_idr())?);
        }
        if pps.entropy_coding_mode_flag && slice_type.is_inter() {
            header.cabac_init_idc = within("cabac_init_idc", r.ue()?, 0..=2)? as u8;
        }
        header.parse_quantisers_and_filter(r, &sps, &pps)?;
        Ok((header, sps, pps))
    }

    fn parse_order_and_lists(&mut self, r: &mut BitReader<'_>, sps: &Sps, pps: &Pps) -> Result<()> {
        let both_fields = pps.bottom_field_pic_order_in_frame_present_flag && !self.field_pic_flag;
        match &sps.pic_order_cnt {
            PicOrderCnt::Lsb { log2_max_pic_order_cnt_lsb_minus4 } => {
                self.pic_order_cnt_lsb = r.bits(u32::from(*log2_max_pic_order_cnt_lsb_minus4) + 4)?;
                if both_fields {
                    self.delta_pic_order_cnt_bottom = r.se()?;
                }
            }
            PicOrderCnt::Cycle { delta_pic_order_always_zero_flag: false, .. } => {
                self.delta_pic_order_cnt[0] = r.se()?;
                if both_fields {
                    self.delta_pic_order_cnt[1] = r.se()?;
                }
            }
            PicOrderCnt::Cycle { .. } | PicOrderCnt::DecodingOrder => {}
        }
        if pps.redundant_pic_cnt_present_flag {
            self.redundant_pic_cnt = within("redundant_pic_cnt", r.ue()?, 0..=127)? as u8;
        }
        let is_b = self.slice_type == SliceType::B;
        if is_b {
            self.direct_spatial_mv_pred_flag = r.flag()?;
        }
        if self.slice_type.is_inter() {
            let largest = if self.field_pic_flag { 32 } else { 16 };
            self.num_ref_idx_active_override_flag = r.flag()?;
            if self.num_ref_idx_active_override_flag {
                self.num_ref_idx_active[0] =
                    within("num_ref_idx_l0_active_minus1", r.ue()?, 0..=largest - 1)? as u8 + 1;
                if is_b {
                    self.num_ref_idx_active[1] =
                        within("num_ref_idx_l1_active_minus1", r.ue()?, 0..=largest - 1)? as u8 + 1;
                }
            }
            let [active_0, active_1] = self.num_ref_idx_active;
            self.ref_pic_list_modification[0] = parse_modifications(r, active_0)?;
            if is_b {
                self.ref_pic_list_modification[1] = parse_modifications(r, active_1)?;
            }
        }
        Ok(())
    }

    fn parse_quantisers_and_filter(&mut self, r: &mut BitReader<'_>, sps: &Sps, pps: &Pps) -> Result<()> {
        let lowest = -6 * i32::from(sps.bit_depth_luma_minus8);
        let start = 26 + i32::from(pps.pic_init_qp_minus26);
        self.slice_qp_delta = within("slice_qp_delta", r.se()?, lowest - start..=51 - start)?;
        if matches!(self.slice_type, SliceType::Sp | SliceType::Si) {
            if self.slice_type == SliceType::Sp {
                self.sp_for_switch_flag = r.flag()?;
            }
            let start = 26 + i32::from(pps.pic_init_qs_minus26);
            self.slice_qs_delta = within("slice_qs_delta", r.se()?, -start..=51 - start)?;
        }
        if pps.deblocking_filter_control_present_flag {
            self.disable_deblocking_filter_idc =
                within("disable_deblocking_filter_idc", r.ue()?, 0..=2)? as u8;
            if self.disable_deblocking_filter_idc != 1 {
                self.slice_alpha_c0_offset_div2 =
                    within("slice_alpha_c0_offset_div2", r.se()?, -6..=6)? as i8;
                self.slice_beta_offset_div2 = within("slice_beta_offset_div2", r.se()?, -6..=6)? as i8;
            }
        }
        if let Some(bits) = change_cycle_bits(sps, pps) {
            self.slice_group_change_cycle = r.bits(bits)?;
        }
        Ok(())
    }

    /// Values that `first_mb_in_slice` can take.
    fn macroblock_addresses(&self, sps: &Sps) -> u32 {
        let all = sps.width_in_mbs() * sps.height_in_mbs();
        if self.field_pic_flag || sps.mb_adaptive_frame_field_flag { all / 2 } else { all }
    }

    fn weights_present(&self, pps: &Pps) -> bool {
        match self.slice_type {
            SliceType::P | SliceType::Sp => pps.weighted_pred_flag,
            SliceType::B => pps.weighted_bipred_idc == 1,
            SliceType::I | SliceType::Si => false,
        }
    }
}

fn default_active(slice_type: SliceType, pps: &Pps) -> [u8; 2] {
    let (l0, l1) =
        (pps.num_ref_idx_l0_default_active_minus1 + 1, pps.num_ref_idx_l1_default_active_minus1 + 1);
    match slice_type {
        SliceType::P | SliceType::Sp => [l0, 0],
        SliceType::B => [l0, l1],
        SliceType::I | SliceType::Si => [0, 0],
    }
}

/// Bits of `slice_group_change_cycle` (7-32 and 7-33); `None` where it is not coded.
fn change_cycle_bits(sps: &Sps, pps: &Pps) -> Option<u32> {
    let Some(SliceGroups::Changing { slice_group_change_rate_minus1, .. }) = pps.slice_groups else {
        return None;
    };
    let units = u64::from(sps.width_in_mbs()) * (u64::from(sps.pic_height_in_map_units_minus1) + 1);
    let cycles = units.div_ceil(u64::from(slice_group_change_rate_minus1) + 1);
    // Ceil(Log2(cycles + 1)).
    Some(cycles.ilog2() + 1)
}
