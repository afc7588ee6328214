//! Parameter sets and slice headers of the streams this encoder writes.

use std::sync::Arc;

use vitascope_bits::BitWriter;

use super::config::{EncoderConfig, EntropyMode, SliceKind, VideoSignal};
use super::effort::{MAX_EFFORT, MAX_LOOKAHEAD, Tools};
use super::error::Error;
use super::hrd::BufferParameters;
use super::level_choice::{bound_bit_rate, reachable_bit_rate};
use super::rate_config::{check_buffer, check_limits, check_rate_control};
use super::reference_buffer::BufferSizes;
use super::temporal_layers::BaseLayer;
use crate::syntax::level::{Level, LevelDemand};
use crate::syntax::nal::{NalHeader, nal_unit_type};
use crate::syntax::pps::{Pps, PpsExtension};
use crate::syntax::pred_weight_table::PredWeightTable;
use crate::syntax::profile::Profile;
use crate::syntax::ref_pic::{DecRefPicMarking, ListModification};
use crate::syntax::slice_header::{SliceHeader, SliceType};
use crate::syntax::sps::{PicOrderCnt, Sps};
use crate::syntax::vui::{
    BitstreamRestriction, ChromaLocInfo, ColourDescription, SampleAspectRatio, TimingInfo, VideoSignalType,
    Vui,
};

/// Profiles that the encoder writes.
const PROFILES: [Profile; 4] =
    [Profile::Baseline, Profile::ConstrainedBaseline, Profile::Main, Profile::High];

/// Luma samples in a row or column.
const SIZES: std::ops::RangeInclusive<u32> = 2..=4096;
/// Macroblocks of a picture of 4096x2304.
const MAX_MACROBLOCKS: u32 = 256 * 144;

/// Frames per second where nobody says.
pub(crate) const UNKNOWN_FRAME_RATE: f64 = 30.0;
/// Bits of `frame_num`.
const FRAME_NUM_BITS: u32 = 8;
/// Bits of `pic_order_cnt_lsb`: with B pictures, and where many pictures in a row may be no reference.
const ORDER_BITS: u32 = 8;
const LAYERED_ORDER_BITS: u32 = 16;
/// Long-term pictures: one that is acknowledged, and two on their way.
const LONG_TERM: usize = 3;

/// Least reference pictures with B pictures among them: two on either side of a picture.
const PYRAMID_REFERENCES: u32 = 4;

/// What all slices of a stream have in common.
#[derive(Debug)]
pub(crate) struct StreamParameters {
    profile: Profile,
    level: Level,
    entropy: EntropyMode,
    references: BufferSizes,
    /// Bits of `pic_order_cnt_lsb`.
    order_bits: u32,
    /// Frames that may follow one in decode order and precede it in output.
    reorder_depth: usize,
    coded_size: (usize, usize),
    sets: Arc<ParameterSets>,
    buffer: Option<BufferParameters>,
    timing: TimingInfo,
    sps_nal_unit: Vec<u8>,
    pps_nal_unit: Vec<u8>,
}

/// What slice headers refer to.
#[derive(Debug)]
struct ParameterSets {
    sps: Sps,
    pps: Pps,
}

/// The headers of a picture's slices.
#[derive(Clone, Debug)]
pub(crate) struct SliceHeaders {
    header: SliceHeader,
    nal: NalHeader,
    sets: Arc<ParameterSets>,
}

/// What differs from picture to picture.
#[derive(Clone, Debug)]
pub(crate) struct SliceParameters {
    pub(crate) kind: SliceKind,
    pub(crate) is_sync: bool,
    pub(crate) frame_num: u32,
    pub(crate) is_reference: bool,
    pub(crate) idr_pic_id: u32,
    /// Position in output order since the last sync frame.
    pub(crate) order: u64,
    /// Steps from the initial list 0.
    pub(crate) modification: Vec<ListModification>,
    /// Marking of the picture, where it is not the simplest.
    pub(crate) marking: Option<DecRefPicMarking>,
    pub(crate) slice_qp: u8,
    /// Of list 0 in P slices, where the stream has weights.
    pub(crate) weights: Option<PredWeightTable>,
    /// Active references of each list.
    pub(crate) references: [usize; 2],
    /// B slices derive motion from neighbours, not from the picture after.
    pub(crate) direct_spatial: bool,
}

