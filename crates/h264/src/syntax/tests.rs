//! Parameter sets and slice headers: written, read again, compared; known bytes; damaged ones.

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Error, Result};
use super::level::Level;
use super::nal::{NalHeader, nal_unit_type};
use super::parameter_sets::ParameterSets;
use super::pps::{Pps, PpsExtension, SliceGroups};
use super::pred_weight_table::{PredWeightTable, ReferenceWeights, Weight};
use super::profile::Profile;
use super::ref_pic::{DecRefPicMarking, ListModification, MemoryManagement};
use super::scaling_matrix::{ScalingList, ScalingMatrix};
use super::slice_header::{SliceHeader, SliceType};
use super::sps::{FrameCropping, PicOrderCnt, Sps};
use super::test_random::Random;
use super::vui::Vui;

/// High 4:2:2, 10 bits, interlaced 352x288, colour and timing.
const SPS_HIGH_422: [u8; 28] = [
    0x67, 0x7a, 0x00, 0x15, 0xb6, 0xcd, 0x94, 0x16, 0x12, 0xd3, 0x50, 0x91, 0x00, 0x94, 0x00, 0x00, 0x03,
    0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x7c, 0x50, 0xa6, 0x58,
];
const PPS_HIGH_422: [u8; 6] = [0x68, 0xfb, 0xa1, 0x32, 0xc8, 0xb0];
/// Start of an IDR slice and of a P slice of that stream.
const IDR_HIGH_422: [u8; 8] = [0x65, 0x88, 0x82, 0x0b, 0x1f, 0xe9, 0x63, 0x5e];
const P_HIGH_422: [u8; 8] = [0x41, 0x9a, 0x21, 0xde, 0x57, 0xe1, 0x05, 0x8d];

#[test]
fn known_sets_are_understood_and_written_alike() {
    let mut sets = ParameterSets::new();
    let sps = sets.read_sps(&SPS_HIGH_422).unwrap();
    assert_eq!((sps.profile(), sps.level()), (Some(Profile::High422), Some(Level::L2_1)));
    assert_eq!((sps.chroma_format_idc, sps.bit_depth_luma_minus8, sps.bit_depth_chroma_minus8), (2, 2, 2));
    assert_eq!((sps.display_size(), sps.coded_size()), ((352, 288), (352, 288)));
    assert!(!sps.frame_mbs_only_flag && sps.mb_adaptive_frame_field_flag);
    let vui = sps.vui.as_ref().unwrap();
    assert_eq!(vui.sample_aspect_ratio, None);
    let colour = vui.video_signal_type.unwrap().colour_description.unwrap();
    let points = (colour.colour_primaries, colour.transfer_characteristics, colour.matrix_coefficients);
    assert_eq!(points, (9, 16, 9));
    let timing = vui.timing_info.unwrap();
    assert_eq!((timing.num_units_in_tick, timing.time_scale), (1, 60));
    assert_eq!(vui.bitstream_restriction.unwrap().max_num_reorder_frames, 2);
    let pps = sets.read_pps(&PPS_HIGH_422).unwrap();
    assert!(pps.entropy_coding_mode_flag && pps.transform_8x8_mode_flag());
    assert_eq!((pps.weighted_bipred_idc, pps.pic_init_qp_minus26, pps.chroma_qp_index_offset), (2, -4, -2));
    assert_eq!(sps.nal_unit(), SPS_HIGH_422);
    assert_eq!(pps.nal_unit(), PPS_HIGH_422);
}

#[test]
fn known_slice_headers_are_understood() {
    let mut sets = ParameterSets::new();
    sets.read_sps(&SPS_HIGH_422).unwrap();
    sets.read_pps(&PPS_HIGH_422).unwrap();
    let parse = |unit: &[u8]| {
        let (nal, rbsp) = NalHeader::split(unit).unwrap();
        SliceHeader::parse(&mut BitReader::new(&rbsp), nal, &sets).unwrap().0
    };
    let idr = parse(&IDR_HIGH_422);
    assert_eq!((idr.slice_type, idr.all_slices_same_type, idr.frame_num), (SliceType::I, true, 0));
    assert!(matches!(idr.dec_ref_pic_marking, Some(DecRefPicMarking::Idr { .. })));
    let p = parse(&P_HIGH_422);
    assert_eq!((p.slice_type, p.frame_num, p.num_ref_idx_active), (SliceType::P, 1, [1, 0]));
    assert_eq!(p.dec_ref_pic_marking, Some(DecRefPicMarking::SlidingWindow));
}

