//! What a sample means for its neighbours.

use crate::{Dictionary, Value};

/// Keys of sample attachments.
pub mod sample_attachment {
    /// Decoding cannot start here: a boolean, absent on sync samples.
    #[doc(alias = "kCMSampleAttachmentKey_NotSync")]
    pub const NOT_SYNC: &str = "NotSync";
    /// Decoding can start here, but some samples before it in presentation order are lost: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_PartialSync")]
    pub const PARTIAL_SYNC: &str = "PartialSync";
    /// The sample has redundant coding: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_HasRedundantCoding")]
    pub const HAS_REDUNDANT_CODING: &str = "HasRedundantCoding";
    /// Other samples need this one: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_IsDependedOnByOthers")]
    pub const IS_DEPENDED_ON_BY_OTHERS: &str = "IsDependedOnByOthers";
    /// This sample needs others: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_DependsOnOthers")]
    pub const DEPENDS_ON_OTHERS: &str = "DependsOnOthers";
    /// Later samples may be shown earlier: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_EarlierDisplayTimesAllowed")]
    pub const EARLIER_DISPLAY_TIMES_ALLOWED: &str = "EarlierDisplayTimesAllowed";
    /// The sample is shown as soon as it is decoded: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_DisplayImmediately")]
    pub const DISPLAY_IMMEDIATELY: &str = "DisplayImmediately";
    /// The sample is decoded but not shown: a boolean.
    #[doc(alias = "kCMSampleAttachmentKey_DoNotDisplay")]
    pub const DO_NOT_DISPLAY: &str = "DoNotDisplay";
    /// Temporal layer of a HEVC picture: a dictionary.
    #[doc(alias = "kCMSampleAttachmentKey_HEVCTemporalLevelInfo")]
    pub const HEVC_TEMPORAL_LEVEL_INFO: &str = "HEVCTemporalLevelInfo";
    /// NAL unit type of a HEVC sync sample: a number.
    #[doc(alias = "kCMSampleAttachmentKey_HEVCSyncSampleNALUnitType")]
    pub const HEVC_SYNC_SAMPLE_NAL_UNIT_TYPE: &str = "HEVCSyncSampleNALUnitType";
    /// HDR10+ metadata of the frame: data.
    #[doc(alias = "kCMSampleAttachmentKey_HDR10PlusPerFrameData")]
    pub const HDR10_PLUS_PER_FRAME_DATA: &str = "HDR10PlusPerFrameData";
    /// The frame is a long-term reference: its token, a number, which goes back to the encoder once the frame has arrived.
    /// [`SampleAttachments::ltr_acknowledgement_token`](super::SampleAttachments::ltr_acknowledgement_token) reads it.
    #[doc(alias = "kVTSampleAttachmentKey_RequireLTRAcknowledgementToken")]
    pub const REQUIRE_LTR_ACKNOWLEDGEMENT_TOKEN: &str = "RequireLTRAcknowledgementToken";
    /// How near the coded frame comes to its source: a dictionary under the keys of [`QUALITY_METRIC_KEYS`].
    /// [`SampleAttachments::mean_squared_errors`](super::SampleAttachments::mean_squared_errors) reads it.
    #[doc(alias = "kVTSampleAttachmentKey_QualityMetrics")]
    pub const QUALITY_METRICS: &str = "QualityMetrics";
    /// The entries of [`QUALITY_METRICS`] for Y, Cb and Cr: mean squared errors in code values, a number of at least 0 each.
    #[doc(alias = "kVTSampleAttachmentQualityMetricsKey_LumaMeanSquaredError")]
    #[doc(alias = "kVTSampleAttachmentQualityMetricsKey_ChromaBlueMeanSquaredError")]
    #[doc(alias = "kVTSampleAttachmentQualityMetricsKey_ChromaRedMeanSquaredError")]
    pub const QUALITY_METRIC_KEYS: [&str; 3] =
        ["LumaMeanSquaredError", "ChromaBlueMeanSquaredError", "ChromaRedMeanSquaredError"];
}

/// Keys of attachments of whole sample buffers.
pub mod sample_buffer_attachment {
    /// Duration to cut off at the start after decoding: a time.
    #[doc(alias = "kCMSampleBufferAttachmentKey_TrimDurationAtStart")]
    pub const TRIM_DURATION_AT_START: &str = "TrimDurationAtStart";
    /// Duration to cut off at the end after decoding: a time.
    #[doc(alias = "kCMSampleBufferAttachmentKey_TrimDurationAtEnd")]
    pub const TRIM_DURATION_AT_END: &str = "TrimDurationAtEnd";
    /// How much faster than recorded the samples are played: a number above 0.
    #[doc(alias = "kCMSampleBufferAttachmentKey_SpeedMultiplier")]
    pub const SPEED_MULTIPLIER: &str = "SpeedMultiplier";
    /// The samples are played backwards: a boolean.
    #[doc(alias = "kCMSampleBufferAttachmentKey_Reverse")]
    pub const REVERSE: &str = "Reverse";
    /// The decoder forgets what it knows before these samples: a boolean.
    #[doc(alias = "kCMSampleBufferAttachmentKey_ResetDecoderBeforeDecoding")]
    pub const RESET_DECODER_BEFORE_DECODING: &str = "ResetDecoderBeforeDecoding";
    /// The decoder gives out all it has after these samples: a boolean.
    #[doc(alias = "kCMSampleBufferAttachmentKey_DrainAfterDecoding")]
    pub const DRAIN_AFTER_DECODING: &str = "DrainAfterDecoding";
    /// There are no samples, on purpose: a boolean.
    #[doc(alias = "kCMSampleBufferAttachmentKey_EmptyMedia")]
    pub const EMPTY_MEDIA: &str = "EmptyMedia";
    /// Why a frame is missing: a string.
    #[doc(alias = "kCMSampleBufferAttachmentKey_DroppedFrameReason")]
    pub const DROPPED_FRAME_REASON: &str = "DroppedFrameReason";
    /// The encoder begins a group of pictures here: a boolean.
    #[doc(alias = "kCMSampleBufferAttachmentKey_ForceKeyFrame")]
    pub const FORCE_KEY_FRAME: &str = "ForceKeyFrame";
}