/// Checks the base layer's part of the bits.
pub(crate) fn check_layer_bits(fraction: Option<f64>) -> Result<(), Error> {
    match fraction {
        Some(part) if !(0.0..=1.0).contains(&part) => {
            Err(Error::setting("base layer's part of the bits", part, "0 to 1"))
        }
        _ => Ok(()),
    }
}

/// Checks an expected frame rate.
pub(crate) fn check_frame_rate(rate: f64) -> Result<(), Error> {
    if rate > 0.0 && rate <= 1000.0 {
        Ok(())
    } else {
        Err(Error::setting("frame rate", rate, "above 0, at most 1000"))
    }
}

impl StreamParameters {
    /// `reorder`: B slices are wanted, and as references for each other with the pyramid of `tools`;
    /// the stream has them if profile and level permit.
    pub(crate) fn new(config: &EncoderConfig, reorder: bool, tools: &Tools) -> Result<Self, Error> {
        let EncoderConfig { width, height, profile, .. } = *config;
        if !SIZES.contains(&width) {
            return Err(Error::setting("width", width, "2 to 4096"));
        }
        if !SIZES.contains(&height) {
            return Err(Error::setting("height", height, "2 to 4096"));
        }
        let (mb_width, mb_height) = (width.div_ceil(16), height.div_ceil(16));
        if mb_width * mb_height > MAX_MACROBLOCKS {
            return Err(Error::setting(
                "size",
                format!("{width}x{height}"),
                "at most 36864 macroblocks, as of 4096x2304",
            ));
        }
        if !PROFILES.contains(&profile) {
            return Err(Error::setting(
                "profile",
                format!("{profile:?}"),
                "Baseline, ConstrainedBaseline, Main, High",
            ));
        }
        if config.monochrome && profile != Profile::High {
            return Err(Error::setting("profile", format!("{profile:?}"), "High for monochrome"));
        }
        if config.reference_frames > 16 {
            return Err(Error::setting("reference frames", config.reference_frames, "0 to 16"));
        }
        if config.effort > MAX_EFFORT {
            return Err(Error::setting("effort", config.effort, "0 to 10"));
        }
        if let Some(frames) = config.lookahead_frames.filter(|frames| *frames > MAX_LOOKAHEAD) {
            return Err(Error::setting("lookahead frames", frames, "0 to 250"));
        }
        if !(0.0..=4.0).contains(&config.psychovisual) {
            return Err(Error::setting("psychovisual strength", config.psychovisual, "0 to 4"));
        }
        config.frame_rate.map_or(Ok(()), check_frame_rate)?;
        match config.base_layer {
            Some(BaseLayer::Fraction(fraction)) if !(0.0..=1.0).contains(&fraction) => {
                return Err(Error::setting("base layer's part of the frames", fraction, "0 to 1"));
            }
            Some(BaseLayer::FrameRate(rate)) => check_frame_rate(rate)?,
            _ => {}
        }
        check_layer_bits(config.base_layer_bit_rate_fraction)?;
        check_rate_control(config.rate_control)?;
        check_limits(&config.rate_limits)?;
        config.decoder_buffer.as_ref().map_or(Ok(()), check_buffer)?;
        let baseline = matches!(profile, Profile::Baseline | Profile::ConstrainedBaseline);
        let entropy = match config.entropy {
            Some(EntropyMode::Cabac) if baseline => {
                return Err(Error::setting("entropy mode", "CABAC", "CAVLC in the Baseline profiles"));
            }
            Some(mode) => mode,
            None if baseline => EntropyMode::Cavlc,
            None => EntropyMode::Cabac,
        };
        config.max_frame_rate.map_or(Ok(()), check_frame_rate)?;
        let fastest = config.frame_rate.into_iter().chain(config.max_frame_rate).reduce(f64::max);
        let mbs_per_second = fastest.map_or(0, |rate| (f64::from(mb_width * mb_height) * rate).ceil() as u64);
        let frame_rate = config.frame_rate.unwrap_or(UNKNOWN_FRAME_RATE);
        let buffer = config.decoder_buffer.as_ref().map(|buffer| BufferParameters::new(buffer, frame_rate));
        let bit_rate = buffer.map_or_else(|| bound_bit_rate(config), |buffer| buffer.bit_rate);
        // Both pictures around a B picture must be at hand, or a long-term picture beside the last one. What the effort
        // likes beyond that does not raise the level.
        let around = 1 + u32::from((reorder && !baseline) || config.long_term_references);
        let (needed_references, wished_references) = match config.reference_frames {
            0 => (around, Tools::at(config.effort).references.max(around)),
            frames => (frames, frames),
        };
        let demand = LevelDemand {
            width_in_mbs: mb_width,
            height_in_mbs: mb_height,
            mbs_per_second,
            bit_rate,
            cpb_size: buffer.map_or(0, |buffer| buffer.size),
            dpb_frames: 1,
            profile,
        };
        let level = match config.level {
            Some(level) if level.permits(&demand) => level,
            Some(level) => {
                let size = format!(
                    "{width}x{height} at {mbs_per_second} macroblocks and {bit_rate} bits per second"
                );
                return Err(Error::setting("size and rate", size, format!("what level {level} permits")));
            }
            // Pictures are small enough for level 5.2; a rate beyond every level is the highest's.
            None => {
                let pixels = f64::from(256 * mb_width * mb_height) * fastest.unwrap_or(UNKNOWN_FRAME_RATE);
                let bit_rate = buffer.map_or_else(
                    || reachable_bit_rate(config.rate_control, &config.rate_limits, pixels),
                    |buffer| buffer.bit_rate,
                );
                let wished = LevelDemand { dpb_frames: needed_references, bit_rate, ..demand };
                let nominal = LevelDemand { bit_rate: demand.bit_rate, ..wished };
                Level::smallest_for(&wished)
                    .or_else(|| Level::smallest_for(&nominal))
                    .or_else(|| Level::smallest_for(&demand))
                    .unwrap_or(Level::L6_2)
            }
        };
        let reference_frames = wished_references.min(level.max_dpb_frames(mb_width, mb_height)).max(1);
        let coded_size = (width.next_multiple_of(2), height.next_multiple_of(2));
        // Both pictures around a B picture must be at hand.
        let reorder = reorder && !baseline && reference_frames >= 2;
        // The window slides past the pictures around a group unless there is room for those within.
        let pyramid = reorder && tools.b_pyramid && reference_frames >= PYRAMID_REFERENCES;
        let reorder_depth = usize::from(reorder) + usize::from(pyramid);
        if config.long_term_references && reference_frames < 2 {
            return Err(Error::setting(
                "reference frames",
                reference_frames,
                "at least 2 with long-term references",
            ));
        }
        let order_bits = if config.base_layer.is_some() { LAYERED_ORDER_BITS } else { ORDER_BITS };
        let order = if reorder_depth > 0 || config.base_layer.is_some() {
            PicOrderCnt::Lsb { log2_max_pic_order_cnt_lsb_minus4: (order_bits - 4) as u8 }
        } else {
            PicOrderCnt::DecodingOrder
        };
        let timing = match config.frame_rate {
            Some(rate) => timing(rate),
            None => TimingInfo { num_units_in_tick: 1, time_scale: 90_000, fixed_frame_rate_flag: false },
        };
        let mut sps =
            sequence_parameters(config, level, reference_frames, (reorder_depth, order), coded_size)?;
        if let (Some(vui), Some(buffer)) = (&mut sps.vui, &buffer) {
            vui.timing_info = Some(timing);
            vui.nal_hrd = Some(buffer.syntax());
        }
        let pps = Pps {
            weighted_bipred_idc: if tools.implicit_weights && reorder_depth > 0 { 2 } else { 0 },
            weighted_pred_flag: tools.weighted && !baseline,
            entropy_coding_mode_flag: entropy == EntropyMode::Cabac,
            num_ref_idx_l0_default_active_minus1: (reference_frames - 1) as u8,
            extension: (profile == Profile::High)
                .then(|| PpsExtension { transform_8x8_mode_flag: true, ..PpsExtension::default() }),
            ..Pps::default()
        };
        Ok(Self {
            profile,
            level,
            entropy,
            references: BufferSizes {
                capacity: reference_frames as usize,
                long_term: if config.long_term_references {
                    LONG_TERM.min(reference_frames as usize / 2)
                } else {
                    0
                },
                searched: match config.reference_frames {
                    0 => Tools::at(config.effort).references as usize,
                    frames => frames as usize,
                },
            },
            order_bits,
            reorder_depth,
            coded_size: (coded_size.0 as usize, coded_size.1 as usize),
            buffer,
            timing,
            sps_nal_unit: sps.nal_unit(),
            pps_nal_unit: pps.nal_unit(),
            sets: Arc::new(ParameterSets { sps, pps }),
        })
    }

