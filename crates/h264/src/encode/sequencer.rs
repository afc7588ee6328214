//! The place of a planned frame in the stream: numbers, references, headers, quantisers.

use std::sync::Arc;

use vitascope_bits::length_prefixed;
use vitascope_core::Time;
use vitascope_encode::light::Extent;
use vitascope_encode::{FrameKind, FrameRecord, PlannedFrame, RateConfig};

use super::analysis::CodingTables;
use super::config::{EncoderConfig, EntropyMode, FieldOrder, SliceKind};
use super::deblock::{DeblockParameters, NO_COPY};
use super::decode_clock::PictureTimes;
use super::direct_choice::DirectChoice;
use super::effort::Tools;
use super::error::Error;
use super::frame_coder::{CodedFrame, FrameJob, ReachLimits};
use super::implicit_weights;
use super::macroblock::Mv;
use super::motion_cost::MotionCosts;
use super::picture::{Geometry, PictureWriter, Reference, SourcePicture};
use super::picture_report::Reports;
use super::picture_timing::picture_timing;
use super::rate::{CodingPlan, Rate, RateTicket};
use super::recorded_row::SpareRows;
use super::reference_buffer::{PictureKind, PicturePlan, ReferenceBuffer};
use super::residual::{ROUNDING_B, ROUNDING_P, ResidualCoder};
use super::stream::{SliceParameters, StreamParameters};
use super::temporal_direct::TemporalDirect;
use super::temporal_layers::LayerClock;
use super::weights::{self, Brightness, Light, PictureWeights};
use super::worker::Workers;
use crate::syntax::sei::{self, RecoveryPoint, SeiMessage};

/// A frame in the lookahead.
pub(crate) struct Waiting {
    pub(crate) token: u64,
    pub(crate) source: Arc<SourcePicture>,
    pub(crate) messages: Vec<SeiMessage>,
    pub(crate) max_slice_bytes: usize,
    pub(crate) refresh: bool,
    pub(crate) rate: RateTicket,
}

/// Decoding can begin here: what is shown from here on is right at once.
const FROM_HERE: RecoveryPoint = RecoveryPoint {
    recovery_frame_cnt: 0,
    exact_match_flag: true,
    broken_link_flag: false,
    changing_slice_group_idc: 0,
};

/// What is known of a frame while it is being coded.
pub(crate) struct Flight {
    pub(crate) token: u64,
    pub(crate) coding_index: u64,
    pub(crate) is_sync: bool,
    pub(crate) opens_group: bool,
    pub(crate) is_reference: bool,
    pub(crate) slice_kind: SliceKind,
    /// See [`DirectChoice::class`].
    pub(crate) direct_class: usize,
    pub(crate) long_term_token: Option<i64>,
    /// Length-prefixed NAL units before the slice.
    pub(crate) messages: Vec<u8>,
    pub(crate) times: PictureTimes,
    /// What later passes learn of it, but for its size.
    pub(crate) record: FrameRecord,
}

/// Makes jobs of planned frames, in coding order.
pub(crate) struct Sequencer {
    pub(crate) rate: Rate,
    pub(crate) references: ReferenceBuffer<Reference>,
    pub(crate) direct_choice: DirectChoice,
    /// Presentation times of the sync frames of the whole stream in order, where a pass before has set them.
    pub(crate) sync_times: Vec<Time>,
    stream: StreamParameters,
    tables: Arc<CodingTables>,
    tools: Tools,
    reach: ReachLimits,
    layers: LayerClock,
    /// Display index of the last sync frame.
    first_in_order: u64,
    idr_count: u32,
    reports: Reports,
    spare_rows: Arc<SpareRows>,
    stream_messages: Vec<SeiMessage>,
    fields: Option<FieldOrder>,
}