#[test]
fn sizes_are_cropped() {
    let check = |width, height, cropping: Option<(u32, u32)>| {
        let sps = Sps::new(Profile::Main, Level::L4, width, height).unwrap();
        assert_eq!(sps.display_size(), (width, height));
        assert_eq!(sps.frame_cropping.map(|cut| (cut.right, cut.bottom)), cropping);
        assert_eq!(Sps::from_nal_unit(&sps.nal_unit()), Ok(sps));
    };
    check(16, 16, None);
    check(2, 2, Some((7, 7)));
    check(1920, 1080, Some((0, 4)));
    check(4096, 2304, None);
    check(16384, 16384, None);
    for (width, height) in [(0, 16), (16, 0), (17, 16), (16, 33), (16386, 16)] {
        assert!(matches!(Sps::new(Profile::Main, Level::L4, width, height), Err(Error::Range { .. })));
    }
}

#[test]
fn values_out_of_range_are_named() {
    let check = |change: fn(&mut Sps), message: &str| {
        let mut sps = Sps::new(Profile::High, Level::L4, 64, 64).unwrap();
        change(&mut sps);
        assert_eq!(Sps::from_nal_unit(&sps.nal_unit()).unwrap_err().to_string(), message);
    };
    check(|sps| sps.max_num_ref_frames = 17, "max_num_ref_frames is 17 (accepted: 0..=16)");
    check(|sps| sps.bit_depth_luma_minus8 = 7, "bit_depth_luma_minus8 is 7 (accepted: 0..=6)");
    check(|sps| sps.seq_parameter_set_id = 32, "seq_parameter_set_id is 32 (accepted: 0..=31)");
    check(|sps| sps.pic_width_in_mbs_minus1 = 1024, "pic_width_in_mbs_minus1 is 1024 (accepted: 0..=1023)");
    check(|sps| sps.log2_max_frame_num_minus4 = 13, "log2_max_frame_num_minus4 is 13 (accepted: 0..=12)");
    check(
        |sps| sps.frame_cropping = Some(FrameCropping { left: 16, right: 16, ..FrameCropping::default() }),
        "frame_crop_left_offset + frame_crop_right_offset is 32 (accepted: 0..=31 for this frame size)",
    );
    let wrong = Sps::from_nal_unit(&PPS_HIGH_422).unwrap_err();
    assert_eq!(wrong.to_string(), "NAL unit of type 8 where a sequence parameter set (7) is expected");
    let missing = SliceHeader::parse(
        &mut BitReader::new(&IDR_HIGH_422[1..]),
        NalHeader::new(3, nal_unit_type::IDR_SLICE),
        &ParameterSets::new(),
    );
    assert_eq!(missing.unwrap_err(), Error::MissingParameterSet { kind: "picture", id: 0 });
}

fn random_matrix(random: &mut Random, count: usize) -> ScalingMatrix {
    let lists = (0..count).map(|index| match random.below(3) {
        0 => ScalingList::Absent,
        1 => ScalingList::Default,
        _ => {
            let size = 1 + random.below(if index < 6 { 16 } else { 64 });
            ScalingList::Values((0..size).map(|_| 1 + random.below(255) as u8).collect())
        }
    });
    ScalingMatrix { lists: lists.collect() }
}