    pub(crate) fn parameter_sets(&self) -> (&[u8], &[u8]) {
        (&self.sps_nal_unit, &self.pps_nal_unit)
    }

    /// The decoder's buffer that the stream describes.
    pub(crate) fn buffer(&self) -> Option<BufferParameters> {
        self.buffer
    }

    /// Ticks of the decode times of a stream with a buffer.
    /// Bits per second and of the buffer that the level permits.
    pub(crate) fn level_limits(&self) -> (u64, u64) {
        (self.level.max_bit_rate(self.profile), self.level.max_cpb_size(self.profile))
    }

    pub(crate) fn decode_timing(&self) -> TimingInfo {
        self.timing
    }

    pub(crate) fn entropy(&self) -> EntropyMode {
        self.entropy
    }

    pub(crate) fn high_profile(&self) -> bool {
        self.profile == Profile::High
    }

    pub(crate) fn references(&self) -> BufferSizes {
        self.references
    }

    pub(crate) fn max_frame_num(&self) -> u32 {
        1 << FRAME_NUM_BITS
    }

    /// Size after cropping.
    pub(crate) fn coded_size(&self) -> (usize, usize) {
        self.coded_size
    }

    /// Luma samples that vectors may reach up or down (Table A-1, MaxVmvR).
    pub(crate) fn vertical_reach(&self) -> usize {
        usize::from(self.level.limits().max_vmv_r)
    }