impl Sequencer {
    /// # Errors
    /// A setting of the rate control outside its range.
    pub(crate) fn new(
        config: &EncoderConfig,
        stream: StreamParameters,
        tools: Tools,
        geometry: Geometry,
        rate: RateConfig,
    ) -> Result<Self, Error> {
        let rate = Rate::new(config, &stream, rate)?;
        let cavlc = stream.entropy() == EntropyMode::Cavlc;
        let tables = Arc::new(CodingTables {
            kernels: vitascope_dsp::video::VideoKernels::new(config.cpu_level),
            residual: [ROUNDING_P, ROUNDING_B].map(|rounding| {
                let limit_levels = cavlc && !stream.high_profile();
                ResidualCoder::new(0, cavlc, limit_levels, config.monochrome, rounding)
            }),
            motion_costs: MotionCosts::new(tools.trials),
            psychovisual: if tools.rd_modes { (config.psychovisual * 256.0) as u32 } else { 0 },
            max_vectors: stream.max_vectors(),
        });
        // Where pictures do not overlap, references are complete.
        let down = if config.low_latency {
            geometry.mb_height * 16
        } else {
            (geometry.mb_height / 4).clamp(4, 16) * 16
        };
        let (width, height) = stream.coded_size();
        Ok(Self {
            rate,
            references: ReferenceBuffer::new(stream.references(), stream.max_frame_num()),
            direct_choice: DirectChoice::new(config.direct_prediction, tools.temporal_direct),
            sync_times: Vec::new(),
            tables,
            tools,
            reach: ReachLimits { down, vertical: stream.vertical_reach() },
            layers: LayerClock::new(config.base_layer),
            first_in_order: 0,
            idr_count: 0,
            reports: Reports {
                width,
                height,
                md5: config.report_reconstruction,
                squared_error: config.report_quality,
            },
            stream,
            spare_rows: Arc::default(),
            stream_messages: config.stream_messages.clone(),
            fields: config.signal.fields,
        })
    }

    /// What was said in the parameter sets.
    pub(crate) fn stream(&self) -> &StreamParameters {
        &self.stream
    }

    /// The job of the next frame in coding order, to be coded into `picture`. The workers help to make it.
    pub(crate) fn next(
        &mut self,
        mut planned: PlannedFrame<Waiting>,
        picture: &PictureWriter,
        workers: &Workers<CodedFrame>,
    ) -> (FrameJob, Flight) {
        let is_sync = planned.kind == FrameKind::Idr;
        let refresh = planned.payload.refresh && !is_sync;
        let in_base_layer = self.layers.is_base(is_sync, refresh, planned.info.presentation_time);
        let is_reference = planned.kind.is_reference() && in_base_layer;
        let messages =
            self.message_unit(std::mem::take(&mut planned.payload.messages), is_sync, planned.opens_group);
        // Nothing depends on a frame outside the base layer, as on a B picture.
        let rate_kind = if in_base_layer { planned.kind } else { FrameKind::B };
        let CodingPlan { base_qp, slice_qp, qps, max_bytes, budget, times } =
            self.rate.start(&planned, rate_kind, planned.payload.rate, messages.len());
        let record = FrameRecord { kind: rate_kind, ..FrameRecord::new(&planned, base_qp) };
        let Waiting { token, source, max_slice_bytes, .. } = planned.payload;
        let kind = match planned.kind {
            FrameKind::Idr | FrameKind::I => SliceKind::I,
            FrameKind::P => SliceKind::P,
            FrameKind::ReferenceB | FrameKind::B => SliceKind::B,
        };
        if is_sync {
            // Passes over parts of a stream number its sync frames as a pass over all of it.
            self.idr_count = match self.sync_times.binary_search(&planned.info.presentation_time) {
                Ok(place) => place as u32 + 1,
                Err(_) => self.idr_count + 1,
            };
            self.first_in_order = planned.display_index;
        }
        let order = planned.display_index - self.first_in_order;
        let brightness = (self.stream.weighted() && (is_reference || kind == SliceKind::P))
            .then(|| Arc::new(Brightness::of(&self.tables.kernels, &source, workers)));
        let mut plan =
            self.references.next(PictureKind { slices: kind, is_sync, is_reference, refresh, order }, || {
                picture.reference(brightness.clone())
            });
        if planned.opens_group {
            self.references.open_group(order);
        }
        let mut copy = NO_COPY;
        let mut weights = Vec::new();
        if kind == SliceKind::P
            && let Some(own) = &brightness
        {
            (weights, copy) = weigh(own, &mut plan);
        }
        let PicturePlan {
            frame_num,
            lists: references,
            orders,
            nearest,
            collocated,
            modification,
            marking,
            token: long_term_token,
            ..
        } = plan;
        let direct_class = DirectChoice::class(is_reference, orders[1].len());
        let direct = self
            .direct_choice
            .plan(planned.coding_index, direct_class, || TemporalDirect::new(order, &orders, collocated?));
        let headers = self.stream.slice_headers(&SliceParameters {
            direct_spatial: direct.spatial,
            kind,
            is_sync,
            is_reference,
            frame_num,
            idr_pic_id: self.idr_count & 1,
            order,
            modification,
            marking,
            slice_qp,
            weights: (kind == SliceKind::P && self.stream.weighted()).then(|| weights::table(&weights)),
            references: [references[0].len(), references[1].len()],
        });
        // The picture referred to may lie further back than the one that the lookahead looked at.
        let looked = planned.references[0].map_or(1, |r| planned.display_index.saturating_sub(r).max(1));
        let distance =
            nearest.map_or(1, |nearest| (order.saturating_sub(nearest) / looked).clamp(1, 4)) as i16;
        let job = FrameJob {
            tables: Arc::clone(&self.tables),
            tools: self.tools,
            kind,
            cabac: self.stream.entropy() == EntropyMode::Cabac,
            transform_8x8_mode: self.stream.high_profile(),
            deblocking: DeblockParameters { copy, monochrome: self.tables.residual[0].is_monochrome() },
            headers,
            slice_qp,
            max_slice_bytes,
            qps,
            hints: [(planned.motion, distance), (planned.backward_motion, 1)].map(|(motion, distance)| {
                let scaled = |m: &vitascope_encode::MotionVector| {
                    Mv::new(m.x.saturating_mul(distance), m.y.saturating_mul(distance))
                };
                motion.iter().map(scaled).collect()
            }),
            inter_parts: planned.inter_parts,
            limits: self.reach,
            source,
            references,
            weights,
            second_weights: if self.tools.implicit_weights {
                implicit_weights::weights(order, &orders)
            } else {
                Vec::new()
            },
            direct,
            is_reference,
            reports: self.reports,
            max_bytes,
            budget,
            spare_rows: Arc::clone(&self.spare_rows),
        };
        let flight = Flight {
            token,
            coding_index: planned.coding_index,
            is_sync,
            opens_group: planned.opens_group,
            is_reference,
            slice_kind: kind,
            direct_class,
            long_term_token,
            messages,
            times,
            record,
        };
        (job, flight)
    }