fn random_sps(random: &mut Random) -> Sps {
    let profile =
        [Profile::Main, Profile::High, Profile::High422, Profile::High444Predictive][random.below(4)];
    let mut sps = Sps::new(profile, Level::L4, 2 + 2 * random.below(100) as u32, 64).unwrap();
    sps.seq_parameter_set_id = random.below(32) as u8;
    if profile.is_high() {
        sps.chroma_format_idc = random.below(4) as u8;
        sps.separate_colour_plane_flag = sps.chroma_format_idc == 3 && random.below(2) == 0;
        sps.bit_depth_luma_minus8 = random.below(7) as u8;
        sps.qpprime_y_zero_transform_bypass_flag = random.below(2) == 0;
        let lists = if sps.chroma_format_idc == 3 { 12 } else { 8 };
        sps.scaling_matrix = (random.below(2) == 0).then(|| random_matrix(random, lists));
    }
    sps.log2_max_frame_num_minus4 = random.below(13) as u8;
    sps.pic_order_cnt = match random.below(3) {
        0 => PicOrderCnt::Lsb { log2_max_pic_order_cnt_lsb_minus4: random.below(13) as u8 },
        1 => PicOrderCnt::Cycle {
            delta_pic_order_always_zero_flag: random.below(2) == 0,
            offset_for_non_ref_pic: -(random.below(100) as i32),
            offset_for_top_to_bottom_field: 1,
            offset_for_ref_frame: (0..random.below(5)).map(|i| i as i32 - 2).collect(),
        },
        _ => PicOrderCnt::DecodingOrder,
    };
    sps.max_num_ref_frames = random.below(17) as u8;
    sps.frame_mbs_only_flag = random.below(2) == 0;
    sps.mb_adaptive_frame_field_flag = !sps.frame_mbs_only_flag && random.below(2) == 0;
    sps.vui = (random.below(2) == 0).then(Vui::default);
    sps
}

fn random_pps(random: &mut Random, sps: &Sps) -> Pps {
    let slice_groups = match random.below(12) {
        0 => Some(SliceGroups::Interleaved(vec![3, 4, 5])),
        1 => Some(SliceGroups::Dispersed(8)),
        2 => Some(SliceGroups::Foreground(vec![(0, 9), (4, 1000)])),
        3 => Some(SliceGroups::Explicit { groups: 3, slice_group_id: vec![0, 1, 2, 2, 1] }),
        4 => Some(SliceGroups::Changing {
            slice_group_map_type: 3 + random.below(3) as u8,
            slice_group_change_direction_flag: true,
            slice_group_change_rate_minus1: random.below(40) as u32,
        }),
        _ => None,
    };
    let transform_8x8_mode_flag = random.below(2) == 0;
    let lists = match (transform_8x8_mode_flag, sps.chroma_format_idc) {
        (false, _) => 6,
        (true, 3) => 12,
        (true, _) => 8,
    };
    let scaling_matrix = (random.below(2) == 0).then(|| random_matrix(random, lists));
    let extension =
        PpsExtension { transform_8x8_mode_flag, scaling_matrix, second_chroma_qp_index_offset: -12 };
    Pps {
        pic_parameter_set_id: random.below(256) as u8,
        seq_parameter_set_id: sps.seq_parameter_set_id,
        entropy_coding_mode_flag: random.below(2) == 0,
        bottom_field_pic_order_in_frame_present_flag: random.below(2) == 0,
        slice_groups,
        num_ref_idx_l0_default_active_minus1: random.below(16) as u8,
        num_ref_idx_l1_default_active_minus1: random.below(16) as u8,
        weighted_pred_flag: random.below(2) == 0,
        weighted_bipred_idc: random.below(3) as u8,
        pic_init_qp_minus26: random.below(52) as i8 - 26,
        pic_init_qs_minus26: random.below(52) as i8 - 26,
        chroma_qp_index_offset: random.below(25) as i8 - 12,
        deblocking_filter_control_present_flag: random.below(2) == 0,
        constrained_intra_pred_flag: random.below(2) == 0,
        redundant_pic_cnt_present_flag: random.below(2) == 0,
        extension: (random.below(2) == 0).then_some(extension),
    }
}