    /// Vectors that each of two macroblocks in a row may have (Table A-1, MaxMvsPer2Mb).
    pub(crate) fn max_vectors(&self) -> usize {
        self.level.limits().max_mvs_per_2mb.map_or(16, |both| usize::from(both / 2))
    }

    /// References of P slices have weights.
    pub(crate) fn weighted(&self) -> bool {
        self.sets.pps.weighted_pred_flag
    }

    pub(crate) fn reorder_depth(&self) -> usize {
        self.reorder_depth
    }

    /// Headers of a picture's slices.
    pub(crate) fn slice_headers(&self, slice: &SliceParameters) -> SliceHeaders {
        let nal = NalHeader {
            nal_ref_idc: match slice.kind {
                _ if !slice.is_reference => 0,
                SliceKind::I => 3,
                _ => 2,
            },
            nal_unit_type: if slice.is_sync { nal_unit_type::IDR_SLICE } else { nal_unit_type::SLICE },
        };
        let slice_type = match slice.kind {
            SliceKind::I => SliceType::I,
            SliceKind::P => SliceType::P,
            SliceKind::B => SliceType::B,
        };
        let mut header = SliceHeader::new(slice_type, nal, &self.sets.pps);
        header.all_slices_same_type = true;
        header.frame_num = slice.frame_num;
        header.idr_pic_id = slice.idr_pic_id as u16;
        header.pic_order_cnt_lsb = (2 * slice.order % (1 << self.order_bits)) as u32;
        header.set_num_ref_idx_active(slice.references.map(|n| n as u8), &self.sets.pps);
        header.ref_pic_list_modification[0].clone_from(&slice.modification);
        if let (true, Some(marking)) = (slice.is_reference, &slice.marking) {
            header.dec_ref_pic_marking = Some(marking.clone());
        }
        header.pred_weight_table.clone_from(&slice.weights);
        header.direct_spatial_mv_pred_flag = slice.direct_spatial;
        header.slice_qp_delta = i32::from(slice.slice_qp) - 26;
        SliceHeaders { header, nal, sets: Arc::clone(&self.sets) }
    }
}

impl SliceHeaders {
    /// Says that B slices derive motion from neighbours.
    pub(crate) fn derive_spatially(&mut self) {
        self.header.direct_spatial_mv_pred_flag = true;
    }