/// What a sample means for its neighbours. `None` is a key that is absent, which readers tell from false.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SampleAttachments {
    /// Decoding cannot start here. Leave it absent on sync samples: many readers look only whether it is there.
    pub not_sync: Option<bool>,
    /// Decoding can start here, but earlier samples in presentation order are lost.
    pub partial_sync: Option<bool>,
    /// The sample has redundant coding.
    pub has_redundant_coding: Option<bool>,
    /// Other samples need this one.
    pub is_depended_on_by_others: Option<bool>,
    /// This sample needs others.
    pub depends_on_others: Option<bool>,
    /// Later samples may be shown earlier.
    pub earlier_display_times_allowed: Option<bool>,
    /// The sample is shown as soon as it is decoded.
    pub display_immediately: Option<bool>,
    /// The sample is decoded but not shown.
    pub do_not_display: Option<bool>,
    /// All other attachments, by the keys of [`sample_attachment`].
    pub other: Dictionary,
}

impl SampleAttachments {
    /// The attachments that an encoder gives a frame.
    ///
    /// On sync frames `NotSync` is absent and `DependsOnOthers` false; on all frames `IsDependedOnByOthers` is there.
    /// `EarlierDisplayTimesAllowed` is true on frames after which frames come that are shown before them, and absent
    /// elsewhere. Together these satisfy every known way to tell a key frame.
    pub fn for_frame(is_sync: bool, is_intra: bool, is_reference: bool, has_earlier_followers: bool) -> Self {
        SampleAttachments {
            not_sync: (!is_sync).then_some(true),
            depends_on_others: Some(!is_sync && !is_intra),
            is_depended_on_by_others: Some(is_reference),
            earlier_display_times_allowed: has_earlier_followers.then_some(true),
            ..SampleAttachments::default()
        }
    }

    /// Whether decoding can start here.
    pub fn is_sync(&self) -> bool {
        !self.not_sync.unwrap_or(false)
    }

    /// The token of a long-term reference, `None` for other frames. Once a receiver says that it has the frame, the token goes
    /// back to the encoder with a later frame's options.
    #[doc(alias = "kVTSampleAttachmentKey_RequireLTRAcknowledgementToken")]
    pub fn ltr_acknowledgement_token(&self) -> Option<i64> {
        self.other.get(sample_attachment::REQUIRE_LTR_ACKNOWLEDGEMENT_TOKEN)?.as_i64()
    }

    /// The mean squared errors of Y, Cb and Cr between the source and what a decoder shows, in squared code values; `None`
    /// unless the encoder was asked for them (`CalculateMeanSquaredError`).
    #[doc(alias = "kVTSampleAttachmentKey_QualityMetrics")]
    pub fn mean_squared_errors(&self) -> Option<[f64; 3]> {
        let metrics = self.other.get(sample_attachment::QUALITY_METRICS)?.as_dictionary()?;
        let [luma, blue, red] =
            sample_attachment::QUALITY_METRIC_KEYS.map(|key| metrics.get(key).and_then(Value::as_f64));
        Some([luma?, blue?, red?])
    }

    /// The attachments as a dictionary. A `NotSync` that is false is left out, since its presence would be misread.
    pub fn to_dictionary(&self) -> Dictionary {
        let mut dictionary = Dictionary::new();
        let mut copy = self.clone();
        for (key, field) in FIELDS {
            if let Some(value) = *field(&mut copy)
                && (*key != sample_attachment::NOT_SYNC || value)
            {
                dictionary.insert(*key, value);
            }
        }
        dictionary.extend(copy.other);
        dictionary
    }

    /// The attachments of a dictionary. What is not one of the booleans goes to [`SampleAttachments::other`].
    pub fn from_dictionary(dictionary: &Dictionary) -> Self {
        let mut attachments = SampleAttachments::default();
        for (key, value) in dictionary.iter() {
            let field = FIELDS.iter().find(|(name, _)| *name == key);
            match (field, value) {
                (Some((_, field)), Value::Boolean(value)) => *field(&mut attachments) = Some(*value),
                _ => drop(attachments.other.insert(key, value.clone())),
            }
        }
        attachments
    }
}

/// Reaches the field of a key.
type Field = fn(&mut SampleAttachments) -> &mut Option<bool>;

const FIELDS: &[(&str, Field)] = &[
    (sample_attachment::NOT_SYNC, |attachments| &mut attachments.not_sync),
    (sample_attachment::PARTIAL_SYNC, |attachments| &mut attachments.partial_sync),
    (sample_attachment::HAS_REDUNDANT_CODING, |attachments| &mut attachments.has_redundant_coding),
    (sample_attachment::IS_DEPENDED_ON_BY_OTHERS, |attachments| &mut attachments.is_depended_on_by_others),
    (sample_attachment::DEPENDS_ON_OTHERS, |attachments| &mut attachments.depends_on_others),
    (sample_attachment::EARLIER_DISPLAY_TIMES_ALLOWED, |attachments| {
        &mut attachments.earlier_display_times_allowed
    }),
    (sample_attachment::DISPLAY_IMMEDIATELY, |attachments| &mut attachments.display_immediately),
    (sample_attachment::DO_NOT_DISPLAY, |attachments| &mut attachments.do_not_display),
];