fn random_marking(random: &mut Random) -> DecRefPicMarking {
    if random.below(2) == 0 {
        return DecRefPicMarking::SlidingWindow;
    }
    let number = random.below(16) as u32;
    let all = [
        MemoryManagement::UnuseShortTerm { difference_of_pic_nums_minus1: number },
        MemoryManagement::UnuseLongTerm { long_term_pic_num: number },
        MemoryManagement::AssignLongTerm {
            difference_of_pic_nums_minus1: number,
            long_term_frame_idx: 15 - number,
        },
        MemoryManagement::MaxLongTermIdx { max_long_term_frame_idx_plus1: number },
        MemoryManagement::UnuseAll,
        MemoryManagement::CurrentLongTerm { long_term_frame_idx: number },
    ];
    DecRefPicMarking::Adaptive((0..random.below(8)).map(|_| all[random.below(6)]).collect())
}

fn random_header(random: &mut Random, nal: NalHeader, sps: &Sps, pps: &Pps) -> SliceHeader {
    let types = [SliceType::P, SliceType::B, SliceType::I, SliceType::Sp, SliceType::Si];
    let slice_type = types[random.below(if nal.is_idr() { 1 } else { 5 }) + if nal.is_idr() { 2 } else { 0 }];
    let mut header = SliceHeader::new(slice_type, nal, pps);
    header.all_slices_same_type = random.below(2) == 0;
    header.frame_num = random.below(1 << (sps.log2_max_frame_num_minus4 + 4)) as u32;
    header.field_pic_flag = !sps.frame_mbs_only_flag && random.below(2) == 0;
    header.bottom_field_flag = header.field_pic_flag && random.below(2) == 0;
    header.colour_plane_id = if sps.separate_colour_plane_flag { random.below(3) as u8 } else { 0 };
    header.idr_pic_id = if nal.is_idr() { random.below(65536) as u16 } else { 0 };
    let both_fields = pps.bottom_field_pic_order_in_frame_present_flag && !header.field_pic_flag;
    match sps.pic_order_cnt {
        PicOrderCnt::Lsb { log2_max_pic_order_cnt_lsb_minus4: bits } => {
            header.pic_order_cnt_lsb = random.below(1 << (bits + 4)) as u32;
            header.delta_pic_order_cnt_bottom = if both_fields { -7 } else { 0 };
        }
        PicOrderCnt::Cycle { delta_pic_order_always_zero_flag: false, .. } => {
            header.delta_pic_order_cnt = [5, if both_fields { -9 } else { 0 }];
        }
        _ => {}
    }
    header.redundant_pic_cnt = if pps.redundant_pic_cnt_present_flag { random.below(128) as u8 } else { 0 };
    header.direct_spatial_mv_pred_flag = slice_type != SliceType::B || random.below(2) == 0;
    if slice_type.is_inter() && random.below(2) == 0 {
        let second = if slice_type == SliceType::B { 1 + random.below(16) as u8 } else { 0 };
        header.set_num_ref_idx_active([1 + random.below(16) as u8, second], pps);
    }
    for (list, active) in header.ref_pic_list_modification.iter_mut().zip(header.num_ref_idx_active) {
        let step = [ListModification::Subtract(3), ListModification::Add(0), ListModification::LongTerm(2)];
        *list = (0..random.below(usize::from(active) + 1)).map(|_| step[random.below(3)]).collect();
    }
    let weighted = match slice_type {
        SliceType::P | SliceType::Sp => pps.weighted_pred_flag,
        SliceType::B => pps.weighted_bipred_idc == 1,
        _ => false,
    };
    if weighted {
        let has_chroma = sps.chroma_array_type() != 0;
        let mut weight = || Weight { weight: random.next() as i8, offset: random.next() as i8 };
        let entry =
            ReferenceWeights { luma: Some(weight()), chroma: has_chroma.then(|| [weight(), weight()]) };
        header.pred_weight_table = Some(PredWeightTable {
            luma_log2_weight_denom: 5,
            chroma_log2_weight_denom: if has_chroma { 7 } else { 0 },
            lists: header.num_ref_idx_active.map(|count| {
                (0..count).map(|i| if i % 3 == 1 { ReferenceWeights::default() } else { entry }).collect()
            }),
        });
    }
    if nal.nal_ref_idc != 0 && !nal.is_idr() {
        header.dec_ref_pic_marking = Some(random_marking(random));
    }
    header.cabac_init_idc =
        if pps.entropy_coding_mode_flag && slice_type.is_inter() { random.below(3) as u8 } else { 0 };
    header.slice_qp_delta = random.below(52) as i32 - 26 - i32::from(pps.pic_init_qp_minus26);
    header.sp_for_switch_flag = slice_type == SliceType::Sp && random.below(2) == 0;
    header.slice_qs_delta = if matches!(slice_type, SliceType::Sp | SliceType::Si) {
        random.below(52) as i32 - 26 - i32::from(pps.pic_init_qs_minus26)
    } else {
        0
    };
    if pps.deblocking_filter_control_present_flag {
        header.disable_deblocking_filter_idc = random.below(3) as u8;
        if header.disable_deblocking_filter_idc != 1 {
            header.slice_alpha_c0_offset_div2 = random.below(13) as i8 - 6;
            header.slice_beta_offset_div2 = random.below(13) as i8 - 6;
        }
    }
    if matches!(pps.slice_groups, Some(SliceGroups::Changing { .. })) {
        header.slice_group_change_cycle = 1;
    }
    header
}