    /// NAL unit header and slice header of the slice that begins with a macroblock.
    pub(crate) fn write(&self, first_macroblock: usize) -> BitWriter {
        let mut writer = BitWriter::with_capacity(4096);
        let NalHeader { nal_ref_idc, nal_unit_type } = self.nal;
        writer.put(u32::from(nal_ref_idc) << 5 | u32::from(nal_unit_type), 8);
        let header = SliceHeader { first_mb_in_slice: first_macroblock as u32, ..self.header.clone() };
        header.write(&mut writer, self.nal, &self.sets.sps, &self.sets.pps);
        writer
    }
}

fn sequence_parameters(
    config: &EncoderConfig,
    level: Level,
    reference_frames: u32,
    (reorder_depth, order): (usize, PicOrderCnt),
    (width, height): (u32, u32),
) -> Result<Sps, Error> {
    let refused = |e: crate::syntax::Error| Error::setting("size", format!("{width}x{height}"), e);
    let mut sps = Sps::new(config.profile, level, width, height).map_err(refused)?;
    if config.monochrome {
        sps = sps.monochrome();
    }
    sps.log2_max_frame_num_minus4 = (FRAME_NUM_BITS - 4) as u8;
    sps.pic_order_cnt = order;
    sps.max_num_ref_frames = reference_frames as u8;
    let signal = config.signal;
    sps.vui = Some(Vui {
        sample_aspect_ratio: signal
            .sample_aspect_ratio
            .and_then(|(w, h)| SampleAspectRatio::from_ratio(w.into(), h.into())),
        video_signal_type: video_signal_type(signal),
        chroma_loc_info: signal.chroma_sample_location.filter(|_| !config.monochrome).map(|location| {
            ChromaLocInfo {
                chroma_sample_loc_type_top_field: location,
                chroma_sample_loc_type_bottom_field: location,
            }
        }),
        timing_info: config.frame_rate.map(timing),
        pic_struct_present_flag: signal.fields.is_some(),
        bitstream_restriction: Some(BitstreamRestriction {
            motion_vectors_over_pic_boundaries_flag: true,
            max_bytes_per_pic_denom: 0,
            max_bits_per_mb_denom: 0,
            log2_max_mv_length_horizontal: 13,
            log2_max_mv_length_vertical: 11,
            max_num_reorder_frames: reorder_depth as u8,
            max_dec_frame_buffering: reference_frames as u8,
        }),
        ..Vui::default()
    });
    Ok(sps)
}

fn video_signal_type(signal: VideoSignal) -> Option<VideoSignalType> {
    let described =
        [signal.colour_primaries, signal.transfer_characteristics, signal.matrix_coefficients] != [2, 2, 2];
    (described || signal.full_range).then(|| VideoSignalType {
        video_format: 5,
        video_full_range_flag: signal.full_range,
        colour_description: described.then_some(ColourDescription {
            colour_primaries: signal.colour_primaries,
            transfer_characteristics: signal.transfer_characteristics,
            matrix_coefficients: signal.matrix_coefficients,
        }),
    })
}

/// A tick of half a frame; rates such as 29.97 become exact ratios over 1001.
fn timing(rate: f64) -> TimingInfo {
    let whole = rate.round();
    let drop = whole * 1000.0 / 1001.0;
    let (num_units_in_tick, time_scale) = if (rate - whole).abs() < 1e-6 && whole >= 1.0 {
        (1, 2.0 * whole)
    } else if (rate - drop).abs() < 5e-3 && whole >= 1.0 {
        (1001, 2000.0 * whole)
    } else {
        (100_000, (200_000.0 * rate).round().max(1.0))
    };
    TimingInfo { num_units_in_tick, time_scale: time_scale as u32, fixed_frame_rate_flag: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_rates_have_exact_ticks() {
        for (rate, expected) in [
            (25.0, (1, 50)),
            (30000.0 / 1001.0, (1001, 60000)),
            (29.97, (1001, 60000)),
            (24000.0 / 1001.0, (1001, 48000)),
            (59.94, (1001, 120_000)),
            (12.5, (100_000, 2_500_000)),
        ] {
            let t = timing(rate);
            assert_eq!((t.num_units_in_tick, t.time_scale), expected, "{rate}");
        }
    }
}
