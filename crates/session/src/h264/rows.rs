//! The properties that the H.264 encoder adds to a session's.

use vitascope_core::Value;

use crate::property::{
    Access, Change, DefaultValue, Kind, MULTI_PASS_STORAGE_ROW, PropertyRow, PropertyValues, key,
};

use super::effort;
use super::profile_level::{PROFILE_LEVELS, ProfileLevel};
use super::rate;

/// The greatest number of a row that is limited by its 32-bit type only.
const INT32: i64 = i32::MAX as i64;

/// The rows of the H.264 encoder.
pub(crate) static ROWS: &[PropertyRow] = &[
    MULTI_PASS_STORAGE_ROW,
    row(
        key::PROFILE_LEVEL,
        Kind::Enumeration(PROFILE_LEVELS),
        DefaultValue::Text("H264_High_AutoLevel"),
        Change::BeforeFirstFrame,
        "Profile and level of the stream. With AutoLevel the encoder chooses the lowest level that the picture size, the frame \
         rate, the references and the bit rate allow; the rate with headroom: three times AverageBitRate, or what busy pictures take \
         at Quality; at least what they take at MaxAllowedFrameQP, as far as DataRateLimits let a second come to that; and \
         in any case 4 Mbit/s and with AverageBitRate a quarter of a bit per pixel, to which all of these may be raised later. \
         With ConstantBitRate and VariableBitRate it is exactly that rate or its peak. Whatever changes later, the bit rate and the buffer of the level hold frames down. A level whose pictures are smaller than the session's is refused. Setting \
         a profile without CABAC takes back a CABAC entropy mode. Samples have 8 bits and chroma is 4:2:0: High 10, High 4:2:2, \
         High 4:4:4 Predictive and Extended are refused by name, and sources of other formats are converted.",
    ),
    row(
        key::H264_ENTROPY_MODE,
        Kind::Enumeration(&["CAVLC", "CABAC"]),
        DefaultValue::Computed(entropy_mode),
        Change::BeforeFirstFrame,
        "The entropy coder. Unset, CABAC where the profile has it: Baseline and ConstrainedBaseline only have CAVLC.",
    ),
    row(
        key::AVERAGE_BIT_RATE,
        Kind::Integer { minimum: 0, maximum: INT32 },
        DefaultValue::Integer(0),
        Change::AnyTime,
        "The bit rate to keep over the long run, in bits per second. 0 leaves the rate to Quality. When both are set, \
         AverageBitRate wins and Quality has no effect until AverageBitRate is 0 again. It is refused beside ConstantBitRate and \
         VariableBitRate. A stream of ten seconds usually comes within 2 percent of it. It stays below where the video is as fine as \
         can be (a QP of 1, and 8 below its first frame where nothing moves), and is further away for a while where scenes last \
         for seconds, as slides do, or where it ends soon after a new scene.",
    ),
    row(
        key::DATA_RATE_LIMITS,
        Kind::DataRates,
        DefaultValue::Null,
        Change::AnyTime,
        "Up to two hard limits, each a number of bytes and of seconds: the samples (and the parameter sets of sync frames) whose \
         decode times lie within any so many seconds, counted from any frame, have no more bytes in all. They hold beside \
         AverageBitRate and Quality, win over both and over MaxAllowedFrameQP. Where even QP 51 takes more, parts of a frame \
         repeat what was shown before or, in an intra frame, what is around them. Only the smallest frames that there are can \
         exceed limits: about 30 bytes each, 100 with the parameter sets of a sync frame, and 0.06 bytes for each macroblock of \
         an intra frame, 1.1 with CAVLC. \
         They are refused beside ConstantBitRate and VariableBitRate, which have a decoder's buffer instead. After a change, \
         what was given before it counts as no more than the new limits allow.",
    ),
    row(
        key::CONSTANT_BIT_RATE,
        Kind::Integer { minimum: 64, maximum: INT32 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "Bits per second of a stream of constant rate, in steps of 64: the stream describes a decoder's buffer of \
         VBVBufferDuration (Annex C of the standard), never empties it, and fills up with filler data what frames leave over. \
         Set ExpectedFrameRate too. AverageBitRate, DataRateLimits and VariableBitRate are refused beside it; Quality has no \
         effect. Where the rate has to change on the way, VariableBitRate with an equal VBVMaxBitRate is the same without filler.",
    ),
    row(
        key::VARIABLE_BIT_RATE,
        Kind::Integer { minimum: 64, maximum: INT32 },
        DefaultValue::Null,
        Change::ValueAnyTime,
        "Bits per second in the long run of a stream that describes a decoder's buffer and never empties it: bits come in at \
         VBVMaxBitRate, and VBVBufferDuration is its size. Set ExpectedFrameRate too. AverageBitRate, DataRateLimits and \
         ConstantBitRate are refused beside it; Quality has no effect. The buffer stays as it is when the rate changes, so that \
         after the first frame no more than the peak that it began with is accepted.",
    ),
    row(
        key::VBV_MAX_BIT_RATE,
        Kind::Integer { minimum: 64, maximum: INT32 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "Bits per second at which the decoder's buffer of VariableBitRate fills, in steps of 64, at least VariableBitRate. Unset, \
         one and a half times that. It counts only where VariableBitRate is set.",
    ),
    row(
        key::VBV_BUFFER_DURATION,
        Kind::Float { minimum: 0.01, maximum: 600.0 },
        DefaultValue::Float(2.5),
        Change::BeforeFirstFrame,
        "Seconds that the decoder's buffer of ConstantBitRate or VariableBitRate takes to fill. It counts only where one of them \
         is set.",
    ),
    row(
        key::VBV_INITIAL_DELAY_PERCENTAGE,
        Kind::Float { minimum: 0.0, maximum: 100.0 },
        DefaultValue::Float(90.0),
        Change::BeforeFirstFrame,
        "How much of the decoder's buffer is filled before the first frame is taken out, in percent; at least as much as comes in \
         during two frames. It counts only where ConstantBitRate or VariableBitRate is set.",
    ),
    row(
        key::MIN_ALLOWED_FRAME_QP,
        Kind::Integer { minimum: 0, maximum: 51 },
        DefaultValue::Null,
        Change::AnyTime,
        "The least QP of any macroblock, up to MaxAllowedFrameQP. It wins over bit rates and Quality. 0 counts as 1. Limits of \
         sizes are not touched by it, and a BaseFrameQP is not bound by it.",
    ),
    row(
        key::MAX_ALLOWED_FRAME_QP,
        Kind::Integer { minimum: 0, maximum: 51 },
        DefaultValue::Null,
        Change::AnyTime,
        "The greatest QP of any macroblock. It wins over AverageBitRate and Quality; DataRateLimits, ConstantBitRate, the level, the buffer of \
         VariableBitRate and MaxH264SliceBytes win over it, as no frame is dropped. A BaseFrameQP is not bound by it.",
    ),
    PropertyRow {
        key: key::SUPPORTS_BASE_FRAME_QP,
        kind: Kind::Boolean,
        default: DefaultValue::Computed(always),
        access: Access::ReadOnly,
        serialized: false,
        change: Change::Never,
        documentation: "True: a frame may be given with a BaseFrameQP of 0 to 51, which all its macroblocks then have, whatever \
                        rate control and the least and greatest QP say (0 counts as 1). Rate control counts its bits. Only \
                        DataRateLimits, the level and the decoder's buffer, where they would be broken, still raise it.",
    },
    row(
        key::MORE_FRAMES_BEFORE_START,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "Another session's output will be put before this one's. DataRateLimits then count the time before the first frame as \
         nearly used up rather than as empty. It counts only where they are set.",
    ),
    row(
        key::MORE_FRAMES_AFTER_END,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "Another session's output will be put after this one's: the last frames are coded like those before, instead of making the \
         average rate come out exactly.",
    ),
    PropertyRow {
        key: key::ESTIMATED_AVERAGE_BYTES_PER_FRAME,
        kind: Kind::Integer { minimum: 0, maximum: i64::MAX },
        default: DefaultValue::Computed(rate::estimated_bytes_per_frame),
        access: Access::ReadOnly,
        serialized: false,
        change: Change::Never,
        documentation: "EstimatedAverageBytesPerFrame, whose name on the platform is this: mean bytes of a coded frame, what a bit \
                        rate and ExpectedFrameRate (30 where unknown) make of it, and for Quality the mean of the frames so far, \
                        or nothing before the first.",
    },
    row(
        key::QUALITY,
        Kind::Float { minimum: 0.0, maximum: 1.0 },
        DefaultValue::Float(0.5),
        Change::AnyTime,
        "Constant quality, 0 (smallest) to 1 (best), at whatever bit rate that takes: 1 is visually lossless, with a luma PSNR \
         above 50 dB, and no setting is lossless. It counts while no bit rate is set.",
    ),
    row(
        key::MAX_KEY_FRAME_INTERVAL,
        Kind::Integer { minimum: 0, maximum: INT32 },
        DefaultValue::Integer(0),
        Change::AnyTime,
        "The greatest distance from one sync frame to the next, in frames: 1 makes every frame a sync frame, 0 leaves the \
         choice to the encoder. Of this and MaxKeyFrameIntervalDuration, the limit that is reached first counts.",
    ),
    row(
        key::MAX_KEY_FRAME_INTERVAL_DURATION,
        Kind::Float { minimum: 0.0, maximum: 1e9 },
        DefaultValue::Float(0.0),
        Change::AnyTime,
        "The greatest distance from one sync frame to the next, in seconds of presentation time; 0 sets no limit. A frame is a \
         sync frame if the one after it would come too late for one.",
    ),
    row(
        key::ALLOW_TEMPORAL_COMPRESSION,
        Kind::Boolean,
        DefaultValue::Boolean(true),
        Change::AnyTime,
        "Whether frames may be predicted from other frames. When false, every frame is a sync frame.",
    ),
    row(
        key::ALLOW_FRAME_REORDERING,
        Kind::Boolean,
        DefaultValue::Boolean(true),
        Change::BeforeFirstFrame,
        "Whether frames may be coded in another order than they are shown. When false, decode times equal presentation times.",
    ),
    row(
        key::ALLOW_OPEN_GOP,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "True lets groups of pictures be open: where MaxKeyFrameInterval or its duration asks for a sync frame in the middle of \
         a scene, an intra picture with a recovery point stands in its place, and B frames shown before it may refer to it and \
         to what lies before. Its sample has NotSync and PartialSync. Nothing shown after it refers to what lies before it, so \
         playing can begin there without the frames between. The intervals count from it. False keeps every group closed. It \
         has no effect where frames are not reordered, nor with ConstantBitRate and VariableBitRate.",
    ),
    row(
        key::EXPECTED_FRAME_RATE,
        Kind::Float { minimum: 0.0, maximum: 1000.0 },
        DefaultValue::Float(0.0),
        Change::AnyTime,
        "Frames per second to expect, 0 or at least 0.001; it guides rate control, the choice of a level and the stream's timing information. 0 \
         means unknown. In mid-stream it changes EstimatedAverageBytesPerFrame and how soon after a key frame a new scene \
         may begin with another; rates go by the times of the frames. With EnableLowLatencyRateControl and more than 15, the \
         first frame may take up to twelve shares of the rate (0.4 s at most are aimed at), where later key frames take up to eight.",
    ),
    row(
        key::EXPECTED_DURATION,
        Kind::Float { minimum: 0.0, maximum: 1e9 },
        DefaultValue::Float(0.0),
        Change::BeforeFirstFrame,
        "Seconds of video to expect. With ExpectedFrameRate it stands for SourceFrameCount where that is 0; 0 means unknown.",
    ),
    row(
        key::SOURCE_FRAME_COUNT,
        Kind::Integer { minimum: 0, maximum: INT32 },
        DefaultValue::Integer(0),
        Change::BeforeFirstFrame,
        "The number of frames that will be given, by which rate control spends a short video's bits to the end; 0 means unknown.",
    ),
    row(
        key::REAL_TIME,
        Kind::Boolean,
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "True says that frames arrive by the wall clock: the encoder does not look ahead, so that each frame comes out without \
         waiting for later ones. A frame that comes by the clock while the encoder is so far behind that the queue is full is \
         dropped, and its callback says so; what it asked for is left to the next frame. A caller that gives frames as fast as \
         it can is held back instead. False and unset let the encoder look ahead, and nothing is dropped.",
    ),
    row(
        key::MAXIMUM_REAL_TIME_FRAME_RATE,
        Kind::Float { minimum: 0.0, maximum: 1000.0 },
        DefaultValue::Float(0.0),
        Change::BeforeFirstFrame,
        "With RealTime true, the most frames per second to prepare for: AutoLevel chooses a level that permits them. 0 means \
         unknown.",
    ),
    row(
        key::REFERENCE_BUFFER_COUNT,
        Kind::Integer { minimum: 1, maximum: 16 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "The number of earlier pictures that a picture may be predicted from, at most what the level allows. Unset, the \
         encoder decides.",
    ),
    row(
        key::OUTPUT_BIT_DEPTH,
        Kind::Integer { minimum: 8, maximum: 8 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "Bits of a coded sample; unset, the most that the profile has. The profiles up to High have 8.",
    ),
    row(
        key::CALCULATE_MEAN_SQUARED_ERROR,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "Attaches to each sample, under QualityMetrics, the mean squared error of Y, Cb and Cr (LumaMeanSquaredError, \
         ChromaBlueMeanSquaredError, ChromaRedMeanSquaredError) between what was given to the encoder and what a decoder shows.",
    ),
    row(
        key::MAX_H264_SLICE_BYTES,
        Kind::Integer { minimum: 0, maximum: INT32 },
        DefaultValue::Integer(0),
        Change::AnyTime,
        "The greatest size of a slice in bytes, its NAL unit header included and the length before it not: a picture becomes as \
         many slices as that takes. 0 sets no limit. A slice is larger only where a single macroblock is, coded as coarsely as \
         can be.",
    ),
    row(
        key::BASE_LAYER_FRAME_RATE_FRACTION,
        Kind::Float { minimum: 0.0, maximum: 1.0 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "The part of the frames that makes the temporal base layer, evenly spread: with 0.5 every other frame. Base frames are \
         predicted from base frames only. Nothing is predicted from the others, whose IsDependedOnByOthers is false: they can be \
         left out. Every sync frame begins the base layer anew. Frames are not reordered then. Unset or 1, there is one layer.",
    ),
    row(
        key::BASE_LAYER_FRAME_RATE,
        Kind::Float { minimum: 0.01, maximum: 1000.0 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "The frames per second of the temporal base layer, by presentation times. It makes layers as BaseLayerFrameRateFraction \
         does, and counts in its place when both are set.",
    ),
    row(
        key::BASE_LAYER_BIT_RATE_FRACTION,
        Kind::Float { minimum: 0.0, maximum: 1.0 },
        DefaultValue::Null,
        Change::AnyTime,
        "The part of AverageBitRate that the temporal base layer gets, where there are layers and the session was made with \
         EnableLowLatencyRateControl; 0.6 to 0.8 is useful. Unset, the encoder decides.",
    ),
    row(
        key::ENABLE_LTR,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "Whether some frames become long-term references. Their samples carry RequireLTRAcknowledgementToken, which goes back \
         in AcknowledgedLTRTokens once a receiver has the frame; after a loss, ForceLTRRefresh makes a frame that needs nothing \
         but the last acknowledged one, so that no sync frame is needed. The encoder does not look ahead or reorder frames then. \
         ReferenceBufferCount must be unset or at least 2.",
    ),
    row(
        key::VITASCOPE_THREAD_COUNT,
        Kind::Integer { minimum: 0, maximum: 256 },
        DefaultValue::Computed(effort::usual_threads),
        Change::BeforeFirstFrame,
        "Threads that code at a time; 0, which is usual, takes one per processor, and with MaximizePowerEfficiency 1 is \
         usual. The stream does not depend on it.",
    ),
    row(
        key::VITASCOPE_EFFORT,
        Kind::Integer { minimum: 0, maximum: effort::MAXIMUM },
        DefaultValue::Computed(effort::usual),
        Change::BeforeFirstFrame,
        "How much work goes into the stream: 0 is fastest, each step up takes longer and makes the stream smaller at equal \
         quality. Unset, 5, but 2 when PrioritizeEncodingSpeedOverQuality is true, else 3 when MaximizePowerEfficiency is, else 2 \
         in a session made with EnableLowLatencyRateControl.",
    ),
    row(
        key::VITASCOPE_PSYCHOVISUAL_STRENGTH,
        Kind::Float { minimum: 0.0, maximum: 4.0 },
        DefaultValue::Float(0.0),
        Change::BeforeFirstFrame,
        "How much it counts that a decoded picture has as much texture as its source, 0 (off) to 4: film grain and fabric look \
         sharper, and measures of the error such as PSNR and SSIM get worse. 0.3 costs them nothing, 1 is strong. Efforts \
         below 7 do not look at it.",
    ),
    row(
        key::VITASCOPE_MONOCHROME,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "True codes luma alone (chroma_format_idc 0), for gray sources; the chroma of others is left out. It needs a High \
         profile. False codes gray sources as 4:2:0, too, which every decoder takes; many in hardware do not take monochrome \
         streams. VitascopeReconstructionHash counts chroma as 128.",
    ),
    row(
        key::VITASCOPE_DIRECT_PREDICTION,
        Kind::Enumeration(&["Automatic", "Spatial", "Temporal"]),
        DefaultValue::Text("Automatic"),
        Change::BeforeFirstFrame,
        "How blocks of B frames derive motion that is not sent: from neighbouring blocks (Spatial) or from the block at the same \
         place of the frame after (Temporal). Automatic is spatial below effort 3; from there on it takes for each frame what \
         has come nearer in frames before.",
    ),
    row(
        key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY,
        Kind::Boolean,
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "True lowers the usual effort to 2. False and unset are the same. A VitascopeEffort that was set wins.",
    ),
    row(
        key::MAXIMIZE_POWER_EFFICIENCY,
        Kind::Boolean,
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "True saves power at the cost of time: the usual effort becomes 3 and the usual number of threads 1. False and unset \
         are the same. A VitascopeEffort or VitascopeThreadCount that was set wins, as does the effort of \
         PrioritizeEncodingSpeedOverQuality.",
    ),
    row(
        key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT,
        Kind::Integer { minimum: 0, maximum: INT32 },
        DefaultValue::Null,
        Change::BeforeFirstFrame,
        "Frames that are held back and analysed before a frame is coded; more than 250 count as 250. 0 also means no \
         reordering. Unset, the effort decides. MaxFrameDelayCount limits it, and RealTime makes it 0.",
    ),
    row(
        key::SPATIAL_ADAPTIVE_QP_LEVEL,
        Kind::Integer { minimum: -1, maximum: 0 },
        DefaultValue::Integer(-1),
        Change::BeforeFirstFrame,
        "-1 (default) gives flat areas of a picture finer quantisers than busy ones, as the eye would have it; 0 (disable) \
         does not, which is better for measures by squared error such as PSNR.",
    ),
    PropertyRow {
        key: key::SUPPORTED_PRESET_DICTIONARIES,
        kind: Kind::Presets,
        default: DefaultValue::Computed(effort::presets),
        access: Access::ReadOnly,
        serialized: false,
        change: Change::Never,
        documentation: "The presets, HighSpeed, Balanced, HighQuality, ConsistentQuality and VideoConferencing, each with a \
                        dictionary of the properties to set. A session without any is like Balanced.",
    },
    row(
        key::VITASCOPE_RECONSTRUCTION_HASH,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        Change::BeforeFirstFrame,
        "Attaches to each sample, under VitascopeReconstructionHash, the MD5 of the decoded picture as planar 4:2:0 of the \
         cropped size: what a decoder must show.",
    ),
];

const fn row(
    key: &'static str,
    kind: Kind,
    default: DefaultValue,
    change: Change,
    documentation: &'static str,
) -> PropertyRow {
    PropertyRow::settable(key, kind, default, change, documentation)
}

fn always(_: &PropertyValues) -> Value {
    Value::from(true)
}

/// What the entropy mode is when it is not set.
fn entropy_mode(values: &PropertyValues) -> Value {
    Value::from(if ProfileLevel::of(values).has_cabac() { "CABAC" } else { "CAVLC" })
}