/// Sets, a slice header for them, and its RBSP with trailing bits.
fn random_slice(random: &mut Random) -> (Sps, Pps, NalHeader, SliceHeader, Vec<u8>) {
    let sps = random_sps(random);
    let pps = random_pps(random, &sps);
    let nal = match random.below(3) {
        0 => NalHeader::new(0, nal_unit_type::SLICE),
        1 => NalHeader::new(2, nal_unit_type::SLICE),
        _ => NalHeader::new(3, nal_unit_type::IDR_SLICE),
    };
    let header = random_header(random, nal, &sps, &pps);
    let mut w = BitWriter::new();
    header.write(&mut w, nal, &sps, &pps);
    w.trailing_bits();
    (sps, pps, nal, header, w.into_bytes())
}

#[test]
fn structures_of_every_kind_are_read_back() {
    for seed in 0..4000 {
        let (sps, pps, nal, header, rbsp) = random_slice(&mut Random::new(seed));
        let mut sets = ParameterSets::new();
        assert_eq!(*sets.read_sps(&sps.nal_unit()).unwrap(), sps, "seed {seed}");
        assert_eq!(*sets.read_pps(&pps.nal_unit()).unwrap(), pps, "seed {seed}");
        let mut r = BitReader::new(&rbsp);
        let (read, ..) =
            SliceHeader::parse(&mut r, nal, &sets).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(read, header, "seed {seed}");
        assert!(!r.more_rbsp_data());
    }
}

#[test]
fn damaged_structures_never_panic() {
    let damage = |bytes: &[u8], random: &mut Random| {
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + random.below(4) {
            let at = 1 + random.below(bytes.len() - 1);
            bytes[at] ^= 1 << random.below(8);
        }
        bytes.truncate(1 + random.below(2 * bytes.len()));
        bytes
    };
    for seed in 0..8000 {
        let mut random = Random::new(seed);
        let (sps, pps, nal, _, rbsp) = random_slice(&mut random);
        if let Ok(damaged) = Sps::from_nal_unit(&damage(&sps.nal_unit(), &mut random)) {
            let (width, height) = damaged.display_size();
            assert!((1..=16384).contains(&width) && (1..=16384).contains(&height));
            damaged.max_dpb_frames();
        }
        let _ = Pps::from_nal_unit(&damage(&pps.nal_unit(), &mut random), |_| Some(1));
        let mut sets = ParameterSets::new();
        sets.insert_sps(sps);
        sets.insert_pps(pps);
        let rbsp = damage(&[&[0], &rbsp[..]].concat(), &mut random);
        let _: Result<_> = SliceHeader::parse(&mut BitReader::new(&rbsp[1..]), nal, &sets);
    }
}