    /// The SEI unit of a frame with its length: the stream's messages at sync frames, then its own.
    fn message_unit(&self, mut messages: Vec<SeiMessage>, is_sync: bool, opens_group: bool) -> Vec<u8> {
        if opens_group {
            messages.insert(0, SeiMessage::RecoveryPoint(FROM_HERE));
        }
        if is_sync || opens_group {
            messages.splice(0..0, self.stream_messages.iter().cloned());
        }
        // A decoder's buffer has its own message with the fields in it.
        let fields = self.fields.filter(|_| self.stream.buffer().is_none());
        if let Some(order) = fields {
            messages.insert(0, picture_timing(None, Some(order)));
        }
        let mut unit = Vec::new();
        if !messages.is_empty() {
            // Four bytes hold any length.
            let _ = length_prefixed::append(&sei::nal_unit(&messages), 4, &mut unit);
        }
        unit
    }
}

/// Weights for the references of a P picture of this brightness. Where only a part of the first one changes its light, it
/// comes to stand in the list twice, with a weight and without; the index of its copy.
fn weigh(own: &Brightness, plan: &mut PicturePlan<Reference>) -> (Vec<Option<PictureWeights>>, i8) {
    let light = |other: &Reference| own.light(other.brightness.as_ref()?);
    let lights: Vec<Option<Light>> = plan.lists[0].iter().map(light).collect();
    let mostly = |light: &Light| (light.extent != Extent::Some).then(|| light.weights.clone());
    let mut weights: Vec<_> = lights.iter().map(|light| light.as_ref().and_then(mostly)).collect();
    let first = lights.into_iter().next().flatten().filter(|light| light.extent != Extent::Everything);
    let Some(first) = first.filter(|_| plan.repeat_first()) else { return (weights, NO_COPY) };
    // A list has sixteen entries at most.
    let copy = weights.len() as i8;
    weights.push((first.extent == Extent::Some).then_some(first.weights));
    (weights, copy)
}
